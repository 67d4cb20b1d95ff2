"""Which packages are installed, read from the names of their folders: importlib.metadata takes 40 ms to be imported."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from functools import cache

_INFO = ".dist-info"


@cache
def version_of(package: str) -> str:
    """Return the version of an installed package, or ""."""
    wanted = _normal(package)
    for folder in sys.path:
        with suppress(OSError):
            for name in os.listdir(folder or "."):  # noqa: PTH208 - names are all that is needed
                found, _, version = name.removesuffix(_INFO).partition("-")
                if name.endswith(_INFO) and version and _normal(found) == wanted:
                    return version
    from importlib.metadata import PackageNotFoundError  # what was installed in some other way
    from importlib.metadata import version as told

    try:
        return told(package)
    except PackageNotFoundError:
        return ""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()
