"""The web application."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date
from pathlib import Path
from secrets import token_hex
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

from dandang import resources
from dandang.web import delivery, helpers, problems, routing, security
from dandang.web.direct import Direct
from dandang.web.environment import PageEnvironment
from dandang.web.express import Express
from dandang.web.incoming import AnyRequest
from dandang.web.library import Library, load_library, served_digest
from dandang.web.limits import RateLimiter
from dandang.web.metrics import Metrics
from dandang.web.pages import BLUEPRINTS
from dandang.web.sparql_jobs import Content, content_of
from dandang.web.sparql_pool import Pool
from dandang.web.sparql_service import with_description
from dandang.web.sparql_store import StoreFile

DEFAULTS: dict[str, Any] = {
    "MAX_CONTENT_LENGTH": 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
    "QUERY_SECONDS": 10.0,
    "QUERY_WORKERS": 4,
    "QUERY_SLOW": 4,
    "DATA": None,
    #: Whether the shapes for reports are compiled in the background: seconds once, a fraction of a millisecond a case.
    "COMPILED_SHAPES": False,
    "SCRATCH": False,
    #: Requests a second that one client may make; 0 is no limit. This machine itself has none.
    "RATE": 0.0,
    #: Addresses of proxies that are believed about the client.
    "TRUSTED_PROXIES": (),
    #: Memory for answers that are kept.
    "CACHE_BYTES": 64 * 1024 * 1024,
    #: Whether `/metrics` is for everyone.
    "PUBLIC_METRICS": False,
    #: A StoreFile that may be written to, the Token that changes need, and the hosts that SERVICE may ask.
    "STORE": None,
    "UPDATE_TOKEN": None,
    "ALLOW_SERVICE": (),
}


def create_app(config: Mapping[str, Any] | None = None, *, metrics: Metrics | None = None) -> Flask:
    """The app, which counts in `metrics` where it is given. `DATA` is a folder with further policy files, `QUERY_SECONDS` the time one SPARQL query may take.

    With `SCRATCH` the SPARQL endpoint has an empty store that may be written to, for this machine only; with `STORE` one in
    a file, made of the data that is shipped.
    """
    app = Flask("dandang.web", template_folder=str(resources.web_folder("templates")), static_folder=None)
    app.request_class = AnyRequest
    app.jinja_environment = PageEnvironment
    app.config.update(DEFAULTS, **(config or {}))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    library = load_library(Path(app.config["DATA"]) if app.config["DATA"] else None)
    app.extensions["dandang"] = library
    app.extensions["dandang-pool"] = pool = _pool(app.config, library)
    if pool.writable and app.config["UPDATE_TOKEN"] is None:
        # A page elsewhere must not reach the store by giving this machine another name.
        app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1"]
    for part in (delivery, routing, security, problems, helpers):
        part.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    metrics = metrics or Metrics()
    pool.observe = metrics.query
    outside = delivery.Delivery(
        app.wsgi_app,
        version=_version(app),
        metrics=metrics,
        limiter=RateLimiter(app.config["RATE"]),
        trusted=app.config["TRUSTED_PROXIES"],
        capacity=app.config["CACHE_BYTES"],
    )
    outside.direct = direct = Direct(app, pool)
    # What is written to, and what a proxy says, is for the ordinary way.
    plain = not pool.writable and not app.config["TRUSTED_PROXIES"]
    outside.express = app.extensions["dandang-express"] = Express(outside, direct, pool) if plain else None
    app.extensions["dandang-delivery"] = outside
    app.wsgi_app = outside  # type: ignore[assignment, method-assign]
    return app


def _pool(config: Mapping[str, Any], library: Library) -> Pool:
    """The query processes with the data that is shipped, with a store of their own in a file, or with an empty one."""
    store: StoreFile | None = config["STORE"]

    def shipped() -> Content:
        return content_of(with_description(library.quads()))

    content = shipped if store is None else lambda: store.content(shipped)
    pool = Pool(
        Content if config["SCRATCH"] else content,
        seconds=config["QUERY_SECONDS"],
        size=config["QUERY_WORKERS"],
        slow=config["QUERY_SLOW"],
        writable=config["SCRATCH"] or store is not None,
        union=not config["SCRATCH"],
        save=store.save if store else None,
    )
    if store:
        # A broken file is told before anything is served.
        assert pool.dataset
    return pool


def _version(app: Flask) -> Callable[[], Hashable]:
    """What answers are made of: software, data, and the day, since a page may ask what is in force today.

    A store that can be written to is another one after each change, and in each process.
    """
    pool, served = query_pool(app), served_digest(app.config["DATA"])
    if not pool.writable:
        return lambda: (served, date.today())
    instance = token_hex(8)
    return lambda: (served, instance, pool.dataset.version, date.today())


def query_pool(app: Flask) -> Pool:
    """The processes that run the queries of strangers."""
    pool: Pool = app.extensions["dandang-pool"]
    return pool
