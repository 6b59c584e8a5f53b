"""Search over everything."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from dandang.web.routing import library, page
from dandang.web.views.search import search as find

blueprint = Blueprint("search", __name__)


@page(blueprint, "/search")
def search() -> str:
    """Hits for `q`, grouped."""
    wanted = request.args.get("q", "").strip()[:200]
    return render_template("search.html", wanted=wanted, groups=find(wanted, library()))
