"""The code of a query as a row of words, each with its place and how deep in braces and brackets it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.queries.saved.tokens import placed_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.model.errors import Place

FORMS = {"SELECT", "CONSTRUCT", "ASK", "DESCRIBE"}
UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}

_MODIFIERS = {"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}
_OPEN, _CLOSE = {"(", "["}, {")", "]"}


@dataclass(frozen=True, slots=True)
class Word:
    """A token that is no space and no comment; `braces` and `brackets` count those that are open around it."""

    kind: str
    text: str
    place: Place
    braces: int
    brackets: int

    @property
    def keyword(self) -> str:
        """The word in capitals, where it can be a keyword or the name of a function."""
        return self.text.upper() if self.kind == "name" and ":" not in self.text else ""

    @property
    def variable(self) -> str:
        """The name of the variable, or ""."""
        return self.text[1:] if self.kind == "variable" else ""


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT, outer or inner: its columns in order, and what its clauses say."""

    word: Word
    inner: bool
    star: Word | None
    columns: tuple[tuple[str, Word], ...]
    computed: bool
    group: tuple[str, ...]
    order: tuple[str, ...]
    cut: bool
    words: tuple[Word, ...]


def read_code(text: str, file: str) -> list[Word]:
    """Cut a query into words; an opening brace or bracket counts as outside of what it opens."""
    found: list[Word] = []
    braces = brackets = 0
    for token, place in placed_tokens(text, file):
        if token.kind in {"space", "comment"}:
            continue
        braces -= token.text == "}"
        brackets -= token.text in _CLOSE
        found.append(Word(token.kind, token.text, place, braces, brackets))
        braces += token.text == "{"
        brackets += token.text in _OPEN
    return found


def query_form(words: Sequence[Word]) -> Word | None:
    """Find the word that says what is asked, or what is changed."""
    asked = FORMS | UPDATES
    return next((word for word in words if word.keyword in asked and not word.braces), None)


def find_selects(words: Sequence[Word]) -> list[Select]:
    """Find every SELECT, the outer one first."""
    return [_select(words[n:], word) for n, word in enumerate(words) if word.keyword == "SELECT"]


def group_after(words: Sequence[Word], start: int) -> Sequence[Word]:
    """Return the words inside the bracket or brace that is next from `start` on."""
    opening = next((n for n in range(start, len(words)) if words[n].text in _OPEN | {"{"}), len(words))
    if opening == len(words):
        return ()
    first = words[opening]
    pair = {"(": ")", "[": "]", "{": "}"}[first.text]
    for n in range(opening + 1, len(words)):
        word = words[n]
        if (word.text, word.braces, word.brackets) == (pair, first.braces, first.brackets):
            return words[opening + 1 : n]
    return words[opening + 1 :]


def _select(rest: Sequence[Word], word: Word) -> Select:
    scope = _scope(rest, word)
    head, clauses = _head(scope, word), _clauses(scope, word)
    columns = tuple(_columns(head, word))
    level = [item for item in head if item.brackets == word.brackets]
    return Select(
        word=word,
        inner=bool(word.braces),
        star=next((item for item in level if item.text == "*"), None),
        columns=columns,
        computed=any(item.keyword in _AGGREGATES for item in head),
        group=_variables(clauses.get("GROUP", ()), word.brackets),
        order=_order(clauses.get("ORDER", ()), word.brackets),
        cut="LIMIT" in clauses or "OFFSET" in clauses,
        words=tuple(scope),
    )


_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}


def _scope(rest: Sequence[Word], word: Word) -> Sequence[Word]:
    end = next((n for n, item in enumerate(rest) if item.braces < word.braces), len(rest))
    return rest[:end]


def _head(scope: Sequence[Word], word: Word) -> Sequence[Word]:
    for n, item in enumerate(scope):
        if item.brackets == word.brackets and (item.keyword in {"WHERE", "FROM"} or item.text == "{"):
            return scope[1:n]
    return scope[1:]


def _clauses(scope: Sequence[Word], word: Word) -> dict[str, list[Word]]:
    """Return the words of each solution modifier, by its first keyword."""
    closed = [n for n, item in enumerate(scope) if item.text == "}" and item.braces == word.braces]
    found: dict[str, list[Word]] = {}
    current: list[Word] = []
    for item in scope[closed[0] + 1 :] if closed else ():
        if item.keyword in _MODIFIERS and item.brackets == word.brackets:
            current = found.setdefault(item.keyword, [])
        else:
            current.append(item)
    return found


def _columns(head: Sequence[Word], word: Word) -> Iterator[tuple[str, Word]]:
    for before, item in zip([word, *head], head, strict=False):
        named = before.keyword == "AS" and item.brackets == word.brackets + 1
        if item.variable and (named or item.brackets == word.brackets):
            yield item.variable, item


def _variables(words: Sequence[Word], level: int) -> tuple[str, ...]:
    """Return the variables that stand alone, or that an expression in brackets is named."""
    pairs = zip([None, *words], words, strict=False)
    return tuple(
        item.variable
        for before, item in pairs
        if item.variable
        and (item.brackets == level or (before is not None and before.keyword == "AS" and item.brackets == level + 1))
    )


def _order(words: Sequence[Word], level: int) -> tuple[str, ...]:
    """Return the variables of ORDER BY: ?x, ASC(?x), DESC(?x), STR(?x), COALESCE(STR(?x), …); no others."""
    return tuple(item.variable for n, item in enumerate(words) if item.variable and _bare(words, n, level))


_ORDERING = {"", "ASC", "DESC", "BY", "STR"}


def _bare(words: Sequence[Word], n: int, level: int) -> bool:
    if words[n].brackets == level:
        return True
    alone = n >= 1 and words[n - 1].text == "(" and n + 1 < len(words) and words[n + 1].text == ")"
    before = words[n - 2].keyword if n >= 2 else ""  # noqa: PLR2004 - the keyword stands before the bracket
    return (alone and words[n].brackets == level + 1 and before in _ORDERING) or _or_nothing(words, n, level)


def _or_nothing(words: Sequence[Word], n: int, level: int) -> bool:
    """Return whether this is the variable of COALESCE(STR(?x), …)."""
    called = [word.keyword or word.text for word in words[max(n - 4, 0) : n]]
    return words[n].brackets == level + 2 and called == ["COALESCE", "(", "STR", "("]
