"""Files that are no case files at all, known by how they begin: each is told what it is and what to save it as."""

from __future__ import annotations

import re
from typing import NamedTuple

from dandang.errors import UnreadableFile
from dandang.model import Place

#: How the files of the old office programs begin (.xls, .et), and workbooks with a password.
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_AS_WORKBOOK = (
    "请用 WPS 或 Excel 打开，另存为“Excel 工作簿（.xlsx）”",
    "open it in Excel, WPS or LibreOffice and save it as an Excel workbook (.xlsx)",
)
_AS_FORM = (
    "可以读取 Excel 工作簿（.xlsx）、CSV、YAML、JSON、Turtle 等；请填写 `dandang template 案件.xlsx` 给出的空白表格，或者网页上的表格",
    "Excel workbooks (.xlsx), CSV, YAML, JSON, Turtle and the like can be read: fill in the empty form that `dandang template case.xlsx` writes, or the one of the web page",
)
_UNPACK = ("请先解压，再给出其中的文件或者文件夹", "unpack it and name the files or the folder in it")


class _Kind(NamedTuple):
    """What a file is, and what to do instead."""

    zh: str
    en: str
    hint: tuple[str, str]

    def error(self, name: str) -> UnreadableFile:
        return UnreadableFile(
            f"这是{self.zh}，不是案件文件", f"this is {self.en}, not a case file", hint=self.hint, place=Place(name)
        )


_ARCHIVE = _Kind("压缩包", "an archive", _UNPACK)
_IMAGE = _Kind("图片", "a picture", _AS_FORM)
_WORD = _Kind(" Word 文档", "a Word document", _AS_FORM)
_SLIDES = _Kind("演示文稿", "a slide show", _AS_FORM)
_PAGE = _Kind(
    "网页（有的系统导出的工作簿其实是网页）", "a web page (what some systems export as .xls is one)", _AS_WORKBOOK
)
#: By the first bytes. A workbook and every other ZIP archive is told by what is in it.
_BEGINNINGS = {
    b"%PDF-": _Kind(" PDF", "a PDF", _AS_FORM),
    b"{\\rtf": _Kind(" RTF 文档", "an RTF document", _AS_FORM),
    b"\x89PNG": _IMAGE,
    b"\xff\xd8\xff": _IMAGE,
    b"GIF8": _IMAGE,
    b"Rar!": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
    b"II*\x00": _IMAGE,
    b"MM\x00*": _IMAGE,
}
#: By a part of the ZIP archive, the most telling first.
_PARTS = (
    ("word/document.xml", _WORD),
    ("ppt/presentation.xml", _SLIDES),
    ("OFD.xml", _Kind(" OFD 版式文件", "an OFD document", _AS_FORM)),
    ("xl/workbook.bin", _Kind("二进制工作簿（.xlsb）", "a binary workbook (.xlsb)", _AS_WORKBOOK)),
    ("content.xml", _Kind(" OpenDocument 表格（.ods）", "an OpenDocument sheet (.ods)", _AS_WORKBOOK)),
)
#: By a stream of the files of the old office programs; old workbooks are told by their reader how to save them anew.
_STREAMS = {"WordDocument": _WORD, "PowerPoint Document": _SLIDES}
_MARKUP = re.compile(r"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body|table|meta)\b", re.IGNORECASE | re.DOTALL)
_OLD_XML = "urn:schemas-microsoft-com:office:spreadsheet"
_LOOKED_AT = 2048


def refuse_foreign(content: bytes, name: str) -> None:
    """Raises UnreadableFile where the bytes are a document, picture, web page or archive that holds no case as it is."""
    kind = foreign_kind(content)
    if kind:
        raise kind.error(name)


def foreign_kind(content: bytes) -> _Kind | None:
    """What a file is that is no case file; None where it may be one."""
    if content.startswith(b"PK"):
        return _zipped(content)
    if content.startswith(OLD_OFFICE):
        return next((kind for name, kind in _STREAMS.items() if name.encode("utf-16-le") in content), None)
    found = next((kind for start, kind in _BEGINNINGS.items() if content.startswith(start)), None)
    # Whatever is a page of markup begins so in any encoding.
    return found or (_marked_up(content[:_LOOKED_AT]) if b"<" in content[:_LOOKED_AT] else None)


def _zipped(content: bytes) -> _Kind | None:
    """None for a workbook, and for what cannot be opened: what is wrong with these is told by the reader of workbooks."""
    import struct
    from io import BytesIO
    from zipfile import BadZipFile, ZipFile

    try:
        parts = set(ZipFile(BytesIO(content)).namelist())
    except (BadZipFile, struct.error, NotImplementedError, OSError, ValueError):
        return None
    found = next((kind for part, kind in _PARTS if part in parts), None)
    return found or (None if any(part.startswith("xl/") for part in parts) else _ARCHIVE)


def _marked_up(start: bytes) -> _Kind | None:
    text = start.decode("utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig", errors="replace")
    if _MARKUP.match(text):
        return _PAGE
    if _OLD_XML in text:
        return _Kind("旧式的 XML 表格", "a spreadsheet in the old XML format", _AS_WORKBOOK)
    return _PAGE if text.startswith("MIME-Version:") else None
