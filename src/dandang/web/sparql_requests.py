"""What the SPARQL protocols have in common: reading a request's text, its graphs and its origin, and CORS."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from dandang.errors import BadQuery, DandangError
from dandang.web.problems import Unsupported
from dandang.web.sparql_pool import Pool

FORM = "application/x-www-form-urlencoded"
#: The addresses of the protocols: a blueprint may have pages for people too, which other sites have no part in.
_OPEN = ("/sparql", "/graphs", "/.well-known/void")


class ForeignOrigin(DandangError):
    """A change that a page of another site asks for."""

    code = "foreign-origin"
    http_status = 403


def pool() -> Pool:
    """The processes that run what is asked."""
    found: Pool = current_app.extensions["dandang-pool"]
    return found


def text_of(body: bytes, charset: str | None) -> str:
    """The text of a body in the encoding it names, which has to be UTF-8. Raises BadQuery or Unsupported."""
    charset = charset or "utf-8"
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Unsupported(
            f"不支持 {charset} 编码",
            f"the encoding {charset} is not understood",
            hint=("请用 UTF-8", "use UTF-8"),
        )
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadQuery("内容不是 UTF-8", "the content is not UTF-8") from error


def graphs(*names: str) -> tuple[str, ...]:
    """The IRIs that a parameter, or the same one under several names, gives. Raises BadQuery."""
    found = tuple(iri for name in names for iri in request.values.getlist(name))
    for iri in found:
        absolute(iri)
    return found


def absolute(iri: str) -> str:
    """The IRI, if it is one and absolute. Raises BadQuery."""
    try:
        return ox.NamedNode(iri).value
    except ValueError as error:
        raise BadQuery(
            f"“{iri}”不是完整的 IRI",
            f'"{iri}" is not an absolute IRI',
            hint=("例如 http://example.org/g", "for example http://example.org/g"),
        ) from error


def refuse_foreign_origin() -> None:
    """Keeps pages of other sites from changing a store on the reader's own machine. Raises ForeignOrigin."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        raise ForeignOrigin("不接受别的网站发来的修改", "changes asked for by a page of another site are refused")


def open_to_all(blueprint: Blueprint) -> None:
    """Lets pages of other sites ask, as the data is public."""

    @blueprint.after_request
    def allow(response: Response) -> Response:
        if request.path.startswith(_OPEN):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "Location, Retry-After"
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
                response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, Content-Type"
                response.headers["Access-Control-Max-Age"] = "86400"
        return response
