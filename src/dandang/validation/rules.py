"""A rule as its shape describes it, and what a result of it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from dandang.messages import Text

RANKING = ("error", "warning", "info")
#: An IRI of the project inside a message; a sentence's own punctuation is not part of it.
_OUR_IRI = re.compile(r"https://w3id\.org/dandang/[A-Za-z0-9/#_.\-]*[A-Za-z0-9]")
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


def told(rule: Rule, message: Text, value: str, name: Callable[[str, str], str]) -> Text:
    """A message with names in place of IRIs. Core constraints have no placeholders: their value goes behind the message."""
    zh, en = _named(message.zh, name, "zh"), _named(message.en, name, "en")
    if not value or _PLACEHOLDER.search(rule.messages.zh):
        return Text(zh, en)
    return Text(f"{zh}：{_named(value, name, 'zh')}", f"{en.rstrip('.')}: {_named(value, name, 'en')}")


def _named(text: str, name: Callable[[str, str], str], lang: str) -> str:
    return _OUR_IRI.sub(lambda found: name(found[0], lang), text)


def our_iris(message: Text) -> list[str]:
    """The IRIs of this project in a message."""
    return _OUR_IRI.findall(message.en)


class Rule(NamedTuple):
    """A shape as its file describes it; `messages` are templates."""

    slug: str
    severity: Literal["error", "warning", "info"]
    messages: Text
    hint: Text | None
    cites: tuple[str, ...]
    path: str


class Result(NamedTuple):
    """One validation result, with IRIs still in its message."""

    rule: Rule
    focus: str
    path: str
    value: str
    message: Text


def filled(template: str, texts: Sequence[str]) -> str:
    """The reported text that came of a template.

    pyshacl fills the placeholders of SPARQL constraints and drops the language tag on the way, so the language is told
    by the template that fits.
    """
    if not _PLACEHOLDER.search(template):
        return template
    pattern = ".*".join(re.escape(part) for part in _PLACEHOLDER.split(template)[::2])
    return next((text for text in texts if re.fullmatch(pattern, text, re.DOTALL)), template)
