"""Formats of query results and graphs: which one a request accepts or sends, and results as tables."""

from __future__ import annotations

import json
from typing import Any

from flask import request

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
#: RDF comes in more formats here than on the pages: those for datasets too, which may hold one graph only.
GRAPHS = {ending: media for ending, (media, _) in RDF_FORMATS.items()}
GRAPHS |= {"trig": "application/trig", "nq": "application/n-quads"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {**RESULTS, "xlsx": XLSX, **GRAPHS}
FORMATS["ttl"] += "; charset=utf-8"

#: What programs call a format in the parameter `format`, beside its ending and its media type.
_CALLED = {
    **{"turtle": "ttl", "n3": "ttl", "json-ld": "jsonld", "rdf+xml": "rdf", "rdf/xml": "rdf", "rdfxml": "rdf"},
    **{"n-triples": "nt", "ntriples": "nt", "n-quads": "nq", "nquads": "nq"},
}

#: The RDF in the syntax of a format of rows, for a request that did not know that its query makes a graph.
_KIN = {"xml": "rdf", "json": "jsonld"}

#: Media types that name a format less exactly than its own.
_LOOSE = {"application/json": "json", "application/xml": "xml", "text/xml": "xml", "text/plain": "nt"}
_UTF8 = "; charset=utf-8"


def called(name: str) -> str:
    """The ending of the format that a parameter calls by its ending, media type or usual name; what is unknown stays as it is."""
    plain = name.strip().lower()
    # In a query string that nobody encoded, `+` has become a space.
    media = {media.partition(";")[0]: ending for ending, media in FORMATS.items()} | _LOOSE | _CALLED
    return media.get(plain) or media.get(plain.replace(" ", "+"), plain if plain in FORMATS else name)


def graph_for(ending: str) -> str:
    """The ending of the RDF format that comes nearest to a format."""
    return ending if ending in GRAPHS else _KIN.get(ending, "ttl")


def accepted() -> tuple[str | None, str | None]:
    """The endings that the request likes best for rows and for graphs; None where it accepts none of them."""
    rows = {media.partition(";")[0]: ending for ending, media in RESULTS.items()}
    return _best(rows), accepted_graph()


def accepted_graph() -> str | None:
    """The ending of the RDF format that the request likes best; None where it accepts none."""
    return _best({media: ending for ending, media in GRAPHS.items()})


def graph_ending(media: str) -> str | None:
    """The ending of the RDF format with this media type."""
    return next((ending for ending, name in GRAPHS.items() if name == media), None)


def _best(offered: dict[str, str]) -> str | None:
    others = {media: ending for media, ending in _LOOSE.items() if ending in offered.values()}
    # All that is sent is UTF-8, so a request that asks for it by name is content.
    others |= {media + _UTF8: ending for media, ending in (offered | others).items()}
    # Another name counts only where the request uses it: under a wildcard it would undo the `q=0` of the first name.
    used = {media.lower().replace(" ", "").replace('"', "") for media in request.accept_mimetypes.values()}
    known = offered | {media: ending for media, ending in others.items() if media.replace(" ", "") in used}
    found = wanted(list(known))
    return known[found] if found else None


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
