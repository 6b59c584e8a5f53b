"""`/zh/sparql`: the query page for people. A query comes by form, as an example (`cq=01`) or packed into the address (`q=`)."""

from __future__ import annotations

from time import perf_counter
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, g, jsonify, render_template, request
from markupsafe import Markup

from dandang.errors import DandangError, UnknownName
from dandang.web.language import language
from dandang.web.pages import examples
from dandang.web.pages.sparql import answer_to
from dandang.web.permalinks import packed, unpacked
from dandang.web.routing import library, page
from dandang.web.sparql_formats import table_of
from dandang.web.views.results import Result, result_of
from dandang.web.views.turtle import linked, trimmed
from dandang.web.views.unknown_names import unknown_names
from dandang.web.views.vocabulary import vocabulary

blueprint = Blueprint("editor", __name__)

#: Rows, and characters of Turtle, that the page shows; the downloads have all.
MOST_ROWS = 500
MOST_TURTLE = 60_000


class Answered(NamedTuple):
    """What the page shows below the query; nothing where none was asked, or an error."""

    result: Result | None = None
    truth: bool | None = None
    graph: Markup | None = None
    cut: bool = False
    error: DandangError | None = None
    milliseconds: float = 0.0

    @property
    def empty(self) -> bool:
        """Whether nothing was found, where something may have been looked for under a wrong name."""
        return (self.result is not None and not self.result.rows) or self.truth is False


@page(blueprint, "/sparql", methods=("GET", "POST"), bare=False)
def editor() -> tuple[str, int]:
    """The editor with a query and its answer."""
    query, answered = "", Answered()
    try:
        query = _asked()
    except DandangError as found:
        answered = Answered(error=found)
    if query.strip():
        answered = _answered(query)
    # The other language shows the same query, also where it came by POST.
    g.page_query = {**_permalink(query)}
    content = render_template(
        "sparql.html",
        query=query,
        answered=answered,
        unknown=unknown_names(query, library()) if answered.empty else (),
        place=answered.error.place if answered.error else None,
        permalink=_permalink(query),
        themes=examples.themes(),
        example=examples.by_query().get(query.strip()),
        most=MOST_ROWS,
        seconds=current_app.config["QUERY_SECONDS"],
    )
    return content, answered.error.http_status if answered.error else 200


@blueprint.get("/data/vocabulary.json")
def words() -> Response:
    """Names and labels for completion; with the dataset's version in the address it may be kept for ever."""
    response = jsonify(vocabulary(library()))
    if "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _asked() -> str:
    """The query of the request. Raises BadParameter, and UnknownName for an example that is not there."""
    if key := request.args.get("cq"):
        found = examples.by_key().get(key)
        if found is None:
            raise UnknownName(f"没有例子 {key}", f"there is no example {key}")
        return found.query
    if word := request.args.get("q"):
        return unpacked(word)
    return request.values.get("query", "")


def _permalink(query: str) -> dict[str, str]:
    """The parameters that bring a query back: the shortest there are."""
    if not query.strip():
        return {}
    found = examples.by_query().get(query.strip())
    return {"cq": found.key} if found else {"q": packed(query)}


def _answered(query: str) -> Answered:
    start = perf_counter()
    try:
        answer = answer_to(query)
    except DandangError as found:
        return Answered(error=found)
    spent = (perf_counter() - start) * 1000
    if answer.kind == "graph":
        text = trimmed(answer.body.decode())
        shown = text if len(text) <= MOST_TURTLE else text[: text.rfind("\n", 0, MOST_TURTLE)]
        return Answered(graph=linked(shown, library(), language()), cut=shown != text, milliseconds=spent)
    table = table_of(answer.body)
    values: dict[str, Any] = {"milliseconds": spent}
    if answer.kind == "boolean":
        (((truth,),)) = table.rows
        return Answered(truth=truth is not None and truth.value == "true", **values)
    return Answered(result_of(table, library(), language(), MOST_ROWS), **values)
