"""A workbook with a table of cases: which sheet it is, its cells, and what a reader must be told about them.

Formulas give the value they had when the workbook was saved; of merged cells the first one has the value; hidden sheets are not read.
Each of these is a finding, so that nothing is taken or left out silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from dandang.cases.sheet import CASE_SHEET, cell_text, hidden_sheets, open_workbook, visible_sheets
from dandang.cases.table import HEADING_ROWS, Locate, Row, is_heading
from dandang.messages import Text
from dandang.model import Finding, Place, Vocabulary, fold_name
from dandang.ooxml.columns import letters
from dandang.ooxml.package import Package

_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*>(?:<is>.*?</is>)?<f[ >/]')
_CHUNK = 1 << 20
#: What a large workbook may unpack to: a million rows of a few dozen columns.
_MOST_LARGE = 2 << 30
#: More cells of one kind than this are told in one finding.
_SHOWN = 20


class Table(NamedTuple):
    """The rows of the sheet, the place of a cell, and what is to be said about the sheet as a whole."""

    sheet: str
    rows: Iterator[Row]
    locate: Locate
    findings: tuple[Finding, ...]


class Workbook:
    """The sheets of a workbook. Raises UnreadableFile where it cannot be opened."""

    def __init__(self, content: bytes, name: str, *, large: bool = False) -> None:
        """`large` takes a workbook of any number of cases, which costs memory that a server does not have for one visitor."""
        self._content = content
        self._name = name
        self._book = open_workbook(content, name, most=_MOST_LARGE) if large else open_workbook(content, name)

    def table(self, vocabulary: Vocabulary) -> Table | None:
        """The first visible sheet with a table of cases, one named for cases before others; None where there is none."""
        named = {fold_name(name) for name in CASE_SHEET}
        for sheet in sorted(visible_sheets(self._book), key=lambda name: fold_name(name) not in named):
            page = self._book.get_sheet_by_name(sheet)
            if page.height and self._is_table(page, vocabulary):
                return Table(sheet, _rows(page), self._locate(sheet), tuple(self._findings(sheet, page)))
        return None

    def _is_table(self, page: Any, vocabulary: Vocabulary) -> bool:
        """Whether a row of headings is found; the form for a single case has its items below each other."""
        rows = islice(_rows(page), HEADING_ROWS)
        return any(is_heading(cells, vocabulary) for _, cells in rows)

    def _locate(self, sheet: str) -> Locate:
        def place(row: int, column: int, path: str) -> Place:
            return Place(self._name, row, column + 1, path, f"{sheet}!{letters(column + 1)}{row}")

        return place

    def _findings(self, sheet: str, page: Any) -> Iterator[Finding]:
        for hidden in hidden_sheets(self._book):
            yield _hidden(hidden, Place(self._name, cell=f"{hidden}!A1"))
        for (top, left), (bottom, right) in page.merged_cell_ranges or ():
            # A title across the columns above the headings is no data.
            if bottom > top:
                cell = f"{sheet}!{letters(left + 1)}{top + 1}:{letters(right + 1)}{bottom + 1}"
                yield _merged(Place(self._name, top + 1, left + 1, cell=cell))
        formulas = self._formulas(sheet)
        if formulas:
            yield _formula(formulas, Place(self._name, cell=f"{sheet}!{formulas[0]}"))

    def _formulas(self, sheet: str) -> list[str]:
        """The cells of a sheet that hold a formula."""
        found: list[str] = []
        package = Package(self._content)
        part = package.sheets().get(sheet, "")
        if not package.has(part):
            return found
        rest = b""
        with package.opened(part) as stream:
            while chunk := stream.read(_CHUNK):
                chunk = rest + chunk
                found += [match[1].decode() for match in _FORMULA.finditer(chunk)]
                # A cell may go on in the next chunk; one that was told is not told again.
                rest = chunk[max(chunk.rfind(b"<c "), 0) :]
                if _FORMULA.match(rest):
                    rest = b""
        return found


def _rows(page: Any) -> Iterator[Row]:
    """The rows from 1 as text; what is empty before the first used cell is counted in."""
    skipped_rows, skipped_columns = page.start or (0, 0)
    lead = [""] * skipped_columns
    for number, cells in enumerate(page.iter_rows(), start=1):
        if number > skipped_rows or any(cells):
            yield number, lead + [cell_text(cell) for cell in cells]


def _hidden(sheet: str, place: Place) -> Finding:
    message = Text(f"隐藏的工作表“{sheet}”没有读", f'the hidden sheet "{sheet}" was not read')
    hint = Text("要读就取消隐藏，另存为一个文件", "to have it read, unhide it and save it as a file of its own")
    return Finding("hidden-sheet", message, hint, place, "info")


def _merged(place: Place) -> Finding:
    message = Text(
        "合并的单元格只有第一格有内容，其余各行这一格按空白处理",
        "of merged cells only the first has a value; the rows below count as empty there",
    )
    hint = Text("取消合并，每一行各写各的", "unmerge them and fill in every row")
    return Finding("merged-cells", message, hint, place, "warning")


def _formula(cells: list[str], place: Place) -> Finding:
    shown = "、".join(cells[:_SHOWN]) + (" …" if len(cells) > _SHOWN else "")
    message = Text(
        f"{len(cells)} 格是公式，取的是保存时算出的值：{shown}",
        f"{len(cells)} cell(s) hold a formula; the value it had when saved was taken: {shown}",
    )
    hint = Text("请粘贴为数值", "paste them as values")
    return Finding("formula-cell", message, hint, place, "warning")
