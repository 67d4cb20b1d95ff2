"""Saved queries: `queries/<id>.rq`, one question each, plain SPARQL 1.1 under a `#+` header."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.errors import Place, QueryError
from linkedproj.query.header import NOTHING, header_lines, read_header
from linkedproj.query.parameters import read_parameters

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from linkedproj.query.header import Part
    from linkedproj.query.parameters import Parameter

LANGUAGES = ("en", "ca", "es")
"""The languages of titles and descriptions; grlc's own keys are in the first."""

VIEWS = ("table", "map", "timeline", "bar", "network")

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_GRLC = ("summary", "description", "tags", "endpoint", "defaults", "method", "linkedproj")
_OURS = ("title", "description", "params", "view", "expect", "cases", "federates", "budget_ms")
_EXPECT_KEYS = ("columns", "min_rows", "max_rows", "rows")


@dataclass(frozen=True, slots=True)
class Expect:
    """What the answer must look like; -1: not said."""

    columns: tuple[str, ...] = ()
    min_rows: int = -1
    max_rows: int = -1
    rows: int = -1


@dataclass(frozen=True, slots=True)
class Case:
    """Arguments, and what the answer to them must look like."""

    arguments: Mapping[str, str]
    expect: Expect


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question. `text` is the file, `body` the part below the header; both still hold the parameters.

    `file` is the path as it is shown; `title` and `description` are by language.
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
    file = f"{path.parent.name}/{path.name}"
    if not _ID.fullmatch(path.stem):
        raise QueryError(
            "the file name is the id of the query. Write it in kebab-case: projects-by-city.rq.", Place(file)
        )
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"the file cannot be read: {error}.", Place(file)) from error
    return _parse(path.stem, file, text)


def read_queries(folder: Path) -> dict[str, SavedQuery]:
    """Read all saved queries of a folder by id, in the order of the alphabet.

    Raises:
        QueryError: one of them is not as it must be.
    """
    return {path.stem: read_query(path) for path in sorted(folder.glob("*.rq"), key=lambda path: path.stem)}


def choose(queries: Mapping[str, SavedQuery], query_id: str) -> SavedQuery:
    """Give the query of that id.

    Raises:
        QueryError: there is none.
    """
    if query_id in queries:
        return queries[query_id]
    near = difflib.get_close_matches(query_id, queries, 1)
    advice = f"Did you mean '{near[0]}'?" if near else "'linkedproj query' lists them."
    raise QueryError(f"there is no saved query '{query_id}'. {advice}")


def _parse(query_id: str, file: str, text: str) -> SavedQuery:
    header = read_header(text, file).parts(_GRLC)
    ours = header.get("linkedproj", NOTHING).parts(_OURS)
    start = Place(file, 1, 1)
    return SavedQuery(
        id=query_id,
        file=file,
        text=text,
        title=_texts(header, ours, "summary", "title", start),
        description=_texts(header, ours, "description", "description", start),
        tags=tuple(tag.text() for tag in _required(header, "tags", start).items()),
        parameters=read_parameters(text, file, header, ours, LANGUAGES),
        view=_among(ours.get("view"), VIEWS, "table"),
        expect=_expect(ours.get("expect", NOTHING).parts(_EXPECT_KEYS)),
        cases=tuple(_case(case.parts()) for case in ours["cases"].items()) if "cases" in ours else (),
    )


def _required(parts: Mapping[str, Part], key: str, place: Place) -> Part:
    if key not in parts:
        raise QueryError(f"{key} is missing. Add a line '#+ {key}: …' to the header.", place)
    return parts[key]


def _texts(
    header: Mapping[str, Part], ours: Mapping[str, Part], first: str, others: str, place: Place
) -> dict[str, str]:
    found = {LANGUAGES[0]: _required(header, first, place).text()}
    given = ours.get(others, NOTHING).parts(LANGUAGES[1:])
    for language in LANGUAGES[1:]:
        if language not in given:
            message = f"{others} in '{language}' is missing. Add it under linkedproj: {others}: {{{language}: …}}."
            raise QueryError(message, ours[others].place if others in ours else place)
        found[language] = given[language].text()
    return found


def _among(part: Part | None, values: Collection[str], default: str) -> str:
    if part is None:
        return default
    if part.text() not in values:
        raise QueryError(f"'{part.text()}' is none of {', '.join(values)}.", part.place)
    return part.text()


def _expect(parts: Mapping[str, Part]) -> Expect:
    columns = tuple(column.text() for column in parts["columns"].items()) if "columns" in parts else ()
    return Expect(columns, *(_count(parts.get(key)) for key in _EXPECT_KEYS[1:]))


def _count(part: Part | None) -> int:
    if part is None:
        return -1
    if not re.fullmatch("[0-9]+", part.text()):
        raise QueryError(f"'{part.text()}' is no number of rows.", part.place)
    return int(part.text())


def _case(parts: Mapping[str, Part]) -> Case:
    arguments = {name: part.text() for name, part in parts.items() if name not in _EXPECT_KEYS}
    return Case(arguments, _expect({name: part for name, part in parts.items() if name in _EXPECT_KEYS}))
