"""What all readers have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem

if TYPE_CHECKING:
    from pathlib import Path

Read = tuple[tuple[str, ...], int, list[str]]
Report = Callable[[Problem], None]


@dataclass(frozen=True)
class TableFile:
    """One file of a table: where it is, how people call it, and the table it belongs to."""

    path: Path
    shown: str
    table: str
    delimiter: str = ","


Reader = Callable[[TableFile, Report], Iterator[Read]]
Finder = Callable[[TableFile, int, Sequence[str], int], Place]


def decoded(file: TableFile, report: Report) -> str:
    """Read a whole file as UTF-8; one that cannot be decoded is reported at its byte, a blank one as empty."""
    data = file.path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
        if not text.strip():
            report(Problem("LP-FILE-EMPTY", Place(file.shown, 1, 1)))
    except UnicodeDecodeError as error:
        report(encoding_problem(file, data, error))
        return ""
    return text


def encoding_problem(file: TableFile, data: bytes, error: UnicodeDecodeError) -> Problem:
    """Say where a file stops being UTF-8."""
    start = error.start if error.object == data else _first_bad(data)
    before = data[:start].decode("utf-8-sig", "replace")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    byte = f"0x{data[start]:02X}" if start < len(data) else ""
    return Problem("LP-FILE-ENCODING", Place(file.shown, line, column), values={"byte": byte})


def _first_bad(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return len(data)
