"""What an import tells a curator, in words.

What is asked is asked in the middle of the rows, by what knows no language: it gives a reason, which is put into words
when the question is written down. Whole numbers in it are written as the language writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.phrases import Phrases

if TYPE_CHECKING:
    from collections.abc import Mapping

phrase = Phrases("linkedproj.importers.source")


class Reason(NamedTuple):
    """The name of a phrase and what fills its slots: texts, numbers, and reasons, of which there may be several."""

    name: str
    values: Mapping[str, object]


def because(name: str, /, **values: object) -> Reason:
    """Give a reason."""
    return Reason(name, values)


def worded(language: str, reason: Reason) -> str:
    """Put a reason into words.

    >>> worded("ca", because("pair", told=(because("equal"), because("apart"))))
    'els noms són iguals; en llocs diferents'
    """
    filled = {slot: _filling(language, value) for slot, value in reason.values.items()}
    return phrase.told(language, reason.name, **filled)


def _filling(language: str, value: object) -> object:
    if isinstance(value, Reason):
        return worded(language, value)
    if isinstance(value, tuple):
        return "; ".join(str(_filling(language, each)) for each in value)
    return value
