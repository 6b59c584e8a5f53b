"""Is it up, how is it doing, and the static files."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, current_app, jsonify, request

from dandang import __version__, resources
from dandang.web.delivery import Delivery
from dandang.web.limits import is_local
from dandang.web.metrics import Gauge
from dandang.web.pages.common import missing
from dandang.web.problems import LocalOnly
from dandang.web.routing import library
from dandang.web.sparql_pool import Pool

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
    response = jsonify(status="ok", software=__version__, dataset=library().policy.digest)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Numbers for Prometheus; for this machine only, unless the operator opens them."""
    if not (current_app.config["PUBLIC_METRICS"] or is_local(request.environ)):
        raise LocalOnly(
            "这些数字只给本机看",
            "these numbers are for this machine only",
            hint=("要公开请用 dandang serve --metrics", "dandang serve --metrics opens them"),
        )
    outside: Delivery = current_app.extensions["dandang-delivery"]
    info = {"software": __version__, "dataset": library().policy.digest}
    body, content_type = outside.metrics.exposed(_gauges(outside), info)
    return Response(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def _gauges(outside: Delivery) -> Iterator[Gauge]:
    yield Gauge("dandang_cache_bytes", "Memory of kept answers.", outside.answers.bytes + outside.ready.bytes)
    yield Gauge("dandang_cache_answers", "Answers kept.", len(outside.answers))
    pool: Pool = current_app.extensions["dandang-pool"]
    counts = pool.counts()
    yield Gauge("dandang_query_workers_idle", "Query processes that wait for work.", counts.idle)
    yield Gauge("dandang_queries_quick", "Queries in quick places.", counts.quick)
    yield Gauge("dandang_queries_slow", "Queries in slow places.", counts.slow)
    yield Gauge("dandang_queries_waiting", "Queries that wait for a place.", counts.waiting)
    yield Gauge("dandang_queries_late", "Queries stopped at their deadline.", counts.late, counts=True)
    yield Gauge("dandang_queries_refused", "Queries refused because of too many.", counts.refused, counts=True)
    yield Gauge("dandang_query_workers_started", "Query processes started.", counts.started, counts=True)
    yield Gauge("dandang_dataset_quads", "Quads of the library.", sum(map(len, library().groups.values())))


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
