"""Concepts, duties, and whatever has no page of its own kind."""

from __future__ import annotations

from flask import Blueprint, render_template

from dandang.namespaces import CONCEPTS, DD, SKOS
from dandang.web.pages.common import page_query, query_of, requested_iri
from dandang.web.routing import library, page
from dandang.web.views.resource import members, mentions, parts_of

blueprint = Blueprint("concepts", __name__)


@page(blueprint, "/concepts/", fixed=True)
def index() -> str:
    """The concept schemes."""
    shelf = library()
    schemes = [(iri, members(iri, shelf)) for iri in shelf.index.of_type(SKOS + "ConceptScheme")]
    return render_template("schemes.html", schemes=schemes, query=page_query("concepts"))


@page(blueprint, "/concepts/<scheme>", fixed=True)
def scheme(scheme: str) -> str:
    """One scheme with its concepts."""
    iri = requested_iri()
    return _resource(iri, members(iri, library()))


@page(blueprint, "/concepts/<scheme>/<slug>", fixed=True)
def concept(scheme: str, slug: str) -> str:
    """One concept."""
    return _resource(requested_iri())


@page(blueprint, "/duties/", fixed=True)
def duties() -> str:
    """The duties that circumstances breach, by domain, in the order in which the text comes to them."""
    shelf = library()
    breaches: dict[str, list[str]] = {}
    for clause in shelf.policy.clauses.values():
        for duty in clause.duties:
            breaches.setdefault(duty, []).append(clause.iri)
    by_domain: dict[str, list[str]] = {}
    for duty in dict.fromkeys((*breaches, *shelf.index.of_type(DD + "Duty"))):
        by_domain.setdefault(shelf.index.value(duty, DD + "domain"), []).append(duty)
    return render_template(
        "duties.html", iri=CONCEPTS + "duties", duties=by_domain, breaches=breaches, query=page_query("duties")
    )


@page(blueprint, "/duties/<slug>", fixed=True)
def duty(slug: str) -> str:
    """One duty and what breaches it."""
    return _resource(requested_iri())


@page(blueprint, "/things/<path:name>", fixed=True)
def thing(name: str) -> str:
    """Anything else that has an IRI."""
    return _resource(requested_iri())


def _resource(iri: str, concepts: tuple[str, ...] = ()) -> str:
    shelf = library()
    return render_template(
        "resource.html",
        iri=iri,
        scheme=shelf.index.value(iri, SKOS + "inScheme"),
        definition=shelf.texts(iri, SKOS + "definition"),
        notes=shelf.texts(iri, SKOS + "historyNote"),
        members=concepts,
        definitions={member: shelf.texts(member, SKOS + "definition") for member in concepts},
        parts=parts_of(iri, shelf),
        mentions=mentions(iri, shelf) if not concepts else (),
        query=query_of(iri, "resource"),
    )
