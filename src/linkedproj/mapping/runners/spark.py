"""Apache Spark: the tasks of a mapping on a cluster.

Tables, the ontology's reading and the folder of parts must be seen under the same paths by all machines: a network file
system, or one machine (`local[2]`).
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from linkedproj.mapping.runners.resources import hand_over, perform_from
from linkedproj.model.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.mapping.runners.resources import Perform, Resources
    from linkedproj.mapping.tasks import MappingRun, Outcome, Task


@contextmanager
def opened(resources: Resources) -> Iterator[Perform]:
    """Connect to `master`; without one, on the cores of this machine.

    Raises:
        SetupError: PySpark is not installed, or there is no Java.
    """
    try:
        from pyspark import SparkConf, SparkContext
    except ModuleNotFoundError:
        raise SetupError("Spark is not installed. Run: pip install 'linkedproj[spark]'.") from None
    # Executors must have the packages of this environment, not those of whichever Python is found first.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = SparkConf().setAppName("linkedproj").setMaster(resources.master or f"local[{resources.processes}]")
    settings.set("spark.ui.enabled", "false").set("spark.ui.showConsoleProgress", "false")
    try:
        context = SparkContext.getOrCreate(settings)
    except Exception as error:
        raise SetupError(f"Spark could not be started: {_first_line(error)}. It needs Java 17 or later.") from error
    context.setLogLevel("ERROR")

    def run(setting: MappingRun, tasks: Sequence[Task]) -> Iterator[Outcome]:
        path = hand_over(setting)
        # A partition a task: what is slow, or fails, is one shard.
        return iter(context.parallelize(list(tasks), len(tasks)).map(lambda task: perform_from(path, task)).collect())

    try:
        yield run
    finally:
        context.stop()


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
