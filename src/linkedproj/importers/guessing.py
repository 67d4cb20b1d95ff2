"""A first importer file for a table nobody has described: each guess with its evidence, and "?" where nothing is known.

What a column means is guessed from its header, by words in several languages (`guess.toml`), and stands only if the
cells are what such a column holds. Patterns of dates and numbers are written down where one alone fits all cells.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from linkedproj.importers.cells import date_pattern
from linkedproj.importers.identifiers import slug
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lexical import date_fault
from linkedproj.model.lists import fold
from linkedproj.tables.readers import READERS
from linkedproj.tables.readers.source import Day, Number, TableFile, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.lists import CodeList

_BOOKS = frozenset(suffix for suffix, reader in READERS.items() if reader.sheets)
_DELIMITERS = (",", ";", "\t", "|")
_DATES = ("yyyy-MM-dd", "yyyy/MM/dd", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "d.M.yyyy", "d/M/yyyy", "dd-MM-yyyy",
          "MM/yyyy", "MM.yyyy", "yyyy-MM", "yyyy", "yyyy-MM-dd HH:mm:ss")  # fmt: skip
_STYLES = {(".", ","): "a point before the decimals", (",", "."): "a comma before the decimals",
           (",", " "): "a comma before the decimals, blanks between thousands"}  # fmt: skip
_MISSING = ("n/a", "na", "-", "--", "none", "null", "nan", "#n/a")
_CURRENCIES = {"€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "nok": "NOK", "sek": "SEK", "dkk": "DKK",
               "gbp": "GBP",
               "£": "GBP", "chf": "CHF", "usd": "USD", "$": "USD", "pln": "PLN"}  # fmt: skip
_LANGUAGES = {"en": "en", "english": "en", "fr": "fr", "french": "fr", "de": "de", "german": "de", "es": "es",
              "spanish": "es",
              "ca": "ca", "catalan": "ca", "it": "it", "italian": "it", "no": "no", "nb": "nb", "sv": "sv", "da": "da",
              "fi": "fi", "pl": "pl", "pt": "pt", "cs": "cs", "nl": "nl"}  # fmt: skip
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_HOST = re.compile(r"(?:https?://)?(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:[/:?#]\S*)?")
_NUTS = re.compile(r"[A-Z]{2}[A-Z0-9]{1,3}")
_MONEY = re.compile(r"[+-]?[0-9][0-9., \u00a0]*")
_KEPT, _SAMPLE, _SHOWN, _ALL_BUT = 50_000, 3, 60, 0.9
_LONG, _NAME, _FEW, _POST = 40, 160, 80, 12
_HEADER_ROWS = 10


@dataclass
class Profile:
    """What the cells of a column are like: how many are filled, of how many kinds, and some of them."""

    header: str
    rows: int = 0
    filled: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    days: int = 0
    numbers: int = 0
    length: int = 0
    more: int = 0

    def take(self, cell: str) -> None:
        """Take in one cell."""
        self.rows += 1
        text = cell.strip()
        if not text:
            return
        if fold(text) in _MISSING:
            self.missing[text] += 1
            return
        self.filled += 1
        self.days += isinstance(cell, Day)
        self.numbers += isinstance(cell, Number)
        self.length += len(text)
        if len(self.values) < _KEPT or text in self.values:
            self.values[text] += 1
        else:
            self.more += 1

    @property
    def seen(self) -> int:
        """How many of the filled cells were looked at one by one."""
        return self.values.total()

    def count(self, matches: Iterable[str]) -> int:
        """Count the cells that hold one of some values."""
        return sum(self.values[value] for value in matches)

    @property
    def sample(self) -> str:
        """Some of the values."""
        shown = (value.replace("\n", " ") for value in list(self.values)[:_SAMPLE])
        return " | ".join(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…" for value in shown)


@dataclass
class Guessed:
    """What one column may mean: `meaning` is "" where nothing is known; `evidence` says why, or why not."""

    profile: Profile
    meaning: str = ""
    evidence: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    currency: str = ""
    language: str = ""


@dataclass
class Guess:
    """A proposal: the text of an importer file, what was guessed of each column, and remarks on the file as a whole."""

    name: str
    text: str
    columns: list[Guessed]
    remarks: list[str]


@dataclass
class _Sheet:
    names: tuple[str, ...]
    rows: Iterable[Sequence[str]]
    settings: dict[str, Any]
    remarks: list[str]


def guess(path: Path, lists: Mapping[str, CodeList], name: str = "") -> Guess:
    """Propose an importer file for a table.

    Raises:
        SetupError: the file cannot be read, or holds no table.
    """
    sheet = _sheet(path)
    profiles = [Profile(header) for header in sheet.names]
    for row in sheet.rows:
        for profile, cell in zip(profiles, row, strict=False):
            profile.take(cell)
    if not profiles or not any(each.filled for each in profiles):
        raise SetupError("there is no table in it: no row below a row of headers.", Place(path.name))
    known = tomllib.loads((files("linkedproj.importers") / "guess.toml").read_text("utf-8"))
    columns = _assigned([_Column(profile, known["meanings"], lists) for profile in profiles])
    called = name or slug(path.stem) or "source"
    return Guess(called, _Writer(called, path, sheet, columns, known["records"]).text(), columns, sheet.remarks)


# ----- the file


def _sheet(path: Path) -> _Sheet:
    suffix = path.suffix.lower()
    if suffix in _BOOKS:
        return _book(path, suffix)
    if suffix in {".json", ".jsonl", ".xml", ".zip"}:
        told = "only tables are guessed: CSV, XLSX and ODS. Write an importer for it, as the shipped ones do."
        raise SetupError(told, Place(path.name))
    return _delimited(path)


def _book(path: Path, suffix: str) -> _Sheet:
    reader, problems = READERS[suffix], list[Any]()
    whole = TableFile(path, path.name, "")
    sizes: dict[str, list[Sequence[str]]] = {}
    with reader.kept_open(whole):
        listed = reader.sheets(whole, problems.append) if reader.sheets else []
        names = [each.name for each in listed if not each.is_hidden]
        if not names:
            raise SetupError("there is no sheet with any text in it.", Place(path.name))
        for name in names:
            rows = reader.read(TableFile(path, path.name, "", sheet=name), problems.append)
            sizes[name] = [cells or list(header) for header, _, cells in rows]
    chosen = max(names, key=lambda name: len(sizes[name]))
    remarks = [f"the sheet '{name}' ({len(sizes[name])} rows) is not read" for name in names if name != chosen]
    remarks += sorted({f"{problem.place}: {problem.rule}" for problem in problems if problem.place.sheet == chosen})[:5]
    settings: dict[str, Any] = {"path": f"*{suffix}", "sheet": chosen}
    return _headed(sizes[chosen], settings, remarks)


def _delimited(path: Path) -> _Sheet:
    data = path.read_bytes()
    remarks = []
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("cp1252", "replace"), "cp1252"
        remarks.append(
            "the file is no UTF-8. cp1252, the code page of Windows in western Europe, is a guess: look at é and ñ"
        )
    if "\0" in text:
        raise SetupError("the file holds no text, or text in UTF-16. Save it as CSV UTF-8.", Place(path.name))
    lines = text.splitlines()[:_HEADER_ROWS]
    delimiter = max(_DELIMITERS, key=lambda each: sum(line.count(each) for line in lines))
    settings: dict[str, Any] = {"path": f"*{path.suffix}", "delimiter": delimiter, "encoding": encoding}
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    return _headed(rows, settings, remarks)


def _headed(rows: Sequence[Sequence[str]], settings: dict[str, Any], remarks: list[str]) -> _Sheet:
    """Find the row of headers: the first that fills most of the columns that there are."""
    width = max((len([cell for cell in row if cell.strip()]) for row in rows[:_HEADER_ROWS]), default=0)
    at = next((n for n, row in enumerate(rows[:_HEADER_ROWS]) if 2 * sum(map(bool, map(str.strip, row))) > width), 0)
    if at:
        settings["headerRow"] = at
        remarks.append(f"{at} rows above the headers are passed over")
    return _Sheet(named(rows[at]) if rows else (), rows[at + 1 :], settings, remarks)


# ----- columns


class _Column:
    """What one column may mean, the likeliest first."""

    def __init__(self, profile: Profile, meanings: Sequence[Mapping[str, Any]], lists: Mapping[str, CodeList]) -> None:
        self.profile = profile
        words, self.language, self.currency = _words(profile.header)
        self._lists = lists
        self.weight = 0.0
        found = [(_score(words, meaning["words"]), number, meaning) for number, meaning in enumerate(meanings)]
        # Of two that fit alike, the one with the longer word in common says more.
        self.ranked = [(score, each) for score, _, each in sorted(found, key=lambda f: (-f[0], f[1])) if score]
        if self.is_personal:
            self.ranked = [(_EXACT * 100, {"name": _PERSONAL, "kind": _PERSONAL})]

    @property
    def is_personal(self) -> bool:
        """Whether most cells are e-mail addresses."""
        return 2 * self.profile.count(v for v in self.profile.values if _MAIL.fullmatch(v)) > self.profile.filled > 0

    def judged(self, kind: str) -> tuple[str, dict[str, Any], bool]:
        """Return in words how many cells are of a kind, how they are written, and whether that is enough."""
        profile = self.profile
        if not profile.filled:
            return "no cell is filled", {}, False
        judge = getattr(self, f"_as_{kind}", self._as_text)
        told, settings, is_right = judge()
        if profile.missing:
            settings["missingValues"] = sorted(profile.missing)
        return told, settings, is_right

    def _share(self, count: int, what: str) -> str:
        return f"{count:,} of {self.profile.seen:,} cells are {what}"

    def _as_text(self) -> tuple[str, dict[str, Any], bool]:
        return f"{self.profile.filled:,} of {self.profile.rows:,} cells are filled", {}, True

    def _as_name(self) -> tuple[str, dict[str, Any], bool]:
        mean = self.profile.length / self.profile.filled
        letters = self.profile.count(v for v in self.profile.values if any(map(str.isalpha, v)))
        told = f"{self._share(letters, 'names')}, {len(self.profile.values):,} different"
        return told, {}, mean <= _NAME and letters >= _ALL_BUT * self.profile.seen

    def _as_body(self) -> tuple[str, dict[str, Any], bool]:
        told, settings, is_right = self._as_name()
        several = self.profile.count(value for value in self.profile.values if len(value.split()) > 1)
        if is_right and 2 * several < self.profile.seen:
            return f"{told}; most are one word: are they organisations, or places?", {}, False
        return told, settings, is_right

    def _as_short(self) -> tuple[str, dict[str, Any], bool]:
        short = self.profile.count(value for value in self.profile.values if len(value) <= _POST)
        return self._share(short, "short"), {}, short >= _ALL_BUT * self.profile.seen

    def _as_long(self) -> tuple[str, dict[str, Any], bool]:
        mean = self.profile.length / self.profile.filled
        return f"{self.profile.filled:,} cells are texts of {mean:.0f} characters on average", {}, mean >= _LONG

    def _as_id(self) -> tuple[str, dict[str, Any], bool]:
        short = all(len(value) <= _SHOWN for value in self.profile.values)
        told = f"{len(self.profile.values) + self.profile.more:,} different in {self.profile.filled:,} cells"
        return told, {}, short and self.profile.filled == self.profile.rows

    def _as_code(self) -> tuple[str, dict[str, Any], bool]:
        few = len(self.profile.values) <= max(_FEW, self.profile.filled // 2) and not self.profile.more
        separator = next((sign for sign in (";", "|") if self._has(sign) >= self.profile.seen / 5), "")
        mean = self.profile.length / self.profile.filled
        told = f"{self.profile.filled:,} cells hold {len(self.profile.values):,} different values"
        told += f", some of them several with '{separator}' between" if separator else ""
        return told, {"separator": separator} if separator else {}, few and mean <= _NAME

    def _as_list(self) -> tuple[str, dict[str, Any], bool]:
        signs = {sign: self._has(sign) for sign in (";", "|", ",", "/")}
        sign = next((each for each, count in signs.items() if count >= self.profile.seen / 3), "")
        if not sign:
            return "no sign stands between words in a third of the cells", {}, False
        return self._share(signs[sign], f"lists with '{sign}' between"), {"separator": sign}, True

    def _has(self, sign: str) -> int:
        return self.profile.count(value for value in self.profile.values if sign in value)

    def _as_date(self) -> tuple[str, dict[str, Any], bool]:
        if self.profile.days == self.profile.filled:
            return (
                self._share(self.profile.days, "dates of the spreadsheet"),
                {"type": "date", "format": "yyyy-MM-dd"},
                True,
            )
        counts = {text: self.profile.count(filter(_is_dated(text), self.profile.values)) for text in _DATES}
        best = [text for text in _DATES if counts[text] == self.profile.seen]
        if not best:
            text = max(_DATES, key=counts.__getitem__)
            told = self._share(counts[text], f"dates {text}")
            return (
                told,
                {"type": "date", "format": text},
                counts[text] >= _ALL_BUT * self.profile.seen and not self._rival(counts, text),
            )
        if rival := self._rival(counts, best[0]):
            return f"all cells are dates {best[0]}, and {rival} as well: which one is meant?", {}, False
        return self._share(counts[best[0]], f"dates {best[0]}"), {"type": "date", "format": best[0]}, True

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
        if count < _ALL_BUT * self.profile.seen:
            return self._share(count, "amounts"), {}, False
        signs = {sign for _, sign in texts.values() if sign}
        if len(signs) == 1:
            self.currency = self.currency or _CURRENCIES.get(next(iter(signs)).lower(), "")
        settings: dict[str, Any] = {"type": "number"} | ({"match": _MONEY.pattern} if signs else {})
        written = [text for text, _ in texts.values() if text and not text.lstrip("+-").isdigit()]
        if self.profile.numbers == self.profile.filled or not written:
            return self._share(count, "numbers"), settings, self._has_currency(len(signs))
        fitting = [style for style in _STYLES if all(_style(style).fullmatch(text) for text in written)]
        if len(fitting) != 1:
            told = "no way of writing numbers fits all" if not fitting else "two ways of writing numbers fit"
            return f"{told}, such as {written[0]}", {}, False
        decimal, group = fitting[0]
        settings |= {"decimalChar": decimal, "groupChar": group}
        return self._share(count, f"numbers with {_STYLES[fitting[0]]}"), settings, self._has_currency(len(signs))

    def _has_currency(self, signs: int) -> bool:
        return bool(self.currency) and signs <= 1

    def _as_degrees(self) -> tuple[str, dict[str, Any], bool]:
        for decimal in (".", ","):
            found = re.compile(rf"-?[0-9]{{1,3}}(?:\{decimal}[0-9]+)?")
            count = self.profile.count(v for v in self.profile.values if found.fullmatch(v))
            if count >= _ALL_BUT * self.profile.seen:
                return self._share(count, f"degrees with '{decimal}'"), {"type": "number", "decimalChar": decimal}, True
        return "the cells are no degrees", {}, False

    def _as_number(self) -> tuple[str, dict[str, Any], bool]:
        count = self.profile.count(value for value in self.profile.values if value.isdigit())
        return self._share(count, "whole numbers"), {"match": "^[0-9]+$"}, count >= _ALL_BUT * self.profile.seen

    def _as_address(self) -> tuple[str, dict[str, Any], bool]:
        count = self.profile.count(value for value in self.profile.values if _HOST.fullmatch(value))
        return self._share(count, "addresses of pages"), {"type": "uri"}, count >= _ALL_BUT * self.profile.seen

    def _as_nuts(self) -> tuple[str, dict[str, Any], bool]:
        codes = [value for value in self.profile.values if _NUTS.match(value.partition(" ")[0])]
        count = self.profile.count(codes)
        self.weight = sum(len(code.partition(" ")[0]) for code in codes) / max(1, len(codes))
        return (
            self._share(count, "codes of regions"),
            {"match": f"^{_NUTS.pattern}"},
            count >= _ALL_BUT * self.profile.seen,
        )

    def _as_country(self) -> tuple[str, dict[str, Any], bool]:
        names = self._lists["country"].spellings if "country" in self._lists else {}
        for pattern in ("", "^\\S+"):
            codes = ((value, value.split()[0] if pattern else value) for value in self.profile.values)
            count = self.profile.count(value for value, code in codes if fold(code) in names)
            self.weight = max(self.weight, count / max(1, self.profile.filled))
            if count >= _ALL_BUT * self.profile.seen:
                settings = {"list": "country"} | ({"match": pattern} if pattern else {})
                return self._share(count, "countries of the list"), settings, True
        return "most cells are no country of the list", {}, False

    def _as_personal(self) -> tuple[str, dict[str, Any], bool]:
        return "persons are not recorded", {}, True


_EXACT, _PART = 3, 1
_PERSONAL = "personal"
_TELLING = frozenset({"date", "amount", "address", "country", "nuts", "degrees"})


def _words(header: str) -> tuple[str, str, str]:
    """Return the words of a header, with the language and the currency that it names."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    listed = re.sub(r"[\W_]+", " ", fold(plain)).split()
    currency = next((_CURRENCIES[w] for w in (*listed, *header.lower()) if w in _CURRENCIES), "")
    listed = [word for word in listed if word not in _CURRENCIES] or listed
    language = ""
    if len(listed) > 1 and listed[-1] in _LANGUAGES:
        language = _LANGUAGES[listed.pop()]
        listed = [word for word in listed if word != "in"] or listed
    return " ".join(listed), language, currency


def _score(header: str, words: Iterable[str]) -> int:
    """Return how well a header fits: whole, or by one of its words, the longer the better."""
    best = 0
    squeezed = _squeezed(header)
    for word in words:
        if header == word or squeezed == _squeezed(word):
            return _EXACT * 100
        if word.endswith("*") and header.startswith(word[:-1]):
            return _EXACT * 100
        if len(word) > _SAMPLE and f" {word} " in f" {header} ":
            best = max(best, _PART * len(word))
    return min(best, 99)


def _squeezed(text: str) -> str:
    """Write words without blanks, and umlauts in one way."""
    return text.replace(" ", "").replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _assigned(columns: Sequence[_Column]) -> list[Guessed]:
    """Give each meaning to the column that fits best; what is left, and what does not fit, is not known."""
    guessed = [Guessed(column.profile, evidence="nothing in the header says what it is") for column in columns]
    taken: dict[tuple[str, str], int] = {}
    judged = [
        (score, number, meaning, column.judged(meaning["kind"]), column.weight)
        for number, column in enumerate(columns)
        for score, meaning in column.ranked
    ]
    for score, number, meaning, verdict, _ in sorted(judged, key=lambda each: (-each[0], -each[4], each[1])):
        found, column = guessed[number], columns[number]
        if found.meaning:
            continue
        told, settings, is_right = verdict
        language = (column.language or "und") if meaning.get("language") else ""
        key = (meaning["name"], language)
        if not is_right or (score < _EXACT * 100 and meaning["kind"] not in _TELLING):
            if found.evidence.startswith("nothing") or score >= _EXACT * 100:
                found.evidence = f"the header may mean {meaning['name']}; {told}"
                if meaning["kind"] == "amount" and not column.currency:
                    found.evidence += "; the currency is not known"
            continue
        if key in taken and not meaning.get("many"):
            found.evidence = f"'{columns[taken[key]].profile.header}' is taken for {meaning['name']} already; {told}"
            continue
        taken.setdefault(key, number)
        times = sum(each.meaning.partition("#")[0] == meaning["name"] for each in guessed)
        found.meaning = meaning["name"] + (f"#{times + 1}" if meaning.get("many") and times else "")
        found.settings, found.evidence, found.language, found.currency = settings, told, language, column.currency
    _doubt_ids(guessed)
    return guessed


def _doubt_ids(guessed: Sequence[Guessed]) -> None:
    """Take back an id that is another one in each row of one project: it is that of something else."""
    by_meaning = {each.meaning: each.profile for each in guessed}
    own, title = by_meaning.get("id"), by_meaning.get("title") or by_meaning.get("acronym")
    if own and title and len(title.values) < _ALL_BUT * len(own.values):
        for each in guessed:
            if each.meaning == "id":
                each.meaning, each.settings = "", {}
                each.evidence = (
                    "each row has another one, and several rows one title: it may be an id of something else"
                )


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
    if match is None or (rest and rest.lower() not in _CURRENCIES):
        return "", ""
    return match[0].strip().replace("\u00a0", " "), rest


def _style(style: tuple[str, str]) -> re.Pattern[str]:
    decimal, group = map(re.escape, style)
    return re.compile(rf"[+-]?(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+)(?:{decimal}[0-9]+)?")


# ----- the importer file


class _Writer:
    """Writes an importer file, each guess with its evidence above it."""

    def __init__(
        self,
        name: str,
        path: Path,
        sheet: _Sheet,
        columns: Sequence[Guessed],
        records: Sequence[Mapping[str, Any]],
    ) -> None:
        self._name, self._path, self._sheet, self._columns, self._records = name, path, sheet, columns, records
        self._fields: dict[str, list[str]] = defaultdict(list)
        self._currency = {each.meaning: each.currency for each in columns if each.currency}
        for each in columns:
            if each.meaning and each.meaning != _PERSONAL:
                self._fields[each.meaning.partition("#")[0]].append(_field_name(each))

    def text(self) -> str:
        """Return the text of the file."""
        return "\n".join([*self._head(), *self._resource(), "", *self._all_records()]) + "\n"

    def _head(self) -> Iterator[str]:
        tags = sorted({each.language for each in self._columns if each.language and each.language != "en"} | {"und"})
        yield f"# Guessed from {self._path.name}: look at each line before you trust it."
        yield "# Above a field stands what the guess rests on, and some of the cells."
        yield '# What is behind "# ?" is not read: nothing says what it is. Take the "# ?" away where you know it.'
        yield f"name = {_toml(self._name)}"
        yield f"title = {_toml(self._path.stem.replace('_', ' '))}"
        yield 'languages = ["en"]'
        yield f"further-languages = {_toml(tags)}"
        yield ""
        yield "[source]"
        yield '"title@en" = "{file}"'
        yield 'sha256 = "{sha256}"'
        yield 'readOn = "{day}"'
        yield ""
        yield "[require]"
        for key in ("*.title", "*.name", "*.summary", "*.definition"):
            yield f'"{key}" = "no"'
        yield 'evidence = "every value"'
        yield ""

    def _resource(self) -> Iterator[str]:
        yield "[[resources]]"
        yield 'name = "rows"'
        for key, value in self._sheet.settings.items():
            yield f"{key} = {_toml(value)}"
        for remark in self._sheet.remarks:
            yield f"# {remark}"
        yield "fields = ["
        for each in self._columns:
            head = each.profile.header.replace("\n", " ")
            yield f"  # {head or '(no header)'}: {each.evidence}. Such as: {each.profile.sample or '(empty)'}"
            stated = {"name": _field_name(each) or "…", "title": each.profile.header, **each.settings}
            if each.meaning == _PERSONAL:
                yield "  # left out on purpose"
                continue
            written = "{ " + ", ".join(f"{key} = {_toml(value)}" for key, value in stated.items()) + " },"
            yield f"  {written}" if each.meaning else f"  # ? {written}"
        yield "]"

    def _all_records(self) -> Iterator[str]:
        for record in self._records:
            if self._has(record):
                yield from self._record(record)

    def _has(self, record: Mapping[str, Any]) -> bool:
        is_barred = "unless" in record and record["unless"] in self._fields
        return all(name in self._fields for name in record["needs"]) and not is_barred

    def _record(self, record: Mapping[str, Any]) -> Iterator[str]:
        yield "[[records]]"
        yield f"table = {_toml(record['table'])}"
        yield 'from = "rows"'
        if "each" in record:
            yield f"each = {_toml([name for meaning in record['each'] for name in self._fields[meaning]])}"
        else:
            yield f"key = {_toml(self._key(record))}"
            words = [name for meaning in record["id"] for name in self._fields.get(meaning, ())[:1]]
            first = words[:1] if record["table"] == "project" else words
            yield f"id = {_toml('-'.join(f'{{{name}}}' for name in first) or record['id'][0])}"
        for setting in ("rows", "fold", "varies"):
            if setting in record:
                yield f"{setting} = {_toml(record[setting])}"
        for setting in ("same", "place"):
            if setting in record and (kept := self._found(record[setting])):
                yield f"{setting} = {_inline(kept)}"
        yield ""
        yield "[records.columns]"
        for column, value in record["columns"].items():
            yield from self._column(column, value)
        yield ""

    def _key(self, record: Mapping[str, Any]) -> list[str]:
        found: list[str] = []
        for name in record["key"]:
            bare = name.rstrip("?")
            if bare == "project-key":
                found += self._project_key()
            elif bare == "*":
                found.append(bare)
            elif record["table"] == "project":
                return self._project_key()
            else:
                found += [each + name[len(bare) :] for each in self._fields.get(bare, ())[:1]]
        return found

    def _project_key(self) -> list[str]:
        if "id" in self._fields:
            return self._fields["id"]
        return [*self._fields["title"][:1], *(f"{name}?" for name in self._fields.get("acronym", ()))]

    def _found(self, stated: Mapping[str, Any]) -> dict[str, Any]:
        """Return of a setting what names fields that were found, or nothing where the first one lacks."""
        found: dict[str, Any] = {}
        for key, value in stated.items():
            if key in {"iri", "point"}:
                found[key] = value
            elif isinstance(value, list):
                found[key] = [name for each in value for name in self._fields.get(each, ())]
            elif value in self._fields:
                found[key] = self._fields[value][0]
        has_country = "country" in found or "country" not in stated
        return found if "name" in found and has_country else {}

    def _column(self, column: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - as TOML has it
        if isinstance(value, str):
            for number, name in enumerate(self._fields.get(value, ())):
                if column.endswith("@*"):
                    yield f"{_toml(column[:-1] + (name.partition('@')[2] or 'und'))} = {_toml(name)}"
                elif not number or value == "value":
                    yield f"{_key_text(column)} = {_toml(name)}"
            if value == "value":
                yield f"{_key_text(column)} = {_toml(value)}"
            return
        if not self._is_filled(value):
            return
        if "currency" in value:
            meaning = value["currency"]
            stated = {"value": self._currency[meaning], "when": self._fields[meaning][0]}
            yield f"{_key_text(column)} = {_inline(stated)}"
            return
        yield f"{_key_text(column)} = {_inline(value)}"

    def _is_filled(self, value: Mapping[str, Any]) -> bool:
        """Return whether all fields that a value names were found, and the records that it leads to are made."""
        names = [value[key] for key in ("when", "currency") if key in value]
        names += re.findall(r"\{([^{}]+)\}", value.get("template", ""))
        if value.get("unless") in self._fields:
            return False
        made = {record["table"] for record in self._records if self._has(record)}
        is_made = "record" not in value or value["record"] in made
        return (
            is_made
            and all(name in self._fields for name in names)
            and ("currency" not in value or value["currency"] in self._currency)
        )


def _field_name(each: Guessed) -> str:
    return each.meaning + (f"@{each.language}" if each.language else "")


def _toml(value: Any) -> str:  # noqa: ANN401 - what TOML holds
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False)


def _inline(value: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items() if key != "unless") + " }"


def _key_text(column: str) -> str:
    return column if re.fullmatch(r"[A-Za-z0-9_-]+", column) else _toml(column)
