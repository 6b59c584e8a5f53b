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
