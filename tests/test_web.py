"""The web pages, the negotiation of languages and formats, the SPARQL protocol, and what happens when something is wrong."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlencode, urljoin

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dandang import resources
from dandang.catalogue import questions
from dandang.errors import InputError
from dandang.namespaces import ID, PREFIXES
from dandang.sparql_guard import checked, foreign_graphs
from dandang.web import create_app, serve
from dandang.web.addresses import ONTOLOGY
from dandang.web.library import Library
from dandang.web.views.lists import LISTS, sections
from dandang.web.views.source import passages
from dandang.web.views.tree import facts_in

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TURTLE = {"Accept": "text/turtle"}
CASE = b"""id: 2018-900
title: \xe6\xb5\x8b\xe8\xaf\x95\xe6\xa1\x88\xe4\xbb\xb6
on: 2018-09-01
facts:
  \xe7\xbb\x8f\xe8\xb0\x83\xe6\x9f\xa5\xe6\xa0\xb8\xe5\xae\x9e: yes
"""

#: One address for every rule of the app; a new rule without one fails `test_every_route_is_tested`.
ROUTES: dict[str, str] = {
    "home.index": "/zh/",
    "home.index_bare": "/",
    "documents.framework": "/zh/framework",
    "documents.framework_bare": "/framework",
    "documents.other_framework": "/zh/framework/nowhere-2020",
    "documents.other_framework_bare": "/framework/nowhere-2020",
    "documents.index": "/zh/documents/",
    "documents.index_bare": "/documents/",
    "documents.document": "/zh/documents/D3",
    "documents.document_bare": "/documents/D3",
    "clauses.index": "/zh/clauses/",
    "clauses.index_bare": "/clauses/",
    "clauses.clause": "/zh/clauses/E7",
    "clauses.clause_bare": "/clauses/E7",
    "facts.index": "/zh/facts/",
    "facts.index_bare": "/facts/",
    "facts.fact": "/zh/facts/decisive-decision",
    "facts.fact_bare": "/facts/decisive-decision",
    "concepts.index": "/zh/concepts/",
    "concepts.index_bare": "/concepts/",
    "concepts.scheme": "/zh/concepts/state",
    "concepts.scheme_bare": "/concepts/state",
    "concepts.concept": "/zh/concepts/state/open",
    "concepts.concept_bare": "/concepts/state/open",
    "concepts.duties": "/zh/duties/",
    "concepts.duties_bare": "/duties/",
    "concepts.duty": "/zh/duties/taking-responsibility",
    "concepts.duty_bare": "/duties/taking-responsibility",
    "concepts.thing": "/zh/things/lion-list",
    "concepts.thing_bare": "/things/lion-list",
    "relations.index": "/zh/relations/",
    "relations.index_bare": "/relations/",
    "relations.relation": "/zh/relations/e7-a11",
    "relations.relation_bare": "/relations/e7-a11",
    "rules.index": "/zh/rules/",
    "rules.index_bare": "/rules/",
    "rules.rule": "/zh/rules/claim-excluded",
    "rules.rule_bare": "/rules/claim-excluded",
    "ontology.terms": "/zh/ontology",
    "ontology.terms_bare": "/ontology",
    "ontology.module": "/zh/ontology/cadre",
    "ontology.module_bare": "/ontology/cadre",
    "source.source": "/zh/source",
    "source.source_bare": "/source",
    "source.other_source": "/zh/source/nowhere-2020",
    "source.other_source_bare": "/source/nowhere-2020",
    "cases.index": "/zh/cases/",
    "cases.index_bare": "/cases/",
    "cases.case": "/zh/cases/2018-002",
    "cases.case_bare": "/cases/2018-002",
    "workbench.form": "/zh/case",
    "workbench.form_bare": "/case",
    "workbench.pick": "POST /zh/case/pick",
    "workbench.pick_bare": "POST /case/pick",
    "workbench.work": "POST /zh/case/work",
    "workbench.work_bare": "POST /case/work",
    "workbench.standing": "POST /zh/case/standing",
    "workbench.standing_bare": "POST /case/standing",
    "case_files.read": "POST /zh/case",
    "case_files.read_bare": "POST /case",
    "case_files.report": "POST /zh/case/report",
    "case_files.report_bare": "POST /case/report",
    "case_files.saved": "POST /zh/case/file",
    "case_files.saved_bare": "POST /case/file",
    "questions.index": "/zh/questions/",
    "questions.index_bare": "/questions/",
    "questions.question": "/zh/questions/cq-01-exemptions-of-case",
    "questions.question_bare": "/questions/cq-01-exemptions-of-case",
    "questions.answer": "/data/questions/cq-01-exemptions-of-case.csv",
    "editor.editor": "/zh/sparql?cq=01",
    "editor.words": "/data/vocabulary.json",
    "sparql.protocol": "/sparql",
    "graphs.indirect": "/graphs?default",
    "graphs.direct": "/graphs/nothing",
    "search.search": "/zh/search?q=E7",
    "search.suggestions": "/data/suggestions/zh.json?q=E7",
    "search.search_bare": "/search?q=E7",
    "data.dataset": "/data/dataset.nt",
    "data.page": "/data/clauses/E7.ttl",
    "data.reference": "/data/clauses/E7.bib",
    "maps.choose": "/zh/compare",
    "maps.choose_bare": "/compare",
    "maps.compare": "/zh/compare/A11/E7",
    "maps.compare_bare": "/compare/A11/E7",
    "maps.matrix": "/zh/matrix",
    "maps.matrix_bare": "/matrix",
    "maps.flow_map": "/zh/map",
    "maps.flow_map_bare": "/map",
    "maps.matrix_data": "/data/matrix.csv",
    "maps.neighbourhood": "/data/neighbourhood/clauses/E7.json",
    "description.well_known": "/.well-known/void",
    "description.dataset": "/id/dataset",
    "description.graph": "/id/graphs/D4",
    "licences.index": "/zh/licences",
    "lists.listing": "/zh/circumstances/",
    "lists.listing_bare": "/circumstances/",
    "licences.index_bare": "/licences",
    "identifiers.identifier": "/id/wuhan-2018/E7",
    "health.healthz": "/healthz",
    "health.metrics": "/metrics",
    "health.static": "/static/site.css",
}
#: Rooms for sets of documents that are not here yet.
EMPTY = ("documents.other_framework", "source.other_source", "graphs.direct")
#: Addresses that send a browser on.
SENT_ON = (
    *("description.dataset", "description.graph"),
    *("identifiers.identifier", "ontology.module", "sparql.protocol"),
)


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
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


class Links(HTMLParser):
    """The addresses that a page refers to, its ids, and the languages of its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.links += [value for key in ("href", "src", "action") if (value := values.get(key))]
        if identifier := values.get("id"):
            self.ids.append(identifier)


def ask(client: FlaskClient, query: str, accept: str = "*/*", **parameters: str) -> TestResponse:
    return client.get("/sparql", query_string={"query": query, **parameters}, headers={"Accept": accept})


# --- routes and links -------------------------------------------------------------------------------------------------


def test_every_route_is_tested(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ROUTES)


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_route_answers(client: FlaskClient, endpoint: str) -> None:
    address = ROUTES[endpoint]
    if address.startswith("POST "):
        answer = client.post(address[5:], data=CASE, content_type="application/yaml", headers=HTML)
    else:
        answer = client.get(address, headers=HTML)
    if endpoint in EMPTY:
        assert answer.status_code == 404
    elif endpoint.endswith("_bare") or endpoint in SENT_ON:
        assert answer.status_code in (302, 303, 307)
    else:
        assert answer.status_code == 200


def test_no_dead_internal_link_in_either_language(client: FlaskClient) -> None:
    waiting, seen, dead = ["/zh/", "/en/"], {"/zh/", "/en/"}, []
    anchors: dict[str, set[str]] = {}
    targets: list[tuple[str, str, str]] = []
    while waiting:
        address = waiting.pop()
        answer = client.get(address, headers=HTML)
        if answer.status_code >= 400:
            dead.append((address, answer.status_code))
        if answer.status_code in (302, 303, 307, 308):
            found = [answer.headers["Location"]]
        elif answer.mimetype == "text/html":
            page = Links(answer.text)
            assert len(page.ids) == len(set(page.ids)), f"{address} has an id twice"
            anchors[unquote(address)] = set(page.ids)
            found = page.links
        else:
            continue
        for link in found:
            target, fragment = urldefrag(link if link.startswith(("#", "?", "http")) else urljoin(address, link))
            if fragment and not target.startswith("http"):
                targets.append((address, unquote(target or address), unquote(fragment)))
            # Queries are tried by their own tests: one process would otherwise run the same hundreds of them.
            if target.startswith("/") and "/sparql?" not in target and target not in seen:
                seen.add(target)
                waiting.append(target)
    assert dead == []
    assert len(seen) > 1000
    lost = [
        f"{source} -> {target}#{fragment}" for source, target, fragment in targets if fragment not in anchors[target]
    ]
    assert lost == [], "\n".join(lost)


def test_the_home_page_leads_everyone_on_in_one_click(client: FlaskClient) -> None:
    clerk = {"/case", "/cases/", "/questions/"}
    lawyer = {"/clauses/", "/circumstances/", "/exemptions/", "/sanctions/", "/criteria/", "/source"}
    researcher = {"/framework", "/relations/", "/map", "/matrix", "/compare", "/documents/", "/duties/"}
    engineer = {"/sparql", "/ontology", "/concepts/", "/facts/", "/licences"}
    for lang in ("zh", "en"):
        links = set(Links(client.get(f"/{lang}/", headers=HTML).text).links)
        wanted = {f"/{lang}{path}" for path in clerk | lawyer | researcher | engineer}
        assert wanted | {"/data/dataset.ttl"} <= links


def test_no_page_refers_to_another_host(client: FlaskClient) -> None:
    ours = ("https://w3id.org/dandang/",)
    for address in (path for path in ROUTES.values() if path.startswith("/zh/")):
        for link in Links(client.get(address, headers=HTML).text).links:
            named = link.startswith(("http://", "https://", "//"))
            # A link to a standard vocabulary is followed by a reader, never loaded by the page.
            assert not named or link.startswith(
                (
                    *ours,
                    *PREFIXES.values(),
                    "http://data.europa.eu/",
                    "https://schema.org/",
                    "https://w3id.org/dpv",
                    "http://www.w3.org/",
                    "https://spdx.org/",
                )
            )


def test_every_iri_answers_html_and_turtle(client: FlaskClient, library: Library) -> None:
    subjects = {quad.subject for group in library.groups.values() for quad in group}
    pages = {node.value.partition("#")[0] for node in subjects if node.value.startswith("https://w3id.org/dandang/")}
    assert len(pages) > 400
    for iri in sorted(pages):
        path = iri.removeprefix("https://w3id.org/dandang")
        assert path.startswith(("/id/", "/ontology")), iri
        for accept, media in ((HTML, "text/html"), (TURTLE, "text/turtle")):
            answer = client.get(path, headers=accept)
            assert answer.status_code in (302, 303), iri
            shown = client.get(answer.headers["Location"], headers=accept, follow_redirects=True)
            assert (shown.status_code, shown.mimetype) == (200, media), iri


@pytest.mark.parametrize("ending", ["ttl", "nt", "jsonld", "rdf"])
def test_the_formats_of_a_page_say_the_same(client: FlaskClient, library: Library, ending: str) -> None:
    formats = {
        "ttl": ox.RdfFormat.TURTLE,
        "nt": ox.RdfFormat.N_TRIPLES,
        "jsonld": ox.RdfFormat.JSON_LD,
        "rdf": ox.RdfFormat.RDF_XML,
    }
    answer = client.get(f"/data/clauses/E7.{ending}")
    triples = {quad.triple for quad in ox.parse(answer.data, formats[ending])}
    assert triples == {quad.triple for quad in library.groups[ID + "wuhan-2018/E7"]}


def test_the_query_behind_the_downloads_of_a_page_gives_its_data(client: FlaskClient, library: Library) -> None:
    for path in (
        "/zh/clauses/E7",
        "/zh/documents/D4",
        "/zh/facts/decisive-decision",
        "/zh/cases/2018-002",
        "/zh/source",
    ):
        hrefs = re.findall(r'href="(/zh/sparql\?query=[^"]+)"', client.get(path, headers=HTML).text)
        # The last is the one behind the downloads; test_behind.py holds the others to the page.
        query = hrefs[-1].replace("&amp;", "&").removeprefix("/zh")
        triples = {
            quad.triple
            for quad in ox.parse(
                client.get(query, headers={"Accept": "application/n-triples"}).data, ox.RdfFormat.N_TRIPLES
            )
        }
        iri = library.addresses.iri(path.removeprefix("/zh"))
        assert iri and triples == {quad.triple for quad in library.groups[iri]}


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("/zh/clauses/", "clause"),
        ("/zh/facts/", "fact"),
        ("/zh/duties/", "duty"),
        ("/zh/relations/", "relation"),
        ("/zh/cases/", "case"),
        ("/zh/concepts/", "scheme"),
        ("/zh/documents/", "document"),
        ("/zh/ontology", "term"),
    ],
)
def test_the_query_behind_a_list_gives_what_it_lists(
    client: FlaskClient, library: Library, path: str, column: str
) -> None:
    page = client.get(path, headers=HTML).text
    query = next(link for link in Links(page).links if link.startswith("/zh/sparql?query="))
    rows = json.loads(client.get(query.removeprefix("/zh")).data)["results"]["bindings"]
    assert rows
    for iri in {row[column]["value"] for row in rows}:
        target = library.addresses.path(iri)
        assert target and (f'"/zh{target}"' in page or f'id="{iri.partition("#")[2]}"' in page), iri


# --- language and media types -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "lang"),
    [("zh-CN,zh;q=0.9", "zh"), ("en-GB,en;q=0.8", "en"), ("fr", "zh"), ("", "zh"), ("de,en;q=0.5,zh;q=0.3", "en")],
)
def test_bare_address_goes_by_language(client: FlaskClient, wish: str, lang: str) -> None:
    answer = client.get("/clauses/E7?x=1", headers={**HTML, "Accept-Language": wish})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{lang}/clauses/E7?x=1")
    assert {"Accept", "Accept-Language"} <= {part.strip() for part in answer.headers["Vary"].split(",")}


def test_language_switch_keeps_the_place(client: FlaskClient) -> None:
    page = client.get("/zh/facts/?q=决策", headers=HTML).text
    assert f'href="/en/facts/?{urlencode({"q": "决策"})}"' in page
    assert '<html lang="zh-Hans">' in page


def test_english_pages_have_no_stray_chinese_of_ours(client: FlaskClient) -> None:
    """In English, Chinese stands only in elements that say so (quotes, titles, names of the source)."""
    for path in ("/en/", "/en/clauses/A1", "/en/facts/", "/en/questions/", "/en/sparql"):
        text = client.get(path, headers=HTML).text
        text = re.sub(r"<(script|style|textarea|pre|head)\b.*?</\1>", "", text, flags=re.S)
        text = re.sub(r'<(\w+)[^>]*lang="zh-Hans"[^>]*>.*?</\1>', "", text, flags=re.S)
        text = re.sub(r'<(\w+)[^>]*class="language"[^>]*>.*?</\1>', "", text, flags=re.S)
        text = re.sub(r"<[^>]+>", "", text)
        found = re.findall(r"[\u4e00-\u9fff]{5,}", text)
        assert found == [], path


def test_bare_address_gives_rdf_to_programs(client: FlaskClient) -> None:
    for accept, ending in (("text/turtle", "ttl"), ("application/ld+json", "jsonld"), ("application/rdf+xml", "rdf")):
        answer = client.get("/clauses/E7", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/data/clauses/E7.{ending}")


def test_identifier_of_a_part_leads_to_its_page(client: FlaskClient) -> None:
    answer = client.get("/id/wuhan-2018/E7", headers={**HTML, "Accept-Language": "en"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/en/clauses/E7")


def test_ontology_page_has_every_term(client: FlaskClient, library: Library) -> None:
    ids = set(Links(client.get("/zh/ontology", headers=HTML).text).ids)
    terms = {quad.subject.value for quad in library.groups[ONTOLOGY]}
    assert {iri.partition("#")[2] for iri in terms if iri.startswith(ONTOLOGY + "#")} <= ids


# --- what pages say ---------------------------------------------------------------------------------------------------


def test_a_page_says_no_more_of_issue_than_the_article(client: FlaskClient) -> None:
    """It reports on 15 August 2018 that the documents are recent; that D2 was printed and issued, not who made it."""
    zh, en = (client.get(f"/{lang}/", headers=HTML).text for lang in ("zh", "en"))
    assert "据2018年8月15日报道，武汉市近日出台" in zh and "reported on 15 August 2018" in en
    zh, en = (client.get(f"/{lang}/documents/D2", headers=HTML).text for lang in ("zh", "en"))
    assert "<dt>印发机关</dt>" in zh and "市委办公厅" in zh and "制定机关" not in zh and "<dt>Issued by</dt>" in en


def test_clause_page_shows_everything(client: FlaskClient, library: Library) -> None:
    page = client.get("/zh/clauses/E7", headers=HTML).text
    clause = library.policy.by_notation["E7"]
    assert clause.quote and clause.quote.exact in page and clause.translation in page
    for words in ("满足其一", "同时满足", "A11", "P2", "P5", "可以免除相关责任", "GB/T 7714", "BibTeX", "RIS", "推断"):
        assert words in page
    assert 'rel="prev" href="/zh/clauses/E6"' in page and 'rel="next" href="/zh/clauses/E8"' in page


def test_every_clause_page_has_its_quote_and_every_fact_it_asks_for(client: FlaskClient, library: Library) -> None:
    for clause in library.policy.clauses.values():
        for lang in ("zh", "en"):
            page = client.get(f"/{lang}/clauses/{clause.notation}", headers=HTML).text
            assert clause.quote is None or clause.quote.exact in page
            for leaf in facts_in(clause.condition) if clause.condition else ():
                assert f'href="/{lang}{library.addresses.path(leaf.fact)}"' in page
                assert f'id="{leaf.iri.partition("#")[2]}"' in page


def test_a_list_shows_every_fact_that_its_clauses_look_at(library: Library) -> None:
    for name, kind in (("criteria", "Criterion"), ("preconditions", "Precondition"), ("exits", "ListExit")):
        at = [column.name for column in LISTS[name].columns].index("fact")
        lines = {line.subject.iri: line.cells[at] for part in sections(name, library) for line in part.lines}
        asked = {
            clause.iri: {leaf.fact for leaf in facts_in(clause.condition)}
            for clause in library.policy.clauses.values()
            if clause.kind == kind and clause.condition
        }
        assert {iri: {thing.iri for thing in lines[iri]} for iri in asked} == asked


def test_a_clause_and_its_source_are_cited_by_the_standard(client: FlaskClient, library: Library) -> None:
    today, clause = date.today().isoformat(), library.policy.by_notation["E7"]
    assert clause.quote
    place = f"（引自来源文本第{clause.quote.start + 1}至{clause.quote.end}字符）"
    title, version = "武汉率先出台“1+3”文件,激励干部担当作为", library.policy.digest[:12]
    page = unescape(client.get("/zh/clauses/E7", headers=HTML).text)
    assert (
        f">宋磊, 邵剑波. {title}[EB/OL]. 长江日报、汉网(2018-08-15).\n"
        f"dandang contributors. dandang 担当: 《关于建立容错纠错机制激励干部担当作为的实施办法》E7{place}[DB/OL]. "
        f"数据版本{version}[{today}]. https://w3id.org/dandang/id/wuhan-2018/E7.</pre>"
    ) in page
    bib, ris = (client.get(f"/data/clauses/e7.{ending}").text for ending in ("bib", "ris"))
    article, entry = bib.split("\n\n")
    assert article.startswith("@online{dandang-wuhan-2018-source,") and entry.startswith(
        "@dataset{dandang-wuhan-2018-E7,"
    )
    assert bib.count("{") == bib.count("}") and f"urldate     = {{{today}}}" in entry
    assert "name: dandang contributors" in (resources.root() / "CITATION.cff").read_text(encoding="utf-8")
    records = ris.split("\n\n")
    assert [record.split("\n")[0] for record in records] == ["TY  - ELEC", "TY  - DATA"]
    assert all(record.rstrip("\n").endswith("ER  - ") for record in records) and "DA  - 2018/08/15/" in records[0]
    for cited, own in ((article, entry), records):
        assert title in cited and clause.iri in own and place in own and version in own
        assert not any(word in cited for word in ("E7", "dandang.", "https:", place)) and title not in own
    assert client.get("/data/facts/decisive-decision.bib").status_code == 404


def test_a_passage_is_shown_whole_where_its_ends_leave_nothing_out(client: FlaskClient, library: Library) -> None:
    page = unescape(client.get("/zh/source", headers=HTML).text)
    narrative = [one for one in passages(f"{ID}wuhan-2018/source", library) if one.reason]
    for one in narrative:
        first, cut, last = one.text.partition("……")
        assert len(first + last) < one.end - one.start if cut else len(first) == one.end - one.start
        assert f">{one.text}</td>" in page
    texts = [one.text for one in narrative]
    assert "2018-08-15 09:44:23 来源:汉网" in texts and "链接>>>" in texts and "“1+3”文件中,“1”即" in texts


def test_an_address_may_name_the_version_of_the_data(client: FlaskClient, library: Library) -> None:
    page = client.get("/zh/clauses/E7", headers=HTML).text
    version = f"?dataset={library.policy.digest[:12]}"
    assert f"{ID}wuhan-2018/E7{version}" in page
    answer = client.get(f"/id/wuhan-2018/E7{version}", headers=HTML)
    assert answer.headers["Location"] == f"/zh/clauses/E7{version}"
    assert 'class="notice"' not in client.get(answer.headers["Location"], headers=HTML).text
    assert "现在是" in client.get("/zh/clauses/E7?dataset=0123456789ab", headers=HTML).text
    assert client.get("/zh/clauses/E7?dataset=%3Cb%3E", headers=HTML).text.count("<b>&lt;") == 0


def test_unclear_connective_opens_a_note_with_both_readings(client: FlaskClient) -> None:
    page = client.get("/zh/clauses/A1", headers=HTML).text
    details = re.search(r'<details class="reading unclear">.*?</details>', page, re.S)
    assert details and "推荐读法" in details[0] and "从严读法" in details[0] and "须同时存在" in details[0]


def test_a_settled_connective_is_not_said_to_be_in_doubt(client: FlaskClient) -> None:
    """Where another reading is recorded but not adopted, that is said; doubt is for what the text leaves open."""
    for clause, doubt in (("P5", False), ("E7", False), ("A3", True), ("T2", True)):
        page = client.get(f"/zh/clauses/{clause}", headers=HTML).text
        summaries = re.findall(r'<details class="reading( unclear)?">\s*<summary>(.*?)</summary>', page, re.S)
        assert summaries and any(unclear for unclear, _ in summaries) == doubt
        assert any("另有读法" in words for _, words in summaries) or doubt
        assert all("读法有疑问" not in words or unclear for unclear, words in summaries)


def test_a_quote_cut_out_of_a_sentence_says_so(client: FlaskClient) -> None:
    quotes = {
        name: re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", client.get(f"/zh/documents/{name}", headers=HTML).text)
        for name in ("D1", "D2")
    }
    assert any(quote.endswith("比如……") for quote in quotes["D1"])
    assert any(quote.endswith("对……") for quote in quotes["D2"]) is False
    assert any(quote.startswith("《办法》规定") and quote.endswith("干部管理") for quote in quotes["D2"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_error_is_told_in_sentences(client: FlaskClient, lang: str) -> None:
    for path in (
        "facts/none-such",
        "clauses/E99",
        "questions/cq-40-what-a-fact-settles?fact=zzzz",
        "sparql?query=SELECT+x",
    ):
        page = client.get(f"/{lang}/{path}", headers=HTML).text
        said = re.findall(r'<p class="lead">(.*?)</p>|role="alert"[^>]*><h2>[^<]*</h2><p>(.*?)</p>', page)
        words = unescape(re.sub("<[^>]+>", "", "".join(said[0])))
        assert words[0] == words[0].upper() and words.endswith(("." if lang == "en" else "。", ":", "：")), words


@pytest.mark.parametrize(("lang", "word"), [("zh", "“事实”一页"), ("en", "page “Facts”")])
def test_a_page_names_a_page_where_the_command_line_names_a_command(client: FlaskClient, lang: str, word: str) -> None:
    page = client.get(f"/{lang}/questions/cq-40-what-a-fact-settles?fact=zzzz", headers=HTML).text
    told = re.findall(r'role="alert".*?</div>', page)[0]
    assert word in told and "cq-18" not in told


def test_outcome_kinds_link_the_documents(client: FlaskClient) -> None:
    assert "/zh/clauses/L1" in client.get("/zh/clauses/T2", headers=HTML).text.split('id="consequences"')[1]
    assert "/zh/clauses/T2" in client.get("/zh/clauses/L1", headers=HTML).text.split('id="consequences"')[1]


def test_fact_filter_and_empty_state(client: FlaskClient) -> None:
    page = client.get("/zh/facts/?q=果断", headers=HTML).text
    assert "果断决策" in page and "招商引资" not in page.split("<tbody>")[1].split("</tbody>")[0]
    assert "没有名称或问题" in client.get("/zh/facts/?q=%00nothing", headers=HTML).text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("E7", "/zh/clauses/E7"),
        ("ｅ７", "/zh/clauses/E7"),
        ("通报", "/zh/concepts/measure/"),
        ("admonition", "/zh/clauses/T1"),
        ("果断 处置", "/zh/clauses/E7"),
        ("D4", "/zh/documents/D4"),
    ],
)
def test_search_finds(client: FlaskClient, query: str, expected: str) -> None:
    assert expected in client.get("/zh/search", query_string={"q": query}, headers=HTML).text.split('id="main"')[1]


def test_search_marks_words_and_escapes(client: FlaskClient) -> None:
    page = client.get("/zh/search", query_string={"q": "决策"}, headers=HTML).text
    assert "<mark>决策</mark>" in page
    page = client.get("/zh/search", query_string={"q": "<b>x"}, headers=HTML).text
    assert "<b>x" not in page and "没有找到" in page
    assert "<mark>容错</mark>" in client.get("/zh/search?q=rongcuo", headers=HTML).text


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.id)
def test_every_question_answers_with_its_defaults(client: FlaskClient, question: object) -> None:
    name = question.name  # type: ignore[attr-defined]
    for lang in ("zh", "en"):
        page = client.get(f"/{lang}/questions/{name}", headers=HTML)
        assert page.status_code == 200 and "error-summary" not in page.text
    rows = json.loads(client.get(f"/data/questions/{name}.json").data)["results"]["bindings"]
    assert len(client.get(f"/data/questions/{name}.csv").text.splitlines()) >= len(rows) + 1
    assert client.get(f"/data/questions/{name}.xlsx?lang=en").data.startswith(b"PK")


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.id)
def test_a_form_that_takes_facts_says_where_they_go(client: FlaskClient, question: object) -> None:
    takes = any(parameter.type in ("fact", "facts") for parameter in question.parameters)  # type: ignore[attr-defined]
    page = client.get(f"/zh/questions/{question.name}", headers=HTML).text  # type: ignore[attr-defined]
    assert ("这里填写的内容会写进网址" in page) == takes
    assert not takes or 'href="/zh/case"' in page.split("question-form")[1].split("</form>")[0]


def test_a_fixed_page_is_made_once_and_keeps_its_language(client: FlaskClient, app: Flask) -> None:
    first, other = (client.get(f"/{lang}/clauses/E4", headers=HTML).text for lang in ("zh", "en"))
    assert first != other and 'lang="zh-Hans"' in first
    assert client.get("/zh/clauses/E4", headers=HTML).text == first
    # With a query the page is made anew: the way to the other language repeats it.
    assert "/en/clauses/E4?x=1" in client.get("/zh/clauses/E4?x=1", headers=HTML).text
    app.extensions["dandang-kept"]["/zh/clauses/E4"] = ("2018-08-15", "yesterday")
    assert client.get("/zh/clauses/E4", headers=HTML).text == first


def test_question_with_bad_parameters(client: FlaskClient) -> None:
    page = client.get("/zh/questions/cq-13-clauses-needing-role?role=nonsense", headers=HTML)
    assert page.status_code == 400 and "这样问不了" in page.text
    assert client.get("/data/questions/cq-13-clauses-needing-role.csv?other=1").status_code == 400
    assert client.get("/zh/questions/cq-13", headers=HTML).status_code == 404


# --- a case -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["cq-57-word-in-text?word=", "cq-57-word-in-text?word=%20", "cq-40-what-a-fact-settles?fact="]
)
def test_a_word_left_empty_is_asked_for_and_no_other_is_put_in_its_place(client: FlaskClient, address: str) -> None:
    zh, en = (client.get(f"/{lang}/questions/{address}", headers=HTML) for lang in ("zh", "en"))
    assert zh.status_code == en.status_code == 400
    assert "没有填写" in zh.text and "is empty" in en.text and 'id="answer"' not in zh.text
    assert client.get(f"/data/questions/{address.replace('?', '.csv?')}").status_code == 400


def test_every_example_case_reports(client: FlaskClient, library: Library) -> None:
    for iri, read in library.cases.items():
        page = client.get(f"/zh/cases/{read.case.id}", headers=HTML).text
        assert 'class="verdict"' in page and library.policy.digest[:12] in page and "参考，不是决定" in page, iri


def test_an_example_shows_the_findings_that_its_file_would_get(client: FlaskClient) -> None:
    def found(page: str) -> list[str]:
        return re.findall(
            r'class="finding finding-(\w+)">(.*?)</li>', re.sub(r'<span class="place">.*?</span>', "", page), re.S
        )

    some = 0
    for path in resources.case_files():
        identifier = "-".join(path.name.split("-")[:2])
        sent = client.post("/zh/case", data=path.read_bytes(), content_type="application/yaml", headers=HTML)
        shown = client.get(f"/zh/cases/{identifier}", headers=HTML)
        assert found(shown.text) == found(sent.text), path.name
        some += bool(found(shown.text))
    assert some > 10


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (CASE, "application/yaml"),
        (
            b'{"id": "2018-901", "title": "t", "on": "2018-09-01", "facts": {"\xe7\xbb\x8f\xe8\xb0\x83\xe6\x9f\xa5\xe6\xa0\xb8\xe5\xae\x9e": true}}',
            "application/json",
        ),
        (
            b"""@prefix dd: <https://w3id.org/dandang/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
<https://w3id.org/dandang/id/cases/2018-902> a dd:Case ; dcterms:identifier "2018-902" ; dcterms:title "t"@zh ;
  dd:hasFact <https://w3id.org/dandang/id/cases/2018-902#fact-1> .
<https://w3id.org/dandang/id/cases/2018-902#fact-1> a dd:Fact ; dd:factType <https://w3id.org/dandang/id/facts/verified-on-investigation> ; dd:value dd:yes .
""",
            "text/turtle",
        ),
    ],
)
def test_case_of_each_syntax_gets_a_report(client: FlaskClient, content: bytes, kind: str, library: Library) -> None:
    if kind == "text/turtle":
        content = content.replace(
            b"verified-on-investigation",
            next(f for f in library.policy.facts if library.policy.facts[f].label.zh == "经调查核实")
            .rsplit("/", 1)[-1]
            .encode(),
        )
    for lang, words in (("zh", "逐条结果"), ("en", "Clause by clause")):
        bare = client.post(f"/{lang}/case", data=content, content_type=kind, headers=HTML)
        assert bare.status_code == 200 and words in bare.text
        assert bare.headers["Cache-Control"] == "no-store"
        form = client.post(f"/{lang}/case", data={"case": content.decode()}, headers=HTML)
        assert form.status_code == 200 and words in form.text


def test_a_file_that_holds_no_case_is_named_and_not_shown(client: FlaskClient) -> None:
    for lang, kind in (("zh", "这是 PDF，不是案件文件"), ("en", "This is a PDF, not a case file")):
        sent = {"file": (BytesIO(b"%PDF-1.4\n1 0 obj <</Type: x>>\n"), "a.pdf")}
        page = client.post(f"/{lang}/case", data=sent, content_type="multipart/form-data", headers=HTML)
        assert page.status_code == 400 and kind in page.text and ".xlsx" in page.text and "1 0 obj" not in page.text


def report_of(client: FlaskClient, text: str, lang: str = "zh") -> str:
    return client.post(f"/{lang}/case/report", data=text.encode(), content_type="application/yaml", headers=HTML).text


@pytest.mark.parametrize(("on", "words"), [("2010-01-01", "早于报道日期"), ("2999-01-01", "晚于今天")])
def test_what_the_conduct_date_leaves_open_stands_with_the_verdict(client: FlaskClient, on: str, words: str) -> None:
    page = report_of(client, f"id: '1'\non: {on}\nfacts: {{勤勉尽责: yes}}\n")
    verdict = page[page.index('class="verdict-block"') :].split("</section>")[0]
    assert words in verdict and words not in page.split("逐条结果")[1].split("填写方面的提示")[0]
    standing = client.post(
        "/zh/case/work", data={"on": on, "fact.diligent": "yes"}, content_type="multipart/form-data", headers=HTML
    ).text
    assert words in standing[standing.index("data-verdict") :].split('class="in-play"')[0].split('class="empty"')[0]


def test_a_report_shows_all_that_the_form_asks(client: FlaskClient) -> None:
    text = (
        "id: '1'\non: 2018-09-01\ndecided: 2018-11-02\nfacts: {勤勉尽责: yes}\nnote: 尚待补充材料\n"
        "sanctions: [{measure: 诫勉, on: 2018-11-01, by: 某区纪委, ground: 整改迟缓}]\n"
    )
    page = report_of(client, text)
    for words in (
        "处理日期 <time>2018-11-02</time>",
        "<time>2018-11-01</time>",
        "某区纪委",
        "整改迟缓",
        "尚待补充材料",
    ):
        assert words in page


def test_case_file_upload(client: FlaskClient) -> None:
    answer = client.post("/zh/case", data={"file": (BytesIO(CASE), "case.yaml"), "case": ""}, headers=HTML)
    assert answer.status_code == 200 and "测试案件" in answer.text


def test_findings_come_first(client: FlaskClient) -> None:
    answer = client.post("/zh/case", data={"case": "id: x-1\nfacts:\n  经调查核实: yes\n"}, headers=HTML)
    assert answer.status_code == 200
    assert answer.text.index("先看检查结果") < answer.text.index('class="verdict"')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空"),
        (b"id: [\n", "行"),
        (b"id: x\nfacts: {\xe4\xb9\xb1\xe5\x86\x99: yes}\n", "乱写"),
        ("id: x\ntitle: 测试\n".encode("gb18030"), "UTF-8"),
        (b"- 1\n- 2\n", "案件"),
    ],
)
def test_bad_case_stays_in_the_form_or_lists_mistakes(client: FlaskClient, content: bytes, words: str) -> None:
    from io import BytesIO

    answer = client.post("/zh/case", data={"file": (BytesIO(content), "a.yaml")}, headers=HTML)
    assert answer.status_code == 400 and words in answer.text and "Traceback" not in answer.text


def test_case_content_reaches_no_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("某人的秘密")

    monkeypatch.setattr("dandang.web.pages.case_files.assess_under", fail)
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/zh/case", data={"case": CASE.decode()}, headers=HTML)
    assert answer.status_code == 500 and "错误编号" in answer.text and "秘密" not in answer.text
    assert "RuntimeError" in caplog.text and "秘密" not in caplog.text and "测试案件" not in caplog.text


def test_example_fills_the_form(client: FlaskClient) -> None:
    assert "id: 2018-029" in client.get("/zh/case?example=2018-029", headers=HTML).text
    assert 'spellcheck="false"' in client.get("/zh/case?example=../../etc", headers=HTML).text


# --- SPARQL -----------------------------------------------------------------------------------------------------------

SELECT = "SELECT ?s WHERE { ?s a dd:ExemptionClause } ORDER BY ?s"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0.2, application/sparql-results+json;q=0.9", "application/sparql-results+json"),
    ],
)
def test_select_in_each_format(client: FlaskClient, accept: str, media: str) -> None:
    answer = ask(client, SELECT, accept)
    assert (answer.status_code, answer.mimetype) == (200, media)
    assert "wuhan-2018/E7" in answer.text


@pytest.mark.parametrize(
    "media", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_graph_in_each_format(client: FlaskClient, media: str) -> None:
    for query in ("DESCRIBE wh:E7", "CONSTRUCT { ?s a ?t } WHERE { ?s a dd:ExemptionClause ; a ?t }"):
        answer = ask(client, query, media)
        assert (answer.status_code, answer.mimetype) == (200, media) and "E7" in answer.text


def test_ask(client: FlaskClient) -> None:
    assert json.loads(ask(client, "ASK { wh:E7 a dd:ExemptionClause }").data)["boolean"] is True


def test_post_form_and_direct(client: FlaskClient) -> None:
    query = 'SELECT ?f WHERE { ?f skos:prefLabel "果断决策"@zh }'
    for answer in (
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", data=query.encode(), content_type="application/sparql-query"),
    ):
        assert answer.status_code == 200 and "decisive-decision" in answer.text


def test_dataset_of_the_protocol_and_of_the_query(client: FlaskClient) -> None:
    graph = ID + "graphs/D4"
    whole = json.loads(ask(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").data)["results"]["bindings"][0]["n"]["value"]
    named = ask(client, f"SELECT (COUNT(*) AS ?n) FROM <{graph}> {{ ?s ?p ?o }}")
    given = ask(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", **{"default-graph-uri": graph})
    assert named.text == given.text and json.loads(named.data)["results"]["bindings"][0]["n"]["value"] < whole


@pytest.mark.parametrize(
    ("query", "code", "status"),
    [
        ("", "bad-query", 400),
        ("SELECT nonsense", "bad-query", 400),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "bad-query", 400),
        ("SELECT * { SERV\\u0049CE SILENT ?x { ?s ?p ?o } }", "bad-query", 400),
        ("SELECT * FROM <http://example.org/> { ?s ?p ?o }", "bad-query", 400),
        ("LOAD <http://example.org/>", "bad-query", 400),
        ("PREFIX a: <b:> INSERT DATA { a:b a:c a:d }", "bad-query", 400),
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "query-timeout", 503),
    ],
)
def test_refused_queries(client: FlaskClient, query: str, code: str, status: int) -> None:
    answer = ask(client, query)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = json.loads(answer.data)
    assert (problem["code"], problem["status"]) == (code, status) and problem["detail"]
    assert json.loads(ask(client, "ASK {}").data)["boolean"] is True


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s rdfs:label "SERVICE <http://x/> {" } # SERVICE',
        "SELECT * { ?service a <http://example.org/SERVICE#FROM> ; dd:SERVICE ?x }",
        "SELECT ?FROM { ?FROM a ?load . FILTER(LANG(?load) = 'insert') }",
        'SELECT * { ?s ?p """INSERT "SERVICE" """@service }',
    ],
)
def test_words_that_only_look_closed_are_open(query: str) -> None:
    assert checked(query).dataset is False
    assert foreign_graphs(query, frozenset()) == []


def test_malformed_protocol_requests(client: FlaskClient) -> None:
    assert client.get("/sparql?query=ASK%7B%7D&query=ASK%7B%7D").status_code == 400
    assert client.post("/sparql", data={"query": "ASK{}", "update": "CLEAR ALL"}).status_code == 400
    assert client.post("/sparql", data={}, content_type="application/x-www-form-urlencoded").status_code == 400
    assert client.post("/sparql", data=b"ASK{}", content_type="text/plain").status_code == 415
    assert client.post("/sparql", data=b"CLEAR ALL", content_type="application/sparql-update").status_code == 400
    assert client.post("/sparql", data=b"\xff", content_type="application/sparql-query").status_code == 400
    assert client.delete("/sparql").status_code == 405
    assert ask(client, SELECT, "image/png").status_code == 406
    assert ask(client, SELECT, format="docx").status_code == 406


def test_service_description(client: FlaskClient) -> None:
    answer = client.get("/sparql")
    assert answer.mimetype == "text/turtle" and list(ox.parse(answer.data, ox.RdfFormat.TURTLE))


def test_result_downloads(client: FlaskClient) -> None:
    assert ask(client, SELECT, format="xlsx").data.startswith(b"PK")
    assert ask(client, SELECT, format="csv").headers["Content-Disposition"].endswith('"result.csv"')
    assert ask(client, "DESCRIBE wh:E7", format="jsonld").mimetype == "application/ld+json"


def test_query_page(client: FlaskClient) -> None:
    def shown(query: str) -> TestResponse:
        return client.get("/zh/sparql", query_string={"query": query}, headers=HTML)

    assert 'href="/zh/clauses/E7"' in shown(SELECT).text
    assert "结果（图）" in shown("DESCRIBE wh:E7").text
    assert "没有符合的行" in shown("SELECT ?s { ?s a dd:Nothing }").text
    assert "只显示前 500 行" in shown("SELECT ?s { ?s ?p ?o } LIMIT 501").text
    wrong = shown("SELECT ?s {\n ?s a dd: dd: }")
    assert wrong.status_code == 400 and "第 2 行" in wrong.text
    bare = client.get("/sparql", query_string={"query": SELECT}, headers=HTML)
    assert bare.status_code == 302 and bare.headers["Location"].startswith("/zh/sparql?query=")


# --- errors, headers, the server --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "title"), [("zh", "没有这个页面"), ("en", "There is no such page")])
def test_missing_page_in_both_forms(client: FlaskClient, lang: str, title: str) -> None:
    for path in (f"/{lang}/clauses/E99", f"/{lang}/nothing", f"/{lang}/cases/nothing"):
        page = client.get(path, headers=HTML)
        assert page.status_code == 404 and title in page.text and 'class="site-header"' in page.text
        problem = client.get(path, headers={"Accept": "application/json"})
        assert problem.mimetype == "application/problem+json" and json.loads(problem.data)["title"] == title
    for path in ("/id/nothing", "/data/nothing.ttl"):
        assert client.get(path, headers={**HTML, "Accept-Language": lang}).status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_other_errors_in_both_languages(client: FlaskClient, lang: str) -> None:
    wrong = client.post(f"/{lang}/clauses/E7", headers=HTML)
    assert wrong.status_code == 405 and "GET" in wrong.headers["Allow"]
    large = client.post(f"/{lang}/case", data={"case": "x" * 1_100_000}, headers=HTML)
    assert large.status_code == 413 and "1 MB" in large.text
    kind = client.post(f"/{lang}/case", data=b"x", content_type="image/png")
    assert kind.status_code == 415 and json.loads(kind.data)["code"] == "unsupported-media-type"
    bad = client.post(f"/{lang}/case", data=b"id: [", content_type="application/yaml")
    assert bad.status_code == 400 and json.loads(bad.data)["place"]["line"] >= 1


def test_headers(client: FlaskClient) -> None:
    for path in ("/zh/", "/zh/nothing", "/data/clauses/E7.ttl", "/static/site.css", "/sparql"):
        headers = client.get(path, headers=HTML).headers
        assert (
            "script-src 'self'" in headers["Content-Security-Policy"]
            and "unsafe" not in headers["Content-Security-Policy"]
        )
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    page = client.get("/zh/clauses/E7", headers=HTML).text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
    assert "Access-Control-Allow-Origin" in client.get("/data/clauses/E7.ttl").headers
    assert "Access-Control-Allow-Origin" not in client.get("/zh/case").headers


def test_health(client: FlaskClient, library: Library) -> None:
    assert client.get("/healthz").json == {
        "status": "ok",
        "software": pytest.importorskip("dandang").__version__,
        "dataset": library.policy.digest,
    }


def test_static_files_are_kept_by_browsers(client: FlaskClient) -> None:
    link = next(link for link in Links(client.get("/zh/", headers=HTML).text).links if "site.css" in link)
    assert "immutable" in client.get(link).headers["Cache-Control"]
    assert client.get("/static/../app.py").status_code == 404


def test_a_folder_of_further_documents(tmp_path: Path) -> None:
    (tmp_path / "D9.ttl").write_text(
        """@prefix dd: <https://w3id.org/dandang/ontology#> . @prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@base <https://w3id.org/dandang/id/elsewhere-2020/> .
<D9> a dd:PolicyDocument ; skos:notation "D9" ; eli:title "别处的办法"@zh ; rdfs:label "别处的办法"@zh .
<D9#list> a dd:ClauseList ; rdfs:label "清单"@zh ; eli:is_part_of <D9> .
<X1> a dd:ExemptionClause ; skos:notation "X1" ; dd:ordinal 1 ; rdfs:label "别处的情形"@zh ; eli:is_part_of <D9> ; dd:inList <D9#list> .
""",
        encoding="utf-8",
    )
    client = create_app({"DATA": str(tmp_path)}).test_client()
    assert "别处的情形" in client.get("/zh/clauses/elsewhere-2020/X1", headers=HTML).text
    english = client.get("/en/documents/elsewhere-2020/D9", headers=HTML).text
    assert "untranslated" in english and "no English yet" in english
    assert (
        client.get("/id/elsewhere-2020/X1", headers=TURTLE).headers["Location"] == "/data/clauses/elsewhere-2020/X1.ttl"
    )


def test_serve_says_what_is_wrong(tmp_path: Path) -> None:
    import socket

    with pytest.raises(InputError, match="folder"):
        serve(data=str(tmp_path / "nothing"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="cannot listen"):
            serve(port=taken.getsockname()[1])
