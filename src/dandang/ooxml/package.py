"""The parts of a workbook, with their relationships and content types (ECMA-376, part 2)."""

from __future__ import annotations

import posixpath
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import IO, NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

CONTENT_TYPES = "[Content_Types].xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
#: What XML cannot hold, and the carriage return, which it does not keep.
_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

#: What reading an archive and its XML raises where they are damaged, encrypted or packed in a way of their own.
_DAMAGED = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    RuntimeError,
    ElementTree.ParseError,
)

#: A part in pieces as it is to be, from the stream of what it was.
Change = Callable[[IO[bytes]], Iterator[bytes]]


class Relationship(NamedTuple):
    """What a part refers to: the last word of the kind, and the name of the other part."""

    id: str
    kind: str
    target: str


class Package:
    """A workbook whose parts may be replaced, added to, or changed as they are copied."""

    def __init__(self, content: bytes) -> None:
        self._archive = ZipFile(BytesIO(content))
        self._stored = set(self._archive.namelist())
        self._written: dict[str, str] = {}

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part in self._written or part in self._stored

    def text(self, part: str) -> str:
        """The text of a part as it is now."""
        if part in self._written:
            return self._written[part]
        return self._archive.read(part).decode("utf-8-sig")

    def opened(self, part: str) -> IO[bytes]:
        """The content of a part as it was."""
        return self._archive.open(part)

    def write(self, part: str, text: str) -> None:
        """Replace or add a part."""
        self._written[part] = text if text.startswith("<?xml") else _START + text

    def free(self, pattern: str) -> str:
        """The first name of a pattern such as `xl/worksheets/sheet{}.xml` that no part has."""
        taken = {name.lower() for name in (*self._stored, *self._written)}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    # --- how the parts hang together ---

    def relationships(self, part: str) -> list[Relationship]:
        """What a part refers to inside the workbook."""
        name = _rels(part)
        if not self.has(name):
            return []
        found = []
        for link in ElementTree.fromstring(self.text(name).encode()):
            target = link.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(part), target)
            kind = link.get("Type", "").rpartition("/")[2]
            found.append(Relationship(link.get("Id", ""), kind, posixpath.normpath(whole)))
        return found

    def related(self, part: str, kind: str) -> str:
        """The part that a part refers to as such; empty where there is none."""
        return next((link.target for link in self.relationships(part) if link.kind == kind), "")

    def relate(self, part: str, kind: str, target: str) -> str:
        """Make a part refer to another; returns the id of the relationship."""
        taken = {link.id for link in self.relationships(part)}
        own = next(name for name in (f"rId{number}" for number in range(1, len(taken) + 2)) if name not in taken)
        name = _rels(part)
        text = self.text(name) if self.has(name) else f'<Relationships xmlns="{_RELATIONSHIPS}"></Relationships>'
        link = f'<Relationship Id="{own}" Type="{OFFICE}/{kind}" Target="/{target}"/>'
        self.write(
            name,
            before(
                re.sub(r"<(\w+:)?Relationships([^>]*)/>", r"<\1Relationships\2></\1Relationships>", text),
                "Relationships",
                link,
            ),
        )
        return own

    def declare(self, part: str, kind: str) -> None:
        """Say what an added part is, such as `worksheet` or `comments`."""
        link = f'<Override PartName="/{part}" ContentType="{_TYPE}{kind}+xml"/>'
        self.write(CONTENT_TYPES, before(self.text(CONTENT_TYPES), "Types", link))

    def declare_drawings(self) -> None:
        """Say what parts whose names end in `.vml` are."""
        text = self.text(CONTENT_TYPES)
        if not re.search(r'Extension="vml"', text, re.IGNORECASE):
            kind = "application/vnd.openxmlformats-officedocument.vmlDrawing"
            self.write(
                CONTENT_TYPES,
                re.sub(
                    r"(<(?:\w+:)?Types\b[^>]*>)", rf'\1<Default Extension="vml" ContentType="{kind}"/>', text, count=1
                ),
            )

    def workbook(self) -> str:
        """The part that lists the sheets."""
        return next(
            (link.target for link in self.relationships("") if link.kind == "officeDocument"), "xl/workbook.xml"
        )

    def sheets(self) -> dict[str, str]:
        """The part of each sheet by its name, in their order; neither the order nor the numbers of parts tell it."""
        targets = {link.id: link.target for link in self.relationships(self.workbook())}
        found = {}
        for element in ElementTree.fromstring(self.text(self.workbook()).encode()).iter():
            if element.tag.endswith("}sheet"):
                link = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
                found[element.get("name", "")] = targets.get(link, "")
        return found

    def saved(self, changes: Mapping[str, Change], late: Mapping[str, Callable[[], str]]) -> bytes:
        """The workbook with parts changed on the way; the texts of `late` parts depend on those changes."""
        out = BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as archive:
            names = [CONTENT_TYPES, *(name for name in self._archive.namelist() if name != CONTENT_TYPES)]
            for name in dict.fromkeys([*names, *self._written]):
                if name in self._written and name not in late:
                    archive.writestr(name, self._written[name])
                elif name not in late:
                    with self.opened(name) as source, archive.open(name, "w", force_zip64=True) as target:
                        for piece in changes.get(name, _unchanged)(source):
                            target.write(piece)
            for name, text in late.items():
                archive.writestr(name, text())
        return out.getvalue()


def is_whole(content: bytes) -> bool:
    """Whether the bytes are a workbook that can be copied: an undamaged archive whose list of sheets leads to them."""
    try:
        package = Package(content)
        sheets = package.sheets().values()
        return all(map(package.has, sheets)) and ZipFile(BytesIO(content)).testzip() is None
    except _DAMAGED:
        return False


def _unchanged(stream: IO[bytes]) -> Iterator[bytes]:
    yield from iter(lambda: stream.read(1 << 20), b"")


def _rels(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def before(text: str, end: str, added: str) -> str:
    """XML with something added before the last end tag of a name, with whatever prefix."""
    found = list(re.finditer(rf"</(?:\w+:)?{end}>", text))
    return text[: found[-1].start()] + added + text[found[-1].start() :] if found else text


def xml_text(text: str) -> str:
    """A text for a cell or a note: without characters that a workbook cannot hold, and no longer than a cell can be."""
    legal = _ILLEGAL.sub("", text)[:32_000]
    return escape(_ESCAPED.sub("_x005F_", legal))


def xml_attribute(text: str) -> str:
    """A text as an attribute with its quotation marks."""
    return quoteattr(text)
