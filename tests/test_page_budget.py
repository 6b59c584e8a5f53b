"""What a page may ask of the graph: at most one SPARQL query however many rows it shows, and no look-ups for what it does not show.

A query counts when `Store.run` is called, a look-up when the index of triples is. Pages are made anew each time, past what is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from dandang.store import Index, Store
from dandang.web import create_app
from dandang.web.library import Library
from test_web import HTML, ROUTES, Links

#: Pages made by GET; those that run the query of a stranger do it in a process of its own, which is none of these.
PAGES = {
    endpoint: address for endpoint, address in ROUTES.items() if address.startswith("/zh/") and "nowhere" not in address
}
#: Look-ups that a page may make for each thing that it links or has a place for, and for itself.
EACH, ITSELF = 10, 60


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    made = create_app({"QUERY_WORKERS": 1, "CACHE_BYTES": 0})
    made.extensions["dandang-pool"].close()
    yield made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts queries and look-ups."""
    counter: Counter[str] = Counter()

    def counted(owner: type, name: str, kind: str) -> None:
        original = getattr(owner, name)

        def call(self: Any, *values: Any, **options: Any) -> Any:
            counter[kind] += 1
            return original(self, *values, **options)

        monkeypatch.setattr(owner, name, call)

    counted(Store, "run", "queries")
    for name in ("value", "values", "langs", "of_type", "subjects"):
        counted(Index, name, "look-ups")
    return counter


def made(app: Flask, address: str) -> str:
    app.extensions.pop("dandang-kept", None)
    answer = app.test_client().get(address, headers=HTML, follow_redirects=True)
    assert answer.status_code == 200, address
    return answer.text


@pytest.mark.parametrize("endpoint", sorted(set(PAGES) - {"editor.editor"}))
def test_a_page_runs_one_query_at_most(app: Flask, asked: Counter[str], endpoint: str) -> None:
    made(app, PAGES[endpoint])
    asked.clear()
    page = made(app, PAGES[endpoint])
    shown = Links(page)
    assert asked["queries"] <= 1
    assert asked["look-ups"] <= ITSELF + EACH * len(set(shown.links) | set(shown.ids)), endpoint


def test_no_page_of_a_thing_looks_up_what_it_does_not_show(app: Flask, asked: Counter[str]) -> None:
    library: Library = app.extensions["dandang"]
    over = []
    for address in ("/zh/clauses/E7", "/zh/concepts/role", "/zh/cases/2018-002", "/zh/source", "/zh/ontology"):
        made(app, address)  # What is made once for all pages is not counted against any.
    for _, path in library.addresses.items():
        asked.clear()
        shown = Links(made(app, f"/zh{path}"))
        if asked["queries"] > 1 or asked["look-ups"] > ITSELF + EACH * len(set(shown.links) | set(shown.ids)):
            over.append((path, dict(asked), len(set(shown.links))))
    assert over == []
