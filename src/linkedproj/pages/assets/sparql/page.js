// SPARQL on the dump, in the browser: nothing is sent anywhere. Loaded when somebody asks, and not before.
import { editor } from "./editor.js";

const form = document.getElementById("ask");
const field = document.getElementById("sparql");
const status = document.getElementById("status");
const place = document.getElementById("table");
const says = form.dataset;
const most = 1000;
const here = new URL(".", import.meta.url);

let files;
let waiting;
let spare;
let turn = 0;

const unpacked = async (response, name) => {
  const stream = name.endsWith(".gz") && !response.headers.get("Content-Encoding")
    ? response.body.pipeThrough(new DecompressionStream("gzip")) : response.body;
  return new Response(stream).text();
};

const fetched = async () => {
  const names = says.files.split(" ");
  return Promise.all(names.map(async (name) => {
    const response = await fetch(name);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    const kind = name.includes(".nt") ? "application/n-triples" : "text/turtle";
    return [await unpacked(response, name), kind];
  }));
};

const begun = async () => {
  files ||= fetched();
  const known = await files;
  const worker = new Worker(new URL("worker.js", here), { type: "module" });
  const loaded = new Promise((done, failed) => {
    worker.onmessage = ({ data }) => (data.error ? failed(new Error(data.error)) : done(data.loaded));
    worker.onerror = (event) => failed(new Error(event.message));
  });
  worker.postMessage({ files: known });
  await loaded;
  return worker;
};

const asked = (worker, query, mine) => new Promise((done, failed) => {
  const limit = Number(says.seconds) * 1000;
  const clock = setTimeout(() => {
    worker.terminate();
    waiting = spare;
    spare = undefined;
    failed(new Error(says.late));
  }, limit);
  worker.onmessage = ({ data }) => {
    if (data.turn !== mine) return;
    clearTimeout(clock);
    if (data.error) failed(new Error(data.error));
    else done(data.answer);
  };
  worker.postMessage({ query, most, turn: mine });
});

const cell = (term) => {
  const element = document.createElement("td");
  if (!term) return element;
  if (term.type === "uri" && /^https?:/.test(term.value)) {
    const link = document.createElement("a");
    const own = term.value.startsWith(says.base);
    link.href = own ? says.root + term.value.slice(says.base.length) : term.value;
    link.textContent = own ? term.value.slice(says.base.length) : term.value;
    element.append(link);
  } else {
    element.textContent = term.value;
    if (term["xml:lang"]) element.lang = term["xml:lang"];
    if (/#(integer|decimal|double)$/.test(term.datatype || "")) element.className = "number";
  }
  return element;
};

const shown = (answer) => {
  if ("boolean" in answer) {
    place.replaceChildren();
    status.textContent = answer.boolean ? says.yes : says.no;
    return;
  }
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of answer.vars) {
    const th = document.createElement("th");
    th.scope = "col";
    th.textContent = name;
    head.append(th);
  }
  const body = table.createTBody();
  for (const row of answer.rows) {
    const tr = body.insertRow();
    for (const name of answer.vars) tr.append(cell(row[name]));
  }
  place.replaceChildren(table);
  const more = answer.total > answer.rows.length ? ` (${says.first} ${answer.rows.length})` : "";
  status.textContent = `${says.found} ${answer.total}${more}`;
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [answer.vars, ...answer.rows.map((row) => answer.vars.map((name) => (row[name] ? row[name].value : "")))];
  const csv = lines.map((line) => line.map(quoted).join(",")).join("\r\n");
  const link = document.getElementById("csv");
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([csv, "\r\n"], { type: "text/csv" }));
  link.hidden = false;
};

let box;
const run = async () => {
  const mine = ++turn;
  status.textContent = waiting ? says.asking : says.loading;
  const start = performance.now();
  try {
    waiting ||= begun();
    const worker = await waiting;
    spare ||= begun();
    spare.catch(() => { spare = undefined; });
    const answer = await asked(worker, box.text, mine);
    if (mine !== turn) return;
    shown(answer);
    status.textContent += ` · ${((performance.now() - start) / 1000).toFixed(1)} s`;
  } catch (error) {
    waiting = spare;
    spare = undefined;
    if (mine === turn) { place.replaceChildren(); status.textContent = error.message; }
  }
};

const terms = await fetch(says.terms).then((r) => (r.ok ? r.json() : [])).catch(() => []);
const words = ["SELECT", "WHERE", "FILTER", "OPTIONAL", "PREFIX", "ORDER BY", "GROUP BY", "LIMIT", "DISTINCT", "CONSTRUCT",
  "ASK", "UNION", "MINUS", "BIND", "VALUES", "COUNT", "LANG", "STR", "NOT EXISTS"].map((label) => ({ label, type: "keyword" }));
box = editor(document.getElementById("editor"), field.value, says.label, [...words, ...terms], run);
field.hidden = true;
field.labels.forEach((label) => { label.hidden = true; });
form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
const pick = document.getElementById("saved");
const take = async (id) => {
  const response = await fetch(`${says.queries}${id}.rq`);
  if (response.ok) box.text = await response.text();
};
pick.addEventListener("change", () => { if (pick.value) take(pick.value); });
// Puts terms in the place of parameters: the query is cut where these stand, so that nothing else can change.
const term = (name, { datatype, language }, value) => {
  if (datatype.endsWith("#anyURI")) {
    if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>"{}|^`\\]*$/.test(value)) throw new Error(`${name}: ${value}`);
    return `<${value}>`;
  }
  const escapes = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const text = `"${value.replace(/[\\"\n\r\t]/g, (letter) => escapes[letter])}"`;
  if (language) return `${text}@${language}`;
  return datatype.endsWith("#string") ? text : `${text}^^<${datatype}>`;
};
const bound = async (id, given) => {
  const response = await fetch(`${says.queries}${id}.form.json`);
  if (!response.ok) return take(id);
  const { pieces, parameters } = await response.json();
  const terms = {};
  for (const [name, one] of Object.entries(parameters)) {
    const value = given.has(name) ? given.get(name) : one.default;
    if (value) terms[name] = term(name, one, value);
  }
  box.text = pieces.map((piece) => (typeof piece === "string" ? piece : terms[piece.name] ?? piece.variable)).join("");
  return run();
};
const wanted = new URLSearchParams(location.search);
if (wanted.get("query")) box.text = wanted.get("query");
if (wanted.get("id") && /^[a-z0-9-]+$/.test(wanted.get("id"))) {
  const id = wanted.get("id");
  pick.value = id;
  const names = [...wanted.keys()].filter((name) => !["id", "run", "query"].includes(name));
  if (names.length) await bound(id, wanted).catch((error) => { status.textContent = error.message; });
  else await take(id);
}
if (wanted.has("run")) run();
