"""Text as it is compared: without the differences that people do not mean, and with the way back to the text as it stands."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category, combining, normalize

if TYPE_CHECKING:
    from opencc import OpenCC

#: Punctuation that carries meaning in notations and numbers; all other punctuation is left out.
_KEPT = "#+-/.%"
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|(\d{1,2})月(\d{1,2})日?|(\d{4})(\d{2})(\d{2})")


class Folded(NamedTuple):
    """A folded text; `origin` holds for each of its characters the place in the text as it stands, in code points."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the text as it stands that a stretch of the folded text comes from."""
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Half-width, lower case, simplified characters, one space between words, no punctuation."""
    signs: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(text):
        for folded in _sign(sign):
            if folded != " " or (signs and signs[-1] != " "):
                signs.append(folded)
                origin.append(place)
    return Folded("".join(signs), tuple(origin))


@cache
def _sign(sign: str) -> str:
    return "".join(
        " " if part.isspace() else part for part in simplified(normalize("NFKC", sign)).lower() if _meant(part)
    )


def _meant(sign: str) -> bool:
    return sign in _KEPT or category(sign)[0] not in "PC" or sign.isspace()


def simplified(text: str) -> str:
    """The text in simplified characters."""
    if text.isascii():
        return text
    found: str = _converter().convert(text)
    return found


@cache
def _converter() -> OpenCC:
    # Loaded at the first search: no other command pays for the dictionaries.
    from opencc import OpenCC

    return OpenCC("t2s")


def plain(text: str) -> str:
    """Letters without tone marks, ü as v: how pinyin is typed."""
    parts = normalize(
        "NFKD", text.replace("ü", "v").replace("ǖ", "v").replace("ǘ", "v").replace("ǚ", "v").replace("ǜ", "v")
    )
    return "".join(part for part in parts if not combining(part))


def stem(word: str) -> str:
    """An English word without its commonest endings; what is left is looked for at the beginning of words."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ings", ""), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= 3:
            return word.removesuffix(ending) + instead
    return word


def dates(word: str) -> tuple[str, ...]:
    """The ways in which a date may stand in a text, where the word is one."""
    match = _DATE.fullmatch(word)
    if match is None:
        return ()
    year, month, day = (
        match[1] or match[6] or "",
        match[2] or match[4] or match[7],
        match[3] or match[5] or match[8] or "",
    )
    number = f"{int(month)}月" + (f"{int(day)}日" if day else "")
    iso = f"{int(month):02}" + (f"-{int(day):02}" if day else "")
    return (f"{year}年{number}", f"{year}-{iso}") if year else (number, f"-{iso}")
