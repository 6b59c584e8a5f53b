"""The RDF of each page, and of the whole graph."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, abort, redirect, request

from dandang.web.addresses import data_url
from dandang.web.media import RDF_FORMATS
from dandang.web.pages.common import missing
from dandang.web.rdf import serialised
from dandang.web.routing import library
from dandang.web.views.cite import citation

blueprint = Blueprint("data", __name__)
#: Ending → the form of a reference and its media type.
CITATIONS = {"bib": ("bibtex", "application/x-bibtex"), "ris": ("ris", "application/x-research-info-systems")}
_ENDINGS = ", ".join(RDF_FORMATS)


@blueprint.get(f"/data/dataset.<any({_ENDINGS}):ending>")
def dataset(ending: str) -> Response:
    """Everything: policy, ontology, compiled rules, example cases."""
    response = _answer(serialised(library().quads(), ending), ending)
    response.headers["Content-Disposition"] = f'attachment; filename="dandang.{ending}"'
    return response


@blueprint.get(f"/data/<path:name>.<any({_ENDINGS}):ending>")
def page(name: str, ending: str) -> Response:
    """What is said about the IRI of a page and its parts."""
    shelf = library()
    iri = shelf.addresses.iri(f"/{name}") or shelf.addresses.iri(f"/{name}/")
    if iri is None:
        if full := shelf.addresses.full(f"/{name}"):
            abort(redirect(data_url(full, ending)))
        raise missing(request.path)
    return _answer(serialised(shelf.groups[iri], ending), ending)


@blueprint.get(f"/data/<path:name>.<any({', '.join(CITATIONS)}):ending>")
def reference(name: str, ending: str) -> Response:
    """The reference to a clause as a file, for programs that keep literature."""
    shelf = library()
    path = f"/{name}"
    iri = shelf.addresses.iri(path) or shelf.addresses.iri(shelf.addresses.full(path) or "")
    clause = shelf.policy.clauses.get(iri or "")
    found = citation(clause, shelf, date.today().isoformat()) if clause else None
    if clause is None or found is None:
        raise missing(request.path)
    field, media = CITATIONS[ending]
    response = Response(getattr(found, field) + "\n", content_type=f"{media}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="dandang-{clause.notation}.{ending}"'
    return response


def _answer(content: bytes, ending: str) -> Response:
    media = RDF_FORMATS[ending][0]
    charset = "; charset=utf-8" if media == "text/turtle" else ""
    return Response(content, content_type=media + charset)
