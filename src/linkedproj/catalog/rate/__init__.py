"""Our own judge of a published folder: the rules of the portals, and the score they give, each loss with its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.catalog.gaps import judge
from linkedproj.catalog.profile import Profile, profile_names, read_profile
from linkedproj.catalog.rate.live import tried_at
from linkedproj.catalog.rate.mqa import DCAT, Score, score
from linkedproj.catalog.rate.official import OfficialRun, run_official
from linkedproj.check.engine import Validator
from linkedproj.model.errors import Place, Problem, SetupError
from linkedproj.model.shapes import DCT, read_shapes

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.catalog.rate.mqa import Loss
    from linkedproj.model.shapes import Shapes

__all__ = ["Rating", "is_perfect", "rate"]

_CATALOGUE = "catalog.ttl"
_BASIC = "dcat-ap"
_RULES = {"present": "LP-PORTAL-LACKS", "listed": "LP-PORTAL-UNLISTED", "answers": "LP-PORTAL-SILENT"}


@dataclass(frozen=True)
class Rating:
    """What the judge found; `profiles` are those that were judged."""

    score: Score
    profiles: tuple[str, ...]
    problems: tuple[Problem, ...]
    runs: tuple[OfficialRun, ...] = ()


def rate(public: Path, ontology: Path, live: str = "", shapes: Path | None = None, profile: str = "") -> Rating:
    """Judge a published folder by the profiles that it claims to keep, or by one.

    With `live`, an address that the folder is served at, every download is tried. With `shapes`, official files are run
    on the catalogue.

    Raises:
        SetupError: there is no catalogue, or a profile, an address or a folder of shapes cannot be used.
        EngineError: the SHACL engine ended without a report.
    """
    path, shown = public / _CATALOGUE, f"{public.name}/{_CATALOGUE}"
    if not path.is_file():
        raise SetupError(f"there is no {_CATALOGUE} in {public}. Build for a profile such as dcat-ap first.")
    catalogue = read_shapes(path, shown)
    graph = _read(path)
    profiles = _claimed(public, ontology, catalogue, profile)
    with Validator() as validator:
        judged = [judge(_read(public / one.files[0]), [one], {}, validator) for one in profiles]
    problems = [problem for found in judged for problem in found]
    base = _base(catalogue)
    broken = any(_violates(problem, _BASIC) for problem in problems)
    result = score(graph, tried_at(base, live) if live else None, conforms=not broken)
    problems += [_problem(loss, catalogue, counts=True) for loss in result.losses if loss.metric.test != "conforms"]
    problems += [_problem(loss, catalogue, counts=False) for loss in result.others]
    names = {one.name for one in profiles}
    runs = run_official(graph, shapes, names) if shapes else []
    problems += [_official(run, number, catalogue) for run in runs for number in range(len(run.results))]
    return Rating(result, tuple(sorted(names)), tuple(problems), tuple(runs))


def _claimed(public: Path, ontology: Path, catalogue: Shapes, name: str) -> list[Profile]:
    """Return the profile of a name, else those whose files are there and whose standard the catalogue names."""
    profiles = [read_profile(ontology, name)] if name else [read_profile(ontology, n) for n in profile_names(ontology)]
    stated = {value.value for node in catalogue.subjects() for value in catalogue.objects(node, DCT + "conformsTo")}
    return [
        profile
        for profile in profiles
        if (public / profile.files[0]).is_file() and (name or not profile.standard or profile.standard in stated)
    ]


def _read(path: Path) -> list[ox.Triple]:
    form = ox.RdfFormat.JSON_LD if path.suffix == ".jsonld" else ox.RdfFormat.TURTLE
    try:
        return [quad.triple for quad in ox.parse(path=path, format=form)]
    except SyntaxError as error:
        raise SetupError(f"this cannot be read: {error.msg}", Place(path.name)) from error


def _base(catalogue: Shapes) -> str:
    """Return what our own IRIs begin with: the catalogue stands at the top."""
    tops = [node.value for node in catalogue.subjects(DCAT + "dataset")]
    return tops[0].rpartition("/")[0] + "/" if tops else ""


def _violates(problem: Problem, profile: str) -> bool:
    return problem.values.get("profile") == profile and problem.values.get("severity", "violation") == "violation"


def _problem(loss: Loss, catalogue: Shapes, *, counts: bool) -> Problem:
    metric = loss.metric
    rule = _RULES[metric.test] if loss.values else "LP-PORTAL-LACKS"
    node = f"<{loss.node}>" if loss.node else "<…>"
    values = {
        "node": node,
        "metric": metric.name,
        "points": str(metric.points if counts else 0),
        "property": metric.property,
        "triple": f"{node} {metric.add} .",
        "severity": "warning" if counts else "info",
    }
    return Problem(rule, _place(catalogue, loss.node), column=metric.name, cell=", ".join(loss.values), values=values)


def _official(run: OfficialRun, number: int, catalogue: Shapes) -> Problem:
    result = run.results[number]
    detail = f"{run.name}: {result.focus} {result.path} {result.value} {result.facts().get('detail', '')}"
    values = {"severity": result.severity, "detail": " ".join(detail.split()), "shape": result.source_shape}
    return Problem("LP-SHACL", _place(catalogue, result.focus), values=values)


def _place(catalogue: Shapes, iri: str) -> Place:
    return catalogue.place(ox.NamedNode(iri)) if iri else Place(catalogue.shown)


def is_perfect(rating: Rating) -> bool:
    """Return whether no point was lost and no rule is broken."""
    return not rating.score.losses and not any(
        problem.values.get("severity", "violation") == "violation" for problem in rating.problems
    )
