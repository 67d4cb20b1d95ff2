"""What a regular expression may cost, read from its text alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(|\)|[*+]|\{\d*,\}|.", re.DOTALL)
_ENDLESS = re.compile(r"[*+]|\{\d*,\}")


def is_endless(pattern: str) -> bool:
    """Return whether some part of a pattern may repeat without an upper bound.

    >>> is_endless("^[A-Z]{3}$"), is_endless("^[*+]{1,9}$"), is_endless("^a{2,}$")
    (False, False, True)
    """
    return any(_ENDLESS.fullmatch(piece) for piece in _pieces(pattern))


def is_nested(pattern: str) -> bool:
    """Return whether an endless repetition stands inside a group that itself repeats without end.

    >>> is_nested("^(a+)+$"), is_nested("^((a*)b)*$"), is_nested("^(-[a-z]+){0,9}$")
    (True, True, False)
    """
    groups, just_closed = [False], False
    for piece in _pieces(pattern):
        endless = _ENDLESS.fullmatch(piece) is not None
        if endless and just_closed:
            return True
        if endless:
            groups[-1] = True
        elif piece == "(":
            groups.append(False)
        just_closed = piece == ")" and len(groups) > 1 and groups.pop()
        groups[-1] = groups[-1] or just_closed
    return False


def _pieces(pattern: str) -> Iterator[str]:
    return (match[0] for match in _PIECE.finditer(pattern))
