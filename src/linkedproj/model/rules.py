"""The catalogue of rules: what can be wrong, how bad it is, and how it is said in each language.

Rules about files and cells are in rules.toml, rules about values and records are the shapes themselves. A code is
stable and never used again for another rule.
"""

from __future__ import annotations

import enum
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from linkedproj.model.errors import Place
from linkedproj.model.lexical import UNSEEN
from linkedproj.model.shapes import DCT, RDFS, SH, SKOS, read_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from linkedproj.model.errors import Problem
    from linkedproj.model.shapes import Shapes, Term

UNCODED = "LP-SHACL"

_SLOT = re.compile(r"\{([a-z_]+)\}")
# What cannot be seen could hide or forge a line of a report.
_UNSEEN = re.compile(f"[{UNSEEN}]")
_LONGEST = 120


class Severity(enum.StrEnum):
    """How bad it is: only a violation stops publication. Source: SHACL, section 2.1.4."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Wording:
    """A problem in one language: what is wrong, and what to do."""

    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; texts are by language, `find_place` tells where it is written down.

    Texts of shapes are printed as they are, those of the catalogue have slots such as {cell}. `cases` has other
    texts for "message" and "fix", by what a problem has as its values `reason` and `remedy`.
    """

    code: str
    severity: Severity
    message: Mapping[str, str]
    fix: Mapping[str, str]
    why: Mapping[str, str]
    hint: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    wrong: str = ""
    right: str = ""
    find_place: Callable[[], Place] = field(default=lambda: Place(""), compare=False)
    shape: str = ""

    @property
    def place(self) -> Place:
        """Where it is written down; a file is searched for its places when the first is asked for."""
        return self.find_place()


_SEVERITIES = frozenset(Severity)


@dataclass(frozen=True)
class Rules:
    """All rules by code."""

    by_code: Mapping[str, Rule]

    def severity(self, problem: Problem) -> Severity:
        """Say how bad a problem is: as its value `severity` says, else as its rule does."""
        stated = problem.values.get("severity", "")
        if stated and stated in _SEVERITIES:
            return Severity(stated)
        rule = self.by_code.get(problem.rule)
        return rule.severity if rule else Severity.VIOLATION

    def wording(self, problem: Problem, language: str) -> Wording:
        """Say a problem in a language, or in English where the rule has no text in it.

        A code that is not in the catalogue is told with the problem's value `detail`, if it has one.
        """
        rule = self.by_code.get(problem.rule)
        slots = _slots(problem, language)
        if rule is None:
            return Wording(slots.get("detail", problem.rule), "")
        message, fix = (
            text_in(rule.cases.get(part, {}).get(problem.values.get(value, ""), texts), language)
            for part, value, texts in (("message", "reason", rule.message), ("fix", "remedy", rule.fix))
        )
        if rule.shape:
            return Wording(message or slots.get("detail", problem.rule), fix)
        if "nearest" in slots:
            fix = f"{fix} {text_in(rule.hint, language)}".strip()
        return Wording(_fill(message, slots), _fill(fix, slots))


def load_rules(shapes: Path, shown: str = "", ontology: Path | None = None) -> Rules:
    """Read the catalogue, and the rules of a shapes file and of the portal profiles of an ontology.

    `shown` is the name of the shapes file to people; `ontology` is its folder, if the file does not lie there.

    Raises:
        SetupError: a shapes file is missing or is no Turtle.
    """
    found, folder = dict(catalogue()), shown.rpartition("/")[0] or shapes.parent.name
    profiles = sorted((ontology or shapes.parent).glob("profiles/*/shapes.ttl"))
    files = {shapes: shown} | {path: f"{folder}/profiles/{path.parent.name}/shapes.ttl" for path in profiles}
    for path, name in files.items():
        for rule in _shape_rules(read_shapes(path, name)):
            if rule.code not in catalogue():  # what a portfolio requires is worded there, whatever the column
                found[rule.code] = rule
    return Rules({code: found[code] for code in sorted(found)})


def text_in(texts: Mapping[str, str], language: str) -> str:
    """Give the text in a language, else in English, else in whatever there is."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def visible(text: str, longest: int = _LONGEST) -> str:
    r"""Spell out what cannot be seen, and cut what is too long for one line.

    >>> print(visible("a\tb"))
    a\u0009b
    """
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04X}", cut)


@cache
def catalogue() -> Mapping[str, Rule]:
    """Give the rules that are not shapes, by code."""
    lines = (files("linkedproj.model") / "rules.toml").read_text(encoding="utf-8")
    entries: dict[str, Any] = tomllib.loads(lines)
    shared: dict[str, str] = entries.pop("hint")
    at = {line[1:-1]: number for number, line in enumerate(lines.splitlines(), 1) if line.startswith("[LP-")}
    return MappingProxyType(
        {
            code: Rule(
                code=code,
                severity=Severity(entry.pop("severity")),
                hint=entry.pop("hint", shared),
                find_place=partial(Place, "linkedproj/model/rules.toml", at[code]),
                **entry,
            )
            for code, entry in entries.items()
        }
    )


def _shape_rules(shapes: Shapes) -> list[Rule]:
    return [_shape_rule(shapes, shape) for shape in shapes.subjects(DCT + "identifier")]


def _shape_rule(shapes: Shapes, shape: Term) -> Rule:
    parts = {tag: text.partition("\n") for tag, text in shapes.texts(shape, SH + "message").items()}
    stated = shapes.text(shape, SH + "severity").rpartition("#")[2].lower()
    return Rule(
        code=shapes.text(shape, DCT + "identifier"),
        severity=Severity(stated) if stated in set(Severity) else Severity.VIOLATION,
        message={tag or "en": first.strip() for tag, (first, _, _) in parts.items()},
        fix={tag or "en": " ".join(rest.split()) for tag, (_, _, rest) in parts.items()},
        why={tag or "en": text for tag, text in shapes.texts(shape, RDFS + "comment").items()},
        right="; ".join(value.value for value in shapes.objects(shape, SKOS + "example")),
        find_place=partial(shapes.place, shape),
        shape=shapes.named(shape),
    )


def _slots(problem: Problem, language: str) -> dict[str, str]:
    values = problem.values
    slots = {
        "file": problem.place.file,
        "line": str(problem.place.line),
        "record": problem.record,
        "table": problem.record.partition("/")[0],
        "column": problem.column,
        "first": str(problem.also[0]) if problem.also else "",
        **values,
        "cell": values.get("value") or values.get("item") or problem.cell,
        "detail": " ".join((values.get(f"detail@{language}") or values.get("detail", "")).split()),
    }
    longest = {"cell": _LONGEST, "nearest": _LONGEST}
    return {name: visible(text, longest.get(name, _LONGEST * 5)) for name, text in slots.items() if text}


def _fill(text: str, slots: Mapping[str, str]) -> str:
    """Fill the slots; one that is not known becomes "…" rather than an error in the midst of a report."""
    return _SLOT.sub(lambda match: slots.get(match[1], "" if match[1] == "cell" else "…"), text)
