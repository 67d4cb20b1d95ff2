"""TOML with the place of each key and value, which no parser of TOML that we know gives.

Source: TOML 1.0.0. The text is parsed by `tomllib` first, so that only sound TOML is searched for places.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from linkedproj.model.errors import Place, SetupError

if TYPE_CHECKING:
    from pathlib import Path

Keys = tuple[str | int, ...]
"""The way to a value: names of tables and keys, and numbers (from 0) in arrays."""

_LONG_KEY = re.compile(
    r"^[ \t]*\[{0,2}(?:[ \t]*(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.){100}", re.ASCII | re.MULTILINE
)
_BLANK = re.compile(r"(?:[\s,]|#[^\n]*)*")
_OPEN = re.compile(r"\[\[?")
_CLOSE = re.compile(r"\s*\]\]?")
_KEY = re.compile(r"""[ \t]*(?P<name>"(?:\\.|[^"\\])*"|'[^']*'|[\w-]+)[ \t]*(?P<dot>\.?)""", re.ASCII)
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\])*"|\'[^\']*\'|[^\s,#\]}]+(?: [0-9:.]+[^\s,#\]}]*)?',
    re.DOTALL,
)
_FAULT = re.compile(r"(?P<reason>.*) \(at line (?P<line>[0-9]+), column (?P<column>[0-9]+)\)")


def read_toml(path: Path, shown: str, *, is_numbered: bool = False) -> tuple[dict[str, Any], dict[Keys, Place]]:
    """Read a file, which people call `shown`: its content, and where each key and each item of an array stands.

    The empty way leads to the file as a whole. The items of an array of tables ([[x]]) have one way, or, if it
    `is_numbered`, each its own.

    Raises:
        OSError: it cannot be read.
        SetupError: it is no TOML, or no file: to read a pipe would have no end.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise SetupError("this is no file. Put a text file with the settings in its place.", Place(shown))
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = _parsed(text)
        places = _Places(text.replace("\r\n", "\n"), shown, is_numbered=is_numbered).found
    except UnicodeDecodeError as error:
        raise SetupError("the file is not UTF-8. Save it as UTF-8.", Place(shown)) from error
    except RecursionError as error:
        raise SetupError("values are nested too deeply. Write lists and tables flat.", Place(shown)) from error
    except tomllib.TOMLDecodeError as error:
        match = _FAULT.fullmatch(str(error))
        place = Place(shown, int(match["line"]), int(match["column"])) if match else Place(shown)
        reason = match["reason"] if match else str(error)
        raise SetupError(
            f"this is no TOML: {reason}. Write one `name = value` a line, texts in quotes.", place
        ) from error
    except ValueError as error:
        raise SetupError("a number has too many digits. Write it in quotes, if it is a text.", Place(shown)) from error
    return content, places


def _parsed(text: str) -> dict[str, Any]:
    """Parse a text.

    Raises:
        RecursionError: it is nested too deeply; of keys of many parts, tomllib takes more than the square.
        TOMLDecodeError: it is no TOML.
    """
    if _LONG_KEY.search(text):
        raise RecursionError
    return tomllib.loads(text)


class _Places:
    """Where things stand in a text; of what is written in several places, the first."""

    def __init__(self, text: str, shown: str, *, is_numbered: bool) -> None:
        self._text, self._at, self._shown, self._is_numbered = text, 0, shown, is_numbered
        self.found: dict[Keys, Place] = {(): Place(shown)}
        self._items: dict[Keys, int] = {}
        self._statements()

    def _statements(self) -> None:
        table: Keys = ()
        while self._take(_BLANK) is not None and self._at < len(self._text):
            if opening := self._take(_OPEN):
                start = self._at
                table = self._key(())
                if self._is_numbered:
                    table = self._numbered(table, is_item=opening[0] == "[[")
                    self._place(table, start)
                self._take(_CLOSE)
            else:
                self._pair(table)

    def _numbered(self, keys: Keys, *, is_item: bool) -> Keys:
        """Put numbers behind the names of arrays of tables: what is written below belongs to the last item of each."""
        found: Keys = ()
        for at, part in enumerate(keys, 1):
            found = (*found, part)
            if is_item and at == len(keys):
                self._items[found] = self._items.get(found, -1) + 1
            if found in self._items:
                found = (*found, self._items[found])
        return found

    def _pair(self, table: Keys) -> None:
        keys = self._key(table)
        self._take(_EQUALS)
        self._value(keys)

    def _key(self, above: Keys) -> Keys:
        """Read a key with its dots; each part of it is placed where the key begins."""
        start, keys, is_open = self._at, above, True
        while is_open and (match := self._take(_KEY)):
            name = match["name"]
            keys = (*keys, tomllib.loads(f"{name} = 0").popitem()[0])
            self._place(keys, start)
            is_open = bool(match["dot"])
        return keys

    def _value(self, keys: Keys) -> None:
        opening = self._text[self._at]
        if opening not in "[{":
            self._take(_SCALAR)
            return
        self._at += 1
        number = 0
        while self._take(_BLANK) is not None and self._text[self._at] not in "]}":
            if opening == "{":
                self._pair(keys)
            else:
                self._place((*keys, number), self._at)
                self._value((*keys, number))
            number += 1
        self._at += 1

    def _place(self, keys: Keys, start: int) -> None:
        line_start = self._text.rfind("\n", 0, start) + 1
        self.found.setdefault(keys, Place(self._shown, self._text.count("\n", 0, start) + 1, start - line_start + 1))

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match
