"""Query results as text, CSV, JSON and XLSX."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping

from dandang.messages import Text
from dandang.model import Table, Term
from dandang.namespaces import shorten

FORMATS = ("text", "csv", "json", "xlsx")
_WIDEST = 48


def cell(term: Term | None) -> str:
    """A term as a person reads it: IRIs by prefix, literals bare, nothing for unbound."""
    if term is None:
        return ""
    return shorten(term.value) if term.kind == "iri" else term.value


def table_text(table: Table, *, widest: int = _WIDEST) -> str:
    """Columns side by side; a cell wider than `widest` columns is cut with `…`."""
    rows = [[_cut(cell(term), widest) for term in row] for row in table.rows]
    widths = [max(map(_width, column)) for column in zip(table.columns, *rows, strict=True)] if table.columns else []
    lines = [_line(table.columns, widths), _line(["─" * width for width in widths], widths)]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def _line(cells: Iterable[str], widths: list[int]) -> str:
    return "  ".join(text + " " * (width - _width(text)) for text, width in zip(cells, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    """Columns a terminal gives the text: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _cut(text: str, widest: int) -> str:
    text = " ".join(text.split())
    if _width(text) <= widest:
        return text
    while _width(text) > widest - 1:
        text = text[:-1]
    return text + "…"


def localised(table: Table, labels: Mapping[str, Text], lang: str) -> Table:
    """The table for a reader of one language: without the columns of the other, headed by labels."""
    other = "En" if lang == "zh" else "Zh"
    kept = [
        n
        for n, name in enumerate(table.columns)
        if not (name.endswith(other) and name[:-2] + lang.title() in table.columns)
    ]
    heads = [
        labels[table.columns[n]] if table.columns[n] in labels else Text(table.columns[n], table.columns[n])
        for n in kept
    ]
    # A label may say which language its column is in; alone it need not.
    columns = tuple(head.in_(lang).removesuffix(" (Chinese)").removesuffix("\uff08英文\uff09") for head in heads)
    return Table(columns, tuple(tuple(row[n] for n in kept) for row in table.rows))


def table_csv(table: Table) -> str:
    """CSV by RFC 4180 with full IRIs."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([term.value if term else "" for term in row] for row in table.rows)
    return out.getvalue()


def table_json(table: Table) -> str:
    """SPARQL 1.1 Query Results JSON."""
    bindings = [
        {name: _json_term(term) for name, term in zip(table.columns, row, strict=True) if term} for row in table.rows
    ]
    return json.dumps(
        {"head": {"vars": table.columns}, "results": {"bindings": bindings}}, ensure_ascii=False, indent=2
    )


def _json_term(term: Term) -> dict[str, str]:
    said = {"type": {"iri": "uri", "literal": "literal", "bnode": "bnode"}[term.kind], "value": term.value}
    if term.lang:
        said["xml:lang"] = term.lang
    elif term.datatype and not term.datatype.endswith("#string"):
        said["datatype"] = term.datatype
    return said


def table_xlsx(table: Table, *, sheet: str = "dandang") -> bytes:
    """One sheet with a frozen header; every cell is text, so that nothing in it can act as a formula."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet[:31])
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for column, name in enumerate(table.columns):
        texts = [cell(row[column]) for row in table.rows]
        page.set_column(column, column, min(60, max([_width(name), *map(_width, texts)]) + 2))
        page.write_string(0, column, name, bold)
        for number, text in enumerate(texts, start=1):
            page.write_string(number, column, text, wrap)
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
