"""Where the files that ship with the program are."""

from __future__ import annotations

from pathlib import Path

from linkedproj.model.errors import SetupError

_PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """Give the shipped folder `name` ("ontology", "queries").

    An installed package carries it inside; an editable install and a checkout have it on top, where an edit is seen
    at once.

    Raises:
        SetupError: the installation is incomplete.
    """
    for candidate in (_PACKAGE.parents[1] / name, _PACKAGE / "_shipped" / name):
        if (candidate / "README.md").is_file():
            return candidate
    raise SetupError(f"the folder {name}/ is missing from this installation. Install linkedproj again.")
