"""A real browser opens each kind of page, and axe looks at it for those who cannot see, or use a mouse."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import ROOT, published_once
from tests.foreign.install import NotHereError, install_scripts, python

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
HERE = __file__.rpartition("/")[0]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published_once("shipped-site", ROOT / "data", tmp_path_factory, site=True).parents[1]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def seen(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not CHROMIUM:
        pytest.skip("there is no Chromium to look at pages with")
    try:
        program = str(python())
        axe = install_scripts(tmp_path_factory.mktemp("scripts")) / "node_modules/axe-core/axe.min.js"
    except NotHereError as error:
        pytest.skip(str(error))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        command = [program, f"{HERE}/browse.py", address, CHROMIUM, str(axe)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
        server.shutdown()
        thread.join()
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


def test_saved_queries_have_the_same_answers_in_the_browser(seen: dict[str, Any], site: Path) -> None:
    assert seen["answers"]
    for query, answer in seen["answers"].items():
        published = list(csv.reader((site / f"query/{query}.csv").read_text("utf-8").splitlines()))
        assert list(csv.reader(answer["csv"].splitlines())) == published
        assert answer["rows"] == len(published) - 1


def test_a_question_that_takes_too_long_is_stopped_and_the_next_one_answered(seen: dict[str, Any]) -> None:
    assert "too long" in seen["stopped"]
