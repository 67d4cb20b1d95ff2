"""Progress on a terminal, for work that takes longer than a second; in a pipe, nothing."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from types import TracebackType

    from rich.live import Live
    from rich.text import Text

_PATIENCE = 1.0
_PER_SECOND = 4


class Progress:
    """Show what is being done and for how long; use it as a context and call it with each step."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._step, self._started = "", time.monotonic()
        self._live: Live | None = None
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True

    def __call__(self, step: str) -> None:
        """Take note of what is being done now."""
        self._step = step

    def __enter__(self) -> Self:
        """Begin to watch the clock."""
        if self._stream.isatty():
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Clear the line."""
        self._timer.cancel()
        if self._timer.ident is not None:
            self._timer.join()
        if self._live:
            self._live.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._live = Live(
            console=Console(file=self._stream),
            get_renderable=self._line,
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start(refresh=True)

    def _line(self) -> Text:
        from rich.text import Text

        seconds = time.monotonic() - self._started
        return Text(f"{self._step} … {seconds:.0f} s", no_wrap=True, overflow="ellipsis")
