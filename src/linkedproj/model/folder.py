"""A portfolio's folder as it is opened: its settings, and what its columns mean."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.model.paths import shipped
from linkedproj.model.policy import policy_shapes, policy_wants
from linkedproj.model.schema import load_schema
from linkedproj.model.settings import load_config, refuse_unknown_columns
from linkedproj.model.shapes import read_shapes

if TYPE_CHECKING:
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config


@dataclass(frozen=True)
class Folder:
    """A portfolio's folder, `shown` as people call it, with its settings and the ontology that explains its tables."""

    path: Path
    shown: str
    config: Config
    ontology: Path
    schema: Schema
    rules: RulesInForce

    @property
    def shapes(self) -> Path:
        """The rules about values and records: those of the ontology, and what the portfolio requires."""
        return self.rules.path

    @property
    def vocabulary(self) -> Path:
        """What the terms mean."""
        return self.ontology / "linkedproj.ttl"


class RulesInForce:
    """A file of shapes made for one portfolio, which lasts as long as this object."""

    def __init__(self, text: str) -> None:
        scratch = Path(tempfile.mkdtemp(prefix="linkedproj-"))
        weakref.finalize(self, shutil.rmtree, scratch, ignore_errors=True)
        self.path = scratch / "shapes.ttl"
        self.path.write_text(text, "utf-8", newline="")


def open_folder(path: Path, ontology: Path | None = None) -> Folder:
    """Read the settings of a portfolio's folder, and the ontology (the shipped one, if none is given).

    Raises:
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    shown, ontology = shown_as(path), ontology or shipped("ontology")
    config = load_config(path, shown)
    plain = load_schema(ontology, config.base)
    refuse_unknown_columns(config, plain)
    shapes = read_shapes(ontology / "shapes.ttl", "ontology/shapes.ttl")
    rules = RulesInForce(shapes.text_of_file + policy_shapes(config, plain, shapes))
    schema = replace(load_schema(ontology, config.base, rules.path), wants=policy_wants(config, plain, shapes))
    return Folder(path, shown, config, ontology, schema, rules)


def shown_as(folder: Path) -> str:
    """Name a folder as people call it: by its path from here, where that is shorter."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()
