"""Many cases as a table: a row for each case, a column for each key of a case, each fact and each decided measure.

The table of a spreadsheet, a CSV file or a Parquet file, whose columns `table_heading` tells. An empty cell says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

from dandang.cases.cells import RowCells, Spots
from dandang.cases.nodes import Mapping_, Node, Scalar, Sequence_
from dandang.cases.table_heading import Column, Heading, Locate, Row, read_heading
from dandang.messages import Text
from dandang.model import Finding, Place
from dandang.vocabulary import Vocabulary, fold_name

_Cell = TypeVar("_Cell")
#: Cells by key: of the case itself, of its cadre, of each fact, of the measure of each number.
_Groups: TypeAlias = tuple[dict[str, _Cell], dict[str, _Cell], dict[str, dict[str, _Cell]], dict[int, dict[str, _Cell]]]

SANCTION = Text("处理", "Sanction")
EXAMPLE = Text("示例", "example")
_SPLIT = re.compile(r"[\n；;、]+")
_CLAIMS = re.compile(r"[\s、，；,;]+")


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

    def stated(self) -> dict[str, Place]:
        """The places of what the row says, as `nodes` has them: by key of the case, of each fact by `facts.` and its name, of each sanction by `sanctions` and
        its number in brackets."""
        own, cadre, facts, sanctions = _grouped((column, (column, text)) for column, text in self.said)
        found = own | {f"facts.{name}": _first(parts, "value") for name, parts in facts.items()}
        found |= {"cadre": next(iter(cadre.values()))} if cadre else {}
        found |= {"facts": _first(next(iter(facts.values())), "value")} if facts else {}
        texts = [({key: text for key, (_, text) in parts.items()}, parts) for _, parts in sorted(sanctions.items())]
        measures = [_first(parts, "measure") for own_texts, parts in texts for _ in _measures(own_texts)]
        found |= {f"sanctions[{number}]": cell for number, cell in enumerate(measures, start=1)}
        if sanctions:
            found["sanctions"] = (measures or list(next(iter(sanctions.values())).values()))[0]
        return {key: self.locate(self.number, column.at, column.path) for key, (column, _) in found.items()}

    def nodes(self) -> Mapping_:
        """The case as nodes that know their cells, in the shape that a case file has."""
        cells = ((column, Scalar(text, self.locate(self.number, column.at, column.path))) for column, text in self.said)
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
    heading = read_heading(waiting, vocabulary, locate)
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
                [error_cell(locate(number, at, column.path)) for column, at in columns if at in broken[number]],
            )
        if (width > heading.width or heading.gaps) and (surplus := set(_surplus(cells, heading)) - told):
            yield None, [_unheaded(cells[at].strip(), locate(number, at, ""), shifts=shifts) for at in sorted(surplus)]
            told |= set() if shifts else surplus
        if said := [(column, text) for column, at in columns if at < width and (text := cells[at].strip())]:
            yield TableRow(number, said, locate, heading.spots), []


def _surplus(cells: Sequence[str], heading: Heading) -> Iterator[int]:
    """The columns of the cells that have something in them and no heading above them."""
    yield from (at for at in (*heading.gaps, *range(heading.width, len(cells))) if _cell(cells, at))


# --- a row ------------------------------------------------------------------------------------------------------------


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


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


def _first(parts: Mapping[str, _Cell], key: str) -> _Cell:
    """The cell that stands for parts of one thing: that of a key, else the first."""
    return parts.get(key) or next(iter(parts.values()))


def _named(key: str, cell: Scalar) -> Scalar:
    return Scalar(key, cell.place)


def _fact(name: str, parts: dict[str, Scalar]) -> tuple[Scalar, Node]:
    cell = _first(parts, "value")
    if set(parts) == {"value"}:
        return _named(name, cell), cell
    return _named(name, cell), Mapping_(tuple((_named(key, part), part) for key, part in parts.items()), cell.place)


def _sanction(parts: dict[str, Scalar]) -> Iterator[Node]:
    """The same as nodes."""
    cell = _first(parts, "measure")
    if set(parts) == {"measure"}:
        yield from (cell._replace(text=text) for text in _listed(cell.text))
    else:
        yield Mapping_(tuple((_named(key, part), part) for key, part in parts.items()), cell.place)


# --- what is not read ---


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
