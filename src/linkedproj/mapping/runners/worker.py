"""What a worker of this room does: the tasks of a mapping, one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from linkedproj.mapping.runners.resources import perform_from
from linkedproj.system.plain import from_plain, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable


def begin(_: None) -> Callable[[dict[str, Any]], Any]:
    """Return the function that does the task of a message, with the setting that lies in a file."""
    return lambda message: to_plain(perform_from(Path(message["setting"]), from_plain(message["task"])))
