"""A SHACL engine in a process of its own: requests as JSON lines on standard input, answers as JSON lines.

The first line is the set-up: the engine's module, the file of the shapes, megabytes, and for work on parts of the data
what `parts.Parts` needs. Each further line asks for one graph: whole files, or units that make a part.
"""

from __future__ import annotations

import importlib
import json
import logging
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pyoxigraph as ox

from linkedproj.check.parted.blocks import Finder, Layout
from linkedproj.check.parted.neighbourhood import Parts
from linkedproj.check.parted.reach import Need

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Facts = dict[str, Any]


def main() -> None:
    """Answer requests until there are no more; a failure that can be named is an answer too."""
    answers, sys.stdout = sys.stdout, sys.stderr
    setup: dict[str, Any] = json.loads(sys.stdin.readline())
    try:
        judge = importlib.import_module(setup["module"]).load(Path(setup["shapes"]).read_bytes())
        parts = _parts(setup)
    except Exception as error:  # noqa: BLE001 - whatever the engine makes of the shapes, the parent has to hear of it
        _write(answers, [{"error": _reason(error)}])
        return
    _limit("RLIMIT_AS", int(setup["megabytes"]) * 2**20)
    for line in sys.stdin:
        _answer(json.loads(line), judge, parts, answers, setup["megabytes"])


def _parts(setup: dict[str, Any]) -> Parts | None:
    if "fences" not in setup:
        return None
    layout = Layout.load(Path(setup["fences"]), [Path(file) for file in setup["files"]])
    return Parts(Finder(layout), Need.of(setup["need"]), setup["marks"])


def _answer(
    request: dict[str, Any],
    judge: Callable[[bytes], Iterable[Facts]],
    parts: Parts | None,
    answers: TextIO,
    megabytes: int,
) -> None:
    _limit("RLIMIT_CPU", math.ceil(_spent() + float(request["seconds"])) + 1)
    try:
        results = _judged(request, judge, parts)
    except MemoryError:
        text = f"the SHACL engine needed more memory than the {megabytes} MB it may use."
        _write(answers, [{"error": text, "memory": True}])
    except Exception as error:  # noqa: BLE001 - whatever the engine raises, the parent has to hear of it
        _write(answers, [{"error": _reason(error)}])
    else:
        _write(answers, [*results, {"results": len(results)}])


def _judged(request: dict[str, Any], judge: Callable[[bytes], Iterable[Facts]], parts: Parts | None) -> list[Facts]:
    """Judge a graph; a result of a part also says in which of its units its focus node is."""
    if parts and "units" in request:
        data, units = parts.part(request["units"])
        return [{**facts, "unit": units[facts["focus"]]} for facts in judge(data)]
    return list(judge(b"".join(_ntriples(Path(file)) for file in request["files"])))


def _ntriples(path: Path) -> bytes:
    if path.suffix != ".ttl":
        return path.read_bytes()
    quads = ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=path.absolute().as_uri(), rename_blank_nodes=True)
    return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"the SHACL engine failed with {type(error).__name__}: {lines[0] if lines else 'no reason given'}"


def _spent() -> float:
    try:
        import resource
    except ImportError:
        return 0
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _limit(name: str, most: int) -> None:
    """Bound this process where the system can; the parent's clock bounds it everywhere."""
    try:
        import resource
    except ImportError:
        return
    kind = getattr(resource, name)
    try:
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
    except (ValueError, OSError):
        logging.getLogger(__name__).debug("this system does not take the limit %s", name)


def _write(stream: TextIO, answers: Iterable[Facts]) -> None:
    stream.writelines(json.dumps(answer) + "\n" for answer in answers)
    stream.flush()


if __name__ == "__main__":
    main()
