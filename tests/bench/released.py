"""A made-up portfolio as the folder of a release, as far as queries read it: RDF, tables in Parquet, vocabulary."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

from linkedproj.model.paths import shipped
from linkedproj.model.schema import load_schema
from linkedproj.model.settings import load_config

from .generate import generate
from .ours import ours

if TYPE_CHECKING:
    from pathlib import Path


def release(folder: Path, projects: int) -> Path:
    """Make up so many projects below a folder; give the folder of their release."""
    generate(folder / "tables", projects)
    ours(folder / "tables")
    out = folder / "release"
    out.mkdir()
    (folder / "tables/ours.nt").replace(out / "portfolio.nt")
    (out / "evidence.ttl").write_text("", "utf-8")  # the made-up records say nothing of where they come from
    shutil.copyfile(shipped("ontology") / "linkedproj.ttl", out / "vocabulary.ttl")
    schema = load_schema(shipped("ontology"), load_config(folder / "tables", "tables").base)
    (out / "context.jsonld").write_text(json.dumps(schema.context.document), "utf-8")
    for table in (folder / "tables").glob("*.csv"):
        shutil.copyfile(table, out / table.name)
        _write_parquet(table, out / f"{table.stem}.parquet")
    return out


def _write_parquet(table: Path, out: Path) -> None:
    """Write a table as a release has it: cells as text, an empty one as null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with table.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    cells = zip(*rows, strict=True)
    columns = {name: pa.array([cell or None for cell in column]) for name, column in zip(header, cells, strict=True)}
    pq.write_table(pa.table(columns), out)
