"""The row of headings of a table of cases: which column says what.

Columns stand in any order; their headings are those of the workbook for one case (`sheet`) and the names of facts. What goes with a fact or a measure has a
column of its own, headed `勤勉尽责（依据）` or `处理2（决定日期）`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeAlias

from dandang.cases.cells import Spots, fact_key, sanction_key
from dandang.cases.likely import corrections, is_slip, likely_headings, meant_item
from dandang.cases.sheet import CASE_FIELDS, FACT_COLUMNS, SANCTION_COLUMNS, Field
from dandang.errors import MalformedFile
from dandang.messages import Text
from dandang.model import Finding, Place
from dandang.vocabulary import Vocabulary, fold_name

#: A row with its number from 1, as places tell it.
Row: TypeAlias = tuple[int, Sequence[str]]
#: The place of a cell: number of the row, of the column from 0, path in the case.
Locate: TypeAlias = Callable[[int, int, str], Place]

#: The headings are among the first rows; above them there may be a title and remarks.
HEADING_ROWS = 10
_PART = re.compile(r"(?P<of>.+?)\s*[（(](?P<part>[^（()）]+)[)）]\s*$")
_NUMBERED = re.compile(r"(?:处理措施|处理|sanction|measure)\s*(?P<number>\d*)\s*$", re.IGNORECASE)


class Column(NamedTuple):
    """What a column holds: a key of the case, a part of a fact, or a part of the measure of that number."""

    at: int
    heading: str
    kind: str
    key: str
    number: int = 1

    @property
    def path(self) -> str:
        """Where in a case its cells stand."""
        if self.kind == "case":
            return self.key
        return f"facts.{self.heading}" if self.kind == "fact" else "sanctions"


class Heading(NamedTuple):
    """The columns that say something, what is written where, the number of their row, and what is wrong with the other columns."""

    row: int
    columns: tuple[Column, ...]
    spots: Spots
    findings: tuple[Finding, ...]
    #: How many cells the row has, and the columns of those that are empty.
    width: int
    gaps: tuple[int, ...]


def is_heading(cells: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether a row is that of the headings: it names two columns at least, one of them a key of a case. In the form for a single case a
    value stands beside the key, and a fact beside its code."""
    known = [column for at, cell in enumerate(cells) if (column := _column(at, cell, vocabulary))]
    return len({_meaning(column, vocabulary) for column in known}) > 1 and any(
        column.kind == "case" for column in known
    )


def read_heading(rows: Iterator[Row], vocabulary: Vocabulary, locate: Locate) -> Heading:
    """Takes rows up to that of the headings. Raises MalformedFile where none of the first is it."""
    passed: list[Row] = []
    for number, cells in islice(rows, HEADING_ROWS):
        if is_heading(cells, vocabulary):
            return _read(number, cells, vocabulary, locate)
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


def _read(number: int, cells: Sequence[str], vocabulary: Vocabulary, locate: Locate) -> Heading:
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
        where = column.at, column.path
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
