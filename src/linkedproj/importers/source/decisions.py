"""What a curator decides, and what was repaired without asking: review.csv and repairs.csv.

A question is one row, known by the digest of what it is about, so that its answer is found again when the source is
imported again. Rows of other sources, and answers to questions that are not asked this time, stay as they are.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, fields
from hashlib import blake2b
from typing import TYPE_CHECKING

from linkedproj.importers.source.words import worded
from linkedproj.model.errors import Place, SetupError
from linkedproj.system.outputs import staged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from linkedproj.importers.source.words import Reason

FOLDER = "imported"
"""The folder beside the tables that holds what is known of imports."""

REVIEW, REPAIRS = "review.csv", "repairs.csv"
_LONGEST = 1000
_RUN = frozenset("=+-@\t\r")
"""What a cell begins with that a spreadsheet takes for a formula."""
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
NO = frozenset({"no", "n", "none", "-"})
YES = frozenset({"yes", "y", "same"})


@dataclass
class Question:
    """A row of review.csv; `score` is of 100, `option` what is proposed, `answer` is the curator's."""

    id: str
    source: str
    kind: str
    answer: str = ""
    option: str = ""
    score: str = ""
    reason: str = ""
    table: str = ""
    record: str = ""
    other: str = ""
    column: str = ""
    value: str = ""
    place: str = ""
    times: int = 1


@dataclass
class Repair:
    """A row of repairs.csv: by which rule a value was put right, or a row left out."""

    source: str
    rule: str
    place: str
    column: str
    before: str
    after: str


class Decisions:
    """The questions and repairs of the import of one source; `language` is that of the reasons."""

    def __init__(self, folder: Path, source: str, language: str) -> None:
        self._folder, self._source, self.language = folder / FOLDER, source, language
        self._before = {row["id"]: row for row in _rows(self._folder / REVIEW, ("id", "kind", "answer"))}
        self._repairs_before = _rows(self._folder / REPAIRS, ("source", "rule"))
        self.questions: dict[str, Question] = {}
        self.repairs: list[Repair] = []

    def was_asked(self, kind: str, about: tuple[str, ...]) -> bool:
        """Return whether a question was asked by an earlier import."""
        return self._id(kind, about) in self._before

    def ask(self, kind: str, about: tuple[str, ...], reason: Reason, **told: str) -> str:
        """Ask a question once, however many rows it is about, and return the answer that was given to it, or "".

        What it is about is what its answer is found again by: it is the same in every language.
        """
        identifier = self._id(kind, about)
        found = self.questions.get(identifier)
        if found is None:
            answer = self._before.get(identifier, {}).get("answer", "").strip()
            short = {name: _short(text) for name, text in {**told, "reason": worded(self.language, reason)}.items()}
            found = self.questions[identifier] = Question(identifier, self._source, kind, answer, **short)  # type: ignore[arg-type]  # all but `times` are texts
        else:
            found.times += 1
        return found.answer

    def repair(self, rule: str, place: Place, column: str, before: str, after: str) -> None:
        """Take down a repair."""
        self.repairs.append(Repair(self._source, rule, str(place), column, _short(before), _short(after)))

    def open_questions(self) -> list[Question]:
        """Return the questions that wait for an answer."""
        return [each for each in self.questions.values() if not each.answer]

    def write(self) -> None:
        """Write both files; what is not of this source stays, and so does every answer."""
        names = [each.name for each in fields(Question)]
        kept = [
            row
            for identifier, row in self._before.items()
            if identifier not in self.questions and (row.get("source") != self._source or row.get("answer"))
        ]
        rows = [*kept, *({name: str(getattr(each, name)) for name in names} for each in self.questions.values())]
        rows.sort(key=lambda row: (row.get("source", ""), row["kind"], row.get("table", ""), row.get("record", ""),
                                   row.get("column", ""), row.get("value", ""), row["id"]))  # fmt: skip
        write_rows(self._folder / REVIEW, names, rows)
        names = [each.name for each in fields(Repair)]
        others = [row for row in self._repairs_before if row.get("source") != self._source]
        mine = [{name: getattr(each, name) for name in names} for each in self.repairs]
        write_rows(self._folder / REPAIRS, names, sorted([*others, *mine], key=lambda row: row["source"]))

    def _id(self, kind: str, about: Iterable[str]) -> str:
        text = "\x1f".join((self._source, kind, *about))
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def _short(text: str) -> str:
    """Write what stands in a source as a cell for people: not too long, and nothing that a spreadsheet would run."""
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return f"'{shown}" if shown[:1] in _RUN and not _NUMBER.fullmatch(shown) else shown


def _rows(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    """Read a table of decisions, if it is there.

    Raises:
        SetupError: it cannot be read, or a column is missing.
    """
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            # A spreadsheet in many a language writes ";" between the cells.
            reader = csv.DictReader(file, delimiter=";" if ";" in first and "," not in first else ",", restval="")
            rows = [{name: text or "" for name, text in row.items() if name} for row in reader]
            lacking = [name for name in needed if name not in (reader.fieldnames or ())]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SetupError(f"the file cannot be read: {error}", Place(path.as_posix())) from error
    if lacking:
        raise SetupError(
            f"the column '{lacking[0]}' is missing. It holds decisions: take it back from before the edit.",
            Place(path.as_posix(), 1),
        )
    return rows


def write_rows(path: Path, names: Iterable[str], rows: Iterable[Mapping[str, str]], delimiter: str = ",") -> None:
    """Write a table as CSV, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with staged(path) as place, place.open("w", encoding="utf-8", newline="") as file:
        listed = list(names)
        writer = csv.writer(file, lineterminator="\n", delimiter=delimiter)
        writer.writerow(listed)
        writer.writerows([row.get(name, "") for name in listed] for row in rows)


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a table that `write_rows` wrote; none where there is no file."""
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)
