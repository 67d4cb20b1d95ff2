"""The words of what a guess rests on, in each language."""

from __future__ import annotations

from collections.abc import Callable

from linkedproj.model.phrases import Phrases

phrase = Phrases("linkedproj.importers.guess")

Say = Callable[..., str]
"""Words a phrase, by its name and its slots, in one language."""
