"""The rules by which case files and policy data are checked."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.web.pages.common import page_query, query_of, requested_iri
from dandang.web.routing import library, page
from dandang.web.views.rules import rule_view, sections

blueprint = Blueprint("rules", __name__)


@page(blueprint, "/rules/", fixed=True)
def index() -> str:
    """All rules, by what they are about."""
    return render_template("rules.html", sections=sections(library()), query=page_query("rules"))


@page(blueprint, "/rules/<slug>", fixed=True)
def rule(slug: str) -> str:
    """One rule: what it wants, what it rests on, how to mend it, a bad and a good example."""
    iri = requested_iri()
    return render_template("rule.html", view=rule_view(iri, library()), query=query_of(iri, "rule"))
