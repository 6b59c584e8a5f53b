"""Views over many clauses at once: what is connected with a thing."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, redirect, request

from dandang.web.pages.common import missing
from dandang.web.routing import library
from dandang.web.views import neighbourhood as near

blueprint = Blueprint("maps", __name__)


@blueprint.get("/data/neighbourhood/<path:name>.json")
def neighbourhood(name: str) -> Response:
    """The neighbourhood of a page's thing, for the interactive graph."""
    shelf = library()
    iri = shelf.addresses.iri(f"/{name}") or shelf.addresses.iri(f"/{name}/")
    if iri is None:
        if full := shelf.addresses.full(f"/{name}"):
            abort(redirect(near.data_address(full)))
        raise missing(request.path)
    return jsonify(near.elements(near.neighbourhood(iri, shelf), shelf))
