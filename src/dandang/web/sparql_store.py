"""A store that may be written to and outlives the server: one N-Quads file, and the token that changes need."""

from __future__ import annotations

import contextlib
import hmac
import os
import re
import sys
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyoxigraph as ox

from dandang.errors import DandangError, InputError, MalformedFile, UnreadableFile
from dandang.messages import Text
from dandang.model import Place
from dandang.web.sparql_jobs import Content, content_of

#: What is said on start where changes need no token.
UNGUARDED = Text(
    "更新已打开，没有令牌：本机上的任何程序都可以改写这个库。",
    "Updates are on without a token: any program on this machine may change the store.",
)
#: A host of --allow-service, with its port where that is not the standard one.
HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?", re.IGNORECASE)
_STORE_HINT = (
    "可写的库：dandang serve --store 库.nq --update-token-file 令牌文件",
    "a store that may be written to: dandang serve --store STORE.nq --update-token-file FILE",
)
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


class Opened(NamedTuple):
    """What `dandang serve` was told about changes and other servers, checked."""

    store: StoreFile | None
    token: Token | None
    services: tuple[str, ...]

    def config(self) -> dict[str, Any]:
        """As settings of the app."""
        return {"STORE": self.store, "UPDATE_TOKEN": self.token, "ALLOW_SERVICE": self.services}


def opened(
    store: str | None, token_file: str | None, services: tuple[str, ...], *, scratch: bool, local: bool
) -> Opened:
    """The options of `dandang serve` that open something. Raises InputError where they do not fit together."""
    if store is None and token_file is not None:
        raise InputError(
            "--update-token-file 要和 --store 一起用", "--update-token-file goes with --store", hint=_STORE_HINT
        )
    if store is not None and scratch:
        raise InputError("--store 和 --scratch 只能用一个", "use --store or --scratch, not both", hint=_STORE_HINT)
    token = read_token(token_file) if store is not None else None
    if store is not None and token is None and not local:
        raise InputError(
            "对外监听的可写库必须有更新令牌",
            "a store that others can reach needs an update token",
            hint=(
                "加上 --update-token-file FILE，或设 DANDANG_UPDATE_TOKEN",
                "add --update-token-file FILE, or set DANDANG_UPDATE_TOKEN",
            ),
        )
    for name in services:
        if not HOST.fullmatch(name):
            raise InputError(
                f"--allow-service {name} 不是主机名",
                f"--allow-service {name} is no host name",
                hint=(
                    "例如 --allow-service query.wikidata.org 或 localhost:8890",
                    "for example --allow-service query.wikidata.org or localhost:8890",
                ),
            )
    return Opened(StoreFile(Path(store)) if store is not None else None, token, services)


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

    def content(self, initial: Callable[[], Content]) -> Content:
        """What is in the file. Where there is none yet, it is made of the initial content.

        Raises MalformedFile, UnreadableFile or NotSaved.
        """
        if not self.path.exists():
            made = initial()
            self.save(made)
            return made
        try:
            text = self.path.read_bytes()
            held = content_of(ox.parse(text, format=ox.RdfFormat.N_QUADS))
        except OSError as error:
            raise UnreadableFile("文件无法读取", "the file cannot be read", place=Place(str(self.path))) from error
        except SyntaxError as error:
            place = Place(str(self.path), error.lineno, error.offset)
            raise MalformedFile(
                "不是 N-Quads", "this is not N-Quads", hint=(error.msg, error.msg), place=place
            ) from error
        lines = text.decode().splitlines()
        empty = (line[len(_EMPTY) : -1] for line in lines if line.startswith(_EMPTY) and line.endswith(">"))
        return Content(held.quads, tuple(sorted({*held.graphs, *empty})))

    def save(self, content: Content) -> None:
        """Puts a dataset in the place of the one in the file: after a crash there is the one or the other, whole.

        Raises NotSaved.
        """
        empty = (name for name in content.graphs if f" <{name}> .\n".encode() not in content.quads)
        head = "".join(f"{_EMPTY}{name}>\n" for name in empty).encode()
        try:
            _replace(self.path, head + content.quads)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise NotSaved(f"修改没有保存（{reason}）", f"the change was not saved ({reason})") from error

    def close(self) -> None:
        """Leaves the file to others."""
        self._lock.close()


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
