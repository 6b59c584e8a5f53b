"""`/sparql`: the SPARQL 1.1 protocol for programs, `/zh/sparql` a page with an editor for people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from pyoxigraph import NamedNode
from werkzeug.wrappers import Response as BaseResponse

from dandang.errors import BadQuery, DandangError
from dandang.web.media import wants_html
from dandang.web.pages.examples import EXAMPLES
from dandang.web.problems import NotAcceptable, Unsupported
from dandang.web.routing import in_language, library, page, varied
from dandang.web.sparql_formats import FORMATS, accepted, spreadsheet, table_of
from dandang.sparql_guard import checked, foreign_graphs
from dandang.web.sparql_pool import Answer, Job, Pool

blueprint = Blueprint("sparql", __name__)

#: Rows that the page shows; the downloads have all.
MOST_ROWS = 500


@page(blueprint, "/sparql", bare=False)
def editor() -> tuple[str, int]:
    """The editor, with the result of `query`."""
    query = request.args.get("query", "")
    answer, error = None, None
    if query.strip():
        try:
            answer = _run(query, "json", "ttl")
        except DandangError as found:
            error = found
    values: dict[str, Any] = {
        "query": query,
        "error": error,
        "examples": EXAMPLES,
        "most": MOST_ROWS,
        "table": None,
        "graph": "",
        "seconds": current_app.config["QUERY_SECONDS"],
    }
    if answer and answer.kind == "graph":
        values["graph"] = answer.body.decode()
    elif answer:
        values["table"] = table_of(answer.body)
    kind = answer.kind if answer else ""
    return render_template("sparql.html", kind=kind, **values), error.http_status if error else 200


@blueprint.route("/sparql", methods=["GET", "POST"])
def protocol() -> BaseResponse:
    """The protocol. A browser that follows a link to a query gets the page."""
    query = _query()
    ending = request.values.get("format", "")
    if request.method == "GET" and not ending and wants_html():
        return in_language("/sparql")
    if query is None:
        return varied(Response(render_template("service.ttl"), content_type="text/turtle; charset=utf-8"))
    if ending:
        return _download(query, ending)
    results, graph = accepted()
    answer = _run(query, results or "json", graph or "ttl")
    if (graph if answer.kind == "graph" else results) is None:
        raise NotAcceptable("没有所接受的结果格式", "none of the accepted media types fits the result of this query")
    return varied(Response(answer.body, content_type=FORMATS[answer.format]))


def _download(query: str, ending: str) -> Response:
    if ending not in FORMATS:
        hint = (f"可用：{'、'.join(FORMATS)}", f"use one of {', '.join(FORMATS)}")
        raise NotAcceptable(f"没有 {ending} 格式", f"there is no format {ending}", hint=hint)
    wanted = "json" if ending == "xlsx" else ending
    answer = _run(query, wanted, wanted)
    body = spreadsheet(answer.body) if ending == "xlsx" and answer.kind != "graph" else answer.body
    ending = ending if answer.format == wanted and answer.kind != "graph" else answer.format
    response = Response(body, content_type=FORMATS[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="result.{ending}"'
    return response


def _query() -> str | None:
    """The query of a request: one, from the address, the form or the body. Raises BadQuery or Unsupported."""
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        return _decoded(request.get_data())
    if (request.method == "POST" and request.mimetype == "application/sparql-update") or "update" in request.values:
        checked("INSERT")
    if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
        raise Unsupported(
            f"不支持 {request.mimetype or '未写明的内容类型'}",
            f"{request.mimetype or 'a body without a type'} is not understood",
            hint=(
                "POST 用 application/x-www-form-urlencoded 或 application/sparql-query",
                "POST with application/x-www-form-urlencoded or application/sparql-query",
            ),
        )
    found = request.form.getlist("query") if request.method == "POST" else request.args.getlist("query")
    if len(found) > 1:
        raise BadQuery("请求里有不止一个 query", "the request has more than one query")
    if not found and request.method == "POST":
        raise BadQuery("请求里没有 query", "the request has no query")
    return found[0] if found else None


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadQuery("查询不是 UTF-8", "the query is not UTF-8") from error


def _run(query: str, results: str, graph: str) -> Answer:
    """The answer to a query of a stranger. Raises BadQuery and what the pool raises."""
    found = checked(query)
    if foreign := foreign_graphs(query, _graphs()):
        raise BadQuery(
            f"FROM 只能指向本站的图：{foreign[0]}",
            f"FROM may only name graphs of this site: {foreign[0]}",
            hint=("去掉 FROM 即查询全部数据", "leave FROM out to ask all of the data"),
        )
    values = request.args if request.method == "GET" or request.mimetype == "application/sparql-query" else request.form
    pool: Pool = current_app.extensions["dandang-pool"]
    job = Job(
        query,
        results if results in ("json", "xml", "csv", "tsv") else "json",
        graph if graph in ("ttl", "nt", "jsonld", "rdf") else "ttl",
        tuple(values.getlist("default-graph-uri")),
        tuple(values.getlist("named-graph-uri")),
        union=not found.dataset,
    )
    return pool.run(job)


def _graphs() -> frozenset[str]:
    names = (quad.graph_name for quad in library().quads())
    return frozenset(name.value for name in names if isinstance(name, NamedNode))
