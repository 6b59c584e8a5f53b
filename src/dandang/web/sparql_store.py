"""A store that may be written to and outlives the server: one N-Quads file, and the token that changes need."""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from dandang.errors import DandangError, InputError, MalformedFile, UnreadableFile
from dandang.model import Place

#: An empty graph is in no quad: the file names it in a comment.
_EMPTY = "# graph <"
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,512}")


class NotSaved(DandangError):
    """A change that could not be written to the file, and was not made."""

    code = "not-saved"
    http_status = 507


class Token:
    """What a change must give. Kept as a digest, so that it is in no dump of the settings."""

    def __init__(self, text: str) -> None:
        if not _TOKEN.fullmatch(text):
            raise InputError(
                "更新令牌要有 16 到 512 个字符，只用字母、数字和 . _ ~ + / = -",
                "the update token has to be 16 to 512 letters, digits and . _ ~ + / = -",
                hint=(
                    '生成一个：python -c "import secrets; print(secrets.token_urlsafe(32))"',
                    'make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
                ),
            )
        self._digest = sha256(text.encode()).digest()

    def fits(self, text: str) -> bool:
        """Whether the text is the token. Takes as long for any text."""
        return hmac.compare_digest(sha256(text.encode("utf-8", "surrogateescape")).digest(), self._digest)


def read_token(file: str | None) -> Token | None:
    """The token in a file, or in DANDANG_UPDATE_TOKEN; None where there is neither. Raises InputError."""
    if file is None:
        text = os.environ.get("DANDANG_UPDATE_TOKEN")
        return None if text is None else Token(text.strip())
    try:
        return Token(Path(file).read_text("utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile("令牌文件无法读取", "the token file cannot be read", place=Place(file)) from error


class StoreFile:
    """The file, which belongs to one server at a time."""

    def __init__(self, path: Path) -> None:
        """Takes the file for this server. Raises InputError."""
        self.path = path
        if not path.parent.is_dir():
            raise InputError("没有这个文件夹", "there is no such folder", place=Place(str(path.parent)))
        if path.is_dir():
            raise UnreadableFile("这是一个文件夹，不是文件", "this is a folder, not a file", place=Place(str(path)))
        self._lock = _locked(path)

    def content(self, initial: Callable[[], Iterable[ox.Quad]]) -> tuple[bytes, tuple[str, ...]]:
        """The N-Quads of the file and the names of its graphs. Where there is no file yet it is made of the initial quads.

        Raises MalformedFile, UnreadableFile or NotSaved.
        """
        if not self.path.exists():
            quads = list(initial())
            content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
            graphs = _names(quads)
            self.save(content, graphs)
            return content, graphs
        try:
            content = self.path.read_bytes()
            quads = list(ox.parse(content, format=ox.RdfFormat.N_QUADS))
        except OSError as error:
            raise UnreadableFile("文件无法读取", "the file cannot be read", place=Place(str(self.path))) from error
        except SyntaxError as error:
            place = Place(str(self.path), error.lineno, error.offset)
            raise MalformedFile(
                "不是 N-Quads", "this is not N-Quads", hint=(error.msg, error.msg), place=place
            ) from error
        lines = content.decode().splitlines()
        empty = (line[len(_EMPTY) : -1] for line in lines if line.startswith(_EMPTY) and line.endswith(">"))
        return content, tuple(sorted({*_names(quads), *empty}))

    def save(self, content: bytes, graphs: Iterable[str]) -> None:
        """Puts a dataset in the place of the one in the file: after a crash there is the one or the other, whole.

        Raises NotSaved.
        """
        held = set(_names(ox.parse(content, format=ox.RdfFormat.N_QUADS)))
        head = "".join(f"{_EMPTY}{name}>\n" for name in sorted(set(graphs) - held)).encode()
        try:
            _replace(self.path, head + content)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise NotSaved(f"修改没有保存（{reason}）", f"the change was not saved ({reason})") from error

    def close(self) -> None:
        """Leaves the file to others."""
        self._lock.close()


def _names(quads: Iterable[ox.Quad]) -> tuple[str, ...]:
    return tuple(sorted({quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}))


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(name, path.stat().st_mode)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    if sys.platform != "win32":
        # The new name has to be on the disk as well.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _locked(path: Path) -> IO[bytes]:
    """A file beside the store that only one process can hold. It ends with the process, however that ends."""
    beside = path.with_name(f".{path.name}.lock")
    try:
        held = beside.open("ab")
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise InputError(
            f"这个文件夹不能写入（{reason}）",
            f"this folder cannot be written to ({reason})",
            place=Place(str(path.parent)),
        ) from error
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(held.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.close()
        raise InputError(
            "另一个 dandang serve 正在用这个库",
            "another dandang serve is using this store",
            hint=("换一个 --store 文件，或停止另一个", "choose another file for --store, or stop the other one"),
            place=Place(str(path)),
        ) from error
    return held
