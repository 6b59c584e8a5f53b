"""A case as a workbook: what stands in which sheet and column, and how it is read.

Three sheets. The first has a line for each key of a case; the second a line for each fact, the third one for each decided measure. Headings may
be in Chinese or in English, columns in any order; a line without an answer says nothing. `sheet_writing` writes the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, NamedTuple, TypeAlias
from zipfile import BadZipFile, ZipFile

from dandang.cases.cells import NEW_FACT, fact_key, sanction_key
from dandang.cases.foreign import OLD_OFFICE
from dandang.cases.nodes import Mapping_, Node, Scalar, Sequence_
from dandang.errors import MalformedFile, UnreadableFile
from dandang.messages import Text
from dandang.model import Finding, Place
from dandang.ooxml.columns import letters
from dandang.vocabulary import Vocabulary, fold_name


class Field(NamedTuple):
    """A line of the first sheet or a column of another: its key in a case file, its heading, and what to write there."""

    key: str
    heading: Text
    hint: Text = Text("", "")


CASE_SHEET, FACT_SHEET, SANCTION_SHEET = Text("案件", "Case"), Text("事实", "Facts"), Text("处理", "Sanctions")
#: Sheets with nothing but lists to choose from.
NAMES_SHEET, CHOICES_SHEET = Text("事实名称", "Fact names"), Text("选项", "Choices")
HEADINGS = (Text("项目", "Item"), Text("内容", "Value"), Text("说明", "What to write"))
CASE_FIELDS = (
    Field("id", Text("编号", "Id"), Text("只用字母、数字、汉字和 . _ -", "letters, digits, . _ and - only")),
    Field("title", Text("标题", "Title")),
    Field("on", Text("行为日期", "Conduct date"), Text("如 2018-09-01", "such as 2018-09-01")),
    Field("decided", Text("处理日期", "Decision date"), Text("如 2018-11-02", "such as 2018-11-02")),
    Field("cadre.rank", Text("职级", "Rank")),
    Field("cadre.post", Text("职务", "Post")),
    Field("cadre.lion", Text("列入“狮子型”干部管理", "On the “lion” list")),
    Field("domain", Text("领域", "Domain")),
    Field("summary", Text("案情摘要", "Summary")),
    Field("claims", Text("主张的容错条款", "Exemption clauses claimed"), Text("如 E4、E7", "such as E4, E7")),
    Field("note", Text("备注", "Note"), Text("不进入图谱", "stays out of the graph")),
)
FACT_COLUMNS = (
    Field("name", Text("事实", "Fact")),
    Field("code", Text("事实代码", "Fact code")),
    Field("value", Text("答案", "Answer")),
    Field("evidence", Text("依据", "Evidence")),
    Field("found_by", Text("查明单位", "Found by")),
    Field("on", Text("查明日期", "Found on")),
    Field("question", Text("问题", "Question")),
    Field("clauses", Text("条款", "Clauses")),
)
SANCTION_COLUMNS = (
    Field("measure", Text("处理措施", "Measure")),
    Field("on", Text("决定日期", "Decided on")),
    Field("by", Text("决定机关", "Decided by")),
    Field("ground", Text("依据", "Ground")),
)
_CASE_KEYS = {fold_name(name): field.key for field in CASE_FIELDS for name in (field.key, *field.heading)}
#: Columns that are there for people and say nothing about the case.
_SHOWN_ONLY = ("question", "clauses")
#: A workbook is a zip archive; one that unpacks to more than this is read as a dump or not at all.
_MOST_UNPACKED = 64 * 1024 * 1024
_CELL: TypeAlias = int | float | str | bool | date | datetime | time | timedelta
_ROWS: TypeAlias = list[list[_CELL]]


class Form(NamedTuple):
    """A workbook for one case: the case as nodes that know their cells, the cells of what may be written, and what is wrong with its lines."""

    case: Mapping_
    cells: Mapping[str, Place]
    findings: list[Finding]


def parse_sheet(content: bytes, name: str, vocabulary: Vocabulary) -> Form | None:
    """The case of a workbook; None where no sheet for cases has an item in its first column. Raises UnreadableFile or MalformedFile."""
    sheets = _sheets(content, name)
    first = _Sheet.named(CASE_SHEET, sheets, name)
    if first is None or not _case_cells(first):
        return None
    pairs = [*_case_pairs(first)]
    told, sanctions = _Sheet.named(FACT_SHEET, sheets, name), _Sheet.named(SANCTION_SHEET, sheets, name)
    facts, findings = _facts(told, vocabulary)
    if facts is not None:
        pairs.append((_key("facts", facts.place), facts))
    if sanctions is not None:
        measures = tuple(_sanctions(sanctions))
        pairs.append((_key("sanctions", sanctions.place(0, 0)), Sequence_(measures, sanctions.place(0, 0))))
    cells = _case_cells(first)
    cells |= _fact_cells(told, vocabulary) if told else {}
    cells |= _sanction_cells(sanctions) if sanctions else {}
    return Form(Mapping_(tuple(pairs), first.place(0, 0)), cells, findings)


# --- the file ---------------------------------------------------------------------------------------------------------


def open_workbook(content: bytes, name: str, *, most: int = _MOST_UNPACKED) -> Any:
    """The workbook by python-calamine. Raises UnreadableFile, also where it unpacks to more than `most` bytes."""
    import python_calamine as calamine

    if content.startswith(OLD_OFFICE):
        raise UnreadableFile(
            "这是旧版的工作簿（.xls、.et），或者加了密码",
            "this is a workbook of an old kind (.xls, .et), or one with a password",
            hint=(
                "请去掉密码，在 Excel 或 WPS 中另存为“Excel 工作簿（.xlsx）”",
                "remove the password and save it as an Excel workbook (.xlsx) in Excel or WPS",
            ),
            place=Place(name),
        )
    _refuse_bomb(content, name, most)
    try:
        return calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    except calamine.PasswordError as error:
        hint = ("请去掉密码后再试", "remove the password and try again")
        raise UnreadableFile(
            "工作簿有密码", "the workbook is protected by a password", hint=hint, place=Place(name)
        ) from error
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError) as error:
        raise _not_a_workbook(name) from error


def _sheets(content: bytes, name: str) -> dict[str, _ROWS]:
    """The cells of every sheet."""
    book = open_workbook(content, name)
    return {sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in visible_sheets(book)}


def visible_sheets(book: Any) -> list[str]:
    """The names of the sheets with cells that are not hidden."""
    hidden = hidden_sheets(book)
    return [
        data.name for data in book.sheets_metadata if str(data.typ).endswith(".WorkSheet") and data.name not in hidden
    ]


def hidden_sheets(book: Any) -> list[str]:
    """The names of the sheets that are hidden."""
    return [data.name for data in book.sheets_metadata if not str(data.visible).endswith(".Visible")]


def _refuse_bomb(content: bytes, name: str, most: int) -> None:
    try:
        size = sum(part.file_size for part in ZipFile(BytesIO(content)).infolist())
    except (BadZipFile, OSError) as error:
        raise _not_a_workbook(name) from error
    if size > most:
        limit = most // (1024 * 1024)
        hint = (
            "确实有这么多案件的，用 `dandang validate --workers 1`，或者拆成几个文件",
            "if there really are so many cases, use `dandang validate --workers 1`, or split it into several files",
        )
        raise UnreadableFile(
            f"工作簿解开后超过 {limit} MB",
            f"the workbook unpacks to more than {limit} MB",
            hint=hint if most == _MOST_UNPACKED else None,
            place=Place(name),
        )


def _not_a_workbook(name: str) -> UnreadableFile:
    hint = (
        "请在 Excel 或 WPS 中另存为“Excel 工作簿（.xlsx）”",
        "save it as an Excel workbook (.xlsx) in Excel or WPS",
    )
    return UnreadableFile(
        "不是可以读取的工作簿", "this is not a workbook that can be read", hint=hint, place=Place(name)
    )


def is_our_own(sheet: str) -> bool:
    """Whether a sheet has the name of one that holds nothing but lists to choose from."""
    return fold_name(sheet) in {fold_name(name) for name in (*NAMES_SHEET, *CHOICES_SHEET)}


def form_sheets() -> tuple[str, ...]:
    """The names of the sheets that a workbook for one case is read from."""
    return (*CASE_SHEET, *FACT_SHEET, *SANCTION_SHEET)


class _Sheet(NamedTuple):
    """The cells of a sheet, with the file's and the sheet's name for places."""

    file: str
    name: str
    rows: _ROWS

    @classmethod
    def named(cls, wanted: Text, sheets: Mapping[str, _ROWS], file: str) -> _Sheet | None:
        names = {fold_name(part) for part in wanted}
        return next((cls(file, name, rows) for name, rows in sheets.items() if fold_name(name) in names), None)

    def place(self, row: int, column: int, path: str = "") -> Place:
        """The place of a cell; row and column from 0."""
        return Place(self.file, row + 1, column + 1, path, f"{self.name}!{letters(column + 1)}{row + 1}")

    def scalar(self, row: int, column: int, path: str) -> Scalar:
        cells = self.rows[row]
        return Scalar(cell_text(cells[column]) if column < len(cells) else "", self.place(row, column, path))


def cell_text(value: _CELL) -> str:
    """What a cell says, as a case file would write it: dates by ISO 8601, whole numbers without a point."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip() if value else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# --- the sheets -------------------------------------------------------------------------------------------------------


def _case_pairs(sheet: _Sheet) -> Iterator[tuple[Scalar, Node]]:
    """The keys of the first sheet; those of the cadre together."""
    headings = {fold_name(name) for name in HEADINGS[0]}
    cadre: list[tuple[Scalar, Node]] = []
    for row, cells in enumerate(sheet.rows):
        heading = cell_text(cells[0]) if cells else ""
        value = sheet.scalar(row, 1, "")
        if not heading or not value.text or (row == 0 and fold_name(heading) in headings):
            continue
        key = _CASE_KEYS.get(fold_name(heading), heading)
        value = value._replace(place=value.place._replace(path=key))
        group, _, own = key.rpartition(".")
        named = Scalar(own, value.place._replace(column=1, cell=f"{sheet.name}!A{row + 1}"))
        if group:
            cadre.append((named, value))
        elif key == "claims":
            items = tuple(value._replace(text=part) for part in re.split(r"[\s、，；,;]+", value.text) if part)
            yield named, Sequence_(items, value.place)
        else:
            yield named, value
    if cadre:
        yield _key("cadre", cadre[0][0].place), Mapping_(tuple(cadre), cadre[0][0].place)


def _case_cells(sheet: _Sheet) -> dict[str, Place]:
    """Where the value of each key is written."""
    found: dict[str, Place] = {}
    for row, cells in enumerate(sheet.rows):
        if key := _CASE_KEYS.get(fold_name(cell_text(cells[0]))) if cells else None:
            found.setdefault(key, sheet.place(row, 1, key))
    return found


def _key(name: str, place: Place) -> Scalar:
    return Scalar(name, place._replace(path=name))


class _Columns(NamedTuple):
    """Which column holds what."""

    by_key: Mapping[str, int]

    @classmethod
    def of(cls, sheet: _Sheet, fields: tuple[Field, ...]) -> _Columns:
        names = {fold_name(name): field.key for field in fields for name in (field.key, *field.heading)}
        first = sheet.rows[0] if sheet.rows else []
        keys = ((names.get(fold_name(cell_text(cell))), column) for column, cell in enumerate(first))
        found: dict[str, int] = {}
        for key, column in keys:
            if key:
                found.setdefault(key, column)
        return cls(found)

    def require(self, sheet: _Sheet, needed: tuple[str, ...], fields: tuple[Field, ...]) -> None:
        """Raises MalformedFile where none of the columns is there that a line is known by."""
        if any(key in self.by_key for key in needed):
            return
        wanted = [field.heading for field in fields if field.key not in _SHOWN_ONLY]
        zh, en = "、".join(text.zh for text in wanted), ", ".join(text.en for text in wanted)
        raise MalformedFile(
            f"“{sheet.name}”表的第一行里没有列名“{wanted[0].zh}”",
            f'the first row of sheet "{sheet.name}" has no column "{wanted[0].en}"',
            hint=(f"第一行的列名应是：{zh}", f"the first row names the columns: {en}"),
            place=sheet.place(0, 0),
        )


def _lines(sheet: _Sheet, columns: _Columns, path: str) -> Iterator[dict[str, Scalar]]:
    """The cells of each line below the heading that say something."""
    for row in range(1, len(sheet.rows)):
        cells = {key: sheet.scalar(row, column, f"{path}.{key}") for key, column in columns.by_key.items()}
        said = {key: cell for key, cell in cells.items() if cell.text and key not in _SHOWN_ONLY}
        if said:
            yield said


def _facts(sheet: _Sheet | None, vocabulary: Vocabulary) -> tuple[Mapping_ | None, list[Finding]]:
    """The facts that have an answer or grounds, and the lines whose code and name are not of the same fact."""
    if sheet is None:
        return None, []
    columns = _Columns.of(sheet, FACT_COLUMNS)
    columns.require(sheet, ("name", "code"), FACT_COLUMNS)
    pairs: list[tuple[Scalar, Node]] = []
    findings: list[Finding] = []
    for line in _lines(sheet, columns, "facts"):
        name, code = line.pop("name", None), line.pop("code", None)
        if not line:
            continue
        key = name or code
        if key is None:
            findings.append(_nameless(next(iter(line.values())).place))
            continue
        if name and code and _differ(name, code, vocabulary):
            findings.append(_mismatch(name, code))
        key = key._replace(place=key.place._replace(path=f"facts.{key.text}"))
        grounds = tuple((_key(own, cell.place), cell) for own, cell in line.items())
        pairs.append((key, Mapping_(grounds, key.place)))
    return Mapping_(tuple(pairs), sheet.place(0, 0, "facts")), findings


def _fact_cells(sheet: _Sheet, vocabulary: Vocabulary) -> dict[str, Place]:
    """Where the answer and the grounds of each listed fact are written."""
    found: dict[str, Place] = {}
    columns = _Columns.of(sheet, FACT_COLUMNS).by_key
    named = [columns[key] for key in ("name", "code") if key in columns]
    for row in range(1, len(sheet.rows)):
        name = next(filter(None, (sheet.scalar(row, column, "").text for column in named)), "")
        if not name:
            found.setdefault(NEW_FACT, sheet.place(row, min(named, default=0), "facts"))
        meant = vocabulary.fact(name)
        for key in ("value", "evidence", "found_by", "on") if len(meant) == 1 else ():
            if key in columns:
                found.setdefault(fact_key(next(iter(meant))[0], key), sheet.place(row, columns[key], f"facts.{name}"))
    found.setdefault(NEW_FACT, sheet.place(max(len(sheet.rows), 1), min(named, default=0), "facts"))
    return found


def _differ(name: Scalar, code: Scalar, vocabulary: Vocabulary) -> bool:
    """Whether a known name and a code stand for different facts; a line shifted against its column is found so."""
    named, coded = ({iri for iri, _ in vocabulary.fact(cell.text)} for cell in (name, code))
    return bool(named) and named.isdisjoint(coded)


def _nameless(place: Place) -> Finding:
    return Finding(
        "nameless-fact",
        Text("这一行没有写是哪个事实", "this line does not say which fact it is about"),
        Text("在“事实”一列选一个名称，或者删去这一行", 'choose a name in the column "Fact", or delete the line'),
        place,
    )


def _mismatch(name: Scalar, code: Scalar) -> Finding:
    return Finding(
        "fact-code-mismatch",
        Text(
            f"事实“{name.text}”与代码 {code.text} 不是同一个事实",
            f'the fact "{name.text}" and the code {code.text} are not the same fact',
        ),
        Text("以名称为准：删去代码；以代码为准：删去名称", "delete whichever of the two is wrong"),
        code.place,
        value=code.text,
    )


def _sanctions(sheet: _Sheet) -> Iterator[Node]:
    columns = _Columns.of(sheet, SANCTION_COLUMNS)
    columns.require(sheet, ("measure",), SANCTION_COLUMNS)
    for line in _lines(sheet, columns, "sanctions"):
        place = next(iter(line.values())).place
        yield Mapping_(tuple((_key(own, cell.place), cell) for own, cell in line.items()), place)


def _sanction_cells(sheet: _Sheet) -> dict[str, Place]:
    """Where what goes with each decided measure is written."""
    columns = _Columns.of(sheet, SANCTION_COLUMNS).by_key
    return {
        sanction_key(row, key): sheet.place(row, column, "sanctions")
        for row in range(1, len(sheet.rows))
        for key, column in columns.items()
    }
