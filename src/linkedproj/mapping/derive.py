"""What is computed from records before they are written, so that the records themselves stay plain.

Each rule adds columns to a batch; the writers do not know which column was typed and which was computed. A rule applies
to every record type whose shape has the field it fills.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING

from linkedproj.model.lexical import envelope
from linkedproj.tables.cells import Column
from linkedproj.tables.portfolio import INVERSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config
    from linkedproj.tables.batch import Batch
    from linkedproj.tables.headers import Header

Cells = Sequence[str]
Rule = tuple[list[str], "Callable[[Batch], Iterable[Cells]]"]


class Derivation:
    """The columns of one table with those that are computed, and the way to fill them.

    `columns` are all published columns in the order of the file, then the computed ones.
    """

    def __init__(self, header: Header, schema: Schema, config: Config) -> None:
        self._schema = schema
        self._names = list(header.names)
        terms = header.kind.terms or frozenset()
        rules = [
            *(self._label(tag) for tag in config.languages if "label" in terms),
            *([self._period()] if "temporal" in terms else []),
            *([self._status(config.as_of)] if "status" in terms else []),
            *([self._settings(config)] if "asOf" in terms else []),
            *_nested_ids(header),
        ]
        self._rules = [rule for rule in rules if rule]
        self.inverses = [term for term in INVERSES if term in terms]
        added = [name for names, _ in self._rules for name in names] + self.inverses
        given = {"status"} & set(self._names)
        typed = [c for c in header.columns if not c.own and c.name != "id" and c.name not in given]
        self.columns = typed + [self._column(name, len(self._names) + i) for i, name in enumerate(added)]
        self.computed = frozenset(added)

    def fill(self, batch: Batch, linked: Iterable[Cells]) -> Batch:
        """Give a batch with the computed columns behind its own; `linked` are those of `inverses`."""
        computed = (column for _, rule in self._rules for column in rule(batch))
        return batch.with_more((*computed, *linked))

    def _column(self, name: str, index: int) -> Column:
        path, _, language = name.partition("@")
        head, _, tail = path.partition(".")
        fields = self._schema.fields
        return Column(name, index, fields.get(tail or head), language, fields[head] if tail else None)

    def _index(self, name: str) -> int:
        return self._names.index(name) if name in self._names else -1

    def _label(self, tag: str) -> Rule | None:
        """Copy title or name: a viewer without inference knows no other name than rdfs:label."""
        index = max(self._index(f"title@{tag}"), self._index(f"name@{tag}"))
        return ([f"label@{tag}"], lambda batch: (batch.columns[index],)) if index >= 0 else None

    def _period(self) -> Rule | None:
        """Spell out the full days that stated dates can mean: queries and shapes compare nothing else."""
        start, end = self._index("start"), self._index("end")
        if start < 0 and end < 0:
            return None

        def period(batch: Batch) -> Iterable[Cells]:
            first, last = list(map(_first, _column(batch, start))), list(map(_last, _column(batch, end)))
            named = [name if begun or ended else "" for name, begun, ended in zip(batch.ids, first, last, strict=True)]
            return named, first, last

        return ["temporal.id", "temporal.from", "temporal.until"], period

    def _settings(self, config: Config) -> Rule:
        """Say on the portfolio itself what portfolio.toml settles for all of it."""
        settled = {"asOf": config.as_of, "licence": config.licence}
        values = [value for name, value in settled.items() if name not in self._names]
        names = [name for name in settled if name not in self._names]
        return names, lambda batch: [[value] * len(batch) for value in values]

    def _status(self, as_of: str) -> Rule:
        start, end, stated = self._index("start"), self._index("end"), self._index("status")

        def status(batch: Batch) -> Iterable[Cells]:
            derived = list(map(status_at, repeat(as_of), _column(batch, start), _column(batch, end)))
            if stated < 0:
                return (derived,)
            return ([given or found for given, found in zip(batch.columns[stated], derived, strict=True)],)

        return ["status"], status


def _nested_ids(header: Header) -> list[Rule]:
    """Name a nested record after its owner and its field, so that there is never a blank node."""
    parents = dict.fromkeys(column.parent.term for column in header.columns if column.parent)
    return [([f"{term}.id"], _suffix(term)) for term in parents]


def _suffix(term: str) -> Callable[[Batch], Iterable[Cells]]:
    return lambda batch: ([f"{identifier}-{term}" for identifier in batch.ids],)


@lru_cache(maxsize=16_384)
def status_at(day: str, start: str, end: str) -> str:
    """Give the status of an initiative on a day, by its stated dates ("" when unknown).

    Source: the code list `status` of the vocabulary; an initiative is over on the day after its envelope ends.
    """
    first, last = _first(start), _last(end)
    if last and last < day:
        return "completed"
    if first and first > day:
        return "planned"
    return "ongoing" if first and last else "unknown"


def _column(batch: Batch, index: int) -> Cells:
    return batch.columns[index] if index >= 0 else [""] * len(batch)


@lru_cache(maxsize=16_384)
def _first(stated: str) -> str:
    return envelope(stated)[0] if stated else ""


@lru_cache(maxsize=16_384)
def _last(stated: str) -> str:
    return envelope(stated)[1] if stated else ""
