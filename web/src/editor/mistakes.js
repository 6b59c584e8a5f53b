// Mistakes in the query: those the server found, at their place, and where the text stops being SPARQL while it is typed.

import { syntaxTree } from "@codemirror/language";
import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";

/** The place that the server names (line and column count from 1) as a diagnostic of the word there. */
export function diagnosticOf(doc, { line, column, message }) {
  const found = doc.line(Math.min(line, doc.lines));
  const from = Math.min(found.from + column - 1, found.to);
  const word = doc.sliceString(from, found.to).match(/^[\p{L}\p{N}_:?$.-]+|^./u)?.[0] ?? "";
  return { from, to: from + word.length, severity: "error", message };
}

const mark = Decoration.mark({ class: "cm-unreadable" });

function marks(view) {
  const builder = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter: (node) => {
        // What is not there yet has no width; only what is there and does not fit is marked.
        if (node.type.isError && node.to > node.from) builder.add(node.from, node.to, mark);
      },
    });
  }
  return builder.finish();
}

/** A wavy line below what does not fit: no message, since the server words it better. */
export const unreadable = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = marks(view);
    }
    update(update) {
      if (update.docChanged || update.viewportChanged || syntaxTree(update.startState) !== syntaxTree(update.state)) {
        this.decorations = marks(update.view);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
