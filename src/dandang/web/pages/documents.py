"""The framework and its documents."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.namespaces import DD, ELI
from dandang.web.pages.common import page_query, query_of, requested_iri
from dandang.web.routing import library, page
from dandang.web.views.documents import document_view, documents_of

blueprint = Blueprint("documents", __name__)


@page(blueprint, "/framework", fixed=True)
def framework() -> str:
    """The system of documents that the home set belongs to."""
    return _framework()


@page(blueprint, "/framework/<path:name>", fixed=True)
def other_framework(name: str) -> str:
    """The system of documents of another place or year."""
    return _framework()


def _framework() -> str:
    iri, shelf = requested_iri(), library()
    policy = shelf.policy
    own = [found for found in policy.documents.values() if iri in shelf.index.values(found.iri, ELI + "is_part_of")]
    return render_template(
        "framework.html",
        iri=iri,
        standing=shelf.index.value(iri, DD + "standing"),
        definition=shelf.texts(iri, "http://www.w3.org/2004/02/skos/core#definition"),
        comment=shelf.texts(iri, "http://www.w3.org/2000/01/rdf-schema#comment"),
        quotes=shelf.quotes(iri),
        documents=documents_of([found for found in own if found.notation], shelf),
        planned=documents_of([found for found in own if not found.notation], shelf),
        defeats=[
            found
            for found in policy.defeats
            if {policy.lists[end].document for end in (found.defeater, found.defeated)} <= {found.iri for found in own}
        ],
        query=query_of(iri, "framework"),
    )


@page(blueprint, "/documents/", fixed=True)
def index() -> str:
    """All documents with their clauses."""
    shelf = library()
    views = documents_of([found for found in shelf.policy.documents.values() if found.notation], shelf)
    return render_template("documents.html", documents=views, query=page_query("documents"))


@page(blueprint, "/documents/<path:name>", fixed=True)
def document(name: str) -> str:
    """One document: what the article says of it, its lists and clauses."""
    iri, shelf = requested_iri(), library()
    view = document_view(shelf.policy.documents[iri], shelf)
    return render_template("document.html", view=view, query=query_of(iri, "document"))
