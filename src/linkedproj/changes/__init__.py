"""What changed between two releases: exactly, in words, and as files and feeds that are published with a release.

Both dumps are sorted by subject and read side by side (`compare`), so that memory does not grow with them; what differs
is noted in a database on disk (`notes`). From the notes a change is told in words, column by column (`story`,
`formats`, `page`), and published (`publish`): the exact difference, an Atom feed for people, an event stream for
programs, and the tombstones of records that are gone.

    with compare(Path("dump/1.0"), Path("dump/2.0")) as changes:
        write_text(changes, "en", LIMIT, sys.stdout)
"""

from __future__ import annotations

from linkedproj.changes.compare import Changes, compare
from linkedproj.changes.formats import LIMIT, write_html, write_json, write_text
from linkedproj.changes.publish import PublishedChanges, publish_changes
from linkedproj.changes.story import Change, Story, stories
from linkedproj.changes.tombstones import Tombstone, reused, tombstones

__all__ = [
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
    "write_html",
    "write_json",
    "write_text",
]
