"""No page is wider than a phone, and paper carries the text and its source, never the navigation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

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


PHONE = {"viewport": {"width": 390, "height": 800}}
#: The most that any of these reaches beyond the right edge of the window.
BEYOND = (
    "(each) => Math.max(...each.map((one) => one.getBoundingClientRect().right)) - document.documentElement.clientWidth"
)
COUNTS = """SELECT ?fact (COUNT(DISTINCT ?clause) AS ?clauses) WHERE { ?clause dd:condition/dd:member* ?leaf . ?leaf dd:factType ?fact }
GROUP BY ?fact HAVING(COUNT(DISTINCT ?clause) > 1)"""


def test_a_chart_is_in_view_on_a_phone(open_page: OpenPage) -> None:
    with open_page(f"/en/sparql?{urlencode({'query': COUNTS})}", **PHONE) as page:
        assert page.locator(".chart text, .chart rect").evaluate_all(BEYOND) <= 0


@pytest.mark.parametrize(
    "path", ["/zh/facts/", "/zh/questions/cq-21-ambiguous-operators", "/en/questions/cq-21-ambiguous-operators"]
)
def test_lists_and_answers_are_in_view_on_a_phone(open_page: OpenPage, path: str) -> None:
    with open_page(path, **PHONE) as page:
        assert page.locator("main table a").evaluate_all(BEYOND) <= 0


def test_a_filter_hides_rows_on_a_phone_too(open_page: OpenPage) -> None:
    with open_page("/zh/facts/", **PHONE) as page:
        page.locator("#filter-q").fill("果断决策")
        assert 0 < page.locator("#facts tbody tr:visible").count() < 5


def test_a_phone_has_the_text_of_a_neighbourhood_and_is_told_that_the_map_goes_on(open_page: OpenPage) -> None:
    with open_page("/zh/clauses/E7", **PHONE) as page:
        assert page.locator(".neighbourhood .connections").is_visible()
        assert not page.locator(".neighbourhood svg").is_visible()
    with open_page("/zh/map", **PHONE) as page:
        assert page.get_by_text("图比屏幕宽").is_visible()
    with open_page("/zh/map") as page:
        assert not page.get_by_text("图比屏幕宽").is_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_steps_of_a_case_are_one_line_on_a_phone(open_page: OpenPage, lang: str) -> None:
    with open_page(f"/{lang}/case", **PHONE) as page:
        page.locator(".pick-group input").first.check()
        page.locator(".go button").first.click()
        steps = page.locator(".steps li").evaluate_all("(each) => each.map((one) => one.getBoundingClientRect().top)")
        assert len(set(steps)) == 1
        boxes = [button.bounding_box() for button in page.locator(".go button").all()]
        assert all(boxes)
        (first, second) = boxes
        assert second["x"] >= first["x"] + first["width"] + 4 or second["y"] >= first["y"] + first["height"] + 4  # type: ignore[index]


@pytest.mark.parametrize("path", ["/zh/map", "/zh/matrix", "/zh/compare/A11/E7"])
def test_paper_has_the_legend_and_nothing_to_click(open_page: OpenPage, path: str) -> None:
    with open_page(path) as page:
        page.emulate_media(media="print")
        assert all(legend.is_visible() for legend in page.locator(".legend").all())
        told = page.locator("main").inner_text()
    assert not re.search("点开|下载：|左右对调", told)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_numbers_of_questions_stand_inside_the_report(open_page: OpenPage, lang: str) -> None:
    with open_page(f"/{lang}/cases/2018-017") as page:
        questions = page.locator(".report .questions")
        inset = float(questions.evaluate("(each) => parseFloat(getComputedStyle(each).paddingInlineStart)"))
        size = float(questions.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)"))
        assert inset >= 2 * size
