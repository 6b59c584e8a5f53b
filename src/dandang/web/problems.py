"""Errors as people and programs get them: a designed page or an RFC 9457 problem document, in the reader's language."""

from __future__ import annotations

import json
import logging
import math
import secrets
import traceback
from http import HTTPStatus
from typing import Any, ClassVar, NamedTuple

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from dandang.errors import BadQuery, DandangError, RejectedCase
from dandang.messages import Text
from dandang.model import Finding, Place
from dandang.web.language import TAGS, language, sentence
from dandang.web.media import PROBLEM, wants_html

log = logging.getLogger("dandang.web")

#: Requests whose content is a person's case: what they hold must not reach a log, not even in an error's message.
PRIVATE = ("/zh/case", "/en/case", "/case")


class NoSuchPage(DandangError):
    """An address that stands for nothing."""

    code = "no-such-page"
    http_status = 404


class NotAcceptable(DandangError):
    """None of the media types that the request accepts is on offer."""

    code = "not-acceptable"
    http_status = 406


class Unsupported(DandangError):
    """A request body of a type that is not understood."""

    code = "unsupported-media-type"
    http_status = 415


class QueryTimeout(DandangError):
    """A query that did not end in time and was stopped."""

    code = "query-timeout"
    http_status = 503


class QueryTooLarge(DandangError):
    """A query that needed more memory, or gave a larger result, than one query may."""

    code = "query-too-large"
    http_status = 503


class Busy(DandangError):
    """All query workers are taken."""

    code = "busy"
    http_status = 503
    retry_after: ClassVar[int] = 5


class TooManyRequests(DandangError):
    """One client asks more often than it may; `retry_after` seconds later it may again."""

    code = "too-many-requests"
    http_status = 429

    def __init__(self, seconds: float) -> None:
        self.retry_after = max(1, math.ceil(seconds))
        super().__init__(
            f"请求太频繁，请 {self.retry_after} 秒后再试",
            f"too many requests; try again in {self.retry_after} s",
        )


class AddressTooLong(DandangError):
    """An address longer than any that is meant to be."""

    code = "address-too-long"
    http_status = 414

    def __init__(self, most: int) -> None:
        super().__init__(
            f"地址超过 {most} 个字符",
            f"the address is longer than {most} characters",
            hint=("长的查询请用 POST 发送", "send a long query with POST"),
        )


class LocalOnly(DandangError):
    """What only this machine itself may see."""

    code = "local-only"
    http_status = 403


class Malformed(DandangError):
    """A message that is no proper HTTP."""

    code = "malformed-request"
    http_status = 400


class HeadersTooLarge(DandangError):
    """More header than any request needs."""

    code = "headers-too-large"
    http_status = 431


class BodyTooLarge(DandangError):
    """A body that is refused before it is read."""

    code = "request-entity-too-large"
    http_status = 413


class Unauthorized(DandangError):
    """A change without the token it needs."""

    code = "unauthorized"
    http_status = 401
    challenge: ClassVar[str] = 'Bearer realm="dandang"'


class WrongToken(Unauthorized):
    """A change with another token."""

    code = "invalid-token"
    challenge: ClassVar[str] = 'Bearer realm="dandang", error="invalid_token"'


class Problem(NamedTuple):
    """What went wrong, ready to be shown."""

    status: int
    code: str
    title: Text
    message: Text
    hint: Text | None = None
    place: Place | None = None
    findings: tuple[Finding, ...] = ()
    excerpt: str = ""


#: What each status is called, and what a reader can do where the error itself does not say.
_TITLES: dict[int, tuple[Text, Text | None]] = {
    400: (Text("请求有误", "The request cannot be used"), None),
    401: (Text("需要令牌", "A token is needed"), None),
    403: (Text("没有权限", "Not allowed"), None),
    404: (
        Text("没有这个页面", "There is no such page"),
        Text("请检查地址，或从首页、搜索进入。", "Check the address, or start from the home page or the search."),
    ),
    405: (
        Text("这个地址不接受这种请求方式", "This address does not take that kind of request"),
        Text("请从页面上的表单提交。", "Use the form on the page."),
    ),
    406: (Text("没有所要的格式", "Not available in the format asked for"), None),
    413: (
        Text("内容太大", "The content is too large"),
        Text(
            "一次提交不超过 1 MB。请拆开案件文件，分次提交。",
            "At most 1 MB at a time. Split the case file and submit it in parts.",
        ),
    ),
    415: (Text("不支持这种内容类型", "This type of content is not understood"), None),
    414: (Text("地址太长", "The address is too long"), None),
    429: (Text("请求太频繁", "Too many requests"), None),
    431: (Text("请求头太大", "The header of the request is too large"), None),
    500: (
        Text("服务器出错", "Something went wrong on our side"),
        Text(
            "这是程序的错误，不是您的。请把错误编号告诉管理员。",
            "This is our error, not yours. Tell the maintainer the error number.",
        ),
    ),
    503: (Text("查询没有完成", "The query was not completed"), None),
    507: (Text("没有保存", "Not saved"), None),
}


def install(app: Flask) -> None:
    """Registers the handlers; an unexpected error is logged under a number and shown as a 500."""
    app.register_error_handler(DandangError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def problem_of(error: DandangError) -> Problem:
    """An error of ours as a problem."""
    status = error.http_status
    title, hint = _TITLES.get(status, _TITLES[500])
    findings = error.findings if isinstance(error, RejectedCase) else ()
    excerpt = error.excerpt if isinstance(error, BadQuery) else ""
    said = sentence(error.hint) if error.hint else hint
    return Problem(status, error.code, title, sentence(error.message), said, error.place, findings, excerpt)


def _known(error: DandangError) -> Response:
    response = respond(problem_of(error))
    if isinstance(error, Busy | TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = error.challenge
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return make_response(error.get_response())
    status = error.code or 500
    title, hint = _TITLES.get(status, (Text(HTTPStatus(status).phrase, HTTPStatus(status).phrase), None))
    response = respond(Problem(status, HTTPStatus(status).phrase.lower().replace(" ", "-"), title, title, hint))
    if status == 405 and (methods := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(methods)
    return response


def _unexpected(error: Exception) -> Response:
    number = secrets.token_hex(4)
    private = request.path.startswith(PRIVATE)
    trace = _places(error) if private else "".join(traceback.format_exception(error))
    log.error("error %s at %s\n%s", number, request.endpoint, trace)
    title, hint = _TITLES[500]
    message = Text(f"错误编号 {number}。", f"Error number {number}.")
    return respond(Problem(500, "internal", title, message, hint))


def _places(error: Exception) -> str:
    """The traceback without the error's message, which may hold words of a case."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join([type(error).__name__, *(f"  {frame.name} {frame.filename}:{frame.lineno}" for frame in frames)])


def respond(problem: Problem) -> Response:
    """A problem as a page for people and as a problem document for programs."""
    lang = language()
    if wants_html():
        g.lang = lang
        response = make_response(render_template("problem.html", problem=problem), problem.status)
    else:
        body = json.dumps(_document(problem, lang), ensure_ascii=False)
        response = Response(body, problem.status, content_type=PROBLEM)
    response.headers["Content-Language"] = TAGS[lang]
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    return response


def _document(problem: Problem, lang: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title.in_(lang),
        "status": problem.status,
        "detail": problem.message.in_(lang),
        "code": problem.code,
    }
    if problem.hint:
        document["hint"] = problem.hint.in_(lang)
    if problem.place:
        document["place"] = {key: value for key, value in problem.place._asdict().items() if value not in ("", None)}
    if problem.excerpt:
        # Where the mistake is, for editors that mark it.
        assert problem.place
        document |= {"line": problem.place.line, "column": problem.place.column, "excerpt": problem.excerpt}
    if problem.findings:
        document["findings"] = [finding.render(lang) for finding in problem.findings]
    return document
