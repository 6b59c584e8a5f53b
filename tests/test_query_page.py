"""The query page as the server writes it: examples, permalinks, results, charts, Turtle with links, words to complete."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from dandang.catalogue import Question, questions
from dandang.errors import BadParameter
from dandang.model import Table, Term
from dandang.namespaces import DD, ID, PREFIXES, XSD
from dandang.web import create_app
from dandang.web.library import Library
from dandang.web.pages.examples import TAGS, by_key, by_theme, themes
from dandang.web.permalinks import LONGEST, packed, unpacked
from dandang.web.sparql_examples import asks_of_endpoint
from dandang.web.views.results import MOST_BARS, result_of
from dandang.web.views.turtle import linked, trimmed
from dandang.web.views.vocabulary import vocabulary


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    made = create_app({"QUERY_WORKERS": 1})
    yield made
    made.extensions["dandang-pool"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def library(app: Flask) -> Library:
    found: Library = app.extensions["dandang"]
    return found


# --- examples and permalinks ------------------------------------------------------------------------------------------


def test_every_question_of_the_endpoint_is_an_example() -> None:
    wanted = {question.id.removeprefix("cq-") for question in questions() if asks_of_endpoint(question)}
    assert wanted <= set(by_key())
    assert sum(len(theme.examples) for theme in themes()) == len(by_key())


def test_every_first_tag_has_a_theme() -> None:
    assert {question.tags[0] for question in questions()} == set(TAGS)


def test_the_page_of_questions_has_every_question_under_its_theme(client: FlaskClient) -> None:
    page = client.get("/zh/questions/").text
    for title, group in by_theme(questions()).items():
        part = page.split(f">{title.zh}</th>", 1)[1].split("</tbody>")[0]
        assert re.findall(r'href="/zh/questions/([^"]+)"', part) == [question.name for question in group]


@pytest.mark.parametrize("key", sorted(by_key()))
def test_example_runs_and_is_its_own_permalink(client: FlaskClient, key: str) -> None:
    page = client.get(f"/en/sparql?cq={key}")
    assert page.status_code == 200, page.text
    assert f'data-permalink="/en/sparql?cq={key}"' in page.text
    assert f'<option value="{key}" selected>' in page.text
    assert 'id="result"' in page.text


@given(st.text(max_size=2000))
def test_permalink_brings_back_the_query(query: str) -> None:
    word = packed(query)
    assert re.fullmatch(r"[\w-]*", word, re.ASCII)
    assert unpacked(word) == query


@given(st.text(max_size=200))
def test_any_word_in_a_permalink_is_a_query_or_an_error_of_the_reader(word: str) -> None:
    try:
        assert isinstance(unpacked(word), str)
    except BadParameter as error:
        assert error.hint


def test_a_small_link_cannot_hold_a_large_query() -> None:
    with pytest.raises(BadParameter):
        unpacked(packed("x" * (LONGEST + 1)))


@pytest.mark.parametrize(("address", "status"), [("q=_", 400), ("q=C3b1c", 400), ("cq=nothing", 404)])
def test_a_broken_link_is_said(client: FlaskClient, address: str, status: int) -> None:
    page = client.get(f"/zh/sparql?{address}")
    assert page.status_code == status
    assert 'class="error-summary"' in page.text
    assert "Traceback" not in page.text


def test_language_switch_keeps_a_query_that_came_by_form(client: FlaskClient) -> None:
    page = client.post("/zh/sparql", data={"query": "ASK { ?x a dd:Mirror }"}).text
    link = re.search(r'class="language" href="(/en/sparql\?q=[\w-]+)"', page)
    assert link
    assert "ASK { ?x a dd:Mirror }" in client.get(link[1]).text


def test_a_long_query_comes_by_form(client: FlaskClient) -> None:
    query = "SELECT (1 AS ?one) {}\n#" + "x" * 100_000
    assert client.post("/en/sparql", data={"query": query}).status_code == 200


@pytest.mark.parametrize(
    "question", {asks_of_endpoint(each): each for each in questions()}.values(), ids=lambda each: each.id
)
def test_question_leads_to_the_editor_where_the_endpoint_can_answer(client: FlaskClient, question: Question) -> None:
    page = client.get(f"/zh/questions/{question.name}").text
    assert ("运行这条查询" in page) is asks_of_endpoint(question)
    assert ("评估结果，查询端点的数据里没有" in page) is not asks_of_endpoint(question)


# --- results ----------------------------------------------------------------------------------------------------------


def test_result_names_things_and_keeps_languages(client: FlaskClient) -> None:
    query = 'SELECT ?c ?label ?none ?date { VALUES ?c { wh:E7 } ?c rdfs:label ?label BIND("2018-01-02"^^xsd:date AS ?date) }'
    page = client.post("/zh/sparql", data={"query": query}).text
    assert re.search(r'<a href="/zh/clauses/E7">[^<]+</a> <small class="pname" lang="zxx">wh:E7', page)
    assert re.search(r'<span lang="en">[^<]+</span> <small class="pname" lang="zxx">@en', page)
    assert "没有值" in page
    assert 'title="xsd:date"' in page


@pytest.mark.parametrize(("query", "answer"), [("ASK {}", "true"), ("ASK { wh:E7 a dd:Mirror }", "false")])
def test_ask_says_yes_or_no(client: FlaskClient, query: str, answer: str) -> None:
    page = client.post("/en/sparql", data={"query": query}).text
    assert re.search(rf"(Yes|No) <code>{answer}</code>", page)


def test_more_rows_than_shown_is_said(client: FlaskClient) -> None:
    page = client.post("/en/sparql", data={"query": "SELECT * { ?s ?p ?o } LIMIT 501"}).text
    assert "Only the first 500 rows are shown; the downloads have all 501." in page


def test_error_has_its_place(client: FlaskClient) -> None:
    page = client.post("/zh/sparql", data={"query": "SELECT * WHERE {\n  ?s nope:thing ?o }"})
    assert page.status_code == 400
    assert re.search(r'data-line="2" data-column="\d+" data-message="[^"]+"', page.text)
    assert 'aria-invalid="true"' in page.text


def number(value: str) -> Term:
    return Term("literal", value, datatype=XSD + "integer")


def test_chart_where_one_column_counts_the_other(library: Library) -> None:
    rows = tuple((Term("iri", f"{ID}wuhan-2018/E{place}"), number(str(place))) for place in range(1, 5))
    chart = result_of(Table(("clause", "count"), rows), library, "zh", 100).chart
    assert chart
    assert (chart.label, chart.number) == ("clause", "count")
    assert [bar.share for bar in chart.bars] == [0.25, 0.5, 0.75, 1.0]
    assert chart.bars[0].whole == library.label(f"{ID}wuhan-2018/E1").zh


@pytest.mark.parametrize(
    "rows",
    [
        ((Term("literal", "a"), Term("literal", "1")),) * 3,
        ((Term("literal", "a"), number("1")),),
        ((Term("literal", "a"), number("1")),) * (MOST_BARS + 1),
        ((number("2"), number("1")),) * 3,
        ((Term("literal", "a"), number("-1")),) * 3,
        ((Term("literal", "a"), number("0")),) * 3,
        ((None, number("1")),) * 3,
        ((Term("literal", "a"), None),) * 3,
    ],
    ids=["no-number", "one-row", "too-many", "two-numbers", "negative", "only-zero", "nameless", "unbound"],
)
def test_no_chart_where_it_says_nothing(library: Library, rows: tuple[tuple[Term | None, ...], ...]) -> None:
    assert result_of(Table(("a", "b"), rows), library, "zh", 100).chart is None


# --- Turtle -----------------------------------------------------------------------------------------------------------


def test_turtle_links_iris_and_leaves_text_alone(library: Library) -> None:
    text = f'wh:E7 a dd:ExemptionClause ; dd:x <{ID}wuhan-2018/E1> , <http://example.org/> ; rdfs:label "wh:E7 <{ID}x>"@zh .'
    page = linked(text, library, "en")
    assert '<a href="/en/clauses/E7">wh:E7</a>' in page
    assert f'<a href="/en/clauses/E1">&lt;{ID}wuhan-2018/E1&gt;</a>' in page
    assert "&lt;http://example.org/&gt;" in page
    assert page.count('href="/en/clauses/E7"') == 1
    assert page.striptags() == " ".join(text.split())


def test_turtle_declares_what_it_uses() -> None:
    lines = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    assert trimmed(lines + "wh:E7 a dd:Clause .\n").count("@prefix") == 2


# --- words to complete ------------------------------------------------------------------------------------------------


def test_words_have_every_kind_with_labels_in_both_languages(library: Library) -> None:
    words = {word["name"]: word for word in vocabulary(library)["words"]}
    assert words["dd:ExemptionClause"]["kind"] == "class"
    assert words["dd:condition"]["kind"] == "property"
    assert words["skos:prefLabel"]["kind"] == "property"
    assert words["wh:E7"] == {"name": "wh:E7", "kind": "thing", "notation": "E7"} | dict(
        zip(("zh", "en"), library.label(f"{ID}wuhan-2018/E7"), strict=True)
    )
    for name, word in words.items():
        if name.startswith(("dd:", "fact:")):
            assert word["zh"], name
            assert word["en"], name


def test_words_can_be_written_in_a_query(client: FlaskClient, library: Library) -> None:
    found = vocabulary(library)
    assert {name.partition(":")[0] for word in found["words"] if not (name := word["name"]).startswith("<")} <= set(
        found["prefixes"]
    )
    names = " ".join(word["name"] for word in found["words"])
    answer = client.post("/sparql", data={"query": f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {names} }} }}"})
    assert answer.json["results"]["bindings"][0]["n"]["value"] == str(len(found["words"]))
    assert client.get("/data/vocabulary.json?v=1").json == found
    assert f"{DD}Clause" not in names


# --- names that the graph does not know -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { ?c a dd:ExemptionClaus }", ["dd:ExemptionClaus", "dd:ExemptionClause"]),
        (
            "ASK { wh:E7 dd:domian ?d . ?d skos:prefLable ?l }",
            ["dd:domian", "dd:domain", "skos:prefLable", "skos:prefLabel"],
        ),
        ("PREFIX a: <https://w3id.org/dandang/ontology#> SELECT * { ?c a:domian ?d }", ["a:domian", "dd:domain"]),
        ("SELECT * { ?c a dd:Xyzzy }", ["dd:Xyzzy"]),
    ],
)
def test_a_name_that_finds_nothing_because_nobody_knows_it_is_told(
    client: FlaskClient, query: str, said: list[str]
) -> None:
    page = client.get("/zh/sparql", query_string={"query": query}).text
    assert re.findall(r'<code lang="zxx">([^<]+)</code>', page) == said


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?c a dd:ExemptionClause ; dd:ordinal "x"^^xsd:date FILTER(?c != wh:E7) }',
        "SELECT * { ?c a dd:ExemptionClause } # dd:Xyzzy",
        "SELECT * { ?c a dd:ExemptionClause OPTIONAL { ?c dd:xyzzy ?x } }",
    ],
)
def test_names_are_not_told_where_they_are_known_or_rows_were_found(client: FlaskClient, query: str) -> None:
    assert "图谱里没有" not in client.get("/zh/sparql", query_string={"query": query}).text


def test_codes_of_programs_are_not_shown_to_people(client: FlaskClient, library: Library) -> None:
    """`may_be_exempted` is a notation for programs; E7, C3 and cq-05 are what people say."""
    assert library.notation(f"{ID}concepts/verdict/may-be-exempted") == ""
    assert library.notation(f"{ID}concepts/domain/law-based-governance") == "C3"
    assert library.notation(f"{ID}wuhan-2018/E7") == "E7"
    assert "accountable_unless_exempted" not in client.get("/zh/search?q=cf").text
    assert "cq-05" in client.get("/zh/search?q=cf").text
    assert "undetermined" in client.get("/zh/search?q=undetermined").text
