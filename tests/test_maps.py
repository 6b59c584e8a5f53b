"""Views over many clauses: neighbourhoods, comparison, the matrix and the map, held to the queries that are shown with them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dandang.comparison import compare
from dandang.model import Clause, Policy
from dandang.namespaces import DD
from dandang.store import Store
from dandang.web import create_app
from dandang.web.behind import page_query
from dandang.web.library import Library, load_library
from dandang.web.views.compare import compare_query, matrix
from dandang.web.views.flow import CUTTING, Line, Step, flow, told, words_of
from dandang.web.views.flow_drawing import drawn_map
from dandang.web.views.neighbourhood import MOST, RELATIONS, neighbourhood, neighbourhood_query
from dandang.web.views.tree import facts_in
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


# --- two clauses side by side -----------------------------------------------------------------------------------------


def related(one: Clause, other: Clause, policy: Policy) -> set[tuple[str, str, str]]:
    """The pairs of facts by how they are related, as the comparison tells them."""
    found = compare(one, other, policy)
    kinds = {"same": found.shared, "contrary": found.contrary, "near": found.near}
    return {(kind, left.fact, right.fact) for kind, pairs in kinds.items() for left, right in pairs}


def test_the_query_of_a_comparison_gives_what_it_shows(library: Library, store: Store) -> None:
    policy = library.policy
    pairs = [(policy.clauses[mirror.circumstance], policy.clauses[mirror.exemption]) for mirror in policy.mirrors]
    pairs += [
        (policy.by_notation[one], policy.by_notation[other])
        for one, other in (("E1", "E2"), ("T1", "L1"), ("M1", "A1"), ("P3", "S4"))
    ]
    for left, right in pairs:
        found = compare(left, right, policy)
        rows = store.select(compare_query(left.iri, right.iri)).rows
        said = [tuple(term.value if term else "" for term in row) for row in rows]
        assert {(kind, fact, its) for clause, fact, _, kind, its, _ in said if clause == left.iri and kind} == related(
            left, right, policy
        )
        alone = {(clause, fact) for clause, fact, _, kind, *_ in said if not kind}
        assert alone == {(left.iri, leaf.fact) for leaf in found.only_left} | {
            (right.iri, leaf.fact) for leaf in found.only_right
        }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_comparison_page_shows_both_sides(client: FlaskClient, library: Library, lang: str) -> None:
    policy = library.policy
    page = client.get(f"/{lang}/compare/A11/E7", headers=HTML).text
    for notation in ("A11", "E7"):
        quote = policy.by_notation[notation].quote
        assert quote and quote.exact in page
        for leaf in (
            leaf for kind in related(policy.by_notation["A11"], policy.by_notation["E7"], policy) for leaf in kind[1:]
        ):
            assert f'href="/{lang}{library.addresses.path(leaf)}"' in page
    assert next(m for m in policy.mirrors if m.iri.endswith("e7-a11")).distinction.in_(lang)[:20] in page


def test_comparison_is_chosen_by_a_form_and_has_one_address(client: FlaskClient) -> None:
    sent = client.get("/zh/compare?first=A11&second=e7", headers=HTML)
    assert (sent.status_code, sent.headers["Location"]) == (302, "/zh/compare/A11/E7")
    assert client.get("/zh/compare/a11/E7", headers=HTML).headers["Location"] == "/zh/compare/A11/E7"
    assert 'value="A17"' in client.get("/en/compare", headers=HTML).text
    lost = client.get("/zh/compare/A11/E99", headers=HTML)
    assert lost.status_code == 404 and "没有条款“E99”" in lost.text


# --- the matrix -------------------------------------------------------------------------------------------------------


def test_the_matrix_says_what_every_comparison_says(library: Library) -> None:
    policy = library.policy
    for cell in matrix(library).cells():
        shown = {(kind, *pair) for kind, pairs in cell.links.items() for pair in pairs}
        assert shown == related(cell.circumstance, cell.exemption, policy)
        between = {
            mirror.iri
            for mirror in policy.mirrors
            if mirror.circumstance == cell.circumstance.iri and mirror.exemption == cell.exemption.iri
        }
        assert {mirror.iri for mirror in cell.mirrors} == between
    assert len(list(matrix(library).cells())) == 17 * 10


def test_the_query_of_the_matrix_gives_what_the_page_shows(client: FlaskClient, library: Library, store: Store) -> None:
    rows = store.select(page_query("matrix")).rows
    said = {(row[0].value, row[1].value) for row in rows if row[0] and row[1]}
    notation = {clause.iri: clause.notation for clause in library.policy.clauses.values()}
    page = client.get("/zh/matrix", headers=HTML).text
    table = page[page.index("<table") : page.index("</table>")]
    assert set(re.findall(r'href="/zh/compare/([^/"]+)/([^"]+)"', table)) == {
        (notation[one], notation[other]) for one, other in said
    }
    counted = sum(int(number) for number in re.findall(r"(?:相同|相反|相近) (\d+)</span>", table))
    assert counted == sum(row[2].value != "mirror" for row in rows if row[2])


def test_the_matrix_and_its_text_say_the_same(client: FlaskClient) -> None:
    for lang in ("zh", "en"):
        page = client.get(f"/{lang}/matrix", headers=HTML).text
        table, _, text = page.partition("</table>")
        pairs = re.compile(rf'href="/{lang}/compare/([^"]+)"')
        assert pairs.findall(table) and sorted(pairs.findall(table)) == sorted(pairs.findall(text))


def test_the_matrix_as_files(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/data/matrix.csv").text)))
    row = next(row for row in rows if (row["circumstance"], row["exemption"]) == ("A11", "E7"))
    assert (row["sameZh"], row["contraryZh"], row["mirrorEn"]) == ("维护社会稳定", "不敢果断决策／果断决策", "likely")
    for lang, heading in (("zh", "相同的事实"), ("en", "The same facts")):
        sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/data/matrix.xlsx?lang={lang}").data)).active
        assert heading in [cell.value for cell in sheet[1]] and sheet.max_row == len(rows) + 1


# --- the map ----------------------------------------------------------------------------------------------------------


def test_the_flow_is_what_the_graph_says(library: Library) -> None:
    """The chain of the four documents, checked by hand: circumstance, verification, tracks, outcomes, exits, and what cuts in."""
    short = {
        (step.source.rsplit("/")[-1], step.kind, step.target.rsplit("/")[-1], step.certainty.rsplit("/")[-1])
        for step in flow(library).steps
    }
    assert {
        ("D3#circumstances", "and", "verified-on-investigation", "explicit"),
        ("verified-on-investigation", "condition", "D3#sanction-tracks", "explicit"),
        ("T2", "outcome", "organisational-measure", ""),
        ("organisational-measure", "establishes", "L1", "inference"),
        ("discipline", "establishes", "L1", "inference"),
        ("lion-list", "establishes", "on-lion-list", ""),
        ("on-lion-list", "condition", "D2#exits", ""),
        ("L1", "outcome", "list-exit", ""),
        ("D4#preconditions", "precondition", "D4#exemptions", ""),
        ("D4#exemptions", "lifts", "D3#circumstances", "inference"),
    } <= short


def test_the_query_of_the_map_gives_its_steps(library: Library, store: Store) -> None:
    rows = store.select(page_query("map")).rows
    said = {(row[0].value, row[2].value) for row in rows if row[0] and row[2]}
    steps = {(step.source, step.target) for step in flow(library).steps}
    # The members of a condition that are all needed stand one after the other, and what makes one of them hold leads to it.
    ends = {end for pair in said for end in pair} | {row[5].value for row in rows if row[5]}
    assert {end for pair in steps for end in pair} <= ends
    assert {pair for pair in said if pair not in steps} <= {
        (source, target) for source, target in said if target in library.policy.lists
    }
    assert {step.by for step in flow(library).steps if step.kind in CUTTING} == {
        defeat.iri for defeat in library.policy.defeats
    }


def test_every_list_and_clause_is_on_the_map(client: FlaskClient, library: Library) -> None:
    drawing = drawn_map(library, "zh")
    drawn = {box.iri for node in drawing.nodes for box in (node.box, *node.chips)}
    assert set(library.policy.lists) | set(library.policy.clauses) <= drawn
    assert set(flow(library).steps) == {arrow.step for arrow in drawing.arrows}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_boxes_of_the_map_do_not_overlap_and_lie_inside(library: Library, lang: str) -> None:
    drawing = drawn_map(library, lang)
    boxes = [node.box for node in drawing.nodes]
    for number, box in enumerate(boxes):
        assert box.x >= 0 and box.right <= drawing.width and box.y >= 0 and box.bottom <= drawing.height
        for other in boxes[number + 1 :]:
            assert box.right <= other.x or other.right <= box.x or box.bottom <= other.y or other.bottom <= box.y
    for node in drawing.nodes:
        for chip in node.chips:
            assert node.box.x <= chip.x and chip.right <= node.box.right and chip.bottom <= node.box.bottom


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_map_and_its_text_say_the_same(client: FlaskClient, library: Library, lang: str) -> None:
    def steps(lines: tuple[Line, ...]) -> Iterator[Step]:
        for line in lines:
            if line.step:
                yield line.step
            yield from steps(line.below)

    told_steps = list(steps(told(library)))
    assert sorted(told_steps) == sorted(flow(library).steps)
    page = client.get(f"/{lang}/map", headers=HTML).text
    text = page[page.index('class="told"') :]
    for step in told_steps:
        assert f'href="/{lang}{library.addresses.path(step.target)}"' in text
    assert text.count("推断" if lang == "zh" else "inference") >= sum(
        step.certainty.endswith("inference") for step in told_steps
    )


def test_what_is_lifted_is_said_in_the_words_of_the_effect(client: FlaskClient) -> None:
    """D4 knows exemption only, no lighter or mitigated treatment."""
    zh, en = (client.get(f"/{lang}/map", headers=HTML).text for lang in ("zh", "en"))
    assert "可以免除相关责任" in zh[zh.index('class="told"') :] and "减轻" not in zh
    assert "the cadre may be exempted from the responsibility concerned" in en and "can lift" not in en


def test_a_further_document_joins_the_map() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANDANG_DATA", str(Path(__file__).parent / "fifth"))
        library = load_library()
    kinds = {(step.kind, step.source.rsplit("/")[-1], step.target.rsplit("/")[-1]) for step in flow(library).steps}
    assert ("excludes", "X1#exclusions", "D4#exemptions") in kinds and (
        "lifts",
        "X1#exemptions",
        "D3#circumstances",
    ) in kinds
    (lighter,) = (
        words_of(step, library).zh for step in flow(library).steps if "X1" in step.source and step.kind == "lifts"
    )
    assert "可以免除责任、可以从轻处理、可以减轻处理" in lighter
    for lang in ("zh", "en"):
        test_boxes_of_the_map_do_not_overlap_and_lie_inside(library, lang)


@pytest.mark.parametrize(
    ("notation", "relation"), [("E7", "factType"), ("A10", "factType"), ("T2", "factType"), ("T2", "measure")]
)
def test_neighbours_stand_in_the_order_of_the_clause(library: Library, notation: str, relation: str) -> None:
    clause = library.policy.by_notation[notation]
    groups = neighbourhood(clause.iri, library).groups
    shown = [edge.target for group in groups for edge in group.edges if edge.relation == DD + relation]
    assert clause.condition
    told = [leaf.fact for leaf in facts_in(clause.condition)] if relation == "factType" else clause.effects[0].measures
    assert shown == list(dict.fromkeys(told)) and len(shown) > 2


def test_counterparts_stand_in_the_order_of_the_text(client: FlaskClient) -> None:
    page = client.get("/zh/exemptions/", headers=HTML).text
    assert page.index('href="/zh/clauses/A9"') < page.index('href="/zh/clauses/A12"')
