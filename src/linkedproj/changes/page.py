"""The page about one release: what was added, removed and changed, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from linkedproj.changes.notes import WHATS
from linkedproj.changes.story import leading_on
from linkedproj.changes.tally import first_stories, tally
from linkedproj.changes.words import Speaker, column, count, kind_name, number, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linkedproj.changes.compare import Changes
    from linkedproj.changes.story import Change
    from linkedproj.changes.tally import Tally


@dataclass(frozen=True)
class Publication:
    """Where the page stands: versions, day of issue, and the names of the same page in other languages."""

    version: str = ""
    previous: str = ""
    issued: str = ""
    pages: tuple[tuple[str, str], ...] = ()


def write_page(
    changes: Changes,
    language: str,
    limit: int,
    out: TextIO,
    publication: Publication | None = None,
) -> None:
    """Write the page; links to files and other languages are there when it is published."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("linkedproj.changes"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    counted, publication = tally(changes), publication or Publication()
    out.writelines(
        environment.get_template("changes.html").generate(
            language=language,
            title=title(language, publication),
            publication=publication,
            first=changes.old is None,
            counted=counted,
            whats=counted.whats,
            sections=_sections(changes, counted, language, limit),
            rows=_rows(counted, language),
            triples={what: number(language, changes.triples[what]) for what in ("added", "removed")},
            phrase=phrase,
        )
    )
    out.write("\n")


def title(language: str, publication: Publication) -> str:
    """Return the title of the page."""
    if not publication.version:
        return phrase(language, "title_plain")
    name = "title_since" if publication.previous else "title"
    return phrase(language, name, version=publication.version, previous=publication.previous)


def _rows(counted: Tally, language: str) -> Sequence[tuple[str, list[str]]]:
    kinds = [kind for kind in counted.types if any(counted.counts.get((kind, what)) for what in WHATS)]
    return [
        (kind_name(language, kind), [number(language, counted.counts.get((kind, what), 0)) for what in counted.whats])
        for kind in kinds
    ]


def _sections(changes: Changes, counted: Tally, language: str, limit: int) -> Iterator[dict[str, Any]]:
    speaker = Speaker(changes, language)
    for what in WHATS:
        for kind, n in counted.by_type(what):
            shown = min(n, limit) if limit else n
            yield {
                "id": f"{what}-{kind.lower() or 'other'}",
                "heading": count(language, kind, what, n),
                "left": number(language, n - shown) if n > shown else "",
                "records": (
                    {
                        "name": speaker.record(story.iri),
                        "short": leading_on(story, changes) or changes.short(story.iri),
                        "changes": [_change(change, speaker) for change in story.changes],
                    }
                    for story in first_stories(changes, what, kind, limit)
                ),
            }


def _change(change: Change, speaker: Speaker) -> dict[str, Any]:
    old, new = speaker.values(change.old, change.new)
    return {
        "column": column(speaker.language, change.column),
        "tag": change.column.partition("@")[2],
        "old": old,
        "new": new,
        "sources": [speaker.record(source) for source in change.sources],
    }
