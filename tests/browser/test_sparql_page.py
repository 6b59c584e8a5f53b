"""The query page in Chromium: the editor by keyboard, completion by labels, mistakes at their place; and without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from conftest import OpenPage

pytestmark = pytest.mark.browser

THREE = "SELECT ?track { ?track a dd:SanctionTrack } ORDER BY ?track"


def write(page: Page, text: str) -> None:
    """Puts a text into the editor, in the place of what is there."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def written(page: Page) -> str:
    """What the form would send."""
    text: str = page.locator("#query").input_value()
    return text


@pytest.mark.usefixtures("front_end")
def test_editor_runs_by_keyboard_and_keeps_the_text(open_page: OpenPage) -> None:
    with open_page("/zh/sparql") as page:
        write(page, THREE)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("table.results")
        assert page.locator("table.results tbody tr").count() == 3
        assert page.evaluate("document.activeElement.className") == "editor"
        assert written(page) == THREE
        assert page.locator("[data-status]").inner_text().startswith("3 行")


@pytest.mark.usefixtures("front_end")
def test_address_becomes_a_short_link_that_brings_the_query_back(open_page: OpenPage) -> None:
    with open_page("/zh/sparql") as page:
        write(page, THREE)
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/zh/sparql?q=*")
        link = page.url
        page.reload()
        assert page.url == link
        assert written(page) == THREE
        assert page.locator("table.results tbody tr").count() == 3
        page.locator("a.language").click()
        assert "/en/sparql?q=" in page.url
        assert written(page) == THREE
        page.go_back()
        assert page.url == link


@pytest.mark.usefixtures("front_end")
def test_tab_indents_and_leaves_after_escape(open_page: OpenPage) -> None:
    with open_page("/zh/sparql") as page:
        write(page, "ASK {}")
        page.keyboard.press("Home")
        page.keyboard.press("Tab")
        assert written(page) == "  ASK {}"
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "运行"


@pytest.mark.usefixtures("front_end")
@pytest.mark.parametrize(
    ("lang", "typed", "name"),
    [
        ("zh", "问责情形", "dd:AccountabilityCircumstance"),
        ("en", "sanction", "dd:SanctionTrack"),
        ("zh", "E7", "wh:E7"),
        ("en", "果断决策", "fact:decisive-decision"),
    ],
)
def test_completion_finds_by_label_and_declares_the_prefix(
    open_page: OpenPage, lang: str, typed: str, name: str
) -> None:
    with open_page(f"/{lang}/sparql") as page:
        write(page, "SELECT * { ?s ?p ")
        page.keyboard.insert_text(typed)
        option = page.locator(".cm-tooltip-autocomplete li", has_text=name).first
        option.wait_for()
        assert ("个体" in option.inner_text() or "类" in option.inner_text()) == (lang == "zh")
        option.click()
        prefix = name.partition(":")[0]
        assert written(page).startswith(f"PREFIX {prefix}: <https://w3id.org/dandang/")
        assert written(page).endswith(f"?p {name}")


@pytest.mark.usefixtures("front_end")
def test_completion_stays_out_of_text_and_offers_variables(open_page: OpenPage) -> None:
    with open_page("/zh/sparql") as page:
        write(page, 'SELECT * { ?clause rdfs:label "问责')
        page.keyboard.press("Control+ ")
        page.wait_for_timeout(300)
        assert page.locator(".cm-tooltip-autocomplete").count() == 0
        write(page, "SELECT * { ?clause rdfs:label ")
        page.keyboard.type("?c")
        page.locator(".cm-tooltip-autocomplete li", has_text="?clause").wait_for()


@pytest.mark.usefixtures("front_end")
def test_mistake_is_marked_at_its_place_until_it_is_mended(open_page: OpenPage) -> None:
    with open_page("/zh/sparql") as page:
        write(page, "SELECT * WHERE {\n  ?s nope:thing ?o\n}")
        page.keyboard.press("Control+Enter")
        page.locator(".cm-lint-marker-error").wait_for()
        line = page.locator("[data-answer]").get_attribute("data-line")
        assert line == "2"
        assert page.locator(".cm-lintRange-error").count() == 1
        assert page.locator("[role=alert]").inner_text().count("第 2 行") >= 1
        write(page, THREE)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("table.results")
        assert page.locator(".cm-lint-marker-error").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_heading_sorts_numbers_as_numbers_and_empty_cells_last(open_page: OpenPage, lang: str) -> None:
    query = "SELECT ?n { VALUES ?n { 10 9 UNDEF 100 } }"
    with open_page(f"/{lang}/sparql?query={query}") as page:
        column = page.locator("table.results tbody td")
        page.locator("button.sort").click()
        assert [text.strip() for text in column.all_inner_texts()][:3] == ["9", "10", "100"]
        assert page.locator("th").get_attribute("aria-sort") == "ascending"
        page.keyboard.press("Enter")
        assert [text.strip() for text in column.all_inner_texts()][:3] == ["100", "10", "9"]
        assert "unbound" in (column.nth(3).get_attribute("class") or "")


def test_chart_has_its_values_as_text(open_page: OpenPage) -> None:
    with open_page("/zh/sparql?cq=shared-facts") as page:
        bars = page.locator(".chart .bar-number").all_text_contents()
        assert bars == [text.strip() for text in page.locator("td.amount").all_inner_texts()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_works_without_javascript(open_page: OpenPage, lang: str) -> None:
    with open_page(f"/{lang}/sparql", java_script_enabled=False) as page:
        page.locator("#query").fill(THREE)
        page.locator(".sparql-form button.primary").click()
        assert page.locator("table.results tbody tr").count() == 3
        page.locator("#cq").select_option("describe")
        page.locator(".examples button").click()
        assert page.url.endswith("/sparql?cq=describe")
        assert page.locator(".turtle a").count() > 10


def test_unreachable_server_is_said(open_page: OpenPage) -> None:
    with open_page("/zh/sparql") as page:
        # What a hotel's or an office's network answers in its place.
        page.route("**/zh/sparql", lambda route: route.fulfill(status=200, body="<p>Please log in</p>"))
        page.locator(".sparql-form button.primary").click()
        page.locator("[data-answer] .empty").wait_for()
        assert "连不上服务器" in page.locator("[data-answer]").inner_text()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_facts_of_a_question_are_chosen_by_label(open_page: OpenPage, lang: str) -> None:
    with open_page(f"/{lang}/questions/cq-05-circumstances-from-facts") as page:
        page.locator("#p-given").fill("")
        names = page.locator("#l-given option").evaluate_all("options => options.slice(0, 2).map((each) => each.value)")
        for name in names:
            page.locator("#a-given").fill(name)
            page.keyboard.press("Enter")
        assert page.locator("#p-given").input_value() == "\n".join(names)
        page.locator(".question-form button.primary").click()
        assert page.locator(".error-summary").count() == 0
        page.locator("#answer").wait_for()


def test_clauses_of_a_question_stand_under_their_documents(open_page: OpenPage) -> None:
    with open_page("/zh/questions/cq-12-compare-clauses") as page:
        groups = page.locator("form.question-form select").first.locator("optgroup")
        assert groups.count() == 4
