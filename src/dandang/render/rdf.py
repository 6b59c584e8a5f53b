"""An assessment as RDF, in the terms of ontology/assessment.ttl."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from dandang.model import Assessment, ClauseAnswer, Explanation, Reading
from dandang.namespaces import CASES, CONCEPTS, DCTERMS, DD, PREFIXES, PROV, RDF, XSD

_FORMATS = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD, "nt": ox.RdfFormat.N_TRIPLES}
_VALUES = {True: "yes", False: "no", None: "unknown"}


def assessments_rdf(answers: Iterable[Assessment], cases: Iterable[ox.Triple], style: str = "turtle") -> str:
    """Assessments with the graphs of their cases, serialised: `turtle`, `jsonld` or `nt`."""
    triples = [*cases, *(triple for answer in answers for triple in assessment_triples(answer))]
    content = ox.serialize(triples, format=_FORMATS[style], prefixes=PREFIXES)
    return content.decode() if content else ""


def assessment_triples(answer: Assessment) -> list[ox.Triple]:
    """The assessment as triples: one dd:Assessment for each reading, the recommended one with its whole explanation."""
    case = f"{CASES}{answer.case.id or 'unnamed'}"
    recommended, strict = f"{case}#assessment", f"{case}#assessment-strict"
    triples = [*_assessment(recommended, case, answer, "recommended"), *_assessment(strict, case, answer, "strict")]
    triples += [_link(recommended, DD + "explanation", f"{recommended}-explanation")]
    triples += _node(f"{recommended}-explanation", answer.explanation, answer)
    for found in answer.answers.values():
        iri = f"{strict}-{found.clause.notation}"
        triples += [
            _link(strict, DD + "explanation", iri),
            _link(iri, RDF + "type", DD + "Explanation"),
            _link(iri, DD + "explains", found.clause.iri),
            _link(iri, DD + "state", _concept("state", found.readings["strict"])),
        ]
    return triples


def _assessment(iri: str, case: str, answer: Assessment, reading: Reading) -> list[ox.Triple]:
    receipt = answer.receipt
    return [
        _link(iri, RDF + "type", DD + "Assessment"),
        _link(iri, DD + "assesses", case),
        _link(iri, DD + "reading", DD + reading),
        _link(iri, DD + "verdict", _concept("verdict", answer.readings[reading])),
        _value(iri, DD + "datasetHash", receipt.dataset),
        _value(iri, DD + "softwareVersion", receipt.software),
        _value(iri, DD + "assessedOn", receipt.assessed, XSD + "date"),
    ]


def _node(iri: str, node: Explanation, answer: Assessment) -> Iterator[ox.Triple]:
    """A node of the explanation and all below it."""
    yield _link(iri, RDF + "type", DD + "Explanation")
    if node.kind == "case":
        yield _link(iri, DD + "explains", f"{CASES}{answer.case.id or 'unnamed'}")
    elif node.kind != "part":
        yield _link(iri, DD + "explains", node.condition.iri if node.condition else node.about)
    if node.kind == "clause":
        yield from _clause(iri, answer.answers[node.about])
    elif node.kind not in ("case", "part"):
        yield _link(iri, DD + "value", DD + _VALUES[node.value])
    if node.fact is not None:
        # The same numbers as in the graph of the case.
        number = answer.case.facts.index(node.fact) + 1
        yield _link(iri, PROV + "wasDerivedFrom", f"{CASES}{answer.case.id or 'unnamed'}#fact-{number}")
    for number, premise in enumerate(node.premises, start=1):
        yield _link(iri, DD + "premise", f"{iri}-{number}")
        yield from _node(f"{iri}-{number}", premise, answer)


def _clause(iri: str, found: ClauseAnswer) -> Iterator[ox.Triple]:
    """Where a clause stands, what is missing, what excludes it."""
    yield _link(iri, DD + "state", _concept("state", found.state))
    for quote in found.cites:
        yield _link(iri, DCTERMS + "source", quote)
    for number, literals in enumerate(found.missing, start=1):
        missing = f"{iri}-missing-{number}"
        yield _link(iri, DD + "missing", missing)
        yield _link(missing, RDF + "type", DD + "MissingSet")
        for literal in literals:
            yield _link(missing, DD + ("needsAbsent" if literal[0] in "-~" else "needs"), literal[1:])
    for literal in found.excluded_by:
        yield _link(iri, DD + "excludedBy", literal[1:])


def _concept(scheme: str, notation: str) -> str:
    return f"{CONCEPTS}{scheme}/{notation.replace('_', '-')}"


def _link(subject: str, predicate: str, target: str) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(target))


def _value(subject: str, predicate: str, text: str, datatype: str = XSD + "string") -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.Literal(text, datatype=ox.NamedNode(datatype)))
