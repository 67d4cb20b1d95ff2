"""Concept schemes of other publishers, of which a portfolio keeps a copy: EuroVoc, the goals of the UN, NUTS.

[schemes] in portfolio.toml names the file of each: SKOS, in any format of RDF, or a table as it is published, with
a code and a name a row (`linkedproj.model.copies`). Nothing is fetched. A concept is named by its code behind the
prefix of its scheme ("sdg:11.3"), or by its IRI; what codes are called, and what stands above them, is in every dump
that uses them.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from linkedproj.model.codes import Code, schemes_of
from linkedproj.model.lists import CodeList, fold
from linkedproj.model.localised import texts_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MANY, _SHOWN = 20_000, 5
_LIKE, _NEARLY = 0.8, 0.6
_SHORTEST, _LONGEST = 3, 60


@dataclass(frozen=True)
class Scheme(CodeList):
    """A copy of a scheme; the cells of the tables name it by its `prefix`, and it has the IRI `iri`.

    `labels` are by language the names of its codes, `broader` gives the IRIs of what stands above a code, with blanks
    between them and perhaps in another scheme, `notations` further codes for one. `file` is the copy as people call it.
    """

    prefix: str = ""
    iri: str = ""
    file: str = ""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    broader: Mapping[str, str] = field(default_factory=dict)
    notations: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, text: str) -> str:
        """Return the code that a text is, or stands for by another notation, or ""; of a path, the last part counts."""
        for written in dict.fromkeys((text, text.rpartition("/")[2])):
            if written in self.codes:
                return written
            if written in self.notations:
                return self.notations[written]
        return ""

    def names(self, code: str) -> dict[str, str]:
        """Return what a code is called, by language."""
        return {language: texts[code] for language, texts in self.labels.items() if code in texts}

    def meant(self, text: str) -> str:
        """Return the codes that somebody means by a text which is none, or "": several where a name is that of several.

        The name of one thing only is told as well, never taken for its code: a region and its only province share one.
        """
        folded = fold(text)
        found = self._known.get(folded, ())
        if not found and _SHORTEST <= len(folded) <= _LONGEST:
            among = self._alike(folded)
            close = difflib.get_close_matches(folded, among, 1, _LIKE) or difflib.get_close_matches(
                folded, [each for each in among if self._known[each][0].lower() == each], 1, _NEARLY
            )
            found = self._known[close[0]] if close else ()
        return ", ".join(found[:_SHOWN])

    def _alike(self, folded: str) -> Sequence[str]:
        """Return what a text is compared with: among very many, what begins as it does."""
        if len(self._known) <= _MANY:
            return list(self._known)
        return [each for each in self._known if each[:2] == folded[:2]]

    @cached_property
    def _known(self) -> dict[str, tuple[str, ...]]:
        """Codes by their folded spellings: the code itself stands for nothing else."""
        found: dict[str, dict[str, None]] = {}
        for code in sorted(self.codes, key=lambda code: (len(code), code)):
            for text in self.names(code).values():
                found.setdefault(fold(text), {})[code] = None
        for text, code in self.notations.items():
            found.setdefault(fold(text), {})[code] = None
        known = {text: tuple(codes) for text, codes in found.items()}
        inherited = {text: (code,) for text, code in self.spellings.items()}
        return inherited | known | {fold(code): (code,) for code in self.codes}


class Named(NamedTuple):
    """What a text in a cell names: the scheme and the code, "" where it has no such code."""

    scheme: Scheme
    code: str
    text: str

    @property
    def iri(self) -> str:
        """The IRI of the concept."""
        return self.scheme.base + self.code


def named(text: str, schemes: Mapping[str, Scheme]) -> Named | None:
    """Return what an IRI or a prefixed code names, or nothing where it belongs to no scheme.

    >>> named("sdg:11.3", {"sdg": Scheme("sdg", "http://un.example/", codes=frozenset({"11.3"}))}).iri
    'http://un.example/11.3'
    """
    prefix, _, code = text.partition(":")
    if prefix in schemes:
        return Named(schemes[prefix], schemes[prefix].resolve(code), code)
    scheme = of_iri(text, schemes)
    if scheme is None:
        return None
    code = text[len(scheme.base) :]
    return Named(scheme, code if code in scheme.codes else "", code)


def of_iri(iri: str, schemes: Mapping[str, Scheme]) -> Scheme | None:
    """Return the scheme that an IRI belongs to, by what it begins with."""
    return next((each for each in schemes.values() if iri.startswith(each.base)), None)


def described(iris: Iterable[str], schemes: Mapping[str, Scheme], languages: Sequence[str]) -> list[Code]:
    """Return concepts with all that stand above them, in order, and behind them the schemes that they are of."""
    found: dict[str, Code] = {}
    pending, used = list(iris), set[str]()
    while pending:
        iri = pending.pop()
        scheme = of_iri(iri, schemes)
        code = iri[len(scheme.base) :] if scheme else ""
        if iri in found or scheme is None or code not in scheme.codes:
            continue
        above = tuple(sorted(each for each in scheme.broader.get(code, "").split() if _is_known(each, schemes)))
        # What has something above it in another scheme only is on the top of its own.
        top_of = () if any(each.startswith(scheme.base) for each in above) else (scheme.iri,)
        found[iri] = Code(iri, texts_for(scheme.names(code), languages), (scheme.iri,), above, top_of)
        used.add(scheme.prefix)
        pending += above
    concepts = [found[iri] for iri in sorted(found)]
    told = {schemes[prefix].iri: schemes[prefix] for prefix in sorted(used)}
    titles = {iri: texts_for(scheme.titles, languages) for iri, scheme in told.items()}
    return concepts + [replace(each, version=told[each.iri].version) for each in schemes_of(concepts, titles)]


def _is_known(iri: str, schemes: Mapping[str, Scheme]) -> bool:
    scheme = of_iri(iri, schemes)
    return scheme is not None and iri[len(scheme.base) :] in scheme.codes
