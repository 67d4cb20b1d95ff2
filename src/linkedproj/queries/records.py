"""The records themselves as data to ask, before anything is published."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.check.portfolio import check, is_sound, map_statements
from linkedproj.mapping.runners.resources import Resources
from linkedproj.model.errors import DataError
from linkedproj.model.folder import open_folder
from linkedproj.queries.ask import local
from linkedproj.queries.ask.sources import StoreSource

if TYPE_CHECKING:
    import pyoxigraph as ox


def load_records(path: Path) -> ox.Store:
    """Read the portfolio in a folder into a store, with its evidence and the vocabulary, to be asked.

    Raises:
        DataError: the records are not sound.
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    folder = open_folder(path)
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        mapped = map_statements(folder, Path(scratch), Resources())
        findings = check(folder, mapped)
        if not is_sound(findings):
            raise DataError(findings.problems, findings)
        return local.load([*mapped.statements, folder.vocabulary])


def records_source(path: Path) -> StoreSource:
    """Return the tables in a folder as a source of answers; they are mapped when it is first asked.

    Raises:
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    base = open_folder(path).config.base + "id/"
    return StoreSource(lambda: load_records(path), lambda: base)
