"""Fact types."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from dandang.web.language import language
from dandang.web.pages.common import page_query, query_of, requested_iri
from dandang.web.routing import library, page
from dandang.web.views.facts import fact_view, matching, use_counts
from dandang.web.views.neighbourhood import neighbourhood_query
from dandang.web.views.neighbourhood_drawing import drawn

blueprint = Blueprint("facts", __name__)


@page(blueprint, "/facts/", fixed=True)
def index() -> str:
    """All fact types, or those that a piece of text fits."""
    wanted = request.args.get("q", "").strip()
    shelf = library()
    return render_template(
        "facts.html",
        facts=matching(shelf, wanted),
        uses=use_counts(shelf),
        wanted=wanted,
        total=len(shelf.policy.facts),
        query=page_query("facts"),
    )


@page(blueprint, "/facts/<slug>", fixed=True)
def fact(slug: str) -> str:
    """One fact type: meaning, question, the clauses that ask for it."""
    iri, shelf = requested_iri(), library()
    return render_template(
        "fact.html",
        view=fact_view(shelf.policy.facts[iri], shelf),
        near=drawn(iri, shelf, language()),
        near_query=neighbourhood_query(iri),
        query=query_of(iri, "fact"),
    )
