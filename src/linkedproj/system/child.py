"""What runs in a worker's process: `python -P -m linkedproj.system.child MODULE LIFELINE`.

Standard input has the setup, then a message a line; standard output a line for each: the answer, or why there is none.
What the work itself prints goes to standard error, which the parent keeps. LIFELINE is the number of a pipe on which
nothing ever comes: its end is that of the parent.
"""

from __future__ import annotations

import importlib
import json
import logging
import math
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any

from linkedproj.system.garbage import look_seldom
from linkedproj.system.workers import Reason

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Answer messages until there are no more."""
    module, lifeline = sys.argv[1], int(sys.argv[2])
    _end_with_parent(lifeline)
    look_seldom()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    work: list[Callable[[Any], Any]] = []

    def begin(setup: object) -> None:
        work.append(importlib.import_module(module).begin(setup))

    def reply(answer: Callable[[Any], Any], message: object) -> None:
        answers.write(_reply(answer, message) + "\n")
        answers.flush()

    first = json.loads(sys.stdin.readline())
    reply(begin, first["setup"])
    _limit("RLIMIT_CORE", 0)
    if first["megabytes"]:
        _limit("RLIMIT_AS", first["megabytes"] << 20)
    for line in sys.stdin if work else ():
        request = json.loads(line)
        if request["seconds"]:
            # The parent's clock bounds what this cannot; a second more, so that it is the rarer of the two.
            _limit("RLIMIT_CPU", math.ceil(_spent() + request["seconds"]) + 1)
        reply(work[0], request["message"])


def _reply(answer: Callable[[Any], Any], message: object) -> str:
    try:
        return json.dumps({"answer": answer(message)})
    except MemoryError:
        return json.dumps({"reason": Reason.MEMORY.value})
    except Exception as error:  # noqa: BLE001 - whatever the work raises, the parent has to hear of it
        failure = {"text": str(error), "kind": type(error).__name__, "trace": traceback.format_exc()}
        return json.dumps({"reason": Reason.FAILED.value, "errno": getattr(error, "errno", None) or 0, **failure})


def _end_with_parent(lifeline: int) -> None:
    """Let the kernel kill this process when the parent's end of the pipe is closed, in whatever way it ends.

    Linux's PR_SET_PDEATHSIG would do the same for the thread that started this process, which may end before it.
    """
    if lifeline < 0 or not sys.platform.startswith("linux"):
        return
    import fcntl
    import select

    f_setsig = 10  # fcntl(2); Python 3.11 has no name for it
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, f_setsig, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:
        sys.exit(1)


def _spent() -> float:
    try:
        import resource
    except ImportError:
        return 0
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _limit(name: str, most: int) -> None:
    """Bound this process where the system can."""
    try:
        import resource
    except ImportError:
        return
    kind = getattr(resource, name)
    try:
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))
    except (ValueError, OSError):
        logging.getLogger(__name__).debug("this system does not take the limit %s", name)


if __name__ == "__main__":
    main()
