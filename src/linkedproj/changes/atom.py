"""An Atom feed with one entry a release, newest first.

Source: RFC 4287. Entries of earlier releases are kept as they stand, to the byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape as escape_text
from xml.sax.saxutils import quoteattr

from linkedproj.changes.words import say
from linkedproj.model.errors import Place, SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_ENTRY = re.compile(r"  <entry>\n.*?\n  </entry>\n", re.DOTALL)
_ID = re.compile(r"<id>([^<]*)</id>")
_UPDATED = re.compile(r"<updated>([^<]*)</updated>")


@dataclass(frozen=True)
class Entry:
    """One release: `page` is the address of its changes, `updated` an RFC 3339 time, `told` sentences by language."""

    page: str
    updated: str
    version: str
    told: Mapping[str, Sequence[str]]

    def render(self) -> str:
        """Write the entry."""
        languages = list(self.told)
        title = say(languages[0], "feed_entry", version=self.version)
        paragraphs = "".join(
            f'        <div xml:lang="{code}" lang="{code}">{_paragraphs(self.told[code])}</div>\n' for code in languages
        )
        return (
            "  <entry>\n"
            f"    <id>{_text(self.page)}</id>\n"
            f'    <title xml:lang="{languages[0]}">{_text(title)}</title>\n'
            f"    <updated>{self.updated}</updated>\n"
            f"    <published>{self.updated}</published>\n"
            f'    <link rel="alternate" type="text/html" href={quoteattr(self.page)}/>\n'
            f"{_enclosure(self.page, 'added')}{_enclosure(self.page, 'removed')}"
            f'    <summary xml:lang="{languages[0]}">{_text(" ".join(self.told[languages[0]]))}</summary>\n'
            '    <content type="xhtml">\n      <div xmlns="http://www.w3.org/1999/xhtml">\n'
            f"{paragraphs}      </div>\n    </content>\n"
            "  </entry>\n"
        )


def read_entries(path: Path) -> list[str]:
    """Give the entries of a feed that this program wrote, as they stand.

    Raises:
        SetupError: another program wrote it.
    """
    if not path.is_file():
        return []
    text = path.read_text("utf-8", errors="replace")
    entries = _ENTRY.findall(text)
    if "<feed " not in text or text.count("<entry>") != len(entries) or not all(map(_ID.search, entries)):
        raise SetupError(
            "this is no feed as this program writes it. Move it away to begin a new one.", Place(path.as_posix())
        )
    return entries


def last_update(entries: Iterable[str], page: str) -> str:
    """Give the latest time of the entries that are not about this page, "" if there are none."""
    others = [entry for entry in entries if _part(_ID, entry) != _text(page)]
    return max((_part(_UPDATED, entry) for entry in others), default="")


def render_feed(base: str, entry: Entry, before: Iterable[str], author: Mapping[str, str]) -> str:
    """Write the feed at `<base>feed.atom` with a new entry before those there are; one about the same page goes."""
    language = next(iter(entry.told))
    address = f"{base}feed.atom"
    entries = [entry.render(), *(old for old in before if _part(_ID, old) != _text(entry.page))]
    entries.sort(key=lambda text: _part(_UPDATED, text), reverse=True)
    name = author.get(language) or next(iter(author.values()), "") or base
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n'
        f"  <id>{_text(address)}</id>\n"
        f"  <title>{_text(say(language, 'feed', base=base))}</title>\n"
        f"  <updated>{_part(_UPDATED, entries[0])}</updated>\n"
        f'  <link rel="self" type="application/atom+xml" href={quoteattr(address)}/>\n'
        f'  <link rel="alternate" type="text/html" href={quoteattr(_part(_ID, entries[0], raw=True))}/>\n'
        f"  <author><name>{_text(name)}</name></author>\n"
        f"{''.join(entries)}</feed>\n"
    )


def _paragraphs(sentences: Iterable[str]) -> str:
    return "".join(f"<p>{_text(sentence)}</p>" for sentence in sentences)


def _enclosure(page: str, what: str) -> str:
    return f'    <link rel="related" type="application/gzip" href={quoteattr(f"{page}{what}.nt.gz")}/>\n'


def _part(pattern: re.Pattern[str], entry: str, *, raw: bool = False) -> str:
    match = pattern.search(entry)
    text = match[1] if match else ""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if raw else text


def _text(text: str) -> str:
    return escape_text(text)
