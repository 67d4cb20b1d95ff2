"""From triples that came and went to what a person would say changed in a record: columns with old and new values.

What is computed from other values (label, period, status, inverse links, superclasses) is not told beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.changes.dumps import line_of, parse
from linkedproj.changes.notes import Line
from linkedproj.model.context import RDF, Kind, Rule
from linkedproj.model.dataset import REPLACES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.changes.compare import Changes
    from linkedproj.changes.notes import What
    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.schema import NestedPath, Schema


@dataclass(frozen=True)
class Change:
    """What changed in one column: values that are gone and values that came, in the order of N-Triples.

    `column` is the name as a table has it ("summary@ca", "budget.value"), or a shortened IRI that is no column.
    """

    column: str
    old: list[ox.NamedNode | ox.Literal] = field(default_factory=list)
    new: list[ox.NamedNode | ox.Literal] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Story:
    """What happened to one record: `changes` if it changed or was renamed; one that is gone may have `successors`."""

    iri: str
    kind: RecordType | None
    what: What
    changes: tuple[Change, ...] = ()
    successors: tuple[str, ...] = ()


def stories(changes: Changes, what: What | None = None, kind: str | None = None) -> Iterator[Story]:
    """Yield what happened to each record, by type and IRI; records that changed in computed values only are left out.

    `kind` asks for those of one record type ("Project", "" for what has no type).
    """
    for _, iri, how in changes.notes.touched(what, None if kind is None else changes.place(kind)):
        if how == "renaming":
            continue
        found = _RecordChanges(changes, iri).changed_columns() if how in ("changed", "renamed") else ()
        if found or how != "changed":
            yield Story(iri, changes.kind(iri), how, found, tuple(changes.notes.successors(iri)))


class _RecordChanges:
    """The triples of one record that changed or was renamed, put under columns; `iri` is that of the older dump.

    What a renamed record is called now is no change of it, nor of a record that points to it.
    """

    def __init__(self, changes: Changes, iri: str) -> None:
        self._changes, self._before, self._iri = changes, iri, changes.notes.name_now(iri)
        iri, self._kind = self._iri, changes.kind(iri)
        self._lines = self._differences()
        iris = {triple.predicate.value for line, triple in self._lines if line.subject == iri}
        kind = self._kind
        fields = changes.schema_of(kind).fields if kind else changes.schema.fields
        self._dated = kind is not None and any(fields[term].iri in iris for term in (kind.begins, kind.ends) if term)
        copies = kind.derived_by(Rule.COPY) if kind else {}
        self._copied = {fields[term].iri: self._values(fields[copy.sources[0]].iri) for term, copy in copies.items()}
        self._inverses = {fields[term].iri for term in (kind.derived_by(Rule.INVERSE, Rule.TOP) if kind else ())}
        self._phases = {fields[term].iri for term in (kind.derived_by(Rule.PHASE) if kind else ())}

    def changed_columns(self) -> tuple[Change, ...]:
        """Return the columns that changed and are worth telling, in the order of the context."""
        found: dict[str, tuple[tuple[list[int], str], Change]] = {}
        for line, triple in self._lines:
            if isinstance(triple.object, ox.NamedNode | ox.Literal) and not self._is_computed(line, triple):
                order, column = self._column(line, triple)
                change = found.setdefault(column, (order, Change(column)))[1]
                (change.new if line.come else change.old).append(triple.object)
                self._cite(line, triple, change)
        # A column whose property was renamed says what it said before.
        told = (item for item in found.values() if item[1].old != item[1].new)
        return tuple(change for _, change in sorted(told, key=lambda item: item[0]))

    def _differences(self) -> list[tuple[Line, ox.Quad]]:
        """Return the triples that differ when the older ones are written with the names of now, in their order."""
        lines = list(self._changes.notes.lines(self._iri))
        if self._before != self._iri:
            # Of the old identifier only the word on the new one came, and of the new one nothing went.
            lines += [line for line in self._changes.notes.lines(self._before) if not line.come]
        found = {
            line: _triple(line) for line in (line if line.come else self._with_names_of_now(line) for line in lines)
        }
        told = [line for line in found if replace(line, come=not line.come) not in found]
        return [(line, found[line]) for line in sorted(told, key=lambda line: (line.subject, line.triple, line.come))]

    def _with_names_of_now(self, line: Line) -> Line:
        triple, subject = _triple(line), self._name_now(line.subject)
        value = triple.object
        value = ox.NamedNode(self._name_now(value.value)) if isinstance(value, ox.NamedNode) else value
        return Line(subject, line.come, line_of(ox.Quad(ox.NamedNode(subject), triple.predicate, value)))

    def _name_now(self, iri: str) -> str:
        """Return what a record, or a node nested in this one, is called in the newer dump."""
        changes = self._changes
        if not changes.is_nested(iri):
            return changes.notes.name_now(iri)
        kind, owner = changes.kind(iri), changes.kind(self._iri)
        before = self._before[len(owner.base) :] if owner else ""
        if kind and owner and iri.startswith(kind.base + before):
            return kind.base + self._iri[len(owner.base) :] + iri[len(kind.base + before) :]
        return iri

    def _values(self, predicate: str) -> set[tuple[bool, object]]:
        """Return the values of a property that came or went."""
        return {(line.come, triple.object) for line, triple in self._lines if triple.predicate.value == predicate}

    def _cite(self, line: Line, triple: ox.Quad, change: Change) -> None:
        if line.come:
            sources = self._changes.notes.sources(str(triple.subject), str(triple.predicate), str(triple.object))
            change.sources.extend(source[1:-1] for source in sources if source[1:-1] not in change.sources)

    def _is_computed(self, line: Line, triple: ox.Quad) -> bool:
        changes, predicate, value = self._changes, triple.predicate.value, triple.object
        iri = value.value if isinstance(value, ox.NamedNode) else ""
        kind = changes.kind(line.subject)
        if predicate == RDF + "type":
            schemas = (changes.schema, changes.earlier)
            return kind is not None and any(iri in s.types[kind.name].classes for s in schemas if kind.name in s.types)
        if kind is not None and kind.derived_by(Rule.FIRST_DAY, Rule.LAST_DAY):
            return self._dated
        if iri and changes.is_nested(iri):
            # The node tells its own values; the link to it says no more.
            return True
        if predicate in self._copied and line.subject == self._iri:
            return (line.come, value) in self._copied[predicate]
        if predicate in self._inverses or predicate == REPLACES:
            return True
        return predicate in self._phases and (self._dated or changes.later_day)

    def _column(self, line: Line, triple: ox.Quad) -> tuple[tuple[list[int], str], str]:
        """Return the place of a column among others, and its name."""
        changes, nested = self._changes, line.subject != self._iri
        kind = changes.kind(line.subject)
        said, other = (changes.schema, changes.earlier) if line.come else (changes.earlier, changes.schema)
        found = _field(said, kind, triple, nested=nested) or _field(other, kind, triple, nested=nested)
        name = found.term if found else changes.short(triple.predicate.value)
        order = found.order if found else len(changes.schema.fields)
        language = triple.object.language if isinstance(triple.object, ox.Literal) else None
        tag = f"@{language}" if language else ""
        path = self._path(line.subject, kind) if nested and kind else None
        if path is None:
            return ([order], tag), name + tag
        return ([*(link.order for link in path.links), order], tag), f"{path.name}.{name}{tag}"

    def _path(self, node: str, nested: RecordType) -> NestedPath | None:
        """Return the way from the record to a node that is nested in it."""
        if self._kind is None:
            return None
        owner, identifier = self._iri[len(self._kind.base) :], node[len(nested.base) :]
        return self._changes.schema_of(self._kind).nested_path(self._kind, owner, nested, identifier)


def _field(schema: Schema, kind: RecordType | None, triple: ox.Quad, *, nested: bool) -> Field | None:
    """Return the field of a schema that a triple is a value of.

    Several share a property and differ in the base of their values.
    """
    iri = triple.object.value if isinstance(triple.object, ox.NamedNode) else ""
    kind = schema.types.get(kind.name) if kind else None
    fields = [
        field
        for field in schema.fields.values()
        if field.iri == triple.predicate.value
        and (nested or kind is None or kind.terms is None or field.term in kind.terms)
        and (iri.startswith(field.base) if field.base else True)
        and (not iri or field.kind not in (Kind.TEXT, Kind.PLAIN, Kind.LITERAL))
    ]
    return max(fields, key=lambda field: len(field.base), default=None)


def _triple(line: Line) -> ox.Quad:
    return next(iter(parse(line.triple)))


def leading_on(story: Story, changes: Changes, form: str = "{}") -> str:
    """Write from which identifier to which others a record leads that is gone: "project/old → project/new"; else ""."""
    names = "; ".join(changes.short(iri) for iri in story.successors)
    return form.format(f"{changes.short(story.iri)} → {names}") if names else ""
