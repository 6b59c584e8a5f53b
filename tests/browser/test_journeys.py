"""The main journeys in Chromium: both languages, with and without JavaScript, on a phone, by keyboard, on paper."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from waitress.server import create_server

from dandang.web import create_app
from dandang.web.pages.examples import by_key
from dandang.web.views.lists import LISTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/framework",
    "/documents/",
    "/documents/D3",
    "/clauses/",
    "/clauses/A1",
    "/clauses/E7",
    "/clauses/T2",
    "/circumstances/",
    "/exemptions/",
    "/sanctions/",
    "/criteria/",
    "/domains/",
    "/facts/",
    "/facts/decisive-decision",
    "/concepts/",
    "/concepts/measure",
    "/duties/",
    "/relations/",
    "/relations/e7-a11",
    "/source",
    "/ontology",
    "/cases/",
    "/cases/2018-029",
    "/case",
    "/questions/",
    "/questions/cq-01-exemptions-of-case",
    "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+50",
    "/search?q=决策",
    "/search?q=chufen&kind=concepts",
    "/compare",
    "/compare/A11/E7",
    "/matrix",
    "/map",
    "/clauses/E99",
)
PHONE = {"width": 390, "height": 844}


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


@contextmanager
def opened(browser: Browser, site: str, **options: object) -> Iterator[Page]:
    """A page that fails the test on a console error or a request to another host."""
    context = browser.new_context(locale="zh-CN", **options)  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(site) else wrong.append(request.url))
    try:
        yield page
    finally:
        context.close()
    # Chromium reports the status of pages that are meant to be a 400 or a 404.
    assert [words for words in wrong if not re.search(r"status of 40[04]", words)] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_is_wider_than_a_phone(browser: Browser, site: str, lang: str) -> None:
    with opened(browser, site, viewport=PHONE) as page:
        for path in PAGES:
            page.goto(f"{site}/{lang}{path}")
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, path


def test_no_result_makes_its_page_wider_than_a_phone(browser: Browser, site: str) -> None:
    """Whatever a question of the SPARQL page answers: the table scrolls, and the page stands."""
    with opened(browser, site, viewport=PHONE) as page:
        for key in sorted(by_key()):
            page.goto(f"{site}/zh/sparql?cq={key}")
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, key


def test_lists_hide_nothing_beside_a_phone(browser: Browser, site: str) -> None:
    hidden = "[...document.querySelectorAll('.scroll:has(.listing)')].some((one) => one.scrollWidth > one.clientWidth)"
    with opened(browser, site, viewport=PHONE) as page:
        for name in LISTS:
            page.goto(f"{site}/en/{name}/")
            assert page.locator(".listing").count() > 0
            assert not page.evaluate(hidden), name


def test_every_page_in_the_dark_has_readable_text(browser: Browser, site: str) -> None:
    with opened(browser, site, color_scheme="dark") as page:
        page.goto(f"{site}/zh/clauses/E7")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(252, 251, 248)"


def test_colours_keep_their_contrast(browser: Browser, site: str) -> None:
    """WCAG AA for every pair of text and ground in tokens.css, in both themes."""
    inks = (
        "ink",
        "ink-2",
        "accent",
        "state-applies",
        "state-could_apply",
        "state-open",
        "state-excluded",
        "state-not_in_force",
    )
    grounds = ("paper", "raised", "accent-soft", "warn-soft", "error-soft", "mark")
    for scheme in ("light", "dark"):
        with opened(browser, site, color_scheme=scheme) as page:
            page.goto(f"{site}/zh/")
            values = page.evaluate(
                "names => Object.fromEntries(names.map(n => [n, getComputedStyle(document.documentElement)"
                ".getPropertyValue('--' + n).trim()]))",
                [*inks, *grounds, "on-accent"],
            )
        pairs = [(ink, ground) for ink in inks for ground in grounds if ground != "mark" or ink in ("ink", "accent")]
        for ink, ground in [*pairs, ("on-accent", "accent")]:
            assert contrast(values[ink], values[ground]) >= 4.5, (scheme, ink, ground)


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two colours written as #rrggbb."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without-script"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_home_to_a_clause_and_its_counterpart(browser: Browser, site: str, lang: str, javascript: bool) -> None:
    with opened(browser, site, java_script_enabled=javascript) as page:
        page.goto(f"{site}/{lang}/")
        page.locator(".entrances a").nth(1).click()
        page.locator("ol.clauses a", has_text="E7").click()
        assert page.locator(".exact").inner_text().startswith("在维护社会稳定")
        page.locator(".mirror h3 a.clause-link").first.click()
        assert page.url.endswith(f"/{lang}/clauses/A11")
        page.locator("a.language").click()
        assert page.url.endswith(f"/{'en' if lang == 'zh' else 'zh'}/clauses/A11")


@pytest.mark.parametrize("javascript", [True, False], ids=["with-script", "without-script"])
def test_a_case_from_paste_to_report(browser: Browser, site: str, javascript: bool) -> None:
    with opened(browser, site, java_script_enabled=javascript) as page:
        page.goto(f"{site}/zh/case?example=2018-029")
        page.locator("form.case-form button.primary").click()
        assert page.url == f"{site}/zh/case"
        assert "除非" in page.locator("p.verdict").inner_text()
        page.locator("details.explanation > summary").click()
        page.locator("li.trace-clause summary").first.click()
        assert page.locator("li.trace-clause blockquote").first.is_visible()


def test_a_broken_case_says_where_and_keeps_the_text(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.goto(f"{site}/zh/case")
        page.locator("#case-text").fill("id: x\nfacts: [\n")
        with page.expect_response("**/zh/case") as answer:
            page.locator("form.case-form button.primary").click()
        assert answer.value.status == 400
        assert "行" in page.locator(".error-summary").inner_text()
        assert page.locator("#case-text").input_value().startswith("id: x")
        assert page.evaluate("document.activeElement.className") == "error-summary"


def test_filter_narrows_while_typing(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.goto(f"{site}/zh/facts/")
        page.locator("#filter-q").fill("果断决策")
        shown = page.locator("#facts tbody tr:visible")
        assert 1 <= shown.count() <= 5
        assert page.locator(".filter output").inner_text().startswith(f"{shown.count()} /")


def test_a_question_by_its_form(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.goto(f"{site}/zh/questions/cq-01-exemptions-of-case")
        page.locator("#p-case").select_option("2018-002")
        page.locator(".question-form button").click()
        assert "case=2018-002" in page.url
        assert "适用" in page.locator("table.results tbody tr").first.inner_text()


def test_a_query_by_keyboard_alone(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.goto(f"{site}/zh/sparql")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        # The editor, or the textarea where the front end is left out.
        page.locator(".cm-content, #query:visible").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("SELECT ?s { ?s a dd:SanctionTrack } ORDER BY ?s")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("table.results")
        assert page.locator("table.results tbody tr").count() == 3


def test_an_unclear_connective_opens_by_keyboard(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.goto(f"{site}/zh/clauses/A1")
        page.locator("details.unclear summary").first.focus()
        page.keyboard.press("Enter")
        assert "从严读法" in page.locator("details.unclear").first.inner_text()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_fits_two_sheets(browser: Browser, site: str, lang: str) -> None:
    with opened(browser, site) as page:
        for case in ("2018-002", "2018-018", "2018-029"):
            page.goto(f"{site}/{lang}/cases/{case}", wait_until="networkidle")
            paper = page.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= 2, case


def test_the_other_language_opens_at_the_same_part(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.goto(f"{site}/zh/clauses/E7?dataset=#consequences")
        page.locator("a.language").click()
        assert page.url == f"{site}/en/clauses/E7?dataset=#consequences"
