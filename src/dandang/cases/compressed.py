"""Compressed case files: gzip and Zstandard, unpacked within bounds and with a word about what is wrong."""

from __future__ import annotations

import gzip
import zlib
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any, BinaryIO, cast

from dandang.errors import UnreadableFile
from dandang.model import Place

_CHUNK = 1 << 15
_GZIP, _ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def unpacked(content: bytes, name: str, most: int) -> bytes:
    """The content of a compressed file, at most `most` bytes and one more. Raises UnreadableFile where it is cut off or damaged."""
    found, fault = unpacked_so_far(content, name, most)
    if fault:
        raise fault
    return found


def unpacked_so_far(content: bytes, name: str, most: int) -> tuple[bytes, UnreadableFile | None]:
    """What can be unpacked of a compressed file, and where it is cut off or damaged, what is wrong with the rest."""
    found = b""
    try:
        with opened(BytesIO(content), name) as stream:
            # One look at a time: what came before a failure is not lost with it.
            while len(found) <= most and (part := stream.read1(min(most + 1 - len(found), 1 << 20))):  # type: ignore[attr-defined]
                found += part
    except EOFError:
        hint = ("文件没有传完，请重新复制或下载", "the file was not copied whole; copy or download it again")
        return found, UnreadableFile("压缩文件不完整", "the compressed file is cut off", hint=hint, place=Place(name))
    except (OSError, zlib.error, _zstandard_error()):
        return found, UnreadableFile(
            "压缩文件已损坏，或者不是所写的格式",
            "the compressed file is damaged, or not of the kind its name says",
            place=Place(name),
        )
    return found, None


def is_packed(start: bytes) -> bool:
    """Whether a file that begins so is compressed."""
    return start.startswith((_GZIP, _ZSTANDARD))


def packed_like(start: bytes, content: bytes) -> bytes:
    """The content compressed as the file was that began so; as it is where that was not compressed."""
    if start.startswith(_GZIP):
        return gzip.compress(content)
    if start.startswith(_ZSTANDARD):
        import zstandard

        return zstandard.ZstdCompressor().compress(content)
    return content


def opened(stream: BinaryIO, name: str) -> BinaryIO:
    """The unpacked content of a stream, by the ending of its name, by its first bytes where that says nothing. Reading raises EOFError where it is cut off."""
    ending = name.lower().rpartition(".")[2]
    if ending not in ("gz", "zst"):
        ending = "gz" if first_bytes(stream).startswith(_GZIP[:1]) else "zst"
    if ending == "gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    return cast(BinaryIO, BufferedReader(_Zstandard(stream), 1 << 16))


def first_bytes(stream: BinaryIO) -> bytes:
    """The first bytes of a stream, which stay in it; none where it cannot look ahead."""
    peek = getattr(stream, "peek", None)
    if peek:
        return bytes(peek(4)[:4])
    if not stream.seekable():
        return b""
    at = stream.tell()
    found = stream.read(4)
    stream.seek(at)
    return found


class _Zstandard(RawIOBase):
    """Unpacks frame after frame. The package's own reader takes a file that is cut off for one that is whole."""

    def __init__(self, packed: BinaryIO) -> None:
        import zstandard

        self._packed = packed
        self._context = zstandard.ZstdDecompressor()
        self._frame = self._context.decompressobj()
        self._begun = False
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._waiting:
            if self._frame.eof:
                rest, self._begun = self._frame.unused_data, False
                self._frame = self._context.decompressobj()
            else:
                rest = b""
            packed = rest or self._packed.read(_CHUNK)
            if not packed:
                if self._begun:
                    raise EOFError
                return 0
            self._begun = True
            self._waiting = self._frame.decompress(packed)
        size = min(len(buffer), len(self._waiting))
        buffer[:size], self._waiting = self._waiting[:size], self._waiting[size:]
        return size


def _zstandard_error() -> type[Exception]:
    import zstandard

    return zstandard.ZstdError
