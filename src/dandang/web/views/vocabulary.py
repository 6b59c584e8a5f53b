"""What the query editor offers to complete: every class, property and thing of the graph with its labels."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypedDict

import pyoxigraph as ox

from dandang.namespaces import OWL, PREFIXES, RDF, RDFS, SKOS, shorten
from dandang.web.library import Library

#: What a local name may look like without escapes.
_PLAIN = re.compile(r"\w[\w-]*:[\w-]+")
_CLASSES = (OWL + "Class", RDFS + "Class")
_PROPERTIES = (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty", RDF + "Property")


class Word(TypedDict):
    """What is written in a query, what kind of thing it is, and by which words it is found."""

    name: str
    kind: str
    notation: str
    zh: str
    en: str


class Vocabulary(TypedDict):
    """The prefixes that names are written with, and the names: classes first, then properties, then things."""

    prefixes: dict[str, str]
    words: list[Word]


@lru_cache(maxsize=2)
def vocabulary(library: Library) -> Vocabulary:
    """Everything that the graph has a name for; parts of pages without a label of their own are left out."""
    kinds = _kinds(library)
    order = ("class", "property", "thing")
    words = [_word(iri, kind, library) for iri, kind in sorted(kinds.items(), key=lambda item: order.index(item[1]))]
    return {"prefixes": PREFIXES, "words": words}


def _kinds(library: Library) -> dict[str, str]:
    """IRI → class, property or thing; terms of other vocabularies count where the graph uses them."""
    kinds: dict[str, str] = {}
    for quad in library.quads():
        kinds[quad.predicate.value] = "property"
        if quad.predicate.value == RDF + "type" and isinstance(quad.object, ox.NamedNode):
            kinds[quad.object.value] = "class"
    for types, kind in ((_CLASSES, "class"), (_PROPERTIES, "property")):
        kinds |= {iri: kind for name in types for iri in library.index.of_type(name) if ":" in iri}
    for iri, _ in library.addresses.items():
        kinds.setdefault(iri, "thing")
    return kinds


def _word(iri: str, kind: str, library: Library) -> Word:
    name = shorten(iri)
    known = any(library.texts(iri, predicate) != ("", "") for predicate in (SKOS + "prefLabel", RDFS + "label"))
    label = library.label(iri) if known or library.addresses.path(iri) else None
    return {
        "name": name if _PLAIN.fullmatch(name) else f"<{iri}>",
        "kind": kind,
        "notation": library.notation(iri),
        "zh": label.zh if label else "",
        "en": label.en if label else "",
    }
