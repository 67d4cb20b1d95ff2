"""Files of a source as tables of cells, row by row, each with its place; a ZIP is read member by member."""

from __future__ import annotations

import csv
import io
import tempfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import partial
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, NamedTuple
from zipfile import BadZipFile, ZipFile

from linkedproj.importers.source.spec import FieldSpec
from linkedproj.importers.source.trees import json_rows, xml_rows
from linkedproj.importers.source.words import because
from linkedproj.model.errors import Place, Problem, SetupError
from linkedproj.model.lists import fold
from linkedproj.model.settings import did_you_mean
from linkedproj.tables.readers import READERS
from linkedproj.tables.readers.sheet import refuse_bomb
from linkedproj.tables.readers.source import TableFile, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linkedproj.importers.source.cells import Value
    from linkedproj.importers.source.spec import Importer, ResourceSpec
    from linkedproj.importers.source.words import Reason

_BOOKS = frozenset(suffix for suffix, reader in READERS.items() if reader.sheets)
_TREES = {".xml": "xml", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_ZIP = ".zip"
_CHUNK = 1 << 20


class SourceFile(NamedTuple):
    """A file that is imported: where it is, what it is called, and the digest of its bytes."""

    path: Path
    name: str
    sha256: str


class Column(NamedTuple):
    """Where the cells of a field stand: the title of the column in the source, and its number from 1, or 0."""

    title: str
    number: int


class Cells(NamedTuple):
    """One row: its number in its table, the values of its fields in their order, and what was wrong with cells.

    `faults` are problems of single cells that were read as empty; `unsound` says why the row as a whole cannot be
    trusted, such as that it has more cells than the header.
    """

    number: int
    values: Sequence[Value]
    faults: Sequence[Problem] = ()
    unsound: Reason | None = None


@dataclass
class SourceTable:
    """One table of a source file: `part` is its sheet, or the member of an archive; a tree has several tables at once.

    `unread` are the columns that no field takes, `absent` the fields that have no column; `layout` are problems of the
    sheet as a whole, complete once its rows were read.
    """

    spec: ResourceSpec
    file: SourceFile
    part: str
    fields: tuple[FieldSpec, ...]
    columns: Mapping[str, Column]
    unread: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    layout: list[Problem] = field(default_factory=list)

    def place(self, row: int, name: str = "") -> Place:
        """Return the place of a row, or of the cell of a field in it."""
        return place_of(self.file.name, self.part, row, self.columns.get(name, Column("", 0)))


class Tables(NamedTuple):
    """Tables that are read together, and their rows, each with the number of its table."""

    tables: Sequence[SourceTable]
    rows: Iterator[tuple[int, Cells]]


def place_of(file: str, part: str, row: int, column: Column) -> Place:
    """Return the place of a cell of a source: of a sheet by its letter, elsewhere by the title of its column."""
    if part and Path(file).suffix.lower() in _BOOKS:
        return Place(file, row, column.number, part)
    path = f"{file}/{part}" if part else file
    return Place(f"{path}#{column.title}" if column.title else path, row)


def source_files(paths: Iterable[Path]) -> list[SourceFile]:
    """Return the files that were named, and those in folders that were, with the digests of their bytes.

    Raises:
        SetupError: one is not there, or two have one name.
    """
    found: dict[str, SourceFile] = {}
    for path in paths:
        inside = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        for each in inside:
            name = each.relative_to(path).as_posix() if path.is_dir() else each.name
            if name in found and found[name].path != each:
                raise SetupError(f"two files are called {name}. Values are cited by the name of the file: rename one.")
            found[name] = SourceFile(each, name, _digest(each))
    return list(found.values())


def _digest(path: Path) -> str:
    digest = sha256()
    try:
        with path.open("rb") as data:
            while chunk := data.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SetupError(f"the file cannot be read: {reason}.", Place(path.as_posix())) from error
    return digest.hexdigest()


def source_tables(
    importer: Importer, files: Iterable[SourceFile], wanted: Mapping[str, Iterable[str]]
) -> Iterator[Tables]:
    """Yield the tables of all files that an importer knows; `wanted` names by resource the fields that are used.

    The rows of tables have to be read before the next ones are asked for.

    Raises:
        SetupError: a file cannot be read, is of no resource, or lacks a column that is required.
    """
    for file in files:
        found = 0
        try:
            for name, opened in _opened(file):
                names = (name, PurePosixPath(name).name)
                specs = [
                    (spec, tuple(
                        spec.fields.get(each) or FieldSpec(each, (each,), missing=spec.missing)
                        for each in wanted.get(spec.resource, ())
                    ))
                    for spec in importer.resources
                    if any(fnmatch(each, pattern) for each in names for pattern in spec.paths)
                ]  # fmt: skip
                for tables in _tables(specs, file, name, opened) if specs else ():
                    found += 1
                    yield tables
        except (BadZipFile, zlib.error, EOFError) as error:
            raise SetupError(f"the archive is damaged: {error}.", Place(file.name)) from error
        if not found:
            known = ", ".join(
                f"{spec.name} ({', '.join((*spec.paths, *(f'sheet {s}' for s in spec.sheets)))})"
                for spec in importer.resources
            )
            raise SetupError(f"the importer {importer.name} finds nothing in it. It reads {known}.", Place(file.name))


def _opened(file: SourceFile) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    """Yield the file, or the members of an archive, by name, each with what opens it.

    Raises:
        SetupError: the archive is far larger than its file.
    """
    if file.path.suffix.lower() != _ZIP:
        yield file.name, lambda: file.path.open("rb")
        return
    try:
        refuse_bomb(file.path)
    except ValueError as error:
        raise SetupError(f"the archive is not read: {error}.", Place(file.name)) from error
    with ZipFile(file.path) as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith("/"):
                yield name, partial(archive.open, name)


def _tables(
    specs: Sequence[tuple[ResourceSpec, tuple[FieldSpec, ...]]],
    file: SourceFile,
    name: str,
    opened: Callable[[], IO[bytes]],
) -> Iterator[Tables]:
    member = "" if name == file.name else name
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _BOOKS:
        yield from _book(specs, file, member, suffix, opened)
        return
    trees: dict[tuple[str, str], list[tuple[ResourceSpec, tuple[FieldSpec, ...]]]] = {}
    for spec, fields in specs:
        form = spec.form or _TREES.get(suffix, "")
        if form in _TREES.values():
            trees.setdefault((form, spec.record), []).append((spec, fields))
        else:
            table, rows = _delimited(spec, file, member, fields, opened)
            yield Tables([table], ((0, cells) for cells in rows))
    for (form, record), group in trees.items():
        yield _tree(group, file, member, form, record, opened)


# ----- trees


def _tree(  # noqa: PLR0913, PLR0917 - what is read, and from where
    specs: Sequence[tuple[ResourceSpec, tuple[FieldSpec, ...]]],
    file: SourceFile,
    member: str,
    form: str,
    record: str,
    opened: Callable[[], IO[bytes]],
) -> Tables:
    wanted = [(spec.rows, [each.titles for each in fields]) for spec, fields in specs]
    place = Place(f"{file.name}/{member}" if member else file.name)

    def rows() -> Iterator[tuple[int, Cells]]:
        numbers = [0] * len(specs)
        with opened() as stream:
            read = xml_rows if form == "xml" else partial(json_rows, form=form)
            for table, values in read(stream, record, wanted, place):
                numbers[table] += 1
                yield table, Cells(numbers[table], values)

    tables = [
        SourceTable(spec, file, member, fields, {each.name: Column(each.titles[0], 0) for each in fields})
        for spec, fields in specs
    ]
    return Tables(tables, rows())


# ----- separated cells


def _delimited(
    spec: ResourceSpec,
    file: SourceFile,
    member: str,
    fields: tuple[FieldSpec, ...],
    opened: Callable[[], IO[bytes]],
) -> tuple[SourceTable, Iterator[Cells]]:
    place = Place(f"{file.name}/{member}" if member else file.name)
    rows = _csv_rows(spec, place, opened)
    for _ in range(spec.header):
        next(rows, None)
    header = named(next(rows, _Row(0, [])).cells)
    columns, unread, absent = _found(spec, header, fields, place)
    table = SourceTable(spec, file, member, fields, columns, unread, absent)
    return table, _picked(rows, header, fields, columns, is_even=True)


def _csv_rows(spec: ResourceSpec, place: Place, opened: Callable[[], IO[bytes]]) -> Iterator[_Row]:
    """Yield the rows that hold any text; one that breaks the rules of quotes is told, and the next line is read.

    Raises:
        SetupError: the file is not in the encoding that the importer declares.
    """
    encoding = "utf-8-sig" if fold(spec.encoding).replace("_", "-") in {"utf-8", "utf8"} else spec.encoding
    line = 1
    try:
        with opened() as data, io.TextIOWrapper(data, encoding=encoding, newline="") as text:
            reader = csv.reader(text, delimiter=spec.delimiter, strict=True)
            while True:
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield _Row(line, [], because("unreadable", error=str(error)))
                else:
                    if any(row):
                        yield _Row(line, row)
                line = reader.line_num + 1
    except UnicodeDecodeError as error:
        byte = f"0x{error.object[error.start]:02X}"
        raise SetupError(
            f"after line {line}, the byte {byte} is not {spec.encoding}. Write the encoding of the file into the "
            'importer, such as encoding = "cp1252".',
            place,
        ) from error
    except LookupError as error:
        raise SetupError(f"'{spec.encoding}' is no encoding that Python knows.", place) from error


class _Row(NamedTuple):
    """A row as it stands in a file: its line, its cells, and why it cannot be trusted, if so."""

    line: int
    cells: Sequence[str]
    unsound: Reason | None = None


def _found(
    spec: ResourceSpec, header: Sequence[str], fields: Sequence[FieldSpec], place: Place
) -> tuple[dict[str, Column], tuple[str, ...], tuple[str, ...]]:
    """Find the columns of fields: by their titles as they are, else without case and double blanks.

    Raises:
        SetupError: a required one is not there, or a title stands twice.
    """
    at: dict[str, int] = {}
    twice = [name for number, name in enumerate(header) if name and name in header[:number]]
    for number, name in enumerate(header, 1):
        at.setdefault(name, number)
    for number, name in enumerate(header, 1):
        at.setdefault(fold(name), number)
    found: dict[str, Column] = {}
    for each in fields:
        title = next((t for title in each.titles for t in (title, fold(title)) if t in at), None)
        if title is not None:
            found[each.name] = Column(header[at[title] - 1], at[title])
    lacking = [each.titles[0] for each in fields if each.required and each.name not in found]
    if lacking:
        hint = did_you_mean(lacking[0], [name for name in header if name])
        named_so = ", ".join(f"'{name}'" for name in lacking)
        raise SetupError(
            f"the resource '{spec.name}' has no column {named_so}.{hint} Is it another layout, or another file?", place
        )
    taken = {column.number for column in found.values()}
    wrong = [name for name in twice if at[name] in taken]
    if wrong:
        raise SetupError(f"the column '{wrong[0]}' stands twice: which one is meant? Rename one.", place)
    unread = tuple(name for number, name in enumerate(header, 1) if name and number not in taken)
    return found, unread, tuple(each.titles[0] for each in fields if each.name not in found)


def _picked(
    rows: Iterable[_Row],
    header: Sequence[str],
    fields: Sequence[FieldSpec],
    columns: Mapping[str, Column],
    *,
    is_even: bool,
) -> Iterator[Cells]:
    """Yield the cells of fields; where rows are to be even, one of other width cannot be trusted."""
    places = [columns[each.name].number - 1 if each.name in columns else -1 for each in fields]
    width = len(header)
    for line, cells, unsound in rows:
        row, told = cells, unsound
        if len(row) != width and not told:
            if any(row[width:]):
                told = because("wide", n=len(row), width=width)
            elif len(row) < width and is_even:
                told = because("torn", n=len(row), width=width)
        padded = [*row[:width], *[""] * (width - len(row)), ""]
        yield Cells(line, [padded[at] for at in places], (), told)


# ----- workbooks


def _book(
    specs: Sequence[tuple[ResourceSpec, tuple[FieldSpec, ...]]],
    file: SourceFile,
    member: str,
    suffix: str,
    opened: Callable[[], IO[bytes]],
) -> Iterator[Tables]:
    with _on_disk(file, member, suffix, opened) as path:
        whole = TableFile(path, f"{file.name}/{member}" if member else file.name, "")
        reader, problems = READERS[suffix], list[Problem]()
        with reader.kept_open(whole):
            listed = [each.name for each in reader.sheets(whole, problems.append)] if reader.sheets else []
            _refuse_broken(problems)
            for spec, fields in specs:
                for name in [each for each in listed if each in spec.sheets] if spec.sheets else listed[:1]:
                    yield _sheet(spec, file, replace(whole, sheet=name), fields)


def _refuse_broken(problems: Iterable[Problem]) -> None:
    """Refuse a workbook that cannot be read, or not to its end.

    Raises:
        SetupError: it is told in one of the problems.
    """
    for problem in problems:
        if problem.rule.startswith("LP-FILE-"):
            raise SetupError(f"the workbook cannot be read: {problem.values.get('detail', '')}.", problem.place)


def _sheet(spec: ResourceSpec, file: SourceFile, sheet: TableFile, fields: tuple[FieldSpec, ...]) -> Tables:
    problems: list[Problem] = []
    found = READERS[sheet.path.suffix.lower()].read(sheet, problems.append)
    names, _, _ = next(found, ((), 0, []))
    header = names
    for _ in range(spec.header):
        _, _, cells = next(found, ((), 0, []))
        header = named(cells)
    columns, unread, absent = _found(spec, header, fields, Place(sheet.shown, sheet=sheet.sheet))
    table = SourceTable(spec, file, sheet.sheet, fields, columns, unread, absent)

    def rows() -> Iterator[tuple[int, Cells]]:
        listed = (_Row(line, row) for _, line, row in found)
        for cells in _picked(listed, header, fields, columns, is_even=False):
            if not problems:
                yield 0, cells
                continue
            mine = [problem for problem in problems if problem.place.line == cells.number]
            table.layout.extend(problem for problem in problems if problem.place.line != cells.number)
            problems.clear()
            yield 0, cells._replace(faults=mine)
        _refuse_broken(problems)
        table.layout.extend(problems)

    return Tables([table], rows())


@contextmanager
def _on_disk(file: SourceFile, member: str, suffix: str, opened: Callable[[], IO[bytes]]) -> Iterator[Path]:
    """Yield the path of a workbook: one in an archive has to be unpacked, for its reader jumps in it."""
    if not member:
        yield file.path
        return
    with tempfile.NamedTemporaryFile(prefix="linkedproj-", suffix=suffix) as copy, opened() as data:
        while chunk := data.read(_CHUNK):
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)
