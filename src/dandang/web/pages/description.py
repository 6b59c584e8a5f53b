"""`/.well-known/void`: what the dataset is and holds; and what the IRIs of the dataset and of its graphs resolve to."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from dandang.store import GRAPHS as GRAPH_NAMES
from dandang.web.addresses import url
from dandang.web.language import negotiated
from dandang.web.media import RDF_FORMATS, rdf_ending
from dandang.web.problems import NotAcceptable
from dandang.web.routing import varied
from dandang.web.sparql_formats import FORMATS, accepted_graph
from dandang.web.sparql_requests import pool
from dandang.web.sparql_service import Service, serialised, void

blueprint = Blueprint("description", __name__)


@blueprint.get("/.well-known/void")
def well_known() -> BaseResponse:
    """The dataset in VoID. Raises NotAcceptable."""
    ending = accepted_graph()
    if ending is None:
        raise NotAcceptable("没有所接受的格式", "none of the accepted media types fits a description of data")
    triples = void(service(), pool().dataset)
    return varied(Response(serialised(triples, ending), content_type=FORMATS[ending]))


@blueprint.get("/id/dataset")
def dataset() -> BaseResponse:
    """Sends the dataset's IRI on to its description, and a reader to where it is asked."""
    target = url_for("description.well_known") if rdf_ending() else url("/sparql", negotiated())
    return varied(redirect(target, 303))


@blueprint.get("/id/graphs/<path:name>")
def graph(name: str) -> BaseResponse:
    """Sends the IRI of a graph on to what is in it."""
    return varied(redirect(url_for("graphs.indirect", graph=GRAPH_NAMES + name), 303))


def service() -> Service:
    """The endpoint as it is set up, with the addresses of the files that hold all of the public data."""
    dumps = () if pool().writable else tuple(_dump(ending) for ending in RDF_FORMATS)
    return Service(
        url_for("sparql.protocol", _external=True),
        writable=pool().writable,
        union=pool().union,
        federated=bool(current_app.config["ALLOW_SERVICE"]),
        dumps=dumps,
    )


def _dump(ending: str) -> str:
    return url_for("data.dataset", ending=ending, _external=True)
