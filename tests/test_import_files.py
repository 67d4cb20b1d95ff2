"""Importer files: what may be wrong with one, those that ship, and much that one reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.conftest import run
from tests.imports import (
    FIXTURES,
    imported,
    reviewed,
    table,
)

from linkedproj.importers.source.loading import shipped_importers

if TYPE_CHECKING:
    from pathlib import Path

# ----- importer files, and all that may be wrong with them


def test_all_faults_of_an_importer_are_told_each_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        """name = "Bad Name"
title = "Bad"
[[resources]]
name = "rows"
fields = [{ name = "a", typ = "number" }, { name = "b", type = "date" }, { name = "c", type = "date", format = "yy" }]
[[records]]
table = "project"
from = "row"
[records.columns]
"title@en" = { record = "nobody" }
""",
        "utf-8",
    )
    done = run("import", str(path), str(path), "--into", str(tmp_path / "p"))
    assert done.code == 2
    for told in (
        "'Bad Name' is no name", "'typ' is no word of an importer here. Did you mean 'type'?", "write its pattern",
        "'yy' is no pattern of dates", "there is no resource 'row'. Did you mean 'rows'?", "what tells records",
        "there are no records 'nobody'",
    ):  # fmt: skip
        assert told in done.err
    assert f"{path}:5:" in done.err
    assert not (tmp_path / "p").exists()


def test_an_unknown_importer_is_told_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n", "utf-8")
    done = run("import", "urbct", str(tmp_path / "a.csv"), "--into", str(tmp_path))
    assert done.code == 2
    assert "Did you mean 'urbact'?" in done.err


def test_another_layout_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "TinyNetworks.csv"
    path.write_text("Code_Netwrk;Name\n1;One\n", "utf-8")
    done = run("import", "urbact", str(path), "--into", str(tmp_path / "p"))
    assert done.code == 2
    assert "has no column 'Code_Network'. Did you mean 'Code_Netwrk'?" in done.err
    assert not (tmp_path / "p").exists()


def test_a_portfolio_brings_its_own_importer(tmp_path: Path) -> None:
    (tmp_path / "TinyNetworks.csv").write_text("Code_Network;Name\n1;One\n", "utf-8")
    imported(tmp_path / "p", "urbact", tmp_path / "TinyNetworks.csv")
    (tmp_path / "p/importers").mkdir()
    (tmp_path / "p/importers/mine.toml").write_text(
        'name = "mine"\ntitle = "Mine"\n[[resources]]\nname = "rows"\ndelimiter = ";"\n[[records]]\ntable = "project"\n'
        'from = "rows"\nkey = ["Code_Network"]\n[records.columns]\n"title@en" = "Name"\n',
        "utf-8",
    )
    imported(tmp_path / "p", "mine", tmp_path / "TinyNetworks.csv")
    assert table(tmp_path / "p/project.mine.csv")[0]["title@en"] == "One"


def test_every_shipped_importer_can_be_read() -> None:
    listed = run("import", "--list")
    assert listed.code == 0
    names = [line.split()[0] for line in listed.out.splitlines()]
    assert names == [*shipped_importers(), "workbook"]
    assert len(names) > 5


@pytest.mark.parametrize(
    ("source", "file"), [("kohesio", "kohesio.csv"), ("iati", "iati.xml"), ("cordis", "cordis.zip")]
)
def test_made_up_files_in_documented_layouts_become_sound_portfolios(tmp_path: Path, source: str, file: str) -> None:
    path = FIXTURES / file
    if source == "cordis":
        path = tmp_path / file
        with zipfile.ZipFile(path, "w") as archive:
            for name in ("101999001.xml", "project.csv", "organization.csv"):
                archive.write(FIXTURES / "cordis" / name, f"in/{name}")
    into = tmp_path / "p"
    imported(into, source, path)
    checked = run("check", str(into))
    assert checked.code == 0, checked.out
    assert "evidence: 100 %" in checked.out


def test_cordis_is_read_as_it_says_and_no_further(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cordis.zip", "w") as archive:
        for name in ("101999001.xml", "project.csv", "organization.csv"):
            archive.write(FIXTURES / "cordis" / name, f"in/{name}")
    into = tmp_path / "p"
    imported(into, "cordis", tmp_path / "cordis.zip")
    projects = {row["acronym"]: row for row in table(into / "project.cordis.csv")}
    assert projects["WILLOW"]["budget.value"] == ""
    assert projects["WILLOW"]["contribution.value"] == "250000"
    assert projects["SEDGE"]["budget.value"] == "1200000.5"
    money = [row for row in table(into / "finance.cordis.csv") if "999900002" in row["inParticipation"]]
    assert {row["kind"] for row in money} == {"net-eu-contribution"}
    roles = {row["organisation"]: row["role"] for row in table(into / "participation.cordis.csv")}
    assert roles["exampleford-city-council"] == "coordinator"
    assert "former-partner" in roles["probe-gmbh"]
    # One name, two identification codes: they are proposed, and stay two.
    twins = [row for row in table(into / "organisation.cordis.csv") if "twin" in row["id"]]
    assert len(twins) == 2
    assert any("twin" in row["record"].casefold() for row in reviewed(into, "same"))
    assert not [path for path in into.rglob("*.csv") if "Somebody Private" in path.read_text("utf-8")]
    assert {row["country"] for row in table(into / "city.cordis.csv")} == {"IRL", "DEU", "GRC", "GBR"}


# ----- much


@pytest.mark.road
@pytest.mark.skipif(sys.platform == "win32", reason="the system does not say how much memory a process took")
def test_memory_stays_flat_on_a_zip_of_19000_files(tmp_path: Path) -> None:
    one = (FIXTURES / "cordis/101999001.xml").read_text("utf-8")
    peaks = []
    for number in (1_900, 19_000):
        with zipfile.ZipFile(tmp_path / f"{number}.zip", "w") as archive:
            for each in range(number):
                archive.writestr(f"xml/{each}.xml", one.replace("101999001", str(each)))
        code = (
            "import resource, sys; from linkedproj.cli import main\n"
            "try: main(sys.argv[1:])\n"
            "except SystemExit: pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        command = [
            sys.executable,
            "-c",
            code,
            "import",
            "cordis",
            str(tmp_path / f"{number}.zip"),
            "--into",
            str(tmp_path / f"p{number}"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
        assert f"projects: {number:,} = {number:,} in records" in done.stdout
        peaks.append(int(done.stdout.splitlines()[-1]))
        shutil.rmtree(tmp_path / f"p{number}")
    assert peaks[1] < 1.6 * peaks[0]
