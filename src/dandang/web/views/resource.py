"""Any resource as a table of its properties, and what points at it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from dandang.model import Term
from dandang.namespaces import RDF
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


def mentions(page: str, library: Library) -> tuple[tuple[str, str], ...]:
    """(subject, predicate) of every triple elsewhere whose object is the page's IRI."""
    found = _pointers(library).get(page, ())
    return tuple(dict.fromkeys((subject, predicate) for other, subject, predicate in found if other != page))


@lru_cache(maxsize=2)
def _pointers(library: Library) -> dict[str, list[tuple[str, str, str]]]:
    """Object → (page, subject, predicate) of every triple that names it."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for page, group in library.groups.items():
        for quad in group:
            if isinstance(quad.object, ox.NamedNode) and quad.graph_name != COMPILED_GRAPH:
                found.setdefault(quad.object.value, []).append((page, subject_of(quad), quad.predicate.value))
    return found
