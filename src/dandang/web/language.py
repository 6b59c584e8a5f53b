"""The language of a request, and text in it."""

from __future__ import annotations

import re

from flask import g, request
from markupsafe import Markup, escape

from dandang.messages import ALL_FACTS, LANGUAGES, Text

TAGS = {"zh": "zh-Hans", "en": "en"}
#: A run of Chinese, with the punctuation within it.
_HAN = re.compile(r"[\u3400-\u9fff](?:[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]*[\u3400-\u9fff])?")
_MISSING = {
    "zh": Text("暂无中文", "暂无中文"),
    "en": Text("no English yet", "no English yet"),
}


def negotiated() -> str:
    """The language that the request prefers; Chinese where it does not say."""
    return request.accept_languages.best_match(LANGUAGES, "zh") or "zh"


def language() -> str:
    """The language of the page being made."""
    found: str = g.get("lang") or path_language() or negotiated()
    return found


def path_language() -> str | None:
    """The language that the address names."""
    first = request.path.split("/", 2)[1] if request.path.count("/") else ""
    return first if first in LANGUAGES else None


def other() -> str:
    """The other language."""
    return "en" if language() == "zh" else "zh"


def t(zh: str, en: str) -> str:
    """Text of our own in the language of the page."""
    return zh if language() == "zh" else en


#: What a hint says where a command would have to be typed → what it says on a page.
_ON_PAGES = {ALL_FACTS: Text("全部事实见本站的“事实”一页", "all facts are on the page “Facts”")}


_ENDS = (".", "。", "?", "？", "!", "！", ":", "：", "\n", ">", "}")


def sentence(said: Text) -> Text:
    """What an error says or advises, as a sentence of a page: on the command line it follows other words, has neither capital nor
    full stop, and may name a command."""
    found = _ON_PAGES.get(said, said)
    zh, en = (
        part + stop if part and not part.endswith(_ENDS) else part for part, stop in zip(found, "。.", strict=True)
    )
    return Text(zh, en[:1].upper() + en[1:] if re.match(r"[a-z]+[ ,]", en) else en)


def label(text: Text) -> str | Markup:
    """A text of the graph in the language of the page."""
    return label_in(text, language())


def label_in(text: Text, lang: str) -> str | Markup:
    """A text of the graph; where the language is missing, the other one, marked."""
    own, foreign = (text.zh, text.en) if lang == "zh" else (text.en, text.zh)
    if own or not foreign:
        return spoken(own, lang)
    return Markup('<span class="untranslated">{} <small>({})</small></span>').format(
        tagged(foreign, "en" if lang == "zh" else "zh"), _MISSING[lang].in_(lang)
    )


def spoken(text: str, lang: str) -> str | Markup:
    """A text in a language; Chinese words that an English text quotes say that they are Chinese, so that they are read and drawn
    as such."""
    if lang != "en" or not _HAN.search(text):
        return text
    marked, last = Markup(""), 0
    for found in _HAN.finditer(text):
        marked += escape(text[last : found.start()]) + Markup('<span lang="{}">{}</span>').format(
            TAGS["zh"], found.group()
        )
        last = found.end()
    return marked + escape(text[last:])


def tagged(text: str, lang: str) -> Markup:
    """A text in a language of its own."""
    if not lang:
        return escape(spoken(text, language()))
    return Markup('<span lang="{}">{}</span>').format(TAGS.get(lang, lang), spoken(text, lang))


def lang_of(text: str) -> str | Markup:
    """The lang attribute of an element that may hold no other, for Chinese on an English page."""
    return Markup(' lang="{}"').format(TAGS["zh"]) if language() == "en" and _HAN.search(text) else ""
