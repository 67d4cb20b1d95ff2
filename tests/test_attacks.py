"""What a run leaves when it is stopped: nothing, or what the next run sweeps; and no system error is a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from tests.conftest import SMALL, Small

from linkedproj.reports import REPORTS
from linkedproj.system.scratch import PREFIX, run_folder

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).parents[1] / "src"
posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these signals and locks")

# A build whose SHACL engine is at work when the signal comes.
_STOPPED = """
import os, signal, sys, time
# Whoever runs the tests may have had them ignored.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
import linkedproj.check.judge as judge, linkedproj.check.portfolio as check
from linkedproj.cli import main

whole = check.judge
def stopped(*given, **named):
    os.kill(os.getpid(), int(sys.argv[1]))
    time.sleep(30)
    return whole(*given, **named)
check.judge = stopped
main(["build", "--no-site"])
"""

_LIVING = """
import sys
from linkedproj.system.scratch import run_folder
with run_folder():
    print(flush=True)
    sys.stdin.read()
"""


def stopped_by(number: int, home: Path) -> subprocess.CompletedProcess[str]:
    (home / "tmp").mkdir(exist_ok=True)
    if not (home / "data").exists():
        shutil.copytree(SMALL, home / "data")
    return subprocess.run(
        [sys.executable, "-c", _STOPPED, str(number)],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(home / "tmp")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 1)])
def test_a_stopped_build_leaves_nothing(number: int, code: int, tmp_path: Path) -> None:
    ended = stopped_by(number, tmp_path)
    assert (ended.returncode, "Traceback" in ended.stderr) == (code, False)
    assert names(tmp_path) == ["data", "tmp"]
    assert names(tmp_path / "tmp") == []


@posix
def test_what_a_killed_build_left_is_swept_by_the_next_run(tmp_path: Path) -> None:
    assert stopped_by(signal.SIGKILL, tmp_path).returncode == -signal.SIGKILL
    [left] = (tmp_path / "tmp").iterdir()
    assert left.name.startswith(PREFIX)
    assert left.stat().st_mode & 0o777 == 0o700
    assert names(tmp_path) == [".public.lock", ".public.next", ".public.scratch", "data", "tmp"]
    assert (tmp_path / ".public.scratch").stat().st_mode & 0o777 == 0o700
    (tmp_path / "tmp/linkedproj-run-of-somebody").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "linkedproj", "build", "--no-site"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path / "tmp")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert names(tmp_path) == ["data", "public", "tmp"]
    assert names(tmp_path / "tmp") == ["linkedproj-run-of-somebody"], "a folder without a lock is none of ours"


@posix
def test_temporary_files_lie_in_the_folder_of_the_run_and_a_living_one_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("TMPDIR", raising=False)
    living = subprocess.Popen(
        [sys.executable, "-c", _LIVING],
        env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert living.stdout
    living.stdout.readline()
    with run_folder():
        made = Path(tempfile.mkdtemp())
        assert made.parent.parent == tmp_path
        assert made.parent.name.startswith(PREFIX)
        assert os.environ["TMPDIR"] == str(made.parent)
        assert len(names(tmp_path)) == 2
        with run_folder():
            assert Path(tempfile.mkdtemp()).parent == made.parent
        assert made.exists()
    assert "TMPDIR" not in os.environ
    assert len(names(tmp_path)) == 1
    living.communicate()
    assert names(tmp_path) == []


@posix
@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give a folder to somebody else")
def test_the_run_folder_of_another_user_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("TMPDIR", raising=False)
    for name, owner in (("mine", os.getuid()), ("theirs", 65_534)):
        (tmp_path / f"{PREFIX}{name}").mkdir()
        (tmp_path / f"{PREFIX}{name}/.lock").write_text("", "utf-8")
        os.chown(tmp_path / f"{PREFIX}{name}", owner, -1)
    with run_folder():
        assert f"{PREFIX}theirs" in names(tmp_path)
        assert f"{PREFIX}mine" not in names(tmp_path)


# ---------------------------------------------------------------- no traceback


def failing(error: BaseException) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full."),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "the disk is full."),
        (
            shutil.Error([("a/b.csv", "c/b.csv", "[Errno 28] No space left on device: 'c/b.csv'")]),
            "the disk is full.",
        ),
        (
            shutil.Error([("a/b.csv", "c/b.csv", "[Errno 13] Permission denied: 'c/b.csv'")]),
            "a/b.csv: it cannot be copied",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "data/city.csv"),
            "data/city.csv: it cannot be read or written",
        ),
        (MemoryError(), "there is not enough memory for this."),
        (RecursionError(), "something is nested too deeply to be read."),
    ],
)
def test_what_the_system_refuses_is_one_sentence(
    error: BaseException, told: str, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("linkedproj.build.map_tables", failing(error))
    outcome = small.run("build")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"linkedproj: {told}")
    assert outcome.err.count("\n") == 1
    assert names(small.home) == ["data"]


# Root may read and write everything, unless it gives that up.
_AS_ANYBODY = [
    shutil.which("setpriv") or "",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
]


def as_anybody(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as somebody to whom the system can forbid something."""
    is_root = os.geteuid() == 0
    if is_root and not _AS_ANYBODY[0]:
        pytest.skip("nothing is forbidden to root, and setpriv is not installed")
    return subprocess.run(
        [*(_AS_ANYBODY if is_root else []), sys.executable, "-m", "linkedproj", *arguments],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def deep(text: str, levels: int = 5000) -> str:
    return text.replace("@", "[" * levels + "1" + "]" * levels)


# What is done to a portfolio in data/ beside an empty folder out/, and what is run then.
FAULTS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "a table that may not be read": (lambda home: (home / "data/city.csv").chmod(0), ["check"]),
    "settings that may not be read": (lambda home: (home / "data/portfolio.toml").chmod(0), ["check"]),
    "a folder that may not be listed": (lambda home: (home / "data").chmod(0o300), ["check", "data"]),
    "no place for the output": (lambda home: (home / "out").chmod(0o500), ["build", "--out", "out/public"]),
    "an output within a file": (lambda home: home.chmod(0o700), ["build", "--out", "data/city.csv/x"]),
    "a report where nothing may be written": (
        lambda home: (home / "out").chmod(0o500),
        ["check", "--format", "json", "--out", "out/report.json"],
    ),
    "a release with too long a name": (
        lambda home: append(home / "data/portfolio.toml", "issued = 2021-07-01\n", first=True),
        ["build", "--release", "1" * 300],
    ),
    "a number of five thousand digits": (
        lambda home: append(home / "data/portfolio.toml", f"\n[more]\nnumber = {'1' * 5000}\n"),
        ["check"],
    ),
    "a setting of twenty thousand dots": (
        lambda home: append(home / "data/portfolio.toml", f"\na{'.a' * 20_000} = 1\n"),
        ["check"],
    ),
    "a workbook of a gigabyte": (lambda home: bomb(home / "data/theme.more.xlsx"), ["check"]),
    "a damaged workbook": (lambda home: damaged(home / "data/theme.more.xlsx"), ["check"]),
    "settings nested too deeply": (
        lambda home: append(home / "data/portfolio.toml", deep("\n[more]\nlist = @\n")),
        ["check"],
    ),
    "a YAML table nested too deeply": (
        lambda home: (home / "data/scheme.more.yaml").write_text(deep("- id: @\n"), "utf-8"),
        ["check"],
    ),
    "a JSON table nested too deeply": (
        lambda home: (home / "data/scheme.more.json").write_text(deep('[{"id": @}]'), "utf-8"),
        ["check"],
    ),
    "a JSON number of five thousand digits": (
        lambda home: (home / "data/scheme.more.json").write_text(f'[{{"id": {"1" * 5000}}}]', "utf-8"),
        ["check"],
    ),
    "own terms nested too deeply": (
        lambda home: overlaid(home, deep('{"@context": {"x": @}}')),
        ["check"],
    ),
    "a list of releases nested too deeply": (lambda home: published(home, deep("@")), ["verify", "out"]),
    "a catalogue that may not be read": (lambda home: published(home, "[]", mode=0), ["verify", "out"]),
    "a query nested too deeply": (
        lambda home: (home / "q.rq").write_text("SELECT * " + "{" * 5000 + "}" * 5000, "utf-8"),
        ["query", "-f", "q.rq", "--data", "dump.ttl"],
    ),
}


def bomb(path: Path) -> None:
    """Write an archive with a part that is a thousand times as large as the file."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/workbook.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(64):
            part.write(b" " * (1 << 20))


def damaged(path: Path) -> None:
    """Write a workbook one of whose parts cannot be unpacked any more."""
    book = openpyxl.Workbook()
    book.create_sheet("theme", 0).append(["id"])
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    at = sheet.header_offset + 30 + len(sheet.filename)
    data[at : at + 40] = b"\xff" * 40
    path.write_bytes(data)


def append(path: Path, text: str, *, first: bool = False) -> None:
    old = path.read_text("utf-8")
    path.write_text(text + old if first else old + text, "utf-8")


def overlaid(home: Path, context: str) -> None:
    (home / "data/ontology").mkdir()
    (home / "data/ontology/context.jsonld").write_text(context, "utf-8")


def published(home: Path, releases: str, mode: int = 0o644) -> None:
    (home / "out/dump/latest").mkdir(parents=True)
    (home / "out/dump/releases.json").write_text(releases, "utf-8")
    (home / "out/catalog.ttl").write_text("", "utf-8")
    (home / "out/catalog.ttl").chmod(mode)


@posix
@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_read_or_written_is_told_in_sentences(name: str, tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "data")
    (tmp_path / "out").mkdir()
    (tmp_path / "dump.ttl").write_text("", "utf-8")
    prepare, arguments = FAULTS[name]
    prepare(tmp_path)
    done = as_anybody(tmp_path, *arguments)
    for folder in ("data", "out"):
        (tmp_path / folder).chmod(0o700)
    assert done.returncode in {1, 2}, (done.stdout, done.stderr)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert said.count("\n") < 12, said
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@posix
def test_somebody_without_a_home_can_use_it(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "data")
    done = as_anybody(tmp_path, "check", HOME="/nonexistent", XDG_CACHE_HOME="")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@posix
def test_little_memory_is_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "data")
    done = subprocess.run(
        ["/bin/sh", "-c", 'ulimit -v 300000; exec "$0" -m linkedproj check', sys.executable],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 2}, done.stderr
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- what a terminal obeys

EVIL = "A\x1b[2J\x1b]0;owned\x07\u202eB\x9b31m\u2066"
_RAW = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def on_a_terminal(home: Path, *arguments: str) -> str:
    """Run the command line with a terminal for standard output; return what came there."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "linkedproj", *arguments],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as started:
        os.close(theirs)
        read = bytearray()
        # The other end is closed by an error, not by nothing more to read.
        with contextlib.suppress(OSError):
            while block := os.read(ours, 65536):
                read += block
        os.close(ours)
        assert started.stderr
        return read.decode("utf-8") + started.stderr.read().decode("utf-8")


@posix
@pytest.mark.parametrize("form", REPORTS)
def test_no_report_of_a_hostile_table_moves_the_cursor(form: str, small: Small) -> None:
    (small.folder / "theme.more.csv").write_text(f'id,name@en,inScheme\n"{EVIL}","{EVIL}","{EVIL}"\n', "utf-8")
    outcome = small.run("check", "--format", form)
    assert outcome.code == 1
    assert "owned" in outcome.out
    assert not _RAW.search(outcome.out)


@posix
@pytest.mark.parametrize("form", ["table", "csv", "tsv", "json", "xml", "ttl"])
def test_no_answer_with_hostile_texts_moves_the_cursor(form: str, tmp_path: Path) -> None:
    escaped = EVIL.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    (tmp_path / "a.ttl").write_text(f'<http://example.org/a> <http://example.org/p> "{escaped}" .', "utf-8")
    verb = "CONSTRUCT { ?s ?p ?o }" if form == "ttl" else "SELECT ?o"
    (tmp_path / "q.rq").write_text(f"{verb} {{ ?s ?p ?o }}", "utf-8")
    asked = ("query", "-f", "q.rq", "--data", "a.ttl", "--format", form)
    told = on_a_terminal(tmp_path, *asked)
    assert "owned" in told or "U+001B, which XML cannot hold" in told
    assert not _RAW.search(told)
    if form not in {"table", "xml"}:
        done = subprocess.run(
            [sys.executable, "-m", "linkedproj", *asked],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
            capture_output=True,
            check=True,
        )
        piped = done.stdout.decode("utf-8")
        assert _RAW.search(piped) or "\\u" in piped, "data go into a pipe as they are"


@posix
def test_an_error_that_names_something_hostile_is_harmless(tmp_path: Path) -> None:
    told = on_a_terminal(tmp_path, "query", f"no-such\x1b[2J{chr(0x202E)}query")
    assert "no-such\\u001B[2J\\u202Equery" in told
    assert not _RAW.search(told)


# ---------------------------------------------------------------- what a person names for an output

OUTPUTS: dict[str, tuple[str, ...]] = {
    "a report": ("check", "--format", "json"),
    "an answer": ("query", "-f", "q.rq", "--data", "a.ttl", "--format", "csv"),
    "what changed": ("diff", "a.ttl", "b.ttl"),
    "saved queries": ("queries", "export"),
}


@posix
@pytest.mark.parametrize("name", OUTPUTS)
def test_an_output_is_there_whole_or_as_it_was_and_no_device_is_replaced(name: str, small: Small) -> None:
    for file, value in (("a.ttl", 1), ("b.ttl", 2)):
        Path(file).write_text(f"<http://example.org/a> <http://example.org/p> {value} .", "utf-8")
    Path("q.rq").write_text("SELECT ?o { ?s ?p ?o }", "utf-8")
    Path("kept").write_text("kept", "utf-8")
    Path("link").symlink_to("kept")
    os.mkfifo("pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(Path("pipe").read_bytes()), daemon=True)
    reader.start()
    assert small.run(*OUTPUTS[name], "--out", "pipe").code == 0
    assert Path("pipe").is_fifo()
    reader.join(30)
    assert len(read[0]) > len("kept")
    assert small.run(*OUTPUTS[name], "--out", "link").code == 0
    assert Path("link").is_symlink()
    whole = Path("kept").read_bytes()
    assert len(whole) > len("kept")
    Path("kept").write_text("kept", "utf-8")
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3, 3));"
        "from linkedproj.cli import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, *OUTPUTS[name], "--out", "kept"],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert "kept" in done.stderr or "written" in done.stderr
    assert Path("kept").read_text("utf-8") == "kept"
    assert sorted(names(small.home)) == ["a.ttl", "b.ttl", "data", "kept", "link", "pipe", "q.rq"]
