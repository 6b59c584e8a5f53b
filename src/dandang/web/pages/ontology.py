"""The terms of the ontology."""

from __future__ import annotations

from functools import lru_cache

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from dandang.namespaces import DD, OWL, RDF, RDFS, SKOS
from dandang.store import Index
from dandang.web.addresses import ONTOLOGY
from dandang.web.library import Library
from dandang.web.pages.common import page_query, requested_iri
from dandang.web.routing import in_language, library, page

blueprint = Blueprint("ontology", __name__)

_KINDS = (
    OWL + "Class",
    OWL + "ObjectProperty",
    OWL + "DatatypeProperty",
    OWL + "AnnotationProperty",
    OWL + "NamedIndividual",
)


@page(blueprint, "/ontology", fixed=True)
def terms() -> str:
    """Every term with its definition, by kind."""
    return render_template("ontology.html", iri=ONTOLOGY, sections=_sections(library()), query=page_query("ontology"))


@page(blueprint, "/ontology/<path:module>")
def module(module: str) -> Response:
    """A module or version of the ontology: its terms stand on the one page."""
    requested_iri()
    return in_language("/ontology")


@lru_cache(maxsize=2)
def _sections(shelf: Library) -> list[tuple[str, list[dict[str, object]]]]:
    own = shelf.index.of_type
    return [(kind, [_term(iri, shelf) for iri in own(kind) if iri.startswith(DD)]) for kind in _KINDS]


def _term(iri: str, shelf: Library) -> dict[str, object]:
    index = shelf.index
    return {
        "iri": iri,
        "slug": iri.removeprefix(DD),
        "label": shelf.texts(iri, RDFS + "label"),
        "definition": shelf.texts(iri, SKOS + "definition"),
        "example": shelf.texts(iri, SKOS + "example"),
        "above": [*_named(iri, RDFS + "subClassOf", index), *_named(iri, RDFS + "subPropertyOf", index)],
        "domain": _named(iri, RDFS + "domain", index),
        "range": _named(iri, RDFS + "range", index),
        "module": index.value(iri, RDFS + "isDefinedBy"),
        "types": [kind for kind in index.values(iri, RDF + "type") if kind.startswith(DD)],
    }


def _named(iri: str, predicate: str, index: Index) -> list[str]:
    """What has a name: the objects, and the members of a union; a restriction has no page to link to."""
    found = []
    for value in index.values(iri, predicate):
        union = index.value(value, OWL + "unionOf")
        found += _members(union, index) if union else [value]
    return [one for one in found if ":" in one]


def _members(start: str, index: Index) -> list[str]:
    """The members of an RDF list."""
    found = []
    while start and start != RDF + "nil":
        found += index.values(start, RDF + "first")
        start = index.value(start, RDF + "rest")
    return found
