"""Lists by what people look for."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.web.pages.common import page_query
from dandang.web.routing import library, page
from dandang.web.views.lists import LISTS, sections

blueprint = Blueprint("lists", __name__)


@page(blueprint, f"/<any({', '.join(LISTS)}):name>/", fixed=True)
def listing(name: str) -> str:
    """One list, from the rows of its query."""
    found = sections(name, library())
    return render_template("list.html", name=name, listing=LISTS[name], sections=found, query=page_query(name))
