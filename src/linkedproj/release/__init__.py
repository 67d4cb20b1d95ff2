"""The published folder: staged beside the one that is served, and put in its place in one step.

Order of a build, under a lock on the folder (`lock`):

1. a folder that a killed build left aside is put back (`exchange.restore`), half-staged ones are removed;
2. everything is written to `.<name>.next/` beside the served folder `<name>/`, and what is not published to
   `.<name>.scratch/`, which goes when the build ends, or when the next one begins;
3. what stays (earlier releases, changes, whatever others put there) gets a second place in it (`tree.carry_over`);
4. all of it is had on the disk (`tree.settle`), both are exchanged in one system call, and the old one is removed.

Where the system cannot exchange folders, step 4 is two renames with `.<name>.previous/` between them, and step 1 of the
next build or verification undoes the first if the second never came. So a build may be killed at any moment.
"""

from __future__ import annotations

from linkedproj.release.history import Issue, read_history
from linkedproj.release.staging import Release
from linkedproj.release.sums import COMPRESS_FROM, Published
from linkedproj.release.verify import Verified, verify

__all__ = ["COMPRESS_FROM", "Issue", "Published", "Release", "Verified", "read_history", "verify"]
