"""Where the files that ship with the program are, and the portfolio that a command is run for."""

from __future__ import annotations

from pathlib import Path

from linkedproj.model.errors import SetupError

_PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """Return the shipped folder `name` ("ontology", "queries").

    An installed package carries it inside; an editable install and a checkout have it on top, where an edit is seen
    at once.

    Raises:
        SetupError: the installation is incomplete.
    """
    for candidate in (_PACKAGE.parents[1] / name, _PACKAGE / "_shipped" / name):
        if (candidate / "README.md").is_file():
            return candidate
    raise SetupError(f"the folder {name}/ is missing from this installation. Install linkedproj again.")


def program_folders() -> tuple[Path, ...]:
    """Return the folders that hold all of this program: its modules, its ontology, its queries.

    Raises:
        SetupError: the installation is incomplete.
    """
    return _PACKAGE, shipped("ontology"), shipped("queries")


def within(folder: str, name: str) -> str:
    """Name a file in a folder as people call it, who do not name the folder that they are in.

    >>> within("data", "city.csv"), within(".", "city.csv")
    ('data/city.csv', 'city.csv')
    """
    return name if folder in {"", "."} else f"{folder}/{name}"


def current_portfolio() -> Path | None:
    """Return the portfolio's folder that a command is run in: this one, else `data` in it; None without either."""
    return next((folder for folder in (Path(), Path("data")) if (folder / "portfolio.toml").is_file()), None)


def require_portfolio(named: Path | None) -> Path:
    """Return the portfolio's folder that was named, else the one a command is run in.

    Raises:
        SetupError: none was named, and there is none here.
    """
    found = named or current_portfolio()
    if found is None:
        raise SetupError(
            "there is no portfolio.toml here, nor in data/. Name the folder that holds it, or make a portfolio with: "
            "linkedproj new DIR"
        )
    return found
