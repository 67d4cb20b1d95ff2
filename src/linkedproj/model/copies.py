"""The copies that a portfolio keeps of schemes of other publishers, as they are read: SKOS, or a table as published.

What is wrong with a file is told at its setting, and all of it at once.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile

import pyoxigraph as ox

from linkedproj.model.codes import CONCEPT, IN_SCHEME, VERSION
from linkedproj.model.errors import SetupError
from linkedproj.model.lexical import ID, iri_fault
from linkedproj.model.lists import NAME, CodeList, fold
from linkedproj.model.localised import texts_for
from linkedproj.model.schemes import Scheme
from linkedproj.model.settings import refuse
from linkedproj.model.shapes import DCT, RDF, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.settings import Config, SchemeSource, SettingFault

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML, ".jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip
"""The formats of RDF that a scheme can be read in, by the suffix of its file."""

TABLES = (".csv", ".tsv", ".txt", ".xlsx")
"""The suffixes of tables that a scheme can be read in."""

_CODE, _BROADER = "code", "broader"
# What publishers call these columns, where the settings do not say it.
_USUAL = {
    _CODE: re.compile(r"(?:nuts )?code(?: [0-9]{4})?|nuts[_ ]id"),
    NAME: re.compile(r"name|nuts[_ ](?:label|name)|label|name_latn"),
    _BROADER: re.compile(r"broader|parent"),
}
_SLOT = re.compile(r"\{([^{}:]+)(?::([0-9]+))?\}")
_TITLE_ROWS = 10  # rows that may stand above a header
_FAULTS = 5
_FILES = 32


def read_schemes(
    folder: Path, config: Config, taken: Iterable[str], lists: Mapping[str, CodeList]
) -> dict[str, Scheme]:
    """Read the schemes that the settings of a portfolio's folder declare, by their prefix.

    `taken` are the prefixes that the ontology has for other things. A scheme that is one of the `lists` already knows
    what that knows as well.

    Raises:
        SetupError: a setting or a file is wrong; all of these are named, each at its setting.
    """
    faults = list(_clashes(config, frozenset(taken)))
    found: dict[str, Scheme] = {}
    for prefix, source in config.schemes.items():
        path = folder / source.file
        try:
            time = path.stat().st_mtime_ns
        except OSError:
            faults.append((("schemes", prefix, "file"), f"{_setting(prefix, source)}: there is no such file."))
            continue
        scheme, wrong = _read(path, time, prefix, source, config.read_languages)
        faults += [(("schemes", prefix, "file"), f"{_setting(prefix, source)}: {sentence}") for sentence in wrong]
        known = lists.get(source.iri)
        found[prefix] = (
            replace(scheme, boxes=known.boxes, places=known.places, owners=known.owners, spellings=known.spellings)
            if known
            else scheme
        )
    refuse(faults, config.places)
    return {prefix: _placed(scheme, config.schemes[prefix], config) for prefix, scheme in found.items()}


def _setting(prefix: str, source: SchemeSource) -> str:
    return f"'schemes.{prefix}.file' is '{source.file}'"


def _clashes(config: Config, taken: frozenset[str]) -> Iterator[SettingFault]:
    """Find schemes whose prefix or IRIs are those of something else."""
    sources = list(config.schemes.items())
    for number, (prefix, source) in enumerate(sources):
        if prefix in taken:
            sentence = f"'schemes.{prefix}': the ontology has the prefix '{prefix}' for something else. Take another."
            yield ("schemes", prefix), sentence
        if source.iri.startswith(config.base):
            sentence = (
                f"'schemes.{prefix}.iri' is '{source.iri}': so begin the portfolio's own IRIs. Write the scheme's."
            )
            yield ("schemes", prefix, "iri"), sentence
        for other, before in sources[:number]:
            if source.iri.startswith(before.iri) or before.iri.startswith(source.iri):
                sentence = f"'schemes.{prefix}.iri' is '{source.iri}': so begin the IRIs of 'schemes.{other}' as well."
                yield ("schemes", prefix, "iri"), f"{sentence} Leave one of the two, or write more of each."
        if source.broader_in and source.broader_in not in config.schemes:
            sentence = f"'schemes.{prefix}.broader-in' is '{source.broader_in}', which is no scheme under [schemes]."
            yield ("schemes", prefix, "broader-in"), sentence


def _placed(scheme: Scheme, source: SchemeSource, config: Config) -> Scheme:
    """Turn what a table says of broader codes into IRIs."""
    if not any(scheme.broader.values()) or source.file.lower().endswith(tuple(FORMATS)):
        return scheme
    base = config.schemes[source.broader_in].iri if source.broader_in else scheme.base
    broader = {code: base + above for code, above in scheme.broader.items()}
    return replace(scheme, broader=broader)


@lru_cache(maxsize=_FILES)
def _read(
    path: Path, _: int, prefix: str, source: SchemeSource, languages: tuple[str, ...]
) -> tuple[Scheme, tuple[str, ...]]:
    """Read a file as it was at a time: the scheme, and what is wrong, in sentences."""
    suffix = path.suffix.lower()
    scheme = Scheme(
        name=prefix,
        base=source.iri,
        titles=dict(source.title) or {"en": prefix},
        version=source.version,
        prefix=prefix,
        iri=source.scheme or source.iri.rstrip("/#"),
        file=source.file,
    )
    try:
        if suffix in FORMATS:
            scheme = _from_rdf(path, FORMATS[suffix], source, scheme)
        elif suffix in TABLES:
            scheme = _Table(path, source).scheme(scheme)
        else:
            known = ", ".join((*FORMATS, *TABLES))
            return scheme, (f"nothing reads this format. Take a file that ends in {known}.",)
    except _WrongError as error:
        return scheme, error.sentences
    except (OSError, SyntaxError, ValueError, csv.Error, BadZipFile, KeyError) as error:
        return scheme, (f"the file cannot be read: {error}",)
    return replace(
        scheme, labels=_spoken(scheme, languages), example=min(scheme.codes, key=lambda code: (len(code), code))
    ), ()


def _spoken(scheme: Scheme, languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """Leave out names in languages that the portfolio does not have, but never the only one of a code."""
    if len(scheme.labels) == 1:
        return {language: dict(texts) for language, texts in scheme.labels.items()}
    found: dict[str, dict[str, str]] = {}
    for code in scheme.codes:
        for language, text in texts_for(scheme.names(code), languages).items():
            found.setdefault(language, {})[code] = text
    return found


class _WrongError(Exception):
    """What is wrong with a file, in sentences."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


def _from_rdf(path: Path, form: ox.RdfFormat, source: SchemeSource, scheme: Scheme) -> Scheme:
    """Read the concepts of a SKOS file whose IRIs begin as those of the scheme do.

    Raises:
        _WrongError: there is none.
    """
    # pyoxigraph 0.5 takes a byte order mark for a part of the first line.
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    graph = _Graph(source.iri)
    for quad in ox.parse(input=content, format=form, lenient=True):
        graph.take(quad.subject, quad.predicate.value, quad.object)
    codes = graph.codes()
    if not codes:
        begin = next((f" Those in the file begin with '{base}'." for base, _ in graph.bases.most_common(1)), "")
        raise _WrongError(f"no concept in it has an IRI that begins with '{source.iri}'.{begin}")
    stated = max(graph.schemes, key=lambda iri: (graph.schemes[iri], iri), default="")
    return replace(
        scheme,
        codes=codes,
        iri=source.scheme or stated or scheme.iri,
        titles=source.title or graph.titles.get(stated) or scheme.titles,
        version=source.version or graph.versions.get(stated, ""),
        labels=graph.labels,
        broader={code: " ".join(above) for code, above in graph.broader.items() if code in codes},
        notations={text: min(of) for text, of in graph.notations.items() if len(of) == 1 and of <= codes},
    )


class _Graph:
    """What the statements of a SKOS file say of concepts whose IRIs begin with `base`."""

    def __init__(self, base: str) -> None:
        self._base = base
        self.labels: dict[str, dict[str, str]] = {}
        self.broader: dict[str, list[str]] = {}
        self.notations: dict[str, set[str]] = {}
        self.titles: dict[str, dict[str, str]] = {}
        self.versions: dict[str, str] = {}
        self.schemes: Counter[str] = Counter()
        self.bases: Counter[str] = Counter()
        self._concepts, self._listed, self._whole, self._named = set[str](), set[str](), set[str](), set[str]()

    def take(self, subject: object, predicate: str, value: object) -> None:
        """Note a statement."""
        if not isinstance(subject, ox.NamedNode):
            return
        iri = subject.value
        if isinstance(value, ox.Literal):
            self._take_text(iri, predicate, value)
        elif isinstance(value, ox.NamedNode):
            self._take_link(iri, predicate, value.value)

    def _take_text(self, iri: str, predicate: str, value: ox.Literal) -> None:
        if predicate == SKOS + "prefLabel" and iri.startswith(self._base):
            self.labels.setdefault(value.language or "", {})[self._code(iri)] = value.value
            self._named.add(iri)
        elif predicate == SKOS + "notation" and iri.startswith(self._base):
            self.notations.setdefault(value.value, set()).add(self._code(iri))
        if predicate in (SKOS + "prefLabel", DCT + "title", RDFS + "label"):
            self.titles.setdefault(iri, {}).setdefault(value.language or "", value.value)
        elif predicate == VERSION:
            self.versions[iri] = value.value

    def _take_link(self, iri: str, predicate: str, value: str) -> None:
        if predicate == RDF + "type" and value == CONCEPT:
            self._concepts.add(iri)
            self.bases[iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]] += 1
        elif predicate == RDF + "type" and value == SKOS + "ConceptScheme":
            self._whole.add(iri)
        elif predicate == IN_SCHEME:
            self._listed.add(iri)
            self.schemes[value] += iri.startswith(self._base)
        elif predicate == SKOS + "broader" and iri.startswith(self._base):
            self._note_broader(iri, value)
        elif predicate == SKOS + "narrower" and value.startswith(self._base):
            self._note_broader(value, iri)

    def _note_broader(self, iri: str, above: str) -> None:
        known = self.broader.setdefault(self._code(iri), [])
        if above not in known:
            known.append(above)

    def _code(self, iri: str) -> str:
        return iri[len(self._base) :]

    def codes(self) -> frozenset[str]:
        """Return what is a concept: by its type, or because it is named and stands in a scheme."""
        named_ones = (self._listed & self._named) - self._whole
        found = {iri for iri in self._concepts | named_ones if iri.startswith(self._base)}
        return frozenset(code for iri in found if (code := self._code(iri)))


class _Table:
    """A table of codes and names, one row a code, in the layout in which it is published."""

    def __init__(self, path: Path, source: SchemeSource) -> None:
        self._path, self._source = path, source
        self._names = dict(source.columns.names)
        self._slots = _SLOT.findall(source.columns.code)
        self._faults: list[str] = []
        self._seen: list[str] = []
        self._codes, self._labels = set[str](), dict[str, dict[str, str]]()
        self._broader, self._others = dict[str, str](), dict[str, set[str]]()

    def scheme(self, scheme: Scheme) -> Scheme:
        """Read all rows of all sheets that have the columns.

        Raises:
            _WrongError: there is no such column, or a row is wrong.
        """
        has_header = False
        for sheet, rows in _sheets(self._path, self._source):
            lines = enumerate(rows, 1)
            places = self._header(islice(lines, _TITLE_ROWS))
            if places is None:
                continue
            has_header = True
            for line, row in lines:
                self._take(places, row, sheet, line)
        if not has_header:
            raise _WrongError(self._lacking())
        if self._faults or not self._codes:
            shown = self._faults[:_FAULTS] or ["no row has a code."]
            more = [f"and {len(self._faults) - _FAULTS} more rows."] if len(self._faults) > _FAULTS else []
            raise _WrongError(*shown, *more)
        codes, broader = frozenset(self._codes), self._broader
        if self._source.nested_codes:
            broader = {code: above for code in codes if (above := _beginning(code, codes))}
        notations = {text: min(of) for text, of in self._others.items() if len(of) == 1 and text not in codes}
        return replace(scheme, codes=codes, labels=self._labels, broader=broader, notations=notations)

    def _lacking(self) -> str:
        seen = set(map(fold, self._seen))
        lacking = [name for name in self._wanted() if fold(name) not in seen]
        wanted = " and ".join(f"'{name}'" for name in lacking) or "a code and a name"
        there = ", ".join(dict.fromkeys(name for name in self._seen if name)) or "none"
        return f"it has no columns for {wanted}. Its first row has: {there}. Name the columns under 'columns'."

    def _wanted(self) -> list[str]:
        stated = self._source.columns
        code = [name for name, _ in self._slots] or [stated.code]
        names = [name for texts in self._names.values() for name in texts[:1]]
        return [name for name in (*code, *names, stated.broader) if name]

    def _header(self, rows: Iterable[tuple[int, Sequence[str]]]) -> _Places | None:
        """Find the row that names the columns, among the first ones."""
        first: Sequence[str] = ()
        for _, row in rows:
            first = first or (row if any(row) else ())
            places = self._places(row)
            if places is not None:
                return places
        self._seen += first
        return None

    def _places(self, row: Sequence[str]) -> _Places | None:
        folded = [fold(cell) for cell in row]
        stated = self._source.columns
        by_name = {name: index for index, name in reversed(list(enumerate(folded)))}

        def usual(part: str) -> int:
            return next((index for index, name in enumerate(folded) if _USUAL[part].fullmatch(name)), -1)

        slots = [(by_name.get(fold(name), -1), int(length or 0)) for name, length in self._slots]
        code = slots or [(by_name.get(fold(stated.code), -1) if stated.code else usual(_CODE), 0)]
        names = {tag: [by_name.get(fold(name), -1) for name in texts] for tag, texts in self._names.items()}
        if not names:
            names = {name.partition("@")[2]: [index] for index, name in enumerate(folded) if name.startswith("name@")}
            names = names or {self._source.language: [usual(NAME)]}
        broader = by_name.get(fold(stated.broader), -1) if stated.broader else usual(_BROADER)
        needed = [*(index for index, _ in code), *(max(each) for each in names.values())]
        needed += [broader] if stated.broader else []
        return _Places(code, names, broader) if min(needed) >= 0 else None

    def _take(self, places: _Places, row: Sequence[str], sheet: str, line: int) -> None:
        def cell(index: int) -> str:
            return row[index].strip() if 0 <= index < len(row) else ""

        parts = [cell(index)[: length or None] for index, length in places.code]
        names = {tag: next(filter(None, map(cell, each)), "") for tag, each in places.names.items()}
        # Notes below a table, and rows that only part it, have no code or no name.
        if not all(parts) or not any(names.values()):
            return
        code = self._joined(parts)
        place = f"sheet {sheet}, line {line}" if sheet else f"line {line}"
        if not ID.fullmatch(code) and iri_fault(self._source.iri + code):
            self._faults.append(f"{place}: the code '{code}' does not fit into an IRI. Is this the column of codes?")
        elif code in self._codes:
            self._faults.append(f"{place}: the code '{code}' stands in a row above. Leave one of the two.")
        else:
            self._codes.add(code)
            for tag, text in names.items():
                if text:
                    self._labels.setdefault(tag, {})[code] = text
            if above := cell(places.broader):
                self._broader[code] = above
            if len(parts) > 1:
                self._others.setdefault(parts[-1], set()).add(code)

    def _joined(self, parts: Sequence[str]) -> str:
        rest = iter(parts)
        return _SLOT.sub(lambda _: next(rest), self._source.columns.code) if self._slots else parts[0]


class _Places(NamedTuple):
    """Where the columns of a table are: parts of the code with their length, names by language, what is above."""

    code: Sequence[tuple[int, int]]
    names: Mapping[str, Sequence[int]]
    broader: int


def _beginning(code: str, codes: frozenset[str]) -> str:
    """Return the longest other code that a code begins with, or ""."""
    return next((code[:length] for length in range(len(code) - 1, 0, -1) if code[:length] in codes), "")


def _sheets(path: Path, source: SchemeSource) -> Iterator[tuple[str, Iterator[Sequence[str]]]]:
    """Yield the sheets of a workbook that are asked for, or the one of a text file, with their rows.

    Raises:
        SetupError: the package that reads workbooks is not installed.
        _WrongError: there is no such sheet.
    """
    if path.suffix.lower() != ".xlsx":
        text = path.read_bytes().decode("utf-8-sig")
        delimiter = source.delimiter or ("\t" if path.suffix.lower() == ".tsv" else ",")
        yield "", csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return
    try:
        from openpyxl import load_workbook
    except ImportError:
        remedy = "Install it with: pip install 'linkedproj[spreadsheets]'"
        raise SetupError(f"one more package is needed to read workbooks. {remedy}") from None
    # openpyxl leaves a file open that it opened and cannot read, so it is given one that is open.
    with path.open("rb") as data, closing(load_workbook(data, read_only=True, data_only=True)) as book:
        if source.sheet and source.sheet not in book.sheetnames:
            raise _WrongError(f"it has no sheet '{source.sheet}'. There are: {', '.join(book.sheetnames)}.")
        for name in [source.sheet] if source.sheet else book.sheetnames:
            rows = book[name].iter_rows(values_only=True)
            yield name, (["" if cell is None else str(cell) for cell in row] for row in rows)
