"""The language of a request, and text in it."""

from __future__ import annotations

from flask import g, request
from markupsafe import Markup, escape

from dandang.messages import LANGUAGES, Text

TAGS = {"zh": "zh-Hans", "en": "en"}
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


def label(text: Text) -> str | Markup:
    """A text of the graph in the language of the page."""
    return label_in(text, language())


def label_in(text: Text, lang: str) -> str | Markup:
    """A text of the graph; where the language is missing, the other one, marked."""
    own, foreign = (text.zh, text.en) if lang == "zh" else (text.en, text.zh)
    if own or not foreign:
        return own
    return Markup('<span class="untranslated"><span lang="{}">{}</span> <small>({})</small></span>').format(
        TAGS["en" if lang == "zh" else "zh"], foreign, _MISSING[lang].in_(lang)
    )


def tagged(text: str, lang: str) -> Markup:
    """A text in a language of its own."""
    return Markup('<span lang="{}">{}</span>').format(TAGS.get(lang, lang), text) if lang else escape(text)
