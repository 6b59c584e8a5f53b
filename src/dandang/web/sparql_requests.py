"""What the SPARQL protocols have in common: reading a request's text, its graphs and its origin."""

from __future__ import annotations

import re

import pyoxigraph as ox
from flask import current_app, request

from dandang.errors import BadParameter, BadQuery, DandangError
from dandang.web.problems import Unauthorized, Unsupported, WrongToken
from dandang.web.sparql_pool import Pool
from dandang.web.sparql_store import Token

FORM = "application/x-www-form-urlencoded"


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


def seconds() -> float:
    """The time a request may take: the parameter `timeout` makes it shorter. Raises BadParameter."""
    longest, given = pool().seconds, request.values.getlist("timeout")
    if not given:
        return longest
    # Written out, as float() takes much that nobody means: nan, 1e9, 1_0.
    found = float(given[0]) if len(given) == 1 and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", given[0]) else 0.0
    if 0 < found <= longest:
        return found
    raise BadParameter(
        f"timeout“{'、'.join(given)}”不能用",
        f'timeout "{", ".join(given)}" cannot be used',
        hint=(
            f"请写大于 0、不超过 {longest:g} 的秒数，例如 timeout=2.5",
            f"give seconds above 0 and up to {longest:g}, such as timeout=2.5",
        ),
    )


def allow_change() -> None:
    """Lets a request change the store, or raises ForeignOrigin or Unauthorized.

    Pages of other sites are kept from changing a store on the reader's own machine, and where there is a token, whoever
    does not give it.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        raise ForeignOrigin("不接受别的网站发来的修改", "changes asked for by a page of another site are refused")
    token: Token | None = current_app.config["UPDATE_TOKEN"]
    if token is None:
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise Unauthorized(
            "修改需要令牌",
            "changes need a token",
            hint=("请加请求头 Authorization: Bearer 令牌", "add the header Authorization: Bearer TOKEN"),
        )
    if not token.fits(given.strip()):
        raise WrongToken("令牌不对", "the token is not right", hint=("请核对令牌文件", "check the token file"))
