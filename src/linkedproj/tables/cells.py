"""The check of one cell: is this text a value of this column?"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.lexical import (
    EDGES,
    FORBIDDEN,
    ID,
    SCHEMES,
    SPELLINGS,
    XSD,
    iri_fault,
    is_composed,
    recoded,
    respelled,
    trace_of_recoding,
)  # fmt: skip
from linkedproj.model.schemes import Scheme, named

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from linkedproj.model.context import Field, RecordType
    from linkedproj.model.lists import CodeList
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config

RESERVED = frozenset({"id", "type"})
"""What the shipped context calls "@id" and "@type": where it stands as a link, JSON-LD processors read the keyword."""

REMARKS = frozenset({"LP-CELL-BLANK", "LP-CELL-TRACE", "LP-CELL-ACCENT", "LP-DATE-FAR"})
"""Rules that leave the value of a cell as it is."""

_DATE = XSD + "date"
_FREE = frozenset({Kind.TEXT, Kind.PLAIN, Kind.VALUE})
_COMMON_IRI = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[A-Za-z0-9._~-]*)*")
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+\Z")
_DOMAIN = re.compile(r"@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LONGEST_LOCAL = 64  # RFC 5321, section 4.5.3.1.1
_LONGEST_WORD = 200
_YEAR, _EARLIEST, _YEARS_AHEAD = 4, "1000", 50


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table.

    `field` is the term its values belong to; for a dotted column (`budget.value`) `parents` are the links to the nested
    record, the outermost first. Private columns (`_note`), `id` and the ids of nested records have no field.
    """

    name: str
    index: int
    field: Field | None = None
    language: str = ""
    parents: tuple[Field, ...] = ()

    @property
    def is_private(self) -> bool:
        """Whether this is the curator's own column, which is never published."""
        return self.name[:1] == "_"


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that a cell breaks, and what fills the slots of its wording."""

    rule: str
    values: Mapping[str, str]


def column_named(name: str, index: int, fields: Mapping[str, Field]) -> Column:
    """Compile the name of a column ("title@en", "budget.value"); what is no term becomes no field."""
    path, _, language = name.partition("@")
    *links, last = path.split(".")
    return Column(name, index, fields.get(last), language, tuple(fields[link] for link in links if link in fields))


def split(field: Field, cell: str) -> list[str]:
    """Return the values of a cell: one, or those between `;` where the field may have several."""
    if not field.many:
        return [cell] if cell else []
    if ";" not in cell:
        return [cell.strip()] if cell.strip() else []
    return [item for item in map(str.strip, cell.split(";")) if item]


class CellChecks:
    """The checks of the cells of one portfolio."""

    def __init__(self, schema: Schema, config: Config) -> None:
        self._schema = schema
        self.reserved = frozenset(schema.context.aliases)
        self._mailboxes = config.mailboxes
        self._latest = f"{int(config.as_of[:_YEAR]) + _YEARS_AHEAD:04}"
        self._lists = {term: found for term, field in schema.fields.items() if (found := schema.list_of(field))}
        self._by_kind: dict[Kind, Callable[[Field, str], Fault | None]] = {
            Kind.TEXT: _no_fault,
            Kind.PLAIN: _no_fault,
            Kind.VALUE: _no_fault,
            Kind.LITERAL: self._literal_fault,
            Kind.LINK: self._link_fault,
            Kind.RECORD: self._record_fault,
            Kind.CODE: self._code_fault,
            Kind.IRI: _iri_cell_fault,
            Kind.PREDICATE: _no_fault,
        }

    def faults(self, column: Column, cell: str) -> Iterator[Fault]:
        """Yield every fault of a cell; an empty cell has none."""
        if not cell or column.is_private:
            return
        yield from self._text_faults(cell)
        if column.field is not None:
            values = split(column.field, cell)
            yield from (
                Fault("LP-CELL-REPEAT", {"item": item}) for item in sorted(self._repeated(column.field, values))
            )
            check = self._by_kind[column.field.kind]
            for value in dict.fromkeys(values):
                fault = check(column.field, value) or self._list_fault(column.field, value)
                if fault:
                    yield fault

    def id_fault(self, kind: RecordType, value: str) -> Fault | None:
        """Return what is wrong with the id of a record of a type: of some types it is a code that others gave."""
        found = self._schema.authorities.get(kind.base)
        return id_fault(value, self.reserved) or (_unlisted(found, value) if found else None)

    def takes_concepts(self, column: Column) -> bool:
        """Check whether cells of a column may name concepts of other publishers."""
        return column.field is not None and self._schema.takes_concepts(column.field)

    def canonical(self, field: Field, cell: str) -> str:
        """Write the sound values of a cell as records have them: a concept of another publisher as its IRI."""
        if ":" not in cell or not self._schema.takes_concepts(field):
            return cell
        return "; ".join(self._canonical(value) for value in split(field, cell))

    def _canonical(self, value: str) -> str:
        found = named(value, self._schema.schemes) if ":" in value else None
        return found.iri if found else value

    def _repeated(self, field: Field, values: list[str]) -> set[str]:
        """Return the values that stand in a cell before, perhaps written in another way."""
        if not self._schema.takes_concepts(field):
            return _repeated(values)
        meant = [self._canonical(value) for value in values]
        return {value for number, value in enumerate(values) if meant[number] in meant[:number]}

    def is_typed(self, column: Column) -> bool:
        """Check whether values of a column can be wrong in more than their signs."""
        field = column.field
        return field is not None and (field.kind not in _FREE or field.term in self._lists)

    def is_plain(self, column: Column, cell: str) -> bool:
        """Check at a glance that a cell is sound, its text being free of controls and stray blanks.

        False says nothing: `faults` then looks closely.
        """
        field = column.field
        if field is None or not cell:
            return True
        if field.term in self._lists:
            return cell in self._lists[field.term].codes
        if field.kind is Kind.LINK:
            return self._is_id(cell)
        if field.kind is Kind.CODE:
            return cell in self._schema.codes.get(field.base, ())
        if field.kind is Kind.IRI:
            return _COMMON_IRI.fullmatch(cell) is not None and not cell.startswith(tuple(self._schema.authorities))
        return field.kind is Kind.LITERAL and not field.many and not self._literal_fault(field, cell)

    def are_codes(self, field: Field, values: Collection[str]) -> bool:
        """Check whether all values are codes of a field's code list, or of the list that others keep."""
        if field.term in self._lists:
            return self._lists[field.term].codes.issuperset(values)
        return self._schema.codes.get(field.base, frozenset()).issuperset(values)

    def is_listed(self, field: Field) -> bool:
        """Check whether the values of a field are looked up in a list that others keep."""
        return field.term in self._lists

    def _text_faults(self, cell: str) -> Iterator[Fault]:
        bad = FORBIDDEN.search(cell)
        if bad:
            yield Fault("LP-CELL-CHARACTER", {"character": f"U+{ord(bad[0]):04X}"})
        elif EDGES.search(cell):
            yield Fault("LP-CELL-BLANK", {})
        if trace := trace_of_recoding(cell):
            meant = recoded(trace)
            yield Fault(
                "LP-CELL-TRACE", {"trace": trace} | ({"nearest": meant} if meant else {"severity": "violation"})
            )
        if not is_composed(cell):
            yield Fault("LP-CELL-ACCENT", {})
        for local, address in _addresses(cell):
            if local.lower() not in self._mailboxes:
                yield Fault("LP-PERSON-EMAIL", {"address": address})

    def _is_id(self, value: str) -> bool:
        return ID.fullmatch(value) is not None and value not in self.reserved

    def _link_fault(self, field: Field, value: str) -> Fault | None:
        if field.term in self._schema.concept_terms and ":" in value and ";" not in value:
            return self._concept_fault(value)
        if self._is_id(value):
            return None
        return Fault("LP-CELL-MANY" if ";" in value and not field.many else "LP-LINK-FORM", _many(field, value))

    def _concept_fault(self, value: str) -> Fault | None:
        """Return why a text is no concept of a scheme that the portfolio keeps a copy of."""
        schemes = self._schema.schemes
        found = named(value, schemes)
        if found:
            return None if found.code else _not_copied(found.scheme, found.text, value)
        prefix, _, _ = value.partition(":")
        if prefix in SCHEMES:
            bases = ", ".join(scheme.base for scheme in schemes.values())
            return Fault("LP-SCHEME-IRI", {"value": value} | ({"nearest": bases} if bases else {}))
        return Fault("LP-SCHEME-PREFIX", {"value": value, "prefix": prefix, **nearest(prefix, schemes)})

    def _code_fault(self, field: Field, value: str) -> Fault | None:
        codes = self._schema.codes.get(field.base)
        if codes is None:
            if ";" in value:
                return Fault("LP-CELL-MANY", {"value": value})
            is_sound = self._is_id(value) or field.term in self._lists
            return None if is_sound else Fault("LP-CODE-FORM", {"value": value})
        if value in codes:
            return None
        if ";" in value:
            return Fault("LP-CELL-MANY", {"value": value})
        return Fault("LP-CELL-CODE", {"value": value, "expected": ", ".join(sorted(codes)), **nearest(value, codes)})

    def _list_fault(self, field: Field, value: str) -> Fault | None:
        """Look a value up in the list that it is a code of: by its column, or by what its IRI begins with."""
        found, code = self._lists.get(field.term), value
        if field.kind is Kind.IRI:
            found = next((each for base, each in self._schema.authorities.items() if value.startswith(base)), None)
            code = value[len(found.base) :] if found else value
        if isinstance(found, Scheme):
            return None if code in found.codes else _not_copied(found, code, value)
        return _unlisted(found, code) if found else None

    def _literal_fault(self, field: Field, value: str) -> Fault | None:
        rule = SPELLINGS[field.datatype](value)
        if rule:
            return Fault(rule, {"value": value, "type": field.datatype.removeprefix(XSD)})
        if field.datatype == _DATE and not _EARLIEST <= value[:_YEAR] <= self._latest:
            return Fault("LP-DATE-FAR", {"value": value, "expected": f"{_EARLIEST}..{self._latest}"})
        return None

    def _record_fault(self, _: Field, value: str) -> Fault | None:
        found = self._schema.resolve(value)
        if found and ID.fullmatch(found[1]):
            return None
        tables = [kind.table for kind in self._schema.types.values()]
        return Fault("LP-EVIDENCE-SUBJECT", {"value": value, **nearest(value.partition("/")[0], tables)})


def nearest(word: str, words: Iterable[str]) -> dict[str, str]:
    """Return the slot `nearest`, when one of `words` is close enough to be meant."""
    # The comparison takes the square of a word's length.
    close = difflib.get_close_matches(word, sorted(words), 1) if len(word) <= _LONGEST_WORD else []
    return {"nearest": close[0]} if close else {}


def id_fault(value: str, reserved: Collection[str] = RESERVED) -> Fault | None:
    """Return what is wrong with the id of a record; `reserved` ids are words of the context."""
    if not ID.fullmatch(value):
        return Fault("LP-ID-FORM", {"value": value})
    return Fault("LP-ID-RESERVED", {"value": value}) if value in reserved else None


def _no_fault(_: Field, __: str) -> None:
    return None


def _repeated(values: list[str]) -> set[str]:
    return {value for value, count in Counter(values).items() if count > 1}


def _addresses(text: str) -> Iterator[tuple[str, str]]:
    """Yield the e-mail addresses in a text, each after what stands before its @."""
    for match in _DOMAIN.finditer(text) if "@" in text else ():
        local = _LOCAL.search(text, max(0, match.start() - _LONGEST_LOCAL), match.start())
        if local:
            yield local[0], local[0] + match[0]


def _many(field: Field, value: str) -> dict[str, str]:
    return {"value": value, "table": field.target.lower()}


def _unlisted(found: CodeList, code: str) -> Fault | None:
    """Return that a code is not in a list, and which one was meant, if that can be told."""
    if code in found.codes:
        return None
    meant = found.meant(code)
    titles = {f"detail@{language}" if language else "detail": title for language, title in found.titles.items()}
    titles.setdefault("detail", found.titles.get("en", found.name))
    values = {"value": code, "expected": found.example, "base": found.base, **titles}
    return Fault("LP-CELL-LISTED", values | ({"nearest": meant} if meant else {}))


def _not_copied(scheme: Scheme, code: str, written: str) -> Fault:
    """Return that the copy of a scheme lacks a code, and which one was meant, in the way in which it is written."""
    before = written.removesuffix(code)
    meant = [before + each for each in scheme.meant(code).split(", ") if each]
    titles = {f"detail@{language}" if language else "detail": title for language, title in scheme.titles.items()}
    titles.setdefault("detail", scheme.titles.get("en", scheme.name))
    values = {"value": written, "expected": before + scheme.example, "version": scheme.version or "-", **titles}
    values |= {"prefix": scheme.prefix, "copy": scheme.file}
    return Fault("LP-SCHEME-CODE", values | ({"nearest": ", ".join(meant)} if meant else {}))


def _iri_cell_fault(_: Field, value: str) -> Fault | None:
    detail = iri_fault(value)
    if not detail:
        return None
    wrong, spelling, right = respelled(value)
    if right:
        return Fault("LP-CELL-SPELLING", {"value": value, "wrong": wrong, "spelling": spelling, "right": right})
    return Fault("LP-CELL-IRI", {"value": value, "detail": detail})
