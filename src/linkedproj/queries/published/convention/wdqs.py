"""Read a query of the Wikidata Query Service: plain SPARQL whose comments say how to show it.

Source: the user manual of the service (`#title:`, `#defaultView:`) and Wikibooks, SPARQL/Templates (`#TEMPLATE=`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from linkedproj.queries.lint.code import read_code
from linkedproj.queries.published.convention.draft import Draft, kebab, with_prefixes
from linkedproj.queries.saved.tokens import prefixes, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.queries.lint.code import Word

ENDPOINT = "https://query.wikidata.org/sparql"

_ENTITY = "http://www.wikidata.org/"
_WIKIDATA = {
    "bd": "http://www.bigdata.com/rdf#",
    "p": f"{_ENTITY}prop/",
    "pq": f"{_ENTITY}prop/qualifier/",
    "pqv": f"{_ENTITY}prop/qualifier/value/",
    "pr": f"{_ENTITY}prop/reference/",
    "ps": f"{_ENTITY}prop/statement/",
    "psv": f"{_ENTITY}prop/statement/value/",
    "wd": f"{_ENTITY}entity/",
    "wdno": f"{_ENTITY}prop/novalue/",
    "wds": f"{_ENTITY}entity/statement/",
    "wdt": f"{_ENTITY}prop/direct/",
    "wikibase": "http://wikiba.se/ontology#",
}
_PREFIXES = {
    **_WIKIDATA,
    "geo": "http://www.opengis.net/ont/geosparql#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_VIEWS = {"Table": "table", "Map": "map", "Timeline": "timeline", "BarChart": "bar", "Graph": "network"}
_SETTING = re.compile(
    r"#\s*(?:(?P<key>title|description|defaultView)\s*:|(?P<template>TEMPLATE)\s*=)(?P<value>.*)", re.DOTALL
)
_VIEW = re.compile(r"(?P<name>[A-Za-z]+)(?P<options>.*)", re.DOTALL)


def read(text: str, name: str) -> Draft:
    """Read a commented query; `name` becomes its id."""
    draft = Draft(kebab(name))
    kept: list[str] = []
    lead: list[str] = []
    for token in tokens(text):
        setting = _SETTING.fullmatch(token.text) if token.kind == "comment" else None
        if setting:
            _set(draft, setting["key"] or setting["template"], setting["value"].strip())
        elif token.kind == "comment" and not "".join(kept).strip():
            lead.append(token.text.lstrip("#").strip())
        else:
            kept.append(token.text)
    description = " ".join(line for line in lead if line)
    if description:
        draft.texts["description"].setdefault("en", description)
    _finish(draft, "".join(kept))
    return draft


def _set(draft: Draft, key: str, value: str) -> None:
    if key in {"title", "description"}:
        draft.texts[key]["en"] = value
    elif key == "defaultView":
        _set_view(draft, value)
    else:
        _set_template(draft, value)


def _set_view(draft: Draft, value: str) -> None:
    match = _VIEW.fullmatch(value)
    name, options = (match["name"], match["options"].strip()) if match else (value, "")
    if name in _VIEWS:
        draft.view = _VIEWS[name]
    else:
        draft.dropped.append(f"#defaultView:{name} is a view we do not have")
    if options:
        draft.dropped.append(f"the settings of the view: {options}")


def _set_template(draft: Draft, value: str) -> None:
    """Take the variables of a template as parameters; their defaults are found later, in the code."""
    try:
        template: Any = json.loads(value)
        sentence, variables = template["template"], template["variables"]
        queries = {str(variable): each["query"] for variable, each in variables.items() if "query" in each}
        draft.parameters = {str(variable).lstrip("?$"): "" for variable in variables}
    except (ValueError, KeyError, TypeError, AttributeError):
        draft.dropped.append(f"#TEMPLATE= is no template: {value}")
        return
    draft.texts["title"].setdefault("en", str(sentence))
    for variable, query in queries.items():
        draft.dropped.append(f"the list to choose {variable} from: {' '.join(str(query).split())}")


def _finish(draft: Draft, code: str) -> None:
    draft.body, unknown = with_prefixes(code.strip(), _PREFIXES)
    draft.dropped += [f"nothing is known of the prefix '{prefix}:'" for prefix in unknown]
    if set(_WIKIDATA) & set(prefixes(draft.body)):
        draft.endpoint = ENDPOINT
    wanted, draft.parameters = draft.parameters, {}
    for variable in wanted:
        _make_parameter(draft, variable)


def _make_parameter(draft: Draft, variable: str) -> None:
    """Turn BIND(wd:Q30 AS ?country) into BIND(?_country_iri AS ?country), with wd:Q30 as the default."""
    name = re.sub("[^A-Za-z0-9]", "", variable)
    words = read_code(draft.body, "")
    found = next(_bindings(words, variable), None)
    if found is None or not name:
        draft.dropped.append(
            f"?{variable} of the template: the code has no BIND(… AS ?{variable}) to take a default from"
        )
        return
    value, kind = _value(found, prefixes(draft.body))
    draft.body = _replace(draft.body, found, f"?_{name}{kind}")
    draft.parameters[name] = value


def _bindings(words: Sequence[Word], variable: str) -> Iterator[Word]:
    """Find the one word between BIND( and AS."""
    for n in range(len(words) - 4):
        bind, opening, value, named, target = words[n : n + 5]
        if (bind.keyword, opening.text, named.keyword, target.variable) == ("BIND", "(", "AS", variable):
            yield value


def _value(word: Word, declared: dict[str, str]) -> tuple[str, str]:
    if word.kind == "iri":
        return word.text[1:-1], "_iri"
    if word.kind == "name":
        prefix, _, local = word.text.partition(":")
        return declared.get(prefix, "") + local, "_iri"
    if word.kind == "number":
        return word.text, "_integer" if word.text.isdigit() else "_number"
    return word.text.strip("\"'"), ""


def _replace(body: str, word: Word, new: str) -> str:
    lines = body.split("\n")
    line, column = lines[word.place.line - 1], word.place.column - 1
    lines[word.place.line - 1] = line[:column] + new + line[column + len(word.text) :]
    return "\n".join(lines)
