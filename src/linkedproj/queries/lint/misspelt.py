"""Terms of a query somebody brings along that are none, but nearly one: it would quietly find nothing."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from linkedproj.model.paths import shipped
from linkedproj.queries.lint.code import read_code
from linkedproj.queries.lint.known import load_known, namespace
from linkedproj.queries.lint.terms import used_terms
from linkedproj.queries.saved.bases import context_of
from linkedproj.queries.saved.tokens import declared_prefixes

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.queries.saved.collection import SavedQuery

_ALIKE = 0.75


def misspelt_terms(query: SavedQuery, ontology: Path | None = None) -> list[str]:
    """Return a sentence for each term that no vocabulary here has, while a similar one exists.

    `ontology` is the folder of the ontology in force, if it is not the shipped one.
    """
    known, context = load_known(ontology or shipped("ontology"), None), context_of(ontology=ontology)
    terms = known.terms | {field.iri for field in context.fields.values()}
    terms |= {iri for kind in context.types.values() for iri in (kind.iri, *kind.classes)}
    found: dict[str, str] = {}
    for word, iri in used_terms(read_code(query.text, query.file), known, declared_prefixes(query.text)):
        near = _nearest(iri, terms)
        if iri not in terms and near:
            place = f"line {word.place.line}: "
            found[iri] = f"{place}nothing has {word.text}. Did you mean {context.compact(near)}?"
    return list(found.values())


def _nearest(iri: str, terms: frozenset[str]) -> str:
    base = namespace(iri)
    names = sorted(term[len(base) :] for term in terms if namespace(term) == base)
    near = difflib.get_close_matches(iri[len(base) :], names, 1, _ALIKE)
    return base + near[0] if near else ""
