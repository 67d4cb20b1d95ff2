"""Find which triples of two dumps came and went, exactly, and to which records they belong.

Dumps have no blank nodes, so the difference of the two sets of triples is the difference of the two graphs.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.changes.dumps import Block, base_of, blocks_of, find_dump, parse, triples_of
from linkedproj.changes.evidence import read_evidence
from linkedproj.changes.notes import Line, Notes, refused_by_the_system
from linkedproj.model.context import RDF, Kind, Rule
from linkedproj.model.dataset import DEPRECATED, REPLACED_BY, REPLACES, dataset_of, public_root
from linkedproj.model.domain import DAY
from linkedproj.model.errors import SetupError
from linkedproj.model.paths import shipped
from linkedproj.model.schema import RDFS, load_schema
from linkedproj.system.sorting import MEMORY, Sorter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linkedproj.changes.notes import What
    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema

_COMPOSED_OF = 2
_ONTOLOGY = ("context.jsonld", "vocabulary.ttl", "shapes.ttl")
_DEPRECATED = DEPRECATED.encode()
_LABEL = re.compile(rb'#label>\s*"((?:[^"\\]|\\.)*)"@([A-Za-z0-9-]+)')


class Changes:
    """The difference of two dumps, on disk; valid until the context of `compare` ends.

    `schema` says what the newer dump means, `earlier` the older one; `types` are those of both. `counts` gives how many
    records of a type ("Project", "" for none) were added, removed or touched; a touched one may differ in computed
    values alone. `triples` counts "added" and "removed" triples.
    """

    def __init__(
        self,
        dumps: tuple[Path | None, Path],
        schemas: tuple[Schema, Schema],
        notes: Notes,
        after: Sorter[Block],
        scratch: Path,
    ) -> None:
        (self.old, self.new), (self.earlier, self.schema), self.notes, self.after = dumps, schemas, notes, after
        self.triples: Counter[str] = Counter()
        self.counts: Counter[tuple[str, What]] = Counter()
        self.later_day = False
        self._scratch = scratch
        self._kinds = {kind.base: kind for each in schemas for kind in each.types.values()}
        self.types = tuple(dict.fromkeys((*self.schema.types, *self.earlier.types)))

    def lines(self, what: What) -> Iterator[bytes]:
        """Yield the triples that were "added" or "removed", as canonical N-Triples in order."""
        with (self._scratch / f"{what}.nt").open("rb") as file:
            yield from file

    def kind(self, iri: str) -> RecordType | None:
        """Return the type of a record by its IRI."""
        return self._kinds.get(iri[: iri.rfind("/") + 1])

    def is_nested(self, iri: str) -> bool:
        """Check whether an IRI names a node that belongs to a record."""
        kind = self.kind(iri)
        return kind is not None and kind.nested

    def owner(self, iri: str) -> str:
        """Return the record that a node belongs to: itself, unless it is nested."""
        return self.notes.owner(iri) if self.is_nested(iri) else iri

    def short(self, iri: str) -> str:
        """Return "project/chebec" for a record, else the IRI, shortened by a prefix where one fits."""
        kind = self.kind(iri)
        if kind:
            return f"{kind.table}/{iri[len(kind.base) :]}"
        found = (schema.context.compact(iri) for schema in (self.schema, self.earlier))
        return next((short for short in found if short != iri), iri)

    def label(self, iri: str) -> Mapping[str, str]:
        """Return what the vocabulary calls a term or a code, by language."""
        return self.schema.labels.get(iri) or self.earlier.labels.get(iri, {})

    def schema_of(self, kind: RecordType) -> Schema:
        """Return the schema that a type is of: the newer one, unless only the older one has it."""
        return self.schema if self.schema.types.get(kind.name) is kind else self.earlier

    def is_membership(self, line: str) -> bool:
        """Check whether a line says no more than that a record is in this dataset."""
        return f"> <{RDF}type> <{dataset_of(self.schema.base)}#" in line

    def rank(self, iri: str) -> int:
        """Return the place of a record's type in the order of the context; what has no type comes last."""
        kind = self.kind(iri)
        return self.place(kind.name if kind else "")

    def place(self, kind: str) -> int:
        """Return the place of a type in the order of the context."""
        return self.types.index(kind) if kind else len(self.types)


@contextmanager
def compare(
    old: Path | None, new: Path, base: str = "", ontology: Path | None = None, memory: int = MEMORY
) -> Iterator[Changes]:
    """Compare two release folders or dumps; without `old` everything in `new` is added.

    What a release means is said by the context, the vocabulary and the shapes beside its dump: a term that was renamed
    or dropped since is told by the name it had. Where they are missing, or are none that this program can read, it is
    said by the folder `ontology` (the shipped one, if none is given). `base` is the IRI before "id/" (otherwise what
    the newer dump says). `memory` bounds, in bytes, what each of the two dumps may hold while it is sorted; beside that
    only one record at a time is in memory. Temporary files need about the size of both dumps, unpacked.

    Raises:
        OSError: the disk is full.
        SetupError: a dump is missing, damaged, no dump, or has blank nodes.
    """
    before, after = find_dump(old) if old else None, find_dump(new)
    schemas = _schemas(before, after, base or base_of(after), ontology or shipped("ontology"))
    with refused_by_the_system(), ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="linkedproj-")))
        notes = Notes(scratch)
        stack.callback(notes.close)
        blocks = stack.enter_context(Sorter[Block](memory=memory))
        changes = Changes((before, after), schemas, notes, blocks, scratch)
        with Sorter[Block](memory=memory) as earlier:
            _Comparison(changes, scratch).run(earlier)
        read_evidence(after.parent, notes)
        yield changes


def _schemas(before: Path | None, after: Path, base: str, ontology: Path) -> tuple[Schema, Schema]:
    """Return what the older and the newer dump mean."""
    own = [_ontology_beside(dump) for dump in (before, after) if dump]
    found: list[Schema] = []
    for number, folder in enumerate(own):
        if number and _are_the_same(own[0], folder):
            found.append(found[0])
        else:
            found.append(_published(folder, base) or load_schema(ontology, base or None))
    return found[0], found[-1]


def _ontology_beside(dump: Path) -> Path | None:
    """Return the folder of a dump, if all that explains it lies there."""
    return dump.parent if all((dump.parent / name).is_file() for name in _ONTOLOGY) else None


def _are_the_same(one: Path | None, other: Path | None) -> bool:
    if one is None or other is None:
        return one is other
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in _ONTOLOGY)


def _published(folder: Path | None, base: str) -> Schema | None:
    """Read what explains a release; nothing where it is in a form that this program does not know (any more)."""
    if folder is None:
        return None
    try:
        return load_schema(folder, base or None, folder / "shapes.ttl", vocabulary_file=folder / "vocabulary.ttl")
    except SetupError:
        return None


class _Comparison:
    """One pass over both dumps, subject by subject."""

    def __init__(self, changes: Changes, scratch: Path) -> None:
        self._changes, self._notes, self._scratch = changes, changes.notes, scratch
        linked = [
            (field, schema.types[field.target].nested)
            for schema in (changes.schema, changes.earlier)
            for field in schema.fields.values()
            if field.target
        ]
        kinds = [kind for schema in (changes.schema, changes.earlier) for kind in schema.types.values()]
        nested = {field.iri for field, is_nested in linked if is_nested}
        self._links = re.compile(rb"<(?:%s)>\s*<([^<>]*)>" % b"|".join(re.escape(i.encode()) for i in sorted(nested)))
        lists, root = (*changes.schema.lists, *changes.earlier.lists), public_root(changes.schema.base)
        self._beside = (*lists, f"{root}dump/", f"{dataset_of(changes.schema.base)}#")
        self._bases = tuple(sorted({kind.base for kind in kinds if kind.nested}))
        self._short_names = {kind.short_name for kind in kinds if kind.short_name}
        types, fields = changes.schema.types, changes.schema.fields
        settings = {term for kind in types.values() for term in kind.derived_by(Rule.SETTING)}
        self._days = {fields[term].iri for term in settings} & {DAY}
        # The last one stays: the order of the newer schema.
        self._joined = {f.iri: f.order for f, is_nested in reversed(linked) if f.kind is Kind.LINK and not is_nested}

    def run(self, before: Sorter[Block]) -> None:
        """Sort both dumps by subject, the older one into `before`, and write down where they differ."""
        changes = self._changes
        for path, sorter in ((changes.old, before), (changes.new, changes.after)):
            for subject, lines in blocks_of(path) if path else ():
                sorter.add([(subject, lines)])
        with (self._scratch / "added.nt").open("wb") as added, (self._scratch / "removed.nt").open("wb") as removed:
            for subject, old, new in paired(before, changes.after):
                self._subject(subject[1:-1].decode(), old, new, added, removed)
        self._attach_nested()
        counts = self._changes.counts
        for iri, was, now in self._notes.settle_successors():
            kind = self._changes.kind(iri)
            counts[kind.name if kind else "", was] -= 1
            counts[kind.name if kind else "", now] += 1
        self._notes.index()

    def _subject(self, iri: str, old: list[bytes], new: list[bytes], added: IO[bytes], removed: IO[bytes]) -> None:
        if any(_DEPRECATED in lines for lines in new):
            self._retire(iri, triples_of(new, self._changes.new))
        if old == new:
            self._look_at(iri, b"".join(new))
            return
        for blocks in (old, new):
            self._look_at(iri, b"".join(blocks))
        changes = self._changes
        before, after = triples_of(old, changes.old or changes.new), triples_of(new, changes.new)
        gone, come = sorted(before - after), sorted(after - before)
        removed.writelines(line.encode() for line in gone)
        added.writelines(line.encode() for line in come)
        changes.triples.update(added=len(come), removed=len(gone))
        if come or gone:
            self._note(iri, before, after, gone, come)

    def _retire(self, iri: str, triples: set[str]) -> None:
        """Note that an identifier is retired: that is said of it, and it is of no class."""
        if is_retired(triples):
            stated = [triple for line in triples for triple in parse(line) if triple.predicate.value == REPLACED_BY]
            self._notes.retire(iri, [each.object.value for each in stated if isinstance(each.object, ox.NamedNode)])

    def _look_at(self, iri: str, lines: bytes) -> None:
        """Note what other records need to know of this one: what it is called, and which nodes it owns."""
        if b"#label>" in lines:
            labels = _labels(lines)
            if any(name.encode() in lines for name in self._short_names):
                labels |= _short_name(lines, self._short_names)
            self._notes.name(iri, labels)
        for match in self._links.finditer(lines):
            nested = match[1].decode()
            if nested.startswith(self._bases):
                self._notes.note_owner(nested, iri)

    def _note(self, iri: str, before: set[str], after: set[str], gone: list[str], come: list[str]) -> None:
        changes, notes = self._changes, self._notes
        if changes.kind(iri) is None and iri.startswith(self._beside):
            # What a dump is, and what a code is called, which is the vocabulary's: no record changes with it.
            return
        renames = is_retired(after) or any(f"> <{REPLACES}> <" in line for line in come)
        before, after = (set() if is_retired(lines) else lines for lines in (before, after))
        if not before and not after:
            return
        if before and after and all(map(changes.is_membership, (*gone, *come))):
            # Older versions of this program did not say of a record that it is in the dataset.
            return
        self._compose(iri, after or before)
        self._changes.later_day |= any(f" <{day}> " in line for line in (*gone, *come) for day in self._days)
        what: What = "changed" if before and after else "added" if after else "removed"
        nested = changes.is_nested(iri)
        if not nested:
            notes.touch(changes.rank(iri), iri, what)
            kind = changes.kind(iri)
            changes.counts[kind.name if kind else "", what] += 1
        # A renamed record is told by what its old and its new identifier said.
        if nested or what == "changed" or renames:
            for come_or_gone, triples in ((False, gone), (True, come)):
                for triple in triples:
                    # The owner of a nested node is known only when all records have been seen.
                    notes.line("" if nested else iri, Line(iri, come_or_gone, triple))

    def _compose(self, iri: str, triples: set[str]) -> None:
        """Note for a record without a label which records it joins: a participation has no name of its own."""
        if any(f"<{RDFS}label>" in line for line in triples):
            return
        found = sorted(
            (self._joined[triple.predicate.value], triple.object.value)
            for line in triples
            for triple in parse(line)
            if triple.predicate.value in self._joined and isinstance(triple.object, ox.NamedNode)
        )
        self._notes.compose(iri, [target for _, target in found[:_COMPOSED_OF]])

    def _attach_nested(self) -> None:
        """Hand the triples of nested nodes to their owners, which thereby change."""
        changes, notes = self._changes, self._notes
        notes.settle_owners()
        for owner in notes.give_to_owners():
            if notes.what(owner) is None:
                notes.touch(changes.rank(owner), owner, "changed")
                kind = changes.kind(owner)
                changes.counts[kind.name if kind else "", "changed"] += 1


def is_retired(triples: set[str]) -> bool:
    """Check whether all that is said of a subject is that it names no record any more, and what stands for it."""
    said = any(f'<{DEPRECATED}> "true"' in line for line in triples)
    return said and not any(f"> <{RDF}type> <" in line for line in triples)


def paired(before: Sorter[Block], after: Sorter[Block]) -> Iterator[tuple[bytes, list[bytes], list[bytes]]]:
    """Yield each key of two sorters once, with its blocks in the one and in the other."""
    old, new = before.groups(), after.groups()
    left, right = next(old, None), next(new, None)
    while left or right:
        if right is None or (left is not None and left[0] < right[0]):
            yield left[0], left[1], []  # type: ignore[index]  # one of the two is there
            left = next(old, None)
        elif left is None or right[0] < left[0]:
            yield right[0], [], right[1]
            right = next(new, None)
        else:
            yield left[0], left[1], right[1]
            left, right = next(old, None), next(new, None)


def _labels(lines: bytes) -> dict[str, str]:
    return {match[2].decode().lower(): _text(match[1]) for match in _LABEL.finditer(lines)}


def _short_name(lines: bytes, properties: set[str]) -> dict[str, str]:
    """Return the short name of a record, such as an acronym, under no language."""
    pattern = b"|".join(re.escape(iri.encode()) for iri in sorted(properties))
    match = re.search(rb'<(?:%s)>\s*"((?:[^"\\]|\\.)*)"\s*\.' % pattern, lines)
    return {"": _text(match[1])} if match else {}


def _text(escaped: bytes) -> str:
    if b"\\" not in escaped:
        return escaped.decode("utf-8", "replace")
    value = next(iter(parse(b'<x:s> <x:p> "' + escaped + b'" .'))).object
    return value.value if isinstance(value, ox.Literal) else ""
