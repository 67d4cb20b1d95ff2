"""Made-up inputs for whatever reads: `python -m tests.attacks.fuzz --minutes 30`.

Readers of every format, settings, headers of queries, the binder, queries of one's own and contexts get bytes without
sense, sound files that were spoiled, and pieces of their own grammar in any order. Each may say what is wrong, as a
problem or as an error of `linkedproj.model.errors`; any other exception is a fault, and so is what takes 20 seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from linkedproj.model.context import load_context
from linkedproj.model.errors import LinkedprojError, Problem
from linkedproj.model.settings import load_config
from linkedproj.queries.ask.adhoc import read_adhoc
from linkedproj.queries.ask.local import evaluate
from linkedproj.queries.saved.bases import by_table, context_of
from linkedproj.queries.saved.bind import bind
from linkedproj.queries.saved.collection import inspect_query, open_collection
from linkedproj.tables.readers import READERS
from linkedproj.tables.readers.source import TableFile

from .files import _ods, _sheet, workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
LONGEST = 20
"""Seconds that one input may take."""

_ROUND = 200

# ---------------------------------------------------------------- what is made up

_SIGNS = st.sampled_from(
    [
        "\0",
        "\x1b",
        "\x85",
        "\u2028",
        "\ufeff",
        "\u202e",
        "\r",
        "\n",
        "\r\n",
        "\t",
        " ",
        '"',
        "'",
        "\\",
        "é",
        "\U0001d4b3",
        "\x7f",
    ]
)


def pieces(*words: str) -> st.SearchStrategy[str]:
    """Return texts of pieces of a grammar, with signs and any text between them."""
    piece = st.one_of(st.sampled_from(words), st.sampled_from(words), _SIGNS, st.text(max_size=8))
    return st.lists(piece, max_size=40).map("".join)


@st.composite
def spoiled(draw: st.DrawFn, whole: bytes) -> bytes:
    """Return bytes of which a few stretches were left out, doubled, or replaced."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        data[start:end] = draw(
            st.sampled_from([b"", bytes(data[start:end]) * 2, b"\0", b"[" * 60, b"{" * 60, b"9" * 5000])
        ) or draw(st.binary(max_size=12))
    return bytes(data)


def _any(whole: bytes, *words: str) -> st.SearchStrategy[bytes]:
    return st.one_of(
        spoiled(whole), pieces(*words).map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=200)
    )


_CSV = b'\xef\xbb\xbfid,name@en,"name@ca",theme\nair,"Air, ""clean""",Aire,a; b\nsea,Sea,Mar,\n'
_YAML = b"- id: air\n  name: {en: Air, ca: Aire}\n  theme: [a, b]\n  budget:\n    value: '1'\n- id: sea # salt\n"
_JSON = b'[{"id": "air", "name": {"en": "Air", "ca": null}, "theme": ["a", "b"], "budget": {"value": "1.50"}}]'
_CELLS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="s"><v>0</v></c></row>',
    '<row r="2" hidden="1"><c r="A2" s="1"><v>44000.5</v></c><c r="C2" t="b"><v>1</v></c></row>',
    '<c r="A3" t="e"><v>#N/A</v></c>', '<c t="str"><f>A1</f><v/></c>', '<row r="9999999999">', "</row>", "<v>1e400</v>",
    '<c r="B3" t="d"><v>2020-01-01</v></c>', '<c t="n"><v>NaN</v></c>', '<c r="XFE1"><v>-1</v></c>', "<row>", '<c t="s"><v>99</v></c>',
)  # fmt: skip
_ROWS = (
    "<table:table-row>", "</table:table-row>", "<table:table-cell><text:p>id</text:p></table:table-cell>",
    '<table:table-row table:number-rows-repeated="9999999">', '<table:table-cell table:number-columns-repeated="99999"/>',
    '<table:table-cell office:value-type="float" office:value="1e400"><text:p>1</text:p></table:table-cell>',
    '<table:table-cell office:value-type="date" office:date-value="2020-13-01"><text:p>1</text:p></table:table-cell>',
    '<table:table-cell office:value-type="float"><text:p>1%</text:p></table:table-cell>', '<text:s text:c="x"/>',
    '<table:table-column table:visibility="collapse"/>', '<table:covered-table-cell table:number-columns-spanned="-1"/>',
)  # fmt: skip


def _books(make: Callable[[str], bytes], words: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    sound = st.lists(st.sampled_from(words), max_size=25).map("".join)
    texts = st.one_of(sound, pieces(*words)).map(lambda text: text.encode("utf-8", "replace").decode())
    return st.one_of(texts.map(make), texts.map(make).flatmap(spoiled))


TABLES: dict[str, st.SearchStrategy[bytes]] = {
    ".csv": _any(_CSV, "id", ",", ";", '"', '""', "name@en", "\n", "air", "#", "="),
    ".tsv": _any(_CSV.replace(b",", b"\t"), "id", "\t", '"', "name@en", "\n", "air"),
    ".yaml": _any(
        _YAML,
        "- ",
        "id: ",
        "name:",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!!str ",
        "<<: ",
        "? ",
        ": ",
        "|\n",
        ">\n  ",
        "# ",
        "---\n",
        "%YAML 1.2\n",
        "\n  ",
    ),
    ".json": _any(
        _JSON, "[", "]", "{", "}", '"id"', ":", ",", "null", "true", "1e5", "-", '"\\ud800"', '"\\u0000"', "NaN"
    ),
    ".ndjson": _any(_JSON[1:-1] + b"\n{}\n", "{", "}", '"id"', ":", "\n", ",", "[", "null", "1"),
    ".xlsx": _books(lambda text: workbook(_sheet(text)), _CELLS),
    ".ods": _books(_ods, _ROWS),
}
"""Suffix -> files; .yml, .jsonl and .xlsm are read by the same readers."""

_SETTINGS = (ROOT / "tests/fixtures/small/portfolio.toml").read_bytes()
_CONTEXT = (ROOT / "ontology/context.jsonld").read_text("utf-8")
_HEADER = (ROOT / "queries/projects-by-city.rq").read_bytes()
_IRIS = (
    "dct:title",
    "@id",
    "@type",
    "@vocab",
    "http://a/b#",
    "xsd:date",
    "",
    "a b",
    "ex:",
    "id",
    "@json",
    "@set",
    "@list",
    '"',
    "\\",
    "urn:x:",
)


def _contexts() -> st.SearchStrategy[bytes]:
    leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(_IRIS), st.text(max_size=6))
    keys = st.one_of(
        st.sampled_from([*_IRIS, "@context", "@base", "@container", "@language", "@reverse", "@version", "@prefix"]),
        st.text(max_size=5),
    )
    values = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )
    sound = json.loads(_CONTEXT)["@context"]

    def changed(terms: dict[str, Any], gone: list[str]) -> bytes:
        kept = {name: value for name, value in sound.items() if name not in gone}
        return json.dumps({"@context": kept | terms}).encode("utf-8", "surrogatepass")

    made = st.builds(
        changed, st.dictionaries(keys, values, max_size=3), st.lists(st.sampled_from(sorted(sound)), max_size=2)
    )
    return st.one_of(
        made, values.map(lambda value: json.dumps({"@context": value}).encode()), spoiled(_CONTEXT.encode())
    )


# ---------------------------------------------------------------- who reads it


def _table(suffix: str) -> Callable[[Path, bytes], None]:
    def read(folder: Path, data: bytes) -> None:
        path = folder / f"theme{suffix}"
        path.write_bytes(data)
        reader, problems = READERS[suffix], list[Problem]()
        plain = TableFile(path, path.name, "theme")
        names = [sheet.name for sheet in reader.sheets(plain, problems.append)] if reader.sheets else [""]
        if reader.made_for:
            reader.made_for(plain)
        for name in names[:3]:
            file = TableFile(path, path.name, "theme", sheet=name)
            for number, (columns, line, cells) in enumerate(reader.read(file, problems.append)):
                if number < 3 and cells:
                    str(reader.find(file, line, columns, len(columns) - 1))
        for problem in problems:
            str(problem.place)

    return read


def _settings(folder: Path, data: bytes) -> None:
    (folder / "portfolio.toml").write_bytes(data)
    load_config(folder, "data")


def _header(folder: Path, data: bytes) -> None:
    (folder / "made-up.rq").write_bytes(data)
    inspect_query(folder / "made-up.rq")


def _context(folder: Path, data: bytes) -> None:
    (folder / "context.jsonld").write_bytes(data)
    load_context(folder / "context.jsonld", None, "ontology/context.jsonld")


@cache
def _saved() -> tuple[list[Any], Mapping[str, str]]:
    return list(open_collection(ROOT / "data").read().values()), by_table(context_of())


def _bound(_: Path, data: bytes) -> None:
    """Bind an argument to each parameter of a query; what is bound has to be SPARQL.

    Raises:
        AssertionError: it is none.
    """
    import pyoxigraph as ox

    queries, bases = _saved()
    query = queries[sum(data) % len(queries)]
    value = data.decode("utf-8", "surrogateescape")
    for name in query.parameters:
        sparql = ""
        with suppress(LinkedprojError):
            sparql = bind(query, {name: value}, bases)
        if sparql:
            try:
                evaluate(ox.Store(), sparql)
            except LinkedprojError as error:
                raise AssertionError(f"{query.id} with {name}={value!r} is no SPARQL: {error}") from error


def _own(_: Path, data: bytes) -> None:
    """Read a query of one's own, and ask nothing of it."""
    import pyoxigraph as ox

    text = data.decode("utf-8", "replace")
    query = read_adhoc(text, "own.rq")
    evaluate(ox.Store(), bind(query, {}))


_SPARQL = ("SELECT ", "* ", "{", "}", "?a ", "a ", "<http://a/> ", ". ", "FILTER", "(", ")", "1 ", "'x'", '"""', "@en", "^^", "PREFIX p: ", "p:x ", "UNION", "OPTIONAL", "SERVICE ", "FROM ", "\\u0022", "#", "VALUES ", "BIND", " AS ", "?_x_iri ", "ASK ", "CONSTRUCT ", "|", "*", "<<", ">>", "[", "]", ";", ",")  # fmt: skip

TARGETS: dict[str, tuple[st.SearchStrategy[bytes], Callable[[Path, bytes], None]]] = {
    **{f"reader {suffix}": (made, _table(suffix)) for suffix, made in TABLES.items()},
    "settings": (
        _any(
            _SETTINGS,
            "id = ",
            '"a"',
            "[title]\n",
            "[[x]]\n",
            "=",
            "\n",
            "'''",
            '"""',
            "{",
            "}",
            "1979-05-27",
            "[",
            "]",
            "a.b",
            "languages = ",
            "0x",
            "inf",
            "nan",
        ),
        _settings,
    ),
    "header": (
        _any(
            _HEADER,
            "#+ ",
            "summary: ",
            "title:",
            "\n#+   ",
            "en: ",
            "tags: [",
            "]",
            "{",
            "}",
            "linkedproj:",
            "parameters:",
            "&a ",
            "*a ",
            "!!int ",
            "? ",
            "|",
            "enumerate:\n",
            "SELECT * { ?s ?p ?_x }",
        ),
        _header,
    ),
    "binder": (
        _any(
            b'x" . ?p ?any ?thing } #',
            '"',
            "\\u0022",
            "\\",
            ">",
            "<",
            "?_city_iri",
            "}",
            "{",
            "#",
            "http://a/",
            "2018-02-30",
            "%",
            "en",
            "@",
            "'",
            "1e5",
        ),
        _bound,
    ),
    "own query": (
        _any(b"PREFIX p: <http://a/> SELECT ?x { ?x p:y 'z'@en FILTER(?x != <http://b>) } LIMIT 5", *_SPARQL),
        _own,
    ),
    "context": (_contexts(), _context),
}
"""What reads -> what it is given, and how it is asked to."""


# ---------------------------------------------------------------- how long


class TooSlowError(Exception):
    """An input took longer than LONGEST."""


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooSlowError

    # Of the processor: on a busy machine the clock says nothing.
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def tried(target: str, examples: int, number: int, folder: Path, *, whole: bool = True) -> int:
    """Try so many inputs, made up from a number; return how many there were.

    Raises:
        Exception: what an input led to that is no error of ours; Hypothesis prints the input. `whole` makes it small.
    """
    made, read = TARGETS[target]
    count = 0

    @seed(number)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink) if whole else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(made)
    def test(data: bytes) -> None:
        nonlocal count
        count += 1
        with _alarm(), suppress(LinkedprojError):
            read(folder, data)

    test()
    return count


def main() -> None:
    """Try inputs for some minutes, and print how many there were; end with 1 when one led to a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="minutes of processor time in all (30)")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes up other inputs (1)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into a document, between its markers")
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - no secret
    counts, spent, faults = dict.fromkeys(TARGETS, 0), dict.fromkeys(TARGETS, 0.0), dict.fromkeys(TARGETS, 0)
    sys.setrecursionlimit(1000)
    with tempfile.TemporaryDirectory(prefix="linkedproj-fuzz-") as scratch:
        while sum(spent.values()) < 60 * options.minutes:
            # The one that had least is next: each gets the same share of time.
            target = min(TARGETS, key=spent.__getitem__)
            begun, number = time.process_time(), chance.getrandbits(32)
            try:
                counts[target] += tried(target, _ROUND, number, Path(scratch))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                faults[target] += 1
                notes = "\n".join(getattr(error, "__notes__", ()))
                print(
                    f"{target}, seed {number}: {type(error).__name__}: {str(error)[:500]}\n{notes[:3000]}", flush=True
                )
            spent[target] += max(time.process_time() - begun, 0.01)
    rows = [f"| {name} | {counts[name]:,} | {spent[name]:.0f} | {faults[name]} |" for name in TARGETS]
    total = f"| **all** | **{sum(counts.values()):,}** | **{sum(spent.values()):.0f}** | **{sum(faults.values())}** |"
    table = "\n".join(
        ["| what reads | inputs | CPU s | exceptions that are not ours |", "| --- | ---: | ---: | ---: |", *rows, total]
    )
    told = f"Seed {options.seed}.\n\n{table}\n"
    print(told)
    if options.write:
        from tests.bench.document import replaced

        options.write.write_text(replaced(options.write.read_text("utf-8"), {"fuzz": told}), "utf-8")
    sys.exit(1 if sum(faults.values()) else 0)


if __name__ == "__main__":
    main()
