"""Notes on cells: the texts, and the drawing that places each (ECMA-376, part 1, 18.7, and part 4, 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dandang.ooxml.columns import letters
from dandang.ooxml.package import MAIN, Package, before, xml_text

_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
#: What a shape of a note is like; its name is our own, so that it cannot meet another of the workbook.
_SHAPE_TYPE = (
    '<v:shapetype xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" id="_x0000_t2020" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel" '
    'id="_x0000_s{id}" type="#_x0000_t2020" style="position:absolute;width:270pt;height:{height}pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left}, 15, {top}, 2, {right}, 15, {bottom}, 4</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_NOTE = re.compile(r'<(?:\w+:)?comment\b[^>]*\sref="([A-Z]+[0-9]+)"[^>]*>.*?</(?:\w+:)?comment>', re.DOTALL)


def annotate(package: Package, sheet: str, texts: Mapping[tuple[int, int], str], author: str) -> str:
    """Put notes on the cells of a sheet (row and column from 1), behind those it has. Returns the id of the relationship to the drawing where there was none."""
    part = package.related(sheet, "comments")
    known = (
        package.text(part)
        if part
        else f'<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'
    )
    told, fresh = _texts(known, texts, author)
    if not part:
        part = package.free("xl/comments{}.xml")
        package.declare(part, "comments")
        package.relate(sheet, "comments", part)
    package.write(part, told)
    drawing = package.related(sheet, "vmlDrawing")
    link = ""
    if not drawing:
        drawing = package.free("xl/drawings/vmlDrawing{}.vml")
        link = package.relate(sheet, "vmlDrawing", drawing)
        package.declare_drawings()
        package.write(drawing, _DRAWING)
    package.write(drawing, _drawn(package.text(drawing), fresh))
    return link


def _texts(known: str, texts: Mapping[tuple[int, int], str], author: str) -> tuple[str, dict[tuple[int, int], str]]:
    """The part with the texts of notes, and those of them that are new notes."""
    named = re.search(r"<(\w+:)?comments\b", known)
    p = (named[1] or "") if named else ""
    known = re.sub(rf"<{p}(authors|commentList)\s*/>", rf"<{p}\1></{p}\1>", known)
    number = len(re.findall(rf"<{p}author\b", known))
    known = before(known, "authors", f"<{p}author>{xml_text(author)}</{p}author>")
    fresh = {f"{letters(column)}{row}": (row, column) for row, column in texts}

    def longer(note: re.Match[str]) -> str:
        cell = fresh.pop(note[1], None)
        if cell is None:
            return note[0]
        more = f'<{p}r><{p}t xml:space="preserve">{xml_text(chr(10) * 2 + texts[cell])}</{p}t></{p}r>'
        return before(note[0], "text", more)

    known = _NOTE.sub(longer, known)
    added = (
        f'<{p}comment ref="{ref}" authorId="{number}"><{p}text><{p}r>'
        f'<{p}t xml:space="preserve">{xml_text(texts[cell])}</{p}t></{p}r></{p}text></{p}comment>'
        for ref, cell in fresh.items()
    )
    return before(known, "commentList", "".join(added)), {cell: texts[cell] for cell in fresh.values()}


def _drawn(drawing: str, fresh: Mapping[tuple[int, int], str]) -> str:
    """The drawing with a shape for each new note."""
    first = max((int(number) for number in re.findall(r'id="_x0000_s(\d+)"', drawing)), default=1024) + 1
    shapes = [
        _SHAPE.format(
            id=number,
            left=column,
            right=column + 4,
            top=row - 1,
            bottom=row + 4 + text.count("\n"),
            row=row - 1,
            column=column - 1,
            height=60 + 15 * text.count("\n"),
        )
        for number, ((row, column), text) in enumerate(fresh.items(), start=first)
    ]
    kind = "" if "_x0000_t2020" in drawing or not shapes else _SHAPE_TYPE
    return before(drawing, "xml", kind + "".join(shapes))
