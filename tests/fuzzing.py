"""Requests that nobody meant to send, for `test_fuzz.py`: strategies over every route, and what has to hold of each answer.

Routes come from the app's own map, with the address that `test_web.ROUTES` has for each. The names of parameters are learnt: each
route is called once while a recorder notes what it reads, and the forms of its page are looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from io import BytesIO, StringIO
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes, urlencode

from flask import Flask
from hypothesis import strategies as st
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import run_wsgi_app

from dandang import resources
from test_web import CASE, ROUTES

#: No page may hold these as they are: they stand in what is sent, never in what we write.
MARK = "<zz'\"&>"
#: How each file in a form is set apart.
BOUNDARY = "zzboundary"
FORM = "application/x-www-form-urlencoded"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


class Request(NamedTuple):
    """A request as a server gets it; text stands for bytes, as in WSGI (latin-1)."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def environ(self) -> dict[str, Any]:
        """The request for a WSGI app."""
        body = self.body.encode("latin-1")
        environ: dict[str, Any] = {
            **{"REQUEST_METHOD": self.method, "SCRIPT_NAME": "", "PATH_INFO": self.path, "QUERY_STRING": self.query},
            **{
                "SERVER_NAME": "localhost",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "HTTP_HOST": "localhost",
            },
            **{"REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.version": (1, 0), "wsgi.run_once": False},
            **{
                "wsgi.input": BytesIO(body),
                "wsgi.errors": StringIO(),
                "wsgi.multithread": True,
                "wsgi.multiprocess": False,
            },
        }
        if body:
            environ["CONTENT_LENGTH"] = str(len(body))
        for name, value in self.headers:
            key = name.upper().replace("-", "_")
            environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
        return environ

    def raw(self) -> bytes:
        """The request as it goes over a socket."""
        target = quote_from_bytes(self.path.encode("latin-1"), safe="/:@!$&'()*+,;=~")
        query = quote_from_bytes(self.query.encode("latin-1"), safe="/:@!$&'()*+,;=~%?")
        lines = [f"{self.method} {target}{'?' + query if query else ''} HTTP/1.1"]
        names = {name.lower() for name, _ in self.headers}
        own = [("Host", "localhost"), ("Content-Length", str(len(self.body))), ("Connection", "close")]
        lines += [
            f"{name}: {value}"
            for name, value in (*self.headers, *own)
            if name.lower() not in names or (name, value) in self.headers
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body.encode("latin-1")


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answered(app: Flask, request: Request) -> Answer:
    """What the app says, its whole WSGI stack included."""
    content, status, headers = run_wsgi_app(app.wsgi_app, request.environ(), buffered=True)
    return Answer(int(status.split()[0]), {name.lower(): value for name, value in headers}, b"".join(content))


# --- what has to hold -------------------------------------------------------------------------------------------------

#: The limits of a query are met by its own fault; all else above 500 is ours.
_LIMITS = ("query-timeout", "query-too-large", "busy")
_OURS = re.compile(r"^(/|http://localhost(:\d+)?/)(?!/)")


def check(request: Request, answer: Answer) -> None:
    """No error of ours, no way for what was sent into a page or a header, and every refusal says what and why."""
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if answer.status >= 500:
        assert answer.status == 503 and problem(answer).get("code") in _LIMITS, (answer.status, answer.body[:2000])
    assert b"Traceback (most recent call last)" not in answer.body
    assert "x-zz" not in answer.headers
    assert "nosniff" in answer.headers.get("x-content-type-options", ""), answer.headers
    if is_page:
        assert MARK.encode() not in answer.body and b"<zz" not in answer.body
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    if answer.status in (301, 302, 303, 307, 308) and not any(name.lower() == "host" for name, _ in request.headers):
        assert _OURS.match(answer.headers["location"]), answer.headers["location"]
    if answer.status >= 400 and request.method != "HEAD" and answer.body:
        if is_page:
            text = answer.body.decode()
            assert re.search(r"<html[^>]* lang=", text) and "<h1" in text
        else:
            found = problem(answer)
            assert found["status"] == answer.status and found["title"] and found["detail"], found


def problem(answer: Answer) -> dict[str, Any]:
    """The problem document of a refusal; empty for a page or no body."""
    if not answer.body or answer.headers.get("content-type", "").startswith("text/html"):
        return {"code": answer.body.decode(errors="replace")} if b"query-" in answer.body else {}
    assert answer.headers["content-type"] == "application/problem+json", answer.headers
    found: dict[str, Any] = json.loads(answer.body)
    return found


# --- what is known of the app -----------------------------------------------------------------------------------------


class Known(NamedTuple):
    """Addresses that work, with their methods, and the parameters that each endpoint reads."""

    addresses: tuple[tuple[str, str], ...]
    methods: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, tuple[str, ...]]


def learn(app: Flask) -> Known:
    """What the app's own map, one call of each route and the forms on its pages say."""
    addresses = {rule.endpoint: ROUTES[rule.endpoint] for rule in app.url_map.iter_rules()}
    methods = {rule.endpoint: tuple(sorted(rule.methods or ())) for rule in app.url_map.iter_rules()}
    found: dict[str, tuple[str, ...]] = {}
    plain = app.request_class.parameter_storage_class
    try:
        for endpoint, address in addresses.items():
            found[endpoint] = tuple(sorted(_read_by(app, address)))
    finally:
        app.request_class.parameter_storage_class = plain
    cleaned = tuple(
        (endpoint, address.removeprefix("POST ").partition("?")[0]) for endpoint, address in addresses.items()
    )
    return Known(cleaned, methods, found)


def _read_by(app: Flask, address: str) -> set[str]:
    names: set[str] = set()

    class Recorder(ImmutableMultiDict[str, str]):
        """Notes which parameters are looked at."""

        def get(self, key: str, *rest: Any, **more: Any) -> Any:
            names.add(key)
            return super().get(key, *rest, **more)

        def getlist(self, key: str, *rest: Any, **more: Any) -> Any:
            names.add(key)
            return super().getlist(key, *rest, **more)

        def __contains__(self, key: object) -> bool:
            names.add(str(key))
            return super().__contains__(key)

    app.request_class.parameter_storage_class = Recorder  # type: ignore[assignment]
    method, path = ("POST", address[5:]) if address.startswith("POST ") else ("GET", address)
    path, _, query = path.partition("?")
    names.update(_called(app, method, path, query))
    if not path.startswith("/zh/"):
        # The addresses of programs read some parameters only where another is there.
        for name in sorted(names):
            names.update(_called(app, method, path, urlencode({name: "ASK {}"})))
    return names


def _called(app: Flask, method: str, path: str, query: str) -> set[str]:
    """Calls an address, as a browser if it is a page: the names of what can be filled in there."""
    headers = {"Accept": "text/html" if path.startswith("/zh/") else "*/*"}
    bodies = [("application/yaml", CASE), (FORM, query.encode())] if method == "POST" else [(None, None)]
    names: set[str] = set()
    for media, body in bodies:
        answer = app.test_client().open(
            path, method=method, query_string=query, data=body, content_type=media, headers=headers
        )
        if answer.mimetype == "text/html":
            names.update(re.findall(r'<(?:input|select|textarea|button)[^>]* name="([^"]+)"', answer.text))
    return names


# --- strategies -------------------------------------------------------------------------------------------------------

_HOSTILE = [
    *(
        "",
        " ",
        "0",
        "-1",
        "1e309",
        "NaN",
        "true",
        "null",
        "*",
        "%",
        "%00",
        "\x00",
        "..",
        "../../etc/passwd",
        "//evil.example",
        ".",
    ),
    *("\\", "'", '"', "`", ";", "{{7*7}}", "${7*7}", "\r\nX-ZZ: 1", "\n", "\t", "\u2028", "\ufeff", "\u202e", "\ud7ff"),
    *("担当", "🦁", "é", "e\u0301", "Å", "İ", "ß", "\U0010ffff", "𠀀", "９", "Ａ", "１２", "“”", "：", "（）"),
    *(MARK, f"</textarea>{MARK}", f"javascript:{MARK}", f"--{MARK}", f"]]>{MARK}", f"{MARK}</script>"),
    *(
        "http://[",
        "http://[::1",
        "urn:x",
        "file:///etc/passwd",
        "http://a b/",
        "//",
        "///",
        "a//b",
        "?",
        "#",
        "&",
        "=",
        "+",
    ),
    *("A" * 300, "担" * 3000, "a/" * 200, "(" * 500, "%25" * 50, "\x7f\x1f", "_:b", "<>", "<", ">"),
]
_GOOD = [
    *(
        "E7",
        "e7",
        "A11",
        "D3",
        "X-E1",
        "2018-017",
        "2018-029",
        "wuhan-2018",
        "recommended",
        "strict",
        "推荐",
        "从严",
        "zh",
        "en",
    ),
    *(
        "招商引资; 政策不明确",
        "重大损失",
        "fact:diligent",
        "https://w3id.org/dandang/id/wuhan-2018/E7",
        "2018-09-01",
        "市管正局级",
    ),
    *(
        "json",
        "xml",
        "csv",
        "tsv",
        "ttl",
        "nt",
        "jsonld",
        "rdf",
        "trig",
        "nq",
        "xlsx",
        "1",
        "0.5",
        "群众",
        "qunzhong",
        "qz",
    ),
    *("https://w3id.org/dandang/id/graphs/D4", "yaml", "turtle", "D4", "state", "open", "decisive-decision", "cq-01"),
]
_QUERIES = [path.read_text(encoding="utf-8") for path in resources.query_files("competency")]
_CASES = [path.read_text(encoding="utf-8") for path in resources.case_files()]

texts = st.one_of(
    st.sampled_from(_HOSTILE),
    st.sampled_from(_GOOD),
    st.builds(lambda a, b: a + b, st.sampled_from(_GOOD), st.sampled_from(_HOSTILE)),
    st.text(max_size=12),
)


@st.composite
def mutated(draw: st.DrawFn, samples: list[str]) -> str:
    """A sample with up to four places cut, doubled or overwritten."""
    text = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 1, 3, 20, 200])))
        put = draw(
            st.one_of(
                st.just(""), st.just(text[start:end] * 2), st.sampled_from(_HOSTILE), st.just(text[end : end + 30])
            )
        )
        text = text[:start] + put + text[end:]
    return text


# A grammar of SPARQL that is right nine times in ten.
_TERMS = st.sampled_from(
    [
        *(
            "?a",
            "?b",
            "?c",
            "?条款",
            "[]",
            "wh:E7",
            "dd:ExemptionClause",
            "<urn:x>",
            "<relative>",
            "nope:x",
            "_:b0",
            "true",
            "1",
            "-1.5e3",
        ),
        *(
            '"担当"@zh',
            "'''x'''",
            '"1"^^xsd:integer',
            '"x"^^xsd:date',
            '"\\u62C5"',
            '"\\uD800"',
            "<http://例子.example/>",
            '""@zh-Hans-CN-x-y',
        ),
    ]
)
_PATHS = st.recursive(
    st.sampled_from(["a", "dd:member", "rdfs:label", "?p", "!a", "!(a|^a)", "<urn:p>", "skos:broader"]),
    lambda inner: st.one_of(
        st.builds("({}){}".format, inner, st.sampled_from("*+?")),
        st.builds("({})/({})".format, inner, inner),
        st.builds("({})|({})".format, inner, inner),
        st.builds("^({})".format, inner),
    ),
    max_leaves=3,
)
_EXPRESSIONS = st.recursive(
    _TERMS,
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            st.sampled_from(["=", "!=", "<", ">", "+", "-", "*", "/", "||", "&&", "IN"]),
            inner,
        ),
        st.builds(
            "{}({})".format,
            st.sampled_from(
                [
                    "STR",
                    "LANG",
                    "DATATYPE",
                    "BOUND",
                    "IRI",
                    "ABS",
                    "YEAR",
                    "SHA512",
                    "ENCODE_FOR_URI",
                    "STRLEN",
                    "isBLANK",
                    "UUID",
                ]
            ),
            inner,
        ),
        st.builds("REGEX({}, {})".format, inner, st.sampled_from(['"("', '"(a+)+$"', '"\\\\p{Han}"', inner])),
        st.builds("IF({}, {}, {})".format, inner, inner, inner),
        st.builds("EXISTS {{ {} a ?t }}".format, inner),
        st.builds("SUM({})".format, inner),
    ),
    max_leaves=4,
)
_TRIPLES = st.builds("{} {} {} .".format, _TERMS, _PATHS, _TERMS)
_PATTERNS = st.recursive(
    _TRIPLES,
    lambda inner: st.one_of(
        st.builds("{} {}".format, inner, inner),
        st.builds("OPTIONAL {{ {} }}".format, inner),
        st.builds("{{ {} }} UNION {{ {} }}".format, inner, inner),
        st.builds("MINUS {{ {} }}".format, inner),
        st.builds("GRAPH {} {{ {} }}".format, _TERMS, inner),
        st.builds(
            "SERVICE {} {{ {} }}".format, st.sampled_from(["<http://127.0.0.1:9/>", "SILENT <urn:x>", "?s"]), inner
        ),
        st.builds("FILTER({}) {}".format, _EXPRESSIONS, inner),
        st.builds("BIND({} AS ?z) {}".format, _EXPRESSIONS, inner),
        st.builds("VALUES ?a {{ {} UNDEF }} {}".format, _TERMS, inner),
        st.builds("{{ SELECT * {{ {} }} LIMIT 3 }}".format, inner),
    ),
    max_leaves=4,
)
_TAILS = st.sampled_from(
    ["", " LIMIT 5", " ORDER BY ?a LIMIT 5", " GROUP BY ?a", " OFFSET 9999999999999", " LIMIT -1", " VALUES ?a {}", "}"]
)
_HEADS = st.sampled_from(
    [
        *(
            "SELECT *",
            "SELECT ?a",
            "SELECT DISTINCT ?a ?b",
            "SELECT (COUNT(*) AS ?n)",
            "ASK",
            "DESCRIBE ?a",
            "DESCRIBE <urn:x>",
        ),
        *(
            "CONSTRUCT { ?a ?p ?b }",
            "BASE <http://e/> SELECT *",
            "PREFIX x: <urn:> SELECT *",
            "SELECT * FROM <http://e/>",
            "SELECT",
        ),
        *(
            "SELECT * FROM <https://w3id.org/dandang/id/graphs/D4>",
            "SELECT * FROM NAMED <file:///etc/passwd>",
            "INSERT",
            "CLEAR ALL ;",
        ),
    ]
)
sparql = st.one_of(
    st.builds("{} WHERE {{ {} }}{}".format, _HEADS, _PATTERNS, _TAILS),
    mutated(_QUERIES),
    st.builds("INSERT DATA {{ {} }}".format, _TRIPLES),
    st.builds("DELETE {{ {} }} WHERE {{ {} }}".format, _TRIPLES, _PATTERNS),
    texts,
)

_TURTLE = [
    *(
        "<urn:s> <urn:p> 'o' .",
        "@prefix : <urn:> . :s :p [ :q ( 1 2 ) ] .",
        "<s> <p> <o> .",
        "{}",
        "[" * 2000,
        "(" * 2000,
        "@base <x",
    ),
    *(
        "<urn:s> <urn:p> <urn:o> <urn:g> .",
        '{"@context": "http://127.0.0.1:9/c", "@id": "x"}',
        '{"@id": "urn:a", "urn:b": ["\\ud800"]}',
    ),
    *(
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rdf:RDF xmlns:rdf="x">&a;</rdf:RDF>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="urn:a"/></rdf:RDF>',
    ),
]
_JSON = [
    *(
        "{}",
        "[]",
        "null",
        "[" * 3000,
        '{"id": "2018-1", "facts": {"重大损失": "no"}}',
        '{"facts": {"\\ud800": true}}',
        '{"id": "\\u0000"}',
    ),
    *(
        '{"id": 1e400}',
        '{"id": {"a": []}, "on": [], "cadre": 3, "facts": [[]], "sanctions": {}, "claims": {"x": null}}',
        '{"id": "\\ud83e"}',
    ),
    '{"id": "x", "title": "\\udfff", "facts": {"重大损失": {"value": "yes", "evidence": "\\ud800", "on": "2018-99-99"}}}',
]
_YAML = [
    *(
        "a: &a [*a]",
        "!!python/object/apply:os.system [id]",
        "? [a]\n: b",
        "id: 2018-02-30",
        "on: 0000-00-00",
        "- " * 500,
        "{" * 500,
        "---\n---\n",
    ),
    *(
        "id: .inf\non: 99999999-1-1",
        "facts: {a: 1, a: 2}",
        "facts:\n  ? {x: y}\n  : z",
        "id: !!binary aGk=",
        "on: 2018-09-01T25:61:61",
        "<<: [1]",
    ),
    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]",
    f"id: {MARK}\ntitle: {MARK}\nfacts: {{重大损失: no, '{MARK}': yes}}\ncadre: {{post: '{MARK}'}}\nsummary: '{MARK}'",
]
cases = st.one_of(mutated(_CASES), mutated(_YAML), mutated(_JSON), mutated(_TURTLE))
_MEDIA = st.sampled_from(
    [
        *(
            "application/yaml",
            "text/yaml",
            "text/plain",
            "application/json",
            "application/ld+json",
            "text/turtle",
            "application/rdf+xml",
        ),
        *(
            "application/n-triples",
            "application/trig",
            "application/n-quads",
            "application/sparql-query",
            "application/sparql-update",
        ),
        *(
            "text/csv",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/octet-stream",
            "",
            "x",
            "a/b/c",
        ),
        *(
            "application/sparql-query; charset=utf-16",
            'text/turtle; charset=""',
            "application/json; charset=\xff",
            FORM,
            MULTIPART,
        ),
        *("multipart/form-data", "multipart/form-data; boundary=", f"text/html; {MARK}"),
    ]
)
_HEADERS = st.one_of(
    st.tuples(
        st.just("Accept"),
        st.sampled_from(
            [
                *(
                    "text/html",
                    "*/*",
                    "application/json",
                    "text/turtle",
                    "application/sparql-results+xml;q=0.5, text/csv",
                    "image/png",
                    "",
                    ",",
                ),
                *(
                    ";q=1",
                    "text/html;q=abc",
                    "*/*;q=0",
                    "a" * 5000,
                    "text/*, */*;q=0.001",
                    'application/ld+json;profile="x',
                    MARK,
                    "text/html;level=1",
                ),
                *(
                    "application/n-triples, application/trig",
                    "text/tab-separated-values",
                    "application/rdf+xml",
                    "text/plain",
                ),
            ]
        ),
    ),
    st.tuples(
        st.just("Accept-Language"),
        st.sampled_from(["zh", "en", "zh-Hans-CN,zh;q=0.9", "", "*", "en;q=x", "ü", "x" * 3000, MARK, "-", "_"]),
    ),
    st.tuples(
        st.just("Accept-Encoding"),
        st.sampled_from(["gzip", "gzip;q=0", "br", "*;q=0", "identity;q=0", "gzip;q=nan", ""]),
    ),
    st.tuples(
        st.just("If-None-Match"), st.sampled_from(["*", '""', '"x"', 'W/"x"', '"', "x" * 3000, '"a", "b"', MARK])
    ),
    st.tuples(
        st.just("If-Modified-Since"),
        st.sampled_from(["", "Thu, 01 Jan 1970 00:00:00 GMT", "x", "Thu, 99 Foo 99999 00:00:00 GMT"]),
    ),
    st.tuples(
        st.just("Range"),
        st.sampled_from(["bytes=0-0", "bytes=-1", "bytes=5-1", "bytes=0-1,2-3", "x", "bytes=999999999999-"]),
    ),
    st.tuples(
        st.just("Host"),
        st.sampled_from(
            ["", "evil.example", "localhost:99999", "[::1", "a b", "x" * 300, MARK, "例子.example", "localhost:x", "@"]
        ).map(lambda text: text.encode().decode("latin-1")),
    ),
    st.tuples(st.just("Origin"), st.sampled_from(["null", "http://evil.example", "http://localhost", "\xff"])),
    st.tuples(
        st.just("Authorization"),
        st.sampled_from(
            ["Bearer x", "Basic !", "Bearer", "Digest a=b", "Basic " + "A" * 3000, "\xff\xff", "Bearer \xe6\x8b\x85"]
        ),
    ),
    st.tuples(st.just("X-Forwarded-For"), st.sampled_from(["1.2.3.4", "x", "::1, 2", "," * 1000])),
    st.tuples(st.just("X-Forwarded-Host"), st.sampled_from(["evil.example", MARK])),
    st.tuples(st.just("Cookie"), st.sampled_from(["a=b", ";" * 500, "\xff=\xfe", "=="])),
    st.tuples(st.just("Content-Length"), st.sampled_from(["0", "1", "999999999", "x", "-1", ""])),
    st.tuples(st.just("X-Requested-With"), st.just("x")),
    st.tuples(st.just("Access-Control-Request-Method"), st.sampled_from(["PUT", "x"])),
)


def _latin(text: str) -> str:
    """Text as the bytes that carry it; a half of a pair goes out as three bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


@st.composite
def requests(draw: st.DrawFn, known: Known) -> Request:
    """A request to one of the routes, more or less as it should be."""
    # Where something is sent or asked there is more to break.
    busy = tuple(found for found in known.addresses if "POST" in known.methods[found[0]])
    asking = tuple(found for found in known.addresses if known.parameters[found[0]])
    endpoint, address = draw(st.one_of(*(st.sampled_from(some) for some in (known.addresses, asking, busy))))
    names = known.parameters[endpoint]
    proper = st.sampled_from(known.methods[endpoint])
    method = draw(st.one_of(proper, proper, proper, st.sampled_from(["GET", "POST", "PATCH", "FOO", "PUT", "TRACE"])))
    headers = draw(st.lists(_HEADERS, max_size=3, unique_by=lambda header: header[0]))
    body = ""
    if method in ("POST", "PUT", "PATCH", "DELETE") or draw(st.integers(0, 30)) == 0:
        media, body = draw(_bodies(names))
        headers.append(("Content-Type", media))
    query = draw(_encoded(names)) if names or draw(st.booleans()) else ""
    return Request(method, draw(_addresses(address)), query, tuple(headers), body)


@st.composite
def _addresses(draw: st.DrawFn, address: str) -> str:
    """An address with, two times in three, something put in the place of or after one of its parts."""
    parts = address.split("/")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        place = draw(st.integers(1, len(parts) - 1))
        extended = texts.map(lambda text, part=parts[place]: part + text)
        parts[place] = draw(st.one_of(texts, st.just(parts[place]), extended))
    endings = ["/", "\xff", "\xed\xa0\x80", "\xc0\xaf", "\x00", ".ttl", ".json", "\r\nX-ZZ: 1"]
    return _latin("/".join(parts)) + draw(st.one_of(*[st.just("")] * 9, st.sampled_from(endings)))


@st.composite
def _pairs(draw: st.DrawFn, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Parameters with values: known names for the most part."""
    known = st.sampled_from(names) if names else texts
    found = []
    for name in draw(st.lists(st.one_of(known, known, known, texts), max_size=4)):
        kind = sparql if name in ("query", "update") else cases if name == "case" else texts
        found.append((name, draw(kind)))
    return found


@st.composite
def _encoded(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    text = urlencode(draw(_pairs(names)), errors="surrogatepass")
    return text + draw(
        st.sampled_from(["", "", "", "", "", "&", "&&=", "%", "%zz", "\xff", "&a", "%ED%A0%80=%00", ";x"])
    )


@st.composite
def _bodies(draw: st.DrawFn, names: tuple[str, ...]) -> tuple[str, str]:
    """A media type with a body that mostly is of it."""
    kind = draw(st.sampled_from(["form", "multipart", "case", "query", "rdf", "other"]))
    if kind == "form":
        return FORM, draw(_encoded(names))
    if kind == "multipart":
        return MULTIPART, _latin(draw(_multipart(names)))
    media = draw(_MEDIA)
    if kind == "case":
        return draw(
            st.sampled_from(["application/yaml", "application/json", "text/turtle", "application/ld+json", media])
        ), _latin(draw(cases))
    if kind == "query":
        return draw(st.sampled_from(["application/sparql-query", "application/sparql-update", media])), _latin(
            draw(sparql)
        )
    if kind == "rdf":
        return draw(
            st.sampled_from(["text/turtle", "application/ld+json", "application/rdf+xml", "application/trig", media])
        ), _latin(draw(mutated(_TURTLE)))
    return media, draw(st.binary(max_size=40)).decode("latin-1")


@st.composite
def _multipart(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    pieces = []
    for name, value in draw(_pairs((*names, "file"))):
        plain = re.sub(r'[\r\n"]', "", name)
        if draw(st.booleans()):
            file = draw(
                st.sampled_from(
                    ["a.yaml", "a.json", "a.ttl", "a.csv", "a.xlsx", "", "../a", MARK, "a.exe", "担当.yaml"]
                )
            )
            head = f'Content-Disposition: form-data; name="{plain}"; filename="{file}"\r\nContent-Type: {draw(_MEDIA)}'
            value = draw(cases)
        else:
            head = f'Content-Disposition: form-data; name="{plain}"'
        pieces.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n{value}\r\n")
    return "".join(pieces) + draw(st.sampled_from([f"--{BOUNDARY}--\r\n", f"--{BOUNDARY}--\r\n", "", f"--{BOUNDARY}"]))


def corpus(lines: Iterable[str]) -> list[tuple[str, Request]]:
    """The requests that once broke something, each with what was wrong: one JSON object a line."""
    found = []
    for line in lines:
        values = json.loads(line)
        why = values.pop("why")
        values["headers"] = tuple(tuple(header) for header in values.get("headers", ()))
        found.append((why, Request(**values)))
    return found
