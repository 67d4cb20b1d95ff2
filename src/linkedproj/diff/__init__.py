"""What changed between two releases: exactly, in words, and as files and feeds that are published with a release."""

from __future__ import annotations

from linkedproj.diff.compare import Changes, compare
from linkedproj.diff.formats import FORMATS, LIMIT
from linkedproj.diff.publish import PublishedChanges, publish_changes
from linkedproj.diff.story import Change, Story, stories
from linkedproj.diff.tombstones import Tombstone, reused, tombstones

__all__ = [
    "FORMATS",
    "LIMIT",
    "Change",
    "Changes",
    "PublishedChanges",
    "Story",
    "Tombstone",
    "compare",
    "publish_changes",
    "reused",
    "stories",
    "tombstones",
]
