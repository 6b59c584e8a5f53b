"""The RDF of a page: everything said about its IRI and the parts of it."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from dandang.namespaces import PREFIXES
from dandang.web.media import RDF_FORMATS
from dandang.web.sparql_worker import PLAIN, fitting

_MORE = {
    "cccev": "http://data.europa.eu/m8g/",
    "dpv": "https://w3id.org/dpv#",
    "org": "http://www.w3.org/ns/org#",
}


def serialised(quads: Iterable[ox.Quad], ending: str) -> bytes:
    """The quads as one graph in the format of an ending."""
    triples = [quad.triple for quad in quads]
    form = RDF_FORMATS[ending][1]
    prefixes = None if ending in PLAIN else fitting(triples, PREFIXES | _MORE)
    return ox.serialize(triples, format=form, prefixes=prefixes) or b""
