"""Every route with requests that nobody meant to send: no error of ours, no hang, nothing reflected, every refusal explained.

`fuzz/corpus.jsonl` has the requests that once broke something, with what was wrong. DANDANG_FUZZ_REQUESTS makes the long run longer.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dandang.web import create_app
from dandang.web.app import query_pool
from dandang.web.sparql_store import StoreFile, Token
from fuzz_strategies import SAMPLES, requests
from fuzz_wire import CHANGES, changed, exchange, statuses
from fuzzing import Answer, Known, Request, answered, check, corpus, learn
from serving import serving

CORPUS = corpus((Path(__file__).parent / "fuzz" / "corpus.jsonl").read_text(encoding="utf-8").splitlines())
#: A query may take one second here; what is over this is a hang.
DEADLINE = 8.0
#: A query may take ten seconds there.
WIRE_SECONDS = 20.0
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
#: What a server says of a version or a coding that it does not speak, and of a query that met its limit.
SERVERS_OWN = (501, 503, 505)
LONG = int(os.environ.get("DANDANG_FUZZ_REQUESTS", "20000"))
#: Phases without a database: a run is the same each time.
QUIET = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module", params=["public", "scratch", "store"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app in each of the ways it can be started; the store's token is one of the samples."""
    config: dict[str, Any] = {"SCRATCH": request.param == "scratch"}
    if request.param == "store":
        token = Token(SAMPLES["headers"]["Authorization"][0].removeprefix("Bearer "))
        config = {"STORE": StoreFile(tmp_path_factory.mktemp("store") / "store.nq"), "UPDATE_TOKEN": token}
    made = create_app({"QUERY_SECONDS": 1.0, "QUERY_WORKERS": 2, **config})
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


@pytest.mark.parametrize("end", [b"\r\n--b--\r\n", b""], ids=["whole", "cut"])
def test_file_of_a_form_never_lies_on_a_disk(app: Flask, end: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be about a person; and the form that breaks off left a file open."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.default_stream_factory", refuse)
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.yaml"\r\n\r\n'
    body = head + b"title: x\n#" + b"y" * 800_000 + end
    media = {"Content-Type": "multipart/form-data; boundary=b"}
    tried(app, Request("POST", "/zh/case", headers=tuple(media.items()), body=body.decode()))


def test_parameters_are_learnt(known: Known) -> None:
    assert {"query", "format", "default-graph-uri"} <= set(known.parameters["sparql.protocol"])
    assert "q" in known.parameters["search.search"] and "case" in known.parameters["case_files.read"]
    # A field with a name of its own for each fact, found on the page that the form leads to.
    assert any(name.startswith("fact.") for name in known.parameters["workbench.work"])


def test_requests_that_nobody_meant(app: Flask, known: Known) -> None:
    fuzz(app, known, 200)


@pytest.mark.slow
def test_many_requests_that_nobody_meant(app: Flask, known: Known) -> None:
    fuzz(app, known, LONG // 3)


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


# --- over the wire ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["public", "scratch"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a running server, whose log has to stay free of errors of ours."""
    log = tmp_path_factory.mktemp("server") / "log"
    with serving(*(["--scratch"] if request.param == "scratch" else []), log=log) as address:
        yield int(address.rpartition(":")[2])
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in said and "panicked" not in said, said[-3000:]


def test_bytes_that_are_no_request(server: int, known: Known) -> None:
    fuzz_wire(server, known, 100)


@pytest.mark.slow
def test_many_bytes_that_are_no_request(server: int, known: Known) -> None:
    fuzz_wire(server, known, LONG // 20)


def fuzz_wire(port: int, known: Known, number: int) -> None:
    """So many connections. Each ends in time, no answer is an error of ours, and the server is there for the next one."""

    @settings(QUIET, max_examples=number)
    @given(requests(known), st.integers(0, len(CHANGES) - 1))
    def run(request: Request, change: int) -> None:
        sent = changed(request, change)
        said = exchange(port, sent, seconds=WIRE_SECONDS)
        for status in statuses(said):
            assert status < 500 or status in SERVERS_OWN, (status, sent[:2000], said[:2000])

    run()
    assert statuses(exchange(port, HEALTH, seconds=WIRE_SECONDS)) == [200]
