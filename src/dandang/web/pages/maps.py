"""Views over many clauses at once: two side by side, circumstances against exemptions, what is connected with a thing."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from dandang.comparison import compare as compared
from dandang.model import Clause
from dandang.namespaces import CONCEPTS
from dandang.render.tables import localised, table_csv, table_xlsx
from dandang.web.addresses import url
from dandang.web.behind import page_query
from dandang.web.language import language
from dandang.web.pages.common import missing
from dandang.web.problems import NoSuchPage
from dandang.web.routing import library, page
from dandang.web.views import flow
from dandang.web.views import neighbourhood as near
from dandang.web.views.compare import LINKS, compare_query, matrix_table, pair_text
from dandang.web.views.compare import matrix as all_pairs
from dandang.web.views.flow import told
from dandang.web.views.flow_drawing import drawn_map

blueprint = Blueprint("maps", __name__)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(blueprint, "/compare")
def choose() -> str | BaseResponse:
    """A form to choose two clauses; sends on to their comparison where both are given."""
    first, second = (request.args.get(name, "").strip() for name in ("first", "second"))
    if first and second:
        one, other = _clause(first), _clause(second)
        return redirect(url(f"/compare/{one.notation}/{other.notation}", language()))
    return render_template("compare.html", found=None, first=first, second=second)


@page(blueprint, "/compare/<first>/<second>")
def compare(first: str, second: str) -> str | BaseResponse:
    """Two clauses side by side."""
    left, right = _clause(first), _clause(second)
    if (first, second) != (left.notation, right.notation):
        return redirect(url(f"/compare/{left.notation}/{right.notation}", language()))
    found = compared(left, right, library().policy)
    return render_template(
        "compare.html",
        found=found,
        first=left.notation,
        second=right.notation,
        links=LINKS,
        pairs={"same": found.shared, "contrary": found.contrary, "near": found.near},
        query=compare_query(left.iri, right.iri),
    )


def _clause(notation: str) -> Clause:
    """The clause of a notation in either case. Raises NoSuchPage."""
    for clause in library().policy.clauses.values():
        if clause.notation.lower() == notation.lower():
            return clause
    raise NoSuchPage(f"没有条款“{notation}”", f"there is no clause “{notation}”")


@page(blueprint, "/matrix", fixed=True)
def matrix() -> str:
    """Circumstances against exemptions."""
    shelf = library()
    return render_template(
        "matrix.html", matrix=all_pairs(shelf), links=LINKS, pair_text=pair_text, query=page_query("matrix")
    )


@page(blueprint, "/map", fixed=True)
def flow_map() -> str:
    """How a failure flows through the documents."""
    shelf = library()
    return render_template(
        "map.html",
        map=drawn_map(shelf, language()),
        told=told(shelf),
        how=partial(flow.words_of, library=shelf),
        cutting=flow.CUTTING,
        defeat_kinds={kind: f"{CONCEPTS}defeat/{kind}" for kind in flow.CUTTING},
        query=page_query("map"),
    )


@blueprint.get("/data/matrix.<any(csv, xlsx):ending>")
def matrix_data(ending: str) -> Response:
    """The matrix as a file: CSV with every column, XLSX for a reader of `lang`."""
    table, headings = matrix_table(library())
    lang = "en" if request.args.get("lang") == "en" else "zh"
    if ending == "xlsx":
        response = Response(table_xlsx(localised(table, headings, lang), sheet="matrix"), content_type=_XLSX)
    else:
        response = Response(table_csv(table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="dandang-matrix.{ending}"'
    return response


@blueprint.get("/data/neighbourhood/<path:name>.json")
def neighbourhood(name: str) -> Response:
    """The neighbourhood of a page's thing, for the interactive graph."""
    shelf = library()
    iri = shelf.addresses.iri(f"/{name}") or shelf.addresses.iri(f"/{name}/")
    if iri is None:
        if full := shelf.addresses.full(f"/{name}"):
            abort(redirect(near.data_address(full)))
        raise missing(request.path)
    return jsonify(near.elements(near.neighbourhood(iri, shelf), shelf))
