"""The graph against a source text: is every quote where it says it is, and is every sentence accounted for?

The project holds quotes, not the source; whoever has the source can check them here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

import pyoxigraph as ox

from dandang.messages import Text
from dandang.model import Finding, Place
from dandang.namespaces import DD, OA, shorten
from dandang.store import Index


class Span(NamedTuple):
    """A stretch of the source that the graph speaks of: code points from 0, end exclusive."""

    iri: str
    start: int
    end: int
    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    begins: str = ""
    ends: str = ""


class Audit(NamedTuple):
    """What an audit found."""

    source: str
    same_text: bool | None
    quotes: int
    exact: int
    passages: int
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def audit(text: str, quads: Iterable[ox.Quad], *, name: str = "", source: str = "") -> Audit:
    """Check all quotes and passages of a source against its text. `source` is needed only where the graph has several."""
    index = Index(quads)
    source = source or _source_of(index, text)
    quotes = list(_spans(index, "Quote", source))
    passages = list(_spans(index, "NarrativePassage", source))
    wrong = [finding for span in (*quotes, *passages) for finding in _check(span, text, name)]
    bad = {finding.focus for finding in wrong}
    uncovered = list(_uncovered(text, (*quotes, *passages), name))
    return Audit(
        source,
        _same_text(index, source, text),
        len(quotes),
        sum(span.iri not in bad for span in quotes),
        len(passages),
        (*wrong, *uncovered),
    )


def _source_of(index: Index, text: str) -> str:
    """The source whose digest the text has; else the first source."""
    sources = index.of_type(DD + "Source")
    return next((iri for iri in sources if _same_text(index, iri, text)), sources[0] if sources else "")


def _same_text(index: Index, source: str, text: str) -> bool | None:
    """Whether this is byte for byte the text the graph was made from; None where the graph does not say."""
    digest = index.value(source, DD + "sourceDigest")
    return sha256(text.encode()).hexdigest() == digest if digest else None


def _spans(index: Index, kind: str, source: str) -> Iterator[Span]:
    value = index.value
    for iri in index.of_type(DD + kind):
        if source and value(iri, OA + "hasSource") != source:
            continue
        selectors = index.values(iri, OA + "hasSelector")
        words = next((s for s in selectors if value(s, OA + "exact")), "")
        place = next((s for s in selectors if value(s, OA + "end")), "")
        yield Span(
            iri,
            int(value(place, OA + "start", "-1")),
            int(value(place, OA + "end", "-1")),
            value(words, OA + "exact"),
            value(words, OA + "prefix"),
            value(words, OA + "suffix"),
            value(iri, DD + "startsWith"),
            value(iri, DD + "endsWith"),
        )


def _check(span: Span, text: str, name: str) -> Iterator[Finding]:
    """Is the stretch there, word for word, with what stands before and after it?"""
    found = text[span.start : span.end] if 0 <= span.start < span.end <= len(text) else ""
    if not found:
        yield _finding(
            "quote-position", span, name, text, Text("位置不在来源文本之内", "its position is outside the source text")
        )
    elif span.exact and found != span.exact:
        yield _misplaced(span, name, text)
    elif not (found.startswith(span.begins) and found.endswith(span.ends)):
        yield _finding(
            "passage-bounds", span, name, text, Text("起止文字与来源不符", "it does not begin or end as stated")
        )
    elif not text[: span.start].endswith(span.prefix) or not text[span.end :].startswith(span.suffix):
        yield _finding(
            "quote-context", span, name, text, Text("前后文与来源不符", "what stands before or after it differs")
        )


def _misplaced(span: Span, name: str, text: str) -> Finding:
    elsewhere = text.find(span.exact)
    if elsewhere < 0:
        return _finding(
            "quote-not-found", span, name, text, Text("来源中没有这段文字", "the source does not have these words")
        )
    hint = Text(f"它在第 {elsewhere} 字处", f"they stand at character {elsewhere}")
    return _finding(
        "quote-moved",
        span,
        name,
        text,
        Text("这段文字不在所说的位置", "the words are not at the stated position"),
        hint,
    )


def _finding(rule: str, span: Span, name: str, text: str, said: Text, hint: Text | None = None) -> Finding:
    label = shorten(span.iri)
    place = Place(name, text.count("\n", 0, max(span.start, 0)) + 1 if span.start <= len(text) else None)
    return Finding(
        rule, Text(f"{label}:{said.zh}", f"{label}: {said.en}"), hint, place, "error", span.iri, span.exact[:40]
    )


def _uncovered(text: str, spans: Iterable[Span], name: str) -> Iterator[Finding]:
    """The stretches with words in them that no quote and no narrative passage covers."""
    covered = bytearray(len(text))
    for span in spans:
        if 0 <= span.start < span.end <= len(text):
            covered[span.start : span.end] = b"\1" * (span.end - span.start)
    start = 0
    while (start := covered.find(0, start)) >= 0:
        end = covered.find(1, start)
        end = len(text) if end < 0 else end
        words = text[start:end].strip()
        if any(unicodedata.category(character)[0] in "LN" for character in words):
            offset = start + text[start:end].index(words)
            line = text.count("\n", 0, offset) + 1
            column = offset - (text.rfind("\n", 0, offset) + 1) + 1
            short = words if len(words) <= 40 else words[:39] + "…"
            yield Finding(
                "uncovered",
                Text(f"没有引文或叙述段落覆盖：「{short}」", f"no quote or narrative passage covers 「{short}」"),
                Text(
                    "规范性的文字应成为条款的引文；叙述性的文字记为 dd:NarrativePassage 并写明理由",
                    "normative words belong into a clause's quote; narrative ones into a dd:NarrativePassage with a reason",
                ),
                Place(name, line, column),
                "error",
                value=short,
            )
        start = end
