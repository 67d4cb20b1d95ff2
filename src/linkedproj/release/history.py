"""dump/releases.json: the releases published so far, oldest first, each bound to those before it.

The head of a release is a digest of all that the list says of it and of the head before. Whoever changes an old release
has to change every head after it: one that is kept elsewhere tells.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, SetupError
from linkedproj.release.sums import SUMS, compare
from linkedproj.system.files import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NAME = "releases.json"


@dataclass(frozen=True)
class Issue:
    """One release: its day (YYYY-MM-DD), how many records it holds, and the SHA-256 of its SHA256SUMS.

    `head` stands for it and for all releases before it, `instant` (UTC, to the second) for it alone; both are "" in a
    list that an older version of this program wrote.
    """

    version: str
    issued: str
    records: int
    sums: str
    head: str = ""
    instant: str = ""

    @property
    def at(self) -> str:
        """When it was made: its instant, else the beginning of its day."""
        return self.instant or f"{self.issued}T00:00:00Z"


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
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        hint = "Restore the file: it says which releases there are."
        raise SetupError(f"this is no list of releases as this program writes it. {hint}", _place(path)) from error


def write_history(issues: Iterable[Issue], dumps: Path) -> None:
    """Write the releases of the folder `dump/`, in the place of a list that is there."""
    staged, found = dumps / f".{NAME}", list(issues)
    bound = [_told(replace(issue, head=head)) for issue, head in zip(found, heads(found), strict=True)]
    staged.write_text(json.dumps(bound, indent=1) + "\n", "utf-8", newline="\n")
    staged.replace(dumps / NAME)


def heads(issues: Iterable[Issue]) -> list[str]:
    """Return the head of each release: the SHA-256 of the head before and of what the list says of it, a line each.

    That is version, day, records, sums and, where there is one, the instant.
    """
    found, head = [], ""
    for issue in issues:
        lines = [head, issue.version, issue.issued, str(issue.records), issue.sums, *filter(None, [issue.instant])]
        head = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
        found.append(head)
    return found


def changed(dumps: Path, issues: list[Issue]) -> Iterator[str]:
    """Compare each release with the list, and its files with its checksums; yield each difference as a sentence."""
    yield from _out_of_order(issues)
    for issue, head in zip(issues, heads(issues), strict=True):
        shown = f"dump/{issue.version}"
        if issue.head not in {"", head}:
            yield f"dump/{NAME}: what it says of release {issue.version} is not what it said when it was published."
        if not (dumps / issue.version).is_dir():
            yield f"{shown}: the release is missing."
            continue
        if not (dumps / issue.version / SUMS).is_file():
            yield f"{shown}: there is no {SUMS}."
            continue
        if sha256(dumps / issue.version / SUMS) != issue.sums:
            yield f"{shown}/{SUMS}: it is not the one that was published (dump/{NAME})."
        yield from (f"{shown}/{fault}" for fault in compare(dumps / issue.version))


def _out_of_order(issues: list[Issue]) -> Iterator[str]:
    """Name the releases that are not after the one before; those that have only a day may share it."""
    for before, issue in pairwise(issues):
        may_be_equal = not (before.instant or issue.instant)
        if issue.at < before.at or (issue.at == before.at and not may_be_equal):
            yield (
                f"dump/{NAME}: release {issue.version} ({issue.at}) stands behind release {before.version} "
                f"({before.at}), and is not after it."
            )


def _told(issue: Issue) -> dict[str, object]:
    """Return what the list says of a release: one that has no instant says nothing of it."""
    return {name: value for name, value in asdict(issue).items() if name != "instant" or value}


def _issue(item: dict[str, object]) -> Issue:
    """Take one release out of the list.

    Raises:
        TypeError: it lacks something.
    """
    version, issued, records, sums = (item.get(name) for name in ("version", "issued", "records", "sums"))
    head, instant = item.get("head", ""), item.get("instant", "")
    texts = (version, issued, sums, head, instant)
    if all(isinstance(text, str) for text in texts) and isinstance(records, int):
        return Issue(str(version), str(issued), records, str(sums), str(head), str(instant))
    raise TypeError(item)


def _place(path: Path) -> Place:
    return Place(path.as_posix())
