// Search as one types, in small files by the first letters of a word. Everything else works without a script.
"use strict";
(() => {
  const status = document.getElementById("found");
  const field = document.getElementById("q");
  if (!status || !field) return;
  const results = document.getElementById("results");
  const base = status.dataset.index;
  const root = base.replace(/assets\/search\/$/, "");
  const loaded = new Map();
  const load = (name) => {
    if (!loaded.has(name)) {
      loaded.set(name, fetch(base + name).then((r) => (r.ok ? r.json() : {})).catch(() => ({})));
    }
    return loaded.get(name);
  };
  const letters = fetch(`${root}assets/fold.json`).then((r) => r.json());
  const words = async (text) => {
    const table = await letters;
    const lower = text.toLowerCase().normalize("NFKD");
    const folded = [...lower].map((c) => (c in table ? table[c] : c)).join("").replace(/\p{M}/gu, "");
    return folded.match(/[\p{L}\p{N}]+/gu) || [];
  };
  const plain = /^[a-z0-9]+$/;
  const keyOf = (word) => {
    const first = [...word].slice(0, 2);
    const text = first.join("");
    return plain.test(text) ? text : "u" + first.map((c) => c.codePointAt(0).toString(16)).join("-");
  };
  const having = async (word) => {
    const short = [...word].length < 2;
    const index = await load("index.json");
    const keys = short ? (index.keys || []).filter((k) => k.startsWith(keyOf(word))) : [keyOf(word)];
    const found = new Map();
    for (const shard of await Promise.all(keys.map((k) => load(`words/${k}.json`)))) {
      for (const [known, records] of Object.entries(shard)) {
        if (!known.startsWith(word.slice(0, 24))) continue;
        const weight = known === word ? 2 : 1;
        for (const record of records) found.set(record, Math.max(weight, found.get(record) || 0));
      }
    }
    return found;
  };
  let turn = 0;
  const search = async () => {
    const mine = ++turn;
    const asked = await words(field.value);
    const sets = await Promise.all(asked.map(having));
    if (mine !== turn) return;
    let best = [];
    if (sets.length) {
      best = [...sets[0].keys()].filter((record) => sets.every((set) => set.has(record)));
      const weight = (record) => sets.reduce((sum, set) => sum + set.get(record), 0);
      best.sort((a, b) => weight(b) - weight(a) || a - b);
    }
    const { block } = await load("index.json");
    const shown = await Promise.all(best.slice(0, 30).map(async (record) => {
      const names = await load(`${status.dataset.language}/${Math.floor(record / block)}.json`);
      return names[record % block];
    }));
    if (mine !== turn) return;
    results.replaceChildren(...shown.filter(Boolean).map(([text, href, kind, brief]) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = root + href.split("/").map(encodeURIComponent).join("/");
      link.textContent = text;
      const beside = document.createElement("span");
      beside.className = "beside";
      beside.textContent = brief ? `${kind} · ${brief}` : kind;
      item.append(link, beside);
      return item;
    }));
    status.textContent = asked.length ? (best.length ? `${status.dataset.some} ${best.length}` : status.dataset.none) : "";
  };
  field.value = new URLSearchParams(location.search).get("q") || "";
  field.addEventListener("input", search);
  field.form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  if (field.value) search();
})();
