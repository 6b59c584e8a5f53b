"""Search: the words of a query in notations, names, quotes and questions, grouped by kind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from dandang.messages import Text
from dandang.model import fold_name
from dandang.namespaces import SKOS
from dandang.web.library import Library

#: Hits of a group beyond this are counted and not shown.
MOST = 50


class Hit(NamedTuple):
    """Something found: where it leads, what it is called, and the words that matched."""

    iri: str
    notation: str
    label: Text
    context: str
    rank: int


class Group(NamedTuple):
    """The hits of one kind, best first."""

    name: Text
    hits: tuple[Hit, ...]
    total: int


class _Entry(NamedTuple):
    iri: str
    notation: str
    label: Text
    texts: tuple[str, ...]


class _Folded(NamedTuple):
    entry: _Entry
    texts: tuple[str, ...]


def search(query: str, library: Library) -> list[Group]:
    """The groups that have hits for all words of the query."""
    words = fold_name(normalize("NFKC", query)).split()
    if not words:
        return []
    groups = []
    for name, entries in _entries(library):
        hits = sorted(filter(None, (_hit(found, words) for found in entries)), key=lambda hit: hit.rank)
        if hits:
            groups.append(Group(name, tuple(hits[:MOST]), len(hits)))
    return groups


@lru_cache(maxsize=2)
def _entries(library: Library) -> tuple[tuple[Text, tuple[_Folded, ...]], ...]:
    """Everything that can be found, by kind, with its texts as they are compared."""
    kinds = (
        (Text("文件", "Documents"), _documents),
        (Text("条款", "Clauses"), _clauses),
        (Text("事实", "Facts"), _facts),
        (Text("概念与职责", "Concepts and duties"), _concepts),
        (Text("示例案件", "Example cases"), _cases),
    )
    return tuple((name, tuple(map(_folded, entries(library)))) for name, entries in kinds)


def _folded(entry: _Entry) -> _Folded:
    return _Folded(entry, tuple(map(fold_name, (entry.notation, *entry.label, *entry.texts))))


def _hit(found: _Folded, words: list[str]) -> Hit | None:
    entry, folded = found
    if not all(any(word in text for text in folded) for word in words):
        return None
    if folded[0] == " ".join(words):
        rank = 0
    elif all(any(word in text for text in folded[1:3]) for word in words):
        rank = 1
    else:
        rank = 2
    context = next((text for text, fold in zip(entry.texts, folded[3:], strict=True) if words[0] in fold), "")
    return Hit(entry.iri, entry.notation, entry.label, context, rank)


def _documents(library: Library) -> Iterator[_Entry]:
    for document in library.policy.documents.values():
        yield _Entry(document.iri, document.notation, document.label, (document.title,))


def _clauses(library: Library) -> Iterator[_Entry]:
    for clause in library.policy.clauses.values():
        yield _Entry(
            clause.iri,
            clause.notation,
            clause.label,
            (clause.quote.exact if clause.quote else "", clause.translation),
        )


def _facts(library: Library) -> Iterator[_Entry]:
    for fact in library.policy.facts.values():
        yield _Entry(fact.iri, "", fact.label, (*fact.question, *fact.names, *fact.definition))


def _concepts(library: Library) -> Iterator[_Entry]:
    for iri in library.index.of_type(SKOS + "Concept"):
        if iri not in library.policy.facts:
            texts = [text for key in ("altLabel", "definition") for text in library.index.values(iri, SKOS + key)]
            yield _Entry(iri, library.index.value(iri, SKOS + "notation"), library.label(iri), tuple(texts))


def _cases(library: Library) -> Iterator[_Entry]:
    for iri, read in library.cases.items():
        yield _Entry(iri, read.case.id, Text(read.case.title, ""), (read.case.summary,))
