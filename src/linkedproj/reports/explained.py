"""Rules in words: what each means, how bad it is, and how to satisfy it."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from linkedproj.model.rules import text_in
from linkedproj.reports.words import phrase

if TYPE_CHECKING:
    from linkedproj.model.rules import Rule, Rules

_SLOT = re.compile(r"\{([a-z_]+)\}")


def explain_rule(rule: Rule, language: str) -> str:
    """Write all that is known of a rule, in paragraphs."""
    parts = {
        "severity": phrase(language, rule.severity.name),
        "means": _filled(rule, text_in(rule.message, language)),
        "fix": _filled(rule, text_in(rule.fix, language)),
        "why": text_in(rule.why, language),
        "wrong": rule.wrong,
        "right": rule.right,
        "defined": f"{rule.place} {rule.shape}".strip(),
    }
    return "\n".join([rule.code, *(f"  {phrase(language, name)}: {text}" for name, text in parts.items() if text)])


def list_rules(rules: Rules, language: str) -> str:
    """Write a line for each rule."""
    return "\n".join(
        f"{rule.code:28} {_filled(rule, text_in(rule.message, language))}" for rule in rules.by_code.values()
    )


def refuse_code(code: str, rules: Rules) -> str:
    """Word that there is no such rule, with the nearest ones."""
    near = difflib.get_close_matches(code.upper(), rules.by_code, 3)
    advice = f"The nearest are {', '.join(near)}." if near else "Run linkedproj explain without a code to list them."
    return f"{code} is no rule. {advice}"


def _filled(rule: Rule, text: str) -> str:
    """Put the wrong example where a cell would stand, and name what else a message tells."""
    return _SLOT.sub(lambda slot: rule.wrong if slot[1] == "cell" and rule.wrong else f"<{slot[1]}>", text)
