"""Say which predicates a query can read, so that it need not be asked again, or load them, when others have changed.

The answer is on the safe side: where the tokens of a query do not tell, it reads all. A variable as predicate that no
VALUES names, a negated set, a path that may have no step with both ends free (`?a p* ?b`), GRAPH, SERVICE, FROM and
DESCRIBE read what no predicate tells of.

Source: SPARQL 1.1 Query Language, sections 9.1 (property paths), 18.4 (paths of length zero), 18.2.2 (what is joined
with what) and 19.8 (grammar).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.context import RDF
from linkedproj.queries.saved.tokens import declared_prefixes, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_TEXTS = 256
_UNBOUNDED = frozenset({"SERVICE", "GRAPH", "FROM", "DESCRIBE", "BASE"})
_MODIFIERS = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"})
_COMPARED = frozenset({"OPTIONAL", "MINUS"})
_TRUTHS = frozenset({"TRUE", "FALSE"})


class _AnyError(Exception):
    """Some pattern may match statements with any predicate, or nothing tells that it does not."""


class _Word(NamedTuple):
    kind: str
    text: str

    @property
    def keyword(self) -> str:
        """The keyword or function of SPARQL that it is, in capitals; "" where it is none."""
        plain = self.kind == "name" and ":" not in self.text and self.text != "a"
        return "" if not plain or self.text.upper() in _TRUTHS else self.text.upper()

    @property
    def is_term(self) -> bool:
        """A term that is one word, or the beginning of a literal."""
        return self.kind in {"iri", "string", "variable", "blank", "number"} or (
            self.kind == "name" and not self.keyword
        )

    @property
    def is_free(self) -> bool:
        """A variable, or a blank node, which is one in patterns."""
        return self.kind in {"variable", "blank"}

    @property
    def name(self) -> str:
        """The name of a variable, which is one with both signs."""
        return self.text[1:]


_END, _BRACE = _Word("other", ""), _Word("other", "}")


@lru_cache(_TEXTS)
def read_predicates(sparql: str) -> frozenset[str] | None:
    """Return the IRIs of a query that may stand for predicates in what it reads; None: it may read any.

    `sparql` is a query that parses. What is in the set need not be a predicate: all IRIs that the text names are.
    """
    if "\\u" in sparql or "\\U" in sparql:
        return None
    words = [_Word(*token) for token in tokens(sparql) if token.kind not in {"space", "comment"}]
    try:
        _Walk(words).go()
        return _iris(words, declared_prefixes(sparql))
    except _AnyError:
        return None


def _iris(words: Sequence[_Word], prefixes: Mapping[str, str]) -> frozenset[str]:
    found = set()
    for word in words:
        if word.kind == "iri":
            found.add(word.text[1:-1])
        elif word == ("name", "a"):
            found.add(RDF + "type")
        elif word.kind == "name" and ":" in word.text:
            prefix, _, local = word.text.partition(":")
            if prefix not in prefixes or "\\" in local:
                raise _AnyError
            found.add(prefixes[prefix] + local)
    return frozenset(found)


class _Loose(NamedTuple):
    """What must be bound elsewhere: a variable that is a predicate, or one of the ends of a path without a step."""

    ends: tuple[_Word, ...]
    is_predicate: bool


@dataclass
class _Group:
    """A group of patterns: what its own patterns bind, its own VALUES name, and what is loose in it.

    `selects` tells that it is a query of its own, whose variables need not be those outside.
    """

    selects: bool = False
    bound: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    loose: list[_Loose] = field(default_factory=list)

    def settle(self) -> None:
        """Let go what is loose no more."""
        self.loose = [each for each in self.loose if not self.binds(each)]

    def binds(self, loose: _Loose) -> bool:
        """Check that one of its ends is a term, or bound here."""
        # What VALUES names need not stand in any statement, and is then no end of a path without a step.
        here = self.named if loose.is_predicate else self.bound
        return any(not end.is_free or end.name in here for end in loose.ends)


class _Walk:
    """A walk through the words of a query, from pattern to pattern."""

    def __init__(self, words: Sequence[_Word]) -> None:
        self._words, self._at, self._anonymous = words, 0, 0

    def go(self) -> None:
        """Walk to the end.

        Raises:
            _AnyError: some pattern may match statements with any predicate.
        """
        if any(word.keyword in _UNBOUNDED for word in self._words):
            raise _AnyError
        if self._group().loose or self._next != _END:
            raise _AnyError

    @property
    def _next(self) -> _Word:
        return self._words[self._at] if self._at < len(self._words) else _END

    def _take(self) -> _Word:
        word = self._next
        self._at += 1
        return word

    def _takes(self, *texts: str) -> bool:
        found = self._next.text in texts
        self._at += found
        return found

    def _group(self) -> _Group:
        """Walk through what stands in braces, or the whole query, up to its end."""
        group = _Group()
        while self._next not in {_END, _BRACE}:
            if keyword := self._next.keyword:
                self._at += 1
                self._keyword(keyword, group)
            elif self._takes("{"):
                self._inner(group)
            elif not self._takes("."):
                self._properties(self._node(group), group)
        group.settle()
        return group

    def _inner(self, group: _Group, *, is_joined: bool = True) -> None:
        """Walk through a group whose brace was taken; what it leaves loose may be bound around it.

        Raises:
            _AnyError: something is loose in a query of its own, or in what OPTIONAL or MINUS compare with what was
                bound before them.
        """
        inner = self._group()
        self._at += 1
        if not is_joined:
            inner.loose = [each for each in inner.loose if not group.binds(each)]
        if inner.loose and (inner.selects or not is_joined):
            raise _AnyError
        group.loose += inner.loose

    def _keyword(self, keyword: str, group: _Group) -> None:
        if keyword == "PREFIX":
            self._at += 2
        elif keyword == "SELECT":
            group.selects = True
            self._skip({"WHERE", "{"}, group)
        elif keyword in _MODIFIERS:
            self._skip({"VALUES", "}"}, group)
        elif keyword == "VALUES":
            self._values(group)
        elif keyword == "FILTER" and self._next.is_term:  # a function that an IRI names
            self._at += 1
            self._expression(group)
        elif keyword in _COMPARED and self._takes("{"):
            self._inner(group, is_joined=False)
        elif self._next.text == "(":
            self._expression(group)

    def _values(self, group: _Group) -> None:
        """Walk through a table of terms, and note the variables that have one in every row of it."""
        begin = self._at
        self._skip({"{"}, group)
        columns = {word.name for word in self._words[begin : self._at] if word.is_free}
        begin = self._at
        self._skip({"}"}, group)
        if all(word.keyword != "UNDEF" for word in self._words[begin : self._at]):
            group.named |= columns
        self._at += 1

    def _skip(self, ends: set[str], group: _Group) -> None:
        """Go on to one of these words, outside of brackets."""
        while self._next != _END and (self._next.keyword or self._next.text) not in ends:
            if self._next.text == "(":
                self._expression(group)
            else:
                self._at += 1

    def _expression(self, group: _Group) -> None:
        """Walk through what stands in brackets, and through the patterns of an EXISTS in it."""
        self._at += 1
        while self._next != _END and not self._takes(")"):
            if self._next.text == "(":
                self._expression(group)
            elif self._take().text == "{":
                self._inner(group)

    def _properties(self, subject: _Word, group: _Group) -> None:
        """Walk through what is said of a subject."""
        while self._takes(";") or self._next.is_term or self._next.text in {"(", "^", "!"}:
            if not (self._next.is_term or self._next.text in {"(", "^", "!"}):
                continue
            if self._next.kind == "variable":
                group.loose.append(_Loose((self._take(),), is_predicate=True))
                may_be_empty = False
            else:
                may_be_empty = self._path()
            while True:
                ends = subject, self._node(group)
                if may_be_empty:
                    group.loose.append(_Loose(ends, is_predicate=False))
                else:
                    group.bound |= {end.name for end in ends if end.is_free}
                if not self._takes(","):
                    break

    def _node(self, group: _Group) -> _Word:
        """Walk through a subject or an object.

        Raises:
            _AnyError: it is a list, a quoted triple or nothing known.
        """
        if self._takes("["):
            self._anonymous += 1
            node = _Word("blank", f"[{self._anonymous}")
            self._properties(node, group)
            if not self._takes("]"):
                raise _AnyError
            return node
        self._takes("-", "+")
        if not self._next.is_term:
            raise _AnyError
        node = self._take()
        if node.kind == "string":
            if self._next.kind == "tag":
                self._at += 1
            elif self._takes("^"):
                self._at += 2
        return node

    def _path(self) -> bool:
        """Walk through a path of predicates; return whether it may have no step."""
        may_be_empty = self._sequence()
        while self._takes("|"):
            may_be_empty |= self._sequence()
        return may_be_empty

    def _sequence(self) -> bool:
        may_be_empty = self._step()
        while self._takes("/"):
            may_be_empty &= self._step()
        return may_be_empty

    def _step(self) -> bool:
        """Walk through one step.

        Raises:
            _AnyError: it is all predicates but some, or nothing known.
        """
        self._takes("^")
        may_be_empty = False
        if self._takes("("):
            may_be_empty = self._path()
            if not self._takes(")"):
                raise _AnyError
        elif self._next.kind in {"iri", "name"} and self._next.is_term:
            self._at += 1
        else:
            raise _AnyError
        return self._takes("*", "?") or (self._takes("+") and may_be_empty) or may_be_empty
