"""`dandang validate` and `assess` on many cases: the same findings as one by one, streamed, in several processes."""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from dandang import resources, turtle_lines
from dandang.bulk.engine import BulkEngine, load_engine
from dandang.cases import case_quads, read_file
from dandang.cases.graph import case_turtle
from dandang.cases.table_writing import cases_csv, cases_workbook
from dandang.cases.writing import case_record
from dandang.cli import dumps, main
from dandang.cli.dumps import progress
from dandang.model import Case, Policy
from dandang.namespaces import CASES, DD
from dandang.turtle_lines import SubjectLines
from dandang.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def cases(policy: Policy) -> list[Case]:
    return [read.case for path in resources.case_files() for read in read_file(str(path), policy)]


@pytest.fixture(scope="module")
def files(cases: list[Case], policy: Policy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example cases in the formats that dumps come in."""
    folder, vocabulary = tmp_path_factory.mktemp("dumps"), Vocabulary(policy)
    lines = [json.dumps(case_record(case, vocabulary, "zh"), ensure_ascii=False) for case in cases]
    quads = "".join(f"{quad} .\n" for case in cases for quad in case_quads(case))
    contents = {
        "jsonl": "\n".join(lines).encode(),
        "csv": cases_csv(cases, vocabulary).encode(),
        "xlsx": cases_workbook(cases, vocabulary),
        "nq": quads.encode(),
        "ttl": case_turtle(cases).encode(),
    }
    made = {ending: folder / f"案件.{ending}" for ending in contents}
    for ending, path in made.items():
        path.write_bytes(contents[ending])
    return made


@pytest.fixture(scope="module")
def engine() -> BulkEngine:
    return load_engine()


@pytest.fixture(autouse=True)
def compiled_once(engine: BulkEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling takes seconds, and is the same for every test."""
    monkeypatch.setattr(dumps, "load_engine", lambda: engine)


def found(capsys: pytest.CaptureFixture[str], *arguments: str) -> Counter[tuple[str, str, str]]:
    main(["validate", "--format", "jsonl", *arguments])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return Counter((item["rule"], item["focus"].rsplit("/", 1)[-1], item["value"]) for item in told)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "xlsx", "nq", "ttl"])
def test_the_same_findings_as_one_by_one(
    ending: str, files: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    expected = found(capsys, str(files[ending]))
    assert expected
    assert found(capsys, str(files[ending]), "--workers", "1") == expected


@pytest.mark.parametrize("form", [ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG])
def test_dumps_of_turtle_tell_lines(
    form: ox.RdfFormat, cases: list[Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line that a finding has is one where the case, or the part of it that the finding is about, begins."""
    path = tmp_path / f"案件.{form.file_extension}"
    quads = [quad for case in cases for quad in case_quads(case)]
    shown = quads if form == ox.RdfFormat.TRIG else [quad.triple for quad in quads]
    ox.serialize(shown, output=str(path), format=form, prefixes={"dd": DD, "case": CASES})
    main(["validate", "--format", "jsonl", "--workers", "1", str(path)])
    text = path.read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(told) > 10
    assert any("#fact" in text[one["place"]["line"] - 1] for one in told)
    for one in told:
        assert one["focus"].rpartition("/")[2] in text[one["place"]["line"] - 1], one


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
def test_lines_of_subjects_whatever_the_pieces(size: int) -> None:
    """The same lines as in the text read whole, wherever it is cut."""
    for path in [*resources.data_files(), *resources.ontology_files()][:: 1 if size > 100 else 6]:
        content = path.read_bytes()
        lines = SubjectLines()
        blocks = (content[at : at + size] for at in range(0, len(content), size))
        assert b"".join(lines.watched(blocks)) == content
        known: dict[str, int] = {}
        for line, _, statement in turtle_lines._read(content.decode()):
            known.setdefault(statement.subject, line)
        assert lines.take(known) == known, path
        assert lines.take(known) == {}


def test_several_files_and_processes(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    once = found(capsys, str(files["jsonl"]))
    both = found(capsys, str(files["jsonl"]), str(files["csv"]), "--workers", "2")
    # The second file has every id once more.
    assert both - Counter({key: n for key, n in both.items() if key[0] == "duplicate-id"}) == once + once
    assert sum(n for key, n in both.items() if key[0] == "duplicate-id") == len(
        json.loads("[" + ",".join(files["jsonl"].read_text(encoding="utf-8").splitlines()) + "]")
    )


def test_assess_many(
    cases: list[Case], files: dict[str, Path], policy: Policy, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["assess", str(files["jsonl"]), "--format", "jsonl"])
    slow = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main(["assess", str(files["jsonl"]), "--format", "jsonl", "--workers", "1"]) == 0
    fast = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(fast) == len(cases)
    for one, other in zip(slow, fast, strict=True):
        assert (one["case"], one["verdict"], one["readings"]) == (other["case"], other["verdict"], other["readings"])
        for notation, told in one["clauses"].items():
            state = other["clauses"].get(notation, "open")
            assert (state if isinstance(state, str) else state["recommended"]) == told["state"]
    assert main(["assess", str(files["jsonl"]), "--workers", "1"]) == 2
    assert "--format jsonl" in capsys.readouterr().err


def test_one_pass_for_both(
    cases: list[Case], files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "结果.jsonl"
    expected = found(capsys, str(files["jsonl"]))
    assert found(capsys, str(files["jsonl"]), "--outcomes", str(target)) == expected
    assert len(target.read_text(encoding="utf-8").splitlines()) == len(cases)


def test_a_broken_file_among_others(files: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "坏.csv"
    broken.write_text("一,二\n三,四\n", encoding="utf-8")
    told = found(capsys, str(broken), str(files["jsonl"]), "--workers", "1")
    assert {rule for rule, _, _ in told} >= {"malformed-file", "facts-stated"}


class _Input(io.TextIOWrapper):
    """Standard input that holds these bytes."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BufferedReader(io.BytesIO(content)), encoding="utf-8")


@pytest.mark.parametrize("ending", ["jsonl", "csv", "nq", "ttl"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
def test_standard_input(
    ending: str,
    pack: Callable[[bytes], bytes],
    files: dict[str, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = found(capsys, str(files[ending]), "--workers", "1")
    syntax = {"ttl": "turtle"}.get(ending, ending)
    for more in [["--workers", "1"]] if ending == "csv" else [[], ["--workers", "1"]]:
        monkeypatch.setattr("sys.stdin", _Input(pack(files[ending].read_bytes())))
        assert found(capsys, "-", "--syntax", syntax, *more) == expected


def test_standard_input_of_an_unknown_kind(
    files: dict[str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", _Input(files["nq"].read_bytes()))
    assert main(["validate", "-", "--workers", "1"]) == 2
    assert "--syntax" in capsys.readouterr().out


def test_addresses(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """What fsspec opens, whole or as it comes, by name or by pattern; what it cannot open is a finding, and the rest is checked."""
    for ending in ("nq", "xlsx"):
        expected = found(capsys, str(files[ending]), "--workers", "1")
        assert found(capsys, f"file://{files[ending]}") == expected
        pattern = f"file://{files[ending].parent}/*.{ending}"
        assert found(capsys, pattern) == expected
    for name in ("memory://没有.jsonl", "memory://没有.yaml", "nowhere://a.nq"):
        assert main(["validate", name, str(files["jsonl"]), "--workers", "1"]) == 2
        told = capsys.readouterr().out
        assert f"{name}: " in told and "32 件案件" in told
    assert main(["validate", "memory://*.nq"]) == 2
    assert "没有符合的文件" in capsys.readouterr().err


def test_options_that_are_not_for_many(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    for more, said in ((["--on", "2018-01-01"], "--on"), (["--full"], "--full"), (["--workers", "0"], "整数")):
        assert main(["assess", str(files["nq"]), "--format", "jsonl", "--workers", "1", *more]) == 2
        assert said in capsys.readouterr().err


def test_progress_is_told_in_words() -> None:
    assert progress(5000, 250, 1000, 10.0).zh == "5000 件，每秒 500 件，25%，还要 0:30"
    assert progress(5000, 0, 0, 10.0).en == "5000 cases, 500 a second"


def test_answers_never_take_the_place_of_the_cases(files: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    before = files["jsonl"].read_bytes()
    assert main(["validate", str(files["jsonl"]), "--outcomes", str(files["jsonl"])]) == 2
    assert "原文件" in capsys.readouterr().err
    assert files["jsonl"].read_bytes() == before


BAD = """编号,标题,行为日期,职级,领域,勤勉尽责,谋取私利,“三旧”改造,主张的容错条款
{rows}"""
ROW = "甲-{number},一,2018-09-01,市管正局级,全面深化改革,是,是,是,E4\n"


@pytest.mark.parametrize("arguments", [(), ("--workers", "1")])
@pytest.mark.parametrize("number", [2, 120])
def test_detail_on_request(
    arguments: tuple[str, ...],
    number: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same findings, those of the shapes with what pyshacl says of them; without the word nothing of it."""
    monkeypatch.setattr("dandang.cli.validating._FEW", 5)
    number = number if not arguments else 2
    path = tmp_path / "多.csv"
    path.write_text(BAD.format(rows="".join(ROW.format(number=n) for n in range(min(number, 8)))), encoding="utf-8")

    def told(*more: str) -> list[dict[str, object]]:
        main(["validate", "--format", "jsonl", str(path), *arguments, *more])
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    plain, detailed = told(), told("--detail")
    assert "claim-excluded" in {one["rule"] for one in plain}
    assert not any("detail" in one for one in plain)
    keys = ("rule", "focus", "node", "path", "value", "place")
    assert [[one[key] for key in keys] for one in detailed] == [[one[key] for key in keys] for one in plain]
    for one in detailed:
        detail = one.get("detail")
        assert (detail is not None) == bool(one["node"]), one
        if isinstance(detail, dict):
            assert detail["shape"] == f"https://w3id.org/dandang/id/shapes/{one['rule']}"
            assert (detail["node"], bool(detail["component"])) == (one["node"], True)


def test_detail_of_a_dump_nests(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What pyshacl found on the way to a result stands in every format that can hold it, with the names that the dump has."""
    # Two cases of another's naming in one graph cannot be told apart line by line: they are checked as the graph they are.
    path = tmp_path / "案件.nq"
    shown = "<urn:a> <https://w3id.org/dandang/ontology#{}> <https://w3id.org/dandang/id/concepts/{}> <urn:g> .\n"
    kind = "<urn:{}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/dandang/ontology#Case> <urn:g> .\n"
    path.write_text(kind.format("a") + shown.format("domain", "rank/full-bureau") + kind.format("b"), encoding="utf-8")

    def told(style: str) -> str:
        main(["validate", "--workers", "1", "--detail", "--select", "domain-known", "--format", style, str(path)])
        return capsys.readouterr().out

    (one,) = json.loads(told("json"))
    (nested,) = one["detail"]["details"]
    assert nested["path"] == "http://www.w3.org/2004/02/skos/core#inScheme"
    assert nested["component"].endswith("HasValueConstraintComponent") and "inScheme" in nested["message"]
    assert "sh:detail" in told("turtle") and "inScheme" in told("text")
    assert json.loads(told("sarif"))["runs"][0]["results"][0]["properties"]["detail"]["details"] == [nested]
