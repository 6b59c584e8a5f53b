"""A case → its graph."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from dandang.model import Cadre, Case, DecidedSanction, Fact
from dandang.namespaces import CASES, DCTERMS, DD, LION_LIST, PROV, RDF, XSD
from dandang.store import GRAPHS, literal, quads_of

#: What a case without an id is called in its graph.
UNNAMED = "unnamed"


def case_iri(case: Case) -> str:
    """The IRI of a case; one without an id is `cases/unnamed`."""
    return CASES + (case.id or UNNAMED)


def case_quads(case: Case) -> list[ox.Quad]:
    """The graph of a case, derived facts included."""
    iri = case_iri(case)
    graph = ox.NamedNode(f"{GRAPHS}case/{case.id or UNNAMED}")
    facts = [f"{iri}#fact-{number}" for number in range(1, len(case.facts) + 1)]
    sanctions = [f"{iri}#sanction-{number}" for number in range(1, len(case.sanctions) + 1)]
    properties: dict[str, list[str | ox.Literal | ox.NamedNode]] = {
        RDF + "type": [DD + "Case"],
        DCTERMS + "identifier": _texts(case.id),
        DCTERMS + "title": _texts(case.title, lang="zh"),
        DCTERMS + "description": _texts(case.summary, lang="zh"),
        DD + "conductDate": _dates(case.on),
        DD + "decisionDate": _dates(case.decided),
        DD + "domain": [case.domain] if case.domain else [],
        DD + "cadre": [f"{iri}#cadre"],
        DD + "hasFact": [*facts],
        DD + "decidedSanction": [*sanctions],
        DD + "claims": [*case.claims],
    }
    quads = quads_of(iri, properties, graph) + _cadre(f"{iri}#cadre", case.cadre, graph)
    for node, fact in zip(facts, case.facts, strict=True):
        quads += _fact(node, fact, graph)
    for node, sanction in zip(sanctions, case.sanctions, strict=True):
        quads += _sanction(node, sanction, graph)
    return quads


def _cadre(iri: str, cadre: Cadre, graph: ox.NamedNode) -> list[ox.Quad]:
    properties: dict[str, list[str | ox.Literal | ox.NamedNode]] = {
        RDF + "type": [DD + "Cadre", PROV + "Person"],
        DD + "rank": [cadre.rank] if cadre.rank else [],
        DD + "post": _texts(cadre.post, lang="zh"),
        DD + "onList": [LION_LIST] if cadre.on_list else [],
        DD + "notOnList": [LION_LIST] if cadre.on_list is False else [],
    }
    return quads_of(iri, properties, graph)


def _fact(iri: str, fact: Fact, graph: ox.NamedNode) -> list[ox.Quad]:
    value = "contested" if fact.contested else {True: "yes", False: "no", None: "unknown"}[fact.value]
    properties: dict[str, list[str | ox.Literal | ox.NamedNode]] = {
        RDF + "type": [DD + "Fact"],
        DD + "factType": [fact.type],
        DD + "value": [DD + value],
        DD + "evidence": _texts(fact.evidence, lang="zh"),
        DD + "foundBy": _texts(fact.found_by, lang="zh"),
        DD + "foundOn": _dates(fact.found_on),
        DD + "derivedFrom": [fact.derived_from] if fact.derived_from else [],
    }
    return quads_of(iri, properties, graph)


def _sanction(iri: str, sanction: DecidedSanction, graph: ox.NamedNode) -> list[ox.Quad]:
    properties: dict[str, list[str | ox.Literal | ox.NamedNode]] = {
        RDF + "type": [DD + "DecidedSanction"],
        DD + "measure": [sanction.measure],
        DD + "decidedOn": _dates(sanction.on),
        DD + "decidedBy": _texts(sanction.by, lang="zh"),
        DD + "ground": _texts(sanction.ground, lang="zh"),
    }
    return quads_of(iri, properties, graph)


def _texts(value: str, *, lang: str | None = None) -> list[str | ox.Literal | ox.NamedNode]:
    return [literal(value, lang=lang)] if value else []


def _dates(value: str) -> list[str | ox.Literal | ox.NamedNode]:
    return [literal(value, datatype=XSD + "date")] if value else []


def case_turtle(cases: list[Case]) -> str:
    """Cases as Turtle with the project's prefixes."""
    from dandang.namespaces import PREFIXES

    triples: Iterator[ox.Triple] = (quad.triple for case in cases for quad in case_quads(case))
    content = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    return content.decode() if content else ""
