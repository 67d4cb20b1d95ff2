"""Objects between processes: what comes back is what was sent, and nothing that is read can run anything."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from tests.mapping import CONFIG, shipped_schema

from linkedproj.mapping.tasks import MappingRun
from linkedproj.model.context import Kind
from linkedproj.model.errors import Place, Problem
from linkedproj.system.plain import from_plain, to_plain
from linkedproj.tables.portfolio import Found, Row, Tables

PLACE = Place("a.csv", 3)


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "\ud800\n"], ("b", 2): {1}},
        (frozenset({"x"}), Counter({("t", "c"): 3}), Path("x/y"), Kind.CODE),
        Row("id", 0, 7, ["a", ""]),
        Problem("LP-X", PLACE, values={"object": "again"}, also=(PLACE, PLACE)),
        Found(counts=Counter(a=1), emptied={("a", "b")}),
    ],
)
def test_what_comes_back_is_what_was_sent(value: object) -> None:
    found = from_plain(json.loads(json.dumps(to_plain(value))))
    assert found == value
    assert type(found) is type(value)


def test_what_is_held_twice_is_written_once() -> None:
    first, second = from_plain(to_plain([PLACE, PLACE]))
    assert first is second
    schema = shipped_schema()
    setting = MappingRun(Tables(schema, CONFIG), Path("x"))
    found: MappingRun = from_plain(json.loads(json.dumps(to_plain(setting))))
    assert found == setting
    assert found.tables.schema.fields["title"] == schema.fields["title"]


def test_a_dict_that_fills_itself_comes_back_as_a_plain_one() -> None:
    found = from_plain(to_plain(Found(unread=defaultdict(set, {"Project": {"a"}}))))
    assert found.unread == {"Project": {"a"}}


@pytest.mark.parametrize("value", [object(), open, ValueError("x"), [1j]])
def test_what_is_not_ours_is_not_sent(value: object) -> None:
    with pytest.raises(TypeError, match="is not of this package"):
        to_plain(value)


@pytest.mark.parametrize(
    "name", ["os:system", "subprocess:Popen", "linkedproj.build:build", "linkedproj.build:Path", "linkedproj.cli:none"]
)
@pytest.mark.parametrize("kind", ["object", "named", "enum"])
def test_what_is_no_class_of_ours_is_not_made(name: str, kind: str) -> None:
    message: dict[str, Any] = {kind: [name, ["touch x"]]}
    with pytest.raises(TypeError, match="is no class of this package"):
        from_plain(message)
