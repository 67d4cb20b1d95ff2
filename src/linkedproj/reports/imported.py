"""What an import did, in lines: what became of the rows, what is in the tables, and what is to be decided."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import FOLDER, REPAIRS, REVIEW
from linkedproj.model.phrases import number
from linkedproj.reports.words import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linkedproj.importers.source.kept import Kept
    from linkedproj.importers.source.run import Imported


def imported_lines(done: Imported, language: str) -> list[str]:
    """Word what became of the rows, what is in the tables, and what is to be decided.

    Kinds and rules are told by the codes that the files have, with what they mean behind them.
    """
    say = partial(phrase.told, language)
    lines = [say("import_rows")]
    for each in done.counted.values():
        counts = {"rows": each.rows, "records": each.records, "review": each.review, "repairs": each.repairs}
        told = say("import_counted", name=each.name, reviewed=REVIEW, repaired=REPAIRS, **counts)
        lines.append(f"  {told}")
    for each in done.counted.values():
        if each.unread:
            lines.append(f"  {say('import_unread', name=each.name, columns=', '.join(each.unread))}")
        if each.absent:
            lines.append(f"  {say('import_absent', name=each.name, columns=', '.join(each.absent))}")
    lines.append(say("import_records", counts=", ".join(_records(done.kept, language))))
    if told := ", ".join(_changes(done.kept, language)):
        lines.append(say("import_since", counts=told))
        lines += [f"  {line}" for line in done.kept.told]
    if done.pairs:
        lines.append(say("import_pairs", counts=_counted(done.pairs, "pairs", language)))
    home = done.folder / FOLDER
    lines.append(say("import_repaired", counts=_counted(done.repairs, "rules", language), file=home / REPAIRS))
    asked = _counted(done.questions, "kinds", language)
    lines.append(say("import_asked", counts=asked, answered=done.answered, file=home / REVIEW))
    return [*lines, *(say("import_note", remark=remark) for remark in done.remarks)]


def _records(kept: Kept, language: str) -> Iterator[str]:
    for table, count in sorted(kept.records.items()):
        counted, new = f"{number(language, count)} {table}", kept.new[table]
        yield counted if new == count else phrase.told(language, "import_new", counted=counted, new=new, n=new)


def _changes(kept: Kept, language: str) -> Iterator[str]:
    changes = {"changed": kept.changed, "by_hand": kept.by_hand, "ranked": kept.ranked, "gone": kept.gone,
               "removed": kept.removed}  # fmt: skip
    return (phrase.told(language, f"import_{what}", n=count) for what, count in changes.items() if count)


def _counted(counts: Mapping[str, int], table: str, language: str) -> str:
    """List codes with their counts; what a code means stands behind it, unless the code is the word for it."""
    means = phrase.entry(language, table)
    listed = []
    for code, count in sorted(counts.items()):
        word = means.get(code, code)
        listed.append(f"{number(language, count)} {code}" + (f" ({word})" if word != code else ""))
    return ", ".join(listed) or phrase(language, "import_nothing")
