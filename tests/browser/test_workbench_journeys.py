"""The case workbench in Chromium: told question by question in both languages, with and without JavaScript, on a phone, by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from test_accessibility import violations
from test_journeys import PHONE, opened, site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser
__all__ = ["site"]

#: A flood: what happened, and what the investigation found.
PICKED = ("handling-sudden-emergency",)
NO = {"violates-prohibition", "seeks-private-gain", "major-loss", "adverse-social-impact"}
VERDICT = {"zh": "E7", "en": "E7"}


def press(button: Locator) -> None:
    """Presses a button that leads to another page, and waits for it."""
    with button.page.expect_navigation():
        button.click()


def pick(page: Page, site: str, lang: str) -> None:
    page.goto(f"{site}/{lang}/case")
    for code in PICKED:
        page.locator(f'input[name="pick"][value="yes:{code}"]').check()
    press(page.locator(".go button").first)


def answer(page: Page, code: str, value: str) -> None:
    page.locator(f'input[name="fact.{code}"][value="{value}"]').check()


def unanswered(page: Page) -> str:
    """The first question that has no answer yet; empty where none is left."""
    for item in page.locator(".questions-asked > li").all():
        if not item.locator("input:checked").count():
            return item.get_attribute("data-fact") or ""
    return ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_case_told_question_by_question(browser: Browser, site: str, lang: str, tmp_path: Path) -> None:
    """With JavaScript: each answer changes the panel without a new page, and the questions come to an end."""
    with opened(browser, site) as page:
        pick(page, site, lang)
        for _ in range(40):
            code = unanswered(page)
            if not code:
                break
            with page.expect_response("**/case/standing"):
                answer(page, code, "no" if code in NO else "yes")
            page.wait_for_selector("#standing:not([aria-busy])")
            assert page.evaluate("document.activeElement.name") == f"fact.{code}"
        assert page.locator("#standing .line-applies", has_text="E7").count() == 1
        assert page.locator("[role=status]", has_text="E7").count() == 1
        press(page.locator(".go button").first)
        assert page.locator(".facts-known > li").count() > 8
        with page.expect_download() as download:
            page.locator('button[value="yaml"]').click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        assert len(yaml.safe_load(path.read_text(encoding="utf-8"))["facts"]) > 8
        press(page.locator(".steps button").last)
        assert "E7" in page.locator("p.verdict").inner_text()
        page.goto(f"{site}/{lang}/case")
        page.locator("#case-file").set_input_files(path)
        press(page.locator('.case-form button[value="open"]'))
        assert page.locator("#standing .line-applies", has_text="E7").count() == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_without_javascript(browser: Browser, site: str, lang: str) -> None:
    with opened(browser, site, java_script_enabled=False) as page:
        pick(page, site, lang)
        for _ in range(20):
            codes = [item.get_attribute("data-fact") or "" for item in page.locator(".questions-asked > li").all()]
            if not codes:
                break
            for code in codes:
                answer(page, code, "no" if code in NO else "yes")
            press(page.locator(".go button").first)
        assert page.locator("#standing .line-applies", has_text="E7").count() == 1
        press(page.locator("button.language"))
        assert page.url == f"{site}/{'en' if lang == 'zh' else 'zh'}/case/work"
        assert page.locator("#standing .line-applies", has_text="E7").count() == 1
        press(page.locator(".steps button").last)
        assert "E7" in page.locator("p.verdict").inner_text()
        press(page.locator("form#case button", has_text="修改" if lang == "en" else "Back"))
        assert page.locator(".facts-known > li").count() > 8


def test_what_happened_is_found_while_typing(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.goto(f"{site}/zh/case")
        page.locator("#find").fill("征地")
        assert page.locator(".pick-group label:visible").all_inner_texts() == ["征地拆迁"]
        page.locator(".pick-group label:visible input").check()
        page.locator("#find").fill("")
        assert page.locator(".pick-group label:visible").count() > 50
        assert "已选 1 项" in page.locator(".go").inner_text()


def test_a_counterpart_that_is_ticked_stays_and_is_asked_about(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        pick(page, site, "zh")
        box = page.locator('.counterparts input[value="yes:handling-sudden-incident"]')
        with page.expect_response("**/case/standing"):
            box.check()
        page.wait_for_selector("#standing:not([aria-busy])")
        assert box.is_checked()
        assert page.locator("#standing .line-could_apply", has_text="A11").count() == 1
        press(page.locator(".go button").last)
        assert page.url == f"{site}/zh/case/report"


def test_a_search_without_javascript_stays_out_of_the_address(browser: Browser, site: str) -> None:
    with opened(browser, site, java_script_enabled=False) as page:
        page.goto(f"{site}/zh/case")
        page.locator("#find").fill("征地")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{site}/zh/case/pick")
        assert page.locator(".pick-group label:visible").all_inner_texts() == ["征地拆迁"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_step_fits_a_phone(browser: Browser, site: str, lang: str) -> None:
    def over(page: Page) -> int:
        wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wide

    with opened(browser, site, viewport=PHONE) as page:
        pick(page, site, lang)
        for item in page.locator("form#case details > summary").all():
            item.click()
        assert over(page) <= 0
        for step in (0, 1):
            press(page.locator(".steps button").nth(step))
            assert over(page) <= 0


def test_a_case_by_keyboard_alone(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        page.goto(f"{site}/zh/case")
        page.locator("#find").focus()
        page.keyboard.type("突发应急")
        for _ in range(3):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.type") == "checkbox":
                break
        page.keyboard.press("Space")
        page.locator(".go button").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".questions-asked")
        page.locator(".questions-asked input").first.focus()
        with page.expect_response("**/case/standing"):
            page.keyboard.press("Space")
        page.wait_for_selector("#standing:not([aria-busy])")
        assert page.evaluate("document.activeElement.checked")
        # Return in a field of text updates, and does not go back to the first step.
        page.locator("#title").fill("题名")
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('题名')")
        assert page.url == f"{site}/zh/case/work"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_on_a_case_under_way(browser: Browser, site: str, lang: str) -> None:
    with opened(browser, site, viewport=PHONE, color_scheme="dark", bypass_csp=True) as page:
        page.goto(f"{site}/{lang}/case?example=2018-029")
        press(page.locator('.case-form button[value="open"]'))
        for step in (0, 1):
            assert violations(page) == []
            press(page.locator(".steps button").nth(step))
        assert violations(page) == []


def test_a_mistake_takes_the_reader_to_its_field(browser: Browser, site: str) -> None:
    with opened(browser, site, java_script_enabled=False) as page:
        pick(page, site, "zh")
        page.locator("#id").fill("a/b")
        press(page.locator(".go button").first)
        page.locator(".error-summary a").click()
        page.wait_for_url("**#id")
        assert page.locator("#id").input_value() == "a/b"


def test_answers_are_not_lost_unasked(browser: Browser, site: str) -> None:
    with opened(browser, site) as page:
        pick(page, site, "zh")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        with page.expect_response("**/case/standing"):
            page.locator(".questions-asked input").first.check()
        page.goto(f"{site}/zh/")
        assert asked == ["beforeunload"]
