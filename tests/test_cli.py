"""The command line as a person uses it: output, exit status, and no traceback whatever is typed."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from dandang import errors
from dandang.cli import language, main
from dandang.cli.parser import build_parser
from dandang.messages import Text
from dandang.model import Finding, Place

CASE = """\
id: t-1
title: 虚构案件
domain: 全面深化改革
facts: {自贸区建设: yes, 缺乏经验: yes, 探索性失误: yes, 勤勉尽责: yes, 谋取私利: no}
"""


@pytest.fixture
def case_file(tmp_path: Path) -> str:
    path = tmp_path / "案件.yaml"
    path.write_text(CASE, encoding="utf-8")
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_assess_as_text(capsys: pytest.CaptureFixture[str], case_file: str) -> None:
    status, out, err = run(capsys, "assess", case_file, "--lang", "zh")
    assert (status, err) == (0, "")
    assert "◐ 可能适用 E1" in out and "还缺" in out and "不是处理决定" in out


def test_assess_in_english(capsys: pytest.CaptureFixture[str], case_file: str) -> None:
    status, out, _ = run(capsys, "assess", case_file, "--lang", "en")
    assert status == 0
    assert "◐ could apply E1" in out and "missing:" in out and "not a decision" in out


def test_assess_full_gives_quotes_and_evidence(capsys: pytest.CaptureFixture[str], case_file: str) -> None:
    _, out, _ = run(capsys, "assess", case_file, "--full", "--lang", "zh")
    assert "「在推进全面创新改革试验" in out and "同时满足" in out


def test_assess_as_json_keeps_the_contract(capsys: pytest.CaptureFixture[str], case_file: str) -> None:
    status, out, _ = run(capsys, "assess", case_file, "--format", "json")
    (told,) = json.loads(out)
    assert status == 0
    assert {"case", "verdict", "clauses", "sanctions", "lion", "explanation", "receipt"} <= set(told)
    clause = told["clauses"]["E1"]
    assert {"state", "route", "missing", "excluded_by", "readings", "cites"} <= set(clause)
    assert clause["state"] == "could_apply" and set(clause["readings"]) == {"strict", "recommended"}
    assert all({"iri", "label"} <= set(fact) for found in clause["missing"] for fact in found)
    assert set(told["receipt"]) >= {"dataset", "software", "on", "assessed"}


def test_json_lines_have_a_case_a_line(capsys: pytest.CaptureFixture[str], case_file: str, tmp_path: Path) -> None:
    other = tmp_path / "b.yaml"
    other.write_text("id: t-2\n", encoding="utf-8")
    _, out, _ = run(capsys, "assess", case_file, str(other), "--format", "jsonl")
    assert [json.loads(line)["case"] for line in out.splitlines()] == ["t-1", "t-2"]


@pytest.mark.parametrize("style", ["turtle", "jsonld"])
def test_assess_as_rdf_parses(capsys: pytest.CaptureFixture[str], case_file: str, style: str) -> None:
    import pyoxigraph as ox

    _, out, _ = run(capsys, "assess", case_file, "--format", style)
    rdf_format = ox.RdfFormat.TURTLE if style == "turtle" else ox.RdfFormat.JSON_LD
    assert len(list(ox.parse(out.encode(), rdf_format))) > 500


def test_validate_tells_findings_and_exits_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("id: a\ntitle: x\ncadre: {rank: 正处级}\n", encoding="utf-8")
    status, out, _ = run(capsys, "validate", str(path), "--lang", "zh")
    assert status == 1
    assert f"{path}:3:" in out and "正处级" in out and "市管副局级" in out


def test_assess_refuses_a_case_with_mistakes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("id: a\nfacts: {没有的事实: yes}\n", encoding="utf-8")
    status, out, err = run(capsys, "assess", str(path))
    assert (status, out) == (2, "") and "没有的事实" in err


@pytest.mark.parametrize(
    ("broken", "expected", "case"), [("id: b\nfacts: {没有的事实: yes}\n", 1, "b"), ("id: [\n", 2, None)]
)
@pytest.mark.parametrize("style", ["text", "json", "jsonl", "turtle"])
def test_one_broken_case_leaves_the_others(
    capsys: pytest.CaptureFixture[str], case_file: str, style: str, broken: str, expected: int, case: str | None
) -> None:
    path = Path(case_file).parent / "b.yaml"
    path.write_text(broken, encoding="utf-8")
    status, out, err = run(capsys, "assess", str(path.parent), "--format", style, "--lang", "zh")
    assert status == expected
    assert str(path) in err and "看了 1 件；1 件" in err
    if style not in ("json", "jsonl"):
        assert "t-1" in out
        return
    told = json.loads(out) if style == "json" else [json.loads(line) for line in out.splitlines()]
    assert [(item["case"], bool(item["verdict"])) for item in told] == [("t-1", True), (case, False)]
    assert told[1]["refused"][0]["place"]["file"] == str(path)


def test_ask_lists_and_answers(capsys: pytest.CaptureFixture[str], case_file: str) -> None:
    status, out, _ = run(capsys, "ask", "--lang", "zh")
    assert status == 0 and "cq-01" in out
    status, out, _ = run(capsys, "ask", "cq-01", "--case", case_file)
    assert status == 0 and "E1" in out


def test_ask_as_xlsx(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "answer.xlsx"
    assert run(capsys, "ask", "cq-20", "--format", "xlsx", "-o", str(path))[0] == 0
    assert path.read_bytes().startswith(b"PK")
    assert run(capsys, "ask", "cq-20", "--format", "xlsx")[0] == 2


@pytest.mark.parametrize("text", ["ASK { ?s ?p ?o }", "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }"])
def test_a_query_in_the_place_of_a_file_is_told(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert main(["query", text, "--lang", "zh"]) == 2
    told = capsys.readouterr().err
    assert "给的是查询本身" in told and "dandang query" in told and "fsspec" not in told and "Protocol" not in told


def test_query_runs_sparql(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    path.write_text('SELECT ?c WHERE { ?c skos:notation "E7" }', encoding="utf-8")
    status, out, _ = run(capsys, "query", str(path))
    assert status == 0 and "wh:E7" in out


def test_show_and_explain(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "show", "e7", "--lang", "zh")
    assert status == 0 and "「在维护社会稳定、处理突发应急事件中" in out and "P5" in out
    assert "判断" in run(capsys, "explain", "勤勉尽责", "--lang", "zh")[1]
    assert "wh:E7" in run(capsys, "show", "E7", "--format", "turtle")[1]


@pytest.mark.parametrize(("name", "meant"), [("E99", "是不是：E9？"), ("D9", "D4"), ("问责情型", "问责情形")])
def test_a_name_that_nothing_has_brings_what_is_written_alike(
    name: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, told = run(capsys, "show", name, "--lang", "zh")
    assert status == 2 and meant in told


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_template_is_a_case_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, lang: str) -> None:
    path = tmp_path / "case.yaml"
    assert run(capsys, "template", str(path), "--clause", "E4", "--clause", "A11", "--lang", lang)[0] == 0
    text = path.read_text(encoding="utf-8")
    assert text.count("unknown   #") >= 20
    status, out, _ = run(capsys, "assess", str(path), "--format", "json")
    assert status == 0 and json.loads(out)[0]["verdict"] == "undetermined"
    assert run(capsys, "template", str(path))[0] == 2 and path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("E4#purpose", "抢抓时机"),
        ("A1#attitudes", "从严读法"),
        ("wh:E4#seize-the-moment", "目的是否是抢抓时机"),
        ("rank-known", "职级"),
        ("clause-quote", "引文"),
    ],
)
def test_explain_a_condition_or_a_rule(capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    status, out, _ = run(capsys, "explain", name, "--lang", "zh")
    assert status == 0 and said in out
    assert run(capsys, "explain", name, "--lang", "en")[0] == 0


def test_what_the_text_does_not_say_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    case = str(Path(__file__).parent.parent / "data/cases/2018-015-promise-and-long-standing-problem.yaml")
    assert "是推断" in run(capsys, "assess", case, "--lang", "zh")[1]
    assert json.loads(run(capsys, "assess", case, "--format", "json")[1])[0]["inference"]


def test_audit_exit_status(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("与图谱无关的一段话。", encoding="utf-8")
    status, out, _ = run(capsys, "audit", str(path), "--lang", "zh")
    assert status == 1 and "没有引文或叙述段落覆盖" in out


MISTAKES = {
    "no command": ([], "dandang --help"),
    "unknown command": (["judge"], "judge"),
    "unknown option": (["assess", "x.yaml", "--colour"], "--colour"),
    "missing file": (["assess", "nowhere.yaml"], "nowhere.yaml"),
    "folder without cases": (["validate", str(Path(__file__).parent / "browser")], "文件夹"),
    "bad date": (["assess", "nowhere.yaml", "--on", "昨天"], ""),
    "unknown question": (["ask", "cq-99"], "cq-99"),
    "parameter without equals": (["ask", "cq-01", "--param", "case"], "等号"),
    "unknown parameter": (["ask", "cq-20", "--param", "nothing=1"], "nothing"),
    "write without fix": (["validate", "a.yaml", "--write"], "--fix --write"),
    "fix with a format": (["validate", "a.yaml", "--fix", "--format", "json"], "--format"),
    "fix and watch": (["validate", "a.yaml", "--fix", "--watch"], "--watch"),
    "fix with an output": (["validate", "a.yaml", "--fix", "-o", "b"], "--output"),
    "watch with outcomes": (["validate", "a.yaml", "--watch", "--outcomes", "b"], "--outcomes"),
    "watch standard input": (["validate", "-", "--watch"], "标准输入"),
    "policy and fix": (["validate", "--policy", "x", "--fix"], "--fix"),
    "policy and files": (["validate", "a.yaml", "--policy"], "要检查的文件"),
    "unknown name": (["show", "E77"], "E77"),
    "unknown thing": (["explain", "没有这个词"], "没有这个词"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_a_message_and_exit_status_2(capsys: pytest.CaptureFixture[str], name: str) -> None:
    arguments, said = MISTAKES[name]
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert said in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "还缺：命令"),
        (["judge"], "命令 不能是“judge”，可以是：assess、validate"),
        (["validate", "--format", "x"], "--format 不能是“x”，可以是：text、json"),
        (["assess"], "还缺：FILE"),
        (["assess", "a", "--colour"], "不认识：--colour"),
        (["serve", "--port", "x"], "--port 后面要写数，“x”不是"),
        (["validate", "a", "--select"], "--select 后面还要写一个值"),
        (["validate", "a", "--w"], "--w 可以是几个选项：--workers、--watch、--write"),
        (["validate", "a", "--fix=3"], "--fix 后面不写值，多了“3”"),
        (["validate", "a", "--workers", "0"], "--workers：“0”不是 1 以上的整数"),
    ],
)
def test_mistakes_of_the_command_line_are_told_in_chinese(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    status, _, err = run(capsys, *arguments, "--lang", "zh") if arguments else run(capsys, "--lang", "zh")
    assert status == 2 and f"命令行有误：{said}" in err


def test_help_in_chinese_is_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["validate", "--help", "--lang", "zh"])
    told = capsys.readouterr().out
    assert told.startswith("用法：dandang validate") and "选项" in told and "显示这份说明" in told
    assert not any(word in told for word in ("usage", "options", "positional", "show this"))


def test_the_language_may_stand_before_the_command(capsys: pytest.CaptureFixture[str], case_file: str) -> None:
    assert "case(s)" in run(capsys, "--lang", "en", "validate", case_file)[1]
    assert "件案件" in run(capsys, "--lang", "zh", "validate", case_file)[1]


def test_a_broken_query_shows_its_place(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    path.write_text("SELECT ?x WHERE {\n  ?x ?y\n}", encoding="utf-8")
    status, _, err = run(capsys, "query", str(path))
    assert status == 2 and "SPARQL:" in err


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }", "SERVICE"),
        ("LOAD <http://127.0.0.1:9/data>", "LOAD"),
        ("INSERT DATA { <http://a> <http://b> <http://c> }", "INSERT"),
        ("", "空"),
    ],
)
def test_a_query_reaches_nothing_outside(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, query: str, said: str
) -> None:
    path = tmp_path / "q.rq"
    path.write_text(query, encoding="utf-8")
    status, out, err = run(capsys, "query", str(path), "--lang", "zh")
    assert (status, out) == (2, "") and said in err


def test_a_query_may_choose_its_graphs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    path.write_text("SELECT (COUNT(*) AS ?n) FROM <http://example.org/none> WHERE { ?s ?p ?o }", encoding="utf-8")
    assert run(capsys, "query", str(path), "--format", "csv")[1].splitlines() == ["n", "0"]


def test_closing_the_pipe_early_is_no_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dandang", "ask", "cq-20", "--format", "csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_output_is_utf8_in_any_locale(case_file: str) -> None:
    environment = dict(os.environ, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    done = subprocess.run(
        [sys.executable, "-m", "dandang", "assess", case_file], capture_output=True, env=environment, check=True
    )
    assert "可能适用" in done.stdout.decode()


@pytest.mark.parametrize(
    ("variables", "arguments", "expected"),
    [
        ({"LANG": "en_US.UTF-8"}, [], "en"),
        ({"LANG": "zh_CN.UTF-8"}, [], "zh"),
        ({"LANG": "C.UTF-8"}, [], "zh"),
        ({}, [], "zh"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, [], "zh"),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang", "en"], "en"),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang=en"], "en"),
    ],
)
def test_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], arguments: list[str], expected: str
) -> None:
    for name in ("DANDANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language(arguments) == expected


def test_every_command_has_help_in_both_languages() -> None:
    for lang in ("zh", "en"):
        text = build_parser(lang).format_help()
        for command in ("assess", "validate", "ask", "query", "show", "explain", "audit", "reason", "serve"):
            assert command in text


def test_every_error_class_has_a_code_of_its_own() -> None:
    found = [cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, errors.DandangError)]
    codes = [cls.code for cls in found]
    assert len(codes) == len(set(codes)) and all(cls.exit_status == 2 for cls in found)


def test_every_error_goes_from_one_process_to_another() -> None:
    finding = Finding("bad-value", Text("甲", "a"), place=Place("x.yaml", 3))
    for cls in vars(errors).values():
        if isinstance(cls, type) and issubclass(cls, errors.DandangError):
            if cls is errors.RejectedCase:
                error: errors.DandangError = cls([finding])
            else:
                error = cls("甲", "a", hint=("乙", "b"), place=Place("x.yaml", 3))
            error.add_note("where")
            again = pickle.loads(pickle.dumps(error))
            assert (type(again), again.args, vars(again)) == (cls, error.args, vars(error))
