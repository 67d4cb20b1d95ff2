"""Lints of what is asked: the form of the query, its columns, the order of its rows, and what is left to chance."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from linkedproj.model.errors import Problem
from linkedproj.queries.lint.code import UPDATES, find_selects, group_after, query_form
from linkedproj.queries.saved.parameters import parameter_variable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linkedproj.queries.lint.code import Select, Word
    from linkedproj.queries.saved.collection import SavedQuery

_CHANCE = {"NOW", "RAND", "UUID", "STRUUID", "BNODE", "SAMPLE"}
_VIEWS = {
    "map": ("wkt / lat + long", ({"wkt"}, {"lat", "long"})),
    "timeline": ("from", ({"from"},)),
    "network": ("one + other / source + target", ({"one", "other"}, {"source", "target"})),
}


def form_problems(query: SavedQuery, words: Sequence[Word]) -> Iterator[Problem]:
    """Find what is wrong with the form of the query, outer and inner."""
    asked = query_form(words)
    found = find_selects(words)
    if asked is not None and asked.keyword in UPDATES:
        yield Problem("LP-QUERY-UPDATE", asked.place, cell=asked.keyword)
    elif asked is not None and asked.keyword == "DESCRIBE":
        yield Problem("LP-QUERY-DESCRIBE", asked.place)
    elif asked is not None and asked.keyword == "CONSTRUCT":
        yield from _construct(words, words.index(asked))
    for select in found:
        yield from _select(select)
    outer = next((select for select in found if not select.inner), None)
    if outer is not None and outer.star is None and asked is not None and asked.keyword == "SELECT":
        yield from _promised(query, [name for name, _ in outer.columns], asked)
    yield from _chance(words, found)


def federation_problems(query: SavedQuery, words: Sequence[Word]) -> Iterator[Problem]:
    """Find SERVICE and FROM that read what the header does not name."""
    for n, word in enumerate(words):
        if word.keyword not in {"SERVICE", "FROM"}:
            continue
        skipped = {"SILENT", "NAMED"}
        target = next((item for item in words[n + 1 :] if item.keyword not in skipped), word)
        if target.kind != "iri" or target.text[1:-1] not in query.federates:
            values = {"word": word.keyword}
            yield Problem("LP-QUERY-SERVICE", word.place, cell=target.text, values=values)


def _construct(words: Sequence[Word], at: int) -> Iterator[Problem]:
    following = words[at + 1] if at + 1 < len(words) else words[at]
    if following.text != "{":
        yield Problem("LP-QUERY-SHORT", words[at].place)
        return
    for word in group_after(words, at):
        if word.kind == "blank" or word.text in {"[", "("}:
            yield Problem("LP-QUERY-BLANK", word.place, cell=word.text)
    made = dict.fromkeys(word.text for word in group_after(words, at) if word.kind == "variable")
    outer = {word.keyword: word for word in words[at:] if not word.braces and not word.brackets}
    cut = outer.get("LIMIT") or outer.get("OFFSET")
    if cut is not None and "ORDER" not in outer:
        yield _open_order(cut, cut.keyword, made)


def _select(select: Select) -> Iterator[Problem]:
    if select.star is not None:
        yield Problem("LP-QUERY-STAR", select.star.place)
    for _, word in select.columns:
        if parameter_variable(word.text):
            yield Problem("LP-QUERY-PROJECTED", word.place, cell=word.text)
    if select.star is None and (select.cut or not select.inner):
        yield from _order(select)


def _order(select: Select) -> Iterator[Problem]:
    """Every column must be ordered by, or the variables that rows are grouped by, which are a key."""
    alone = select.computed and not select.group
    keyed = bool(select.group) and set(select.group) <= set(select.order)
    columns = [name for name, word in select.columns if not parameter_variable(word.text)]
    missing = [name for name in columns if name not in select.order]
    if select.group:
        missing = [name for name in missing if name in select.group] or missing
    if missing and not keyed and not alone:
        needed = [f"?{name}" for name in missing]
        yield _open_order(select.word, ", ".join(needed), needed)


def _open_order(word: Word, found: str, needed: Iterable[str]) -> Problem:
    return Problem("LP-QUERY-ORDER", word.place, values={"found": found, "needed": " ".join(needed)})


def _promised(query: SavedQuery, columns: list[str], asked: Word) -> Iterator[Problem]:
    expected = list(query.expect.columns)
    if expected and expected != columns:
        values = {"needed": ", ".join(expected), "found": ", ".join(columns)}
        yield Problem("LP-QUERY-COLUMNS", asked.place, values=values)
    needed, choices = _VIEWS.get(query.view, ("", ()))
    if choices and not any(choice <= set(columns) for choice in choices):
        yield Problem("LP-QUERY-VIEW", asked.place, cell=query.view, values={"needed": needed})


def _chance(words: Sequence[Word], found: Sequence[Select]) -> Iterator[Problem]:
    for word, following in pairwise(words):
        if following.text != "(":
            continue
        if word.keyword in _CHANCE:
            yield Problem("LP-QUERY-CHANCE", word.place, cell=word.keyword)
        elif word.keyword == "GROUP_CONCAT" and not _ordered_below(word, found):
            yield Problem("LP-QUERY-CONCAT", word.place)


def _ordered_below(word: Word, found: Sequence[Select]) -> bool:
    """Return whether the SELECT that joins the values takes them from an ordered one."""
    around = [select for select in found if word in select.words]
    inside = around[-1].words if around else ()
    return any(select.order and select.word in inside[1:] for select in found)
