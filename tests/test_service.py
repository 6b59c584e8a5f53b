"""SERVICE, for hosts on the list of `--allow-service` only, and not by way of a redirect."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from flask.testing import FlaskClient

from dandang.web import create_app
from dandang.web.app import query_pool

RESULT = {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "远处"}}]}}


class Remote(ThreadingHTTPServer):
    """Another server: it answers, sends on to another one, or never ends."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.elsewhere = ""
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Remote

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path.startswith("/hang"):
            self.server.closing.wait(30)
            return
        status = int(self.path[1:4]) if self.path[1:4].isdigit() else 200
        body = json.dumps(RESULT).encode() if status == 200 else b""
        self.send_response(status)
        self.send_header("Location", self.server.elsewhere)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def remote() -> Iterator[Remote]:
    made = Remote()
    yield made
    made.end()


@pytest.fixture(scope="module")
def other() -> Iterator[Remote]:
    made = Remote()
    yield made
    made.end()


@pytest.fixture(scope="module")
def client(remote: Remote) -> Iterator[FlaskClient]:
    hosts = (f"127.0.0.1:{remote.server_port}",)
    app = create_app({"ALLOW_SERVICE": hosts, "QUERY_SECONDS": 3.0, "QUERY_WORKERS": 1, "TESTING": True})
    yield app.test_client()
    query_pool(app).close()


def asked(client: FlaskClient, server: Remote, path: str = "/", silent: str = "") -> tuple[int, str]:
    query = f"SELECT * {{ SERVICE {silent} <http://127.0.0.1:{server.server_port}{path}> {{ ?s ?p ?x }} }}"
    answer = client.get("/sparql", query_string={"query": query})
    return answer.status_code, json.dumps(json.loads(answer.data), ensure_ascii=False)


def test_host_on_the_list_is_asked(client: FlaskClient, remote: Remote) -> None:
    status, text = asked(client, remote)
    assert status == 200 and "远处" in text and remote.asked[-1] == "/"


def test_host_that_is_not_on_the_list_is_not_asked(client: FlaskClient, other: Remote) -> None:
    for silent in ("", "SILENT"):
        status, text = asked(client, other, silent=silent)
        assert status == 400 and "SERVICE" in text
    assert other.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_leads_nowhere(client: FlaskClient, remote: Remote, other: Remote, status: int) -> None:
    remote.elsewhere = f"http://127.0.0.1:{other.server_port}/reached"
    assert asked(client, remote, f"/{status}")[0] == 400
    asked(client, remote, f"/{status}", silent="SILENT")
    assert other.asked == []


def test_host_that_never_answers_meets_the_deadline(client: FlaskClient, remote: Remote) -> None:
    status, text = asked(client, remote, "/hang")
    assert status == 503 and "query-timeout" in text
    assert client.get("/sparql?query=ASK%7B%7D").status_code == 200


def test_queries_without_service_have_no_sockets(client: FlaskClient, remote: Remote) -> None:
    # Past the guard, the process itself reaches nothing.
    before = len(remote.asked)
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{remote.server_port}/> {{ ?s ?p ?x }} }}"
    from dandang.errors import BadQuery
    from dandang.web.sparql_pool import Query

    with pytest.raises(BadQuery):
        query_pool(client.application).run(Query(query, "http://localhost/sparql"))
    assert len(remote.asked) == before
