"""What the endpoint says of itself: SPARQL 1.1 Service Description for the service, VoID for the data.

The VoID of the public data is also a graph among the others, since editors ask the endpoint for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from dandang import __version__
from dandang.messages import LANGUAGES, Text
from dandang.namespaces import DCTERMS, DD, ID, OWL, PREFIXES, RDF, SD, VOID
from dandang.store import GRAPHS as GRAPH_NAMES
from dandang.store import literal
from dandang.web.sparql_pool import Dataset
from dandang.web.sparql_worker import GRAPHS, PLAIN, fitting
from dandang.web.void import VOID_EXT, Node, link, number, statistics

FORMATS = "http://www.w3.org/ns/formats/"
DATASET = ox.NamedNode(ID + "dataset")
VOID_GRAPH = ox.NamedNode(GRAPH_NAMES + "void")
TITLE = Text("担当：武汉市“1+3”干部担当作为文件知识图谱", "Dandang: a knowledge graph of Wuhan’s “1+3” cadre documents")
ABOUT = Text(
    "政策文件、条款、条件、事实类型及其编译规则，本体、示例案件和示例查询。计数不含数据集说明本身。",
    "Policy documents, clauses, conditions, fact types and their compiled rules, with the ontology, example cases and "
    "example queries. The counts leave out this description.",
)
_ONTOLOGY = ox.NamedNode(DD.removesuffix("#"))
_LICENSE = ox.NamedNode(DCTERMS + "license")
_TYPE = ox.NamedNode(RDF + "type")
_GRAPHS = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads")
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")


def with_description(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The quads and, in a graph of its own, what VoID says of them."""
    found = list(quads)
    triples = _distinct(found)
    described = [*_about(triples), *statistics(DATASET, triples)]
    return [*found, *(ox.Quad(triple.subject, triple.predicate, triple.object, VOID_GRAPH) for triple in described)]


class Service(NamedTuple):
    """An endpoint: its address, what it allows, and the addresses of files that have all of its data.

    With `union` a query that names no graph is asked of all of them together; with `federated` it may ask some other endpoints.
    """

    endpoint: str
    writable: bool = False
    union: bool = True
    federated: bool = False
    dumps: tuple[str, ...] = ()


def description(service: Service, dataset: Dataset) -> list[ox.Triple]:
    """The service, with its data as it is now."""
    node, held = ox.BlankNode("service"), _held(dataset, service.writable, service.union)
    languages = ["SPARQL11Query", *(["SPARQL11Update"] if service.writable else [])]
    features = {
        "UnionDefaultGraph": service.union,
        "EmptyGraphs": service.writable,
        "BasicFederatedQuery": service.federated,
    }
    return [
        link(node, _TYPE.value, SD + "Service"),
        link(node, SD + "endpoint", service.endpoint),
        *_links(node, SD + "supportedLanguage", SD, languages),
        *_links(node, SD + "feature", SD, [name for name, there in features.items() if there]),
        link(node, SD + "defaultEntailmentRegime", "http://www.w3.org/ns/entailment/Simple"),
        *_links(node, SD + "resultFormat", FORMATS, [*_RESULTS, *_GRAPHS]),
        *_links(node, SD + "inputFormat", FORMATS, _GRAPHS if service.writable else ()),
        link(node, SD + "defaultDataset", held.whole),
        *held.graphs,
        *void(service, dataset),
    ]


def void(service: Service, dataset: Dataset) -> list[ox.Triple]:
    """The data alone: what it is, how much of what it holds, and where to get it."""
    held = _held(dataset, service.writable, service.union)
    return [
        link(held.whole, VOID + "sparqlEndpoint", service.endpoint),
        *(link(held.whole, VOID + "dataDump", dump) for dump in service.dumps),
        *held.void,
    ]


def serialised(triples: Iterable[ox.Triple], ending: str) -> bytes:
    """A description in the format of an ending."""
    known, told = {**PREFIXES, "formats": FORMATS, "void-ext": VOID_EXT}, list(triples)
    prefixes = None if ending in PLAIN else fitting(told, known)
    return ox.serialize(told, format=GRAPHS[ending], prefixes=prefixes) or b""


class _Held(NamedTuple):
    """A dataset described: its node, what VoID says of it, and its graphs."""

    whole: Node
    void: tuple[ox.Triple, ...]
    graphs: tuple[ox.Triple, ...]


@lru_cache(maxsize=1)
def _held(dataset: Dataset, writable: bool, union: bool) -> _Held:
    """The dataset described. Counting takes a while, and the public dataset never changes."""
    quads = list(ox.parse(dataset.content, format=ox.RdfFormat.N_QUADS))
    whole, kept = _described(quads, writable)
    default = _distinct(quad for quad in quads if union or isinstance(quad.graph_name, ox.DefaultGraph))
    graphs = [link(whole, _TYPE.value, SD + "Dataset"), *_graph(whole, SD + "defaultGraph", "graph", default)]
    parts: dict[str, list[ox.Quad]] = {name: [] for name in dataset.graphs}
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode):
            parts[quad.graph_name.value].append(quad)
    for place, (name, found) in enumerate(parts.items()):
        node = ox.BlankNode(f"named{place}")
        graphs += [link(node, _TYPE.value, SD + "NamedGraph"), link(node, SD + "name", name)]
        graphs.append(link(whole, SD + "namedGraph", node))
        graphs += _graph(node, SD + "graph", f"graph{place}", _distinct(found))
    return _Held(whole, kept, tuple(graphs))


def _described(quads: list[ox.Quad], writable: bool) -> tuple[Node, tuple[ox.Triple, ...]]:
    """The dataset's node and what VoID says of it: counted anew where the data may have changed."""
    kept = tuple(quad.triple for quad in quads if quad.graph_name == VOID_GRAPH)
    if kept and not writable:
        return DATASET, kept
    triples = _distinct(quad for quad in quads if quad.graph_name != VOID_GRAPH)
    if kept:
        return DATASET, (*_about(triples), *statistics(DATASET, triples))
    whole = ox.BlankNode("dataset")
    return whole, (link(whole, _TYPE.value, VOID + "Dataset"), *statistics(whole, triples))


def _about(triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """What the dataset is called, which licence its ontology names, where to enter it, and how its IRIs look."""
    yield link(DATASET, _TYPE.value, VOID + "Dataset")
    for lang in LANGUAGES:
        yield ox.Triple(DATASET, ox.NamedNode(DCTERMS + "title"), literal(TITLE.in_(lang), lang=lang))
        yield ox.Triple(DATASET, ox.NamedNode(DCTERMS + "description"), literal(ABOUT.in_(lang), lang=lang))
        yield ox.Triple(DATASET, ox.NamedNode(DCTERMS + "language"), literal(lang))
    yield ox.Triple(DATASET, ox.NamedNode(OWL + "versionInfo"), literal(__version__))
    yield ox.Triple(DATASET, ox.NamedNode(VOID + "uriSpace"), literal(ID))
    yield from _links(DATASET, VOID + "feature", FORMATS, _GRAPHS)
    for subject, predicate, value in triples:
        if subject == _ONTOLOGY and predicate == _LICENSE:
            yield ox.Triple(DATASET, _LICENSE, value)
        elif predicate == _TYPE and value == ox.NamedNode(DD + "PolicyFramework"):
            yield ox.Triple(DATASET, ox.NamedNode(VOID + "rootResource"), subject)


def _distinct(quads: Iterable[ox.Quad]) -> list[ox.Triple]:
    return list(dict.fromkeys(quad.triple for quad in quads))


def _graph(owner: Node, predicate: str, label: str, triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    node = ox.BlankNode(label)
    yield link(owner, predicate, node)
    yield link(node, _TYPE.value, SD + "Graph")
    yield number(node, "triples", len(triples))


def _links(subject: Node, predicate: str, space: str, names: Iterable[str]) -> Iterator[ox.Triple]:
    return (link(subject, predicate, space + name) for name in names)
