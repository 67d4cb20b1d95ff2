// Read files with N3.js and jsonld.js: node read.mjs FILE... writes {"file": number of different triples}.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import jsonld from 'jsonld';
import { Parser, Store } from 'n3';

const found = {};
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, 'utf8');
  const quads = file.endsWith('.jsonld')
    ? new Parser({ format: 'N-Quads' }).parse(await jsonld.toRDF(JSON.parse(text), { format: 'application/n-quads' }))
    : new Parser({ format: file.endsWith('.nt') ? 'N-Triples' : 'Turtle' }).parse(text);
  found[basename(file)] = new Store(quads).size;
}
console.log(JSON.stringify(found));
