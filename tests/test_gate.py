"""The gate: one command here, before a push and on the forge, with every Python and the bounds that are promised."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")


def read(path: str) -> Any:  # noqa: ANN401 - what YAML holds
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def matrix() -> dict[str, list[str]]:
    found: dict[str, list[str]] = read(".github/workflows/check.yml")["jobs"]["check"]["strategy"]["matrix"]
    return found


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_the_forge_tries_the_oldest_and_the_newest_python() -> None:
    named = [line.rpartition(" ")[2] for line in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", line)]
    assert matrix()["python"] == [min(named, key=numbers), max(named, key=numbers)]
    assert PROJECT["project"]["requires-python"] == f">={matrix()['python'][0]}"


def test_the_forge_runs_the_gate_of_a_clean_machine_with_both_ends_of_the_bounds() -> None:
    steps = read(".github/workflows/check.yml")["jobs"]["check"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run ${{ matrix.dependencies }}"]
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert re.findall(r"^  (\w+)\)$", script, re.MULTILINE) == matrix()["dependencies"]
    assert len(re.findall(r"^poe check$", script, re.MULTILINE)) == 1


def test_every_push_runs_the_gate() -> None:
    (repository,) = read(".pre-commit-config.yaml")["repos"]
    (hook,) = repository["hooks"]
    assert hook["entry"] == "poe check"
    assert hook["always_run"]
    assert not hook["pass_filenames"]


def test_the_gate_runs_every_task_that_is_a_check() -> None:
    tasks = PROJECT["tool"]["poe"]["tasks"]
    assert set(tasks["check"]["sequence"]) == tasks.keys() - {"check", "format", "bench"}


def test_the_script_of_the_gate_refuses_another_word() -> None:
    done = subprocess.run([ROOT / ".ci/run", "oldest"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: .ci/run [newest|lowest]\n")


def test_every_dependency_has_a_lowest_version() -> None:
    groups = [*PROJECT["project"]["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()]
    wanted = [
        name for group in [PROJECT["project"]["dependencies"], *groups] for name in group if isinstance(name, str)
    ]
    assert [name for name in wanted if ">=" not in name] == []


def test_a_bound_is_the_same_wherever_a_package_is_named() -> None:
    groups = [*PROJECT["project"]["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()]
    bounds: dict[str, set[str]] = {}
    for name in (name for group in groups for name in group if isinstance(name, str)):
        package, _, bound = name.partition(">=")
        bounds.setdefault(package, set()).add(bound)
    assert {package: found for package, found in bounds.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_for_the_table_the_command_and_its_output(path: Path) -> None:
    asked = {field.get("id"): field for field in yaml.safe_load(path.read_text("utf-8"))["body"]}
    for name in ("table", "command", "output"):
        assert asked[name]["validations"] == {"required": True}


def test_every_room_has_a_quick_command_and_the_files_it_names_are_there() -> None:
    table = (ROOT / "tests/README.md").read_text("utf-8").split("## I changed X")[1].split("\n## ")[0]
    rooms = {path.parent.name for path in (ROOT / "src/linkedproj").glob("*/__init__.py")}
    assert {room for room in rooms if f"| `{room}/`" not in table} == set()
    assert [name for name in re.findall(r"(?:src|tests)/[\w/.]+", table) if not (ROOT / name).exists()] == []
