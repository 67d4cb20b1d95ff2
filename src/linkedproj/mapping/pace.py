"""How long something will take that has begun."""

from __future__ import annotations

import time

_EARLY = 5.0
_MINUTE = 60


class Pace:
    """Say how much of a step is done, and about how long the rest will take."""

    def __init__(self, step: str) -> None:
        self._step, self._done, self._started = step, 0, time.monotonic()

    def after(self, done: int, left: int) -> str:
        """Word the progress after a piece of work: so much more is done, so much is left, in any unit."""
        self._done += done
        share = self._done / (self._done + left) if self._done + left else 1.0
        text = f"{self._step}: {share:.0%}"
        seconds = time.monotonic() - self._started
        # What the first pieces took says little.
        return text if seconds < _EARLY or not share else f"{text}, {_words(seconds / share - seconds)}"


def _words(seconds: float) -> str:
    if seconds < _MINUTE:
        return "less than a minute left"
    minutes = round(seconds / _MINUTE)
    if minutes < _MINUTE:
        return f"about {minutes} min left"
    return f"about {minutes // _MINUTE} h {minutes % _MINUTE} min left"
