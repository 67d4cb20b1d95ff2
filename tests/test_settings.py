"""portfolio.toml: its schema, and where each setting stands."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from linkedproj.model.conforming import Conforming
from linkedproj.model.errors import SetupError
from linkedproj.model.lexical import base_fault
from linkedproj.model.settings import _FORMATS, _schema, _validator, _with_text_days, load_config
from linkedproj.model.toml import read_toml

ROOT = Path(__file__).parents[1]
SOUND = """\
id = "small"
version = "1.0"
base = "https://small.example/"
as-of = 2021-06-30
licence = "https://small.example/licence"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "portfolio.toml").write_text(text, "utf-8")
    return folder


def read_schema() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "src/linkedproj/model/portfolio.schema.json").read_text("utf-8"))
    return content


def named(properties: dict[str, Any], above: str = "") -> dict[str, Any]:
    """Return the settings that the schema names, those in tables with the name of the table before theirs."""
    found = {f"{above}{name}": setting for name, setting in properties.items()}
    for name, setting in properties.items():
        found |= named(setting.get("properties", {}), f"{name}.")
    return found


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(read_schema())


FULL = """
further-languages = ["fr"]
languages = ["en", "ca"]
mailboxes = ["info"]
profiles = ["dcat-ap"]
curated.project = ["title@en"]
ids.project = "{title@en}"
require."project.title" = "all languages"
sources.project = { source = "a", read-on = 2020-01-01 }
sources.city = "b"
[schemes.nuts]
file = "a.csv"
iri = "https://a.example/"
columns = { code = "c", name = { en = ["x", "y"] } }
"""


def mutated(value: Any, rate: float, chance: Random) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Change a share of the members of a value, at any depth."""
    odd = ["", "latest", "x y", "https://a.example/", "2020-02-30", 3, True, [], ["a", "a"], [{}, {}], {}, {"a": "b"}]
    if chance.random() < rate:
        return chance.choice(odd)
    if isinstance(value, list):
        twice = [item for item in value for _ in range(2 if chance.random() < rate else 1)]
        return [mutated(item, rate, chance) for item in twice]
    if isinstance(value, dict):
        members = {key: mutated(inner, rate, chance) for key, inner in value.items() if chance.random() > rate}
        further = {chance.choice(("zz", "a-b", "en", "name")): chance.choice(odd)}
        return members | (further if chance.random() < rate else {})
    return value


def test_what_plainly_conforms_is_valid_to_a_validator_and_shipped_settings_do() -> None:
    conforming, chance = Conforming(_schema(), _FORMATS), Random(7)  # noqa: S311 - the same settings each time
    texts = [(ROOT / "data/portfolio.toml").read_text("utf-8"), SOUND + FULL]
    for settings in (_with_text_days(tomllib.loads(text)) for text in texts):
        assert conforming.holds(settings)
        found = {True: 0, False: 0}
        for each in (mutated(settings, chance.choice((0.002, 0.01, 0.05)), chance) for _ in range(300)):
            is_valid = _validator().is_valid(each)
            assert is_valid or not conforming.holds(each), each
            # Only lists of what is no text are left to the validator.
            assert conforming.holds(each) or not is_valid or "[{}" in str(each), each
            found[is_valid] += 1
        assert min(found.values()) > 30


def test_each_setting_says_in_the_editor_what_it_is_and_in_a_message_what_to_write() -> None:
    content = read_schema()
    for name, setting in named(content["properties"]).items():
        assert setting.get("title"), name
        assert setting.get("description", "").endswith("."), name
        shared = content["$defs"].get(setting.get("$ref", "").rpartition("/")[2], {})
        assert "errorMessage" in setting or "errorMessage" in shared, name


def test_the_shipped_file_names_its_schema_to_editors() -> None:
    first = (ROOT / "data/portfolio.toml").read_text("utf-8").splitlines()[0]
    assert first.startswith("#:schema ")
    assert (ROOT / "data" / first.removeprefix("#:schema ")).resolve().is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_settings_that_are_a_pipe_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "portfolio.toml")
    with pytest.raises(SetupError, match=r"^data/portfolio\.toml: this is no file\."):
        load_config(tmp_path, "data")


@pytest.mark.parametrize("value", ['"a\\n"', "'latest'", "3", '["a"]', '"é"'])
def test_a_version_names_a_folder(tmp_path: Path, value: str) -> None:
    with pytest.raises(SetupError, match=r"^data/portfolio\.toml:2:1: 'version' is .*: write the version of this rel"):
        load_config(write(tmp_path, SOUND.replace('"1.0"', value)), "data")


@pytest.mark.parametrize(
    "base",
    ["https://x.org//", "https://x.org/a//b/", "https://x.org/a/../b/", "https://x.org/?a/", "https://x.org/#/",
     "doi:10.1/", "tag:x.org,2020:a/", "info:x/"],
)  # fmt: skip
def test_ids_can_be_appended_to_the_base_by_every_program(tmp_path: Path, base: str) -> None:
    with pytest.raises(SetupError) as refused:
        load_config(write(tmp_path, SOUND.replace('https://small.example/"\nas', f'{base}"\nas')), "data")
    assert str(refused.value) == (
        f'data/portfolio.toml:3:1: \'base\' is \'{base}\': begin it with "https:", "http:", "ftp:" or "urn:", with one '
        '"/" between its parts, and without ".", "..", "?" or "#".'
    )


@pytest.mark.parametrize("base", ["https://x.org/", "http://localhost:8080/a.b/", "urn:example:a/", "ftp://x.org/..a/"])
def test_a_base_may_be_of_any_kind_that_every_program_reads(tmp_path: Path, base: str) -> None:
    text = SOUND.replace('https://small.example/"\nas', f'{base}"\nas')
    assert load_config(write(tmp_path, text), "data").base == base
    assert base_fault(base) == ""


@pytest.mark.parametrize("day", ["2021-06-30", '"2021-06-30"'])
def test_a_day_is_a_date_or_a_text(tmp_path: Path, day: str) -> None:
    assert load_config(write(tmp_path, SOUND.replace("2021-06-30", day)), "data").as_of == "2021-06-30"


@pytest.mark.parametrize("day", ["20210630", '"20210630"', "2021-06-30T10:00:00", "10:00:00", '"2021-02-30"', "true"])
def test_nothing_else_is_a_day(tmp_path: Path, day: str) -> None:
    with pytest.raises(SetupError, match=r"portfolio\.toml:4:1: 'as-of' is .*: write the day at which"):
        load_config(write(tmp_path, SOUND.replace("2021-06-30", day)), "data")


def test_every_place_is_found_however_it_is_written(tmp_path: Path) -> None:
    text = (
        "# no = 1\n"
        'a = """\nb = 2\n"""  # c = 3\n'
        "  'd e'.\"f\\u0067\" = [ 1, { g = [2, '#'], h = 3 }, # i = 4\n"
        "    1979-05-27 07:32:00, '''\nj = 5''''',\n"
        "  ]\r\n"
        "[ k . l ]\n"
        "m=1\n"
        "[[n]]\n"
        'o = { p."q" = "é=" , r = 1.5e3 }\n'
    )
    (tmp_path / "x.toml").write_bytes(("\ufeff" + text).encode())
    content, places = read_toml(tmp_path / "x.toml", "x.toml")
    assert content["d e"]["fg"][2].isoformat() == "1979-05-27T07:32:00"
    assert {".".join(map(str, keys)): str(place) for keys, place in places.items()} == {
        "": "x.toml",
        "a": "x.toml:2:1",
        "d e": "x.toml:5:3",
        "d e.fg": "x.toml:5:3",
        "d e.fg.0": "x.toml:5:23",
        "d e.fg.1": "x.toml:5:26",
        "d e.fg.1.g": "x.toml:5:28",
        "d e.fg.1.g.0": "x.toml:5:33",
        "d e.fg.1.g.1": "x.toml:5:36",
        "d e.fg.1.h": "x.toml:5:42",
        "d e.fg.2": "x.toml:6:5",
        "d e.fg.3": "x.toml:6:26",
        "k": "x.toml:9:2",
        "k.l": "x.toml:9:2",
        "k.l.m": "x.toml:10:1",
        "n": "x.toml:11:3",
        "n.o": "x.toml:12:1",
        "n.o.p": "x.toml:12:7",
        "n.o.p.q": "x.toml:12:7",
        "n.o.r": "x.toml:12:22",
    }


def test_the_file_is_utf_8(tmp_path: Path) -> None:
    (tmp_path / "portfolio.toml").write_bytes(b"id = '\xff'\n")
    with pytest.raises(SetupError, match=r"^data/portfolio\.toml: the file is not UTF-8\. Save it as UTF-8\.$"):
        load_config(tmp_path, "data")


def test_a_language_tag_means_the_same_in_any_letters(tmp_path: Path) -> None:
    text = (
        'languages = ["en", "pt-BR"]\ntitle = { EN = "Small", pt-br = "Pequeno" }\n'
        '[keywords]\nEn = ["sea"]\n[publisher]\nname = { "PT-BR" = "Porto" }\n'
        '[curated]\nproject = ["title@PT-BR", "_My@Note"]\n'
    )
    config = load_config(write(tmp_path, SOUND + text), "data")
    assert config.languages == ("en", "pt-BR")
    assert config.title == {"en": "Small", "pt-BR": "Pequeno"}
    assert config.portal.keywords == {"en": ("sea",)}
    assert config.portal.publisher.name == {"pt-BR": "Porto"}
    assert config.curated == {"project": ("title@pt-BR", "_My@Note")}


@pytest.mark.parametrize("tag", ["e", "en_GB", "engl-lish", ""])
def test_what_is_no_language_tag_is_no_setting(tmp_path: Path, tag: str) -> None:
    with pytest.raises(SetupError, match=r"portfolio\.toml:6:\d+: 'title\..*' is no setting"):
        load_config(write(tmp_path, SOUND + f'title = {{ "{tag}" = "Small" }}\n'), "data")


def test_a_file_that_the_system_does_not_open_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "portfolio.toml").mkdir()
    with pytest.raises(SetupError, match=r"^data/portfolio\.toml: the file cannot be read: is a directory\.$"):
        load_config(tmp_path, "data")
