"""Making ready in the background what a first visitor would wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from flask import Flask

from dandang.web import create_app
from dandang.web import serving as room
from dandang.web.app import query_pool
from dandang.web.environment import PageEnvironment
from dandang.web.serving import Serving
from dandang.web.views.search import index_of
from dandang.web.warming import steps
from test_web import CASE, HTML, ROUTES

PAGES = [address for name, address in ROUTES.items() if "/zh/" in address]


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    """An app that has been made ready."""
    app = create_app({"QUERY_WORKERS": 1})
    index_of.cache_clear()
    for step in steps(app):
        step()
    yield app
    query_pool(app).close()


def test_no_page_waits_for_a_template_or_the_index(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new page that needs a template which no page of `warming` needs fails here."""

    def compiled(_self: PageEnvironment, _source: Any, name: str | None = None, *_: Any, **__: Any) -> Any:
        raise AssertionError(f"{name} is compiled when it is first asked for")

    monkeypatch.setattr(PageEnvironment, "compile", compiled)
    before = index_of.cache_info().misses
    client = app.test_client()
    for address in PAGES:
        for lang in ("zh", "en"):
            path = address.replace("/zh/", f"/{lang}/").removeprefix("POST ")
            if address.startswith("POST "):
                answer = client.post(path, data=CASE, content_type="application/yaml", headers=HTML)
            else:
                answer = client.get(path, headers=HTML)
            assert answer.status_code != 500, address
    assert index_of.cache_info().misses == before == 1


def test_what_is_made_ready_is_not_counted() -> None:
    """Nobody asked for it."""
    app = create_app({"QUERY_WORKERS": 1})
    try:
        for step in islice(steps(app), 4):
            step()
        assert b"/case" not in counted(app)
        app.test_client().get("/zh/case")
        assert b"/case" in counted(app)
    finally:
        query_pool(app).close()


def counted(app: Flask) -> bytes:
    """What `/metrics` says."""
    return bytes(app.extensions["dandang-delivery"].metrics.exposed((), {})[0])


def test_it_waits_until_nobody_is_being_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a request is under way nothing is begun; then all of it is done."""
    begun, done = threading.Event(), threading.Event()
    monkeypatch.setattr(room, "_IDLE_SECONDS", 0.01)
    monkeypatch.setattr(room, "steps", lambda _app: iter([begun.set, done.set]))
    serving = Serving({"QUERY_WORKERS": 1})
    try:
        serving._term.requests += 1
        serving.warm()
        assert not begun.wait(0.3)
        serving._done(serving._term)
        assert done.wait(30)
    finally:
        serving.close()
