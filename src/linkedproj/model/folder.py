"""A portfolio's folder as it is opened: its settings, and what its columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.model.ontology import NAME, Ontology, open_ontology, refuse_recomputed
from linkedproj.model.paths import current_portfolio, shipped
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
    in_force: Ontology
    schema: Schema

    @property
    def ontology(self) -> Path:
        """The folder of context, vocabulary, shapes and profiles: the product's, and what the portfolio adds."""
        return self.in_force.path

    @property
    def shapes(self) -> Path:
        """The rules about values and records."""
        return self.ontology / "shapes.ttl"

    @property
    def vocabulary(self) -> Path:
        """What the terms mean."""
        return self.ontology / "linkedproj.ttl"


def open_folder(path: Path, ontology: Path | None = None) -> Folder:
    """Read the settings of a portfolio's folder, and the ontology (the shipped one, if none is given) with its own.

    Raises:
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    shown, product = shown_as(path), ontology or shipped("ontology")
    config = load_config(path, shown)
    in_force = open_ontology(product, path, shown, config.base)
    schema = load_schema(in_force.path, config.base)
    if in_force.path != product:
        refuse_recomputed(load_schema(product, config.base), schema, shown)
    refuse_unknown_columns(config, schema)
    return Folder(path, shown, config, in_force, schema)


def current_ontology() -> Ontology:
    """Return the ontology in force where a command is run: that of the portfolio there, else the product's.

    Raises:
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    product, portfolio = shipped("ontology"), current_portfolio()
    if portfolio is None or not (portfolio / NAME).is_dir():
        return Ontology(product)
    return open_folder(portfolio).in_force


def shown_as(folder: Path) -> str:
    """Name a folder as people call it: by its path from here, where that is shorter."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()
