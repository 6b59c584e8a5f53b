"""The competency questions as forms: parameters in, a table out, the query shown."""

from __future__ import annotations

from functools import cache, lru_cache

from flask import Blueprint, Response, render_template, request

from dandang.catalogue import Question, ask, bind, questions, without_header
from dandang.errors import InputError
from dandang.model import Table
from dandang.render.tables import localised, table_csv, table_json, table_xlsx
from dandang.web.language import language
from dandang.web.pages.examples import by_theme
from dandang.web.problems import NoSuchPage
from dandang.web.routing import library, page
from dandang.web.sparql_examples import asks_of_endpoint
from dandang.web.sparql_formats import RESULTS, XLSX
from dandang.web.stores import store_for
from dandang.web.views.answers import answer_of
from dandang.web.views.parameters import fields_of

blueprint = Blueprint("questions", __name__)

MOST_ROWS = 300
#: Types of parameters that take any text.
_TYPED = ("fact", "facts", "string", "iri")


@page(blueprint, "/questions/", fixed=True)
def index() -> str:
    """All questions, by theme."""
    return render_template("questions.html", questions=_all(), themes=by_theme(_all()))


@page(blueprint, "/questions/<name>")
def question(name: str) -> tuple[str, int]:
    """One question with the answer for its parameters."""
    asked = _found(name)
    values = _values(asked)
    answer, total, error, query = None, 0, None, asked.text
    try:
        query = bind(asked, values, library().policy)
        table = _answered(asked, values)
        total = len(table.rows)
        answer = answer_of(table._replace(rows=table.rows[:MOST_ROWS]), asked, library().policy, language())
    except InputError as found:
        error = found
    content = render_template(
        "question.html",
        question=asked,
        runs=asks_of_endpoint(asked),
        fields=fields_of(asked, values, library(), language()),
        values=values,
        answer=answer,
        total=total,
        most=MOST_ROWS,
        error=error,
        query=without_header(query),
    )
    return content, error.http_status if error else 200


@blueprint.get("/data/questions/<name>.<any(csv, json, xlsx):ending>")
def answer(name: str, ending: str) -> Response:
    """The answer as a file: CSV and JSON with every column, XLSX for a reader of `lang`."""
    asked = _found(name)
    table = _answered(asked, _values(asked))
    lang = "en" if request.args.get("lang") == "en" else "zh"
    if ending == "xlsx":
        shown = localised(table, {column.name: column.label for column in asked.columns}, lang)
        response = Response(table_xlsx(shown, sheet=asked.id), content_type=XLSX)
    else:
        response = Response(table_csv(table) if ending == "csv" else table_json(table), content_type=RESULTS[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="{asked.name}.{ending}"'
    return response


@cache
def _all() -> tuple[Question, ...]:
    return questions()


def _found(name: str) -> Question:
    """The question of a whole name: an address has one spelling."""
    for asked in _all():
        if asked.name == name:
            return asked
    raise NoSuchPage(f"没有问题 {name}", f"there is no question {name}")


def _values(asked: Question) -> dict[str, str]:
    """The parameters of the request. A list that the form leaves empty keeps its default; a word that it leaves empty is asked for, not
    put in its place."""
    single = {parameter.name for parameter in asked.parameters if parameter.type != "facts"}
    return {key: value for key, value in request.args.items() if key != "lang" and (value.strip() or key in single)}


def _answered(asked: Question, values: dict[str, str]) -> Table:
    """The answer; kept where the parameters are a choice among what the graph has. What people type is not kept."""
    if any(parameter.type in _TYPED for parameter in asked.parameters):
        shelf = library()
        return ask(store_for(asked, shelf), asked, values, shelf.policy)
    return _kept(asked.name, tuple(sorted(values.items())), library().policy.digest)


@lru_cache(maxsize=256)
def _kept(name: str, values: tuple[tuple[str, str], ...], _dataset: str) -> Table:
    asked, shelf = _found(name), library()
    return ask(store_for(asked, shelf), asked, dict(values), shelf.policy)
