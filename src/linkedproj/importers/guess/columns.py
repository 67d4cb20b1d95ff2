"""What a column may mean: by the words of its header, and only if its cells are what such a column holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from linkedproj.importers.guess.headers import (
    CURRENCIES,
    EXACT,
    ORGANISATION,
    OWNED,
    PARTLY,
    PERSON,
    PLACE,
    PROJECT,
    WEAK,
    fit,
    parts_of,
    taken_apart,
    unnumbered,
    words_of,
)
from linkedproj.importers.guess.vocabulary import FUND, OTHER, PROJECT_NUMBER, fits
from linkedproj.importers.source.dates import date_pattern
from linkedproj.model.lexical import date_fault
from linkedproj.model.lists import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from linkedproj.importers.guess.headers import Header
    from linkedproj.importers.guess.profile import Profile
    from linkedproj.importers.guess.vocabulary import Speech
    from linkedproj.importers.guess.words import Say
    from linkedproj.model.lists import CodeList

PERSONAL = "personal"
"""The meaning of a column about persons, which is left out on purpose."""

ALL_BUT = 0.9
"""The share of cells that have to be of a kind."""

_DATES = ("yyyy-MM-dd", "yyyy/MM/dd", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "d.M.yyyy", "d/M/yyyy", "dd-MM-yyyy",
          "MM/yyyy", "MM.yyyy", "yyyy-MM", "yyyy", "yyyyMMdd", "yyyy-MM-dd HH:mm:ss",
          "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'", "dd/MM/yyyy HH:mm", "dd/MM/yyyy HH:mm:ss",
          "dd.MM.yyyy HH:mm")  # fmt: skip
_STYLES = {(".", ","): "point", (",", "."): "comma", (",", " "): "comma-blank"}
"""Ways of writing numbers, by the signs before the decimals and between thousands, and what they are called."""

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_HOST = re.compile(r"(?:https?://)?(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:[/:?#]\S*)?")
_NUTS = re.compile(r"[A-Z]{2}[A-Z0-9]{1,3}")
_MONEY = re.compile(r"[+-]?[0-9][0-9., \u00a0]*")
_CODE = re.compile(r"(?=\S*[0-9])[\w./:-]{1,60}")
_POSTAL = re.compile(r"^[A-Z-]{0,3}[0-9]{4,6}\b|\b[0-9]{4,6}$")
_BROKEN = re.compile(r"(?<=[^\W\d_])-[ \n]*(?=[^\W\d_])")
_SEVERAL = re.compile(r"[;|\n]")
_LONG, _NAME, _FEW, _POST, _ID = 40, 160, 80, 12, 60


class Column:
    """What one column may mean, the likeliest first."""

    def __init__(
        self,
        profile: Profile,
        known: Mapping[str, Any],
        lists: Mapping[str, CodeList],
        say: Say,
        speech: Speech,
    ) -> None:
        """Take in what the cells are like; `speech` is how the headers of the sheet speak."""
        self.profile, self.say, self._vocabulary = profile, say, speech.vocabulary
        header = unnumbered(profile.header)
        _, self.language, self.currency = words_of(header)
        self._known, self._lists, self._is_twice = known, lists, speech.is_twice
        parts = parts_of(header, is_twice=speech.is_twice)
        meant = [self._meant(words_of(part)[0]) for part in (header, *parts)]
        if len(meant[0]) == 1 and any(each != meant[0] for each in meant):
            parts = [header]
        words = [speech.vocabulary.parted(words_of(part)[0].removeprefix(speech.shared)) for part in parts]
        joined = [words_of(_BROKEN.sub("", part))[0] for part in parts]
        words = [
            new if not self._says_all(old) and self._says_all(new) else old
            for old, new in zip(words, joined, strict=True)
        ]
        self.headers = [taken_apart(*each, known["owners"]) for each in zip(parts, words, strict=True)]
        self.language = "" if len(parts) > 1 else self.language
        self.weight = 0.0
        self.currency_by = ""
        found = [(*fitted, number) for number, fitted in enumerate(self._fitting(known["meanings"]))]
        # Of two that fit alike, the one with the longer word in common says more.
        self.ranked = [(score, each) for score, _, each, _ in sorted(found, key=lambda f: (-f[0], f[3])) if score]
        self.unsaid = {each["name"]: unsaid for score, unsaid, each, _ in found if score}
        if self.is_personal:
            self.ranked = [(EXACT, {"name": PERSONAL, "kind": PERSONAL})]

    def named(self, kind: str) -> frozenset[str]:
        """Return the words by which the header names what is of a kind."""
        return frozenset(word for each in self.headers for word in each.named(kind))

    def is_about(self, kind: str) -> bool:
        """Return whether all that the header says is about what is of a kind."""
        return all(each.about == kind for each in self.headers)

    def _fitting(self, meanings: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
        """Yield how well each meaning fits, and what of the header it leaves unexplained; parts have to agree."""
        fits = [[self._fit(header, meaning) for meaning in meanings] for header in self.headers]
        sure = [{n for n, (score, _) in enumerate(part) if score >= WEAK} for part in fits]
        understood = [each for each in sure if each]
        is_enough = self._is_twice or len(understood) == len(sure)
        agreed = set.intersection(*understood) if understood and is_enough else set()
        for number, meaning in enumerate(meanings):
            score = max(part[number][0] for part in fits)
            if number in agreed or len(fits) == 1:
                yield score, "" if number in agreed else fits[0][number][1], meaning
                continue
            unsaid = [part[number][1] for part in fits if part[number][0]]
            if not self._is_twice or understood:
                unsaid += [h.words for h, part in zip(self.headers, fits, strict=True) if not part[number][0]]
            yield min(score, PARTLY), " ".join(filter(None, unsaid)), meaning

    def _fit(self, header: Header, meaning: Mapping[str, Any]) -> tuple[int, str]:
        """Return how well a header fits a meaning, and the words of the header that the fit leaves unexplained."""
        score, by = fit(header.words, meaning["words"])
        if score >= EXACT:
            return score, ""
        if sure := self._owned(header, meaning) or self._made(header, meaning):
            return sure, ""
        if header.words in meaning.get("weaker", ()) or self._is_weak(header, meaning):
            return WEAK, ""
        if not score:
            return 0, ""
        explained = {*by.split(), *self._known["owners"]["small"], *self._known["owners"]["neutral"]}
        explained |= header.named(PROJECT) | header.named(PLACE)
        explained |= header.named(ORGANISATION) if meaning.get("of") == ORGANISATION else set()
        return score, " ".join(word for word in header.words.split() if word not in explained and not word.isdigit())

    def _meant(self, words: str, key: str = "made") -> frozenset[str]:
        """Return the meanings of which all words of a header say what they are made of, whichever way they are read."""
        readings = self._vocabulary.readings(words)
        if any(OTHER in each for each in readings):
            return frozenset()
        made = ((each["name"], made) for each in self._known["meanings"] for made in each.get(key, ()))
        return frozenset(name for name, each in made if any(fits(each, reading) for reading in readings))

    def _says_all(self, words: str) -> bool:
        return len(self._meant(words)) == 1

    def _made(self, header: Header, meaning: Mapping[str, Any], key: str = "made") -> int:
        """Return the score of a header that is made as a meaning is, if no reading says another."""
        return OWNED * (self._meant(header.words, key) == {meaning["name"]})

    def _is_weak(self, header: Header, meaning: Mapping[str, Any]) -> bool:
        is_own = header.about == PROJECT and header.rest in meaning.get("weaker", ()) and "of" not in meaning
        return is_own or bool(self._made(header, meaning, "made-weaker"))

    @property
    def is_bare_name(self) -> bool:
        """Whether the header says that the cells are names, and not of what."""
        named = [each for each in self._known["meanings"] if each.get("named") == PROJECT]
        return all(self._fit(header, each)[0] <= WEAK for header in self.headers for each in named)

    @property
    def is_bare_number(self) -> bool:
        """Whether the header says that the cells are numbers of something, and not of what."""
        return all(self._meant(each.words, "made-weaker") == {"id"} for each in self.headers)

    @property
    def is_of_project(self) -> bool:
        """Whether all that the header says is about a project, in one word or in several."""
        readings = [self._vocabulary.readings(header.words) for header in self.headers]
        return self.is_about(PROJECT) or all({PROJECT_NUMBER} in each for each in readings)

    def _owned(self, header: Header, meaning: Mapping[str, Any]) -> int:
        """Return the score of a header that says whose it is beside what it is, such as "Name of beneficiary"."""
        about, of = header.about, meaning.get("of", PROJECT)
        is_other = about not in {PROJECT, ORGANISATION} and header.kinds != {PLACE}
        if not header.owners or is_other or about == ORGANISATION != of:
            return 0
        if not header.rest:
            return OWNED * (header.kinds == {ORGANISATION} and meaning["name"] == ORGANISATION)
        is_name = about == meaning.get("named") and header.owners[-1][0] != PLACE
        words = (*meaning["shorter"], *(self._known["owners"]["name"] if is_name else ()))
        return OWNED * (fit(header.rest, words)[0] >= EXACT)

    @property
    def untold(self) -> str:
        """What is said of it where nothing is known: that no record has a place for it, if a word says so."""
        words = (self._vocabulary.named(header.words, OTHER) for header in self.headers)
        word = next(filter(None, words), "")
        return self.say("no-place", word=word) if word else self.say("unknown")

    @property
    def is_private(self) -> bool:
        """Whether the cells may name persons."""
        return any(PERSON in each.kinds for each in self.headers) or any(
            meaning["kind"] == PERSONAL for _, meaning in self.ranked
        )

    @property
    def is_personal(self) -> bool:
        """Whether the header is about persons and their names, or most cells are e-mail addresses."""
        names = self._known["owners"]["of-person"]
        for header in self.headers:
            is_clear = header.about == PERSON and (header.is_path or ORGANISATION not in header.kinds)
            if is_clear and (not header.rest or fit(header.rest, names)[0] >= EXACT):
                return True
        return 2 * self.profile.count(v for v in self.profile.values if _MAIL.fullmatch(v)) > self.profile.filled > 0

    @property
    def may_be_code(self) -> bool:
        """Whether the header has a word for an id among others, and all cells are codes: one word with a digit."""
        words = next(each["words"] for each in self._known["meanings"] if each["kind"] == "id")
        said = {word for header in self.headers for word in header.rest.split()}
        if self.profile.filled != self.profile.rows or not said & set(words):
            return False
        return all(_CODE.fullmatch(value) for value in self.profile.values)

    @property
    def only_currency(self) -> str:
        """The currency of the sheet, if this column says so, and says one in all rows."""
        is_said = any(header.words in self._known["owners"]["currency"] for header in self.headers)
        if not is_said or self.profile.filled != self.profile.rows:
            return ""
        return CURRENCIES.get(next(iter(self.profile.values)).lower(), "") if len(self.profile.values) == 1 else ""

    def judged(self, kind: str) -> tuple[str, dict[str, Any], bool]:
        """Return in words how many cells are of a kind, how they are written, and whether that is enough."""
        profile = self.profile
        if not profile.filled:
            return self.say("not-filled"), {}, False
        judge = getattr(self, f"_as_{kind}", self._as_text)
        told, settings, is_right = judge()
        if profile.missing:
            settings["missingValues"] = sorted(profile.missing)
        return told, settings, is_right

    def _share(self, count: int, name: str, **values: str) -> str:
        return self.say("share", count=count, all=self.profile.seen, what=self.say(name, **values))

    def _as_text(self) -> tuple[str, dict[str, Any], bool]:
        return self.say("filled", count=self.profile.filled, all=self.profile.rows), {}, True

    def _as_name(self) -> tuple[str, dict[str, Any], bool]:
        mean = self.profile.length / self.profile.filled
        letters = self.profile.count(v for v in self.profile.values if any(map(str.isalpha, v)))
        told = self.say("different", told=self._share(letters, "names"), count=len(self.profile.values))
        return told, {}, mean <= _NAME and letters >= ALL_BUT * self.profile.seen

    def _as_title(self) -> tuple[str, dict[str, Any], bool]:
        told, settings, is_right = self._as_name()
        codes = self.profile.count(value for value in self.profile.values if _CODE.fullmatch(value))
        if is_right and 2 * codes > self.profile.seen:
            return self.say("codes-there", told=told), {}, False
        return told, settings, is_right

    def _as_body(self) -> tuple[str, dict[str, Any], bool]:
        told, settings, is_right = self._as_name()
        if 5 * self.profile.count(value for value in self.profile.values if _SEVERAL.search(value)) > self.profile.seen:
            return self.say("several", told=told), {}, False
        several = self.profile.count(value for value in self.profile.values if len(value.split()) > 1)
        if is_right and 2 * several < self.profile.seen:
            return self.say("one-word", told=told), {}, False
        return told, settings, is_right

    def _as_town(self) -> tuple[str, dict[str, Any], bool]:
        told, settings, is_right = self._as_name()
        if 5 * self.profile.count(value for value in self.profile.values if _POSTAL.search(value)) > self.profile.seen:
            return self.say("post-codes", told=told), {}, False
        return told, settings, is_right

    _as_street = _as_town

    def _as_short(self) -> tuple[str, dict[str, Any], bool]:
        short = [value for value in self.profile.values if len(value) <= _POST]
        digits = self.profile.count(value for value in short if any(map(str.isdigit, value)))
        told = self._share(self.profile.count(short), "short")
        if 2 * digits < self.profile.seen:
            return self.say("no-digits", told=told), {}, False
        return told, {}, self.profile.count(short) >= ALL_BUT * self.profile.seen

    def _as_long(self) -> tuple[str, dict[str, Any], bool]:
        mean = self.profile.length / self.profile.filled
        return self.say("texts", count=self.profile.filled, mean=f"{mean:.0f}"), {}, mean >= _LONG

    def _as_id(self) -> tuple[str, dict[str, Any], bool]:
        short = all(len(value) <= _ID for value in self.profile.values)
        different = len(self.profile.values) + self.profile.more
        told = self.say("different-in", count=different, cells=self.profile.filled)
        return told, {}, short and self.profile.filled == self.profile.rows

    @property
    def is_counter(self) -> bool:
        """Whether the cells count the rows: 1, 2, 3."""
        return list(self.profile.values) == [str(n + 1) for n in range(self.profile.rows)]

    def _as_code(self) -> tuple[str, dict[str, Any], bool]:
        few = len(self.profile.values) <= max(_FEW, self.profile.filled // 2) and not self.profile.more
        separator = next((sign for sign in (";", "|") if self._has(sign) >= self.profile.seen / 5), "")
        mean = self.profile.length / self.profile.filled
        told = self.say("values", cells=self.profile.filled, count=len(self.profile.values))
        told = self.say("values-between", told=told, separator=separator) if separator else told
        return told, {"separator": separator} if separator else {}, few and mean <= _NAME

    def _as_programme(self) -> tuple[str, dict[str, Any], bool]:
        told, settings, is_right = self._as_code()
        funds = set(self._vocabulary.words(FUND))
        if all(fold(value) in funds for value in self.profile.values):
            return self.say("funds-there", told=told), {}, False
        return told, settings, is_right

    def _as_list(self) -> tuple[str, dict[str, Any], bool]:
        signs = {sign: self._has(sign) for sign in (";", "|", ",", "/")}
        sign = next((each for each, count in signs.items() if count >= self.profile.seen / 3), "")
        if not sign:
            return self.say("no-lists"), {}, False
        return self._share(signs[sign], "lists", separator=sign), {"separator": sign}, True

    def _has(self, sign: str) -> int:
        return self.profile.count(value for value in self.profile.values if sign in value)

    def _as_date(self) -> tuple[str, dict[str, Any], bool]:
        if self.profile.days == self.profile.filled:
            return (
                self._share(self.profile.days, "sheet-dates"),
                {"type": "date", "format": "yyyy-MM-dd"},
                True,
            )
        counts = {text: self.profile.count(filter(_is_dated(text), self.profile.values)) for text in _DATES}
        best = [text for text in _DATES if counts[text] == self.profile.seen]
        if not best:
            text = max(_DATES, key=counts.__getitem__)
            told = self._share(counts[text], "dates", pattern=text)
            return (
                told,
                {"type": "date", "format": text},
                counts[text] >= ALL_BUT * self.profile.seen and not self._rival(counts, text),
            )
        if rival := self._rival(counts, best[0]):
            return self.say("two-dates", pattern=best[0], other=rival), {}, False
        return self._share(counts[best[0]], "dates", pattern=best[0]), {"type": "date", "format": best[0]}, True

    def _rival(self, counts: Mapping[str, int], text: str) -> str:
        """Return another pattern that the cells fit just as well, and that means other days."""
        parts = sorted(text.lower())
        same = [
            t
            for t in _DATES
            if t != text and counts[t] == counts[text] and t.replace("dd", "d") != text.replace("dd", "d")
        ]
        same = [
            t for t in same if t.replace("MM", "M").replace("dd", "d") != text.replace("MM", "M").replace("dd", "d")
        ]
        return next((t for t in same if sorted(t.lower()) == parts), "")

    def _as_amount(self) -> tuple[str, dict[str, Any], bool]:
        texts = {value: _number_in(value) for value in self.profile.values}
        count = self.profile.count(value for value, (text, _) in texts.items() if text)
        if count < ALL_BUT * self.profile.seen:
            return self._share(count, "amounts"), {}, False
        signs = {sign for _, sign in texts.values() if sign}
        if len(signs) == 1:
            self.currency = self.currency or CURRENCIES.get(next(iter(signs)).lower(), "")
        settings: dict[str, Any] = {"type": "number"} | ({"match": _MONEY.pattern} if signs else {})
        written = [text for text, _ in texts.values() if text and not text.lstrip("+-").isdigit()]
        if self.profile.numbers == self.profile.filled or not written:
            return self._share(count, "numbers"), settings, self._has_currency(len(signs))
        fitting = [style for style in _STYLES if all(_style(style).fullmatch(text) for text in written)]
        if len({decimal for decimal, _ in fitting}) != 1:
            return self.say("two-ways" if fitting else "no-way", sample=written[0]), {}, False
        decimal, group = fitting[0]
        settings |= {"decimalChar": decimal, "groupChar": group}
        told = self._share(count, "numbers-with", style=self.say(_STYLES[fitting[0]]))
        return told, settings, self._has_currency(len(signs))

    def _has_currency(self, signs: int) -> bool:
        return bool(self.currency) and signs <= 1

    def _as_degrees(self) -> tuple[str, dict[str, Any], bool]:
        for decimal in (".", ","):
            found = re.compile(rf"-?[0-9]{{1,3}}(?:\{decimal}[0-9]+)?")
            count = self.profile.count(v for v in self.profile.values if found.fullmatch(v))
            if count >= ALL_BUT * self.profile.seen:
                told = self._share(count, "degrees", decimal=decimal)
                return told, {"type": "number", "decimalChar": decimal}, True
        return self.say("no-degrees"), {}, False

    def _as_number(self) -> tuple[str, dict[str, Any], bool]:
        count = self.profile.count(value for value in self.profile.values if value.isdigit())
        return self._share(count, "whole-numbers"), {"match": "^[0-9]+$"}, count >= ALL_BUT * self.profile.seen

    def _as_address(self) -> tuple[str, dict[str, Any], bool]:
        count = self.profile.count(value for value in self.profile.values if _HOST.fullmatch(value))
        return self._share(count, "addresses"), {"type": "uri"}, count >= ALL_BUT * self.profile.seen

    def _as_nuts(self) -> tuple[str, dict[str, Any], bool]:
        codes = [value for value in self.profile.values if _NUTS.match(value.partition(" ")[0])]
        count = self.profile.count(codes)
        self.weight = sum(len(code.partition(" ")[0]) for code in codes) / max(1, len(codes))
        return (
            self._share(count, "regions"),
            {"match": f"^{_NUTS.pattern}"},
            count >= ALL_BUT * self.profile.seen,
        )

    def _as_country(self) -> tuple[str, dict[str, Any], bool]:
        names = self._lists["country"].spellings if "country" in self._lists else {}
        for pattern in ("", "^\\S+"):
            codes = ((value, value.split()[0] if pattern else value) for value in self.profile.values)
            count = self.profile.count(value for value, code in codes if fold(code) in names)
            self.weight = max(self.weight, count / max(1, self.profile.filled))
            if count >= ALL_BUT * self.profile.seen:
                settings = {"list": "country"} | ({"match": pattern} if pattern else {})
                return self._share(count, "countries"), settings, True
        return self.say("no-countries"), {}, False

    def _as_personal(self) -> tuple[str, dict[str, Any], bool]:
        return self.say("persons"), {}, True


def _is_dated(text: str) -> Callable[[str], bool]:
    pattern, order = date_pattern(text)

    def is_dated(value: str) -> bool:
        match = pattern.fullmatch(value)
        if match is None:
            return False
        parts = dict(zip(order, match.groups(), strict=True))
        return not date_fault("-".join(parts[part].zfill(2) for part in "yMd" if part in parts))

    return is_dated


def _number_in(text: str) -> tuple[str, str]:
    """Return the number in a text, and the sign of a currency beside it."""
    match = _MONEY.search(text)
    rest = (text[: match.start()] + text[match.end() :]).strip() if match else text
    if match is None or (rest and rest.lower() not in CURRENCIES):
        return "", ""
    return match[0].strip().replace("\u00a0", " "), rest


def _style(style: tuple[str, str]) -> re.Pattern[str]:
    decimal, group = map(re.escape, style)
    return re.compile(rf"[+-]?(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)(?:{decimal}[0-9]+)?")
