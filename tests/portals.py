"""What the tests of catalogue and rating share: a published folder, made for any settings of the curator's block."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.catalog import write_catalogue
from linkedproj.catalog.facts import facts_of
from linkedproj.model.schema import load_schema
from linkedproj.model.settings import load_config

if TYPE_CHECKING:
    from linkedproj.catalog.facts import ReleaseFacts
    from linkedproj.model.errors import Problem
    from linkedproj.model.settings import Config

ROOT = Path(__file__).parents[1]
ONTOLOGY = ROOT / "ontology"
SHARED = ROOT.parent / "shared" / "shapes"
GIVEN = {
    "publisher": 'dir3 = "L01080193"',
    "contact": 'email = "opendata@example.org"\ntelephone = "+34-000-000-000"',
}
"""What only a person can give, made up: lines under a table of portfolio.toml."""


def settings(folder: Path, lines: dict[str, str] | None = None, **top: str) -> Config:
    """Read the shipped portfolio.toml with more lines under its tables and other settings at its top."""
    text = (ROOT / "data/portfolio.toml").read_text("utf-8")
    for key, value in top.items():
        text = re.sub(rf"^{key} = .*\n", "", text, flags=re.MULTILINE)
        text = f"{key} = {value}\n{text}" if value else text
    for table, more in (lines or {}).items():
        text = text.replace(f"[{table}]\n", f"[{table}]\n{more}\n")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "portfolio.toml").write_text(text, "utf-8")
    return load_config(folder, "data")


def publish(release: Path, public: Path, config: Config, ontology: Path = ONTOLOGY) -> list[Problem]:
    """Put the dumps of a release and its catalogue into a public folder; give what the profiles miss.

    Parquet is left out: it is there with an extra only, and the lists by which portals score formats lack it.
    """
    parquet = shutil.ignore_patterns("*.parquet")
    shutil.copytree(release, public / "dump" / "latest", dirs_exist_ok=True, ignore=parquet)
    return write_catalogue(facts(public / "dump" / "latest", config), config, ontology, public)


def facts(release: Path, config: Config) -> ReleaseFacts:
    """Take the facts of a release with two versions, and notes."""
    schema = load_schema(ONTOLOGY, config.base)
    return facts_of(release, config, schema, "2026.10.0", [("2026.10.0", "2026-10-01"), (config.version, "2026-11-21")])
