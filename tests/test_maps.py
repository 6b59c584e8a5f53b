"""Views over many clauses: neighbourhoods, comparison, the matrix and the map, held to the queries that are shown with them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dandang.namespaces import DD
from dandang.store import Store
from dandang.web import create_app
from dandang.web.library import Library
from dandang.web.views.neighbourhood import MOST, RELATIONS, neighbourhood, neighbourhood_query
from test_web import HTML


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    made = create_app({"QUERY_SECONDS": 10.0, "QUERY_WORKERS": 1})
    yield made
    made.extensions["dandang-pool"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def library(app: Flask) -> Library:
    found: Library = app.extensions["dandang"]
    return found


@pytest.fixture(scope="module")
def store(app: Flask) -> Store:
    """The graph of the running app, asked by another engine's instance than the pages'."""
    return Store(app.extensions["dandang"].quads())


def pages_of(library: Library) -> list[str]:
    """The things with pages of their own."""
    return sorted(iri for iri, _ in library.addresses.items())


# --- neighbourhoods ---------------------------------------------------------------------------------------------------


def test_the_query_of_a_neighbourhood_gives_its_connections(library: Library, store: Store) -> None:
    for iri in [*(clause.iri for clause in library.policy.clauses.values()), *list(library.policy.facts)[:40]]:
        found = neighbourhood(iri, library)
        rows = store.select(neighbourhood_query(iri)).rows
        said = {(frozenset((row[0].value, row[2].value)), row[1].value) for row in rows if row[0] and row[1] and row[2]}
        shown = {
            (frozenset((edge.source, edge.target)), edge.relation) for group in found.groups for edge in group.edges
        }
        assert shown == said or found.omitted, iri
        assert shown <= said


def test_neighbours_are_things_with_pages_and_names(library: Library) -> None:
    for iri in pages_of(library):
        found = neighbourhood(iri, library)
        edges = [edge for group in found.groups for edge in group.edges]
        assert len({edge.other(iri) for edge in edges}) <= MOST
        for edge in edges:
            assert iri in (edge.source, edge.target)
            assert library.addresses.path(edge.other(iri)) and any(library.label(edge.other(iri)))
        near = {iri, *(edge.other(iri) for edge in edges)}
        assert all({edge.source, edge.target} <= near - {iri} for edge in found.among)


def test_every_relation_of_the_query_has_words_and_is_used(library: Library) -> None:
    ends = [*pages_of(library), *library.policy.lists]
    used = {edge.relation for iri in ends for group in neighbourhood(iri, library).groups for edge in group.edges}
    # `broader` waits for a document that brings concepts with levels.
    assert set(RELATIONS) - used <= {"http://www.w3.org/2004/02/skos/core#broader"}


@pytest.mark.parametrize(
    "path", ["clauses/E7", "facts/decisive-decision", "documents/D3", "duties/taking-responsibility"]
)
def test_neighbourhood_as_json(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/data/neighbourhood/{path}.json")
    found = json.loads(answer.data)
    nodes = {node["data"]["id"]: node["data"] for node in found["elements"]["nodes"]}
    edges = [edge["data"] for edge in found["elements"]["edges"]]
    assert nodes[found["thing"]]["centre"] and sum(node["centre"] for node in nodes.values()) == 1
    assert edges and all(edge["source"] in nodes and edge["target"] in nodes for edge in edges)
    assert len({edge["id"] for edge in edges}) == len(edges)
    for node in nodes.values():
        assert all(client.get(node["url"][lang].partition("#")[0]).status_code == 200 for lang in ("zh", "en"))


def test_neighbourhood_of_nothing_is_a_problem(client: FlaskClient) -> None:
    assert client.get("/data/neighbourhood/clauses/E99.json").status_code == 404
    short = client.get("/data/neighbourhood/clauses/e7.json")
    assert short.headers["Location"] == "/data/neighbourhood/clauses/E7.json"


def test_a_neighbourhood_says_how_sure_a_relation_is(client: FlaskClient) -> None:
    edges = json.loads(client.get("/data/neighbourhood/clauses/E7.json").data)["elements"]["edges"]
    mirrors = {
        edge["data"]["target"].rsplit("/")[-1]: edge["data"]["certainty"]
        for edge in edges
        if edge["data"]["relation"] == DD + "Mirror"
    }
    assert mirrors == {"A10": "inference", "A11": "likely"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_drawing_and_its_text_say_the_same(client: FlaskClient, library: Library, lang: str) -> None:
    for notation in ("E7", "A11", "T2", "L1", "P5"):
        page = client.get(f"/{lang}/clauses/{notation}", headers=HTML).text
        figure = re.search(r'<figure class="drawing neighbourhood".*?</figure>', page, re.S)
        assert figure
        drawing, _, text = figure[0].partition("</svg>")
        drawn = set(re.findall(r'<a href="([^"]+)"', drawing)) - {f"/{lang}/clauses/{notation}"}
        said = set(re.findall(r'<a [^>]*href="([^"]+)"', text))
        assert drawn and drawn <= said
        assert "style=" not in drawing
