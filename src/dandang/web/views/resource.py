"""Any resource as a table of its properties, and what points at it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from dandang.model import Term
from dandang.namespaces import RDF, SKOS
from dandang.store import COMPILED_GRAPH, as_term
from dandang.web.library import Library, subject_of


class Property(NamedTuple):
    """A property with its values in the order of the files."""

    iri: str
    values: tuple[Term, ...]


class Part(NamedTuple):
    """A subject on a page with its properties."""

    iri: str
    properties: tuple[Property, ...]


def parts_of(page: str, library: Library) -> tuple[Part, ...]:
    """The subjects of a page, the page's own IRI first."""
    subjects: dict[str, dict[str, list[Term]]] = {}
    for quad in library.groups.get(page, ()):
        properties = subjects.setdefault(subject_of(quad), {})
        term = as_term(quad.object)
        if term:
            properties.setdefault(quad.predicate.value, []).append(term)
    parts = [Part(iri, _properties(found)) for iri, found in subjects.items()]
    return tuple(sorted(parts, key=lambda part: part.iri != page))


def _properties(found: dict[str, list[Term]]) -> tuple[Property, ...]:
    ordered = sorted(found, key=lambda predicate: predicate != RDF + "type")
    return tuple(Property(predicate, tuple(found[predicate])) for predicate in ordered)


#: What only says to which scheme a concept belongs: the way to its page shows that.
_STRUCTURE = (SKOS + "hasTopConcept", SKOS + "inScheme")


class Mention(NamedTuple):
    """A page that names a thing: the first part of it that does, and by which properties."""

    page: str
    part: str
    properties: tuple[str, ...]


def mentions(iri: str, library: Library) -> tuple[Mention, ...]:
    """The other pages that name a thing, each once, in the order of the files."""
    found: dict[str, list[tuple[str, str]]] = {}
    for page, part, predicate in pointers(library).get(iri, ()):
        if page != iri and predicate not in _STRUCTURE:
            found.setdefault(page, []).append((part, predicate))
    return tuple(
        Mention(page, parts[0][0], tuple(dict.fromkeys(predicate for _, predicate in parts)))
        for page, parts in found.items()
    )


@lru_cache(maxsize=2)
def pointers(library: Library) -> dict[str, list[tuple[str, str, str]]]:
    """Object → (page, subject, predicate) of every triple that names it; the compiled rules only repeat the conditions."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for page, group in library.groups.items():
        for quad in group:
            if isinstance(quad.object, ox.NamedNode) and quad.graph_name != COMPILED_GRAPH:
                found.setdefault(quad.object.value, []).append((page, subject_of(quad), quad.predicate.value))
    return found


def members(scheme: str, library: Library) -> tuple[str, ...]:
    """The concepts of a scheme, in the order of the files."""
    return _members(library).get(scheme, ())


@lru_cache(maxsize=2)
def _members(library: Library) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for iri in library.index.of_type(SKOS + "Concept"):
        for scheme in library.index.values(iri, SKOS + "inScheme"):
            found.setdefault(scheme, []).append(iri)
    return {scheme: tuple(concepts) for scheme, concepts in found.items()}
