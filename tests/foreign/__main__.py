"""Ask every saved query of every engine, and write the table of docs/queries-on-engines.md: python -m tests.foreign.

An engine that is not installed is left out, and said to be. Exit code 1 where an engine answers otherwise and
exceptions.toml does not say why; nothing is written then.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.foreign.engines import (
    ENGINES,
    PORTFOLIOS,
    ROOT,
    Asked,
    asked_of,
    differences,
    exceptions,
    oxigraph,
    unexplained,
)
from tests.foreign.install import NotHereError

from linkedproj.build import build

TABLE = ROOT / "docs/queries-on-engines.md"
HEAD = """# Saved queries on other engines

Every saved query, with its defaults and in each of its cases, was asked of {engines}, once on the shipped
portfolio and once on `tests/fixtures/vilamar`, which fills every table. ✓ means the same rows, as often, and in the
same order, as the answers that are published. A number leads to the reason below. What an engine reads otherwise is
told by `linkedproj queries test`, with what to write instead: `LP-QUERY-EXISTS`, `LP-QUERY-PATH`, `LP-QUERY-SORT`.

This page is written by `python -m tests.foreign` ([how](../tests/README.md)).

"""


def main() -> int:
    """Ask, print what differs, and write the table if every difference has its reason."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    wrong = 0
    with TemporaryDirectory() as work:
        portfolios = [_published(name, Path(work)) for name in PORTFOLIOS]
        for engine, ask in ENGINES.items():
            try:
                told = {
                    one.name: differences(oxigraph(one.questions, one.files), ask(one.questions, one.files), engine)
                    for one in portfolios
                }
            except NotHereError as error:
                print(f"{engine} is left out: {error}", file=sys.stderr)
                continue
            found[engine] = told
            for one in portfolios:
                for name, said in unexplained(one, engine, told[one.name]).items():
                    print(f"{engine}, {one.name}, {name}: {said}")
                    wrong += 1
    if not wrong:
        TABLE.write_text(_page(portfolios, found), "utf-8", newline="\n")
    return 1 if wrong else 0


def _published(name: str, work: Path) -> Asked:
    build(PORTFOLIOS[name], work / name)
    return asked_of(name, work / name / "dump/latest", work)


def _page(portfolios: list[Asked], found: dict[str, dict[str, dict[str, str]]]) -> str:
    reasons: list[str] = []
    lines = [f"| query | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    for question in sorted({name for one in portfolios for name in one.questions if "#" not in name}):
        cells = []
        for engine, told in found.items():
            marks = []
            for one in portfolios:
                for name in sorted(told[one.name]):
                    if name.partition("#")[0] == question:
                        reason = f"{engine}, {one.name}, `{name}`: {exceptions()[engine][one.name][name]}."
                        reasons.append(reason) if reason not in reasons else None
                        marks.append(str(reasons.index(reason) + 1))
            cells.append(", ".join(marks) or "✓")
        lines.append(f"| `{question}` | {' | '.join(cells)} |")
    notes = [f"{number}. {reason}" for number, reason in enumerate(reasons, 1)]
    everywhere = [
        f"- {engine} {text}." for engine in found for text in exceptions().get(engine, {}).get("any", {}).values()
    ]
    *others, last = found
    head = HEAD.format(engines=f"{', '.join(others)} and {last}")
    return head + "\n".join([*lines, "", *notes, "", *everywhere]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
