"""Findings as a SHACL validation report (W3C SHACL, section 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import pyoxigraph as ox

from dandang.messages import LANGUAGES
from dandang.model import Detail, Finding
from dandang.namespaces import CASES, ID, PREFIXES, RDF, SH, SKOS, XSD
from dandang.render.findings.report import Report

_REPORT = ox.NamedNode("urn:dandang:report")
_SEVERITIES = {"error": "Violation", "warning": "Warning", "info": "Info"}
#: What reading a file finds is no constraint of SHACL: the component says where it comes from.
_READING = ID + "shapes/reading"
_AT_ONCE = 1000
_PREFIXES = {name: PREFIXES[name] for name in ("case", "dd", "fact", "id", "rdf", "sh", "skos", "xsd")}


def report_turtle(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """Turtle, some findings at a time."""
    waiting, conforms = enumerate(findings, start=1), True
    while batch := list(islice(waiting, _AT_ONCE)):
        conforms = False
        triples = [triple for number, finding in batch for triple in _result(number, finding)]
        yield _serialised(triples, ox.RdfFormat.TURTLE)
    yield _serialised(_head(conforms), ox.RdfFormat.TURTLE)


def report_jsonld(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """JSON-LD: one document, so all findings at once."""
    triples = [triple for number, finding in enumerate(findings, start=1) for triple in _result(number, finding)]
    yield _serialised([*_head(not triples), *triples], ox.RdfFormat.JSON_LD)


def _serialised(triples: list[ox.Triple], style: ox.RdfFormat) -> str:
    return (ox.serialize(triples, format=style, prefixes=_PREFIXES) or b"").decode()


def _head(conforms: bool) -> list[ox.Triple]:
    """Any result, of whatever severity, makes `sh:conforms` false."""
    value = ox.Literal(str(conforms).lower(), datatype=ox.NamedNode(XSD + "boolean"))
    return [
        _link(_REPORT, RDF + "type", SH + "ValidationReport"),
        ox.Triple(_REPORT, ox.NamedNode(SH + "conforms"), value),
    ]


def _result(number: int, finding: Finding) -> Iterator[ox.Triple]:
    node = ox.BlankNode(f"result{number}")
    yield ox.Triple(_REPORT, ox.NamedNode(SH + "result"), node)
    yield _link(node, RDF + "type", SH + "ValidationResult")
    yield _link(node, SH + "resultSeverity", SH + _SEVERITIES[finding.severity])
    yield _link(node, SH + "sourceShape", f"{ID}shapes/{finding.rule}")
    yield _link(node, SH + "sourceConstraintComponent", finding.component or _READING)
    yield ox.Triple(node, ox.NamedNode(SH + "focusNode"), _term(finding.node or CASES + (finding.focus or "unnamed")))
    if finding.path:
        yield _link(node, SH + "resultPath", finding.path)
    if value := finding.object or (finding.value if not finding.component else ""):
        yield ox.Triple(node, ox.NamedNode(SH + "value"), _term(value))
    for lang in LANGUAGES:
        said = ox.Literal(finding.message.in_(lang), language=lang)
        yield ox.Triple(node, ox.NamedNode(SH + "resultMessage"), said)
    for place, detail in enumerate(finding.detail.details if finding.detail else (), start=1):
        yield from _detail(node, f"result{number}detail{place}", detail)
    if finding.place:
        yield ox.Triple(node, ox.NamedNode(SKOS + "note"), ox.Literal(str(finding.place)))


def _detail(above: ox.BlankNode, name: str, detail: Detail) -> Iterator[ox.Triple]:
    """A result that led to another, with those that led to it."""
    node = ox.BlankNode(name)
    yield ox.Triple(above, ox.NamedNode(SH + "detail"), node)
    yield _link(node, RDF + "type", SH + "ValidationResult")
    yield _link(node, SH + "resultSeverity", SH + "Violation")
    yield _link(node, SH + "sourceConstraintComponent", detail.component)
    if detail.shape:
        yield _link(node, SH + "sourceShape", detail.shape)
    if detail.path:
        yield _link(node, SH + "resultPath", detail.path)
    for term, told in (("focusNode", detail.node), ("value", detail.value)):
        if told:
            yield ox.Triple(node, ox.NamedNode(SH + term), _term(told))
    if detail.message:
        yield ox.Triple(node, ox.NamedNode(SH + "resultMessage"), ox.Literal(detail.message))
    for place, other in enumerate(detail.details, start=1):
        yield from _detail(node, f"{name}detail{place}", other)


def _term(value: str) -> ox.NamedNode | ox.Literal:
    """The IRI that a value is, else a literal; what would be no IRI (a space in it) stays readable as a literal."""
    if value.startswith(("https://", "http://", "urn:")):
        try:
            return ox.NamedNode(value)
        except ValueError:
            pass
    return ox.Literal(value)


def _link(subject: ox.NamedNode | ox.BlankNode, predicate: str, target: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(target))
