// Read tables with rdf-parser-csvw as a description of a group of tables says: node csvw.mjs DUMP/csv-metadata.json
// It prints the number of rows of each table, and the triples of all in N-Triples; those of lists are left out.
import { createReadStream, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import jsonld from 'jsonld';
import { Parser, Store, Writer } from 'n3';
import CsvwParser from 'rdf-parser-csvw';

const CSVW = 'http://www.w3.org/ns/csvw#';
// What http://www.w3.org/ns/csvw says of the words that are used, so that nothing is fetched.
const CONTEXT = {
  '@vocab': CSVW,
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  dc: 'http://purl.org/dc/terms/',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  columns: { '@id': 'column', '@container': '@list' },
  titles: { '@id': 'title', '@container': '@language' },
  url: { '@id': 'url', '@type': '@id' },
  datatype: { '@id': 'datatype', '@type': '@vocab' },
};
const XSD_NAMES = { number: 'double', binary: 'base64Binary', datetime: 'dateTime', any: 'anyAtomicType' };

const description = process.argv[2];
const found = { rows: {}, triples: [] };
for (const table of JSON.parse(readFileSync(description, 'utf8')).tables) {
  for (const column of table.tableSchema.columns) {
    // Names of datatypes are terms of XML Schema; a title without a language has none.
    if (column.datatype) column.datatype = `xsd:${XSD_NAMES[column.datatype] ?? column.datatype}`;
    if (Array.isArray(column.titles)) column.titles = { '@none': column.titles };
    // rdf-parser-csvw 1.1 knows no separator: a list would come out as one text.
    if (column.separator) column.suppressOutput = true;
  }
  const said = await jsonld.toRDF({ '@context': CONTEXT, ...table }, { format: 'application/n-quads' });
  const metadata = new Store(new Parser({ format: 'N-Quads' }).parse(said));
  const file = createReadStream(join(dirname(description), table.url));
  const rows = new CsvwParser({ metadata, baseIRI: table.url }).import(file);
  found.rows[table.url] = 0;
  const writer = new Writer({ format: 'N-Triples' });
  for await (const quad of rows) {
    if (quad.predicate.value === `${CSVW}row`) found.rows[table.url] += 1;
    if (!quad.predicate.value.startsWith(CSVW) && !quad.object.value.startsWith(CSVW)) writer.addQuad(quad);
  }
  writer.end((error, text) => found.triples.push(...text.split('\n').filter(Boolean)));
}
console.log(JSON.stringify(found));
