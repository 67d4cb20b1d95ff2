r"""Queries that somebody brings along: read, and refused if they would reach beyond the data they are run on.

The text is judged token by token before an engine sees it. Engines read keywords without a space before them
(`5e1SERVICE`), a keyword with a prefixed name behind it (`SERVICE:a`), and some expand `\u0053` before all else: so a
word is refused wherever it could be read, and free to stand in strings, IRIs, variables and local names.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.errors import Place, QueryError
from linkedproj.model.lexical import XSD
from linkedproj.queries.ask.local import parse
from linkedproj.queries.saved.bases import by_table, context_of
from linkedproj.queries.saved.collection import SavedQuery
from linkedproj.queries.saved.expect import Expect
from linkedproj.queries.saved.parameters import Parameter, parameter_variable
from linkedproj.queries.saved.tokens import declared_prefixes, tokens, variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from linkedproj.queries.saved.tokens import SparqlToken

FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

LONGEST = 65_536
"""Characters of the longest query that is read."""

DEEPEST = 200
"""Brackets within brackets. Parsers go down one call a level, and thousands of levels end the whole process."""

LONGEST_CHAIN = {"name": 2_000, "other": 8_000}
"""Words and signs of one query, by kind of token: long chains of UNION or || end the whole process too."""

_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}
_REFUSED = {
    "SERVICE": "SERVICE is refused: it would ask an endpoint on the way. Fetch what you need from there into a file, "
    "and give both files with --data.",
    "FROM": "FROM is refused: it would fetch data on the way. Name the data with --data or --endpoint.",
}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_BAD_ESCAPE = re.compile(
    r"""\\(?:(?![tbnrf"'\\uU]|\Z)|u(?![0-9A-Fa-f]{4})|U(?![0-9A-Fa-f]{8})|u[Dd][89A-Fa-f]|U(?!000[0-9A-Fa-f]|0010)|U0000[Dd][89A-Fa-f])"""
)
_PAIR = re.compile(r"\\\\")


def read_adhoc(text: str, file: str, ontology: Path | None = None) -> SavedQuery:
    """Take a query as it comes; its parameters (`?_name_type`) have no defaults.

    Prefixes that it uses and does not declare are those of the portfolio. `file` is the path shown in messages,
    `ontology` the folder of the ontology in force, if it is not the shipped one.

    Raises:
        QueryError: it is no query, is too large, or would reach beyond its data.
    """
    refuse_reach(text, file)
    text = _with_prefixes(text, file, ontology)
    found = [parameter_variable(name) for _, name in variables(text)]
    parameters = {one.name: Parameter(one.name, one.type, one.optional) for one in found if one}
    return SavedQuery(
        id="query", file=file, text=text, title={}, description={}, tags=(), parameters=parameters, view="table",
        expect=Expect(), cases=(),
    )  # fmt: skip


def _with_prefixes(text: str, file: str, ontology: Path | None) -> str:
    """Declare the prefixes of the portfolio that a query uses without a declaration.

    They stand on the first line, so that no line gets another number; the parser judges the text as it came.

    Raises:
        QueryError: it does not parse.
    """
    known, declared = preset_prefixes(ontology), declared_prefixes(text)
    used = {word.partition(":")[0] for _, word in _words(text) if ":" in word}
    missing = {prefix: known[prefix] for prefix in sorted(used - declared.keys()) if prefix in known}
    if not missing:
        return text
    parse(text, file, missing)
    return "".join(f"PREFIX {prefix}: <{iri}> " for prefix, iri in missing.items()) + text


def preset_prefixes(ontology: Path | None = None) -> dict[str, str]:
    """Return the prefixes that need no declaration: of the context, of records by their table, of code lists."""
    context = context_of(ontology=ontology)
    lists = {
        field.base[:-1].rpartition("/")[2]: field.base for field in context.fields.values() if field.kind is Kind.CODE
    }
    return {"xsd": XSD, **lists, **by_table(context), **context.prefixes}


def require_values(query: SavedQuery, arguments: Mapping[str, str]) -> None:
    """Refuse to run a query of which a parameter has no value: it would quietly answer nothing.

    Raises:
        QueryError: one has none.
    """
    for parameter in query.parameters.values():
        chosen = parameter.of and parameter.pick
        if parameter.default is None and not parameter.optional and not chosen and parameter.name not in arguments:
            raise QueryError(f"parameter '{parameter.name}' has no value. Give it with -p {parameter.name}=….")


def form_of(text: str) -> str:
    """Return the form of a query: SELECT, ASK, CONSTRUCT or DESCRIBE; "" when it is none of them."""
    _, word = _first_word(text)
    return next((form for form in FORMS if word.startswith(form)), "")


def _first_word(text: str) -> tuple[int, str]:
    """Return the word that stands behind the prologue, in capitals, and its offset."""
    bare = ((offset, word.upper()) for offset, word in _words(text) if ":" not in word)
    return next((found for found in bare if found[1] not in {"PREFIX", "BASE"}), (0, ""))


def refuse_reach(text: str, file: str) -> None:
    """Refuse what is no query, is too large, or would read or change anything beyond the data it is run on.

    Raises:
        QueryError: saying what, and where.
    """
    if len(text) > LONGEST:
        raise QueryError(f"the query has {len(text)} characters, more than the {LONGEST} that are read.", Place(file))
    _refuse_escapes(text, file)
    _refuse_complexity(text, file)
    # An engine may expand \u escapes before it reads anything else.
    for reading in {text, _ESCAPE.sub(_character, text)}:
        _refuse_words(reading, file)
    if not form_of(text):
        raise QueryError("this is no query. Begin with SELECT, ASK or CONSTRUCT, after the prefixes.", Place(file))


def _refuse_words(text: str, file: str) -> None:
    start, first = _first_word(text)
    if first in _UPDATES:
        message = f"{first} is an update, and nothing is changed here. Write SELECT, ASK or CONSTRUCT."
        raise QueryError(message, _place(text, start, file))
    for offset, word in _words(text):
        # Of a prefixed name, only the prefix can be read as a keyword.
        for keyword, message in _REFUSED.items():
            if keyword in word.partition(":")[0].upper():
                raise QueryError(message, _place(text, offset, file))


def _refuse_escapes(text: str, file: str) -> None:
    for offset, token in _placed(text):
        outside = token.kind == "other" and token.text == "\\"
        inside = token.kind == "string" and _BAD_ESCAPE.search(_PAIR.sub("  ", token.text))
        if outside or inside:
            where = "in a string" if inside else "outside of a string"
            message = f"the backslash {where} is none that SPARQL has. Write the character itself."
            raise QueryError(message, _place(text, offset, file))


def _refuse_complexity(text: str, file: str) -> None:
    depth, seen = 0, Counter[str]()
    for offset, token in _placed(text):
        depth += (token.text in {"{", "(", "["}) - (token.text in {"}", ")", "]"})
        if depth > DEEPEST:
            raise QueryError(f"more than {DEEPEST} brackets stand within each other.", _place(text, offset, file))
        seen[token.kind] += 1
        if seen[token.kind] > LONGEST_CHAIN.get(token.kind, LONGEST):
            raise QueryError("the query is too long a chain of words or signs.", _place(text, offset, file))


def _words(text: str) -> Iterator[tuple[int, str]]:
    return ((offset, token.text) for offset, token in _placed(text) if token.kind == "name")


def _placed(text: str) -> Iterator[tuple[int, SparqlToken]]:
    offset = 0
    for token in tokens(text):
        yield offset, token
        offset += len(token.text)


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1] or escape[2], 16))


def _place(text: str, offset: int, file: str) -> Place:
    return Place(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
