"""Headers that keep a page to itself: no script or style but our own, no other host, no referrer. And those that share the data."""

from __future__ import annotations

from flask import Flask, request
from werkzeug.wrappers import Response

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: Data is public, and pages of other sites may ask for it. Pages for people and case reports they may not.
_OPEN = ("/data/", "/sparql", "/graphs", "/.well-known/void", "/id/", "/ontology")
#: What such pages may read beside the answer, and send beside the question.
_SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Location, Retry-After, X-Request-Id",
}
_SENT = "Accept, Accept-Language, Authorization, Content-Type, If-None-Match"


def headers_of(path: str) -> dict[str, str]:
    """The headers that every answer at an address has."""
    return {**HEADERS, **(_SHARED if path.startswith(_OPEN) else {})}


def install(app: Flask) -> None:
    """Adds the headers to every response."""

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in headers_of(request.path).items():
            response.headers.setdefault(name, value)
        if request.method == "OPTIONS" and request.path.startswith(_OPEN):
            response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
            response.headers["Access-Control-Allow-Headers"] = _SENT
            response.headers["Access-Control-Max-Age"] = "86400"
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-cache")
        return response
