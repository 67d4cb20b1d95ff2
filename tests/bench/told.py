"""The command line of the program, with a note of when each step began: `python -m tests.bench.told NOTES build DIR`.

What the program tells of its progress is noted as lines of JSON: step, CPU seconds of this process and those below it,
and the time on the clock. All else is as if the program ran by itself.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.cli import main as run
from linkedproj.reports import progress

from .tree import spent

if TYPE_CHECKING:
    from types import TracebackType

END = "telling what came of it"


class _Noted(progress.Progress):
    """What shows the progress, and notes it."""

    def __call__(self, step: str) -> None:
        # A share is told of a step that was named before.
        if "%" not in step:
            _note(step)
        super().__call__(step)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, traceback)
        _note(END)


def _note(step: str) -> None:
    with Path(sys.argv[1]).open("a", encoding="utf-8") as notes:
        notes.write(json.dumps([step, spent(), time.monotonic()]) + "\n")


if __name__ == "__main__":
    progress.Progress = _Noted  # type: ignore[misc]  # the commands make theirs when they begin
    run(sys.argv[2:])
