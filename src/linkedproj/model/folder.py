"""A portfolio's folder as it is opened: its settings, and what its columns mean."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.model.copies import read_schemes
from linkedproj.model.dataset import class_of
from linkedproj.model.ontology import NAME, Ontology, open_ontology, refuse_recomputed
from linkedproj.model.paths import current_portfolio, shipped, within
from linkedproj.model.policy import policy_shapes, policy_wants
from linkedproj.model.schema import load_schema, with_shapes
from linkedproj.model.settings import DRAFT, load_config, refuse_unknown_columns
from linkedproj.model.shapes import SECTION, read_shapes, widened

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
    rules: RulesInForce

    @property
    def ontology(self) -> Path:
        """The folder of context, vocabulary, shapes and profiles: the product's, and what the portfolio adds."""
        return self.in_force.path

    @property
    def shapes(self) -> Path:
        """The rules about values and records: those of the ontology, and what the portfolio requires."""
        return self.rules.path

    @property
    def drafted(self) -> Folder:
        """The folder as a draft of it is built: its dumps say that they are one."""
        return replace(self, config=replace(self.config, version=self.config.version + DRAFT))

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
    """Read the settings of a portfolio's folder, and the ontology (the shipped one, if none is given) with its own.

    Raises:
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    shown, product = shown_as(path), ontology or shipped("ontology")
    config = load_config(path, shown)
    in_force = open_ontology(product, path, shown, config.base)
    plain = load_schema(in_force.path, config.base)
    if in_force.path != product:
        refuse_recomputed(load_schema(product, config.base), plain, shown)
    refuse_unknown_columns(config, plain)
    schemes = read_schemes(path, config, plain.context.prefixes, plain.authorities) if config.schemes else {}
    shapes = read_shapes(in_force.path / "shapes.ttl", "ontology/shapes.ttl")
    required = policy_shapes(config, plain, shapes)
    config_file = within(shown, "portfolio.toml")
    text = f"{shapes.text_of_file.rstrip()}\n{SECTION}{config_file}\n{required}"
    own = {kind.iri: class_of(plain.base, name) for name, kind in plain.types.items()}
    rules = RulesInForce(widened(text, own))
    # Other processes count what is wanted: they get it as plain data, without the nodes of a graph.
    wanted = policy_wants(config, plain, shapes).items()
    wants = {name: tuple(replace(want, shape=None) for want in listed) for name, listed in wanted}
    schema = replace(with_shapes(plain, in_force.path, rules.path), wants=wants).with_schemes(schemes)
    return Folder(path, shown, config, in_force, schema, rules)


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
