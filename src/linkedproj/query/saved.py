"""Saved queries: `queries/<id>.rq`, one question each, plain SPARQL 1.1 under a `#+` header."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

from linkedproj.errors import Place, QueryError
from linkedproj.query.header import Part, header_lines, read_header
from linkedproj.query.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

LANGUAGES = ("en", "ca", "es")
"""The languages of titles and descriptions; grlc's own keys are in the first."""

VIEWS = ("table", "map", "timeline", "bar", "network")

_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_PARAMETER = re.compile(r"[?$]_(?P<optional>_?)(?P<name>[A-Za-z0-9]+)(?:_(?P<type>[A-Za-z][A-Za-z0-9_-]*))?")
_GRLC = ("summary", "description", "tags", "endpoint", "defaults", "method", "linkedproj")
_OURS = ("title", "description", "params", "view", "expect", "cases", "federates", "budget_ms")
_PARAM_KEYS = ("label", "of", "pick", "enum")
_EXPECT_KEYS = ("columns", "min_rows", "max_rows", "rows")
_NONE: Part = Part({}, Place(""))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that whoever asks may choose, written `?_name_type` in the query (`?__name_type`: may be left out).

    `of` names the record type whose ids stand for its IRIs ("city": barcelona), `pick` a saved query that lists
    values, `enum` the only values there are. `default` is None when there is none.
    """

    name: str
    type: str
    optional: bool = False
    default: str | None = None
    label: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    pick: str = ""
    enum: tuple[str, ...] = ()


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
    return {path.stem: read_query(path) for path in sorted(folder.glob("*.rq"))}


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
    ours = header.get("linkedproj", _NONE).parts(_OURS)
    start = Place(file, 1, 1)
    return SavedQuery(
        id=query_id,
        file=file,
        text=text,
        title=_texts(header, ours, "summary", "title", start),
        description=_texts(header, ours, "description", "description", start),
        tags=tuple(tag.text() for tag in _required(header, "tags", start).items()),
        parameters={p.name: p for p in _parameters(text, header, ours, file)},
        view=_among(ours.get("view"), VIEWS, "table"),
        expect=_expect(ours.get("expect", _NONE).parts(_EXPECT_KEYS)),
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
    given = ours.get(others, _NONE).parts(LANGUAGES[1:])
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


def _parameters(text: str, header: Mapping[str, Part], ours: Mapping[str, Part], file: str) -> Iterator[Parameter]:
    used = dict(_used(text, file))
    described = ours.get("params", _NONE).parts()
    defaults = _defaults(header["defaults"]) if "defaults" in header else {}
    for name, part in [*described.items(), *defaults.items()]:
        if name not in used:
            raise QueryError(f"the query has no parameter '{name}'. It would be written ?_{name}.", part.place)
    for name, (optional, kind, place) in used.items():
        yield _parameter(name, kind, described.get(name), defaults.get(name), place, optional=optional)


def _defaults(part: Part) -> dict[str, Part]:
    """Read grlc's list of one-key mappings."""
    return {name: value for item in part.items() for name, value in item.parts().items()}


def _parameter(
    name: str, kind: str, described: Part | None, default: Part | None, place: Place, *, optional: bool
) -> Parameter:
    if default is None and not optional:
        raise QueryError(f"parameter '{name}' has no default. Add it under defaults, or write ?__{name}.", place)
    parts = described.parts(_PARAM_KEYS) if described else {}
    label = {language: part.text() for language, part in parts.get("label", _NONE).parts(LANGUAGES).items()}
    for language in LANGUAGES:
        if language not in label:
            where = f"linkedproj: params: {name}: label: {{{language}: …}}"
            raise QueryError(f"parameter '{name}' has no label in '{language}'. Add it under {where}.", place)
    of, pick = (parts[key].text() if key in parts else "" for key in ("of", "pick"))
    enum = tuple(part.text() for part in parts["enum"].items()) if "enum" in parts else ()
    return Parameter(name, kind, optional, default.text() if default else None, label, of, pick, enum)


def parameter_name(variable: str) -> tuple[str, str, bool] | None:
    """Take "?_city_iri" apart into name, type and whether it may be left out; None: a variable like any other."""
    match = _PARAMETER.fullmatch(variable)
    return (match["name"], match["type"] or "", bool(match["optional"])) if match else None


def _used(text: str, file: str) -> Iterator[tuple[str, tuple[bool, str, Place]]]:
    """Find the parameters in the code; one that is written twice must be the same twice."""
    seen: dict[str, tuple[bool, str, Place]] = {}
    offset = 0
    for token in tokens(text):
        found = parameter_name(token.text) if token.kind == "variable" else None
        if found:
            name, kind, optional = found
            place = _place(text, offset, file)
            if name in seen and seen[name][:2] != (optional, kind):
                raise QueryError(f"parameter '{name}' is written in two ways. Write it in one.", place)
            seen.setdefault(name, (optional, kind, place))
        offset += len(token.text)
    for one, other in permutations(seen, 2):
        if other.startswith(one):
            # Tools that replace text, such as grlc, would find one name inside the other.
            raise QueryError(f"parameter '{one}' begins like '{other}'. Rename one of them.", seen[one][2])
    yield from seen.items()


def _place(text: str, offset: int, file: str) -> Place:
    line_start = text.rfind("\n", 0, offset) + 1
    return Place(file, text.count("\n", 0, offset) + 1, offset - line_start + 1)
