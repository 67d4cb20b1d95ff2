"""The score by which data.europa.eu rates metadata, computed here, with the reason for each point that is lost."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DCAT = "http://www.w3.org/ns/dcat#"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@dataclass(frozen=True)
class Metric:
    """One figure of the assessment; mqa.toml says what its fields mean."""

    name: str
    dimension: str
    points: int
    on: str
    property: str
    test: str
    add: str
    list: tuple[str, ...] = ()
    base: str = ""


@dataclass(frozen=True)
class Loss:
    """Points that a node lost. `values` are what it has instead, as N-Triples."""

    metric: Metric
    node: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """What a data set reached: points by dimension, and every loss of it and of its best distribution.

    `others` are the losses of further distributions, which cost nothing; `untried` counts the points that only trying
    the addresses can win.
    """

    points: Mapping[str, int]
    losses: tuple[Loss, ...]
    others: tuple[Loss, ...]
    untried: int

    @property
    def total(self) -> int:
        """The points reached."""
        return sum(self.points.values())

    @property
    def word(self) -> str:
        """The rating in the words of the portal."""
        return next(name for name, least in _ratings().items() if self.total >= least)


def score(graph: Iterable[ox.Triple], answers: Callable[[str], bool] | None, *, conforms: bool) -> Score:
    """Rate the data set of a catalogue.

    `answers` tells whether an address answers, None if that is not to be tried; `conforms` whether DCAT-AP is kept.
    """
    about: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
    found: dict[str, list[str]] = defaultdict(list)
    for triple in graph:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
            about[triple.subject.value][triple.predicate.value].append(triple.object)
            if triple.predicate == _TYPE:
                found[triple.object.value].append(triple.subject.value)
    judge = _Judge(about, answers, conforms=conforms)
    datasets = sorted(found[f"{DCAT}Dataset"]) or [""]
    distributions = [node.value for node in about[datasets[0]][f"{DCAT}distribution"]]
    own = judge.losses("dataset", datasets[0])
    each = sorted((judge.losses("distribution", node) for node in sorted(distributions)), key=_cost)
    best = each[0] if each else judge.losses("distribution", "")
    losses = (*own, *best)
    tried = [metric for metric in metrics() if answers or metric.test != "answers"]
    points = {
        dimension: sum(metric.points for metric in tried if metric.dimension == dimension)
        - sum(loss.metric.points for loss in losses if loss.metric.dimension == dimension)
        for dimension in dict.fromkeys(metric.dimension for metric in metrics())
    }
    return Score(
        points, losses, tuple(loss for lost in each[1:] for loss in lost), possible() - sum(m.points for m in tried)
    )


def possible() -> int:
    """Return the most points that can be reached."""
    return sum(metric.points for metric in metrics())


@cache
def metrics() -> tuple[Metric, ...]:
    """Read the figures of the assessment."""
    return tuple(Metric(**entry | {"list": tuple(entry.get("list", ()))}) for entry in _table()["metric"])


def dimension_points(dimension: str) -> int:
    """Return the most points of a dimension."""
    return sum(metric.points for metric in metrics() if metric.dimension == dimension)


class _Judge:
    def __init__(
        self,
        about: Mapping[str, Mapping[str, list[ox.NamedNode | ox.Literal]]],
        answers: Callable[[str], bool] | None,
        *,
        conforms: bool,
    ) -> None:
        self._about, self._answers, self._conforms = about, answers, conforms

    def losses(self, kind: str, node: str) -> tuple[Loss, ...]:
        """Return what a node of a kind loses."""
        lost = []
        for metric in metrics():
            values = [] if not node else self._about[node].get(metric.property, [])
            if metric.on == kind and not self._earns(metric, [value.value for value in values]):
                lost.append(Loss(metric, node, tuple(map(str, values))))
        return tuple(lost)

    def _earns(self, metric: Metric, values: list[str]) -> bool:
        if metric.test == "conforms":
            return self._conforms
        if metric.test == "answers":
            return self._answers is None or any(map(self._answers, values))
        if metric.test == "listed":
            return any(_is_listed(metric, value) for value in values)
        return bool(values)


def _is_listed(metric: Metric, value: str) -> bool:
    if metric.base:
        return value.removeprefix(metric.base) in metric.list
    return value.startswith(metric.list)


def _cost(losses: tuple[Loss, ...]) -> int:
    return sum(loss.metric.points for loss in losses)


@cache
def _ratings() -> dict[str, int]:
    return {name: entry["from"] for name, entry in _table().items() if name != "metric"}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("linkedproj.catalog.rate") / "mqa.toml").read_text("utf-8"))
