"""What happens to every request around the app: who asks, how often, whether the answer is known, how it is sent.

An answer depends on what is served and on the request, so its ETag is the digest of both, known before anything is run: who
has the answer gets 304, who repeats a question gets what was kept. Answers that may differ each time have neither.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterable
from email.utils import formatdate
from itertools import count
from secrets import token_hex
from typing import Any, Protocol, TypeAlias

from flask import Flask, request

from dandang.web import access_log
from dandang.web.answers import (
    QUERY,
    Answer,
    Environ,
    Headers,
    Ready,
    encoded,
    etag,
    head_of,
    header,
    matches,
    request_key,
    unchanged,
    volatile,
)
from dandang.web.cache import Cache
from dandang.web.limits import RateLimiter, behind_proxy
from dandang.web.metrics import Metrics
from dandang.web.problems import AddressTooLong, TooManyRequests
from dandang.web.security import headers_of

Start: TypeAlias = Callable[..., Any]
App: TypeAlias = Callable[[Environ, Start], Iterable[bytes]]

#: Longer addresses are refused; a query that needs more is sent with POST.
LONGEST_ADDRESS = 16 * 1024
#: Whole answers up to this size are compressed and kept; longer ones are sent as they come.
LONGEST_ANSWER = 8 * 1024 * 1024
#: Where the keys of the environ that come from us begin.
REFUSAL, ROUTE, WHOLE = "dandang.refusal", "dandang.route", "dandang.whole"

#: Status, headers and body of an answer that is not kept.
_InParts: TypeAlias = tuple[str, Headers, Iterable[bytes]]


class Direct(Protocol):
    """Answers some requests without the app, in the same way as the app."""

    def plain(self, environ: Environ) -> bool:
        """Whether a request is one of them."""

    def find(self, environ: Environ) -> _InParts | None:
        """The answer, and the query noted in the environ; None where the app is to answer. Raises as it would."""

    def learn(self, headers: Headers) -> None:
        """Notes the headers of the app's answer to one of them."""


class Learning(Protocol):
    """Answers like those that it is shown."""

    def learn(self, environ: Environ, key: Hashable, answer: Answer) -> None:
        """Is shown an answer to a plain request in its very bytes, as it is kept and sent."""


class Delivery:
    """WSGI around WSGI. `version` tells what is served; an answer made of another version is never used."""

    def __init__(
        self,
        app: App,
        *,
        version: Callable[[], Hashable],
        metrics: Metrics,
        limiter: RateLimiter,
        trusted: Collection[str] = (),
        capacity: int,
    ) -> None:
        self.metrics = metrics
        #: What answers plain requests without the app, if anything does.
        self.direct: Direct | None = None
        #: What answers further plain requests where they arrive, if anything does.
        self.express: Learning | None = None
        self.version = version
        self.limiter = limiter
        self._app = app
        self._trusted = frozenset(trusted)
        # Three quarters for the answers, one for those ready to be sent to the very same bytes.
        self.answers: Cache[Answer] = Cache(capacity * 3 // 4)
        self.ready: Cache[Ready] = Cache(capacity // 4)
        self._numbers = count(1)
        self._instance = token_hex(4)
        self._date = (0, b"")

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answers a request."""
        began = time.perf_counter()
        behind_proxy(environ, self._trusted)
        self._refuse(environ)
        version = self.version()
        key = None if REFUSAL in environ else request_key(environ)
        method = environ["REQUEST_METHOD"]
        answer, cached = self._known(environ, method, key, version), "hit"
        if answer is None:
            made = self._made(environ, key, version)
            if not isinstance(made, Answer):
                return self._streamed(environ, start, began, method, made)
            answer, cached = made, "none" if key is None else "miss"
        if method in ("GET", "HEAD") and matches(environ, header(answer.headers, "etag")):
            answer, cached = unchanged(answer), "unchanged"
        if method == "HEAD":
            answer = answer._replace(body=b"")
        if cached in ("hit", "unchanged") and self._repeatable(environ):
            ready = Ready(head_of(answer), answer.body, method, answer.route, answer.status[:3], cached)
            self.ready.put((version, environ[WHOLE]), ready, len(environ[WHOLE]) + len(ready.head) + len(ready.body))
        if cached == "miss" and self.express and QUERY in environ and self._repeatable(environ):
            self.express.learn(environ, key, answer)
        number = self._number()
        start(answer.status, [*answer.headers, ("X-Request-Id", number)])
        self._told(number, method, answer.route, answer.status[:3], cached, began, len(answer.body))
        return [answer.body]

    def known(self, whole: bytes, address: str) -> bytes | None:
        """The whole response to a request that was answered before in the very same bytes; None where there is none."""
        ready = self.ready.get((self.version(), whole))
        if ready is None or self.limiter.wait(address):
            return None
        return self.sent(ready, time.perf_counter())

    def sent(self, ready: Ready, began: float) -> bytes:
        """The whole response, told and counted as one to a request that came when the clock showed `began`."""
        number = self._number()
        self._told(number, ready.method, ready.route, ready.status, ready.cached, began, len(ready.body))
        return b"%bDate: %b\r\nX-Request-Id: %b\r\n\r\n%b" % (ready.head, self._now(), number.encode(), ready.body)

    def _refuse(self, environ: Environ) -> None:
        """Notes what is wrong with a request before it is looked at; the app says so in the reader's language."""
        if seconds := self.limiter.wait(environ.get("REMOTE_ADDR", "")):
            environ[REFUSAL] = TooManyRequests(seconds)
        elif len(environ.get("QUERY_STRING", "")) + len(environ.get("PATH_INFO", "")) > LONGEST_ADDRESS:
            environ[REFUSAL] = AddressTooLong(LONGEST_ADDRESS)

    def _known(self, environ: Environ, method: str, key: Hashable, version: Hashable) -> Answer | None:
        if key is None:
            return None
        answer = self.answers.get((version, key))
        if answer is None and method != "POST" and matches(environ, tag := etag(version, key), exact=True):
            # It was dropped, but the client has it. What the headers of the answer were is not known any more.
            varied = ("Vary", "Accept, Accept-Language, Accept-Encoding")
            others = headers_of(environ.get("PATH_INFO", ""))
            headers = (("ETag", tag), varied, ("Cache-Control", "no-cache"), *others.items())
            answer = Answer("200 OK", headers, b"", "-")
        return answer

    def _made(self, environ: Environ, key: Hashable, version: Hashable) -> Answer | _InParts:
        """The answer of the app, kept if it may be; one without a length comes in parts."""
        method = environ["REQUEST_METHOD"]
        if key is not None and method == "HEAD":
            environ["REQUEST_METHOD"] = "GET"
        status, headers, parts = self._found(environ)
        length = header(headers, "content-length")
        if not length.isdigit() or int(length) > LONGEST_ANSWER:
            return status, headers, parts
        answer = Answer(status, headers, _joined(parts), environ.get(ROUTE, "-"))
        if method == "HEAD" and key is None:
            return answer
        answer = encoded(answer, environ)
        if key is None or not status.startswith("200") or volatile(environ, headers) or version != self.version():
            return answer
        if method != "POST" and not header(headers, "etag"):
            answer = answer._replace(headers=(*answer.headers, ("ETag", etag(version, key))))
        self.answers.put((version, key), answer, len(answer.body))
        return answer

    def _found(self, environ: Environ) -> _InParts:
        """What the app answers, or what is found without asking it where the request is plain."""
        direct = self.direct
        if direct is None or REFUSAL in environ or not direct.plain(environ):
            return _called(self._app, environ)
        try:
            if (found := direct.find(environ)) is not None:
                environ[ROUTE] = "/sparql"
                return found
        except Exception as error:
            # Raised again in the app, which tells the user's mistakes and numbers ours.
            environ[REFUSAL] = error
        answer = _called(self._app, environ)
        if answer[0].startswith("200"):
            direct.learn(answer[1])
        return answer

    def _streamed(self, environ: Environ, start: Start, began: float, method: str, made: _InParts) -> Iterable[bytes]:
        status, headers, parts = made
        number = self._number()
        start(status, [*headers, ("X-Request-Id", number)])
        if method == "HEAD":
            _close(parts)
            parts = ()

        def done(size: int) -> None:
            self._told(number, method, environ.get(ROUTE, "-"), status[:3], "none", began, size)

        return _Counted(parts, done)

    def _repeatable(self, environ: Environ) -> bool:
        """Whether the very bytes of the request say all that the answer depends on, and leave the connection open."""
        closing = environ.get("HTTP_CONNECTION", "keep-alive").lower() != "keep-alive"
        others = ("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_UPGRADE")
        told = environ.get("SERVER_PROTOCOL") != "HTTP/1.1" or any(environ.get(name) for name in others)
        return bool(environ.get(WHOLE)) and not (closing or told or self._trusted)

    def _number(self) -> str:
        return f"{self._instance}-{next(self._numbers)}"

    def _now(self) -> bytes:
        second = int(time.time())
        if self._date[0] != second:
            self._date = second, formatdate(second, usegmt=True).encode()
        return self._date[1]

    def _told(self, number: str, method: str, route: str, status: str, cached: str, began: float, size: int) -> None:
        seconds = time.perf_counter() - began
        self.metrics.request(method, route, status, cached, seconds)
        entry = access_log.Entry(number, method, route, int(status), round(seconds * 1000, 2), size, cached)
        access_log.write(entry)


def install(app: Flask) -> None:
    """Notes the route of each request, and has the app say what is wrong with a refused one."""

    @app.before_request
    def refuse() -> None:
        request.environ[ROUTE] = request.url_rule.rule if request.url_rule else "-"
        if REFUSAL in request.environ:
            raise request.environ[REFUSAL]


def _called(app: App, environ: Environ) -> _InParts:
    """Status, headers and body of an app, which begins to answer before its first part is taken."""
    told: list[tuple[str, Headers]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> Callable[[bytes], None]:
        told.append((status, tuple(headers)))
        return lambda _part: None

    parts = app(environ, start)
    status, headers = told[-1]
    return status, headers, parts


def _joined(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        _close(parts)


def _close(parts: Iterable[bytes]) -> None:
    if close := getattr(parts, "close", None):
        close()


class _Counted:
    """The parts of a long answer; tells their size when the last one is sent or the client has gone."""

    def __init__(self, parts: Iterable[bytes], done: Callable[[int], None]) -> None:
        self._parts = parts
        self._rest = iter(parts)
        self._done = done
        self._size = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> bytes:
        part = next(self._rest)
        self._size += len(part)
        return part

    def close(self) -> None:
        try:
            _close(self._parts)
        finally:
            self._done(self._size)
