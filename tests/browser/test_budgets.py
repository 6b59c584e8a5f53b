"""What the first view of a page may cost: bytes on the wire, requests, nothing that blocks, nobody else's machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from test_accessibility import FEW, PAGES

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

    from conftest import OpenPage

pytestmark = pytest.mark.browser

#: Bytes of a first view, and of its parts; the editor and the graph, which come after it, are not counted.
MOST_BYTES = 100_000
MOST_SCRIPT = 20_000
MOST_STYLE = 30_000
MOST_REQUESTS = 14
AFTERWARDS = ("/static/built/", "/data/vocabulary.json")
SEEN = [address for address in PAGES if not address.startswith("POST ")]


class Loaded(NamedTuple):
    """One file: its address, its type as the browser names it, and its bytes with headers as they came."""

    address: str
    kind: str
    size: int


class Wire:
    """What a page fetches, as Chromium counts it."""

    def __init__(self, page: Page) -> None:
        self.loaded: list[Loaded] = []
        self._known: dict[str, tuple[str, str]] = {}
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._session.on("Network.responseReceived", self._received)
        self._session.on("Network.loadingFinished", self._finished)
        self._session.send("Network.enable")
        self._session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def _received(self, event: dict[str, Any]) -> None:
        self._known[event["requestId"]] = (event["response"]["url"], event["type"])

    def _finished(self, event: dict[str, Any]) -> None:
        address, kind = self._known.get(event["requestId"], ("", ""))
        if address and not any(part in address for part in AFTERWARDS):
            self.loaded.append(Loaded(address, kind, int(event["encodedDataLength"])))

    def size(self, kind: str = "") -> int:
        """The bytes of one type of file, or of all."""
        return sum(file.size for file in self.loaded if kind in ("", file.kind))


def over_budget(page: Page, wire: Wire, address: str) -> list[str]:
    """What a page costs too much of."""
    wire.loaded.clear()
    page.goto(address)
    limits = {"": MOST_BYTES, "Script": MOST_SCRIPT, "Stylesheet": MOST_STYLE}
    found = [f"{kind or 'all'}: {wire.size(kind)} bytes" for kind, most in limits.items() if wire.size(kind) > most]
    if len(wire.loaded) > MOST_REQUESTS:
        found.append(f"{len(wire.loaded)} requests")
    blocking = page.evaluate("document.querySelectorAll('script:not([type=module]):not([defer]):not([async])').length")
    if blocking:
        found.append(f"{blocking} scripts that block")
    if page.evaluate("document.querySelectorAll('style, [style]:not(svg *)').length"):
        found.append("inline styles")
    return found


def test_first_view_of_the_main_pages_is_small(open_page: OpenPage) -> None:
    first_views(open_page, FEW, "zh")


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_first_view_of_every_page_is_small(open_page: OpenPage, lang: str) -> None:
    first_views(open_page, SEEN, lang)


def first_views(open_page: OpenPage, pages: list[str], lang: str) -> None:
    """Opens the pages in a language, each as if it were the first."""
    over = {}
    with open_page("/healthz") as page:
        wire = Wire(page)
        for address in pages:
            path = address.replace("/zh/", f"/{lang}/", 1)
            if found := over_budget(page, wire, path):
                over[path] = found
    assert over == {}
