"""Apache and nginx serve the published folder by the rules that are written into it: what clients ask for, they get."""

from __future__ import annotations

import getpass
import http.client
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

APACHE = shutil.which("apache2") or shutil.which("httpd") or ""
NGINX = shutil.which("nginx") or ""
MODULES = next(
    (path for path in (Path("/usr/lib/apache2/modules"), Path("/usr/lib64/httpd/modules")) if path.is_dir()), None
)
TURTLE, JSON_LD, HTML = "text/turtle", "application/ld+json", "text/html"
N_TRIPLES, RDF_XML = "application/n-triples", "application/rdf+xml"

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RDFLIB = (
    "application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json, "
    "application/n-quads, application/trix, application/trig"
)


class Asked(NamedTuple):
    """An Accept header as a client sends it, and the media type of the answer; "" where nothing is acceptable."""

    accept: str | None
    answer: str
    knows_weights: bool = False


ASKED = {
    "browser": Asked(BROWSER, HTML),
    "curl": Asked("*/*", HTML),
    "none": Asked(None, HTML),
    "rdflib": Asked(RDFLIB, TURTLE),
    "rdflib turtle": Asked("text/turtle, application/x-turtle, */*;q=0.1", TURTLE),
    "rdflib json-ld": Asked("application/ld+json, application/json;q=0.9, */*;q=0.1", JSON_LD),
    "turtle sooner": Asked("text/html;q=0.1, text/turtle", TURTLE, knows_weights=True),
    "no html": Asked("text/html;q=0, */*", TURTLE, knows_weights=True),
    "turtle": Asked(TURTLE, TURTLE),
    "json-ld": Asked(JSON_LD, JSON_LD),
    "n-triples": Asked(N_TRIPLES, N_TRIPLES),
    "rdf/xml": Asked(RDF_XML, RDF_XML),
    "picture": Asked("image/png", "", knows_weights=True),
    "jena": Asked(
        "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3", TURTLE
    ),
}
LANGUAGES = {"en": "en", "ca": "ca", "es-MX,es;q=0.9": "es", "de, ca;q=0.2": "ca", "fr": "en"}


class Answer(NamedTuple):
    """What a server says."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        """The media type."""
        return self.headers.get("content-type", "").partition(";")[0]


class Server(NamedTuple):
    """A server that runs."""

    name: str
    port: int

    def get(self, path: str, **headers: str | None) -> Answer:
        """Ask for a path."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            wanted = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
            connection.request("GET", path, headers=wanted)
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, told, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module", params=["apache", "nginx"])
def server(
    request: pytest.FixtureRequest, shipped_site: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    if not (APACHE and MODULES if request.param == "apache" else NGINX):
        pytest.skip(f"{request.param} is not installed")
    home = tmp_path_factory.mktemp(request.param)
    for folder in (home, *home.parents[:3], *shipped_site.parents[:3]):
        if folder.stat().st_uid == os.geteuid() and folder != Path(folder.anchor, "tmp"):
            folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = _apache(home, shipped_site, port) if request.param == "apache" else _nginx(home, shipped_site, port)
    with _running(command, port):
        yield Server(request.param, port)


def _apache(home: Path, site: Path, port: int) -> list[str]:
    names = ("mpm_event", "authz_core", "mime", "negotiation", "dir", "rewrite", "headers", "alias")
    assert MODULES
    loaded = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names]
    (home / "types").write_text("text/css css\ntext/javascript js\nimage/svg+xml svg\napplication/json json\n", "utf-8")
    text = "\n".join(
        [
            *loaded,
            f"ServerRoot {home}\nPidFile {home}/pid\nErrorLog {home}/error.log\nListen 127.0.0.1:{port}",
            f"ServerName localhost\nTypesConfig {home}/types\nUser {_user()}\nDocumentRoot {site}",
            f"<Directory {site}>\nAllowOverride All\nRequire all granted\n</Directory>\n",
        ]
    )
    (home / "conf").write_text(text, "utf-8")
    return [APACHE, "-f", str(home / "conf"), "-DFOREGROUND"]


def _nginx(home: Path, site: Path, port: int) -> list[str]:
    rules = (site / "hosting/nginx.conf").read_text("utf-8")
    maps, _, rest = rules.partition("\ntypes {")
    text = (
        f"user {_user()};\ndaemon off;\npid {home}/pid;\nerror_log {home}/error.log;\nevents {{}}\n"
        "http {\naccess_log off;\n"
        f"client_body_temp_path {home}/body;\nproxy_temp_path {home}/proxy;\nfastcgi_temp_path {home}/fastcgi;\n"
        f"uwsgi_temp_path {home}/uwsgi;\nscgi_temp_path {home}/scgi;\n{maps}\n"
        f"server {{\nlisten 127.0.0.1:{port};\nroot {site};\nindex index.html;\ntypes {{{rest}}}\n}}\n"
    )
    (home / "conf").write_text(text, "utf-8")
    return [NGINX, "-c", str(home / "conf")]


def _user() -> str:
    """Return whom a server becomes that is started by root; it may not stay root."""
    return "www-data" if os.geteuid() == 0 and Path("/var/www").exists() else getpass.getuser()


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.parametrize("client", ASKED)
def test_each_client_gets_what_it_reads(client: str, server: Server) -> None:
    asked = ASKED[client]
    if asked.knows_weights and server.name == "nginx":
        pytest.skip("nginx knows no weights in Accept, and no refusal")
    for path in ("/doc/project/chebec", "/query/projects"):
        # Of RDF, the answer to a query is there as Turtle alone.
        if path.startswith("/query") and asked.answer in {JSON_LD, N_TRIPLES, RDF_XML}:
            continue
        answer = server.get(path, Accept=asked.accept)
        if not asked.answer:
            assert answer.status == 406
            continue
        assert (answer.status, answer.type) == (200, asked.answer)
        assert "accept" in answer.headers["vary"].lower()
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("asked", LANGUAGES)
def test_each_reader_gets_their_language(asked: str, server: Server) -> None:
    if ";" in asked and server.name == "nginx":
        pytest.skip("nginx knows no weights in Accept-Language")
    answer = server.get("/doc/project/chebec", Accept=BROWSER, Accept_Language=asked)
    assert f'<html lang="{LANGUAGES[asked]}"'.encode() in answer.body


@pytest.mark.parametrize("accept", [BROWSER, TURTLE, "*/*"])
def test_an_identifier_leads_to_what_describes_it(accept: str, server: Server) -> None:
    answer = server.get("/id/project/chebec", Accept=accept)
    assert answer.status == 303
    assert answer.headers["location"].endswith("/doc/project/chebec")
    assert "accept" in answer.headers["vary"].lower()


def test_a_node_without_a_page_leads_to_its_place_on_one(server: Server) -> None:
    answer = server.get("/id/participation/chebec-aster/", Accept=BROWSER)
    assert answer.status == 200
    assert b"doc/project/chebec.html#participation-chebec-aster" in answer.body


def test_files_have_their_media_types_and_packed_ones_are_sent_as_they_are(server: Server, shipped_site: Path) -> None:
    for name, expected in {
        "dump/latest/portfolio.ttl": TURTLE,
        "dump/latest/portfolio.nt": "application/n-triples",
        "dump/latest/portfolio.jsonld": JSON_LD,
        "dump/latest/portfolio.rdf": "application/rdf+xml",
        "dump/latest/portfolio.ttl.gz": "application/gzip",
        "query/projects.csv": "text/csv",
        "query/projects.srj": "application/sparql-results+json",
        "query/places.geojson": "application/geo+json",
        "assets/site.css": "text/css",
    }.items():
        answer = server.get(f"/{name}")
        assert (name, answer.status, answer.type) == (name, 200, expected)
        assert "content-encoding" not in answer.headers
        assert answer.body == (shipped_site / name).read_bytes()


def test_what_is_not_there_is_said_in_words(server: Server) -> None:
    answer = server.get("/doc/project/nothing", Accept=BROWSER)
    assert answer.status == 404
    assert b"There is no such page" in answer.body
