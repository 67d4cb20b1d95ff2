// What of CodeMirror the page for SPARQL needs; bundled into assets/sparql/editor.js by vendor.py.
import { autocompletion, completeFromList } from "@codemirror/autocomplete";
import { sparql } from "codemirror-lang-sparql";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { basicSetup, EditorView } from "codemirror";
import { keymap } from "@codemirror/view";
import { Prec } from "@codemirror/state";

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--ground)", border: "1px solid var(--soft)", borderRadius: ".3rem",
    fontSize: ".95rem", maxHeight: "24rem" },
  "&.cm-focused": { outline: ".15rem solid var(--mark)" },
  ".cm-scroller": { overflow: "auto", fontFamily: "var(--mono)" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--raised)", color: "var(--soft)", borderColor: "var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--raised)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--raised)", borderColor: "var(--line)" },
});
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.literal], color: "var(--mark)" },
  { tag: [tags.comment], color: "var(--soft)", fontStyle: "italic" },
]);

// Its styles are allowed by the policy of the page in a shadow root, where they are no elements.
export function editor(place, text, labelled, completions, run) {
  const root = place.attachShadow({ mode: "open" });
  const view = new EditorView({
    doc: text,
    parent: root,
    root,
    extensions: [
      Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => { run(); return true; } }])),
      basicSetup,
      sparql(),
      look,
      syntaxHighlighting(colours),
      autocompletion({ override: [completeFromList(completions)] }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": labelled }),
    ],
  });
  return {
    get text() { return view.state.doc.toString(); },
    set text(value) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } }); },
  };
}
