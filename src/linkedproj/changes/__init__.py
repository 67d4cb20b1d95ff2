"""What changed between two releases: exactly, in words, and as files and feeds that are published with a release."""

from __future__ import annotations

from linkedproj.changes.compare import Changes, compare
from linkedproj.changes.formats import FORMATS, LIMIT
from linkedproj.changes.publish import PublishedChanges, publish_changes
from linkedproj.changes.story import Change, Story, stories
from linkedproj.changes.tombstones import Tombstone, reused, tombstones

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
