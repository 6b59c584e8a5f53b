// The query editor: takes the place of the textarea `[data-editor]`, which stays in the form with the same text.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { sparql } from "codemirror-lang-sparql";
import { highlighting, look } from "./editor/look.js";

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

/** Puts an editor before the textarea and hides the textarea. */
function replace(textarea) {
  const host = document.createElement("div");
  host.className = "editor";
  textarea.before(host);
  const run = () => {
    textarea.form.requestSubmit();
    return true;
  };
  // In a shadow root CodeMirror's styles are constructed sheets, which need no exception in the page's security policy.
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        keymap.of([{ key: "Mod-Enter", run }, ...defaultKeymap, ...historyKeymap]),
        history(),
        lineNumbers(),
        highlightActiveLine(),
        bracketMatching(),
        sparql(),
        syntaxHighlighting(highlighting),
        look,
        typedOver,
        EditorView.contentAttributes.of({ "aria-label": textarea.labels[0].textContent }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) textarea.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  textarea.labels[0].addEventListener("click", () => view.focus());
  textarea.hidden = true;
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) replace(textarea);
