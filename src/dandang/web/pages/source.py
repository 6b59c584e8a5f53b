"""The source of everything: what it states of itself, and every passage of it."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.namespaces import DCTERMS, DD, ID
from dandang.web.addresses import HOME
from dandang.web.pages.common import query_of, requested_iri
from dandang.web.routing import library, page
from dandang.web.views.source import passages

blueprint = Blueprint("source", __name__)


@page(blueprint, "/source", fixed=True)
def source() -> str:
    """The source of the home set."""
    return _source()


@page(blueprint, "/source/<path:name>", fixed=True)
def other_source(name: str) -> str:
    """The source of another set."""
    return _source()


def _source() -> str:
    iri, shelf = requested_iri(), library()
    value, values = shelf.index.value, shelf.index.values
    return render_template(
        "source.html",
        iri=iri,
        home=iri == f"{ID}{HOME}/source",
        title=value(iri, DCTERMS + "title"),
        translation=value(iri, DD + "translation"),
        issued=value(iri, DCTERMS + "issued"),
        publishers=values(iri, DCTERMS + "publisher"),
        creators=values(iri, DCTERMS + "creator"),
        digest=value(iri, DD + "sourceDigest"),
        length=value(iri, DD + "sourceLength"),
        passages=passages(iri, shelf),
        query=query_of(iri, "source"),
    )
