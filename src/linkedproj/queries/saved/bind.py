"""Put arguments in the place of a saved query's parameters, each as one RDF term.

The query is cut into tokens and only a whole variable token is ever replaced, by the term's N-Triples spelling:
whatever an argument holds, the query around it stays the same. Strings, IRIs and comments are never touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import QueryError
from linkedproj.model.lexical import LANGUAGE, SPELLINGS, XSD, is_day, is_month, is_year
from linkedproj.queries.saved.parameters import LANGUAGE_PARAMETER, parameter_variable
from linkedproj.queries.saved.tokens import declared_prefixes, tokens, variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.queries.saved.parameters import Parameter

_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_IRI_BAD = re.compile(r'[\x00-\x20<>"{}|^`\\\x7f-\x9f\ud800-\udfff]|%(?![0-9A-Fa-f]{2})')
_NO_CHARACTER = re.compile("[\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
_SHORT = {"integer": XSD + "integer", "number": XSD + "decimal"}

_SHOWN = 60
_ESCAPED = re.compile(r'\\[uU]?|["\n\r\t]')
# The text \u0022 must not become "\\u0022": rdflib 7.6 expands \u before it reads strings, and would find a quote.
# The letter behind a backslash is spelled as an escape of eight digits, which no digit behind it can join.
_ESCAPES = {
    "\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r", "\t": r"\t",
    r"\u": r"\\\U00000075", r"\U": r"\\\U00000055",
}  # fmt: skip

_FORMS = {
    XSD + "date": is_day,
    XSD + "gYearMonth": is_month,
    XSD + "gYear": is_year,
}


@dataclass(frozen=True, slots=True)
class ArgumentFault:
    """What is wrong with one argument."""

    parameter: str
    message: str


class ArgumentsError(QueryError):
    """Some arguments do not fit the query; `faults` has one entry each."""

    def __init__(self, query_id: str, faults: tuple[ArgumentFault, ...]) -> None:
        super().__init__("\n".join(f"{query_id}: {fault.message}" for fault in faults))
        self.faults = faults


def bind(query: SavedQuery, arguments: Mapping[str, str], bases: Mapping[str, str] | None = None) -> str:
    """Return the query that is really run: without its header, every parameter replaced.

    `bases` gives the IRI that ids of a record type are appended to: {"city": "https://data.example.org/id/city/"}.
    What is not in `arguments` gets its default.

    Raises:
        ArgumentsError: arguments that are unknown or do not fit, all at once.
    """
    body, terms = query.body, bound_terms(query, arguments, bases)
    pieces, end = list[str](), 0
    for start, name in variables(body):
        found = parameter_variable(name)
        if found and found.name in terms:
            pieces += [body[end:start], terms[found.name]]
            end = start + len(name)
    return "".join([*pieces, body[end:]])


def bound_pieces(
    query: SavedQuery, arguments: Mapping[str, str], bases: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the query token by token: as it is written, and as it is run; otherwise as `bind`.

    Raises:
        ArgumentsError: arguments that are unknown or do not fit, all at once.
    """
    return _replaced(query.body, bound_terms(query, arguments, bases))


def bound_terms(
    query: SavedQuery, arguments: Mapping[str, str], bases: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the term of each parameter in its N-Triples spelling; none for one that is left out. Otherwise as `bind`.

    Raises:
        ArgumentsError: arguments that are unknown or do not fit, all at once.
    """
    declared = declared_prefixes(query.text)
    faults = list(_unknown(query, arguments))
    terms: dict[str, str] = {}
    for parameter in query.parameters.values():
        value = arguments.get(parameter.name, parameter.default)
        if value is None:
            continue
        try:
            terms[parameter.name] = _term(parameter, value, declared, bases or {})
        except ValueError as error:
            shown = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
            faults.append(ArgumentFault(parameter.name, f"{parameter.name} {shown!r} {error}"))
    if faults:
        raise ArgumentsError(query.id, tuple(faults))
    return terms


def read_pairs(query: SavedQuery, pairs: Sequence[str], language: str) -> dict[str, str]:
    """Read arguments written `name=value`; labels come in `language`, if it is named and the query has labels.

    Raises:
        QueryError: a pair has no value, or a name is given twice.
    """
    arguments: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise QueryError(f"-p '{pair}' has no value. Write -p name=value.")
        if name in arguments:
            raise QueryError(f"-p {name} is given twice. Give it once.")
        arguments[name] = value
    spoken = {LANGUAGE_PARAMETER: language} if language and LANGUAGE_PARAMETER in query.parameters else {}
    return spoken | arguments


def _unknown(query: SavedQuery, arguments: Mapping[str, str]) -> Iterator[ArgumentFault]:
    for name in arguments:
        if name not in query.parameters:
            there = f"There are: {', '.join(query.parameters)}." if query.parameters else "The query has none."
            yield ArgumentFault(name, f"there is no parameter {name!r}. {there}")


def _replaced(body: str, terms: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for token in tokens(body):
        found = parameter_variable(token.text) if token.kind == "variable" else None
        yield token.text, terms.get(found.name, token.text) if found else token.text


def _term(parameter: Parameter, value: str, declared: Mapping[str, str], bases: Mapping[str, str]) -> str:
    if parameter.enum and value not in parameter.enum:
        raise ValueError(f"is none of {', '.join(parameter.enum)}.")
    if parameter.type == "iri":
        return iri_term(resolve(parameter, value, bases))
    if parameter.type in {"", "literal"}:
        return literal_term(value)
    if LANGUAGE.fullmatch(parameter.type):
        return f"{literal_term(value)}@{parameter.type}"
    return _typed(value, _datatype(parameter, declared))


def resolve(parameter: Parameter, value: str, bases: Mapping[str, str]) -> str:
    """Let the id of a record stand for its IRI where the header says of which type."""
    base = bases.get(parameter.of, "")
    return base + value if base and _ID.fullmatch(value) else value


def _datatype(parameter: Parameter, declared: Mapping[str, str]) -> str:
    if parameter.type in _SHORT:
        return _SHORT[parameter.type]
    prefix, _, local = parameter.type.partition("_")
    if not local or prefix not in declared:
        raise ValueError(f"has no type we know: '{parameter.type}'. The query must declare the prefix '{prefix}:'.")
    return declared[prefix] + local


def _typed(value: str, datatype: str) -> str:
    fault = SPELLINGS.get(datatype)
    is_well_spelled = _FORMS[datatype](value) if datatype in _FORMS else not (fault and fault(value))
    if not is_well_spelled:
        raise ValueError(f"is no {datatype.removeprefix(XSD)}. {_ADVICE.get(datatype, '')}".rstrip())
    return f"{literal_term(value)}^^{iri_term(datatype)}"


_ADVICE = {
    XSD + "date": "Write a day of the calendar as YYYY-MM-DD.",
    XSD + "gYearMonth": "Write YYYY-MM.",
    XSD + "gYear": "Write YYYY.",
    XSD + "integer": "Write digits only.",
    XSD + "decimal": "Write it like 7.5.",
}


def iri_term(iri: str) -> str:
    """Spell an absolute IRI as a term.

    Raises:
        ValueError: it is relative, or holds a character no IRI has.
    """
    if not _SCHEME.match(iri):
        raise ValueError("is no absolute IRI. Write it in full, like https://data.example.org/id/city/kigali.")
    if _IRI_BAD.search(iri):
        raise ValueError("holds a character that no IRI has. Percent-encode it.")
    return str(ox.NamedNode(iri))


def literal_term(text: str) -> str:
    """Spell a plain string as a term.

    Raises:
        ValueError: it holds a code point that is no character (a lone surrogate).
    """
    if _NO_CHARACTER.search(text):
        raise ValueError("holds a code point that is no character.")
    escaped = _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)
    return f'"{escaped}"'
