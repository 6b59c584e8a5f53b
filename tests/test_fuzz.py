"""Every route with requests that nobody meant to send: no error of ours, no hang, nothing reflected, every refusal explained.

`fuzz/corpus.jsonl` has the requests that once broke something, with what was wrong. DANDANG_FUZZ_REQUESTS makes the long run longer.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings

from dandang.web import create_app
from dandang.web.app import query_pool
from fuzz_strategies import requests
from fuzzing import Answer, Known, Request, answered, check, corpus, learn

CORPUS = corpus((Path(__file__).parent / "fuzz" / "corpus.jsonl").read_text(encoding="utf-8").splitlines())
#: A query may take one second here; what is over this is a hang.
DEADLINE = 8.0
LONG = int(os.environ.get("DANDANG_FUZZ_REQUESTS", "20000"))
#: Phases without a database: a run is the same each time.
QUIET = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", params=["public", "scratch"])
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    made = create_app({"QUERY_SECONDS": 1.0, "QUERY_WORKERS": 2, "SCRATCH": request.param == "scratch"})
    logging.getLogger("dandang.web").setLevel(logging.CRITICAL)
    yield made
    logging.getLogger("dandang.web").setLevel(logging.NOTSET)
    query_pool(made).close()


@pytest.fixture(scope="module")
def known() -> Known:
    """Both apps have the same routes. Fails for one without an address in `test_web.ROUTES`."""
    made = create_app({"QUERY_WORKERS": 1})
    found = learn(made)
    query_pool(made).close()
    return found


def tried(app: Flask, sent: Request) -> Answer:
    """The answer, which has to be a good one and come in time; a failure shows the request as a line for the corpus."""
    begun = time.monotonic()
    try:
        answer = answered(app, sent)
        check(sent, answer)
        assert time.monotonic() - begun < DEADLINE, "too slow"
    except Exception as error:
        error.add_note(json.dumps({"why": "", **sent._asdict()}))
        raise
    return answer


@pytest.mark.parametrize(("why", "sent"), CORPUS, ids=[why for why, _ in CORPUS])
def test_what_once_broke_does_not_break_again(app: Flask, why: str, sent: Request) -> None:
    tried(app, sent)


def test_parameters_are_learnt(known: Known) -> None:
    assert {"query", "format", "default-graph-uri"} <= set(known.parameters["sparql.protocol"])
    assert "q" in known.parameters["search.search"] and "case" in known.parameters["case_files.read"]
    # A field with a name of its own for each fact, found on the page that the form leads to.
    assert any(name.startswith("fact.") for name in known.parameters["workbench.work"])


def test_requests_that_nobody_meant(app: Flask, known: Known) -> None:
    fuzz(app, known, 300)


@pytest.mark.slow
def test_many_requests_that_nobody_meant(app: Flask, known: Known) -> None:
    fuzz(app, known, LONG // 2)


def fuzz(app: Flask, known: Known, number: int) -> None:
    """So many requests. Each counts: where a whole run of them is refused, they were too wild to find anything."""
    seen: dict[int, int] = {}

    @settings(QUIET, max_examples=number)
    @given(requests(known))
    def run(sent: Request) -> None:
        status = tried(app, sent).status
        seen[status // 100] = seen.get(status // 100, 0) + 1

    run()
    assert sum(seen.values()) >= number * 0.9 and seen.get(2, 0) > number / 20, seen
