"""Engines that others wrote answer every saved query as we publish it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from tests.foreign.engines import ENGINES, HEAVY, Asked, asked_of, differences, oxigraph, unexplained
from tests.foreign.install import NotHereError

from linkedproj.queries.results.table import Table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def _compare(engine: str, asked: Asked) -> dict[str, str]:
    try:
        theirs = ENGINES[engine](asked.questions, asked.files)
    except NotHereError as error:
        pytest.skip(str(error))
    return unexplained(asked, engine, differences(oxigraph(asked.questions, asked.files), theirs, engine))


@pytest.mark.engines
def test_comunica_answers_every_query_as_we_do(whole_release: Path, tmp_path: Path) -> None:
    assert _compare("Comunica", asked_of("vilamar", whole_release, tmp_path)) == {}


@pytest.mark.engines
@pytest.mark.parametrize("engine", HEAVY)
def test_the_engines_of_debian_answer_every_query_as_we_do(
    engine: str, release: Path, whole_release: Path, tmp_path: Path
) -> None:
    for name, dump in (("vilamar", whole_release), ("shipped", release)):
        assert _compare(engine, asked_of(name, dump, tmp_path)) == {}


A, B = ox.Literal("a"), ox.Literal("b")
TRUTH = ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
POINT = ox.NamedNode("http://www.opengis.net/ont/geosparql#wktLiteral")


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (Table(("x",), ((A,), (B,))), ""),
        (Table(("x",), ((B,), (A,))), "order: from row 1 of 2"),
        (Table(("x",), ((A,),)), "rows: 1 missing, 0 more; such as"),
        (Table(("x",), ((A,), (B,), (B,))), "rows: 0 missing, 1 more; such as"),
        (Table(("y",), ((A,), (B,))), "columns: ('x',), ('y',)"),
        ("it fell over", "error: it fell over"),
    ],
)
def test_what_differs_is_said(theirs: Table | str, said: str) -> None:
    found = differences({"q": Table(("x",), ((A,), (B,)))}, {"q": theirs}).get("q", "")
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_what_virtuoso_spells_otherwise_is_compared_by_value_for_virtuoso_alone() -> None:
    ours = {
        "q": Table(
            ("x",), ((ox.Literal("POINT(2.15899 41.38879)", datatype=POINT),), (ox.Literal("true", datatype=TRUTH),))
        )
    }
    theirs = {"q": Table(("x",), ((ox.Literal("POINT(2.1589899063 41.388790131)", datatype=POINT),), (ox.Literal(1),)))}
    assert differences(ours, theirs, "Virtuoso") == {}
    assert set(differences(ours, theirs, "Jena")) == {"q"}


def test_an_exception_that_is_none_any_more_is_told() -> None:
    asked = Asked("vilamar", (), {"perto": ""})
    assert set(unexplained(asked, "Virtuoso", {"leads": "rows"})) >= {"leads", "perto"}
    assert "perto" not in unexplained(asked, "Virtuoso", {"perto": "rows"})
