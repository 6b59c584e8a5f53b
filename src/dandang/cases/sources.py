"""Opens what a source names: a file, `-` for standard input, or an address that fsspec knows (`s3://…`, `https://…`, `memory://…`)."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO, cast

from dandang.errors import ResourceMissing, UnreadableFile, reason_of
from dandang.messages import Text
from dandang.model import Place

_NULL = Text("文件名里有零字节", "there is a null byte in the name")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S*")


def is_address(name: str) -> bool:
    """Whether a name is the address of something elsewhere."""
    return bool(_ADDRESS.fullmatch(name))


@contextmanager
def opened_source(name: str) -> Iterator[BinaryIO]:
    """The bytes of a source. Raises UnreadableFile where it cannot be opened, ResourceMissing where an address needs a package."""
    if name == "-":
        if sys.stdin is None:  # closed by whoever started us
            raise unreadable(name, OSError(errno.EBADF, os.strerror(errno.EBADF)))
        yield sys.stdin.buffer
        return
    try:
        stream = _remote(name) if is_address(name) else cast(BinaryIO, open(name, "rb"))  # noqa: SIM115 - closed below: what the body raises is no failure to open
    except IsADirectoryError as error:
        if not os.access(name, os.R_OK | os.X_OK):
            denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            raise unreadable(name, denied) from error
        hint = ("请写出其中的文件，例如 文件夹/*.yaml", "name the files in it, for example folder/*.yaml")
        raise UnreadableFile(
            "这是一个文件夹，不是案件文件", "this is a folder, not a case file", hint=hint, place=Place(name)
        ) from error
    except FileNotFoundError as error:
        hint = ("请检查文件名和所在文件夹", "check the name and the folder")
        raise UnreadableFile("没有这个文件", "there is no such file", hint=hint, place=Place(name)) from error
    except (OSError, ValueError) as error:
        raise unreadable(name, error) from error
    with stream:
        yield stream


def unreadable(name: str, error: Exception) -> UnreadableFile:
    """The error for a source that cannot be opened, or stops being readable."""
    reason = _NULL if "null byte" in str(error) else reason_of(error)
    return UnreadableFile(f"无法读取（{reason.zh}）", f"cannot be read ({reason.en})", place=Place(name))


def addresses(pattern: str) -> list[str]:
    """The addresses that fit a pattern such as `s3://bucket/*.nq`, sorted. Raises UnreadableFile or ResourceMissing."""
    fsspec = _fsspec(pattern)
    try:
        system, path = fsspec.core.url_to_fs(pattern)
        return sorted(system.unstrip_protocol(found) for found in system.glob(path))
    except Exception as error:  # each back end has errors of its own, and none of our code runs here
        raise _failed(pattern, error) from error


def _remote(name: str) -> BinaryIO:
    fsspec = _fsspec(name)
    try:
        return cast(BinaryIO, BufferedReader(_Remote(fsspec.open(name, "rb").open()), 1 << 20))
    except FileNotFoundError:
        raise
    except Exception as error:  # each back end has errors of its own, and none of our code runs here
        raise _failed(name, error) from error


def _fsspec(name: str) -> Any:
    try:
        import fsspec
    except ImportError as error:
        hint = ("安装：pip install 'dandang[many]'", "install it: pip install 'dandang[many]'")
        raise ResourceMissing(
            "读取网络地址需要 fsspec", "reading an address needs fsspec", hint=hint, place=Place(name)
        ) from error
    return fsspec


def _failed(name: str, error: Exception) -> UnreadableFile | ResourceMissing:
    scheme = name.partition("://")[0]
    if isinstance(error, ImportError):
        hint = (f"所缺的包：{error}", str(error))
        return ResourceMissing(
            f"读取 {scheme}:// 的地址还缺一个包",
            f"addresses with {scheme}:// need another package",
            hint=hint,
            place=Place(name),
        )
    return unreadable(name, error)


class _Remote(RawIOBase):
    """A stream from elsewhere, whose errors while reading are those of files."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            found: bytes = self._stream.read(len(buffer))
        except Exception as error:  # each back end has errors of its own, and none of our code runs here
            raise OSError(str(error) or type(error).__name__) from error
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._stream.close()
        super().close()
