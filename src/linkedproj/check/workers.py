"""Processes that run an engine: started once, asked many times, stopped when they take too long, then replaced."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from linkedproj.check.limits import EngineError, Limits, ended_badly, too_long

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Self

_SOURCE = Path(__file__).parents[2]


class Worker:
    """One process; the first question starts it, and so does the first after it was stopped."""

    def __init__(self, setup: Mapping[str, Any], limits: Limits) -> None:
        self._setup, self._limits = dict(setup), limits
        self._process: subprocess.Popen[str] | None = None
        self._stderr: IO[str] | None = None

    def ask(self, request: Mapping[str, Any], size: int) -> list[dict[str, Any]]:
        """Give the facts of each result (see `linkedproj.check.engines`); `size` is that of the data in bytes.

        Raises:
            EngineError: the engine failed, or took too long or too much memory.
        """
        seconds = self._limits.seconds_for(size)
        process = self._process or self._start()
        alarm = _Alarm(process, seconds)
        lines = _exchange(process, {**request, "seconds": seconds})
        if alarm.rang_before_stop():
            self.close()
            raise EngineError(too_long(seconds))
        answers: list[dict[str, Any]] = [json.loads(line) for line in lines if line.endswith("\n")]
        last = answers.pop() if answers else {}
        if last.get("results") == len(answers):
            return answers
        if "error" in last:
            if last.get("memory"):
                self.close()
            raise EngineError(str(last["error"]))
        sentence = ended_badly(self._end(), self._said(), self._limits, seconds)
        self.close()
        raise EngineError(sentence)

    def _start(self) -> subprocess.Popen[str]:
        search = [str(_SOURCE), *(part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part)]
        self._stderr = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "linkedproj.check.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(search), "PYTHONUTF8": "1"},
        )
        _send(self._process, self._setup)
        return self._process

    def _end(self) -> int:
        """Wait for the process to end by itself, and give its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.communicate()
        return process.returncode

    def _said(self) -> str:
        if self._stderr is None:
            return ""
        self._stderr.seek(0)
        return self._stderr.read()

    def kill(self) -> None:
        """Let whoever waits for an answer get none."""
        if self._process:
            self._process.kill()

    def close(self) -> None:
        """Stop the process; nobody may be waiting for its answer."""
        if self._process:
            self._process.kill()
            self._end()
        if self._stderr:
            self._stderr.close()
            self._stderr = None


class _Alarm:
    """Kills a process after some seconds, unless it has answered."""

    def __init__(self, process: subprocess.Popen[str], seconds: float) -> None:
        self._process, self._rang = process, False
        self._timer = threading.Timer(seconds, self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        self._rang = True
        self._process.kill()

    def rang_before_stop(self) -> bool:
        """Stop the clock, and tell whether that was too late."""
        self._timer.cancel()
        self._timer.join()
        return self._rang


def _send(process: subprocess.Popen[str], message: Mapping[str, Any]) -> None:
    """Send one line; a process that has ended is noticed when its answer is read."""
    try:
        if process.stdin:
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
    except OSError:
        return


def _exchange(process: subprocess.Popen[str], request: Mapping[str, Any]) -> list[str]:
    """Ask, and read to the line that ends the answer, or to the end of the process."""
    _send(process, request)
    lines: list[str] = []
    for line in process.stdout or ():
        lines.append(line)
        if line.startswith(('{"results": ', '{"error": ')):
            break
    return lines


class Pool:
    """Several workers at the same work."""

    def __init__(self, setup: Mapping[str, Any], limits: Limits, jobs: int = 0) -> None:
        self.jobs = jobs or cores()
        self._workers = [Worker(setup, limits) for _ in range(self.jobs)]
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def __enter__(self) -> Self:
        """Give the pool itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop every process."""
        for worker in self._workers:
            worker.close()

    def ask(self, requests: Iterable[tuple[Mapping[str, Any], int]]) -> Iterator[list[dict[str, Any]]]:
        """Put requests, each with the size of its data in bytes, to the workers; give the answers in the same order.

        Requests are drawn as workers become free, so that neither they nor the answers pile up.

        Raises:
            EngineError: as `Worker.ask`, for the first request that failed.
        """
        waiting: deque[Future[list[dict[str, Any]]]] = deque()
        with ThreadPoolExecutor(self.jobs) as threads:
            try:
                for request, size in requests:
                    waiting.append(threads.submit(self._ask, request, size))
                    if len(waiting) > 2 * self.jobs:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                # Only after a failure is anything left; nobody wants it any more.
                for future in waiting:
                    future.cancel()
                for worker in self._workers if waiting else ():
                    worker.kill()

    def _ask(self, request: Mapping[str, Any], size: int) -> list[dict[str, Any]]:
        worker = self._idle.get()
        try:
            return worker.ask(request, size)
        finally:
            self._idle.put(worker)


def cores() -> int:
    """Give the number of processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
