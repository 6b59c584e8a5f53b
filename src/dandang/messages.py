"""Text in two languages, kept together so that neither can be forgotten."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The same thing said in Chinese and in English."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """The text in `lang` ("zh" or "en"); the other language where this one is empty."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)


LANGUAGES = ("zh", "en")
#: Where all facts are listed, for who types commands; pages say it in their own way (`web.language.sentence`).
ALL_FACTS = Text("`dandang ask cq-18` 列出全部事实", "`dandang ask cq-18` lists all facts")
