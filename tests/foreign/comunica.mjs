// Ask Comunica: node comunica.mjs QUESTIONS DATA... reads {"id": "SPARQL"} and writes one line of JSON an answer:
// {"id", "columns", "rows"}; a row is a list of terms in N-Triples, or null where nothing is bound.
import { readFileSync } from 'node:fs';
import { QueryEngine } from '@comunica/query-sparql-rdfjs-lite';
import { Parser, Store, Writer } from 'n3';

const [questions, ...files] = process.argv.slice(2);
const store = new Store();
for (const file of files) {
  store.addQuads(new Parser({ format: 'N-Triples' }).parse(readFileSync(file, 'utf8')));
}
const writer = new Writer({ format: 'N-Triples' });
const spell = (term) => term ? writer._encodeObject(term) : null;

async function ask(sparql) {
  // With what another question left in engine or store, 5.2.3 never comes back from some.
  const engine = new QueryEngine();
  const data = new Store(store.getQuads());
  const found = await engine.query(sparql, { sources: [data] });
  if (found.resultType === 'boolean') {
    const answer = await found.execute();
    return { columns: ['answer'], rows: [[`"${answer}"^^<http://www.w3.org/2001/XMLSchema#boolean>`]] };
  }
  const { variables } = found.resultType === 'bindings' ? await found.metadata() : {};
  const rows = [];
  for await (const one of await found.execute()) {
    rows.push(variables
      ? variables.map(({ variable, value }) => spell(one.get(variable ?? value)))
      : [one.subject, one.predicate, one.object].map(spell));
  }
  const columns = variables?.map(({ variable, value }) => (variable ?? { value }).value);
  return { columns: columns ?? ['subject', 'predicate', 'object'], rows };
}

for (const [id, sparql] of Object.entries(JSON.parse(readFileSync(questions, 'utf8')))) {
  const begun = performance.now();
  try {
    const answer = await ask(sparql);
    console.log(JSON.stringify({ id, ...answer, milliseconds: Math.round(performance.now() - begun) }));
  } catch (error) {
    console.log(JSON.stringify({ id, error: String(error.message ?? error) }));
  }
}
