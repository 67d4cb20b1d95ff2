"""What an import did, in lines: what became of the rows, what is in the tables, and what is to be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linkedproj.importers.source.decisions import FOLDER, REPAIRS, REVIEW

if TYPE_CHECKING:
    from linkedproj.importers.source.run import Imported


def imported_lines(done: Imported) -> list[str]:
    """Word what became of the rows, what is in the tables, and what is to be decided."""
    lines = ["rows", *(
        f"  {each.name}: {each.rows:,} = {each.records:,} in records"
        f" + {each.review:,} in {REVIEW} + {each.repairs:,} in {REPAIRS}"
        for each in done.counted.values()
    )]  # fmt: skip
    for each in done.counted.values():
        if each.unread:
            lines.append(f"  columns of {each.name} that are not read: {', '.join(each.unread)}")
        if each.absent:
            lines.append(f"  columns that {each.name} does not have: {', '.join(each.absent)}")
    kept = done.kept
    counts = (
        f"{number:,} {table}" + (f" ({kept.new[table]:,} new)" if kept.new[table] != number else "")
        for table, number in sorted(kept.records.items())
    )
    lines.append("records: " + ", ".join(counts))
    changes = [
        (kept.changed, "values changed in the source"), (kept.by_hand, "edits by hand kept"),
        (kept.ranked, "values beside those of another source"), (kept.gone, "records that the source has no more"),
        (kept.removed, "records taken out"),
    ]  # fmt: skip
    if told := [f"{number:,} {what}" for number, what in changes if number]:
        lines.append("since the last import: " + ", ".join(told))
        lines += [f"  {line}" for line in kept.told]
    if done.pairs:
        lines.append("pairs that may be one: " + ", ".join(f"{n:,} {kind}" for kind, n in sorted(done.pairs.items())))
    repaired = ", ".join(f"{n:,} {rule}" for rule, n in sorted(done.repairs.items()))
    lines.append(f"repaired: {repaired or 'nothing'} ({done.folder / FOLDER / REPAIRS})")
    asked = ", ".join(f"{n:,} {kind}" for kind, n in sorted(done.questions.items()))
    lines.append(f"to decide: {asked or 'nothing'}; answered: {done.answered:,} ({done.folder / FOLDER / REVIEW})")
    lines += [f"note: {remark}" for remark in done.remarks]
    return lines
