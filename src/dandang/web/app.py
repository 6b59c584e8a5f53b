"""The web application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined

from dandang import resources
from dandang.web import helpers, problems, routing, security
from dandang.web.library import load_library
from dandang.web.pages import BLUEPRINTS
from dandang.web.sparql_pool import Pool
from dandang.web.sparql_service import with_description

DEFAULTS: dict[str, Any] = {
    "MAX_CONTENT_LENGTH": 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
    "QUERY_SECONDS": 10.0,
    "QUERY_WORKERS": 2,
    "DATA": None,
    "SCRATCH": False,
}


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The app. `DATA` is a folder with further policy files, `QUERY_SECONDS` the time one SPARQL query may take.

    With `SCRATCH` the SPARQL endpoint has an empty store that may be written to, for this machine only.
    """
    app = Flask("dandang.web", template_folder=str(resources.web_folder("templates")), static_folder=None)
    app.config.update(DEFAULTS, **(config or {}))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    library = load_library(Path(app.config["DATA"]) if app.config["DATA"] else None)
    app.extensions["dandang"] = library
    scratch: bool = app.config["SCRATCH"]
    app.extensions["dandang-pool"] = Pool(
        tuple if scratch else lambda: with_description(library.quads()),
        seconds=app.config["QUERY_SECONDS"],
        size=app.config["QUERY_WORKERS"],
        writable=scratch,
    )
    if scratch:
        # A page elsewhere must not reach the store by giving this machine another name.
        app.config["TRUSTED_HOSTS"] = ["localhost", "127.0.0.1"]
    for part in (routing, security, problems, helpers):
        part.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def query_pool(app: Flask) -> Pool:
    """The processes that run the queries of strangers."""
    pool: Pool = app.extensions["dandang-pool"]
    return pool
