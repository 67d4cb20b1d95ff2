"""Other conventions for saved queries: read them into ours, write ours in theirs.

Nothing is overwritten, and nothing is lost in silence: what has no place in our header is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkedproj.model.errors import Place, QueryError
from linkedproj.queries.published.convention import grlc, sibreader, wdqs
from linkedproj.queries.saved.collection import inspect_query
from linkedproj.queries.saved.faults import in_words

if TYPE_CHECKING:
    from pathlib import Path

    from linkedproj.queries.published.convention.draft import Draft

__all__ = ["Imported", "import_file"]

_TEXTS = {".rq", ".sparql", ".txt"}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import gave: the files written, what of the original was dropped, and what a curator has to add."""

    written: tuple[Path, ...]
    dropped: tuple[str, ...]
    missing: tuple[str, ...]


def import_file(path: Path, into: Path) -> Imported:
    """Read the queries in a file and write each to `<into>/<id>.rq`.

    A Turtle file is read by the convention of sib-swiss/sparql-examples, a query with a `#+` header as one for grlc,
    any other query as one of the Wikidata Query Service.

    Raises:
        QueryError: the file cannot be read, holds no query, or a file of that name is already there; then nothing is
            written.
    """
    drafts = _read(path)
    if not drafts:
        raise QueryError(
            "there is no query in it. SIB examples have sh:select, sh:ask or sh:construct.", Place(str(path))
        )
    targets = [(into / f"{draft.id}.rq", draft) for draft in drafts]
    for target, _ in targets:
        if target.exists():
            advice = "Nothing was written. Rename or remove that file, or import into another folder"
            raise QueryError(f"{target} is there already. {advice}.", Place(str(path)))
    into.mkdir(parents=True, exist_ok=True)
    for target, draft in targets:
        with target.open("xb") as file:
            file.write(draft.text().encode())
    dropped = [f"{draft.id}: {note}" for draft in drafts for note in draft.dropped]
    missing = [f"{problem.place}: {in_words(problem)}" for target, _ in targets for problem in inspect_query(target)[1]]
    return Imported(tuple(target for target, _ in targets), tuple(dropped), tuple(missing))


def _read(path: Path) -> list[Draft]:
    if path.suffix not in {".ttl", *_TEXTS}:
        raise QueryError(
            f"no query is known by this suffix. There are: .ttl, {', '.join(sorted(_TEXTS))}.", Place(str(path))
        )
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"the file cannot be read: {error}.", Place(str(path))) from error
    if path.suffix == ".ttl":
        return sibreader.read(text, path.name)
    return [grlc.read(text, path.stem) if grlc.is_ours(text) else wdqs.read(text, path.stem)]
