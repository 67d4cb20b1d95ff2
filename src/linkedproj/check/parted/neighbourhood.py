"""A part of the data, judged as if all of it were there: some records, and what their shapes see of other nodes.

The data say nothing of classes themselves (no rdfs:subClassOf); the types of a node are all written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.model.shapes import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linkedproj.check.parted.blocks import Finder
    from linkedproj.check.parted.reach import Need

    Needs = frozenset[Need]

_TYPE = f"<{RDF}type>".encode()
_BATCH = b"<urn:linkedproj:batch> <"


class Neighbourhood:
    """Puts parts together: records that a finder reads, and what is around them.

    `need` is what the shapes need of the nodes that records point to. `marks` are the properties that make a node a
    target, by class or, after a "^", by property (see `reach.marks`).
    """

    def __init__(self, finder: Finder, need: Need, marks: Mapping[str, str]) -> None:
        self._finder = finder
        self._seen: dict[Needs, dict[bytes, Needs]] = {}
        # Values of a property are only looked at where something is needed of the value itself.
        self._followed = {name: needs for name, needs in self._steps(frozenset({need})).items() if needs}
        self._classes = {_bytes(iri): mark.encode() for iri, mark in marks.items() if not iri.startswith("^")}
        self._subjects = {_bytes(iri[1:]): mark.encode() for iri, mark in marks.items() if iri.startswith("^")}

    def part(self, units: Sequence[Sequence[int]]) -> tuple[bytes, dict[str, int]]:
        """Return a part as N-Triples, and for each focus node the number of its unit among these."""
        texts = [self._finder.read(file, start, end) for file, start, end, *_ in units]
        owned: dict[bytes, int] = {}
        marks: list[bytes] = []
        frontier: dict[bytes, Needs] = {}
        for number, text in enumerate(texts):
            for subject, predicate, value in self._statements_of_interest(text):
                if predicate == _TYPE:
                    owned[subject] = number
                    if value in self._classes:
                        marks.append(_BATCH + self._classes[value] + b"> " + subject + b" .\n")
                if predicate in self._subjects:
                    owned[subject] = number
                    marks.append(_BATCH + self._subjects[predicate] + b"> " + subject + b" .\n")
                if predicate in self._followed:
                    needs = self._followed[predicate]
                    frontier[value] = frontier[value] | needs if value in frontier else needs
        around = self._around(frontier, owned, texts)
        units_of = {subject[1:-1].decode(): number for subject, number in owned.items()}
        return b"".join([*texts, *marks, *around]), units_of

    def _statements_of_interest(self, text: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield the statements that make a target, or lead to another node."""
        wanted = {_TYPE, *self._followed, *self._subjects}
        for line in text.split(b"\n"):
            if line.endswith(b"> .") or self._subjects:
                subject, predicate, value = line.split(b" ", 2) if line else (b"", b"", b"")
                if predicate in wanted:
                    yield subject, predicate, value[:-2]

    def _around(
        self, frontier: Mapping[bytes, Needs], owned: Mapping[bytes, int], texts: Sequence[bytes]
    ) -> Iterator[bytes]:
        """Yield the lines about other nodes that some shape sees, nearest nodes first."""
        inside: dict[bytes, list[bytes]] = {}
        while frontier:
            deep = [node for node, needs in frontier.items() if node in owned and any(self._steps(needs).values())]
            if deep and not inside:
                inside = _by_subject(texts)
            found = self._finder.lines(node for node in frontier if node not in owned)
            found |= {node: inside[node] for node in deep}
            further: dict[bytes, Needs] = {}
            for node, lines in found.items():
                steps = self._steps(frontier[node])
                whole = any(need.all for need in frontier[node])
                for line in lines:
                    at = line.index(b" ", len(node) + 1)
                    onward = steps.get(line[len(node) + 1 : at])
                    if (whole or onward is not None) and node not in owned:
                        yield line
                    if onward and line[at + 1 : at + 2] == b"<":
                        value = line[at + 1 : -3]
                        further[value] = further[value] | onward if value in further else onward
            frontier = further

    def _steps(self, needs: Needs) -> dict[bytes, Needs]:
        """Return the properties of a node that are needed, each with what is needed of its values."""
        if needs not in self._seen:
            names = {name for need in needs for name in need.steps}
            steps = {name: [need.steps[name] for need in needs if name in need.steps] for name in names}
            self._seen[needs] = {
                _bytes(name): frozenset(step for step in found if step.all or step.steps)
                for name, found in steps.items()
            }
        return self._seen[needs]


def _by_subject(texts: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for text in texts:
        for line in text.split(b"\n")[:-1]:
            found.setdefault(line[: line.find(b" ")], []).append(line + b"\n")
    return found


def _bytes(iri: str) -> bytes:
    return f"<{iri}>".encode()
