"""dump/releases.json: the releases published so far, oldest first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAME = "releases.json"


@dataclass(frozen=True)
class Issue:
    """One release: its day (YYYY-MM-DD), how many records it holds, and the SHA-256 of its SHA256SUMS."""

    version: str
    issued: str
    records: int
    sums: str


def read_history(dumps: Path) -> list[Issue]:
    """Read the releases of the folder `dump/`; without the file there are none.

    Raises:
        SetupError: the file is not one that this program wrote.
    """
    path = dumps / NAME
    if not path.is_file():
        return []
    try:
        return [_issue(item) for item in json.loads(path.read_text("utf-8"))]
    except (ValueError, TypeError, AttributeError) as error:
        hint = "Restore the file: it says which releases there are."
        raise SetupError(f"this is no list of releases as this program writes it. {hint}", _place(path)) from error


def write_history(issues: Iterable[Issue], dumps: Path) -> None:
    """Write the releases of the folder `dump/`, in the place of a list that is there."""
    staged = dumps / f".{NAME}"
    staged.write_text(json.dumps([asdict(issue) for issue in issues], indent=1) + "\n", "utf-8", newline="\n")
    staged.replace(dumps / NAME)


def _issue(item: dict[str, object]) -> Issue:
    """Take one release out of the list.

    Raises:
        TypeError: it lacks something.
    """
    version, issued, records, sums = (item.get(name) for name in ("version", "issued", "records", "sums"))
    if isinstance(version, str) and isinstance(issued, str) and isinstance(records, int) and isinstance(sums, str):
        return Issue(version, issued, records, sums)
    raise TypeError(item)


def _place(path: Path) -> Place:
    return Place(path.as_posix())
