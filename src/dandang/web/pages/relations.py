"""Relations between clauses: mirrors, tensions, what defeats what."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.namespaces import DD, RDFS
from dandang.web.pages.common import page_query, query_of, requested_iri
from dandang.web.routing import library, page
from dandang.web.views.resource import parts_of

blueprint = Blueprint("relations", __name__)


@page(blueprint, "/relations/", fixed=True)
def index() -> str:
    """All relations."""
    shelf = library()
    tensions = [
        (iri, shelf.index.values(iri, DD + "between"), shelf.texts(iri, RDFS + "comment"))
        for iri in shelf.index.of_type(DD + "Tension")
    ]
    return render_template("relations.html", tensions=tensions, query=page_query("relations"))


@page(blueprint, "/relations/<path:name>", fixed=True)
def relation(name: str) -> str:
    """One relation."""
    iri, shelf = requested_iri(), library()
    policy = shelf.policy
    ends = [term for key in _ENDS for term in shelf.index.values(iri, DD + key)]
    note = next((note for note in policy.notes if note.iri == iri), None)
    return render_template(
        "relation.html",
        iri=iri,
        kind=shelf.index.value(iri, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
        ends=ends,
        certainty=shelf.index.value(iri, DD + "certainty"),
        texts=[shelf.texts(iri, key) for key in (DD + "distinction", RDFS + "comment")],
        note=note,
        clauses=[policy.clauses[end] for end in ends if end in policy.clauses],
        parts=parts_of(iri, shelf),
        query=query_of(iri, "relation"),
    )


_ENDS = ("circumstance", "exemption", "between", "defeater", "defeated", "about")
