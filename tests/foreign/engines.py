"""Ask every saved query of engines that others wrote, and compare what they answer with what we publish.

An engine is a function from questions (SPARQL by id) and files of N-Triples to answers; `ENGINES` names them. One that
is not installed raises NotHereError, with the reason. `exceptions.toml` says where an engine is known to answer
otherwise, and why.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import struct
import subprocess
import time
import tomllib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pyoxigraph as ox
from tests.foreign.install import NotHereError, install_scripts

from linkedproj.model.errors import LinkedprojError
from linkedproj.queries.ask import local, reference
from linkedproj.queries.ask.remote import ask as ask_endpoint
from linkedproj.queries.ask.sources import StoreSource, prepare
from linkedproj.queries.results.table import Table, Triples, as_table
from linkedproj.queries.saved.collection import open_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from linkedproj.queries.results.table import RdfTerm

    Cell = RdfTerm | None

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

Questions = dict[str, str]
Answers = dict[str, "Table | str"]
"""The answer to each question, or what the engine said instead of one."""

HEAVY = ("Jena", "Virtuoso")
"""Engines that Debian gives, asked by `pytest -m engines` and by `python -m tests.foreign` only."""

_PATIENCE = 900


def comunica(questions: Questions, files: Sequence[Path]) -> Answers:
    """Ask Comunica, from npm.

    Raises:
        NotHereError: it is not installed.
    """
    with TemporaryDirectory() as work:
        scripts = install_scripts(Path(work))
        return _by_program(["node", str(scripts / "comunica.mjs")], questions, files)


def jena(questions: Questions, files: Sequence[Path]) -> Answers:
    """Ask Jena, from Debian's package libapache-jena-java.

    Raises:
        NotHereError: it is not installed.
    """
    jars = Path("/usr/share/java")
    if not (jars / "jena-arq.jar").is_file() or not shutil.which("javac"):
        raise NotHereError("Jena is not here: apt-get install libapache-jena-java default-jdk-headless")
    with TemporaryDirectory() as work:
        _mend(jars / "jena-core.jar", Path(work))
        classes = os.pathsep.join([work, _classes(jars)])
        return _by_program(["java", "-cp", classes, str(HERE / "Ask.java")], questions, files)


def virtuoso(questions: Questions, files: Sequence[Path]) -> Answers:
    """Ask Virtuoso, from Debian's package virtuoso-opensource-7-bin: a server of its own for the time of this call.

    Raises:
        NotHereError: it is not installed.
    """
    with _virtuoso(files) as address:
        found: Answers = {}
        for name, sparql in questions.items():
            try:
                found[name] = as_table(ask_endpoint(address, sparql))
            except LinkedprojError as error:
                found[name] = str(error)
        return found


def rdflib(questions: Questions, files: Sequence[Path]) -> Answers:
    """Ask rdflib."""
    graph = reference.read_graph(files)
    return {name: reference.run_reference(graph, sparql) for name, sparql in questions.items()}


def oxigraph(questions: Questions, files: Sequence[Path]) -> Answers:
    """Ask pyoxigraph, whose answers are published."""
    store = local.load(files)
    return {name: as_table(local.evaluate(store, sparql)) for name, sparql in questions.items()}


ENGINES: dict[str, Callable[[Questions, Sequence[Path]], Answers]] = {
    "Oxigraph": oxigraph,
    "rdflib": rdflib,
    "Comunica": comunica,
    "Jena": jena,
    "Virtuoso": virtuoso,
}


# ---------------------------------------------------------------- what is asked


@dataclass(frozen=True)
class Asked:
    """A published portfolio: its data as N-Triples, and all its questions, each with its defaults and in every case."""

    name: str
    files: tuple[Path, ...]
    questions: Questions


PORTFOLIOS = {"shipped": ROOT / "data", "vilamar": ROOT / "tests/fixtures/vilamar"}


def asked_of(name: str, dump: Path, work: Path) -> Asked:
    """Put the questions to a portfolio into words; `dump` is the folder of its newest dump, `work` an empty one."""
    store = local.load(local.dump_files(dump))
    data = work / f"{name}.nt"
    data.write_bytes(store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b"")
    source = StoreSource(lambda: store)
    questions: Questions = {}
    for query in open_collection(PORTFOLIOS[name]).read().values():
        for number, arguments in enumerate([{}, *(case.arguments for case in query.cases)]):
            questions[f"{query.id}#{number}" if number else query.id] = prepare(source, query, arguments).sparql
    return Asked(name, (data,), questions)


# ---------------------------------------------------------------- what is compared


@cache
def exceptions() -> dict[str, dict[str, dict[str, str]]]:
    """Read where an engine is known to answer otherwise: engine -> portfolio -> question -> reason."""
    found: dict[str, dict[str, dict[str, str]]] = tomllib.loads((HERE / "exceptions.toml").read_text("utf-8"))
    return found


def differences(ours: Mapping[str, Table | str], theirs: Mapping[str, Table | str], engine: str = "") -> dict[str, str]:
    """Say of each question to which an engine answers otherwise what is other: rows, or their order alone."""
    by_value = "spelling" in exceptions().get(engine, {}).get("any", {})
    found = {name: _difference(ours[name], theirs.get(name, "no answer"), by_value=by_value) for name in ours}
    return {name: said for name, said in found.items() if said}


def unexplained(asked: Asked, engine: str, found: Mapping[str, str]) -> dict[str, str]:
    """Leave out the exceptions that are listed; one that is none any more is a difference."""
    listed = exceptions().get(engine, {}).get(asked.name, {})
    over = {name: "answers as we do: take it out of exceptions.toml" for name in listed if name not in found}
    return {name: said for name, said in found.items() if name not in listed} | over


def _difference(ours: Table | str, theirs: Table | str, *, by_value: bool) -> str:
    if isinstance(ours, str) or isinstance(theirs, str):
        return f"error: {theirs}" if isinstance(theirs, str) else f"error of ours: {ours}"
    if set(ours.columns) != set(theirs.columns):
        return f"columns: {ours.columns}, {theirs.columns}"
    expected, found = _keys(ours, ours.columns, by_value=by_value), _keys(theirs, ours.columns, by_value=by_value)
    missing, more = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    if missing or more:
        sample = next(iter(missing), next(iter(more), ()))
        return f"rows: {missing.total()} missing, {more.total()} more; such as {sample}"
    unlike = [n for n, pair in enumerate(zip(expected, found, strict=True)) if pair[0] != pair[1]]
    # Triples have no order.
    is_ordered = ours.columns != ("subject", "predicate", "object")
    return f"order: from row {unlike[0] + 1} of {len(ours.rows)}" if unlike and is_ordered else ""


def _keys(table: Table, columns: Sequence[str], *, by_value: bool) -> list[tuple[str, ...]]:
    places = [table.columns.index(name) for name in columns]
    rows = [tuple(row[place] for place in places) for row in table.rows]
    if by_value:
        rows = [tuple(_value(cell) for cell in row) for row in rows]
    return [next(iter(Table(tuple(columns), (row,)).multiset())) for row in rows]


def _single(number: str) -> float:
    """Return the nearest number of 32 bits."""
    found: float = struct.unpack("f", struct.pack("f", float(number)))[0]
    return found


def _value(cell: Cell) -> Cell:
    """Spell points, truth values and decimals in one way."""
    if not isinstance(cell, ox.Literal):
        return cell
    kind = re.split("[#/]", cell.datatype.value)[-1]
    if kind in {"wktLiteral", "Geometry"}:
        return ox.Literal(re.sub(r"-?[0-9.]+", lambda number: f"{_single(number[0]):.9g}", cell.value))
    if kind in {"boolean", "integer", "decimal"}:
        number = {"true": "1", "false": "0"}.get(cell.value, cell.value)
        return ox.Literal(f"{Decimal(number).normalize():f}")
    return cell


# ---------------------------------------------------------------- how the others are run


def _by_program(command: list[str], questions: Questions, files: Sequence[Path]) -> Answers:
    """Run a program that writes an answer a line; see comunica.mjs."""
    with TemporaryDirectory() as work:
        asked = Path(work, "questions.json")
        asked.write_text(json.dumps(questions), "utf-8")
        done = subprocess.run(
            [*command, str(asked), *map(str, files)], check=True, capture_output=True, timeout=_PATIENCE
        )
    found: Answers = {}
    for line in done.stdout.decode("utf-8").splitlines():
        answer = json.loads(line)
        found[answer["id"]] = answer["error"] if answer.get("error") else _table(answer["columns"], answer["rows"])
    return found


def _table(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> Table:
    if tuple(columns) == ("subject", "predicate", "object"):
        text = "".join(f"{' '.join(str(term) for term in row)} .\n" for row in rows)
        quads = ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES)
        return as_table(Triples.of((quad.triple for quad in quads), {}))
    return Table(tuple(columns), tuple(tuple(cell if cell is None else _term(cell) for cell in row) for row in rows))


@cache
def _term(spelled: str) -> RdfTerm:
    (quad,) = ox.parse(f"<x:s> <x:p> {spelled} .".encode(), format=ox.RdfFormat.N_TRIPLES)
    term: RdfTerm | ox.Triple = quad.object
    assert not isinstance(term, ox.Triple)
    return term


def _classes(jars: Path) -> str:
    needed = (
        "jena-*", "commons-cli", "commons-codec", "commons-compress", "commons-csv", "commons-io", "commons-lang3",
        "dexx*", "gson", "guava", "failureaccess", "httpc*", "jackson-*", "jsonld-java*", "javax.json*",
        "jakarta.json*", "thrift", "protobuf*", "slf4j-api", "slf4j-nop", "titanium*", "parsson*",
    )  # fmt: skip
    return os.pathsep.join(str(path) for name in needed for path in sorted(jars.glob(f"{name}.jar")))


def _mend(jar: Path, folder: Path) -> None:
    """Put messages where Jena looks for them.

    libapache-jena-java 4.5.0-2 moved the classes of Xerces to another package, but not their messages; without these
    nothing of Jena can be loaded ("Can't find bundle for base name xerces.impl.xpath.regex.message").
    """
    moved = "org/apache/jena/ext/"
    with ZipFile(jar) as archive:
        for name in archive.namelist():
            if name.startswith(f"{moved}xerces/") and name.endswith(".properties"):
                path = folder / name.removeprefix(moved)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(name))


_SETTINGS = """
[Database]
DatabaseFile = {home}/virtuoso.db
ErrorLogFile = {home}/virtuoso.log
LockFile = {home}/virtuoso.lck
TransactionFile = {home}/virtuoso.trx
xa_persistent_file = {home}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {home}/temporary.db
TransactionFile = {home}/temporary.trx
[Parameters]
ServerPort = {port}
DirsAllowed = {data}
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerThreads = 4
[SPARQL]
ResultSetMaxRows = 100000
DefaultGraph = urn:x-linkedproj:data
"""


@contextmanager
def _virtuoso(files: Sequence[Path]) -> Iterator[str]:
    server, shell = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if not server or not shell:
        raise NotHereError("Virtuoso is not here: apt-get install virtuoso-opensource-7-bin")
    with TemporaryDirectory() as work:
        port, web, password = _free_port(), _free_port(), f"p{secrets.token_hex(8)}"
        settings = Path(work, "virtuoso.ini")
        folders = ", ".join(sorted({str(path.parent) for path in files}))
        settings.write_text(_SETTINGS.format(home=work, port=port, web=web, data=folders), "utf-8")
        process = subprocess.Popen(
            [server, "+foreground", "+configfile", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            statements = [
                f"DB.DBA.TTLP(file_to_string_output('{path}'), '', 'urn:x-linkedproj:data', 0);" for path in files
            ]
            _wait_for(port, process)
            _wait_for(web, process)
            text = f'set password "dba" "{password}";\n' + "\n".join(statements) + "\n"
            done = subprocess.run(
                [shell, str(port), "dba", "dba", "VERBOSE=OFF", "ERRORS=STDOUT"],
                input=text, capture_output=True, text=True, check=True, timeout=_PATIENCE,
            )  # fmt: skip
            assert "Error" not in done.stdout, done.stdout
            yield f"http://127.0.0.1:{web}/sparql"
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
        return number


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise NotHereError("Virtuoso does not start")
