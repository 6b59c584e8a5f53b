"""The first page."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.namespaces import ID
from dandang.web.addresses import HOME
from dandang.web.pages.common import page_query
from dandang.web.routing import library, page
from dandang.web.views.documents import documents_of

blueprint = Blueprint("home", __name__)


@page(blueprint, "/", fixed=True)
def index() -> str:
    """What this is, where to start, and the documents."""
    shelf = library()
    numbered = documents_of([found for found in shelf.policy.documents.values() if found.notation], shelf)
    home = [view for view in numbered if view.document.iri.startswith(f"{ID}{HOME}/")]
    others = [view for view in numbered if view not in home]
    return render_template("home.html", documents=home, others=others, query=page_query("home"))
