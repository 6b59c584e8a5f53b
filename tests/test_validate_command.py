"""`dandang validate` on what offices have: folders, patterns, several files of which one is broken, chosen rules, settings."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dandang.cli import main
from dandang.cli.watching import watch

GOOD = "id: {id}\ntitle: 一\non: 2018-09-01\ncadre: {{rank: 市管正局级, post: 局长}}\ndomain: 全面深化改革\nfacts:\n  勤勉尽责: {{value: yes, evidence: 纪要}}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "里面").mkdir()
    (tmp_path / "甲.yaml").write_text(GOOD.format(id="甲"), encoding="utf-8")
    (tmp_path / "里面" / "乙.csv").write_text("编号,标题,行为日期\n乙,二,昨天\n", encoding="utf-8")
    (tmp_path / "说明.txt").write_text("不是案件", encoding="utf-8")
    # What Excel and WPS put beside an open workbook, and what other programs hide.
    (tmp_path / "~$甲.xlsx").write_bytes(b"\x06")
    (tmp_path / ".甲.yaml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rules(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Counter[str]]:
    status = main(["validate", "--format", "jsonl", *arguments])
    return status, Counter(json.loads(line)["rule"] for line in capsys.readouterr().out.splitlines())


def test_a_folder_is_read_with_all_that_is_in_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = rules(capsys, ".")
    assert status == 1
    assert found["bad-date"] == 1
    assert main(["validate", "."]) == 1
    assert "2 件案件" in capsys.readouterr().out


def test_a_pattern(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules(capsys, "**/*.csv")[1]["bad-date"] == 1
    assert main(["validate", "*.xlsx"]) == 2
    assert "没有符合的文件" in capsys.readouterr().err


def test_a_broken_file_is_told_and_the_others_are_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "丙.yaml").write_text("id: [\n", encoding="utf-8")
    (folder / "丁.csv").write_bytes(b"\xff\xfe\xff")
    status, found = rules(capsys, ".")
    assert status == 2
    assert (found["malformed-file"], found["unreadable-file"], found["bad-date"]) == (1, 1, 1)


def test_a_bad_line_leaves_the_others(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "丙.jsonl").write_text('{"id": "丙"}\n{"id": "丁\n{"id": "戊"}\n', encoding="utf-8")
    assert main(["validate", "丙.jsonl", "--lang", "zh"]) == 1
    told = capsys.readouterr().out
    assert "丙.jsonl:2:8" in told and "2 件案件，1 处错误" in told


def test_folders_that_cannot_be_looked_into_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import os

    def walk(name: str, *, onerror: Any) -> Any:
        onerror(PermissionError(13, "Permission denied", "./里面"))
        yield ".", [], ["甲.yaml"]

    # Who runs tests may be allowed everything.
    monkeypatch.setattr(os, "walk", walk)
    monkeypatch.setattr(os, "access", lambda name, _: "里面" not in str(name))
    assert main(["validate", ".", "--lang", "zh"]) == 2
    told = capsys.readouterr().out
    assert "./里面: 无法读取（没有权限）" in told and "1 件案件" in told


def test_a_scheduler_that_would_do_nothing_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "甲.yaml", "--scheduler", "foo", "--lang", "zh"]) == 2
    assert "--scheduler 没有用处" in capsys.readouterr().err


def test_a_rule_that_is_like_no_other_gets_no_suggestion(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", ".", "--ignore", "@@@@", "--lang", "zh"]) == 2
    assert "方括号" in capsys.readouterr().err


def test_an_id_used_in_two_files_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "又甲.yaml").write_text(GOOD.format(id="甲"), encoding="utf-8")
    assert rules(capsys, ".")[1]["duplicate-id"] == 1


def test_chosen_rules(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert set(rules(capsys, ".", "--select", "bad-*,title-stated")[1]) == {"bad-date"}
    assert "bad-date" not in rules(capsys, ".", "--ignore", "bad-date")[1]
    assert rules(capsys, "没有.yaml", "--select", "bad-date") == (2, {"unreadable-file": 1})
    assert main(["validate", ".", "--select", "bad-dat"]) == 2
    assert "bad-date" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "head"), [("dandang.toml", ""), ("pyproject.toml", '[project]\nname = "x"\n\n[tool.dandang]\n')]
)
def test_settings(
    file: str, head: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / file).write_text(f'{head}ignore = ["bad-date"]\n', encoding="utf-8")
    assert "bad-date" not in rules(capsys, ".")[1]
    monkeypatch.chdir(folder / "里面")
    assert "bad-date" not in rules(capsys, "乙.csv")[1]
    assert set(rules(capsys, "乙.csv", "--ignore", "*-stated")[1]) == {"bad-date"}


@pytest.mark.parametrize(
    ("text", "said"),
    [("ignore = 3\n", "ignore"), ("ignor = []\n", "ignor"), ("ignore = [\n", "TOML"), ('lang = "fr"', "lang")],
)
def test_settings_that_cannot_be_used(text: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dandang.toml").write_text(text, encoding="utf-8")
    assert main(["validate", "."]) == 2
    told = capsys.readouterr().err
    assert said in told and "dandang.toml" in told


def test_settings_in_another_encoding_or_broken_are_told_in_chinese(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "dandang.toml").write_bytes("# 设置\n".encode("gb18030"))
    assert main(["validate", ".", "--lang", "zh"]) == 2
    assert "看来是 GB18030" in capsys.readouterr().err
    (folder / "dandang.toml").write_text("\nignore = [post]\n", encoding="utf-8")
    assert main(["validate", ".", "--lang", "zh"]) == 2
    assert "dandang.toml:2:11: TOML 语法错误：这一行的写法不对\n" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["tool = 3  # [tool.dandang]\n", "[tool]\ndandang = 3  # [tool.dandang]\n"])
def test_settings_that_are_no_table(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    assert main(["validate", "."]) == 2
    assert "应是一张表" in capsys.readouterr().err


def test_completion(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("bash", "zsh", "fish"):
        assert main(["completion", shell]) == 0
        told = capsys.readouterr().out
        assert "validate" in told and "outcomes" in told


@pytest.mark.parametrize("ending", ["xlsx", "csv", "yaml", "ttl"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_empty_form_can_be_read(ending: str, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / f"案件.{ending}")
    assert main(["template", path, "--clause", "E4", "--lang", lang]) == 0
    _, found = rules(capsys, path)
    # A table has no case yet; the others have one that waits to be filled in.
    assert found["no-cases"] == (ending in ("xlsx", "csv")), found
    assert not {name for name in found if name.startswith(("unknown", "bad"))}
    assert main(["template", path]) == 2


def test_watch_checks_again_after_a_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "甲.yaml"
    runs: list[str] = []

    def check() -> int:
        runs.append(path.read_text(encoding="utf-8"))
        if len(runs) == 3:
            raise KeyboardInterrupt
        # The second run sees a change of a file, the third a file that is new.
        (path if len(runs) == 1 else folder / "新.yaml").write_text(f"id: 甲{len(runs)}\n", encoding="utf-8")
        return len(runs)

    assert watch(check, lambda: [str(file) for file in folder.glob("*.yaml")], "zh", every=0.01) == 2
    assert runs[1] == "id: 甲1\n"
    assert "Ctrl+C" in capsys.readouterr().err


def test_a_sheet_of_many_cases_says_what_each_says_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """More cases than a few are checked by the compiled shapes, those that are not regular by the engine all the same."""

    def row(number: int) -> str:
        measure, claim = ("免职", "")[number % 2], ("", "E4")[number % 2]
        # A measure that comes twice is not regular.
        again = "免职" if number == 2 else ""
        return f"甲{number},一,2018-09-0{number % 9 + 1},市管正局级,{measure},{again},{claim},是"

    def found(name: str) -> list[tuple[str, str, str]]:
        main(["validate", "--format", "jsonl", name])
        told = map(json.loads, capsys.readouterr().out.splitlines())
        return sorted((one["focus"], one["rule"], one["value"]) for one in told)

    head = "编号,标题,行为日期,职级,处理1,处理2,主张的容错条款,勤勉尽责"
    (folder / "多.csv").write_text("\n".join([head, *map(row, range(120))]), encoding="utf-8")
    (folder / "少.csv").write_text("\n".join([head, *map(row, range(4))]), encoding="utf-8")
    few = found("少.csv")
    assert {focus for focus, *_ in few} == {"甲0", "甲1", "甲2", "甲3"}
    assert [one for one in found("多.csv") if one[0] in ("甲0", "甲1", "甲2", "甲3")] == few
