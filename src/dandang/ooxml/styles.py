"""The formats of cells: those there are, and the same with a colour."""

from __future__ import annotations

import re
from collections.abc import Callable

from dandang.ooxml.package import MAIN

#: What a workbook without formats of its own has.
PLAIN = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_FORMAT = re.compile(r"<(?:\w+:)?xf\b(?:[^>]*/>|[^>]*>.*?</(?:\w+:)?xf>)", re.DOTALL)
_ITEM = r"<(?:\w+:)?{item}\b(?:[^>]*/>|[^>]*>.*?</(?:\w+:)?{item}>)"


class Styles:
    """The formats of a workbook, to which formats are added as they are needed."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._formats: list[str] = _FORMAT.findall(_section(text, "cellXfs"))
        named = re.search(r"<(\w+:)?styleSheet", text)
        self._prefix = (named[1] or "") if named else ""
        self._coloured: dict[tuple[int, str], int] = {}

    def coloured(self, number: int, colour: str) -> int:
        """The number of the format that is as the given one but for its background, RRGGBB."""
        key = number, colour
        if key not in self._coloured:
            fill = self._added(
                "fills",
                "fill",
                f'<{{p}}patternFill patternType="solid"><{{p}}fgColor rgb="FF{colour}"/><{{p}}bgColor indexed="64"/></{{p}}patternFill>',
            )
            known = self._formats[number if number < len(self._formats) else 0]
            self._coloured[key] = self._format(_with(known, fillId=str(fill), applyFill="1"))
        return self._coloured[key]

    def wrapped(self, *, font: str = "") -> int:
        """The number of a plain format whose text is broken into lines; `font` is what its font has beside the usual, as XML."""
        own = self._added("fonts", "font", font + '<{p}sz val="11"/>') if font else 0
        align = f'<{self._prefix}alignment vertical="top" wrapText="1"/>'
        begin = f'<{self._prefix}xf numFmtId="0" fontId="{own}" fillId="0" borderId="0" xfId="0" applyAlignment="1"'
        return self._format(
            f"{begin}{' applyFont=' + chr(34) + '1' + chr(34) if font else ''}>{align}</{self._prefix}xf>"
        )

    def xml(self) -> str:
        """The part as it is now."""
        return _replaced(self._text, "cellXfs", lambda _: "".join(self._formats), len(self._formats))

    def _format(self, text: str) -> int:
        self._formats.append(text)
        return len(self._formats) - 1

    def _added(self, section: str, item: str, content: str) -> int:
        """The number of a new item of a section, or of one there is that says the same."""
        one = f"<{{p}}{item}>{content}</{{p}}{item}>".replace("{p}", self._prefix)
        known = re.findall(_ITEM.format(item=item), _section(self._text, section), re.DOTALL)
        if one not in known:
            known.append(one)
            self._text = _replaced(self._text, section, lambda old: old + one, len(known))
        return known.index(one)


def _section(text: str, name: str) -> str:
    found = re.search(rf"<(?:\w+:)?{name}\b[^>]*>(.*?)</(?:\w+:)?{name}>", text, re.DOTALL)
    return found[1] if found else ""


def _replaced(text: str, name: str, content: Callable[[str], str], count: int) -> str:
    def renewed(found: re.Match[str]) -> str:
        return re.sub(r'\bcount="\d+"', f'count="{count}"', found[1]) + content(found[2]) + found[3]

    return re.sub(rf"(<(?:\w+:)?{name}\b[^>]*>)(.*?)(</(?:\w+:)?{name}>)", renewed, text, count=1, flags=re.DOTALL)


def _with(tag: str, **attributes: str) -> str:
    """An element with attributes set in its first tag."""
    begin, end = re.match(r"(<[^>]*?)(/?>)", tag), tag
    assert begin
    head = begin[1].rstrip()
    for name, value in attributes.items():
        head = re.sub(rf'\s{name}="[^"]*"', "", head) + f' {name}="{value}"'
    return head + end[begin.end(1) :]
