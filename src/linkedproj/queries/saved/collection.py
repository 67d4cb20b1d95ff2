"""Saved queries: `queries/<id>.rq`, one question each, plain SPARQL 1.1 under a `#+` header.

The program brings some that fit any portfolio; a portfolio may have more in its own folder `queries/`, and what they
answer at present in `queries/expected/`. Of two with one id, the portfolio's own is asked.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem, QueryError, SetupError
from linkedproj.model.folder import shown_as
from linkedproj.model.languages import LANGUAGES  # of titles and descriptions; grlc's own keys are in the first
from linkedproj.model.paths import shipped
from linkedproj.model.settings import load_config
from linkedproj.queries.saved.expect import Case, Expect, read_cases, read_count, read_expect
from linkedproj.queries.saved.faults import Faults, HeaderError
from linkedproj.queries.saved.header import NOTHING, header_lines, items_of, known_parts, read_header, write_header
from linkedproj.queries.saved.parameters import LANGUAGE_PARAMETER, read_parameters

__all__ = [
    "VIEWS",
    "Case",
    "Collection",
    "Expect",
    "SavedQuery",
    "inspect_query",
    "open_collection",
    "read_queries",
    "read_query",
]

if TYPE_CHECKING:
    from collections.abc import Collection as Values
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from linkedproj.model.settings import Config
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
    shipped portfolio: it is reported, never enforced. `is_own` tells a portfolio's query from one of the program.
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
    is_own: bool = False

    @property
    def header_lines(self) -> int:
        """How many lines stand above `body`."""
        return header_lines(self.text)

    @property
    def body(self) -> str:
        """The query without its header."""
        return "".join(self.text.splitlines(keepends=True)[self.header_lines :])


def read_query(path: Path, own: Sequence[str] = ()) -> SavedQuery:
    """Read one saved query; of a portfolio's `own`, in its languages, texts in the first of them will do.

    Raises:
        QueryError: the header or a parameter is not as it must be.
    """
    return _read(path, Faults(strict=True), own)


def inspect_query(path: Path, own: Sequence[str] = ()) -> tuple[SavedQuery | None, list[Problem]]:
    """Read one saved query as far as it can be read, and report all that is wrong with its header and parameters.

    Where a part is faulty it is empty, or at its default, in the query; None: the header cannot be read at all.
    """
    faults = Faults(strict=False)
    return faults.attempt(lambda: _read(path, faults, own), None), faults.problems


def _read(path: Path, faults: Faults, own: Sequence[str]) -> SavedQuery:
    file = f"{shown_as(path.parent) if own else path.parent.name}/{path.name}"
    if not _ID.fullmatch(path.stem):
        faults.add(Problem("LP-QUERY-ID", Place(file), cell=path.stem))
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HeaderError(Problem("LP-QUERY-FILE", Place(file), values={"detail": str(error)})) from error
    return _parse(path.stem, file, text, faults, own)


def read_queries(folder: Path, own: Sequence[str] = ()) -> dict[str, SavedQuery]:
    """Read all saved queries of a folder by id, in the order of the alphabet; `own` as in `read_query`.

    Raises:
        QueryError: one of them is not as it must be.
    """
    return {path.stem: read_query(path, own) for path in sorted(folder.glob("*.rq"), key=lambda path: path.stem)}


@dataclass(frozen=True)
class Collection:
    """The saved queries of a portfolio in the folder `path`: the program's and its own; without one, the program's.

    They are worded as the portfolio asks them: in its languages, and about what [defaults] in its settings names.
    """

    path: Path | None = None
    config: Config | None = None

    @property
    def folder(self) -> Path | None:
        """The folder of the portfolio's own queries, which need not be there."""
        return self.path / "queries" if self.path else None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the portfolio."""
        return self.config.languages if self.config else LANGUAGES

    def files(self) -> dict[str, Path]:
        """Return where each query lies, by id, in the order of the alphabet."""
        folders = [shipped("queries"), *([self.folder] if self.folder else [])]
        found = {path.stem: path for folder in folders for path in folder.glob("*.rq")}
        return dict(sorted(found.items()))

    def inspect(self, path: Path) -> tuple[SavedQuery | None, list[Problem]]:
        """Read one of the files as `inspect_query` does, worded for the portfolio."""
        query, problems = inspect_query(path, self._own(path))
        return query and self._settle(query), problems

    def read(self) -> dict[str, SavedQuery]:
        """Read all queries, by id.

        Raises:
            QueryError: one of them is not as it must be.
            SetupError: [defaults] names a query or a parameter that there is not.
        """
        found = {name: self._read(path) for name, path in self.files().items()}
        self._refuse_strays(found)
        return found

    def read_defaulted(self) -> dict[str, SavedQuery]:
        """Read the queries that [defaults] speaks of, and the portfolio's own, by id.

        Raises:
            QueryError: one of them is not as it must be.
            SetupError: [defaults] names a query or a parameter that there is not.
        """
        defaults = self.config.defaults if self.config else {}
        # A parameter stands in a text behind a sign and a line: ?_city_iri.
        marks = [f"_{key}".encode() for key, value in defaults.items() if isinstance(value, str)]
        found = {
            name: self._read(path)
            for name, path in self.files().items()
            if name in defaults or self._own(path) or any(mark in path.read_bytes() for mark in marks)
        }
        # What is not among these can only be told apart from all.
        return found if self._stray(found) is None else self.read()

    def find(self, query_id: str) -> SavedQuery:
        """Read the query of that id, and no other.

        Raises:
            QueryError: there is none, or it is not as it must be.
        """
        files = self.files()
        if query_id in files:
            return self._read(files[query_id])
        nearest = difflib.get_close_matches(query_id, files, 1)
        advice = f"Did you mean '{nearest[0]}'?" if nearest else "'linkedproj queries list' lists them."
        raise QueryError(f"there is no saved query '{query_id}'. {advice}")

    def _own(self, path: Path) -> tuple[str, ...]:
        return self.languages if path.parent == self.folder else ()

    def _read(self, path: Path) -> SavedQuery:
        return self._settle(read_query(path, self._own(path)))

    def _settle(self, query: SavedQuery) -> SavedQuery:
        """Word a query for the portfolio."""
        defaults = self.config.defaults if self.config else {}
        named = defaults.get(query.id)
        chosen = named if isinstance(named, dict) else {}
        parameters = {}
        for name, parameter in query.parameters.items():
            default = parameter.default
            if default is None and not parameter.optional:
                common = defaults.get(name)
                default = common if isinstance(common, str) else None
            settled = replace(parameter, default=chosen.get(name, default), label=self._texts(parameter.label))
            if name == LANGUAGE_PARAMETER:
                # Where no portfolio says which languages there are, any is asked for.
                enum = parameter.enum or (self.languages if self.config else ())
                settled = replace(settled, enum=enum, default=settled.default or self.languages[0])
            parameters[name] = settled
        return replace(
            query,
            parameters=parameters,
            title=self._texts(query.title),
            description=self._texts(query.description),
        )

    def _texts(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Keep texts in the languages of the portfolio, or the first where there is none."""
        kept = {language: texts[language] for language in self.languages if language in texts}
        return kept or dict([*texts.items()][:1])

    def _refuse_strays(self, queries: Mapping[str, SavedQuery]) -> None:
        """Refuse defaults of what there is not.

        Raises:
            SetupError: naming the first.
        """
        if (fault := self._stray(queries)) is not None:
            raise fault

    def _stray(self, queries: Mapping[str, SavedQuery]) -> SetupError | None:
        """Name the first default of what there is not among some queries."""
        config = self.config
        names = {name for query in queries.values() for name in query.parameters}
        for key, value in config.defaults.items() if config else ():
            found = {f"{key}.{name}": queries[key].parameters for name in value} if key in queries else {}
            strays = [way for way, known in found.items() if way.rpartition(".")[2] not in known]
            if isinstance(value, str):
                strays = [] if key in names else [key]
            elif key not in queries:
                strays = [key]
            if strays and config:
                known = {*names, *queries, *(f"{key}.{name}" for name in queries[key].parameters)} if found else names
                nearest = difflib.get_close_matches(strays[0], sorted({*known, *queries}), 1)
                hint = f" Did you mean '{nearest[0]}'?" if nearest else ""
                sentence = f"'defaults.{strays[0]}' is no parameter of a saved query, nor the id of one.{hint}"
                return SetupError(sentence, config.places.get(f"defaults.{strays[0]}"))
        return None


def open_collection(portfolio: Path | None) -> Collection:
    """Open the saved queries of the portfolio in a folder, or those of the program alone.

    Raises:
        SetupError: portfolio.toml cannot be used.
    """
    return Collection(portfolio, load_config(portfolio, shown_as(portfolio))) if portfolio else Collection()


def _parse(query_id: str, file: str, text: str, faults: Faults, own: Sequence[str]) -> SavedQuery:
    header = known_parts(read_header(text, file, faults), _GRLC, faults)
    ours = known_parts(header.get("linkedproj", NOTHING), _OURS, faults)
    start = Place(file, 1, 1)
    tags = items_of(faults.attempt(lambda: _required(header, "tags", start), None), faults)
    federates = items_of(ours.get("federates"), faults)
    return SavedQuery(
        id=query_id,
        file=file,
        text=text,
        title=_texts(header, ours, ("summary", "title"), start, faults, own),
        description=_texts(header, ours, ("description", "description"), start, faults, own),
        tags=tuple(faults.attempt(tag.text, "") for tag in tags),
        parameters=read_parameters(text, file, header.get("defaults"), ours.get("params", NOTHING), faults, own),
        view=faults.attempt(lambda: _among(ours.get("view"), VIEWS, "table"), "table"),
        expect=read_expect(ours.get("expect", NOTHING), faults),
        cases=read_cases(ours["cases"], faults) if "cases" in ours else (),
        endpoint=faults.attempt(lambda: _address(header["endpoint"]), "") if "endpoint" in header else "",
        federates=tuple(faults.attempt(partial(_address, item), "") for item in federates),
        budget_ms=faults.attempt(lambda: _budget(ours.get("budget_ms")), BUDGET_MS),
        is_own=bool(own),
    )


def header_of(query: SavedQuery) -> str:
    """Write the header of a query anew, as it is worded for a portfolio."""
    (_, summary), *titles = query.title.items()
    (_, description), *descriptions = query.description.items()
    defaults = [{name: one.default} for name, one in query.parameters.items() if one.default is not None]
    params = {
        name: {"label": dict(one.label), "of": one.of, "pick": one.pick, "enum": list(one.enum)}
        for name, one in query.parameters.items()
    }
    cases = [{**case.arguments, **_expected(case.expect)} for case in query.cases]
    ours = {
        "title": dict(titles),
        "description": dict(descriptions),
        "params": params,
        "view": query.view,
        "expect": _expected(query.expect),
        "cases": cases,
        "federates": list(query.federates),
        "budget_ms": "" if query.budget_ms == BUDGET_MS else query.budget_ms,
    }
    return write_header(
        {
            "summary": summary,
            "description": description,
            "tags": list(query.tags),
            "endpoint": query.endpoint,
            "defaults": defaults,
            "linkedproj": ours,
        }
    )


def _expected(expect: Expect) -> dict[str, object]:
    counts = {"min_rows": expect.min_rows, "max_rows": expect.max_rows, "rows": expect.rows}
    stated = {name: count for name, count in counts.items() if count >= 0}
    return {"columns": list(expect.columns), **stated}


def _required(parts: Mapping[str, HeaderPart], key: str, place: Place) -> HeaderPart:
    if key not in parts:
        raise HeaderError(Problem("LP-QUERY-REQUIRED", place, cell=key))
    return parts[key]


def _texts(  # noqa: PLR0913, PLR0917 - a text stands in two places
    header: Mapping[str, HeaderPart],
    ours: Mapping[str, HeaderPart],
    keys: tuple[str, str],
    place: Place,
    faults: Faults,
    own: Sequence[str],
) -> dict[str, str]:
    """Read a text in the first language under grlc's key, in the others under ours; what they lack is said in it."""
    first, others = keys
    languages = own or LANGUAGES
    found = {languages[0]: faults.attempt(lambda: _required(header, first, place).text(), "")}
    given = known_parts(ours.get(others, NOTHING), languages[1:], faults)
    for language in languages[1:]:
        if own and language not in given:
            continue
        text = faults.attempt(given[language].text, "") if language in given else ""
        if not text.strip():
            where = given[language].place if language in given else ours[others].place if others in ours else place
            faults.remark(Problem("LP-QUERY-LANGUAGE", where, column=others, values={"language": language}))
        found[language] = text or found[LANGUAGES[0]]
    return found


def _among(part: HeaderPart | None, values: Values[str], default: str) -> str:
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
