"""The express lane: small new queries are answered in the event loop, in the very bytes of the ordinary way, and nothing waits for it."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dandang import resources
from dandang.web import create_app, express_lane, express_process, sparql_process, sparql_worker
from dandang.web.app import query_pool
from dandang.web.cache import Cache
from dandang.web.delivery import Delivery
from dandang.web.express import Express, _unquoted
from dandang.web.limits import RateLimiter
from dandang.web.listener import Listener
from dandang.web.serving import Serving
from dandang.web.sparql_formats import FORMATS, GRAPHS, RESULTS
from dandang.web.sparql_jobs import Query

pytestmark = pytest.mark.skipif(not express_lane.POSSIBLE, reason="this system has no pipes that wait for nobody")

ROWS = "SELECT ?o { <https://w3id.org/dandang/id/wuhan-2018/E7> a ?o } ORDER BY ?o"
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { VALUES (?s ?p ?o) { (<http://e/s> <http://e/p> 1) } }"
LONG_ROWS = "SELECT ?s ?l { ?s skos:inScheme ?x ; skos:prefLabel ?l } ORDER BY ?s ?l LIMIT 50"
LONG_GRAPH = "DESCRIBE <https://w3id.org/dandang/id/wuhan-2018/E7>"
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
BOMB = f"SELECT ?a ?d ?g {{ {PRODUCT} }} ORDER BY ?c ?f LIMIT 1"
#: What a worker is told before the text of a query.
JOB = json.dumps(Query("", "http://e/", "csv", "nt")._asdict()).encode() + b"\n"
#: What the answer is made of for the moment.
CHANGING = ("date", "x-request-id")


class Answer(NamedTuple):
    """A response as it came over the socket."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def lasting(self) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
        """All of it but its date and its number."""
        return self.status, tuple(sorted(pair for pair in self.headers if pair[0] not in CHANGING)), self.body

    @property
    def shuffled(self) -> tuple[int, tuple[tuple[str, str], ...], list[int]]:
        """The same but for the order of rows, which without ORDER BY may be another one each time."""
        zipped = ("content-encoding", "gzip") in self.headers
        headers = tuple(pair for pair in self.lasting[1] if not (zipped and pair[0] == "content-length"))
        return self.status, headers, sorted(gzip.decompress(self.body) if zipped else self.body)


class Connection:
    """A client that keeps its connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._held = b""

    def send(self, query: str, *lines: str, plus: bool = False) -> None:
        """Asks a query."""
        self.socket.sendall(request(query, *lines, plus=plus))

    def read(self) -> Answer:
        """The next answer."""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        headers = tuple((name.lower(), value) for name, _, value in (line.partition(": ") for line in head[1:-2]))
        length = dict(headers).get("content-length")
        body = self._chunks() if length is None else self._sized(int(length))
        return Answer(int(head[0].split()[1]), headers, body)

    def ask(self, query: str, *lines: str, plus: bool = False) -> Answer:
        """Asks a query and reads the answer."""
        self.send(query, *lines, plus=plus)
        return self.read()

    def _until(self, end: bytes) -> bytes:
        while end not in self._held:
            self._more()
        found, _, self._held = self._held.partition(end)
        return found + end

    def _sized(self, size: int) -> bytes:
        while len(self._held) < size:
            self._more()
        found, self._held = self._held[:size], self._held[size:]
        return found

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self._until(b"\r\n"), 16):
            found += self._sized(size)
            self._until(b"\r\n")
        self._until(b"\r\n")
        return found

    def _more(self) -> None:
        part = self.socket.recv(65536)
        assert part, f"closed after {self._held[:200]!r}"
        self._held += part


def request(query: str, *lines: str, plus: bool = False) -> bytes:
    asked = quote_plus(query, safe="") if plus else quote(query, safe="")
    head = "".join(f"{line}\r\n" for line in ("Host: 127.0.0.1", *lines))
    return f"GET /sparql?query={asked} HTTP/1.1\r\n{head}\r\n".encode()


class Server:
    """`dandang serve` but for its signals, in this process, so that its parts can be looked at."""

    def __init__(self, **config: object) -> None:
        self.serving = Serving({"QUERY_WORKERS": 2, "QUERY_SECONDS": 20.0, **config})
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self.listener = Listener(
            self.serving, self.serving.known, listening, largest_body=1000, express=self.serving.express
        )
        self.lane = self.listener.lane
        self._thread = threading.Thread(target=self.listener.run, kwargs={"grace": 10.0})
        self._thread.start()
        self._connections = ExitStack()

    def connect(self) -> Connection:
        made = Connection(self.port)
        self._connections.enter_context(made.socket)
        return made

    @property
    def express(self) -> Express:
        found = self.serving.express()
        assert found
        return found

    @property
    def delivery(self) -> Delivery:
        return self.serving._term.delivery

    @property
    def counts(self) -> dict[str, int]:
        return self.delivery.metrics.express

    @property
    def worker(self) -> int:
        """The number of the process of the lane."""
        assert self.lane and self.lane._process
        return self.lane._process.worker.pid

    def forget(self) -> None:
        """Drops the answers that are kept."""
        self.delivery.answers = Cache(self.delivery.answers.capacity)
        self.delivery.ready = Cache(self.delivery.ready.capacity)

    def teach(self, *lines: str, queries: tuple[str, ...] = (ROWS, GRAPH)) -> None:
        """Asks in a way until the lane answers it."""
        asking = self.connect()
        for query in queries:
            asking.ask(f"{query} # taught", *lines)
        numbers = iter(range(1_000_000))

        def answered() -> bool:
            before = self.counts["answered"]
            asking.ask(f"{queries[0]} # {next(numbers)}", *lines)
            return self.counts["answered"] > before

        until(answered, "the express lane")

    def stop(self) -> None:
        self._connections.close()
        self.listener.stop()
        self._thread.join(20)
        assert not self._thread.is_alive()
        self.serving.close()


def until(holds: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def server(shared: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server with a lane that has a process, is patient, and knows one way of asking."""
    for name in ("LATE_SECONDS", "LATEST_SECONDS", "STUCK_SECONDS", "LONG_SECONDS"):
        monkeypatch.setattr(express_lane, name, 20.0)
    monkeypatch.setattr(express_process, "PAUSE_SECONDS", (0.01, 0.02))
    shared.forget()
    shared.teach()
    return shared


# --- the very bytes -----------------------------------------------------------------------------------------------------

#: Headers as programs send them; each format once, and compressed too.
MANNERS = [
    *[(f"Accept: {FORMATS[ending].partition(';')[0]}",) for ending in (*RESULTS, *GRAPHS)],
    ("Accept: */*", "Accept-Encoding: gzip, deflate", "User-Agent: python-requests/2.32", "Connection: keep-alive"),
    (
        "Accept: text/turtle, application/sparql-results+json;q=0.9",
        "Accept-Encoding: gzip;q=0.5",
        "Accept-Language: zh",
    ),
    ("Accept: application/sparql-results+xml", "Accept-Encoding: identity", "Origin: https://elsewhere.example"),
    ("Accept: application/sparql-results+json, application/n-triples", "Accept-Encoding: gzip"),
]
#: In these ways all the queries of a folder are asked, rows as JSON and graphs as lines.
THOROUGH = {MANNERS[0]: "competency", MANNERS[-1]: "pages"}
OWN = (
    ROWS,
    GRAPH,
    LONG_ROWS,
    LONG_GRAPH,
    "ASK {}",
    'SELECT ("王小明 +%26 #" AS ?x) (<relative> AS ?y) {}',
    "SELECT ?x {}",
)


def examples(folder: str) -> list[str]:
    return [path.read_text("utf-8") for path in resources.query_files(folder)]


@pytest.mark.parametrize("manner", MANNERS, ids=" ".join)
def test_express_answers_are_the_ordinary_ones(server: Server, manner: tuple[str, ...]) -> None:
    asking, queries = server.connect(), [*OWN, *(examples(THOROUGH[manner]) if manner in THOROUGH else ())]
    for query in OWN:
        asking.ask(f"{query} # taught", *manner)
    server.teach(*manner, queries=("ASK {}",) if asking.ask("ASK { ?s ?p 1 }", *manner).status == 200 else (GRAPH,))
    lane, server.listener.lane = server.listener.lane, None
    server.forget()
    ordinary = [asking.ask(query, *manner) for query in queries]
    server.listener.lane = lane
    server.forget()
    before = server.counts["answered"]
    express = [asking.ask(query, *manner) for query in queries]
    assert [answer.lasting for answer in express[: len(OWN)]] == [answer.lasting for answer in ordinary[: len(OWN)]]
    assert [answer.shuffled for answer in express] == [answer.shuffled for answer in ordinary]
    accepted = sum(answer.status == 200 for answer in ordinary)
    assert server.counts["answered"] - before >= accepted * 0.6, "most of them took the lane"
    kept = [asking.ask(query, *manner) for query in queries]
    assert [answer.lasting for answer in kept] == [answer.lasting for answer in express], "kept as always"


def test_plus_and_escapes_mean_the_same(server: Server) -> None:
    asking, query = server.connect(), 'SELECT ("a b+c%20d" AS ?x) {}'
    answers = [asking.ask(f"{query}#{number}", plus=plus) for number, plus in enumerate((True, False))]
    assert answers[0].body == answers[1].body and b"a b+c%20d" in answers[0].body


def test_a_repeated_query_is_a_hit(server: Server) -> None:
    asking, before = server.connect(), server.counts["answered"]
    answers = [asking.ask(ROWS + " # repeated") for _ in range(4)]
    assert len({answer.lasting for answer in answers}) == 1 and server.counts["answered"] == before + 1
    tag = dict(answers[0].headers)["etag"]
    asking.send(ROWS + " # repeated", f"If-None-Match: {tag}", "Connection: close")
    assert asking.socket.recv(65536).startswith(b"HTTP/1.1 304")


# --- what goes the ordinary way -----------------------------------------------------------------------------------------

NOT_PLAIN = {
    "syntax": ("SELECT", 400),
    "update": ("INSERT DATA { <http://e/s> <http://e/p> 1 }", 400),
    "service": ("ASK { SERVICE <http://e/> {} }", 400),
    "foreign graph": ("SELECT ?x FROM <http://e/nowhere> { ?x ?y ?z }", 400),
    "empty": (" ", 400),
    "now": ("SELECT (NOW() AS ?x) {}", 200),
    "random": ("SELECT (RAND() AS ?x) {}", 200),
    "replacement character": ('SELECT ("\ufffd" AS ?x) {}', 200),
    "long": ("SELECT * { ?s ?p ?o }", 200),
    "unanswerable": ("SELECT (STRLEN(?x) AS ?y) { ?x ?y ?z } GROUP BY ?q", 400),
}


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_not_plain_is_answered_by_the_app(server: Server, name: str) -> None:
    query, status = NOT_PLAIN[name]
    before = server.counts["answered"]
    answers = [server.connect().ask(query) for _ in range(3)]
    assert [answer.status for answer in answers] == [status] * 3
    assert server.counts["answered"] == before
    assert server.connect().ask(f"{ROWS} # after all, {list(NOT_PLAIN).index(name)}").status == 200
    assert server.counts["answered"] == before + 1


@pytest.mark.parametrize(
    "sent",
    [
        request(ROWS + "#1").replace(b"HTTP/1.1", b"HTTP/1.0"),
        request(ROWS + "#2").replace(b"GET ", b"HEAD "),
        request(ROWS + "#3", "Connection: close"),
        request(ROWS + "#4", "Cookie: a=b"),
        request(ROWS + "#5", 'If-None-Match: "x"'),
        request(ROWS + "#6", "Content-Length: 2") + b"xx",
        request(ROWS + "#7").replace(b"query=", b"format=csv&query="),
        request(ROWS + "#8").replace(b"query=", b"query=%FF"),
        request(ROWS + "#9").replace(b"?query=", b"?query=&"),
    ],
)
def test_only_whole_plain_requests_take_the_lane(server: Server, sent: bytes) -> None:
    before = dict(server.counts)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as asking:
            asking.sendall(sent)
            assert asking.recv(65536).startswith((b"HTTP/1.1 200", b"HTTP/1.0 200", b"HTTP/1.1 400"))
    assert server.counts == before


def test_a_request_in_pieces_and_two_at_once(server: Server) -> None:
    one, other = request(ROWS + " # one"), request("ASK { ?s ?p 1 } # other")
    with_pieces, at_once = server.connect(), server.connect()
    for part in (one[:30], one[30:]):
        with_pieces.socket.sendall(part)
        time.sleep(0.05)
    at_once.socket.sendall(one + other)
    answers = [with_pieces.read(), at_once.read(), at_once.read()]
    assert answers[0].lasting == answers[1].lasting and b"boolean" in answers[2].body


@pytest.mark.parametrize("config", [{"SCRATCH": True}, {"TRUSTED_PROXIES": ("127.0.0.1",)}])
def test_there_is_no_lane_for_what_is_written_to_or_behind_a_proxy(config: dict[str, object]) -> None:
    app = create_app(config)
    assert app.extensions["dandang-express"] is None
    query_pool(app).close()


def test_who_asks_too_often_is_not_let_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = RateLimiter(1.0, clock=lambda: 0.0)
    monkeypatch.setattr(server.delivery, "limiter", limiter)
    read = [server.express.read(request(f"ASK {{}} # {n}"), "203.0.113.7") for n in range(6)]
    assert [job is not None for job in read] == [True] * 4 + [False] * 2
    assert read[0]
    server.express.passed_on(read[0], fit=True)
    assert limiter.wait("203.0.113.7") == 0.0, "who is passed on has not been counted"
    assert limiter.wait("203.0.113.7") > 0


def test_every_request_is_counted_once(server: Server) -> None:
    def told() -> tuple[float, float, float]:
        with server.connect().socket as asking:
            asking.sendall(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            text = b"".join(iter(lambda: asking.recv(65536), b"")).decode()
        names = (
            r'dandang_requests_total\{method="GET",route="/sparql",status="200"\}',
            r'dandang_query_seconds_count\{result="done"\}',
            r'dandang_express_total\{result="answered"\}',
        )
        found = [re.search(name + r" ([\d.]+)", text) for name in names]
        return tuple(float(match[1]) if match else 0.0 for match in found)  # type: ignore[return-value]

    asking, before = server.connect(), told()
    for number in range(5):
        asking.ask(f"{ROWS} # counted {number}")
    assert tuple(after - then for after, then in zip(told(), before, strict=True)) == (5, 5, 5)


# --- when something goes wrong ------------------------------------------------------------------------------------------


def test_a_long_query_ends_the_process_and_is_not_let_in_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"LATE_SECONDS": 0.05, "LATEST_SECONDS": 0.25, "STUCK_SECONDS": 0.01}.items():
        monkeypatch.setattr(express_lane, name, seconds)
    monkeypatch.setattr(server.express.pool, "seconds", 1.0)
    process, ended = server.worker, server.delivery.metrics.express_ended
    bomb, small = server.connect(), server.connect()
    bomb.send(BOMB)
    began = time.monotonic()
    assert small.ask(ROWS + " # beside a bomb").status == 200
    assert time.monotonic() - began < 5.0
    assert bomb.read().status == 503
    server.teach()
    assert server.worker != process and server.delivery.metrics.express_ended > ended
    ended = server.delivery.metrics.express_ended
    assert bomb.ask(BOMB).status == 503 and server.delivery.metrics.express_ended == ended
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.parametrize("busy", [False, True])
def test_a_process_that_is_gone_is_replaced(server: Server, busy: bool) -> None:
    process, asking = server.worker, [server.connect() for _ in range(3)]
    if busy:
        os.kill(process, signal.SIGSTOP)
        for number, connection in enumerate(asking):
            connection.send(f"{ROWS} # gone {busy} {number}")
        until(lambda: server.lane is not None and len(server.lane._jobs) == 3, "three jobs")
    os.kill(process, signal.SIGKILL)
    answers = [
        connection.read() if busy else connection.ask(f"{ROWS} # gone {busy} {n}")
        for n, connection in enumerate(asking)
    ]
    assert [answer.status for answer in answers] == [200] * 3
    server.teach()
    assert server.worker != process


def test_a_process_that_stands_still_delays_nobody_for_long(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express_lane, "LATE_SECONDS", 0.01)
    monkeypatch.setattr(express_lane, "LATEST_SECONDS", 0.05)
    os.kill(server.worker, signal.SIGSTOP)
    before = server.counts["passed_on"]
    assert server.connect().ask(ROWS + " # stands still").status == 200
    assert server.counts["passed_on"] == before + 1


def test_a_lane_that_is_stuck_takes_nobody_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.lane
    os.kill(server.worker, signal.SIGSTOP)
    first = server.connect()
    first.send(ROWS + " # first")
    until(lambda: server.lane is not None and len(server.lane._jobs) == 1, "a job")
    monkeypatch.setattr(express_lane, "LONG_SECONDS", 0.0)
    assert server.connect().ask(ROWS + " # second").status == 200
    assert len(server.lane._jobs) == 1
    os.kill(server.worker, signal.SIGCONT)
    assert first.read().status == 200


def test_no_more_is_under_way_than_fits_the_pipe(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.lane
    process = server.worker
    os.kill(process, signal.SIGSTOP)
    asking = [server.connect() for _ in range(express_lane.MOST + 4)]
    for number, connection in enumerate(asking):
        connection.send(f"{ROWS} # {number}{'x' * 3000}")
    until(lambda: server.lane is not None and server.lane._bytes + 3500 > express_lane.ROOM, "a full lane")
    assert server.lane._bytes <= express_lane.ROOM and len(server.lane._jobs) <= express_lane.MOST
    os.kill(process, signal.SIGCONT)
    assert {connection.read().status for connection in asking} == {200}
    assert server.worker == process and server.lane._bytes == 0


def test_clients_that_leave_and_clients_that_hurry(server: Server) -> None:
    process = server.worker
    os.kill(process, signal.SIGSTOP)
    leaving, hurrying, staying = server.connect(), server.connect(), server.connect()
    for name, connection in {"leaving": leaving, "hurrying": hurrying, "staying": staying}.items():
        connection.send(f"{ROWS} # {name}")
    until(lambda: server.lane is not None and len(server.lane._jobs) == 3, "three jobs")
    leaving.socket.close()
    hurrying.send("ASK { ?s ?p 1 } # now the ordinary way, which is free")
    os.kill(process, signal.SIGCONT)
    answers = [hurrying.read(), hurrying.read(), staying.read()]
    assert [b"boolean" in answer.body for answer in answers] == [False, True, False]
    assert server.worker == process and staying.ask(f"{ROWS} # still here").status == 200


def test_a_bug_of_ours_leaves_nobody_without_an_answer(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(server.express, "answered", fails)
    assert server.connect().ask(ROWS + " # bug").status == 200
    assert "ZeroDivisionError" in caplog.text


def test_a_worn_process_makes_room_for_another(server: Server) -> None:
    assert server.lane
    process, asking, ended = server.worker, server.connect(), server.delivery.metrics.express_ended
    server.lane._answer(sparql_worker.WORN_OUT)
    numbers = iter(range(1_000_000))

    def changed() -> bool:
        assert asking.ask(f"{ROWS} # worn {next(numbers)}").status == 200
        return server.worker != process

    before = server.counts["answered"]
    until(changed, "another process")
    assert server.counts["answered"] - before >= next(numbers) - 2, "the old one answers until then"
    assert server.delivery.metrics.express_ended == ended + 1


def test_a_worker_says_when_it_is_worn() -> None:
    folder = str(Path(sparql_worker.__file__).parent)
    code = f"import sys; sys.path.append({folder!r}); sys.argv.append('--express'); import sparql_worker as worker; "
    command = [sys.executable, "-c", f"{code} worker.WORN = -1; worker.main()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        for frame in (b"{}", json.dumps({"task": "load", "graphs": []}).encode(), b""):
            sparql_worker.write_frame(process.stdin, frame)
        assert json.loads(sparql_worker.read_frame(process.stdout) or b"")["status"] == "ok"
        assert sparql_worker.read_frame(process.stdout) == b""
        for _ in range(2):
            sparql_worker.write_frame(process.stdin, JOB + b"ASK {}")
        process.stdin.close()
        told = [sparql_worker.read_frame(process.stdout) for _ in range(4)]
    assert sorted(filter(None, told)) == [b"btrue", b"btrue", b"w"] and process.returncode == 0


def test_there_is_none_where_pipes_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(express_lane, "POSSIBLE", False)
    made = Server()
    try:
        assert made.lane is None
        asking = made.connect()
        assert [asking.ask(f"{ROWS} # {number}").status for number in range(3)] == [200] * 3
    finally:
        made.stop()


def test_a_process_that_does_not_start_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Server()
    tried = []

    def fails(**_: object) -> None:
        tried.append(1)
        raise OSError("no memory")

    monkeypatch.setattr(express_process, "Worker", fails)
    try:
        asking = made.connect()
        assert [asking.ask(f"{ROWS} # {number}").status for number in range(9)] == [200] * 9
        until(lambda: bool(tried), "a try")
        assert [asking.ask(f"{ROWS} # again {number}").status for number in range(9)] == [200] * 9
        assert len(tried) == 1, "not tried again and again"
    finally:
        made.stop()


# --- other data, and the end --------------------------------------------------------------------------------------------

DOCUMENT = """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dd: <https://w3id.org/dandang/ontology#> . @prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @base <https://w3id.org/dandang/id/elsewhere-2020/> .
<D9> a dd:PolicyDocument ; skos:notation "D9" ; eli:title "别处的办法"@zh ; rdfs:label "{}"@zh .
"""


def test_other_data_are_never_mixed_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LATE_SECONDS", "LATEST_SECONDS", "STUCK_SECONDS", "LONG_SECONDS"):
        monkeypatch.setattr(express_lane, name, 20.0)
    label = "SELECT ?l { <https://w3id.org/dandang/id/elsewhere-2020/D9> rdfs:label ?l }"
    file = tmp_path / "D9.ttl"
    file.write_text(DOCUMENT.format("旧"), "utf-8")
    made = Server(DATA=str(tmp_path))
    try:
        made.teach()
        old, process = made.express, made.worker
        before, other = made.connect(), made.connect()
        os.kill(process, signal.SIGSTOP)
        before.send(label + " # under way")
        until(lambda: made.lane is not None and len(made.lane._jobs) == 1, "a job")
        file.write_text(DOCUMENT.format("新"), "utf-8")
        made.serving._reload()
        assert made.express is not old
        assert "新" in other.ask(label).body.decode(), "who asks now is told the new"
        os.kill(process, signal.SIGCONT)
        assert "旧" in before.read().body.decode(), "who asked before is answered from what was served then"
        made.teach()
        assert made.worker != process
        assert [text in before.ask(label + " # under way").body.decode() for text in ("新", "旧")] == [True, False]
    finally:
        made.stop()


def test_what_is_under_way_at_the_end_is_finished() -> None:
    made = Server()
    patience = pytest.MonkeyPatch()
    patience.setattr(express_lane, "LATEST_SECONDS", 20.0)
    try:
        made.teach()
        process, asking, idle = made.worker, made.connect(), made.connect()
        os.kill(process, signal.SIGSTOP)
        asking.send(ROWS + " # at the end")
        until(lambda: made.lane is not None and len(made.lane._jobs) == 1, "a job")
        made.listener.stop()
        assert idle.socket.recv(1) == b""
        os.kill(process, signal.SIGCONT)
        assert asking.read().status == 200
    finally:
        made.stop()
        patience.undo()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_the_worker_of_the_lane_has_closed_its_doors_too() -> None:
    worker = sparql_process.Worker(express=True)
    try:
        worker.begin({"task": "load", "graphs": []}, b"")
        worker.frame()
        jobs, answers = worker.pipes()
        frames = [JOB + text for text in (b"ASK {}", b"LOAD", b"ASK { SERVICE <http://127.0.0.1:1/> {} }")]
        os.write(jobs, b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames))
        found = b""

        def all_there() -> bool:
            nonlocal found
            try:
                found += os.read(answers, 65536)
            except BlockingIOError:
                return False
            return len(found) >= 9 + 5 + 5

        until(all_there, "three answers")
        assert found == b"\0\0\0\x05btrue" + b"\0\0\0\x01-" * 2
    finally:
        worker.stop()


@given(st.text(alphabet="ab /?=&%+#\n\u00e9\u62c5\U0001f600", max_size=20), st.integers(0, 3))
def test_a_query_is_what_the_address_says(query: str, odd: int) -> None:
    for quoted in (quote(query, safe=""), quote_plus(query), quote(query, safe="").lower()):
        assert _unquoted(quoted.encode()) == unquote_plus(quoted).encode()
        # A sign that quotes nothing is for the ordinary way.
        broken = quoted[:odd] + "%" + "g" * (odd % 2) + quoted[odd:]
        if not re.fullmatch("(?:[^%]|%[0-9A-Fa-f]{2})*", broken):
            with pytest.raises(UnicodeDecodeError):
                _unquoted(broken.encode()).decode()
