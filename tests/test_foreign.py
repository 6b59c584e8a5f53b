"""Files that are no case files: each is told what it is, whatever reads it, and a result that cannot be written is told too."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from dandang.cases import read_cases
from dandang.cases.foreign import OLD_OFFICE
from dandang.cases.reading import read_rows
from dandang.cli import main
from dandang.errors import UnreadableFile
from dandang.model import Policy


def archive(*parts: str) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as file:
        for part in parts:
            file.writestr(part, "<x/>")
    return out.getvalue()


FILES = {
    "a.ods": (archive("mimetype", "content.xml"), "OpenDocument", "另存为"),
    "a.docx": (archive("[Content_Types].xml", "word/document.xml"), "Word", "dandang template"),
    "a.pptx": (archive("ppt/presentation.xml"), "演示文稿", "dandang template"),
    "a.xlsb": (archive("xl/workbook.bin"), ".xlsb", "另存为"),
    "cases.zip": (archive("一.yaml", "二.yaml"), "压缩包", "解压"),
    "cut.xlsx": (archive("xl/workbook.xml")[:60], "不是可以读取的工作簿", "另存为"),
    "empty.xlsx": (archive("xl/styles.xml"), "不是可以读取的工作簿", "另存为"),
    "old.xls": (OLD_OFFICE + bytes(512), "旧版", "另存为"),
    "page.xls": (b"\n<html><table><tr><td>\xb1\xe0</td></tr></table></html>", "网页", "另存为"),
    "utf16.xls": ("<TABLE><tr><td>编号</td></tr></TABLE>".encode("utf-16"), "网页", "另存为"),
    "page.mht": (b"MIME-Version: 1.0\nX-Document-Type: Workbook\n\n<html>", "网页", "另存为"),
    "old.xml": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "旧式的 XML 表格",
        "另存为",
    ),
    "a.pdf": (b"%PDF-1.7\n\x00\xff", "PDF", "dandang template"),
    "a.rtf": (b"{\\rtf1 x}", "RTF", "dandang template"),
    "a.png": (b"\x89PNG\r\n\x1a\n", "图片", "dandang template"),
    "a.doc": (OLD_OFFICE + bytes(504) + "WordDocument".encode("utf-16-le"), "Word", "dandang template"),
    "a.ofd": (archive("OFD.xml", "Doc_0/Document.xml"), "OFD 版式文件", "dandang template"),
    "a.htm": (b"\xef\xbb\xbf\n<!DOCTYPE HTML><html>", "网页", "另存为"),
    "a.jpg": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "图片", "dandang template"),
    "a.rar": (b"Rar!\x1a\x07\x01\x00", "压缩包", "解压"),
    "plain.pdf": (b"%PDF-1.4\n1 0 obj <</Type: x>>\n", "PDF", "dandang template"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c", "压缩包", "解压"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("under", ["", "a.yaml", "a.xlsx"])
def test_a_foreign_file_is_named_for_what_it_is(name: str, under: str, policy: Policy) -> None:
    content, what, instead = FILES[name]
    with pytest.raises(UnreadableFile) as raised:
        read_cases(content, policy, name=under or name)
    assert what in raised.value.render("zh") and instead in raised.value.render("zh")
    assert raised.value.render("en").startswith(under or name) and raised.value.hint
    if instead == "dandang template":
        assert all(kind in text for text in raised.value.hint for kind in (".xlsx", "CSV", "YAML", "JSON", "Turtle"))


@pytest.mark.parametrize("name", ["a.ods", "cut.xlsx", "empty.xlsx"])
def test_the_command_tells_it_in_every_way(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name][0])
    assert main(["validate", str(path), "--lang", "zh"]) == 2
    assert FILES[name][1] in capsys.readouterr().out
    assert main(["validate", str(path), "--format", "xlsx", "-o", str(tmp_path / "out.xlsx")]) == 2
    assert (tmp_path / "out.xlsx").read_bytes().startswith(b"PK")
    assert main(["assess", str(path), "--lang", "zh"]) == 2
    assert FILES[name][1] in capsys.readouterr().err


def test_rows_of_a_large_table_are_looked_at_in_the_same_way(tmp_path: Path, policy: Policy) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(FILES["a.ods"][0])
    with pytest.raises(UnreadableFile, match="OpenDocument"):
        list(read_rows(str(path), policy))


@pytest.mark.parametrize("text", ["id: <html>\ntitle: 一\n", "编号,标题\nPK-1,一\n", "# <table>\nid: a\n"])
def test_what_only_looks_like_one_is_read(text: str, policy: Policy) -> None:
    assert len(read_cases(text.encode(), policy)) == 1


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no full device")
@pytest.mark.parametrize(
    ("arguments", "redirected"),
    [
        (["validate", "案件.yaml"], ">/dev/full"),
        (["validate", "案件.yaml", "-o", "/dev/full"], ""),
        (["assess", "案件.yaml"], ">/dev/full"),
        (["template"], ">/dev/full"),
        (["validate", "案件.yaml"], ">&-"),
    ],
)
def test_a_result_that_cannot_be_written_is_told(arguments: list[str], redirected: str, tmp_path: Path) -> None:
    (tmp_path / "案件.yaml").write_text("id: a\n", encoding="utf-8")
    command = f'"$@" {redirected}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-m", "dandang", *arguments, "--lang", "zh"],
        cwd=tmp_path,
        capture_output=True,
        env=dict(os.environ),
        check=False,
    )
    told = done.stderr.decode()
    assert done.returncode == 2 and "无法写入" in told and "Traceback" not in told and told.count("\n") == 1


def test_what_goes_to_a_file_needs_no_standard_output(tmp_path: Path) -> None:
    (tmp_path / "案件.yaml").write_text("id: a\n", encoding="utf-8")
    command = [sys.executable, "-m", "dandang", "validate", "案件.yaml", "-o", "结果.txt"]
    done = subprocess.run(["sh", "-c", '"$@" >&- <&-', "sh", *command], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "案件" in (tmp_path / "结果.txt").read_text(encoding="utf-8")
