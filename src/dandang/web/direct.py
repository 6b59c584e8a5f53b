"""The plain request to `/sparql`, answered without the framework, which takes longer than most queries.

Programs mostly send a GET with a query and nothing else. What that means is read from the view's own functions and from its answers:
format and base address of a request are negotiated by the framework once for each way of asking, and the headers of an answer are
those that the view gave the last time. Whatever is not plain, the view answers; errors are told by it, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from flask import Flask, request

from dandang.web.answers import QUERY
from dandang.web.cache import Cache
from dandang.web.pages.sparql import allowed, prefers_page
from dandang.web.sparql_formats import FORMATS, accepted
from dandang.web.sparql_pool import Pool, Stream

Headers = tuple[tuple[str, str], ...]
_LONGEST_ACCEPT = 1000


class Way(NamedTuple):
    """How a client asks: the address it asks at, and the endings of the formats it gets for rows and for graphs; None where it accepts none."""

    base: str
    results: str | None
    graph: str | None


class Direct:
    """Answers plain requests to the SPARQL endpoint of an app whose store is not written to."""

    def __init__(self, app: Flask, pool: Pool) -> None:
        self._app = app
        self._pool = pool
        self._ways: Cache[Way | str] = Cache(1024 * 1024)
        #: What the view sends beside an answer, by content type.
        self._headers: dict[str, Headers] = {}

    def plain(self, environ: dict[str, Any]) -> bool:
        """Whether a request is one of those answered here."""
        asked = environ.get("QUERY_STRING", "")
        return bool(
            environ.get("PATH_INFO") == "/sparql"
            and environ["REQUEST_METHOD"] == "GET"
            and environ.get("SERVER_PROTOCOL") == "HTTP/1.1"
            and asked.startswith("query=")
            and "&" not in asked
            and not self._pool.writable
            and len(environ.get("HTTP_ACCEPT", "")) < _LONGEST_ACCEPT
        )

    def find(self, environ: dict[str, Any]) -> tuple[str, Headers, Iterable[bytes]] | None:
        """Status, headers and body for a plain request; None where the view is to answer. Raises what the view would."""
        query, way = unquote_plus(environ["QUERY_STRING"][len("query=") :]), self.way(environ)
        environ[QUERY] = query
        if way is None or "\ufffd" in query or not query.strip() or not self._shown(way):
            return None
        job = allowed(query, self._pool, hosts=self._app.config["ALLOW_SERVICE"], base=way.base)
        result = self._pool.stream(job._replace(results=way.results or "json", graph=way.graph or "ttl"))
        assert result is not None
        headers = self._headers.get(FORMATS[result.format])
        if headers is None or (way.graph if result.kind == "graph" else way.results) is None:
            # The first of its kind: the view shows how it is sent. Or none that the client accepts: the view tells it so.
            if isinstance(result, Stream):
                result.pieces.close()
            return None
        if isinstance(result, Stream):
            return "200 OK", headers, result.pieces
        return "200 OK", (*headers, ("Content-Length", str(len(result.body)))), [result.body]

    def _shown(self, way: Way) -> bool:
        """Whether the view has shown how an answer to such a client is sent."""
        return FORMATS[way.results or "json"] in self._headers or FORMATS[way.graph or "ttl"] in self._headers

    def learn(self, headers: Headers) -> None:
        """Notes the headers of an answer of the view to a plain request."""
        kept = tuple(pair for pair in headers if pair[0].lower() != "content-length")
        self._headers[next((value for name, value in headers if name.lower() == "content-type"), "")] = kept

    def way(self, environ: dict[str, Any]) -> Way | None:
        """How a client asks that sends a plain request; None for one that gets the page."""
        key = environ.get("wsgi.url_scheme"), environ.get("HTTP_HOST"), environ.get("HTTP_ACCEPT", "")
        found = self._ways.get(key)
        if found is None:
            with self._app.request_context(dict(environ)):
                found = "view" if prefers_page() else Way(request.base_url, *accepted())
            self._ways.put(key, found, sum(len(part or "") for part in key))
        return found if isinstance(found, Way) else None
