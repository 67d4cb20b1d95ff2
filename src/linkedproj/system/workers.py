"""Processes that answer requests: each can be stopped and bounded, and is replaced when it was.

What a process does is a module with `begin(setup)`, which returns the function that answers a message. Setup, messages
and answers are whatever JSON can hold. The module is named, not handed over, so a script that uses this package needs
no `if __name__ == "__main__"`. See `linkedproj.system.child` for what goes on in the process.

A process lives in a group of its own, which Ctrl-C in a terminal does not reach: this process stops it. On Linux the
kernel ends it together with this one, elsewhere it ends when it has answered, or when its seconds are used up.
"""

from __future__ import annotations

import enum
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Self

_SOURCE = Path(__file__).parents[2]
_OUT_OF_TIME = -getattr(signal, "SIGXCPU", 0)
_LOOK = 0.02
_IS_POSIX = os.name == "posix"


class Reason(enum.Enum):
    """Why there is no answer."""

    TIME = "it took too long"
    MEMORY = "it needed too much memory, or the system stopped it"
    FAILED = "the work raised an exception"
    ENDED = "the process ended by itself"


class WorkerError(Exception):
    """A request has no answer.

    `text` is the message of the exception whose class is `kind`, or the last line that the process wrote to standard
    error; `errno` is that of an OSError, `trace` the traceback. `request` is the number of the request in its pool.
    """

    def __init__(self, reason: Reason, text: str = "", kind: str = "", errno: int = 0, trace: str = "") -> None:
        super().__init__(f"{reason.value}: {trace or text}")
        self.reason, self.text, self.kind, self.errno, self.trace = reason, text, kind, errno, trace
        self.request = 0


class Request(NamedTuple):
    """A message, and how long its answer may take: `seconds` of processor time, `clock` seconds in all (0: any)."""

    message: Any
    seconds: float = 0
    clock: float = 0


class Worker:
    """One process; it is started by the first request, and anew by the first after it was stopped.

    `megabytes` bound its address space once it has begun, where the system can (0: not at all).
    """

    def __init__(self, module: str, setup: object = None, megabytes: int = 0) -> None:
        self._module, self._first = module, {"setup": setup, "megabytes": megabytes}
        self._process: subprocess.Popen[str] | None = None
        self._stderr: IO[str] | None = None
        self._lifeline = -1

    def __enter__(self) -> Self:
        """Return the worker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the process."""
        self.close()

    @property
    def pid(self) -> int:
        """The number of the process, 0 while there is none."""
        return self._process.pid if self._process else 0

    def start(self, clock: float = 0) -> None:
        """Start the process unless it runs, and wait until it has begun: what that takes is no request's time.

        Raises:
            WorkerError: it could not begin.
        """
        if self._process and self._process.poll() is not None:
            self._end()
        if self._process is None:
            self._exchange(self._start(), self._first, clock)

    def ask(self, request: Request) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Return the answer to a request; without a process, starting one counts for its `clock`.

        Raises:
            WorkerError: there is none.
        """
        self.start(request.clock)
        if self._process is None:
            raise WorkerError(Reason.ENDED)
        return self._exchange(self._process, {"message": request.message, "seconds": request.seconds}, request.clock)

    def kill(self) -> None:
        """Let whoever waits for an answer get none."""
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """Stop the process; nobody may be waiting for its answer."""
        self.kill()
        self._end()

    def _start(self) -> subprocess.Popen[str]:
        search = [str(_SOURCE), *(part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part)]
        self._stderr = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed with the process
        read, self._lifeline = os.pipe() if _IS_POSIX else (-1, -1)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and a module of this package
                [sys.executable, "-P", "-m", "linkedproj.system.child", self._module, str(read)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                encoding="utf-8",
                env={**os.environ, "PYTHONPATH": os.pathsep.join(search), "PYTHONUTF8": "1"},
                pass_fds=(read,) if _IS_POSIX else (),
                process_group=0 if _IS_POSIX else None,
            )
        finally:
            if read >= 0:
                os.close(read)
        return self._process

    def _exchange(self, process: subprocess.Popen[str], message: object, clock: float) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Send a message, and wait for the line that answers it.

        Raises:
            WorkerError: there is none.
        """
        alarm = _Alarm(process, clock)
        # A process that has ended is noticed when its answer is read.
        with suppress(OSError):
            _pipe(process.stdin).write(json.dumps(message) + "\n")
            _pipe(process.stdin).flush()
        line = _pipe(process.stdout).readline()
        if alarm.rang_before_stop():
            self.close()
            raise WorkerError(Reason.TIME)
        if not line.endswith("\n"):
            raise self._ended()
        reply: dict[str, Any] = json.loads(line)
        if "answer" in reply:
            return reply["answer"]
        error = WorkerError(Reason(reply.pop("reason")), **reply)
        if error.reason is Reason.MEMORY or message is self._first:
            self.close()
        raise error

    def _ended(self) -> WorkerError:
        """Return why a process has ended without an answer."""
        code, text = self._end()
        last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
        if code == _OUT_OF_TIME:
            return WorkerError(Reason.TIME)
        return WorkerError(Reason.MEMORY if code < 0 or "MemoryError" in text else Reason.ENDED, last)

    def _end(self) -> tuple[int, str]:
        """Wait for the process to end, and return its exit code and what it wrote to standard error."""
        process, stderr, lifeline = self._process, self._stderr, self._lifeline
        self._process, self._stderr, self._lifeline = None, None, -1
        text = ""
        if process:
            process.communicate()
        if stderr:
            stderr.seek(0)
            text = stderr.read()
            stderr.close()
        if lifeline >= 0:
            os.close(lifeline)
        return (process.returncode if process else 0), text


class _Alarm:
    """Kills a process after some seconds (0: never), unless it has answered."""

    def __init__(self, process: subprocess.Popen[str], seconds: float) -> None:
        self._process, self._rang, self._timer = process, False, threading.Timer(seconds, self._ring)
        if seconds:
            self._timer.daemon = True
            self._timer.start()

    def _ring(self) -> None:
        self._rang = True
        self._process.kill()

    def rang_before_stop(self) -> bool:
        """Stop the clock, and return whether that was too late."""
        self._timer.cancel()
        if self._timer.ident:
            self._timer.join()
        return self._rang


def _pipe(pipe: IO[str] | None) -> IO[str]:
    """Return a pipe that is there, since it was asked for.

    Raises:
        OSError: it is not.
    """
    if pipe is None:
        raise OSError("the process has no such pipe")
    return pipe


class Pool:
    """Several workers at the same work; processes are started as there is need of them."""

    def __init__(self, module: str, setup: object = None, *, jobs: int = 0, megabytes: int = 0) -> None:
        self.jobs = jobs or cores()
        self._workers = [Worker(module, setup, megabytes) for _ in range(self.jobs)]
        # The last to answer is the first to be asked: others may never be started.
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop every process."""
        for worker in self._workers:
            worker.close()

    def ask(self, requests: Iterable[Request]) -> Iterator[tuple[int, Any]]:
        """Put requests to the workers; yield answers as they come, each with the number of its request (from 0).

        Requests are drawn as workers become free, so that neither they nor the answers pile up.

        Raises:
            WorkerError: a request has no answer; the others are given up.
        """
        pending: set[Future[tuple[int, Any]]] = set()
        given_up = threading.Event()
        with ThreadPoolExecutor(self.jobs) as threads:
            try:
                for number, request in enumerate(requests):
                    pending.add(threads.submit(self._ask, number, request, given_up))
                    if len(pending) > self.jobs:
                        yield from _completed(pending)
                while pending:
                    yield from _completed(pending)
            finally:
                # Something is left after a failure, or Ctrl-C, or where nobody asks for more answers.
                given_up.set()
                threads.shutdown(wait=False, cancel_futures=True)
                self._stop_the_busy()

    def _stop_the_busy(self) -> None:
        """Kill what works until every worker is idle: one that is being started has no process to kill yet."""
        while self._idle.qsize() < self.jobs:
            for worker in self._workers:
                worker.kill()
            time.sleep(_LOOK)

    def _ask(self, number: int, request: Request, given_up: threading.Event) -> tuple[int, Any]:
        worker = self._idle.get()
        try:
            return number, _answer(worker, request, given_up)
        except WorkerError as error:
            error.request = number
            raise
        finally:
            self._idle.put(worker)


def _answer(worker: Worker, request: Request, given_up: threading.Event) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return the answer of a worker that nobody else asks.

    Raises:
        WorkerError: there is none, or nobody waits for it any more.
    """
    if given_up.is_set():
        raise WorkerError(Reason.ENDED)
    return worker.ask(request)


def _completed(pending: set[Future[tuple[int, Any]]]) -> Iterator[tuple[int, Any]]:
    """Wait for an answer, and yield those that are there."""
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        yield future.result()
        pending.remove(future)


def cores() -> int:
    """Return how many processors this program may use: fewer than there are, where it is held to some of them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
