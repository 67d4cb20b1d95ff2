"""`linkedproj explain LP-CELL-DAY`: what a rule means, and how to satisfy it."""

from __future__ import annotations

import difflib
import re

import click

from linkedproj.model.paths import shipped
from linkedproj.model.rules import LANGUAGES, Rule, Rules, load_rules, text_in
from linkedproj.reports.words import phrase

_SLOT = re.compile(r"\{([a-z_]+)\}")


@click.command(name="explain")
@click.argument("code", default="")
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language.")
def command(code: str, language: str) -> None:
    """Explain a rule by its CODE, such as LP-CELL-DAY; without a code, list them all."""  # noqa: DOC501 - shown as help
    rules = load_rules(shipped("ontology") / "shapes.ttl")
    if not code:
        click.echo("\n".join(_line(rule, language) for rule in rules.by_code.values()))
        return
    rule = rules.by_code.get(code.upper())
    if rule is None:
        raise click.UsageError(_unknown(code, rules))
    click.echo(explain(rule, language))


def explain(rule: Rule, language: str) -> str:
    """Tell all that is known of a rule, in paragraphs."""
    parts = {
        "severity": phrase(language, rule.severity.name),
        "means": _shown(rule, text_in(rule.message, language)),
        "fix": _shown(rule, text_in(rule.fix, language)),
        "why": text_in(rule.why, language),
        "wrong": rule.wrong,
        "right": rule.right,
        "defined": f"{rule.place} {rule.shape}".strip(),
    }
    return "\n".join([rule.code, *(f"  {phrase(language, name)}: {text}" for name, text in parts.items() if text)])


def _shown(rule: Rule, text: str) -> str:
    """Put the wrong example where a cell would stand, and name what else a message tells."""
    return _SLOT.sub(lambda slot: rule.wrong if slot[1] == "cell" and rule.wrong else f"<{slot[1]}>", text)


def _line(rule: Rule, language: str) -> str:
    return f"{rule.code:28} {_shown(rule, text_in(rule.message, language))}"


def _unknown(code: str, rules: Rules) -> str:
    near = difflib.get_close_matches(code.upper(), rules.by_code, 3)
    advice = f"The nearest are {', '.join(near)}." if near else "Run linkedproj explain without a code to list them."
    return f"{code} is no rule. {advice}"
