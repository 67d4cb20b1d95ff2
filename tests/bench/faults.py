"""Fifteen kinds of fault, put into the N-Triples of a made-up portfolio, where only the shapes can see them.

Each kind strikes a share of the projects, by a digest of seed, kind and project: the same seed strikes the same
projects, whatever the machine, and each once. Records stay in order and together.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LP, SCHEMA, DCT = "https://w3id.org/linkedproj/", "https://schema.org/", "http://purl.org/dc/terms/"
DCAT, ADMS, ORG = "http://www.w3.org/ns/dcat#", "http://www.w3.org/ns/adms#", "http://www.w3.org/ns/org#"
_WHOLE = 1 << 32
_PROJECT = re.compile(r"/id/(project|participation|period|amount)/(project-[0-9]+)([^>]*)> <([^>]*)> (.*) \.\n")


class Fault(NamedTuple):
    """A kind of fault: the lines it strikes (type, rest of the id, property, pattern of the value), what it makes."""

    kind: str
    rest: str
    predicate: str
    value: str
    change: Callable[[str], str]


def _put(value: str) -> Callable[[str], str]:
    """Replace the value of a line."""
    return lambda line: " ".join([*line.split(" ", 2)[:2], value]) + " .\n"


def _twice(value: str) -> Callable[[str], str]:
    """Put another value beside that of a line."""
    return lambda line: line + _put(value)(line)


def _away(_: str) -> str:
    return ""


FAULTS = {
    "title missing": Fault("project", "", f"{DCT}title", ".*@ca", _away),
    "title twice": Fault("project", "", f"{DCT}title", ".*@en", _twice('"Another title"@en')),
    "title without language": Fault("project", "", f"{DCT}title", ".*@es", _put('"Un título"')),
    "start no date": Fault("project", "", f"{SCHEMA}startDate", ".*", _put('"soon"')),
    "end before start": Fault(
        "period", "", f"{DCAT}endDate", ".*", _put('"1990-01-01"^^<http://www.w3.org/2001/XMLSchema#date>')
    ),
    "status unknown": Fault("project", "", f"{ADMS}status", ".*", _put(f"<{LP}status/abandoned>")),
    "theme not there": Fault(
        "project", "", f"{DCT}subject", ".*", _twice("<https://data.example.org/id/theme/theme-none>")
    ),
    "programme of another type": Fault(
        "project", "", f"{LP}ns#programme", ".*", _put("<https://data.example.org/id/city/city-001>")
    ),
    "address no web address": Fault("project", "", f"{SCHEMA}url", ".*", _put("<ftp://projects.example/1>")),
    "amount negative": Fault(
        "amount", "-budget", f"{SCHEMA}value", ".*", _put('"-1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    ),
    "currency no code": Fault("amount", "-budget", f"{SCHEMA}currency", ".*", _put('"euro"')),
    "kind of amount missing": Fault("amount", "-budget", f"{LP}ns#amountKind", ".*", _away),
    "two leads": Fault("participation", "-2", f"{ORG}role", ".*", _put(f"<{LP}role/coordinator>")),
    "participant missing": Fault("participation", "-1", f"{ORG}member", ".*", _away),
    "position no number": Fault(
        "participation", "-3", f"{LP}ns#position", ".*", _put('"0"^^<http://www.w3.org/2001/XMLSchema#integer>')
    ),
}


class _Injection:
    """One copy on its way; `struck` counts the projects by kind of fault."""

    def __init__(self, share: float, seed: int) -> None:
        self.struck: Counter[str] = Counter()
        self._most, self._seed = share * _WHOLE, seed
        self._done: dict[str, str] = {}
        self._wanted: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
        for name, fault in FAULTS.items():
            self._wanted[fault.kind, fault.rest, fault.predicate].append(name)

    def line(self, line: str) -> str:
        match = _PROJECT.search(line)
        if match is None:
            return line
        kind, project, rest, predicate, value = match.groups()
        for name in self._wanted.get((kind, rest, predicate), ()):
            if self._is_struck(name, project) and re.fullmatch(FAULTS[name].value, value, re.DOTALL):
                self.struck[name] += 1
                self._done[name] = project
                return FAULTS[name].change(line)
        return line

    def _is_struck(self, name: str, project: str) -> bool:
        digest = hashlib.sha256(f"{self._seed} {name} {project}".encode()).digest()
        return int.from_bytes(digest[:4]) < self._most and self._done.get(name) != project


def inject(source: Path, target: Path, share: float = 0.01, seed: int = 1) -> Counter[str]:
    """Copy a file of N-Triples with faults; give how many projects each kind struck."""
    injection = _Injection(share, seed)
    with source.open(encoding="utf-8", newline="\n") as lines, target.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(map(injection.line, lines))
    return injection.struck
