"""Processes that answer requests: asked many times, stopped when they take too much, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from linkedproj.system.workers import Pool, Reason, Request, Worker, WorkerError, cores

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[1] / "src"
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory, and ends processes together")

# Work that does what it is told.
WORK = """
import os, re, time

def begin(setup):
    if setup == "broken":
        raise ValueError("no setup")
    if setup == "slow":
        time.sleep(60)

    def answer(message):
        word, _, rest = message.partition(" ")
        if word == "sleep":
            time.sleep(float(rest))
        if word == "die":
            os._exit(7)
        if word == "fill":
            held = bytearray(int(rest) << 20)
        if word == "fail":
            raise TypeError(rest)
        if word == "full":
            raise OSError(28, "No space left on device")
        if word == "print":
            print(rest, flush=True)
            os.write(1, b"and from C")
        if word == "spin":
            re.match("(a+)+$", "a" * 60 + "!")
        return {"process": os.getpid(), "text": rest}

    return answer
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "made_up_work.py").write_text(WORK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "made_up_work"


def test_one_process_answers_many_times(work: str) -> None:
    with Worker(work) as worker:
        answers = [worker.ask(Request(f"say {n}")) for n in range(3)]
    assert len({answer["process"] for answer in answers}) == 1
    assert [answer["text"] for answer in answers] == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("message", "reason", "kind", "text"),
    [
        ("sleep 60", Reason.TIME, "", ""),
        ("die", Reason.ENDED, "", ""),
        pytest.param("fill 4000", Reason.MEMORY, "", "", marks=linux),
        ("fail so\nmuch", Reason.FAILED, "TypeError", "so\nmuch"),
        ("full", Reason.FAILED, "OSError", "[Errno 28] No space left on device"),
    ],
)
def test_why_there_is_no_answer_is_told_and_the_next_request_is_answered(
    work: str, message: str, reason: Reason, kind: str, text: str
) -> None:
    with Worker(work, megabytes=1024) as worker:
        with pytest.raises(WorkerError) as caught:
            worker.ask(Request(message, clock=1 if message.startswith("sleep") else 60))
        assert (caught.value.reason, caught.value.kind, caught.value.text) == (reason, kind, text)
        assert caught.value.errno == (28 if message == "full" else 0)
        assert worker.ask(Request("say again"))["text"] == "again"


@linux
def test_processor_time_is_bounded_however_long_the_clock_runs(work: str) -> None:
    with Worker(work) as worker, pytest.raises(WorkerError) as caught:
        worker.ask(Request("spin", seconds=0.1, clock=300))
    assert caught.value.reason is Reason.TIME


def test_a_process_that_cannot_begin_says_why(work: str) -> None:
    with Worker(work, "broken") as worker, pytest.raises(WorkerError, match="no setup") as caught:
        worker.start()
    assert (caught.value.reason, caught.value.kind) == (Reason.FAILED, "ValueError")
    with Worker(work, "slow") as worker, pytest.raises(WorkerError) as caught:
        worker.ask(Request("say it", clock=0.5))
    assert caught.value.reason is Reason.TIME
    with Worker("no_such_module") as worker, pytest.raises(WorkerError, match="No module named 'no_such_module'"):
        worker.start()


def test_what_the_work_prints_is_no_answer(work: str) -> None:
    with Worker(work) as worker:
        assert worker.ask(Request('print {"answer": 1}'))["text"] == '{"answer": 1}'
        with pytest.raises(WorkerError) as caught:
            worker.ask(Request("die"))
    assert caught.value.text == "and from C"


def test_a_pool_answers_every_request_with_as_few_processes_as_will_do(work: str) -> None:
    with Pool(work, jobs=2) as pool:
        answers = dict(pool.ask(Request(message) for message in ("sleep 0.5", *(f"say {n}" for n in range(7)))))
        assert [answers[number]["text"] for number in range(8)] == ["0.5", *map(str, range(7))]
        assert len({answer["process"] for answer in answers.values()}) == 2
        again = dict(pool.ask([Request("say so")]))
        assert again[0]["process"] in {answer["process"] for answer in answers.values()}
        assert list(pool.ask([])) == []


def test_a_failure_ends_the_others_and_names_its_request(work: str) -> None:
    requests = [Request(message) for message in ("sleep 50", "sleep 51", "fail so", "sleep 52")]
    begun = time.monotonic()
    with Pool(work, jobs=3) as pool:
        with pytest.raises(WorkerError, match="so") as caught:
            list(pool.ask(requests))
        assert caught.value.request == 2
        assert [answer["text"] for _, answer in pool.ask([Request("say on")])] == ["on"]
    assert time.monotonic() - begun < 40


def test_there_is_a_processor() -> None:
    assert cores() >= 1
    assert Pool("no_such_module").jobs == cores()


# ---------------------------------------------------------------- nothing is left behind

_PARENT = """
import sys, threading
from linkedproj.system.workers import Pool, Request, Worker

def started():
    worker = Worker("made_up_work")
    worker.start()
    workers.append(worker)

# The thread that starts a process ends before it.
workers = []
thread = threading.Thread(target=started)
thread.start()
thread.join()
print(workers[0].ask(Request("say it"))["process"], flush=True)
if sys.argv[1] == "spin":
    workers[0].ask(Request("spin"))
with Pool("made_up_work", jobs=2) as pool:
    list(pool.ask([Request("sleep 60")] * 5))
"""


def parent(folder: Path, how: str) -> tuple[subprocess.Popen[str], int]:
    """Start a process that has a worker; return it, and the number of the worker."""
    search = os.pathsep.join([str(SOURCE), str(folder)])
    started = subprocess.Popen(
        [sys.executable, "-c", _PARENT, how],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": search},
        start_new_session=True,
        # Whoever runs the tests may have had it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread is at work
    )
    assert started.stdout
    return started, int(started.stdout.readline())


def is_gone(process: int, seconds: float = 20) -> bool:
    """Wait for the end of a process; one that nobody has waited for yet (Z) is at its end."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    os.kill(process, signal.SIGKILL)
    return False


@linux
@pytest.mark.parametrize("how", ["spin", "sleep"])
def test_a_process_ends_with_the_one_that_started_it(work: str, tmp_path: Path, how: str) -> None:
    assert work
    started, worker = parent(tmp_path, how)
    time.sleep(0.5)
    started.kill()
    started.communicate()
    assert is_gone(worker)


@linux
def test_an_interruption_is_quick_and_leaves_nothing(work: str, tmp_path: Path) -> None:
    assert work
    started, worker = parent(tmp_path, "sleep")
    time.sleep(1)
    begun = time.monotonic()
    # As a terminal does: to the whole group of the process.
    os.killpg(started.pid, signal.SIGINT)
    started.communicate(timeout=20)
    assert time.monotonic() - begun < 10
    assert started.returncode != 0
    assert is_gone(worker)


def test_an_interruption_stops_a_process_that_is_being_started(work: str, monkeypatch: pytest.MonkeyPatch) -> None:
    start, starting = Worker._start, threading.Event()  # noqa: SLF001 - it takes long on a busy machine, here always

    def slowly(worker: Worker) -> subprocess.Popen[str]:
        starting.set()
        time.sleep(0.5)
        return start(worker)

    def interrupted() -> Iterator[Request]:
        yield Request("sleep 20")
        assert starting.wait(10)
        raise KeyboardInterrupt

    monkeypatch.setattr(Worker, "_start", slowly)
    with Pool(work, jobs=2) as pool:
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            list(pool.ask(interrupted()))
        # Of the work, not of the machine: it would sleep for twenty seconds.
        assert time.monotonic() - begun < 15
        monkeypatch.setattr(Worker, "_start", start)
        assert [answer["text"] for _, answer in pool.ask([Request("say it")])] == ["it"]


_SCRIPT = """
import sys
from pathlib import Path

import linkedproj.mapping.runners.local as local
from linkedproj.build import build
from linkedproj.mapping.runners.resources import Resources

local._WORTH = 0
print(build(Path(sys.argv[1]), Path(sys.argv[2]), resources=Resources(2)).version)
"""


@pytest.mark.slow
def test_a_script_that_builds_needs_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT, "utf-8")
    small = Path(__file__).parent / "fixtures" / "small"
    done = subprocess.run(
        [sys.executable, str(script), str(small), str(tmp_path / "public")],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "public/dump/latest/portfolio.nt").is_file()
