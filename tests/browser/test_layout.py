"""No page is wider than a phone, and paper carries the text and its source, never the navigation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from test_accessibility import MISTAKES, PAGES, visited

if TYPE_CHECKING:
    from conftest import OpenPage

pytestmark = pytest.mark.browser

#: How much wider than the window the page is.
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: What of a screen is left on paper (a heading that sorts is still a heading), and whether the dataset that was printed is named.
PAPER = """() => {
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  return {
    navigation: shown('nav, header.site-header, aside, form, button:not(.sort)').map((each) => each.className || each.tagName),
    dataset: shown('.receipt, .report-foot').length > 0,
  };
}"""


# English has the longer words.
@pytest.mark.parametrize("name", [pytest.param("zh-dark-phone", marks=pytest.mark.slow), "en-light-phone"])
def test_no_page_is_wider_than_a_phone(open_page: OpenPage, name: str) -> None:
    wide = {}
    for path, page in visited(open_page, [*PAGES, *MISTAKES], name):
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        if over := page.evaluate(TOO_WIDE):
            wide[path] = over
    assert wide == {}


def test_paper_has_no_navigation_and_names_the_dataset(open_page: OpenPage) -> None:
    wrong = {}
    for path, page in visited(open_page, [*PAGES, *MISTAKES], "zh-light-wide"):
        page.emulate_media(media="print")
        found = page.evaluate(PAPER)
        if found != {"navigation": [], "dataset": True}:
            wrong[path] = found
        page.emulate_media(media="screen")
    assert wrong == {}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_doubtful_reading_is_unfolded_on_paper(open_page: OpenPage, lang: str) -> None:
    with open_page(f"/{lang}/clauses/A1") as page:
        readings = page.locator("details.reading.unclear .readings").first
        assert not readings.is_visible()
        page.emulate_media(media="print")
        assert readings.is_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_matrix_is_one_landscape_sheet(open_page: OpenPage, lang: str) -> None:
    with open_page(f"/{lang}/matrix") as page:
        paper = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_caret_of_a_mistake_stands_under_its_place(open_page: OpenPage, lang: str) -> None:
    """A typeface for Latin text must not take the place of the one whose characters are all equally wide."""
    with open_page(f"/{lang}/sparql?query=SELECT+*+%7B+%3Fc+dd%3Adomain+%3Fd") as page:
        typeface = page.locator("#query-error pre code").evaluate("(each) => getComputedStyle(each).fontFamily")
        assert typeface.endswith("monospace")


def test_the_matrix_scrolls_with_the_page_where_all_of_it_fits(open_page: OpenPage) -> None:
    with open_page("/zh/matrix") as page:
        table = page.locator(".tall")
        assert table.evaluate("(each) => each.scrollHeight - each.clientHeight") <= 1
