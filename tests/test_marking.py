"""Marks in a copy of a workbook: what changes, and that nothing else does, whoever wrote the workbook."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
import python_calamine
import xlsxwriter

from dandang import __version__
from dandang.cases.fixing import fixed_workbook
from dandang.messages import Text
from dandang.model import Finding, Place, Policy
from dandang.ooxml.package import xml_text
from dandang.render.findings import Report
from dandang.render.findings.workbook import annotated_workbook
from dandang.validation import case_rules

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture(scope="module")
def report(policy: Policy) -> Report:
    return Report("zh", case_rules(), policy, __version__)


def at(*cells: str) -> list[Finding]:
    return [Finding("bad-date", Text(f"错在{cell}", "bad"), None, Place("a.xlsx", cell=cell)) for cell in cells]


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def marked(content: bytes, sheet: str) -> dict[str, str]:
    """The coloured cells of a sheet with their notes; every part has to be XML and known to the list of contents."""
    new = parts(content)
    for name, data in new.items():
        if name.endswith((".xml", ".rels", ".vml")):
            ElementTree.fromstring(data)
    assert len({name.lower() for name in new}) == len(new)
    page = openpyxl.load_workbook(io.BytesIO(content))[sheet]
    cells = [cell for row in page.iter_rows() for cell in row if cell.fill.fgColor.rgb == "FFF8D7D3"]
    return {cell.coordinate: cell.comment.text for cell in cells}


def sheets_of(content: bytes) -> list[list[list[object]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def rich_workbook() -> bytes:
    """What a library that writes a workbook anew would lose: a chart, a picture, a text box, rich text; and notes that are there already."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page, other = book.add_worksheet("案件"), book.add_worksheet("图")
    red = book.add_format({"font_color": "red", "bold": True, "num_format": "yyyy-mm-dd"})
    page.set_column(3, 3, 20, red)
    page.write_row(0, 0, ["编号", "标题", "行为日期"])
    page.write_row(1, 0, ["甲", "一 & 二 <三>", "昨天"], red)
    page.write_rich_string(2, 1, "普通", red, "红的")
    page.write_comment(1, 0, "原有的批注")
    page.insert_textbox(4, 1, "说明")
    picture = io.BytesIO(bytes.fromhex(PIXEL))
    page.insert_image(5, 1, "点.png", {"image_data": picture})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=图!$A$1:$A$2"})
    other.write_column(0, 0, [1, 2])
    other.insert_chart("C2", chart)
    book.close()
    return out.getvalue()


PIXEL = (
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b8"
    "0000000049454e44ae426082"
)


def test_only_what_changes_is_written_anew(report: Report) -> None:
    content = rich_workbook()
    found = annotated_workbook(content, at("案件!A2", "案件!C2", "案件!D2", "案件!B9"), report)
    old, new = parts(content), parts(found)
    changed = {name for name in old if old[name] != new[name]}
    assert {name for name in changed if not name.endswith(".rels")} == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
        "xl/worksheets/sheet1.xml",
    }
    assert {"xl/charts/chart1.xml", "xl/media/image1.png", "xl/sharedStrings.xml"} <= old.keys() - changed
    told = marked(found, "案件")
    assert told.keys() == {"A2", "C2", "D2", "B9"}
    assert told["A2"] == "原有的批注\n\n错误：错在案件!A2 [bad-date]"
    page = openpyxl.load_workbook(io.BytesIO(found))["案件"]
    assert (page["C2"].font.b, page["C2"].number_format) == (True, "yyyy-mm-dd")
    # An empty cell keeps the look of its column.
    assert (page["D2"].font.b, page["D2"].number_format) == (True, "yyyy-mm-dd")
    assert sheets_of(found)[:2] == sheets_of(content)
    drawn = new["xl/drawings/vmlDrawing1.vml"].decode()
    ids = re.findall(r'id="(_x0000_s\d+)"', drawn)
    assert len(ids) == len(set(ids)) == 4


def test_one_sheet_is_shown(report: Report) -> None:
    """Two sheets that are selected at once would be edited together."""
    new = parts(annotated_workbook(rich_workbook(), at("案件!A2"), report))
    selected = [name for name, data in new.items() if b'tabSelected="1"' in data]
    assert selected == ["xl/worksheets/sheet3.xml"]
    assert b'activeTab="2"' in new["xl/workbook.xml"]


def test_a_marked_copy_can_be_checked_and_marked_again(report: Report) -> None:
    once = annotated_workbook(rich_workbook(), at("案件!A2", "案件!C2"), report)
    twice = annotated_workbook(once, at("案件!C2", "案件!B2"), report)
    told = marked(twice, "案件")
    assert told["C2"].count("错在") == 2 and told["B2"].count("错在") == 1
    book = openpyxl.load_workbook(io.BytesIO(twice))
    assert book.sheetnames == ["案件", "图", "检查结果"]
    assert [row[1].value for row in book["检查结果"].iter_rows(min_row=3)] == ["案件!C2", "案件!B2"]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_list_of_before_makes_room_for_the_new_one(report: Report) -> None:
    """Also where another program has saved the workbook since, sheets have moved, and the language is another."""
    book = openpyxl.load_workbook(io.BytesIO(annotated_workbook(rich_workbook(), at("案件!A2", "案件!C2"), report)))
    book.move_sheet("检查结果", -2)
    again = annotated_workbook(saved(book), at("案件!C2"), report._replace(lang="en"))
    assert b"_FilterDatabase" in parts(saved(book))["xl/workbook.xml"]
    assert b"definedName" not in parts(again)["xl/workbook.xml"] and b'activeTab="0"' in parts(again)["xl/workbook.xml"]
    found = openpyxl.load_workbook(io.BytesIO(again))
    assert found.sheetnames == ["检查结果", "案件", "图"] and found.active.title == "检查结果"
    assert [row[1].value for row in found["检查结果"].iter_rows(min_row=3)] == ["案件!C2"]


@pytest.mark.parametrize("change", ["headings", "beside", "note"])
def test_a_sheet_of_somebody_else_stays(change: str, report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(annotated_workbook(rich_workbook(), at("案件!A2"), report)))
    page = book["检查结果"]
    if change == "headings":
        page["A2"] = "序号"
    elif change == "beside":
        page["I3"] = "已改"
    else:
        page["A3"].comment = openpyxl.comments.Comment("已改", "某")
    again = openpyxl.load_workbook(io.BytesIO(annotated_workbook(saved(book), at("案件!C2"), report)))
    assert again.sheetnames == ["案件", "图", "检查结果", "检查结果 2"]


CELL = '<{p}c{r} t="inlineStr"><{p}is><{p}t>{text}</{p}t></{p}is></{p}c>'


def by_hand(sheet: str, *, prefix: str = "", styles: bool = False) -> bytes:
    """A workbook with nothing but what the standard asks for."""
    out, p = io.BytesIO(), prefix
    own = f'xmlns:{p[:-1]}="{MAIN}"' if p else f'xmlns="{MAIN}"'
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    written = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/eins.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" Type="{OFFICE}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="b" Type="{OFFICE}/worksheet" Target="eins.xml"/></Relationships>',
        "xl/workbook.xml": f'<{p}workbook {own} xmlns:q="{OFFICE}"><{p}sheets><{p}sheet name="一" sheetId="7" q:id="b"/></{p}sheets></{p}workbook>',
        "xl/eins.xml": f'<{p}worksheet {own}>{sheet}<{p}pageMargins left="1" right="1" top="1" bottom="1" header="1" footer="1"/></{p}worksheet>',
    }
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in written.items():
            archive.writestr(name, text)
    return out.getvalue()


def rows(prefix: str, *, told: bool) -> str:
    """Two rows of two cells with an empty row between, with or without the places of rows and cells."""
    p = prefix
    found = ""
    for row in (1, 2, 3):
        cells = "".join(
            CELL.format(p=p, r=f' r="{"AB"[c]}{row}"' if told else "", text=f' r="B{row}" {c}') for c in (0, 1)
        )
        own = f' r="{row}"' if told else ""
        found += f"<{p}row{own}/>\n" if row == 2 else f"<{p}row{own}>{cells}</{p}row>\n"
    return f"<{p}sheetData>\n{found}</{p}sheetData>"


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize("told", [True, False])
def test_every_way_to_write_a_sheet(prefix: str, told: bool, report: Report) -> None:
    content = by_hand(rows(prefix, told=told), prefix=prefix)
    wanted = {"B1", "A2", "B3", "D3", "C5"}
    found = annotated_workbook(content, at(*(f"一!{cell}" for cell in wanted)), report)
    assert marked(found, "一").keys() == wanted
    assert sheets_of(found)[0][:1] == sheets_of(content)[0][:1]


@pytest.mark.parametrize("sheet", ["<sheetData/>", "<sheetData></sheetData>", '<sheetData><row r="7"/></sheetData>'])
def test_a_sheet_without_cells(sheet: str, report: Report) -> None:
    found = annotated_workbook(by_hand(sheet), at("一!B2", "一!A9"), report)
    assert marked(found, "一").keys() == {"B2", "A9"}


def test_pieces_of_a_sheet_may_end_anywhere(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    content = by_hand(rows("", told=True))
    whole = annotated_workbook(content, at("一!B1", "一!C5"), report)
    monkeypatch.setattr("dandang.ooxml.sheet._CHUNK", 7)
    assert (
        parts(annotated_workbook(content, at("一!B1", "一!C5"), report))["xl/eins.xml"] == parts(whole)["xl/eins.xml"]
    )


def test_what_a_cell_cannot_hold(report: Report) -> None:
    awkward = Text("\x00]]>&<'\" _x0041_ \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "bad")
    finding = Finding("bad-date", awkward, Text("改" * 40_000, "x"), Place("a.xlsx", cell="一!A1"), focus="=1+1")
    found = annotated_workbook(by_hand("<sheetData/>"), [finding], report)
    row = openpyxl.load_workbook(io.BytesIO(found))["检查结果"][3]
    # openpyxl leaves the escape of an underscore as it is.
    assert row[4].value == "]]>&<'\" _x005F_x0041_ 😀"
    assert len(row[5].value) == 32_000 and row[2].data_type == "s"
    assert sheets_of(found)[1][2][4] == "]]>&<'\" _x0041_ 😀"


def test_many_marks_take_no_more_than_their_share(report: Report) -> None:
    """Twice the marks, about twice the work: counted in calls, which no machine slows down."""
    import cProfile
    import pstats

    def calls(number: int) -> int:
        content = by_hand(rows("", told=True))
        profile = cProfile.Profile()
        profile.enable()
        annotated_workbook(content, at(*(f"一!B{row}" for row in range(1, number + 1))), report)
        profile.disable()
        return pstats.Stats(profile).total_calls  # type: ignore[attr-defined]

    few, many = calls(200), calls(800)
    assert many < 5 * few


@pytest.mark.parametrize("sheet", ["rich", "", "x:"])
def test_a_correction_changes_nothing_but_its_cell(sheet: str) -> None:
    """Charts, pictures, notes and formats stay when `--fix --write` corrects a workbook."""
    content = rich_workbook() if sheet == "rich" else by_hand(rows(sheet, told=True), prefix=sheet)
    name, cell, value = ("案件", "C2", "昨天") if sheet == "rich" else ("一", "B3", "B3")
    finding = Finding(
        "bad-date", Text("", ""), None, Place("a.xlsx", cell=f"{name}!{cell}"), value=value, fix="2018-09-01 & <1>"
    )
    missing = finding._replace(value="别的")
    found, fixes = fixed_workbook(content, [finding, missing])
    assert [fix.made for fix in fixes] == [True, False]
    old, new = parts(content), parts(found)
    part = "xl/worksheets/sheet1.xml" if sheet == "rich" else "xl/eins.xml"
    assert {one for one in new if old.get(one) != new[one]} == {part} and old.keys() == new.keys()
    ElementTree.fromstring(new[part])
    before, after = sheets_of(content), sheets_of(found)
    at = {"C2": (1, 2), "B3": (2, 1)}[cell]
    assert after[0][at[0]][at[1]] == before[0][at[0]][at[1]].replace(value, finding.fix)  # type: ignore[attr-defined]
    after[0][at[0]][at[1]] = before[0][at[0]][at[1]]
    assert after == before


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\r", "\x1f", "\ud83d", "\ufffe", "\uffff"])
def test_a_sign_that_no_workbook_can_hold_is_left_out(sign: str) -> None:
    assert xml_text(f"无{sign}\t重大\n损失") == "无\t重大\n损失"
