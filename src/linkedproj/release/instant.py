"""The instant of a release: given when it is made, in UTC and to the second, and shared by no two of them."""

from __future__ import annotations

import datetime as dt
import os
import re

from linkedproj.model.errors import SetupError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_EPOCH = "SOURCE_DATE_EPOCH"


def read_instant(text: str) -> str:
    """Write a day, or a time with its zone (ISO 8601), as an instant in UTC; a day stands for its beginning.

    >>> read_instant("2026-11-21T10:00+01:00"), read_instant("2026-11-21")
    ('2026-11-21T09:00:00Z', '2026-11-21T00:00:00Z')

    Raises:
        SetupError: it is neither.
    """
    if _DAY.fullmatch(text) or _TIME.fullmatch(text):
        try:
            found = dt.datetime.fromisoformat(text)
            return _written(found if found.tzinfo else found.replace(tzinfo=dt.UTC))
        except (ValueError, OverflowError):
            pass
    hint = "Write YYYY-MM-DD, or a time with its zone, such as 2026-11-21T09:00:00Z."
    raise SetupError(f"'{text}' is no instant of a release. {hint}")


def following(last: str) -> str:
    """Return the instant of a release that is made now, after another of the instant `last` ("" if it is the first).

    SOURCE_DATE_EPOCH is the clock where it is set (reproducible-builds.org). Of two releases made within one second the
    later one has the next second.

    Raises:
        SetupError: SOURCE_DATE_EPOCH is no number of seconds.
    """
    stated = os.environ.get(_EPOCH, "")
    if stated:
        try:
            return _written(dt.datetime.fromtimestamp(int(stated), dt.UTC))
        except (ValueError, OverflowError, OSError) as error:
            raise SetupError(f"{_EPOCH} is '{stated}', which is no number of seconds since 1970.") from error
    now = dt.datetime.now(dt.UTC)
    return _written(now + dt.timedelta(seconds=1) if _written(now) == last else now)


def _written(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
