"""Saved queries: `queries/<id>.rq`, one question each, plain SPARQL 1.1 under a `#+` header."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem, QueryError
from linkedproj.model.languages import LANGUAGES  # of titles and descriptions; grlc's own keys are in the first
from linkedproj.queries.saved.expect import Case, Expect, read_cases, read_count, read_expect
from linkedproj.queries.saved.faults import Faults, HeaderError
from linkedproj.queries.saved.header import NOTHING, header_lines, items_of, known_parts, read_header
from linkedproj.queries.saved.parameters import read_parameters

__all__ = [
    "VIEWS",
    "Case",
    "Expect",
    "SavedQuery",
    "find_query",
    "inspect_query",
    "read_queries",
    "read_query",
]

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from linkedproj.queries.saved.header import HeaderPart
    from linkedproj.queries.saved.parameters import Parameter

BUDGET_MS = 1000
"""The time in milliseconds a query may take where its header says nothing else."""

VIEWS = ("table", "map", "timeline", "bar", "network")

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_GRLC = ("summary", "description", "tags", "endpoint", "defaults", "method", "linkedproj")
_OURS = ("title", "description", "params", "view", "expect", "cases", "federates", "budget_ms")
_ADDRESS = re.compile(r'https?://[^\s<>"{}|^`\\]+')


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question. `text` is the file, `body` the part below the header; both still hold the parameters.

    `file` is the path as it is shown; `title` and `description` are by language. `endpoint` is the address the query is
    meant for, or ""; `federates` are the addresses it may ask besides; `budget_ms` is the time it may take on the
    shipped portfolio: it is reported, never enforced.
    """

    id: str
    file: str
    text: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    tags: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    view: str
    expect: Expect
    cases: tuple[Case, ...]
    endpoint: str = ""
    federates: tuple[str, ...] = ()
    budget_ms: int = BUDGET_MS

    @property
    def header_lines(self) -> int:
        """How many lines stand above `body`."""
        return header_lines(self.text)

    @property
    def body(self) -> str:
        """The query without its header."""
        return "".join(self.text.splitlines(keepends=True)[self.header_lines :])


def read_query(path: Path) -> SavedQuery:
    """Read one saved query.

    Raises:
        QueryError: the header or a parameter is not as it must be.
    """
    return _read(path, Faults(strict=True))


def inspect_query(path: Path) -> tuple[SavedQuery | None, list[Problem]]:
    """Read one saved query as far as it can be read, and report all that is wrong with its header and parameters.

    Where a part is faulty it is empty, or at its default, in the query; None: the header cannot be read at all.
    """
    faults = Faults(strict=False)
    return faults.attempt(lambda: _read(path, faults), None), faults.problems


def _read(path: Path, faults: Faults) -> SavedQuery:
    file = f"{path.parent.name}/{path.name}"
    if not _ID.fullmatch(path.stem):
        faults.add(Problem("LP-QUERY-ID", Place(file), cell=path.stem))
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HeaderError(Problem("LP-QUERY-FILE", Place(file), values={"detail": str(error)})) from error
    return _parse(path.stem, file, text, faults)


def read_queries(folder: Path) -> dict[str, SavedQuery]:
    """Read all saved queries of a folder by id, in the order of the alphabet.

    Raises:
        QueryError: one of them is not as it must be.
    """
    return {path.stem: read_query(path) for path in sorted(folder.glob("*.rq"), key=lambda path: path.stem)}


def find_query(folder: Path, query_id: str) -> SavedQuery:
    """Read the query of that id in a folder, and no other.

    Raises:
        QueryError: there is none, or it is not as it must be.
    """
    path = folder / f"{query_id}.rq"
    if _ID.fullmatch(query_id) and path.is_file():
        return read_query(path)
    nearest = difflib.get_close_matches(query_id, sorted(path.stem for path in folder.glob("*.rq")), 1)
    advice = f"Did you mean '{nearest[0]}'?" if nearest else "'linkedproj queries list' lists them."
    raise QueryError(f"there is no saved query '{query_id}'. {advice}")


def _parse(query_id: str, file: str, text: str, faults: Faults) -> SavedQuery:
    header = known_parts(read_header(text, file, faults), _GRLC, faults)
    ours = known_parts(header.get("linkedproj", NOTHING), _OURS, faults)
    start = Place(file, 1, 1)
    tags = items_of(faults.attempt(lambda: _required(header, "tags", start), None), faults)
    federates = items_of(ours.get("federates"), faults)
    return SavedQuery(
        id=query_id,
        file=file,
        text=text,
        title=_texts(header, ours, ("summary", "title"), start, faults),
        description=_texts(header, ours, ("description", "description"), start, faults),
        tags=tuple(faults.attempt(tag.text, "") for tag in tags),
        parameters=read_parameters(text, file, header.get("defaults"), ours.get("params", NOTHING), faults),
        view=faults.attempt(lambda: _among(ours.get("view"), VIEWS, "table"), "table"),
        expect=read_expect(ours.get("expect", NOTHING), faults),
        cases=read_cases(ours["cases"], faults) if "cases" in ours else (),
        endpoint=faults.attempt(lambda: _address(header["endpoint"]), "") if "endpoint" in header else "",
        federates=tuple(faults.attempt(partial(_address, item), "") for item in federates),
        budget_ms=faults.attempt(lambda: _budget(ours.get("budget_ms")), BUDGET_MS),
    )


def _required(parts: Mapping[str, HeaderPart], key: str, place: Place) -> HeaderPart:
    if key not in parts:
        raise HeaderError(Problem("LP-QUERY-REQUIRED", place, cell=key))
    return parts[key]


def _texts(
    header: Mapping[str, HeaderPart],
    ours: Mapping[str, HeaderPart],
    keys: tuple[str, str],
    place: Place,
    faults: Faults,
) -> dict[str, str]:
    """Read a text in the first language under grlc's key, in the others under ours; what they lack is said in it."""
    first, others = keys
    found = {LANGUAGES[0]: faults.attempt(lambda: _required(header, first, place).text(), "")}
    given = known_parts(ours.get(others, NOTHING), LANGUAGES[1:], faults)
    for language in LANGUAGES[1:]:
        text = faults.attempt(given[language].text, "") if language in given else ""
        if not text.strip():
            where = given[language].place if language in given else ours[others].place if others in ours else place
            faults.remark(Problem("LP-QUERY-LANGUAGE", where, column=others, values={"language": language}))
        found[language] = text or found[LANGUAGES[0]]
    return found


def _among(part: HeaderPart | None, values: Collection[str], default: str) -> str:
    if part is None:
        return default
    if part.text() not in values:
        raise HeaderError(Problem("LP-QUERY-AMONG", part.place, cell=part.text(), values={"known": ", ".join(values)}))
    return part.text()


def _address(part: HeaderPart) -> str:
    if not _ADDRESS.fullmatch(part.text()):
        raise HeaderError(Problem("LP-QUERY-ENDPOINT", part.place, cell=part.text()))
    return part.text()


def _budget(part: HeaderPart | None) -> int:
    return read_count(part, "LP-QUERY-BUDGET") if part else BUDGET_MS
