"""Tables, their columns and codes in words: a list on a terminal, and the reference in Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.context import Kind
from linkedproj.model.lexical import XSD
from linkedproj.model.phrases import Phrases
from linkedproj.model.rules import text_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.model.columns import Code, Explained, TableColumn
    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema

phrase = Phrases("linkedproj.reports.model")

_KINDS = {
    Kind.TEXT: "text", Kind.PLAIN: "plain", Kind.LITERAL: "typed", Kind.LINK: "link", Kind.CODE: "code_of",
    Kind.IRI: "iri", Kind.RECORD: "record", Kind.PREDICATE: "predicate", Kind.VALUE: "value",
}  # fmt: skip
_FEW = 25
_TYPED = {f"{XSD}{name}": name for name in ("date", "decimal", "integer", "boolean")}


@dataclass(frozen=True)
class Model:
    """What can be told of the tables of a portfolio in one language; `languages` are those of its texts, if known."""

    schema: Schema
    says: Explained
    languages: tuple[str, ...]
    language: str

    def overview(self) -> str:
        """List the tables with what a row of each is."""
        tables = [(kind.table, self.meaning_of(kind)) for kind in self.says.tables()]
        width = max(len(name) for name, _ in tables)
        lines = [f"{name:{width}}  {meaning}".rstrip() for name, meaning in tables]
        return "\n".join([*lines, "", self._word("more")]) + "\n"

    def table(self, kind: RecordType) -> str:
        """List the columns of a table: what a cell holds, who fills it, what it means, its codes."""
        lines = [f"{kind.table}: {self.meaning_of(kind)}".rstrip(": ")]
        if not kind.anonymous:
            lines += ["", f"id  ({self._word('required')})", f"    {self._word('id')}"]
        for column in self.says.columns(kind):
            must = self.must(column)
            lines += ["", f"{self.header(column)}  ({self.holds(column)}{', ' if must else ''}{must})"]
            lines += [f"    {text}" for text in (self._in(column.meaning), self._example(column)) if text]
            width = max((len(code.value) for code in column.codes), default=0)
            lines += [f"    {code.value:{width}}  {self._described(code)}".rstrip() for code in column.codes]
        return "\n".join(lines) + "\n"

    def word(self, name: str) -> str:
        """Return a phrase that stands at the head of a column in a spreadsheet."""
        return self._word(name)

    def heads(self, kind: RecordType) -> dict[str, str]:
        """Say of each column, by its name without a language, what stands at the head of it in a spreadsheet."""
        found = {} if kind.anonymous else {"id": f"id ({self._word('required')})\n{self._word('id')}"}
        for column in self.says.columns(kind):
            label, must = self._in(column.label) or column.name, self.must(column)
            # Of a long list, the choices in the cells say enough.
            few = column.codes if len(column.codes) <= _FEW else ()
            codes = [f"{code.value}: {self._in(code.label)}".rstrip(": ") for code in few]
            holds = f"{label} ({self.holds(column)}{', ' if must else ''}{must})"
            found[column.name] = "\n".join(
                filter(None, [holds, self._in(column.meaning), self._example(column), *codes])
            )
        return found

    def markdown(self, kind: RecordType) -> str:
        """Describe a table as a section of Markdown, with its codes below."""
        heads = [self._word(name) for name in ("column", "holds", "must", "meaning", "example")]
        rows = [self._row(column) for column in self.says.columns(kind)]
        if not kind.anonymous:
            rows.insert(0, ["`id`", self._word("plain"), self._word("required"), self._word("id"), ""])
        return "\n".join([f"## {kind.table}", "", self.meaning_of(kind), "", *markdown_table(heads, rows)]) + "\n"

    def markdown_codes(self) -> str:
        """Describe each list of codes once, under the columns that take them, as a section of Markdown."""
        lists: dict[tuple[str, ...], tuple[list[str], Sequence[Code]]] = {}
        for kind in self.says.tables():
            for column in self.says.columns(kind):
                if column.codes:
                    key = tuple(code.value for code in column.codes)
                    lists.setdefault(key, ([], column.codes))[0].append(f"{kind.table}.{column.name}")
        lines = [f"## {self._word('codes')}", ""]
        for columns, codes in lists.values():
            rows = [[f"`{code.value}`", self._in(code.label), self._in(code.meaning)] for code in codes]
            heads = [self._word("code"), "", self._word("meaning")]
            lines += [f"### {', '.join(f'`{name}`' for name in columns)}", "", *markdown_table(heads, rows), ""]
        return "\n".join(lines)

    def meaning_of(self, kind: RecordType) -> str:
        """Say what a record of a type is."""
        return self._in(self.says.table_meaning(kind)) or self._in(self.says.table_label(kind))

    def header(self, column: TableColumn) -> str:
        """Return what the first row says above a column; LANG stands for a language."""
        return f"{column.name}@{self._word('language')}" if column.field.kind is Kind.TEXT else column.name

    def holds(self, column: TableColumn) -> str:
        """Say what a cell of a column holds."""
        field = column.field
        target = self.schema.types[field.target].table if field.target else ""
        kind = self._word(_TYPED.get(field.datatype, _KINDS[field.kind]), table=target)
        return self._word("many", kind=kind) if field.many else kind

    def must(self, column: TableColumn) -> str:
        """Say who fills a column, or ""."""
        if not column.must:
            return ""
        if column.languages:
            return self._word("required_in", languages=", ".join(column.languages))
        if column.must == "required" and column.field.kind is Kind.TEXT:
            return self._word("required_once")
        return self._word(column.must, group=column.name.rpartition(".")[0])

    def _row(self, column: TableColumn) -> list[str]:
        example = f"`{column.examples[0]}`" if column.examples else ""
        codes = " ".join(f"`{code.value}`" for code in column.codes)
        return [
            f"`{self.header(column)}`",
            self.holds(column),
            self.must(column),
            self._in(column.meaning),
            codes or example,
        ]

    def _example(self, column: TableColumn) -> str:
        if column.codes or not column.examples:
            return ""
        return f"{self._word('example')}: {column.examples[0]}"

    def _described(self, code: Code) -> str:
        return self._in(code.meaning) or self._in(code.label)

    def _in(self, texts: object) -> str:
        return text_in(texts, self.language) if isinstance(texts, dict) else ""

    def _word(self, name: str, **values: object) -> str:
        return phrase(self.language, name, **values)


def markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        cells = [cell.replace("|", "\\|").replace("\n", " ") for cell in row]
        yield f"| {' | '.join(cells)} |"
