"""The ontology in force: the product's, and what a portfolio adds to it in its own folder `ontology/`.

    <portfolio>/ontology/context.jsonld   terms, types and prefixes of its own
    <portfolio>/ontology/shapes.ttl       shapes for its columns, and its own rules
    <portfolio>/ontology/*.ttl            its classes, properties and code lists
    <portfolio>/ontology/lists/           lists that others keep (`linkedproj.model.lists`): newer ones, or further ones

Such a folder may add and may not redefine. With it, the ontology in force is a folder like the product's, whose files
hold the product's text and, below it, the portfolio's: every room reads it as if it were the product's. A line of
either part is reported where it was written (`Shapes.place`).
"""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from linkedproj.model.context import load_context, merge_contexts
from linkedproj.model.errors import Place, SetupError
from linkedproj.model.lists import FOLDER as LISTS
from linkedproj.model.paths import within
from linkedproj.model.shapes import SECTION, SH, read_shapes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from linkedproj.model.context import RecordType
    from linkedproj.model.schema import Schema
    from linkedproj.model.shapes import Shapes

NAME = "ontology"
"""The folder in a portfolio that adds to the ontology."""

_CONTEXT, _VOCABULARY, _SHAPES = "context.jsonld", "linkedproj.ttl", "shapes.ttl"
_COMPUTED = (
    "derived",
    "inverses",
    "begins",
    "ends",
    "bounds",
    "wholes",
    "units",
    "sorts",
    "sums",
    "limits",
    "short_name",
)


class Ontology:
    """The folder of the ontology in force; one that was made for a portfolio lasts as long as this object."""

    def __init__(self, path: Path, *, is_made: bool = False) -> None:
        self.path, self.is_made = path, is_made
        if is_made:
            weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)


def open_ontology(product: Path, portfolio: Path, shown: str, base: str) -> Ontology:
    """Add to the product's ontology what a portfolio's folder (`shown` as people call it) has of its own.

    `base` is what the IRIs of the portfolio begin with ("https://data.example.org/").

    Raises:
        SetupError: what is added cannot be read, or says something of the product's own terms.
    """
    own = portfolio / NAME
    if not own.is_dir():
        return Ontology(product)
    shown = within(shown, NAME)
    context = _merged_context(product, own, shown, base)
    files = {path: read_shapes(path, f"{shown}/{path.name}") for path in sorted(own.glob("*.ttl"))}
    taken = _Taken(product)
    for path, graph in files.items():
        taken.refuse(graph, path.name == _SHAPES)
    made = Ontology(Path(tempfile.mkdtemp(prefix="linkedproj-")), is_made=True)
    shutil.copytree(product, made.path, dirs_exist_ok=True)
    (made.path / _CONTEXT).write_text(context, "utf-8")
    if (own / LISTS).is_dir():
        shutil.copytree(own / LISTS, made.path / LISTS, dirs_exist_ok=True)
    for name, parts in (
        (_SHAPES, [graph for path, graph in files.items() if path.name == _SHAPES]),
        (_VOCABULARY, [graph for path, graph in files.items() if path.name != _SHAPES]),
    ):
        added = "".join(_section(graph) for graph in parts)
        (made.path / name).write_text(_whole_lines((product / name).read_text("utf-8")) + added, "utf-8")
    return made


def refuse_recomputed(product: Schema, whole: Schema, shown: str) -> None:
    """Refuse shapes that change what the product computes or compares of its own columns, or where records lie.

    Raises:
        SetupError: naming the record type.
    """
    for name, kind in product.types.items():
        if _computed(kind, product.fields) != _computed(whole.types[name], product.fields):
            raise SetupError(
                f"the shapes change how columns of {name} that the program defines are computed or compared. "
                "Make such statements about columns of your own only.",
                Place(within(shown, f"{NAME}/{_SHAPES}")),
            )


def _computed(kind: RecordType, terms: Collection[str]) -> list[object]:
    """Return what is said of a type, as far as it is about some terms."""
    said: list[object] = [kind.nested, kind.supporting, kind.anonymous]
    for name in _COMPUTED:
        value = getattr(kind, name)
        if isinstance(value, dict):
            value = {term: each for term, each in value.items() if term in terms}
        elif name == "inverses":
            value = tuple(inverse for inverse in value if inverse.term in terms)
        said.append(value)
    return said


def _merged_context(product: Path, own: Path, shown: str, base: str) -> str:
    path = own / _CONTEXT
    if not path.is_file():
        return (product / _CONTEXT).read_text("utf-8")
    document = merge_contexts(product / _CONTEXT, path, f"{shown}/{_CONTEXT}", base + "id/")
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _section(graph: Shapes) -> str:
    return f"{SECTION}{graph.shown}\n{_whole_lines(graph.text_of_file)}"


def _whole_lines(text: str) -> str:
    return text.removeprefix("\ufeff").rstrip("\n") + "\n"


class _Taken:
    """The terms that the product says something of, which nobody else may."""

    def __init__(self, product: Path) -> None:
        self._places: dict[str, Place] = {}
        self._namespaces: set[str] = set()
        for name in (_VOCABULARY, _SHAPES):
            graph = read_shapes(product / name, f"{NAME}/{name}")
            own = [subject for subject in graph.subjects() if isinstance(subject, ox.NamedNode)]
            self._places |= {subject.value: graph.place(subject) for subject in own}
            self._namespaces |= {_namespace(subject.value) for subject in own}
        context = load_context(product / _CONTEXT)
        for iri in [*(kind.iri for kind in context.types.values()), *(each.iri for each in context.fields.values())]:
            self._places.setdefault(iri, Place(f"{NAME}/{_CONTEXT}"))

    def refuse(self, graph: Shapes, is_shapes: bool) -> None:  # noqa: FBT001 - which of the two files this is
        """Refuse a file of a portfolio that speaks of them, or that holds shapes where none are looked for.

        Raises:
            SetupError: each such term is named, with both places.
        """
        found = sorted(self._faults(graph, is_shapes))
        if found:
            (place, first), *others = found
            raise SetupError("\n".join([first, *(f"{place}: {text}" for place, text in others)]), place)

    def _faults(self, graph: Shapes, is_shapes: bool) -> Iterator[tuple[Place, str]]:  # noqa: FBT001 - as above
        for subject in graph.subjects():
            place, called = graph.place(subject), graph.short(graph.named(subject))
            if not is_shapes and any(name.startswith(SH) for name in graph.predicates(subject)):
                yield place, f"shapes are read from {_SHAPES} only. Move {called} there."
            elif not isinstance(subject, ox.NamedNode):
                continue
            elif stated := self._places.get(subject.value):
                advice = "Say nothing of it here; define a term of your own."
                yield place, f"{called} is a term of the program, see {stated}. {advice}"
            elif _namespace(subject.value) in self._namespaces:
                advice = "Give it an IRI in a namespace of your own, such as your base with 'def#'."
                yield place, f"{called} lies in a namespace of the program. {advice}"


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
