"""Three releases of the small portfolio, with a change, a rename, a merge and a removal; what a stream says of them."""

from __future__ import annotations

import re
import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from linkedproj.build import build
from linkedproj.check.checked import Checked
from linkedproj.check.judge import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE, ID = "https://small.example/", "https://small.example/id/"
DCT, OWL, TREE = "http://purl.org/dc/terms/", "http://www.w3.org/2002/07/owl#", "https://w3id.org/tree#"
AS, RDF = "https://www.w3.org/ns/activitystreams#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TIMES = ("2021-07-01T09:00:00Z", "2021-07-01T10:00:00Z", "2021-07-01T11:00:00Z")
HEAD = "id,retired,successor,reason@en,date\n"
RENAMED = "orchard,project/orchard,project/school-orchard,The project has another name.,2021-07-01\n"
MERGED = "port,organisation/port,organisation/mill,They are one body now.,2021-07\n"
REMOVED = "walk,activity/listening,,It never took place.,\n"


def reword(folder: Path, changes: dict[str, str]) -> None:
    """Replace texts, given as patterns, in all tables of a folder."""
    for path in folder.glob("*.csv"):
        text = path.read_text("utf-8")
        for old, new in changes.items():
            text = re.sub(old, new, text, flags=re.MULTILINE)
        path.write_text(text, "utf-8")


def rename(folder: Path) -> None:
    """Give a project another id, and change a text of the other one."""
    reword(folder, {r"(?<![\w-])orchard(?=[,;\n]|$)": "school-orchard", r"Less noise\.": "Less noise at night."})
    (folder / "retirement.csv").write_text(HEAD + RENAMED, "utf-8")


def merge(folder: Path) -> None:
    """Merge two organisations, and remove an activity."""
    reword(folder, {r"^port,Port of.*\n": "", r"harbour,,port,": "harbour,,mill,", r"^listening,.*\n": ""})
    reword(folder, {r"^activity/listening,.*\n": "", r"^organisation/port,.*\n": ""})
    (folder / "retirement.csv").write_text(HEAD + MERGED + RENAMED + REMOVED, "utf-8")


def publish_three(tables: Path, home: Path) -> None:
    """Publish three releases into `home`/public: the second has a change and a rename, the third a merge and a removal.

    The feed as each of them left it is beside that, such as 1.0.atom. The shapes are not asked: what is sound is no
    question here, and they take longer than all the rest.
    """
    shutil.copytree(tables, home / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linkedproj.check.portfolio.judge", lambda *_: Judgement((), Checked("")))
        for version, at, change in zip(("1.0", "1.1", "1.2"), TIMES, (None, rename, merge), strict=True):
            if change:
                change(home / "data")
            build(home / "data", home / "public", release=version, at=at, may_shrink=True)
            shutil.copy(home / "public/feed.atom", home / f"{version}.atom")


def materialised(store: ox.Store, subject: object, name: str) -> set[str]:
    """Write what a version says of its record, and nothing of the version; a blank node is named by the way to it."""
    lines = set()
    for quad in store.quads_for_pattern(subject, None, None):  # type: ignore[arg-type]  # a node
        aside = quad.predicate.value in {f"{DCT}isVersionOf", f"{DCT}modified"} or (
            quad.predicate.value == f"{RDF}type" and str(quad.object).startswith(f"<{AS}")
        )
        if isinstance(quad.object, ox.BlankNode):
            lines |= materialised(store, quad.object, f"{name}/{quad.predicate.value}")
        elif not aside:
            lines.add(f"{name} {quad.predicate} {quad.object}")
    return lines


def published(public: Path) -> tuple[dict[str, set[str]], set[str]]:
    """Return the records of the newest dump, each with its triples and its nested nodes', and what is retired."""
    store = ox.Store()
    store.load(path=public / "dump/latest/portfolio.nt", format=ox.RdfFormat.N_TRIPLES)
    own = f"<{BASE}dataset#"
    quads = list(store)
    records = {str(q.subject) for q in quads if q.predicate.value == f"{RDF}type" and str(q.object).startswith(own)}
    retired = {str(q.subject) for q in quads if q.predicate.value == f"{OWL}deprecated"}
    nested = {s for s in records if re.match(rf"<{ID}(period|amount|contact|postal-address)/", s)}

    def written(subject: str, name: str) -> set[str]:
        lines = set()
        for quad in store.quads_for_pattern(ox.NamedNode(subject[1:-1]), None, None):
            if str(quad.object) in nested:
                lines |= written(str(quad.object), f"{name}/{quad.predicate.value}")
            elif not str(quad.object).startswith(own):
                lines.add(f"{name} {quad.predicate} {quad.object}")
        return lines

    gone = {line for subject in retired for line in written(subject, subject)}
    return {subject: written(subject, subject) for subject in records - nested}, gone


@contextmanager
def served(public: Path) -> Iterator[str]:
    """Serve the stream on this machine, as if its base were the address there; give that."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = public / self.path.lstrip("/")
            self.send_response(200 if path.is_file() else 404)
            self.send_header("Content-Type", "text/turtle")
            self.end_headers()
            if path.is_file():
                self.wfile.write(path.read_bytes().replace(BASE.encode(), here.encode()))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called there
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        here = f"http://127.0.0.1:{server.server_address[1]}/"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield here
        finally:
            server.shutdown()
            thread.join()
