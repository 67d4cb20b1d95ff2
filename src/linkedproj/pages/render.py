"""Templates filled with plain values: by minijinja where it is installed, which takes a third of the time, or Jinja2.

Both read the same templates, in the syntax of Jinja2. A portfolio may bring a template of its own for each, and texts
in further languages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from babel.messages.pofile import read_po
from markupsafe import Markup

from linkedproj.model.errors import Place, SetupError
from linkedproj.model.languages import primary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FAST, PLAIN = "minijinja", "jinja2"
OWN = "pages"
"""The folder of a portfolio that holds its own templates and texts."""


@dataclass(frozen=True)
class Renderer:
    """Fills templates; those in the folder `own` of a portfolio win over the shipped ones."""

    own: Path | None = None
    engine: str = field(default_factory=lambda: FAST if find_spec(FAST) else PLAIN)

    def page(self, template: str, values: Mapping[str, Any]) -> str:
        """Fill a template.

        Raises:
            SetupError: it cannot be filled; the line is named.
        """
        try:
            return self._fill(template, values)
        except Exception as error:
            if not self._is_fault_of_template(error):
                raise
            detail = " ".join(str(error).split())
            raise SetupError(f"the template cannot be used: {detail}", Place(self._shown(template))) from error

    @cached_property
    def _fill(self) -> Callable[[str, Mapping[str, Any]], str]:
        if self.engine == FAST:
            import minijinja

            fast = minijinja.Environment(
                loader=self._text,
                undefined_behavior="strict",
                auto_escape_callback=lambda _: "html",
                trim_blocks=True,
                lstrip_blocks=True,
                filters=_FILTERS,
            )
            return lambda template, values: fast.render_template(template, **values)
        from jinja2 import Environment, FunctionLoader, StrictUndefined

        plain = Environment(
            loader=FunctionLoader(self._text),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        plain.filters.update(_FILTERS)
        return lambda template, values: plain.get_template(template).render(values)

    def _text(self, name: str) -> str:
        own = self.own / "templates" / name if self.own else None
        if own and own.is_file():
            return own.read_text("utf-8")
        return (files("linkedproj.pages") / "templates" / name).read_text("utf-8")

    def _shown(self, name: str) -> str:
        is_own = self.own and (self.own / "templates" / name).is_file()
        return f"{OWN}/templates/{name}" if is_own else name

    @staticmethod
    def _is_fault_of_template(error: Exception) -> bool:
        return type(error).__module__.partition(".")[0] in {FAST, PLAIN}


@dataclass(frozen=True)
class Texts:
    """The words of the pages in one language; what is not translated is English."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, text: str) -> str:
        """Return a text of the pages in this language."""
        return self.entries.get(text) or text

    @property
    def spoken(self) -> str:
        """The language that the words are in."""
        return self.language if self.entries or primary(self.language) == "en" else "en"


def noted(text: str) -> str:
    """Note that a text is one of those that are translated, where it is not yet said in which language."""
    return text


def texts_in(language: str, own: Path | None = None) -> Texts:
    """Read the words of the pages in a language: `texts/<tag>.po` of the program, and of a portfolio.

    Source of the format: GNU gettext.

    Raises:
        SetupError: a file is no catalogue of texts.
    """
    entries: dict[str, str] = {}
    shipped = files("linkedproj.pages") / "texts"
    for name in dict.fromkeys((primary(language), language)):
        for place in (shipped, *([own / "texts"] if own else [])):
            source = place / f"{name}.po"
            if source.is_file():
                entries |= _read(source.read_bytes(), f"{OWN}/texts/{name}.po")
    return Texts(language, entries)


def _read(data: bytes, shown: str) -> dict[str, str]:
    try:
        catalogue = read_po(data.splitlines(keepends=True))
    except (ValueError, UnicodeDecodeError) as error:
        raise SetupError(f"this is no catalogue of texts: {error}", Place(shown)) from error
    return {str(one.id): str(one.string) for one in catalogue if one.id and one.string and not one.fuzzy}


def _attributes(one: Mapping[str, Any]) -> Markup:
    """Write the language and direction of a text as attributes, where they are not those of the page."""
    lang, turned = one.get("lang"), one.get("dir")
    if not lang and not turned:
        return _NOTHING
    return _language(lang or "") + (Markup(' dir="{}"').format(turned) if turned else _NOTHING)


def _language(tag: str) -> Markup:
    """Write a language as an attribute; "" is that of the page."""
    return Markup(' lang="{}"').format(tag) if tag else _NOTHING


def _truncated(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


_SHOWN = 36
_NOTHING = Markup()
_FILTERS: dict[str, Callable[[Any], Any]] = {"attrs": _attributes, "language": _language, "truncated": _truncated}
