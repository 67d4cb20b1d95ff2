"""What was saved in a folder, as it is saved."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator

_OFFICE = ("~", ".~")
_SETTLE, _LOOK = 300, 200
"""Milliseconds: what an editor writes in several steps is one save; how often it is looked whether to end."""


def saves(folder: Path, but_not: Path | None = None) -> Iterator[tuple[str, ...]]:
    """Yield at once, and then after each save the names of the files that were written; it ends with Ctrl-C.

    Hidden files, and those that spreadsheet programs keep beside an open table, do not count, nor what lies in
    `but_not`.

    Raises:
        SetupError: the package that watches is not installed.
    """
    try:
        from watchfiles import DefaultFilter, watch
    except ImportError as error:
        raise SetupError(
            "watching needs the package watchfiles. Install it: pip install 'linkedproj[watch]'"
        ) from error

    ours, usual = but_not and but_not.resolve(), DefaultFilter()

    def counts(change: object, path: str) -> bool:
        found = Path(path)
        is_ours = ours is not None and (found == ours or ours in found.parents)
        hidden = any(part.startswith(".") for part in found.relative_to(folder.resolve()).parts)
        return usual(change, path) and not is_ours and not hidden and not found.name.startswith(_OFFICE)  # type: ignore[arg-type]  # its enum

    # It logs that Ctrl-C was pressed, which whoever did knows.
    logging.getLogger("watchfiles").setLevel(logging.ERROR)
    is_first = True
    # What is saved while the caller works is not lost: the folder is watched from before the first look.
    for changes in watch(
        folder.resolve(),
        watch_filter=counts,
        debounce=_SETTLE,
        rust_timeout=_LOOK,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if changes or is_first:
            is_first = False
            yield tuple(sorted({Path(path).name for _, path in changes}))
