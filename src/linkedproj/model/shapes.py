"""A Turtle file as a graph, and where each of its terms stands in the text: the shapes, and what is read like them.

`read_shapes` reads a file once, as long as nobody changes it; every room works on the same `Shapes`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.errors import Place, SetupError
from linkedproj.model.nesting import is_deep_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SH = "http://www.w3.org/ns/shacl#"
DCT = "http://purl.org/dc/terms/"
SKOS = "http://www.w3.org/2004/02/skos/core#"

Term = ox.NamedNode | ox.BlankNode | ox.Literal

NESTING = ("node", "or", "xone", "and", "not", "qualifiedValueShape")
"""Terms of SHACL whose values are shapes that a value must, or must not, conform to."""

MADE_UP = "urn:linkedproj:shape:"
"""What the IRIs of shapes begin with that have none in their file."""

SECTION = "#@ "
"""What a line begins with below which the text of another file stands; the name of that file follows."""

_FILES = 64
_SIGNS = {"inversePath": "^{}", "zeroOrMorePath": "{}*", "oneOrMorePath": "{}+", "zeroOrOnePath": "{}?"}
_CLASSES = {ox.NamedNode(RDFS + "Class"), ox.NamedNode("http://www.w3.org/2002/07/owl#Class")}
_SHAPES = {ox.NamedNode(SH + "NodeShape"), ox.NamedNode(SH + "PropertyShape")}
_SINGLE = {SH + name for name in ("property", "node", "not", "qualifiedValueShape")}
_LISTS = {SH + name for name in ("and", "or", "xone")}

# Source: Turtle 1.1, section 6.5, as far as needed to know what is a name and what is text or comment.
_TEXT = r"""\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+'"""
_DECLARED = r"(?P<prefix>@?(?i:prefix)\s+(?P<name>[^\s:]*):\s*<(?P<base>[^>]*)>\s*\.?)"
_PREFIX = re.compile(rf"{_TEXT}|<[^<>\s]*>|\#[^\n]*|(?<![\w.:-]){_DECLARED}", re.DOTALL)
_TOKEN = re.compile(
    rf"""(?P<skip>\s+|\#[^\n]*)
      | (?P<text>{_TEXT})
      | (?P<iri><[^<>\s]*>)
      | {_DECLARED}
      | (?P<tag>@[A-Za-z][A-Za-z0-9-]*)
      | (?P<curie>(?P<before>[^\W\d_][\w.-]*+)?:(?P<after>(?:[\w:%~-]++|\\.|\.(?=[\w:%~-]))*+))
      | (?P<open>[\[(])
      | (?P<close>[\])])
      | (?P<end>\.(?!\d))
      | (?P<other>[^\s\[\]().;,<"'#]+|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One IRI as it stands in the text; `subject` is what its statement is about."""

    iri: str
    line: int
    column: int
    subject: str


class Shapes:
    """A graph by subject; with its text, the place of its names. `shown` is what the file is called to people."""

    def __init__(self, triples: Iterable[ox.Triple], text: str = "", shown: str = "") -> None:
        self.triples, self.text_of_file, self.shown = tuple(triples), text, shown

    # ------------------------------------------------------------ the graph

    @cached_property
    def _graph(self) -> dict[Term, dict[str, list[Term]]]:
        found: dict[Term, dict[str, list[Term]]] = {}
        for subject, predicate, value in self.triples:
            found.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
        return found

    @cached_property
    def _parents(self) -> dict[Term, list[Term]]:
        found: dict[Term, list[Term]] = {}
        for subject, _, value in self.triples:
            found.setdefault(value, []).append(subject)
        return found

    def subjects(self, *predicates: str) -> list[Term]:
        """Return what has a value for any of the predicates (all subjects if none is named), in file order."""
        return [s for s, po in self._graph.items() if not predicates or any(p in po for p in predicates)]

    def predicates(self, subject: Term) -> list[str]:
        """Return the predicates of a subject."""
        return list(self._graph[subject]) if subject in self._graph else []

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        """Return the values of a predicate."""
        return self._graph[subject].get(predicate, []) if subject in self._graph else []

    def text(self, subject: Term, predicate: str) -> str:
        """Return the first value of a predicate as a string, or "" without one."""
        return next((value.value for value in self.objects(subject, predicate)), "")

    def texts(self, subject: Term, predicate: str) -> dict[str, str]:
        """Return the literals of a predicate by language; "" is the language of those without a tag."""
        literals = [v for v in self.objects(subject, predicate) if isinstance(v, ox.Literal)]
        return {literal.language or "": literal.value for literal in literals}

    def members(self, head: Term) -> list[Term]:
        """Return the members of an RDF list."""
        found, seen = [], set()
        while head in self._graph and head not in seen:
            seen.add(head)
            found += self.objects(head, RDF + "first")
            head = next(iter(self.objects(head, RDF + "rest")), head)
        return found

    def parents(self, node: Term) -> list[Term]:
        """Return what refers to a node."""
        return self._parents.get(node, [])

    def named(self, node: Term) -> str:
        """Return the IRI of a node as its file has it, or that of the nearest node above it which has one."""
        known = self._named.get(node)
        if known is None:
            known = self._named[node] = self._nearest(node)
        return known

    @cached_property
    def _named(self) -> dict[Term, str]:
        return {}

    def _nearest(self, node: Term) -> str:
        pending, seen = [node], set()
        while pending:
            current = pending.pop(0)
            if isinstance(current, ox.NamedNode) and not current.value.startswith(MADE_UP):
                return current.value
            # The cells of a long list lie below each other: it is known of the one above.
            if current != node and self._named.get(current):
                return self._named[current]
            if current not in seen:
                seen.add(current)
                pending += self.parents(current)
        return ""

    # ------------------------------------------------------------ shapes

    def shacl(self, node: Term, name: str) -> list[Term]:
        """Return the values of a term of SHACL."""
        return self.objects(node, SH + name)

    def implicit(self) -> list[Term]:
        """Return the shapes that are classes, and therefore their own targets (SHACL, section 2.1.3.3)."""
        kinds = {subject: set(self.objects(subject, RDF + "type")) for subject in self._graph}
        return [s for s, k in kinds.items() if k & _CLASSES and k & _SHAPES and isinstance(s, ox.NamedNode)]

    def inner(self, node: Term, names: Iterable[str] = NESTING) -> list[Term]:
        """Return the shapes that a value must (or must not) conform to, lists spread out."""
        values = [value for name in names for value in self.shacl(node, name)]
        return [inner for value in values for inner in (self.members(value) or [value])]

    def path(self, node: Term) -> str:
        """Spell a path: a property as its IRI, anything longer as in SPARQL 1.1, section 9.1."""
        if isinstance(node, ox.NamedNode):
            return node.value
        if self.objects(node, RDF + "first"):
            return "/".join(self._step(part) for part in self.members(node))
        for alternatives in self.shacl(node, "alternativePath"):
            return "|".join(self._step(part) for part in self.members(alternatives))
        parts = ((sign, part) for name, sign in _SIGNS.items() for part in self.shacl(node, name))
        return next((sign.format(self._step(part)) for sign, part in parts), "")

    def _step(self, node: Term) -> str:
        return f"<{node.value}>" if isinstance(node, ox.NamedNode) else f"({self.path(node)})"

    @cached_property
    def all_named(self) -> Shapes:
        """The same shapes as engines get them: each has an IRI, so that what is reported can be looked up again.

        A blank node's label means nothing outside the parser that made it; each engine would name a nameless shape
        anew.
        """
        names: dict[Term, ox.NamedNode] = {}
        for node in self._blank_shapes():
            names.setdefault(node, ox.NamedNode(f"{MADE_UP}{len(names) + 1}"))
        renamed = (
            ox.Triple(names.get(t.subject, t.subject), t.predicate, names.get(t.object, t.object))  # type: ignore[arg-type]  # no RDF-star
            for t in self.triples
        )
        return Shapes(renamed, self.text_of_file, self.shown)

    def _blank_shapes(self) -> Iterator[Term]:
        """Find the nodes that can only be shapes (SHACL, section 2); a blank path or list stays blank."""
        for triple in self.triples:
            name = triple.predicate.value
            found: list[Term] = []
            if name in _SINGLE:
                found = [triple.object]  # type: ignore[list-item]  # no RDF-star
            elif name in _LISTS:
                found = self.members(triple.object)  # type: ignore[arg-type]  # no RDF-star
            elif name == SH + "path" or name.startswith(SH + "target"):
                found = [triple.subject]  # type: ignore[list-item]  # no RDF-star
            yield from (node for node in found if isinstance(node, ox.BlankNode))

    # ------------------------------------------------------------ the text

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The IRIs of the text, in its order."""
        return tuple(_tokens(self.text_of_file))

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the text."""
        found = _PREFIX.finditer(self.text_of_file)
        return {match["name"]: match["base"] for match in found if match["prefix"]}

    @cached_property
    def _places(self) -> dict[str, list[Token]]:
        places: dict[str, list[Token]] = defaultdict(list)
        for token in self.tokens:
            places[token.subject].append(token)
        return places

    def short(self, iri: str) -> str:
        """Write an IRI as the file does, with its prefix."""
        fitting = [(base, name) for name, base in self.prefixes.items() if base and iri.startswith(base)]
        if not fitting:
            return iri
        base, name = max(fitting)
        return f"{name}:{iri[len(base) :]}"

    def place(self, subject: Term, iri: str = "") -> Place:
        """Return where `iri` stands in a statement about `subject`, or else where that statement begins."""
        tokens = self._places.get(self.named(subject), [])
        token = next((t for t in tokens if t.iri == iri), tokens[0] if tokens else None)
        return self.place_of(token) if token else Place(self.shown)

    def place_of(self, token: Token) -> Place:
        """Return where a name stands, in the file that it was written in."""
        above = ((line, file) for line, file in reversed(self._sections) if line < token.line)
        start, file = next(above, (0, self.shown))
        return Place(file, token.line - start, token.column)

    @cached_property
    def _sections(self) -> list[tuple[int, str]]:
        """The lines below which the texts of other files stand, and how those are called."""
        lines = enumerate(self.text_of_file.split("\n"), 1)
        return [(number, line.removeprefix(SECTION)) for number, line in lines if line.startswith(SECTION)]


def without_sections(text: str) -> str:
    """Return a text without the lines that name the files it was put together from."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(SECTION))


def retargeted(turtle: str, classes: Mapping[str, Sequence[str]]) -> str:
    """Return shapes in which each target class that `classes` names is replaced by those it names for it.

    >>> retargeted("@prefix sh: <http://www.w3.org/ns/shacl#> . <s:p> sh:targetClass <x:A> ; sh:class <x:A> .", {
    ...     "x:A": ["x:B"]
    ... })
    '@prefix sh: <http://www.w3.org/ns/shacl#> . <s:p> sh:targetClass <x:B> ; sh:class <x:A> .'
    """
    prefixes: dict[str, str] = {}
    found, is_target = list[str](), False
    for match in _TOKEN.finditer(turtle):
        iri, text = _iri(match, prefixes), match[0]
        if match["prefix"]:
            prefixes[match["name"]] = match["base"]
        elif iri == SH + "targetClass":
            is_target = True
        elif is_target and iri in classes:
            text = " , ".join(f"<{each}>" for each in classes[iri])
        elif not (match["skip"] or iri or text == ","):
            is_target = False
        found.append(text)
    return "".join(found)


def widened(turtle: str, classes: Mapping[str, str]) -> str:
    """Return shapes in which each list of values (sh:in) that has a class holds the one that `classes` gives for it.

    >>> widened("@prefix sh: <http://www.w3.org/ns/shacl#> . <s:p> sh:in ( <x:A> <x:C> ) .", {"x:A": "x:B"})
    '@prefix sh: <http://www.w3.org/ns/shacl#> . <s:p> sh:in ( <x:A> <x:B> <x:C> ) .'
    """
    prefixes: dict[str, str] = {}
    found, is_list = list[str](), False
    for match in _TOKEN.finditer(turtle):
        iri, text = _iri(match, prefixes), match[0]
        if match["prefix"]:
            prefixes[match["name"]] = match["base"]
        elif iri == SH + "in":
            is_list = True
        elif match["close"] or match["end"] or text == ";":
            is_list = False
        elif is_list and iri in classes:
            text = f"{text} <{classes[iri]}>"
        found.append(text)
    return "".join(found)


def read_shapes(path: Path, shown: str = "", base: str = "") -> Shapes:
    """Read a Turtle file; it is read and parsed once, however often it is asked for, until it changes.

    `shown` is what it is called to people (otherwise its own name and that of its folder). Without `base`, which is
    what IRIs are relative to, all have to be absolute.

    Raises:
        SetupError: the file is missing, or is no Turtle.
    """
    shown = shown or f"{path.parent.name}/{path.name}"
    try:
        found = path.stat()
    except OSError as error:
        raise SetupError("the file cannot be read. Put it back, or name another.", Place(shown)) from error
    return _read_once(path, shown, base, (found.st_mtime_ns, found.st_size, found.st_ino))


@lru_cache(_FILES)
def _read_once(path: Path, shown: str, base: str, _: tuple[int, ...]) -> Shapes:
    """Read a file as it was at a time.

    Raises:
        SetupError: the file is missing, or is no Turtle.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if is_deep_turtle(text):
            message = "brackets are nested too deeply. Name the nodes within, and write them one after the other."
            raise SetupError(message, Place(shown))
        quads = ox.parse(input=text, format=ox.RdfFormat.TURTLE, base_iri=base or None, rename_blank_nodes=True)
        return Shapes((quad.triple for quad in quads), text, shown)
    except OSError as error:
        raise SetupError("the file cannot be read. Put it back, or name another.", Place(shown)) from error
    except UnicodeDecodeError as error:
        raise SetupError("the file is not UTF-8. Save it as UTF-8.", Place(shown)) from error
    except SyntaxError as error:
        raise SetupError(_reason(error), Place(shown, error.lineno or 0, error.offset or 0)) from error


def _reason(error: SyntaxError) -> str:
    """Leave out the place, which the parser repeats in its sentence."""
    return "this is not Turtle: " + re.sub(r"^Parser error.*?column \d+(?: and .*?column \d+)?: ", "", str(error.msg))


def _tokens(text: str) -> Iterator[Token]:
    """Yield each IRI of the text, prefixed names expanded, with what its statement is about."""
    prefixes: dict[str, str] = {}
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
