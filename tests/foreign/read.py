"""Read a published folder with Python programs of others: python read.py PUBLIC [FEED...] prints what they found.

Run by the Python of the environment that install.py makes.
"""

import json
import sys
from pathlib import Path

import feedparser
from csvw import CSVW
from frictionless import validate
from geojson_pydantic import FeatureCollection


def _csvw(dump: Path) -> dict[str, object]:
    read = CSVW(str(dump / "csv-metadata.json"), validate=True)
    rows = {str(table.url): len(list(table)) for table in read.tables}
    read.tablegroup.check_referential_integrity()
    valid = read.is_valid
    return {"rows": rows, "valid": valid, "warnings": sorted({str(told.message) for told in read.warnings})}


def _package(dump: Path) -> dict[str, object]:
    report = validate(str(dump / "datapackage.json"))
    return {"valid": report.valid, "tables": report.stats["tasks"], "errors": report.flatten(["name", "message"])}


def _feed(path: Path) -> dict[str, object]:
    found = feedparser.parse(path.read_bytes())
    entries = [{name: entry[name] for name in ("id", "title", "updated", "link", "summary")} for entry in found.entries]
    return {"bozo": bool(found.bozo), "version": found.version, "updated": found.feed.updated, "entries": entries}


def main(public: Path, *feeds: Path) -> None:
    """Read everything there is, and further feeds."""
    dump = public / "dump/latest"
    maps = {
        path.name: len(FeatureCollection.model_validate_json(path.read_text("utf-8")).features)
        for path in sorted((public / "query").glob("*.geojson"))
    }
    read = {path.name: _feed(path) for path in (*public.glob("feed.atom"), *feeds)}
    print(json.dumps({"csvw": _csvw(dump), "package": _package(dump), "maps": maps, "feeds": read}))


main(*map(Path, sys.argv[1:]))
