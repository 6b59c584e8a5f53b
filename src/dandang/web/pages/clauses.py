"""Clauses."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.web.language import language
from dandang.web.pages.common import page_query, query_of, requested_iri
from dandang.web.routing import library, page
from dandang.web.views.clause import clause_view
from dandang.web.views.documents import documents_of
from dandang.web.views.neighbourhood import neighbourhood_query
from dandang.web.views.neighbourhood_drawing import drawn

blueprint = Blueprint("clauses", __name__)


@page(blueprint, "/clauses/", fixed=True)
def index() -> str:
    """All clauses by document and list."""
    shelf = library()
    views = documents_of([found for found in shelf.policy.documents.values() if found.notation], shelf)
    return render_template("clauses.html", documents=views, query=page_query("clauses"))


@page(blueprint, "/clauses/<path:name>", fixed=True)
def clause(name: str) -> str:
    """One clause whole."""
    iri, shelf = requested_iri(), library()
    view = clause_view(shelf.policy.clauses[iri], shelf)
    near = drawn(iri, shelf, language())
    return render_template(
        "clause.html", view=view, near=near, near_query=neighbourhood_query(iri), query=query_of(iri, "clause")
    )
