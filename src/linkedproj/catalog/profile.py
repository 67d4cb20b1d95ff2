"""Portal profiles: folders that say in SPARQL what a portal reads, and in SHACL what it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.catalog.graph import REL
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.languages import primary, spoken
from linkedproj.model.schema import read_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_HEADER = re.compile(r"^#\+ *(?P<key>[a-z]+): *(?P<value>.*?) *$", re.MULTILINE)
_PREFIX = re.compile(r"^PREFIX\s+(?P<name>[\w-]*):\s*<(?P<iri>[^>]*)>", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Profile:
    """One folder of `ontology/profiles/`.

    `files` are the files that it describes, relative to the public root; profiles with the same files share a graph.
    `root` is the node that JSON-LD is nested under, relative to the base, or "". `standard` is the IRI that a catalogue
    names when it keeps this profile, or "". `needs` are profiles that it adds to. `typed` gives the datatype of a
    property's numbers, both IRIs.
    """

    name: str
    folder: Path
    title: str
    files: tuple[str, ...]
    query: str
    root: str = ""
    standard: str = ""
    needs: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def shapes(self) -> Path:
        """The rules of the portal in our own words."""
        return self.folder / "shapes.ttl"

    def codes(self) -> list[ox.Triple]:
        """Return the classes and labels of the IRIs that are not ours.

        Raises:
            SetupError: codes.ttl is no Turtle.
        """
        path = self.folder / "codes.ttl"
        return list(read_turtle(path)) if path.is_file() else []


def read_profile(ontology: Path, name: str) -> Profile:
    """Read the folder of a profile.

    Raises:
        SetupError: it is missing, or its header lacks what is needed.
    """
    folder = ontology / "profiles" / name
    place = Place(f"ontology/profiles/{name}/describe.rq")
    try:
        query = (folder / "describe.rq").read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        known = ", ".join(profile_names(ontology))
        raise SetupError(f"there is no profile '{name}'. There are: {known}.", place) from None
    header = {match["key"]: match["value"] for match in _HEADER.finditer(query)}
    lacking = [key for key in ("title", "files") if not header.get(key)]
    if lacking:
        raise SetupError(f"the header lacks {', '.join(lacking)}. Write it as '#+ {lacking[0]}: …'.", place)
    prefixes = {match["name"]: match["iri"] for match in _PREFIX.finditer(query)}
    words = [_expand(word, prefixes, place) for word in header.get("typed", "").split()]
    prefixes.pop("rel", None)
    return Profile(
        name,
        folder,
        header["title"],
        tuple(header["files"].split()),
        query,
        header.get("root", ""),
        header.get("standard", ""),
        tuple(header.get("needs", "").split()),
        prefixes,
        dict(zip(words[::2], words[1::2], strict=True)),
    )


def _expand(word: str, prefixes: Mapping[str, str], place: Place) -> str:
    prefix, _, local = word.partition(":")
    if prefix not in prefixes:
        raise SetupError(f"'{word}' has no prefix of the query.", place)
    return prefixes[prefix] + local


def profile_names(ontology: Path) -> list[str]:
    """Name the profiles there are."""
    return sorted(path.parent.name for path in ontology.glob("profiles/*/describe.rq"))


def describe(
    profiles: Iterable[Profile], release: Iterable[ox.Triple], base: str, languages: Sequence[str] = ()
) -> set[ox.Triple]:
    """Run the queries of profiles on the release graph and their codes, which make one graph.

    Of the codes, those are added that the result refers to, with their labels in `languages` where there are some.
    Terms of the release graph itself never come out.

    Raises:
        SetupError: a query does not parse, or makes a blank node.
    """
    chosen = list(profiles)
    codes = {triple for profile in chosen for triple in profile.codes()}
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in (*release, *codes))
    found = {triple for profile in chosen for triple in _construct(profile, store, base)}
    return found | _in_languages(_codes_of(found, codes), languages)


def language_tags(profiles: Iterable[Profile]) -> set[str]:
    """Return the language tags that the codes of profiles have an IRI for."""
    triples = (triple for profile in profiles for triple in profile.codes())
    return {
        triple.object.value
        for triple in triples
        if triple.predicate.value == REL + "languageTag" and isinstance(triple.object, ox.Literal)
    }


def _in_languages(codes: Iterable[ox.Triple], languages: Sequence[str]) -> set[ox.Triple]:
    """Leave out labels in other languages, but never the only one."""
    kept = {*map(primary, languages), *spoken(languages)} if languages else set()
    by_subject: dict[tuple[object, ox.NamedNode], list[ox.Triple]] = {}
    for triple in codes:
        by_subject.setdefault((triple.subject, triple.predicate), []).append(triple)
    found: set[ox.Triple] = set()
    for same in by_subject.values():
        tags = [triple.object.language if isinstance(triple.object, ox.Literal) else None for triple in same]
        chosen = [triple for triple, tag in zip(same, tags, strict=True) if not tag or primary(tag) in kept]
        found.update(chosen if kept and chosen else same)
    return found


def _construct(profile: Profile, store: ox.Store, base: str) -> list[ox.Triple]:
    place = Place(f"ontology/profiles/{profile.name}/describe.rq")
    try:
        result = store.query(profile.query, base_iri=base)
    except SyntaxError as error:
        raise SetupError(f"this is no SPARQL: {error.msg}", place) from error
    if not isinstance(result, ox.QueryTriples):
        raise SetupError("the query is no CONSTRUCT. Write one.", place)
    triples = list(result)
    if any(isinstance(term, ox.BlankNode) for triple in triples for term in triple):
        raise SetupError("the query makes a blank node. Give every node an IRI.", place)
    return [_retyped(triple, profile.typed) for triple in triples]


def _retyped(triple: ox.Triple, typed: Mapping[str, str]) -> ox.Triple:
    """Restore a datatype: pyoxigraph 0.5.13 turns every kind of integer into xsd:integer."""
    datatype, value = typed.get(triple.predicate.value), triple.object
    if not datatype or not isinstance(value, ox.Literal):
        return triple
    return ox.Triple(triple.subject, triple.predicate, ox.Literal(value.value, datatype=ox.NamedNode(datatype)))


def _codes_of(found: Iterable[ox.Triple], codes: Iterable[ox.Triple]) -> set[ox.Triple]:
    """Return what the codes say of each IRI that is referred to, and of the IRIs in that again."""
    about: dict[object, list[ox.Triple]] = {}
    for triple in codes:
        if not triple.predicate.value.startswith(REL):
            about.setdefault(triple.subject, []).append(triple)
    pending, taken = [triple.object for triple in found], set[ox.Triple]()
    seen: set[object] = set()
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            taken.update(about.get(node, ()))
            pending += [triple.object for triple in about.get(node, ())]
    return taken
