"""Media types: which ones there are, and which one a request wants."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
from flask import request

HTML = "text/html"
PROBLEM = "application/problem+json"
JSON = "application/json"

#: Ending → (media type, serialisation), in the order of preference.
RDF_FORMATS: dict[str, tuple[str, ox.RdfFormat]] = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}
RDF_NAMES = {"ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML"}


def wanted(offered: Sequence[str]) -> str | None:
    """The offered media type that the request likes best, the first one on a tie; None if it accepts none of them."""
    if not request.accept_mimetypes:
        return offered[0]
    best, quality = None, 0.0
    for media in offered:
        if (found := request.accept_mimetypes.quality(media)) > quality:
            best, quality = media, found
    return best


def wants_html() -> bool:
    """Whether a page is better than a problem document: browsers name text/html, programs mostly do not."""
    accepted = request.accept_mimetypes
    named = [media for media, _ in accepted if media not in ("*/*", "application/*", "text/*")]
    if not named:
        return False
    return accepted.quality(HTML) >= max(accepted.quality(JSON), accepted.quality(PROBLEM)) > 0 or HTML in named


def rdf_ending() -> str | None:
    """The ending of the RDF that the request prefers to HTML, or None where it wants the page."""
    media = wanted([HTML, *(media for media, _ in RDF_FORMATS.values())])
    return next((ending for ending, (name, _) in RDF_FORMATS.items() if name == media), None)
