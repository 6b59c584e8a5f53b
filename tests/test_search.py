"""Search: everything is found by every name it has, however it is typed, and what is marked is what matched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from dandang.cli import main
from dandang.search import KINDS, Found, SearchIndex, Thing
from dandang.search.folding import dates, fold, stem
from dandang.store import Store
from dandang.web import create_app
from dandang.web.library import Library, load_library
from dandang.web.views.search import FACETS, index_of, search, search_query
from test_web import HTML, Links


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    made = create_app({"QUERY_WORKERS": 1})
    yield made
    made.extensions["dandang-pool"].close()


@pytest.fixture(scope="module")
def index(app: Flask) -> SearchIndex:
    library: Library = app.extensions["dandang"]
    return index_of(library)


@pytest.fixture(scope="module")
def store(app: Flask) -> Store:
    return Store(app.extensions["dandang"].quads())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def named(index: SearchIndex) -> list[Thing]:
    """Everything that is found by its names; parts of clauses are by their identifiers alone."""
    return [thing for thing in index.things if thing.kind != "parts"]


def finds(index: SearchIndex, query: str, thing: Thing) -> bool:
    return any(found.thing.iri == thing.iri for found in index.search(query))


def iris_of(found: list[Found]) -> set[str]:
    return {hit.thing.iri for hit in found}


def labels(index: SearchIndex, query: str) -> list[str]:
    return [found.thing.label.zh for found in index.search(query)]


def han(text: str) -> str:
    return "".join(re.findall(r"[\u4e00-\u9fff]", text))


# --- everything is found ----------------------------------------------------------------------------------------------


def test_every_kind_is_there(index: SearchIndex, app: Flask) -> None:
    assert {thing.kind for thing in index.things} == set(KINDS)
    library: Library = app.extensions["dandang"]
    assert {iri for iri, _ in library.addresses.items()} <= {thing.iri for thing in index.things}


def test_everything_is_found_by_its_names_in_both_languages(index: SearchIndex) -> None:
    lost = [
        (thing.iri, name) for thing in named(index) for name in thing.label if name and not finds(index, name, thing)
    ]
    assert lost == []


def test_everything_is_found_by_each_character_pair_of_its_name(index: SearchIndex) -> None:
    having: dict[str, set[str]] = {}
    for thing in named(index):
        name = fold(thing.label.zh).text
        for pair in {name[at : at + 2] for at in range(len(name) - 1)}:
            if len(han(pair)) == 2:
                having.setdefault(pair, set()).add(thing.iri)
    assert len(having) > 1000
    lost = [(pair, iris - found) for pair, iris in having.items() if iris - (found := iris_of(index.search(pair)))]
    assert lost == []


def test_everything_is_found_by_pinyin_and_by_initials(index: SearchIndex) -> None:
    lost = []
    for thing in named(index):
        spelt = "".join(sign for sign in fold(thing.label.zh).text if sign.isalnum())
        if han(spelt):
            for style in (Style.NORMAL, Style.FIRST_LETTER):
                typed = "".join(lazy_pinyin(spelt, style=style))
                if not finds(index, typed, thing):
                    lost.append((thing.label.zh, typed))
    assert lost == []


def test_everything_is_found_by_its_notation_in_either_case_and_full_width(index: SearchIndex) -> None:
    wide = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
    for thing in index.things:
        if thing.notation and thing.kind in ("documents", "clauses", "cases", "questions", "parts"):
            for typed in (thing.notation, thing.notation.lower(), thing.notation.translate(wide)):
                assert index.search(typed)[0].rank == 0, typed
                assert thing in [found.thing for found in index.search(typed) if found.rank == 0], typed


def test_one_character_is_enough(index: SearchIndex) -> None:
    for sign in {sign for thing in named(index) for sign in han(thing.label.zh)}:
        assert index.search(sign), sign


# --- how things are typed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("問責", "问责方式"),
        ("責任", "怕担责任"),
        ("ｅ７", "果断处置突发应急事件"),
        ("chufen", "党纪处分"),
        ("chu fen", "党纪处分"),
        ("CHUFEN", "党纪处分"),
        ("chǔfèn", "党纪处分"),
        ("djcf", "党纪处分"),
        ("zhongda", "重大损失"),
        ("chongda", "重大损失"),
        ("xingzheng", "事后积极催促行政相对人补齐手续"),
        ("wenz", "问责方式"),
        ("sanction", "问责方式"),
        ("sanctions", "问责方式"),
        ("deciding firmly", "维护稳定和处理突发事件中果断决策"),
        ("三旧改造", "“三旧”改造"),
        ("改革　失误", "全面深化改革中的探索性失误"),
        ("2018年8月15日", "武汉率先出台“1+3”文件，激励干部担当作为（2018年8月15日报道）"),
        ("2018-08-15", "武汉率先出台“1+3”文件，激励干部担当作为（2018年8月15日报道）"),
        ("20180815", "武汉率先出台“1+3”文件，激励干部担当作为（2018年8月15日报道）"),
        ("factType", "所指事实类型"),
        ("dd:factType", "所指事实类型"),
        ("A11#afraid", "怕担责任"),
    ],
)
def test_typed_so_it_is_found(index: SearchIndex, typed: str, found: str) -> None:
    assert found in labels(index, typed)


def test_words_of_letters_begin_words(index: SearchIndex) -> None:
    assert not any("fact type" in found.thing.label.en for found in index.search("act") if found.rank < 8)


@pytest.mark.parametrize(
    ("word", "root"), [("sanctions", "sanction"), ("duties", "duty"), ("exempted", "exempt"), ("is", "is")]
)
def test_english_endings(word: str, root: str) -> None:
    assert stem(word) == root


def test_a_date_is_looked_for_as_it_is_written_and_as_it_is_stored() -> None:
    assert dates("2018.8.15") == ("2018年8月15日", "2018-08-15")
    assert dates("8月15日") == ("8月15日", "-08-15")
    assert dates("2018-08") == ("2018年8月", "2018-08")
    assert dates("E7") == ()


def test_the_best_comes_first(index: SearchIndex) -> None:
    assert index.search("A1")[0].thing.notation == "A1"
    assert labels(index, "果断决策")[0] == "果断决策"
    ranks = [found.rank for found in index.search("决策")]
    assert ranks == sorted(ranks)
    by_quote = [found.rank for found in index.search("四水共治")]
    assert (by_quote and min(by_quote) < 8) or all(rank >= 8 for rank in by_quote)


def test_what_is_not_there_has_something_near(index: SearchIndex) -> None:
    assert not index.search("果段决策") and index.nearest("果段决策")[0].label.zh == "果断决策"
    assert "问责方式" in [thing.label.zh for thing in index.nearest("sancton")]
    assert index.nearest("@@@@") == [] and index.nearest("") == []
    assert not {"rules", "terms", "parts"} & {
        thing.kind for word in ("lifst", "excluson") for thing in index.nearest(word)
    }


def test_several_notations_find_each_thing(index: SearchIndex) -> None:
    assert {found.thing.notation for found in index.search("D2 L1") if found.rank == 0} == {"D2", "L1"}
    assert not any(found.thing.notation == "L1" for found in index.search("L1 果断决策") if found.rank == 0)


def test_notes_on_one_clause_are_told_apart(app: Flask) -> None:
    library: Library = app.extensions["dandang"]
    for lang in ("zh", "en"):
        groups = search("A11", {}, library, lang).groups
        hits = next(group.hits for group in groups if group.kind == "notes")
        said = ["".join(piece.text for line in hit.lines for piece in line.pieces) for hit in hits]
        assert len(said) > 1 and all(said) and len(set(said)) == len(said)


def test_a_notation_is_not_called_pinyin(index: SearchIndex) -> None:
    ways = [match.way.en for found in index.search("A11") for match in index.matches(found)]
    assert ways and "pinyin" not in ways


# --- what is marked ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "name", "marked", "way"),
    [
        ("处分", "党纪处分", ["处分"], "名称"),
        ("chufen", "党纪处分", ["处分"], "拼音"),
        ("djcf", "党纪处分", ["党纪处分"], "拼音首字母"),
        ("問責", "问责方式", ["问责"], "名称"),
        ("三旧改造", "“三旧”改造", ["三旧”改造"], "名称"),
    ],
)
def test_what_matched_is_marked_and_why(index: SearchIndex, typed: str, name: str, marked: list[str], way: str) -> None:
    found = next(hit for hit in index.search(typed) if hit.thing.label.zh == name)
    match = next(match for match in index.matches(found) if match.field.text == name)
    assert [name[start:end] for start, end in match.marks] == marked and match.way.zh == way


@settings(max_examples=300, deadline=None)
@given(query=st.one_of(st.text(max_size=12), st.text("问责处分干部e7 chuwenA#“”-2018年月日", max_size=10)))
def test_any_text_is_answered_and_marks_lie_in_the_text(query: str) -> None:
    index = _shipped()
    for found in index.search(query)[:5]:
        matches = index.matches(found)
        assert matches
        for match in matches:
            assert match.marks and list(match.marks) == sorted(match.marks)
            ends = [end for mark in match.marks for end in mark]
            assert ends == sorted(set(ends)) and ends[0] >= 0 and ends[-1] <= len(match.field.text)
    index.nearest(query)


@cache
def _shipped() -> SearchIndex:
    # Given examples may not use fixtures of a function, and one index is enough for all.
    return index_of(load_library())


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_results_are_grouped_marked_and_explained(client: FlaskClient, lang: str) -> None:
    page = client.get(f"/{lang}/search?q=chufen", headers=HTML).text
    assert "<mark>处分</mark>" in page
    assert ("拼音" if lang == "zh" else "pinyin") in page
    assert f'href="/{lang}/clauses/L1"' in page
    escaped = client.get(f"/{lang}/search?q=<script>x", headers=HTML).text
    assert "<script>x" not in escaped


def test_facets_count_and_narrow(client: FlaskClient) -> None:
    page = client.get("/zh/search?q=决策", headers=HTML).text
    total = int(re.search(r"找到 (\d+) 条", page)[1])  # type: ignore[index]
    seen = set()
    for link in Links(page).links:
        if match := re.search(r"[?&](kind|document|domain)=([^&]+)$", link.replace("q=%E5%86%B3%E7%AD%96&", "")):
            narrowed = client.get(link, headers=HTML).text
            count = int(re.search(r"找到 (\d+) 条", narrowed)[1])  # type: ignore[index]
            shown = re.search(re.escape(link.replace("&", "&amp;")) + r'">[^<]*</a> <small>(\d+)', page)
            assert shown is None or int(shown[1]) == count
            assert 0 < count <= total
            assert 'aria-current="true"' in narrowed
            seen.add(match[1])
    assert seen == set(FACETS)


def test_nothing_found_says_what_is_near(client: FlaskClient) -> None:
    page = client.get("/zh/search?q=果段决策", headers=HTML).text
    assert "没有找到" in page and "果断决策" in page
    assert "Nothing found" in client.get("/en/search?q=%40%40", headers=HTML).text


def test_traditional_characters_are_read_as_simplified(client: FlaskClient) -> None:
    assert "已按简体字“问责”查找" in client.get("/zh/search?q=問責", headers=HTML).text


@pytest.mark.parametrize("query", ["处分", "问责", "决策", "改革", "干部", "不", "程序", "改革 失误", "重大 失误"])
def test_the_query_behind_a_search_finds_what_is_found(index: SearchIndex, store: Store, query: str) -> None:
    rows = store.select(search_query(query)).rows
    known = {subject.value for subject in {quad.subject for quad in store.oxigraph}}
    # A question about assessments has a page, and no place in the graph of the pages.
    assert {row[0].value for row in rows if row[0]} == iris_of(index.search(query)) & known


def test_the_query_behind_a_search_takes_any_text(store: Store) -> None:
    for query in ('"} #', "\\", "'", "a\nb", "<x>", "e7"):
        assert store.select(search_query(query)).columns == ("thing",)


def test_fields_stand_in_the_order_of_the_documents(client: FlaskClient) -> None:
    order = ["moderately-prosperous-society", "deepening-reform", "law-based-governance", "party-self-governance"]
    for address in ("/zh/search?q=问责", "/zh/domains/"):
        page = client.get(address, headers={"Accept": "text/html"}).text.split("<main")[1]
        places = [page.find(name) for name in order]
        assert -1 not in places and places == sorted(places), address


def test_an_unknown_facet_finds_nothing_and_can_be_left(client: FlaskClient) -> None:
    page = client.get("/zh/search?q=E7&kind=nothing", headers=HTML)
    assert page.status_code == 200 and "没有找到" in page.text


def test_suggestions_lead_to_pages(client: FlaskClient) -> None:
    for lang, query in (("zh", "wenze"), ("en", "decision"), ("zh", "cq-6"), ("en", "果断")):
        found = client.get(f"/data/suggestions/{lang}.json", query_string={"q": query}).get_json()["suggestions"]
        assert 0 < len(found) <= 8
        for hit in found:
            assert hit["label"] and client.get(hit["url"].partition("#")[0], headers=HTML).status_code == 200
    assert client.get("/data/suggestions/zh.json").get_json() == {"suggestions": []}


# --- the command ------------------------------------------------------------------------------------------------------


def test_search_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "chufen", "--lang", "zh"]) == 0
    assert "  L1 新受处分或者组织处理〔拼音：处分〕" in capsys.readouterr().out.splitlines()
    assert main(["search", "decisive", "decision", "--lang", "en"]) == 0
    assert "  decisive decision-making [name: decisive]" in capsys.readouterr().out.splitlines()
    assert main(["search", "果段决策", "--lang", "zh"]) == 0
    assert "没有找到“果段决策”。相近的有：果断决策" in capsys.readouterr().out
    assert main(["search", "重大", "--lang", "zh"]) == 0
    short = capsys.readouterr().out
    assert main(["search", "重大", "--lang", "zh", "--all"]) == 0
    assert "……（--all 列出全部）" in short and len(capsys.readouterr().out.splitlines()) > len(short.splitlines())


def test_search_command_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "問責", "--format", "json"]) == 0
    for hit in json.loads(capsys.readouterr().out):
        for match in hit["matches"]:
            assert all(0 <= start < end <= len(match["text"]) for start, end in match["marks"])
