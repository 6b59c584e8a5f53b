"""Query results as text, CSV, JSON and XLSX."""

from __future__ import annotations

import csv
import io
import json

import openpyxl

from dandang.model import Table, Term
from dandang.namespaces import ID, XSD
from dandang.render.tables import table_csv, table_json, table_text, table_xlsx

TABLE = Table(
    ("clause", "quote", "ordinal", "none"),
    (
        (
            Term("iri", ID + "wuhan-2018/E7"),
            Term("literal", "果断决策,\n及时处置", "zh"),
            Term("literal", "7", "", XSD + "integer"),
            None,
        ),
        (Term("iri", "http://example.org/x"), Term("literal", "=1+1"), Term("bnode", "b0"), None),
    ),
)


def test_text_shortens_iris_and_aligns_wide_characters() -> None:
    lines = table_text(TABLE).splitlines()
    assert lines[2].startswith("wh:E7")
    assert lines[2].index("7", 6) < lines[3].index("b0") + 20
    assert "果断决策, 及时处置" in lines[2]


def test_text_cuts_long_cells_only() -> None:
    long = Table(("a",), ((Term("literal", "字" * 40),),))
    assert table_text(long, widest=20).splitlines()[2] == "字" * 9 + "…"
    assert table_text(long, widest=200).splitlines()[2] == "字" * 40


def test_csv_keeps_full_iris_and_line_breaks() -> None:
    rows = list(csv.reader(io.StringIO(table_csv(TABLE))))
    assert rows[0] == list(TABLE.columns)
    assert rows[1] == [ID + "wuhan-2018/E7", "果断决策,\n及时处置", "7", ""]


def test_json_is_the_w3c_format() -> None:
    told = json.loads(table_json(TABLE))
    assert told["head"]["vars"] == list(TABLE.columns)
    first = told["results"]["bindings"][0]
    assert first["clause"] == {"type": "uri", "value": ID + "wuhan-2018/E7"}
    assert first["quote"]["xml:lang"] == "zh" and first["ordinal"]["datatype"] == XSD + "integer"
    assert "none" not in first


def test_xlsx_opens_and_no_cell_is_a_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(table_xlsx(TABLE))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(TABLE.columns)
    assert sheet["B3"].value == "=1+1" and sheet["B3"].data_type == "s"
    assert sheet.freeze_panes == "A2"


def test_an_empty_table_is_a_header() -> None:
    assert table_text(Table(("a",), ())).splitlines() == ["a", "─"]
    assert table_csv(Table(("a",), ())) == "a\r\n"
