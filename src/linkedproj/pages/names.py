"""What things are called in each language: records by the dumps, properties by the ontology."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from linkedproj.changes.words import column, kind_name, phrase
from linkedproj.model.languages import LANGUAGES, primary, spoken
from linkedproj.model.schema import RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema

    Term = ox.NamedNode | ox.Literal

_LABEL, _PREFERRED = f"{RDFS}label", f"{SKOS}prefLabel"


class Text(NamedTuple):
    """A text and the language it is in, "" if that is not said."""

    text: str
    language: str = ""


@dataclass
class Names:
    """The names of records and codes by IRI and language tag."""

    _labels: dict[str, dict[str, str]] = field(default_factory=dict)
    _brief: dict[str, str] = field(default_factory=dict)

    def learn(self, iri: str, statements: Iterable[tuple[str, Term]], brief: str = "") -> None:
        """Take the names of a node from its statements; `brief` is the property of a short one."""
        for predicate, value in statements:
            if not isinstance(value, ox.Literal):
                continue
            if predicate in {_LABEL, _PREFERRED}:
                labels = self._labels.setdefault(iri, {})
                if predicate == _LABEL or (value.language or "") not in labels:
                    labels[value.language or ""] = value.value
            elif predicate == brief:
                self._brief[iri] = value.value

    def has(self, iri: str) -> bool:
        """Check whether a node has a name."""
        return iri in self._labels

    def all(self, iri: str) -> list[str]:
        """Return the names of a node in all languages."""
        return list(dict.fromkeys(self._labels.get(iri, {}).values()))

    def brief(self, iri: str) -> str:
        """Return the short name of a record, or ""."""
        return self._brief.get(iri, "")

    def told(self, iri: str) -> tuple[object, ...]:
        """Return all names of a node."""
        return [*self._labels.get(iri, {}).items()], self.brief(iri)

    def of(self, iri: str, languages: Sequence[str]) -> Text | None:
        """Return the name of a node in the first of some languages that it has one in."""
        labels = self._labels.get(iri)
        return chosen(labels, languages) if labels else None


def chosen(texts: Mapping[str, str], languages: Sequence[str]) -> Text:
    """Choose a text by language tag: the first language that there is, then one without a language, then any.

    >>> chosen({"en-GB": "colour", "ca": "color"}, ["es", "en"])
    Text(text='colour', language='en-GB')
    """
    for wanted in languages:
        if wanted in texts:
            return Text(texts[wanted], wanted)
        for tag in sorted(texts):
            if tag and primary(tag) == primary(wanted):
                return Text(texts[tag], tag)
    tag = "" if "" in texts else min(texts)
    return Text(texts[tag], tag)


@dataclass(frozen=True)
class Terms:
    """What properties and types are called, in one language and those that stand in for it."""

    schema: Schema
    languages: Sequence[str]

    @property
    def _spoken(self) -> str:
        return spoken(self.languages[:1])[0] if primary(self.languages[0]) in LANGUAGES else LANGUAGES[0]

    @cached_property
    def _known(self) -> dict[tuple[str, str], Text]:
        return {}

    @cached_property
    def _orders(self) -> dict[tuple[str, str], int]:
        return {}

    def order(self, iri: str, kind: RecordType | None) -> int:
        """Return the place of a property among those of a type."""
        key = iri, kind.name if kind else ""
        if key not in self._orders:
            term = self.schema.term_for(kind, iri) if kind else ""
            self._orders[key] = self.schema.fields[term].order if term else len(self.schema.fields)
        return self._orders[key]

    def property(self, iri: str, kind: RecordType | None) -> Text:
        """Name a property: as the ontology does, else as the column of a table is called."""
        key = iri, kind.name if kind else ""
        if key not in self._known:
            self._known[key] = self._property(iri, kind)
        return self._known[key]

    def _property(self, iri: str, kind: RecordType | None) -> Text:
        labels = self.schema.labels.get(iri)
        if labels and chosen(labels, self.languages[:1]).language == self.languages[0]:
            return chosen(labels, self.languages)
        term = self.schema.term_for(kind, iri) if kind else ""
        term = term or next((one.term for one in self.schema.fields.values() if one.iri == iri), "")
        words = column(self._spoken, term) if term else ""
        if words and words != term:
            return Text(words, self._spoken)
        if labels:
            return chosen(labels, self.languages)
        return Text(words or self.schema.context.compact(iri))

    def types(self, kind: RecordType) -> Text:
        """Name the records of a type: in the plural where the words of the program have one."""
        known = phrase.entry(self._spoken, "types").get(kind.name)
        if known and self._spoken == primary(self.languages[0]):
            return Text(str(known[1])[:1].upper() + str(known[1])[1:], self.languages[0])
        return self.type(kind)

    def type(self, kind: RecordType) -> Text:
        """Name a type of records."""
        names = self.schema.names.get(kind.name) or self.schema.labels.get(kind.iri)
        return chosen(names, self.languages) if names else Text(kind_name(self._spoken, kind.name), self._spoken)
