"""Progress on a terminal, for work that takes longer than a second; in a pipe, nothing."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from types import TracebackType

_PATIENCE, _BEAT = 1.0, 0.25


class Progress:
    """Show what is being done and for how long; use it as a context and call it with each step."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._step, self._shown = "", 0
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, step: str) -> None:
        """Say what is being done now."""
        self._step = step

    def __enter__(self) -> Self:
        """Begin to watch the clock."""
        if self._stream.isatty():
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Clear the line."""
        self._done.set()
        if self._thread:
            self._thread.join()
            self._write("")

    def _watch(self) -> None:
        started = time.monotonic()
        while not self._done.wait(_BEAT):
            seconds = time.monotonic() - started
            if seconds >= _PATIENCE:
                self._write(f"{self._step} … {seconds:.0f} s")

    def _write(self, line: str) -> None:
        if line or self._shown:
            self._stream.write("\r" + line.ljust(self._shown) + ("" if line else "\r"))
            self._stream.flush()
            self._shown = len(line)
