"""Follow an endpoint's redirects, as far as that is safe."""

from __future__ import annotations

import ipaddress
import socket
import urllib.request
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from linkedproj.model.errors import RemoteError

if TYPE_CHECKING:
    from http.client import HTTPMessage

_STEPS = {"http": {"http", "https"}, "https": {"https"}}
_DROPPED = {"content-length", "host"}


class Redirects(urllib.request.HTTPRedirectHandler):
    """Sends the same query again to where the endpoint points.

    Never from https to http or to another scheme, and never from one host to an address inside a private network.
    """

    max_redirections = 5

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def redirect_request(  # noqa: PLR0913, PLR0917 - as urllib calls it
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request:
        """Word the request for the new address.

        Raises:
            RemoteError: it must not be followed.
        """
        del msg, headers
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        self._refuse_scheme(old.scheme, new.scheme, code, fp)
        if new.hostname != old.hostname and _is_private(new.hostname or ""):
            fp.close()
            message = f"the endpoint redirects to {new.hostname}, an address inside a private network."
            raise RemoteError(f"{message} This is not followed.", self._endpoint, code)
        kept = {name: value for name, value in req.header_items() if name.lower() not in _DROPPED}
        # A query changes nothing, so it may be sent again as it was: as GET it could be too long, or be lost.
        return urllib.request.Request(newurl, req.data, kept, req.origin_req_host, unverifiable=True)  # noqa: S310 - checked above

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> IO[bytes] | None:
        """Refuse foreign schemes before the library does so in other words.

        Raises:
            RemoteError: the scheme is none that is followed.
        """
        location = headers.get("location") or headers.get("uri") or ""
        old = urlsplit(req.full_url).scheme
        self._refuse_scheme(old, urlsplit(location).scheme or old, code, fp)
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def _refuse_scheme(self, old: str, new: str, code: int, answer: IO[bytes]) -> None:
        if new not in _STEPS.get(old, ()):
            answer.close()
            message = f"the endpoint redirects from {old}: to {new}:. This is not followed."
            raise RemoteError(message, self._endpoint, code)


def _is_private(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False  # it cannot be reached either
    return any(not ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_global for address in found)
