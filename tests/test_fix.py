"""`dandang validate --fix`: only what is safe, shown first, written only on request, and nothing else touched."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import zstandard

from dandang.cases.tidying import tidied_date, tidied_key
from dandang.cli import main

YAML = """# 备注：２０１８ 不动
id: 甲－1
标题: 一
on: 2018年9月1日   # 行为日期
decided: 昨天
cadre: {rank: 市管 正局级, lion: ＹＥＳ}
facts:
  勤勉 尽责: 是
  谋取私利:  {value: ｎｏ, on: "2018/9/10"}
  完全不认识: 是
claims: [Ｅ７]
"""
FIXED = """# 备注：２０１８ 不动
id: 甲-1
title: 一
on: 2018-09-01   # 行为日期
decided: 昨天
cadre: {rank: 市管正局级, lion: YES}
facts:
  勤勉尽责: 是
  谋取私利:  {value: no, on: "2018-09-10"}
  完全不认识: 是
claims: [E7]
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["validate", *arguments])
    told = capsys.readouterr()
    return status, told.out, told.err


def test_the_changes_are_shown_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "甲.yaml"
    path.write_text(YAML, encoding="utf-8")
    status, out, err = run(capsys, str(path), "--fix")
    assert status == 1
    assert path.read_text(encoding="utf-8") == YAML
    assert "-on: 2018年9月1日   # 行为日期\n" in out
    assert "+on: 2018-09-01   # 行为日期\n" in out
    assert "可以改正 9 处" in err and "--write" in err


def test_written_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "甲.yaml"
    path.write_text("\ufeff" + YAML, encoding="utf-8")
    path.chmod(0o640)
    status, _, err = run(capsys, str(path), "--fix", "--write")
    # The fact that nobody knows, the date that is none, and what the shapes ask for are left.
    assert (status, "改正了 9 处；还有 2 处错误要自己改" in err) == (1, True), err
    assert path.read_text(encoding="utf-8") == "\ufeff" + FIXED
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [path]
    assert "没有可以自动改正的" in run(capsys, str(path), "--fix", "--write")[2]


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "甲.jsonl"
    path.write_text(
        '{"id": "甲", "on": "2018.9.1"}\n{"id": "乙", "on": "2018-09-01", "decided": "２０１８－１１－０２"}\n',
        encoding="utf-8",
    )
    assert run(capsys, str(path), "--fix", "--write")[0] == 0
    told = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert (told[0]["on"], told[1]["on"], told[1]["decided"]) == ("2018-09-01", "2018-09-01", "2018-11-02")


@pytest.mark.parametrize(
    ("ending", "pack", "unpack"),
    [
        ("gz", gzip.compress, gzip.decompress),
        ("zst", zstandard.ZstdCompressor().compress, zstandard.ZstdDecompressor().decompress),
    ],
)
def test_a_compressed_file_stays_compressed(
    ending: str,
    pack: Callable[[bytes], bytes],
    unpack: Callable[[bytes], bytes],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / f"甲.yaml.{ending}"
    path.write_bytes(pack(YAML.encode()))
    assert run(capsys, str(path), "--fix", "--write")[0] == 1
    assert unpack(path.read_bytes()).decode() == FIXED


def test_a_file_that_cannot_be_read_leaves_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "甲.yaml"
    path.write_text(YAML, encoding="utf-8")
    status, _, err = run(capsys, str(tmp_path / "没有.yaml"), str(path), "--fix", "--write")
    assert (status, "没有这个文件" in err) == (2, True)
    assert path.read_text(encoding="utf-8") == FIXED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_keeps_its_encoding_and_every_other_cell(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "甲.csv"
    text = '编号,标题,行为日期,处理日期\r\n甲,"2018年9月1日的事，""急""",2018年9月1日,2018-11-02\r\n'
    path.write_bytes(text.encode(encoding))
    assert run(capsys, str(path), "--fix", "--write")[0] == 0
    assert path.read_bytes().decode(encoding) == text.replace("2018年9月1日,", "2018-09-01,")


def test_a_workbook(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    book.active.title = "案件"
    for row in (("编号", "标题", "行为日期", "勤勉尽责"), ("甲", "一", "2018年9月1日", "ｙｅｓ")):
        book.active.append(row)
    path = tmp_path / "甲.xlsx"
    book.save(path)
    status, out, _ = run(capsys, str(path), "--fix")
    assert (status, "案件!C2 on: 2018年9月1日 → 2018-09-01" in out) == (1, True)
    assert run(capsys, str(path), "--fix", "--write")[0] == 0
    page = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active
    assert [cell.value for cell in page[2]] == ["甲", "一", "2018-09-01", "yes"]


def test_dates_that_a_spreadsheet_keeps_as_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.Workbook()
    for row in (("编号", "标题", "行为日期", "处理日期"), ("甲", "一", 43344, 20181102)):
        book.active.append(row)
    path = tmp_path / "甲.xlsx"
    book.save(path)
    main(["validate", str(path)])
    assert "请写成“2018-09-01”" in capsys.readouterr().out
    assert run(capsys, str(path), "--fix", "--write")[0] == 0
    page = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active
    assert [cell.value for cell in page[2]] == ["甲", "一", "2018-09-01", "2018-11-02"]
    text = tmp_path / "乙.yaml"
    text.write_text("id: 乙\non: 43344\n", encoding="utf-8")
    assert "没有可以自动改正的" in run(capsys, str(text), "--fix")[2]


def test_what_is_left_to_mend_is_always_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "甲.yaml"
    path.write_text("id: 甲\ntitle: 一\nfacts: {没有的: yes}\n", encoding="utf-8")
    status, _, err = run(capsys, str(path), "--fix", "--lang", "zh")
    assert (status, err) == (1, "没有可以自动改正的；还有 1 处错误要自己改，`dandang validate` 逐条列出\n")
    assert run(capsys, str(path), "--fix", "--ignore", "unknown-fact")[0] == 0
    path.write_text("id: 甲\ntitle: 一\n", encoding="utf-8")
    assert run(capsys, str(path), "--fix", "--lang", "en")[::2] == (0, "nothing to correct; no errors are left\n")


def test_what_is_not_rewritten_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "甲.ttl"
    text = (
        "@prefix dd: <https://w3id.org/dandang/ontology#> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        '<https://w3id.org/dandang/id/cases/b> a dd:Case ; dd:conductDate "2018-9-1"^^xsd:date .\n'
    )
    path.write_text(text, encoding="utf-8")
    status, out, err = run(capsys, str(path), "--fix", "--write", "--lang", "zh")
    assert (status, out) == (1, "") and "1 处只有建议，没有改：RDF" in err and str(path) in err
    assert path.read_text(encoding="utf-8") == text


def test_a_table_without_an_ending(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "案件"
    path.write_bytes("编号,标题,行为日期\n甲,2018年9月1日,2018年9月1日\n".encode("gb18030"))
    status, out, _ = run(capsys, str(path), "--fix", "--write")
    assert (status, "+甲,2018年9月1日,2018-09-01\n" in out) == (0, True)
    assert path.read_bytes().decode("gb18030").endswith("甲,2018年9月1日,2018-09-01\n")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2018年9月1日", "2018-09-01"),
        ("二〇一八年九月一日", "2018-09-01"),
        ("二○一八年十月二十一日", "2018-10-21"),
        ("二零一八年十二月三十日", "2018-12-30"),
        ("二〇一八年十三月一日", ""),
        ("二〇一八年九月", ""),
        ("２０１８．９．１", "2018-09-01"),
        ("2018/11/02", "2018-11-02"),
        ("2018-9-1", "2018-09-01"),
        ("20180901", "2018-09-01"),
        ("20181301", ""),
        ("2018年2月30日", ""),
        ("2018年9月", ""),
        ("去年9月1日", ""),
        ("2018-09-01", ""),
    ],
)
def test_dates(text: str, date: str) -> None:
    assert tidied_date(text) == date


def test_keys() -> None:
    assert tidied_key("行为日期", ("on", "title")) == "on"
    assert tidied_key("Title", ("on", "title")) == "title"
    assert tidied_key("行为日期", ("title",)) == ""
