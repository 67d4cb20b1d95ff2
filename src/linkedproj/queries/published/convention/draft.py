"""A query on its way in: what is known of it, written as a file with our header."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkedproj.queries.lint.code import read_code
from linkedproj.queries.saved.tokens import prefixes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What JSON leaves as it is but YAML does not read inside quotes, or reads as the end of a line.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(slots=True)
class Draft:
    """What was read of a query; `whole` is the text of the file where that is known already.

    `texts` are titles and descriptions by key and language ({"title": {"en": …}}), `parameters` default values by
    name, `dropped` what has no place in our header, in words.
    """

    id: str
    body: str = ""
    whole: str = ""
    texts: dict[str, dict[str, str]] = field(default_factory=lambda: {"title": {}, "description": {}})
    tags: list[str] = field(default_factory=list)
    endpoint: str = ""
    federates: list[str] = field(default_factory=list)
    view: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Give the file."""
        header = "".join(f"#+ {line}\n" for line in self._header())
        return self.whole or header + self.body.lstrip("\r\n").rstrip() + "\n"

    def _header(self) -> Iterator[str]:
        titles, descriptions = self.texts["title"], self.texts["description"]
        description = descriptions.get("en", "")
        yield f"summary: {_quoted(titles.get('en') or _first_sentence(description) or self.id)}"
        yield f"description: {_quoted(description or titles.get('en') or self.id)}"
        if self.endpoint:
            yield f"endpoint: {_quoted(self.endpoint)}"
        yield f"tags: [{', '.join(map(_quoted, self.tags))}]"
        if self.parameters:
            yield "defaults:"
            yield from (f"  - {name}: {_quoted(value)}" for name, value in self.parameters.items())
        ours = list(self._ours())
        if ours:
            yield "linkedproj:"
            yield from (f"  {line}" for line in ours)

    def _ours(self) -> Iterator[str]:
        for key, texts in self.texts.items():
            others = {language: text for language, text in texts.items() if language != "en"}
            if others:
                yield f"{key}:"
                yield from (f"  {language}: {_quoted(text)}" for language, text in others.items())
        if self.parameters:
            yield "params:"
            yield from (f"  {name}: {{label: {{en: {_quoted(name)}}}}}" for name in self.parameters)
        if self.view:
            yield f"view: {self.view}"
        if self.federates:
            yield f"federates: [{', '.join(map(_quoted, self.federates))}]"


def kebab(name: str) -> str:
    """Make an id of a name.

    >>> kebab("28_Select all Reactions")
    'query-28-select-all-reactions'
    """
    words = "-".join(re.findall("[a-z0-9]+", name.lower())) or "query"
    return words if words[0].isalpha() else f"query-{words}"


def without_markup(text: str) -> str:
    """Leave out the tags of HTML, and join the lines."""
    return " ".join(_MARKUP.sub("", text).split())


def with_prefixes(body: str, known: Mapping[str, str]) -> tuple[str, list[str]]:
    """Declare the prefixes that a query uses and does not declare; give also those that are not known."""
    words = [word for word in read_code(body, "") if word.kind == "name" and ":" in word.text]
    missing = sorted({word.text.partition(":")[0] for word in words} - set(prefixes(body)))
    lines = [f"PREFIX {name}: <{known[name]}>\n" for name in missing if name in known]
    return "".join(lines) + body, [name for name in missing if name not in known]


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.?!])\s", text, maxsplit=1)[0].rstrip(".")


def _quoted(text: str) -> str:
    written = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04X}", written)
