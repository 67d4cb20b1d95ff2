"""What is computed from records before they are written, so that the records themselves stay plain.

The ontology says which terms are computed and by which rule; here is what the rules do. Each adds columns to a batch;
the writers do not know which column was typed and which was computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from itertools import repeat
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind, Rule
from linkedproj.model.domain import DAY, ORIGIN, READ_ON
from linkedproj.model.lexical import envelope
from linkedproj.tables.cells import column_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import NestedPath, Schema
    from linkedproj.model.settings import Config
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.headers import Header

Cells = Sequence[str]
Filling = tuple[list[str], "Callable[[Batch], Iterable[Cells]]"]
"""The names of some computed columns, and the function that fills them for a batch."""


class Derivation:
    """The columns of one table with those that are computed, and the way to fill them.

    `columns` are all published columns in the order of the file, then the computed ones; `computed` are the names of
    these.
    """

    def __init__(self, header: Header, schema: Schema, config: Config) -> None:
        self._schema, self._config = schema, config
        self._kind: RecordType = header.kind
        self._names = list(header.names)
        self._fillings = [filling for filling in (*self._fill_terms(), *self._name_nested(header)) if filling[0]]
        added = [name for names, _ in self._fillings for name in names]
        added += [inverse.term for inverse in self._kind.inverses]
        replaced = set(added).intersection(self._names)
        typed = [column for column in header.columns if not column.is_private and column.name not in {"id", *replaced}]
        more = (column_named(name, len(self._names) + i, schema.fields) for i, name in enumerate(added))
        self.columns = [*typed, *more]
        self.computed = frozenset(added)

    def fill(self, batch: Batch, linked: Iterable[Cells]) -> Batch:
        """Return a batch with the computed columns behind its own; `linked` are those of the type's inverses."""
        computed = (column for _, filling in self._fillings for column in filling(batch))
        return batch.with_more((*computed, *linked))

    def _fill_terms(self) -> Iterator[Filling]:
        for term, derived in self._kind.derived.items():
            if derived.rule is Rule.COPY:
                yield from self._copy(term, derived.sources[0])
            elif derived.rule is Rule.PERIOD:
                yield self._period(term)
            elif derived.rule is Rule.PHASE:
                yield self._phase(term)
            elif derived.rule is Rule.TOP:
                yield [term], partial(self._top, derived.sources)
            elif derived.rule is Rule.SETTING and self._schema.fields[term].iri in (ORIGIN, READ_ON):
                yield self._origin(term)
            elif derived.rule is Rule.SETTING and term not in self._names:
                yield self._setting(term)

    def _index(self, name: str) -> int:
        return self._names.index(name) if name in self._names else -1

    def _copy(self, term: str, source: str) -> Iterator[Filling]:
        """Copy a term: a viewer without inference knows no other name than rdfs:label."""
        is_text = self._schema.fields[term].kind is Kind.TEXT
        for tag in [f"@{tag}" for tag in self._config.read_languages] if is_text else [""]:
            index = self._index(source + tag)
            if index >= 0:
                yield [term + tag], _copying(index)

    def _period(self, term: str) -> Filling:
        """Spell out the full days that stated dates can mean: queries and shapes compare nothing else."""
        start, end = self._index(self._kind.begins), self._index(self._kind.ends)
        if start < 0 and end < 0:
            return [], lambda _: ()
        nested = self._schema.types[self._schema.fields[term].target]
        days = nested.derived_by(Rule.FIRST_DAY, Rule.LAST_DAY)

        def period(batch: Batch) -> Iterable[Cells]:
            columns = [
                list(
                    map(_first, _column(batch, start))
                    if derived.rule is Rule.FIRST_DAY
                    else map(_last, _column(batch, end))
                )
                for derived in days.values()
            ]
            named = [name if any(found) else "" for name, *found in zip(batch.ids, *columns, strict=True)]
            return named, *columns

        return [f"{term}.id", *(f"{term}.{inner}" for inner in days)], period

    def _setting(self, term: str) -> Filling:
        """Say on the portfolio itself what portfolio.toml settles for all of it."""
        is_day = self._schema.fields[term].iri == DAY
        value = self._config.as_of if is_day else self._config.licence
        return [term], lambda batch: ([value] * len(batch),)

    def _origin(self, term: str) -> Filling:
        """Give a record the source of its table, and the day of reading with it, unless it names a source itself."""
        source = self._config.sources.get(self._kind.table)
        is_day = self._schema.fields[term].iri == READ_ON
        value = (source.read_on if is_day else source.source) if source else ""
        if not value:
            return [], lambda _: ()
        stated, origin = self._index(term), self._index(self._schema.term_for(self._kind, ORIGIN))

        def inherit(batch: Batch) -> Iterable[Cells]:
            cells = zip(_column(batch, stated), _column(batch, origin), strict=True)
            return ([given or ("" if own else value) for given, own in cells],)

        return [term], inherit

    def _top(self, sources: Sequence[str], batch: Batch) -> Iterable[Cells]:
        """Name the scheme of each record that has nothing above it."""
        scheme, *above = (_column(batch, self._index(source)) for source in sources)
        return ([one if not any(ends) else "" for one, *ends in zip(scheme, *above, strict=True)],)

    def tops(self, batch: Batch) -> Iterator[tuple[str, Cells]]:
        """Yield for each term that names the scheme of what is on its top the cells of a batch."""
        for term, derived in self._kind.derived.items():
            if derived.rule is Rule.TOP:
                (cells,) = self._top(derived.sources, batch)
                yield term, cells

    def _phase(self, term: str) -> Filling:
        """Compute the code for where the stated dates stand to the day of the portfolio; a code that is there wins."""
        start, end, stated = self._index(self._kind.begins), self._index(self._kind.ends), self._index(term)
        codes = self._schema.phases.get(self._schema.fields[term].base, {})
        day = self._config.as_of

        def phase(batch: Batch) -> Iterable[Cells]:
            phases = map(phase_at, repeat(day), _column(batch, start), _column(batch, end))
            derived = [codes.get(phase, "") for phase in phases]
            if stated < 0:
                return (derived,)
            return ([given or found for given, found in zip(batch.columns[stated], derived, strict=True)],)

        return [term], phase

    def _name_nested(self, header: Header) -> Iterator[Filling]:
        """Name nested records after their owners, so that there is never a blank node."""
        links = {column.parents[: depth + 1] for column in header.columns for depth in range(len(column.parents))}
        for path in self._schema.nested_paths(self._kind):
            if path.links in links:
                yield [f"{path.name}.id"], _suffixing(path)


def _copying(index: int) -> Callable[[Batch], Iterable[Cells]]:
    return lambda batch: (batch.columns[index],)


def _suffixing(path: NestedPath) -> Callable[[Batch], Iterable[Cells]]:
    return lambda batch: ([f"{identifier}{path.suffix}" for identifier in batch.ids],)


@lru_cache(maxsize=16_384)
def phase_at(day: str, start: str, end: str) -> str:
    """Return where stated dates stand to a day: "past", "present", "future" or "unknown".

    What has an end is past on the day after its envelope ends.
    """
    first, last = _first(start), _last(end)
    if last and last < day:
        return "past"
    if first and first > day:
        return "future"
    return "present" if first and last else "unknown"


def _column(batch: Batch, index: int) -> Cells:
    return batch.columns[index] if index >= 0 else [""] * len(batch)


@lru_cache(maxsize=16_384)
def _first(stated: str) -> str:
    return envelope(stated)[0] if stated else ""


@lru_cache(maxsize=16_384)
def _last(stated: str) -> str:
    return envelope(stated)[1] if stated else ""
