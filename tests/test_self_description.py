"""What the endpoint says of itself: examples and prefixes that editors complete from, and VoID that counts what is there."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from flask.testing import FlaskClient

from dandang.catalogue import Question, questions
from dandang.namespaces import PREFIXES, RDF
from dandang.web import create_app
from dandang.web.app import query_pool
from dandang.web.sparql_examples import QUESTIONS, asks_of_endpoint
from dandang.web.sparql_pool import Dataset
from dandang.web.sparql_service import DATASET, VOID_GRAPH, Service, description, void, with_description
from dandang.web.void import number
from update_expected import store

JSON = "application/sparql-results+json"
ASKED = [question for question in questions() if asks_of_endpoint(question)]
SHAPES = Path(__file__).with_name("self-description.ttl")
#: Data, without the graph that describes it.
DATA = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(?g != {VOID_GRAPH})"
THING = ox.Quad(
    ox.NamedNode("http://e/s"), ox.NamedNode(RDF + "type"), ox.NamedNode("http://e/C"), ox.NamedNode("http://e/g")
)


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    app = create_app({"QUERY_WORKERS": 1, "TESTING": True})
    yield app.test_client()
    query_pool(app).close()


def rows(client: FlaskClient, query: str) -> list[dict[str, str]]:
    # Editors add parameters of their own, which mean nothing here.
    answer = client.get("/sparql", query_string={"ac": "1", "query": query}, headers={"Accept": JSON})
    assert answer.status_code == 200, answer.text
    found = json.loads(answer.data)["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in found]


@pytest.fixture(scope="module")
def examples(client: FlaskClient) -> dict[str, str]:
    """The examples as an editor asks for them: IRI → query."""
    found = rows(
        client,
        """SELECT DISTINCT ?example ?comment ?query WHERE {
          ?example a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct ?query .
        }""",
    )
    assert all(row["comment"].strip() for row in found)
    return {row["example"]: row["query"] for row in found}


# --- examples ---------------------------------------------------------------------------------------------------------


def test_examples_are_the_questions_that_the_endpoint_can_answer(examples: dict[str, str]) -> None:
    assert set(examples) == {QUESTIONS + question.name for question in ASKED}
    assert len(ASKED) > 50


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.id)
def test_example_answers_as_the_question_does(
    client: FlaskClient, examples: dict[str, str], question: Question
) -> None:
    answer = client.post(
        "/sparql",
        data=examples[QUESTIONS + question.name].encode(),
        content_type="application/sparql-query",
        headers={"Accept": JSON},
    )
    expected = store(question.needs).run(question.text)
    assert isinstance(expected, ox.QuerySolutions)
    assert json.loads(answer.data) == json.loads(expected.serialize(format=ox.QueryResultsFormat.JSON) or b"")


def test_prefixes_are_declared_for_editors(client: FlaskClient, examples: dict[str, str]) -> None:
    found = rows(client, "SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix }")
    declared = {row["prefix"]: row["namespace"] for row in found}
    assert declared == PREFIXES
    for iri, query in examples.items():
        for prefix, namespace in re.findall(r"^PREFIX (\w+): <(.+)>$", query, re.MULTILINE):
            assert declared[prefix] == namespace, iri
    pointed = rows(
        client,
        "SELECT ?example WHERE { ?example sh:prefixes/sh:declare/sh:prefix ?prefix } GROUP BY ?example",
    )
    assert {row["example"] for row in pointed} == set(examples)


@pytest.mark.parametrize("question", ASKED[:3], ids=lambda question: question.id)
def test_iri_of_an_example_leads_to_its_page_and_its_data(client: FlaskClient, question: Question) -> None:
    address = "/id/questions/" + question.name
    page = client.get(address, headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.status_code == 200 and question.question.zh in page.text
    data = client.get(address, headers={"Accept": "text/turtle"}, follow_redirects=True)
    found = {triple.predicate.value for triple in ox.parse(data.data, format=ox.RdfFormat.TURTLE)}
    assert PREFIXES["sh"] + "select" in found


# --- the description of the data --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(client: FlaskClient) -> rdflib.Graph:
    answer = client.get("/.well-known/void", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    return rdflib.Graph().parse(data=answer.data, format="turtle")


def test_description_fits_its_shapes(client: FlaskClient, told: rdflib.Graph) -> None:
    whole_turtle = client.get("/sparql", headers={"Accept": "text/turtle"}).data
    asked = client.get(
        "/graphs?graph=https://w3id.org/dandang/id/graphs/examples", headers={"Accept": "text/turtle"}
    ).data
    whole = rdflib.Graph().parse(data=whole_turtle, format="turtle").parse(data=asked, format="turtle")
    shapes = rdflib.Graph().parse(SHAPES)
    for found in (told, whole):
        conforms, _, report = pyshacl.validate(found, shacl_graph=shapes, inference="none")
        assert conforms, report
    # And the shapes find what they are for.
    empty = rdflib.Graph().parse(data=f"{DATASET} a <http://rdfs.org/ns/void#Dataset> .", format="turtle")
    assert not pyshacl.validate(empty, shacl_graph=shapes)[0]


def test_counts_are_what_the_endpoint_counts(client: FlaskClient, told: rdflib.Graph) -> None:
    total = f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s ?p ?o {{ {DATA} }} }}"
    properties = f"SELECT ?x (COUNT(*) AS ?n) {{ SELECT DISTINCT ?s (?p AS ?x) ?o {{ {DATA} }} }} GROUP BY ?x"
    classes = f"SELECT ?x (COUNT(DISTINCT ?s) AS ?n) {{ {DATA} FILTER(?p = rdf:type) BIND(?o AS ?x) }} GROUP BY ?x"
    for counted, said in (
        (total, "SELECT ?n { [] a void:Dataset ; void:triples ?n }"),
        (
            properties,
            "SELECT ?x ?n { [] a void:Dataset ; void:propertyPartition [ void:property ?x ; void:triples ?n ] }",
        ),
        (classes, "SELECT ?x ?n { [] void:classPartition [ void:class ?x ; void:entities ?n ] }"),
    ):
        found = {tuple(row.values()) for row in rows(client, counted)}
        assert {tuple(str(cell) for cell in row) for row in told.query(said)} == found, said


def test_partitions_say_what_joins_what(client: FlaskClient) -> None:
    """As an editor asks: class → property → class or datatype, compared with the data itself."""
    told = {
        (row["class"], row["property"], row["other"])
        for row in rows(
            client,
            """PREFIX ext: <http://ldf.fi/void-ext#>
            SELECT * { ?part void:class ?class ; void:propertyPartition ?of . ?of void:property ?property
              { ?of void:classPartition/void:class ?other } UNION { ?of ext:datatypePartition/ext:datatype ?other } }""",
        )
    }
    there = {
        (row["class"], row["p"], row["other"])
        for row in rows(
            client,
            f"""SELECT DISTINCT ?class ?p ?other {{ {DATA} ?s a ?class
              OPTIONAL {{ ?o a ?kind }} BIND(IF(isLiteral(?o), DATATYPE(?o), ?kind) AS ?other) FILTER(BOUND(?other)) }}""",
        )
        if not row["class"].startswith("http://rdfs.org/ns/void#")
    }
    assert {row for row in there if not row[2].startswith("http://rdfs.org/ns/void#")} == told


@pytest.mark.parametrize(
    ("how", "features"),
    [
        ({}, {"UnionDefaultGraph"}),
        ({"union": False}, set()),
        ({"writable": True, "federated": True}, {"UnionDefaultGraph", "EmptyGraphs", "BasicFederatedQuery"}),
    ],
)
def test_features_are_those_of_the_service(how: dict[str, bool], features: set[str]) -> None:
    dataset = Dataset(0, ox.serialize([THING], format=ox.RdfFormat.N_QUADS) or b"", ("http://e/g",))
    found = description(Service("http://e/sparql", **how), dataset)  # type: ignore[arg-type]
    space = "http://www.w3.org/ns/sparql-service-description#"
    assert {t.object.value for t in found if t.predicate.value == space + "feature"} == {
        space + name for name in features
    }


def test_changed_store_is_counted_anew() -> None:
    """A store that was made from the shipped data has its description in a graph, which changes do not keep up to date."""
    quads = [*with_description([THING]), ox.Quad(THING.object, THING.predicate, THING.object, THING.graph_name)]
    dataset = Dataset(1, ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"", ("http://e/g", VOID_GRAPH.value))
    told = {writable: set(void(Service("http://e/sparql", writable=writable), dataset)) for writable in (True, False)}
    counts = {writable: number(DATASET, "triples", 2 if writable else 1) for writable in told}
    assert all(counts[writable] in found for writable, found in told.items())


def test_same_data_is_described_in_the_same_words() -> None:
    quads = [
        ox.Quad(ox.NamedNode(f"http://e/{n}"), ox.NamedNode(RDF + "type"), ox.NamedNode(f"http://e/C{n % 3}"))
        for n in range(9)
    ]
    assert Counter(with_description(quads)) == Counter(with_description(reversed(quads)))


def test_iris_of_the_dataset_and_its_graphs_resolve(client: FlaskClient) -> None:
    turtle, page = {"Accept": "text/turtle"}, {"Accept": "text/html"}
    for address, headers, target in (
        ("/id/dataset", turtle, "/.well-known/void"),
        ("/id/dataset", page, "/zh/sparql"),
    ):
        answer = client.get(address, headers=headers)
        assert answer.status_code == 303 and answer.headers["Location"] == target
    graph = client.get("/id/graphs/D4", headers=turtle, follow_redirects=True)
    assert b"E7" in graph.data
    assert client.get("/id/graphs/none", headers=turtle, follow_redirects=True).status_code == 404


def test_dumps_that_are_named_are_there(client: FlaskClient, told: rdflib.Graph) -> None:
    dumps = list(told.objects(None, rdflib.URIRef(PREFIXES["void"] + "dataDump")))
    assert len(dumps) == 4
    for dump in dumps:
        assert client.get(str(dump).removeprefix("http://localhost")).status_code == 200
