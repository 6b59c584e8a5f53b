"""Two languages on every page: each text says which it is in, a missing translation is marked and never dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pyoxigraph as ox
import pytest
from flask import Flask

from dandang.policy import read_policy
from dandang.store import Index
from dandang.web import create_app
from dandang.web.library import Library, by_page
from test_web import HTML, ROUTES

#: Elements that never hold words to be read out as a sentence: code, names of code, what people type.
NOT_READ = {"script", "style", "code", "pre", "textarea", "title"}
EMPTY = {"meta", "link", "input", "br", "img", "hr"}
HAN = re.compile(r"[\u4e00-\u9fff]")
#: Three words of English on end; one or two may be a name, a format or a notation.
ENGLISH = re.compile(r"[a-z]{3,}(?: [a-z]{2,}){2,}")


class Tongues(HTMLParser):
    """The texts of a page that are not in the language that their element or one around it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            self._open.append((tag, dict(attrs).get("lang") or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content, as in a drawing."""

    def handle_endtag(self, tag: str) -> None:
        while tag not in EMPTY and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if NOT_READ & {tag for tag, _ in self._open}:
            return
        lang = next((lang for _, lang in reversed(self._open) if lang), "")
        if (HAN if lang == "en" else ENGLISH).search(data):
            self.wrong.append(f"{lang}: {data.strip()}")


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    made = create_app({"QUERY_WORKERS": 1, "CACHE_BYTES": 0})
    made.extensions["dandang-pool"].close()
    yield made


def shown(app: Flask, address: str) -> str:
    app.extensions.pop("dandang-kept", None)
    answer = app.test_client().get(address, headers=HTML, follow_redirects=True)
    assert answer.status_code == 200, address
    return answer.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_text_says_its_language(app: Flask, lang: str) -> None:
    library: Library = app.extensions["dandang"]
    pages = {path for _, path in library.addresses.items()}
    pages |= {
        address.removeprefix("/zh").partition("?")[0] for address in ROUTES.values() if address.startswith("/zh/")
    }
    # Without processes for the queries of strangers, and without documents of another place.
    wrong = {
        path: found
        for path in sorted(pages - {"/sparql"})
        if "nowhere" not in path and not path.startswith("/questions/cq")
        if (found := Tongues(shown(app, f"/{lang}{path}")).wrong)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", ["cq-01-exemptions-of-case", "cq-21-ambiguous-operators", "cq-33-tensions"])
def test_answers_say_their_language(app: Flask, name: str) -> None:
    for lang in ("zh", "en"):
        answer = app.test_client().get(f"/{lang}/questions/{name}", headers=HTML)
        assert Tongues(answer.text).wrong == []


@pytest.mark.parametrize(("lang", "mark"), [("en", "no English yet"), ("zh", "暂无中文")])
def test_a_missing_translation_is_marked_and_never_dropped(app: Flask, lang: str, mark: str) -> None:
    """Every label, question, definition and comment of one language taken away, pages show the other one and say so."""
    whole: Library = app.extensions["dandang"]
    quads = tuple(
        quad for quad in whole.quads() if not (isinstance(quad.object, ox.Literal) and quad.object.language == lang)
    )
    groups, index = by_page(quads), Index(quads)
    app.extensions["dandang"] = replace(whole, policy=read_policy(quads), index=index, groups=groups)
    try:
        for path in (
            "/clauses/E7",
            "/facts/",
            "/facts/decisive-decision",
            "/relations/",
            "/duties/",
            "/concepts/role",
            "/documents/D3",
            "/ontology",
        ):
            page = shown(app, f"/{lang}{path}")
            main = page.split('<main id="main"')[1].split('class="behind"')[0]
            assert main.count(mark) > 3, path
            assert Tongues(page).wrong == [], path
    finally:
        app.extensions["dandang"] = whole
