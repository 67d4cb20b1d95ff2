"""Asking endpoints: a real one, and one that makes every mistake we know of. All on loopback."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import shutil
import socket
import subprocess
import sysconfig
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

from linkedproj.cli import main
from linkedproj.model.errors import QueryError, RemoteError
from linkedproj.queries.ask import local, redirects, remote
from linkedproj.queries.results.table import Table, Triples, as_table
from linkedproj.queries.saved import bases
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import open_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linkedproj.queries.results.table import Answer as AnyAnswer

QUERIES = open_collection(Path(__file__).parents[1] / "data").read()
SECONDS_OF_LIFE = "240"

# ---------------------------------------------------------------- a real endpoint


def _run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    """Run the command line; give its exit code and what it wrote."""
    code = 0
    try:
        main(arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capfdbinary.readouterr()
    return code, out.decode(), err.decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}?query=ASK%7B%7D", timeout=2):  # noqa: S310 - loopback
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def endpoint(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Load the dump into an Oxigraph server and start it; it ends with the tests, and by itself."""
    program = shutil.which("oxigraph") or shutil.which("oxigraph", path=sysconfig.get_path("scripts"))
    if not program:
        pytest.skip("the package oxigraph is not installed: there is no server to ask")
    place = str(tmp_path_factory.mktemp("server"))
    files = [part for file in local.dump_files(release) for part in ("--file", str(file))]
    subprocess.run([program, "load", "--location", place, *files], check=True, capture_output=True, timeout=60)
    port = _free_port()
    limit = [shutil.which("timeout") or "", SECONDS_OF_LIFE] if shutil.which("timeout") else []
    serve = [*limit, program, "serve-read-only", "--location", place, "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}/query"
            started = time.monotonic()
            while not _answers(address):
                assert time.monotonic() - started < 20, "the server does not start"
                time.sleep(0.05)
            yield address
        finally:
            server.terminate()
            server.wait(10)


@pytest.fixture(scope="module")
def store(release: Path) -> ox.Store:
    return local.load(local.dump_files(release))


@pytest.mark.parametrize("query_id", QUERIES)
def test_a_real_endpoint_answers_as_the_local_engine(query_id: str, endpoint: str, store: ox.Store) -> None:
    sparql = bind(QUERIES[query_id], {}, bases.by_table(bases.context_of()))
    there, here = as_table(remote.ask(endpoint, sparql)), as_table(local.evaluate(store, sparql))
    assert there.columns == here.columns
    assert there.multiset() == here.multiset()


FORMS = {
    "ask": "# SELECT in a comment\nASK { ?s ?p ?o }",
    "construct": "PREFIX lp: <https://w3id.org/linkedproj/ns#> CONSTRUCT { ?p a lp:Project } WHERE { ?p a lp:Project }",
    "odd-letters": 'SELECT ?x { VALUES ?x { "a+b%20%2B é 東 \\" # ?" <http://a/%20b?c=d&e=é#f> } }',
    "long": "SELECT ?x { VALUES ?x { " + " ".join(f'"{n}"' for n in range(2_000)) + " } }",
    "unbound": "SELECT ?x ?y { VALUES (?x ?y) { (1 UNDEF) (UNDEF 2.50) } }",
    "blank": "SELECT ?x ?y { { BIND(BNODE() AS ?x) BIND(?x AS ?y) FILTER(SAMETERM(?x, ?y)) } }",
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_query_comes_back_whole(name: str, endpoint: str, store: ox.Store) -> None:
    there, here = remote.ask(endpoint, FORMS[name]), local.evaluate(store, FORMS[name])
    if name == "blank":
        assert isinstance(there, Table)
        assert [row[0] == row[1] and isinstance(row[0], ox.BlankNode) for row in there.rows] == [True]
    elif isinstance(here, Table):
        assert as_table(there).multiset() == here.multiset()
    else:
        assert there == here


def test_the_command_asks_the_endpoint(endpoint: str, release: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    there = _run(capfdbinary, "query", "projects", "--endpoint", endpoint, "--format", "csv")
    here = _run(capfdbinary, "query", "projects", "--data", str(release), "--format", "csv")
    assert there == here
    assert here[0] == 0


def test_a_fault_in_the_query_is_told_in_the_words_of_the_endpoint(endpoint: str) -> None:
    with pytest.raises(RemoteError) as refused:
        remote.ask(endpoint, "SELECT * { ?x }")
    assert refused.value.status == 400
    assert str(refused.value).startswith(f"{endpoint}: the endpoint answers 400 Bad Request: error at 1:")


# ---------------------------------------------------------------- one that misbehaves

ROWS = '{"head": {"vars": ["x"]}, "results": {"bindings": [%s]}}'
ROW = '{"x": {"type": "literal", "value": "a"}}'
GOOD = (ROWS % ROW).encode()
RESULTS = "application/sparql-results+json"


@dataclass
class Answer:
    """What the server says to one path; `failures` come first, one a request."""

    body: bytes = GOOD
    kind: str = RESULTS
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    failures: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    action: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Server:
    """A real server on loopback; `hits` counts the requests, `bodies` and `seen` what was sent."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def says(self, path: str, answer: Answer) -> str:
        """Set an answer; give the address."""
        self.answers[path] = answer
        return self.address(path)

    def address(self, path: str, host: str = "127.0.0.1") -> str:
        """Give the address of a path."""
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode() or urlsplit(self.path).query
            found.hits[path] += 1
            found.seen.append((self.command, path, parse_qs(text).get("query", [""])[0]))
            answer = found.answers.get(path, Answer(b"nothing here", "text/plain", 404))
            with contextlib.suppress(OSError):
                self.answer(answer)

        do_POST = do_GET  # noqa: N815 - the name that the library calls

        def answer(self, answer: Answer) -> None:
            if answer.action:
                answer.action(self)
                return
            status, headers = answer.failures.pop(0) if answer.failures else (answer.status, answer.headers)
            self.send_response(status)
            if answer.kind:
                self.send_header("Content-Type", answer.kind)
            if answer.length != -1:
                self.send_header("Content-Length", str(answer.length or len(answer.body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        found.port = int(listening.server_address[1])
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            listening.shutdown()
            thread.join(5)


QUICK = remote.Patience(seconds=1, attempts=3, pause=0.01, longest_pause=2, largest=100_000)
ASKED = "SELECT ?x { ?x ?y ?z }"


def _ask(address: str, sparql: str = ASKED) -> tuple[AnyAnswer, list[str]]:
    notes: list[str] = []
    return remote.ask(address, sparql, QUICK, notes.append), notes


PAGE = b"<!DOCTYPE html><html><head><style>p {}</style><title>Query \x1b[31m form</title></head><p>Welcome</p></html>"
ADVICE = "Is this the address of its SPARQL service? The page says: "
MISTAKES = {
    "html": (
        Answer(PAGE, "text/html"),
        f"the endpoint answered with a web page instead of SPARQL results in JSON. {ADVICE}Query [31m form Welcome",
    ),
    "html-as-json": (
        Answer(b"\n<!-- x -->\n<HTML><body>Login</body></HTML>"),
        f"the endpoint answered with a web page instead of SPARQL results in JSON. {ADVICE}Login",
    ),
    "truncated": (Answer(GOOD[:-20]), f"the answer broke off after {len(GOOD) - 20} bytes. Nothing of it is used."),
    "truncated-in-a-string": (Answer(GOOD[:20]), "the answer broke off after 20 bytes. Nothing of it is used."),
    "shorter-than-said": (
        Answer(length=len(GOOD) + 5),
        f"the answer broke off after {len(GOOD)} bytes. Nothing of it is used.",
    ),
    "empty": (Answer(b""), "the answer broke off after 0 bytes. Nothing of it is used."),
    "no-json": (Answer(b"x,y"), "the answer is no JSON: Expecting value: line 1 column 1 (char 0)."),
    "no-utf8": (
        Answer(b"\xff\xfe"),
        "the answer is no JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte.",
    ),
    "deep-json": (
        Answer(b"[" * 90_000 + b"]" * 9),
        "the answer is no JSON: more than 100 brackets stand within each other.",
    ),
    "deep-json-that-is-whole": (
        Answer((ROWS % ('{"x": ' * 5_000 + "1" + "}" * 5_000)).encode()),
        "the answer is no JSON: more than 100 brackets stand within each other.",
    ),
    "long-number": (Answer((ROWS % f'{{"x": {"1" * 5_000}}}').encode()), "the answer is JSON, but no SPARQL results."),
    "xml": (
        Answer(b'<!DOCTYPE a [<!ENTITY b "c">]><sparql>&b;</sparql>', "application/sparql-results+xml"),
        "the endpoint answered with application/sparql-results+xml instead of SPARQL results in JSON.",
    ),
    "gzip-bomb": (
        Answer(gzip.compress(b" " * 5_000_000), headers={"Content-Encoding": "gzip"}),
        "the answer is larger than 0 MiB. Ask for less, with LIMIT.",
    ),
    "deflate-bomb": (
        Answer(zlib.compress(b" " * 5_000_000), headers={"Content-Encoding": "Deflate"}),
        "the answer is larger than 0 MiB. Ask for less, with LIMIT.",
    ),
    "no-gzip": (
        Answer(headers={"Content-Encoding": "gzip"}),
        "the answer is no whole gzip: Error -3 while decompressing data: incorrect header check.",
    ),
    "cut-gzip": (
        Answer(gzip.compress(GOOD)[:-15], headers={"Content-Encoding": "x-gzip"}),
        "the answer broke off after ",
    ),
    "unknown-coding": (
        Answer(headers={"Content-Encoding": "br\x1b"}),
        "the answer is compressed as br, which was not asked for.",
    ),
    "to-a-name": (
        Answer(b"", "", 302, {"Location": "http://me:secret@127.0.0.1/"}),
        "the endpoint redirects to an address with a name or password. This is not followed.",
    ),
    "other-json": (Answer(b'{"error": "no"}'), "the answer is JSON, but no SPARQL results."),
    "unknown-term": (
        Answer((ROWS % '{"x": {"type": "triple", "value": {}}}').encode()),
        "the answer is JSON, but no SPARQL results.",
    ),
    "wrong-type": (
        Answer(b"x\na", "text/csv"),
        "the endpoint answered with text/csv instead of SPARQL results in JSON.",
    ),
    "no-type": (
        Answer(kind=""),
        "the endpoint answered with no content type instead of SPARQL results in JSON.",
    ),
    "too-large": (Answer(b" " * 200_000), "the answer is larger than 0 MiB. Ask for less, with LIMIT."),
    "bad-request": (
        Answer(b"<p>Virtuoso 37000 Error\n  SP030: <b>syntax</b></p>" + b" x" * 200, "text/html", 400),
        "the endpoint answers 400 Bad Request: Virtuoso 37000 Error SP030: syntax " + "x " * 82 + "x….",
    ),
    "forbidden": (Answer(b"", "", 403), "the endpoint answers 403 Forbidden."),
    "not-found": (Answer(b"gone.", "", 404), "the endpoint answers 404 Not Found: gone."),
    "error": (Answer(b"", "", 500), "the endpoint answers 500 Internal Server Error."),
    "busy": (Answer(b"", "", 503), "the endpoint answers 503 Service Unavailable."),
    "asks-too-much": (
        Answer(b"", "", 429, {"Retry-After": "3600"}),
        "the endpoint answers 429 Too Many Requests. It asks to wait 3600 seconds.",
    ),
    "to-file": (
        Answer(b"", "", 302, {"Location": "file:///etc/hostname"}),
        "the endpoint redirects from http: to file:. This is not followed.",
    ),
    "to-ftp": (
        Answer(b"", "", 307, {"Location": "ftp://127.0.0.1/x"}),
        "the endpoint redirects from http: to ftp:. This is not followed.",
    ),
    "to-private": (
        Answer(b"", "", 301, {"Location": "http://169.254.169.254/latest"}),
        "the endpoint redirects to 169.254.169.254, an address inside a private network. This is not followed.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_one_sentence(name: str, server: Server) -> None:
    answer, message = MISTAKES[name]
    address = server.says("/sparql", answer)
    with pytest.raises(RemoteError) as refused:
        _ask(address)
    assert str(refused.value).startswith(f"{address}: {message}")
    assert "\n" not in str(refused.value)
    assert refused.value.iri == address
    assert refused.value.status == answer.status
    assert server.hits["/sparql"] == (QUICK.attempts if answer.status in {502, 503, 504} else 1)


ONE = (
    '{"__ASK_RETVAL": {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": "1"}}'
)


@pytest.mark.parametrize(("rows", "answer"), [(ONE, True), (ONE.replace('"1"', '"0"'), False), ("", False)])
def test_virtuoso_answers_ask_with_rows(rows: str, answer: bool, server: Server) -> None:  # noqa: FBT001 - the answer
    body = f'{{"head": {{"link": [], "vars": ["__ASK_RETVAL"]}}, "results": {{"bindings": [{rows}]}}}}'
    address = server.says("/sparql", Answer(body.encode()))
    assert _ask(address, "ASK { ?s ?p ?o }") == (answer, [])


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_endpoint_is_asked_again(status: int, server: Server) -> None:
    address = server.says("/sparql", Answer(failures=[(status, {}), (status, {"Retry-After": "0"})]))
    table, _ = _ask(address)
    assert as_table(table).rows == ((ox.Literal("a"),),)
    assert server.hits["/sparql"] == 3


def test_an_endpoint_says_how_long_to_wait(server: Server) -> None:
    address = server.says("/sparql", Answer(failures=[(503, {"Retry-After": "1"})]))
    started = time.monotonic()
    _ask(address)
    assert 1 <= time.monotonic() - started < 4
    later = {"Retry-After": formatdate(time.time() + 500, usegmt=True)}
    with pytest.raises(RemoteError, match=r"It asks to wait (500|499) seconds\.$"):
        _ask(server.says("/later", Answer(failures=[(503, later)])))


def test_a_silent_endpoint_is_left_in_time(server: Server) -> None:
    address = server.says("/sparql", Answer(action=lambda _: time.sleep(3)))
    started = time.monotonic()
    with pytest.raises(RemoteError) as refused:
        _ask(address)
    assert str(refused.value) == f"{address}: no whole answer came within 1 seconds."
    assert time.monotonic() - started < 2.5
    assert server.hits["/sparql"] == 1


def _drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", RESULTS)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def test_an_answer_that_comes_a_byte_at_a_time_is_left_in_time(server: Server) -> None:
    started = time.monotonic()
    with pytest.raises(RemoteError, match="no whole answer came within 1 seconds"):
        _ask(server.says("/sparql", Answer(action=_drip)))
    assert time.monotonic() - started < 3


def test_an_answer_that_was_left_is_heard_no_more(server: Server) -> None:
    hung_up = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", RESULTS)
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b" ")
                time.sleep(0.1)
        except OSError:
            hung_up.set()

    with pytest.raises(RemoteError, match="no whole answer came within 1 seconds"):
        _ask(server.says("/sparql", Answer(action=drip)))
    assert hung_up.wait(5)


def _cut_chunks(handler: BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Content-Type", RESULTS)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(GOOD), GOOD))
    handler.close_connection = True


def _drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.flush_headers()
    for letter in "X-Long: " + "a" * 200:
        handler.wfile.write(letter.encode())
        time.sleep(0.1)


def _drip_chunks(handler: BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Content-Type", RESULTS)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b"1")
        time.sleep(0.1)


@pytest.mark.parametrize("drip", [_drip_headers, _drip_chunks])
def test_whatever_comes_a_byte_at_a_time_is_left_in_time(
    drip: Callable[[BaseHTTPRequestHandler], None], server: Server
) -> None:
    started = time.monotonic()
    with pytest.raises(RemoteError, match="no whole answer came within 1 seconds"):
        _ask(server.says("/sparql", Answer(action=drip)))
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("answer", [Answer(action=_drip_headers), Answer(b"", "", 503, {"Retry-After": "20"})])
def test_the_command_keeps_to_its_timeout(
    answer: Answer, server: Server, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    address = server.says("/sparql", answer)
    code, out, err = _run(capfdbinary, "query", "projects", "--endpoint", address, "--timeout", "1")
    assert (code, out) == (4, "")
    late = "no whole answer came within 1 seconds.\n"
    busy = "the endpoint answers 503 Service Unavailable. It asks to wait 20 seconds.\n"
    assert err == f"linkedproj: {address}: {late if answer.action else busy}"


@pytest.mark.parametrize(
    ("coding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_what_was_compressed_without_being_asked_is_read(
    coding: str, compress: Callable[[bytes], bytes], server: Server
) -> None:
    answer = Answer(compress(GOOD), headers={"Content-Encoding": coding})
    table, _ = _ask(server.says("/sparql", answer))
    assert as_table(table).rows == ((ox.Literal("a"),),)


def test_an_endpoint_that_gives_more_rows_than_are_wanted_is_refused(
    server: Server, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    address = server.says("/sparql", Answer((ROWS % f"{ROW}, {ROW}").encode()))
    code, out, err = _run(capfdbinary, "query", "projects", "--endpoint", address, "--rows", "1")
    assert (code, out) == (2, "")
    assert err == "linkedproj: the answer has more than 1 rows. Add LIMIT to the query, or allow more with --rows.\n"


def test_a_chain_of_redirects_has_an_end(server: Server) -> None:
    for number in range(30):
        server.says(f"/{number}", Answer(b"", "", 302, {"Location": f"/{number + 1}"}))
    with pytest.raises(RemoteError, match="the endpoint answers 302"):
        _ask(server.address("/0"))
    assert sum(server.hits.values()) <= 11


def test_chunks_without_an_end_are_no_answer(server: Server) -> None:
    with pytest.raises(RemoteError, match=f"the answer broke off after {len(GOOD)} bytes"):
        _ask(server.says("/sparql", Answer(action=_cut_chunks)))


def test_an_endpoint_that_is_not_there_cannot_be_reached() -> None:
    address = f"http://127.0.0.1:{_free_port()}/sparql"
    with pytest.raises(RemoteError) as refused:
        _ask(address)
    assert str(refused.value).startswith(f"{address}: the endpoint cannot be reached: ")
    assert refused.value.status == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("sparql", [ASKED, ASKED + " #" + "x" * 3000], ids=["get", "post"])
def test_a_redirect_on_the_same_host_is_followed_with_the_query(status: int, sparql: str, server: Server) -> None:
    server.says("/new", Answer())
    to_new = {"Location": "/new?query=" + "SELECT" if len(sparql) < 100 else "/new"}
    address = server.says("/old", Answer(b"", "", status, to_new))
    _ask(address, sparql)
    assert server.hits == {"/old": 1, "/new": 1}
    if len(sparql) > 100:
        assert server.seen[-1] == ("POST", "/new", sparql)


def test_redirects_in_a_circle_end(server: Server) -> None:
    with pytest.raises(RemoteError, match="the endpoint answers 302"):
        _ask(server.says("/sparql", Answer(b"", "", 302, {"Location": "/sparql"})))
    assert server.hits["/sparql"] < 8


def test_a_redirect_never_leaves_encryption() -> None:
    request = urllib.request.Request("https://data.example.org/sparql", headers={"User-Agent": redirects.AGENT})
    with pytest.raises(redirects.UnfollowedRedirectError) as refused:
        redirects.Redirects().redirect_request(
            request, io.BytesIO(), 301, "", HTTPMessage(), "http://data.example.org/sparql"
        )
    assert str(refused.value) == "the endpoint redirects from https: to http:. This is not followed."


def test_requests_of_others_are_opened_as_ever(server: Server) -> None:
    _ask(server.says("/sparql", Answer()))
    to_there = Answer(b"", "", 302, {"Location": server.says("/there", Answer()).replace("127.0.0.1", "localhost")})
    with urllib.request.urlopen(server.says("/here", to_there), timeout=2) as response:  # noqa: S310 - loopback
        assert (response.status, response.read()) == (200, GOOD)
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(server.says("/no", Answer(b"", "", 404)), timeout=2)  # noqa: S310 - loopback


def test_long_queries_are_posted_and_short_ones_are_not(server: Server) -> None:
    address = server.says("/sparql", Answer())
    long = f"{ASKED} # {'é' * 1000}"
    _ask(address)
    _ask(address, long)
    assert server.seen == [("GET", "/sparql", ASKED), ("POST", "/sparql", long)]


VIRTUOSO = {
    "head": {"link": [], "vars": ["plain", "number", "text", "node"]},
    "results": {
        "distinct": False,
        "ordered": True,
        "bindings": [
            {
                "plain": {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#string", "value": "a"},
                "number": {
                    "type": "typed-literal",
                    "datatype": "http://www.w3.org/2001/XMLSchema#decimal",
                    "value": "10",
                },
                "text": {"type": "literal", "xml:lang": "ca", "value": "b"},
                "node": {"type": "bnode", "value": "nodeID://b10001"},
            }
        ],
    },
}


def test_the_json_of_older_virtuosos_means_the_same(server: Server) -> None:
    decimal = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
    table, _ = _ask(server.says("/sparql", Answer(json.dumps(VIRTUOSO).encode())))
    assert isinstance(table, Table)
    same = (ox.Literal("a"), ox.Literal("10.0", datatype=decimal), ox.Literal("b", language="ca"), ox.BlankNode("b0"))
    assert table.multiset() == Table(table.columns, (same,)).multiset()


def test_a_silent_cut_is_warned_of(server: Server) -> None:
    full = (ROWS % ",".join(["{}"] * 10_000)).encode()
    address = server.says("/sparql", Answer(full))
    _, notes = _ask(address)
    assert notes == [
        (
            "The answer has exactly 10000 rows, where many endpoints cut answers off without saying so. "
            "Count the rows with COUNT(*), or ask for them in parts with ORDER BY, LIMIT and OFFSET."
        )
    ]
    assert _ask(address, ASKED + " LIMIT 10000")[1] == []
    assert _ask(server.says("/few", Answer()))[1] == []


def test_what_virtuoso_says_in_headers_only_is_passed_on(server: Server) -> None:
    said = {"X-SPARQL-MaxRows": "500", "X-SQL-State": "S1TAT", "X-SQL-Message": "RC...: Returning incomplete results"}
    _, notes = _ask(server.says("/sparql", Answer(headers=said)))
    assert notes == [
        "The endpoint gives 500 rows at most: this answer may be cut off.",
        (
            "The endpoint stopped before the end: this answer is not complete. "
            "It says: RC...: Returning incomplete results"
        ),
    ]


def test_triples_come_as_turtle(server: Server) -> None:
    form = "CONSTRUCT { ?x ?y ?z } WHERE { ?x ?y ?z }"
    found, _ = _ask(server.says("/sparql", Answer(b"<http://a/> <http://b/> 1, 1 .", "text/turtle")), form)
    assert isinstance(found, Triples)
    assert len(found.triples) == 1
    with pytest.raises(RemoteError, match="the answer is no Turtle, or breaks off: "):
        _ask(server.says("/cut", Answer(b"<http://a/> <http://b/>", "text/turtle")), form)
    with pytest.raises(RemoteError, match="answered with application/sparql-results\\+json instead of Turtle"):
        _ask(server.says("/rows", Answer()), form)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/hostname", "ftp://127.0.0.1/x", "data.example.org/sparql", "https://", "http://a b/", "javascript:x",
     "http://a:99999/", "", "HTTP:/x", "http://exämple.org/"],
)  # fmt: skip
def test_only_addresses_on_the_web_are_asked(address: str) -> None:
    with pytest.raises(QueryError) as refused:
        remote.ask(address, ASKED)
    advice = "Write it like https://data.example.org/sparql."
    assert str(refused.value) == f"'{address}' is no address of an endpoint. {advice}"


@pytest.mark.parametrize(
    "address",
    ["https://me:secret@example.org/sparql", "https://me:secret@exämple.example/", "ftp://me:secret@example.org/",
     "https://me:secret@a b/", "me:secret@example.org", "https://me:secret@example.org:99999/",
     "https:/me:secret@example.org/"],
)  # fmt: skip
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(QueryError) as refused:
        remote.ask(address, ASKED)
    assert str(refused.value) == (
        "the address of the endpoint holds a name or password. Leave them out: they would be shown."
    )


@pytest.mark.parametrize("beginning", ["http://127.0.0.1:1/sparql", "http://127.0.0.1:1/spa rql"])
def test_a_key_in_an_address_is_not_repeated(beginning: str) -> None:
    with pytest.raises((QueryError, RemoteError)) as refused:
        remote.ask(f"{beginning}?apikey=secret", ASKED, remote.Patience(attempts=1))
    assert "secret" not in str(refused.value)
    assert f"{beginning}?…" in str(refused.value)


def test_an_endpoint_that_fails_ends_the_command_with_four(
    server: Server, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    address = server.says("/sparql", Answer(PAGE, "text/html"))
    code, out, err = _run(capfdbinary, "query", "projects", "--endpoint", address)
    assert (code, out) == (4, "")
    assert err.startswith(f"linkedproj: {address}: the endpoint answered with a web page")


def test_a_note_of_the_endpoint_does_not_stand_in_the_answer(
    server: Server, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    address = server.says("/sparql", Answer(headers={"X-SPARQL-MaxRows": "1"}))
    ended = _run(capfdbinary, "query", "projects", "--endpoint", address, "--format", "csv")
    assert ended == (0, "x\r\na\r\n", "The endpoint gives 1 rows at most: this answer may be cut off.\n")
