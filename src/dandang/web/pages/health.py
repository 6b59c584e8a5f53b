"""Is it up, and the static files."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from dandang import __version__, resources
from dandang.web.pages.common import missing
from dandang.web.routing import library

blueprint = Blueprint("health", __name__)
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@blueprint.get("/healthz")
def healthz() -> Response:
    """The version and the dataset that is being served."""
    return jsonify(status="ok", software=__version__, dataset=library().policy.digest)


@blueprint.get("/static/<path:file>")
def static(file: str) -> Response:
    """A file of web/static; with its digest in the address it may be kept for ever."""
    path = resources.static_file(file)
    if path is None or path.suffix not in _TYPES:
        raise missing(request.path)
    response = Response(path.read_bytes(), content_type=_TYPES[path.suffix])
    if "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
