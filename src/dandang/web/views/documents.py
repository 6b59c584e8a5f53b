"""Documents and the framework."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from dandang.messages import Text
from dandang.model import Clause, ClauseList, Defeat, Document, Effect, Note, Policy
from dandang.namespaces import DD, ELI, OA
from dandang.web.library import Library
from dandang.web.views.procedure import Procedure, procedures_of
from dandang.web.views.tree import Node, conditions_in, tree_of


class Group(NamedTuple):
    """The clauses of a list under one heading (a domain or a rank; empty for none), with the words that introduce them."""

    heading: str
    clauses: tuple[Clause, ...]
    words: str = ""


class Exclusion(NamedTuple):
    """A declared relation by which one list excludes another, with the words that it rests on."""

    defeat: Defeat
    basis: tuple[tuple[str, str], ...]


class ListView(NamedTuple):
    """A list of clauses, by domain or rank where the text groups them so."""

    shared: ClauseList
    groups: tuple[Group, ...]
    tree: Node | None
    effects: tuple[Effect, ...]
    quotes: tuple[tuple[str, str], ...]
    translation: str
    notes: tuple[Note, ...]
    procedures: tuple[Procedure, ...]
    excluded_by: tuple[Exclusion, ...]
    excludes: tuple[Exclusion, ...]


class DocumentView(NamedTuple):
    """All that the page of a document shows."""

    document: Document
    translation: str
    standing: str
    issuer: tuple[str, ...]
    framework: tuple[str, ...]
    implements: tuple[str, ...]
    sources: tuple[str, ...]
    quotes: tuple[tuple[str, str], ...]
    lists: tuple[ListView, ...]
    notes: tuple[Note, ...]
    comment: Text
    dated: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many clauses the document has."""
        return sum(len(group.clauses) for found in self.lists for group in found.groups)


def documents_of(documents: Iterable[Document], library: Library) -> list[DocumentView]:
    """The views of documents, by notation."""
    return [document_view(found, library) for found in sorted(documents, key=lambda document: document.notation)]


@lru_cache(maxsize=64)
def document_view(document: Document, library: Library) -> DocumentView:
    """The values of a document's page."""
    index, policy = library.index, library.policy
    shown = (found for found in policy.lists.values() if found.document == document.iri)
    return DocumentView(
        document,
        index.value(document.iri, DD + "translation"),
        index.value(document.iri, DD + "standing"),
        tuple(index.values(document.iri, ELI + "passed_by") + index.values(document.iri, ELI + "publisher_agent")),
        tuple(index.values(document.iri, ELI + "is_part_of")),
        tuple(index.values(document.iri, ELI + "implements")),
        _sources(document.iri, library),
        _marked(library.quotes(document.iri), library),
        tuple(_list_view(found, library) for found in shown),
        _notes(document, library),
        library.texts(document.iri, "http://www.w3.org/2000/01/rdf-schema#comment"),
        _dated(document, policy),
    )


def _sources(document: str, library: Library) -> tuple[str, ...]:
    """The sources that the document's own quotes are from."""
    index = library.index
    return tuple(dict.fromkeys(index.value(quote, OA + "hasSource") for quote in index.values(document, DD + "quote")))


def _dated(document: Document, policy: Policy) -> tuple[str, ...]:
    """The clauses that are in force between other dates than the document."""
    own = (document.valid_from, document.valid_until)
    clauses = (clause for clause in policy.clauses.values() if clause.document == document.iri)
    return tuple(clause.iri for clause in clauses if (clause.valid_from, clause.valid_until) != own)


def _notes(document: Document, library: Library) -> tuple[Note, ...]:
    """The document's notes that neither a list of it nor a line of a list's conditions carries already."""
    policy = library.policy
    lists = [found for found in policy.lists.values() if found.document == document.iri]
    carried = {found.iri for found in lists}
    carried |= {part.iri for found in lists if found.condition for part in conditions_in(found.condition)}
    own = (note for note in policy.notes if document.iri in (note.iri.partition("#")[0], *note.about))
    return tuple(note for note in own if not carried.intersection(note.about))


def _list_view(shared: ClauseList, library: Library) -> ListView:
    policy = library.policy
    groups: dict[str, list[Clause]] = {}
    for clause in policy.clauses_of(shared.iri):
        key = clause.domain or library.index.value(clause.iri, DD + "forRank")
        groups.setdefault(key, []).append(clause)
    words = library.quotes(shared.iri)
    introduced = {key: _introduction(key, groups, [exact for _, exact in words], library) for key in groups}
    exclusions = [
        Exclusion(found, library.quotes(found.iri, DD + "basis")) for found in policy.defeats if found.excludes
    ]
    return ListView(
        shared,
        tuple(Group(key, tuple(clauses), introduced[key]) for key, clauses in groups.items()),
        tree_of(shared.condition, policy) if shared.condition else None,
        shared.effects or _common_effects(policy.clauses_of(shared.iri)),
        _marked((found for found in words if found[1] not in introduced.values()), library),
        library.index.value(shared.iri, DD + "translation"),
        tuple(note for note in policy.notes if shared.iri in note.about),
        procedures_of(shared.iri, library),
        tuple(found for found in exclusions if found.defeat.defeated == shared.iri),
        tuple(found for found in exclusions if found.defeat.defeater == shared.iri),
    )


def _marked(quotes: Iterable[tuple[str, str]], library: Library) -> tuple[tuple[str, str], ...]:
    """The quotes with …… where they were cut out of a sentence."""
    return tuple((quote, _with_dots(quote, exact, library)) for quote, exact in quotes)


def _with_dots(quote: str, exact: str, library: Library) -> str:
    value, selectors = library.index.value, library.index.values(quote, OA + "hasSelector")
    before = "".join(value(selector, OA + "prefix") for selector in selectors).rstrip(" “")
    after = "".join(value(selector, OA + "suffix") for selector in selectors).lstrip(" ”")
    begins, ends = before[-1:] in _SENTENCE_ENDS, after[:1] in _SENTENCE_ENDS
    return ("" if begins else "……") + exact + ("" if ends else "……")


#: An empty string is in it too: where nothing stands before or after, nothing was cut.
_SENTENCE_ENDS = "。；;：:！？!?\n"


def _common_effects(clauses: Iterable[Clause]) -> tuple[Effect, ...]:
    """The effects that clauses take from their document, each once; those of a single clause stand on its page."""
    found = {effect.iri: effect for clause in clauses for effect in clause.effects}
    own = {effect.iri for clause in clauses for effect in clause.effects if effect.iri.startswith(clause.iri + "#")}
    return tuple(effect for iri, effect in found.items() if iri not in own)


def _introduction(key: str, groups: Iterable[str], words: Iterable[str], library: Library) -> str:
    """The one quote of a list that names this heading and no other."""
    names = {other: library.label(other).zh for other in groups if other}
    for exact in words:
        if [other for other, name in names.items() if name in exact] == [key]:
            return exact
    return ""
