"""What leads where, for web servers: rules for Apache and nginx, and a page for each identifier where there are none.

Sources: RFC 9110, section 15.4.4 (303 See Other); Cool URIs for the Semantic Web, section 4.2; the manuals of
Apache 2.4 (mod_negotiation) and nginx.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linkedproj.model.folder import Folder
    from linkedproj.model.settings import Pages
    from linkedproj.pages.paths import Paths

_TYPES = (
    ("html", "text/html"), ("ttl", "text/turtle"), ("jsonld", "application/ld+json"),
    ("rdf", "application/rdf+xml"), ("nt", "application/n-triples"), ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"), ("srj", "application/sparql-results+json"),
    ("srx", "application/sparql-results+xml"), ("geojson", "application/geo+json"),
    ("rq", "application/sparql-query"),
)  # fmt: skip
"""Suffixes and media types, in the order in which they are chosen where a client does not care."""


def write_rules(folder: Folder, paths: Paths, write: Callable[[str, str], None]) -> None:
    """Write the rules for web servers."""
    prefix = urlsplit(folder.config.base).path or "/"
    languages = [*paths.languages]
    write(".htaccess", apache(prefix, languages))
    write("hosting/nginx.conf", nginx(prefix, languages))
    write("hosting/w3id.htaccess", w3id(folder.config.base))


def stub(
    iri: str, folder: Folder, paths: Paths, formats: Iterable[tuple[str, str]], write: Callable[[str, str], None]
) -> None:
    """Write the page at an identifier: it leads on by itself, and names what machines read (suffix and media type)."""
    base = folder.schema.base
    if not iri.startswith(base):
        return
    here = f"id/{iri[len(base) :]}/index.html"
    page = paths.page_of(iri)
    there, stem = paths.href(iri, paths.languages[0], here), paths.stem(page)
    if not there or any(part in {"", ".", ".."} for part in here.split("/")):
        return
    canonical = escape(folder.config.base + paths.file(stem, paths.languages[0]))
    up = "../" * here.count("/")
    data = "".join(
        f'<link rel="alternate" type="{media}" href="{escape(up + stem)}.{suffix}">' for suffix, media in formats
    )
    href = escape(there)
    write(
        here,
        f'<!doctype html><html lang="{paths.languages[0]}"><head><meta charset="utf-8"><title>{escape(iri)}</title>'
        f'<link rel="canonical" href="{canonical}">{data}<meta http-equiv="refresh" content="0; url={href}"></head>'
        f'<body><p><a href="{href}">{escape(iri)}</a></p></body></html>\n',
    )


def brand(pages: Pages) -> str:
    """Return the colours of a portfolio as a style sheet, which comes behind that of the program."""
    told = []
    for colours, around in ((pages.light, "{}"), (pages.dark, "@media (prefers-color-scheme: dark) {{ {} }}")):
        if colours:
            variables = " ".join(f"--{name}: {colour};" for name, colour in sorted(colours.items()))
            told.append(around.format(f":root {{ {variables} }}") + "\n")
    return "".join(told)


def apache(prefix: str, languages: Iterable[str]) -> str:
    """Return rules for Apache 2.4: what is asked for is chosen by type and language; identifiers answer 303."""
    first, *others = languages
    types = "".join(
        f'AddType "{media};qs={1 - 0.09 * number:.2f}" .{suffix}\n' for number, (suffix, media) in enumerate(_TYPES)
    )
    tags = "".join(f"AddLanguage {tag} .{tag}\n" for tag in others)
    return f"""# Apache 2.4, with AllowOverride All. Everything is chosen by what a client says it reads.
Options +MultiViews -Indexes
DirectoryIndex index.html
ErrorDocument 404 {prefix}404.html
{types}RemoveEncoding .gz
AddType application/gzip .gz
{tags}<FilesMatch "\\.html$">
  DefaultLanguage {first}
</FilesMatch>
LanguagePriority {" ".join([first, *others])}
ForceLanguagePriority Prefer Fallback
<FilesMatch "^void$">
  ForceType text/turtle
</FilesMatch>
<IfModule mod_rewrite.c>
  RewriteEngine On
  RewriteCond %{{REQUEST_URI}} ^{prefix}id/(.+?)/?$
  RewriteCond %{{DOCUMENT_ROOT}}{prefix}doc/%1.html -f
  RewriteRule ^id/ {prefix}doc/%1 [R=303,L,E=seeother:1]
</IfModule>
<IfModule mod_headers.c>
  Header always set Access-Control-Allow-Origin "*"
  Header always set X-Content-Type-Options nosniff
  Header always set Vary Accept env=seeother
  Header always set Vary Accept env=REDIRECT_seeother
  Header edit Content-Type ";\\s*qs=[0-9.]+" ""
</IfModule>
FileETag MTime Size
"""


def nginx(prefix: str, languages: Iterable[str]) -> str:
    """Return rules for nginx, which knows no weights (q): the first type that fits is taken."""
    _, *others = languages
    tags = "".join(f"  ~*^{tag}\\b {tag};\n" for tag in others)
    types = "".join(f"    {media} {suffix};\n" for suffix, media in _TYPES)
    return f"""# nginx: the maps belong into "http", the rest into "server"; root is the published folder.
map $http_accept $linkedproj_type {{
  default html;
  ~*^text/html html;
  ~*text/turtle ttl;
  ~*application/ld\\+json jsonld;
  ~*application/n-triples nt;
  ~*application/rdf\\+xml rdf;
}}
map $http_accept_language $linkedproj_language {{
  default "";
{tags}}}
map "$linkedproj_type:$linkedproj_language" $linkedproj_ending {{
  default .html;
  ~^html:(?<tag>.+)$ .$tag.html;
  ~^ttl: .ttl;
  ~^jsonld: .jsonld;
  ~^nt: .nt;
  ~^rdf: .rdf;
}}

types {{
    text/css css;
    text/javascript js;
    application/json json;
    image/svg+xml svg;
    application/gzip gz;
    application/wasm wasm;
    application/atom+xml atom;
    application/xml xml;
    text/plain txt;
{types}}}
charset utf-8;
charset_types text/html text/css text/javascript text/turtle text/csv text/plain;
add_header Access-Control-Allow-Origin * always;
add_header X-Content-Type-Options nosniff always;
error_page 404 {prefix}404.html;

location ~ ^{prefix}id/(?<record>.+?)/?$ {{
  if (-f $document_root{prefix}doc/$record.html) {{
    add_header Vary Accept always;
    return 303 {prefix}doc/$record;
  }}
  try_files {prefix}id/$record/index.html =404;
}}
location ~ ^{prefix}(?<page>(?:doc|query|list|tree)/.+[^/])$ {{
  add_header Vary "Accept, Accept-Language" always;
  add_header Access-Control-Allow-Origin * always;
  try_files $uri {prefix}$page$linkedproj_ending {prefix}$page.html =404;
}}
"""


def w3id(base: str) -> str:
    """Return the rules by which w3id.org leads from permanent identifiers to where they are published."""
    return f"""# For a folder of https://github.com/perma-id/w3id.org: permanent identifiers that lead to {base}
Options -MultiViews
RewriteEngine On
RewriteRule ^(.*)$ {base}$1 [R=303,L]
"""
