"""How requests to endpoints are opened: redirects are followed as far as that is safe, and no status is an exception.

SPARQLWrapper sends by urllib's opener of the whole process (as its own `setUseKeepAlive` shows), and has no other place
for rules of ours. `install` sets one that keeps them for our requests, known by their User-Agent, and serves all others
as urllib does.
"""

from __future__ import annotations

import ipaddress
import socket
import urllib.request
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from http.client import HTTPMessage

AGENT = "linkedproj (https://w3id.org/linkedproj/)"

_STEPS = {"http": {"http", "https"}, "https": {"https"}}
_DROPPED = {"content-length", "host"}
_REDIRECTS = {301, 302, 303, 307, 308}


class UnfollowedRedirectError(Exception):
    """An endpoint points to where a query must not be sent; `status` is what it answered."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(f"{message} This is not followed.")
        self.status = status


def install() -> None:
    """Let urllib open requests by the rules below."""
    urllib.request.install_opener(urllib.request.build_opener(Redirects, Statuses))


class Statuses(urllib.request.HTTPErrorProcessor):
    """Hands on every answer that is no redirect, whatever its status: why an endpoint refuses stands in the body."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:  # noqa: ANN401 - as urllib has it
        """Return the response, or what a redirect leads to."""
        if _is_ours(request) and response.code not in _REDIRECTS:
            return response
        return super().http_response(request, response)

    https_response = http_response


class Redirects(urllib.request.HTTPRedirectHandler):
    """Sends the same query again to where the endpoint points.

    Never from https to http or to another scheme, and never from one host to an address inside a private network.
    """

    def redirect_request(  # noqa: PLR0913, PLR0917 - as urllib calls it
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> urllib.request.Request | None:
        """Word the request for the new address.

        Raises:
            UnfollowedRedirectError: it must not be followed.
        """
        if not _is_ours(req):
            return super().redirect_request(req, fp, code, msg, headers, newurl)
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        _refuse_scheme(old.scheme, new.scheme, code, fp)
        if new.username is not None or new.password is not None:
            fp.close()
            raise UnfollowedRedirectError("the endpoint redirects to an address with a name or password.", code)
        if new.hostname != old.hostname and _is_private(new.hostname or ""):
            fp.close()
            message = f"the endpoint redirects to {new.hostname}, an address inside a private network."
            raise UnfollowedRedirectError(message, code)
        kept = {name: value for name, value in req.header_items() if name.lower() not in _DROPPED}
        # A query changes nothing, so it may be sent again as it was: as GET it could be too long, or be lost.
        return urllib.request.Request(newurl, req.data, kept, req.origin_req_host, unverifiable=True)  # noqa: S310 - checked above

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> IO[bytes] | None:
        """Refuse foreign schemes before the library does so in other words.

        Raises:
            UnfollowedRedirectError: the scheme is none that is followed.
        """
        if _is_ours(req):
            location = headers.get("location") or headers.get("uri") or ""
            old = urlsplit(req.full_url).scheme
            _refuse_scheme(old, urlsplit(location).scheme or old, code, fp)
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _is_ours(request: urllib.request.Request) -> bool:
    return request.get_header("User-agent") == AGENT


def _refuse_scheme(old: str, new: str, code: int, answer: IO[bytes]) -> None:
    if new not in _STEPS.get(old, ()):
        answer.close()
        raise UnfollowedRedirectError(f"the endpoint redirects from {old}: to {new}:.", code)


def _is_private(host: str) -> bool:
    try:
        found = socket.getaddrinfo(host, None)
    except OSError:
        return False  # it cannot be reached either
    return any(not ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_global for address in found)
