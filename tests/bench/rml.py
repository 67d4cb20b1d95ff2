"""morph-kgc: the statements as an RML mapping over tables that were prepared for it.

RML itself states no dates that follow from other dates and no cells with several values. So morph-kgc gets tables in
which these are columns and rows already; making them is not measured. It writes the same set of triples.
"""

from __future__ import annotations

import csv
import runpy
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from .byhand import first_day, last_day, status
from .statements import statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .statements import Statement, Term

_PREFIXES = "@prefix rr: <http://www.w3.org/ns/r2rml#> .\n@prefix rml: <http://semweb.mmlab.be/ns/rml#> .\n"
_CSV = "<http://semweb.mmlab.be/ns/ql#CSV>"
_SETTINGS = """\
[CONFIGURATION]
output_file = {output}
output_format = N-TRIPLES
number_of_processes = 1
na_values =
logging_level = ERROR

[tables]
mappings = {mapping}
"""
_PRECISIONS = {10: "date", 7: "month", 4: "year"}

Row = dict[str, str]


def prepare(folder: Path) -> None:
    """Write the tables, the mapping and the settings for morph-kgc into the folder `morph-kgc`."""
    target = folder / "morph-kgc"
    target.mkdir(exist_ok=True)
    described = statements(folder)
    for table in dict.fromkeys(statement.table for statement in described):
        many = sorted({s.object.column for s in described if s.table == table and s.object.many})
        _prepare_table(folder / f"{table}.csv", target, many)
    (target / "mapping.ttl").write_text(_mapping(described, target), "utf-8")
    settings = _SETTINGS.format(output=folder / "morph-kgc.nt", mapping=target / "mapping.ttl")
    (target / "settings.ini").write_text(settings, "utf-8")


def morph_kgc(folder: Path) -> None:
    """Run morph-kgc on its prepared tables, as its own command line does."""
    sys.argv = ["morph_kgc", str(folder / "morph-kgc" / "settings.ini")]
    runpy.run_module("morph_kgc", run_name="__main__")


def _prepare_table(path: Path, target: Path, many: list[str]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        names = [*(table.fieldnames or ()), *_derived(dict.fromkeys(table.fieldnames or (), ""))]
        with ExitStack() as files:
            rows = _writer(files, target / path.name, names)
            items = {column: _writer(files, target / f"{path.stem}.{column}.csv", ("id", column)) for column in many}
            for row in table:
                rows.writerow(row | _derived(row))
                for column, writer in items.items():
                    writer.writerows({"id": row["id"], column: item} for item in row[column].split("; "))


def _writer(files: ExitStack, path: Path, names: Sequence[str]) -> csv.DictWriter[str]:
    file = files.enter_context(path.open("w", encoding="utf-8", newline=""))
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    return writer


def _derived(row: Row) -> Row:
    found: Row = {}
    if "start" in row:
        start, end = row["start"], row["end"]
        found |= {"period": row["id"] if start or end else "", "status": status(start, end)}
        found |= {"from": first_day(start) if start else "", "until": last_day(end) if end else ""}
        for name in ("start", "end"):
            found |= {f"{name}.{p}": row[name] if len(row[name]) == n else "" for n, p in _PRECISIONS.items()}
    if "budget.value" in row:
        found["amount"] = f"{row['id']}-budget" if row["budget.value"] else ""
    return found


def _mapping(described: list[Statement], target: Path) -> str:
    """Write one triples map for each pair of table and subject."""
    maps: dict[tuple[str, Term], list[Statement]] = {}
    for statement in described:
        column = f".{statement.object.column}" if statement.object.many else ""
        maps.setdefault((f"{statement.table}{column}.csv", statement.subject), []).append(statement)
    return _PREFIXES + "".join(
        f"<#{number}> rml:logicalSource\n"
        f"  [ rml:source {_text(str(target / table))} ; rml:referenceFormulation {_CSV} ] ;\n"
        f"  rr:subjectMap {_term(subject)}{''.join(map(_predicate_object, found))} .\n"
        for number, ((table, subject), found) in enumerate(maps.items())
    )


def _predicate_object(statement: Statement) -> str:
    predicate, value = statement.predicate.before, _term(statement.object)
    return f" ;\n  rr:predicateObjectMap [ rr:predicate {predicate} ; rr:objectMap {value} ]"


def _term(term: Term) -> str:
    if not term.column:
        return f"[ rr:constant {term.before} ]"
    if term.before == "<":  # the cell is the whole IRI
        return f"[ rml:reference {_text(term.column)} ; rr:termType rr:IRI ]"
    if term.before.startswith("<"):
        return f"[ rr:template {_text(f'{term.before[1:]}{{{term.column}}}')} ; rr:termType rr:IRI ]"
    kind = term.after[1:]
    about = f" ; rr:datatype {kind[2:]}" if kind else ""
    if kind.startswith("@"):
        about = f" ; rr:language {_text(kind[1:])}"
    return f"[ rml:reference {_text(term.column)} ; rr:termType rr:Literal{about} ]"


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    prepare(Path(sys.argv[1]))
