"""Files of other kinds, known by how they begin: what people have of a case is often a PDF, a Word document or a picture."""

from __future__ import annotations

from dandang.cases.files import OLD_OFFICE
from dandang.errors import UnreadableFile
from dandang.messages import Text
from dandang.model import Place

_WORD = Text("Word 文档", "a Word document")
_SLIDES = Text("演示文稿", "a slide show")
_PICTURE = Text("图片", "a picture")
_ARCHIVE = Text("压缩包", "an archive")
_PAGE = Text("网页", "a web page")
#: How a file begins → what it is. Letters of either case.
_STARTS = {
    b"%pdf-": Text("PDF 文件", "a PDF file"),
    b"{\\rtf": Text("RTF 文档", "an RTF document"),
    b"<!doctype html": _PAGE,
    b"<html": _PAGE,
    b"\x89png\r\n": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"gif87a": _PICTURE,
    b"gif89a": _PICTURE,
    b"ii*\x00": _PICTURE,
    b"mm\x00*": _PICTURE,
    b"rar!\x1a": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
}
#: Part of a zip archive → what the archive is.
_PARTS = {
    "word/": _WORD,
    "ppt/": _SLIDES,
    "OFD.xml": Text("OFD 版式文件", "an OFD document"),
    "content.xml": None,
    "xl/": None,
}
#: Stream of an old office file → what it is; old workbooks are told how to save them anew.
_STREAMS = {"WordDocument": _WORD, "PowerPoint Document": _SLIDES}


def refuse_foreign_kind(content: bytes, name: str) -> None:
    """Raises UnreadableFile where the bytes are of a kind that holds no cases."""
    kind = foreign_kind(content)
    # What an office system exports as a table is often a page; the reader of workbooks says how to save it as a workbook.
    exported = kind is _PAGE and name.lower().endswith(".xlsx")
    if kind is not None and not exported:
        hint = (
            "可以读取的有 Excel 工作簿（.xlsx）、CSV、YAML、JSON、JSON-LD、Turtle 等；空白的案件文件可用 `dandang template` 生成",
            "Excel workbooks (.xlsx), CSV, YAML, JSON, JSON-LD, Turtle and the like can be read; `dandang template` writes an empty case file",
        )
        raise UnreadableFile(
            f"这种文件（{kind.zh}）不能读取",
            f"this kind of file ({kind.en}) cannot be read",
            hint=hint,
            place=Place(name),
        )


def foreign_kind(content: bytes) -> Text | None:
    """What a file is that is no case file; None where it may be one."""
    if content.startswith(b"PK\x03\x04"):
        return _archive_kind(content)
    if content.startswith(OLD_OFFICE):
        return next((kind for name, kind in _STREAMS.items() if name.encode("utf-16-le") in content), None)
    start = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((kind for begins, kind in _STARTS.items() if start.startswith(begins)), None)


def _archive_kind(content: bytes) -> Text | None:
    """A zip archive by what is in it; one that cannot be opened is left to the reader of workbooks."""
    # Loaded for archives only: most cases are text.
    from io import BytesIO
    from zipfile import BadZipFile, ZipFile

    try:
        names = ZipFile(BytesIO(content)).namelist()
    except (BadZipFile, ValueError, OSError):
        return None
    return next((kind for part, kind in _PARTS.items() if any(name.startswith(part) for name in names)), _ARCHIVE)
