"""The JSON-LD context as a table of fields: the one mapping from records to RDF.

Source of every rule: JSON-LD 1.1, W3C Recommendation of 2020-07-16. Only the part in which a flat record means the same
to every processor is supported; the rest is refused here, by name, and never half understood.
"""

from __future__ import annotations

import difflib
import enum
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lexical import LANGUAGE, SCHEMES, SPELLINGS, base_fault, iri_fault
from linkedproj.model.nesting import is_deep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_VERSION = 1.1
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_KEYWORDS = {
    "@reverse", "@vocab", "@list", "@index", "@graph", "@nest", "@json", "@direction", "@included", "@none",
    "@import", "@protected", "@propagate", "@prefix",
}  # fmt: skip


_BASE_FAULTS = {
    "iri": 'must be an absolute IRI that ends in "/": ids are appended to it.',
    "end": 'must end in "/", without "?" or "#": ids are appended to it.',
    "dots": 'has "." or ".." between slashes, which programs resolve. Write the path without them.',
    "scheme": 'must begin with "https:", "http:", "ftp:" or "urn:": some programs append no ids to others.',
    "slashes": 'has "//" in its path, of which some programs make "/". Write one slash.',
}
# RFC 3986 calls them gen-delims: of a term whose IRI ends in one, some processors make a prefix.
_DELIMITERS = (":", "/", "?", "#", "[", "]", "@")


class Kind(enum.Enum):
    """What the value of a field is."""

    TEXT = "text by language"
    PLAIN = "text"
    LITERAL = "typed value"
    LINK = "id of a record"
    CODE = "code"
    IRI = "absolute IRI"
    RECORD = "type/id of a record"
    PREDICATE = "column name"
    VALUE = "any value"


@dataclass(frozen=True, slots=True)
class Field:
    """One term of the context: what a column of that name means.

    `base` is what an id or code in the cell is appended to, `target` the record type that owns this base.
    """

    term: str
    iri: str
    kind: Kind
    datatype: str = ""
    language: str = ""
    base: str = ""
    target: str = ""
    many: bool = False
    order: int = 0


class Rule(enum.Enum):
    """How the build computes the values of a term."""

    COPY = "copy"
    FIRST_DAY = "first-day"
    LAST_DAY = "last-day"
    PERIOD = "period"
    PHASE = "phase"
    INVERSE = "inverse"
    SETTING = "setting"
    EVIDENCE = "evidence"
    TOP = "top"


@dataclass(frozen=True, slots=True)
class Derived:
    """How a term of a record type is computed: from the terms `sources` of the same record.

    With `is_fillable`, a table may have a column for it, whose cells win over what is computed.
    """

    rule: Rule
    sources: tuple[str, ...] = ()
    is_fillable: bool = False


@dataclass(frozen=True, slots=True)
class Inverse:
    """A term whose values are the records of the type `child` that lead back by the property `iri`."""

    term: str
    iri: str
    child: str


@dataclass(frozen=True, slots=True)
class Key:
    """Properties by whose values a record is told from all others of its type.

    Of two records with one certain key (`is_certain`) one is wrong; else they may well be the same.
    """

    properties: tuple[str, ...]
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class RecordType:
    """One kind of record: its class, and the base its ids are appended to.

    All but the first three come from the ontology. `classes` are the IRIs written as rdf:type, `terms` the fields a
    record of this type may have (None: all of them), `required` the columns that must not be empty.

    A `nested` type has no table: its nodes belong to the record that points to them. `supporting` records go to the
    evidence file, `anonymous` ones need no id of the curator's. `derived` says by term how values are computed,
    `inverses` which terms turn a link round. Dates of the terms `begins` and `ends` bound a record ("" without one).
    `bounds` names by link the terms that may not exceed those of the record it leads to, `wholes` by term the one whose
    amount contains its amount, `units` by term the one that its figures are measured in, `sorts` the one that says of
    which kind they are. `sums` names by link the terms whose amounts together keep within those of the record it leads
    to, `limits` by term what its figures in all records of one kind that lead to one record may add up to. `short_name`
    is the property that stands for the record's label in a sentence; a type that `is_detail` stands beside the core of
    the model.

    `keys` tell its records apart, unless one says by the term `differs` that it is not another one. `acyclic` are the
    links that never lead back to where they began. `lies_in` names by term of a point the one whose code says where it
    lies, `agrees_in` by link the term that is the same in the record it leads to, `begins_with` by term of a code the
    one whose code its own begins with, in two letters.
    """

    name: str
    iri: str
    base: str
    classes: tuple[str, ...]
    order: int = 0
    terms: frozenset[str] | None = None
    required: frozenset[str] = frozenset()
    nested: bool = False
    supporting: bool = False
    anonymous: bool = False
    derived: Mapping[str, Derived] = field(default_factory=dict)
    inverses: tuple[Inverse, ...] = ()
    begins: str = ""
    ends: str = ""
    bounds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wholes: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)
    short_name: str = ""
    is_detail: bool = False
    keys: tuple[Key, ...] = ()
    differs: str = ""
    acyclic: frozenset[str] = frozenset()
    lies_in: Mapping[str, str] = field(default_factory=dict)
    agrees_in: Mapping[str, str] = field(default_factory=dict)
    begins_with: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """The name of the type's tables: "project" for project.csv."""
        return self.name.lower()

    def is_computed(self, term: str) -> bool:
        """Check whether the build alone fills a term, so that no table has a column for it."""
        return term in self.derived and not self.derived[term].is_fillable

    def derived_by(self, *rules: Rule) -> dict[str, Derived]:
        """Return the terms that are computed by one of some rules."""
        return {term: derived for term, derived in self.derived.items() if derived.rule in rules}


@dataclass(frozen=True)
class Context:
    """The compiled context. `text` is the JSON that is published with every dump."""

    base: str
    prefixes: Mapping[str, str]
    fields: Mapping[str, Field]
    types: Mapping[str, RecordType]
    document: Mapping[str, Any]
    aliases: Mapping[str, str] = field(default_factory=dict)

    def compact(self, iri: str) -> str:
        """Shorten an IRI by the context's prefixes, where one fits and the rest is a plain name."""
        for prefix, namespace in self.prefixes.items():
            local = iri[len(namespace) :]
            if iri.startswith(namespace) and local and local.replace("-", "").isalnum() and local.isascii():
                return f"{prefix}:{local}"
        return iri


def load_context(path: Path, base: str | None = None, shown: str = "") -> Context:
    """Compile the context in `path`; `base` replaces its top-level `@base` in every scope.

    Raises:
        SetupError: the file is not JSON, or uses what is outside the supported part of JSON-LD.
    """
    shown = shown or path.name
    text, document = _read(path, shown)
    return compile_context(document, base, source=_Source(shown, text))


def merge_contexts(product: Path, own: Path, shown: str, base: str) -> dict[str, Any]:
    """Add the terms of a portfolio's context (`shown` as people call it) to those of the product's.

    IRIs of records may begin with the portfolio's `base` or with that of the product's context, which is what the
    merged one has. A prefix may be declared again as it is.

    Raises:
        SetupError: a file is no context, or a term, prefix or type is defined anew; all of these are named, with both
            places.
    """
    text, known = _read(product, f"ontology/{product.name}")
    added_text, added = _read(own, shown)
    source, added_source = _Source(f"ontology/{product.name}", text), _Source(shown, added_text)
    terms = _context_object(known, source)
    root = str(terms["@base"])
    added = json.loads(json.dumps(added).replace(json.dumps(base)[:-1], json.dumps(root)[:-1]))
    new = _context_object(added, added_source)
    tables = {term.lower(): term for term in terms if term[:1].isupper()}
    faults = []
    for term, value in new.items():
        taken = term if term in terms else tables.get(term.lower(), "") if term[:1].isupper() else ""
        if taken and value != terms.get(term):
            first = source.place(taken)
            faults.append(
                (added_source.place(term), f'"{term}" is defined by the program, see {first}. Take another name.')
            )
    if faults:
        (place, sentence), *others = faults
        raise SetupError("\n".join([sentence, *(f"{where}: {text}" for where, text in others)]), place)
    merged = {"@context": {**terms, **new}}
    compile_context(merged, source=replace(added_source, above=source))
    return merged


def _read(path: Path, shown: str) -> tuple[str, object]:
    """Read a JSON file: its text and its content.

    Raises:
        SetupError: it cannot be read, or is no JSON.
    """
    try:
        text = path.read_text("utf-8-sig")
        if is_deep(text):
            raise SetupError("the context is nested too deeply. A term is one object, with one scope.", Place(shown))
        return text, json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        place = Place(shown, error.lineno, error.colno)
        raise SetupError(f"the context cannot be read: {error.msg}. Correct the JSON.", place) from error
    except (OSError, ValueError) as error:
        # Python reads no longer numbers, and says so in words of its own.
        why = "a number has too many digits." if "integer string conversion" in str(error) else str(error)
        raise SetupError(f"the context cannot be read: {why}", Place(shown)) from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of JSON, of which no name stands there twice: who reads it may take either value.

    Raises:
        ValueError: one does.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'"{twice}" stands twice in one object. Keep one of them.')
    return found


@dataclass(frozen=True)
class _Source:
    """Where to point when a term is refused; terms that are not in the text are in the one `above`."""

    file: str
    text: str = ""
    above: _Source | None = None

    def place(self, term: str) -> Place:
        match = re.search(rf"{re.escape(json.dumps(term, ensure_ascii=False))}\s*:", self.text)
        if match is None:
            return self.above.place(term) if self.above else Place(self.file)
        line = self.text.count("\n", 0, match.start()) + 1
        return Place(self.file, line, match.start() - self.text.rfind("\n", 0, match.start()))

    def refuse(self, term: str, message: str) -> SetupError:
        return SetupError(message, self.place(term))


def compile_context(document: object, base: str | None = None, source: _Source | None = None) -> Context:
    """Compile a context document ({"@context": {...}}).

    Raises:
        SetupError: naming the term and what to write instead.
    """
    source = source or _Source("context")
    terms = _context_object(document, source)
    root = terms.get("@base")
    if not isinstance(root, str) or base_fault(root) in {"iri", "end"}:
        raise source.refuse("@base" if root else "@context", f'"@base" {_BASE_FAULTS["iri"]}')
    if base_fault(root):
        raise source.refuse("@base", f'"@base", "{root}", {_BASE_FAULTS[base_fault(root)]}')
    if terms.get("@version") != _VERSION:
        raise source.refuse("@version", '"@version" must be 1.1: scoped contexts are new in JSON-LD 1.1.')
    if base and base_fault(base):
        raise SetupError(f'the base "{base}" {_BASE_FAULTS[base_fault(base)]}')
    if base and base != root:
        document = json.loads(json.dumps(document).replace(json.dumps(root)[:-1], json.dumps(base)[:-1]))
        terms, root = _context_object(document, source), base
    compiler = _Compiler(terms, root, source)
    return Context(root, compiler.prefixes, compiler.fields(), compiler.types, {"@context": terms}, compiler.aliases)


def _context_object(document: object, source: _Source) -> dict[str, Any]:
    if not isinstance(document, dict) or set(document) != {"@context"}:
        raise source.refuse("@context", 'the file must be one object with the one key "@context".')
    terms = document["@context"]
    if isinstance(terms, list):
        raise source.refuse("@context", "an array of contexts is not supported. Write all terms into one object.")
    if isinstance(terms, str):
        raise source.refuse("@context", f"the remote context {terms} is not supported. Copy its terms into this file.")
    if not isinstance(terms, dict):
        raise source.refuse("@context", '"@context" must be one object of terms.')
    return terms


class _Compiler:
    """The steps of one compilation, in the order in which they need each other."""

    def __init__(self, terms: dict[str, Any], root: str, source: _Source) -> None:
        self.terms, self.root, self.source = terms, root, source
        self._refuse_keywords()
        self.aliases = {term: value for term, value in terms.items() if value in ("@id", "@type")}
        if sorted(self.aliases.values()) != ["@id", "@type"]:
            raise source.refuse("id", 'the context needs exactly one alias of "@id" and one of "@type".')
        for alias, keyword in self.aliases.items():
            if not _NAME.fullmatch(alias):
                raise source.refuse(alias, f'"{alias}" cannot stand for "{keyword}". Use letters and digits only.')
        self.prefixes = self._prefixes()
        self.types = self._types()

    def fields(self) -> dict[str, Field]:
        names = [t for t in self.terms if t[:1] != "@" and t not in {*self.aliases, *self.prefixes, *self.types}]
        found = {term: self._field(term, order) for order, term in enumerate(names)}
        self._refuse_schemes(found)
        return found

    def _refuse_schemes(self, fields: Mapping[str, Field]) -> None:
        """Refuse a column or an alias named like a scheme ("doi") where some processor takes it for a prefix of IRIs.

        Where the column's IRI ends in a delimiter, pyoxigraph 0.5 and rdflib 7.6 do so in cells, and rdflib always does
        in the context itself. The column's own IRI may not begin so by JSON-LD 1.1 (cyclic IRI mapping).
        """
        said = [*self.prefixes.values(), *(iri for each in fields.values() for iri in (each.iri, each.datatype))]
        said += [each.iri for each in self.types.values()]
        for term in sorted(SCHEMES & {*fields, *self.aliases}):
            begun = next((iri for iri in said if iri.startswith(f"{term}:") and not iri.startswith(f"{term}://")), "")
            if begun or (term in fields and fields[term].iri.endswith(_DELIMITERS)):
                meant = f'"{begun}"' if begun else f'"{term}:..." in a cell'
                what = "a column" if term in fields else f'an alias of "{self.aliases[term]}"'
                raise self.source.refuse(
                    term, f'"{term}" is {what} and a scheme: some programs read {meant} by it. Take another name.'
                )

    def _refuse_keywords(self) -> None:
        for term, value in self.terms.items():
            if term in _KEYWORDS:
                raise self.source.refuse(term, f'"{term}" is not supported. Define each term by its full IRI instead.')
            if term[:1] == "@" and term not in {"@version", "@base"}:
                raise self.source.refuse(term, f'"{term}" is not supported in a context.')
            if value is None:
                raise self.source.refuse(term, f'the term "{term}" is null. Leave the term out instead.')

    def _prefixes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for term, value in self.terms.items():
            if term[:1] == "@" or term in self.aliases or not isinstance(value, str):
                continue
            if value[-1:] not in "#/" or iri_fault(value):
                raise self.source.refuse(
                    term, f'"{term}" is neither a prefix (an absolute IRI that ends in "#" or "/") nor an object.'
                )
            if not _PREFIX.fullmatch(term) or term in SCHEMES:
                raise self.source.refuse(
                    term, f'"{term}" cannot name a prefix. Use letters, digits and hyphens, and no scheme of an IRI.'
                )
            found[term] = value
        return found

    def expand(self, term: str, value: object) -> str:
        """Expand a compact or absolute IRI."""
        if not isinstance(value, str):
            raise self.source.refuse(term, f'the term "{term}" needs an "@id" with an IRI.')
        prefix, colon, rest = value.partition(":")
        if colon and prefix in self.prefixes and not rest.startswith("//"):
            whole = self.prefixes[prefix] + rest
            if iri_fault(whole):
                raise self.source.refuse(
                    term, f'"{value}" in the term "{term}" stands for "{whole}", which is no IRI. Write it in full.'
                )
            return whole
        if iri_fault(value):
            known = _nearest(prefix, self.prefixes)
            raise self.source.refuse(
                term, f'the "@id" of "{term}", "{value}", is no IRI: its prefix is not declared.{known}'
            )
        return value

    def _types(self) -> dict[str, RecordType]:
        found: dict[str, RecordType] = {}
        for term, value in self.terms.items():
            if not (isinstance(value, dict) and term[:1].isupper()):
                continue
            if not _NAME.fullmatch(term):
                raise self.source.refuse(term, f'"{term}" cannot name a record type. Use letters and digits only.')
            if set(value) - {"@id", "@context"}:
                extra = ", ".join(sorted(set(value) - {"@id", "@context"}))
                raise self.source.refuse(term, f'the record type "{term}" may have "@id" and "@context", not {extra}.')
            iri = self.expand(term, value.get("@id"))
            base = self._scope(term, value)
            if not base:
                raise self.source.refuse(
                    term, f'the record type "{term}" needs "@context": {{"@base": ...}} for its ids.'
                )
            found[term] = RecordType(term, iri, base, (iri,), len(found))
        return found

    def _scope(self, term: str, value: dict[str, Any]) -> str:
        """Read the one thing a scoped context may hold, an absolute "@base"."""
        if "@context" not in value:
            return ""
        scope = value["@context"]
        if not isinstance(scope, dict) or set(scope) != {"@base"}:
            raise self.source.refuse(term, f'the "@context" of "{term}" may hold an "@base" and nothing else.')
        base = scope["@base"]
        if not isinstance(base, str) or iri_fault(base):
            raise self.source.refuse(
                term,
                f'the "@base" of "{term}" is relative ("{base}"): processors disagree on what that means. '
                'Write an absolute IRI that ends in "/".',
            )
        if base_fault(base):
            raise self.source.refuse(term, f'the "@base" of "{term}", "{base}", {_BASE_FAULTS[base_fault(base)]}')
        return base

    def _field(self, term: str, order: int) -> Field:
        value = self.terms[term]
        if not _NAME.fullmatch(term):
            raise self.source.refuse(term, f'"{term}" cannot name a column. Use letters and digits only.')
        if not isinstance(value, dict):
            raise self.source.refuse(term, f'the term "{term}" must be an object with an "@id".')
        for key in value:
            if key not in {"@id", "@type", "@language", "@container", "@context"} or value[key] is None:
                raise self.source.refuse(term, f'"{key}" in the term "{term}" is not supported.')
        plain = Field(term, self.expand(term, value.get("@id")), Kind.PLAIN, order=order)
        found = self._kind(plain, value)
        if found.kind is Kind.TEXT and (value.get("@type") or value.get("@language")):
            raise self.source.refuse(term, f'"{term}" is text by language: it can have no "@type" or "@language".')
        if value.get("@context") and not found.base:
            raise self.source.refuse(term, f'"{term}" has an "@base" but is no link. Give it "@type": "@id".')
        return found

    def _kind(self, plain: Field, value: dict[str, Any]) -> Field:
        container, datatype = value.get("@container"), value.get("@type")
        if container == "@language":
            return replace(plain, kind=Kind.TEXT)
        if isinstance(container, list) and sorted(map(str, container)) == ["@language", "@set"]:
            return replace(plain, kind=Kind.TEXT, many=True)
        if container not in (None, "@set"):
            raise self.source.refuse(
                plain.term, f'the container {container} of "{plain.term}" is not supported. Use "@set" or "@language".'
            )
        found = replace(plain, many=container == "@set", language=self._language(plain.term, value))
        if datatype is None:
            return self._untyped(found)
        if found.language:
            raise self.source.refuse(plain.term, f'"{plain.term}" has both "@type" and "@language". Keep one.')
        if datatype == "@id":
            return self._link(replace(found, base=self._scope(plain.term, value)))
        if datatype == "@vocab":
            return replace(found, kind=Kind.PREDICATE)
        return self._literal(found, datatype)

    def _untyped(self, found: Field) -> Field:
        if found.iri != RDF + "object":
            return found
        if found.many or found.language:
            raise self.source.refuse(
                found.term, f'"{found.term}" takes any one value: it can have no "@container" or "@language".'
            )
        return replace(found, kind=Kind.VALUE)

    def _language(self, term: str, value: dict[str, Any]) -> str:
        if "@language" not in value:
            return ""
        language = value["@language"]
        if not (isinstance(language, str) and LANGUAGE.fullmatch(language) and language.islower()):
            raise self.source.refuse(term, f'the "@language" of "{term}" must be a tag in lower case.')
        return language

    def _link(self, found: Field) -> Field:
        if not found.base:
            return replace(found, kind=Kind.IRI)
        if found.base == self.root:
            return replace(found, kind=Kind.RECORD)
        owner = next((t.name for t in self.types.values() if t.base == found.base), "")
        return replace(found, kind=Kind.LINK if owner else Kind.CODE, target=owner)

    def _literal(self, found: Field, datatype: object) -> Field:
        known = isinstance(datatype, str) and datatype[:1] != "@"
        iri = self.expand(found.term, datatype) if known else ""
        if iri not in SPELLINGS:
            raise self.source.refuse(
                found.term, f'the datatype "{datatype}" of "{found.term}" has no check of its spelling here.'
            )
        return replace(found, kind=Kind.LITERAL, datatype=iri)


def _nearest(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), 1)
    return f' Did you mean "{close[0]}"?' if close else ""
