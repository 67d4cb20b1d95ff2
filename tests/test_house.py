"""The house itself: who imports whom, what the package holds, and that the documents keep up with the program."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = ("pyoxigraph", "rdflib", "pyshacl", "SPARQLWrapper", "jinja2")
FOLDERS = [ROOT / name for name in ("data", "docs", "ontology", "queries", "tests")]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in folder.glob("*.md"))])
COMMANDS = sorted(
    path.stem.strip("_").replace("_", "-")
    for path in (ROOT / "src/linkedproj/commands").glob("*.py")
    if not path.stem.startswith("_")
)
QUERIES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))


def _run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program without input and give back what it said; a failure shows its output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done


def _tracked() -> list[Path]:
    """Give the files that a clone would hold; new ones count before they are committed."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files are published is not known")
    names = _run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


# ---------------------------------------------------------------- who imports whom


def test_imports_keep_the_layers() -> None:
    _run(Path(sysconfig.get_path("scripts")) / "lint-imports", "--no-cache")


def test_the_tour_of_the_program_names_files_and_rooms_that_are_there() -> None:
    tour = (ROOT / "docs/architecture.md").read_text("utf-8")
    package = ROOT / "src/linkedproj"
    files = set(re.findall(r"`([a-z_/]+\.(?:py|toml)|[a-z_/]+/)`", tour)) - {"src/linkedproj/"}
    assert len(files) > 20
    assert not [name for name in files if not (package / name).exists()]
    rooms = {path.stem for path in package.iterdir() if path.stem[0] not in "_." and not path.name.startswith("_")}
    pictures = [tour, (ROOT / "CONTRIBUTING.md").read_text("utf-8")]
    assert not [room for room in rooms for picture in pictures if not re.search(rf"\b{room}\b", picture)]


def test_the_contract_is_the_picture() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["name"] == "Imports point downwards")["layers"]
    order = [{*layer.split(" | ")} for layer in layers[2:]]
    for document in ("docs/architecture.md", "CONTRIBUTING.md"):
        drawn = (ROOT / document).read_text("utf-8").split("```text")[1].split("```")[0]
        floors = re.findall(r"^([a-z]+(?: · [a-z]+)*)(?:\.py)?", drawn, re.MULTILINE)
        assert [{*floor.split(" · ")} for floor in floors] == order, document


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)], ids=" ".join
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import json, sys\n"
        "from linkedproj.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    shown = _run(sys.executable, "-c", code, *arguments).stdout
    assert json.loads(shown.splitlines()[-1]) == []


# ---------------------------------------------------------------- the package


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist, and from it the wheel, and unpack the wheel into a folder of its own."""
    place = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", place, ROOT)
    wheel = next(place.glob("*.whl"))
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", place / "lib", wheel)
    return place / "lib"


def _from_wheel(installed: Path, *arguments: str | Path) -> str:
    """Run the wheel's own program from the top of the disk, where no checkout is near."""
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        "import linkedproj; assert linkedproj.__file__.startswith(sys.path[0]), linkedproj.__file__\n"
        "from linkedproj.cli import main; main(sys.argv[1:])"
    )
    here = Path(ROOT.anchor)
    return _run(sys.executable, "-c", code, installed, *arguments, cwd=here, PYTHONPATH=str(installed)).stdout


@pytest.mark.slow
def test_the_wheel_holds_what_the_checkout_holds(installed: Path) -> None:
    package = installed / "linkedproj"
    places = {
        "src/linkedproj": package,
        "ontology": package / "_shipped/ontology",
        "queries": package / "_shipped/queries",
    }
    missing = [
        path
        for folder, packed in places.items()
        for path in _tracked()
        if path.is_relative_to(ROOT / folder) and not (packed / path.relative_to(ROOT / folder)).is_file()
    ]
    assert missing == []


@pytest.mark.slow
def test_the_wheel_works_alone(installed: Path, tmp_path: Path) -> None:
    assert "build" in _from_wheel(installed, "--help")
    _from_wheel(installed, "check", ROOT / "data")
    _from_wheel(installed, "build", ROOT / "data", "--out", tmp_path / "public")
    assert (tmp_path / "public/dump/latest/portfolio.ttl").is_file()
    assert all(name in _from_wheel(installed, "queries", "list") for name in QUERIES)


# What a portfolio of another country would wonder at in its own release.
STRANGE = re.compile(
    r"barcelona|birmingham|català|catalan|español|spanish|[\"']@(?:ca|es)\b|\"(?:ca|es)\":|_(?:ca|es)\b", re.IGNORECASE
)


@pytest.mark.slow
def test_a_portfolio_of_another_country_is_built_from_the_wheel_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra linkedproj[spreadsheets] is not installed")
    home = tmp_path / "kotka"
    shutil.copytree(ROOT / "tests/fixtures/kotka", home)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "organisation"
    for row in (
        ("id", "name@en", "name@fi", "seat"),
        ("city-of-kotka", "City of Kotka", "Kotkan kaupunki", "kotka"),
        ("tallinn-lab", "Tallinn Lab", "Tallinnan laboratorio", "tallinn"),
    ):
        sheet.append(row)
    book.save(home / "organisation.xlsx")
    before = {path: path.read_bytes() for path in installed.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert "error" not in _from_wheel(installed, "check", home).splitlines()[-2]
    _from_wheel(installed, "build", home, "--release", "1.0", "--site", "--out", tmp_path / "public")
    _from_wheel(installed, "verify", tmp_path / "public")
    dumps = tmp_path / "public/dump/latest"
    turtle = (dumps / "portfolio.ttl").read_text("utf-8")
    assert '"Sataman valot"@fi' in turtle
    assert "KTK-204" in turtle
    assert "käyttöönotto" in (dumps / "vocabulary.ttl").read_text("utf-8")
    expected = (home / "queries/expected/contracts.csv").read_text("utf-8").split()
    assert (tmp_path / "public/query/contracts.csv").read_text("utf-8").split() == expected
    catalogue = (tmp_path / "public/catalog.ttl").read_text("utf-8")
    assert "language/FIN" in catalogue
    texts = [
        path
        for path in (tmp_path / "public").rglob("*")
        if path.is_file() and path.suffix not in {".gz", ".parquet", ".wasm"}
    ]
    assert {path.name: found[0] for path in texts if (found := STRANGE.search(path.read_text("utf-8")))} == {}
    assert len(texts) > 100
    after = {path: path.read_bytes() for path in installed.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert after == before


def test_what_everybody_gets_is_about_nobodys_city() -> None:
    """The shipped portfolio is an example in data/; the program, its ontology and its questions are for any agency."""
    files = [path for name in ("src", "ontology", "queries") for path in (ROOT / name).rglob("*") if path.is_file()]
    assert len(files) > 250
    named = [
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.suffix not in {".pyc", ".wasm"} and re.search("barcelona", path.read_text("utf-8"), re.IGNORECASE)
    ]
    assert named == []


# ---------------------------------------------------------------- the documents


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_in_the_documents(name: str) -> None:
    assert any(f"linkedproj {name}" in path.read_text(encoding="utf-8") for path in DOCUMENTS)


@pytest.mark.parametrize("name", QUERIES)
def test_each_query_is_in_the_list_of_queries(name: str) -> None:
    listed = (ROOT / "queries/README.md").read_text(encoding="utf-8")
    assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", listed)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_version_is_the_same_everywhere() -> None:
    stated = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert stated
    assert f"version: {stated[1]}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {stated[1]}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


# ---------------------------------------------------------------- what never leaves the workshop

# Written so that this file does not contain what it looks for.
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.:~/-])/(?:home|root|Users|work|tmp)/\w"),
    "a package registry": re.compile(r"py[p]i[.]org|python[h]osted[.]org|registry[.]n[p]mjs"),
    "an e-mail address": re.compile(r"[\w.+-]+@(?!example[.])[\w-]+[.](?:cat|com|edu|es|eu|info|net|org|uk)\b"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_published_file_has(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in _tracked()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []
