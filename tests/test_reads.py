"""How often a run reads what it needs: the shapes, the vocabulary and the rules are read and parsed once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT, SMALL

# Copying the vocabulary to where it is published, and labelling the codes of the Parquet tables, read it too.
ONCE = {"rules.toml": 1, "shapes.ttl": 1, "linkedproj.ttl": 1}
READS = {"check": ONCE, "build": ONCE | {"linkedproj.ttl": 3}}

_COUNTED = """
import json, sys
from collections import Counter
from linkedproj.cli import main

opened = Counter()
def count(event, arguments):
    name = str(arguments[0]) if event == "open" else ""
    if "shapes.ttl" in name or name.endswith((".toml", "linkedproj.ttl")):
        opened[name] += 1
sys.addaudithook(count)
try:
    main(sys.argv[2:])
except SystemExit as ended:
    assert not ended.code, ended.code
with open(sys.argv[1], "w") as file:
    json.dump(opened, file)
"""


@pytest.mark.parametrize("command", READS)
def test_shapes_vocabulary_and_rules_are_read_once(command: str, tmp_path: Path) -> None:
    report = tmp_path / "opened.json"
    out = ["--no-site", "--out", str(tmp_path / "public")] if command == "build" else []
    subprocess.run(
        [sys.executable, "-c", _COUNTED, str(report), command, str(SMALL), *out],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    opened = {Path(name): number for name, number in json.loads(report.read_text("utf-8")).items()}
    ontology = ROOT / "ontology"
    found = {path.name: number for path, number in opened.items() if path.parent == ontology}
    rules = opened[ROOT / "src/linkedproj/model/rules.toml"]
    assert found | {"rules.toml": rules} == READS[command]
    profiles = {path: number for path, number in opened.items() if ontology / "profiles" in path.parents}
    assert set(profiles.values()) == {1}
