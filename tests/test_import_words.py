"""An import speaks the language of the curator: its words are in all languages, and what it reads back is in none."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import run
from tests.imports import COUNCIL, FIXTURES, QUAYS, answer, edit, everything, imported, keep, repaired, reviewed, table

from linkedproj.importers.guess import guess
from linkedproj.model.languages import LANGUAGES
from linkedproj.model.lists import read_lists
from linkedproj.model.paths import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOMS = ("linkedproj.importers.source", "linkedproj.importers.guess", "linkedproj.reports")
COMMANDS = ("import_.py", "new.py")
LAYOUT = {"lp-sheet-hidden", "lp-sheet-merged"}


def words(room: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((files(room) / "words.toml").read_text("utf-8"))


def trees(room: str) -> Iterator[ast.Module]:
    package = Path(str(files(room)))
    paths = [*package.glob("*.py")]
    if room == "linkedproj.reports":
        paths = [package / "imported.py", *(package.parent / "commands" / name for name in COMMANDS)]
    return (ast.parse(path.read_text("utf-8")) for path in paths)


def texts(room: str) -> set[str]:
    return {
        n.value
        for tree in trees(room)
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def named(room: str, *callers: str, at: int = 0) -> set[str]:
    """Return the names that are written out where something of a name is called."""
    found = set()
    for tree in trees(room):
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) > at):
            called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            first = call.args[at]
            if called in callers and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def slots(entry: str | list[str]) -> set[str]:
    forms = entry if isinstance(entry, list) else [entry]
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None}


def flat(entries: dict[str, Any]) -> dict[str, str | list[str]]:
    listed = {key: value for key, value in entries.items() if not isinstance(value, dict)}
    return listed | {
        f"{key}.{name}": word
        for key, value in entries.items()
        if isinstance(value, dict)
        for name, word in value.items()
    }


@pytest.mark.parametrize("room", ROOMS)
def test_each_phrase_is_there_in_all_languages_with_the_same_slots(room: str) -> None:
    stated = {language: flat(entries) for language, entries in words(room).items()}
    assert set(stated) == set(LANGUAGES)
    english = {name: slots(entry) for name, entry in stated["en"].items()}
    for language in LANGUAGES:
        assert {name: slots(entry) for name, entry in stated[language].items()} == english, language


def test_each_phrase_that_is_named_is_there_and_none_is_there_that_is_not_named() -> None:
    source, guessed, told = (flat(words(room)["en"]) for room in ROOMS)
    because = named(ROOMS[0], "because") | named(ROOMS[0], "phrase", "told", at=1)
    assert because
    assert because <= set(source) <= texts(ROOMS[0])
    said = named(ROOMS[1], "say", "_say") | named(ROOMS[1], "_share", at=1)
    assert said
    assert said <= set(guessed) <= texts(ROOMS[1])
    lines = named(ROOMS[2], "say") | named(ROOMS[2], "phrase", "told", at=1)
    assert lines
    assert lines <= set(told)


def test_each_kind_of_question_and_each_rule_of_repair_has_a_word() -> None:
    english = words(ROOMS[2])["en"]
    assert named(ROOMS[0], "ask") == set(english["kinds"])
    assert named(ROOMS[0], "repair", "_step") <= set(english["rules"])
    assert set(english["rules"]) - LAYOUT <= texts(ROOMS[0])
    # In English, the codes of the files are the words.
    assert all(code == word for name in ("kinds", "rules", "pairs") for code, word in english[name].items())


def quays(folder: Path) -> Path:
    """Write a workbook about which several things are asked."""
    late = QUAYS | {
        "Acronym": "LATE",
        "Project Name": "Slow tides",
        "Budget": "1.5 M",
        "Project end": "31/12/2019",
        "Website": "none at all",
    }
    lost = QUAYS | {"Acronym": "LOST", "Project Name": "Old wharves", "Budget": "588,017.84", "EU Funding": 499815164}
    twin = COUNCIL | {"Project Partner": "Exampleford City Council Ltd.", "Lead Partner": "No"}
    nobody = COUNCIL | {"Project Partner": None}
    return keep(folder, [QUAYS, late, lost], [COUNCIL, twin, nobody])


def test_an_import_in_another_language_differs_in_its_words_only(tmp_path: Path) -> None:
    file, into = quays(tmp_path), {language: tmp_path / language / "p" for language in LANGUAGES}
    out = {language: imported(into[language], "keep-eu", file, also=("--lang", language)).out for language in LANGUAGES}
    found = {language: everything(into[language]) for language in LANGUAGES}
    for language in ("ca", "es"):
        assert set(found[language]) == set(found["en"])
        differ = {name for name in found["en"] if found[language][name] != found["en"][name]}
        assert differ == {"imported/review.csv", "portfolio.toml"}
        asked = [dict(row) for row in reviewed(into[language])]
        reasons = {row.pop("reason") for row in asked}
        english = [dict(row) for row in reviewed(into["en"])]
        assert not reasons & {row.pop("reason") for row in english}
        assert asked == english
        settings = [tomllib.loads(found[each]["portfolio.toml"].decode()) for each in (language, "en")]
        assert settings[0] == settings[1]
    assert found["es"]["portfolio.toml"].decode().startswith("# Lo que pertenece a la cartera en conjunto.")
    assert {
        row["column"]: row["reason"] for row in reviewed(into["es"]) if row["kind"] in {"date", "number", "row"}
    } == {
        "Project end": "no es una fecha escrita yyyy/MM/dd",
        "Budget": "no es un número como lo espera el importador: «.» ante los decimales, «,» entre los millares",
        "Project Partner": "no hay registro sin Project Partner",
    }
    assert [row["reason"] for row in reviewed(into["es"], "same")] == [
        "los nombres son iguales; ambos: Exampleford, IE061"
    ]
    assert [row["reason"] for row in reviewed(into["es"], "contradiction")] == [
        "EU Funding (499815164) es más que Budget (588017.84)"
    ]
    lines = out["es"].splitlines()
    assert "  partners: 3 = 2 en registros + 1 en review.csv + 0 en repairs.csv" in lines
    assert "nota: no se ha leído nada para «calls»: no se ha indicado ningún archivo ni ninguna hoja con ello" in lines
    (told,) = (line for line in lines if line.startswith("por decidir: "))
    assert "1 row (fila partida o incompleta), 1 same (¿un solo registro?); contestado: 0 (" in told
    assert lines[-1] == f"ahora: linkedproj check {into['es']}"
    assert not re.search(
        r"\b(the|of|is|are)\b", re.sub(r"(?m)^  columnas .*", "", out["es"].replace(str(tmp_path), ""))
    )


def test_answers_given_in_one_language_are_followed_in_another_and_open_questions_are_worded_anew(
    tmp_path: Path,
) -> None:
    file, into = quays(tmp_path), tmp_path / "p"
    imported(into, "keep-eu", file, also=("--lang", "es"))
    answer(into, "same", "yes")
    answer(into, "row", "no")
    done = imported(into, "keep-eu", file, also=("--lang", "ca"))
    assert "contestat: 2 (" in done.out
    assert len(table(into / "organisation.keep-eu.csv")) == 1
    assert [row["place"] for row in repaired(into, "row-left-out")] == ["keep.xlsx:Partners!4:4"]
    asked = {row["kind"]: (row["answer"], row["reason"]) for row in reviewed(into)}
    assert asked["same"] == ("yes", "els noms són iguals; tots dos: Exampleford, IE061")
    assert asked["row"] == ("no", "no hi ha registre sense Project Partner")
    assert asked["date"] == ("", "no és una data escrita yyyy/MM/dd")
    once = everything(into)
    imported(into, "keep-eu", file)
    imported(into, "keep-eu", file, also=("--lang", "ca"))
    assert everything(into) == once


def test_what_changed_is_told_and_a_conflict_is_asked_in_the_language_of_the_curator(tmp_path: Path) -> None:
    into = tmp_path / "p"
    imported(into, "keep-eu", keep(tmp_path, [QUAYS, QUAYS | {"Acronym": "GONE"}], [COUNCIL]))
    edit(into / "project.keep-eu.csv", "title@en", "Mine")
    newer = keep(
        tmp_path, [QUAYS, QUAYS | {"Acronym": "GONE", "Project Name": "Theirs", "Project end": "2020/01/31"}], [COUNCIL]
    )
    done = imported(into, "keep-eu", newer, also=("--lang", "ca"))
    assert re.search(r"(?m)^des de l'última importació: [0-9]+ valors canviats a la font$", done.out)
    assert "project/gone: end «2019-09-30» ara és «2020-01-31»" in done.out
    (asked,) = reviewed(into, "conflict")
    assert asked["reason"].startswith("editat a mà, i canviat després a la font: era «Green quays». Responeu source")
    answer(into, "conflict", "source")
    imported(into, "keep-eu", newer, also=("--lang", "es"))
    assert {row["title@en"] for row in table(into / "project.keep-eu.csv")} == {"Green quays", "Theirs"}


def test_how_a_value_is_known_is_told_in_the_first_language_of_the_portfolio_whoever_imports(tmp_path: Path) -> None:
    into, file = tmp_path / "p", keep(tmp_path, [QUAYS], [COUNCIL])
    imported(into, "keep-eu", file, also=("--lang", "es"))
    notes = {row.get("note@en") for row in table(into / "evidence.keep-eu.csv")}
    assert "What is known of the file that was imported." in notes
    settings = into / "portfolio.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('\nlanguages = ["en"]', '\nlanguages = ["ca", "en"]'), "utf-8"
    )
    imported(into, "keep-eu", file)
    notes = {row.get("note@ca") for row in table(into / "evidence.keep-eu.csv")}
    assert "El que se sap del fitxer que s'ha importat." in notes


@pytest.mark.parametrize(
    "path", [FIXTURES / "harbours.csv", *sorted((FIXTURES.parent / "guess").glob("*.csv"))], ids=lambda path: path.stem
)
def test_a_guess_is_the_same_importer_in_each_language(path: Path) -> None:
    lists = {each.name: each for each in read_lists(shipped("ontology")).values()}
    found = {language: guess(path, lists, language=language) for language in LANGUAGES}
    english = [(each.meaning, each.settings) for each in found["en"].columns]
    for language in ("ca", "es"):
        assert [(each.meaning, each.settings) for each in found[language].columns] == english
        assert tomllib.loads(found[language].text) == tomllib.loads(found["en"].text)
        evidence = {each.evidence for each in found[language].columns}
        assert not evidence & {each.evidence for each in found["en"].columns}
        # Names of fields, of patterns and of headers are as they are.
        bare = re.sub(r"«[^»]*»", "", " ".join(evidence))
        assert not re.search(r"\b(the|cells|is|are|nothing|may)\b", bare)


def test_a_portfolio_begins_with_a_sheet_in_the_language_of_the_curator(tmp_path: Path) -> None:
    sheet = FIXTURES / "harbours.csv"
    done = run("new", str(tmp_path / "ports"), "--from", str(sheet), "--lang", "ca")
    assert done.code == 0, done.err
    own = tmp_path / "ports/data/importers/harbours.toml"
    assert done.out.splitlines()[0] == f"se saben 10 de 11 columnes; cada suposició, amb el que la sosté: {own}"
    assert "files\n  rows: 4 = 4 en registres + 0 a review.csv + 0 a repairs.csv" in done.out
    assert "registres són correctes" in done.out
    assert own.read_text("utf-8").startswith("# Deduït de harbours.csv: mireu cada línia")
    assert run("import", "--guess", str(sheet), "--lang", "ca").out == own.read_text("utf-8")
    assert "una adreça vostra" in (tmp_path / "ports/data/portfolio.toml").read_text("utf-8")
    assert "escriu «linkedproj export workbook»" not in run("import", "--list").out
    assert "Taules d'una cartera" in run("import", "--list", "--lang", "ca").out
