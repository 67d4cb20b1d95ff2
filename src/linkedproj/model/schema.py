"""The context together with what the ontology says of its types: which columns a table has, which values a code has."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.codes import code_lists
from linkedproj.model.context import RDF, Context, Kind, RecordType, Rule, load_context
from linkedproj.model.dataset import class_of, kinds_of
from linkedproj.model.domain import COMPUTED, MEMBER, Domain, EvidenceTerms, read_containers, read_phases
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lists import CodeList, read_lists
from linkedproj.model.shapes import read_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.codes import Code
    from linkedproj.model.context import Field
    from linkedproj.model.domain import Triples
    from linkedproj.model.schemes import Scheme
    from linkedproj.model.wants import Want

OWL = "http://www.w3.org/2002/07/owl#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"

_NAMING = (SKOS + "prefLabel", RDFS + "label")
_TERMS = (ox.NamedNode, ox.BlankNode, ox.Literal)


@dataclass(frozen=True)
class NestedPath:
    """The way from a record of a type to a nested one: the links that lead there.

    A nested record is called after its owner: its id is the owner's, with `suffix` behind it.
    """

    links: tuple[Field, ...]
    nested: RecordType
    suffix: str

    @property
    def name(self) -> str:
        """What stands before the last dot in the names of its columns."""
        return ".".join(link.term for link in self.links)


@dataclass(frozen=True)
class Schema:
    """All that is known of records before the first one is read.

    `lists` gives the codes of each code list by its base IRI, `shape_columns` the columns that each property shape is
    about ("title@ca"), by the shape's IRI. `evidence` says what the columns of evidence are called, `phases` by code
    list which code stands for "past", "present", "future" and "unknown", `containers` which codes stand for amounts
    that contain those of another, `labels` what the vocabulary calls its terms, by IRI and language, `wants` by type
    what the portfolio asks for, `version` that of the vocabulary. `authorities` are
    the lists that others keep, by the base of their IRIs, `listed` gives by term the base of the one that its texts are
    codes of. `schemes` are those of other publishers that the portfolio keeps a copy of, by prefix (they are among the
    authorities as well); `concept_terms` are the links that may lead to a concept of theirs. `names` is what the types
    are called, by language.
    """

    context: Context
    types: Mapping[str, RecordType]
    lists: Mapping[str, tuple[Code, ...]] = field(default_factory=dict)
    shape_columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    evidence: EvidenceTerms = field(default_factory=EvidenceTerms)
    phases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    wants: Mapping[str, tuple[Want, ...]] = field(default_factory=dict)
    containers: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    version: str = ""
    authorities: Mapping[str, CodeList] = field(default_factory=dict)
    listed: Mapping[str, str] = field(default_factory=dict)
    schemes: Mapping[str, Scheme] = field(default_factory=dict)
    concept_terms: frozenset[str] = frozenset()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The IRI that "<type>/<id>" is appended to."""
        return self.context.base

    @cached_property
    def codes(self) -> Mapping[str, frozenset[str]]:
        """What a cell may hold of each code list, by its base IRI."""
        return {base: frozenset(code.iri[len(base) :] for code in codes) for base, codes in self.lists.items()}

    def codes_of(self, terms: Iterable[str]) -> tuple[Code, ...]:
        """Return all codes of the lists that some terms name."""
        bases = {self.fields[term].base for term in terms}
        return tuple(code for base, codes in self.lists.items() if base in bases for code in codes)

    @property
    def fields(self) -> Mapping[str, Field]:
        """The terms that can name a column."""
        return self.context.fields

    def refuse_circles(self) -> None:
        """Refuse types that would have to be read before themselves, or that are nested in themselves.

        Raises:
            SetupError: naming them.
        """
        _ = self.waves, self._nested

    @cached_property
    def waves(self) -> tuple[tuple[str, ...], ...]:
        """The types in the order in which they have to be read: evidence, then children, then those they lead to.

        Raises:
            SetupError: a type would have to be read before itself.
        """
        before = {name: self._read_before(kind) for name, kind in self.types.items()}
        for kind in self.types.values():
            for link in {*kind.bounds, *kind.sums}:
                before[self.fields[link].target].add(kind.name)
        sorter, waves = TopologicalSorter(before), []
        try:
            sorter.prepare()
        except CycleError as error:
            circle = " -> ".join(reversed(error.args[1]))
            raise SetupError(
                f"{circle}: a record would wait for itself. Take lp:inverseOf, lp:keepsWithin or lp:sumsWithin "
                "from one of the links.",
                Place("ontology/shapes.ttl"),
            ) from error
        while sorter.is_active():
            ready = sorter.get_ready()
            waves.append(tuple(name for name in self.types if name in ready))
            sorter.done(*ready)
        return tuple(waves)

    def _read_before(self, kind: RecordType) -> set[str]:
        # Links among records of one type are gathered beforehand: no record has to wait for another.
        found = {inverse.child for inverse in kind.inverses} - {kind.name}
        return found if kind.anonymous else found | {each.name for each in self.types.values() if each.anonymous}

    def nested_paths(self, kind: RecordType) -> tuple[NestedPath, ...]:
        """Return the ways from a record of a type to the records nested in it, the nearest ones first.

        Raises:
            SetupError: a nested type holds itself.
        """
        return self._nested[kind.name]

    @cached_property
    def _nested(self) -> dict[str, tuple[NestedPath, ...]]:
        found = {}
        for kind in self.types.values():
            paths = pending = list(self._nested_in(kind, (), ""))
            while pending:
                pending = [more for path in pending for more in self._nested_in(path.nested, path.links, path.suffix)]
                paths = [*paths, *pending]
            found[kind.name] = tuple(paths)
        return found

    def _nested_in(self, kind: RecordType, links: tuple[Field, ...], suffix: str) -> Iterator[NestedPath]:
        for term in sorted(kind.terms or (), key=lambda term: self.fields[term].order if term in self.fields else 0):
            nested = self.types.get(self.fields[term].target) if term in self.fields else None
            if nested is None or not nested.nested:
                continue
            if any(link.target == nested.name for link in links):
                raise SetupError(f"the nested type {nested.name} holds itself.", Place("ontology/shapes.ttl"))
            is_period = term in kind.derived_by(Rule.PERIOD)
            yield NestedPath((*links, self.fields[term]), nested, suffix if is_period else f"{suffix}-{term}")

    def term_for(self, kind: RecordType, iri: str) -> str:
        """Return the first term of a type that has a property, or ""."""
        found = (field for field in self.fields.values() if field.iri == iri and field.term in (kind.terms or ()))
        return next((field.term for field in found), "")

    def nested_path(self, kind: RecordType, owner: str, nested: RecordType, identifier: str) -> NestedPath | None:
        """Return the way from a record to one that is nested in it, by the types and ids of both."""
        paths = [path for path in self.nested_paths(kind) if path.nested is nested]
        return next((path for path in paths if owner + path.suffix == identifier), paths[0] if paths else None)

    def fillable(self, kind: RecordType) -> Iterator[tuple[str, Field, RecordType]]:
        """Yield the columns that a table of a type may have: name ("budget.value"), field, and the type that has it.

        They come in the order of the context, those of nested records behind; texts without a language.
        """
        for term in self._own_columns(kind):
            yield term.term, term, kind
        for path in self.nested_paths(kind):
            holders = (kind, *(self.types[link.target] for link in path.links))
            if not any(holder.is_computed(link.term) for holder, link in zip(holders, path.links, strict=False)):
                for term in self._own_columns(path.nested):
                    yield f"{path.name}.{term.term}", term, path.nested

    def _own_columns(self, kind: RecordType) -> Iterator[Field]:
        terms = self.fields.keys() if kind.terms is None else kind.terms & self.fields.keys()
        for term in sorted((self.fields[name] for name in terms), key=lambda one: one.order):
            target = self.types.get(term.target)
            if not kind.is_computed(term.term) and not (target and target.nested):
                yield term

    @property
    def members(self) -> tuple[str, ...]:
        """The types whose records a portfolio lists."""
        listed = (field for field in self.fields.values() if field.iri == MEMBER and field.target)
        return tuple(dict.fromkeys(field.target for field in listed))

    def type_of_table(self, table: str) -> RecordType | None:
        """Return the record type of the table "project", or nothing."""
        return next((t for t in self.types.values() if t.table == table), None)

    def split(self, iri: str) -> tuple[str, str] | None:
        """Split the IRI of a record into the name of its type and its id."""
        if not iri.startswith(self._bases):
            return None
        for kind in self.types.values():
            if iri.startswith(kind.base):
                return kind.name, iri[len(kind.base) :]
        return None

    @cached_property
    def _bases(self) -> tuple[str, ...]:
        return tuple(kind.base for kind in self.types.values())

    def resolve(self, reference: str) -> tuple[RecordType, str] | None:
        """Split "type/id", as evidence names a record, into a record type and an id."""
        table, _, identifier = reference.partition("/")
        kind = self.type_of_table(table)
        return (kind, identifier) if kind and identifier else None

    def fields_of(self, kind: RecordType) -> tuple[Field, ...]:
        """Return the terms that a record of a type may have, in the order of the context."""
        return tuple(field for field in self.fields.values() if kind.terms is None or field.term in kind.terms)

    def list_of(self, field: Field) -> CodeList | None:
        """Return the list that the values of a term are looked up in: codes by its base, or texts as a shape says."""
        return self.authorities.get(self.listed.get(field.term, field.base))

    def takes_concepts(self, field: Field) -> bool:
        """Check whether values of a field may be concepts of other publishers: there, they are written as IRIs."""
        return bool(self.schemes) and field.term in self.concept_terms

    def with_schemes(self, schemes: Mapping[str, Scheme]) -> Schema:
        """Return the schema of a portfolio that keeps copies of schemes; one of them wins over a list of its base."""
        authorities = {**self.authorities, **{scheme.base: scheme for scheme in schemes.values()}}
        return replace(self, schemes=schemes, authorities=authorities) if schemes else self

    def iri_of(self, field: Field, value: str) -> str:
        """Return the IRI that a well spelled value of a link field stands for."""
        if field.kind is Kind.LINK and ":" in value:
            return value
        if field.kind is Kind.RECORD:
            resolved = self.resolve(value)
            return resolved[0].base + resolved[1] if resolved else field.base + value
        if field.kind is Kind.PREDICATE:
            return self.fields[value].iri
        return field.base + value


def load_schema(
    ontology: Path, base: str | None = None, shapes_file: Path | None = None, *, vocabulary_file: Path | None = None
) -> Schema:
    """Read context, vocabulary and shapes from the folder `ontology`; `base` is the portfolio's own IRI base.

    `shapes_file` holds the shapes in force, if they are others than those of the folder; so does `vocabulary_file` what
    the terms mean.

    Raises:
        SetupError: a file is missing, does not parse, or holds what is not supported.
    """
    context = load_context(ontology / "context.jsonld", base and base + "id/", "ontology/context.jsonld")
    terms = read_turtle(vocabulary_file or ontology / "linkedproj.ttl")
    vocabulary = _index(terms)
    schema = Schema(
        context,
        context.types,
        code_lists(terms, dict.fromkeys(f.base for f in context.fields.values() if f.kind is Kind.CODE)),
        phases=read_phases(context, vocabulary),
        labels=_labels(terms),
        version=_version(terms),
        containers=read_containers(context, vocabulary),
        authorities=read_lists(ontology),
    )
    return _with_shapes(schema, read_turtle(shapes_file or ontology / "shapes.ttl"), vocabulary)


def with_shapes(schema: Schema, ontology: Path, shapes_file: Path) -> Schema:
    """Return the schema that was loaded from a folder, with other shapes than those that lie there.

    Raises:
        SetupError: as `load_schema`.
    """
    return _with_shapes(schema, read_turtle(shapes_file), _index(read_turtle(ontology / "linkedproj.ttl")))


def _with_shapes(schema: Schema, rules: Sequence[ox.Triple], vocabulary: Triples) -> Schema:
    context = schema.context
    shapes = _at_home(_index(rules), context)
    columns = _columns(shapes, context)
    domain = Domain(context, shapes, vocabulary)
    types = {
        name: replace(
            kind,
            classes=(*_superclasses(kind.iri, vocabulary), class_of(context.base, name)),
            terms=columns[kind.iri][0] if kind.iri in columns else None,
            required=columns[kind.iri][1] if kind.iri in columns else frozenset(),
        )
        for name, kind in context.types.items()
    }
    schema = replace(
        schema,
        types=domain.types(types),
        shape_columns=_shape_columns(shapes),
        evidence=domain.evidence(),
        listed=domain.listed(),
        concept_terms=domain.concept_terms(),
        names=_names(rules, shapes, context),
    )
    schema.refuse_circles()
    return schema


def vocabulary_terms(ontology: Path, schema: Schema) -> set[str]:
    """List the classes and properties that the context or the vocabulary knows.

    Raises:
        SetupError: the vocabulary is missing, or is no Turtle.
    """
    own = {_text(triple.subject) for triple in read_turtle(ontology / "linkedproj.ttl")}
    properties = {field.iri for field in schema.fields.values()}
    return own | properties | {iri for kind in schema.types.values() for iri in kind.classes}


def read_turtle(path: Path) -> Sequence[ox.Triple]:
    """Read a shipped Turtle file.

    Raises:
        SetupError: it is missing, or is no Turtle.
    """
    return read_shapes(path, f"ontology/{path.name}").triples


def _index(triples: Iterable[ox.Triple]) -> Triples:
    found: Triples = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in triples:
        found[_text(subject)][predicate.value].append(_text(value))
    return found


def _labels(triples: Iterable[ox.Triple]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for triple in triples:
        if triple.predicate.value in _NAMING and isinstance(triple.object, ox.Literal):
            found.setdefault(_text(triple.subject), {})[triple.object.language or ""] = triple.object.value
    return found


def _at_home(shapes: Triples, context: Context) -> Triples:
    """Read the targets of published shapes, the classes of one dataset, as those of its record types."""
    kinds = kinds_of(context.base, context.types)
    for po in shapes.values():
        if SH + "targetClass" in po:
            po[SH + "targetClass"] = list(dict.fromkeys(kinds.get(iri, iri) for iri in po[SH + "targetClass"]))
    return shapes


def _names(triples: Iterable[ox.Triple], shapes: Triples, context: Context) -> dict[str, dict[str, str]]:
    """Return the names of the types: those of the node shapes of their classes."""
    by_class: dict[str, dict[str, str]] = {}
    for triple in triples:
        if triple.predicate.value == RDFS + "label" and isinstance(triple.object, ox.Literal):
            for iri in shapes.get(_text(triple.subject), {}).get(SH + "targetClass", ()):
                by_class.setdefault(iri, {}).setdefault(triple.object.language or "", triple.object.value)
    return {name: by_class[kind.iri] for name, kind in context.types.items() if kind.iri in by_class}


def _version(triples: Iterable[ox.Triple]) -> str:
    """Return the version of the program's vocabulary, which stands before what a portfolio adds."""
    stated = (triple.object for triple in triples if triple.predicate.value == OWL + "versionInfo")
    return next((version.value for version in stated if isinstance(version, ox.Literal)), "")


def _text(term: object) -> str:
    return term.value if isinstance(term, _TERMS) else str(term)


def _superclasses(iri: str, vocabulary: Triples) -> Iterator[str]:
    """Yield a class and all that stand above it, nearest first: no reasoner is assumed at query time."""
    pending, seen = [iri], set()
    while pending:
        current = pending.pop(0)
        if current not in seen:
            seen.add(current)
            yield current
            pending += sorted(vocabulary.get(current, {}).get(RDFS + "subClassOf", ()))


def _columns(shapes: Triples, context: Context) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Read from the shapes which terms a class has, and which columns must be filled.

    A property shape names the terms it is about by `sh:name`; `sh:minCount` makes a column required, a qualified
    shape with one `sh:languageIn` makes it required in that language. Those in the group s:Derived are filled by the
    build where a curator leaves them empty; of a text that is required in any language, no one column is.
    """
    texts = {field.term for field in context.fields.values() if field.kind is Kind.TEXT}
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for po in list(shapes.values()):
        for target in po.get(SH + "targetClass", ()):
            terms, required = found.get(target, (frozenset(), frozenset()))
            for prop in po.get(SH + "property", ()):
                names = shapes[prop].get(SH + "name", [])
                terms |= set(names)
                alone = [name for name in names if len(names) == 1]
                required |= {
                    name + tag for tag in _required(shapes, prop) for name in alone if tag or name not in texts
                }
            found[target] = terms, required
    return found


def _required(shapes: Triples, prop: str) -> list[str]:
    """Return the language tags ("@ca") in which a property is required; [""] when it is required as such."""
    po = shapes[prop]
    computed = COMPUTED in po.get(SH + "group", ())
    if computed or po.get(SH + "severity", [SH + "Violation"])[0] != SH + "Violation":
        return []
    if int(po.get(SH + "minCount", ["0"])[0]) > 0:
        return [""]
    return (_languages(shapes, prop) or [""]) if int(po.get(SH + "qualifiedMinCount", ["0"])[0]) > 0 else []


def _languages(shapes: Triples, prop: str) -> list[str]:
    """Return the one language tag that the qualified shape of a property asks for."""
    value = shapes[prop].get(SH + "qualifiedValueShape", [""])[0]
    language = shapes.get(value, {}).get(SH + "languageIn", [""])[0]
    return [f"@{tag}" for tag in shapes.get(language, {}).get(RDF + "first", [])]


def _shape_columns(shapes: Triples) -> dict[str, tuple[str, ...]]:
    named = {shape: po[SH + "name"] for shape, po in shapes.items() if SH + "name" in po}
    return {
        shape: tuple(name + tag for name in names for tag in _languages(shapes, shape) or [""])
        for shape, names in named.items()
    }
