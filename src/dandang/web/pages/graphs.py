"""`/graphs`: the SPARQL 1.1 graph store protocol. A graph is named by `?graph=`, or by an address under `/graphs/`."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from dandang.errors import BadQuery
from dandang.web.problems import NoSuchPage, NotAcceptable, Unsupported
from dandang.web.routing import varied
from dandang.web.sparql_formats import FORMATS, GRAPHS, accepted_graph, graph_ending
from dandang.web.sparql_pool import Drop, Read, Write
from dandang.web.sparql_requests import absolute, allow_change, pool, text_of

blueprint = Blueprint("graphs", __name__)

_READ = ["GET"]
_CHANGE = ["PUT", "POST", "DELETE"]
_DEFAULT = ""


@blueprint.route("/graphs", methods=[*_READ, *_CHANGE])
def indirect() -> BaseResponse:
    """The graph that a parameter names: `graph` by its IRI, `default` the one without a name."""
    found = [*request.args.getlist("graph"), *(_DEFAULT for _ in request.args.getlist("default"))]
    if len(found) == 1:
        # An empty `graph=` would otherwise be taken for the default graph.
        return _answer(absolute(found[0]) if "graph" in request.args else _DEFAULT)
    if not found and request.method == "POST":
        return _new()
    raise BadQuery(
        "请求要写明一个图",
        "the request has to name one graph",
        hint=("加上 ?default 或 ?graph=IRI", "add ?default or ?graph=IRI"),
    )


@blueprint.route("/graphs/<path:name>", methods=[*_READ, *_CHANGE])
def direct(name: str) -> BaseResponse:
    """The graph whose IRI is the address of the request."""
    return _answer(absolute(request.base_url))


def _answer(name: str) -> BaseResponse:
    if request.method in ("GET", "HEAD"):
        return _read(name)
    _open_for_changes()
    if request.method == "DELETE":
        if pool().change(Drop(name)) is None:
            raise _missing(name)
        return Response(status=204)
    created = pool().change(_write(name, replace=request.method == "PUT"))
    return Response(status=201 if created else 204)


def _read(name: str) -> BaseResponse:
    ending = accepted_graph()
    answer = pool().run(Read(name, ending or "ttl", union=pool().union))
    if answer is None:
        raise _missing(name)
    if ending is None:
        raise NotAcceptable("没有所接受的格式", "a graph comes in none of the accepted media types")
    return varied(Response(answer.body, content_type=FORMATS[ending]))


def _new() -> BaseResponse:
    """A graph for a document that comes without a name: its address is its IRI."""
    _open_for_changes()
    name = url_for("graphs.direct", name=uuid4().hex, _external=True)
    pool().change(_write(name, replace=False))
    return Response(status=201, headers={"Location": name})


def _open_for_changes() -> None:
    if not pool().writable:
        raise MethodNotAllowed(["GET", "HEAD", "OPTIONS"])
    allow_change()


def _write(name: str, *, replace: bool) -> Write:
    """The documents of the request: its body, or the files of a form. Raises BadQuery or Unsupported."""
    if request.mimetype != "multipart/form-data":
        parts = [_part(request.get_data(), request.mimetype, request.mimetype_params)]
    elif request.form or not request.files:
        hint = ("每个部分都要写明 filename 和 Content-Type", "give each part a filename and a Content-Type")
        raise BadQuery("表单里只能有 RDF 文件", "a form has to consist of RDF files", hint=hint)
    else:
        files = [file for _, group in request.files.lists() for file in group]
        parts = [_part(file.read(), file.mimetype, file.mimetype_params) for file in files]
    return Write(name, tuple(parts), name or request.base_url, replace)


def _part(body: bytes, media: str, parameters: Mapping[str, str]) -> tuple[str, str]:
    """A document as its ending and its text."""
    ending = _ending(media)
    text = text_of(body, parameters.get("charset"))
    if ending == "rdf" and "<!ENTITY" in text:
        # A few of them, each made of the one before, can stand for more text than there is memory.
        raise BadQuery("RDF/XML 里不接受实体声明", "RDF/XML with entity declarations is refused")
    return ending, text


def _ending(media: str) -> str:
    ending = graph_ending(media)
    if ending is None:
        raise Unsupported(
            f"不支持 {media or '未写明的内容类型'}",
            f"{media or 'a body without a type'} is not understood",
            hint=(f"可用：{'、'.join(GRAPHS.values())}", f"use one of {', '.join(GRAPHS.values())}"),
        )
    return ending


def _missing(name: str) -> NoSuchPage:
    return NoSuchPage(f"没有图 {name}", f"there is no graph {name}")
