// SPARQL on the dump, in the browser: nothing is sent anywhere. Loaded when somebody asks, and not before.
import { editor } from "./editor.js";

const form = document.getElementById("ask");
const field = document.getElementById("sparql");
const status = document.getElementById("status");
const place = document.getElementById("table");
const says = form.dataset;
const most = 1000;
const here = new URL(".", import.meta.url);

let waiting;
let spare;
let turn = 0;
let messages = 0;

const unpacked = async (response, name) => {
  const stream = name.endsWith(".gz") && !response.headers.get("Content-Encoding")
    ? response.body.pipeThrough(new DecompressionStream("gzip")) : response.body;
  return new Response(stream).text();
};

const fetched = async (name) => {
  const response = await fetch(says.root + name);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  const kind = name.includes(".nt") ? "application/n-triples" : "text/turtle";
  return [await unpacked(response, name), kind];
};

// Each file is fetched once, whichever worker loads it.
const texts = new Map();
const text = (name) => {
  if (!texts.has(name)) {
    const found = fetched(name);
    found.catch(() => texts.delete(name));
    texts.set(name, found);
  }
  return texts.get(name);
};

const begun = () => {
  const one = { worker: new Worker(new URL("worker.js", here), { type: "module" }), has: new Set(), asked: new Map() };
  one.worker.onmessage = ({ data }) => {
    const { done, failed } = one.asked.get(data.turn);
    one.asked.delete(data.turn);
    if (data.error) failed(new Error(data.error));
    else done(data.answer);
  };
  one.worker.onerror = (event) => ended(one, event.message);
  return one;
};

const sent = (one, message) => new Promise((done, failed) => {
  const number = ++messages;
  one.asked.set(number, { done, failed });
  one.worker.postMessage({ ...message, turn: number });
});

const loaded = async (one, names) => {
  const missing = names.filter((name) => !one.has.has(name));
  if (!missing.length) return;
  await sent(one, { files: await Promise.all(missing.map(text)) });
  missing.forEach((name) => one.has.add(name));
};

// A blank node of one file is none of another: what has some of the parts is not given the whole beside them.
const fit = (one, names) => one && (names !== whole || !one.has.size || whole.every((name) => one.has.has(name)));

const ended = (one, why) => {
  one.worker.terminate();
  one.asked.forEach(({ failed }) => failed(new Error(why)));
  if (one === waiting) [waiting, spare] = [spare, undefined];
};

const asked = (one, query) => {
  const clock = setTimeout(() => ended(one, says.late), Number(says.seconds) * 1000);
  return sent(one, { query, most }).finally(() => clearTimeout(clock));
};

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
// What is known of saved queries holds for their own text, and for that with other terms in it.
let saved = { id: "", text: "" };
const take = (id, query) => {
  saved = { id, text: query };
  box.text = query;
};
const parts = await fetch(says.parts).then((r) => (r.ok ? r.json() : { queries: {} })).catch(() => ({ queries: {} }));
const whole = says.files.split(" ");
const wanted = (query) => {
  const known = query === saved.text ? parts.queries[saved.id] : undefined;
  return known ? known.map((place) => parts.files[place]) : whole;
};

const run = async () => {
  const mine = ++turn;
  const query = box.text;
  const names = wanted(query);
  const covered = (one) => one.has.size && (names.every((name) => one.has.has(name)) || whole.every((name) => one.has.has(name)));
  status.textContent = waiting && covered(waiting) ? says.asking : says.loading;
  const start = performance.now();
  if (spare && !fit(spare, names)) { ended(spare, ""); spare = undefined; }
  if (waiting && !fit(waiting, names)) ended(waiting, "");
  waiting ||= begun();
  const one = waiting;
  try {
    if (!covered(one)) await loaded(one, names);
    if (!spare) {
      spare = begun();
      loaded(spare, names).catch(() => {});
    }
    const answer = await asked(one, query);
    if (mine !== turn) return;
    shown(answer);
    status.textContent += ` · ${((performance.now() - start) / 1000).toFixed(1)} s`;
  } catch (error) {
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
const opened = async (id) => {
  const response = await fetch(`${says.queries}${id}.rq`);
  if (response.ok) take(id, await response.text());
};
pick.addEventListener("change", () => { if (pick.value) opened(pick.value); });
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
  if (!response.ok) return opened(id);
  const { pieces, parameters } = await response.json();
  const terms = {};
  for (const [name, one] of Object.entries(parameters)) {
    const value = given.has(name) ? given.get(name) : one.default;
    if (value) terms[name] = term(name, one, value);
  }
  take(id, pieces.map((piece) => (typeof piece === "string" ? piece : terms[piece.name] ?? piece.variable)).join(""));
  return run();
};
const given = new URLSearchParams(location.search);
if (given.get("query")) box.text = given.get("query");
if (given.get("id") && /^[a-z0-9-]+$/.test(given.get("id"))) {
  const id = given.get("id");
  pick.value = id;
  const names = [...given.keys()].filter((name) => !["id", "run", "query"].includes(name));
  if (names.length) await bound(id, given).catch((error) => { status.textContent = error.message; });
  else await opened(id);
}
if (given.has("run")) run();
