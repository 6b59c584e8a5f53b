"""Many cases as a table: CSV and workbooks as offices have them, and back again."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import openpyxl
import pytest

from dandang import resources
from dandang.cases import ReadCase, case_quads, read_cases, read_file
from dandang.cases.headings import in_a_table
from dandang.cases.reading import accepted, without_duplicates
from dandang.cases.sheet_writing import case_workbook
from dandang.cases.table_writing import cases_csv, cases_workbook
from dandang.errors import DandangError, MalformedFile, NoCases, UnreadableFile
from dandang.messages import LANGUAGES
from dandang.model import Case, Finding, Place, Policy
from dandang.policy import load_quads
from dandang.validation import CaseValidator, case_rules
from dandang.validation.rules import read_rules
from dandang.vocabulary import Vocabulary

CSV = """编号,标题,行为日期,职级,列入“狮子型”干部管理,勤勉尽责,勤勉尽责（依据）,未谋取私利,处理,处理2（决定日期）,处理2,主张的容错条款
甲-1,"标题，带逗号",2018-09-01,市管正局级,是,是,会议纪要,是,诫勉；免职,2018-11-02,调离岗位,E4、E7
甲-2,,,,,不明,,有争议,,,,
"""


@pytest.fixture(scope="module")
def vocabulary(policy: Policy) -> Vocabulary:
    return Vocabulary(policy)


@pytest.fixture(scope="module")
def cases(policy: Policy) -> list[Case]:
    return [read.case for path in resources.case_files() for read in read_file(str(path), policy)]


def same(case: Case) -> set[object]:
    """The graph of a case, its facts numbered by what they are and not by where they stood."""
    facts = tuple(sorted((fact._replace(place=None) for fact in case.facts), key=lambda fact: fact.type))
    return set(case_quads(case._replace(facts=facts)))


def told(read: list[ReadCase]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.place.cell if finding.place else "") for item in read for finding in item.findings]


def book(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    made = openpyxl.Workbook()
    made.active.title = "案件"
    for row in (("编号", "标题", "勤勉尽责"), ("甲-1", "一", "是"), ("甲-2", "二", "否")):
        made.active.append(row)
    fill(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


# --- what a table says ------------------------------------------------------------------------------------------------


def test_a_row_is_a_case(policy: Policy) -> None:
    first, second = read_cases(CSV.encode(), policy, name="案件.csv")
    assert told([first, second]) == []
    case = first.case
    assert (case.id, case.title, case.on, case.cadre.on_list) == ("甲-1", "标题，带逗号", "2018-09-01", True)
    facts = {policy.label(fact.type).zh: fact for fact in case.facts if not fact.derived_from}
    assert facts["勤勉尽责"].evidence == "会议纪要"
    assert facts["谋取私利"].value is False
    assert [policy.label(sanction.measure).zh for sanction in case.sanctions] == ["诫勉", "免职", "调离岗位"]
    assert case.sanctions[2].on == "2018-11-02"
    assert [policy.clauses[iri].notation for iri in case.claims] == ["E4", "E7"]
    assert [fact.contested for fact in second.case.facts] == [False, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_encodings_and_marks(encoding: str, mark: str, policy: Policy) -> None:
    text = f"编号{mark}标题{mark}勤勉尽责\n甲-1{mark}一{mark}是\n"
    (read,) = read_cases(text.encode(encoding), policy, name="案件.csv")
    assert read.case.title == "一"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_round_trip(lang: str, cases: list[Case], vocabulary: Vocabulary, policy: Policy) -> None:
    text = cases_csv(cases, vocabulary, lang).encode()
    workbook = cases_workbook(cases, vocabulary, lang)
    for content, name in ((text, "x.csv"), (workbook, "x.xlsx")):
        back = read_cases(content, policy, name=name)
        assert told(back) == []
        assert [same(item.case) for item in back] == [same(case) for case in cases]


def test_the_form_has_lists_questions_and_an_example(cases: list[Case], vocabulary: Vocabulary, policy: Policy) -> None:
    facts = [iri for iri in policy.facts if iri.endswith("/diligent")]
    content = cases_workbook([], vocabulary, ask=facts, example=cases[3])
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    heads = {cell.value: cell for cell in page[1]}
    assert policy.facts[facts[0]].question.zh in heads["勤勉尽责"].comment.text
    lists = {
        str(rule.sqref).rstrip("0123456789").split("2:")[0]: rule.formula1
        for rule in page.data_validations.dataValidation
    }
    assert "是,否,不明,有争议" in lists[heads["勤勉尽责"].column_letter]
    with pytest.raises(MalformedFile, match="no case"):
        read_cases(content, policy, name="x.xlsx")


def choices(made: openpyxl.Workbook, page: object, cell: str) -> list[str]:
    """What a spreadsheet lets one choose from in a cell, as its rule of data validation says."""
    for rule in page.data_validations.dataValidation:  # type: ignore[attr-defined]
        if cell in rule.sqref:
            if rule.formula1.startswith('"'):
                return list(rule.formula1.strip('"').split(","))
            sheet, _, area = rule.formula1.rpartition("!")
            return [str(row[0].value) for row in made[sheet.strip("'")][area.replace("$", "")]]
    return []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_stands_in_a_cell_is_in_its_list(
    lang: str, cases: list[Case], vocabulary: Vocabulary, policy: Policy
) -> None:
    """A comma in a name would make two choices of it, none of which is a name."""
    case = next(case for case in cases if case.cadre.rank and case.domain and case.sanctions)
    made = openpyxl.load_workbook(io.BytesIO(cases_workbook([], vocabulary, lang, example=case)))
    page = made.active
    listed = {cell.coordinate: choices(made, page, cell.coordinate) for cell in page[2]}
    for cell in page[2]:
        assert not listed[cell.coordinate] or not cell.value or cell.value in listed[cell.coordinate]
    assert sum(map(bool, listed.values())) > 5
    ranks = [policy.label(iri).in_(lang) for iri in policy.schemes["rank"]]
    assert sorted(ranks) in [sorted(names) for names in listed.values()]
    form = openpyxl.load_workbook(io.BytesIO(case_workbook(case, vocabulary, lang)))
    for sheet in form.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value and (names := choices(form, sheet, cell.coordinate)):
                    assert cell.value in names
    # The lists are ours, and nobody is told that they were not read.
    for content in (cases_workbook(cases, vocabulary, lang), case_workbook(case, vocabulary, lang)):
        assert told(read_cases(content, policy, name="a.xlsx")) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_example_row_is_left_out_of_csv_too(
    lang: str, cases: list[Case], vocabulary: Vocabulary, policy: Policy
) -> None:
    content = cases_csv(cases[:2], vocabulary, lang, example=cases[3]).encode()
    read = read_cases(content, policy, name="案件.csv")
    assert [item.case.id for item in read] == [case.id for case in cases[:2]]
    assert told(read) == [("example-row", "A2")]


# --- what is wrong with it --------------------------------------------------------------------------------------------


def test_mistakes_are_told_with_their_cell(policy: Policy) -> None:
    text = "编号,标题,勤勉尽则,行为日期,标题\n甲 1,一,是,2018-13-01,\n甲-2,二,,昨天,\n"
    read = read_cases(text.encode(), policy, name="案件.csv")
    assert told(read) == [
        ("unknown-column", "C1"),
        ("repeated-column", "E1"),
        ("bad-id", "A2"),
        ("bad-date", "D2"),
        ("bad-date", "D3"),
    ]
    assert "勤勉尽责" in str(read[0].findings[0].hint)
    assert str(read[0].findings[0].place) == "案件.csv:C1"


@pytest.mark.parametrize(
    ("heading", "severity", "hint"),
    [
        ("经办人", "warning", "不用改"),
        ("联系电话", "warning", "不用改"),
        ("Phone", "warning", "不用改"),
        ("填报日期", "warning", "不用改"),
        ("勤勉尽则", "error", "勤勉尽责"),
        ("是否重大损失", "error", "重大损失"),
        ("级别", "error", "职级"),
        ("谋取私利（来源）", "error", "括号里可用：依据、查明单位、查明日期"),
        ("处理2（单位）", "error", "括号里可用：决定日期、决定机关、依据"),
        # What it may have been meant for has its column already.
        ("案件编号", "warning", "不用改"),
        ("备注2", "warning", "不用改"),
        ("谋取私利额", "warning", "不用改"),
    ],
)
def test_a_column_of_something_else_may_stay(heading: str, severity: str, hint: str, policy: Policy) -> None:
    (read,) = read_cases(f"编号,标题,备注,谋取私利,{heading}\n甲,一,,否,某\n".encode(), policy, name="案件.csv")
    (finding,) = read.findings
    assert (finding.rule, finding.severity, finding.place and finding.place.cell) == ("unknown-column", severity, "E1")
    assert finding.hint and hint in finding.hint.zh


def test_hints_name_the_columns_of_a_table() -> None:
    """Every rule whose hint shows a key says in a table what its column is called; elsewhere the hint stays as it is."""
    there = Place("案件.xlsx", cell="案件!C2")

    def hint(slug: str, place: Place) -> str:
        rule = case_rules()[slug]
        told = in_a_table(Finding(slug, rule.message, rule.hint, place)).hint
        assert told and (told.en.count("Columns of a table") == told.zh.count("表格里的列"))
        return told.zh

    assert hint("post-stated", there).endswith("。表格里的列：post 是“职务”")
    assert hint("determination-supported", there).endswith("evidence 是“依据”，found_by 是“查明单位”，on 是“查明日期”")
    assert hint("sanction-maker-stated", there).endswith("measure 是“处理措施”，on 是“决定日期”，by 是“决定机关”")
    assert hint("conduct-date-stated", there).endswith("on 是“行为日期”")
    assert "表格里的列" not in hint("facts-stated", there) + hint("post-stated", Place("案件.yaml", 3))
    keyed = re.compile(r"\b(post|rank|domain|title|on|decided|claims|lion|evidence|found_by|ground|measure|by|id)\b:")
    for slug, rule in case_rules().items():
        assert not keyed.search(rule.hint.zh if rule.hint else "") or "表格里的列" in hint(slug, there), slug


def test_lines_count_though_cells_have_line_breaks(policy: Policy) -> None:
    text = '编号,标题,行为日期\n甲-1,"第一行\n第二行",2018-09-01\n甲-2,,不详\n'
    read = read_cases(text.encode(), policy, name="案件.csv")
    (finding,) = read[1].findings
    assert finding.place is not None
    assert (finding.place.line, finding.place.cell) == (4, "C3")


#: A row for each case; what is missing in a case has its column all the same.
MISSING = """编号,标题,行为日期,职级,职务,领域,主张的容错条款,勤勉尽责,勤勉尽责（依据）,谋取私利,经调查核实,经调查核实（依据）,处理,处理（决定日期）,处理2,处理2（决定机关）
甲-1,一,2018-09-01,市管正局级,局长,,E4,是,,,,,,,,
甲-2,,,,,,,,,,否,,诫勉,2017-01-01,免职,
甲-3,三,2018-09-01,,局长,,,,,,是,,诫勉,2018-11-01,,
"""
#: Which cells the findings about the rows are to mark.
MARKED = {
    ("甲-1", "determination-supported"): {"I2"},
    ("甲-1", "domain-stated"): {"F2"},
    ("甲-1", "claim-scope-stated"): {"F2"},
    ("甲-2", "title-stated"): {"B3"},
    ("甲-2", "conduct-date-stated"): {"C3"},
    ("甲-2", "rank-stated"): {"D3"},
    ("甲-2", "post-stated"): {"E3"},
    ("甲-2", "sanction-not-refuted"): {"K3"},
    ("甲-2", "sanction-date-stated"): {"O3"},
    ("甲-2", "sanction-maker-stated"): {"M3", "P3"},
    ("甲-3", "verification-documented"): {"L4"},
    ("甲-3", "rank-stated"): {"D4"},
}


def test_a_finding_marks_the_cell_to_fill_in(policy: Policy) -> None:
    """What is missing is told at the cell where it would be written; where the table has no such column, where the case begins."""
    validator = CaseValidator(policy, load_quads(resources.data_files()))
    read = read_cases(MISSING.encode(), policy, name="案件.csv")
    found = [finding for findings in validator.check(read, today="2026-11-22") for finding in findings]
    cells: dict[tuple[str, str], set[str]] = {}
    for finding in found:
        assert finding.place
        cells.setdefault((finding.focus, finding.rule), set()).add(finding.place.cell)
    assert {key: cells.get(key) for key in MARKED} == MARKED
    # Of the preconditions one has a column; the others are told where the row begins, and never at another fact.
    assert cells["甲-1", "claim-precondition-stated"] == {"J2", "A2"}


def test_a_missing_verification_marks_its_column(policy: Policy) -> None:
    validator = CaseValidator(policy, load_quads(resources.data_files()))
    read = read_cases(MISSING.replace(",否,,诫勉", ",,,诫勉").encode(), policy, name="案件.csv")
    (finding,) = [f for f in validator.check(read, today="2026-11-22")[1] if f.rule == "sanction-verified"]
    assert finding.place and (finding.place.cell, finding.place.path) == ("K3", "facts.经调查核实")


def test_the_form_for_one_case_marks_the_line_to_fill_in(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        page = made.active
        page.delete_rows(1, 9)
        for row in (("项目", "内容"), ("编号", "甲-1"), ("标题", None), ("职务", None), ("职级", "市管正局级")):
            page.append(row)
        facts, sanctions = made.create_sheet("事实"), made.create_sheet("处理")
        for row in (("事实", "答案", "依据"), ("谋取私利", "否"), ("勤勉尽责", "是", None), ("经调查核实", None)):
            facts.append(row)
        for row in (("处理措施", "决定日期", "决定机关"), ("诫勉", None, "区委")):
            sanctions.append(row)

    validator = CaseValidator(policy, load_quads(resources.data_files()))
    (findings,) = validator.check(read_cases(book(fill), policy, name="案件.xlsx"), today="2026-11-22")
    cells = {finding.rule: finding.place.cell for finding in findings if finding.place}
    assert cells["title-stated"] == "案件!B3" and cells["post-stated"] == "案件!B4"
    assert cells["sanction-verified"] == "事实!B4" and cells["determination-supported"] == "事实!C3"
    assert cells["sanction-date-stated"] == "处理!B2"
    # A fact that the sheet does not list is told where a line for it may be added.
    (findings,) = validator.check(
        read_cases(book(lambda made: (fill(made), made["事实"].delete_rows(4))[0]), policy, name="案件.xlsx")
    )
    assert [f.place.cell for f in findings if f.rule == "sanction-verified" and f.place] == ["事实!A4"]


@pytest.mark.parametrize(
    ("content", "error", "line", "said"),
    [
        ("一,二\n三,四\n".encode(), MalformedFile, 1, "列名"),
        ('编号,标题\n甲-1,"没有成对\n'.encode(), MalformedFile, 2, "引号"),
        ("编号,标题\n".encode() + b"\xff\xff\xff\n", UnreadableFile, 2, "编码"),
        ("编号,标题\n".encode(), MalformedFile, None, "没有案件"),
    ],
)
def test_unusable_tables(content: bytes, error: type[Exception], line: int | None, said: str, policy: Policy) -> None:
    with pytest.raises(error) as caught:
        read_cases(content, policy, name="案件.csv")
    found = caught.value
    assert isinstance(found, MalformedFile | UnreadableFile)
    assert said in found.message.zh
    assert (found.place.line if found.place else None) == line


# --- workbooks --------------------------------------------------------------------------------------------------------


def test_a_title_above_and_empty_rows_between(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active.insert_rows(1, 2)
        made.active["A1"] = "某区2018年案件登记表"
        made.active.merge_cells("A1:C1")
        made.active.append(())
        made.active.append(("甲-3", "三", "也许"))

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert [item.case.id for item in read] == ["甲-1", "甲-2", "甲-3"]
    assert told(read) == [("bad-value", "案件!C7")]


def test_dates_and_numbers_as_excel_stores_them(policy: Policy) -> None:
    from datetime import datetime

    def fill(made: openpyxl.Workbook) -> None:
        made.active["D1"], made.active["D2"], made.active["A2"] = "行为日期", datetime(2018, 9, 1), 201801

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert (read[0].case.id, read[0].case.on) == ("201801", "2018-09-01")


def test_formulas_merged_cells_and_hidden_sheets_are_told(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active["B3"] = '=CONCATENATE("甲","乙")'
        made.active.merge_cells("C2:C3")
        made.create_sheet("旧表").sheet_state = "hidden"

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert told(read) == [("hidden-sheet", "旧表!A1"), ("merged-cells", "案件!C2:C3"), ("formula-cell", "案件!B3")]
    assert read[1].case.title == ""


def test_hidden_rows_and_columns_are_read_and_told(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active.row_dimensions[3].hidden = True
        made.active.row_dimensions[40].hidden = True
        made.active.column_dimensions["B"].hidden = True
        made.active.column_dimensions.group("F", "XFD", hidden=True)

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert [item.case.title for item in read] == ["一", "二"]
    assert told(read) == [("hidden-cells", "案件!B3")]
    assert read[0].findings[0].message.zh == "隐藏的行 3，列 B 也读了"


def test_formulas_are_those_of_the_sheet_that_is_read(policy: Policy) -> None:
    """A sheet that was moved to the front keeps its part in the file; its neighbour's formulas are not its own."""

    def fill(made: openpyxl.Workbook) -> None:
        made.active["B2"] = "=1+1"
        other = made.create_sheet("说明", 0)
        other["A1"], other["C9"] = "说明", "=2+2"
        made.create_chartsheet("图", 0)

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert told(read) == [("unread-sheet", "说明!A1"), ("formula-cell", "案件!B2")]


def test_a_table_may_begin_anywhere(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active.move_range("A1:C3", rows=3, cols=2)
        made.active["E6"] = "也许"

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert [item.case.id for item in read] == ["甲-1", "甲-2"]
    assert told(read) == [("bad-value", "案件!E6")]


def test_a_cell_with_an_error_is_told(policy: Policy) -> None:
    """It has no value, and whoever made the workbook thinks that it has one."""

    def fill(made: openpyxl.Workbook) -> None:
        made.active["D1"], made.active["E1"] = "行为日期", None
        for cell, error in {"D2": "#REF!", "C3": "#N/A", "E3": "#DIV/0!"}.items():
            made.active[cell] = error
            assert made.active[cell].data_type == "e"

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert told(read) == [("error-cell", "案件!D2"), ("error-cell", "案件!C3")]
    assert [item.findings[0].place and item.findings[0].place.path for item in read] == ["on", "facts.勤勉尽责"]

    def form(made: openpyxl.Workbook) -> None:
        made.active.delete_rows(1, 9)
        made.active.append(("编号", "甲-1"))
        made.active.append(("行为日期", "#VALUE!"))
        made.active.append(("职务", '=CONCATENATE("局","长")'))

    (one,) = read_cases(book(form), policy, name="案件.xlsx")
    assert told([one]) == [("formula-cell", "案件!B3"), ("error-cell", "案件!B2")]


def test_cells_without_a_heading_are_told(policy: Policy) -> None:
    """In CSV of every row, as a comma too many moves what stands before it; in a workbook once for the column."""
    text = "编号,标题,,勤勉尽责\n甲-1,一,二,是,三,\n甲-2,一,,否,,四\n甲-3,,,是\n"
    read = read_cases(text.encode(), policy, name="案件.csv")
    assert [[finding.place.cell for finding in item.findings if finding.place] for item in read] == [
        ["C2", "E2"],
        ["F3"],
        [],
    ]
    assert {(finding.rule, finding.severity) for finding in read[0].findings} == {("surplus-cell", "error")}

    def fill(made: openpyxl.Workbook) -> None:
        made.active["E2"], made.active["E3"], made.active["G3"] = "备查", "备查", "另注"

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert told(read) == [("surplus-cell", "案件!E2"), ("surplus-cell", "案件!G3")]
    assert {finding.severity for item in read for finding in item.findings} == {"warning"}


def test_every_sheet_with_cases_is_read_and_the_others_are_told(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active.title = "1月"
        for name, rows in {
            "2月": (("标题", "编号", "勤勉尽责"), ("三", "甲-3", "也许"), ("四", "甲-1", "是")),
            "3月": (("甲-4", "四", "是", "勤勉尽责"),),
            "说明": (("请先填写案件",),),
            "空的": (),
            "事实名称": (("事实",), ("勤勉尽责",)),
        }.items():
            page = made.create_sheet(name)
            for row in rows:
                page.append(row)

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert [item.case.id for item in read] == ["甲-1", "甲-2", "甲-3", "甲-1"]
    assert told(read) == [("unread-sheet", "3月!A1"), ("unread-sheet", "说明!A1"), ("bad-value", "2月!C2")]
    # One that names a fact was probably meant to be read.
    assert [finding.severity for finding in read[0].findings] == ["warning", "info"]
    again = without_duplicates(read)[3].findings[-1]
    assert (
        again.rule == "duplicate-id" and again.place and again.place.cell == "2月!B3" and "1月!A2" in again.message.zh
    )


def test_what_is_found_behind_the_last_case_is_told(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active.append(("示例", "例", "是"))
        page = made.create_sheet("2月")
        page.append(("编号", "标题", "勤勉尽则"))

    read = read_cases(book(fill), policy, name="案件.xlsx")
    assert [finding.rule for finding in read[-1].findings] == ["example-row", "unknown-column"]


def test_the_form_for_one_case_tells_what_is_not_read(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active.delete_rows(1, 9)
        made.active.append(("编号", "甲-1"))
        made.copy_worksheet(made.active).title = "案件2"
        made.create_sheet("旧表").sheet_state = "hidden"

    (read,) = read_cases(book(fill), policy, name="案件.xlsx")
    assert [(f.rule, f.place and f.place.cell, f.severity) for f in read.findings] == [
        ("hidden-sheet", "旧表!A1", "info"),
        ("unread-sheet", "案件2!A1", "warning"),
    ]


WRONG = ("案件编号", "案件名称", "发生时间", "级别", "单位及职务", "是否谋取私利", "勤勉尽责?")


@pytest.mark.parametrize("name", ["案件.csv", "案件.xlsx"])
def test_headings_by_other_names_are_recognised_and_not_read(name: str, policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active.delete_rows(1, 9)
        made.active.append(WRONG)
        made.active.append(("2018-01", "某案", "2018-09-01"))

    content = (",".join(WRONG) + "\n2018-01,某案,2018-09-01\n").encode() if name.endswith("csv") else book(fill)
    with pytest.raises(MalformedFile) as caught:
        read_cases(content, policy, name=name)
    assert caught.value.message.zh == "没有找到列名所在的一行" and caught.value.place and caught.value.place.line == 1
    hint = caught.value.render("zh")
    for wrong, right in zip(WRONG, ("编号", "标题", "行为日期", "职级", "职务", "谋取私利", "勤勉尽责"), strict=True):
        assert f"“{wrong}”改为“{right}”" in hint


def test_a_table_without_headings_is_told_as_such(policy: Policy) -> None:
    with pytest.raises(MalformedFile) as caught:
        read_cases(book(lambda made: made.active.delete_rows(1)), policy, name="案件.xlsx")
    assert caught.value.code == "malformed-file"
    assert "没有找到列名" in caught.value.message.zh and "编号、标题、行为日期" in caught.value.render("zh")


def test_a_workbook_without_a_case(vocabulary: Vocabulary, cases: list[Case], policy: Policy) -> None:
    """Whatever has nothing in it is told as such, with where to write; and what was left out is told with it."""

    def empty(made: openpyxl.Workbook) -> None:
        made.active.delete_rows(1, 9)

    def hidden(made: openpyxl.Workbook) -> None:
        made.active.delete_rows(2, 9)
        made.create_sheet("旧表").sheet_state = "hidden"

    untouched = cases_workbook([], vocabulary, example=cases[3])
    with pytest.raises(NoCases, match="no case"):
        read_cases(cases_csv([], vocabulary, example=cases[3]).encode(), policy, name="案件.csv")
    for content, said in (
        (book(empty), "第一行写列名"),
        (book(hidden), "列名下面每行写一件案件。隐藏的工作表“旧表”没有读"),
        (untouched, "请从示例行的下一行起"),
    ):
        with pytest.raises(NoCases) as caught:
            read_cases(content, policy, name="案件.xlsx")
        assert said in caught.value.render("zh"), caught.value.render("zh")
        with pytest.raises(DandangError):
            accepted(read_cases(content, policy, name="案件.xlsx"))


def test_a_hidden_table_is_not_read(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.create_sheet("说明")["A1"] = "见隐藏的表"
        made["案件"].sheet_state = "hidden"
        made.active = 1

    with pytest.raises(MalformedFile):
        read_cases(book(fill), policy, name="案件.xlsx")


#: Keys and values of a case file in YAML, and its braces.
_KEY = re.compile(
    r"\{|(?<![A-Za-z-])(id|on|title|decided|cadre|rank|post|lion|domain|summary|facts|value|evidence|found_by|sanctions|measure|by|ground|claims|yes|no|unknown"
    r"|contested)(?![A-Za-z-])"
)


def test_every_hint_that_names_keys_has_another_for_tables() -> None:
    for rule in read_rules(resources.shapes_file("case")).values():
        if rule.hint and _KEY.search(rule.hint.zh):
            assert rule.table_hint and all(rule.table_hint), rule.slug
            assert not _KEY.search(rule.table_hint.zh), rule.slug


def test_one_who_fills_in_a_table_is_not_told_of_yaml(policy: Policy) -> None:
    """Hints about a cell name columns and the words that stand in them, in both languages; those about YAML name its keys."""
    quads = load_quads(resources.data_files())
    validator = CaseValidator(policy, quads)
    rows = (
        "编号,行为日期,处理,勤勉尽责,列入“狮子型”干部管理,主张的容错条款,谋取私利,重大损失",
        "甲,2018-09-01,诫勉,√,√,E4,×,有争议",
        "乙,,,,,,,",
    )
    read = read_cases("\n".join(rows).encode(), policy, name="案件.csv")
    assert [(fact.type.rsplit("/", 1)[-1], fact.value) for fact in read[0].case.facts][:2] == [
        ("diligent", True),
        ("seeks-private-gain", False),
    ]
    found = [finding for findings in validator.check(read, today="2026-11-22", closest=True) for finding in findings]
    assert {"determination-supported", "sanction-maker-stated", "title-stated", "conduct-date-stated"} <= {
        finding.rule for finding in found
    }
    for finding in found:
        assert finding.place and finding.place.cell and finding.hint
        assert not _KEY.search(finding.hint.zh) and not _KEY.search(finding.message.zh), finding
    (supported,) = {finding.hint for finding in found if finding.rule == "determination-supported"}
    assert supported and "尚未认定的，写不明或者有争议；或者写明“依据”；或者写明“查明单位”" in supported.zh
    bare = read_cases(b"id: a\n", policy, name="a.yaml")
    hints = [finding.hint.zh for finding in validator.check(bare)[0] if finding.hint]
    assert any("title: " in hint for hint in hints)


def test_mistakes_in_a_table_are_told_in_its_words(policy: Policy) -> None:
    text = "编号,标题,勤勉尽责,未勤勉尽责,谋取私利\n甲,一,是,是,基本没有\n"
    (read,) = read_cases(text.encode(), policy, name="案件.csv")
    hints = {finding.rule: finding.hint.zh for finding in read.findings if finding.hint}
    assert hints["bad-value"] == "请写是、否、不明或有争议"
    assert hints["contradictory-facts"] == "只保留一处；有争议时写有争议"
    yaml = read_cases("id: 甲\nfacts:\n  谋取私利: 基本没有\n".encode(), policy, name="a.yaml")[0].findings[0]
    assert yaml.hint and yaml.hint.zh == "请写 yes（是）、no（否）、unknown（不明）或 contested（有争议）"


def test_the_form_for_one_case_is_told_of_items_and_not_of_keys(policy: Policy) -> None:
    def fill(made: openpyxl.Workbook) -> None:
        made.active.delete_rows(1, 9)
        for row in (("编号", "甲"), ("摘要二", "一"), ("标　题", "一"), ("职务", "局长"), ("职务", "科长")):
            made.active.append(row)

    (read,) = read_cases(book(fill), policy, name="案件.xlsx")
    first, second, third = read.findings
    assert (
        first.message.zh == "不认识的项目“摘要二”" and first.hint and first.hint.zh.startswith("这里可用：编号、标题、")
    )
    assert (second.fix, third.message.zh) == ("标题", "项目“职务”写了两次")
    for finding in read.findings:
        assert not _KEY.search(finding.message.zh + (finding.hint.zh if finding.hint else "")), finding


@pytest.mark.parametrize("name", ["甲.yaml", "甲.csv"])
def test_the_hint_for_a_claim_names_the_clause_s_own_setting(name: str, policy: Policy) -> None:
    content = {"甲.yaml": "id: 甲\nclaims: [{}]\n", "甲.csv": "编号,主张的容错条款\n甲,{}\n"}[name]
    validator = CaseValidator(policy, load_quads(resources.data_files()))
    hints = {}
    for clause in ("E4", "E5", "E7"):
        (findings,) = validator.check(read_cases(content.format(clause).encode(), policy, name=name))
        (hints[clause],) = [finding.hint for finding in findings if finding.rule == "claim-setting-stated"]
    assert "事实“‘四水共治’”、“城市亮点区块”、" in hints["E4"].zh and "中的一项" in hints["E4"].zh
    assert "E5所述的情境，即事实“深化‘放管服’改革优化政务服务环境”；" in hints["E5"].zh
    assert "E4" not in hints["E7"].zh + hints["E7"].en and 'one of "maintaining social stability"; "' in hints["E7"].en


def test_a_list_of_findings_in_the_workbook_is_passed_over(policy: Policy) -> None:
    """Whoever corrects the marked copy and has it checked again is not told that the list was not read."""
    from dandang.render.findings.report import Report
    from dandang.render.findings.workbook import annotated_workbook

    for lang in LANGUAGES:
        content = annotated_workbook(book(lambda made: None), [], Report(lang, case_rules(), policy, ""))
        assert told(read_cases(content, policy, name="案件.xlsx")) == []
