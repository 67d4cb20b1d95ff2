"""From parts to dumps, and what stands in no table: the statements of evidence."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING

from linkedproj.mapping.concepts import concepts_of
from linkedproj.mapping.evidence import PUBLISHER
from linkedproj.mapping.header import header, naming
from linkedproj.mapping.parts import TABLE, Output, join
from linkedproj.mapping.retired import Retirements
from linkedproj.model.codes import with_schemes
from linkedproj.model.domain import NAME, SAME
from linkedproj.model.portal import DIR3
from linkedproj.model.schema import RDFS
from linkedproj.tables.batch import ROWS, Batch
from linkedproj.tables.cells import column_named
from linkedproj.writers import FORMATS, ntriples
from linkedproj.writers.table import header_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from linkedproj.mapping.evidence import Evidence
    from linkedproj.mapping.steps import Steps
    from linkedproj.model.context import RecordType
    from linkedproj.tables.cells import Column
    from linkedproj.tables.portfolio import Portfolio


CODES = ""
"""What triples of the header and of codes, which are of no record type, are counted under."""


class Dumps:
    """The dumps of one mapping; statements of evidence are counted with what its steps counted."""

    def __init__(self, portfolio: Portfolio, evidence: Evidence, steps: Steps) -> None:
        self.portfolio, self.evidence, self._steps = portfolio, evidence, steps
        self._heads: dict[Output, list[str]] = {}
        self._codes: dict[Output, list[str]] = {}
        self._retired: dict[Output, list[str]] = {}

    def join(self, dumps: Mapping[Output, Path]) -> None:
        """Make the dumps of their parts."""
        gone, schema = Retirements(self.portfolio).nodes() if dumps else [], self.portfolio.schema
        for output in dumps:
            if output.format == TABLE:
                continue
            self._heads[output], self._codes[output] = self._describe_dump(output), self._describe_codes(output)
            self._retired[output] = [] if output.supporting else FORMATS[output.format].describe(gone, schema)
            if output.format == "ntriples":
                beside = (*self._heads[output], *self._codes[output], *self._retired[output])
                self._steps.triples[CODES] += sum(text.count("\n") for text in beside)
        with ThreadPoolExecutor() as threads:
            # The system copies while Python waits: all dumps at once, as many as there are cores for.
            deque(threads.map(self._join, dumps, dumps.values()), maxlen=0)

    def _join(self, output: Output, path: Path) -> None:
        schema = self.portfolio.schema
        if output.format == TABLE:
            self._join_tables(output, path)
            return
        parts = [part for name in schema.types for part in self._parts(name, output)]
        statements = self._statements(output) if output.supporting and schema.evidence.type_name else ()
        # Behind all else: these are no records, and stand in no order of records.
        tail = chain(statements, self._codes[output], self._retired[output])
        join(parts, path, output.format, schema, head=self._heads[output], tail=tail)

    def _describe_dump(self, output: Output) -> list[str]:
        """Write what a dump is, and what the classes are called that its records are of."""
        schema, counts = self.portfolio.schema, self.portfolio.counts
        if not counts:
            return []
        holders = [kind for kind in schema.types.values() if counts[kind.name] and output.takes(kind)]
        nested = {path.nested.name for kind in holders for path in schema.nested_paths(kind)}
        stated = set[str]()
        if output.supporting and schema.evidence.type_name:
            stated = {schema.evidence.type_name, *self._stated_beside()}
        types = {kind.name for kind in holders} | nested | stated
        nodes = header(schema, self.portfolio.config, [name for name in schema.types if name in types])
        return FORMATS[output.format].describe(nodes, schema)

    def _stated_beside(self) -> Iterator[str]:
        """Yield the types of what statements of evidence lead to, and have no table."""
        terms, fields = self.portfolio.schema.evidence, self.portfolio.schema.fields
        yield from (fields[term].target for term in (terms.quote, terms.selector, terms.agent) if term)

    def _describe_codes(self, output: Output) -> list[str]:
        """Write what the codes are called that the records of a dump name: the lists of its columns, whole."""
        schema, languages = self.portfolio.schema, self.portfolio.config.languages
        kinds = [kind for kind in schema.types.values() if self.portfolio.counts[kind.name] and output.takes(kind)]
        terms = {term for kind in kinds for term in self._terms_in_use(kind)}
        if output.supporting and self.portfolio.counts and schema.evidence.type_name:
            terms |= schema.types[schema.evidence.type_name].terms or schema.fields.keys()
        codes = [code.spoken_in(languages) for code in with_schemes(schema.codes_of(terms), schema.labels)]
        codes += concepts_of(self.portfolio, (kind.name for kind in kinds))
        return FORMATS[output.format].describe([node for node in map(naming, codes) if node], schema)

    def _terms_in_use(self, kind: RecordType) -> Iterator[str]:
        """Yield the terms that a type has a column of in some table, and those that are computed."""
        for holder in (kind, *(path.nested for path in self.portfolio.schema.nested_paths(kind))):
            yield from holder.derived
        for found in self.portfolio.headers:
            if found.kind.name == kind.name:
                yield from (column.field.term for column in found.columns if column.field)

    def _parts(self, name: str, output: Output) -> Iterator[Path]:
        for outcome in self._steps.outcomes.get(name, ()):
            if output.name in outcome.parts:
                yield outcome.parts[output.name]

    def _join_tables(self, output: Output, folder: Path) -> None:
        for name in self._steps.outcomes:
            if self.portfolio.counts[name]:
                path = folder / f"{self.portfolio.schema.types[name].table}.csv"
                with path.open("wb") as out:
                    out.write(header_line(self.portfolio.published(name)).encode())
                    for part in self._parts(name, output):
                        out.write(part.read_bytes())

    def _statements(self, output: Output) -> Iterator[str]:
        """Write evidence, and behind it passages, their texts and who publishes, each once."""
        for name, columns, records in self._supporting():
            write = self._compile(output.format, self.portfolio.schema.types[name], columns)
            once = (next(same) for _, same in groupby(records, key=itemgetter(0)))
            while chunk := list(islice(once, ROWS)):
                cells = list(zip(*(row for _, row in chunk), strict=True))
                batch = Batch(0, [identifier for identifier, _ in chunk], [0] * len(chunk), cells)
                yield from write(batch)

    def _supporting(self) -> Iterator[tuple[str, Sequence[Column], Iterator[tuple[str, Sequence[str]]]]]:
        """Yield what stands in no table: a type, its columns, and its records in order (several share a passage)."""
        evidence, terms, fields = self.evidence, self.portfolio.schema.evidence, self.portfolio.schema.fields
        stated = ((identifier, cells) for identifier, cells, _, _ in evidence.statements)
        yield terms.type_name, evidence.columns, stated
        spoken = [terms.language] if terms.language else []
        passages = (
            (q, [*(source for _ in terms.origins), q, *(code for _ in spoken)])
            for q, source, _, code in evidence.quotes
        )
        yield fields[terms.quote].target, self._columns(*terms.origins, terms.selector, *spoken), passages
        texts = ((identifier, [text]) for identifier, _, text, _ in evidence.quotes)
        yield fields[terms.selector].target, self._columns(terms.text), texts
        publisher = self.portfolio.config.portal.publisher
        if terms.agent and publisher.name and evidence.count:
            agent = self.portfolio.schema.types[fields[terms.agent].target]
            called, label, same = (self.portfolio.schema.term_for(agent, iri) for iri in (NAME, RDFS + "label", SAME))
            named = [(term, tag, text) for term in (called, label) if term for tag, text in publisher.name.items()]
            names = {f"{term}@{tag}": text for term, tag, text in named}
            links = {same: DIR3 + publisher.dir3} if same and publisher.dir3 else {}
            yield agent.name, self._columns(*names, *links), iter([(PUBLISHER, [*names.values(), *links.values()])])

    def _columns(self, *names: str) -> list[Column]:
        return [column_named(name, index, self.portfolio.schema.fields) for index, name in enumerate(names)]

    def _compile(self, form: str, kind: RecordType, columns: Sequence[Column]) -> Callable[[Batch], list[str]]:
        schema = self.portfolio.schema
        if form == "ntriples":
            return ntriples.compile_counting(kind, columns, schema, self._steps.triples, self._steps.nodes)
        return FORMATS[form].compile_rows(kind, columns, schema)
