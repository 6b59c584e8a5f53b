"""An answer as it is kept and sent: what it depends on, its validator, its compression."""

from __future__ import annotations

import gzip
import re
from collections.abc import Hashable, Iterable
from hashlib import blake2b
from io import BytesIO
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import unquote_plus

Environ: TypeAlias = dict[str, Any]
Headers: TypeAlias = tuple[tuple[str, str], ...]

#: Bodies of this size are known to be requests worth remembering: longer ones are made anew.
LONGEST_BODY = 64 * 1024
#: Shorter bodies are sent as they are: they fit into one packet anyhow.
WORTH_COMPRESSING = 1024
_COMPRESSIBLE = re.compile(
    r"text/.+|image/svg\+xml|application/(?:[\w.-]+\+)?(?:json|xml|javascript|trig|n-triples|n-quads)"
)
#: Words of SPARQL that make an answer differ each time, or depend on another server.
_VOLATILE = ("NOW", "RAND", "UUID", "STRUUID", "BNODE", "SERVICE")
_VOLATILE_WORD = re.compile(rf"\b(?:{'|'.join(_VOLATILE)})\b", re.IGNORECASE)
#: The query of a plain request, in its environ.
QUERY = "dandang.query"


class Answer(NamedTuple):
    """A whole response as it is kept."""

    status: str
    headers: Headers
    body: bytes
    route: str


class Ready(NamedTuple):
    """A response without what changes each time: head and body, and what is told of it."""

    head: bytes
    body: bytes
    method: str
    route: str
    status: str
    cached: str


def request_key(environ: Environ) -> Hashable:
    """All that the answer to a request depends on beside what is served; None where answers are not kept.

    That is what is asked, the address that stands in the answer, and the formats and languages accepted. The encoding is what comes
    of negotiation, as browsers word it in many ways.
    """
    get = environ.get
    method, path = environ["REQUEST_METHOD"], get("PATH_INFO", "")
    if "HTTP_AUTHORIZATION" in environ or "HTTP_COOKIE" in environ:
        return None
    body: Hashable = None
    if method == "POST" and path == "/sparql":
        body = get("CONTENT_TYPE", ""), get("HTTP_ORIGIN", ""), _body(environ)
        if body[2] is None:
            return None
    elif method not in ("GET", "HEAD"):
        return None
    accepted = get("HTTP_ACCEPT", ""), get("HTTP_ACCEPT_LANGUAGE", ""), takes_gzip(get("HTTP_ACCEPT_ENCODING", ""))
    return get("wsgi.url_scheme", ""), get("HTTP_HOST", ""), path, get("QUERY_STRING", ""), accepted, body


def same_way(key: Hashable, asked: str) -> Hashable:
    """The key of a request that differs from another one in its query string alone."""
    assert isinstance(key, tuple)
    return (*key[:3], asked, *key[4:])


def _body(environ: Environ) -> bytes | None:
    """The body of a request that has a reasonable length, which can be read again."""
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdigit() or int(length) > LONGEST_BODY:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    return body


def etag(version: Hashable, key: Hashable) -> str:
    """The strong validator of the answer to a request."""
    return f'"{blake2b(repr((version, key)).encode(), digest_size=16).hexdigest()}"'


def matches(environ: Environ, tag: str, *, exact: bool = False) -> bool:
    """Whether the client has the answer with this tag; `exact` leaves out `*`, which asks whether there is any answer."""
    given = environ.get("HTTP_IF_NONE_MATCH", "")
    if not given or not tag:
        return False
    named = [part.strip().removeprefix("W/") for part in given.split(",")]
    return tag in named or (not exact and "*" in named)


def unchanged(answer: Answer) -> Answer:
    """The 304 in place of an answer."""
    about_body = ("content-type", "content-length", "content-encoding", "content-disposition", "content-language")
    headers = tuple((name, value) for name, value in answer.headers if name.lower() not in about_body)
    return Answer("304 Not Modified", headers, b"", answer.route)


def volatile(environ: Environ, headers: Headers) -> bool:
    """Whether an answer may be another one next time: a view says so, or a word of the request does."""
    if "no-store" in header(headers, "cache-control"):
        return True
    if QUERY in environ:
        return differs(environ[QUERY])
    asked = [environ.get("QUERY_STRING", "")]
    if environ["REQUEST_METHOD"] == "POST":
        asked.append(environ["wsgi.input"].getvalue().decode("latin-1"))
    return any(differs(unquote_plus(text)) for text in asked)


def differs(query: str) -> bool:
    """Whether a word of a query may make its answer another one next time."""
    text = query.upper()
    # The first look is the faster one, and finds nothing in most queries.
    return any(word in text for word in _VOLATILE) and bool(_VOLATILE_WORD.search(query))


def encoded(answer: Answer, environ: Environ) -> Answer:
    """The answer, compressed where that is worth it and the client takes it."""
    media = header(answer.headers, "content-type")
    if not compressible(media) or header(answer.headers, "content-encoding"):
        return answer
    vary = ", ".join(filter(None, (header(answer.headers, "vary"), "Accept-Encoding")))
    headers = (*_without(answer.headers, "vary"), ("Vary", vary))
    if len(answer.body) < WORTH_COMPRESSING or not takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")):
        return answer._replace(headers=headers)
    body = compressed(answer.body)
    headers = (*_without(headers, "content-length"), ("Content-Length", str(len(body))), ("Content-Encoding", "gzip"))
    return answer._replace(headers=headers, body=body)


def compressible(media: str) -> bool:
    """Whether content of a type becomes shorter."""
    return bool(_COMPRESSIBLE.fullmatch(media.partition(";")[0].strip()))


def compressed(body: bytes) -> bytes:
    """A body as gzip. Without a time of its own, so that the same answer is always the same bytes."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header lets an answer be compressed, by its q-values."""
    accepted = accepted.lower()
    if "gzip" not in accepted and "*" not in accepted:
        return False
    qualities: dict[str, float] = {}
    for part in accepted.split(","):
        name, _, rest = part.partition(";")
        found = re.search(r"q\s*=\s*([\d.]+)", rest)
        try:
            qualities[name.strip()] = float(found[1]) if found else 1.0
        except ValueError:
            qualities[name.strip()] = 0.0
    gzipped = qualities.get("gzip", qualities.get("*", 0.0))
    return gzipped > 0 and gzipped >= qualities.get("identity", 0.0)


def header(headers: Iterable[tuple[str, str]], name: str) -> str:
    """The first value of a header, empty where it is missing."""
    return next((value for held, value in headers if held.lower() == name), "")


def _without(headers: Headers, name: str) -> Headers:
    return tuple(pair for pair in headers if pair[0].lower() != name)


def head_of(answer: Answer) -> bytes:
    """The head of a response without what changes each time: its date and its number."""
    lines = [f"HTTP/1.1 {answer.status}", *(f"{name}: {value}" for name, value in answer.headers), "Server: dandang"]
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")
