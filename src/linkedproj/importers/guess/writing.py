"""The importer file that is proposed, each guess with its evidence above it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from linkedproj.importers.guess.columns import PERSONAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.importers.guess.assigning import Guessed
    from linkedproj.importers.guess.sheet import Sheet
    from linkedproj.importers.guess.words import Say


class Writer:
    """Writes an importer file, each guess with its evidence above it."""

    def __init__(  # noqa: PLR0913, PLR0917 - what was guessed, of what, and who words it
        self,
        name: str,
        path: Path,
        sheet: Sheet,
        columns: Sequence[Guessed],
        records: Sequence[Mapping[str, Any]],
        say: Say,
    ) -> None:
        self._name, self._path, self._sheet, self._columns, self._records = name, path, sheet, columns, records
        self._say = say
        self._fields: dict[str, list[str]] = defaultdict(list)
        self._currency = {each.meaning: each.currency for each in columns if each.currency}
        for each in columns:
            if each.meaning and each.meaning != PERSONAL:
                self._fields[each.meaning.partition("#")[0]].append(_field_name(each))

    def text(self) -> str:
        """Return the text of the file."""
        return "\n".join([*self._head(), *self._resource(), "", *self._all_records()]) + "\n"

    def _head(self) -> Iterator[str]:
        tags = sorted({each.language for each in self._columns if each.language and each.language != "en"} | {"und"})
        for line in ("guessed", "rests", "unknown-fields"):
            yield f"# {self._say(line, file=self._path.name)}"
        yield f"name = {_toml(self._name)}"
        yield f"title = {_toml(self._path.stem.replace('_', ' '))}"
        yield 'languages = ["en"]'
        yield f"further-languages = {_toml(tags)}"
        yield ""
        yield "[source]"
        yield '"title@en" = "{file}"'
        yield 'sha256 = "{sha256}"'
        yield 'readOn = "{day}"'
        yield ""
        yield "[require]"
        for key in ("*.title", "*.name", "*.summary", "*.definition"):
            yield f'"{key}" = "no"'
        yield 'evidence = "every value"'
        yield ""

    def _resource(self) -> Iterator[str]:
        yield "[[resources]]"
        yield 'name = "rows"'
        for key, value in self._sheet.settings.items():
            yield f"{key} = {_toml(value)}"
        for remark in self._sheet.remarks:
            yield f"# {remark}"
        yield "fields = ["
        for each in self._columns:
            head = each.profile.header.replace("\n", " ")
            name, sample = head or self._say("no-header"), each.profile.sample or self._say("empty")
            told = "told" if each.is_private else "shown"
            yield f"  # {self._say(told, name=name, evidence=each.evidence, sample=sample)}"
            if each.meaning == PERSONAL:
                yield f"  # {self._say('left-out')}"
                continue
            stated = {"name": _field_name(each) or "…", "title": each.profile.header, **each.settings}
            written = "{ " + ", ".join(f"{key} = {_toml(value)}" for key, value in stated.items()) + " },"
            yield f"  {written}" if each.meaning else f"  # ? {written}"
        yield "]"

    def _all_records(self) -> Iterator[str]:
        for record in filter(self._has, self._records):
            lacking = self._lacking(record)
            if lacking:
                yield f"# {self._say('asks', table=record['table'], columns=', '.join(lacking))}"
            for line in self._record(record):
                yield f"# ? {line}" if lacking and line else line

    def _has(self, record: Mapping[str, Any]) -> bool:
        is_barred = "unless" in record and record["unless"] in self._fields
        return all(name in self._fields for name in record["needs"]) and not is_barred

    def _lacking(self, record: Mapping[str, Any]) -> list[str]:
        return [name for name in record.get("asks", ()) if name not in self._fields]

    def _record(self, record: Mapping[str, Any]) -> Iterator[str]:
        yield "[[records]]"
        yield f"table = {_toml(record['table'])}"
        yield 'from = "rows"'
        if "each" in record:
            yield f"each = {_toml([name for meaning in record['each'] for name in self._fields[meaning]])}"
        else:
            yield f"key = {_toml(self._key(record))}"
            words = [name for meaning in record["id"] for name in self._fields.get(meaning, ())[:1]]
            first = words[:1] if record["table"] == "project" else words
            yield f"id = {_toml('-'.join(f'{{{name}}}' for name in first) or record['id'][0])}"
        for setting in ("rows", "fold", "varies"):
            if setting in record:
                yield f"{setting} = {_toml(record[setting])}"
        for setting in ("same", "place"):
            if setting in record and (kept := self._found(record[setting])):
                yield f"{setting} = {_inline(kept)}"
        yield ""
        yield "[records.columns]"
        for column, value in record["columns"].items():
            yield from self._column(column, value)
        for column in self._lacking(record):
            yield f'{column} = {{ value = "…" }}'
        yield ""

    def _key(self, record: Mapping[str, Any]) -> list[str]:
        found: list[str] = []
        for name in record["key"]:
            bare = name.rstrip("?")
            if bare == "project-key":
                found += self._project_key()
            elif bare == "*":
                found.append(bare)
            elif record["table"] == "project":
                return self._project_key()
            else:
                found += [each + name[len(bare) :] for each in self._fields.get(bare, ())[:1]]
        return found

    def _project_key(self) -> list[str]:
        if "id" in self._fields:
            return self._fields["id"]
        return [*self._fields["title"][:1], *(f"{name}?" for name in self._fields.get("acronym", ()))]

    def _found(self, stated: Mapping[str, Any]) -> dict[str, Any]:
        """Return of a setting what names fields that were found, or nothing where the first one lacks."""
        found: dict[str, Any] = {}
        for key, value in stated.items():
            if key in {"iri", "point"}:
                found[key] = value
            elif isinstance(value, list):
                found[key] = [name for each in value for name in self._fields.get(each, ())]
            elif value in self._fields:
                found[key] = self._fields[value][0]
        has_country = "country" in found or "country" not in stated
        return found if "name" in found and has_country else {}

    def _column(self, column: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - as TOML has it
        if isinstance(value, list):
            yield from next(filter(None, (list(self._column(column, each)) for each in value)), ())
            return
        if isinstance(value, str):
            for number, name in enumerate(self._fields.get(value, ())):
                if column.endswith("@*"):
                    yield f"{_toml(column[:-1] + (name.partition('@')[2] or 'und'))} = {_toml(name)}"
                elif not number or value == "value":
                    yield f"{_key_text(column)} = {_toml(name)}"
            if value == "value":
                yield f"{_key_text(column)} = {_toml(value)}"
            return
        if not self._is_filled(value):
            return
        if "currency" in value:
            meaning = value["currency"]
            stated = {"value": self._currency[meaning], "when": self._fields[meaning][0]}
            yield f"{_key_text(column)} = {_inline(stated)}"
            return
        asked = {record["table"] for record in self._records if self._lacking(record)}
        yield f"{'# ? ' if value.get('record') in asked else ''}{_key_text(column)} = {_inline(value)}"

    def _is_filled(self, value: Mapping[str, Any]) -> bool:
        """Return whether all fields that a value names were found, and the records that it leads to are made."""
        names = [value[key] for key in ("when", "currency") if key in value]
        names += re.findall(r"\{([^{}]+)\}", value.get("template", ""))
        if value.get("unless") in self._fields:
            return False
        made = {record["table"] for record in self._records if self._has(record)}
        is_made = "record" not in value or value["record"] in made
        return (
            is_made
            and all(name in self._fields for name in names)
            and ("currency" not in value or value["currency"] in self._currency)
        )


def _field_name(each: Guessed) -> str:
    return each.meaning + (f"@{each.language}" if each.language else "")


def _toml(value: Any) -> str:  # noqa: ANN401 - what TOML holds
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False)


def _inline(value: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items() if key != "unless") + " }"


def _key_text(column: str) -> str:
    return column if re.fullmatch(r"[A-Za-z0-9_-]+", column) else _toml(column)
