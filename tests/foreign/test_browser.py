"""A real browser opens each kind of page, and axe looks at it for those who cannot see, or use a mouse."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import serving
from tests.foreign.install import NotHereError, install_scripts, python

from linkedproj.queries.ask.local import load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
HERE = __file__.rpartition("/")[0]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def seen(shipped_site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium to look at pages with")
    try:
        program = str(python())
        axe = install_scripts(tmp_path_factory.mktemp("scripts")) / "node_modules/axe-core/axe.min.js"
    except NotHereError as error:
        pytest.skip(str(error))
    with serving(shipped_site) as address:
        command = [program, f"{HERE}/browse.py", address.rstrip("/"), CHROMIUM, str(axe)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_console_is_empty_and_no_other_host_is_asked(seen: dict[str, Any]) -> None:
    assert seen["console"] == []
    assert seen["elsewhere"] == []


def test_axe_finds_nothing_in_light_and_dark(seen: dict[str, Any]) -> None:
    assert seen["violations"] == {}


def test_no_page_is_wider_than_a_phone(seen: dict[str, Any]) -> None:
    assert seen["wide"] == []


def test_saved_queries_have_the_same_answers_in_the_browser(seen: dict[str, Any], shipped_site: Path) -> None:
    assert seen["answers"]
    for query, answer in seen["answers"].items():
        published = list(csv.reader((shipped_site / f"query/{query}.csv").read_text("utf-8").splitlines()))
        assert list(csv.reader(answer["csv"].splitlines())) == published
        assert answer["rows"] == len(published) - 1


def test_a_saved_query_loads_what_it_reads_and_any_other_loads_all(seen: dict[str, Any], shipped_site: Path) -> None:
    dumps = [shipped_site / "dump/latest" / name for name in ("portfolio.nt", "evidence.ttl", "vocabulary.ttl")]
    whole = sum(path.with_name(f"{path.name}.gz").stat().st_size for path in dumps)
    for answer in seen["answers"].values():
        loaded = answer["loaded"]
        assert 1 < len(loaded) < 20
        assert not any(name.startswith(("portfolio", "evidence")) for name in loaded)
        assert sum(loaded.values()) < whole * 2 / 3
    said, count = seen["grown"]
    assert said
    assert int(count) == len(load(dumps))


def test_a_form_asks_for_what_was_chosen_and_for_nothing_else(seen: dict[str, Any]) -> None:
    together, alone, query = seen["formed"]
    assert (together, alone) == ("Yes", "Yes")
    assert "lp:participation/org:member <https://data.example.org/id/organisation/barcelona-activa> ." in query


def test_a_question_that_takes_too_long_is_stopped_and_the_next_one_answered(seen: dict[str, Any]) -> None:
    assert "too long" in seen["stopped"]
