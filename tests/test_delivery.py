"""Around the app: validators, kept answers, compression, limits, headers, metrics and the access log."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from dandang.web import access_log, create_app
from dandang.web.answers import takes_gzip
from dandang.web.app import query_pool
from dandang.web.cache import Cache
from dandang.web.delivery import LONGEST_ADDRESS, Delivery
from dandang.web.limits import BURST, MOST_CLIENTS, RateLimiter, behind_proxy, client_group, is_local
from dandang.web.security import HEADERS
from test_web import HTML, ROUTES

#: Answers that are never the same, or are about this very moment.
MOMENTARY = {"health.healthz", "health.metrics"}
QUERY = "SELECT ?o { <https://w3id.org/dandang/id/wuhan-2018/E7> a ?o } ORDER BY ?o"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    made = create_app({"QUERY_WORKERS": 1})
    yield made
    query_pool(made).close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def forgotten(app: Flask) -> Delivery:
    """The delivery of the app, with nothing kept."""
    outside: Delivery = app.extensions["dandang-delivery"]
    outside.answers = Cache(outside.answers.capacity)
    outside.ready = Cache(outside.ready.capacity)
    return outside


def ask(client: FlaskClient, query: str, **headers: str) -> Any:
    return client.get("/sparql", query_string={"query": query}, headers=headers)


# --- validators and kept answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", [name for name, address in ROUTES.items() if not address.startswith("POST")])
def test_every_page_and_file_has_a_validator(client: FlaskClient, endpoint: str) -> None:
    first = client.get(ROUTES[endpoint], headers=HTML)
    tag = first.headers.get("ETag")
    if first.status_code != 200 or endpoint in MOMENTARY:
        assert tag is None
        return
    assert tag and not tag.startswith("W/")
    zipped = client.get(ROUTES[endpoint], headers={**HTML, "Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in zipped.headers or "Accept-Encoding" in first.headers["Vary"]
    again = client.get(ROUTES[endpoint], headers={**HTML, "If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers.get("Cache-Control") == first.headers.get("Cache-Control")


def test_unchanged_is_said_without_running_anything(
    client: FlaskClient, forgotten: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = ask(client, QUERY).headers["ETag"]
    forgotten.answers = Cache(forgotten.answers.capacity)

    def ran(*_: object) -> None:
        raise AssertionError("the app was asked")

    monkeypatch.setattr(forgotten, "_app", ran)
    monkeypatch.setattr(forgotten, "direct", None)
    for given in (tag, f'"other", {tag}', f"W/{tag}"):
        assert ask(client, QUERY, **{"If-None-Match": given}).status_code == 304
    with pytest.raises(AssertionError):
        ask(client, QUERY, **{"If-None-Match": '"other"'})


def test_if_none_match_any_needs_an_answer(client: FlaskClient) -> None:
    assert ask(client, QUERY, **{"If-None-Match": "*"}).status_code == 304
    assert ask(client, "SELECT", **{"If-None-Match": "*"}).status_code == 400


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Accept": "text/csv"}, {"Accept": "application/sparql-results+xml"}),
        ({"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}),
        ({"Host": "a.example"}, {"Host": "b.example"}),
        ({"Accept-Language": "en"}, {"Accept-Language": "zh"}),
    ],
)
def test_what_an_answer_depends_on_changes_its_validator(
    client: FlaskClient, one: dict[str, str], other: dict[str, str]
) -> None:
    assert ask(client, QUERY, **one).headers["ETag"] != ask(client, QUERY, **other).headers["ETag"]


def test_repeated_answers_are_kept_and_the_same(client: FlaskClient, forgotten: Delivery) -> None:
    first, again = ask(client, QUERY), ask(client, QUERY)
    assert first.data == again.data and len(forgotten.answers) == 1
    posted = [client.post("/sparql", data={"query": QUERY}) for _ in range(2)]
    assert {answer.data for answer in posted} == {first.data} and "ETag" not in posted[0].headers
    assert len(forgotten.answers) == 2


@pytest.mark.parametrize(
    "query",
    ["SELECT (NOW() AS ?x) {}", "SELECT (RAND() AS ?x) {}", "SELECT (STRUUID() AS ?x) {}", "SELECT (BNODE() AS ?x) {}"],
)
def test_what_differs_each_time_is_never_kept(client: FlaskClient, forgotten: Delivery, query: str) -> None:
    answers = [ask(client, query), ask(client, query), client.post("/sparql", data={"query": query})]
    assert all(answer.status_code == 200 and "ETag" not in answer.headers for answer in answers)
    assert len(forgotten.answers) == 0


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer x"}, {"Cookie": "a=b"}])
def test_what_may_be_personal_is_never_kept(client: FlaskClient, forgotten: Delivery, headers: dict[str, str]) -> None:
    client = client.application.test_client(use_cookies=False)
    assert "ETag" not in ask(client, QUERY, **headers).headers and len(forgotten.answers) == 0


def test_a_case_is_never_kept(client: FlaskClient, forgotten: Delivery) -> None:
    client.post("/zh/case", data="id: x\ntitle: 王小明\n".encode(), content_type="application/yaml", headers=HTML)
    assert len(forgotten.answers) == 0


def test_errors_are_never_kept(client: FlaskClient, forgotten: Delivery) -> None:
    assert ask(client, "SELECT").status_code == 400 and "ETag" not in ask(client, "SELECT").headers
    assert client.get("/nowhere").status_code == 404 and len(forgotten.answers) == 0


def test_a_written_store_is_answered_anew() -> None:
    app = create_app({"SCRATCH": True, "QUERY_WORKERS": 1})
    try:
        client = app.test_client()
        before = ask(client, "ASK { ?s ?p ?o }")
        update = {"data": "INSERT DATA { <http://e/s> <http://e/p> 1 }", "content_type": "application/sparql-update"}
        assert client.post("/sparql", **update).status_code == 204
        after = ask(client, "ASK { ?s ?p ?o }", **{"If-None-Match": before.headers["ETag"]})
        assert (before.json["boolean"], after.json["boolean"]) == (False, True)
        assert after.headers["ETag"] != before.headers["ETag"]
    finally:
        query_pool(app).close()


def test_head_has_the_headers_of_get(client: FlaskClient, forgotten: Delivery) -> None:
    address, headers = "/zh/clauses/wuhan-2018/E7", {**HTML, "Accept-Encoding": "gzip"}
    heads = [
        client.head(address, headers=headers),
        client.get(address, headers=headers),
        client.head(address, headers=headers),
    ]
    assert [bool(answer.data) for answer in heads] == [False, True, False]
    told = [{name: value for name, value in answer.headers if name != "X-Request-Id"} for answer in heads]
    assert told[0] == told[1] == told[2]


def test_the_cache_stays_within_its_bytes() -> None:
    cache: Cache[bytes] = Cache(100_000)
    for number in range(500):
        cache.put(number, b"", size=number * 7)
        assert cache.bytes <= 100_000
        cache.get(0)
    assert cache.get(0) == b"" and cache.get(1) is None and cache.get(499) == b""
    assert not cache.put("large", b"", size=50_000) and cache.get("large") is None


# --- plain requests -----------------------------------------------------------------------------------------------------

ACCEPTS = [
    *("", "*/*", "text/csv", "application/sparql-results+xml", "application/json;q=0.5, text/csv;q=0.6"),
    *("text/turtle", "application/n-triples", "application/ld+json, application/sparql-results+json"),
    *("image/png", "text/html,application/xhtml+xml,*/*;q=0.8"),
]
PLAIN = [
    *(QUERY, "ASK {}", "CONSTRUCT { ?s ?p ?o } WHERE { VALUES (?s ?p ?o) { (<http://e/s> <http://e/p> 1) } }"),
    *(
        "SELECT",
        "SELECT ?x FROM <http://e/nowhere> { ?x ?y ?z }",
        "",
        "  ",
        "INSERT DATA { <http://e/s> <http://e/p> 1 }",
    ),
    *('SELECT ("王小明 +%26" AS ?x) {}', "SELECT (<relative> AS ?x) {}", "ASK { SERVICE <http://e/> {} }"),
]


@pytest.mark.parametrize("accept", ACCEPTS)
def test_a_plain_request_is_answered_as_the_app_would(
    client: FlaskClient, forgotten: Delivery, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    direct, found = forgotten.direct, []
    monkeypatch.setattr(forgotten, "answers", Cache(0))
    for query in PLAIN:
        for answering in (None, direct, direct):
            monkeypatch.setattr(forgotten, "direct", answering)
            answer = ask(client, query, Accept=accept)
            headers = {name: value for name, value in answer.headers if name != "X-Request-Id"}
            found.append((answer.status_code, headers, answer.data))
        assert found[-3] == found[-2] == found[-1], query
    assert any(status == 200 for status, _, _ in found) or accept in ("image/png", ACCEPTS[-1])


def test_plain_requests_do_not_reach_the_app(
    client: FlaskClient, forgotten: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    for accept in ("text/csv", "application/sparql-results+json"):
        ask(client, QUERY, Accept=accept)

    def ran(*_: object) -> None:
        raise AssertionError("the app was asked")

    monkeypatch.setattr(forgotten, "_app", ran)
    for accept in ("text/csv", "application/sparql-results+json"):
        assert ask(client, QUERY + " # again", Accept=accept).status_code == 200
    for others in ({"format": "csv"}, {"timeout": "5"}, {"default-graph-uri": "http://e/g"}):
        with pytest.raises(AssertionError):
            client.get("/sparql", query_string={"query": QUERY, **others}, headers={"Accept": "text/csv"})


def test_a_bug_of_ours_is_numbered(
    client: FlaskClient, forgotten: Delivery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(forgotten.direct, "find", fails)
    answer = ask(client, QUERY + " # bug")
    assert answer.status_code == 500 and "ZeroDivisionError" not in answer.text
    assert answer.json["detail"].rstrip("。").rpartition(" ")[2] in caplog.text and "ZeroDivisionError" in caplog.text


# --- compression --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("*", True),
        ("gzip;q=0.5, identity;q=0.1", True),
        ("GZIP;Q=1.0", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("gzip;q=0.2, identity;q=0.9", False),
        ("gzip;q=nonsense", True),
        ("gzip;q=1.2.3", False),
    ],
)
def test_gzip_by_q_values(client: FlaskClient, accepted: str, compressed: bool) -> None:
    assert takes_gzip(accepted) == compressed
    answer = client.get("/data/clauses/E7.ttl", headers={"Accept-Encoding": accepted})
    answer = (
        client.get(answer.headers["Location"], headers={"Accept-Encoding": accepted}) if answer.location else answer
    )
    assert (answer.headers.get("Content-Encoding") == "gzip") == compressed
    plain = gzip.decompress(answer.data) if compressed else answer.data
    assert plain.startswith(b"@prefix") and int(answer.headers["Content-Length"]) == len(answer.data)


def test_what_would_not_shrink_is_sent_as_it_is(client: FlaskClient) -> None:
    small = ask(client, "ASK {}", **{"Accept-Encoding": "gzip"})
    sheet = client.get(
        "/sparql",
        query_string={"query": "SELECT * { ?s ?p ?o } LIMIT 99", "format": "xlsx"},
        headers={"Accept-Encoding": "gzip"},
    )
    assert "Content-Encoding" not in small.headers and "Content-Encoding" not in sheet.headers
    assert sheet.data.startswith(b"PK")


# --- headers ------------------------------------------------------------------------------------------------------------


def test_every_answer_has_the_security_headers_and_a_number(client: FlaskClient) -> None:
    tag = client.get("/zh/", headers=HTML).headers["ETag"]
    answers = [
        client.get("/zh/", headers=HTML),
        client.get("/zh/", headers={**HTML, "If-None-Match": tag}),
        client.get("/nowhere"),
        client.get("/nowhere", headers=HTML),
        client.post("/nowhere"),
        client.get("/", headers=HTML),
        client.get("/healthz"),
        client.get("/static/site.css"),
        ask(client, QUERY),
        ask(client, "SELECT"),
        client.get("/" + "a" * (LONGEST_ADDRESS + 1)),
        client.get("/metrics", environ_base=ELSEWHERE),
    ]
    assert [answer.status_code for answer in answers] == [200, 304, 404, 404, 404, 302, 200, 200, 200, 400, 414, 403]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


# --- who asks, and how often --------------------------------------------------------------------------------------------


def test_rate_limit_over_time() -> None:
    now = [0.0]
    limiter = RateLimiter(2.0, clock=lambda: now[0])
    assert [limiter.wait("203.0.113.7") for _ in range(2 * BURST)] == [0.0] * 2 * BURST
    assert limiter.wait("203.0.113.7") == 0.5 and limiter.wait("203.0.113.8") == 0.0
    now[0] = 0.5
    assert limiter.wait("203.0.113.7") == 0.0 and limiter.wait("203.0.113.7") == 0.5
    now[0] = 1000.0
    assert [limiter.wait("203.0.113.7") for _ in range(2 * BURST + 1)] == [0.0] * 2 * BURST + [0.5]


def test_rate_limit_forgets_clients() -> None:
    limiter = RateLimiter(1.0)
    for number in range(MOST_CLIENTS + 50):
        limiter.wait(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limiter) == MOST_CLIENTS


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:0db8:0001:0002"),
        ("2001:db8:1:2:bbbb::2", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", ""),
    ],
)
def test_what_counts_as_one_client(address: str, group: str | None) -> None:
    assert client_group(address) == group


@pytest.mark.parametrize(("lang", "words"), [("zh", "请求太频繁"), ("en", "Too many requests")])
def test_too_many_requests_are_told_so(lang: str, words: str) -> None:
    app = create_app({"RATE": 1.0, "TRUSTED_PROXIES": ("127.0.0.1",)})
    client = app.test_client()
    headers = {"Accept-Language": lang, "X-Forwarded-For": "6.6.6.6, 203.0.113.7"}
    answers = [client.get("/healthz", headers=headers) for _ in range(BURST + 1)]
    assert [answer.status_code for answer in answers] == [200] * BURST + [429]
    refused = answers[-1]
    assert refused.json["code"] == "too-many-requests" and words in refused.json["detail"]
    assert refused.headers["Retry-After"] == "1" and refused.headers["Cache-Control"] == "no-store"
    assert client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 200
    assert {client.get("/healthz").status_code for _ in range(9)} == {200}, "this machine itself is not limited"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.9", "6.6.6.6", "203.0.113.9"),
    ],
)
def test_only_a_trusted_proxy_is_believed(peer: str, forwarded: str, client: str) -> None:
    environ = {
        "REMOTE_ADDR": peer,
        "HTTP_X_FORWARDED_FOR": forwarded,
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_HOST": "a",
    }
    environ |= {"HTTP_X_FORWARDED_HOST": "policy.example", "wsgi.url_scheme": "http"}
    behind_proxy(environ, ("10.0.0.1", "10.0.0.2"))
    trusted = peer.startswith("10.")
    assert environ["REMOTE_ADDR"] == client and not is_local(environ)
    assert (environ["wsgi.url_scheme"], environ["HTTP_HOST"]) == (
        ("https", "policy.example") if trusted else ("http", "a")
    )


# --- metrics and log ----------------------------------------------------------------------------------------------------


def test_metrics_are_for_this_machine(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base=ELSEWHERE).json["code"] == "local-only"
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    opened = create_app({"PUBLIC_METRICS": True}).test_client()
    assert opened.get("/metrics", environ_base=ELSEWHERE).status_code == 200


def test_metrics_count_and_tell_nothing_of_users() -> None:
    app = create_app({"QUERY_WORKERS": 1})
    client = app.test_client()
    try:
        for _ in range(3):
            ask(client, QUERY)
        ask(client, "SELECT")
        client.get("/zh/search?q=王小明")
        client.get("/王小明/nowhere")
        client.open("/zh/", method="BREW")
        text = client.get("/metrics").text
    finally:
        query_pool(app).close()
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["dandang_requests_total", "GET", "/sparql", "200"] == 3
    assert found["dandang_requests_total", "GET", "/sparql", "400"] == 1
    assert found["dandang_requests_total", "GET", "-", "404"] == 1
    assert found["dandang_requests_total", "other", "-", "405"] == 1
    assert found["dandang_cache_total", "hit"] == 2
    assert found["dandang_cache_bytes",] > 0
    assert found["dandang_request_seconds_count", "/sparql"] == 4
    assert found["dandang_query_seconds_count", "done"] == 2
    assert found["dandang_query_workers_started_total",] >= 1
    for words in ("王小明", "nowhere", "BREW", "SELECT"):
        assert words not in text


def test_the_access_log_says_neither_who_nor_what(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("dandang.access")
    log.setLevel(logging.INFO)
    try:
        with caplog.at_level(logging.INFO, "dandang.access"):
            client.get("/zh/search?q=王小明", environ_base=ELSEWHERE)
            client.get("/zh/clauses/王小明", environ_base=ELSEWHERE)
            client.post(
                "/zh/case", data="title: 王小明".encode(), content_type="application/yaml", environ_base=ELSEWHERE
            )
    finally:
        access_log.switch_off()
    lines = [record.message for record in caplog.records if record.name == "dandang.access"]
    assert len(lines) == 3 and not any(word in line for line in lines for word in ("王", "203.0", "%E7", "q="))
    first = json.loads(lines[0])
    assert list(first) == ["time", "id", "method", "route", "status", "ms", "bytes", "cache"]
    assert (first["method"], first["route"], first["status"]) == ("GET", "/<any(zh, en):lang>/search", 200)
