"""The service description: what the endpoint speaks and what it holds, in SPARQL 1.1 Service Description and VoID."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

import pyoxigraph as ox

from dandang.namespaces import PREFIXES, RDF
from dandang.web.sparql_pool import Dataset
from dandang.web.sparql_worker import GRAPHS, PLAIN

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"
_XSD_INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_TYPE = RDF + "type"
_GRAPHS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads")
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")


def description(endpoint: str, dataset: Dataset, *, writable: bool) -> list[ox.Triple]:
    """The description of the service at an address, with the counts of the data as it is now."""
    service, held = ox.BlankNode(), _held(dataset, writable)
    whole = held[0].subject
    return [
        _link(service, _TYPE, SD + "Service"),
        _link(service, SD + "endpoint", endpoint),
        *_links(service, SD + "supportedLanguage", SD, ["SPARQL11Query", *(["SPARQL11Update"] if writable else [])]),
        *_links(service, SD + "feature", SD, ["EmptyGraphs"] if writable else ["UnionDefaultGraph"]),
        *_links(service, SD + "resultFormat", FORMATS, [*_RESULTS, *_GRAPHS]),
        *_links(service, SD + "inputFormat", FORMATS, _GRAPHS if writable else ()),
        ox.Triple(service, ox.NamedNode(SD + "defaultDataset"), whole),
        ox.Triple(whole, ox.NamedNode(VOID + "sparqlEndpoint"), ox.NamedNode(endpoint)),
        *held,
    ]


@lru_cache(maxsize=1)
def _held(dataset: Dataset, writable: bool) -> tuple[ox.Triple, ...]:
    """The dataset described. Counting takes a while, and the public dataset never changes."""
    whole = ox.BlankNode()
    quads = list(ox.parse(dataset.content, format=ox.RdfFormat.N_QUADS))
    triples = [_link(whole, _TYPE, SD + "Dataset"), _link(whole, _TYPE, VOID + "Dataset")]
    # What a query without a dataset is asked of: all graphs together, but in a writable store the graph without a name.
    default = _distinct(quad for quad in quads if not writable or isinstance(quad.graph_name, ox.DefaultGraph))
    triples += _graph(whole, SD + "defaultGraph", default)
    triples += _statistics(whole, _distinct(quads))
    parts: dict[str, list[ox.Quad]] = {name: [] for name in dataset.graphs}
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            parts[quad.graph_name.value].append(quad)
    for name, found in parts.items():
        node = ox.BlankNode()
        triples += [_link(node, _TYPE, SD + "NamedGraph"), _link(node, SD + "name", name)]
        triples.append(ox.Triple(whole, ox.NamedNode(SD + "namedGraph"), node))
        triples += _graph(node, SD + "graph", _distinct(found))
    return tuple(triples)


def serialised(triples: Iterable[ox.Triple], ending: str) -> bytes:
    """The description in the format of an ending."""
    prefixes = {**PREFIXES, "sd": SD, "void": VOID, "formats": FORMATS}
    return ox.serialize(triples, format=GRAPHS[ending], prefixes=None if ending in PLAIN else prefixes) or b""


def _distinct(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    return list(dict.fromkeys(quad.triple for quad in quads))


def _graph(owner: ox.BlankNode, link: str, triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    node = ox.BlankNode()
    yield ox.Triple(owner, ox.NamedNode(link), node)
    yield _link(node, _TYPE, SD + "Graph")
    yield _count(node, "triples", len(triples))


def _statistics(whole: ox.BlankNode, triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    """How many triples, subjects, classes and properties there are, and how many of each class and property."""
    yield _count(whole, "triples", len(triples))
    yield _count(whole, "distinctSubjects", len({triple.subject for triple in triples}))
    yield _count(whole, "distinctObjects", len({triple.object for triple in triples}))
    properties = Counter(triple.predicate for triple in triples)
    types = (triple.object for triple in triples if triple.predicate.value == _TYPE)
    classes = Counter(kind for kind in types if isinstance(kind, ox.NamedNode))
    yield _count(whole, "properties", len(properties))
    yield _count(whole, "classes", len(classes))
    yield from _partition(whole, "propertyPartition", "property", "triples", properties)
    yield from _partition(whole, "classPartition", "class", "entities", classes)


def _partition(
    whole: ox.BlankNode, link: str, key: str, amount: str, counts: Counter[ox.NamedNode]
) -> Iterator[ox.Triple]:
    for name, number in sorted(counts.items(), key=lambda item: (-item[1], item[0].value)):
        part = ox.BlankNode()
        yield ox.Triple(whole, ox.NamedNode(VOID + link), part)
        yield ox.Triple(part, ox.NamedNode(VOID + key), name)
        yield _count(part, amount, number)


def _link(subject: ox.BlankNode, predicate: str, value: str) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value))


def _links(subject: ox.BlankNode, predicate: str, space: str, names: Iterable[str]) -> Iterator[ox.Triple]:
    return (_link(subject, predicate, space + name) for name in names)


def _count(subject: ox.BlankNode, name: str, number: int) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(VOID + name), ox.Literal(str(number), datatype=_XSD_INTEGER))
