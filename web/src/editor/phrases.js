// What CodeMirror says to the reader, in Chinese; its own words are English.

export const phrases = {
  zh: {
    Completions: "提示",
    Diagnostics: "问题",
    "No diagnostics": "没有问题",
    "close": "关闭",
    "current match": "当前匹配",
    "Control character": "控制字符",
  },
  en: {},
};
