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

const small = { fontSize: "0.8125rem" };

export const look = EditorView.theme({
  "&": { border: "1px solid var(--rule-strong)", borderRadius: "3px", background: "var(--raised)", color: "var(--ink)", fontSize: "0.9375rem", maxHeight: "max(20em, 65vh)" },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content, .cm-gutter": { minHeight: "16em" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { background: "transparent", color: "var(--ink-2)", border: "none", borderInlineEnd: "1px solid var(--rule)" },
  ".cm-gutter-lint": { width: "1.1em" },
  ".cm-activeLine": { background: "color-mix(in srgb, var(--accent-soft) 60%, transparent)" },
  ".cm-unreadable": { textDecoration: "underline wavy var(--state-excluded)", textUnderlineOffset: "3px" },
  ".cm-tooltip": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--rule-strong)", borderRadius: "3px", fontFamily: "var(--sans)", ...small },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--sans)", maxHeight: "20em", maxWidth: "min(44em, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "1em", padding: "0.25em 0.6em", lineHeight: "1.5" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionLabel": { fontFamily: "var(--mono)" },
  ".cm-completionDetail": { fontStyle: "normal", marginInlineStart: "0", flex: "1", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-kind": { opacity: "0.85" },
  ".cm-diagnostic": { padding: "0.4em 0.8em", borderInlineStart: "4px solid var(--state-excluded)" },
  // CodeMirror draws these with images from data: addresses, which the security policy blocks.
  ".cm-lint-marker-error": { content: "normal" },
  ".cm-lint-marker-error::before": { content: '"✕"', color: "var(--state-excluded)", fontWeight: "700" },
  ".cm-lintRange-error": { backgroundImage: "none", backgroundColor: "var(--error-soft)", outline: "1px solid var(--state-excluded)" },
});
