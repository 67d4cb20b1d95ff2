"""What a workbook that comes back changes in the tables: file, line and column, what was there, what is there now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.rules import load_rules, visible
from linkedproj.reports.report import Report
from linkedproj.reports.text import write
from linkedproj.reports.words import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.importers.roundtrip.plan import Change, Plan

_LONG, _AROUND = 80, 24
_CELLS = 4


def tell_plan(plan: Plan, book: str, language: str, *, is_written: bool) -> str:
    """Tell each change of a plan, unless none is made, what else is to be told, and what came of it."""
    lines = [] if plan.is_stopped else [_line(change, language) for change in plan.changes]
    if plan.problems:
        rules = load_rules(plan.folder.shapes, "", plan.folder.ontology)
        lines.append(write(Report(tuple(plan.problems), {}, rules), language).rstrip("\n"))
    return "\n".join([*lines, _ending(plan, book, language, is_written=is_written)]) + "\n"


def _line(change: Change, language: str) -> str:
    place = visible(str(change.place), 400)
    if change.what == "cell":
        old, new = around(change.old, change.new)
        return f"{place}: {visible(' '.join(filter(None, [change.record, change.column])))}: '{old}' → '{new}'"
    name = change.column if change.what == "column" else change.record
    told = phrase(language, f"changed_{change.what}", called=visible(name))
    return f"{place}: {told} {', '.join(_cells(change))}".rstrip()


def _cells(change: Change) -> Iterator[str]:
    shown = list(change.cells.items())
    yield from (f"{name} '{visible(text, _LONG)}'" for name, text in shown[:_CELLS])
    if len(shown) > _CELLS:
        yield "…"


def around(old: str, new: str) -> tuple[str, str]:
    """Cut two long texts to what stands around their difference.

    >>> around("a" * 90 + "b", "a" * 90 + "c")
    ('…aaaaaaaaaaaaaaaaaaaaaaaab', '…aaaaaaaaaaaaaaaaaaaaaaaac')
    """
    start = 0
    if max(len(old), len(new)) > _LONG:
        same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        start = max(0, same - _AROUND)
    begun = "…" if start else ""
    return begun + visible(old[start:], _LONG), begun + visible(new[start:], _LONG)


def _ending(plan: Plan, book: str, language: str, *, is_written: bool) -> str:
    if plan.is_stopped:
        return phrase(language, "changed_nothing", book=visible(book))
    if not plan.changes:
        return phrase(language, "changed_none", book=visible(book))
    files = len({change.place.file for change in plan.changes})
    counts = {what: sum(change.what == what for change in plan.changes) for what in ("cell", "row", "gone")}
    kinds = ", ".join(phrase(language, f"changes_{what}", n=count) for what, count in counts.items() if count)
    where = phrase(language, "files", n=files)
    return phrase(language, "changed" if is_written else "changed_dry", kinds=kinds, files=where)
