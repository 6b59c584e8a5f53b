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

import pyoxigraph as ox
import pytest

from dandang import __version__, cases
from dandang.cases import read_file
from dandang.cli import main
from dandang.cli.output import Tally
from dandang.cli.parser import _FINDINGS
from dandang.messages import LANGUAGES, Text
from dandang.model import Finding, Place, Policy
from dandang.namespaces import ID, SH
from dandang.policy import load_quads
from dandang.render.findings import FORMATS, Report
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
    assert tuple(FORMATS) == _FINDINGS


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
    for path in Path(cases.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
                "report",
                "Finding",
            ):
                named |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    assert len(named) > 8
    assert named <= set(case_rules())
