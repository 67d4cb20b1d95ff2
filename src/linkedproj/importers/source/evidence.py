"""How values are known that an import brings: those of a lower rank, and those that do not stand in the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.importers.source.words import phrase
from linkedproj.model.context import Kind
from linkedproj.model.languages import primary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linkedproj.importers.source.present import Present


class Evidence:
    """Collects rows of the table of evidence; there are none where the portfolio has no such table."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self.rows: list[dict[str, str]] = []

    def rank(self, record: str, column: str, value: str, new: Mapping[str, str]) -> bool:
        """Keep a value beside that of another source, as evidence of a lower rank; return whether it is kept."""
        terms = self._present.schema.evidence
        term = self._present.field(column)
        if not value or not terms.type_name or term is None or "." in column or term.kind is Kind.TEXT:
            return False
        self.rows.append(
            {
                terms.subject: record,
                terms.predicate: term.term,
                terms.object: value,
                terms.rank: "normal",
                terms.basis: "cited",
                terms.source: new.get(self._present.origin[record.partition("/")[0]], "").partition(";")[0],
            }
        )
        return True

    def cite(self, record: str, new: Mapping[str, str], derived: Mapping[str, str], *, is_source: bool) -> None:
        """Say how values are known that do not stand in the source: found by a rule, or told of the file itself."""
        terms = self._present.schema.evidence
        if not terms.type_name:
            return
        notes, first = dict[str, list[str]](), self._present.config.languages[0]
        for column, note in derived.items():
            if new.get(column):
                notes.setdefault(note, []).append(column)
        found = [(columns, "derived", note) for note, columns in notes.items()]
        if is_source:
            listed = [column for column in new if not self._is_counted_apart(column)]
            found.append((listed, "curator", phrase(primary(first), "file")))
        note_column = f"{terms.note}@{first}" if terms.note else ""
        for columns, basis, note in found:
            row = {
                terms.subject: record,
                terms.predicate: "; ".join(dict.fromkeys(columns)),
                terms.basis: basis,
            }
            self.rows.append(row | ({note_column: note} if note_column else {}))

    def _is_counted_apart(self, column: str) -> bool:
        """Return whether a column itself says how things are known, and needs no evidence."""
        term = self._present.field(column)
        kind = self._present.source_kind
        return bool(term and kind and term.term in kind.derived)

    def names(self) -> list[str]:
        """Return the columns that any row fills, in the order of the table."""
        terms = self._present.schema.evidence
        names = [terms.subject, terms.predicate, terms.object, terms.rank, terms.basis, terms.source]
        names += sorted({name for row in self.rows for name in row} - set(names))
        return [name for name in names if any(row.get(name) for row in self.rows)] or names[:2]
