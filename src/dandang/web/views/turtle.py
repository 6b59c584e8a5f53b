"""Turtle as a reader sees it: every IRI of the text is a link to its page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from dandang.namespaces import PREFIXES
from dandang.web.addresses import url
from dandang.web.library import Library

_TOKEN = re.compile(
    r"""(?P<string>\"\"\".*?\"\"\"(?:@[\w-]+)?|"(?:[^"\\\n]|\\.)*"(?:@[\w-]+)?)
      | <(?P<iri>[^<>"{}|^`\\\s]+)>
      | (?<![\w:])(?P<prefix>[A-Za-z][\w-]*):(?P<local>(?:\\.|[\w%-]|\.(?=[\w%-]))+)""",
    re.VERBOSE | re.DOTALL,
)


_DECLARED = re.compile(r"^@prefix ([\w-]*): <[^>]*> \.\n", re.MULTILINE)


def trimmed(text: str) -> str:
    """The text without the prefixes that it does not use."""
    used = {match["prefix"] for match in _TOKEN.finditer(text)}
    return _DECLARED.sub(lambda match: match.group() if match[1] in used else "", text)


def linked(text: str, library: Library, lang: str) -> Markup:
    """The text with links; IRIs that have no page here stay as they are."""
    return Markup("").join(_pieces(text, library, lang))


def _pieces(text: str, library: Library, lang: str) -> Iterator[Markup]:
    last = 0
    for match in _TOKEN.finditer(text):
        yield escape(text[last : match.start()])
        yield _piece(match, library, lang)
        last = match.end()
    yield escape(text[last:])


def _piece(match: re.Match[str], library: Library, lang: str) -> Markup:
    if match["string"]:
        return Markup('<span class="string">{}</span>').format(match.group())
    iri = match["iri"] or PREFIXES.get(match["prefix"], "") + re.sub(r"\\(.)", r"\1", match["local"])
    path = library.addresses.path(iri)
    if path is None:
        return escape(match.group())
    return Markup('<a href="{}">{}</a>').format(url(path, lang), match.group())
