"""The whole road: tables, checks, dumps."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.check import Findings, Setup, check
from linkedproj.config import load_config
from linkedproj.csvtables import write_tables
from linkedproj.emission import Dump
from linkedproj.errors import DataError
from linkedproj.paths import shipped
from linkedproj.query import local
from linkedproj.query.publish import publish
from linkedproj.query.saved import read_queries
from linkedproj.release import Published, Release
from linkedproj.rules import Severity, load_rules
from linkedproj.writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyoxigraph as ox

    from linkedproj.schema import Schema


@dataclass(frozen=True)
class Built:
    """A release as it was published: where, which files, and what was found on the way.

    `queries` is the folder in which so many (`asked`) saved queries lie with their answers.
    """

    folder: Path
    latest: Path
    files: tuple[Published, ...]
    findings: Findings
    queries: Path
    asked: int


def check_folder(folder: Path, sources: Path | None = None, tell: Callable[[str], None] = lambda _: None) -> Findings:
    """Check the portfolio in a folder; nothing is written.

    Raises:
        SetupError: portfolio.toml, the ontology or the folder of sources cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        return check(_setup(folder, Path(scratch), sources), tell=tell)


def build(folder: Path, out: Path, sources: Path | None = None, tell: Callable[[str], None] = lambda _: None) -> Built:
    """Check the portfolio in a folder and publish its dumps and the answers to the saved queries under `out`.

    `tell` hears what is being done. Whatever is raised, `out` is as it was.

    Raises:
        DataError: the records are not sound.
        QueryError: a saved query cannot be run.
        SetupError: portfolio.toml, the ontology or the folder of sources cannot be used.
    """
    config = load_config(folder, shown_as(folder))
    queries = read_queries(shipped("queries"))
    with Release(out, config.version) as release, tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        setup = _setup(folder, Path(scratch), sources)
        findings = check(setup, lambda schema: _open_dumps(release.folder, schema), tell)
        _refuse_unsound(findings, setup)
        tell("writing the tables")
        write_tables(findings.portfolio, release.folder)
        _copy_ontology(setup.ontology, release.folder, findings.portfolio.schema)
        tell("answering the saved queries")
        context = findings.portfolio.schema.context
        publish(_load(setup), queries, release.beside("query"), context, config.version)
        tell("compressing and publishing")
        files = tuple(release.publish())
        dumps = release.root
        return Built(dumps / config.version, dumps / "latest", files, findings, out / "query", len(queries))


def load_store(folder: Path) -> ox.Store:
    """Read the portfolio in a folder into a store, with its evidence and the vocabulary, to be queried.

    Raises:
        DataError: the records are not sound.
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        setup = _setup(folder, Path(scratch), None)
        _refuse_unsound(check(setup), setup)
        return _load(setup)


def shown_as(folder: Path) -> str:
    """Name a folder as people call it: by its path from here, where that is shorter."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()


def _setup(folder: Path, scratch: Path, sources: Path | None) -> Setup:
    return Setup(folder, shown_as(folder), shipped("ontology"), scratch, sources)


def _load(setup: Setup) -> ox.Store:
    """Load what a check wrote, and the vocabulary, as the dumps hold it."""
    records = (setup.scratch / "records.nt", setup.scratch / "evidence.nt")
    return local.load([*records, setup.ontology / "linkedproj.ttl"])


def _open_dumps(folder: Path, schema: Schema) -> Sequence[Dump]:
    dumps = [Dump(folder / f"portfolio{form.suffix}", name, schema) for name, form in FORMATS.items()]
    return [*dumps, Dump(folder / "evidence.ttl", "turtle", schema, supporting=True)]


def _refuse_unsound(findings: Findings, setup: Setup) -> None:
    rules = load_rules(setup.ontology / "shapes.ttl", "ontology/shapes.ttl")
    if any(rules.severity(problem) is Severity.VIOLATION for problem in findings.problems):
        raise DataError(findings.problems, findings)


def _copy_ontology(ontology: Path, folder: Path, schema: Schema) -> None:
    """Publish the vocabulary, the rules and the context beside the records they explain."""
    shutil.copyfile(ontology / "linkedproj.ttl", folder / "vocabulary.ttl")
    shutil.copyfile(ontology / "shapes.ttl", folder / "shapes.ttl")
    context = json.dumps(schema.context.document, ensure_ascii=False, indent=1) + "\n"
    (folder / "context.jsonld").write_text(context, "utf-8", newline="\n")
