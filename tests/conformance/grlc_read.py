"""Read queries with grlc's own parser and print what it found as JSON, by file. Run by the Python that has grlc."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def read(path: str) -> dict[str, Any]:
    """Give what grlc makes of a query."""
    grlc: Any = importlib.import_module("grlc.gquery")
    found = grlc.get_metadata(Path(path).read_text("utf-8"), "http://localhost/sparql")
    return {
        "form": found["type"],
        "summary": found.get("summary"),
        "tags": found.get("tags"),
        "columns": [str(name) for name in found.get("variables", [])],
        "parameters": found.get("parameters"),
    }


if __name__ == "__main__":
    print(json.dumps({Path(path).stem: read(path) for path in sys.argv[1:]}))
