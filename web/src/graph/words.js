// What the graph says, in the language of the page.

const ZH = {
  lang: "zh",
  open: "展开互动图",
  close: "收起互动图",
  graph: "互动关系图；下方列表与图相同",
  larger: "放大",
  smaller: "缩小",
  whole: "看全图",
  page: "打开页面",
  expand: "展开它的关联",
  connected: "与它相连",
  negative: "须为“否”",
  colon: "：",
};
const EN = {
  lang: "en",
  open: "Open the interactive graph",
  close: "Close the interactive graph",
  graph: "Interactive graph; the list below says the same",
  larger: "Zoom in",
  smaller: "Zoom out",
  whole: "Show all",
  page: "Open its page",
  expand: "Show what it is connected with",
  connected: "Connected with it",
  negative: "must be “no”",
  colon: ": ",
};

export const words = () => (document.documentElement.lang.startsWith("zh") ? ZH : EN);

/** A label in the language of the page; the other one where that is missing. */
export const named = (label, lang) => (label ? label[lang] || label.zh || label.en : "");

/** A thing as it is called: notation and label. */
export const titled = (data, lang) => [data.notation, named(data.label, lang)].filter(Boolean).join(" ");

/** The width of a text in ems: a full one for Chinese, a little over a half for the rest. */
export const widthOf = (text) => [...text].reduce((sum, sign) => sum + (/[\u2e80-\uffef]/.test(sign) ? 1 : 0.56), 0);

// What stays together: opening marks with what follows them, a word or a Chinese character, and the closing marks behind it.
const PIECES = /[“‘（《「『(]*(?:[^\s\u2e80-\uffef“‘]+|[\u2e80-\uffef])[，。、；：？！”’）》」』％]*\s*/g;

/** A text in as few lines of so many ems as it needs, nearly equal ones, so that no character is left over. */
export function wrapped(text, most) {
  const count = Math.ceil(widthOf(text) / most);
  for (let limit = Math.ceil(widthOf(text) / count); limit < most; limit += 1) {
    const lines = filled(text, limit);
    if (lines.length <= count) return lines;
  }
  return filled(text, most);
}

function filled(text, limit) {
  const lines = [""];
  for (const piece of text.match(PIECES) ?? [text]) {
    if (lines.at(-1) && widthOf((lines.at(-1) + piece).trimEnd()) > limit) lines.push("");
    lines.push(lines.pop() + piece);
  }
  return lines.map((line) => line.trim());
}
