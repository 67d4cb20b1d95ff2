"""A table that nobody has described: each guess has its evidence, and what is not known is said so."""

from __future__ import annotations

import csv
import tomllib
from importlib.resources import files
from pathlib import Path

import openpyxl
import pytest
from tests.conftest import run

from linkedproj.importers.guess import Guess, guess
from linkedproj.importers.source.loading import load_importer
from linkedproj.model.errors import SetupError
from linkedproj.model.lists import read_lists
from linkedproj.model.paths import shipped

GUESSED = Path(__file__).parent / "fixtures/guess"
HARBOURS = Path(__file__).parent / "fixtures/imports/harbours.csv"


def guessed(path: Path) -> Guess:
    return guess(path, {each.name: each for each in read_lists(shipped("ontology")).values()})


def meanings(found: Guess) -> dict[str, str]:
    return {each.profile.header: each.meaning for each in found.columns}


def columns(folder: Path, header: str, *cells: str) -> Guess:
    path = folder / "one.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(
            [["Title", header], *([f"Project {n}", c] for n, c in enumerate(cells))]
        )
    return guessed(path)


def test_a_german_sheet_with_a_title_above_its_headers_is_understood() -> None:
    found = guessed(HARBOURS)
    assert meanings(found) == {
        "Kennung": "id", "Projekttitel": "title", "Kurzbeschreibung EN": "summary", "Projektbeginn": "start",
        "Projektende": "end", "Gesamtkosten EUR": "budget", "Projekttraeger": "organisation", "Ort": "town",
        "Land": "country", "Schlagworte": "keywords", "Farbe": "",
    }  # fmt: skip
    stated = tomllib.loads(found.text)["resources"][0]
    assert (stated["delimiter"], stated["headerRow"]) == (";", 1)
    fields = {field["title"]: field for field in stated["fields"]}
    assert fields["Projektbeginn"]["format"] == "dd.MM.yyyy"
    assert (fields["Gesamtkosten EUR"]["decimalChar"], fields["Gesamtkosten EUR"]["groupChar"]) == (",", ".")
    assert "# Projektbeginn: 4 of 4 cells are dates dd.MM.yyyy. Such as: 01.03.2023 | 15.09.2024" in found.text
    assert '# ? { name = "…", title = "Farbe" },' in found.text


# What each column of tables in the formats of three publishers is; "" is for what has to be asked about.
MEANT = {
    "grants": ["id", "title", "", "", "organisation", "", "", "", "awarded", "", "street", "town", "postCode",
               "country", "", "", "", "start", "", "", "summary", ""],
    "recherche": ["id", "", "programme", "acronym", "title", "summary", "start", "", "", "", "organisation", "",
                  "personal", "personal", "town", "", "country"],
    "hankkeet": ["id", "", "title", "", "", "", "start", "end", "organisation", "", "", "", ""],
}  # fmt: skip


@pytest.mark.parametrize("name", MEANT)
def test_a_table_it_was_not_written_for_is_understood_and_nothing_is_silently_wrong(name: str, tmp_path: Path) -> None:
    found = guessed(GUESSED / f"{name}.csv")
    pairs = list(zip((each.meaning.partition("#")[0] for each in found.columns), MEANT[name], strict=True))
    assert [pair for pair in pairs if pair[0] and pair[0] != pair[1]] == []
    assert sum(told == meant for told, meant in pairs) >= 0.9 * len(pairs)
    assert all(each.evidence for each in found.columns)
    (tmp_path / "i.toml").write_text(found.text, "utf-8")
    assert "project" in {spec.table for spec in load_importer(tmp_path / "i.toml", "i.toml").records}


def test_what_stands_beside_a_guess_names_no_person() -> None:
    text = guessed(GUESSED / "recherche.csv").text
    assert "Villexemple" in text
    assert all(name not in text for name in ("NOMFICTIF", "Prénomfictif"))


def test_an_amount_says_what_it_covers_and_another_column_its_currency() -> None:
    found = guessed(GUESSED / "grants.csv")
    assert "the currency is GBP, as 'Currency' says" in found.text
    project = next(each for each in tomllib.loads(found.text)["records"] if each["table"] == "project")
    assert project["columns"]["contribution.value"] == "awarded"
    assert project["columns"]["contribution.kind"] == {"value": "awarded", "when": "awarded"}
    assert "budget.value" not in project["columns"]


def test_a_column_about_another_one_than_the_organisation_is_asked_about() -> None:
    found = {each.profile.header: each for each in guessed(GUESSED / "grants.csv").columns}
    assert found["Recipient Org:Country"].meaning == "country"
    told = found["Beneficiary Location:Country Code"]
    assert (told.meaning, told.evidence) == (
        "", "the header may mean country; it may be about another one than 'Recipient Org:Name'",
    )  # fmt: skip
    assert "but what is 'application'?" in found["Application:Start Date"].evidence


def sheet(folder: Path, *rows: str) -> dict[str, str]:
    path = folder / "sheet.csv"
    path.write_text("\n".join(rows), "utf-8")
    return meanings(guessed(path))


def test_headers_in_two_languages_are_read_where_one_is_known(tmp_path: Path) -> None:
    row = "Grüne Kais;Rat von Probestadt;01.03.2023;Probestadt;2"
    assert sheet(
        tmp_path, "Nimiö / Operation name;Xyz / Name of beneficiary;Beginns / Xyz;Ort / Place;Akse / Priority", row
    ) == {
        "Nimiö / Operation name": "title", "Xyz / Name of beneficiary": "organisation", "Beginns / Xyz": "start",
        "Ort / Place": "town", "Akse / Priority": "",
    }  # fmt: skip
    twice = sheet(tmp_path, "Titel/Title;Name des Beguenstigten/Beneficiary;Land/Country", "Kais;Rat von P;Spain")
    assert list(twice.values()) == ["title", "organisation", "country"]
    once = sheet(tmp_path, "Title;City / Region;Country", "Green quays;Exampleford;Ireland")
    assert once["City / Region"] == ""


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Project name (beneficiary)", ["Green quays of town", "Open shores of town"]),
        ("Partners", ["Council of A; College of B", "Council of C; College of D"]),
        ("Partner website", ["trees.example.org", "town.example.org"]),
        ("Beneficiary city", ["12345 Exampleford", "12346 Probestadt"]),
        ("Contract start date", ["2023-01-31", "2024-02-28"]),
        ("Funder name", ["The Quays Trust", "The Shores Trust"]),
    ],
)
def test_what_a_header_says_of_somebody_else_or_of_several_is_not_taken_for_more(
    tmp_path: Path, header: str, cells: list[str]
) -> None:
    assert meanings(columns(tmp_path, header, *cells))[header] == ""


def test_no_behind_a_word_is_a_number_and_not_norwegian(tmp_path: Path) -> None:
    assert meanings(columns(tmp_path, "Project no", "QU-1", "SH-2"))["Project no"] == "id"


def test_of_two_columns_the_one_that_says_it_plainly_is_taken(tmp_path: Path) -> None:
    found = sheet(tmp_path, "Name;Title;Fund;Programme;Start date", "Ms;Green quays;ERDF;Shores 2020;2023-01-31")
    assert found == {"Name": "", "Title": "title", "Fund": "", "Programme": "programme", "Start date": "start"}
    found = sheet(tmp_path, "Title;Fond;Operativni program", "Green quays;ERDF;Shores 2020")
    assert found == {"Title": "title", "Fond": "", "Operativni program": ""}


def test_a_place_of_the_project_is_not_taken_for_the_seat_of_an_organisation(tmp_path: Path) -> None:
    rows = ("Title;Beneficiary name;Project city", "Green quays;Council of Exampleford;Testwick")
    assert sheet(tmp_path, *rows)["Project city"] == ""
    assert sheet(tmp_path, "Title;Project city", "Green quays;Testwick")["Project city"] == "town"


def test_eligible_cost_is_not_told_as_total_cost(tmp_path: Path) -> None:
    found = columns(tmp_path, "Total eligible cost EUR", "1234.50", "99.00")
    project = next(each for each in tomllib.loads(found.text)["records"] if each["table"] == "project")
    assert project["columns"]["budget.kind"] == {"value": "eligible", "when": "eligible"}


def test_what_fits_two_patterns_is_left_open(tmp_path: Path) -> None:
    found = columns(tmp_path, "Start date", "01/02/2023", "03/04/2024", "05/06/2025")
    assert meanings(found)["Start date"] == ""
    assert "dd/MM/yyyy, and MM/dd/yyyy as well: which one is meant?" in found.columns[1].evidence
    found = columns(tmp_path, "Budget EUR", "1,234", "5,678")
    assert meanings(found)["Budget EUR"] == ""


def test_one_day_that_fits_one_pattern_alone_decides(tmp_path: Path) -> None:
    found = columns(tmp_path, "Start date", "01/02/2023", "03/04/2024", "25/06/2025")
    assert found.columns[1].settings["format"] == "dd/MM/yyyy"


def test_an_amount_without_a_currency_is_left_open(tmp_path: Path) -> None:
    assert meanings(columns(tmp_path, "Budget", "1234.50", "99.00"))["Budget"] == ""
    assert columns(tmp_path, "Budget", "€ 1.234,50", "€ 99,00").columns[1].currency == "EUR"


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("E-mail", ["a@example.org", "b@example.org"]),
        ("Ansprechpartner", ["N. N.", "M. M."]),
        ("Info", ["a@b.example"] * 2),
    ],
)
def test_persons_are_left_out_on_purpose(tmp_path: Path, header: str, cells: list[str]) -> None:
    found = columns(tmp_path, header, *cells)
    assert meanings(found)[header] == "personal"
    assert "left out on purpose" in found.text
    assert all(field["title"] != header for field in tomllib.loads(found.text)["resources"][0]["fields"])


def test_a_header_that_promises_what_the_cells_do_not_hold_is_not_believed(tmp_path: Path) -> None:
    found = columns(tmp_path, "Start date", "soon", "later", "2024")
    assert meanings(found)["Start date"] == ""
    assert "the header may mean start" in found.columns[1].evidence


def test_an_id_of_something_else_is_not_taken_for_that_of_the_project(tmp_path: Path) -> None:
    path = tmp_path / "partners.csv"
    rows = [["Project title", "Id", "Partner"], *(["Green quays", str(n), f"Council of town {n}"] for n in range(9))]
    path.write_text("\n".join(";".join(row) for row in rows), "utf-8")
    assert meanings(guessed(path))["Id"] == ""


def test_a_name_alone_is_not_taken_for_that_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Name;Street;City\nCity of Exampleford;Old Quay 1;Exampleford\n", "utf-8")
    assert meanings(guessed(tmp_path / "a.csv"))["Name"] == ""
    (tmp_path / "b.csv").write_text("Name;Start date;City\nGreen quays;2023-01-31;Exampleford\n", "utf-8")
    assert meanings(guessed(tmp_path / "b.csv"))["Name"] == "title"


def test_each_proposal_is_an_importer_that_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "h.toml").write_text(guessed(HARBOURS).text, "utf-8")
    importer = load_importer(tmp_path / "h.toml", "h.toml")
    assert {spec.table for spec in importer.records} == {"project", "participation", "organisation", "city", "country"}


def test_a_workbook_is_guessed_by_its_largest_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Note"])
    sheet = book.create_sheet("Liste")
    for row in (["Titre", "Pays"], ["Quais verts", "France"], ["Rives ouvertes", "Spain"]):
        sheet.append(row)
    book.save(tmp_path / "b.xlsx")
    found = guessed(tmp_path / "b.xlsx")
    assert meanings(found) == {"Titre": "title", "Pays": "country"}
    assert tomllib.loads(found.text)["resources"][0]["sheet"] == "Liste"
    assert found.remarks == ["the sheet 'Sheet' (1 rows) is not read"]


def test_what_holds_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("Title\n", "utf-8")
    with pytest.raises(SetupError, match="there is no table in it"):
        guessed(tmp_path / "empty.csv")
    (tmp_path / "a.xml").write_text("<a/>", "utf-8")
    with pytest.raises(SetupError, match="only tables are guessed"):
        guessed(tmp_path / "a.xml")


def test_the_command_prints_the_proposal() -> None:
    done = run("import", "--guess", str(HARBOURS))
    assert done.code == 0
    assert done.out == guessed(HARBOURS).text


def test_a_portfolio_begins_with_the_rows_of_a_sheet(tmp_path: Path) -> None:
    made = tmp_path / "ports"
    done = run(
        "new",
        str(made),
        "--from",
        str(HARBOURS),
        "--languages",
        "en",
        "--base",
        "https://ports.example.net/",
        "--title",
        "Ports",
    )
    assert done.code == 0, done.err
    assert "10 of 11 columns are known" in done.out
    assert "rows: 4 = 4 in records + 0 in review.csv + 0 in repairs.csv" in done.out
    assert "evidence: 100 %" in done.out
    dump = (made / "public/dump/latest/portfolio.nt").read_text("utf-8")
    assert "<https://ports.example.net/id/project/gruene-kais>" in dump
    assert '"1120000.50"' in dump
    assert (made / "data/importers/harbours.toml").is_file()
    again = run("import", str(made / "data/importers/harbours.toml"), str(HARBOURS), "--into", str(made / "data"))
    assert again.code == 0
    assert "4 project (0 new)" in again.out


def test_towns_without_a_country_wait_for_somebody_who_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "Projecte;Inici;Fi;Soci;Ciutat\nHorts;15/01/2020;30/06/2022;Ajuntament;Vic\nRius;01/02/2021;;Cal Riu;Vic\n"
    (tmp_path / "full.csv").write_text(rows, "utf-8")
    begun = ["--from", "full.csv", "--languages", "ca", "--base", "https://dades.example.org/", "--title", "Projectes"]
    done = run("new", "vic", *begun)
    assert done.code == 0, done.out + done.err
    assert (tmp_path / "vic/public/index.html").exists()
    assert not (tmp_path / "vic/data/city.full.csv").exists()
    importer = tmp_path / "vic/data/importers/full.toml"
    text = importer.read_text("utf-8")
    assert "# No column says country, without which a record of city cannot be" in text
    # What is told there is enough, but for the row that the message then asks for.
    said = "".join(line.removeprefix("# ? ") for line in text.splitlines(keepends=True)).replace('"…"', '"ESP"')
    importer.write_text(said, "utf-8")
    assert run("import", str(importer), "full.csv", "--into", "vic/data").code == 0
    assert "country 'ESP' is in no row" in run("check", "vic/data").out
    (tmp_path / "vic/data/country.csv").write_text("id,name@ca\nESP,Espanya\n", "utf-8")
    assert "country 'ESP'" not in run("check", "vic/data").out


VOCABULARY = tomllib.loads((files("linkedproj.importers.guess") / "vocabulary.toml").read_text("utf-8"))


def test_each_part_of_headers_has_words_in_all_languages() -> None:
    spoken = {language for words in VOCABULARY.values() for language in words}
    assert len(spoken) == 24
    assert {part: spoken - {each for each in words if words[each]} for part, words in VOCABULARY.items()} == {
        part: set() for part in VOCABULARY
    }


# Made-up lists of operations: title, organisation, summary, start, end, amount and theme.
OPERATIONS = {
    "pl": "Tytuł projektu;Nazwa beneficjenta;Opis projektu;Data rozpoczęcia;Data zakończenia;Koszt [zł];Dziedzina",
    "cs": "Název projektu;Název příjemce;Popis projektu;Datum zahájení;Datum ukončení;Celkové náklady (€);Téma",
    "hu": "A projekt neve;A kedvezményezett neve;A projekt leírása;Kezdő dátum;Befejező dátum;Összes költség (€);Téma",
    "el": "Τίτλος έργου;Επωνυμία δικαιούχου;Περίληψη;Ημερομηνία έναρξης;Ημερομηνία λήξης;Προϋπολογισμός (€);Θέμα",
    "ro": "Titlul proiectului;Denumirea beneficiarului;Descriere;Data începerii;Data finalizării;Cost total (EUR);Temă",
    "bg": "Наименование на проекта;Бенефициент;Описание;Начална дата;Крайна дата;Обща стойност (EUR);Тема",
    "lt": "Projekto pavadinimas;Projekto vykdytojas;Aprašymas;Pradžios data;Pabaigos data;Projekto vertė (EUR);Tema",
    "sl": "Naziv operacije;Naziv upravičenca;Povzetek;Datum začetka;Datum zaključka;Skupna vrednost (EUR);Tema",
    "sv": "Projektets namn;Stödmottagare;Sammanfattning;Startdatum;Slutdatum;Total kostnad (EUR);Tema",
    "et": "Projekti nimi;Toetuse saaja;Kokkuvõte;Alguskuupäev;Lõppkuupäev;Kogumaksumus (EUR);Valdkond",
}  # fmt: skip
CELLS = (
    "Green quays of town;Council of Exampleford;Trees are planted on the old quays of three cities.;"
    "31.01.2023;28.02.2026;240000.00;Climate"
)


@pytest.mark.parametrize("language", OPERATIONS)
def test_headers_are_made_of_what_words_say_in_the_language_of_the_sheet(language: str, tmp_path: Path) -> None:
    found = sheet(tmp_path, OPERATIONS[language], CELLS)
    assert list(found.values()) == ["title", "organisation", "summary", "start", "end", "budget", "theme"]


def test_a_code_page_is_told_by_the_words_in_it(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(f"{OPERATIONS['pl']}\n{CELLS}\n".encode("cp1250"))
    found = guessed(tmp_path / "s.csv")
    assert found.columns[0].meaning == "title"
    assert tomllib.loads(found.text)["resources"][0]["encoding"] == "cp1250"
    assert "by words such as 'Tytuł'" in found.remarks[0]


@pytest.mark.parametrize(
    ("header", "cells", "meaning"),
    [
        ("3. Name of beneficiary", ["Council of A", "College of B"], "organisation"),
        ("Interventions-\nkategorie des Vorhabens", ["Climate", "Climate"], ""),
        ("Interventions-kategorie", ["Climate", "Climate"], "theme"),
        ("Projectwebsite", ["trees.example.org", "town.example.org"], "website"),
        ("Datum des Beginns\ndes Vorhabens", ["31.01.2023", "28.02.2023"], "start"),
        ("PISurname", ["Made", "Up"], "personal"),
        ("Budget EUR", ["1234,5", "99"], "budget"),
        ("Start", ["2023-01-31T00:00:00Z", "2024-02-28T00:00:00Z"], "start"),
        # What only looks like it is asked about.
        ("Naslov upravičenca", ["Stara cesta 1", "Nova cesta 2"], ""),
        ("Address", ["1234 Exampleford, Old Quay", "1235 Probestadt, New Quay"], ""),
        ("Postcode", ["Exampleford", "Probestadt"], ""),
        ("Programme", ["ERDF", "ESF"], ""),
        ("Kraj", ["Ukázkový kraj", "Zkušební kraj"], ""),
        ("Union co-financing rate EUR", ["80", "85"], ""),
        ("Project category", ["Loan", "Grant"], ""),
        ("N°", ["1", "2"], ""),
    ],
)
def test_headers_are_taken_apart_and_cells_have_to_agree(
    tmp_path: Path, header: str, cells: list[str], meaning: str
) -> None:
    assert columns(tmp_path, header, *cells).columns[1].meaning == meaning


def test_a_word_that_all_headers_begin_with_and_that_says_nothing_is_passed_over(tmp_path: Path) -> None:
    found = sheet(tmp_path, "XY_TITOLO_PROGETTO;XY_DATA_INIZIO;XY_COMUNE", "Moli verdi;2023-01-31;Borgo Esempio")
    assert list(found.values()) == ["title", "start", "town"]


def test_a_number_that_several_titles_share_is_not_the_id_of_a_project(tmp_path: Path) -> None:
    rows = ["Cod proiect;Titlu;Data începerii", *(f"{n // 4};Cheiuri verzi {n};2023-01-31" for n in range(8))]
    assert sheet(tmp_path, *rows)["Cod proiect"] == ""
    rows = ["Cod proiect;Titlu;Data începerii", *(f"A{n};Cheiuri verzi {n};2023-01-31" for n in range(8))]
    assert sheet(tmp_path, *rows)["Cod proiect"] == "id"


def test_codes_are_no_titles_and_numbers_of_nothing_known_no_ids(tmp_path: Path) -> None:
    assert sheet(tmp_path, "Projekt;Beginn", "QU-1;2023-01-31", "SH-2;2023-02-28")["Projekt"] == ""
    assert sheet(tmp_path, "Nr.;Měrná jednotka;Datum zahájení", "1.1.;km;2023-01-31")["Nr."] == ""


def test_what_no_record_has_a_place_for_is_told_so(tmp_path: Path) -> None:
    found = columns(tmp_path, "Priority axis", "1", "2")
    assert (found.columns[1].meaning, found.columns[1].evidence) == (
        "", "it is about 'priority axis', for which no record has a column",
    )  # fmt: skip
