"""Many cases as a table: a row for each case, a column for each key of a case, each fact and each decided measure.

The table of a spreadsheet, a CSV file or a Parquet file. Columns stand in any order; their headings are those of the workbook for one case
(`sheet`) and the names of facts. What goes with a fact or a measure has a column of its own, headed `勤勉尽责（依据）` or `处理2（决定日期）`. An empty cell
says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from dandang.cases.cells import RowCells, Spots, fact_key, sanction_key
from dandang.cases.likely import corrections, is_slip, likely_headings, meant_item
from dandang.cases.nodes import Mapping_, Node, Scalar, Sequence_
from dandang.cases.sheet import CASE_FIELDS, FACT_COLUMNS, SANCTION_COLUMNS, Field
from dandang.errors import MalformedFile
from dandang.messages import Text
from dandang.model import Finding, Place, Vocabulary, fold_name

#: A row with its number from 1, as places tell it.
Row: TypeAlias = tuple[int, Sequence[str]]
#: The place of a cell: number of the row, of the column from 0, path in the case.
Locate: TypeAlias = Callable[[int, int, str], Place]

_Cell = TypeVar("_Cell")
#: Cells by key: of the case itself, of its cadre, of each fact, of the measure of each number.
_Groups: TypeAlias = tuple[dict[str, _Cell], dict[str, _Cell], dict[str, dict[str, _Cell]], dict[int, dict[str, _Cell]]]

SANCTION = Text("处理", "Sanction")
EXAMPLE = Text("示例", "example")
#: The headings are among the first rows; above them there may be a title and remarks.
HEADING_ROWS = 10
_SPLIT = re.compile(r"[\n；;、]+")
_CLAIMS = re.compile(r"[\s、，；,;]+")
_PART = re.compile(r"(?P<of>.+?)\s*[（(](?P<part>[^（()）]+)[)）]\s*$")
_NUMBERED = re.compile(r"(?:处理措施|处理|sanction|measure)\s*(?P<number>\d*)\s*$", re.IGNORECASE)


class Column(NamedTuple):
    """What a column holds: a key of the case, a part of a fact, or a part of the measure of that number."""

    at: int
    heading: str
    kind: str
    key: str
    number: int = 1


class Heading(NamedTuple):
    """The columns that say something, what is written where, the number of their row, and what is wrong with the other columns."""

    row: int
    columns: tuple[Column, ...]
    spots: Spots
    findings: tuple[Finding, ...]
    #: How many cells the row has, and the columns of those that are empty.
    width: int
    gaps: tuple[int, ...]


class TableRow(NamedTuple):
    """A row that says something: its cells that are not empty, each with its column, and where in a row what is written."""

    number: int
    said: list[tuple[Column, str]]
    locate: Locate
    spots: Spots

    @property
    def place(self) -> Place:
        """Where the row begins."""
        return self.locate(self.number, 0, "")

    def cells(self, stated: Mapping[str, Place]) -> RowCells:
        """The places of a case, those of what is stated and of what the row leaves empty."""
        return RowCells(stated, self.spots, self.number, self.locate)

    def nodes(self) -> Mapping_:
        """The case as nodes that know their cells, in the shape that a case file has."""
        cells = (
            (column, Scalar(text, self.locate(self.number, column.at, _path(column)))) for column, text in self.said
        )
        return Mapping_(tuple(_pairs(_grouped(cells))), self.place)

    def plain(self) -> dict[str, Any]:
        """The case as plain values, in the shape that a case file of JSON has."""
        own, cadre, facts, sanctions = _grouped(self.said)
        found: dict[str, Any] = dict(own)
        if "claims" in own:
            found["claims"] = _claims(own["claims"])
        groups = ("cadre", cadre), ("facts", facts)
        found |= {key: group for key, group in groups if group}
        if sanctions:
            found["sanctions"] = [one for _, parts in sorted(sanctions.items()) for one in _measures(parts)]
        return found


#: A row that says something, or what is to be said between rows.
TablePart: TypeAlias = tuple[TableRow | None, list[Finding]]


def table_parts(
    rows: Iterable[Row],
    vocabulary: Vocabulary,
    locate: Locate,
    *,
    found: Iterable[Finding] = (),
    broken: Mapping[int, Sequence[int]] = MappingProxyType({}),
    shifts: bool = False,
) -> Iterator[TablePart]:
    """The rows that say something; first, without a row, what was found already and what is wrong with the headings. Raises MalformedFile.

    `broken` are the columns of each row whose cell holds an error in place of a value. With `shifts` a cell too many in a row, as a stray comma makes, is told of
    each row; without, a column without a heading is told once.
    """
    waiting = iter(rows)
    yield None, list(found)
    heading = _heading(waiting, vocabulary, locate)
    yield None, list(heading.findings)
    examples = {fold_name(word) for word in EXAMPLE}
    ids = [column.at for column in heading.columns if column.key == "id"]
    columns = [(column, column.at) for column in heading.columns]
    told: set[int] = set()
    for number, cells in waiting:
        if ids and fold_name(_cell(cells, ids[0])) in examples:
            yield None, [_example(locate(number, ids[0], "id"))]
            continue
        width = len(cells)
        if number in broken:
            yield (
                None,
                [error_cell(locate(number, at, _path(column))) for column, at in columns if at in broken[number]],
            )
        if (width > heading.width or heading.gaps) and (surplus := set(_surplus(cells, heading)) - told):
            yield None, [_unheaded(cells[at].strip(), locate(number, at, ""), shifts=shifts) for at in sorted(surplus)]
            told |= set() if shifts else surplus
        if said := [(column, text) for column, at in columns if at < width and (text := cells[at].strip())]:
            yield TableRow(number, said, locate, heading.spots), []


def _surplus(cells: Sequence[str], heading: Heading) -> Iterator[int]:
    """The columns of the cells that have something in them and no heading above them."""
    yield from (at for at in (*heading.gaps, *range(heading.width, len(cells))) if _cell(cells, at))


# --- the headings -----------------------------------------------------------------------------------------------------


def is_heading(cells: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether a row is that of the headings: it names two columns at least, one of them a key of a case. In the form for a single case a
    value stands beside the key, and a fact beside its code."""
    known = [column for at, cell in enumerate(cells) if (column := _column(at, cell, vocabulary))]
    return len({_meaning(column, vocabulary) for column in known}) > 1 and any(
        column.kind == "case" for column in known
    )


def _heading(rows: Iterator[Row], vocabulary: Vocabulary, locate: Locate) -> Heading:
    passed: list[Row] = []
    for number, cells in islice(rows, HEADING_ROWS):
        if is_heading(cells, vocabulary):
            return _read_heading(number, cells, vocabulary, locate)
        passed.append((number, cells))
    raise no_heading(((locate(number, 0, ""), cells) for number, cells in passed), vocabulary, locate(1, 0, ""))


def no_heading(rows: Iterable[tuple[Place, Sequence[str]]], vocabulary: Vocabulary, begin: Place) -> MalformedFile:
    """The error for a table none of whose first rows names the columns, with what the likeliest of them was probably meant to say."""
    found = [(place, corrections(cells, vocabulary)) for place, cells in rows if any(map(str.strip, cells))]
    place, meant = max(found, key=lambda one: len(one[1]), default=(begin, []))
    wanted = [field.heading for field in CASE_FIELDS[:5]]
    zh, en = "、".join(text.zh for text in wanted), ", ".join(text.en for text in wanted)
    if meant:
        hint = (
            f"请改列名：{'，'.join(f'“{cell}”改为“{text.zh}”' for cell, text in meant)}",
            f"change the headings: {'; '.join(f'{text.en} for {cell}' for cell, text in meant)}",
        )
    else:
        hint = (
            f"第一行写列名：{zh}……以及事实的名称；`dandang template 案件.xlsx` 写出空白表格",
            f"the first row names the columns: {en} … and the facts; `dandang template cases.xlsx` writes an empty table",
        )
    return MalformedFile("没有找到列名所在的一行", "no row of column headings was found", hint=hint, place=place)


def _read_heading(number: int, cells: Sequence[str], vocabulary: Vocabulary, locate: Locate) -> Heading:
    columns: dict[tuple[str, str, int], Column] = {}
    findings = []
    unknown = []
    for at, cell in enumerate(cells):
        column = _column(at, cell, vocabulary)
        if column is None:
            unknown += [(at, cell)] if cell.strip() else []
            continue
        meant = (column.kind, _meaning(column, vocabulary), column.number)
        if columns.setdefault(meant, column) is not column:
            findings.append(_repeated(cell, columns[meant], locate(number, at, "")))
    there = {column.key for column in columns.values() if column.kind == "case"}
    there |= {iri for column in columns.values() for iri, _ in vocabulary.fact(column.heading) if column.kind == "fact"}
    findings += [_unknown(cell, there, vocabulary, locate(number, at, "")) for at, cell in unknown]
    findings.sort(key=lambda finding: finding.place.column or 0 if finding.place else 0)
    found = tuple(columns.values())
    width = max((at + 1 for at, cell in enumerate(cells) if cell.strip()), default=0)
    gaps = tuple(at for at in range(width) if not cells[at].strip())
    return Heading(number, found, _spots(found, vocabulary), tuple(findings), width, gaps)


def _spots(columns: Iterable[Column], vocabulary: Vocabulary) -> Spots:
    """Where each part of a case is written; a group of parts begins with the first of them."""
    found: dict[str, tuple[int, str]] = {}
    for column in columns:
        where = column.at, _path(column)
        if column.kind == "case":
            keys = [column.key, column.key.partition(".")[0]]
        elif column.kind == "fact":
            meant = vocabulary.fact(column.heading)
            keys = [fact_key(next(iter(meant))[0], column.key), "facts"] if len(meant) == 1 else ["facts"]
        else:
            keys = [sanction_key(column.number, column.key), "sanctions"]
        for key in keys:
            found.setdefault(key, where)
    return found


def _meaning(column: Column, vocabulary: Vocabulary) -> str:
    """What tells two columns apart: for a part of a fact also the fact, whatever it is called."""
    if column.kind != "fact":
        return column.key
    meant = sorted(vocabulary.fact(column.heading))
    return f"{meant[0] if meant else column.heading} {column.key}"


def _column(at: int, cell: str, vocabulary: Vocabulary) -> Column | None:
    """The column of a heading; None for a heading that names nothing."""
    text = cell.strip()
    if not text:
        return None
    if key := _key(text, CASE_FIELDS):
        return Column(at, text, "case", key)
    if vocabulary.fact(text):
        return Column(at, text, "fact", "value")
    if numbered := _NUMBERED.match(text):
        return Column(at, text, "sanction", "measure", int(numbered["number"] or 1))
    part = _PART.match(text)
    if part is None:
        return None
    if vocabulary.fact(part["of"]) and (key := _key(part["part"], FACT_COLUMNS)):
        return Column(at, part["of"], "fact", key)
    if (numbered := _NUMBERED.match(part["of"])) and (key := _key(part["part"], SANCTION_COLUMNS)):
        return Column(at, text, "sanction", key, int(numbered["number"] or 1))
    return None


def is_item(heading: str) -> bool:
    """Whether a heading names a key of the case."""
    return bool(_key(heading, CASE_FIELDS))


def _key(heading: str, fields: Sequence[Field]) -> str:
    wanted = fold_name(heading)
    return next((field.key for field in fields if wanted in map(fold_name, (field.key, *field.heading))), "")


def _unknown(cell: str, there: Collection[str], vocabulary: Vocabulary, place: Place) -> Finding:
    """What is to be said of a column that is not read: a mistake where it was meant for one that the table does not have, else a word that it is left out.
    `there` are the keys of the case and the fact types that have their column."""
    message = Text(f"不认识的列名“{cell}”，这一列没有读", f'unknown column "{cell}"; it was not read')
    if parts := _parts(cell, vocabulary):
        zh, en = "、".join(text.zh for text in parts), "; ".join(text.en for text in parts)
        hint = Text(f"括号里可用：{zh}", f"what may stand in the brackets: {en}")
        return Finding("unknown-column", message, hint, place, value=cell)
    item = meant_item(cell)
    if (item and item not in there) or is_slip(cell, vocabulary, there):
        close = likely_headings(cell, vocabulary)
        zh, en = "、".join(text.zh for text in close), "; ".join(text.en for text in close)
        hint = Text(f"是不是：{zh}？", f"did you mean: {en}?")
        return Finding("unknown-column", message, hint, place, value=cell)
    hint = Text(
        "本来就不是案件内容的，不用改；要读的，列名用案件的项目或者事实的名称",
        "if it is no part of the case, leave it; to have it read, head it with an item of a case or the name of a fact",
    )
    return Finding("unknown-column", message, hint, place, "warning", value=cell)


def _parts(cell: str, vocabulary: Vocabulary) -> list[Text]:
    """What may go with the fact or the measure that a heading names before its brackets; nothing for any other heading."""
    part = _PART.match(cell.strip())
    fields: Sequence[Field] = ()
    if part and vocabulary.fact(part["of"]):
        fields = [field for field in FACT_COLUMNS if field.key in ("evidence", "found_by", "on")]
    elif part and _NUMBERED.match(part["of"]):
        fields = [field for field in SANCTION_COLUMNS if field.key != "measure"]
    return [field.heading for field in fields]


def _repeated(cell: str, earlier: Column, place: Place) -> Finding:
    message = Text(
        f"列“{cell}”与前面的“{earlier.heading}”是同一项，只读了前面的",
        f'the column "{cell}" says the same as "{earlier.heading}" before it; only the first was read',
    )
    return Finding("repeated-column", message, Text("只保留一列", "keep one of them"), place, value=cell)


def _example(place: Place) -> Finding:
    message = Text("示例行没有当作案件", "the example row was not taken for a case")
    return Finding("example-row", message, Text("可以删去这一行", "the row may be deleted"), place, "info")


def error_cell(place: Place) -> Finding:
    """What is to be said of a cell with an error."""
    message = Text(
        "这一格是错误值（如 #REF!、#N/A），按空白处理",
        "the cell holds an error (such as #REF! or #N/A) and counts as empty",
    )
    return Finding(
        "error-cell", message, Text("请写上内容，或者清空这一格", "write its value, or clear the cell"), place
    )


def _unheaded(text: str, place: Place, *, shifts: bool) -> Finding:
    if shifts:
        message = Text(
            f"这一格在列名之外，没有读：“{text}”", f'this cell is beyond the headings and was not read: "{text}"'
        )
        hint = Text(
            "这一行多出一格，前面的内容可能错了位；内容里有逗号的，整格加引号",
            "the row has a cell too many, and those before it may have moved: put a cell with a comma in quotation marks",
        )
        return Finding("surplus-cell", message, hint, place, value=text)
    message = Text(f"这一列没有列名，没有读：“{text}”", f'the column has no heading and was not read: "{text}"')
    hint = Text("要读就在列名一行写上列名；不用读的，不用改", "to have it read, give it a heading; else leave it")
    return Finding("surplus-cell", message, hint, place, "warning", value=text)


# --- a row ------------------------------------------------------------------------------------------------------------


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def _path(column: Column) -> str:
    """Where in a case the cell of a column stands."""
    if column.kind == "case":
        return column.key
    return f"facts.{column.heading}" if column.kind == "fact" else "sanctions"


def _grouped(cells: Iterable[tuple[Column, _Cell]]) -> _Groups[_Cell]:
    """Cells by what they are about: the case itself, its cadre, its facts, its sanctions."""
    found: _Groups[_Cell] = ({}, {}, {}, {})
    own, cadre, facts, sanctions = found
    for column, cell in cells:
        if column.kind == "fact":
            facts.setdefault(column.heading, {})[column.key] = cell
        elif column.kind == "sanction":
            sanctions.setdefault(column.number, {})[column.key] = cell
        elif column.key.startswith("cadre."):
            cadre[column.key.removeprefix("cadre.")] = cell
        else:
            own[column.key] = cell
    return found


def _pairs(groups: _Groups[Scalar]) -> Iterator[tuple[Scalar, Node]]:
    """The keys of a case."""
    own, cadre, facts, sanctions = groups
    for key, cell in own.items():
        if key == "claims":
            parts = tuple(cell._replace(text=part) for part in _claims(cell.text))
            yield _named("claims", cell), Sequence_(parts, cell.place)
        else:
            yield _named(key, cell), cell
    if cadre:
        items = tuple((_named(key, cell), cell) for key, cell in cadre.items())
        yield _named("cadre", items[0][0]), Mapping_(items, items[0][0].place)
    if facts:
        pairs = tuple(_fact(name, parts) for name, parts in facts.items())
        yield _named("facts", pairs[0][0]), Mapping_(pairs, pairs[0][0].place)
    if sanctions:
        measures = tuple(chain.from_iterable(_sanction(parts) for _, parts in sorted(sanctions.items())))
        first = next(iter(next(iter(sanctions.values())).values()))
        yield _named("sanctions", first), Sequence_(measures, measures[0].place if measures else first.place)


def _claims(text: str) -> list[str]:
    return [part for part in _CLAIMS.split(text) if part]


def _listed(text: str) -> list[str]:
    """The measures that a cell names."""
    return [part.strip() for part in _SPLIT.split(text) if part.strip()]


def _measures(parts: dict[str, str]) -> list[Any]:
    """The measure of a number; a cell may name several when nothing else is said of them."""
    return _listed(parts["measure"]) if set(parts) == {"measure"} else [parts]


def _named(key: str, cell: Scalar) -> Scalar:
    return Scalar(key, cell.place)


def _fact(name: str, parts: dict[str, Scalar]) -> tuple[Scalar, Node]:
    cell = parts.get("value") or next(iter(parts.values()))
    if set(parts) == {"value"}:
        return _named(name, cell), cell
    return _named(name, cell), Mapping_(tuple((_named(key, part), part) for key, part in parts.items()), cell.place)


def _sanction(parts: dict[str, Scalar]) -> Iterator[Node]:
    """The same as nodes."""
    cell = parts.get("measure") or next(iter(parts.values()))
    if set(parts) == {"measure"}:
        yield from (cell._replace(text=text) for text in _listed(cell.text))
    else:
        yield Mapping_(tuple((_named(key, part), part) for key, part in parts.items()), cell.place)
