"""sitemap.xml and robots.txt. Sources: sitemaps.org protocol 0.9, RFC 9309."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(base: str, paths: Iterable[str], modified: str) -> str:
    """List the addresses of what was published, each once, with the date of the last change if it is known."""
    day = f"<lastmod>{modified}</lastmod>" if modified else ""
    lines = [f"  <url><loc>{escape(base + path)}</loc>{day}</url>\n" for path in sorted({"", *paths})]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_SPACE}">\n{"".join(lines)}</urlset>\n'


def robots(base: str) -> str:
    """Let everybody in: a harvester that is kept out drops the data set."""
    return f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n"
