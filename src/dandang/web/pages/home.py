"""The first page."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.model import Document
from dandang.web.routing import library, page
from dandang.web.views.documents import documents_of

blueprint = Blueprint("home", __name__)


@page(blueprint, "/")
def index() -> str:
    """What this is, where to start, and the documents."""
    policy = library().policy
    numbered: list[Document] = [document for document in policy.documents.values() if document.notation]
    return render_template("home.html", documents=documents_of(numbered, library()))
