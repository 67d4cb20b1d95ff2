"""How wide a text is on a terminal: characters of East Asia take two columns, combining ones none."""

from __future__ import annotations


def width(text: str) -> int:
    """Return the columns that a text takes.

    >>> width("東京"), width("e\u0301")
    (4, 1)
    """
    from rich.cells import cell_len

    return len(text) if text.isascii() else cell_len(text)


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill a text up with blanks behind it; before it if it belongs to the right."""
    blanks = " " * (columns - width(text))
    return blanks + text if right else text + blanks


def cut(text: str, columns: int) -> str:
    """Shorten a text that is too wide, which "…" at its end shows, and fill it up.

    >>> cut("東京都", 4), cut("Rome", 6)
    ('東… ', 'Rome  ')
    """
    from rich.cells import set_cell_size

    if width(text) <= columns:
        return pad(text, columns)
    return pad(f"{set_cell_size(text, columns - 1).rstrip()}…", columns)
