"""The twin of a saved query: `queries/<id>.sql`, which gives the same answer from the tables of a release.

Its `--+` header names the tables and columns it reads, and what kind of term each column of the answer is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, Problem
from linkedproj.queries.saved.faults import Faults, HeaderError
from linkedproj.queries.saved.header import NOTHING, SQL_MARK, header_lines, known_parts, parts_of, read_header

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KEYS = ("tables", "columns")
_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$(?P<parameter>[A-Za-z][A-Za-z0-9]*)""",
    re.VERBOSE | re.DOTALL,
)

LANGUAGE_OF = "$"
"""What stands before the parameter that names the language of a text: `$lang`."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A question in SQL.

    `tables` are the columns it reads of each published table, by the names they have there, without language;
    `columns` what each column of the answer is: a word as at the end of a parameter ("iri", "integer", "xsd_date",
    "literal", "ca"), or `$` and the parameter that names the language of a text.
    """

    file: str
    sql: str
    tables: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, str]

    @property
    def parameters(self) -> frozenset[str]:
        """The parameters that stand in the SQL, as `$name`."""
        return frozenset(match["parameter"] for match in _TOKEN.finditer(self.sql) if match["parameter"])

    @property
    def language(self) -> str:
        """The parameter that names the language of texts; "" where the answer has none."""
        named = (kind for kind in self.columns.values() if kind.startswith(LANGUAGE_OF))
        return next(named, "").removeprefix(LANGUAGE_OF)


def read_twin(path: Path, faults: Faults | None = None) -> Twin:
    """Read the twin in a file.

    Raises:
        HeaderError: its header is not as it must be.
    """
    file, faults = f"{path.parent.name}/{path.name}", faults or Faults(strict=True)
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HeaderError(Problem("LP-QUERY-FILE", Place(file), values={"detail": str(error)})) from error
    header = known_parts(read_header(text, file, faults, SQL_MARK), _KEYS, faults)
    tables = parts_of(header.get("tables", NOTHING), faults)
    columns = parts_of(header.get("columns", NOTHING), faults)
    return Twin(
        file,
        "".join(text.splitlines(keepends=True)[header_lines(text, SQL_MARK) :]),
        {name: tuple(item.text() for item in part.items()) for name, part in tables.items()},
        {name: part.text() for name, part in columns.items()},
    )
