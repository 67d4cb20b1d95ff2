"""Read queries that are written as RDF by the convention of sib-swiss/sparql-examples, or by `sib.export`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pyoxigraph as ox

from linkedproj.model.errors import Place, QueryError
from linkedproj.queries.published.convention.draft import Draft, kebab, with_prefixes, without_markup
from linkedproj.queries.published.convention.sib import LPQ, RDFS, SCHEMA, SH, SPEX
from linkedproj.queries.saved.collection import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_HTML = "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML"
_TEXTS = {SH + "select", SH + "ask", SH + "construct"}
_READ = {
    *_TEXTS, _TYPE, RDFS + "label", RDFS + "comment", SH + "prefixes", SCHEMA + "keywords", SCHEMA + "target",
    SPEX + "federatesWith", LPQ + "template", LPQ + "parameter",
}  # fmt: skip


def read(text: str, file: str) -> list[Draft]:
    """Read the queries of a Turtle file; `file` is the path shown in messages.

    Raises:
        QueryError: it is no Turtle.
    """
    graph: dict[str, dict[str, list[_Term]]] = {}
    try:
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
            if not isinstance(quad.object, ox.Triple):
                about = graph.setdefault(str(quad.subject), {})
                about.setdefault(quad.predicate.value, []).append(quad.object)
    except SyntaxError as error:
        raise QueryError(f"the file is no Turtle: {error}.", Place(file)) from error
    found = [(subject, about) for subject, about in graph.items() if _TEXTS & set(about) or LPQ + "template" in about]
    drafts = [_Reader(graph, subject, about).draft() for subject, about in found]
    taken: set[str] = set()
    for draft in drafts:
        wanted, count = draft.id, 2
        while draft.id in taken:
            draft.id, count = f"{wanted}-{count}", count + 1
        taken.add(draft.id)
    return drafts


class _Reader:
    """Reads what a graph says of one query."""

    def __init__(
        self,
        graph: Mapping[str, Mapping[str, list[_Term]]],
        subject: str,
        about: Mapping[str, list[_Term]],
    ) -> None:
        self._graph, self._about = graph, about
        name = subject.strip("<>").rstrip("/#").replace("#", "/").rpartition("/")[2]
        self._draft = Draft(kebab(name))

    def draft(self) -> Draft:
        """Give what was read."""
        whole = self._values(LPQ + "template")
        if whole:
            self._draft.whole = whole[0]
            return self._draft
        self._read_texts()
        self._read_code()
        draft = self._draft
        draft.tags = sorted(self._values(SCHEMA + "keywords"))
        draft.federates = sorted(self._values(SPEX + "federatesWith"))
        targets = sorted(self._values(SCHEMA + "target"))
        draft.endpoint = targets[0] if targets else ""
        draft.dropped += [f"schema:target {target}" for target in targets[1:]]
        for predicate in sorted(set(self._about) - _READ):
            draft.dropped += [f"<{predicate}> {value}" for value in self._values(predicate)]
        return draft

    def _values(self, predicate: str) -> list[str]:
        return [value.value for value in self._about.get(predicate, [])]

    def _read_texts(self) -> None:
        for predicate, key in ((RDFS + "label", "title"), (RDFS + "comment", "description")):
            for value in self._about.get(predicate, []):
                self._read_text(value, key)

    def _read_text(self, value: _Term, key: str) -> None:
        texts, dropped = self._draft.texts[key], self._draft.dropped
        if not isinstance(value, ox.Literal):
            dropped.append(f"{key}: {value}")
            return
        language = (value.language or LANGUAGES[0]).partition("-")[0]
        plain = without_markup(value.value) if value.datatype.value == _HTML else value.value
        if plain != value.value:
            dropped.append(f"the markup of the {key}: {value.value}")
        if language in texts or language not in LANGUAGES:
            dropped.append(f"{key} in '{value.language or 'no language'}': {plain}")
        else:
            texts[language] = plain

    def _read_code(self) -> None:
        codes = [text for predicate in sorted(_TEXTS) for text in self._values(predicate)]
        self._draft.body, unknown = with_prefixes(codes[0], self._declared())
        self._draft.dropped += [f"a second query: {' '.join(code.split())}" for code in codes[1:]]
        self._draft.dropped += [f"the file does not declare the prefix '{prefix}:'" for prefix in unknown]

    def _declared(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for owner in self._about.get(SH + "prefixes", []):
            for node in self._graph.get(str(owner), {}).get(SH + "declare", []):
                about = self._graph.get(str(node), {})
                names, iris = about.get(SH + "prefix", []), about.get(SH + "namespace", [])
                if names and iris:
                    found[names[0].value] = iris[0].value
        return found
