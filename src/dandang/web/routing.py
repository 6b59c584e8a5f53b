"""Pages in two languages: one rule, three addresses.

`page("/clauses/<name>")` answers `/zh/clauses/…` and `/en/clauses/…`; the bare address sends a reader on by
Accept-Language, and a program that prefers RDF to the data of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any, TypeAlias

from flask import Blueprint, Flask, current_app, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from dandang.web.addresses import data_url, encoded
from dandang.web.language import negotiated
from dandang.web.library import Library
from dandang.web.media import rdf_ending

View: TypeAlias = Callable[..., Any]


def library() -> Library:
    """The library of the running app."""
    found: Library = current_app.extensions["dandang"]
    return found


def page(
    blueprint: Blueprint, rule: str, *, methods: Sequence[str] = ("GET",), bare: bool = True, fixed: bool = False
) -> Callable[[View], View]:
    """Registers a view for both languages and, unless the bare address is taken, the negotiating one. A `fixed` page is made once
    a day: the graph never changes while the app runs, and nothing but the address and the date goes into the page."""

    def register(view: View) -> View:
        shown = made_once(view) if fixed else view
        blueprint.add_url_rule(f"/<any(zh, en):lang>{rule}", view.__name__, shown, methods=list(methods))
        if bare:
            blueprint.add_url_rule(rule, f"{view.__name__}_bare", negotiate, methods=list(methods))
        return view

    return register


def made_once(view: View) -> View:
    """The view, whose page is kept until the day is over. Only addresses that have a page are kept, so there is an end to them;
    one with a query is made anew, since the page repeats it."""

    @wraps(view)
    def answer(**values: Any) -> Any:
        if request.query_string:
            return view(**values)
        kept: dict[str, tuple[str, str]] = current_app.extensions.setdefault("dandang-kept", {})
        today = date.today().isoformat()
        day, content = kept.get(request.path, ("", ""))
        if day == today:
            return content
        content = view(**values)
        if isinstance(content, str):
            kept[request.path] = today, content
        return content

    return answer


def negotiate(**_values: str) -> BaseResponse:
    """Sends a bare address on: to the RDF of the page, or to the page in the reader's language."""
    addresses = library().addresses
    path = request.path if addresses.iri(request.path) else addresses.full(request.path)
    ending = rdf_ending() if path else None
    if path and ending:
        return varied(redirect(data_url(path, ending), 303))
    return in_language(request.path)


def in_language(path: str) -> BaseResponse:
    """Sends the request to a path in the language it prefers, with its query."""
    query = request.query_string.decode("latin-1")
    target = f"/{negotiated()}{encoded(path)}" + (f"?{query}" if query else "")
    return varied(redirect(target, 302 if request.method in ("GET", "HEAD") else 307))


def varied(response: BaseResponse) -> BaseResponse:
    """The response, marked as depending on what the request accepts."""
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def install(app: Flask) -> None:
    """Takes the language out of the address before a view is called."""

    @app.url_value_preprocessor
    def pull_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.lang = values.pop("lang", None) if values else None
