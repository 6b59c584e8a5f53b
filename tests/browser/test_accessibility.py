"""axe finds nothing on any page: both languages, light and dark, wide and phone. What axe cannot see is tested by hand below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error

from test_web import CASE, EMPTY, ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, Route

    from conftest import OpenPage

pytestmark = pytest.mark.browser

PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
#: Parts of pages, which a script puts into a page that is there.
FRAGMENTS = ("workbench.standing",)
#: Every page for people, as `test_web` knows them, and what a reader meets when something is wrong.
PAGES = sorted(
    address
    for endpoint, address in ROUTES.items()
    if address.removeprefix("POST ").startswith("/zh/") and endpoint not in (*EMPTY, *FRAGMENTS)
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
TWO = ("zh-dark-phone", "en-light-phone")


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


def visited(open_page: OpenPage, pages: list[str], name: str) -> Iterator[tuple[str, Page]]:
    """Opens the pages one after the other in one language, theme and width."""
    lang, scheme, size = LOOKS[name]
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
            yield path, page


def look(open_page: OpenPage, pages: list[str], name: str) -> None:
    """Lets axe read each page."""
    found = {path: wrong for path, page in visited(open_page, pages, name) if (wrong := violations(page))}
    assert found == {}


@pytest.mark.parametrize("name", TWO)
def test_axe_finds_nothing_on_the_main_pages(open_page: OpenPage, name: str) -> None:
    look(open_page, FEW, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOKS)
def test_axe_finds_nothing_on_any_page(open_page: OpenPage, name: str) -> None:
    look(open_page, [*PAGES, *MISTAKES], name)


# --- by hand ------------------------------------------------------------------------------------------------------------

#: The element that has the focus, through shadow roots, and how it shows it.
FOCUSED = """async () => {
  // CodeMirror draws its outline a moment later.
  await new Promise((done) => setTimeout(done, 30));
  let found = document.activeElement;
  while (found.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  const shown = found.closest('.cm-editor') ?? found;
  const style = getComputedStyle(shown);
  const box = shown.getBoundingClientRect();
  return {
    name: (found.innerText || found.value || found.ariaLabel || found.placeholder || found.id || found.tagName).trim().slice(0, 40),
    body: found === document.body,
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth,
  };
}"""


def test_skip_link_is_first_and_leads_to_the_content(open_page: OpenPage) -> None:
    with open_page("/zh/clauses/E7") as page:
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == {"name": "跳到正文", "body": False, "outlined": True, "seen": True}
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("path", FEW)
def test_focus_is_always_visible(open_page: OpenPage, path: str) -> None:
    with open_page(path, viewport=WIDE) as page:
        lost = []
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if focused["body"]:
                break
            if not (focused["outlined"] and focused["seen"]):
                lost.append(focused)
            if page.evaluate("document.activeElement.className === 'editor'"):
                page.keyboard.press("Escape")
        assert lost == []


@pytest.mark.parametrize("path", ["/zh/clauses/E7", "/en/clauses/A1"])
def test_condition_tree_is_lists_in_lists(open_page: OpenPage, path: str) -> None:
    """A tree that only unfolds by reading on is a list of lists; the tree pattern is for widgets that are moved through by arrow keys."""
    with open_page(path) as page:
        tree = page.locator("ul.tree.root").first
        assert tree.locator("li > ul").count() >= 1
        assert page.locator("[role=tree], [role=treeitem]").count() == 0
        loose = tree.evaluate(
            "root => [...root.querySelectorAll('ul')].flatMap((ul) => [...ul.children]).filter((each) => each.tagName !== 'LI').length"
        )
        assert loose == 0
