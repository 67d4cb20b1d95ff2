"""The few words around problems, in each language."""

from __future__ import annotations

from linkedproj.model.phrases import Phrases

phrase = Phrases("linkedproj.reports")
