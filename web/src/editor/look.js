// How the editor looks: the colours of tokens.css, which reach into the shadow root.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--ink)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--accent)" },
  { tag: [tags.string, tags.annotation], color: "var(--state-applies)" },
  { tag: [tags.integer, tags.float, tags.bool], color: "var(--state-could_apply)" },
  { tag: [tags.namespace, tags.url, tags.typeName], color: "var(--accent-strong)" },
  { tag: tags.comment, color: "var(--ink-2)" },
]);

export const look = EditorView.theme({
  "&": { border: "1px solid var(--rule-strong)", borderRadius: "3px", background: "var(--raised)", fontSize: "0.9375rem" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { minHeight: "18em", caretColor: "var(--ink)" },
  ".cm-gutters": { background: "transparent", color: "var(--ink-2)", borderInlineEnd: "1px solid var(--rule)" },
  ".cm-activeLine": { background: "color-mix(in srgb, var(--accent-soft) 60%, transparent)" },
});
