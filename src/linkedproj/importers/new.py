"""A new portfolio's folder: settings, example tables, what a curator reads, and what publishes it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from linkedproj.model.errors import SetupError
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.lexical import LANGUAGE, iri_fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DATA = "data"
"""The folder of the tables, in that of the portfolio: the one that the commands take where none is named."""

_TEMPLATES = files("linkedproj.importers") / "templates"
_PROPER = "proper"
_COPIED = {
    ".gitignore": "gitignore",
    ".github/workflows/portfolio.yml": "github.yml",
    ".gitlab-ci.yml": "gitlab.yml",
    "publish.sh": "publish.sh",
}
_DESCRIPTIONS = {
    "en": "International projects and cooperations, with their partners, places, themes and dates.",
    "ca": "Projectes i cooperacions internacionals, amb els socis, els llocs, els temes i les dates.",
    "es": "Proyectos y cooperaciones internacionales, con sus socios, lugares, temas y fechas.",
}

Rows = list[list[str]]


@dataclass(frozen=True)
class Start:
    """What a curator decides at the beginning: the languages of the texts, the base of all IRIs, and the title."""

    languages: tuple[str, ...]
    base: str
    title: str
    today: dt.date = field(default_factory=dt.date.today)


def read_languages(text: str) -> tuple[str, ...]:
    """Read language tags that are separated by commas, without repetition.

    Raises:
        SetupError: one is no language tag, or there is none.
    """
    tags = tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip())))
    wrong = [tag for tag in tags if not LANGUAGE.fullmatch(tag.lower())]
    if wrong or not tags:
        found = ", ".join(f"'{tag}'" for tag in wrong) or "nothing"
        raise SetupError(f"{found} is no list of language tags. Write them like en,fi.")
    return tags


def read_base(text: str) -> str:
    """Read what all IRIs begin with, with the "/" it ends in.

    Raises:
        SetupError: it is no address.
    """
    base = text.strip().rstrip("/") + "/"
    if iri_fault(base) or not re.fullmatch(r"https?://[^\s/?#]+/([^\s?#]*/)?", base):
        raise SetupError(f"'{text}' is no beginning of IRIs. Write it like https://data.example.org/.")
    return base


def refuse_occupied(folder: Path) -> None:
    """Refuse a folder that holds anything.

    Raises:
        SetupError: it does, or it is a file.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SetupError(f"{folder} is not empty, and nothing in it is changed. Name a folder that is new.")


def plan(folder_name: str, start: Start) -> dict[str, str]:
    """Return the text of each file of a new portfolio but its tables, by its path in the folder."""
    settings = {
        "id": _identifier(folder_name),
        "version": f"{start.today.year}.1",
        "base": start.base,
        "today": start.today.isoformat(),
        "languages": ", ".join(f'"{tag}"' for tag in start.languages),
        "first": start.languages[0],
        "title": start.title,
        "titles": _by_language(dict.fromkeys(start.languages, start.title)),
        "descriptions": _by_language({tag: _DESCRIPTIONS.get(tag, start.title) for tag in start.languages}),
        "example": ", ".join(f"`title@{tag}`" for tag in start.languages),
    }
    spoken = next((tag for tag in start.languages if tag in LANGUAGES), LANGUAGES[0])
    found = {path: _read(name) for path, name in _COPIED.items()}
    found["README.md"] = Template(_read(f"README.{spoken}.md")).substitute(settings)
    found[f"{DATA}/portfolio.toml"] = Template(_read("portfolio.toml")).substitute(settings)
    found["portfolio.schema.json"] = (files("linkedproj.model") / "portfolio.schema.json").read_text("utf-8")
    return found


def example_tables(start: Start) -> dict[str, Rows]:
    """Return the example tables by name, each with its header as the first row."""
    return {name: _table(rows, start) for name, rows in tomllib.loads(_read("example.toml")).items()}


def write_csv(rows: Sequence[Sequence[str]]) -> str:
    """Write a table as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files, by their path in a folder that may be new.

    Raises:
        SetupError: the system refuses it.
    """
    try:
        for name, text in texts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise SetupError(f"{folder} cannot be written: {error.strerror or error}.") from error


def _table(rows: Sequence[Mapping[str, Any]], start: Start) -> Rows:
    texts = {column for row in rows for column, value in row.items() if isinstance(value, dict)}
    columns = dict.fromkeys(column for row in rows for column in row)
    header = [(column, tag) for column in columns for tag in (start.languages if column in texts else ("",))]
    cells = [[_cell(row.get(column, ""), tag, start) for column, tag in header] for row in rows]
    filled = [n for n in range(len(header)) if any(row[n] for row in cells) or header[n][1]]
    names = [f"{column}@{tag}" if tag else column for column, tag in header]
    return [[row[n] for n in filled] for row in [names, *cells]]


def _cell(value: str | Mapping[str, str], tag: str, start: Start) -> str:
    text = value if isinstance(value, str) else value.get(tag.lower(), value.get(_PROPER, ""))
    return text.replace("{title}", start.title).replace("{today}", start.today.isoformat())


def _by_language(texts: Mapping[str, str]) -> str:
    return "".join(f"{_key(tag)} = {_quoted(text)}\n" for tag, text in texts.items())


def _key(tag: str) -> str:
    return tag if re.fullmatch(r"[A-Za-z0-9_-]+", tag) else _quoted(tag)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(sign):04X}" if ord(sign) < ord(" ") else sign for sign in escaped) + '"'


def _identifier(name: str) -> str:
    """Make a short name of letters, digits and hyphens from the name of a folder."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "portfolio"


def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")
