"""SPARQL 1.1 Protocol, Update, Graph Store Protocol and Service Description, on an empty store and on the public one.

The W3C tests of the three protocols ask for these behaviours; each is named here for what it does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dandang.errors import BadQuery, InputError
from dandang.sparql_guard import checked, checked_update, foreign_graphs, with_dataset
from dandang.web import create_app, serve, sparql_worker
from dandang.web.app import query_pool
from dandang.web.cache import Cache

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
TURTLE, FORM = "text/turtle", "application/x-www-form-urlencoded"
QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
ROWS = "SELECT ?x { VALUES ?x { 1 2 } }"
GRAPH = "CONSTRUCT { <http://e/s> <http://e/p> ?x } WHERE { VALUES ?x { 1 2 } }"
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
G1, G2, G3 = "http://e/g1", "http://e/g2", "http://e/g3"
TRIPLES = """@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<http://e/person> a foaf:Person ; foaf:name "{name}" ; foaf:knows [ foaf:name "李四" ] .
"""
SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
#: Ends in no time that a test would wait.
ENDLESS = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(6))


@pytest.fixture(scope="module")
def store() -> Iterator[FlaskClient]:
    app = create_app({"SCRATCH": True, "QUERY_SECONDS": 2.0, "TESTING": True})
    yield app.test_client()
    query_pool(app).close()


@pytest.fixture
def client(store: FlaskClient) -> FlaskClient:
    """A client of an empty store that may be written to."""
    assert change(store, "DROP ALL").status_code == 204
    return store


@pytest.fixture(scope="module")
def public() -> Iterator[FlaskClient]:
    """A client of the graph that is shipped."""
    app = create_app({"QUERY_WORKERS": 1, "TESTING": True})
    yield app.test_client()
    query_pool(app).close()


def ask(client: FlaskClient, query: str, accept: str = JSON, **parameters: str | list[str]) -> TestResponse:
    return client.get("/sparql", query_string={"query": query, **parameters}, headers={"Accept": accept})


def holds(client: FlaskClient, pattern: str, **parameters: str | list[str]) -> bool:
    answer = ask(client, f"ASK {{ {pattern} }}", **parameters)
    assert answer.status_code == 200, answer.text
    return bool(json.loads(answer.data)["boolean"])


def change(client: FlaskClient, update: str, **parameters: str | list[str]) -> TestResponse:
    return client.post("/sparql", data=update.encode(), content_type=UPDATE, query_string=parameters)


def put(client: FlaskClient, where: str, name: str = "张三", media: str = TURTLE) -> TestResponse:
    return client.put(where, data=TRIPLES.format(name=name).encode(), content_type=media)


def triples(answer: TestResponse) -> set[str]:
    assert answer.status_code == 200, answer.text
    form = ox.RdfFormat.from_media_type(answer.mimetype)
    assert form is not None
    return {str(quad.predicate) + str(quad.object) for quad in ox.parse(answer.data, form)}


@pytest.fixture
def three(client: FlaskClient) -> FlaskClient:
    """A store with three graphs of one triple each, and one without a name."""
    graphs = " ".join(f"GRAPH <{graph}> {{ <{graph}> <http://e/p> <{graph}> }}" for graph in (G1, G2, G3))
    change(client, f"INSERT DATA {{ <http://e/d> <http://e/p> <http://e/d> {graphs} }}")
    return client


# --- query ------------------------------------------------------------------------------------------------------------


def test_get_query(client: FlaskClient) -> None:
    assert holds(client, "")


def test_post_query_form(client: FlaskClient) -> None:
    form = urlencode({"query": 'ASK { FILTER(STRLEN("住房补贴") = 4) }'}).encode()
    for media in (FORM, f"{FORM}; charset=UTF-8"):
        assert b"true" in client.post("/sparql", data=form, content_type=media).data


def test_post_query_direct(client: FlaskClient) -> None:
    for media in (QUERY, f"{QUERY}; charset=utf-8"):
        answer = client.post("/sparql", data='SELECT ?x { VALUES ?x { "住房补贴"@zh } }'.encode(), content_type=media)
        assert json.loads(answer.data)["results"]["bindings"][0]["x"]["value"] == "住房补贴"


def test_head_query_has_no_body(client: FlaskClient) -> None:
    answer = client.head("/sparql", query_string={"query": ROWS}, headers={"Accept": JSON})
    assert (answer.status_code, answer.mimetype, answer.data) == (200, JSON, b"")


def test_relative_iris_are_resolved_against_the_endpoint(client: FlaskClient) -> None:
    assert "<http://localhost/s>" in ask(client, "CONSTRUCT { <s> <p> 1 } WHERE {}", "application/n-triples").text


@pytest.mark.parametrize("graphs", [[G1], [G1, G2]])
def test_default_graph_uri_makes_the_default_graph(three: FlaskClient, graphs: list[str]) -> None:
    for graph in (G1, G2, G3):
        assert holds(three, f"<{graph}> ?p ?o", **{"default-graph-uri": graphs}) is (graph in graphs)
    assert not holds(three, "GRAPH ?g { ?s ?p ?o }", **{"default-graph-uri": graphs})


def test_named_graph_uri_makes_the_named_graphs(three: FlaskClient) -> None:
    given = {"named-graph-uri": [G1, G2]}
    assert holds(three, f"GRAPH ?a {{ <{G1}> ?p ?o }} GRAPH ?b {{ <{G2}> ?q ?r }}", **given)
    assert not holds(three, f"GRAPH ?g {{ <{G3}> ?p ?o }}", **given)
    assert not holds(three, "?s ?p ?o", **given)


def test_dataset_of_a_posted_query_is_in_the_address_or_the_form(three: FlaskClient) -> None:
    query = f"ASK {{ <{G3}> ?p ?o GRAPH ?g {{ <{G1}> ?q ?r }} }}"
    dataset = {"default-graph-uri": G3, "named-graph-uri": G1}
    for answer in (
        three.post("/sparql", data=query.encode(), content_type=QUERY, query_string=dataset),
        three.post("/sparql", data={"query": query, **dataset}),
        three.post("/sparql", data={"query": query}, query_string=dataset),
    ):
        assert json.loads(answer.data)["boolean"] is True


def test_dataset_of_the_request_wins_over_from(three: FlaskClient) -> None:
    query = f"ASK FROM <{G2}> {{ <{G1}> ?p ?o }}"
    assert b"true" in ask(three, query, **{"default-graph-uri": G1}).data
    assert b"true" in ask(three, f"ASK FROM <{G2}> {{ <{G2}> ?p ?o }}").data


def test_unknown_graph_is_empty_and_never_fetched(client: FlaskClient, public: FlaskClient) -> None:
    for found in (client, public):
        assert not holds(found, "?s ?p ?o", **{"default-graph-uri": "http://127.0.0.1:9/none"})


def test_graph_parameter_that_is_no_iri_is_refused(client: FlaskClient) -> None:
    for name in ("default-graph-uri", "named-graph-uri"):
        assert ask(client, "ASK {}", **{name: "http://e/a b"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "address", "body", "media", "status"),
    [
        ("PUT", "/sparql?query=ASK%20%7B%7D", "", FORM, 405),
        ("DELETE", "/sparql?query=ASK%20%7B%7D", "", None, 405),
        ("GET", "/sparql?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D", "", None, 400),
        ("GET", "/sparql?query=ASK%20%7B", "", None, 400),
        ("GET", "/sparql?update=CLEAR%20ALL", "", None, 400),
        ("POST", "/sparql", "ASK {}", "text/plain", 415),
        ("POST", "/sparql", "query=ASK%20%7B%7D", None, 415),
        ("POST", "/sparql", "ASK {}", None, 415),
        ("POST", "/sparql", "", FORM, 400),
        ("POST", "/sparql", "query=ASK%20%7B%7D&update=CLEAR%20ALL", FORM, 400),
        ("POST", "/sparql", "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM, 400),
        ("POST", "/sparql", "update=CLEAR%20XYZ", FORM, 400),
        ("POST", "/sparql", "CLEAR NAMED", "text/plain", 415),
        ("POST", "/sparql", "update=CLEAR%20NAMED", None, 415),
    ],
)
def test_malformed_request_is_refused(
    client: FlaskClient, method: str, address: str, body: str, media: str | None, status: int
) -> None:
    put(client, "/graphs?default")
    answer = client.open(address, method=method, data=body.encode(), content_type=media)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert holds(client, "?s ?p ?o")


@pytest.mark.parametrize("media", [QUERY, UPDATE])
def test_body_that_is_not_utf8_is_refused(client: FlaskClient, media: str) -> None:
    for text, charset, status in (("ASK {}", "utf-16", 415), ("ASK {}", "utf-16-be", 415)):
        answer = client.post("/sparql", data=text.encode(charset), content_type=f"{media}; charset={charset}")
        assert answer.status_code == status
    assert client.post("/sparql", data=b"ASK {} # \xff", content_type=media).status_code == 400


def test_update_sent_as_query_is_not_executed(client: FlaskClient) -> None:
    assert ask(client, "INSERT DATA { <http://e/s> <http://e/p> 1 }").status_code == 400
    assert not holds(client, "?s ?p ?o")


def test_syntax_error_has_its_place(client: FlaskClient) -> None:
    problem = json.loads(ask(client, "SELECT *\nWHERE { ?s ?p }").data)
    assert problem["code"] == "bad-query" and problem["place"]["line"] == 2 and problem["place"]["column"] > 1


# --- content negotiation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        *((ROWS, media, media) for media in (JSON, XML, CSV, TSV)),
        *((GRAPH, media, media) for media in sorted({form.media_type for form in sparql_worker.GRAPHS.values()})),
        (ROWS, f"{XML};q=0.1, {JSON};q=0.9", JSON),
        (ROWS, f"{JSON};q=0.1, {XML};q=0.9", XML),
        (GRAPH, "text/turtle;q=0.2, application/n-triples", "application/n-triples"),
        (GRAPH, "text/turtle; charset=utf-8", TURTLE),
        (GRAPH, "text/turtle;q=0, */*;q=0.1", "application/ld+json"),
        (GRAPH, "text/turtle, application/n-triples;q=0.9, */*;q=0.1", TURTLE),
        (ROWS, f"{XML}, text/html;q=0.5, */*;q=0.1", XML),
        (ROWS, "*/*", JSON),
        (ROWS, "", JSON),
        (ROWS, "text/*", CSV),
        (ROWS, f"text/turtle, {JSON};q=0.5", JSON),
        (GRAPH, f"{JSON}, text/turtle;q=0.5", TURTLE),
        ("ASK {}", XML, XML),
    ],
)
def test_result_comes_in_the_format_liked_best(client: FlaskClient, query: str, accept: str, media: str) -> None:
    answer = ask(client, query, accept)
    assert (answer.status_code, answer.mimetype) == (200, media)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("query", "accept"), [(ROWS, "image/png"), (ROWS, TURTLE), (GRAPH, JSON), (ROWS, f"{JSON};q=0")]
)
def test_format_that_is_not_on_offer_is_406(client: FlaskClient, query: str, accept: str) -> None:
    answer = ask(client, query, accept)
    assert answer.status_code == 406 and "Accept" in answer.headers["Vary"]


def test_browser_gets_a_page(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": ROWS}, headers=HTML, follow_redirects=True)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")


# --- other sites ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sparql", "/graphs"])
def test_preflight_lets_other_sites_ask(client: FlaskClient, public: FlaskClient, path: str) -> None:
    asked = {
        "Origin": "http://other.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    for found in (client, public):
        answer = found.options(path, headers=asked)
        assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
        assert {"GET", "HEAD", "POST"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))


def test_other_sites_read_answers_and_errors(client: FlaskClient) -> None:
    for query in (ROWS, "nonsense"):
        answer = client.get("/sparql", query_string={"query": query}, headers={"Origin": "http://other.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/zh/sparql").headers


@pytest.mark.parametrize(
    "path", ["/sparql?query=ASK%7B%7D", "/graphs?default", "/.well-known/void", "/data/dataset.ttl", "/id/nothing"]
)
def test_other_sites_read_validator_and_number(public: FlaskClient, path: str) -> None:
    """A page of another site may revalidate what it has, also when the server has dropped it, and can quote the number."""
    first = public.get(path)
    shared = {"ETag", "X-Request-Id"}
    assert shared <= set(first.headers["Access-Control-Expose-Headers"].split(", "))
    preflight = public.options(path).headers
    assert "If-None-Match" in preflight["Access-Control-Allow-Headers"]
    if tag := first.headers.get("ETag"):
        delivery = public.application.extensions["dandang-delivery"]
        delivery.answers = Cache(delivery.answers.capacity)
        again = public.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["Access-Control-Allow-Origin"]) == (304, "*")


@pytest.mark.parametrize("origin", ["http://other.example", "null", "http://localhost:81", "http://["])
def test_other_sites_change_nothing(client: FlaskClient, origin: str) -> None:
    put(client, "/graphs?default")
    headers = {"Origin": origin}
    for answer in (
        client.post("/sparql", data={"update": "CLEAR ALL"}, headers=headers),
        client.delete("/graphs?default", headers=headers),
        client.post("/graphs", data=b"", content_type=TURTLE, headers=headers),
    ):
        assert answer.status_code == 403 and json.loads(answer.data)["code"] == "foreign-origin"
    assert holds(client, "?s ?p ?o")
    own = {"Origin": "http://localhost"}
    assert client.post("/sparql", data={"update": "CLEAR ALL"}, headers=own).status_code == 204


def test_machine_by_another_name_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"update": "CLEAR ALL"}, headers={"Host": "rebound.example"})
    assert answer.status_code == 400
    for host in ("127.0.0.1:8018", "localhost:8018"):
        assert client.get("/sparql?query=ASK%7B%7D", headers={"Host": host}).status_code == 200


# --- update -----------------------------------------------------------------------------------------------------------


def test_post_update_form(client: FlaskClient) -> None:
    put(client, "/graphs?default")
    assert client.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 204
    assert not holds(client, "?s ?p ?o")


def test_post_update_direct(client: FlaskClient) -> None:
    assert change(client, "INSERT DATA { <http://e/s> <http://e/p> '值'@zh }").status_code == 204
    assert holds(client, "?s ?p '值'@zh")


def test_relative_iris_of_an_update_are_resolved(client: FlaskClient) -> None:
    change(client, "INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> <test> } }")
    assert holds(client, "GRAPH <http://e/g> { ?s ?p <http://localhost/test> }")


@pytest.mark.parametrize("using", [[G1], [G1, G2]])
def test_using_graph_uri_is_the_default_graph_of_an_update(three: FlaskClient, using: list[str]) -> None:
    update = "INSERT { GRAPH <http://e/new> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    assert change(three, update, **{"using-graph-uri": using}).status_code == 204
    for graph in (G1, G2, G3):
        assert holds(three, f"GRAPH <http://e/new> {{ <{graph}> ?p ?o }}") is (graph in using)


def test_using_named_graph_uri_is_a_named_graph_of_an_update(three: FlaskClient) -> None:
    update = "INSERT { GRAPH <http://e/new> { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert three.post("/sparql", data={"update": update, "using-named-graph-uri": [G1, G2]}).status_code == 204
    for graph in (G1, G2, G3):
        assert holds(three, f"GRAPH <http://e/new> {{ <{graph}> ?p ?o }}") is (graph != G3)


def test_dataset_of_an_update_is_given_once(three: FlaskClient) -> None:
    for update in (
        f"WITH <{G1}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        f"DELETE {{ ?s ?p ?o }} USING <{G1}> WHERE {{ ?s ?p ?o }}",
    ):
        assert change(three, update, **{"using-named-graph-uri": G1}).status_code == 400
        assert holds(three, f"GRAPH <{G1}> {{ ?s ?p ?o }}")


@pytest.mark.parametrize(
    ("update", "written"),
    [
        ("INSERT DATA { <a> <b> <c> }", "INSERT DATA { <a> <b> <c> }"),
        ("INSERT { ?s ?p 1 } WHERE { ?s ?p 2 }", "INSERT { ?s ?p 1 } USING <g> USING NAMED <n> WHERE { ?s ?p 2 }"),
        (
            "delete # where\nwhere { ?s <where> ?o } ; CLEAR ALL",
            "delete # where\n { ?s <where> ?o } USING <g> USING NAMED <n> where { ?s <where> ?o } ; CLEAR ALL",
        ),
        (
            "DELETE { ?s ?p '}' } WHERE { { SELECT ?s WHERE { ?s ?p '\\\\u007b' } } }",
            "DELETE { ?s ?p '}' } USING <g> USING NAMED <n> WHERE { { SELECT ?s WHERE { ?s ?p '\\\\u007b' } } }",
        ),
    ],
)
def test_dataset_is_written_into_each_operation_with_a_pattern(update: str, written: str) -> None:
    assert with_dataset(update, ["g"], ["n"]) == written
    assert with_dataset(update, [], []) == update


def test_update_is_all_or_nothing(client: FlaskClient) -> None:
    put(client, "/graphs?default")
    answer = change(client, "DROP ALL ; CREATE GRAPH <http://e/g> ; CREATE GRAPH <http://e/g>")
    assert answer.status_code == 400
    assert holds(client, "?s ?p ?o")


def test_update_that_is_stopped_leaves_the_store_as_it_was(client: FlaskClient) -> None:
    change(client, f"INSERT DATA {{ {' . '.join(f'<http://e/{n}> <http://e/p> {n}' for n in range(300))} }}")
    update = f"DELETE WHERE {{ <http://e/1> ?p ?o }} ; INSERT {{ <http://e/s> <http://e/p> ?n }} WHERE {{ SELECT (COUNT(*) AS ?n) {{ {ENDLESS} }} }}"
    # Counting needs no memory, so that it is the time that runs out.
    answer = change(client, update)
    assert answer.status_code == 503 and json.loads(answer.data)["code"] == "query-timeout"
    assert holds(client, "<http://e/1> ?p ?o") and not holds(client, "<http://e/s> ?p ?o")


def test_small_query_is_answered_while_another_runs_away(client: FlaskClient) -> None:
    change(client, f"INSERT DATA {{ {' . '.join(f'<http://e/{n}> <http://e/p> {n}' for n in range(300))} }}")
    with ThreadPoolExecutor(1) as threads:
        endless = threads.submit(ask, client.application.test_client(), f"SELECT (COUNT(*) AS ?n) {{ {ENDLESS} }}")
        assert all(holds(client, "<http://e/1> ?p ?o") for _ in range(20)) and not endless.done()
        assert json.loads(endless.result().data)["code"] == "query-timeout"


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <http://127.0.0.1:9/>",
        "LOAD SILENT <file:///etc/hostname> INTO GRAPH <http://e/g>",
        "INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }",
        'INSERT { ?s ?p "\\\\u0022 } # " } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }',
    ],
)
def test_update_reaches_no_other_server_and_no_file(client: FlaskClient, update: str) -> None:
    with pytest.raises(BadQuery):
        checked_update(update)
    assert change(client, update).status_code == 400


def test_all_workers_see_each_change(client: FlaskClient) -> None:
    for n in range(5):
        change(client, f"INSERT DATA {{ <http://e/s> <http://e/p> {n} }}")
        with ThreadPoolExecutor(4) as threads:
            clients = [client.application.test_client() for _ in range(4)]
            assert all(threads.map(lambda found, n=n: holds(found, f"?s ?p {n}"), clients))


# --- what the guard reads ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { FILTER("\\\\u0022" = "x") SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }',
        'SELECT ("\\\\u0022 { " AS ?x) { SERVICE <http://127.0.0.1:9/> { } } # "',
    ],
)
def test_escape_in_a_string_hides_no_keyword(query: str) -> None:
    with pytest.raises(BadQuery, match="SERVICE"):
        checked(query)


def test_escape_in_an_iri_is_read() -> None:
    assert foreign_graphs("ASK FROM <http://e/\\u0067> {}", frozenset({"http://e/g"})) == []
    assert foreign_graphs("ASK FROM <http://e/\\u0068> {}", frozenset({"http://e/g"})) == ["http://e/h"]


#: SERVICE as the engine reads it: a keyword may touch what stands beside it.
HIDDEN = [
    "SELECT * { SERVICESILENT<http://other.example/> {} }",
    "PREFIX ex: <http://other.example/> SELECT * { SERVICEex:x { ?s ?p ?o } }",
    "PREFIX : <http://other.example/> SELECT * { SERVICE:x { ?s ?p ?o } }",
    "SELECT * { SERVICE?x { ?s ?p ?o } }",
    "SELECT * { BIND(1 AS ?x)SERVICE<http://other.example/> { ?s ?p ?o } }",
    "SELECT * { VALUES ?x {1}sErViCe<http://other.example/> { ?s ?p ?o } }",
    "PREFIX ex: <http://other.example/> SELECT * { ?s ?p 1SERVICEex:x { ?s ?p ?o } }",
    "PREFIX ex: <http://other.example/> SELECT * { ?s ?p true.SERVICEex:x { ?s ?p ?o } }",
]


@pytest.mark.parametrize("query", HIDDEN)
def test_service_is_seen_wherever_the_engine_sees_it(query: str) -> None:
    for hosts in ((), ("allowed.example",)):
        with pytest.raises(BadQuery):
            checked(query, hosts=hosts)
        with pytest.raises(BadQuery):
            checked(query.replace("{", "{ SERVICE <http://allowed.example/> {} ", 1), hosts=hosts)


@pytest.mark.parametrize("update", ["LOADSILENT<file:///etc/hostname>", "LOAD<http://e/>", "LOADex:x"])
def test_load_is_seen_wherever_the_engine_sees_it(update: str) -> None:
    with pytest.raises(BadQuery, match="LOAD"):
        checked_update(update)


ALLOWED = ("a.example", "b.example:8890", "[::1]:8080")


@pytest.mark.parametrize(
    "address",
    [
        "http://a.example/sparql",
        "https://a.example/",
        "HTTP://A.example",
        "https://a.example:443/x?y=z",
        "http://b.example:8890/sparql",
        "http://\\u0061.example/",
        "http://[::1]:8080/",
    ],
)
def test_service_may_ask_hosts_on_the_list(address: str) -> None:
    for silent in ("", " SILENT"):
        assert checked(f"SELECT * {{ SERVICE{silent} <{address}> {{ ?s ?p ?o }} }}", hosts=ALLOWED).network


@pytest.mark.parametrize(
    "service",
    [
        "<http://other.example/>",
        "<http://a.example.other.example/>",
        "<http://sub.a.example/>",
        "<http://a.example:8080/>",
        "<http://b.example/>",
        "<http://b.example:88900/>",
        "<https://b.example:889/>",
        "<http://a.example@other.example/>",
        "<http://user:pw@a.example/>",
        "<http://other.example#@a.example/>",
        "<http://other.example?a.example/>",
        "<ftp://a.example/>",
        "<file:///a.example>",
        "<//a.example/>",
        "<a.example>",
        "<http:a.example>",
        "<>",
        "?where",
        "ex:x",
        ":x",
        "",
    ],
)
def test_service_may_ask_no_other_host(service: str) -> None:
    for silent in ("", "SILENT"):
        prefixes = "PREFIX ex: <http://a.example/> PREFIX : <http://a.example/>"
        with pytest.raises(BadQuery, match="SERVICE"):
            checked(f"{prefixes} SELECT * {{ SERVICE {silent} {service} {{ ?s ?p ?o }} }}", hosts=ALLOWED)


def test_words_that_are_no_service_pass() -> None:
    query = "SELECT ?service { ?service a sd:Service ; ex:service _:service . } # SERVICE"
    assert not checked(f"PREFIX sd: <http://e/> PREFIX ex: <http://e/> {query}").network


# --- where a mistake is -----------------------------------------------------------------------------------------------

MISTAKES = [
    ("SELECT * { ?s ?p }", 1, 18, "}"),
    ("SELECT *\nWHERE { ?s ?p ?o . ?x }", 2, 23, "}"),
    ("SELCT * { ?s ?p ?o }", 1, 1, "SELECT"),
    ("SELECT * { ?s ?p ?o } ORDR BY ?s", 1, 23, "ORDER"),
    ("SELECT * { ?s ?p ?o FILTER(?o < 3 && && ?x) }", 1, 38, "&&"),
    ('SELECT * { ?s rdfs:label "住房" ?x ! }', 1, 31, "?x"),
    ("SELECT * {\n  ?s ?p ?o . # 注释\n\t?s ?p '住房补贴' ; ] }", 3, 17, "]"),
    ("ASK { ?s ?p ?o", 1, 15, "{"),
    ("SELECT * { ?s ?p 'open }", 1, 18, "引号"),
    ("SELECT * { ?s foaf:name ?o }", 1, 15, "PREFIX foaf: <http://xmlns.com/foaf/0.1/>"),
    ("SELECT * { ?s skso:prefLabel ?o }", 1, 15, "skos:"),
    ("SELECT * { ?s nowhere:name ?o }", 1, 15, "PREFIX nowhere: <http://example.org/>"),
    ("SELECT ?y (COUNT(?x) AS ?n) { ?x ?p ?y }", 1, 41, "GROUP BY"),
    ("SELECT * { ?s ?p <http://e/a b> }", 1, 18, "IRI"),
    ("SELECT (ENCODE_FOR_URI(?x AS ?y) { }", 1, 27, "AS"),
    ("SELECT * { ?s ?p ?o } LIMIT ten", 1, 29, "ten"),
]


@pytest.mark.parametrize(("query", "line", "column", "words"), MISTAKES)
def test_mistake_is_told_with_its_place(
    client: FlaskClient, public: FlaskClient, query: str, line: int, column: int, words: str
) -> None:
    for found in (client, public):
        answer = ask(found, query)
        problem = json.loads(answer.data)
        assert (answer.status_code, problem["code"]) == (400, "bad-query")
        assert (problem["line"], problem["column"]) == (line, column)
        assert words in problem["detail"] + problem.get("hint", "")
        text, caret = problem["excerpt"].split("\n")
        assert text == query.split("\n")[line - 1] and len(caret) == column and caret.strip() == "^"


def test_mistake_is_told_in_both_languages(client: FlaskClient) -> None:
    for language, words in (("zh", "这里不该出现"), ("en", "does not fit here")):
        answer = client.get("/sparql", query_string={"query": "SELECT * { ] }"}, headers={"Accept-Language": language})
        assert words in json.loads(answer.data)["detail"]


def test_mistake_in_an_update_is_told_with_its_place(client: FlaskClient) -> None:
    problem = json.loads(change(client, "INSERT DATA { <a> <b> 1 } ;\nDELETE WHRE { ?s ?p ?o }").data)
    assert (problem["line"], problem["column"]) == (2, 8) and "WHERE" in problem["hint"]


def test_place_in_a_long_line_is_shown(client: FlaskClient) -> None:
    problem = json.loads(ask(client, f"SELECT * {{ {'?s ?p ?o . ' * 100}] }}").data)
    text, caret = problem["excerpt"].split("\n")
    assert len(text) < 120 and text[caret.index("^")] == "]"


# --- graph store ------------------------------------------------------------------------------------------------------

INDIRECT, DIRECT = "/graphs?graph=http%3A%2F%2Fe%2Fperson%2F1.ttl", "/graphs/person/1.ttl"


@pytest.mark.parametrize("where", [INDIRECT, DIRECT])
def test_put_makes_then_replaces_a_graph(client: FlaskClient, where: str) -> None:
    assert put(client, where).status_code == 201
    assert any("张三" in triple for triple in triples(client.get(where, headers={"Accept": TURTLE})))
    assert put(client, where, "王五").status_code == 204
    found = triples(client.get(where, headers={"Accept": TURTLE}))
    assert len(found) == 4 and not any("张三" in triple for triple in found)
    assert not holds(client, "?s ?p ?o") and holds(client, "GRAPH ?g { ?s ?p '王五' }")


@pytest.mark.parametrize("where", [INDIRECT, DIRECT])
def test_delete_removes_a_graph(client: FlaskClient, where: str) -> None:
    put(client, where)
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == client.head(where).status_code == client.delete(where).status_code == 404


@pytest.mark.parametrize("where", [INDIRECT, DIRECT])
def test_post_adds_to_a_graph(client: FlaskClient, where: str) -> None:
    body = TRIPLES.format(name="张三").encode()
    assert client.post(where, data=body, content_type=TURTLE).status_code == 201
    parts = [
        (b'<http://e/person> <http://e/given> "\xe4\xb8\x89" .', "a.ttl", "text/turtle; charset=utf-8"),
        (b'<http://e/person> <http://e/family> "\xe5\xbc\xa0" .', "b.nt", "application/n-triples"),
    ]
    files = {f"part{n}": (BytesIO(content), name, kind) for n, (content, name, kind) in enumerate(parts)}
    assert client.post(where, data=files, content_type="multipart/form-data").status_code == 204
    found = " ".join(triples(client.get(where, headers={"Accept": TURTLE})))
    assert all(text in found for text in ("张三", '"三"', '"张"'))


@pytest.mark.parametrize("where", [INDIRECT, DIRECT])
def test_head_of_a_graph(client: FlaskClient, where: str) -> None:
    put(client, where)
    answer = client.head(where, headers={"Accept": "text/turtle; charset=utf-8"})
    assert (answer.status_code, answer.mimetype, answer.data) == (200, TURTLE, b"")


def test_default_graph(client: FlaskClient) -> None:
    assert put(client, "/graphs?default").status_code == 204
    assert len(triples(client.get("/graphs?default", headers={"Accept": TURTLE}))) == 4
    assert client.delete("/graphs?default").status_code == 204
    assert triples(client.get("/graphs?default", headers={"Accept": TURTLE})) == set()


def test_post_without_a_name_makes_a_graph(client: FlaskClient) -> None:
    body = TRIPLES.format(name="张三").encode()
    answer = client.post("/graphs", data=body, content_type=TURTLE)
    place = answer.headers["Location"]
    assert answer.status_code == 201 and place.startswith("http://localhost/graphs/")
    for read in (client.get(place), client.get("/graphs", query_string={"graph": place})):
        assert len(triples(read)) == 4


def test_graph_name_is_decoded_once(client: FlaskClient) -> None:
    assert put(client, "/graphs?graph=http://e/%31.ttl", "张三").status_code == 201
    assert put(client, "/graphs?graph=http://e/%2531.ttl", "王五").status_code == 201
    assert "张三" in " ".join(triples(client.get("/graphs?graph=http%3A%2F%2Fe%2F1.ttl")))
    assert "王五" in " ".join(triples(client.get("/graphs?graph=http://e/%2531.ttl")))


def test_empty_graph_is_kept(client: FlaskClient) -> None:
    assert client.put("/graphs?graph=http://e/empty", data=b"", content_type=TURTLE).status_code == 201
    query_pool(client.application).close()
    assert client.get("/graphs?graph=http://e/empty").status_code == 200


@pytest.mark.parametrize("form", sorted(sparql_worker.GRAPHS))
def test_graph_goes_out_and_comes_in_in_each_format(client: FlaskClient, form: str) -> None:
    media = sparql_worker.GRAPHS[form].media_type
    put(client, "/graphs?graph=http://e/a")
    answer = client.get("/graphs?graph=http://e/a", headers={"Accept": media})
    assert answer.mimetype == media
    assert client.put("/graphs?graph=http://e/b", data=answer.data, content_type=media).status_code == 201
    assert holds(client, "GRAPH <http://e/b> { <http://e/person> ?p '张三' ; ?q [ ?r '李四' ] }")


@pytest.mark.parametrize(
    ("method", "address", "body", "media", "status"),
    [
        ("GET", "/graphs", "", None, 400),
        ("PUT", "/graphs", "", TURTLE, 400),
        ("GET", "/graphs?default&graph=http://e/g", "", None, 400),
        ("GET", "/graphs?graph=http://e/g&graph=http://e/h", "", None, 400),
        ("PUT", "/graphs?graph=relative", "", TURTLE, 400),
        ("PUT", "/graphs?graph=", "", TURTLE, 400),
        ("PATCH", "/graphs?default", "", UPDATE, 405),
        ("PUT", "/graphs?default", "<a> <b> .", TURTLE, 400),
        ("PUT", "/graphs?default", "x", "text/csv", 415),
        ("PUT", "/graphs?default", "x", None, 415),
        ("PUT", "/graphs?default", "x", f"{TURTLE}; charset=utf-16", 415),
        ("PUT", "/graphs?default", "<http://e/g> { <a> <b> <c> }", "application/trig", 400),
        ("PUT", "/graphs?default", '{"@context": "http://127.0.0.1:9/x", "@id": "a"}', "application/ld+json", 400),
        ("PUT", "/graphs?default", '<!DOCTYPE r [<!ENTITY a "aaa">]><r/>', "application/rdf+xml", 400),
        ("POST", "/graphs?default", "a=b", "multipart/form-data; boundary=x", 400),
    ],
)
def test_malformed_graph_request_is_refused(
    client: FlaskClient, method: str, address: str, body: str, media: str | None, status: int
) -> None:
    put(client, "/graphs?default")
    answer = client.open(address, method=method, data=body.encode(), content_type=media)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert len(triples(client.get("/graphs?default"))) == 4


def test_small_graph_declares_only_the_prefixes_that_it_uses(public: FlaskClient) -> None:
    answer = ask(public, "CONSTRUCT WHERE { wh:E7 rdfs:label ?label }", accept=TURTLE)
    declared = [line.split()[1] for line in answer.text.splitlines() if line.startswith("@prefix")]
    assert sorted(declared) == ["rdfs:", "wh:"]


def test_error_in_an_uploaded_graph_has_its_place(client: FlaskClient) -> None:
    answer = client.put("/graphs?default", data=b"<http://e/a> <http://e/b> 1 .\n<a> <b> .", content_type=TURTLE)
    problem = json.loads(answer.data)
    assert (problem["line"], problem["column"]) == (2, 9) and problem["excerpt"] == "<a> <b> .\n        ^"
    answer = client.put("/graphs?default", data="<http://e/张> foaf:name '三' .".encode(), content_type=TURTLE)
    problem = json.loads(answer.data)
    assert "@prefix foaf: <http://xmlns.com/foaf/0.1/> ." in problem["hint"] and problem["column"] == 14


def test_documents_that_would_never_end_are_refused(client: FlaskClient) -> None:
    deep = 100_000
    documents = {
        "nested lists": (TURTLE, "<a> <b> " + "(" * deep + ")" * deep + " ."),
        "nested nodes": (TURTLE, "<a> <b> " + "[ <c> " * deep + "1" + "]" * deep + " ."),
        "nested JSON": ("application/ld+json", '{"@id": "http://e/a", "http://e/p": ' * deep + "1" + "}" * deep),
        "nested XML": ("application/rdf+xml", "<a>" * deep + "</a>" * deep),
    }
    for name, (media, text) in documents.items():
        answer = client.put("/graphs?default", data=text.encode(), content_type=media)
        assert answer.status_code in (204, 400, 413, 503), name
        assert holds(client, ""), name


def test_upload_larger_than_it_may_be_is_refused(client: FlaskClient) -> None:
    literal = f"<http://e/a> <http://e/p> '{'x' * 1024 * 1024}' ."
    assert client.put("/graphs?default", data=literal.encode(), content_type=TURTLE).status_code == 413
    update = f"INSERT DATA {{ <http://e/a> <http://e/p> '{'x' * 1024 * 1024}' }}"
    assert change(client, update).status_code == 413


def test_graph_in_a_format_that_is_not_on_offer_is_406(client: FlaskClient) -> None:
    assert client.get("/graphs?default", headers={"Accept": "image/png"}).status_code == 406


# --- service description ----------------------------------------------------------------------------------------------


def described(client: FlaskClient, accept: str = TURTLE) -> list[ox.Triple]:
    answer = client.get("/sparql", headers={"Accept": accept})
    form = ox.RdfFormat.from_media_type(answer.mimetype)
    assert answer.status_code == 200 and form is not None
    return [quad.triple for quad in ox.parse(answer.data, form)]


def values(found: list[ox.Triple], name: str) -> set[str]:
    return {str(triple.object.value) for triple in found if triple.predicate.value == name}


def test_description_says_what_is_there(client: FlaskClient) -> None:
    put(client, INDIRECT)
    found = described(client)
    assert values(found, SD + "endpoint") == {"http://localhost/sparql"}
    assert values(found, SD + "supportedLanguage") == {SD + "SPARQL11Query", SD + "SPARQL11Update"}
    assert values(found, SD + "name") == {"http://e/person/1.ttl"}
    assert values(found, VOID + "class") == {"http://xmlns.com/foaf/0.1/Person"}


def test_public_description_counts_the_data(public: FlaskClient) -> None:
    found = described(public)
    assert values(found, SD + "supportedLanguage") == {SD + "SPARQL11Query"}
    assert values(found, SD + "feature") == {SD + "UnionDefaultGraph"} and not values(found, SD + "inputFormat")
    count = json.loads(ask(public, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").data)["results"]["bindings"][0]["n"]["value"]
    assert count in values(found, VOID + "triples")
    graphs = json.loads(ask(public, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").data)["results"]["bindings"]
    assert values(found, SD + "name") == {row["g"]["value"] for row in graphs}


@pytest.mark.parametrize("media", ["application/rdf+xml", "application/n-triples", "application/ld+json"])
def test_description_in_other_formats(client: FlaskClient, media: str) -> None:
    assert values(described(client, media), SD + "endpoint") == {"http://localhost/sparql"}


def test_description_that_is_not_on_offer_is_406(client: FlaskClient) -> None:
    assert client.get("/sparql", headers={"Accept": JSON}).status_code == 406


# --- the public endpoint ----------------------------------------------------------------------------------------------


def test_public_endpoint_is_read_only(public: FlaskClient) -> None:
    assert change(public, "CLEAR ALL").status_code == 400
    for answer in (put(public, "/graphs?default"), public.delete("/graphs?default"), public.post("/graphs")):
        assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert holds(public, "?s a dd:ExemptionClause")


def test_public_graphs_are_readable(public: FlaskClient) -> None:
    found = json.loads(ask(public, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g LIMIT 1").data)
    row = found["results"]["bindings"][0]
    answer = public.get(
        "/graphs", query_string={"graph": row["g"]["value"]}, headers={"Accept": "application/n-triples"}
    )
    assert len(answer.data.splitlines()) == int(row["n"]["value"])
    assert public.get("/graphs?graph=http://e/none").status_code == 404


def test_public_default_graph_is_all_graphs_together(public: FlaskClient) -> None:
    count = json.loads(ask(public, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").data)["results"]["bindings"][0]["n"]["value"]
    answer = public.get("/graphs?default", headers={"Accept": "application/n-triples"})
    assert len(answer.data.splitlines()) == int(count)


# --- starting it ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_scratch_store_serves_this_machine_only(host: str) -> None:
    with pytest.raises(InputError, match="this machine only"):
        serve(host, 0, scratch=True)


def test_worker_starts_where_there_are_no_resource_limits() -> None:
    program = "import sys; sys.modules['resource'] = None; import dandang.web.sparql_worker"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
