"""What the first visitor of a page would wait for, made ready in the background: templates, the search index, the case shapes.

The pages are asked for as a visitor would ask, but within the app: nobody is counted, limited or logged for it. The case is a shipped example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

from flask import Flask

from dandang.messages import LANGUAGES
from dandang.web.library import Library
from dandang.web.validators import compile_shapes
from dandang.web.views.case_form import form_of_case

#: Pages that between them need every template and every index, those first that most people begin with.
PAGES = (
    "/",
    "/case",
    "/search?q=e7",
    "/search?q=wenze",
    "/clauses/",
    "/clauses/E4",
    "/documents/",
    "/documents/D3",
    "/questions/",
    "/questions/cq-01-exemptions-of-case",
    "/facts/",
    "/facts/verified-on-investigation",
    "/relations/",
    "/relations/e7-a11",
    "/compare",
    "/compare/A11/E7",
    "/matrix",
    "/map",
    "/framework",
    "/source",
    "/duties/",
    "/duties/taking-responsibility",
    "/concepts/",
    "/concepts/measure",
    "/ontology",
    "/circumstances/",
    "/rules/",
    "/rules/claim-excluded",
    "/things/lion-list",
    "/sparql",
    "/licences",
    "/no-such-page",
)
#: What is made of a case that is told.
STEPS = ("/case/standing", "/case/work", "/case/pick")


def steps(app: Flask) -> Iterator[Callable[[], None]]:
    """Everything to make ready, in parts of a moment each; only the shapes take seconds, and come late."""
    library: Library = app.extensions["dandang"]
    example = next(iter(library.cases))
    fields = dict(form_of_case(library.cases[example].case, library.policy).fields())
    show, tell = partial(_show, app), partial(_show, app, fields=fields)
    for page, lang in product(PAGES, LANGUAGES):
        yield partial(show, f"/{lang}{page}")
    for page, lang in product(STEPS, LANGUAGES):
        yield partial(tell, f"/{lang}{page}")
    if app.config["COMPILED_SHAPES"]:
        yield partial(compile_shapes, app)
    for lang in LANGUAGES:
        yield partial(tell, f"/{lang}/case/report")
        yield partial(show, f"/{lang}/cases/")
        yield partial(show, f"/{lang}{library.addresses.path(example)}")


def _show(app: Flask, address: str, fields: dict[str, str] | None = None) -> None:
    """Makes a page; with fields, as of a form that is sent."""
    method, headers = "GET" if fields is None else "POST", {"Accept": "text/html"}
    with app.test_request_context(address, method=method, data=fields, headers=headers):
        app.full_dispatch_request()
