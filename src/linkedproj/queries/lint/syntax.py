"""The lint of syntax: a query is parsed by pyoxigraph, on an empty store and without ever leaving this machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import Place, Problem
from linkedproj.queries.saved.bind import ArgumentsError, bound_pieces
from linkedproj.queries.saved.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linkedproj.queries.lint.code import Word
    from linkedproj.queries.saved.collection import SavedQuery

DEEPEST = 100
"""More brackets around a word than this are refused: a few thousand end the whole program."""

_MOST = 6
_ERROR = re.compile(r"error at (?P<line>[0-9]+):(?P<column>[0-9]+): (?P<what>.*)", re.DOTALL)
_CLASSES = re.compile(r"\[(?:'[^']*'|[^\]'])*\]|\n|\bexpected( one of)?\b")


def syntax_problems(query: SavedQuery, words: Sequence[Word], bases: Mapping[str, str]) -> Iterator[Problem]:
    """Find where the query, with its defaults filled in, stops to be SPARQL 1.1."""
    deep = next((word for word in words if word.braces + word.brackets > DEEPEST), None)
    if deep is not None:
        yield Problem("LP-QUERY-DEPTH", deep.place, values={"limit": str(DEEPEST)})
        return
    try:
        pieces = list(bound_pieces(query, {}, bases))
    except ArgumentsError:
        # The lint of values tells; the bare query parses as well as the bound one.
        pieces = [(token.text, token.text) for token in tokens(query.body)]
    error = parse_error("".join(bound for _, bound in pieces))
    if error is None:
        return
    line, column, detail = error
    place, cell = _in_file(query, pieces, line, column)
    yield Problem("LP-QUERY-SYNTAX", place, cell=cell, values={"detail": detail})


def parse_error(sparql: str) -> tuple[int, int, str] | None:
    """Return line, column (in characters) and what the parser says, or None: it is SPARQL 1.1.

    Nothing is asked: every SERVICE is parsed as the GRAPH it looks like.
    """
    try:
        ox.Store().query("".join(_at_home(sparql)))
    except SyntaxError as error:
        match = _ERROR.fullmatch(str(error))
        if match is None:
            return 1, 1, str(error)
        line = int(match["line"])
        # The parser counts columns in bytes.
        before = sparql.split("\n")[line - 1].encode()[: int(match["column"]) - 1]
        return line, len(before.decode(errors="ignore")) + 1, _readable(match["what"])
    return None


def _at_home(sparql: str) -> Iterator[str]:
    """Keep every place where it is: SERVICE SILENT becomes GRAPH and spaces."""
    for token in tokens(sparql):
        word = token.text.upper() if token.kind == "name" else ""
        if word in {"SERVICE", "SILENT"}:
            yield ("GRAPH" if word == "SERVICE" else "").ljust(len(word))
        else:
            yield token.text


def _readable(what: str) -> str:
    """Keep the sentences and keywords of the parser's message, which is full of classes of characters."""
    parts = [part.strip() for part in _CLASSES.sub("", what).split(",")]
    found = [part for part in dict.fromkeys(parts) if part.replace(" ", "").isalpha()]
    meant = [part for part in found if " " in part]
    if meant:
        return "; ".join(meant)
    return f"expected {', '.join(found)}" if 0 < len(found) <= _MOST else "expected something else"


def _in_file(query: SavedQuery, pieces: Sequence[tuple[str, str]], line: int, column: int) -> tuple[Place, str]:
    """Return where in the file stands what became this place of the bound query, and the word; else the last one."""
    found = Place(query.file), ""
    at_line, at_column = query.header_lines + 1, 1
    bound_line, bound_column = 1, 1
    for original, bound in pieces:
        bound_line, bound_column = _after(bound, bound_line, bound_column)
        if original.strip() and not original.startswith("#"):
            found = Place(query.file, at_line, at_column), original
            if (bound_line, bound_column) > (line, column):
                break
        at_line, at_column = _after(original, at_line, at_column)
    return found


def _after(text: str, line: int, column: int) -> tuple[int, int]:
    ended = text.count("\n")
    return line + ended, len(text) - text.rfind("\n") if ended else column + len(text)
