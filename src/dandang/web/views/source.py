"""The source: what it states of itself, and which of its passages the graph quotes."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from dandang.messages import Text
from dandang.namespaces import DD, OA
from dandang.web.library import Library


class Passage(NamedTuple):
    """A stretch of the source: quoted by something, or narrative with the reason why it is not."""

    iri: str
    start: int
    end: int
    text: str
    users: tuple[str, ...]
    reason: Text | None = None


@lru_cache(maxsize=8)
def passages(source: str, library: Library) -> tuple[Passage, ...]:
    """The passages of a source in the order of its text; of equal starts the longer first."""
    index = library.index
    users: dict[str, list[str]] = {}
    for subject in index.subjects():
        for predicate in (DD + "quote", DD + "basis"):
            for quote in index.values(subject, predicate):
                users.setdefault(quote, []).append(subject)
    found = [
        _passage(iri, library, tuple(users.get(iri, ())))
        for kind in ("Quote", "NarrativePassage")
        for iri in index.of_type(DD + kind)
        if index.value(iri, OA + "hasSource") == source
    ]
    return tuple(sorted(found, key=lambda passage: (passage.start, -passage.end)))


def _passage(iri: str, library: Library, users: tuple[str, ...]) -> Passage:
    index = library.index
    exact, start, end = "", -1, -1
    for selector in index.values(iri, OA + "hasSelector"):
        exact = index.value(selector, OA + "exact") or exact
        if index.value(selector, OA + "end"):
            start, end = int(index.value(selector, OA + "start")), int(index.value(selector, OA + "end"))
    if exact:
        return Passage(iri, start, end, exact, users)
    first, last = index.value(iri, DD + "startsWith"), index.value(iri, DD + "endsWith")
    return Passage(iri, start, end, _between(first, last, end - start), users, library.texts(iri, DD + "reason"))


def _between(first: str, last: str, length: int) -> str:
    """A passage by its two ends: whole where they meet or overlap, for then nothing of it is left out."""
    overlap = len(first) + len(last) - length
    return first + last[overlap:] if overlap >= 0 else f"{first}……{last}"
