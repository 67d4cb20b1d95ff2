"""Reading saved queries: every fault says where it is and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linkedproj.model.errors import QueryError
from linkedproj.queries.saved.collection import Collection, read_query

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
#+ summary: Projects
#+ description: All of them
#+ tags:
#+   - projects
#+ defaults:
#+   - since: 2000-01-01
#+   - yes: NO
#+ linkedproj:
#+   title: {ca: Projectes, es: Proyectos}
#+   description:
#+     ca: Tots
#+     es: Todos
#+   params:
#+     since: {label: {en: Since, ca: Des de, es: Desde}}
#+     yes: {label: {en: Y, ca: S, es: S}, enum: [NO, 12.50]}
#+   view: timeline
#+   expect: {columns: [x], min_rows: 2}
#+   cases:
#+     - {since: 2001-01-01, rows: 1}
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?x WHERE { ?x ?_yes ?_since_xsd_date }
"""


def _write(folder: Path, text: str, name: str = "good.rq") -> Path:
    folder = folder / "queries"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_reads_a_header(tmp_path: Path) -> None:
    query = read_query(_write(tmp_path, GOOD))
    assert (query.id, query.file, query.tags, query.view) == ("good", "queries/good.rq", ("projects",), "timeline")
    assert query.title == {"en": "Projects", "ca": "Projectes", "es": "Proyectos"}
    assert query.expect.columns == ("x",)
    assert (query.expect.min_rows, query.expect.max_rows, query.expect.rows) == (2, -1, -1)
    assert query.cases[0].arguments == {"since": "2001-01-01"}
    assert query.cases[0].expect.rows == 1
    assert query.body.startswith("PREFIX")


def test_scalars_stay_as_they_are_written(tmp_path: Path) -> None:
    parameters = read_query(_write(tmp_path, GOOD)).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == {"yes": "NO", "since": "2000-01-01"}
    assert parameters["yes"].enum == ("NO", "12.50")
    assert parameters["since"].type == "xsd_date"


BAD = {
    "no-header": (GOOD, "SELECT ?x { ?x ?y 1 }", "1:1: the header is missing. Begin the file with "),
    "no-yaml": ("#+ summary: Projects", "#+ summary: a: b", "1:14: the header is no YAML: mapping values"),
    "no-summary": ("#+ summary: Projects\n", "", "1:1: summary is missing. Add a line '#+ summary: …' to the header."),
    "twice": ("#+   view: timeline", "#+   view: table\n#+   view: map", "17:6: 'view' stands here twice. Keep one."),
    "unknown-key": ("view: timeline", "veiw: map", "16:12: 'veiw' is no key of the header. Did you mean 'view'?"),
    "unknown-view": (
        "view: timeline", "view: pie",
        "16:12: 'pie' is none of table, map, timeline, bar, network.",
    ),
    "no-count": ("min_rows: 2", "min_rows: many", "17:39: 'many' is no number of rows."),
    "no-list": ("columns: [x]", "columns: x", "17:24: a list is expected here. Write [a, b], or one '- item' a line."),
    "no-default": (
        "#+   - since: 2000-01-01\n", "",
        "20:28: parameter 'since' has no default. Add it under defaults, or write ?__since if it may be left out.",
    ),
    "not-used": (
        " ?_since_xsd_date", " ?_yes",
        "14:15: the query has no parameter 'since'. It would be written ?_since.",
    ),
    "two-ways": (
        "?_yes", "?_yes ?_yes_iri ;",
        "21:28: parameter 'yes' is written in two ways. Write it in one.",
    ),
    "prefix-of-another": (
        "{ ?x", "{ ?x ?_ye ?z .",
        "21:32: parameter 'yes' begins with 'ye'. Rename one of them.",
    ),
    "text-expected": ("#+ summary: Projects", "#+ summary: [a]", "1:13: one value is expected here. Write it on one"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_says_where_and_what_to_do(case: str, tmp_path: Path) -> None:
    old, new, message = BAD[case]
    assert old in GOOD
    with pytest.raises(QueryError) as refused:
        read_query(_write(tmp_path, GOOD.replace(old, new)))
    assert str(refused.value).startswith(f"queries/good.rq:{message}")


def test_a_missing_translation_is_said_in_the_first_language(tmp_path: Path) -> None:
    found = read_query(_write(tmp_path, GOOD.replace("ca: Projectes, ", "").replace("ca: Des de, ", "")))
    assert found.title["ca"] == found.title["en"]
    assert "ca" not in found.parameters["since"].label


def test_the_file_name_is_the_id(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="kebab-case"):
        read_query(_write(tmp_path, GOOD, "Not_good.rq"))


def test_the_nearest_id_is_suggested(tmp_path: Path) -> None:
    collection = Collection(_write(tmp_path, GOOD).parents[1])
    assert collection.find("good").id == "good"
    with pytest.raises(QueryError) as refused:
        collection.find("goood")
    assert str(refused.value) == "there is no saved query 'goood'. Did you mean 'good'?"
    with pytest.raises(QueryError) as refused:
        collection.find("xyz")
    assert str(refused.value) == "there is no saved query 'xyz'. 'linkedproj queries list' lists them."
