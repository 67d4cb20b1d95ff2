"""Objects of this package as what JSON can hold, and back: for what is said between processes.

Unlike pickle, nothing that is read can run anything: an object is made without its constructor, of a class of this
package, and gets the attributes that stand there. What is held twice is written once. Of a dataclass the fields are
kept, of another class all attributes; a defaultdict comes back as a dict.

    >>> from linkedproj.model.errors import Place
    >>> to_plain({("a", 1): Place("a.csv", 3)})
    {'dict': [[{'tuple': ['a', 1]}, {'object': ['linkedproj.model.errors:Place', ['a.csv', 3, 0, '']]}]]}
    >>> from_plain(to_plain({("a", 1): Place("a.csv", 3)}))
    {('a', 1): Place(file='a.csv', line=3, column=0, sheet='')}
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from dataclasses import fields, is_dataclass
from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_AS_IT_IS = (str, int, float, bool, type(None))
_PACKAGE = "linkedproj."


def to_plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a value as JSON can hold it.

    Raises:
        TypeError: it holds what is neither plain nor of this package.
    """
    return _Writer().plain(value)


def from_plain(value: object) -> Any:  # noqa: ANN401 - whatever was written
    """Return what `to_plain` was given.

    Raises:
        TypeError: it was not written by `to_plain`.
    """
    return _Reader().value(value)


class _Writer:
    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        # As long as an object is here, no other one has its id.
        self._held: list[object] = []

    def plain(self, value: Any) -> Any:  # noqa: ANN401 - any value
        kind = type(value)
        if kind in _AS_IT_IS:
            return value
        if kind is list:
            return [self.plain(item) for item in value]
        if kind in {tuple, set, frozenset}:
            return {kind.__name__: [self.plain(item) for item in value]}
        if kind in {dict, defaultdict, Counter}:
            name = "Counter" if kind is Counter else "dict"
            return {name: [[self.plain(key), self.plain(item)] for key, item in value.items()]}
        if isinstance(value, PurePath):
            return {"Path": str(value)}
        return self._object(value, kind)

    def _object(self, value: Any, kind: type) -> Any:  # noqa: ANN401 - an object of this package
        name = f"{kind.__module__}:{kind.__qualname__}"
        if not name.startswith(_PACKAGE):
            raise TypeError(f"{name} is not of this package")
        if isinstance(value, enum.Enum):
            return {"enum": [name, value.name]}
        if isinstance(value, tuple):
            return {"named": [name, [self.plain(item) for item in value]]}
        if id(value) in self._numbers:
            return {"again": self._numbers[id(value)]}
        self._numbers[id(value)] = len(self._held)
        self._held.append(value)
        if is_dataclass(value):
            return {"object": [name, [self.plain(getattr(value, each)) for each in _fields(kind)]]}
        return {"object": [name, {each: self.plain(item) for each, item in vars(value).items()}]}


class _Reader:
    def __init__(self) -> None:
        self._held: list[object] = []
        self._makers: dict[str, Callable[[Any], Any]] = {
            "tuple": lambda items: tuple(map(self.value, items)),
            "set": lambda items: set(map(self.value, items)),
            "frozenset": lambda items: frozenset(map(self.value, items)),
            "dict": lambda pairs: {self.value(key): self.value(item) for key, item in pairs},
            "Counter": lambda pairs: Counter({self.value(key): self.value(item) for key, item in pairs}),
            "Path": Path,
            "enum": lambda found: _class(found[0])[found[1]],
            "named": lambda found: tuple.__new__(_class(found[0]), map(self.value, found[1])),
            "object": self._object,
            "again": self._held.__getitem__,
        }

    def value(self, plain: Any) -> Any:  # noqa: ANN401 - whatever was written
        if isinstance(plain, list):
            return [self.value(item) for item in plain]
        if isinstance(plain, dict):
            [(name, found)] = plain.items()
            return self._makers[name](found)
        return plain

    def _object(self, found: list[Any]) -> object:
        kind = _class(found[0])
        made = object.__new__(kind)
        self._held.append(made)
        values = found[1] if isinstance(found[1], dict) else dict(zip(_fields(kind), found[1], strict=True))
        for name, item in values.items():
            # Past a frozen dataclass's own way of setting.
            object.__setattr__(made, name, self.value(item))
        return made


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _class(name: str) -> Any:  # noqa: ANN401 - a class of this package
    """Return a class of this package by its module and name.

    Raises:
        TypeError: there is none.
    """
    module, _, qualified = name.partition(":")
    found = getattr(import_module(module), qualified, None) if module.startswith(_PACKAGE) else None
    if not isinstance(found, type) or found.__module__ != module:
        raise TypeError(f"{name} is no class of this package")
    return found
