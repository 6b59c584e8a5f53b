"""axe finds nothing on any page: both languages, light and dark, wide and phone. What axe cannot see is tested by hand below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error
from test_web import CASE, EMPTY, ROUTES

if TYPE_CHECKING:
    from conftest import OpenPage
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
#: Every page for people, as `test_web` knows them, and what a reader meets when something is wrong.
PAGES = sorted(
    address
    for endpoint, address in ROUTES.items()
    if address.removeprefix("POST ").startswith("/zh/") and endpoint not in EMPTY
)
MISTAKES = ["/zh/clauses/E99", "/zh/sparql?query=SELECT", "/zh/questions/cq-12-compare-clauses?one=x"]
#: Looked at in every run; the rest in the slow one.
FEW = ["/zh/", "/zh/clauses/E7", "/zh/case", "/zh/sparql?cq=01", "/zh/clauses/E99"]
#: Each language in each theme and each width.
LOOKS = {
    "zh-light-wide": ("zh", "light", WIDE),
    "zh-dark-phone": ("zh", "dark", PHONE),
    "en-light-phone": ("en", "light", PHONE),
    "en-dark-wide": ("en", "dark", WIDE),
}


def as_post(route: Route) -> None:
    route.continue_(
        method="POST", post_data=CASE, headers={**route.request.headers, "content-type": "application/yaml"}
    )


def violations(page: Page) -> list[str]:
    """What axe finds, a line for each element."""
    # What is folded away is read too.
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    found: list[dict[str, Any]] = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]} {node['target']}" for rule in found for node in rule["nodes"][:4]]


def look(open_page: OpenPage, pages: list[str], name: str) -> None:
    """Opens the pages in one language, theme and width, and lets axe read each."""
    lang, scheme, size = LOOKS[name]
    found: dict[str, list[str]] = {}
    with open_page("/healthz", color_scheme=scheme, viewport=size) as page:
        for address in pages:
            path = address.removeprefix("POST ").replace("/zh/", f"/{lang}/", 1)
            if address.startswith("POST "):
                page.route(f"**{path}", as_post)
            try:
                page.goto(path)
            except Error as error:
                # A file is sent, and there is no page to look at.
                assert "Download is starting" in str(error)
                continue
            finally:
                page.unroute(f"**{path}")
            if wrong := violations(page):
                found[path] = wrong
    assert found == {}


@pytest.mark.parametrize("name", LOOKS)
def test_axe_finds_nothing_on_the_main_pages(open_page: OpenPage, name: str) -> None:
    look(open_page, FEW, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOKS)
def test_axe_finds_nothing_on_any_page(open_page: OpenPage, name: str) -> None:
    look(open_page, [*PAGES, *MISTAKES], name)
