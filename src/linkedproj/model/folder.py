"""A portfolio's folder as it is opened: its settings, and what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.model.paths import shipped
from linkedproj.model.schema import load_schema
from linkedproj.model.settings import load_config, refuse_unknown_columns

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

    @property
    def shapes(self) -> Path:
        """The rules about values and records."""
        return self.ontology / "shapes.ttl"

    @property
    def vocabulary(self) -> Path:
        """What the terms mean."""
        return self.ontology / "linkedproj.ttl"


def open_folder(path: Path, ontology: Path | None = None) -> Folder:
    """Read the settings of a portfolio's folder, and the ontology (the shipped one, if none is given).

    Raises:
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    shown, ontology = shown_as(path), ontology or shipped("ontology")
    config = load_config(path, shown)
    schema = load_schema(ontology, config.base)
    refuse_unknown_columns(config, schema)
    return Folder(path, shown, config, ontology, schema)


def shown_as(folder: Path) -> str:
    """Name a folder as people call it: by its path from here, where that is shorter."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()
