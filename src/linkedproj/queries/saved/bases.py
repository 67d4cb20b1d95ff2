"""Where the IRIs of a portfolio begin, and saved queries written for another beginning.

Saved queries are written for the shipped portfolio. A portfolio with another `base` has other IRIs: ids given as
arguments, defaults of parameters and IRIs in the text of a query follow it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.context import RDF, load_context
from linkedproj.model.errors import QueryError
from linkedproj.model.paths import shipped
from linkedproj.queries.saved.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.context import Context
    from linkedproj.queries.saved.collection import Case, SavedQuery
    from linkedproj.queries.saved.parameters import Parameter

_CODES = "https://w3id.org/linkedproj/"


@cache
def context_of(base: str | None = None, ontology: Path | None = None) -> Context:
    """Return the shipped context, or the same for IRIs that begin with `base` ("https://data.example.org/id/").

    `ontology` is the folder of the ontology in force, if it is not the shipped one.

    Raises:
        SetupError: the context cannot be read, or `base` is no IRI that ends in "/".
    """
    return load_context((ontology or shipped("ontology")) / "context.jsonld", base)


def by_table(context: Context) -> dict[str, str]:
    """Return the IRI that ids of each record type are appended to: {"city": "https://data.example.org/id/city/"}."""
    return {kind.table: kind.base for kind in context.types.values()}


def base_beside(files: Sequence[Path]) -> str | None:
    """Read the base of a release from the context that lies beside its files, if one does.

    Raises:
        QueryError: the files belong to releases with different bases.
        SetupError: such a context cannot be read.
    """
    contexts = sorted({file.parent / "context.jsonld" for file in files})
    found = {load_context(path).base for path in contexts if path.is_file()}
    if len(found) > 1:
        raise QueryError(f"the data have different bases: {', '.join(sorted(found))}. Query them one by one.")
    return found.pop() if found else None


def base_in(store: ox.Store) -> str | None:
    """Read the base from the first record of one of our types that a store holds, if it holds any."""
    context = context_of()
    for kind in context.types.values():
        if not kind.base.startswith(context.base):
            continue
        for quad in store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), ox.NamedNode(kind.iri)):
            iri = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
            base, found, _ = iri.rpartition(kind.base.removeprefix(context.base))
            if found:
                return base
    return None


def rebase(query: SavedQuery, base: str) -> SavedQuery:
    """Return the query as it would be written for a portfolio whose IRIs begin with `base`."""
    written_for = context_of().base
    if base == written_for:
        return query
    return replace(
        query,
        text=query.text.removesuffix(query.body) + "".join(_moved_tokens(query.body, written_for, base)),
        parameters={name: _moved_parameter(one, written_for, base) for name, one in query.parameters.items()},
        cases=tuple(_moved_case(case, written_for, base) for case in query.cases),
    )


def _moved(iri: str, old: str, new: str) -> str:
    return new + iri[len(old) :] if iri.startswith(old) else iri


def _moved_tokens(body: str, old: str, new: str) -> Iterator[str]:
    for token in tokens(body):
        yield _moved(token.text, f"<{old}", f"<{new}") if token.kind == "iri" else token.text


def _moved_parameter(parameter: Parameter, old: str, new: str) -> Parameter:
    default = None if parameter.default is None else _moved(parameter.default, old, new)
    return replace(parameter, default=default, enum=tuple(_moved(value, old, new) for value in parameter.enum))


def _moved_case(case: Case, old: str, new: str) -> Case:
    arguments: Mapping[str, str] = {name: _moved(value, old, new) for name, value in case.arguments.items()}
    return replace(case, arguments=arguments)


def shorten(context: Context, iri: str) -> str:
    """Show "city/kigali", "role/partner", "schema:endDate" for what has such a name in the tables."""
    for kind in context.types.values():
        if iri.startswith(kind.base):
            return f"{kind.table}/{iri[len(kind.base) :]}"
    short = context.compact(iri)
    return iri.removeprefix(_CODES) if short == iri else short
