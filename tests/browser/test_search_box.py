"""The search box in Chromium: suggestions by mouse and by keyboard, and the plain form without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_suggestions_by_keyboard(open_page: Callable[..., AbstractContextManager[Page]]) -> None:
    with open_page("/zh/") as page:
        box = page.get_by_role("combobox")
        box.press_sequentially("gdjc")
        option = page.get_by_role("option").first
        option.wait_for()
        assert box.get_attribute("aria-expanded") == "true" and "果断决策" in option.inner_text()
        box.press("ArrowDown")
        assert option.get_attribute("aria-selected") == "true"
        assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
        box.press("Escape")
        assert page.get_by_role("option").count() == 0 and box.input_value() == "gdjc"
        box.press("Backspace")
        page.get_by_role("option").first.wait_for()
        box.press("ArrowDown")
        with page.expect_navigation():
            box.press("Enter")
        assert "/zh/search" not in page.url


def test_enter_without_a_choice_searches(open_page: Callable[..., AbstractContextManager[Page]]) -> None:
    with open_page("/en/") as page:
        box = page.get_by_role("combobox")
        box.press_sequentially("notice")
        with page.expect_navigation():
            box.press("Enter")
        assert page.url.endswith("/en/search?q=notice")


def test_suggestions_by_mouse(open_page: Callable[..., AbstractContextManager[Page]]) -> None:
    with open_page("/zh/") as page:
        page.get_by_role("combobox").press_sequentially("E7")
        # Until the answer to both letters has come, the suggestions are those of the first one.
        page.locator("[role=option]:first-child", has_text="E7").wait_for()
        with page.expect_navigation():
            page.get_by_role("option").first.click()
        assert page.url.endswith("/zh/clauses/E7")


def test_the_box_is_a_form_without_javascript(open_page: Callable[..., AbstractContextManager[Page]]) -> None:
    with open_page("/zh/", java_script_enabled=False) as page:
        box = page.get_by_role("searchbox")
        box.fill("处分")
        with page.expect_navigation():
            box.press("Enter")
        assert page.locator("mark").first.inner_text() == "处分"
