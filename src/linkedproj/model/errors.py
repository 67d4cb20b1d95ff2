"""What can go wrong, as values and as exceptions.

A fault in the curator's records is a `Problem`: a value, collected and shown with all others. An exception ends
the run:

    LinkedprojError             catch this one
    ├── DataError               the records are not sound; `problems` says where (exit code 1)
    ├── ReleaseError            a release would break what was published before (exit code 1)
    ├── EngineDisagreement      two SHACL engines judge the same records differently (exit code 3)
    ├── SetupError              ontology, query, portfolio.toml or a missing package (exit code 2)
    ├── QueryError              a saved query or its arguments cannot be run (exit code 2)
    └── RemoteError             an endpoint did not answer, or not as it must (exit code 4)

Anything outside this tree is our own bug.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a thing stands in a file, counted as an editor counts: lines and columns from 1.

    `file` is the path as it is shown to people ("data/project.csv"); line 0 means the file as a whole. In a workbook,
    `sheet` is the name of a sheet, and line and column are those of its cells.
    """

    file: str
    line: int = 0
    column: int = 0
    sheet: str = ""

    @property
    def table(self) -> str:
        """The file, or the sheet of a workbook: lines of two tables have nothing to do with each other."""
        return f"{self.file}:{self.sheet}" if self.sheet else self.file

    @property
    def cell(self) -> str:
        """The name of a workbook's cell or row, as a spreadsheet writes it: "C7", "7:7"."""
        letters, number = "", self.column
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters}{self.line}" if letters else f"{self.line}:{self.line}"

    def __str__(self) -> str:
        """Write "file:line:column" or "file:sheet!cell", without the parts that are not known."""
        if self.sheet:
            sheet = self.sheet if self.sheet.isidentifier() else "'" + self.sheet.replace("'", "''") + "'"
            return f"{self.file}:{sheet}!{self.cell}" if self.line else f"{self.file}:{sheet}"
        return ":".join([self.file, *(str(part) for part in (self.line, self.column) if part)])


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault at one place, told apart from its wording.

    `rule` is a stable code ("LP-CELL-DATE"); the wording in each language is in the rule catalogue
    (`linkedproj.model.rules`), which fills its slots from `values`. `record` is "type/id" ("project/chebec") or "",
    `column` a column name as the curator writes it ("title@ca") or "", `cell` the text as it stands in the file.
    `also` are further places that belong to the same fault, such as the row that took an id first.
    """

    rule: str
    place: Place
    record: str = ""
    column: str = ""
    cell: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    also: tuple[Place, ...] = ()

    @property
    def order(self) -> tuple[str, str, int, int, str, str]:
        """Sort key: file, sheet, line, column, then rule."""
        place = self.place
        return (place.file, place.sheet, place.line, place.column, self.rule, self.cell)


class LinkedprojError(Exception):
    """Anything this program refuses to do, with a sentence that says what to do instead."""


class DataError(LinkedprojError):
    """The records are not sound; nothing was written.

    `findings` is all that the check found, as `linkedproj.check.portfolio` gives it.
    """

    def __init__(self, problems: Sequence[Problem], findings: object = None) -> None:
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        super().__init__(f"{count} in the records. Run linkedproj check to see them; nothing was written.")
        self.problems, self.findings = tuple(problems), findings


class ReleaseError(LinkedprojError):
    """What was asked to be published would break what was published before; nothing was changed."""


class EngineDisagreement(LinkedprojError):  # noqa: N818 - no error of anybody's yet: nobody knows whose
    """Two SHACL engines judge the same records differently; nothing was published."""


class SetupError(LinkedprojError):
    """The ontology, the configuration or the installation cannot be used as it stands."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place


class QueryError(LinkedprojError):
    """A query cannot be read or run."""

    def __init__(self, message: str, place: Place | None = None) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place


class RemoteError(LinkedprojError):
    """An endpoint did not answer, or not as SPARQL 1.1 says; nothing of its answer is used.

    `iri` is the endpoint's address, `status` the last HTTP status it gave (0: it gave none).
    """

    def __init__(self, message: str, iri: str, status: int = 0) -> None:
        super().__init__(f"{address_shown(iri)}: {message}")
        self.iri, self.status = iri, status


def address_shown(address: str) -> str:
    """Return an address as it may be shown: what stands behind its question mark is often a key to somewhere."""
    place, mark, asked = address.partition("?")
    return f"{place}{mark}{'…' if asked else ''}"
