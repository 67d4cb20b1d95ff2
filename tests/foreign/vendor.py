"""Make what others drew or wrote and our pages hold, from npm: `python -m tests.foreign.vendor`.

Versions stand below; what is made is committed, with the licence of each beside it.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from itertools import pairwise
from pathlib import Path
from shutil import which
from typing import Any

ASSETS = Path(__file__).parents[2] / "src/linkedproj/pages/assets"
WORLD = "world-atlas@2.0.2"
OXIGRAPH = "oxigraph@0.5.11"
EDITOR = ("codemirror@6.0.2", "codemirror-lang-sparql@2.1.0", "@codemirror/autocomplete@6", "@codemirror/state@6",
          "@codemirror/view@6")  # fmt: skip
BUNDLER = "esbuild@0.28.2"
_PLACE = re.compile(rb"/(?:home|root|Users|usr|rustc)/(?:[A-Za-z0-9_.-]+/)*")
_MAILBOX = re.compile(r"\s*<[^<>\s]+@[^<>\s]+>")
_GRID = 0.2
_ANTARCTICA = "010"
_HALF, _LEAST = 180 / _GRID, 4


def package(name: str) -> dict[str, bytes]:
    """Return the files of an npm package, by their path in it."""
    with tempfile.TemporaryDirectory() as scratch:
        packed = subprocess.run(
            [which("npm") or "npm", "pack", name], cwd=scratch, check=True, capture_output=True, text=True
        )
        data = Path(scratch, packed.stdout.split()[-1]).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members = [(one.name.removeprefix("package/"), archive.extractfile(one)) for one in archive.getmembers()]
        return {path: content.read() for path, content in members if content}


def bundled(folder: Path) -> tuple[bytes, str]:
    """Bundle the editor in a folder; return the script, and the licences of all that is in it."""
    npm = which("npm") or "npm"
    (folder / "package.json").write_text('{"private": true, "type": "module"}', "utf-8")
    subprocess.run([npm, "install", "--silent", *EDITOR, BUNDLER], cwd=folder, check=True)
    shutil.copy(Path(__file__).with_name("editor.mjs"), folder / "editor.mjs")
    command = ["node_modules/.bin/esbuild", "editor.mjs", "--bundle", "--minify", "--format=esm", "--outfile=editor.js"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    told = []
    for found in sorted((folder / "node_modules").glob("**/package.json")):
        said = json.loads(found.read_text("utf-8"))
        licence = next(found.parent.glob("LICEN[CS]E*"), None)
        if licence and "esbuild" not in said.get("name", ""):
            # Names stay; where to write to a person is not ours to publish.
            text = _MAILBOX.sub("", licence.read_text("utf-8")).strip()
            told.append(f"{said['name']} {said['version']}\n\n{text}\n")
    return (folder / "editor.js").read_bytes(), "\n\n".join(told)


def outlines(topology: dict[str, Any]) -> str:
    """Draw the countries of a TopoJSON file as one path in degrees, north up, on a grid that a small map needs."""
    (wide, high), (left, low) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[tuple[int, int]]] = []
    for arc in topology["arcs"]:
        x = y = 0
        arcs.append([])
        for dx, dy in arc:
            x, y = x + dx, y + dy
            arcs[-1].append((round((x * wide + left) / _GRID), round(-(y * high + low) / _GRID)))
    drawn = []
    for country in topology["objects"]["countries"]["geometries"]:
        if country.get("id") == _ANTARCTICA:
            continue
        several = country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        for ring in (ring for polygon in several for ring in polygon):
            points = [point for index in ring for point in (arcs[index] if index >= 0 else arcs[~index][::-1])]
            points = [points[0], *(after for before, after in pairwise(points) if before != after)]
            drawn += [_path(piece) for piece in _pieces(points) if len(piece) >= _LEAST]
    return "".join(drawn)


def _pieces(points: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Cut a ring where it crosses the date line, or it would be drawn across the whole map."""
    east, west = [], []
    crosses = any(abs(after[0] - before[0]) > _HALF for before, after in pairwise(points))
    if not crosses:
        return [points]
    for x, y in points:
        east.append((x if x > 0 else round(2 * _HALF) // 2, y))
        west.append((x if x < 0 else -round(2 * _HALF) // 2, y))
    return [east, west]


def _path(points: list[tuple[int, int]]) -> str:
    steps = " ".join(f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(points))
    return f"M{points[0][0]} {points[0][1]}l{steps}z"


def main() -> None:
    """Write the assets."""
    world = package(WORLD)
    path = outlines(json.loads(world["countries-50m.json"]))
    scale = f"{_GRID:g}"
    (ASSETS / "world.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-180 -90 360 180" width="3600" height="1800">'
        f"<title>Natural Earth, by {WORLD}</title>"
        f'<path transform="scale({scale})" d="{path}" fill="#8a94a6" fill-opacity="0.35" '
        'stroke="#8a94a6" stroke-width="0.4" stroke-linejoin="round"/></svg>\n',
        "utf-8",
    )
    (ASSETS / "world.LICENCE.txt").write_bytes(world["LICENSE"])
    engine, sparql = package(OXIGRAPH), ASSETS / "sparql"
    (sparql / "oxigraph.js").write_bytes(engine["web.js"].replace(b"web_bg.wasm", b"oxigraph.wasm"))
    # The places of its sources on the machine that built it, which messages of panics name, are blotted out.
    (sparql / "oxigraph.wasm").write_bytes(_PLACE.sub(lambda place: b"/" * len(place[0]), engine["web_bg.wasm"]))
    said = json.loads(engine["package.json"])
    (sparql / "oxigraph.LICENCE.txt").write_text(
        f"{OXIGRAPH}: {said['license']}, {said['homepage']}\nhttps://www.apache.org/licenses/LICENSE-2.0\n", "utf-8"
    )
    with tempfile.TemporaryDirectory() as scratch:
        script, licences = bundled(Path(scratch))
    (sparql / "editor.js").write_bytes(script)
    (sparql / "editor.LICENCE.txt").write_text(licences, "utf-8")


if __name__ == "__main__":
    main()
