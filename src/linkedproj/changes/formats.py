"""A comparison as text for people, as JSON for programs, as a page; all written as they are read, record by record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

import pyoxigraph as ox

from linkedproj.changes.notes import WHATS
from linkedproj.changes.story import leading_on
from linkedproj.changes.tally import first_stories, tally
from linkedproj.changes.words import Speaker, column, count, number, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linkedproj.changes.compare import Changes
    from linkedproj.changes.notes import What
    from linkedproj.changes.story import Change, Story
    from linkedproj.changes.tally import Tally

LIMIT = 200
"""So many records of each type and kind of change are told one by one, unless asked otherwise."""


def headlines(changes: Changes, counted: Tally, language: str, limit: int) -> Iterator[str]:
    """Yield a line for each type of which records came or went, with their names and those that stand for them now."""
    speaker = Speaker(changes, language)
    for what in WHATS:
        for kind, n in counted.by_type(what) if what != "changed" else ():
            yield _headline(changes, (what, kind, n), speaker, limit)


def _headline(changes: Changes, counted: tuple[What, str, int], speaker: Speaker, limit: int) -> str:
    (what, kind, n), language = counted, speaker.language
    names = [
        speaker.record(story.iri) + leading_on(story, changes, " ({})")
        for story in first_stories(changes, what, kind, limit)
    ]
    if len(names) < n:
        names.append(phrase(language, "more", n=number(language, n - len(names))))
    return phrase(language, "list", count=count(language, kind, what, n), names="; ".join(names))


def sentence(change: Change, speaker: Speaker) -> str:
    """Word what changed in a column: "end date: 2020-02 → 2020-10, source …"."""
    language = speaker.language
    old, new = speaker.values(change.old, change.new)
    if len(old) == len(new) == 1:
        text = phrase(language, "turned", old=old[0], new=new[0])
    else:
        parts = [phrase(language, name, values=", ".join(v)) for name, v in (("came", new), ("went", old)) if v]
        text = "; ".join(parts)
    if change.sources:
        names = [speaker.record(source) for source in change.sources]
        text += ", " + phrase(language, "source", n=len(names), names="; ".join(names))
    return f"{column(language, change.column)}: {text}"


def write_text(changes: Changes, language: str, limit: int, out: TextIO) -> None:
    """Write what a terminal shows."""
    counted, speaker = tally(changes), Speaker(changes, language)
    for what in WHATS:
        for kind, n in counted.by_type(what) if what != "changed" else ():
            out.write(f"{_headline(changes, (what, kind, n), speaker, limit)}\n")
            for story in first_stories(changes, what, kind, limit):
                _write_changes(story, changes, speaker, out)
    for kind, n in counted.by_type("changed"):
        out.write(f"{count(language, kind, 'changed', n)}\n")
        for story in first_stories(changes, "changed", kind, limit):
            _write_changes(story, changes, speaker, out)
        if limit and n > limit:
            out.write(f"  {phrase(language, 'more', n=number(language, n - limit))}\n")
    if not counted:
        out.write(phrase(language, "nothing") + "\n")
    numbers = {what: number(language, changes.triples[what]) for what in ("added", "removed")}
    out.write(phrase(language, "triples", **numbers) + "\n")


def _write_changes(story: Story, changes: Changes, speaker: Speaker, out: TextIO) -> None:
    """Write the columns of a record that changed, below its name; nothing of one without any."""
    if story.changes:
        short = changes.short(next(iter(story.successors), story.iri))
        out.write(f"  {speaker.record(story.iri)} ({short})\n")
        out.writelines(f"    {sentence(change, speaker)}\n" for change in story.changes)


def write_json(changes: Changes, language: str, limit: int, out: TextIO) -> None:
    """Write one JSON object with every record; values are as a table would hold them."""
    counted, speaker = tally(changes), Speaker(changes, language)
    counts = {what: dict(counted.by_type(what)) for what in counted.whats}
    head = {"triples": {what: changes.triples[what] for what in ("added", "removed")}, "counts": counts}
    out.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "records": [')
    between = "\n  "
    for what in counted.whats:
        for kind, _ in counted.by_type(what):
            for story in first_stories(changes, what, kind, limit):
                out.write(between + json.dumps(_entry(story, changes, speaker), ensure_ascii=False))
                between = ",\n  "
    out.write("\n ]\n}\n")


def _entry(story: Story, changes: Changes, speaker: Speaker) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "record": changes.short(story.iri),
        "iri": story.iri,
        "what": story.what,
        "label": speaker.record(story.iri),
    }
    if story.successors:
        entry["successors"] = [changes.short(iri) for iri in story.successors]
    if story.changes:
        entry["changes"] = [
            {
                "column": change.column,
                "old": [_cell(value, changes) for value in change.old],
                "new": [_cell(value, changes) for value in change.new],
                "sources": [changes.short(source) for source in change.sources],
                "said": sentence(change, speaker),
            }
            for change in story.changes
        ]
    return entry


def _cell(value: ox.NamedNode | ox.Literal, changes: Changes) -> str:
    return changes.short(value.value) if isinstance(value, ox.NamedNode) else value.value


def write_html(changes: Changes, language: str, limit: int, out: TextIO) -> None:
    """Write a page without scripts."""
    from linkedproj.changes.page import write_page

    write_page(changes, language, limit, out)
