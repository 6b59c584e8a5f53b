"""The explorer: pages for people, RDF and SPARQL for machines."""

from __future__ import annotations

from dandang.web.app import create_app
from dandang.web.server import serve

__all__ = ["create_app", "serve"]
