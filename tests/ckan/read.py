"""Read a catalogue with the parser of the real ckanext-dcat; runs in the environment that harvest.py makes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SYNTAXES = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld", "nt": "nt"}


def main() -> None:
    """Tell on standard output, for each serialisation in the folder given, what CKAN would harvest."""
    folder = Path(sys.argv[1])
    json.dump({suffix: _read(folder / f"catalog.{suffix}", name) for suffix, name in SYNTAXES.items()}, sys.stdout)


def _read(path: Path, syntax: str) -> list[dict[str, Any]]:
    from ckanext.dcat.processors import RDFParser  # installed in that environment only

    parser = RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(path.read_text("utf-8"), syntax)
    return [_shown(dataset) for dataset in parser.datasets()]


def _shown(dataset: dict[str, Any]) -> dict[str, Any]:
    extras = {extra["key"]: extra["value"] for extra in dataset["extras"]}
    return {
        "title": dataset["title"],
        "licence": dataset.get("license_id", ""),
        "tags": sorted(tag["name"] for tag in dataset["tags"]),
        "contact": extras.get("contact_name", ""),
        "publisher": extras.get("publisher_name", ""),
        "identifier": extras.get("identifier", ""),
        "downloads": sorted(resource["download_url"] for resource in dataset["resources"]),
        "mimetypes": sorted({resource["mimetype"] for resource in dataset["resources"]}),
    }


if __name__ == "__main__":
    main()
