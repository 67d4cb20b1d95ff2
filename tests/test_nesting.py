"""What is nested without end, or has digits without end, is one sentence with its place, whoever reads it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conftest import run

from linkedproj.model.nesting import DEEPEST, is_deep, is_deep_turtle

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = Path(__file__).parent / "fixtures/small"
LEVELS = 5_000

# File -> what is written into it (or after what is there), what is run, and how the sentence begins.
DEEP: dict[str, tuple[str, Callable[[str], str], tuple[str, ...], str]] = {
    "lists in TOML": (
        "portfolio.toml", lambda text: f"{text}\nrequire = {'[' * LEVELS}{']' * LEVELS}\n", ("check", "."),
        "portfolio.toml: values are nested too deeply. Write lists and tables flat.",
    ),
    "a key of TOML": (
        "portfolio.toml", lambda text: f"{text}\n[{'.'.join('a' * LEVELS)}]\n", ("check", "."),
        "portfolio.toml: values are nested too deeply. Write lists and tables flat.",
    ),
    "digits in TOML": (
        "portfolio.toml", lambda text: f"{text}\nrequire = {'1' * LEVELS}\n", ("check", "."),
        "portfolio.toml: a number has too many digits. Write it in quotes, if it is a text.",
    ),
    "a context": (
        "ontology/context.jsonld", lambda _: '{"@context": ' + "[" * LEVELS + "]" * LEVELS + "}", ("check", "."),
        "ontology/context.jsonld: the context is nested too deeply. A term is one object, with one scope.",
    ),
    "objects of a context": (
        "ontology/context.jsonld", lambda _: '{"@context": ' * LEVELS + "1" + "}" * LEVELS, ("check", "."),
        "ontology/context.jsonld: the context is nested too deeply. A term is one object, with one scope.",
    ),
    "digits in a context": (
        "ontology/context.jsonld", lambda _: f'{{"@context": {{"a": {"1" * LEVELS}}}}}', ("check", "."),
        "ontology/context.jsonld: the context cannot be read: a number has too many digits.",
    ),
    "a term twice": (
        "ontology/context.jsonld", lambda _: '{"@context": {"a": {"@id": "dct:a"}, "a": 1}}', ("check", "."),
        'ontology/context.jsonld: the context cannot be read: "a" stands twice in one object. Keep one of them.',
    ),
    "lists in Turtle": (
        "ontology/shapes.ttl", lambda _: f"<urn:a> <urn:b> {'(' * LEVELS}{')' * LEVELS} .", ("check", "."),
        "ontology/shapes.ttl: brackets are nested too deeply. Name the nodes within, and write them ",
    ),
    "nodes in Turtle": (
        "ontology/linkedproj.ttl", lambda _: f"<urn:a> <urn:b> {'[<urn:b> ' * LEVELS}1{']' * LEVELS} .", ("check", "."),
        "ontology/linkedproj.ttl: brackets are nested too deeply. Name the nodes within, and write them ",
    ),
    "the header of a query": (
        "queries/deep.rq",
        lambda _: "".join(f"#+ {' ' * level}a:\n" for level in range(LEVELS // 5)) + "SELECT ?s { ?s ?p ?o }",
        ("queries", "list"), "queries/deep.rq:1:1: the header is no YAML: it is nested too deeply.",
    ),
    "SPARQL": (
        "deep.rq", lambda _: "SELECT ?s " + "{" * LEVELS + "?s ?p ?o" + "}" * LEVELS,
        ("query", "-f", "deep.rq", "--records", "."), "deep.rq:1:211: more than 200 brackets stand within each other.",
    ),
    "a chain in SPARQL": (
        "deep.rq", lambda _: "SELECT ?s { ?s ?p ?o FILTER(" + "!" * 2 * LEVELS + "true) }",
        ("query", "-f", "deep.rq", "--records", "."), "deep.rq:1:8027: the query is too long a chain of words ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DEEP)
def test_what_is_nested_without_end_is_told_with_its_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, write, command, sentence = DEEP[name]
    shutil.copytree(SMALL, tmp_path / "data")
    path = tmp_path / "data" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(write(path.read_text("utf-8") if path.exists() else ""), "utf-8")
    monkeypatch.chdir(tmp_path / "data")
    outcome = run(*command)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"linkedproj: {sentence}")


TABLES = {
    "city.json": "[" * LEVELS + "]" * LEVELS,
    "city.jsonl": '{"a":' * LEVELS + "1" + "}" * LEVELS,
    "city.yaml": "[" * LEVELS + "]" * LEVELS,
    "city.yml": "".join(f"{' ' * level}a:\n" for level in range(LEVELS // 5)),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_nested_without_end_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "data")
    (tmp_path / "data/city.csv").unlink(missing_ok=True)
    (tmp_path / "data" / name).write_text(TABLES[name], "utf-8")
    outcome = run("check", str(tmp_path / "data"))
    assert outcome.code == 1
    assert f"{name}:" in outcome.out
    assert "LP-FILE-SYNTAX" in outcome.out


def test_brackets_count_where_they_are_brackets() -> None:
    whole = "[" * DEEPEST + "]" * DEEPEST
    assert not is_deep(whole)
    assert is_deep(f"[{whole}]")
    assert not is_deep(f'["{"[" * LEVELS}", "\\"{"{" * LEVELS}"]')
    assert is_deep('{"a":' * LEVELS)
    assert not is_deep("[]" * LEVELS)
    assert not is_deep_turtle(f'<a:{"(" * LEVELS}> <a:b> "{"(" * LEVELS}" . # {"(" * LEVELS}\n')
    assert not is_deep_turtle(f'<a:a> <a:b> """\n"{"(" * LEVELS}""" , \'\'\'\n{"[" * LEVELS}\'\'\' .')
    assert is_deep_turtle(f"<a:#> <a:b> {'(' * LEVELS}")
