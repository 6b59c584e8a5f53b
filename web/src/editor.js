// The query editor: takes the place of `textarea[data-editor]`, which stays in the form with the same text.

import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { sparql } from "codemirror-lang-sparql";
import { completions, kindOf } from "./editor/completion.js";
import { highlighting, look } from "./editor/look.js";
import { diagnosticOf, unreadable } from "./editor/mistakes.js";
import { phrases } from "./editor/phrases.js";

/** Typing over a selection: left to Chromium, it would write style attributes, which the page's security policy blocks. */
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const replaces = event.inputType === "insertText" && event.data && !view.composing;
    if (!replaces || view.state.selection.ranges.every((range) => range.empty)) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

function extensions(textarea, language) {
  const run = () => {
    textarea.form.requestSubmit();
    return true;
  };
  return [
    keymap.of([{ key: "Mod-Enter", run }, ...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
    history(),
    lineNumbers(),
    lintGutter(),
    unreadable,
    highlightActiveLine(),
    bracketMatching(),
    // Long lines break, so that nothing scrolls inside the editor out of the keyboard's reach.
    EditorView.lineWrapping,
    indentUnit.of("  "),
    autocompletion({
      override: [completions(textarea.dataset.vocabulary, language)],
      icons: false,
      addToOptions: [{ render: kindOf, position: 90 }],
    }),
    sparql(),
    syntaxHighlighting(highlighting),
    look,
    typedOver,
    EditorState.phrases.of(phrases[language]),
    EditorView.contentAttributes.of({
      // It is focusable anyway; this says so to those who look for it in what scrolls.
      tabindex: "0",
      "aria-label": textarea.labels[0].textContent,
      "aria-description": document.getElementById("query-help").textContent.replace(/\s+/g, " ").trim(),
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) textarea.value = update.state.doc.toString();
    }),
  ];
}

/** Puts an editor before the textarea and hides the textarea. */
function replace(textarea) {
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const help = document.querySelector("[data-editor-help]");
  if (help) help.hidden = false;
  const host = document.createElement("div");
  host.className = "editor";
  textarea.before(host);
  // In a shadow root CodeMirror's styles are constructed sheets, which need no exception in the page's security policy.
  const root = host.attachShadow({ mode: "open" });
  const state = EditorState.create({ doc: textarea.value, extensions: extensions(textarea, language) });
  const view = new EditorView({ root, parent: root, state });
  const marked = (place) => view.dispatch(setDiagnostics(view.state, place ? [diagnosticOf(view.state.doc, place)] : []));
  const { line, column, message } = document.querySelector("[data-answer]").dataset;
  if (line) marked({ line: +line, column: +column, message });
  textarea.form.addEventListener("answered", (event) => marked(event.detail));
  textarea.labels[0].addEventListener("click", () => view.focus());
  textarea.hidden = true;
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) replace(textarea);
