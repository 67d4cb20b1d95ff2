"""How the columns of a table become the fields of a record: the part that all formats share.

A format turns one key (a cell, or the cells of several columns together) into a fragment of text; a record is the sum
of its fragments. A fragment is remembered by its key where keys repeat, so that most cells cost one look-up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from linkedproj.cells import split
from linkedproj.context import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linkedproj.cells import Column
    from linkedproj.context import Field, RecordType
    from linkedproj.schema import Schema

_MEMO = 8_192
_UNREPEATED = (Kind.TEXT, Kind.PLAIN, Kind.IRI, Kind.VALUE, Kind.RECORD)


@dataclass(frozen=True)
class Group:
    """The columns of one field: several languages of a text, or the columns of a nested record (`inner`)."""

    field: Field
    columns: tuple[Column, ...]
    inner: tuple[Group, ...] = ()
    nested: RecordType | None = None

    @property
    def repeats(self) -> bool:
        """Whether the same cells come again and again, so that remembering them pays."""
        return not self.inner and self.field.kind not in _UNREPEATED

    def values(self, key: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a cell, or a tuple of cells
        """Give the values of the field, each with its language ("" when it is no text by language)."""
        if len(self.columns) == 1:
            column = self.columns[0]
            return [(value, column.language) for value in split(self.field, key)]
        return [(cell, column.language) for cell, column in zip(key, self.columns, strict=True) if cell]

    @property
    def key(self) -> Callable[[Sequence[str]], Any]:
        """The cells of a row that this group is made of."""
        return itemgetter(*(column.index for column in self.columns))


def plan(columns: Iterable[Column], schema: Schema) -> list[Group]:
    """Group columns by field, in the order of the context: the order of columns in a file changes nothing."""
    by_term: dict[str, list[Column]] = {}
    for column in columns:
        field = column.parent or column.field
        if field is not None:
            by_term.setdefault(field.term, []).append(column)
    groups = [_group(schema.fields[term], members, schema) for term, members in by_term.items()]
    return sorted(groups, key=lambda group: group.field.order)


def _group(field: Field, members: list[Column], schema: Schema) -> Group:
    if members[0].parent is None:
        return Group(field, tuple(sorted(members, key=lambda column: column.language)))
    inner = plan([replace(column, parent=None) for column in members if column.field], schema)
    # The id of the nested record comes first in the key.
    ids = [column for column in members if column.field is None]
    columns = (*ids, *(column for group in inner for column in group.columns))
    return Group(field, columns, tuple(inner), schema.types[field.target])


def singly(groups: Iterable[Group]) -> list[Group]:
    """Take the languages of a text apart, for a format that writes each statement by itself."""
    found: list[Group] = []
    for group in groups:
        if group.nested:
            found.append(replace(group, inner=tuple(singly(group.inner))))
        else:
            found += [replace(group, columns=(column,)) for column in group.columns]
    return found


class Fragments(dict[Any, str]):
    """The fragment of each key, made when it is first asked for; all are forgotten when there are too many."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> str:  # noqa: ANN401 - a cell, or a tuple of cells
        if len(self) > _MEMO:
            self.clear()
        self[key] = fragment = self._make(key)
        return fragment


Slot = tuple["Callable[[Sequence[str]], Any]", "Callable[[Any], str]"]


def slot(group: Group, make: Callable[[Any], str]) -> Slot:
    """Pair what a group reads from a row with the way to its fragment."""
    return group.key, remembered(group, make)


def remembered(group: Group, make: Callable[[Any], str]) -> Callable[[Any], str]:
    """Remember the fragments of a group whose cells come again and again."""
    return Fragments(make).__getitem__ if group.repeats else make


def inner_key(group: Group) -> Callable[[Any], tuple[str, list[Any]]]:
    """Take the key of a nested record apart: its id, and the key of each inner group."""
    start = 1
    getters = []
    for inner in group.inner:
        stop = start + len(inner.columns)
        getters.append(itemgetter(start) if stop - start == 1 else itemgetter(slice(start, stop)))
        start = stop

    def take(key: Any) -> tuple[str, list[Any]]:  # noqa: ANN401 - a cell, or a tuple of cells
        return (key[0], [getter(key) for getter in getters])

    return take
