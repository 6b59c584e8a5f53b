"""The competency questions as data: SHACL executables with their prefixes, from which SPARQL editors offer examples.

The form is the one of the SPARQL examples of the SIB, which its editor and YASGUI with its plugin ask an endpoint for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from dandang.catalogue import Question
from dandang.namespaces import DCTERMS, DD, ID, PREFIXES, RDF, RDFS, SCHEMA, SH, SKOS, XSD
from dandang.store import GRAPHS, literal, quads_of

QUESTIONS = ID + "questions/"
GRAPH = ox.NamedNode(GRAPHS + "examples")
#: SHACL has an ontology declare the prefixes of the queries that name it.
_ONTOLOGY = DD.removesuffix("#")
#: The endpoint holds no assessments: questions about them would have no rows.
_ABSENT = "assessments"


def example_quads(found: Iterable[Question]) -> list[ox.Quad]:
    """The questions that the endpoint can answer, each as an executable, and the prefixes of the project."""
    return [
        *_declarations(PREFIXES),
        *(quad for question in found if asks_of_endpoint(question) for quad in _example(question)),
    ]


def asks_of_endpoint(question: Question) -> bool:
    """Whether the graph of the endpoint has all that a question needs."""
    return _ABSENT not in question.needs


def _declarations(prefixes: Mapping[str, str]) -> Iterator[ox.Quad]:
    for prefix, namespace in prefixes.items():
        # Its label is fixed, so that the dataset is the same whenever it is made.
        node = ox.BlankNode(f"prefix-{prefix}")
        yield ox.Quad(ox.NamedNode(_ONTOLOGY), ox.NamedNode(SH + "declare"), node, GRAPH)
        yield ox.Quad(node, ox.NamedNode(RDF + "type"), ox.NamedNode(SH + "PrefixDeclaration"), GRAPH)
        yield ox.Quad(node, ox.NamedNode(SH + "prefix"), literal(prefix), GRAPH)
        yield ox.Quad(node, ox.NamedNode(SH + "namespace"), literal(namespace, datatype=XSD + "anyURI"), GRAPH)


def _example(question: Question) -> list[ox.Quad]:
    properties: dict[str, list[ox.NamedNode | ox.Literal | str]] = {
        RDF + "type": [SH + "SPARQLExecutable", SH + "SPARQLSelectExecutable"],
        RDFS + "label": [literal(question.question.in_(lang), lang=lang) for lang in ("zh", "en")],
        # Editors show the comment alone, so it says the question too.
        RDFS + "comment": [
            literal(f"{question.question.in_(lang)} {question.note.in_(lang)}".strip(), lang=lang)
            for lang in ("zh", "en")
        ],
        SKOS + "notation": [literal(question.id)],
        SCHEMA + "keywords": [literal(tag) for tag in question.tags],
        DCTERMS + "source": [literal(f"queries/competency/{question.name}.rq")],
        SH + "prefixes": [_ONTOLOGY],
        SH + "select": [literal(question.sparql)],
    }
    return quads_of(QUESTIONS + question.name, properties, GRAPH)
