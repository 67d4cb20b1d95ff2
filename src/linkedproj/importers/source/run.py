"""The import of a source: files to rows, rows to records, records to tables that a curator goes on with.

Each row ends in a record, in review.csv or in repairs.csv, and the counts of all three are those of the rows.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import Decisions
from linkedproj.importers.source.joining import Joiner
from linkedproj.importers.source.keeping import Keeper
from linkedproj.importers.source.kept import Kept
from linkedproj.importers.source.reading import source_files
from linkedproj.importers.source.rows import RowTaker
from linkedproj.importers.source.start import SETTINGS, settings_of
from linkedproj.importers.source.store import Store
from linkedproj.importers.source.words import because, worded
from linkedproj.model.errors import SetupError
from linkedproj.model.folder import open_folder
from linkedproj.model.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linkedproj.importers.source.rows import Counted
    from linkedproj.importers.source.spec import Importer
    from linkedproj.model.folder import Folder

    Tell = Callable[[str], None]


@dataclass
class Imported:
    """What an import did: rows by table of the source, records by table of the portfolio, what is left to decide."""

    importer: Importer
    folder: Path
    counted: dict[str, Counted] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)
    questions: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    pairs: Counter[str] = field(default_factory=Counter)
    is_new: bool = False
    remarks: list[str] = field(default_factory=list)

    @property
    def is_reconciled(self) -> bool:
        """Whether each row ended in exactly one of the three."""
        return all(each.rows == each.records + each.review + each.repairs for each in self.counted.values())


def import_source(  # noqa: PLR0913 - what is imported, into what, and who is told
    importer: Importer,
    paths: Iterable[Path],
    into: Path,
    day: str,
    tell: Tell = lambda _: None,
    *,
    language: str = LANGUAGES[0],
) -> Imported:
    """Import files into the portfolio in a folder, which is begun if there is none; `day` is when they were read.

    The reasons in review.csv are in `language`; the tables, and what answers are found by, are the same in each.

    Raises:
        SetupError: a file, the importer or the portfolio cannot be used; nothing was written.
    """
    files = source_files(paths)
    with tempfile.TemporaryDirectory(prefix="linkedproj-") as scratch, closing(Store(Path(scratch) / "s.db")) as store:
        is_new = not (into / SETTINGS).exists()
        if is_new:
            # Nothing is begun before all is known to go well.
            (Path(scratch) / SETTINGS).write_text(
                settings_of(importer, into, day, language=language), "utf-8", newline="\n"
            )
        folder = open_folder(Path(scratch) if is_new else into)
        decisions = Decisions(into, importer.name, language)
        keeper = Keeper(folder, into, importer, store, decisions, files, day)
        rows, joiner = RowTaker(importer, folder, store, decisions, keeper), Joiner(importer, store, decisions, keeper)
        tell("reading the rows")
        rows.read()
        tell("comparing the records")
        joiner.join()
        done = Imported(importer, into, rows.counted, pairs=joiner.pairs, is_new=is_new)
        if not done.is_reconciled:
            raise SetupError("the counts of rows do not add up; nothing of this import can be trusted.")
        tell("writing the tables")
        done.kept = keeper.write()
        decisions.write()
        done.remarks = [*rows.remarks, *joiner.remarks, *_lacking_languages(folder, done.kept, language)]
        questions = decisions.questions.values()
        done.questions = Counter(each.kind for each in questions if not each.answer)
        done.answered = sum(bool(each.answer) for each in questions)
        done.repairs = Counter(each.rule for each in decisions.repairs)
    return done


def _lacking_languages(folder: Folder, kept: Kept, language: str) -> list[str]:
    """Say which languages of the tables the settings do not name."""
    config = folder.config
    further = sorted(kept.languages - set(config.read_languages))
    if not further:
        return []
    listed = ", ".join(f'"{tag}"' for tag in (*config.further_languages, *further))
    return [worded(language, because("languages", listed=listed))]
