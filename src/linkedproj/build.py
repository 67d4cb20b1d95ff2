"""The whole road: tables, checks, dumps."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.catalog import write_catalogue
from linkedproj.catalog.facts import facts_of
from linkedproj.changes import publish_changes
from linkedproj.changes.words import LANGUAGES, column, kind_name
from linkedproj.check.judge import Options
from linkedproj.check.portfolio import Findings, Setup, check
from linkedproj.mapping.parts import TABLE, Output
from linkedproj.mapping.runners import Resources
from linkedproj.model.errors import DataError, SetupError
from linkedproj.model.paths import shipped
from linkedproj.model.rules import Severity, load_rules
from linkedproj.model.settings import is_version, load_config
from linkedproj.queries.ask import local
from linkedproj.queries.published.publish import publish
from linkedproj.queries.saved.collection import read_queries
from linkedproj.release import Published, Release
from linkedproj.release.staging import DRAFT, LATEST, QUERIES
from linkedproj.writers import FORMATS
from linkedproj.writers.described import Words, publish_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from linkedproj.model.errors import Problem
    from linkedproj.model.schema import Schema
    from linkedproj.model.settings import Config
    from linkedproj.queries.saved.collection import SavedQuery

_ALL = Resources()
_LONG = 32 << 20


@dataclass(frozen=True)
class Built:
    """What was published: where, which files, and what was found on the way.

    `latest` is the folder of the newest release, or of the draft while there is none; `leads` tells whether it holds
    this build. `queries` is the folder in which so many (`asked`) saved queries lie with their answers. `gaps` are
    what portals miss.
    """

    version: str
    is_draft: bool
    leads: bool
    folder: Path
    latest: Path
    files: tuple[Published, ...]
    findings: Findings
    queries: Path
    asked: int
    gaps: tuple[Problem, ...] = ()


def check_folder(  # noqa: PLR0913 - what can be asked of a check, each by its own name
    folder: Path,
    sources: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    *,
    engine: str = "auto",
    resources: Resources = _ALL,
    ontology: Path | None = None,
) -> Findings:
    """Check the portfolio in a folder by a SHACL engine (see `linkedproj.check.judge`); nothing is written.

    `resources` say which processes map the tables. `ontology` is the folder of context, vocabulary and shapes, if it is
    not the shipped one.

    Raises:
        EngineDisagreement: the reference engine found something else.
        SetupError: portfolio.toml, the ontology, the folder of sources or the engine cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        setup = _setup(folder, Path(scratch), sources, engine, ontology)
        return check(replace(setup, resources=resources), tell=tell)


def build(  # noqa: PLR0913 - what can be asked of a build, each by its own name
    folder: Path,
    out: Path,
    sources: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
    *,
    release: str = "",
    may_shrink: bool = False,
    restored: Collection[str] = (),
    engine: str = "auto",
    resources: Resources = _ALL,
    ontology: Path | None = None,
) -> Built:
    """Check the portfolio in a folder and publish its dumps, catalogue and answers to the saved queries under `out`.

    With `release`, a version, the dumps can never change again; else they are a draft, which leaves everything but
    itself as it is once there is a release. `may_shrink` lets a release lose files and records; `restored`
    names records ("project/chebec") that an earlier release lacked and this one has again. `engine` applies the
    shapes, `resources` say which processes map the tables. `ontology` is the folder of context, vocabulary and shapes,
    if it is not the shipped one. `tell` hears what is being done. Whatever is raised, `out` is as it was.

    Raises:
        DataError: the records are not sound, or no portal could use the catalogue.
        EngineDisagreement: the reference engine found something else than the one asked for.
        QueryError: a saved query cannot be run.
        ReleaseError: the version is published already with other bytes, or too much was lost.
        SetupError: portfolio.toml, the ontology, the folder of sources or the engine cannot be used; the version is no
            name for a release, or has no day; an identifier is used again.
    """
    config = _versioned(load_config(folder, shown_as(folder)), release)
    queries = read_queries(shipped("queries"))
    with Release(out, config.version, tell) as staged, tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        setup = _setup(folder, Path(scratch), sources, engine, ontology)
        setup = replace(setup, resources=resources, kept=staged.parts if _is_long(folder) else None)
        findings = check(setup, _dumps(staged.folder), tell)
        _refuse_unsound(findings, setup)
        tell("writing the tables")
        _write_further(findings, config, staged.folder)
        _copy_ontology(setup.ontology, staged.folder, findings.portfolio.schema)
        tell("compressing")
        files, records = staged.seal(), sum(findings.portfolio.counts.values())
        staged.refuse_loss(records, may_shrink=may_shrink)
        staged.carry_over()
        tell("answering the saved queries")
        answers = staged.beside(QUERIES) if staged.leads else Path(scratch, QUERIES)
        _answer(findings, setup, queries, answers, config, tables=staged.folder)
        gaps = _describe(staged, config, setup, findings, restored=restored, tell=tell) if staged.leads else []
        tell("publishing")
        staged.publish(_day(config), records)
    dumps = out / "dump"
    return Built(
        config.version, staged.is_draft, staged.leads, dumps / config.version, dumps / LATEST, tuple(files), findings,
        out / QUERIES, len(queries), tuple(gaps),
    )  # fmt: skip


def _write_further(findings: Findings, config: Config, folder: Path) -> None:
    """Write the forms that are made of others: the tables, and RDF/XML of the N-Triples."""
    languages = tuple(code for code in config.languages if code in LANGUAGES) or ("en",)
    publish_tables(findings.portfolio, config, Words(languages, column, kind_name), folder)
    triples = (quad.triple for quad in ox.parse(path=folder / "portfolio.nt", format=ox.RdfFormat.N_TRIPLES))
    prefixes = dict(findings.portfolio.schema.context.prefixes)
    ox.serialize(triples, folder / "portfolio.rdf", format=ox.RdfFormat.RDF_XML, prefixes=prefixes)


def _versioned(config: Config, release: str) -> Config:
    """Give the settings the version of this build.

    Raises:
        SetupError: the version is no name for a release, or has no day.
    """
    if not release:
        return replace(config, version=config.version + DRAFT)
    if not is_version(release) or release.endswith(DRAFT):
        raise SetupError(f"'{release}' cannot name a release. Use letters, digits, dots and hyphens, and no '{DRAFT}'.")
    if not _day(config):
        place = config.places.get("")
        raise SetupError("a release needs its day. Write it as 'issued' or 'modified', such as 2026-11-21.", place)
    return replace(config, version=release)


def _day(config: Config) -> str:
    return config.portal.modified or config.portal.issued


def _answer(  # noqa: PLR0913 - what a release is, and where its answers go
    findings: Findings,
    setup: Setup,
    queries: Mapping[str, SavedQuery],
    folder: Path,
    config: Config,
    *,
    tables: Path,
) -> None:
    """Write the answers to the saved queries; those beside a draft are only to know that they can be given."""
    folder.mkdir(exist_ok=True)
    data = [*findings.nodes, setup.ontology / "linkedproj.ttl"]
    publish(data, queries, folder, findings.portfolio.schema.context, config.version, tables=tables)


def _describe(  # noqa: PLR0913 - what a build knows at its end
    staged: Release,
    config: Config,
    setup: Setup,
    findings: Findings,
    *,
    restored: Collection[str],
    tell: Callable[[str], None],
) -> list[Problem]:
    """Write what changed, and the catalogue; give what portals miss."""
    before = staged.before
    if not staged.is_draft and not staged.is_known:
        tell("comparing with the release before")
        publish_changes(
            staged.root / "dump" / before.version if before else None,
            staged.folder,
            staged.root,
            version=config.version,
            previous=before.version if before else "",
            issued=_day(config),
            base=config.base,
            languages=config.languages,
            publisher=config.portal.publisher.name,
            restored=[f"{config.base}id/{record}" for record in restored],
            ontology=setup.ontology,
        )
    tell("describing the release to portals")
    versions = [(issue.version, issue.issued) for issue in staged.history if issue.version != config.version]
    versions.append((config.version, _day(config)))
    latest = staged.root / "dump" / LATEST
    facts = facts_of(
        latest, config, findings.portfolio.schema, before.version if before else "", versions, has_queries=True
    )
    gaps: list[Problem] = []
    staged.add(lambda folder: gaps.extend(write_catalogue(facts, config, setup.ontology, folder)))
    _refuse_unsound(replace(findings, problems=(*findings.problems, *gaps)), setup)
    return gaps


def load_store(folder: Path) -> ox.Store:
    """Read the portfolio in a folder into a store, with its evidence and the vocabulary, to be queried.

    Raises:
        DataError: the records are not sound.
        SetupError: portfolio.toml or the ontology cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch:
        setup = _setup(folder, Path(scratch), None)
        findings = check(setup)
        _refuse_unsound(findings, setup)
        return _load(findings, setup)


def shown_as(folder: Path) -> str:
    """Name a folder as people call it: by its path from here, where that is shorter."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()


def _setup(
    folder: Path, scratch: Path, sources: Path | None, engine: str = "auto", ontology: Path | None = None
) -> Setup:
    return Setup(folder, shown_as(folder), ontology or shipped("ontology"), scratch, sources, Options(engine))


def _load(findings: Findings, setup: Setup) -> ox.Store:
    """Load what a check wrote, and the vocabulary, as the dumps hold it."""
    return local.load([*findings.nodes, setup.ontology / "linkedproj.ttl"])


def _is_long(folder: Path) -> bool:
    """Tell whether there is so much to map that it should not be lost when the build is killed."""
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) >= _LONG


def _dumps(folder: Path) -> dict[Output, Path]:
    """Name what is written of the records: a file for each format, a table for each type."""
    dumps = {Output(name, name): folder / f"portfolio{form.suffix}" for name, form in FORMATS.items()}
    dumps[Output("evidence-turtle", "turtle", supporting=True)] = folder / "evidence.ttl"
    return {**dumps, Output("tables", TABLE): folder}


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
