"""Verifying a published folder: each way in which it can be other than it was published is told."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from tests.conftest import SMALL, run
from tests.portals import publish, settings

from linkedproj.build import build
from linkedproj.release import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SSH_KEYGEN = shutil.which("ssh-keygen") or ""
OTHER = "the bytes are not those that were published (SHA-256)."


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a release, not to be written to."""
    home = tmp_path_factory.mktemp("verified")
    shutil.copytree(SMALL, home / "data")
    config = home / "data/portfolio.toml"
    config.write_text("issued = 2021-07-01\n" + config.read_text("utf-8"), "utf-8")
    build(home / "data", home / "public", release="1.0")
    build(home / "data", home / "public")
    return home / "public"


@pytest.fixture
def public(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copy the published folder, to be damaged."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(published, tmp_path / "public")


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def strip(path: Path) -> None:
    path.write_text(path.read_text("utf-8").partition("\n")[2], "utf-8")


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda p: spoil(p / "dump/1.0/portfolio.nt"), [f"dump/1.0/portfolio.nt: {OTHER}"]),
        (lambda p: spoil(p / "dump/latest/theme.csv"), [f"dump/latest/theme.csv: {OTHER}"]),
        (lambda p: (p / "dump/1.0/theme.csv").unlink(), ["dump/1.0/theme.csv: the file is missing."]),
        (lambda p: spoil(p / "dump/1.0-draft/city.csv"), [f"dump/1.0-draft/city.csv: {OTHER}"]),
        (
            lambda p: (p / "dump/latest/more.txt").write_text("more", "utf-8"),
            ["dump/latest/more.txt: SHA256SUMS does not list it."],
        ),
        (
            lambda p: strip(p / "dump/latest/SHA256SUMS"),
            [
                "dump/latest/activity.csv: SHA256SUMS does not list it.",
                "dump/latest: it is not the same as dump/1.0.",
            ],
        ),
        (
            lambda p: shutil.rmtree(p / "dump/1.0"),
            ["dump/1.0: the release is missing.", "dump/latest: it is not the same as dump/1.0."],
        ),
        (
            lambda p: shutil.copytree(p / "dump/1.0", p / "dump/0.9"),
            ["dump/0.9: dump/releases.json does not list this release."],
        ),
        (lambda p: (p / "dump/1.0/SHA256SUMS").unlink(), None),
        (lambda p: spoil(p / "feed.atom"), [f"feed.atom: {OTHER}"]),
        (lambda p: spoil(p / "query/projects.csv"), [f"query/projects.csv: {OTHER}"]),
        (lambda p: (p / "changes/1.0/added.nt.gz").unlink(), ["changes/1.0/added.nt.gz: the file is missing."]),
    ],
)
def test_each_damage_is_told(damage: Callable[[Path], None], expected: list[str] | None, public: Path) -> None:
    damage(public)
    faults = list(verify(public).faults)
    assert faults == expected if expected else "dump/1.0: there is no SHA256SUMS." in faults


def test_a_file_that_was_changed_with_its_sum_is_told_by_the_list_of_releases(public: Path) -> None:
    dump = public / "dump/1.0"
    spoil(dump / "theme.csv")
    digest = hashlib.sha256((dump / "theme.csv").read_bytes()).hexdigest()
    sums = (dump / "SHA256SUMS").read_text("utf-8")
    (dump / "SHA256SUMS").write_text(re.sub(r"[0-9a-f]{64}(?=  theme\.csv\n)", digest, sums), "utf-8")
    assert list(verify(public).faults) == [
        "dump/1.0/SHA256SUMS: it is not the one that was published (dump/releases.json).",
        "dump/latest: it is not the same as dump/1.0.",
    ]


def test_a_whole_folder_is_fine(public: Path) -> None:
    outcome = run("verify")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(
        r"All is as it was published: 1 release, \d+ files and 0 downloads compared\.\nhead     [0-9a-f]{64}\n",
        outcome.out,
    ), outcome.out
    assert verify(public).files > len(list((public / "query").iterdir()))


def test_a_fault_is_a_line_and_exit_code_1(public: Path) -> None:
    spoil(public / "dump/1.0/portfolio.nt")
    outcome = run("verify", "public")
    assert outcome.code == 1
    assert outcome.out == f"public/dump/1.0/portfolio.nt: {OTHER}\n"
    assert re.fullmatch(r"1 of them wrong: 1 release, .* Build again, or restore the files\.\n", outcome.err)


# ---------------------------------------------------------------- the releases are a chain


@pytest.fixture
def two(public: Path, published: Path) -> Path:
    """Publish a second release; give the home of both."""
    home = public.parent
    shutil.copytree(published.parent / "data", home / "data")
    build(home / "data", public, release="1.1")
    return home


def releases(public: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads((public / "dump/releases.json").read_text("utf-8"))
    return found


def rewrite(public: Path, *, with_heads: bool) -> None:
    """Change a file of the first release, and everything that the folder says of it."""
    table, sums = public / "dump/1.0/city.csv", public / "dump/1.0/SHA256SUMS"
    before = hashlib.sha256(table.read_bytes()).hexdigest()
    table.write_text(table.read_text("utf-8").replace("Marella", "Mirella"), "utf-8")
    sums.write_text(sums.read_text("utf-8").replace(before, hashlib.sha256(table.read_bytes()).hexdigest()), "utf-8")
    found, head = releases(public), ""
    found[0]["sums"] = hashlib.sha256(sums.read_bytes()).hexdigest()
    for issue in found:
        lines = (head, *(str(issue[name]) for name in ("version", "issued", "records", "sums", "instant")))
        head = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
        if with_heads:
            issue["head"] = head
    (public / "dump/releases.json").write_text(json.dumps(found), "utf-8")


def test_the_head_of_any_release_holds_as_long_as_nothing_before_it_changes(two: Path) -> None:
    first, second = (str(issue["head"]) for issue in releases(two / "public"))
    assert first != second
    assert run("verify").out.splitlines()[-1] == f"head     {second}"
    for head in (first, second, second.upper()):
        assert run("verify", "--head", head).code == 0
    outcome = run("verify", "--head", "0" * 64)
    assert outcome.code == 1
    assert outcome.out.startswith(f"public/dump/releases.json: no release has the head {'0' * 64}.")


def test_a_release_that_was_changed_with_all_its_sums_is_told(two: Path) -> None:
    first, second = (str(issue["head"]) for issue in releases(two / "public"))
    rewrite(two / "public", with_heads=False)
    assert run("verify").out.splitlines() == [
        f"public/dump/releases.json: what it says of release {version} is not what it said when it was published."
        for version in ("1.0", "1.1")
    ]
    rewrite(two / "public", with_heads=True)
    assert run("verify").code == 0, "whoever may write everything can change everything"
    for head in (first, second):
        assert run("verify", "--head", head).code == 1, "but not what was noted elsewhere"


def test_no_release_is_added_to_one_that_was_changed(two: Path) -> None:
    spoil(two / "public/dump/1.0/city.csv")
    before = {path: path.read_bytes() for path in (two / "public").rglob("*") if path.is_file()}
    outcome = run("build", "--release", "1.2")
    assert outcome.code == 1
    assert f"an earlier release was changed since it was published: dump/1.0/city.csv: {OTHER} (1 in all" in outcome.err
    assert {path: path.read_bytes() for path in (two / "public").rglob("*") if path.is_file()} == before
    assert run("build").code == 0, "a draft adds nothing"


def test_a_list_of_releases_without_heads_gets_them_with_the_next(two: Path) -> None:
    found = releases(two / "public")
    heads = [issue.pop("head") for issue in found]
    (two / "public/dump/releases.json").write_text(json.dumps(found), "utf-8")
    assert run("verify", "--head", str(heads[1])).code == 0
    assert f"head of all releases: {heads[1]}" not in (told := run("build", "--release", "1.2").out)
    assert [issue["head"] for issue in releases(two / "public")][:2] == heads
    assert f"head of all releases: {releases(two / 'public')[2]['head']} (note it elsewhere" in told


@pytest.mark.skipif(not SSH_KEYGEN, reason="OpenSSH signs a head, and is not installed")
def test_a_head_can_be_signed_without_the_program_seeing_the_key(two: Path) -> None:
    head = run("verify").out.split()[-1]
    key = [SSH_KEYGEN, "-q", "-t", "ed25519", "-N", "", "-C", "releases", "-f", str(two / "key")]
    subprocess.run(key, check=True)
    signed = [SSH_KEYGEN, "-Y", "sign", "-n", "linkedproj", "-f", str(two / "key")]
    signature = subprocess.run(signed, input=head.encode(), capture_output=True, check=True).stdout
    (two / "head.sig").write_bytes(signature)
    (two / "signers").write_text("agency " + (two / "key.pub").read_text("utf-8"), "utf-8")
    names = ["-n", "linkedproj", "-f", str(two / "signers"), "-I", "agency", "-s", str(two / "head.sig")]
    for text, code in ((head, 0), ("0" * 64, 255)):
        checked = subprocess.run(
            [SSH_KEYGEN, "-Y", "verify", *names], input=text.encode(), capture_output=True, check=False
        )
        assert checked.returncode == code


def test_a_file_that_was_carried_over_does_not_become_right(public: Path, tmp_path: Path, published: Path) -> None:
    shutil.copytree(published.parent / "data", tmp_path / "data")
    spoil(public / "changes/1.0/added.nt.gz")
    assert run("build").code == 0
    assert verify(public).faults == (f"changes/1.0/added.nt.gz: {OTHER}",)


def test_without_a_release_there_is_nothing_to_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run("verify")
    sentence = "linkedproj: there is no release in public. Build one with linkedproj build.\n"
    assert (outcome.code, outcome.err) == (2, sentence)


# ---------------------------------------------------------------- the catalogue


@pytest.fixture(scope="module")
def catalogued(small_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the small portfolio with a catalogue, as a draft."""
    home = tmp_path_factory.mktemp("catalogued")
    shutil.copytree(small_release, home / "public/dump/1-draft")
    publish(small_release, home / "public", settings(home, profiles='["dcat-ap"]'))
    shutil.copytree(small_release, home / "public/dump/latest", dirs_exist_ok=True)
    return home / "public"


def test_every_download_of_the_catalogue_is_compared(catalogued: Path) -> None:
    found = verify(catalogued)
    assert found.faults == ()
    assert found.downloads == (catalogued / "catalog.ttl").read_text("utf-8").count("dcat:downloadURL")


@pytest.mark.parametrize(
    ("pattern", "put", "says"),
    [
        (r'"\d+"(\^\^xsd:nonNegativeInteger)', r'"12"\1', r"has \d+ bytes, not 12\."),
        (r'"[0-9a-f]{40}"', '"' + "0" * 40 + '"', r"does not have the checksum 0{40}\."),
        (r"(downloadURL <\S*)portfolio\.nt>", r"\1gone.nt>", r"can be downloaded, it says, and is missing\."),
    ],
)
def test_a_catalogue_that_does_not_fit_the_bytes_is_told(
    pattern: str, put: str, says: str, catalogued: Path, tmp_path: Path
) -> None:
    public = shutil.copytree(catalogued, tmp_path / "public")
    path = public / "catalog.ttl"
    text, count = re.subn(pattern, put, path.read_text("utf-8"), count=1)
    assert count == 1
    path.write_text(text, "utf-8")
    (fault,) = verify(public).faults
    assert re.fullmatch(r"catalog\.ttl: dump/latest/\S+ " + says, fault)
