"""`linkedproj explain LP-CELL-DAY`: what a rule means, and how to satisfy it."""

from __future__ import annotations

import click

from linkedproj.model.languages import LANGUAGES


def _complete(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Offer the codes of the rules, those of the portfolio here among them, to a shell that completes."""
    from linkedproj.model.errors import LinkedprojError
    from linkedproj.model.folder import current_ontology
    from linkedproj.model.rules import load_rules

    try:
        ontology = current_ontology()
        codes = load_rules(ontology.path / "shapes.ttl").by_code
    except LinkedprojError:
        return []
    return [code for code in codes if code.startswith(incomplete.upper())]


@click.command(name="explain")
@click.argument("code", default="", shell_complete=_complete)
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="en", show_default=True, help="Language.")
def command(code: str, language: str) -> None:
    """Explain a rule by its CODE, such as LP-CELL-DAY; without a code, list them all."""  # noqa: DOC501 - shown as help
    from linkedproj.model.folder import current_ontology
    from linkedproj.model.rules import load_rules
    from linkedproj.reports.explained import explain_rule, list_rules, refuse_code

    ontology = current_ontology()
    rules = load_rules(ontology.path / "shapes.ttl", "ontology/shapes.ttl")
    if not code:
        click.echo(list_rules(rules, language))
        return
    rule = rules.by_code.get(code.upper())
    if rule is None:
        raise click.UsageError(refuse_code(code, rules))
    click.echo(explain_rule(rule, language))
