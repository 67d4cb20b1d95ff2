"""Translations that come back, in a sheet of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.importers.roundtrip.held import mark, marks_of_cells, with_line_feeds
from linkedproj.importers.roundtrip.left import FIELD, RECORD
from linkedproj.model.languages import canonical_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.importers.roundtrip.comparison import Comparison, Today
    from linkedproj.importers.roundtrip.left import LeftSheet
    from linkedproj.importers.roundtrip.rows import Now
    from linkedproj.importers.roundtrip.tables import Part
    from linkedproj.model.errors import Place


def take_translations(how: Comparison, sheet: Part, left: Mapping[str, LeftSheet], today: Mapping[str, Today]) -> None:
    """Take what a translator filled in."""
    columns, plan = sheet.columns, how.plan
    if not {RECORD, FIELD} <= {*columns}:
        plan.tell("LP-BOOK-RECORD", sheet.file.place(1, 1), cell=", ".join(columns))
        return
    rows = {name: (was, at) for was in left.values() for at, name in enumerate(was.record_names())}
    for line, cells in sheet.lines:
        texts = dict(zip(columns, cells, strict=False))
        record, term = texts[RECORD], texts[FIELD]
        was, at = rows.get(record, (None, 0))
        for index, (tag, text) in enumerate(texts.items()):
            if tag in {RECORD, FIELD} or tag[:1] == "_" or not (text or was):
                continue
            column, place = canonical_column(f"{term}@{tag}"), sheet.file.place(line, index + 1)
            if was is None or column not in was.columns:
                if text:
                    plan.tell("LP-BOOK-RECORD", place, cell=f"{record} {term}@{tag}".strip())
                continue
            _take_translation(how, was, (record, column), was.rows[at].marks, today[was.name].now[at], text, place)


def _take_translation(  # noqa: PLR0913, PLR0917 - a text as it left, as it is today, and what is said
    how: Comparison, left: LeftSheet, key: tuple[str, str], marks: str, now: Now | None, text: str, place: Place
) -> None:
    record, column = key
    plan, new = how.plan, with_line_feeds(str(text))
    was = marks_of_cells(marks)[left.columns.index(column)]
    present, written = now.texts.get(column, "") if now else "", how.written.get(key)
    if mark(new) == was:
        return
    if not new:
        plan.tell("LP-BOOK-EMPTIED", place, column, written or present)
    elif written is not None:
        if written != new:
            plan.tell("LP-BOOK-TRANSLATED", place, column, new, other=written)
    elif now is None:
        plan.tell("LP-BOOK-GONE", place, column, record)
    elif present != new and mark(present) != was:
        plan.tell("LP-BOOK-BOTH", place, column, new, other=present, at=str(now.part.place(now.line, column)))
    elif present != new:
        how.written[key] = new
        plan.change(record if "/" in record else "", now, column, new, place)
