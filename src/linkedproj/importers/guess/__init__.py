"""A first importer file for a table nobody has described: each guess with its evidence, and "?" where nothing is known.

`sheet` reads the table, and `profile` says what the cells of each column are like. What a column means is guessed from
its header (`headers`), by words in several languages (`guess.toml`) and by what the words of the languages that the
headers are in are made to say (`vocabulary`), and stands only if the cells are what such a column holds (`columns`);
`assigning` gives each meaning once, and `writing` writes the file. Patterns of dates and numbers are written down where
one alone fits all cells.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from linkedproj.importers.guess.assigning import assigned
from linkedproj.importers.guess.columns import Column
from linkedproj.importers.guess.headers import ORGANISATION, PAYER, PERSON, PROJECT
from linkedproj.importers.guess.profile import Profile
from linkedproj.importers.guess.sheet import read_sheet
from linkedproj.importers.guess.vocabulary import NAME, SMALL, speech_of
from linkedproj.importers.guess.words import phrase
from linkedproj.importers.guess.writing import Writer
from linkedproj.importers.source.identifiers import slug
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from linkedproj.importers.guess.assigning import Guessed
    from linkedproj.model.lists import CodeList


@dataclass
class Guess:
    """A proposal: the text of an importer file, what was guessed of each column, and remarks on the file as a whole."""

    name: str
    text: str
    columns: list[Guessed]
    remarks: list[str]


def guess(path: Path, lists: Mapping[str, CodeList], name: str = "", *, language: str = LANGUAGES[0]) -> Guess:
    """Propose an importer file for a table, with its evidence in one language.

    Raises:
        SetupError: the file cannot be read, or holds no table.
    """
    say = partial(phrase.told, language)
    sheet = read_sheet(path, say)
    profiles = [Profile(header) for header in sheet.names]
    for row in sheet.rows:
        for profile, cell in zip(profiles, row, strict=False):
            profile.take(cell)
    if not profiles or not any(each.filled for each in profiles):
        raise SetupError("there is no table in it: no row below a row of headers.", Place(path.name))
    known = tomllib.loads((files(__name__) / "guess.toml").read_text("utf-8"))
    _shorten(known)
    speech = speech_of(sheet.names)
    for kind in (PROJECT, ORGANISATION, PERSON, PAYER, SMALL, NAME):
        known["owners"][kind] += speech.vocabulary.words(kind)
    taken = [Column(each, known, lists, say, speech) for each in profiles]
    for said in (each for each in taken if each.only_currency):
        for column in (each for each in taken if not each.currency):
            column.currency, column.currency_by = said.only_currency, said.profile.header
    columns = assigned(taken, sheet.rows)
    called = name or slug(path.stem) or "source"
    return Guess(called, Writer(called, path, sheet, columns, known["records"], say).text(), columns, sheet.remarks)


def _shorten(known: dict[str, Any]) -> None:
    """Add the words of each meaning without those that only join others, for headers that say whose a column is."""
    small = set(known["owners"]["small"])
    for meaning in known["meanings"]:
        short = (" ".join(word for word in words.split() if word not in small) for words in meaning["words"])
        meaning["shorter"] = [*dict.fromkeys(filter(None, (*meaning["words"], *short)))]
