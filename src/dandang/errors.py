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

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from dandang.messages import Text

if TYPE_CHECKING:
    from dandang.model import Finding, Place


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
