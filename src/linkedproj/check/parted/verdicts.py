"""What was judged before: the results in a few records, known by the digest of all that they depend on.

A part says all that shapes can see of its records, so the same bytes, judged by the same shapes and the same version of
an engine, have the same results. A verdict names no place in a file: what moved in its table is not judged again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from linkedproj.system.caches import keep, recall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FORM = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The facts of the results in a unit (see `linkedproj.check.engines`); `again` names who found the same."""

    facts: list[dict[str, Any]]
    again: str = ""


class Verdicts:
    """Verdicts of an engine that are kept in a file; `key` tells what all of them depend on.

    They are plain data, and belong to one user. A file that is damaged or of another key holds none.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key

    def read(self) -> dict[str, Verdict]:
        """Return the verdicts by the digest of what was judged."""
        found = recall(self._path)
        try:
            if (found["form"], found["key"]) != (_FORM, self._key):
                return {}
            return {name: Verdict(facts, again) for name, (facts, again) in found["verdicts"].items()}
        except (AttributeError, KeyError, TypeError, ValueError):
            return {}

    def write(self, verdicts: Mapping[str, Verdict]) -> None:
        """Keep these, and no others."""
        kept = {name: [verdict.facts, verdict.again] for name, verdict in verdicts.items()}
        keep(self._path, {"form": _FORM, "key": self._key, "verdicts": kept})


def digest_of(part: bytes) -> str:
    """Return the digest by which a part is known."""
    return hashlib.sha256(part).hexdigest()[:32]
