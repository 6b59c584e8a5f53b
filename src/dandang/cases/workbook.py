"""A workbook with tables of cases: which sheets they are, their cells, and what a reader must be told about them.

Formulas give the value they had when the workbook was saved; of merged cells the first one has the value; hidden sheets, and sheets that name no
items of cases, are not read, hidden rows and columns are. Each of these is a finding, so that nothing is taken or left out silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import IO, Any, NamedTuple

from dandang.cases.sheet import CASE_SHEET, cell_text, hidden_sheets, is_our_own, open_workbook, visible_sheets
from dandang.cases.table import error_cell
from dandang.cases.table_heading import HEADING_ROWS, Locate, Row, is_heading, is_item, no_heading
from dandang.errors import MalformedFile, NoCases
from dandang.messages import Text
from dandang.model import Finding, Place
from dandang.ooxml.columns import letters, split_cell
from dandang.ooxml.package import Package
from dandang.ooxml.summary import is_summary
from dandang.vocabulary import Vocabulary, fold_name

_FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*>(?:<is>.*?</is>)?<f[ >/]')
_ERROR = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*\bt="e"')
_HIDDEN_ROW = re.compile(rb'<row r="([0-9]+)"[^>]*\bhidden="(?:1|true)"')
_HIDDEN_COLUMN = re.compile(rb'<col\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_CHUNK = 1 << 20
#: What a large workbook may unpack to: a million rows of a few dozen columns.
_MOST_LARGE = 2 << 30
#: More cells of one kind than this are told in one finding.
_SHOWN = 20


class Table(NamedTuple):
    """The rows of the sheet, the place of a cell, what is to be said about the sheet as a whole, and which cells hold an error."""

    sheet: str
    rows: Iterator[Row]
    locate: Locate
    findings: tuple[Finding, ...]
    #: The columns, from 0, of the cells of each row that hold an error.
    broken: Mapping[int, Sequence[int]]


class _Marks(NamedTuple):
    """The cells of a sheet that hold a formula, those that hold an error, and its hidden rows and columns, counted from 1."""

    formulas: list[str]
    errors: list[str]
    hidden_rows: dict[int, None]
    hidden_columns: dict[int, None]


class Workbook:
    """The sheets of a workbook. Raises UnreadableFile where it cannot be opened."""

    def __init__(self, content: bytes, name: str, *, large: bool = False) -> None:
        """`large` takes a workbook of any number of cases, which costs memory that a server does not have for one visitor."""
        self._content = content
        self._name = name
        self._book = open_workbook(content, name, most=_MOST_LARGE) if large else open_workbook(content, name)

    def tables(self, vocabulary: Vocabulary) -> list[Table]:
        """The visible sheets with a table of cases, in their order; what is to be said of the workbook as a whole goes with the first. None where there is none."""
        found = {name: page for name, page in self._pages.items() if page.height and self._is_table(page, vocabulary)}
        tables = [self._table(name, page) for name, page in found.items()]
        if tables:
            others = (*self.left_out(found, vocabulary), *tables[0].findings)
            tables[0] = tables[0]._replace(findings=others)
        return tables

    def _table(self, sheet: str, page: Any) -> Table:
        marks = self._marks(sheet)
        broken: dict[int, list[int]] = {}
        for cell in marks.errors:
            column, row = split_cell(cell)
            broken.setdefault(row, []).append(column - 1)
        findings = (*self._merged(sheet, page), *self._told(sheet, page, marks))
        return Table(sheet, _rows(page), self._locate(sheet), findings, broken)

    def left_out(self, read: Iterable[str], vocabulary: Vocabulary) -> Iterator[Finding]:
        """What is to be said of the sheets that are not read: the hidden ones, and others that have something in them."""
        for hidden in hidden_sheets(self._book):
            if not is_our_own(hidden):
                yield _hidden(hidden, Place(self._name, cell=f"{hidden}!A1"))
        passed = {fold_name(name) for name in read}
        for sheet, page in self._pages.items():
            if fold_name(sheet) in passed or _is_blank(page) or self._is_ours(sheet, page):
                continue
            yield _unread(sheet, self._has_items(page, vocabulary), Place(self._name, cell=f"{sheet}!A1"))

    def computed(self, sheets: Iterable[str]) -> Iterator[Finding]:
        """What is to be said of formulas, errors and hidden lines in the sheets for one case."""
        wanted = {fold_name(name) for name in sheets}
        for sheet, page in self._pages.items():
            if fold_name(sheet) in wanted:
                marks = self._marks(sheet)
                yield from self._told(sheet, page, marks)
                for cell in marks.errors:
                    column, row = split_cell(cell)
                    yield error_cell(self._locate(sheet)(row, column - 1, ""))

    def no_cases(self, vocabulary: Vocabulary) -> MalformedFile:
        """The error for a workbook without a table and without the sheet for one case."""
        names = {fold_name(name) for name in CASE_SHEET}
        unnamed = not any(fold_name(name) in names for name in self._pages)
        known = "、".join(self._pages) or "—"
        sheet = Text(
            f"，也没有“案件”工作表（现有：{known}）" if unnamed else "",
            f', and the workbook has no sheet "Case" (it has: {known})' if unnamed else "",
        )
        rows = [
            (self._locate(name)(number, 0, ""), cells)
            for name, page in self._pages.items()
            for number, cells in islice(_rows(page), HEADING_ROWS)
        ]
        error = no_heading(rows, vocabulary, Place(self._name))
        hidden = [_hidden(name, Place(self._name)).message for name in hidden_sheets(self._book)]
        zh, en = zip(error.hint or Text("", ""), *hidden, strict=True)
        hint = "。".join(zh), ". ".join(en)
        if all(map(_is_blank, self._pages.values())):
            empty = Text("工作簿里没有案件", "there is no case in the workbook")
            return NoCases(empty.zh + sheet.zh, empty.en + sheet.en, hint=hint, place=Place(self._name))
        return MalformedFile(error.message.zh + sheet.zh, error.message.en + sheet.en, hint=hint, place=error.place)

    @cached_property
    def _pages(self) -> dict[str, Any]:
        """The visible sheets by name."""
        return {sheet: self._book.get_sheet_by_name(sheet) for sheet in visible_sheets(self._book)}

    def _is_ours(self, sheet: str, page: Any) -> bool:
        """Whether a sheet is one that this program added, for lists to choose from or as the list of findings."""
        second = next(islice(_rows(page), 1, 2), (2, []))[1]
        return is_our_own(sheet) or is_summary(sheet, second)

    def _is_table(self, page: Any, vocabulary: Vocabulary) -> bool:
        """Whether a row of headings is found; the form for a single case has its items below each other."""
        rows = islice(_rows(page), HEADING_ROWS)
        return any(is_heading(cells, vocabulary) for _, cells in rows)

    def _has_items(self, page: Any, vocabulary: Vocabulary) -> bool:
        """Whether items of a case are named at the beginning of a sheet, so that it may well be meant to be read."""
        rows = islice(_rows(page), HEADING_ROWS)
        return any(is_item(cell) or vocabulary.fact(cell) for _, cells in rows for cell in cells if cell)

    def _locate(self, sheet: str) -> Locate:
        def place(row: int, column: int, path: str) -> Place:
            return Place(self._name, row, column + 1, path, f"{sheet}!{letters(column + 1)}{row}")

        return place

    def _merged(self, sheet: str, page: Any) -> Iterator[Finding]:
        for (top, left), (bottom, right) in page.merged_cell_ranges or ():
            # A title across the columns above the headings is no data.
            if bottom > top:
                cell = f"{sheet}!{letters(left + 1)}{top + 1}:{letters(right + 1)}{bottom + 1}"
                yield _merged(Place(self._name, top + 1, left + 1, cell=cell))

    def _told(self, sheet: str, page: Any, marks: _Marks) -> Iterator[Finding]:
        """What is to be said of the sheet as a whole by the marks in it."""
        last_row, last_column = page.end or (-1, -1)
        # Whoever hides what is empty hides nothing.
        rows = [str(row) for row in marks.hidden_rows if row <= last_row + 1]
        columns = [letters(column) for column in marks.hidden_columns if column <= last_column + 1]
        if rows or columns:
            yield _hidden_cells(
                rows, columns, Place(self._name, cell=f"{sheet}!{(columns or ['A'])[0]}{(rows or ['1'])[0]}")
            )
        if marks.formulas:
            yield _formula(marks.formulas, Place(self._name, cell=f"{sheet}!{marks.formulas[0]}"))

    def _marks(self, sheet: str) -> _Marks:
        """What the cells, rows and columns of a sheet are marked with."""
        package = Package(self._content)
        part = package.sheets().get(sheet, "")
        found = _Marks([], [], {}, {})
        if package.has(part):
            with package.opened(part) as stream:
                _scan(stream, found)
        return found


def _scan(stream: IO[bytes], found: _Marks) -> None:
    rest = b""
    while chunk := stream.read(_CHUNK):
        chunk = rest + chunk
        found.formulas.extend(match[1].decode() for match in _FORMULA.finditer(chunk))
        if b't="e"' in chunk:
            found.errors.extend(match[1].decode() for match in _ERROR.finditer(chunk))
        if b'hidden="' in chunk:
            found.hidden_rows.update((int(match[1]), None) for match in _HIDDEN_ROW.finditer(chunk))
            for column in _HIDDEN_COLUMN.findall(chunk):
                low, high = (int(re.findall(rb'\b%b="(\d+)"' % name, column)[0]) for name in (b"min", b"max"))
                found.hidden_columns.update((at, None) for at in range(low, high + 1))
        # A cell may go on in the next chunk; one that was told is not told again.
        rest = chunk[max(chunk.rfind(b"<c "), 0) :]
        if _FORMULA.match(rest) or _ERROR.match(rest):
            rest = b""


def _rows(page: Any) -> Iterator[Row]:
    """The rows from 1 as text; what is empty before the first used cell is counted in."""
    skipped_rows, skipped_columns = page.start or (0, 0)
    lead = [""] * skipped_columns
    for number, cells in enumerate(page.iter_rows(), start=1):
        if number > skipped_rows or any(cells):
            yield number, lead + [cell_text(cell) for cell in cells]


def _is_blank(page: Any) -> bool:
    return not any(any(cells) for _, cells in _rows(page))


def _hidden(sheet: str, place: Place) -> Finding:
    message = Text(f"隐藏的工作表“{sheet}”没有读", f'the hidden sheet "{sheet}" was not read')
    hint = Text("要读就取消隐藏，另存为一个文件", "to have it read, unhide it and save it as a file of its own")
    return Finding("hidden-sheet", message, hint, place, "info")


def _unread(sheet: str, suspect: bool, place: Place) -> Finding:
    message = Text(
        f"工作表“{sheet}”没有读：没有找到列名所在的一行",
        f'the sheet "{sheet}" was not read: it has no row of column headings',
    )
    hint = Text(
        "里面有案件的，第一行写列名，例如编号、标题、行为日期；没有的，不用改",
        "if it holds cases, name the columns in its first row, such as Id, Title and Conduct date; if not, leave it",
    )
    return Finding("unread-sheet", message, hint, place, "warning" if suspect else "info")


def _merged(place: Place) -> Finding:
    message = Text(
        "合并的单元格只有第一格有内容，其余各行这一格按空白处理",
        "of merged cells only the first has a value; the rows below count as empty there",
    )
    hint = Text("取消合并，每一行各写各的", "unmerge them and fill in every row")
    return Finding("merged-cells", message, hint, place, "warning")


def _hidden_cells(rows: list[str], columns: list[str], place: Place) -> Finding:
    told = [(Text("行", "rows"), rows), (Text("列", "columns"), columns)]
    zh = "，".join(f"{name.zh} {_some(items)}" for name, items in told if items)
    en = ", ".join(f"{name.en} {_some(items)}" for name, items in told if items)
    message = Text(f"隐藏的{zh} 也读了", f"hidden {en} were read too")
    hint = Text(
        "不该读的，请删去；筛选后看不到的行也是隐藏的",
        "delete what is not to be read; rows that a filter leaves out are hidden too",
    )
    return Finding("hidden-cells", message, hint, place, "info")


def _some(items: list[str]) -> str:
    return "、".join(items[:_SHOWN]) + (" …" if len(items) > _SHOWN else "")


def _formula(cells: list[str], place: Place) -> Finding:
    shown = _some(cells)
    message = Text(
        f"{len(cells)} 格是公式，取的是保存时算出的值：{shown}",
        f"{len(cells)} cell(s) hold a formula; the value it had when saved was taken: {shown}",
    )
    hint = Text("请粘贴为数值", "paste them as values")
    return Finding("formula-cell", message, hint, place, "warning")
