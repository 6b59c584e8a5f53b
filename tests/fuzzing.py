"""Requests that nobody meant to send, for `test_fuzz.py`: how they get to the app, and what has to hold of each answer.

Routes come from the app's own map, with the address that `test_web.ROUTES` has for each. The names of parameters are learnt: each
route is called once while a recorder notes what it reads, and the forms of its page are looked at.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from io import BytesIO, StringIO
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes, urlencode

from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import run_wsgi_app

from test_web import CASE, ROUTES

#: No page may hold these as they are: they stand in what is sent, never in what we write.
MARK = "<zz'\"&>"
FORM = "application/x-www-form-urlencoded"


class Request(NamedTuple):
    """A request as a server gets it; text stands for bytes, as in WSGI (latin-1)."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def environ(self) -> dict[str, Any]:
        """The request for a WSGI app."""
        body = self.body.encode("latin-1")
        environ: dict[str, Any] = {
            **{"REQUEST_METHOD": self.method, "SCRIPT_NAME": "", "PATH_INFO": self.path, "QUERY_STRING": self.query},
            **{
                "SERVER_NAME": "localhost",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "HTTP_HOST": "localhost",
            },
            **{"REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.run_once": False},
            **{
                "wsgi.input": BytesIO(body),
                "wsgi.errors": StringIO(),
                "wsgi.multithread": True,
                "wsgi.multiprocess": False,
            },
        }
        if body:
            environ["CONTENT_LENGTH"] = str(len(body))
        for name, value in self.headers:
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
        return environ

    def raw(self) -> bytes:
        """The request as it goes over a socket."""
        target = quote_from_bytes(self.path.encode("latin-1"), safe="/:@!$&'()*+,;=~")
        query = quote_from_bytes(self.query.encode("latin-1"), safe="/:@!$&'()*+,;=~%?")
        lines = [f"{self.method} {target}{'?' + query if query else ''} HTTP/1.1"]
        names = {name.lower() for name, _ in self.headers}
        own = [("Host", "localhost"), ("Content-Length", str(len(self.body))), ("Connection", "close")]
        lines += [
            f"{name}: {value}"
            for name, value in (*self.headers, *own)
            if name.lower() not in names or (name, value) in self.headers
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body.encode("latin-1")


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answered(app: Flask, request: Request) -> Answer:
    """What the app says, its whole WSGI stack included."""
    content, status, headers = run_wsgi_app(app.wsgi_app, request.environ(), buffered=True)
    found = {name.lower(): value for name, value in headers}
    body = b"".join(content)
    if found.get("content-encoding") == "gzip" and body:
        body = gzip.decompress(body)
    return Answer(int(status.split()[0]), found, body)


# --- what has to hold -------------------------------------------------------------------------------------------------

#: The limits of a query are met by its own fault; all else above 500 is ours.
_LIMITS = ("query-timeout", "query-too-large", "busy")
_OURS = re.compile(r"^(/|http://localhost(:\d+)?/)(?!/)")


def check(request: Request, answer: Answer) -> None:
    """No error of ours, no way for what was sent into a page or a header, and every refusal says what and why."""
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if answer.status >= 500:
        assert answer.status == 503 and problem(answer).get("code") in _LIMITS, (answer.status, answer.body[:2000])
    assert b"Traceback (most recent call last)" not in answer.body
    assert "x-zz" not in answer.headers
    assert "nosniff" in answer.headers.get("x-content-type-options", ""), answer.headers
    if is_page:
        assert MARK.encode() not in answer.body and b"<zz" not in answer.body
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    if answer.status in (301, 302, 303, 307, 308) and not any(name.lower() == "host" for name, _ in request.headers):
        assert _OURS.match(answer.headers["location"]), answer.headers["location"]
    if answer.status >= 400 and request.method != "HEAD" and answer.body:
        if is_page:
            text = answer.body.decode()
            assert re.search(r"<html[^>]* lang=", text) and "<h1" in text
        else:
            found = problem(answer)
            assert found["status"] == answer.status and found["title"] and found["detail"], found


def problem(answer: Answer) -> dict[str, Any]:
    """The problem document of a refusal; empty for a page or no body."""
    if not answer.body or answer.headers.get("content-type", "").startswith("text/html"):
        return {"code": answer.body.decode(errors="replace")} if b"query-" in answer.body else {}
    assert answer.headers["content-type"] == "application/problem+json", answer.headers
    found: dict[str, Any] = json.loads(answer.body)
    return found


# --- what is known of the app -----------------------------------------------------------------------------------------


class Known(NamedTuple):
    """Addresses that work, with their methods, and the parameters that each endpoint reads."""

    addresses: tuple[tuple[str, str], ...]
    methods: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, tuple[str, ...]]


def learn(app: Flask) -> Known:
    """What the app's own map, one call of each route and the forms on its pages say."""
    addresses = {rule.endpoint: ROUTES[rule.endpoint] for rule in app.url_map.iter_rules()}
    methods = {rule.endpoint: tuple(sorted(rule.methods or ())) for rule in app.url_map.iter_rules()}
    found: dict[str, tuple[str, ...]] = {}
    plain = app.request_class.parameter_storage_class
    try:
        for endpoint, address in addresses.items():
            found[endpoint] = tuple(sorted(_read_by(app, address)))
    finally:
        app.request_class.parameter_storage_class = plain
    cleaned = tuple(
        (endpoint, address.removeprefix("POST ").partition("?")[0]) for endpoint, address in addresses.items()
    )
    return Known(cleaned, methods, found)


def _read_by(app: Flask, address: str) -> set[str]:
    names: set[str] = set()

    class Recorder(ImmutableMultiDict[str, str]):
        """Notes which parameters are looked at."""

        def get(self, key: str, *rest: Any, **more: Any) -> Any:
            names.add(key)
            return super().get(key, *rest, **more)

        def getlist(self, key: str, *rest: Any, **more: Any) -> Any:
            names.add(key)
            return super().getlist(key, *rest, **more)

        def __contains__(self, key: object) -> bool:
            names.add(str(key))
            return super().__contains__(key)

    app.request_class.parameter_storage_class = Recorder  # type: ignore[assignment]
    method, path = ("POST", address[5:]) if address.startswith("POST ") else ("GET", address)
    path, _, query = path.partition("?")
    names.update(_called(app, method, path, query))
    if not path.startswith("/zh/"):
        # The addresses of programs read some parameters only where another is there.
        for name in sorted(names):
            names.update(_called(app, method, path, urlencode({name: "ASK {}"})))
    return names


def _called(app: Flask, method: str, path: str, query: str) -> set[str]:
    """Calls an address, as a browser if it is a page: the names of what can be filled in there."""
    headers = {"Accept": "text/html" if path.startswith("/zh/") else "*/*"}
    bodies = [("application/yaml", CASE), (FORM, query.encode())] if method == "POST" else [(None, None)]
    names: set[str] = set()
    for media, body in bodies:
        answer = app.test_client().open(
            path, method=method, query_string=query, data=body, content_type=media, headers=headers
        )
        if answer.mimetype == "text/html":
            names.update(re.findall(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"', answer.text))
    return names


def corpus(lines: Iterable[str]) -> list[tuple[str, Request]]:
    """The requests that once broke something, each with what was wrong: one JSON object a line."""
    found = []
    for line in lines:
        values = json.loads(line)
        why = values.pop("why")
        values["headers"] = tuple(tuple(header) for header in values.get("headers", ()))
        found.append((why, Request(**values)))
    return found
