// A store of its own, to which files are added; the page ends this worker when a question takes too long.
import init, { Store } from "./oxigraph.js";

const ready = init({ module_or_path: new URL("./oxigraph.wasm", import.meta.url) });
let store;

const load = async (files) => {
  await ready;
  store ||= new Store();
  for (const [text, format] of files) store.load(text, { format, lenient: true });
  return store.size;
};

const term = (value) => {
  if (value.termType === "NamedNode") return { type: "uri", value: value.value };
  if (value.termType === "BlankNode") return { type: "bnode", value: value.value };
  const found = { type: "literal", value: value.value };
  if (value.language) found["xml:lang"] = value.language;
  else found.datatype = value.datatype.value;
  return found;
};

// What has rows says in this form alone which columns it has, in their order; a graph has no such form, and says so.
const told = (query) => {
  try {
    return JSON.parse(store.query(query, { results_format: "application/sparql-results+json" }));
  } catch (error) {
    if (/construct|describe/i.test(query)) return null;
    throw error;
  }
};

const ask = (query, most) => {
  const found = told(query);
  if (found && "boolean" in found) return { boolean: found.boolean };
  if (found) {
    const all = found.results.bindings;
    return { vars: found.head.vars, rows: all.slice(0, most), total: all.length };
  }
  const quads = store.query(query);
  const rows = quads.slice(0, most).map((quad) => ({
    subject: term(quad.subject), predicate: term(quad.predicate), object: term(quad.object),
  }));
  return { vars: ["subject", "predicate", "object"], rows, total: quads.length };
};

onmessage = async ({ data }) => {
  try {
    if (data.files) postMessage({ answer: await load(data.files), turn: data.turn });
    else postMessage({ answer: ask(data.query, data.most), turn: data.turn });
  } catch (error) {
    postMessage({ error: String(error.message || error), turn: data.turn });
  }
};
