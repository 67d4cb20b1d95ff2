"""End this process when a step takes too long or too much memory, or at once on Ctrl-C, whatever it is doing.

A library in native code cannot be stopped, and Python hears of a signal only when it returns; but it lets other threads
run. So a thread watches, and ends the process. It must not have begun to write anything.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOOK = 0.05
_GRACE = 0.5
_INTERRUPTED = 130
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0


@contextmanager
def watched(seconds: float, megabytes: int, end: Callable[[str], None]) -> Iterator[None]:
    """Watch what is done in the context: `seconds` by the clock, and `megabytes` more than are used now (0: any).

    `end` is called with "time" or "memory", in another thread, and has to end the process. Ctrl-C ends it with exit
    code 130 if Python does not hear of it by itself. Memory is watched where /proc tells it.
    """
    watch = _Watch(seconds, megabytes, end)
    thread = threading.Thread(target=watch.run, daemon=True)
    with watch.hearing_signals():
        thread.start()
        try:
            yield
        finally:
            watch.done.set()
            thread.join()


class _Watch:
    def __init__(self, seconds: float, megabytes: int, end: Callable[[str], None]) -> None:
        self._deadline = time.monotonic() + seconds if seconds else float("inf")
        self._most = _resident() + (megabytes << 20) if megabytes and _resident() else 0
        self._end, self._ear = end, -1
        self.done = threading.Event()

    @contextmanager
    def hearing_signals(self) -> Iterator[None]:
        """Let the numbers of signals come through a pipe; only the main thread can have it so."""
        if threading.current_thread() is not threading.main_thread() or os.name == "nt":
            yield
            return
        self._ear, mouth = os.pipe()
        os.set_blocking(mouth, False)
        before = signal.set_wakeup_fd(mouth, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            os.close(mouth)
            os.close(self._ear)

    def run(self) -> None:
        interrupted = float("inf")
        while not self.done.wait(_LOOK):
            now = time.monotonic()
            if self._hears_an_end():
                interrupted = min(interrupted, now)
            if now > interrupted + _GRACE:
                os._exit(_INTERRUPTED)
            if now > self._deadline:
                self._end("time")
            if self._most and _resident() > self._most:
                self._end("memory")

    def _hears_an_end(self) -> bool:
        if self._ear < 0 or not select.select([self._ear], [], [], 0)[0]:
            return False
        return bool({signal.SIGINT, signal.SIGTERM} & set(os.read(self._ear, 64)))


def _resident() -> int:
    """Return the bytes of memory that this process holds, 0 where the system does not tell."""
    with suppress(OSError, ValueError, IndexError), open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - read twenty times a second
        return int(file.read().split()[1]) * _PAGE
    return 0
