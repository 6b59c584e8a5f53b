"""`/sparql`: the SPARQL 1.1 protocol, for programs. The page for people is `editor`."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, Response, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from dandang.errors import BadQuery
from dandang.sparql_guard import checked, checked_update, foreign_graphs, with_dataset
from dandang.web.media import HTML
from dandang.web.pages.description import service
from dandang.web.problems import NotAcceptable, Unsupported
from dandang.web.routing import in_language, varied
from dandang.web.sparql_formats import FORMATS, RESULTS, accepted, accepted_graph, called, graph_for, spreadsheet
from dandang.web.sparql_pool import Answer, Pool, Query, Stream, Update
from dandang.web.sparql_requests import FORM, allow_change, graphs, pool, seconds, text_of
from dandang.web.sparql_service import description, serialised

blueprint = Blueprint("sparql", __name__)

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"


def answer_to(query: str) -> Answer:
    """The answer for the page: rows as JSON, a graph as Turtle. Raises BadQuery and what the pool raises."""
    return _run(query, "json", "ttl")


@blueprint.route("/sparql", methods=["GET", "POST"])
def protocol() -> BaseResponse:
    """The protocol. A browser that follows a link to a query gets the page."""
    asked = _asked()
    ending = called(request.values.get("format", ""))
    if request.method == "GET" and not ending and prefers_page():
        return in_language("/sparql")
    if isinstance(asked, Update):
        pool().change(asked, seconds=seconds())
        return Response(status=204)
    if asked is None:
        return _description()
    if ending:
        return _download(asked, ending)
    results, graph = accepted()
    answer = _sent(asked, results or "json", graph or "ttl")
    if (graph if answer.kind == "graph" else results) is None:
        _give_up(answer)
        raise NotAcceptable("没有所接受的结果格式", "none of the accepted media types fits the result of this query")
    return varied(_response(answer))


def prefers_page() -> bool:
    """Whether the request likes a page best, by name: many programs end their list with `*/*`."""
    liked = request.accept_mimetypes
    return HTML in liked.values() and liked.quality(HTML) == max(quality for _, quality in liked)


def _description() -> BaseResponse:
    ending = accepted_graph()
    if ending is None:
        raise NotAcceptable(
            "没有所接受的格式",
            "none of the accepted media types fits the service description",
            hint=("要查询请加参数 query", "to ask something, give the parameter query"),
        )
    triples = description(service(), pool().dataset)
    return varied(Response(serialised(triples, ending), content_type=FORMATS[ending]))


def _download(query: str, ending: str) -> Response:
    if ending not in FORMATS:
        hint = (f"可用：{'、'.join(FORMATS)}", f"use one of {', '.join(FORMATS)}")
        raise NotAcceptable(f"没有 {ending} 格式", f"there is no format {ending}", hint=hint)
    if ending == "xlsx":
        whole = _run(query, "json", "ttl")
        answer: Answer | Stream = (
            whole if whole.kind == "graph" else Answer(whole.kind, ending, spreadsheet(whole.body))
        )
    else:
        answer = _sent(query, ending, ending)
    response = _response(answer)
    response.headers["Content-Disposition"] = f'attachment; filename="result.{answer.format}"'
    return response


def _response(answer: Answer | Stream) -> Response:
    content = answer.pieces if isinstance(answer, Stream) else answer.body
    return Response(content, content_type=FORMATS[answer.format])


def _give_up(answer: Answer | Stream) -> None:
    if isinstance(answer, Stream):
        answer.pieces.close()


def _asked() -> str | Update | None:
    """The query or the update of a request, from the address, the form or the body. Raises BadQuery or Unsupported."""
    if request.method == "POST" and request.mimetype in (QUERY, UPDATE):
        text = text_of(request.get_data(), request.mimetype_params.get("charset"))
        return text if request.mimetype == QUERY else _update(text)
    if request.method == "POST" and request.mimetype != FORM:
        raise Unsupported(
            f"不支持 {request.mimetype or '未写明的内容类型'}",
            f"{request.mimetype or 'a body without a type'} is not understood",
            hint=(f"POST 用 {FORM} 或 {QUERY}", f"POST with {FORM} or {QUERY}"),
        )
    values = request.form if request.method == "POST" else request.args
    found = [(name, text) for name in ("query", "update") for text in values.getlist(name)]
    if len(found) > 1:
        raise BadQuery("请求里有不止一个查询或更新", "the request has more than one query or update")
    if not found and request.method == "POST":
        raise BadQuery("请求里没有 query", "the request has no query")
    if not found:
        return None
    name, text = found[0]
    if name == "update" and request.method != "POST":
        raise BadQuery("更新要用 POST 发送", "an update is sent with POST")
    return text if name == "query" else _update(text)


def _update(text: str) -> Update:
    """The update, its patterns matched against the graphs that the request names. Raises BadQuery."""
    if not pool().writable:
        raise BadQuery("这里只读，不接受更新", "this endpoint is read-only and takes no updates")
    allow_change()
    using, named = graphs("using-graph-uri"), graphs("using-named-graph-uri")
    return Update(with_dataset(checked_update(text), using, named), request.base_url)


def _run(query: str, results: str, graph: str) -> Answer:
    """The whole answer to a query of a stranger. Raises BadQuery and what the pool raises."""
    answer = pool().run(_job(query, results, graph), seconds=seconds())
    assert answer is not None
    return answer


def _sent(query: str, results: str, graph: str) -> Answer | Stream:
    """The answer as it is sent: in pieces where it is large, and the client can tell a cut one from a whole one."""
    if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        return _run(query, results, graph)
    answer = pool().stream(_job(query, results, graph), seconds=seconds())
    assert answer is not None
    return answer


def _job(query: str, results: str, graph: str) -> Query:
    """The query of a request, if it may run. Raises BadQuery."""
    found = allowed(query, pool(), hosts=current_app.config["ALLOW_SERVICE"])
    return found._replace(
        base=request.base_url,
        results=results if results in RESULTS else "json",
        graph=graph_for(graph),
        default_graph=graphs("default-graph-uri"),
        named_graphs=graphs("named-graph-uri"),
    )


def allowed(query: str, pool: Pool, *, hosts: Collection[str], base: str = "") -> Query:
    """The query of a stranger, if it may run. Raises BadQuery."""
    found = checked(query, hosts=hosts)
    # In a store that strangers write, any name may become a graph; one that is not there is merely empty.
    if not pool.writable and found.dataset and (foreign := foreign_graphs(query, frozenset(pool.dataset.graphs))):
        raise BadQuery(
            f"FROM 只能指向本站的图：{foreign[0]}",
            f"FROM may only name graphs of this site: {foreign[0]}",
            hint=("去掉 FROM 即查询全部数据", "leave FROM out to ask all of the data"),
        )
    return Query(query, base, union=pool.union and not found.dataset, network=found.network)
