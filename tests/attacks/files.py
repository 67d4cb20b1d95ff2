"""Hostile files: in a portfolio's folder, and in what it adds to the ontology."""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import TYPE_CHECKING

from .caches import LAUGHS
from .ground import Home, Limits, digest_of
from .trial import Trial, tracebacks, unbounded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .kills import Start

MEGABYTES = 1536
"""What a process may hold that reads a hostile file, in MiB: a cell of some megabytes is kept several times."""

_SECONDS = 200
_DEEP = 50_000
_HEAD = "id,name@en,name@ca,name@es,inScheme\n"
_GOOD = "air,Air,Aire,Aire,policy-theme\n"

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
_ROW = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c></row>'


def packed(parts: dict[str, str | bytes]) -> bytes:
    """Return an archive of parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def workbook(sheet: str = "", strings: str = "", parts: dict[str, str | bytes] | None = None) -> bytes:
    """Return a workbook of Excel with one sheet, `theme`, whose XML is given."""
    rows = _ROW.format(1, "id") + _ROW.format(2, "air")
    return packed(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="theme" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}'
            f'/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_OFFICE}/sharedStrings" '
            'Target="sharedStrings.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": sheet
            or f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
            "xl/sharedStrings.xml": strings or f'<sst xmlns="{_MAIN}"/>',
            **(parts or {}),
        }
    )


def _sheet(data: str, head: str = "") -> str:
    return f'{head}<worksheet xmlns="{_MAIN}"><sheetData>{data}</sheetData></worksheet>'


def spreadsheet(content: str) -> bytes:
    """Return an OpenDocument spreadsheet with this content.xml."""
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def _ods(rows: str, head: str = "") -> bytes:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f'<office:body><office:spreadsheet><table:table table:name="theme">{rows}</table:table></office:spreadsheet></office:body>'
    return spreadsheet(f"{head}<office:document-content{names}>{body}</office:document-content>")


_ENTITIES = LAUGHS.partition("<feed")[0].replace("DOCTYPE a", "DOCTYPE worksheet")
_CELL = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
_OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def _made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _made_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _circled(path: Path) -> None:
    """Write a spreadsheet whose styles name each other as parents, for a cell that holds a day."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    styles = "".join(
        f'<style:style style:name="{one}" style:family="table-cell" style:parent-style-name="{other}"/>'
        for one, other in ("ab", "ba")
    )
    cell = '<table:table-cell table:style-name="a" office:value-type="date" office:date-value="2020-01-01"><text:p>x</text:p></table:table-cell>'
    path.write_bytes(
        spreadsheet(
            f"<office:document-content{names}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
            f'<office:spreadsheet><table:table table:name="theme"><table:table-row>{cell}</table:table-row></table:table>'
            "</office:spreadsheet></office:body></office:document-content>"
        )
    )


FILES: dict[str, tuple[str, bytes | Callable[[Path], object]]] = {
    "CSV: a cell of 30 MB": ("theme.more.csv", (_HEAD + "a," + "x" * 30_000_000 + ",,,\n").encode()),
    "CSV: a quote that never ends": ("theme.more.csv", (_HEAD + 'a,"' + "x\n" * 2_000_000).encode()),
    "CSV: a header of 20,000 columns": ("theme.more.csv", (",".join(f"c{n}" for n in range(20_000)) + "\n" + _GOOD).encode()),
    "CSV: a row of a million cells": ("theme.more.csv", (_HEAD + "a" + "," * 1_000_000 + "\n").encode()),
    "CSV: zeros": ("theme.more.csv", b"\0" * 5_000_000),
    "CSV: zeros far behind": ("theme.more.csv", (_HEAD + _GOOD * 1000).encode() + b"\0" * 5000),
    "CSV: no UTF-8": ("theme.more.csv", _HEAD.encode() + bytes(range(128, 256)) * 1000),
    "CSV: UTF-16": ("theme.more.csv", (_HEAD + _GOOD).encode("utf-16")),
    "CSV: UTF-32 without a mark": ("theme.more.csv", (_HEAD + _GOOD).encode("utf-32-be")),
    "CSV: returns alone": ("theme.more.csv", (_HEAD + _GOOD).replace("\n", "\r").encode()),
    "CSV: controls in ids": ("theme.more.csv", (_HEAD + "\x1b[2J\u202e,\x07,\x00,\x9b,\ud7ff\n").encode()),
    "CSV: 100,000 addresses of an e-mail kind": ("organisation.more.csv", ("id,email\na," + "a" * 100_000 + "@\n").encode()),
    "CSV: half a surrogate": ("theme.more.csv", _HEAD.encode() + b"a,\xed\xa0\x80,,,\n"),
    "CSV: 100,000 wrong rows": ("theme.more.csv", (_HEAD + "?,,,,\n" * 100_000).encode()),
    "CSV: a circle of 2,000 places": ("city.more.csv", ("id,name@en,containedIn\n" + "".join(f"x{n},X,x{(n + 1) % 2000}\n" for n in range(2000))).encode()),
    "JSON: 50,000 brackets": ("theme.more.json", (b"[" * _DEEP) + b"]" * _DEEP),
    "JSON: 50,000 braces": ("theme.more.json", b'{"a":' * _DEEP + b"1" + b"}" * _DEEP),
    "JSON: a number of a million digits": ("theme.more.json", b'[{"id": ' + b"9" * 1_000_000 + b"}]"),
    "JSON: a key 100,000 times": ("theme.more.json", b"[{" + b",".join([b'"id": "a"'] * 100_000) + b"}]"),
    "JSON: numbers that are none": ("theme.more.json", b'[{"id": NaN, "name": Infinity, "b": -0, "c": 1e999}]'),
    "JSON: half surrogates": ("theme.more.json", b'[{"id": "\\ud800", "name@en": "\\udc00\\ud800"}]'),
    "JSON: cut off": ("theme.more.json", b'[{"id": "a", "name@en": "'),
    "NDJSON: one deep line of many": ("theme.more.ndjson", b'{"id":"a"}\n' + b"[" * _DEEP + b'\n{"id":"b"}\n'),
    "YAML: billion laughs": ("theme.more.yaml", ("a0: &a0 [lol]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))).encode()),
    "YAML: 50,000 brackets": ("theme.more.yaml", b"- id: " + b"[" * _DEEP),
    "YAML: 20,000 steps to the right": ("theme.more.yaml", "".join(f"{' ' * n}a:\n" for n in range(4000)).encode()),
    "YAML: an object of Python": ("theme.more.yaml", b'- id: !!python/object/apply:os.system ["touch bang"]\n'),
    "YAML: keys that are lists": ("theme.more.yaml", b"- ? [a, {b: c}]\n  : d\n- ? {a: b}\n  : ? [x]\n    : y\n"),
    "YAML: 10,000 documents": ("theme.more.yaml", b"---\nid: a\n" * 10_000),
    "YAML: a merge and an alias of itself": ("theme.more.yaml", b"- &a\n  id: a\n  <<: *a\n  b: *a\n"),
    "TOML: settings of 50,000 brackets": ("portfolio.toml", b"a = " + b"[" * _DEEP),
    "TOML: settings of a million digits": ("portfolio.toml", b"a = " + b"9" * 1_000_000),
    "TOML: settings of 20,000 dots": ("portfolio.toml", b"a" + b".a" * 20_000 + b" = 1\n"),
    "TOML: settings of 5,000 keys": ("portfolio.toml", "".join(f"k{n} = {n}\n" for n in range(5000)).encode()),
    "TOML: settings of zeros": ("portfolio.toml", b"\0" * 1000),
    "XLSX: a sheet of a gigabyte": ("theme.more.xlsx", lambda path: _bomb(path, "xl/worksheets/sheet1.xml", _sheet("@"), b" " * 1_048_576, 1024)),
    "XLSX: texts of a gigabyte": ("theme.more.xlsx", lambda path: _bomb(path, "xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}"><si><t>@</t></si></sst>', b"x" * 1_048_576, 1024)),
    "XLSX: half a million texts in one sheet": ("theme.more.xlsx", workbook(strings=f'<sst xmlns="{_MAIN}">' + "<si><t>x</t></si>" * 500_000 + "</sst>")),
    "XLSX: billion laughs": ("theme.more.xlsx", workbook(_sheet(_ROW.format(1, "&a11;"), _ENTITIES))),
    "XLSX: an entity outside": ("theme.more.xlsx", workbook(_sheet(_ROW.format(1, "&e;"), _OUTSIDE))),
    "XLSX: a row of the number two billion": ("theme.more.xlsx", workbook(_sheet(_ROW.format(1, "id") + _ROW.format(2_000_000_000, "a")))),
    "XLSX: a column beyond all": ("theme.more.xlsx", workbook(_sheet('<row r="1"><c r="ZZZZZZ1" t="inlineStr"><is><t>id</t></is></c></row>'))),
    "XLSX: references that are none": ("theme.more.xlsx", workbook(_sheet('<row r="x"><c r="??" t="s"><v>-5</v></c><c t="n"><v>1e999</v></c><c t="d"><v>0000-99-99</v></c><c t="q"/></row>'))),
    "XLSX: hidden columns without end": ("theme.more.xlsx", workbook(f'<worksheet xmlns="{_MAIN}"><cols><col min="1" max="9999999999" hidden="1"/></cols><sheetData>{_ROW.format(1, "id")}</sheetData><mergeCells><mergeCell ref="A1:XFD9999999999"/></mergeCells></worksheet>')),
    "XLSX: 100,000 elements within each other": ("theme.more.xlsx", workbook(_sheet("<a>" * 100_000 + "</a>" * 100_000))),
    "XLSX: no sheet in it": ("theme.more.xlsx", packed({"[Content_Types].xml": _TYPES, "x": "y"})),
    "XLSX: a part that leads outside": ("theme.more.xlsx", workbook(parts={"../../bang": b"x"})),
    "XLSX: no archive": ("theme.more.xlsx", b"PK\x03\x04" + os.urandom(0) + b"\xff" * 5000),
    "XLSX: cut off": ("theme.more.xlsx", workbook()[:-60]),
    "XLSX: a wrong checksum": ("theme.more.xlsx", lambda path: _spoiled(path, workbook())),
    "ODS: a billion repeated rows": ("theme.more.ods", _ods(f'<table:table-row table:number-rows-repeated="1000000000">{_CELL.format(chr(32) + "table:number-columns-repeated=" + chr(34) + "1000000000" + chr(34), "id")}</table:table-row>')),
    "ODS: billion laughs": ("theme.more.ods", _ods(f"<table:table-row>{_CELL.format('', '&a11;')}</table:table-row>", _ENTITIES)),
    "ODS: an entity outside": ("theme.more.ods", _ods(f"<table:table-row>{_CELL.format('', '&e;')}</table:table-row>", _OUTSIDE)),
    "ODS: a billion blanks": ("theme.more.ods", _ods(f'<table:table-row>{_CELL.format("", "<text:s text:c=" + chr(34) + "2000000000" + chr(34) + "/>")}</table:table-row>')),
    "ODS: 20,000 spans within each other": ("theme.more.ods", _ods(f"<table:table-row>{_CELL.format('', '<text:span>' * 20_000 + 'id' + '</text:span>' * 20_000)}</table:table-row>")),
    "ODS: styles in a circle": ("theme.more.ods", _circled),
    "ODS: numbers that are none": ("theme.more.ods", _ods('<table:table-row table:number-rows-repeated="-5"><table:table-cell table:number-columns-repeated="x"><text:p>id</text:p></table:table-cell></table:table-row>')),
    "ODS: counts of 5,000 digits": ("theme.more.ods", _ods(f'<table:table-row table:number-rows-repeated="{"9" * 5000}">{_CELL.format("", "id")}</table:table-row>')),
    "ODS: days and numbers beyond all": ("theme.more.ods", _ods('<table:table-row><table:table-cell office:value-type="date" office:date-value="99999-01-01"><text:p>x</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="inf"><text:p>x</text:p></table:table-cell></table:table-row>')),
    "a link that leads outside": ("theme.more.csv", lambda path: path.symlink_to("/etc/passwd")),
    "a link into itself": ("theme.more.csv", lambda path: path.symlink_to(path)),
    "a link to nothing": ("theme.more.csv", lambda path: path.symlink_to("/nowhere/at/all")),
    "a link to the folder": ("theme.more.csv", lambda path: path.symlink_to(path.parent)),
    "a link to a device without end": ("theme.more.csv", lambda path: path.symlink_to("/dev/zero")),
    "a pipe": ("theme.more.csv", os.mkfifo),
    "a folder called like a table": ("theme.csv", _made_a_folder),
    "a name of 250 letters": ("theme." + "x" * 240 + ".csv", _HEAD.encode()),
    "a name of controls": ("theme.\x1b[2J\u202e.csv", (_HEAD + "?,,,,\n").encode()),
    "settings that are a pipe": ("portfolio.toml", _made_a_pipe),
    "queries that are a deep header": ("queries/x.rq", b"#+ summary: " + b"[" * 10_000 + b"\nSELECT * { ?s ?p ?o }"),
    "queries of a hundred thousand headers": ("queries/x.rq", b"#+ a: b\n" * 50_000 + b"SELECT * { ?s ?p ?o }"),
    "queries that reach out": ("queries/x.rq", b"#+ summary: x\nSELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"),
    "queries of brackets": ("queries/x.rq", b"#+ summary: x\nSELECT * " + b"{" * 20_000),
}  # fmt: skip
"""Name -> the file in the portfolio's folder, and its bytes or what makes it."""


def _bomb(path: Path, part: str, frame: str, block: bytes, times: int) -> None:
    """Write a workbook one of whose parts is large when it is unpacked."""
    path.write_bytes(workbook())
    before, _, after = frame.partition("@")
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist() if name != part}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open(part, "w", force_zip64=True) as target:
            target.write(before.encode())
            for _ in range(times):
                target.write(block)
            target.write(after.encode())


def _spoiled(path: Path, data: bytes) -> None:
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes(byte ^ 0xFF for byte in data[middle : middle + 20]) + data[middle + 20 :])


_PREFIXES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix lp: <https://w3id.org/linkedproj/ns#> . "
    "@prefix x: <https://small.example/ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> . "
    "@prefix dct: <http://purl.org/dc/terms/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
)
_TITLE = "sh:path dct:title ; sh:message 'Wrong.\\nCorrect it.'@en"

OVERLAYS: dict[str, tuple[str, str]] = {
    "a pattern of repeated repetitions": ("shapes.ttl", _PREFIXES + f"x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:property [ {_TITLE} ; sh:pattern '^(([a-zA-Z ,]+)+)+!$' ] ."),
    "a pattern of alternatives": ("shapes.ttl", _PREFIXES + f"x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:property [ {_TITLE} ; sh:pattern '^([a-z]|[a-z ])*!$' ; sh:flags 'i' ] ."),
    "a pattern that is none": ("shapes.ttl", _PREFIXES + f"x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:property [ {_TITLE} ; sh:pattern '((((' ] ."),
    "owl:imports of a page": ("shapes.ttl", _PREFIXES + "<https://small.example/o> a owl:Ontology ; owl:imports <U> ."),
    "owl:imports of a file": ("shapes.ttl", _PREFIXES + "<https://small.example/o> a owl:Ontology ; owl:imports <file:///etc/passwd> ."),
    "SHACL-JS": ("shapes.ttl", _PREFIXES + "x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:js [ a sh:JSConstraint ; sh:jsFunctionName 'f' ; sh:jsLibrary [ sh:jsLibraryURL '<U>'^^<http://www.w3.org/2001/XMLSchema#anyURI> ] ] ."),
    "SHACL-SPARQL that reaches out": ("shapes.ttl", _PREFIXES + "x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:sparql [ a sh:SPARQLConstraint ; sh:select 'SELECT $this { SERVICE <U> { ?a ?b ?c } }' ] ."),
    "SHACL-SPARQL without end": ("shapes.ttl", _PREFIXES + "x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:sparql [ a sh:SPARQLConstraint ; sh:select 'SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . $this ?p ?o }' ] ."),
    "SHACL rules": ("shapes.ttl", _PREFIXES + "x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate x:p ; sh:object sh:this ] ."),
    "a shape that is its own": ("shapes.ttl", _PREFIXES + "x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:node x:s ; sh:not x:s ; sh:property [ sh:path lp:programme ; sh:node x:s ] ."),
    "a list in a circle": ("shapes.ttl", _PREFIXES + "x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:in _:l . _:l <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> 1 ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l ."),
    "a path of 3,000 steps": ("shapes.ttl", _PREFIXES + "x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:property [ sh:path (" + " lp:programme" * 3000 + ") ; sh:minCount 0 ] ."),
    "3,000 nodes within each other": ("shapes.ttl", _PREFIXES + "x:s a sh:NodeShape ; sh:targetClass lp:Project ; sh:not " + "[ sh:not " * 3000 + "[ sh:class lp:Theme ]" + "]" * 3000 + " ."),
    "lists within lists": ("shapes.ttl", _PREFIXES + "x:s x:p " + "(" * 20_000 + ")" * 20_000 + " ."),
    "no Turtle": ("shapes.ttl", "\0\0\0"),
    "a vocabulary of zeros": ("linkedproj.ttl", "\0" * 1000),
    "superclasses in a circle": ("linkedproj.ttl", _PREFIXES + "x:A a owl:Class ; rdfs:subClassOf x:B . x:B a owl:Class ; rdfs:subClassOf x:A ."),
    "a context of 50,000 brackets": ("context.jsonld", '{"@context": ' + "[" * _DEEP),
    "a context from the web": ("context.jsonld", '{"@context": "<U>"}'),
    "a context that imports": ("context.jsonld", '{"@context": {"@version": 1.1, "@import": "<U>"}}'),
    "a context within itself": ("context.jsonld", json.dumps({"@context": {"a": {"@id": "a:b"}, "b": "b:b", "c": "d", "d": "c"}})),
    "a context of numbers": ("context.jsonld", '{"@context": {"x": ' + "9" * 6000 + "}}"),
}  # fmt: skip
"""Name -> the file in the portfolio's `ontology/`, and its text; "U" is an address at which somebody listens."""


def read(start: Start, folder: Path, name: str) -> Trial:
    """Put a file into the portfolio's folder, and check it."""
    file, made = FILES[name]
    with Home(folder, start.folder) as home:
        path = home.folder / "data" / file
        path.parent.mkdir(exist_ok=True)
        made(path) if callable(made) else path.write_bytes(made)
        return _checked(start, home, f"file: {name.partition(':')[0] if ': ' in name else 'others'}", name)


def overlaid(start: Start, folder: Path, name: str) -> Trial:
    """Put a file into the portfolio's ontology, and check it."""
    from .questions import listening

    file, text = OVERLAYS[name]
    with Home(folder, start.folder) as home, listening() as (address, heard):
        (home.folder / "data/ontology").mkdir()
        text = text.replace("<U>", address if "'<U>'" in text or '"<U>"' in text else f"<{address}>")
        (home.folder / "data/ontology" / file).write_text(text, "utf-8")
        trial = _checked(start, home, "ontology of a portfolio", name)
        reached = tuple(f"it reached out: {name}" for _ in heard)
        return Trial(
            trial.kind, trial.happened, trial.losses + reached, trial.leftovers, trial.tracebacks, trial.unbounded
        )


def _checked(start: Start, home: Home, kind: str, name: str) -> Trial:
    run = home.run("check", "data", limits=Limits(_SECONDS))
    losses = () if digest_of(home.public) == start.old else (f"what is published has changed: {name}",)
    if list(home.folder.rglob("bang")):
        losses = (*losses, f"what was planted was run: {name}")
    if "root:x:0" in run.said:
        losses = (*losses, f"a file of the system was shown: {name}")
    happened = {0: "taken", 1: "problems told"}.get(run.code, "refused in a sentence")
    odd = tuple(f"{name} ended with {run.code}: {run.said[-500:]}" for _ in range(run.code not in {0, 1, 2}))
    return Trial(kind, happened, losses, home.left(), tracebacks([run]) + odd, unbounded([run], MEGABYTES))
