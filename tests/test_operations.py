"""`dandang serve` as it runs: over real sockets, with real signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from dandang.web import listener
from dandang.web.listener import LARGEST_HEADER, Listener
from dandang.web.security import HEADERS

HOST = "Host: 127.0.0.1\r\n"
DOCUMENT = """@prefix dd: <https://w3id.org/dandang/ontology#> . @prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@base <https://w3id.org/dandang/id/elsewhere-2020/> .
<D9> a dd:PolicyDocument ; skos:notation "D9" ; eli:title "别处的办法"@zh ; rdfs:label "别处的办法"@zh .
"""
FURTHER = '<D9> rdfs:comment "新添的一句"@zh .\n'


class Served:
    """A running `dandang serve`."""

    def __init__(self, *options: str, errors: Path) -> None:
        self.errors = errors
        with errors.open("w") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dandang", "serve", "--port", "0", "--lang", "en", *options],
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
            )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert "http://" in line, errors.read_text()
        self.port = int(line.partition("http://")[2].partition("/")[0].rpartition(":")[2])

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def raw(self, *parts: bytes, until: Callable[[bytes], bool] = lambda _: False) -> bytes:
        """What comes back for these bytes, until the server closes or enough has come."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            for part in parts:
                connection.sendall(part)
            return received(connection, until)

    def logged(self, words: str) -> None:
        """Waits until the words are in the log."""
        wait_for(lambda: words in self.errors.read_text(encoding="utf-8"), words)

    def stop(self) -> int:
        """Ends the server: its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()
            if self.process.stdout:
                self.process.stdout.close()


def received(connection: socket.socket, until: Callable[[bytes], bool] = lambda _: False) -> bytes:
    found = b""
    while not until(found):
        part = connection.recv(65536)
        if not part:
            break
        found += part
    return found


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def request(path: str, *lines: str, method: str = "GET") -> bytes:
    return f"{method} {path} HTTP/1.1\r\n{HOST}{''.join(line + chr(13) + chr(10) for line in lines)}\r\n".encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    found = Served("--access-log", str(folder / "access.jsonl"), errors=folder / "errors.log")
    yield found
    assert found.stop() == 0
    assert "Traceback" not in found.errors.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One with data of its own, behind a proxy."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "data").mkdir()
    (folder / "data" / "D9.ttl").write_text(DOCUMENT, encoding="utf-8")
    options = ("--data", str(folder / "data"), "--trust-proxy", "127.0.0.1", "--rate", "2", "--watch")
    found = Served(*options, errors=folder / "errors.log")
    yield found
    found.stop()


# --- the very same bytes ------------------------------------------------------------------------------------------------


def split(answer: bytes) -> tuple[bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def numbered(answer: bytes) -> str:
    return next(line for line in split(answer)[0].decode().splitlines() if line.startswith("X-Request-Id: "))


def test_the_very_same_bytes_get_the_same_answer(served: Served) -> None:
    asked = request("/zh/facts/", "Accept: text/html", "Connection: keep-alive")
    size = [0]

    def whole(found: bytes) -> bool:
        head, body = split(found)
        if b"ontent-" in head:
            lengths = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
            size[0] = int(lengths[0].split(b":")[1])
        return b"\r\n\r\n" in found and len(body) == size[0]

    answers = []
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        for _ in range(5):
            connection.sendall(asked)
            answers.append(received(connection, whole))
    assert len({split(answer)[1] for answer in answers}) == 1 and "</html>" in answers[0].decode()
    changing = (b"date", b"x-request-id")
    heads = [
        {line for line in split(answer)[0].lower().splitlines() if not line.startswith(changing)} for answer in answers
    ]
    assert all(head == heads[0] for head in heads), "a kept answer has all headers, those for security too"
    assert len({numbered(answer) for answer in answers}) == 5


def test_repeated_requests_are_counted_and_logged(served: Served) -> None:
    path = "/zh/duties/"

    def counted() -> float:
        text = served.get("/metrics")[2].decode()
        lines = [line for line in text.splitlines() if '/duties/",status="200"' in line and "requests_total" in line]
        return float(lines[0].rpartition(" ")[2]) if lines else 0

    before = counted()
    for _ in range(4):
        assert served.get(path)[0] == 200
    assert counted() - before == 4
    log = served.errors.with_name("access.jsonl").read_text(encoding="utf-8").splitlines()
    lines = [line for line in map(json.loads, log) if line["route"].endswith("/duties/")]
    assert [line["cache"] for line in lines[-4:]] == ["miss", "hit", "hit", "hit"]


def test_a_body_behind_a_get_is_no_request(served: Served) -> None:
    """What follows the head of a request is its body if it says so, however often that head was answered before."""
    smuggled = request("/nowhere")
    head = request("/zh/", f"Content-Length: {len(smuggled)}", "Connection: keep-alive")
    last = request("/healthz", "Connection: close")
    for _ in range(3):
        answer = served.raw(head, smuggled, last)
        assert answer.count(b"HTTP/1.1 ") == 2 and b"HTTP/1.1 404" not in answer


def test_several_requests_at_once(served: Served) -> None:
    asked = request("/healthz") * 3 + request("/healthz", "Connection: close")
    for _ in range(3):
        assert served.raw(asked).count(b'"status":"ok"') == 4


# --- what is no request -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\x00\x01nonsense\r\n\r\n", 400, "malformed-request"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "malformed-request"),
        (b"POST /sparql HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400, "malformed-request"),
        (request("/", "X: " + "a" * LARGEST_HEADER), 431, "headers-too-large"),
        (request("/" + "a" * 20_000), 414, "address-too-long"),
        (request("/zh/case", "Content-Length: 1000000000", method="POST"), 413, "request-entity-too-large"),
    ],
)
def test_what_is_no_request_is_refused_in_words(served: Served, sent: bytes, status: int, code: str) -> None:
    head, body = split(served.raw(sent, until=lambda found: found.endswith(b"}")))
    assert head.startswith(f"HTTP/1.1 {status} ".encode()) or head.startswith(f"HTTP/1.0 {status} ".encode())
    assert json.loads(body)["code"] == code
    for name in HEADERS:
        assert f"\n{name}:".lower().encode() in head.lower()


def large_upload(size: int) -> bytes:
    return request("/sparql", "Content-Type: application/sparql-query", f"Content-Length: {size}", method="POST")


def test_who_sends_far_too_much_gets_to_read_why(served: Served) -> None:
    """Many clients read nothing before they have sent all; a connection that is closed on them takes the answer with it."""
    size = 40 * 1024 * 1024
    for _ in range(3):
        head, body = split(served.raw(large_upload(size), b"x" * size))
        assert head.startswith(b"HTTP/1.1 413 ") and json.loads(body)["code"] == "request-entity-too-large"


def test_who_sends_without_end_is_cut(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(large_upload(10**12))
        with pytest.raises(OSError):
            for _ in range(2 * listener.HEARD_BYTES // 2**20):
                connection.sendall(b"x" * 2**20)


def test_the_documentation_has_every_option_and_limit(root: Path) -> None:
    from dandang.cli.parser import build_parser
    from dandang.web import delivery, limits
    from dandang.web.app import DEFAULTS
    from dandang.web.server import RATE

    page = (root / "docs" / "operations.md").read_text(encoding="utf-8")
    both = page + (root / "docs" / "endpoint.md").read_text(encoding="utf-8")
    commands = next(action for action in build_parser("en")._actions if action.choices and "serve" in action.choices)
    options = {name for action in commands.choices["serve"]._actions for name in action.option_strings[-1:]}  # type: ignore[index, union-attr]
    known = {"--help", "--lang", "--host", "--port", "--open"}
    assert {name for name in options - known if name not in both} == set()
    chinese, english = page.split("## English")
    for text in (chinese, english):
        assert f"{RATE:.0f}" in text and f"{RATE * limits.BURST:.0f}" in text
        assert f"{listener.LARGEST_HEADER // 1024} k" in text.lower() and f"{delivery.LONGEST_ADDRESS:,}" in text
        assert (
            f"{DEFAULTS['CACHE_BYTES'] // 2**20} MB" in text and f"{DEFAULTS['MAX_CONTENT_LENGTH'] // 2**20} MB" in text
        )
        assert f"{delivery.LONGEST_ANSWER // 2**20} MB" in text and f"{listener.CONNECTIONS}" in text.replace(",", "")
        assert f"{listener.ALL_WAITING // 2**20} MB" in text


def test_the_unit_and_the_image_call_a_command_that_exists(root: Path) -> None:
    from dandang.cli.parser import parse

    unit = (root / "docs" / "dandang.service").read_text(encoding="utf-8")
    started = next(line for line in unit.splitlines() if line.startswith("ExecStart=")).split()
    assert parse(started[1:]).host == "127.0.0.1"
    image = (root / "docs" / "Containerfile").read_text(encoding="utf-8")
    entry, default = (
        json.loads(line.split(" ", 1)[1]) for line in image.splitlines() if line.startswith(("ENTRYPOINT", "CMD"))
    )
    assert parse([*entry[1:], *default]).host == "0.0.0.0"


def test_only_this_machine_is_listened_to() -> None:
    from dandang.cli.parser import build_parser

    assert build_parser("en").parse_args(["serve"]).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--rate", "-1"), "--rate"),
        (("--rate", "nan"), "--rate"),
        (("--trust-proxy", "proxy.example"), "--trust-proxy"),
        (("--data", "/nowhere"), "there is no such data folder"),
        (("--access-log", "/nowhere/access.jsonl"), "access log"),
    ],
)
def test_wrong_options_are_told(options: tuple[str, ...], words: str) -> None:
    command = [sys.executable, "-m", "dandang", "serve", "--port", "0", "--lang", "en", *options]
    found = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert found.returncode == 2 and words in found.stderr and "Traceback" not in found.stderr


def test_listening_to_others_is_warned_of(tmp_path: Path) -> None:
    found = Served("--host", "0.0.0.0", errors=tmp_path / "errors.log")
    assert found.stop() == 0
    assert "other machines can reach it" in (tmp_path / "errors.log").read_text(encoding="utf-8")


# --- behind a proxy -----------------------------------------------------------------------------------------------------


def test_a_client_behind_the_proxy_is_limited(other: Served) -> None:
    statuses = [other.get("/healthz", **{"X-Forwarded-For": "203.0.113.50"})[0] for _ in range(12)]
    assert statuses[:8] == [200] * 8 and 429 in statuses
    assert other.get("/healthz", **{"X-Forwarded-For": "203.0.113.51"})[0] == 200
    assert other.get("/metrics", **{"X-Forwarded-For": "203.0.113.51"})[0] == 403


# --- reload -------------------------------------------------------------------------------------------------------------


def dataset(served: Served) -> str:
    found: str = json.loads(served.get("/healthz")[2])["dataset"]
    return found


def test_data_are_reloaded_while_requests_go_on(other: Served) -> None:
    file = other.errors.with_name("data") / "D9.ttl"
    before, failures, ended = dataset(other), [], threading.Event()

    def ask() -> None:
        while not ended.is_set():
            if (status := other.get("/zh/documents/elsewhere-2020/D9", Accept="text/html")[0]) != 200:
                failures.append(status)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        file.write_text(DOCUMENT + FURTHER, encoding="utf-8")
        other.logged("the data were reloaded")
        wait_for(lambda: dataset(other) != before, "the new data")
        assert "新添的一句" in other.get("/data/documents/elsewhere-2020/D9.ttl")[2].decode()
        now = dataset(other)
        file.write_text("this is no Turtle", encoding="utf-8")
        other.logged("the new data cannot be loaded; the old stay in use")
        assert dataset(other) == now
    finally:
        file.write_text(DOCUMENT + FURTHER, encoding="utf-8")
        ended.set()
        asking.join()
    assert not failures
    assert b'dandang_reloads_total{result="failed"}' in other.get("/metrics")[2]
    assert "D9.ttl" in other.errors.read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP; --watch is the way there")
def test_a_signal_reloads(served: Served) -> None:
    served.process.send_signal(signal.SIGHUP)
    served.logged("the data were reloaded")
    assert served.get("/zh/")[0] == 200
    assert b'dandang_reloads_total{result="done"} 1.0' in served.get("/metrics")[2]


# --- the end ------------------------------------------------------------------------------------------------------------


def children(process: int) -> set[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return {int(word) for word in listed.stdout.split()}


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a word")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order_and_takes_its_processes_along(tmp_path: Path, number: signal.Signals) -> None:
    found = Served(errors=tmp_path / "errors.log")
    try:
        assert found.get("/sparql?query=ASK%20%7B%7D")[0] == 200
        workers = children(found.process.pid)
        found.process.send_signal(number)
        assert found.process.wait(20) == 0
        assert workers
        wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), "the end of the workers")
    finally:
        found.stop()
    assert "Traceback" not in (tmp_path / "errors.log").read_text(encoding="utf-8")


class InThread:
    """A listener with an app of our own, run in a thread."""

    def __init__(self, app: Any) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.listener = Listener(app, lambda _whole, _address: None, self.socket, largest_body=1000)
        self.thread = threading.Thread(target=self.listener.run, kwargs={"grace": 10.0})
        self.thread.start()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def stop(self) -> None:
        self.listener.stop()
        self.thread.join(20)
        assert not self.thread.is_alive()


def test_a_request_under_way_is_finished() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(_environ: Any, start: Any) -> Iterable[bytes]:
        begun.set()
        may_end.wait(20)
        start("200 OK", [("Content-Length", "100000")])
        return [b"x" * 100_000]

    server = InThread(slow)
    with server.connect() as idle, server.connect() as asking:
        asking.sendall(request("/"))
        assert begun.wait(20)
        server.listener.stop()
        assert received(idle) == b"", "an idle connection is closed"
        with pytest.raises(OSError):
            server.connect().close()
        may_end.set()
        assert split(received(asking))[1] == b"x" * 100_000
    server.stop()


def test_a_cut_answer_is_no_whole_one() -> None:
    def cut(_environ: Any, start: Any) -> Iterator[bytes]:
        start("200 OK", [("Content-Type", "text/csv")])
        yield b"a,b\r\n" * 1000
        raise OSError("the worker was killed")

    server = InThread(cut)
    try:
        with server.connect() as asking:
            asking.sendall(request("/"))
            answer = received(asking)
        assert b"chunked" in answer and not answer.endswith(b"0\r\n\r\n")
    finally:
        server.stop()


def test_what_waits_for_readers_stays_in_memory_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report may be about a person: nothing of it lies on a disk. Whoever does not read costs the others no memory."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr(listener, "ALL_WAITING", 8_000_000)

    def app(environ: Any, start: Any) -> Iterable[bytes]:
        size = int(environ["PATH_INFO"][1:])
        start("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    server = InThread(app)
    try:
        with server.connect() as stalled, server.connect() as long, server.connect() as short:
            stalled.sendall(request("/16000000", "Connection: close"))
            wait_for(server.listener.full, "an answer that waits for its reader")
            long.sendall(request("/1000000"))
            assert len(received(long)) < 1_000_000, "cut, and known to be"
            short.sendall(request("/1000", "Connection: close"))
            assert len(split(received(short))[1]) == 1000
            assert len(split(received(stalled))[1]) == 16_000_000, "what was taken in is sent whole"
        wait_for(lambda: not server.listener.full(), "room")
    finally:
        server.stop()


def test_clients_that_hold_connections_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(listener, "REQUEST_SECONDS", 1)
    ended = threading.Event()

    def endless(_environ: Any, start: Any) -> Iterator[bytes]:
        start("200 OK", [])
        try:
            while True:
                yield b"x" * 1_000_000
        finally:
            ended.set()

    server = InThread(endless)
    try:
        with server.connect() as unfinished, server.connect() as reader:
            unfinished.sendall(b"GET / HT")
            reader.sendall(request("/"))
            assert received(unfinished) == b"", "a request that does not come to its end"
            assert ended.wait(20), "a reader that does not read lets go of the thread"
    finally:
        server.stop()
