// Validate with rdf-validate-shacl: node shacl.mjs SHAPES DATA... writes a list of results, each as
// [severity, focus node, path, constraint component]; what has no IRI is "".
import { readFileSync } from 'node:fs';
import { Parser, Store } from 'n3';
import SHACLValidator from 'rdf-validate-shacl';

const read = (files) => new Store(files.flatMap((file) => new Parser().parse(readFileSync(file, 'utf8'))));
const [shapes, ...data] = process.argv.slice(2);
const report = await new SHACLValidator(read([shapes])).validate(read(data));
const iri = (term) => term?.termType === 'NamedNode' ? term.value : '';
console.log(JSON.stringify({
  results: report.results.map((one) =>
    [one.severity, one.focusNode, one.path, one.sourceConstraintComponent].map(iri)),
}));
