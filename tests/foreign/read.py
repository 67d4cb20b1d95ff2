"""Read files of one kind with Python programs of others: python read.py KIND FILE... prints what they found as JSON.

Run by the Python of the environment that install.py makes. `READERS` names the kinds.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import atoma
import feedparser
import schema_org
from csvw import CSVW
from datacite import schema45
from frictionless import validate
from geojson_pydantic import FeatureCollection
from pydantic import ValidationError

_DAY, _INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def _csvw(path: Path) -> dict[str, object]:
    read = CSVW(str(path), validate=True)
    rows = {str(table.url): len(list(table)) for table in read.tables}
    read.tablegroup.check_referential_integrity()
    valid = read.is_valid
    return {"rows": rows, "valid": valid, "warnings": sorted({str(told.message) for told in read.warnings})}


def _package(path: Path) -> dict[str, object]:
    report = validate(str(path))
    return {"valid": report.valid, "tables": report.stats["tasks"], "errors": report.flatten(["name", "message"])}


def _map(path: Path) -> int:
    return len(FeatureCollection.model_validate_json(path.read_text("utf-8")).features)


def _feed(path: Path) -> dict[str, object]:
    """Read a feed twice: feedparser reads what it can, atoma refuses what lacks something."""
    found, strict = feedparser.parse(path.read_bytes()), atoma.parse_atom_bytes(path.read_bytes())
    entries = [{name: entry[name] for name in ("id", "title", "updated", "link", "summary")} for entry in found.entries]
    return {
        "bozo": bool(found.bozo),
        "version": found.version,
        "updated": found.feed.updated,
        "entries": entries,
        "strictly": [[entry.id_, entry.title.value, entry.updated.isoformat()] for entry in strict.entries],
    }


def _datacite(path: Path) -> list[str]:
    """Judge a record by the JSON Schema of DataCite 4.5; give what is wrong."""
    record = json.loads(path.read_text("utf-8"))
    return sorted(error.message for error in schema45.validator.iter_errors(record))


def _dataset(path: Path) -> list[str]:
    """Judge a document of schema.org by the domains and ranges of its properties; give what is wrong."""
    document = json.loads(path.read_text("utf-8"))
    known = {str(node["@id"]): node for node in _nodes(document)}
    model = getattr(schema_org, document["@type"])
    try:
        model.model_validate(_plain(document, known))
    except ValidationError as error:
        return sorted(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return []


def _nodes(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item)
    elif isinstance(value, dict):
        if "@id" in value and "@type" in value:
            yield value
        for item in value.values():
            yield from _nodes(item)


def _plain(value: object, known: dict[str, dict[str, object]]) -> object:
    """Leave out what is of JSON-LD and not of schema.org; a node that is named again is put there again."""
    if isinstance(value, list):
        return [_plain(item, known) for item in value]
    if isinstance(value, str):
        return date.fromisoformat(value) if _DAY.fullmatch(value) else _instant(value)
    if not isinstance(value, dict):
        return value
    if "@value" in value:
        # A literal with a type is none that readers of schema.org know.
        return value if "@type" in value else value["@value"]
    if "@type" not in value:
        return _plain(known[value["@id"]], known) if value["@id"] in known else value["@id"]
    return {name: _plain(item, known) for name, item in value.items() if name not in {"@id", "@context"}} | {
        "@type": value["@type"]
    }


def _instant(text: str) -> object:
    return datetime.fromisoformat(text) if _INSTANT.fullmatch(text) else text


READERS: dict[str, Callable[[Path], object]] = {
    "csvw": _csvw,
    "package": _package,
    "map": _map,
    "feed": _feed,
    "datacite": _datacite,
    "dataset": _dataset,
}


if __name__ == "__main__":
    reader = READERS[sys.argv[1]]
    print(json.dumps([reader(Path(name)) for name in sys.argv[2:]]))
