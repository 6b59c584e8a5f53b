"""Findings in a workbook: marked in a copy of the one that was checked, with a sheet that lists them all.

Marking is done by openpyxl, which keeps values, formulas, formats, lists and hidden sheets as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from dandang.model import Finding, Place
from dandang.render.findings.report import SEVERITIES, Report

#: A mark is seen by its comment as well as by its colour.
_FILLS = {"error": "F8D7D3", "warning": "F8E7C4", "info": "E1ECF0"}
_RANKS = ("error", "warning", "info")
_WIDTHS = (8, 14, 16, 26, 60, 50, 40)
_AUTHOR = "dandang"


def findings_workbook(findings: Iterable[Finding], report: Report) -> bytes:
    """A workbook with nothing but the list of findings."""
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = _title(report)
    _list(page, list(findings), report)
    return _saved(book)


def annotated_workbook(content: bytes, findings: Iterable[Finding], report: Report) -> bytes:
    """The workbook with the cells of findings marked and commented, and the list of all findings as its last sheet."""
    import openpyxl

    told = list(findings)
    book = openpyxl.load_workbook(BytesIO(content))
    cells: dict[tuple[str, str], list[Finding]] = {}
    for finding in told:
        sheet, mark, cell = (finding.place or Place()).cell.rpartition("!")
        if mark and sheet in book.sheetnames:
            cells.setdefault((sheet, cell.partition(":")[0]), []).append(finding)
    for (sheet, cell), own in cells.items():
        _mark(book[sheet][cell], own, report)
    taken = set(book.sheetnames)
    name = next(
        name for name in (_title(report), *(f"{_title(report)} {n}" for n in range(2, 100))) if name not in taken
    )
    page = book.create_sheet(name)
    _list(page, told, report)
    book.active = page
    return _saved(book)


def _title(report: Report) -> str:
    return report.say("检查结果", "Findings")


def _mark(cell: Any, findings: Sequence[Finding], report: Report) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    worst = min((finding.severity for finding in findings), key=_RANKS.index)
    said = [cell.comment.text] if cell.comment else []
    said += [_said(finding, report) for finding in findings]
    cell.comment = Comment("\n\n".join(said), _AUTHOR, width=360, height=60 + 40 * len(said))
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst])


def _said(finding: Finding, report: Report) -> str:
    _, word = SEVERITIES[finding.severity]
    hint = f"\n{finding.hint.in_(report.lang)}" if finding.hint else ""
    return f"{word.in_(report.lang)}{report.say('：', ': ')}{finding.message.in_(report.lang)}{hint} [{finding.rule}]"


def _list(page: Any, findings: Sequence[Finding], report: Report) -> None:
    """A line for each finding below a line that counts them; the cell is a link to it."""
    from openpyxl.styles import Alignment, Font

    counts: Counter[str] = Counter(finding.severity for finding in findings)
    words = (f"{word.in_(report.lang)} {counts[name]}" for name, (_, word) in SEVERITIES.items())
    page.append([report.say("，", ", ").join(words)])
    heads = (
        ("级别", "severity"),
        ("位置", "place"),
        ("案件", "case"),
        ("规则", "rule"),
        ("问题", "message"),
        ("怎样改", "hint"),
        ("依据", "clauses"),
    )
    page.append([report.say(*head) for head in heads])
    for cell in page[2]:
        cell.font = Font(bold=True)
    for finding in findings:
        place = finding.place or Place()
        grounds = "\n".join(f"{name}「{quote}」" if quote else name for name, quote in report.grounds(finding))
        hint = finding.hint.in_(report.lang) if finding.hint else ""
        word = SEVERITIES[finding.severity][1].in_(report.lang)
        texts = (
            word,
            place.cell or str(place),
            finding.focus,
            finding.rule,
            finding.message.in_(report.lang),
            hint,
            grounds,
        )
        _row(page, texts, place.cell)
    for column, width in zip("ABCDEFG", _WIDTHS, strict=True):
        page.column_dimensions[column].width = width
        for cell in page[column][1:]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.freeze_panes = "A3"
    page.auto_filter.ref = f"A2:G{page.max_row}"


def _row(page: Any, texts: Sequence[str], target: str) -> None:
    """Texts only: nothing in a finding can act as a formula."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    row = page.max_row + 1
    for column, text in enumerate(texts, start=1):
        cell = page.cell(row, column)
        cell.value, cell.data_type = _legal(text), "s"
    sheet, mark, cell_name = target.rpartition("!")
    if mark:
        quoted = sheet.replace("'", "''")
        cell = page.cell(row, 2)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{cell_name}")
        cell.style = "Hyperlink"


def _legal(text: str) -> str:
    """The text without the characters that a workbook cannot hold."""
    return "".join(character for character in text if character >= " " or character in "\t\n\r")[:32_000]


def _saved(book: Any) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()
