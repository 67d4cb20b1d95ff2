"""An Atom feed with one entry a release, newest first.

Source: RFC 4287. Entries of earlier releases stay as they were read: what was written here stays to the byte.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.changes.words import phrase
from linkedproj.model.errors import Place, SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_ATOM, _XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True)
class Entry:
    """One release: `page` is the address of its changes, `updated` an RFC 3339 time.

    `sentences` sum it up, by language; the first language is that of the title.
    """

    page: str
    updated: str
    version: str
    sentences: Mapping[str, Sequence[str]]

    def element(self) -> ET.Element:
        """Return the entry as XML, indented as it stands in a feed."""
        languages = list(self.sentences)
        title = phrase(languages[0], "feed_entry", version=self.version)
        content = _element("content", {"type": "xhtml"})
        page = ET.SubElement(content, "div", {"xmlns": _XHTML})
        for code in languages:
            part = ET.SubElement(page, "div", {_LANG: code, "lang": code})
            part.extend(_element("p", {}, sentence) for sentence in self.sentences[code])
        entry = _element("entry")
        entry.extend([
            _element("id", {}, self.page),
            _element("title", {_LANG: languages[0]}, title),
            _element("updated", {}, self.updated),
            _element("published", {}, self.updated),
            _link("alternate", "text/html", self.page),
            *(_link("related", "application/gzip", f"{self.page}{what}.nt.gz") for what in ("added", "removed")),
            _element("summary", {_LANG: languages[0]}, " ".join(self.sentences[languages[0]])),
            content,
        ])  # fmt: skip
        ET.indent(entry, level=1)
        return entry


class _NoDoctype(ET.TreeBuilder):
    """A builder that refuses a document type, the only place where entities can be declared."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse it.

        Raises:
            ValueError: always.
        """
        del pubid, system
        raise ValueError(f"a feed has no document type, and this one has {name}.")


def read_entries(path: Path) -> list[ET.Element]:
    """Return the entries of a feed that this program wrote, whoever edited it since; none without a file.

    Raises:
        SetupError: another program wrote it.
    """
    if not path.is_file():
        return []
    try:
        feed = ET.parse(path, ET.XMLParser(target=_NoDoctype())).getroot()  # noqa: S314 - no entity can be declared
    except (ET.ParseError, ValueError):
        feed = None
    if feed is not None and feed.tag == f"{{{_ATOM}}}feed":
        entries = [_plain(entry, _ATOM) for entry in feed.iterfind(f"{{{_ATOM}}}entry")]
        if all(_text_of(entry, "id") and _text_of(entry, "updated") for entry in entries):
            return entries
    raise SetupError(
        "this is no feed as this program writes it. Move it away to begin a new one.", Place(path.as_posix())
    )


def last_update(entries: Iterable[ET.Element], page: str) -> str:
    """Return the latest time of the entries that are not about this page, "" if there are none."""
    return max((_text_of(entry, "updated") for entry in entries if _text_of(entry, "id") != page), default="")


def render_feed(base: str, entry: Entry, before: Iterable[ET.Element], author: Mapping[str, str]) -> str:
    """Write the feed at `<base>feed.atom` with a new entry before those there are; one about the same page goes."""
    language = next(iter(entry.sentences))
    entries = [entry.element(), *(old for old in before if _text_of(old, "id") != entry.page)]
    entries.sort(key=lambda one: _text_of(one, "updated"), reverse=True)
    feed = ET.Element("feed", {"xmlns": _ATOM, _LANG: language})
    feed.extend([
        _element("id", {}, f"{base}feed.atom"),
        _element("title", {}, phrase(language, "feed", base=base)),
        _element("updated", {}, _text_of(entries[0], "updated")),
        _link("self", "application/atom+xml", f"{base}feed.atom"),
        _link("alternate", "text/html", _text_of(entries[0], "id")),
        _element("author"),
    ])  # fmt: skip
    feed[-1].append(_element("name", {}, author.get(language) or next(iter(author.values()), "") or base))
    ET.indent(feed)
    feed[-1].tail = "\n  "
    feed.extend(entries)
    for one in entries:
        one.tail = "\n  "
    entries[-1].tail = "\n"
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(feed, encoding="unicode", short_empty_elements=True)}\n'
    )


def _element(tag: str, attributes: Mapping[str, str] | None = None, text: str = "") -> ET.Element:
    made = ET.Element(tag, dict(attributes or {}))
    made.text = text or None
    return made


def _link(relation: str, media_type: str, address: str) -> ET.Element:
    return _element("link", {"rel": relation, "type": media_type, "href": address})


def _text_of(entry: ET.Element, tag: str) -> str:
    return (entry.findtext(tag) or "").strip()


def _plain(element: ET.Element, above: str) -> ET.Element:
    """Name elements as they are written, with `xmlns` where the namespace changes, and not by a prefix."""
    space, _, tag = element.tag.rpartition("}")
    space = space.removeprefix("{")
    made = ET.Element(tag, ({"xmlns": space} if space != above else {}) | element.attrib)
    made.text, made.tail = element.text, element.tail
    made.extend(_plain(child, space) for child in element)
    return made
