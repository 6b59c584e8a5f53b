"""A SPARQL result as a reader sees it: names with links in the place of IRIs, and a chart where one fits."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dandang.messages import Text
from dandang.model import Table, Term
from dandang.namespaces import XSD, shorten
from dandang.web.library import Library
from dandang.web.views.drawing import fitted

#: As many bars as fit a page; fewer than two compare nothing.
MOST_BARS, FEWEST_BARS = 40, 2
#: The longest label, in ems, and an em of it in user units.
_LABEL = 23
_NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}


class Cell(NamedTuple):
    """One value. `label` is the name of an IRI of the graph, `datatype` is set where it is not plain text."""

    kind: Literal["iri", "literal", "bnode", "unbound"]
    text: str = ""
    iri: str = ""
    label: Text | None = None
    lang: str = ""
    datatype: str = ""


class Bar(NamedTuple):
    """One bar: its label cut to fit, the whole label, its length from 0 to 1, and the number as the result has it."""

    label: str
    whole: str
    share: float
    number: str


class Chart(NamedTuple):
    """A bar for each row, and the columns that it is made from."""

    label: str
    number: str
    bars: tuple[Bar, ...]


class Result(NamedTuple):
    """Columns with whether all of their values are numbers, the rows to show, and the number of all rows."""

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    chart: Chart | None


def result_of(table: Table, library: Library, lang: str, most: int) -> Result:
    """The first `most` rows of a table."""
    rows = tuple(tuple(_cell(term, library) for term in row) for row in table.rows[:most])
    numeric = [_numeric(table, place) for place in range(len(table.columns))]
    columns = tuple(zip(table.columns, numeric, strict=True))
    return Result(columns, rows, len(table.rows), _chart(table, rows, numeric, lang))


def _cell(term: Term | None, library: Library) -> Cell:
    if term is None:
        return Cell("unbound")
    if term.kind == "bnode":
        return Cell("bnode", f"_:{term.value}")
    if term.kind == "iri":
        known = library.addresses.path(term.value) is not None
        return Cell("iri", shorten(term.value), term.value, library.label(term.value) if known else None)
    plain = term.lang or term.datatype in ("", XSD + "string")
    return Cell("literal", term.value, lang=term.lang, datatype="" if plain else shorten(term.datatype))


def _numeric(table: Table, place: int) -> bool:
    found = [row[place] for row in table.rows if row[place] is not None]
    return bool(found) and all(term is not None and term.datatype in _NUMBERS for term in found)


def _chart(table: Table, rows: tuple[tuple[Cell, ...], ...], numeric: list[bool], lang: str) -> Chart | None:
    """A chart of the one column of numbers, named by the column that reads best: text in the reader's language, text, IRIs."""
    if numeric.count(True) != 1 or len(numeric) < 2 or not FEWEST_BARS <= len(table.rows) <= MOST_BARS:
        return None
    at = numeric.index(True)
    numbers = [_number(row[at]) for row in table.rows]
    if any(number is None or number < 0 for number in numbers) or not any(numbers):
        return None
    names = [
        place for place in range(len(numeric)) if place != at and all(row[place].kind != "unbound" for row in rows)
    ]
    if not names:
        return None
    best = min(names, key=lambda place: _unreadable(rows, place, lang))
    largest = max(number for number in numbers if number is not None)
    bars = tuple(
        Bar(fitted(whole, _LABEL), whole, (number or 0) / largest, row[at].text)
        for row, number in zip(rows, numbers, strict=True)
        for whole in [_named(row[best], lang)]
    )
    return Chart(table.columns[best], table.columns[at], bars)


def _unreadable(rows: tuple[tuple[Cell, ...], ...], place: int, lang: str) -> int:
    cells = [row[place] for row in rows]
    if all(cell.kind == "literal" and cell.lang == lang for cell in cells):
        return 0
    return 1 if all(cell.label for cell in cells) else 2 if all(cell.kind == "literal" for cell in cells) else 3


def _named(cell: Cell, lang: str) -> str:
    return cell.label.in_(lang) if cell.label else cell.text


def _number(term: Term | None) -> float | None:
    try:
        return float(term.value) if term else None
    except ValueError:
        return None
