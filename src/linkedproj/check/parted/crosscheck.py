"""Does the reference find the same? An engine is believed only as far as that was tried."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from linkedproj.model.errors import EngineDisagreement

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from linkedproj.check.parted.blocks import Unit
    from linkedproj.check.result import Result

_SHOWN = 10


def choose(
    units: Mapping[int, Unit],
    found: Mapping[int, Iterable[Result]],
    cap: int,
    sample: int,
    kind: Callable[[Unit], Hashable],
) -> list[int]:
    """Choose what is judged again of some units: those with results up to a cap, and a sample of those without.

    Units are known by their numbers.
    The same data always give the same choice. Of the units with results, those come first that bring a rule not met
    yet; of the others, one of each kind.
    """
    random = Random(f"{len(units)} {units[max(units)] if units else ''}")  # noqa: S311 - the same data, the same sample
    faulty, clean = sorted(found), [number for number in units if number not in found]
    random.shuffle(faulty)
    random.shuffle(clean)
    faulty = _novel_first(faulty, lambda number: {(r.source_shape, r.component) for r in found[number]})
    clean = _novel_first(clean, lambda number: {kind(units[number])})
    return sorted([*faulty[:cap], *clean[:sample]])


def _novel_first(numbers: Iterable[int], traits: Callable[[int], set[Hashable]]) -> list[int]:
    """Put first whatever has a trait that nothing before it has."""
    seen: set[Hashable] = set()
    novel: list[int] = []
    rest: list[int] = []
    for number in numbers:
        new = traits(number) - seen
        seen |= new
        (novel if new else rest).append(number)
    return [*novel, *rest]


def compare(engine: str, found: Iterable[Result], reference: str, again: Iterable[Result]) -> None:
    """Compare two sets of results by focus node, path, component and value.

    Raises:
        EngineDisagreement: they differ; its sentence shows both answers.
    """
    first, second = ({result.key: result for result in results} for results in (found, again))
    only = [_difference(engine, [first[key] for key in sorted(first.keys() - second.keys())])]
    only += [_difference(reference, [second[key] for key in sorted(second.keys() - first.keys())])]
    if any(only):
        raise EngineDisagreement(
            "the two SHACL engines disagree, and nobody knows which one is right. Nothing was published. Report the "
            "case, and use --engine pyshacl until it is settled.\n" + "\n".join(filter(None, only))
        )


def _difference(engine: str, results: Sequence[Result]) -> str:
    if not results:
        return ""
    lines = [f"only {engine} finds ({len(results)}):", *map(_result_line, results[:_SHOWN])]
    lines += [f"  … and {len(results) - _SHOWN} more"] if len(results) > _SHOWN else []
    return "\n".join(lines)


def _result_line(result: Result) -> str:
    component = result.component.rpartition("#")[2]
    parts = (result.focus, result.path, component, result.value, f"({result.code})" if result.code else "")
    return "  " + " ".join(part for part in parts if part)
