"""Run queries on a SPARQL endpoint somewhere else: one answer, whole and understood, or one sentence that says why not.

SPARQLWrapper words and sends the request; what endpoints do wrong is told apart here: a status, an answer that is no
SPARQL results, one that breaks off, one that never ends.
"""

from __future__ import annotations

import math
import re
import threading
import time
import urllib.error
import urllib.parse
from concurrent.futures import Future
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING

from SPARQLWrapper import GET, JSON, POST, TURTLE, URLENCODED, SPARQLWrapper

from linkedproj.model.errors import QueryError, RemoteError, address_shown
from linkedproj.queries.ask import adhoc
from linkedproj.queries.ask.redirects import AGENT, UnfollowedRedirectError, install
from linkedproj.queries.ask.remoteanswers import Reply, UnreadableError, decoder, read_answer, shortened

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

    from linkedproj.queries.results.table import Answer

_LONGEST_GET = 2_000
_BLOCK = 1 << 16
_BUSY = frozenset({429, 502, 503, 504})
_SOUND = range(200, 300)
_COUNT = re.compile(r"[0-9]{1,18}")
_NAMED = re.compile(r"[^/?#]*/{0,3}[^/?#]*@")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for an endpoint, and how often to ask it.

    `seconds` is the limit for one whole answer, from the look-up of the address to the last byte, and `in_all` that for
    all attempts together (0: none). `attempts` is how often a busy or unreachable endpoint is asked, `pause` the
    seconds before it is asked again (doubled each time, unless it says how long), `longest_pause` the longest wait it
    may ask for, `largest` the bytes of the largest answer that is read, compressed or not.
    """

    seconds: float = 60
    in_all: float = 0
    attempts: int = 4
    pause: float = 0.5
    longest_pause: float = 30
    largest: int = 256 << 20


def ask(
    endpoint: str, sparql: str, patience: Patience | None = None, tell: Callable[[str], None] = lambda _: None
) -> Answer:
    """Run a query on an endpoint; `tell` hears what should be known of an answer, such as that it may be cut off.

    Raises:
        QueryError: `endpoint` is no address of one, or the text is no query.
        RemoteError: it does not answer, or not as it must.
    """
    refuse_address(endpoint)
    patience = patience or Patience()
    form = adhoc.form_of(sparql)
    if not form:
        raise QueryError("this is no query. Begin with SELECT, ASK or CONSTRUCT, after the prefixes.")
    request = _request(endpoint, sparql, form, patience)
    return read_answer(_patiently(request, endpoint, patience), form, sparql, tell)


def refuse_address(endpoint: str) -> None:
    """Refuse what is no address of an endpoint on the web.

    Raises:
        QueryError: it has another scheme than http and https, no host, or a password in it.
    """
    try:
        parts = urllib.parse.urlsplit(endpoint)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    # Looked for in any text: where something else is wrong, too, that would be shown.
    if _NAMED.match(endpoint) or (sound and (parts.username is not None or parts.password is not None)):
        raise QueryError("the address of the endpoint holds a name or password. Leave them out: they would be shown.")
    if not sound or not endpoint.isascii() or any(character.isspace() for character in endpoint):
        shown = address_shown(endpoint)
        raise QueryError(f"'{shown}' is no address of an endpoint. Write it like https://data.example.org/sparql.")


def _request(endpoint: str, sparql: str, form: str, patience: Patience) -> SPARQLWrapper:
    request = SPARQLWrapper(endpoint, agent=AGENT)
    request.setQuery(sparql)
    # SPARQLWrapper guesses the form by a regular expression, which comments and strings can mislead.
    request.queryType = form
    request.setReturnFormat(JSON if form in {"SELECT", "ASK"} else TURTLE)
    request.setOnlyConneg(True)
    request.setRequestMethod(URLENCODED)
    request.setMethod(POST if len(endpoint) + len(urllib.parse.quote_plus(sparql)) > _LONGEST_GET else GET)
    request.setTimeout(math.ceil(patience.seconds))
    return request


def _patiently(request: SPARQLWrapper, endpoint: str, patience: Patience) -> Reply:
    """Ask until there is an answer, the endpoint says no, or patience ends.

    Raises:
        RemoteError: there is no answer.
    """
    end = time.monotonic() + (patience.in_all or math.inf)
    for attempt in range(1, patience.attempts + 1):
        wait = _pause(patience, attempt)
        try:
            left = min(patience.seconds, end - time.monotonic())
            reply = _in_time(request, endpoint, replace(patience, seconds=left))
        except UnfollowedRedirectError as error:
            raise RemoteError(str(error), endpoint, error.status) from error
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, TimeoutError):
                message = f"no whole answer came within {patience.seconds:g} seconds."
                raise RemoteError(message, endpoint) from error
            is_last = attempt == patience.attempts or time.monotonic() + wait > end
            if is_last or not isinstance(reason, ConnectionError):
                raise RemoteError(f"the endpoint cannot be reached: {shortened(str(reason))}.", endpoint) from error
        else:
            if reply.status in _SOUND:
                return reply
            wait = _asked_pause(reply) or wait
            too_long = wait > patience.longest_pause or time.monotonic() + wait > end
            if attempt == patience.attempts or reply.status not in _BUSY or too_long:
                raise reply.refuse(_refusal(reply, wait if too_long else 0))
        time.sleep(wait)
    raise RemoteError("the endpoint was never asked: no attempts are allowed.", endpoint)


def _pause(patience: Patience, attempt: int) -> float:
    return min(patience.pause * (1 << attempt - 1), patience.longest_pause)


def _in_time(request: SPARQLWrapper, endpoint: str, patience: Patience) -> Reply:
    """Send a request and read the reply, whichever step of it takes long.

    What looks up names, connects and reads headers has a limit for each of its steps, if any: a server that sends a
    byte at a time would be heard for ever. So another thread does it, and is left to itself when the time is up.

    Raises:
        TimeoutError: it takes too long.
    """
    done: Future[Reply] = Future()
    deadline = time.monotonic() + patience.seconds

    def send() -> None:
        try:
            done.set_result(_send(request, endpoint, patience, deadline))
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            done.set_exception(error)

    threading.Thread(target=send, daemon=True).start()
    return done.result(patience.seconds)


def _send(request: SPARQLWrapper, endpoint: str, patience: Patience, deadline: float) -> Reply:
    install()
    try:
        response: HTTPResponse = request.query().response
    except urllib.error.HTTPError as error:
        # A redirect that leads in a circle.
        with error:
            return Reply(endpoint, error.code, error.headers, b"", error.reason)
    with response:
        if response.status not in _SOUND:
            return Reply(endpoint, response.status, response.headers, _page(response), response.reason)
        body, whole = bytearray(), True
        try:
            _read(response, body, deadline, patience, endpoint)
        except IncompleteRead:
            whole = False
        stated = "" if response.headers.get("Content-Encoding") else response.headers.get("Content-Length", "")
        whole = whole and (not _COUNT.fullmatch(stated) or len(body) >= int(stated))
        return Reply(endpoint, response.status, response.headers, bytes(body), response.reason, whole)


def _page(response: HTTPResponse) -> bytes:
    """Read the beginning of what stands beside a refusal, if it comes."""
    try:
        return response.read(_BLOCK)
    except (OSError, HTTPException):
        return b""


def _read(response: HTTPResponse, body: bytearray, deadline: float, patience: Patience, endpoint: str) -> None:
    """Read a body that may never end, or come a byte at a time.

    Raises:
        RemoteError: it is too large.
        TimeoutError: it takes too long.
    """
    try:
        decode = decoder(response.headers.get("Content-Encoding", ""))
        while block := response.read1(_BLOCK):
            body += decode(block, patience.largest + 1 - len(body))
            if len(body) > patience.largest:
                message = f"the answer is larger than {patience.largest >> 20} MiB. Ask for less, with LIMIT."
                raise RemoteError(message, endpoint, 200)
            if time.monotonic() > deadline:
                raise TimeoutError
    except UnreadableError as error:
        raise RemoteError(str(error), endpoint, 200) from error


def _asked_pause(reply: Reply) -> float:
    """Return how many seconds an endpoint asks us to wait. Source: RFC 9110, section 10.2.3."""
    asked = reply.headers.get("Retry-After", "")
    if _COUNT.fullmatch(asked):
        return float(asked)
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _refusal(reply: Reply, wait: float) -> str:
    said = shortened(reply.body.decode("utf-8", "replace"))
    parts = [f"the endpoint answers {reply.status} {shortened(reply.reason)}".rstrip(), *([said] if said else [])]
    asked = f" It asks to wait {wait:.0f} seconds." if wait else ""
    return ": ".join(parts).rstrip(".") + "." + asked
