"""Read what an endpoint answered, with the mistakes that endpoints are known for."""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from linkedproj.model.errors import RemoteError
from linkedproj.model.nesting import DEEPEST, is_deep
from linkedproj.queries.results.table import Table, Triples
from linkedproj.queries.saved.tokens import declared_prefixes, tokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

    from linkedproj.queries.results.table import Answer

_SHOWN = 200
_JSON = {"application/sparql-results+json", "application/json"}
_TURTLE = {"text/turtle", "application/x-turtle", "application/turtle", "application/n-triples"}
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_INVISIBLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_MARKUP = re.compile(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>")
# Virtuoso 7.2.5 answers ASK with rows: one that holds 1, or none.
_ASKED = ("__ASK_RETVAL",)
_NO = ox.Literal(0)
_COMMON_LIMITS = {10_000, 100_000, 1_000_000}


class UnreadableError(Exception):
    """What was sent cannot be decompressed."""


def decoder(coding: str) -> Callable[[bytes, int], bytes]:
    """Return what decodes the blocks of a body one by one, each to no more bytes than are wanted.

    Nothing but the plain body is asked for; some servers compress it all the same.
    Source: RFC 9110, section 8.4.1.

    Raises:
        UnreadableError: the coding is none that is known; or later, the body is not in it.
    """
    name = coding.strip().lower()
    if name in {"", "identity"}:
        return lambda block, _: block
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise UnreadableError(f"the answer is compressed as {shortened(coding)}, which was not asked for.")
    # 32: the header tells which of gzip and zlib it is.
    inflating = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def inflate(block: bytes, most: int) -> bytes:
        try:
            return inflating.decompress(block, most)
        except zlib.error as error:
            raise UnreadableError(f"the answer is no whole {name}: {error}.") from error

    return inflate


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `reason` is the phrase beside the status; `whole` is False when it is shorter than announced."""

    endpoint: str
    status: int
    headers: Message
    body: bytes
    reason: str = ""
    whole: bool = True

    def refuse(self, message: str) -> RemoteError:
        """Word what is wrong with it."""
        return RemoteError(message, self.endpoint, self.status)


def read_answer(reply: Reply, form: str, sparql: str, tell: Callable[[str], None]) -> Answer:
    """Understand a reply to a query of a form (SELECT, ASK, CONSTRUCT, DESCRIBE); `tell` hears of doubts.

    Raises:
        RemoteError: it is not what was asked for, or not all of it.
    """
    rows = form in {"SELECT", "ASK"}
    _refuse_type(reply, _JSON if rows else _TURTLE, "SPARQL results in JSON" if rows else "Turtle")
    if not reply.whole:
        raise reply.refuse(f"the answer broke off after {len(reply.body)} bytes. Nothing of it is used.")
    _tell_limits(reply, tell)
    if not rows:
        return _triples(reply, sparql)
    answer = _results(reply)
    if form == "ASK" and isinstance(answer, Table) and answer.columns == _ASKED:
        return any(row != (_NO,) for row in answer.rows)
    if isinstance(answer, bool) is not (form == "ASK"):
        raise reply.refuse(f"the answer is not of the form that {form} asks for.")
    if isinstance(answer, Table) and len(answer) in _COMMON_LIMITS and not _limits(sparql):
        tell(
            f"The answer has exactly {len(answer)} rows, where many endpoints cut answers off without saying so. "
            "Count the rows with COUNT(*), or ask for them in parts with ORDER BY, LIMIT and OFFSET."
        )
    return answer


def shortened(text: str) -> str:
    """Put what a server says on one line that is safe to show: without markup and control characters."""
    plain = _INVISIBLE.sub(" ", _MARKUP.sub(" ", text)).strip()
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN].rstrip() + "…"


def _refuse_type(reply: Reply, wanted: set[str], name: str) -> None:
    found = reply.headers.get_content_type() if reply.headers.get("Content-Type") else ""
    if _HTML.match(reply.body) or found == "text/html":
        message = f"the endpoint answered with a web page instead of {name}. Is this the address of its SPARQL service?"
        said = shortened(reply.body[: 1 << 16].decode("utf-8", "replace"))
        raise reply.refuse(f"{message} The page says: {said or 'nothing'}")
    if found not in wanted:
        raise reply.refuse(f"the endpoint answered with {shortened(found) or 'no content type'} instead of {name}.")


def _tell_limits(reply: Reply, tell: Callable[[str], None]) -> None:
    """Pass on what Virtuoso says in headers only: its limit of rows, and that it stopped before the end."""
    most = reply.headers.get("X-SPARQL-MaxRows")
    if most:
        tell(f"The endpoint gives {shortened(most)} rows at most: this answer may be cut off.")
    if reply.headers.get("X-SQL-State"):
        said = shortened(reply.headers.get("X-SQL-Message", ""))
        tell(f"The endpoint stopped before the end: this answer is not complete. It says: {said or 'nothing'}")


def _results(reply: Reply) -> Table | bool:
    """Read SPARQL results in JSON; older Virtuosos say "typed-literal" where the Recommendation says "literal".

    Raises:
        RemoteError: they are none, or not whole.
    """
    found = _parsed(json.dumps(_document(reply)))
    if found is None:
        raise reply.refuse("the answer is JSON, but no SPARQL results.")
    return found


def _parsed(document: str) -> Table | bool | None:
    """Return what the results hold, None where they are none.

    pyoxigraph's solutions must be dropped by the thread that read them, so no exception may carry them away.
    """
    try:
        found = ox.parse_query_results(document, format=ox.QueryResultsFormat.JSON)
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        return Table.of(found.variables, found)
    except SyntaxError:
        return None


def _document(reply: Reply) -> object:
    """Read JSON; blank nodes get labels that RDF has, since Virtuoso's "nodeID://b1" is none."""
    labels: dict[str, str] = {}

    def relabelled(found: dict[str, Any]) -> dict[str, Any]:
        if found.get("type") == "bnode" and isinstance(found.get("value"), str):
            found["value"] = labels.setdefault(found["value"], f"b{len(labels)}")
        return found

    try:
        text = reply.body.decode("utf-8-sig")
        if is_deep(text):
            raise reply.refuse(f"the answer is no JSON: more than {DEEPEST} brackets stand within each other.")
        return json.loads(text, object_hook=relabelled, parse_int=str)
    except json.JSONDecodeError as error:
        # What is cut off fails at its end; what fails before is no JSON.
        if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
            message = f"the answer broke off after {len(reply.body)} bytes. Nothing of it is used."
        else:
            message = f"the answer is no JSON: {error}."
        raise reply.refuse(message) from error
    except UnicodeDecodeError as error:
        raise reply.refuse(f"the answer is no JSON: {shortened(str(error))}.") from error


def _triples(reply: Reply, sparql: str) -> Triples:
    try:
        found = ox.parse(reply.body, format=ox.RdfFormat.TURTLE)
        return Triples.of((quad.triple for quad in found), declared_prefixes(sparql))
    except (SyntaxError, ValueError) as error:
        message = f"the answer is no Turtle, or breaks off: {shortened(str(error))}."
        raise reply.refuse(message) from error


def _limits(sparql: str) -> bool:
    return any(token.kind == "name" and token.text.upper() == "LIMIT" for token in tokens(sparql))
