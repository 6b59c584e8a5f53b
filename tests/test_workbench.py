"""The case workbench: every step carries the whole case, asks only what matters, and keeps nothing."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from dandang import resources
from dandang.assessment import assess
from dandang.cases import case_quads, read_cases, read_stated, with_derived_facts
from dandang.cases.graph import case_turtle
from dandang.cases.writing import case_jsonld, case_yaml
from dandang.messages import Text
from dandang.model import Case
from dandang.namespaces import FACTS
from dandang.vocabulary import Vocabulary
from dandang.web import create_app
from dandang.web.library import Library
from dandang.web.validators import findings_on, validator
from dandang.web.views.case_form import form_of_case, form_of_values, read_form
from dandang.web.views.picks import found, sections
from dandang.web.views.report import SECTIONS
from dandang.web.views.standing import standing_of
from forms import Form

HTML = {"Accept": "text/html"}
FORMATS = ("yaml", "xlsx", "ttl", "jsonld", "json")
STEPS = ("/case/pick", "/case/work", "/case/report")
POSTED = (*STEPS, "/case/standing", "/case/file", "/case")
EXAMPLES = {path.name: path.read_bytes() for path in resources.case_files()}
#: Where one case of each make will do: the engine behind each format and page is tried with all of them elsewhere.
SOME = list(EXAMPLES)[1::8]
SECRET = "绝密线索七四一"


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
    shelf: Library = app.extensions["dandang"]
    return shelf


def stated(name: str, library: Library) -> Case:
    return read_stated(EXAMPLES[name], library.policy, name=name)[0].case


def graph(case: Case, library: Library) -> set[object]:
    return {quad.triple for quad in case_quads(with_derived_facts(case, library.policy))}


def post(client: FlaskClient, path: str, data: object, lang: str = "zh") -> TestResponse:
    return client.post(f"/{lang}{path}", data=data, headers=HTML)


def opened(client: FlaskClient, content: bytes, path: str = "/case/work", lang: str = "zh") -> Form:
    answer = client.post(f"/{lang}{path}", data=content, content_type="application/yaml", headers=HTML)
    assert answer.status_code == 200
    return Form(answer.text)


# --- nothing is lost --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_form_holds_all_of_a_case(library: Library, name: str) -> None:
    case = stated(name, library)
    values = MultiDict(form_of_case(case, library.policy).fields())
    read = read_form(form_of_values(values), Vocabulary(library.policy))
    assert read.findings == ()
    assert graph(read.case, library) == graph(case, library)
    assert read.case.note == case.note


@pytest.mark.parametrize(
    ("name", "step"), [*((name, "/case/work") for name in EXAMPLES), *((name, step) for name in SOME for step in STEPS)]
)
def test_every_page_carries_the_whole_case(client: FlaskClient, library: Library, name: str, step: str) -> None:
    """What a browser sends from the page gives the case again; the other language and the way back lose nothing."""
    form = opened(client, EXAMPLES[name], step)
    saved = post(client, "/case/file", {**form.with_(), "format": "yaml"}, "en")
    assert saved.mimetype == "application/yaml"
    case = stated(name, library)
    read = read_stated(saved.data, library.policy, name="a.yaml")[0]
    assert graph(read.case, library) == graph(case, library)
    assert read.case.note == case.note


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("name", SOME)
def test_what_is_saved_opens_again(client: FlaskClient, library: Library, name: str, ending: str) -> None:
    form = opened(client, EXAMPLES[name])
    saved = post(client, "/case/file", {**form.with_(), "format": ending})
    assert saved.headers["Content-Disposition"].startswith("attachment")
    upload = {"file": (BytesIO(saved.data), f"a.{ending}"), "do": "open"}
    again = Form(client.post("/zh/case", data=upload, headers=HTML).text)
    values = MultiDict((name, value) for name, values in again.with_().items() for value in values)
    read = read_form(form_of_values(values), library.vocabulary)
    assert graph(read.case, library) == graph(stated(name, library), library)


def test_a_step_without_a_case_begins_at_the_beginning(client: FlaskClient) -> None:
    for step in (*STEPS, "/case/standing"):
        answer = client.get(f"/en{step}", headers=HTML)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/en/case")


@pytest.mark.parametrize("sent", [{}, {"case": ""}, {"case": " \n"}, {"file": (BytesIO(b""), "")}])
def test_who_opens_nothing_is_told_what_to_do_here(client: FlaskClient, sent: dict[str, Any]) -> None:
    answer = client.post("/zh/case", data={"syntax": "", **sent}, headers=HTML, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert "没有贴上案件，也没有选文件" in answer.text and "dandang template" not in answer.text


def test_the_empty_workbook_asks_for_every_fact(client: FlaskClient, library: Library) -> None:
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(client.get("/zh/case/file").data))
    codes = {row[1].value for row in book["事实"].iter_rows(min_row=2) if row[1].value}
    assert codes == {iri.rsplit("/", 1)[-1] for iri in library.policy.facts}


# --- what happened ----------------------------------------------------------------------------------------------------


def test_every_fact_that_an_answer_rests_on_can_be_picked_once(library: Library) -> None:
    picks = [pick for section in sections(library) for group in section.groups for pick in group.picks]
    assert len(picks) == len({pick.fact for pick in picks})
    asked = {
        node.about
        for node in assess(Case(id="x"), library.policy).explanation.walk()
        if node.kind == "fact" and node.about in library.policy.facts
    }
    shared = {"verified-on-investigation", "in-scope", "on-lion-list"}
    assert asked - {FACTS + code for code in shared} <= {pick.fact for pick in picks}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("招商", "investment-attraction"),
        ("三旧", "three-olds-redevelopment"),
        ("e7 果断", "decisive-decision"),
        ("Promise", "promise-not-kept"),
    ],
)
def test_what_happened_is_found_in_plain_words(client: FlaskClient, library: Library, wanted: str, code: str) -> None:
    assert FACTS + code in found(library, wanted)
    page = post(client, "/case/pick", {"find": wanted}).text
    label = re.search(rf'<label([^>]*)><input type="checkbox" name="pick" value="(?:yes|no):{code}"', page)
    assert label and "hidden" not in label[1]
    hidden = re.search(r'<label([^>]*)><input type="checkbox" name="pick" value="yes:buck-passing"', page)
    assert hidden and "hidden" in hidden[1]


def test_what_several_clauses_ask_for_stands_under_no_other_name(library: Library) -> None:
    names = {
        pick.fact: group.name.zh for section in sections(library) for group in section.groups for pick in group.picks
    }
    assert names[FACTS + "some-error"] == "几个条款都要看的"


@pytest.mark.parametrize("syntax", ["turtle", "jsonld"])
def test_who_opens_a_graph_gets_no_advice_on_yaml(client: FlaskClient, library: Library, syntax: str) -> None:
    case = next(iter(library.cases.values())).case
    content = case_turtle([case]) if syntax == "turtle" else case_jsonld(case)
    page = post(client, "/case", {"case": content, "syntax": syntax}).text
    hints = re.findall(r'<div class="hint">(.*?)</div>', page)
    assert any("返回第2步" in hint for hint in hints) and not [
        hint for hint in hints if re.search("on: |请加上 on", hint)
    ]


def test_a_search_keeps_what_is_picked(client: FlaskClient) -> None:
    page = post(client, "/case/pick", {"find": "招商", "pick": ["yes:buck-passing"]}).text
    assert re.search(
        r'<label data-words=[^>]*><input type="checkbox" name="pick" value="yes:buck-passing" checked>', page
    )
    assert ("pick", "yes:buck-passing") in Form(page).fields


def test_picks_become_facts_and_known_facts_stay(client: FlaskClient) -> None:
    sent = {"pick": ["yes:buck-passing", "no:takes-initiative", "yes:major-loss"], "fact.major-loss": "no"}
    form = Form(post(client, "/case/work", sent).text)
    assert {name: value for name, value in form.fields if name.startswith("fact.")} == {
        "fact.buck-passing": "yes",
        "fact.takes-initiative": "no",
        "fact.major-loss": "no",
    }


@pytest.mark.parametrize(("lang", "place"), [("zh", "案件与干部"), ("en", "The case and the cadre")])
def test_an_empty_field_is_no_error_of_the_form(client: FlaskClient, lang: str, place: str) -> None:
    picked = {"fact.decisive-decision": "yes"}
    page = client.post(f"/{lang}/case/report", data=picked, headers=HTML).text
    assert "finding-error" not in page and "id: 2018" not in page
    assert page.count(place) == 6
    page = client.post(f"/{lang}/case/report", data={**picked, "id": "2018-901", "on": "2018-09-01"}, headers=HTML).text
    assert page.count(place) == 4
    # A file is told what to write in it.
    assert "finding-error" in client.post(f"/{lang}/case", data={"case": "facts: {果断决策: yes}"}, headers=HTML).text


def test_a_report_says_what_would_change_the_verdict(client: FlaskClient, library: Library) -> None:
    name = next(name for name in EXAMPLES if name.startswith("2018-006"))
    for lang, words in (
        ("zh", ("什么会改变结论", "两种读法结果不同的条款", "分歧在")),
        ("en", ("would change", "differ", "divide")),
    ):
        page = client.post(
            f"/{lang}/case/report", data=EXAMPLES[name], content_type="application/yaml", headers=HTML
        ).text
        assert words[1] in page and words[2] in page
    near = "id: x\nfacts: {维护社会稳定: yes, 怕担责任: yes, 不敢果断决策: yes, 处置失当: yes, 事态扩大: yes, 经调查核实: yes}\n"
    page = post(client, "/case", {"case": near}).text
    told = re.search(r'<dl class="changes">(.*?)</dl>', page, re.S)
    assert told and "恶劣影响" in told[1] and "应当问责" in told[1]


# --- questions --------------------------------------------------------------------------------------------------------


def questions(page: str) -> list[str]:
    return re.findall(r'<li class="fact question-asked" data-fact="([^"]+)"', page)


@pytest.mark.parametrize("answer", ["yes", "no", "unknown"])
@pytest.mark.parametrize("start", ["yes:handling-sudden-emergency", "yes:three-olds-redevelopment", "yes:buck-passing"])
def test_answering_comes_to_an_end(client: FlaskClient, library: Library, start: str, answer: str) -> None:
    """Each question once, none that is known, and at the end no clause in play waits for a fact that was not asked."""
    page, asked = post(client, "/case/work", {"pick": [start]}).text, [start.partition(":")[2]]
    while now := questions(page):
        assert not set(now) & set(asked)
        asked += now
        page = post(client, "/case/work", {**Form(page).with_(), **{f"fact.{code}": answer for code in now}}).text
        assert len(asked) < 120
    values = MultiDict((name, value) for name, values in Form(page).with_().items() for value in values)
    case = with_derived_facts(read_form(form_of_values(values), library.vocabulary).case, library.policy)
    for one in assess(case, library.policy).answers.values():
        if one.state == "could_apply":
            open_facts = {literal[1:] for lacking in one.missing for literal in lacking}
            assert {iri for iri in open_facts if iri in library.policy.facts} <= {FACTS + code for code in asked}


def test_a_question_says_which_words_need_it_and_what_an_answer_does(client: FlaskClient, library: Library) -> None:
    page = post(client, "/case/work", {"pick": ["yes:handling-sudden-incident"]}).text
    first = page[page.index("question-asked") :].split("</fieldset>")[0]
    clause = library.policy.by_notation["A11"]
    assert clause.quote and clause.label.zh in first
    words = unescape(re.sub(r"<[^>]+>", "", re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", first, re.S)[0]))
    assert words == clause.quote.exact and "<mark>" in first
    assert "答“否”：A11 排除" in re.sub(r"\s+", " ", first)


def test_a_shared_precondition_names_the_clauses_it_is_for(client: FlaskClient) -> None:
    known = "fact.handling-sudden-emergency fact.decisive-decision fact.timely-handling fact.some-error"
    sent = dict.fromkeys([*known.split(), "fact.impact-eliminated", "fact.loss-recovered"], "yes")
    page = post(client, "/case/work", {**sent, "domain": ""}).text
    assert "（E7 的共同前提）" in page


def test_an_answer_can_be_taken_back(client: FlaskClient) -> None:
    form = Form(post(client, "/case/work", {"pick": ["yes:buck-passing", "yes:major-loss"]}).text)
    page = post(client, "/case/work", {**form.with_(), "drop": "buck-passing"}).text
    assert "fact.buck-passing" not in {name for name, _ in Form(page).fields}
    assert ("fact.major-loss", "yes") in Form(page).fields


def test_evidence_alone_is_kept_as_unknown(client: FlaskClient) -> None:
    form = Form(post(client, "/case/work", {"evidence.diligent": "谈话笔录"}).text)
    assert ("fact.diligent", "unknown") in form.fields and ("evidence.diligent", "谈话笔录") in form.fields


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_panel_says_what_the_assessment_says(client: FlaskClient, library: Library, name: str, lang: str) -> None:
    from dandang.render.phrases import STATES, verdict_sentence

    case = with_derived_facts(stated(name, library), library.policy)
    told = assess(case, library.policy)
    answer = client.post(f"/{lang}/case/standing", data=EXAMPLES[name], content_type="application/yaml", headers=HTML)
    panel = answer.text.split("</aside>")[0]
    assert unescape(re.findall(r"data-verdict>(.*?)</p>", panel, re.S)[0]) == verdict_sentence(
        told, library.policy
    ).in_(lang)
    shown = re.findall(r'<li class="line-(\w+)">.*?</span> (.*?)</span>.*?<b>(\w+)</b>', panel, re.S)
    assert sorted(notation for _, _, notation in shown) == sorted(
        one.clause.notation for one in told.answers.values() if one.state != "open"
    )
    for state, word, notation in shown:
        assert told.answers[library.policy.by_notation[notation].iri].state == state
        assert word == STATES[state][0].in_(lang)
    for iri, one in told.answers.items():
        if one.readings["strict"] != one.state:
            row = re.search(
                rf'<th scope="row"><a [^>]*>{library.policy.clauses[iri].notation}</a></th>.*?</tr>', panel, re.S
            )
            assert row and all(STATES[state][0].in_(lang) in row[0] for state in one.readings.values())


def test_no_answer_waits_for_the_shapes(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise AssertionError("validated")

    monkeypatch.setattr("dandang.web.pages.case_files.findings_on", fail)
    for path in ("/case/pick", "/case/work", "/case/standing", "/case/file"):
        assert post(client, path, {"pick": ["yes:buck-passing"]}).status_code == 200


def test_compiled_shapes_find_what_the_engine_finds(library: Library) -> None:
    """Reports are checked by the engine until the shapes are compiled, by those from then on, and by the engine again where they cannot tell."""
    app = create_app({"QUERY_WORKERS": 1, "COMPILED_SHAPES": True})
    reads = list(library.cases.values())
    reads += read_cases("id: x\nfacts: {重大损失: contested}\nclaims: [E4]\n".encode(), library.policy)
    reads.append(reads[0]._replace(case=reads[0].case._replace(facts=reads[1].case.facts * 2)))
    try:
        with app.app_context():
            wanted = [tuple(found) for found in validator().check(reads, today="2026-01-01")]
            assert findings_on(reads[0], today="2026-01-01") == wanted[0]
            for thread in threading.enumerate():
                if thread.name == "compile-shapes":
                    thread.join(120)
            compiled = app.extensions["dandang-compiled-shapes"]
            assert [compiled.check(read, today="2026-01-01") is None for read in reads] == [False] * (
                len(reads) - 1
            ) + [True]
            assert [findings_on(read, today="2026-01-01") for read in reads] == wanted
    finally:
        app.extensions["dandang-pool"].close()


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/case/work", "/case/report", "/case/file"])
@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("on", "去年", "不是日期"),
        ("id", "a/b", "不能用的字符"),
        ("found_on.diligent", "2018-13-01", "不是日期"),
        ("sanction.1.on", "2018-09-31", "不是日期"),
        ("sanction.1.by", "某区区委", "没有写明措施"),
        ("fact.diligent", "perhaps", "不是可用的值"),
    ],
)
def test_a_mistake_in_the_form_is_told_and_stays_to_be_mended(
    client: FlaskClient, path: str, field: str, text: str, words: str
) -> None:
    sent = {"fact.diligent": "yes", "title": "题名", field: text}
    answer = post(client, path, sent)
    assert answer.status_code == 400 and words in answer.text
    link = re.search(r'class="error-summary".*?<a href="#([^"]+)"', answer.text, re.S)
    assert link and f'id="{link[1]}"' in answer.text
    form = Form(answer.text)
    assert ("title", "题名") in form.fields
    if field != "fact.diligent":
        assert (field, text) in form.fields


def test_an_unknown_fact_is_told(client: FlaskClient) -> None:
    answer = post(client, "/case/work", {"fact.no-such-fact": "yes", "fact.diligent": "no"})
    assert answer.status_code == 400 and "no-such-fact" in answer.text
    assert ("fact.diligent", "no") in Form(answer.text).fields


@pytest.mark.parametrize("do", ["", "open"])
@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("id: x\nfacts: [\n", "第 3 行", "YAML"),
        ("id: x\nfacts:\n  没有的事: yes\n", "第 3 行", "没有的事"),
        ("id: x\non: 昨天\ncadre: {rank: 正处级}\n", "第 2 行", "不是日期"),
        ('{"id": "x", "facts": {"重大损失" true}}', "第 1 行", "JSON"),
        ("@prefix dd: <x> .\ndd:a dd:b\n", "第", "Turtle"),
    ],
)
def test_a_pasted_file_with_mistakes_stays_in_the_form(
    client: FlaskClient, content: str, place: str, words: str, do: str
) -> None:
    answer = post(client, "/case", {"case": content, "do": do})
    assert answer.status_code == 400 and place in answer.text and words in answer.text
    kept = re.search(r'<textarea id="case-text"[^>]*>(.*?)</textarea>', answer.text, re.S)
    assert kept and unescape(kept[1]).strip() == content.strip()


def test_mistakes_are_told_in_the_order_of_the_file(client: FlaskClient) -> None:
    page = post(client, "/case", {"case": "id: x\nfacts:\n  没有的事: yes\n  勤勉尽责: 也许\non: 昨天\n"}).text
    assert re.findall(r"<b>第 (\d) 行</b>", page) == ["3", "4", "5"]
    assert page.index("error-summary") < page.index('id="case-text"') and 'name="pick"' not in page


def test_a_workbook_with_mistakes_is_told_with_its_cells(client: FlaskClient) -> None:
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(client.get("/zh/case/file").data))
    book["案件"]["B4"] = "去年"
    out = BytesIO()
    book.save(out)
    answer = client.post("/zh/case", data={"file": (BytesIO(out.getvalue()), "a.xlsx")}, headers=HTML)
    assert answer.status_code == 400 and "案件!B4" in answer.text


def test_a_file_in_another_encoding_is_shown_readably(client: FlaskClient) -> None:
    content = "id: x\ntitle: 测试案件\n".encode("gb18030")
    answer = client.post("/zh/case", data={"file": (BytesIO(content), "a.yaml")}, headers=HTML)
    assert answer.status_code == 400 and "title: 测试案件" in answer.text


def test_of_several_cases_one_is_chosen(client: FlaskClient) -> None:
    text = "id: a-1\ntitle: 甲\nfacts: {重大损失: yes}\n---\nid: b-2\ntitle: 乙\n"
    page = post(client, "/case", {"case": text, "do": "open"}).text
    assert page.count('<form method="post"') == 2 and "a-1" in page and "乙" in page
    assert post(client, "/case", {"case": text}).text.count('<article class="report"') == 2


def test_a_program_gets_a_problem_document(client: FlaskClient) -> None:
    sent = {"data": "id: x\nfacts: {没有的事: yes}\n".encode(), "content_type": "application/yaml"}
    for path in ("/zh/case", "/zh/case/work", "/zh/case/file"):
        answer = client.post(path, headers={"Accept": "application/json"}, **sent)
        assert answer.status_code == 400 and answer.mimetype == "application/problem+json"
        assert "没有的事" in answer.get_json()["findings"][0]


def test_a_further_document_is_in_the_workbench_by_its_data_alone(library: Library) -> None:
    app = create_app({"QUERY_WORKERS": 1, "DATA": str(Path(__file__).parent / "fifth")})
    client = app.test_client()
    try:
        picks = set(re.findall(r'name="pick" value="([^"]+)"', client.get("/zh/case", headers=HTML).text))
        ours = {pick.value for section in sections(library) for group in section.groups for pick in group.picks}
        assert ours < picks and "yes:food-safety-accident" in picks
        page = post(client, "/case/work", {"pick": ["yes:food-safety-accident"]}).text
        assert re.search(r'class="line-applies">.*?<b>X-N2</b>', page, re.S)
        assert 'name="claim" value="X-E1"' in page
    finally:
        app.extensions["dandang-pool"].close()


# --- nothing is kept --------------------------------------------------------------------------------------------------

TOLD = {"title": SECRET, "fact.diligent": "yes", "evidence.diligent": SECRET, "cadre.post": SECRET}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", POSTED)
def test_nothing_of_a_case_may_be_kept(
    client: FlaskClient, path: str, lang: str, caplog: pytest.LogCaptureFixture
) -> None:
    sent = {"case": f"id: x\ntitle: {SECRET}\n"} if path == "/case" else TOLD
    with caplog.at_level(logging.DEBUG):
        answer = post(client, path, sent, lang)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers and "Location" not in answer.headers
    assert SECRET not in caplog.text
    assert not any(SECRET in unescape(link) for link in re.findall(r'(?:href|action|src)="([^"]*)"', answer.text))


@pytest.mark.parametrize("path", POSTED)
def test_an_error_of_ours_tells_nothing_of_a_case(
    client: FlaskClient, path: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Text:
        raise RuntimeError(SECRET)

    for room, name in (
        ("workbench", "assess_under"),
        ("case_files", "assess_under"),
        ("workbench", "found"),
        ("case_files", "case_yaml"),
    ):
        monkeypatch.setattr(f"dandang.web.pages.{room}.{name}", fail)
    sent = {"case": f"id: x\ntitle: {SECRET}\n"} if path == "/case" else {**TOLD, "find": SECRET}
    with caplog.at_level(logging.DEBUG):
        answer = post(client, path, sent)
    assert answer.status_code == 500 and answer.headers["Cache-Control"] == "no-store"
    assert SECRET not in answer.text and SECRET not in caplog.text and "RuntimeError" in caplog.text


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize(
    ("site", "allowed"), [("same-origin", True), ("none", True), ("cross-site", False), ("same-site", False)]
)
def test_another_site_cannot_send_the_form(client: FlaskClient, path: str, site: str, allowed: bool) -> None:
    answer = client.post(f"/zh{path}", data={"case": "id: x\n"}, headers={**HTML, "Sec-Fetch-Site": site})
    assert (answer.status_code == 200) is allowed
    assert allowed or (answer.status_code == 403 and "别的网站" in answer.text)


def test_every_form_of_a_case_is_posted_and_says_that_nothing_is_kept(client: FlaskClient) -> None:
    pages = [client.get("/zh/case", headers=HTML).text, *(post(client, step, TOLD).text for step in STEPS)]
    for page in pages:
        forms = re.findall(r"<form [^>]*>", page)
        assert all('method="post"' in form and 'autocomplete="off"' in form for form in forms if "/case" in form)
    for page in (pages[0], pages[2], pages[3]):
        assert "不保存" in page or "没有保存" in page


def test_yaml_of_the_workbench_is_the_one_of_the_library(client: FlaskClient, library: Library) -> None:
    name = next(iter(EXAMPLES))
    saved = client.post("/zh/case/file", data=EXAMPLES[name], content_type="application/yaml", headers=HTML)
    assert saved.text == case_yaml(stated(name, library), library.vocabulary)


# --- what answers the clauses of a case -------------------------------------------------------------------------------


def counterparts(page: str) -> list[str]:
    return re.findall(r'<li data-fact="(\w+)"><fieldset class="pick-group">', page)


def test_an_open_case_is_asked_for_the_counterparts_of_its_clauses(client: FlaskClient, library: Library) -> None:
    """Told of an exemption's setting alone, the page offers the circumstances that it is the counterpart of, the surest first."""
    policy = library.policy
    exemption = policy.by_notation["E7"].iri
    expected = {policy.clauses[one.circumstance].notation for one in policy.mirrors if one.exemption == exemption}
    page = post(client, "/case/work", {"pick": "yes:handling-sudden-emergency"}).text
    assert counterparts(page) == ["A11", "A10"]
    assert set(counterparts(page)) == expected
    assert 'name="pick" value="yes:handling-sudden-incident"' in page
    picked = {"pick": ["yes:handling-sudden-emergency", "yes:handling-sudden-incident"]}
    assert counterparts(post(client, "/case/work", picked).text) == ["A10"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_counterpart_of_two_clauses_names_both(client: FlaskClient, lang: str) -> None:
    told = {"pick": ["yes:investment-attraction", "yes:industrial-development"]}
    page = post(client, "/case/work", told, lang).text
    assert counterparts(page) == ["A1", "A2", "A3"]
    assert ("E2、E3" if lang == "zh" else "E2, E3") in page


def test_a_counterpart_that_changes_nothing_is_not_offered(client: FlaskClient) -> None:
    """Where it is settled that nobody answers for anything, and where a clause’s setting was not told but merely excluded."""
    refuted = {"pick": "yes:handling-sudden-emergency", "fact.verified-on-investigation": "no"}
    assert counterparts(post(client, "/case/work", refuted).text) == []
    assert counterparts(post(client, "/case/work", {"fact.adverse-social-impact": "yes"}).text) == []


def test_the_panel_does_not_take_an_excluded_clause_for_one_that_was_not_told(client: FlaskClient) -> None:
    told = {"pick": "yes:handling-sudden-emergency", "fact.adverse-social-impact": "yes"}
    page = post(client, "/case/work", told).text
    assert "没有适用或者可能适用的条款" in page
    assert "还没有涉及任何条款的情境" not in page


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_report_of_a_form_speaks_of_the_form(client: FlaskClient, name: str, lang: str) -> None:
    """No paths of fields and nothing to be written in a file, to somebody who filled in a page."""
    report = post(client, "/case/report", opened(client, EXAMPLES[name]).with_(), lang).text
    findings = re.findall(r'<li class="finding .*?</li>', report, re.DOTALL)
    told = " ".join(re.sub(r"<[^>]+>", " ", item) for item in findings)
    assert not re.search(r"\bfact\.|sanction\.\d|\{|found_by|evidence:|yes", told)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_panel_tells_the_clauses_in_the_order_of_the_report(library: Library, name: str) -> None:
    """By kind, settled ones first, then in the order of the text; not in that in which they happened to be worked out."""
    case = with_derived_facts(stated(name, library), library.policy)
    panel = standing_of(assess(case, library.policy), library.policy)
    kinds = [line.answer.clause.kind for line in panel.lines]
    assert [kind for kind, _ in groupby(kinds)] == list(dict.fromkeys(kinds))
    for kind in set(kinds):
        own = [line for line in panel.lines if line.answer.clause.kind == kind and line.state == "applies"]
        assert own == sorted(own, key=lambda line: line.answer.clause.ordinal)
    assert [kind for kind, _ in SECTIONS if kind in kinds] == list(dict.fromkeys(kinds))


@pytest.mark.parametrize("name", SOME)
def test_an_example_opens_in_the_workbench(client: FlaskClient, library: Library, name: str) -> None:
    case = stated(name, library)
    sent = Form(client.get(f"/zh/cases/{case.id}", headers=HTML).text).with_()
    values = MultiDict((key, value) for key, values in sent.items() for value in values)
    read = read_form(form_of_values(values), library.vocabulary)
    assert graph(read.case, library) == graph(case, library)
