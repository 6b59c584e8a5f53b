"""The pages with a fifth document loaded: what tests/fifth/ brings is shown, linked and downloadable like the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

import test_web
from dandang.namespaces import DD, ID
from dandang.web import create_app
from dandang.web.library import Library
from test_web import HTML, TURTLE

FIFTH = Path(__file__).parent / "fifth"
SYNTHETIC = ID + "synthetic-2030/"
#: In a reform pilot an error for lack of experience, decided democratically: X-E1 but for a food safety accident.
CASE = """id: 2030-001
title: 改革试点中的失误
on: 2030-06-01
facts:
  某市干部: yes
  改革试点: yes
  缺乏经验: yes
  改革试点出现失误: yes
  经民主决策程序决定: yes
  谋取私利: no
  重大损失: no
  食品安全事故: yes
"""
RELIEF = """id: 2030-002
title: 推进重点工作的方法不当
on: 2030-06-01
facts:
  某市干部: yes
  重点工作: yes
  工作方法不当: yes
  主动纠正: yes
  经民主决策程序决定: yes
  谋取私利: no
  重大损失: no
  重大安全责任事故: no
  食品安全事故: no
  造成生态环境损害: no
"""


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANDANG_DATA", str(FIFTH))
        made = create_app({"QUERY_SECONDS": 2.0, "QUERY_WORKERS": 1})
        yield made
    made.extensions["dandang-pool"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def library(app: Flask) -> Library:
    found: Library = app.extensions["dandang"]
    return found


def shown(client: FlaskClient, path: str) -> str:
    """The text of a page, links and tags left out."""
    answer = client.get(path, headers=HTML, follow_redirects=True)
    assert answer.status_code == 200, path
    return plain(answer.text)


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.split('<main id="main"')[1].split("</main>")[0]))


def reported(client: FlaskClient, case: str, lang: str = "zh") -> str:
    answer = client.post(f"/{lang}/case", data={"case": case}, headers=HTML)
    assert answer.status_code == 200
    return plain(answer.text)


# --- every address ----------------------------------------------------------------------------------------------------


def test_every_iri_answers_html_and_turtle(client: FlaskClient, library: Library) -> None:
    test_web.test_every_iri_answers_html_and_turtle(client, library)


def test_every_page_of_the_document_in_both_languages(client: FlaskClient, library: Library) -> None:
    own = [path for iri, path in library.addresses.items() if iri.startswith(SYNTHETIC)]
    assert len(own) == 17
    assert not [path for path in own if path.startswith("/things/")]
    for path in own:
        for lang in ("zh", "en"):
            assert client.get(f"/{lang}{path}", headers=HTML).status_code == 200, path


def test_no_dead_link(client: FlaskClient) -> None:
    test_web.test_no_dead_internal_link_in_either_language(client)


@pytest.mark.parametrize("notation", ["X-E1", "X-E4", "X-N1", "X-P1", "x-e1"])
def test_a_notation_alone_leads_to_the_clause(client: FlaskClient, notation: str) -> None:
    full = f"synthetic-2030/{notation.upper()}"
    for lang in ("zh", "en"):
        answer = client.get(f"/{lang}/clauses/{notation}", headers=HTML)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/{lang}/clauses/{full}")
    bare = client.get(f"/clauses/{notation}", headers=TURTLE)
    assert (bare.status_code, bare.headers["Location"]) == (303, f"/data/clauses/{full}.ttl")
    assert client.get(f"/data/clauses/{notation}.ttl", follow_redirects=True).mimetype == "text/turtle"
    assert client.get("/zh/documents/X1", headers=HTML).headers["Location"] == "/zh/documents/synthetic-2030/X1"


def test_a_notation_that_nothing_has_is_not_found(client: FlaskClient) -> None:
    for path in ("/zh/clauses/X-E9", "/zh/documents/X-E1", "/zh/clauses/X1", "/data/clauses/X-E9.ttl"):
        assert client.get(path, headers=HTML).status_code == 404, path


# --- what the pages say -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/zh/clauses/X-E1", "/zh/clauses/E7"])
def test_an_exemption_shows_what_excludes_it(client: FlaskClient, library: Library, path: str) -> None:
    page = client.get(path, headers=HTML, follow_redirects=True).text
    conditions = page.split('id="conditions"')[1].split("</section>")[0]
    assert "不得有下列任何一类情形" in conditions
    for notation in ("X-N1", "X-N2", "X-N3"):
        clause = library.policy.by_notation[notation]
        assert clause.quote and clause.quote.exact in conditions and notation in conditions
    # Excluding is not lifting: it stands with the conditions only.
    assert "exclusions-over" not in page.split('id="consequences"')[1].split("</section>")[0]


def test_an_exclusion_shows_what_it_excludes(client: FlaskClient) -> None:
    page = shown(client, "/zh/clauses/X-N1")
    assert "不予容错的情形" in page and "本条成立时，下列清单的条款一律不适用" in page
    assert "X-E4" in page and "E10" in page and "第三条写明“不予容错”" in page
    assert "no clause of these lists does" in shown(client, "/en/clauses/X-N1")


def test_lighter_treatment_is_not_called_exemption(client: FlaskClient) -> None:
    across = shown(client, "/zh/clauses/X-E2").split("与其他文件的衔接")[1]
    assert "从轻处理" in across and "可以免除按下列清单的问责" not in across
    assert "可以免除按下列清单的问责" in shown(client, "/zh/clauses/X-E1")


def test_the_document_shows_its_procedure(client: FlaskClient, library: Library) -> None:
    page = shown(client, "/zh/documents/X1")
    index = library.index
    steps = index.values(SYNTHETIC + "X1#procedure", DD + "step")
    assert len(steps) == 4
    for step in steps:
        assert library.label(step).zh in page and library.texts(step, DD + "organ").zh in page
        assert all(exact in page for _, exact in library.quotes(step))
    assert [f"{days}日内" in page for days in (30, 15, 10)] == [True] * 3
    # The first step has no time limit in the text, and gets none.
    assert "申请干部本人或者所在单位未写明" in page
    english = shown(client, "/en/documents/X1")
    assert "within 30 days" in english and "organisation department" in english and "not stated" in english


def test_a_clause_names_its_procedure(client: FlaskClient) -> None:
    page = client.get("/zh/clauses/X-E1", headers=HTML, follow_redirects=True).text
    assert 'href="/zh/documents/synthetic-2030/X1#procedure"' in page
    assert "按什么程序认定" not in client.get("/zh/clauses/E7", headers=HTML).text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/zh/documents/X1", "自 2030-01-01 起，至 2034-12-31 止"),
        ("/zh/clauses/X-E1", "自 2030-01-01 起，至 2034-12-31 止"),
        ("/zh/clauses/X-E4", "自 2031-07-01 起，至 2034-12-31 止"),
        ("/en/clauses/X-E4", "from 2031-07-01 until 2034-12-31"),
        ("/zh/clauses/E4", "施行期间：来源未写明"),
        ("/en/clauses/E4", "In force: not stated in the source"),
    ],
)
def test_dates_are_shown_and_unknown_ones_stay_unknown(client: FlaskClient, path: str, words: str) -> None:
    assert words in shown(client, path)


def test_the_document_names_the_clause_with_dates_of_its_own(client: FlaskClient) -> None:
    dated = shown(client, "/zh/documents/X1").split("单独写明施行期间的条款：")[1].split("文号")[0]
    assert "X-E4" in dated and "X-E1" not in dated
    assert "单独写明" not in shown(client, "/zh/documents/D4")


def test_a_quote_leads_to_its_own_source(client: FlaskClient) -> None:
    page = client.get("/zh/clauses/X-E1", headers=HTML, follow_redirects=True).text
    assert 'href="/zh/source/synthetic-2030#quote-161"' in page
    source = shown(client, "/zh/source/synthetic-2030")
    assert "来源没有说的，图谱里就没有" in source and "报道" not in source


def test_the_citation_says_nothing_that_the_source_does_not(client: FlaskClient) -> None:
    page = unquote(shown(client, "/zh/clauses/X-E1")).split("GB/T 7714")[1].split("给文献管理软件")[0]
    assert "2029-12-15" in page and "长江日报" not in page and "[EB/OL]" in page
    assert not re.search(r"^ ?\.|\. ,|, ,", page)


# --- a case -----------------------------------------------------------------------------------------------------------


def test_a_report_shows_exclusions_and_what_they_exclude(client: FlaskClient) -> None:
    page = reported(client, CASE)
    clauses = page.split("逐条结果")[1]
    section = clauses.split("不予容错的情形")[1]
    assert re.search(r"● 适用 X-N2", section)
    assert re.search(r"✕ 排除 X-E1 .{0,30}因为：", clauses)
    assert "Exclusions from tolerance" in reported(client, CASE, "en")


def test_a_report_keeps_relief_apart_from_exemption(client: FlaskClient) -> None:
    page = reported(client, RELIEF)
    clauses = page.split("逐条结果")[1].split("完整说明")[0]
    exemptions, relief = clauses.split("从轻、减轻的情形")
    assert "X-E3" not in exemptions and "X-E1" in exemptions and "● 适用 X-E3" in relief
    assert "依据" in relief


def test_example_cases_still_report(client: FlaskClient, library: Library) -> None:
    test_web.test_every_example_case_reports(client, library)


def test_the_framework_of_wuhan_keeps_to_its_own_relations(client: FlaskClient) -> None:
    page = client.get("/zh/framework", headers=HTML).text
    assert "synthetic-2030" not in page.split('<main id="main"')[1].split('class="behind"')[0]


def test_the_first_page_keeps_the_four_documents_apart(client: FlaskClient) -> None:
    page = client.get("/zh/", headers=HTML).text
    four, other = page.split("其他文件")
    assert "synthetic-2030" not in four and 'href="/zh/documents/synthetic-2030/X1"' in other
