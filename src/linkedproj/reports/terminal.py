"""What a person's terminal gets: whatever a table or a dump holds, it cannot move the cursor or turn the text round."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

from linkedproj.model.lexical import printable

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Harmless(io.TextIOBase):
    """A terminal that is written to in text only, control characters spelled out."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    @property
    def encoding(self) -> str:  # type: ignore[override]  # the base class has a plain attribute
        """The encoding of the terminal."""
        return self._terminal.encoding

    def write(self, text: str) -> int:
        """Write text."""
        self._terminal.write(printable(text))
        return len(text)

    def flush(self) -> None:
        """Send what was written."""
        self._terminal.flush()

    def isatty(self) -> bool:
        """Say that this is a terminal."""
        return True

    def fileno(self) -> int:
        """Return the number by which the system knows the terminal, for whoever asks how wide it is."""
        return self._terminal.fileno()


@contextmanager
def harmless_output() -> Iterator[None]:
    """Let nothing reach the terminal of standard output raw; a file or a pipe gets every byte as it is."""
    before = sys.stdout
    if before is None or not before.isatty():
        yield
        return
    sys.stdout = cast("TextIO", _Harmless(before))
    try:
        yield
    finally:
        sys.stdout = before
