"""All that is known of a record: its values, where each was read, and what leads to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.lexical import printable
from linkedproj.queries.results.values import PythonValue, to_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkedproj.queries.results.table import RdfTerm


@dataclass(frozen=True)
class Statement:
    """What a value rests on: its basis, the sentence, and the source with label and address; "" where there is none."""

    basis: str
    rank: str
    quote: str
    source: str
    source_label: str
    url: str

    def __str__(self) -> str:
        """Word the statement in a line."""
        source = self.source_label or self.source
        told = " — ".join(part for part in (f"“{self.quote}”" if self.quote else "", source) if part)
        address = f" <{self.url}>" if self.url else ""
        return f"{told}{address} [{self.basis}]" if told else f"[{self.basis}]"


@dataclass(frozen=True)
class Fact:
    """One value of a record: the property, the column it stands in, and what the value is called.

    `is_held` is false where a source says so and the record does not follow it.
    """

    predicate: str
    column: str
    term: RdfTerm
    label: str
    statements: tuple[Statement, ...]
    is_held: bool = True

    @property
    def value(self) -> PythonValue:
        """The value as Python has it."""
        return to_python(self.term)


@dataclass(frozen=True)
class Link:
    """A record that leads here by one of its columns."""

    predicate: str
    column: str
    iri: str
    name: str
    label: str


@dataclass(frozen=True)
class Known:
    """A record with its facts, and the links that lead to it. `name` is "type/id", `kind` what its type is called."""

    iri: str
    name: str
    kind: str
    label: str
    facts: tuple[Fact, ...]
    links: tuple[Link, ...]

    def values(self, column: str) -> list[PythonValue]:
        """Return what the record holds in a column ("theme", "budget.value")."""
        return [fact.value for fact in self.facts if fact.column == column and fact.is_held]

    def text(self, named: Callable[[str], str] = str, rejected: str = "not followed") -> str:
        """Write all of it for people; `named` returns what a column is called."""
        return "\n".join(self._lines(named, rejected)) + "\n"

    def __str__(self) -> str:
        """Write all of it, with columns called as in the tables."""
        return self.text()

    def _lines(self, named: Callable[[str], str], rejected: str) -> Iterator[str]:
        called = f"{self.kind} {self.name}".strip()
        yield f"{self.label} ({called})" if self.label else called
        yield self.iri
        yield ""
        for fact in self.facts:
            ending = "" if fact.is_held else f" ({rejected})"
            yield f"{named(fact.column)}: {_line(fact.label)}{ending}"
            yield from (f"    {_line(str(statement))}" for statement in fact.statements)
        if self.links:
            yield ""
        for link in self.links:
            yield f"← {link.name} ({named(link.column)}): {_line(link.label)}".rstrip(": ")


def _line(text: str) -> str:
    return printable(" ".join(text.split()))
