"""Every error a user can meet.

    DandangError
    ├── InputError               what the user gave cannot be used        exit 2   HTTP 400
    │   ├── UnreadableFile       missing, a directory, too large, empty, wrong encoding
    │   ├── MalformedFile        a syntax error, with its line and column
    │   │   └── NoCases          a file that can be read and has no case in it
    │   ├── RejectedCase         a case file that was read and has mistakes: all of them
    │   ├── UnknownName          a fact, clause, question, rank … that does not exist
    │   ├── BadParameter         a parameter of a question or command
    │   └── BadQuery             SPARQL that does not parse or asks for what is closed
    └── EnvironmentError_        a part of the installation is missing    exit 2   HTTP 500
        ├── ResourceMissing
        └── ReasonerUnavailable

Messages exist in Chinese and English. Anything that is not a DandangError is our own bug and is never shown as the user's.
"""

from __future__ import annotations

import copyreg
import errno
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from dandang.messages import Text

if TYPE_CHECKING:
    from dandang.model import Finding, Place


#: What a system says most often about a file, for people who do not read English.
_REASONS = {
    errno.ENOENT: "没有这个文件或者文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "系统不允许",
    errno.EISDIR: "这是一个文件夹",
    errno.ENOTDIR: "路径中间的一段不是文件夹",
    errno.EEXIST: "已经存在",
    errno.ELOOP: "链接绕成了圈",
    errno.ENAMETOOLONG: "文件名太长",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件太大",
    errno.EROFS: "磁盘是只读的",
    errno.EBUSY: "文件正被占用",
    errno.ETXTBSY: "文件正被占用",
    errno.EIO: "磁盘或者网络读写出错",
    errno.EBADF: "已经关闭",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.ENOMEM: "内存不足",
    errno.EINVAL: "文件名或者内容不能用",
    errno.ENXIO: "没有这个设备",
    errno.ETIMEDOUT: "等待超时",
    errno.ECONNREFUSED: "对方拒绝连接",
    errno.ESTALE: "网络文件夹已经失效",
}


def reason_of(error: Exception) -> Text:
    """Why the system failed, in words. What it says of rarer things is only there in its own."""
    en = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Text(_REASONS.get(getattr(error, "errno", None) or 0, en), en)


class DandangError(Exception):
    """An error with a message and a hint in both languages, and the place it concerns."""

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 2
    http_status: ClassVar[int] = 500

    def __init__(self, zh: str, en: str, *, hint: tuple[str, str] | None = None, place: Place | None = None) -> None:
        super().__init__(en)
        self.message = Text(zh, en)
        self.hint = Text(*hint) if hint else None
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are made again from `args`, which is not what ours are made from; they come from worker processes, too.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]

    def render(self, lang: str) -> str:
        """The error as a person reads it: place, what is wrong, what to do instead."""
        head = f"{self.place}: " if self.place else ""
        tail = f"\n  {self.hint.in_(lang)}" if self.hint else ""
        return f"{head}{self.message.in_(lang)}{tail}"


class InputError(DandangError):
    """What the user gave cannot be used as it is."""

    code = "input"
    http_status = 400


class UnreadableFile(InputError):
    """A file that is missing, empty, a directory, too large or in another encoding."""

    code = "unreadable-file"


class MalformedFile(InputError):
    """A file whose syntax is broken."""

    code = "malformed-file"


class NoCases(MalformedFile):
    """A file that can be read and has no case in it."""

    code = "no-cases"


class RejectedCase(InputError):
    """A case file with mistakes that make an answer impossible; carries every one of them."""

    code = "rejected-case"

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        super().__init__(first.message.zh, first.message.en, place=first.place)
        self.findings = tuple(findings)

    def render(self, lang: str) -> str:
        return "\n".join(finding.render(lang) for finding in self.findings)


class UnknownName(InputError):
    """A name that stands for nothing here."""

    code = "unknown-name"
    http_status = 404


class BadParameter(InputError):
    """A parameter that is missing, unknown or of the wrong kind."""

    code = "bad-parameter"


class BadQuery(InputError):
    """A SPARQL query that does not parse or asks for something that is closed; `excerpt` is the line, with a caret below."""

    code = "bad-query"

    def __init__(
        self, zh: str, en: str, *, hint: tuple[str, str] | None = None, place: Place | None = None, excerpt: str = ""
    ) -> None:
        super().__init__(zh, en, hint=hint, place=place)
        self.excerpt = excerpt


class EnvironmentError_(DandangError):
    """A part of the installation is missing."""

    code = "environment"


class ResourceMissing(EnvironmentError_):
    """The ontology, data, queries or web files cannot be found or read."""

    code = "resource-missing"


class ReasonerUnavailable(EnvironmentError_):
    """HermiT cannot be started."""

    code = "reasoner-unavailable"
