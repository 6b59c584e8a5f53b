"""Formats of query results: which one a request accepts, and results as tables."""

from __future__ import annotations

import json
from typing import Any

from dandang.model import Table, Term
from dandang.render.tables import table_xlsx
from dandang.web.media import RDF_FORMATS, wanted

#: Ending → content type.
RESULTS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {**RESULTS, "xlsx": XLSX, **{ending: media for ending, (media, _) in RDF_FORMATS.items()}}
FORMATS["ttl"] += "; charset=utf-8"

#: Media types that name a format less exactly than its own.
_LOOSE = {"application/json": "json", "application/xml": "xml", "text/xml": "xml", "text/plain": "nt"}


def accepted() -> tuple[str | None, str | None]:
    """The endings that the request likes best for rows and for graphs; None where it accepts none of them."""
    rows = {media.partition(";")[0]: ending for ending, media in RESULTS.items()}
    graphs = {media: ending for ending, (media, _) in RDF_FORMATS.items()}
    return _best(rows), _best(graphs)


def _best(offered: dict[str, str]) -> str | None:
    loose = {media: ending for media, ending in _LOOSE.items() if ending in offered.values()}
    found = wanted([*offered, *loose])
    return (offered | loose)[found] if found else None


def table_of(body: bytes) -> Table:
    """A JSON result as a table; the answer of an ASK query as one cell."""
    result: dict[str, Any] = json.loads(body)
    if "boolean" in result:
        cell = Term("literal", str(result["boolean"]).lower())
        return Table(("answer",), ((cell,),))
    columns = tuple(result["head"]["vars"])
    rows = tuple(tuple(_term(row.get(name)) for name in columns) for row in result["results"]["bindings"])
    return Table(columns, rows)


def _term(found: dict[str, Any] | None) -> Term | None:
    if found is None:
        return None
    if found["type"] == "uri":
        return Term("iri", found["value"])
    if found["type"] == "bnode":
        return Term("bnode", found["value"])
    return Term("literal", str(found["value"]), found.get("xml:lang", ""), found.get("datatype", ""))


def spreadsheet(body: bytes) -> bytes:
    """A JSON result as an XLSX file."""
    return table_xlsx(table_of(body))
