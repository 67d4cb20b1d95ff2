"""The pages of saved queries: the question, its answer as it was published, and how it is asked elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pyoxigraph as ox

from linkedproj.model.languages import LANGUAGES
from linkedproj.model.lexical import XSD
from linkedproj.pages.names import Terms, Text, chosen
from linkedproj.pages.values import date, number, point_of_text
from linkedproj.queries.saved.header import header_lines
from linkedproj.queries.saved.parameters import LANGUAGE_PARAMETER, parameter_variable
from linkedproj.queries.saved.tokens import variables
from linkedproj.system.caches import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.pages.record import Reader

_ADDRESS = re.compile(r"\"(https?://[^\"]+)\"")
_ANSWER, _TABLE, _TEMPLATE = ".srj", ".tsv", ".template.rq"
_READ = (".rq", _TEMPLATE)
_ROWS, _CHOICES = 300, 500
_BARS = 24
_WIDE = 520
_NUMBERS = frozenset(XSD + name for name in ("integer", "decimal", "double", "nonNegativeInteger"))
_DATES = frozenset(XSD + name for name in ("date", "gYearMonth", "gYear"))
_NAMES = {
    "text/csv": "CSV", "text/tab-separated-values": "TSV", "application/sparql-results+json": "JSON",
    "application/sparql-results+xml": "XML", "text/turtle": "Turtle", "application/geo+json": "GeoJSON",
    "application/sparql-query": "SPARQL", "application/ld+json": "JSON-LD",
}  # fmt: skip


def _called(name: str, kind: str) -> str:
    known = _NAMES.get(kind, kind)
    return f"{known} ({name.split('.')[1]})" if name.count(".") > 1 else known


def read_index(answers: Path) -> list[dict[str, Any]]:
    """Read the index of the published queries; none are published where there is no index."""
    index = answers / "queries.json"
    found: list[dict[str, Any]] = json.loads(index.read_text("utf-8"))["queries"] if index.is_file() else []
    return found


@dataclass(frozen=True)
class Saved:
    """A saved query with its answer, for whoever reads it; `told` is what the index says of it.

    `records` are those that can be asked for, by table.
    """

    told: Mapping[str, Any]
    answers: Path
    records: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def files(self) -> dict[str, str]:
        """The media types of the files, by name."""
        return {one["name"]: one["type"] for one in self.told["files"]}

    def read_from(self) -> str:
        """Return a digest of all that the pages are made of but the names of records."""
        return digest(json.dumps(self.told, sort_keys=True), [self.text(suffix) for suffix in _READ], self._found())

    def mentioned(self) -> set[str]:
        """Return the nodes that the answer names, and those that can be asked for."""
        asked = {one.get("of") for one in self.told.get("parameters", ())}
        offered = {iri for table in asked for iri in self.records.get(table or "", ())}
        return {*_ADDRESS.findall(self._found())} | offered

    def _found(self) -> str:
        """Return the answer as SPARQL 1.1 Query Results JSON: of a long one, what is shown."""
        text = self.text(_ANSWER)
        if text or not (table := self.text(_TABLE)):
            return text
        lines = table.split("\n")[:-1]
        shown = lines if self.told.get("view") == "map" else lines[: _ROWS + 1]
        spelled = "".join(f"{line}\n" for line in shown).encode()
        read = ox.parse_query_results(spelled, format=ox.QueryResultsFormat.TSV)
        return (cast("ox.QuerySolutions", read).serialize(format=ox.QueryResultsFormat.JSON) or b"").decode()

    @cached_property
    def answer(self) -> Answer | None:
        """The answer as pages show it; nothing where there is none."""
        found = self._found()
        if not found:
            return None
        document = json.loads(found)
        if "boolean" in document:
            return Answer((), (), 0, (), bool(document["boolean"]))
        names, bindings = tuple(document["head"]["vars"]), document["results"]["bindings"]
        placed = [(point, row) for row in bindings if (point := _point(row))] if self.told.get("view") == "map" else []
        return Answer(names, bindings[:_ROWS], self.told.get("rows") or len(bindings), placed)

    def text(self, suffix: str) -> str:
        """Read one of the files; "" for one that is not published."""
        name = f"{self.told['id']}{suffix}"
        return (self.answers / name).read_text("utf-8") if name in self.files else ""


class Answer(NamedTuple):
    """What pages show of an answer: its first rows, how many there are, and those that have a point; or yes or no."""

    names: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    total: int
    placed: Sequence[tuple[tuple[float, float], Mapping[str, Any]]]
    truth: bool | None = None


def _point(row: Mapping[str, Any]) -> tuple[float, float] | None:
    return next((point for term in row.values() if (point := point_of_text(term["value"]))), None)


@dataclass(frozen=True)
class Question:
    """A saved query for one reader; `address` is where the folder of answers is published."""

    saved: Saved
    reader: Reader
    here: str
    address: str

    @property
    def told(self) -> Mapping[str, Any]:
        """What the index says of it."""
        return self.saved.told

    def title(self) -> dict[str, str]:
        """Return what is asked, in words."""
        return self.reader.said(chosen(self.told["title"], self.reader.languages))

    def page(self) -> dict[str, Any]:
        """Return all that the page shows."""
        reader, files = self.reader, self.saved.files
        why = (self.told.get("unanswered") or self.told.get("left_out") or {}).get("why")
        return {
            "id": self.told["id"],
            "title": self.title(),
            "description": reader.said(chosen(self.told["description"], reader.languages)),
            "fields": [*self._fields()],
            "why_not": reader.said(chosen(why, reader.languages)) if why else None,
            "sparql": self.saved.text(".rq"),
            "files": [{"href": name, "type": kind, "name": _called(name, kind)} for name, kind in files.items()],
            "snippets": self._snippets(files),
            **self._answer(),
        }

    def _fields(self) -> Iterator[dict[str, Any]]:
        """Yield what can be asked for, each with what there is to choose from, if that is not too much."""
        reader = self.reader
        for one in self.told.get("parameters", ()):
            default = one.get("default") or ""
            choices = [{"value": each, "text": each, "lang": ""} for each in map(str, one.get("enum") or ())]
            if one["name"] == LANGUAGE_PARAMETER and reader.language in (one.get("enum") or ()):
                default = reader.language
            records = self.saved.records.get(one.get("of") or "", ())
            if len(records) <= _CHOICES:
                named = [{"value": iri, **reader.said(reader.name(iri))} for iri in records]
                choices += sorted(named, key=lambda each: reader.place(each["text"]))
            yield {
                "name": one["name"],
                "label": reader.said(chosen(one["label"], reader.languages)),
                "required": bool(one["required"]),
                "kind": "date" if one["datatype"] == f"{XSD}date" else "text",
                "value": default,
                "choices": [{**each, "here": each["value"] == default} for each in choices],
            }

    def form(self) -> str:
        """Return the query as JSON, cut where a parameter stands, for a script that puts terms in; "" without any."""
        text = self.saved.text(_TEMPLATE)
        lines = text.splitlines(keepends=True)
        body = "".join(lines[header_lines(text) :])
        known = {one["name"]: one for one in self.told.get("parameters", ())}
        pieces: list[str | dict[str, str]] = []
        end = 0
        for start, name in variables(body):
            found = parameter_variable(name)
            if found and found.name in known:
                pieces += [body[end:start], {"name": found.name, "variable": name}]
                end = start + len(name)
        if not pieces:
            return ""
        kinds = {
            name: {key: one.get(key) for key in ("datatype", "language", "default")} for name, one in known.items()
        }
        return json.dumps({"pieces": [*pieces, body[end:]], "parameters": kinds}, ensure_ascii=False)

    def _answer(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"columns": [], "rows": [], "more": "", "points": [], "bars": [], "truth": None}
        answer = self.saved.answer
        if answer is None:
            return empty
        if answer.truth is not None:
            return {**empty, "truth": answer.truth}
        names = answer.names
        shown = [name for name in names if not (name.endswith("_label") and name.removesuffix("_label") in names)]
        rows = [[self._cell(row, name, names) for name in shown] for row in answer.rows]
        return {
            **empty,
            "columns": [
                {**self._head(name.removesuffix("_label")), "number": bool(rows) and rows[0][place]["number"]}
                for place, name in enumerate(shown)
            ],
            "rows": rows,
            "more": answer.total - len(rows),
            "points": [*self._points(answer)],
            "bars": self._bars(rows),
        }

    def _head(self, name: str) -> dict[str, Any]:
        """Name a column as the type whose name it has, or the property that is called so; else as the query does."""
        reader, schema = self.reader, self.reader.portfolio.schema
        kind = next((kind for kind in schema.types.values() if kind.table == name), None)
        if kind:
            return reader.said(reader.terms.type(kind))
        words, known = name.replace("_", " "), schema.fields.get(name)
        if known and Terms(schema, LANGUAGES[:1]).property(known.iri, None).text == words:
            return reader.said(reader.terms.property(known.iri, None))
        return reader.said(Text(words, LANGUAGES[0]))

    def _cell(self, row: Mapping[str, Any], name: str, names: Sequence[str]) -> dict[str, Any]:
        """Write a cell: a record or a code by its name, a number or a date as is customary."""
        reader, term = self.reader, row.get(name)
        if term is None:
            return {"text": "", "href": "", "number": False}
        label = row.get(f"{name}_label") if f"{name}_label" in names else None
        if term["type"] == "uri":
            iri = term["value"]
            led = reader.linked(iri, self.here)
            href = led["href"] or (iri if iri.startswith(("http://", "https://")) else "")
            if reader.portfolio.names.has(iri):
                return {**led, "href": href, "number": False}
            text = label["value"] if label else reader.portfolio.schema.context.compact(iri)
            return {"text": text, "href": href, "number": False}
        datatype, text = term.get("datatype", ""), term["value"]
        if datatype in _NUMBERS:
            return {"text": number(text, reader.language), "href": "", "number": True, "value": float(text)}
        if datatype in _DATES:
            text = date(text, reader.language)
        tag = term.get("xml:lang", "")
        return {"text": text, "lang": tag if tag != reader.language else "", "href": "", "number": False}

    def _points(self, answer: Answer) -> Iterator[dict[str, Any]]:
        for point, row in answer.placed:
            first = next(self._cell(row, name, answer.names) for name in answer.names if name in row)
            yield {"point": point, "text": first["text"], "href": first["href"]}

    @staticmethod
    def _bars(rows: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """Draw the only column of numbers, where the first column names what they are of."""
        if not _LEAST <= len(rows) <= _BARS:
            return []
        numeric = [i for i in range(len(rows[0])) if all(row[i]["number"] for row in rows)]
        if len(numeric) != 1 or numeric[0] == 0:
            return []
        most = max(row[numeric[0]]["value"] for row in rows)
        if most <= 0 or any(row[numeric[0]]["value"] < 0 for row in rows):
            return []
        return [
            {
                "text": row[0]["text"] if len(row[0]["text"]) <= _NAME else row[0]["text"][: _NAME - 1] + "…",
                "value": row[numeric[0]]["text"],
                "width": round(_WIDE * row[numeric[0]]["value"] / most, 1),
            }
            for row in rows
        ]

    def _snippets(self, files: Mapping[str, str]) -> list[dict[str, str]]:
        name = self.told["id"]
        table = f"{self.address}{name}.csv"
        if f"{name}.csv" not in files:
            return [{"name": "linkedproj", "code": f"linkedproj query {name}"}]
        return [
            {"name": "curl", "code": f"curl -O {table}"},
            {"name": "Python", "code": f'import pandas\n\ntable = pandas.read_csv("{table}")'},
            {"name": "R", "code": f'table <- read.csv("{table}")'},
            {"name": "Excel · LibreOffice", "code": f'=WEBSERVICE("{table}")'},
            {"name": "linkedproj", "code": f"linkedproj query {name}"},
        ]


_LEAST, _NAME = 2, 44
