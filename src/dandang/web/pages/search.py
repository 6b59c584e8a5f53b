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
    spelt = wanted.isascii() and wanted.replace(" ", "").isalpha()
    return render_template("search.html", wanted=wanted, spelt=spelt, groups=find(wanted, library()))
