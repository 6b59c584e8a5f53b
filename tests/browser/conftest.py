"""A running server and pages that fail on what no page may do."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from waitress.server import create_server

from dandang.web import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    OpenPage: TypeAlias = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of a running server."""
    app = create_app({"QUERY_WORKERS": 1})
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)
    app.extensions["dandang-pool"].close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> OpenPage:
    """Opens a page of the site; the test fails on a console error or a request to another host."""

    @contextmanager
    def opened(path: str, **options: Any) -> Iterator[Page]:
        context = browser.new_context(locale="zh-CN", base_url=site, **options)
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(site) else wrong.append(request.url))
        try:
            page.goto(path)
            yield page
        finally:
            context.close()
        # Chromium reports the status of pages that are meant to be a 400 or a 404.
        assert [words for words in wrong if not re.search(r"status of 40[04]", words)] == []

    return opened
