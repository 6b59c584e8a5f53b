"""What drawings are made of: lengths in user units, text that fits its box, and curves between boxes. No HTML, no colours."""

from __future__ import annotations

from typing import NamedTuple
from unicodedata import east_asian_width

from dandang.messages import Text
from dandang.web.language import TAGS


class Words(NamedTuple):
    """A line of text, cut to its box, with the whole text and its language for a title and a screen reader."""

    text: str
    whole: str
    lang: str


class Box(NamedTuple):
    """A thing in a drawing: its place and size, where it leads, its lines of text, and a class that says what it is."""

    x: float
    y: float
    width: float
    height: float
    iri: str
    lines: tuple[Words, ...]
    kind: str = ""

    @property
    def middle(self) -> float:
        """The height of its centre."""
        return self.y + self.height / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


def width_of(text: str) -> float:
    """The width of a text in ems: a full one for Chinese, a little over a half for the rest."""
    return sum(1.0 if east_asian_width(sign) in "WFA" else 0.56 for sign in text)


def fitted(text: str, ems: float) -> str:
    """The text, cut with an ellipsis where it is wider than that."""
    if width_of(text) <= ems:
        return text
    kept, used = "", 1.0
    for sign in text:
        used += width_of(sign)
        if used > ems:
            break
        kept += sign
    return kept.rstrip() + "…"


def wrapped(text: str, ems: float, most: int) -> tuple[str, ...]:
    """The text in at most so many lines: Chinese breaks anywhere but before closing punctuation, the rest between words."""
    lines: list[str] = [""]
    for piece in _pieces(text):
        if lines[-1] and width_of(lines[-1] + piece.rstrip()) > ems and piece not in _CLOSING:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    if len(lines) > most:
        lines[most - 1 :] = [fitted("".join(lines[most - 1 :]), ems)]
    return tuple(line.strip() for line in lines)


_CLOSING = "，。、；：？！”’）》」』％"


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for sign in text:
        wide = east_asian_width(sign) in "WFA"
        if pieces and not wide and not pieces[-1].endswith(" ") and east_asian_width(pieces[-1][-1]) not in "WFA":
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def words(text: Text, lang: str, ems: float, *, before: str = "", most: int = 1) -> tuple[Words, ...]:
    """A text of the graph as lines of a box, in the language of the page where there is one."""
    shown = text.in_(lang)
    own = bool(text.zh if lang == "zh" else text.en)
    tag = TAGS[lang if own else ("en" if lang == "zh" else "zh")]
    whole = f"{before} {shown}".strip()
    return tuple(Words(line, whole, tag) for line in wrapped(whole, ems, most))


def curve(x: float, y: float, to_x: float, to_y: float) -> str:
    """A path that leaves and arrives level."""
    half = (x + to_x) / 2
    return f"M{x:.0f} {y:.0f}C{half:.0f} {y:.0f} {half:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"


def drop(x: float, y: float, to_x: float, to_y: float) -> str:
    """A path that leaves and arrives upright."""
    half = (y + to_y) / 2
    return f"M{x:.0f} {y:.0f}C{x:.0f} {half:.0f} {to_x:.0f} {half:.0f} {to_x:.0f} {to_y:.0f}"
