"""The interactive graph in Chromium: fetched when asked for, a list that does the same, and nothing missing without it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

import pytest
from test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("front_end")]

CLAUSE = "/zh/clauses/E7"


def neighbourhood(site: str) -> dict[str, Any]:
    """What the server says is connected with the clause."""
    with build_opener(ProxyHandler({})).open(f"{site}/data/neighbourhood/clauses/E7.json") as answer:
        found: dict[str, Any] = json.load(answer)["elements"]
    return found


def opened(page: Page) -> None:
    """Opens the graph by keyboard."""
    page.locator(".graph-open").focus()
    page.keyboard.press("Enter")
    page.locator(".graph-list li").first.wait_for()


def test_graph_is_fetched_when_it_is_asked_for(open_page: OpenPage) -> None:
    with open_page(CLAUSE) as page:
        fetched: list[str] = []
        page.on("request", lambda request: fetched.append(request.url))
        page.reload(wait_until="networkidle")
        assert not [address for address in fetched if "graph.js" in address or "/data/" in address]
        opened(page)
        assert [address for address in fetched if "built/graph.js" in address]
        assert page.locator(".graph-canvas canvas").count() > 0
        assert page.locator("figure[data-neighbourhood]").is_hidden()
        page.locator(".graph-open").click()
        page.locator(".graph").wait_for(state="detached")
        assert page.locator("figure[data-neighbourhood]").is_visible()


def test_list_names_everything_that_is_connected(open_page: OpenPage, site: str) -> None:
    found = neighbourhood(site)
    (centre,) = [node["data"] for node in found["nodes"] if node["data"]["centre"]]
    touching = [
        edge["data"] for edge in found["edges"] if centre["id"] in (edge["data"]["source"], edge["data"]["target"])
    ]
    with open_page(CLAUSE) as page:
        opened(page)
        assert page.locator(".graph-title").inner_text() == f"E7 {centre['label']['zh']}"
        assert page.locator(".graph-list li").count() == len(touching)


def test_list_moves_through_the_graph_by_keyboard(open_page: OpenPage) -> None:
    with open_page(CLAUSE) as page:
        opened(page)
        page.locator(".graph-list button", has_text="A11").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.textContent").startswith("A11 ")
        before = page.locator(".graph-list li").count()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "打开页面"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator(".graph-list li").nth(before).wait_for()
        assert page.evaluate("document.activeElement.className") == "graph-title"
        page.locator(".graph-actions a").click()
        assert page.url.endswith("/zh/clauses/A11")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_graph(open_page: OpenPage, scheme: str) -> None:
    with open_page("/en/clauses/E7", color_scheme=scheme) as page:
        opened(page)
        assert violations(page) == []


def test_graph_that_cannot_be_fetched_leaves_the_drawing(open_page: OpenPage) -> None:
    with open_page(CLAUSE) as page:
        page.route("**/data/neighbourhood/**", lambda route: route.fulfill(status=404, body="{}"))
        page.locator(".graph-open").click()
        page.get_by_text("互动图载入失败").wait_for()
        assert page.locator("figure[data-neighbourhood]").is_visible()


def test_drawing_is_there_without_javascript(open_page: OpenPage) -> None:
    with open_page(CLAUSE, java_script_enabled=False) as page:
        assert page.locator("figure[data-neighbourhood] svg a").count() > 3
        assert page.locator(".graph-open").count() == 0
