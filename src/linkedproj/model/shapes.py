"""The shapes file as a graph, and where each of its terms stands in the text."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import Place, SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
DCT = "http://purl.org/dc/terms/"
SKOS = "http://www.w3.org/2004/02/skos/core#"

Term = ox.NamedNode | ox.BlankNode | ox.Literal

# Source: Turtle 1.1, section 6.5, as far as needed to know what is a name and what is text or comment.
_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*)
      | (?P<text>\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<iri><[^<>\s]*>)
      | (?P<prefix>@?prefix\s+(?P<name>[^\s:]*):\s*<(?P<base>[^>]*)>\s*\.?)
      | (?P<tag>@[A-Za-z][A-Za-z0-9-]*)
      | (?P<curie>(?P<before>[^\W\d_][\w.-]*)?:(?P<after>(?:[\w:%~-]|\\.|\.(?=[\w:%~-]))*))
      | (?P<open>[\[(])
      | (?P<close>[\])])
      | (?P<end>\.(?!\d))
      | (?P<other>[^\s\[\]().;,<"'#]+|.)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One IRI as it stands in the text; `subject` is what its statement is about."""

    iri: str
    line: int
    column: int
    subject: str

    def place(self, shown: str) -> Place:
        """Say where this stands in the file shown under a name."""
        return Place(shown, self.line, self.column)


class Shapes:
    """A Turtle file of shapes: its triples by subject, and the place of its names.

    Raises:
        SetupError: the file is missing, or is no Turtle.
    """

    def __init__(self, path: Path, shown: str = "") -> None:
        self.shown = shown or f"{path.parent.name}/{path.name}"
        try:
            text = path.read_text(encoding="utf-8")
            quads = list(ox.parse(input=text, format=ox.RdfFormat.TURTLE))
        except OSError as error:
            raise SetupError("the file cannot be read. Put it back, or name another.", Place(self.shown)) from error
        except UnicodeDecodeError as error:
            raise SetupError("the file is not UTF-8. Save it as UTF-8.", Place(self.shown)) from error
        except SyntaxError as error:
            raise SetupError(_reason(error), Place(self.shown, error.lineno or 0, error.offset or 0)) from error
        self.prefixes: dict[str, str] = {}
        self.tokens = tuple(_tokens(text, self.prefixes))
        self._places: dict[str, list[Token]] = defaultdict(list)
        for token in self.tokens:
            self._places[token.subject].append(token)
        self._graph: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._parents: dict[Term, list[Term]] = defaultdict(list)
        for quad in quads:
            self._graph[quad.subject][quad.predicate.value].append(quad.object)
            self._parents[quad.object].append(quad.subject)

    def subjects(self, *predicates: str) -> list[Term]:
        """Give what has a value for any of the predicates (all subjects if none is named), in file order."""
        return [s for s, po in self._graph.items() if not predicates or any(p in po for p in predicates)]

    def predicates(self, subject: Term) -> list[str]:
        """Give the predicates of a subject."""
        return list(self._graph[subject]) if subject in self._graph else []

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        """Give the values of a predicate."""
        return self._graph[subject].get(predicate, []) if subject in self._graph else []

    def text(self, subject: Term, predicate: str) -> str:
        """Give the first value of a predicate as a string, or "" without one."""
        return next((value.value for value in self.objects(subject, predicate)), "")

    def texts(self, subject: Term, predicate: str) -> dict[str, str]:
        """Give the literals of a predicate by language; "" is the language of those without a tag."""
        literals = [v for v in self.objects(subject, predicate) if isinstance(v, ox.Literal)]
        return {literal.language or "": literal.value for literal in literals}

    def members(self, head: Term) -> list[Term]:
        """Give the members of an RDF list."""
        found, seen = [], set()
        while head in self._graph and head not in seen:
            seen.add(head)
            found += self.objects(head, RDF + "first")
            head = next(iter(self.objects(head, RDF + "rest")), head)
        return found

    def named(self, node: Term) -> str:
        """Give the IRI of a node, or that of the nearest node above it which has one."""
        pending, seen = [node], set()
        while pending:
            current = pending.pop(0)
            if isinstance(current, ox.NamedNode):
                return current.value
            if current not in seen:
                seen.add(current)
                pending += self._parents.get(current, [])
        return ""

    def short(self, iri: str) -> str:
        """Write an IRI as the file does, with its prefix."""
        fitting = [(base, name) for name, base in self.prefixes.items() if base and iri.startswith(base)]
        if not fitting:
            return iri
        base, name = max(fitting)
        return f"{name}:{iri[len(base) :]}"

    def place(self, subject: Term, iri: str = "") -> Place:
        """Say where `iri` stands in a statement about `subject`, or else where that statement begins."""
        own = self._places.get(self.named(subject), [])
        token = next((t for t in own if t.iri == iri), own[0] if own else None)
        return token.place(self.shown) if token else Place(self.shown)


def _reason(error: SyntaxError) -> str:
    """Leave out the place, which the parser repeats in its sentence."""
    return "this is not Turtle: " + re.sub(r"^Parser error.*?column \d+(?: and .*?column \d+)?: ", "", str(error.msg))


def _tokens(text: str, prefixes: dict[str, str]) -> Iterator[Token]:
    """Give each IRI of the text, prefixed names expanded, with what its statement is about; fill in the prefixes."""
    subject, depth, line, start = "", 0, 1, 0
    for match in _TOKEN.finditer(text):
        iri = _iri(match, prefixes)
        if iri:
            subject = subject or iri
            yield Token(iri, line, match.start() - start + 1, subject)
        elif match["prefix"]:
            prefixes[match["name"]] = match["base"]
        elif match["open"] or match["close"]:
            depth += 1 if match["open"] else -1
            subject = subject or "[]"
        elif match[0].startswith("_:"):
            subject = subject or match[0]
        elif match["end"] and depth == 0:
            subject = ""
        if breaks := match[0].count("\n"):
            line += breaks
            start = match.start() + match[0].rindex("\n") + 1


def _iri(match: re.Match[str], prefixes: dict[str, str]) -> str:
    if match["iri"]:
        return match["iri"][1:-1]
    if match["curie"] and (match["before"] or "") in prefixes:
        return prefixes[match["before"] or ""] + match["after"].replace("\\", "")
    return ""
