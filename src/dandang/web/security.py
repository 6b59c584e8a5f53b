"""Headers that keep a page to itself: no script or style but our own, no other host, no referrer."""

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
#: Data is public and read-only: pages of other sites may fetch it. Pages and case reports they may not.
_OPEN = ("/data/", "/sparql", "/id/", "/ontology")


def install(app: Flask) -> None:
    """Adds the headers to every response."""

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith(_OPEN):
            response.headers.setdefault("Access-Control-Allow-Origin", "*")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-cache")
        return response
