"""`/id/…`: what the IRIs resolve to. 303 to the page or the data, since the thing itself cannot be sent."""

from __future__ import annotations

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from dandang.namespaces import ID
from dandang.web.addresses import data_url, url
from dandang.web.language import negotiated
from dandang.web.media import rdf_ending
from dandang.web.pages.common import missing
from dandang.web.routing import library, varied

blueprint = Blueprint("identifiers", __name__)


@blueprint.get("/id/<path:local>")
def identifier(local: str) -> Response:
    """Sends an IRI on to what is known about it."""
    path = library().addresses.path(ID + local)
    if path is None:
        raise missing(request.path)
    ending = rdf_ending()
    return varied(redirect(data_url(path, ending) if ending else url(path, negotiated(), request.args.to_dict()), 303))
