"""What strangers ask cannot take the server down: limits of time, memory, size and number, and what is said when one is met."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dandang.web import create_app, sparql_pool
from dandang.web.app import query_pool
from dandang.web.sparql_pool import Pool

CSV, JSON = "text/csv", "application/sparql-results+json"
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
#: Each asks for more time or memory than there is.
BOMBS = {
    "cartesian product": f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}",
    "cartesian product in ASK": f"ASK {{ {PRODUCT} FILTER(STRLEN(CONCAT(STR(?a), STR(?d), STR(?g))) < 0) }}",
    "order by": f"SELECT ?a ?d ?g {{ {PRODUCT} }} ORDER BY ?c ?f LIMIT 1",
    "distinct": f"SELECT DISTINCT ?a ?d ?g {{ {PRODUCT} }} OFFSET 100000000 LIMIT 1",
    "group_concat": f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {PRODUCT} }}",
    "group by": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {PRODUCT} }} GROUP BY ?a ?d ?g LIMIT 1",
    "concat": "SELECT (STRLEN(?z) AS ?n) { BIND(REPLACE('"
    + "x" * 1000
    + "', 'x', '"
    + "y" * 1000
    + "') AS ?x) BIND(REPLACE(?x, 'y', ?x) AS ?y) BIND(CONCAT(?y, ?y) AS ?z) }",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (!<http://e/a>|^!<http://e/b>)* ?b . ?b (!<http://e/c>|^!<http://e/d>)* ?c }",
    "regex": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER REGEX(CONCAT(STR(?c), STR(?f)), '^(a+)+(.*)*(b|.)*c{50}$') }",
    "subqueries": f"SELECT * {{ {{ SELECT ?a {{ {PRODUCT} }} }} {{ SELECT ?z {{ ?x ?y ?z . ?p ?q ?r . ?s ?t ?u }} }} }}",
}
SMALL = "ASK { ?s a dd:ExemptionClause }"


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    made = create_app({"QUERY_SECONDS": 0.6, "QUERY_WORKERS": 2, "QUERY_SLOW": 2, "TESTING": True})
    yield made
    query_pool(made).close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, query: str, accept: str = JSON, **parameters: str) -> TestResponse:
    return client.get("/sparql", query_string={"query": query, **parameters}, headers={"Accept": accept})


def until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Whether something becomes true within a generous time."""
    ends = time.monotonic() + seconds
    while not true() and time.monotonic() < ends:
        time.sleep(0.02)
    return true()


def settled(pool: Pool) -> bool:
    """Whether all quick places have an idle worker and nothing runs."""
    return until(lambda: (pool.counts().idle, pool.counts().slow) == (2, 0))


# --- time and memory --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_stopped_and_leaves_nothing_behind(app: Flask, client: FlaskClient, name: str) -> None:
    begun = time.monotonic()
    answer = ask(client, BOMBS[name])
    # A busy machine may be late, but never by much: the deadline kills.
    assert time.monotonic() - begun < 6.0
    assert answer.status_code == 503
    assert json.loads(answer.data)["code"] in ("query-timeout", "query-too-large")
    assert ask(client, SMALL).status_code == 200
    assert settled(query_pool(app))


def test_small_queries_are_answered_while_bombs_run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql_pool, "WAIT_SECONDS", 20.0)
    with ThreadPoolExecutor(8) as threads:
        bombs = [threads.submit(ask, app.test_client(), f"{BOMBS['order by']} # {n}") for n in range(6)]
        small = [ask(app.test_client(), f"{SMALL} # {n}") for n in range(10)]
        assert [answer.status_code for answer in small] == [200] * 10
        assert {json.loads(bomb.result().data)["code"] for bomb in bombs} <= {
            "query-timeout",
            "query-too-large",
            "busy",
        }


def test_known_bomb_takes_no_quick_place(app: Flask, client: FlaskClient) -> None:
    ask(client, BOMBS["order by"])
    pool = query_pool(app)
    assert settled(pool)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(ask, app.test_client(), BOMBS["order by"])
        assert until(lambda: pool.counts().slow == 1)
        assert pool.counts().quick == 0
        assert running.result().status_code == 503


def test_timeout_makes_the_deadline_shorter(client: FlaskClient) -> None:
    answer = ask(client, BOMBS["cartesian product"], timeout="0.3")
    assert (answer.status_code, json.loads(answer.data)["code"]) == (503, "query-timeout")
    assert "0.3 秒" in json.loads(answer.data)["detail"]
    assert ask(client, SMALL, timeout="0.5").status_code == 200


@pytest.mark.parametrize("given", ["0", "-1", "0.61", "11", "abc", "", "nan", "inf", "1e0", "0x1", "１", "1_0", "0.0"])
def test_timeout_that_is_no_shorter_time_is_refused(client: FlaskClient, given: str) -> None:
    answer = ask(client, SMALL, timeout=given)
    problem = json.loads(answer.data)
    assert (answer.status_code, problem["code"]) == (400, "bad-parameter") and "timeout" in problem["detail"]


@pytest.fixture(scope="module")
def patient() -> Iterator[FlaskClient]:
    """A client of an app where other limits than that of time are met."""
    made = create_app({"QUERY_SECONDS": 60.0, "QUERY_WORKERS": 1, "TESTING": True})
    yield made.test_client()
    query_pool(made).close()


def test_worker_holds_no_more_memory_than_it_may(patient: FlaskClient) -> None:
    problem = json.loads(ask(patient, BOMBS["concat"]).data)
    assert problem["code"] == "query-too-large" and "600 MB" in problem["hint"]
    assert ask(patient, SMALL).status_code == 200


# --- size -------------------------------------------------------------------------------------------------------------


def test_large_result_is_sent_while_it_is_made(patient: FlaskClient) -> None:
    answer = ask(patient, f"SELECT ?a {{ {PRODUCT} }} LIMIT 300000", CSV)
    assert answer.status_code == 200 and answer.is_streamed and answer.content_length is None
    assert answer.data.count(b"\n") == 300001
    assert ask(patient, SMALL).status_code == 200


@pytest.mark.parametrize("accept", ["application/n-triples", "text/turtle"])
def test_large_graph_is_sent_while_it_is_made(patient: FlaskClient, accept: str) -> None:
    answer = ask(patient, f"CONSTRUCT {{ [] ?b ?f }} {{ {PRODUCT} }} LIMIT 100000", accept)
    assert answer.status_code == 200 and answer.is_streamed
    assert len(answer.data) > 4 * 1024 * 1024


def test_large_result_that_is_wanted_whole_is_refused(patient: FlaskClient) -> None:
    query = {"query": f"SELECT * {{ {PRODUCT} }}"}
    for answer in (
        patient.get("/sparql", query_string={**query, "format": "xlsx"}),
        # Without chunks, only a length tells a cut result from a whole one.
        patient.get("/sparql", query_string=query, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"}),
        patient.get("/zh/sparql", query_string=query),
    ):
        assert answer.status_code == 503 and "32 MB" in answer.text
    small = patient.get("/sparql", query_string={"query": SMALL}, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert small.status_code == 200 and small.content_length


def test_stream_that_is_given_up_frees_its_worker(app: Flask, client: FlaskClient) -> None:
    answer = ask(client, f"SELECT * {{ {PRODUCT} }}", CSV)
    assert answer.status_code == 200 and query_pool(app).counts().slow == 1
    answer.close()
    assert settled(query_pool(app))


def test_stream_that_nobody_reads_frees_its_worker_at_the_deadline(app: Flask, client: FlaskClient) -> None:
    answer = ask(client, f"SELECT * {{ {PRODUCT} }}", CSV)
    # What has begun can only be cut, and the first piece is there whatever became of the rest.
    assert answer.status_code == 200 and settled(query_pool(app))
    assert next(iter(answer.iter_encoded()))
    with pytest.raises(ConnectionAbortedError):
        answer.get_data()


# --- on the wire ------------------------------------------------------------------------------------------------------

ENDLESS = f"SELECT * {{ {PRODUCT} }}"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[int, int]]:
    """Port and process of a running server."""
    command = [sys.executable, "-m", "dandang", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        found = re.search(r":(\d+)/", server.stdout.readline())
        assert found
        yield int(found[1]), server.pid
        server.terminate()
        server.wait(30)


def exchanged(
    port: int, query: str, accept: str, version: str = "1.1", seconds: float = 2.0
) -> tuple[bytes, int, bytes]:
    """The head of an answer, how long its body is, and the end of that. The connection has to be closed for it to end."""
    address = f"/sparql?timeout={seconds}&query={quote(query)}"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        lines = (f"GET {address} HTTP/{version}", "Host: 127.0.0.1", f"Accept: {accept}", "Connection: close", "", "")
        connection.sendall("\r\n".join(lines).encode())
        head, size, end = b"", 0, b""
        while part := connection.recv(1 << 20):
            head = (head + part)[:2000] if len(head) < 2000 else head
            size, end = size + len(part), (end + part)[-64:]
    return head.partition(b"\r\n\r\n")[0].lower(), size, end


@pytest.mark.parametrize("accept", [CSV, JSON])
def test_cut_result_cannot_be_taken_for_a_whole_one(served: tuple[int, int], accept: str) -> None:
    head, size, end = exchanged(served[0], ENDLESS, accept)
    assert head.startswith(b"http/1.1 200") and b"transfer-encoding: chunked" in head and b"content-length" not in head
    # The chunk of length nothing, which ends a whole one, never comes.
    assert size > 4 * 1024 * 1024 and not end.endswith(b"\r\n0\r\n\r\n")
    head, _, end = exchanged(served[0], f"{ENDLESS} LIMIT 30000", accept, seconds=10)
    assert b"transfer-encoding: chunked" in head and end.endswith(b"\r\n0\r\n\r\n")


def test_client_without_chunks_gets_a_length(served: tuple[int, int]) -> None:
    head, size, _ = exchanged(served[0], f"{ENDLESS} LIMIT 30000", CSV, "1.0", seconds=10)
    assert b"200 ok" in head and b"transfer-encoding" not in head
    assert size == int(head.partition(b"content-length: ")[2].split()[0]) + len(head) + 4
    head, _, _ = exchanged(served[0], ENDLESS, CSV, "1.0", seconds=10)
    assert b"503" in head.partition(b"\r\n")[0]


def test_reader_of_a_byte_a_second_holds_no_worker(served: tuple[int, int]) -> None:
    port = served[0]
    request = f"GET /sparql?timeout=1&query={quote(ENDLESS)} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {CSV}\r\n\r\n"
    with contextlib.ExitStack() as readers:
        for _ in range(8):
            reader = readers.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            reader.sendall(request.encode())
        # More than there are places for long queries; when their time is up the next one has its place.
        assert until(lambda: exchanged(port, f"{ENDLESS} LIMIT 30000", CSV, seconds=10)[0].startswith(b"http/1.1 200"))
        assert exchanged(port, SMALL, JSON)[0].startswith(b"http/1.1 200")


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
def test_memory_of_large_results_is_given_back(served: tuple[int, int]) -> None:
    port, process = served
    statement = Path(f"/proc/{process}/statm")

    def held() -> int:
        return int(statement.read_text().split()[1]) * 4096

    exchanged(port, SMALL, JSON)
    before = held()
    with ThreadPoolExecutor(4) as readers:
        for _ in range(3):
            # Each thread of the server gets its share, and all of it is whole in memory at once.
            list(readers.map(lambda n: exchanged(port, f"{ENDLESS} LIMIT {60_000 + n}", CSV, "1.0", 10), range(4)))
    # Without being told, the C library keeps more than 100 MB of this.
    assert until(lambda: held() - before < 32 * 1024 * 1024), f"{(held() - before) // 2**20} MB more"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
def test_result_of_a_gigabyte_is_not_in_the_memory_of_the_server(served: tuple[int, int]) -> None:
    port, process = served

    def memory() -> int:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096

    exchanged(port, SMALL, JSON)
    before, most, over = memory(), 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.02):
            most = max(most, memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, size, _ = exchanged(port, ENDLESS, "application/sparql-results+xml", seconds=10)
    over.set()
    watcher.join()
    # As far as it comes before its limit of time or size.
    assert size > 100 * 1024 * 1024 and most - before < 64 * 1024 * 1024


# --- places -----------------------------------------------------------------------------------------------------------


def test_no_place_to_wait_is_told_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sparql_pool.WAITING, "slow", 0)
    pool = query_pool(app)
    assert settled(pool)
    bomb = BOMBS["cartesian product"] + " # known to be long"
    ask(app.test_client(), bomb)
    assert settled(pool)
    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(ask, app.test_client(), bomb) for _ in range(2)]
        assert until(lambda: pool.counts().slow == 2)
        answer = ask(app.test_client(), bomb)
        assert not any(job.done() for job in running)
        assert (answer.status_code, json.loads(answer.data)["code"]) == (503, "busy")
        assert int(answer.headers["Retry-After"]) > 0
        assert ask(app.test_client(), SMALL).status_code == 200


def test_burst_of_an_unknown_bomb_takes_few_quick_places(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that wait for a quick place are found out when the first of them is."""
    monkeypatch.setitem(sparql_pool.WAITING, "slow", 0)
    monkeypatch.setattr(sparql_pool, "WAIT_SECONDS", 20.0)
    pool = query_pool(app)
    assert ask(app.test_client(), SMALL).status_code == 200 and settled(pool)
    started = pool.counts().started
    with ThreadPoolExecutor(20) as threads:
        bombs = [threads.submit(ask, app.test_client(), f"{BOMBS['path']} # burst") for _ in range(20)]
        assert all(bomb.result().status_code == 503 for bomb in bombs)
    assert settled(pool)
    # Two that ran, and perhaps two that took their places before those were found out; not one for each of the twenty.
    assert pool.counts().started - started < 10


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be halted")
def test_query_that_turns_out_long_waits_for_a_slow_place(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It need not begin anew when one of those before it ends in time; and it waits no longer than others do."""
    pool = query_pool(app)
    assert ask(app.test_client(), SMALL).status_code == 200 and settled(pool)
    moderate = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c { SELECT ?e { ?d ?e ?f } LIMIT 400 } }"
    monkeypatch.setattr(pool, "seconds", 3.0)
    with ThreadPoolExecutor(3) as threads:
        running = [threads.submit(ask, app.test_client(), f"{BOMBS['path']} # places {n}") for n in range(2)]
        assert until(lambda: pool.counts().slow == 2)
        monkeypatch.setattr(sparql_pool, "WAIT_SECONDS", 20.0)
        monkeypatch.setattr(pool, "seconds", 30.0)
        waiting = threads.submit(ask, app.test_client(), f"{moderate} # waits")
        assert until(lambda: pool.counts().waiting == 1 or waiting.done())
        assert not waiting.done() and ask(app.test_client(), SMALL).status_code == 200
        assert waiting.result().status_code == 200
        assert all(job.result().status_code == 503 for job in running)
    assert settled(pool)


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be halted")
def test_long_query_does_not_wait_for_a_slow_place_for_ever(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql_pool, "WAIT_SECONDS", 0.1)
    pool = query_pool(app)
    assert ask(app.test_client(), SMALL).status_code == 200 and settled(pool)
    monkeypatch.setattr(pool, "seconds", 3.0)
    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(ask, app.test_client(), f"{BOMBS['path']} # for ever {n}") for n in range(2)]
        assert until(lambda: pool.counts().slow == 2)
        answer = ask(app.test_client(), f"{BOMBS['path']} # too many")
        assert (answer.status_code, json.loads(answer.data)["code"]) == (503, "busy")
        assert all(job.result().status_code == 503 for job in running)
    assert settled(pool)


@pytest.mark.skipif(sys.platform == "win32", reason="processes cannot be halted")
def test_halted_process_ends_with_its_server() -> None:
    code = (
        "import sys, time\nfrom dandang.web.sparql_process import Worker\n"
        "worker = Worker()\nworker.halt()\nprint(worker.pid, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        pid = int(server.stdout.readline())
        server.kill()

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # Ended, but nobody has asked how: a container may have no init.
        return Path(f"/proc/{pid}/stat").exists() and " Z " in Path(f"/proc/{pid}/stat").read_text()

    assert until(gone)


def test_killed_worker_is_replaced_before_anyone_asks(app: Flask, client: FlaskClient) -> None:
    pool = query_pool(app)
    assert ask(client, SMALL).status_code == 200 and settled(pool)
    started = pool.counts().started
    ask(client, BOMBS["group by"])
    assert settled(pool) and pool.counts().started > started


def test_worker_that_dies_on_its_own_is_nobodys_fault(app: Flask, client: FlaskClient) -> None:
    assert ask(client, SMALL).status_code == 200
    for worker in query_pool(app)._idle:
        worker.kill()
        assert until(lambda worker=worker: not worker.alive())  # type: ignore[misc]
    assert all(ask(client, SMALL).status_code == 200 for _ in range(3))


def test_many_clients_at_once_are_all_answered(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql_pool, "WAIT_SECONDS", 20.0)
    with ThreadPoolExecutor(40) as threads:
        answers = list(threads.map(lambda n: ask(app.test_client(), f"{SMALL} # {n % 7}"), range(200)))
    assert {answer.status_code for answer in answers} == {200}


def test_pool_ends_while_queries_run(app: Flask) -> None:
    made = create_app({"QUERY_WORKERS": 1, "QUERY_SECONDS": 60.0, "TESTING": True})
    # A worker is there before the query that shall run: starting one takes its own time on a busy machine.
    assert ask(made.test_client(), SMALL).status_code == 200
    running = threading.Thread(target=lambda: ask(made.test_client(), BOMBS["cartesian product"]))
    running.start()
    assert until(lambda: query_pool(made).counts().slow == 1)
    query_pool(made).close()
    running.join(10)
    assert not running.is_alive()
    # Whoever asks after that starts new ones.
    assert ask(made.test_client(), SMALL).status_code == 200
    query_pool(made).close()
