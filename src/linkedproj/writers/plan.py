"""How the columns of a table become the fields of a record: the part that all formats share.

A format turns the columns of one field into fragments of text, one a row; a record is the sum of its fragments.
A fragment that is made of a cell alone is remembered by that cell, so that most cells cost one look-up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from linkedproj.model.context import Kind
from linkedproj.model.lexical import XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.tables.cells import Column

_MEMO = 8_192
_NAMES = (Kind.LINK, Kind.CODE, Kind.IRI)
_CHANGING = frozenset({XSD + "date", XSD + "string"})


@dataclass(frozen=True)
class Group:
    """The columns of one field: several languages of a text, or those of a nested record.

    A nested record is of the type `nested`; `identifier` is the column of its own id, `inner` are its fields.
    """

    field: Field
    columns: tuple[Column, ...]
    inner: tuple[Group, ...] = ()
    nested: RecordType | None = None
    identifier: int = -1

    @property
    def index(self) -> int:
        """Where the only column is."""
        return self.columns[0].index

    @property
    def is_text(self) -> bool:
        """Whether each cell is one text, written as it stands."""
        return self.field.kind in (Kind.TEXT, Kind.PLAIN) and not self.field.many

    @property
    def is_name(self) -> bool:
        """Whether each cell is one id, code or IRI: there is nothing to escape in it."""
        return self.field.kind in _NAMES and not self.field.many

    @property
    def is_names(self) -> bool:
        """Whether each cell is a list of ids or codes."""
        return self.field.kind in (Kind.LINK, Kind.CODE) and self.field.many

    @property
    def is_date(self) -> bool:
        """Whether each cell is one date, whose datatype tells its precision."""
        field = self.field
        return field.kind is Kind.LITERAL and not field.many and field.datatype == XSD + "date"

    @property
    def is_typed(self) -> bool:
        """Whether each cell is one literal whose datatype is the field's, and whose spelling needs no escaping."""
        field = self.field
        return field.kind is Kind.LITERAL and not field.many and field.datatype not in _CHANGING


def plan(columns: Iterable[Column], schema: Schema) -> list[Group]:
    """Group columns by field, in the order of the context: the order of columns in a file changes nothing."""
    by_term: dict[str, list[Column]] = {}
    for column in columns:
        field = column.parents[0] if column.parents else column.field
        if field is not None:
            by_term.setdefault(field.term, []).append(column)
    groups = [_group(schema.fields[term], members, schema) for term, members in by_term.items()]
    return sorted(groups, key=lambda group: group.field.order)


def _group(field: Field, members: list[Column], schema: Schema) -> Group:
    if not members[0].parents:
        return Group(field, tuple(sorted(members, key=lambda column: column.language)))
    is_id = [column.field is None and len(column.parents) == 1 for column in members]
    within = [replace(each, parents=each.parents[1:]) for each, skip in zip(members, is_id, strict=True) if not skip]
    inner, identifier = plan(within, schema), members[is_id.index(True)].index
    return Group(field, (), tuple(inner), schema.types[field.target], identifier)


def singly(groups: Iterable[Group]) -> list[Group]:
    """Take the languages of a text apart, for a format that writes each statement by itself."""
    found: list[Group] = []
    for group in groups:
        if group.nested:
            found.append(replace(group, inner=tuple(singly(group.inner))))
        else:
            found += [replace(group, columns=(column,)) for column in group.columns]
    return found


class Fragments(dict[str, Any]):
    """What each cell becomes, made when it is first asked for; all are forgotten when there are too many."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, cell: str) -> Any:  # noqa: ANN401 - whatever the format makes of a cell
        if len(self) > _MEMO:
            self.clear()
        self[cell] = made = self._make(cell)
        return made
