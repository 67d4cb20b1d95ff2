"""Cells of a source as values: what is certain is repaired and told, what is not is asked; nothing is guessed."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING, Protocol

from linkedproj.importers.source.dates import date_pattern
from linkedproj.importers.source.words import because
from linkedproj.model.lexical import (
    UNSEEN,
    date_fault,
    iri_fault,
    is_composed,
    recoded,
    respelled,
    trace_of_recoding,
)
from linkedproj.model.lists import fold
from linkedproj.tables.readers.source import Day, Number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linkedproj.importers.source.spec import FieldSpec
    from linkedproj.importers.source.words import Reason
    from linkedproj.model.lists import CodeList

Value = str | tuple[str, ...]
"""A value of a field, "" without one; several of a cell that holds a list."""


class Notes(Protocol):
    """Who is told of a cell."""

    def repair(self, rule: str, field: str, before: str, after: str) -> None:
        """Take down that a value was put right, by which rule."""

    def ask(self, kind: str, field: str, value: str, reason: Reason, option: str = "") -> str:
        """Take down a question about a value, and return the answer that was given to it before, or ""."""


_PLAIN = re.compile(r"[!-%'-;=?A-~](?:[ -%'-;=?A-~]*[!-%'-;=?A-~])?")
"""A text of ASCII that has nothing to be repaired: no blank too many, no "<", no "&"."""

_BLANKS = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u200b\u2060\ufeff\ufffe\uffff]")
_JOINER = "\u034f"
"""The one of them that Python calls printable."""
_AT_EDGE = re.compile(f"[ {UNSEEN}]")
_EDGES = re.compile(f"^[ {UNSEEN}]+|[ {UNSEEN}]+$")
_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div)\s*/?\s*>", re.IGNORECASE)
_TAG = re.compile(r"</?(?:p|b|i|u|em|strong|span|div|ul|ol|li|a|font|sup|sub|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#[0-9]{1,6}|#[xX][0-9A-Fa-f]{1,6});")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_HOST = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:[/:?#]\S*)?")
_CUT = "[…]"
_SHORT = 24
_OFTEN, _KNOWN = 100, 5_000
"""Signs of a text that may well come again, and how many of a field are known at once."""


def cleaned(text: str, name: str, notes: Notes) -> str:
    """Return a text without what nobody meant to write; each repair is told once, by its rule."""
    if not text or _PLAIN.fullmatch(text):
        return text
    found = _step("line-end", text, text.replace("\r\n", "\n").replace("\r", "\n"), name, notes)
    if "&" in found or "<" in found:
        found = _step("html", found, _without_html(found), name, notes)
    if not _is_seen(found):
        found = _step("unseen-character", found, _DROPPED.sub("", _BLANKS.sub(" ", found)), name, notes)
    if not found.isascii() and not is_composed(found):
        found = _step("letter-and-accent", found, unicodedata.normalize("NFC", found), name, notes)
    if _AT_EDGE.match(found) or _AT_EDGE.match(found, len(found) - 1):
        found = _step("blank", found, _EDGES.sub("", found), name, notes)
    if "@" in found:
        without = _MAIL.sub(_CUT, found)
        if without != found:
            notes.repair("personal-address", name, _CUT, without)
            found = without
    if not found.isascii() and (trace := trace_of_recoding(found)):
        meant = recoded(trace)
        option = found.replace(trace, meant) if meant else ""
        found = notes.ask("encoding", name, found, because("encoding", trace=trace), option) or found
    return found


def _step(rule: str, before: str, after: str, name: str, notes: Notes) -> str:
    if after != before:
        notes.repair(rule, name, before, after)
    return after


def _is_seen(text: str) -> bool:
    """Return whether nothing of a text is a blank of another kind or a sign that nobody sees: quick where it is so."""
    return text.replace("\n", "").replace("\t", "").isprintable() and _JOINER not in text


def _without_html(text: str) -> str:
    """Take out tags and entities of HTML; what is only written like one, such as "<payload>", stays."""
    plain = _TAG.sub("", _BREAK.sub("\n", text)) if "<" in text else text
    return _ENTITY.sub(lambda match: html.unescape(match[0]), plain) if "&" in plain else plain


class _Heard:
    """Passes notes on; `is_anything` tells whether there were any."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self.is_anything = False

    def repair(self, rule: str, field: str, before: str, after: str) -> None:
        self.is_anything = True
        self._notes.repair(rule, field, before, after)

    def ask(self, kind: str, field: str, value: str, reason: Reason, option: str = "") -> str:
        self.is_anything = True
        return self._notes.ask(kind, field, value, reason, option)


class Converter:
    """Reads the cells of one field."""

    def __init__(self, spec: FieldSpec, codes: Mapping[str, Mapping[str, str]], lists: Mapping[str, CodeList]) -> None:
        self.spec = spec
        self._codes = codes.get(spec.codes) if spec.codes else None
        self._folded = {fold(key): code for key, code in (self._codes or {}).items()}
        self._list = lists.get(spec.codelist) if spec.codelist else None
        self._missing = spec.missing
        self._missing_folded = frozenset(fold(each) for each in spec.missing)
        self._read: Callable[[str, Notes], str] | None = {
            "number": self._number, "integer": self._number, "date": self._date, "uri": self._uri
        }.get(spec.type)  # fmt: skip
        self._dates = [(pattern, date_pattern(pattern)) for pattern in spec.formats] if spec.type == "date" else []
        group, decimal = re.escape(spec.group), f"[{re.escape(spec.decimal)}]"
        whole = rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+" if group else "[0-9]+"
        self._digits = re.compile(rf"([+-]?)({whole})(?:{decimal}([0-9]+))?")
        self._kept: dict[str, str] = {}
        # Of cells of which nobody was told, by what stands in them: most columns say the same again and again.
        self._known: dict[str, Value] = {}

    def __call__(self, cell: Value, notes: Notes) -> Value:
        """Return the value of a cell, "" when it says nothing."""
        # A number and a day are strings too, and read in their own way.
        if type(cell) is not str or len(cell) > _OFTEN:
            return self._value(cell, notes)
        found = self._known.get(cell)
        if found is None:
            heard = _Heard(notes)
            found = self._value(cell, heard)
            if not heard.is_anything:
                if len(self._known) >= _KNOWN:
                    self._known.clear()
                self._known[cell] = found
        return found

    def _value(self, cell: Value, notes: Notes) -> Value:
        if isinstance(cell, tuple):
            return self._several(cell, notes)
        if self.spec.separator:
            return self._several(cell.split(self.spec.separator), notes) if cell else ""
        return self._one(cell, notes)

    def leaves_out(self, cell: Value) -> bool:
        """Return whether the importer says of a cell that it stands for nothing, by a code that is ""."""
        if self._codes is None or not isinstance(cell, str) or not cell:
            return False
        return self._codes.get(cell, self._folded.get(fold(cell))) == ""

    def _several(self, cells: tuple[str, ...] | list[str], notes: Notes) -> Value:
        found = (self._one(_EDGES.sub("", cell), notes) for cell in cells)
        return tuple(dict.fromkeys(value for value in found if value))

    def _one(self, cell: str, notes: Notes) -> str:
        if cell in self._missing:
            return self.spec.default
        text = cell if isinstance(cell, (Number, Day)) else cleaned(cell, self.spec.name, notes)
        if text in self._missing or (len(text) <= _SHORT and fold(text) in self._missing_folded):
            return self.spec.default
        if self.spec.match:
            match = self.spec.match.search(text)
            if match is None:
                return notes.ask("value", self.spec.name, text, because("value", pattern=self.spec.match.pattern))
            text = match[1] if self.spec.match.groups else match[0]
        if self._codes is not None:
            text = self._coded(text, notes)
        if self._list is not None and text:
            text = self._listed(text, notes)
        return self._read(text, notes) if self._read and text else str(text)

    def _coded(self, text: str, notes: Notes) -> str:
        codes = self._codes or {}
        if text in codes:
            return codes[text]
        found = self._folded.get(fold(text))
        if found is not None:
            return found
        listed = ", ".join(dict.fromkeys(code for code in codes.values() if code))
        return notes.ask("code", self.spec.name, text, because("code", listed=listed))

    def _listed(self, text: str, notes: Notes) -> str:
        kept = self._list
        if kept is None or text in kept.codes:
            return text
        found = self._kept.get(text)
        if found is None:
            found = self._kept[text] = kept.spellings.get(fold(text), "")
        return found or notes.ask("code", self.spec.name, text, because("listed", name=kept.name), kept.meant(text))

    def _number(self, text: str, notes: Notes) -> str:
        if isinstance(text, Number):
            return str(text)
        match = self._digits.fullmatch(text.replace(" ", "") if self.spec.group == " " else text)
        if match is None:
            name = "number-grouped" if self.spec.group else "number"
            reason = because(name, decimal=self.spec.decimal, group=self.spec.group)
            return notes.ask("number", self.spec.name, text, reason)
        sign, whole, part = match.groups()
        if self.spec.group:
            whole = whole.replace(self.spec.group, "")
        return f"{sign.strip('+')}{whole}" + (f".{part}" if part else "")

    def _date(self, text: str, notes: Notes) -> str:
        if isinstance(text, Day):
            return str(text).partition("T")[0]
        for _, (pattern, order) in self._dates:
            if match := pattern.fullmatch(text):
                parts = dict(zip(order, match.groups(), strict=True))
                found = "-".join(parts[part].zfill(2) for part in "yMd" if part in parts)
                if not date_fault(found):
                    return found
        either: str | Reason = self.spec.formats[0]
        for other in self.spec.formats[1:]:
            either = because("either", one=either, other=other)
        return notes.ask("date", self.spec.name, text, because("date", listed=either))

    def _uri(self, text: str, notes: Notes) -> str:
        if iri_fault(text) == "scheme" and _HOST.fullmatch(text):
            text = _step("address-without-scheme", text, f"http://{text}", self.spec.name, notes)
        if not iri_fault(text):
            return str(text)
        _, _, right = respelled(text)
        if right:
            return _step("address-spelling", text, right, self.spec.name, notes)
        return notes.ask("address", self.spec.name, text, because("address"))
