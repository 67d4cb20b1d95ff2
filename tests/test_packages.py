"""Versions of packages, told as importlib.metadata tells them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distributions, version
from typing import TYPE_CHECKING

import pytest

from linkedproj.system.packages import version_of

if TYPE_CHECKING:
    from pathlib import Path


def test_every_installed_package_has_the_version_that_python_tells() -> None:
    names = {found.metadata["Name"] for found in distributions()}
    assert {name: version_of(name) for name in names} == {name: version(name) for name in names}


def test_a_package_that_is_not_there_has_none() -> None:
    with pytest.raises(PackageNotFoundError):
        version("no-such-package")
    assert not version_of("no-such-package")


def test_the_first_folder_counts_and_names_are_the_same_however_they_are_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, name in (("a", "Some.Pack_age-1.0+x.dist-info"), ("b", "some_pack_age-2.0.dist-info")):
        (tmp_path / folder / name).mkdir(parents=True)
    monkeypatch.setattr("sys.path", [str(tmp_path / "none"), str(tmp_path / "a"), str(tmp_path / "b")])
    assert version_of("some-pack-age") == "1.0+x"
