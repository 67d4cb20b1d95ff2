"""Trying addresses as the portals do: with HEAD, each once."""

from __future__ import annotations

import http.client
from functools import cache
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 10


def tried_at(base: str, live: str) -> Callable[[str], bool]:
    """Return a function that tells whether an address answers with 200; those under `base` are tried under `live`.

    Raises:
        SetupError: `live` is no address of the web.
    """
    if urlsplit(live).scheme not in {"http", "https"} or not urlsplit(live).netloc:
        raise SetupError(f"'{live}' is no address. Write one such as http://127.0.0.1:8000/.")
    root = live if live.endswith("/") else live + "/"

    @cache
    def answers(address: str) -> bool:
        return _answers(root + address.removeprefix(base) if address.startswith(base) else address)

    return answers


def _answers(address: str) -> bool:
    if urlsplit(address).scheme not in {"http", "https"}:
        return False
    request = Request(address, method="HEAD", headers={"User-Agent": "linkedproj"})  # noqa: S310 - checked above
    try:
        with urlopen(request, timeout=_SECONDS) as reply:  # noqa: S310 - checked above
            return bool(reply.status == http.client.OK)
    except (URLError, OSError, http.client.HTTPException, ValueError):
        return False
