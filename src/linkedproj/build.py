"""The whole road, in the steps that a person would name: map, check, describe, answer, compare, publish."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.catalog import write_catalogue
from linkedproj.catalog.facts import facts_of
from linkedproj.changes import publish_changes
from linkedproj.changes.words import column, kind_name
from linkedproj.check.engine import chosen
from linkedproj.check.engines import REFERENCE
from linkedproj.check.portfolio import Findings, check, is_sound, judging
from linkedproj.mapping.parts import TABLE, Output
from linkedproj.mapping.runners import opened
from linkedproj.mapping.runners.resources import Resources
from linkedproj.mapping.tables import map_tables
from linkedproj.model.dataset import targets
from linkedproj.model.errors import DataError, SetupError
from linkedproj.model.folder import Folder, open_folder
from linkedproj.model.languages import spoken
from linkedproj.model.localised import localised
from linkedproj.model.settings import DRAFT, is_version
from linkedproj.model.shapes import retargeted, without_sections
from linkedproj.queries.published.publish import PublishedQueries, publish
from linkedproj.queries.saved.collection import Collection
from linkedproj.queries.saved.strays import stray_defaults
from linkedproj.release import Published, Release
from linkedproj.release.staging import LATEST, QUERIES
from linkedproj.release.tree import refuse_place
from linkedproj.system.caches import kept_in
from linkedproj.writers import FORMATS
from linkedproj.writers.described import Words, publish_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Collection as Values
    from pathlib import Path

    from linkedproj.catalog.facts import ReleaseFacts
    from linkedproj.mapping.tables import Mapped
    from linkedproj.model.errors import Problem
    from linkedproj.pages.site import Written
    from linkedproj.queries.saved.collection import SavedQuery
    from linkedproj.tables.portfolio import Portfolio

    Tell = Callable[[str], None]

_ALL = Resources()
VOCABULARY = "vocabulary.ttl"


@dataclass(frozen=True)
class Built:
    """What was published: where, which files, and what was found on the way.

    `latest` is the folder of the newest release, or of the draft while there is none; `leads` tells whether it holds
    this build. `queries` is the folder in which saved queries lie with their answers, `answered` says which. `head`
    stands for a new release and all before it. `gaps` are what portals miss, `unexplained` records of the release
    before ("project/chebec") that are gone without a word, `pages` how much was written for people, if it was.
    """

    version: str
    is_draft: bool
    leads: bool
    folder: Path
    latest: Path
    files: tuple[Published, ...]
    findings: Findings
    queries: Path
    answered: PublishedQueries
    head: str = ""
    gaps: tuple[Problem, ...] = ()
    unexplained: tuple[str, ...] = ()
    pages: Written | None = None


def build(  # noqa: PLR0913 - what can be asked of a build, each by its own name
    path: Path,
    out: Path,
    sources: Path | None = None,
    tell: Tell = lambda _: None,
    *,
    release: str = "",
    at: str = "",
    may_shrink: bool = False,
    restored: Values[str] = (),
    engine: str = "auto",
    resources: Resources = _ALL,
    ontology: Path | None = None,
    keep: bool = False,
    site: bool = False,
) -> Built:
    """Check the portfolio in a folder and publish its dumps, catalogue and answers to the saved queries under `out`.

    With `release`, a version, the dumps can never change again; else they are a draft, which leaves everything but
    itself as it is once there is a release. `at` is the instant of the release (a day, or a time with its zone; now,
    if it is not given): all that is published of it is dated by it. `may_shrink` lets a release lose files and records;
    `restored` names records ("project/chebec") that an earlier release lacked and this one has again. `engine` applies
    the shapes, `resources` say which processes map the tables. `ontology` is the folder of context, vocabulary and
    shapes, if it is not the shipped one. With `keep`, a draft judges and asks only what changed since the last run
    that kept what it found. With `site`, pages for people are written as well. `tell` hears what is being done.
    Whatever is raised, `out` is as it was.

    Raises:
        DataError: the records are not sound, or no portal could use the catalogue.
        EngineDisagreement: the reference engine found something else than the one asked for.
        QueryError: a saved query cannot be run.
        ReleaseError: the version is published already with other bytes, its instant is not after that of the last
            release, or too much was lost.
        SetupError: portfolio.toml, the ontology, the folder of sources or the engine cannot be used; the version is no
            name for a release, or `at` no instant; an identifier is used again; a build may not replace `out`.
    """
    if at and not release:
        raise SetupError("a draft has no instant. Name the release with --release, or leave out --at.")
    folder = _versioned(open_folder(path, ontology), release)
    queries = Collection(folder.path, folder.config).read()
    version = folder.config.version
    refuse_place(out.resolve(), folder.path)
    with Release(out, version, tell, at) as staged:
        folder = _dated(folder, staged.instant)
        mapped = _map(folder, staged.folder, staged.scratch, resources, tell)
        findings = check(
            folder, mapped, sources, tell,
            options=judging(path, engine, resources.jobs, keep=keep, for_good=bool(release)),
            further=stray_defaults,
        )  # fmt: skip
        _refuse_unsound(findings)
        files = _describe_dumps(folder, findings, staged, tell, may_shrink=may_shrink)
        answers = staged.scratch / QUERIES
        kept = kept_in("queries", path.resolve()) if keep and not release else None
        answered = _answer(
            folder, mapped, queries, answers, tell, vocabulary=staged.folder / VOCABULARY, kept=kept,
            before=staged.served / QUERIES,
        )  # fmt: skip
        gaps: list[Problem] = []
        unexplained: tuple[str, ...] = ()
        pages = None
        if staged.leads:
            staged.take(answers, f"{QUERIES}/")
            unexplained = _compare(folder, staged, tell, restored=restored)
            tell("describing the release to portals")
            facts = _facts(folder, staged)
            gaps = _describe_release(folder, facts, staged, chosen(engine) if staged.is_draft else REFERENCE)
            _refuse_unsound(replace(findings, problems=(*findings.problems, *gaps)))
            pages = (
                _write_pages(folder, findings.portfolio, facts, staged, tell, keep=keep and not release)
                if site
                else None
            )
        tell("publishing")
        staged.publish(_records(findings))
    dumps = out / "dump"
    return Built(
        version, staged.is_draft, staged.leads, dumps / version, dumps / LATEST, tuple(files), findings,
        out / QUERIES, answered, staged.head, tuple(gaps), unexplained, pages,
    )  # fmt: skip


def _versioned(folder: Folder, release: str) -> Folder:
    """Return the folder with the version of this build in its settings.

    Raises:
        SetupError: the version is no name for a release.
    """
    config = folder.config
    if not release:
        return folder.drafted
    if not is_version(release) or release.endswith(DRAFT):
        raise SetupError(f"'{release}' cannot name a release. Use letters, digits, dots and hyphens, and no '{DRAFT}'.")
    return replace(folder, config=replace(config, version=release))


def _dated(folder: Folder, instant: str) -> Folder:
    """Return the folder with the instant of this release in its settings; a draft has the day that they state."""
    if not instant:
        return folder
    return replace(folder, config=replace(folder.config, portal=replace(folder.config.portal, modified=instant)))


def _records(findings: Findings) -> int:
    return sum(findings.portfolio.counts.values())


def _published(findings: Findings) -> int:
    """Count the records of the portfolio's own dump: sources and evidence are not among them."""
    types = findings.portfolio.schema.types
    return sum(count for name, count in findings.portfolio.counts.items() if not types[name].supporting)


def _map(folder: Folder, dumps: Path, scratch: Path, resources: Resources, tell: Tell) -> Mapped:
    """Map the tables to dumps: a file for each format, a table for each type, and what the shapes are held against."""
    outputs = {Output("evidence", "ntriples", supporting=True): scratch / "evidence.nt"}
    outputs |= {Output(name, name): dumps / f"portfolio{form.suffix}" for name, form in FORMATS.items()}
    outputs |= {
        Output("evidence-turtle", "turtle", supporting=True): dumps / "evidence.ttl",
        Output("tables", TABLE): dumps,
    }
    tell("reading the tables and writing the records")
    parts = scratch / "parts"
    parts.mkdir()
    with opened(resources) as run:
        return map_tables(folder.path, folder.schema, folder.config, folder.shown, parts, outputs, run=run, tell=tell)


def _refuse_unsound(findings: Findings) -> None:
    if not is_sound(findings):
        raise DataError(findings.problems, findings)


def _describe_dumps(
    folder: Folder, findings: Findings, staged: Release, tell: Tell, *, may_shrink: bool
) -> list[Published]:
    """Write what explains the dumps and what is made of them, compress and sum all, and stage what stays as it is.

    Raises:
        ReleaseError: the version is published already with other bytes, or too much was lost.
    """
    tell("writing the tables")
    words = Words(spoken(folder.config.languages), column, kind_name)
    publish_tables(findings.portfolio, folder.config, words, staged.folder, folder.vocabulary)
    _write_rdf_xml(folder, staged.folder)
    _copy_ontology(folder, staged.folder)
    tell("compressing")
    files = staged.seal()
    staged.refuse_loss(_records(findings), _published(findings), may_shrink=may_shrink)
    staged.carry_over()
    return files


def _write_rdf_xml(folder: Folder, dumps: Path) -> None:
    triples = (quad.triple for quad in ox.parse(path=dumps / "portfolio.nt", format=ox.RdfFormat.N_TRIPLES))
    prefixes = dict(folder.schema.context.prefixes)
    ox.serialize(triples, dumps / "portfolio.rdf", format=ox.RdfFormat.RDF_XML, prefixes=prefixes)


def _copy_ontology(folder: Folder, dumps: Path) -> None:
    """Publish the vocabulary, the rules and the context beside the records they explain."""
    for source, name in ((folder.vocabulary, VOCABULARY), (folder.shapes, "shapes.ttl")):
        text = localised(without_sections(source.read_text("utf-8")), folder.config.languages)
        if source == folder.shapes:
            # What others say of their own places and projects is not held against our rules.
            text = retargeted(text, targets(folder.schema.base, folder.schema.types.values()))
        (dumps / name).write_text(text, "utf-8", newline="")
    context = json.dumps(folder.schema.context.document, ensure_ascii=False, indent=1) + "\n"
    (dumps / "context.jsonld").write_text(context, "utf-8", newline="\n")


def _answer(  # noqa: PLR0913 - what is asked, of what, and where the answers go
    folder: Folder,
    mapped: Mapped,
    queries: Mapping[str, SavedQuery],
    answers: Path,
    tell: Tell,
    *,
    vocabulary: Path,
    kept: Path | None,
    before: Path,
) -> PublishedQueries:
    """Write the answers to the saved queries; those beside a draft are only to know that they can be given."""
    tell("answering the saved queries")
    answers.mkdir(exist_ok=True)
    data = [*mapped.statements, vocabulary]
    version, context = folder.config.version, folder.schema.context
    return publish(data, queries, answers, context, version, kept=kept, before=before)


def _compare(folder: Folder, staged: Release, tell: Tell, *, restored: Values[str]) -> tuple[str, ...]:
    """Write what changed since the release before, if this is a new release; return what is gone without a word."""
    if staged.is_draft or staged.is_known:
        return ()
    config, before = folder.config, staged.before
    tell("comparing with the release before")
    return publish_changes(
        staged.root / "dump" / before.version if before else None,
        staged.folder,
        staged.root,
        version=config.version,
        previous=before.version if before else "",
        issued=config.portal.modified,
        base=config.base,
        languages=config.languages,
        publisher=config.portal.publisher.name,
        restored=[f"{config.base}id/{record}" for record in restored],
        ontology=folder.ontology,
    ).unexplained


def _facts(folder: Folder, staged: Release) -> ReleaseFacts:
    """Measure what is staged, as portals and readers are told of it."""
    config, before = folder.config, staged.before
    versions = [(issue.version, issue.instant or issue.issued) for issue in staged.history]
    if not staged.is_known:
        versions.append((config.version, config.portal.modified or config.portal.issued))
    latest = staged.root / "dump" / LATEST
    return facts_of(latest, config, folder.schema, before.version if before else "", versions, has_queries=True)


def _write_pages(  # noqa: PLR0913 - of what pages are made, and where they go
    folder: Folder, tables: Portfolio, facts: ReleaseFacts, staged: Release, tell: Tell, *, keep: bool
) -> Written:
    """Write the pages for people from what is staged."""
    from linkedproj.pages.site import Kept, Site, Sources

    tell("writing the pages")
    latest = staged.root / "dump" / LATEST
    described = staged.root / "dataset.jsonld"
    sources = Sources(latest, staged.scratch / "evidence.nt", staged.root / QUERIES, described, tables)
    kept = kept_in("pages", folder.path.resolve(), staged.served) if keep else None
    found: list[Written] = []
    staged.add(lambda made: found.append(Site(folder, sources, facts, Kept(made, staged.served, kept)).write()))
    return found[0]


def _describe_release(folder: Folder, facts: ReleaseFacts, staged: Release, engine: str) -> list[Problem]:
    """Write the catalogue; return what portals miss in it, as a SHACL engine finds it."""
    gaps: list[Problem] = []
    staged.add(lambda made: gaps.extend(write_catalogue(facts, folder.config, folder.ontology, made, engine)))
    return gaps
