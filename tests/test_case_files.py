"""Cases written as files and read again: every format says the same, and a workbook points at its cells."""

from __future__ import annotations

import io
import json
import re
import zipfile

import openpyxl
import pyoxigraph as ox
import pytest
import yaml

from dandang import resources
from dandang.cases import case_quads, read_cases, read_stated, with_derived_facts
from dandang.cases.graph import case_turtle
from dandang.cases.sheet_writing import case_workbook
from dandang.cases.writing import case_json, case_jsonld, case_yaml
from dandang.errors import DandangError, MalformedFile, UnreadableFile
from dandang.model import Cadre, Case, DecidedSanction, Fact, Policy
from dandang.namespaces import CASES, CONCEPTS, FACTS
from dandang.vocabulary import Vocabulary

FORMATS = ("yaml", "json", "jsonld", "ttl", "xlsx")
EXAMPLES = [path.name for path in resources.case_files()]
#: Everything a case can hold, with words that formats stumble over.
FULL = Case(
    id="2018-案件_1.2",
    title="“引号”: 冒号、#井号 & <尖括号>",
    on="2018-09-01",
    decided="2018-11-02",
    cadre=Cadre(CONCEPTS + "rank/deputy-bureau", "=SUM(A1) 副区长", True),
    domain=CONCEPTS + "domain/law-based-governance",
    summary="第一行\n第二行：- 像列表\n\n  缩进的一行",
    facts=(
        Fact(FACTS + "three-olds-redevelopment", True, evidence="yes", found_by="2018-01-01", found_on="2018-09-10"),
        Fact(FACTS + "decisive-decision", None, evidence="正在调查"),
        Fact(FACTS + "dared-not-decide", True),
        Fact(FACTS + "diligent", None, contested=True, evidence="+1"),
        Fact(FACTS + "seeks-private-gain", False, evidence="null"),
    ),
    sanctions=(
        DecidedSanction(CONCEPTS + "measure/transfer-from-post", "2018-11-02", "某区区委", "依据：谈话"),
        DecidedSanction(CONCEPTS + "measure/admonition"),
    ),
    claims=("https://w3id.org/dandang/id/wuhan-2018/E4", "https://w3id.org/dandang/id/wuhan-2018/E7"),
    note="备注不进入图谱",
)


@pytest.fixture(scope="module")
def vocabulary(policy: Policy) -> Vocabulary:
    return Vocabulary(policy)


def written(case: Case, ending: str, vocabulary: Vocabulary, lang: str = "zh") -> bytes:
    if ending == "xlsx":
        return case_workbook(case, vocabulary, lang)
    if ending == "ttl":
        return case_turtle([case]).encode()
    if ending == "jsonld":
        return case_jsonld(case).encode()
    return {"yaml": case_yaml, "json": case_json}[ending](case, vocabulary, lang).encode()


def graph(case: Case, policy: Policy) -> set[ox.Triple]:
    return {quad.triple for quad in case_quads(with_derived_facts(case, policy))}


@pytest.mark.parametrize(("ending", "lang"), [*((ending, "zh") for ending in FORMATS), ("yaml", "en"), ("xlsx", "en")])
@pytest.mark.parametrize("example", [*EXAMPLES, "full", "empty"])
def test_written_and_read_again_a_case_has_the_same_graph(
    policy: Policy, vocabulary: Vocabulary, example: str, ending: str, lang: str
) -> None:
    if example in EXAMPLES:
        path = next(path for path in resources.case_files() if path.name == example)
        case = read_stated(path.read_bytes(), policy, name=example)[0].case
    else:
        case = FULL if example == "full" else Case(id="")
    again = read_stated(written(case, ending, vocabulary, lang), policy, name=f"a.{ending}")
    assert [item.findings for item in again] == [()]
    assert graph(again[0].case, policy) == graph(case, policy)
    if ending not in ("ttl", "jsonld"):
        assert again[0].case.note == case.note


def test_no_example_has_a_gap_inside_chinese_words(policy: Policy) -> None:
    """YAML folds a line break into a space, which Chinese has none of."""
    cases = [
        read.case for path in resources.case_files() for read in read_cases(path.read_bytes(), policy, name=path.name)
    ]
    found = [
        text for case in cases for text in (case.title, case.summary, case.note) if re.search(r"[⺀-￯] +[⺀-￯]", text)
    ]
    assert cases and found == []


def test_json_ld_is_the_graph_of_the_case_without_a_network(policy: Policy) -> None:
    content = case_jsonld(FULL).encode()
    read = ox.parse(content, ox.RdfFormat.JSON_LD, base_iri=CASES)
    assert {quad.triple for quad in read} == {quad.triple for quad in case_quads(FULL)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_fact_and_concept_can_be_written_by_name(policy: Policy, vocabulary: Vocabulary, lang: str) -> None:
    facts = tuple(Fact(iri, True) for iri in policy.facts)
    measures = tuple(DecidedSanction(iri) for iri in policy.schemes["measure"])
    for domain in policy.schemes["domain"]:
        case = Case(id="all", domain=domain, facts=facts, sanctions=measures)
        for ending in FORMATS:
            read = read_stated(written(case, ending, vocabulary, lang), policy, name=f"a.{ending}")[0]
            assert read.findings == ()
            assert [fact.type for fact in read.case.facts] == list(policy.facts)
            assert [one.measure for one in read.case.sanctions] == list(policy.schemes["measure"])
            assert read.case.domain == domain


def test_yaml_is_written_as_people_write_it(vocabulary: Vocabulary) -> None:
    text = case_yaml(FULL, vocabulary)
    assert "谋取私利: {value: no, evidence: 'null'}" in text
    assert "不敢果断决策: yes" in text
    assert "on: 2018-09-01" in text and "rank: 市管副局级" in text
    assert "claims: [E4, E7]" in text


@pytest.mark.parametrize(
    ("fact", "word", "elsewhere"),
    [
        (Fact(FACTS + "diligent", True), "yes", True),
        (Fact(FACTS + "diligent", False), "no", False),
        (Fact(FACTS + "diligent", None), "unknown", "unknown"),
        (Fact(FACTS + "diligent", None, contested=True), "contested", "contested"),
    ],
)
@pytest.mark.parametrize("evidence", ["", "谈话记录"])
def test_any_reader_of_yaml_takes_each_value(
    fact: Fact, word: str, elsewhere: object, evidence: str, vocabulary: Vocabulary, policy: Policy
) -> None:
    """A value is a plain word, which readers of YAML 1.1 take for a truth value where it is one; and ours reads it back."""
    case = Case(id="1", facts=(fact._replace(evidence=evidence),))
    text = case_yaml(case, vocabulary)
    assert "!!" not in text and (f"value: {word}," if evidence else f"勤勉尽责: {word}") in text
    stated = yaml.safe_load(text)["facts"]["勤勉尽责"]
    assert (stated["value"] if evidence else stated) == elsewhere
    read = read_stated(text.encode(), policy, name="a.yaml")[0]
    assert [one._replace(place=None) for one in read.case.facts] == list(case.facts) and read.findings == ()


def test_json_holds_text(vocabulary: Vocabulary) -> None:
    assert json.loads(case_json(FULL, vocabulary))["facts"]["不敢果断决策"] == "yes"


# --- workbooks --------------------------------------------------------------------------------------------------------


def workbook(vocabulary: Vocabulary, lang: str = "zh") -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(case_workbook(FULL, vocabulary, lang)))


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_has_lists_to_choose_from_and_no_formula(vocabulary: Vocabulary) -> None:
    book = workbook(vocabulary)
    assert book.sheetnames == ["案件", "事实", "处理", "事实名称"]
    assert [cell.value for cell in book["事实"][1]][:4] == ["事实", "事实代码", "答案", "依据"]
    lists = [rule.formula1 for rule in book["事实"].data_validations.dataValidation]
    assert '"是,否,不明,有争议"' in lists and any("事实名称" in found for found in lists)
    assert any("市管正局级" in rule.formula1 for rule in book["案件"].data_validations.dataValidation)
    assert book["案件"]["B7"].value == "=SUM(A1) 副区长" and book["案件"]["B7"].data_type == "s"
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_what_people_do_to_a_workbook_is_understood(policy: Policy, vocabulary: Vocabulary) -> None:
    """Dates as dates, TRUE and FALSE, columns in another order, a heading in the other language, lines left empty."""
    import datetime

    book = openpyxl.Workbook()
    case, facts = book.active, book.create_sheet("facts")
    assert case is not None
    case.title = "案件"
    for row in (("Id", 2018), ("行为日期", datetime.date(2018, 9, 1)), ("Claims", ""), ("主张的容错条款", "e4, E7")):
        case.append(row)
    facts.append(("答案", "备用", "事实代码", "Fact"))
    facts.append((True, "x", "", "抢抓时机"))
    facts.append(("", "", "", "重大损失"))
    facts.append(("", "", "", ""))
    facts.append(("是", "", "seeks-private-gain", "未谋取私利"))
    read = read_cases(saved(book), policy, name="a.xlsx")[0]
    assert read.findings == ()
    assert (read.case.id, read.case.on, len(read.case.claims)) == ("2018", "2018-09-01", 2)
    assert {fact.type.rsplit("/", 1)[-1]: fact.value for fact in read.case.facts if not fact.derived_from} == {
        "seize-the-moment": True,
        "seeks-private-gain": False,
    }


@pytest.mark.parametrize(
    ("sheet", "cell", "text", "rule"),
    [
        ("案件", "B4", "去年", "bad-date"),
        ("案件", "B6", "正处级", "unknown-rank"),
        ("案件", "B11", "E99", "unknown-clause"),
        ("案件", "A10", "摘要二", "unknown-key"),
        ("事实", "A2", "没有的事实", "unknown-fact"),
        ("事实", "C3", "也许", "bad-value"),
        ("事实", "F2", "昨天", "bad-date"),
        ("事实", "B4", "major-loss", "fact-code-mismatch"),
        ("处理", "A2", "罚款", "unknown-measure"),
    ],
)
def test_a_mistake_in_a_workbook_is_told_with_its_cell(
    policy: Policy, vocabulary: Vocabulary, sheet: str, cell: str, text: str, rule: str
) -> None:
    book = workbook(vocabulary)
    book[sheet][cell] = text
    findings = read_stated(saved(book), policy, name="a.xlsx")[0].findings
    found = [(finding.rule, finding.place.cell if finding.place else "") for finding in findings]
    assert (rule, f"{sheet}!{cell}") in found
    assert f"a.xlsx:{sheet}!{cell}" in findings[0].render("zh")


def test_a_line_without_a_fact_and_a_fact_stated_twice(policy: Policy, vocabulary: Vocabulary) -> None:
    book = workbook(vocabulary)
    book["事实"]["A4"] = book["事实"]["B4"] = None
    book["事实"]["A9"], book["事实"]["C9"] = "谋取私利", "是"
    findings = read_stated(saved(book), policy, name="a.xlsx")[0].findings
    assert [finding.rule for finding in findings] == ["nameless-fact", "contradictory-facts"]
    assert "事实!A6" in findings[1].message.zh


def wrong_files(vocabulary: Vocabulary) -> dict[str, tuple[bytes, type[DandangError], str]]:
    whole = case_workbook(FULL, vocabulary)
    other, bare, headless = openpyxl.Workbook(), workbook(vocabulary), workbook(vocabulary)
    del bare["案件"]
    headless["事实"].delete_rows(1)
    return {
        "broken": (whole[: len(whole) // 2], UnreadableFile, "另存为"),
        "not a workbook": (b"PK\x03\x04nothing", UnreadableFile, "另存为"),
        "another workbook": (saved(other), MalformedFile, "没有“案件”工作表"),
        "no case": (saved(bare), MalformedFile, "事实"),
        "no headings": (saved(headless), MalformedFile, "没有列名"),
    }


@pytest.mark.parametrize("kind", ["broken", "not a workbook", "another workbook", "no case", "no headings"])
def test_a_wrong_workbook_is_named_for_what_it_is(policy: Policy, vocabulary: Vocabulary, kind: str) -> None:
    content, error, words = wrong_files(vocabulary)[kind]
    with pytest.raises(error) as raised:
        read_cases(content, policy, name="a.xlsx")
    assert words in raised.value.render("zh") and raised.value.render("en").startswith("a.xlsx")


def test_a_bomb_is_not_unpacked(policy: Policy) -> None:

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (70 * 1024 * 1024))
    with pytest.raises(UnreadableFile, match="unpacks"):
        read_cases(out.getvalue(), policy, name="a.xlsx")
