// A store of its own, loaded once; the page ends this worker when a question takes too long.
import init, { Store } from "./oxigraph.js";

const ready = init({ module_or_path: new URL("./oxigraph.wasm", import.meta.url) });
let store;

const load = async (files) => {
  await ready;
  store = new Store();
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

const ask = (query, most) => {
  const answer = store.query(query);
  if (typeof answer === "boolean") return { boolean: answer };
  if (answer.length && answer[0] instanceof Map) {
    const vars = [];
    for (const row of answer) for (const name of row.keys()) if (!vars.includes(name)) vars.push(name);
    const rows = answer.slice(0, most).map((row) => Object.fromEntries([...row].map(([k, v]) => [k, term(v)])));
    return { vars, rows, total: answer.length };
  }
  if (answer.length && answer[0].subject) {
    const rows = answer.slice(0, most).map((quad) => ({
      subject: term(quad.subject), predicate: term(quad.predicate), object: term(quad.object),
    }));
    return { vars: ["subject", "predicate", "object"], rows, total: answer.length };
  }
  return { vars: [], rows: [], total: 0 };
};

onmessage = async ({ data }) => {
  try {
    if (data.files) postMessage({ loaded: await load(data.files) });
    else postMessage({ answer: ask(data.query, data.most), turn: data.turn });
  } catch (error) {
    postMessage({ error: String(error.message || error), turn: data.turn });
  }
};
