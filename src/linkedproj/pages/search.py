"""The index of the search field, in small files by the first letters of a word: a search loads what it needs.

A browser folds what is typed by the table of `assets/fold.json`, as is done here: accents, case and letters such as ł
make no difference.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from linkedproj.system.sorting import Sorter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linkedproj.pages.lists import Lists
    from linkedproj.pages.record import Reader

FOLDER = "assets/search"
BLOCK = 200
"""Records in one file of names."""

_KEY, _LONGEST = 2, 24
_WORD = re.compile(r"[^\W_]+")
_PLAIN = re.compile(r"[a-z0-9]+")


@cache
def _letters() -> dict[int, str]:
    table = json.loads((files("linkedproj.pages") / "assets" / "fold.json").read_text("utf-8"))
    return {ord(letter): plain for letter, plain in table.items()}


def words(text: str) -> list[str]:
    """Split a text into the words that a search finds it by.

    >>> words("Wrocław, l’Hospitalet · Straße")
    ['wroclaw', 'l', 'hospitalet', 'strasse']
    """
    lower = unicodedata.normalize("NFKD", text.lower()).translate(_letters())
    plain = "".join(letter for letter in lower if unicodedata.category(letter)[0] != "M")
    return [word[:_LONGEST] for word in _WORD.findall(plain)]


def key_of(word: str) -> str:
    """Return the file in which a word stands: its first letters, or their numbers where these are no plain ones.

    >>> key_of("leipzig"), key_of("東京")
    ('le', 'u6771-4eac')
    """
    first = word[:_KEY]
    return first if _PLAIN.fullmatch(first) else "u" + "-".join(f"{ord(letter):x}" for letter in first)


def write_search(lists: Lists, readers: Sequence[Reader], write: Callable[[str, str], None]) -> None:
    """Write the words by their first letters, and the names of records in each language in blocks."""
    portfolio = readers[0].portfolio
    records = [(name, card.iri) for name, cards in lists.cards.items() for card in cards]
    with Sorter[tuple[str, str, int]]() as found:
        for number, (_, iri) in enumerate(records):
            texts = [*portfolio.names.all(iri), portfolio.names.brief(iri)]
            told = {word for text in texts for word in words(text)}
            found.add([(key_of(word), word, number) for word in told])
        shard: dict[str, list[int]] = defaultdict(list)
        current, keys = "", list[str]()
        for key, word, number in found:
            if key != current:
                _flush(current, shard, write)
                current, shard = key, defaultdict(list)
                keys.append(key)
            shard[word].append(number)
        _flush(current, shard, write)
    write(f"{FOLDER}/index.json", json.dumps({"block": BLOCK, "records": len(records), "keys": keys}))
    for reader in readers:
        for start in range(0, len(records), BLOCK):
            block = [
                [
                    reader.name(iri).text,
                    reader.paths.page(iri, reader.language),
                    reader.terms.type(portfolio.schema.types[name]).text,
                    portfolio.names.brief(iri),
                ]
                for name, iri in records[start : start + BLOCK]
            ]
            name = f"{FOLDER}/{reader.language}/{start // BLOCK}.json"
            write(name, json.dumps(block, ensure_ascii=False, separators=(",", ":")))


def _flush(key: str, shard: dict[str, list[int]], write: Callable[[str, str], None]) -> None:
    if shard:
        write(f"{FOLDER}/words/{key}.json", json.dumps(shard, ensure_ascii=False, separators=(",", ":")))
