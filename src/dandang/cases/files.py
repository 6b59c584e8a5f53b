"""Bytes of a case file, with a clear word about what is wrong with the file itself."""

from __future__ import annotations

from dandang.cases.foreign import OLD_OFFICE
from dandang.cases.sources import opened_source, unreadable
from dandang.errors import UnreadableFile
from dandang.model import Place

#: A case is a page of text. A file beyond this size is something else, or belongs to bulk validation.
MAX_BYTES = 8 * 1024 * 1024
#: A table is read whole, since a workbook cannot be read otherwise; some hundred thousand rows.
MAX_TABLE = 256 * 1024 * 1024


def read_bytes(name: str, *, most: int = MAX_BYTES) -> bytes:
    """The content of a file, `-` being standard input. Raises UnreadableFile."""
    content, fault = read_so_far(name, most=most)
    if fault:
        raise fault
    return content


def read_so_far(name: str, *, most: int = MAX_BYTES) -> tuple[bytes, UnreadableFile | None]:
    """The content of a file and, where it is packed and cut off or damaged, what can be unpacked and what is wrong. Raises UnreadableFile."""
    try:
        with opened_source(name) as stream:
            content = stream.read(most + 1)
    except (OSError, ValueError) as error:
        raise unreadable(name, error) from error
    content, fault = _unpacked(content, name, most)
    if len(content) > most:
        limit = most // (1024 * 1024)
        hint = ("请拆成较小的文件，每个文件几件案件", "split it into smaller files of a few cases each")
        if name == "-":
            hint = (
                "大批案件请写明格式，例如 --syntax jsonl、--syntax nq",
                "for many cases say what they are, as in --syntax jsonl or --syntax nq",
            )
        raise UnreadableFile(
            f"文件超过 {limit} MB", f"the file is larger than {limit} MB", hint=hint, place=Place(name)
        )
    return content, fault


def _unpacked(content: bytes, name: str, most: int) -> tuple[bytes, UnreadableFile | None]:
    named = name.lower().endswith((".gz", ".zst"))
    if not named and not content.startswith((b"\x1f", b"\x28")):
        return content, None
    from dandang.cases.compressed import is_packed, unpacked_so_far

    return unpacked_so_far(content, name, most) if named or is_packed(content) else (content, None)


def is_workbook(content: bytes) -> bool:
    """Whether the bytes are a zip archive, as every .xlsx file is, or a workbook that cannot be read as it is."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06", OLD_OFFICE))


def decode(content: bytes, name: str) -> str:
    """The text of a file: UTF-8, with or without a byte order mark. Raises UnreadableFile with the first bad line."""
    # No text has zero bytes; every other one being zero is how UTF-16 without its mark begins.
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or content[:4:2] == b"\0\0" or content[1:4:2] == b"\0\0":
        encoding = "UTF-16"
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            encoding = _guess(content)
            line = content.count(b"\n", 0, error.start) + 1
            raise not_utf8(encoding, Place(name, line)) from error
        if not text.strip():
            hint = ("可用 `dandang template` 生成样例", "`dandang template` writes one to start from")
            raise UnreadableFile("文件是空的", "the file is empty", hint=hint, place=Place(name))
        return text
    raise not_utf8(encoding, Place(name))


def _guess(content: bytes) -> str:
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return "?"
    return "GB18030 / GBK"


def not_utf8(encoding: str, place: Place) -> UnreadableFile:
    """The error for text in another encoding, which is named where it is known, else `?`."""
    known = encoding != "?"
    zh = f"文件不是 UTF-8 编码（看来是 {encoding}）" if known else "文件不是 UTF-8 编码的文本"
    en = f"the file is not in UTF-8 (it looks like {encoding})" if known else "the file is not UTF-8 text"
    hint = ("请在编辑器中另存为 UTF-8", "save it as UTF-8 in your editor")
    return UnreadableFile(zh, en, hint=hint, place=place)
