"""The release as portals, search engines and people who cite it want it described.

Every file but two comes of a profile in `ontology/profiles/`: its query says what the file holds, its shapes what must
be there. A profile that lacks something is left out, and what it lacks is told.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from linkedproj.catalog.citation import citation, datacite
from linkedproj.catalog.gaps import judge
from linkedproj.catalog.graph import release_graph
from linkedproj.catalog.profile import Profile, describe, language_tags, profile_names, read_profile
from linkedproj.catalog.serialise import SYNTAXES, Graph
from linkedproj.catalog.sitemap import robots, sitemap
from linkedproj.check.engine import Validator
from linkedproj.check.engines import REFERENCE
from linkedproj.model.errors import Place, Problem
from linkedproj.model.languages import primary
from linkedproj.model.schema import load_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    import pyoxigraph as ox

    from linkedproj.catalog.facts import ReleaseFacts
    from linkedproj.model.settings import Config

    # A graph, the profiles that are kept in it, and what is missing.
    _Settled = tuple[set[ox.Triple], list[Profile], list[Problem]]

__all__ = ["write_catalogue"]


def write_catalogue(
    release: ReleaseFacts, config: Config, ontology: Path, folder: Path, engine: str = REFERENCE
) -> list[Problem]:
    """Write what the profiles in portfolio.toml ask for into the public root `folder`; tell what they still miss.

    A SHACL engine judges that.

    A profile with a gap is left out, which is a warning as long as another one writes the same files. Nothing is
    written without a profile.

    Raises:
        SetupError: a profile cannot be read, or its query makes no graph.
    """
    known = profile_names(ontology)
    problems = [_unknown(name, known, config) for name in config.portal.profiles if name not in known]
    profiles = _with_needs([name for name in config.portal.profiles if name in known], ontology)
    if not profiles:
        return problems
    facts = release_graph(release, config, load_schema(ontology, config.base), ontology)
    problems += [*_unmapped(release, config), *_unlisted(profiles, config)]
    written: list[str] = []
    groups = [[p for p in profiles if p.files == files] for files in dict.fromkeys(p.files for p in profiles)]
    for graph, kept, gaps in _all_settled(groups, facts, config, engine):
        problems += gaps
        if kept:
            _write(graph, kept, config, folder)
            written += kept[0].files
    _write_text(folder / "CITATION.cff", citation(release, config))
    _write_text(folder / "datacite.json", datacite(release, config))
    pages = [*written, *(file.path for file in release.files), *(["query/"] if release.has_queries else [])]
    _write_text(folder / "sitemap.xml", sitemap(config.base, pages, release.modified))
    _write_text(folder / "robots.txt", robots(config.base))
    return problems


def _with_needs(names: Iterable[str], ontology: Path) -> list[Profile]:
    """Read profiles, each after those that it adds to."""
    found: dict[str, Profile] = {}
    for name in names:
        profile = read_profile(ontology, name)
        for needed in profile.needs:
            found.setdefault(needed, read_profile(ontology, needed))
        found.setdefault(name, profile)
    return list(found.values())


def _all_settled(
    groups: Sequence[Sequence[Profile]], facts: Collection[ox.Triple], config: Config, engine: str
) -> list[_Settled]:
    """Settle groups of profiles: each in a process of its own, unless the engine takes no longer than that to start."""
    if engine != REFERENCE:
        with Validator(engine) as validator:
            return [_settle(group, facts, config, validator) for group in groups]

    def settle(group: Sequence[Profile]) -> _Settled:
        with Validator() as validator:
            return _settle(group, facts, config, validator)

    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(settle, groups))


def _settle(
    profiles: Sequence[Profile], facts: Collection[ox.Triple], config: Config, validator: Validator
) -> _Settled:
    """Leave out the profiles that miss something until the rest is sound; return graph, rest and gaps."""
    kept, gaps = list(profiles), list[Problem]()
    while kept:
        graph = describe(kept, facts, config.base, config.languages)
        found = judge(graph, kept, config.places, validator)
        faulty = {problem.values.get("profile", "") for problem in found if _is_violation(problem)}
        if not faulty:
            return graph, kept, gaps + found
        left = [profile for profile in kept if profile.name not in faulty and faulty.isdisjoint(profile.needs)]
        # With nothing left there is nothing to publish: only then does a gap stop the build.
        gaps += [
            _left_out(problem, bool(left)) for problem in found if problem.values.get("profile") in faulty | {None}
        ]
        kept = left if len(left) < len(kept) else []
    return set(), [], gaps


def _is_violation(problem: Problem) -> bool:
    return problem.values.get("severity", "violation") == "violation"


def _left_out(problem: Problem, is_bearable: bool) -> Problem:  # noqa: FBT001 - the one thing it depends on
    return replace(problem, values={**problem.values, "severity": "warning"}) if is_bearable else problem


def _unknown(name: str, known: Iterable[str], config: Config) -> Problem:
    return Problem("LP-PORTAL-PROFILE", _place(config, "profiles"), "", "profiles", name, {"known": ", ".join(known)})


def _unmapped(release: ReleaseFacts, config: Config) -> list[Problem]:
    """Name the policy themes that no portal would know."""
    return [
        Problem("LP-PORTAL-THEME", _place(config, "themes"), f"theme/{theme}", "themes", theme)
        for theme in release.census.themes
        if theme not in config.portal.themes
    ]


def _unlisted(profiles: Iterable[Profile], config: Config) -> list[Problem]:
    """Name the languages of the portfolio that the catalogue has no IRI for."""
    known = language_tags(profiles)
    return [
        Problem("LP-PORTAL-LANGUAGE", _place(config, f"languages.{number}"), "", "languages", tag)
        for number, tag in enumerate(config.languages)
        if known and primary(tag) not in known
    ]


def _place(config: Config, setting: str) -> Place:
    return config.places.get(setting) or config.places.get("") or Place("portfolio.toml")


def _write(graph: Collection[ox.Triple], profiles: Sequence[Profile], config: Config, folder: Path) -> None:
    prefixes: Mapping[str, str] = {name: iri for profile in profiles for name, iri in profile.prefixes.items()}
    content = Graph(graph, prefixes, profiles[0].root and config.base + profiles[0].root)
    for name in profiles[0].files:
        stem = name.rpartition("/")[2]
        suffix = f".{stem.rpartition('.')[2]}" if "." in stem else ""
        _write_text(folder / name, SYNTAXES[suffix](content))


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
