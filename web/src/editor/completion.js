// Completion: names of the graph by any of their labels, variables of the query, keywords. Missing prefixes are added.

import { pickedCompletion } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";

const KEYWORDS = (
  "SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK WHERE FROM NAMED PREFIX BASE OPTIONAL UNION MINUS GRAPH FILTER EXISTS BIND " +
  "VALUES UNDEF GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES " +
  "DATATYPE BOUND COALESCE CONCAT CONTAINS STRSTARTS STRENDS STRLEN SUBSTR REPLACE REGEX LCASE UCASE NOT IN YEAR NOW"
).split(" ");
const MOST = 60;
const KINDS = {
  zh: { class: "类", property: "属性", thing: "个体", keyword: "关键词", variable: "变量" },
  en: { class: "class", property: "property", thing: "thing", keyword: "keyword", variable: "variable" },
};

/** The word for the kind of an option, at the end of its line. */
export function kindOf(option) {
  const span = document.createElement("span");
  span.className = "cm-kind";
  span.textContent = option.kind ?? "";
  return span;
}

/** How well a word fits what was typed: 0 is best, null is not at all. */
function rank(word, typed) {
  const [prefix, local = prefix] = word.folded.split(":", 2);
  if (word.notation === typed) return 0;
  if (word.folded.startsWith(typed) || local.startsWith(typed)) return 1;
  if (word.zh.startsWith(typed) || word.en.startsWith(typed)) return 2;
  if (word.en.includes(` ${typed}`)) return 3;
  return word.zh.includes(typed) || local.includes(typed) ? 4 : null;
}

/** The change that writes a name, and the declaration of its prefix where the query has none. */
function apply(prefixes) {
  return (view, option, from, to) => {
    const changes = [{ from, to, insert: option.label }];
    const prefix = option.label.startsWith("<") ? "" : option.label.split(":")[0];
    const declared = new RegExp(`^\\s*PREFIX\\s+${prefix}:`, "im").test(view.state.doc.toString());
    if (prefixes[prefix] && !declared) changes.unshift({ from: 0, insert: `PREFIX ${prefix}: <${prefixes[prefix]}>\n` });
    const change = view.state.changes(changes);
    view.dispatch({
      changes: change,
      selection: { anchor: change.mapPos(to, 1) },
      userEvent: "input.complete",
      annotations: pickedCompletion.of(option),
      scrollIntoView: true,
    });
  };
}

/** Reads the vocabulary once, when it is first needed. */
function vocabulary(address) {
  let reading = null;
  return () => (reading ??= read(address).catch(() => ((reading = null), { words: [], prefixes: {} })));
}

async function read(address) {
  const { prefixes, words } = await (await fetch(address)).json();
  const folded = (text) => text.toLowerCase();
  return {
    prefixes,
    words: words.map((word) => ({ ...word, folded: folded(word.name), notation: folded(word.notation), zh: folded(word.zh), en: folded(word.en), label: word })),
  };
}

/** Where no name can stand: in text (also one that has no end yet), in a comment, inside an IRI. */
function closed({ state, pos }) {
  const before = state.sliceDoc(state.doc.lineAt(pos).from, pos).replace(/\\./g, "");
  const open = !/^(?:[^"']|"[^"]*"|'[^']*')*$/.test(before);
  return open || /String|Comment|IriRef|Langtag/.test(syntaxTree(state).resolveInner(pos, -1).name);
}

/** The completion source for a page in a language. */
export function completions(address, language) {
  const words = vocabulary(address);
  const kinds = KINDS[language];

  return async (context) => {
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) return variables(context, variable, kinds);
    const typed = context.matchBefore(/[\p{L}\p{N}_:.\-“”]+/u);
    if ((!typed && !context.explicit) || closed(context)) return null;
    const from = typed?.from ?? context.pos;
    const wanted = (typed?.text ?? "").toLowerCase();
    const { words: known, prefixes } = await words();
    if (context.aborted) return null;
    const found = known
      .map((word, place) => [rank(word, wanted), place, word])
      .filter(([fit]) => fit !== null)
      .sort(([a, one], [b, other]) => a - b || one - other)
      .slice(0, MOST)
      .map(([, , { label: word }]) => ({
        label: word.name,
        detail: [word.notation, word[language] || word.zh || word.en].filter(Boolean).join(" "),
        kind: kinds[word.kind],
        apply: apply(prefixes),
      }));
    const keywords = KEYWORDS.filter((each) => wanted && each.startsWith(wanted.toUpperCase()));
    return { from, filter: false, options: [...keywords.map((label) => ({ label, kind: kinds.keyword })), ...found] };
  };
}

function variables(context, typed, kinds) {
  const text = context.state.doc.toString();
  const found = new Set([...text.matchAll(/[?$]\w+/g)].filter(({ index }) => index !== typed.from).map(([name]) => name));
  if (!found.size) return null;
  return { from: typed.from, options: [...found].map((label) => ({ label, kind: kinds.variable })), validFor: /^[?$]\w*$/ };
}
