"""`/case`: what happened → the questions that still matter → where every clause stands. What is sent is answered and forgotten: it is in no
address, log or file, and the next step sends all of it again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from dandang import resources
from dandang.assessment import assess_under
from dandang.cases import ReadCase
from dandang.errors import DandangError
from dandang.model import Finding
from dandang.namespaces import CASES
from dandang.web.addresses import url
from dandang.web.case_requests import CHOICES, File, case_of, refuse_foreign, sent_form
from dandang.web.language import language
from dandang.web.routing import library, page
from dandang.web.views.asked import questions_of
from dandang.web.views.case_form import CaseForm
from dandang.web.views.counterparts import counterparts_of
from dandang.web.views.picks import found, sections
from dandang.web.views.standing import standing_of

blueprint = Blueprint("workbench", __name__)
blueprint.before_request(refuse_foreign)

#: The example that the form offers to fill in.
EXAMPLE = "2018-029"
_EMPTY = CaseForm({})


@blueprint.after_request
def keep_nothing(response: Response) -> Response:
    """What was made of a case is kept by no browser and no proxy."""
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
    return response


@page(blueprint, "/case")
def form() -> str:
    """What happened, to pick from; or a case file. `example` fills in an example case, which is public."""
    return start_page(File(example_text(request.args.get("example", "")).encode()))


@page(blueprint, "/case/pick", methods=("GET", "POST"))
def pick() -> Any:
    """The same page with a case under way: what is known is carried along, what matches the search is shown."""
    if request.method == "GET":
        return to_start()
    return pick_page(sent_form(), request.form.get("find", "").strip(), set(request.form.getlist("pick")))


@page(blueprint, "/case/work", methods=("GET", "POST"))
def work() -> Any:
    """The questions that still matter, and where every clause stands."""
    if request.method == "GET":
        return to_start()
    return work_page(sent_form())


@page(blueprint, "/case/standing", methods=("GET", "POST"))
def standing() -> Any:
    """The parts of the page that change with an answer; for the script of the page."""
    if request.method == "GET":
        return to_start()
    form, _, values = answered(sent_form())
    return render_template("case-changing.html", form=form, **values)


# --- the pages, for other rooms too -----------------------------------------------------------------------------------


def start_page(file: File, error: DandangError | None = None, findings: tuple[Finding, ...] = ()) -> str:
    """The first page, with a case file's text and what is wrong with it."""
    return render_template(
        "case-start.html",
        form=_EMPTY,
        sections=sections(library()),
        shown=None,
        wanted="",
        picked=frozenset(),
        content=file.text(),
        lines=file.text().splitlines(),
        syntax=file.syntax,
        choices=CHOICES,
        error=error,
        findings=findings,
        example=EXAMPLE,
    )


def pick_page(form: CaseForm, wanted: str, picked: set[str]) -> str:
    """What else happened; facts that are known are not offered again."""
    shown = found(library(), wanted) if wanted else None
    return render_template(
        "case-pick.html",
        form=form._replace(facts=tuple(entry for entry in form.facts if f"{entry.value}:{entry.code}" not in picked)),
        sections=sections(library()),
        shown=shown,
        wanted=wanted,
        picked=picked,
    )


def work_page(form: CaseForm, findings: tuple[Finding, ...] = (), left: int = 0) -> Response:
    """The second page; with mistakes, it says them first."""
    form, read, values = answered(form)
    wrong = read.findings or findings
    shown = render_template("case-work.html", form=form, findings=wrong, left=left, more=more_sanctions(), **values)
    return make_response(shown, 400 if read.findings else 200)


def answered(form: CaseForm) -> tuple[CaseForm, ReadCase, dict[str, Any]]:
    """The form without what is not known here, the case it states, and the values of the parts that change with an answer."""
    shelf, read = library(), case_of(form)
    form = form._replace(facts=tuple(entry for entry in form.facts if entry.iri in shelf.policy.facts))
    case = shelf.derivation.applied(read.case)
    assessment = assess_under(shelf.rules, case)
    known = {entry.iri for entry in form.facts}
    values = {
        "standing": standing_of(assessment, shelf.policy),
        "questions": questions_of(assessment, shelf, known),
        "counterparts": counterparts_of(assessment, shelf.policy, known),
        "derived": tuple(fact for fact in case.facts if fact.derived_from),
    }
    return form, read, values


def more_sanctions() -> int:
    """How many empty lines for measures are wanted."""
    return 2 if request.form.get("more") == "sanction" else 1


def to_start() -> BaseResponse:
    """A step that is only asked for, without a case, begins at the beginning."""
    return redirect(url("/case", language()), 303)


def example_text(identifier: str) -> str:
    """The text of an example case; empty for any other name."""
    if CASES + identifier not in library().cases:
        return ""
    files = (path for path in resources.case_files() if path.name.startswith(f"{identifier}-"))
    return next((path.read_text(encoding="utf-8") for path in files), "")
