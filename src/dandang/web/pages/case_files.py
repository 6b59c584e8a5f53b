"""Case files in and out: `POST /case` reads one, `/case/report` reports on what the form holds, `/case/file` gives it as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, Response, make_response, render_template, request

from dandang.assessment import assess_under, next_questions
from dandang.cases import ReadCase
from dandang.cases.graph import case_turtle
from dandang.cases.sheet_writing import case_workbook
from dandang.cases.writing import case_json, case_jsonld, case_yaml
from dandang.errors import InputError, RejectedCase
from dandang.model import Case, Finding
from dandang.web.case_requests import case_of, is_form, refuse_foreign, sent_file, sent_form
from dandang.web.language import language
from dandang.web.pages.workbench import keep_nothing, start_page, to_start, work_page
from dandang.web.routing import library, page
from dandang.web.validators import findings_on
from dandang.web.views.case_form import CaseForm, form_of_case, to_fill_in
from dandang.web.views.facts import use_counts
from dandang.web.views.report import Report, report_of

blueprint = Blueprint("case_files", __name__)
blueprint.before_request(refuse_foreign)
blueprint.after_request(keep_nothing)

#: Reports are long; a file with more cases than this is for the command line.
MOST_CASES = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Made(NamedTuple):
    """A case with its report, and the form that carries it on."""

    form: CaseForm
    report: Report


# --- in ---------------------------------------------------------------------------------------------------------------


@page(blueprint, "/case", methods=("POST",), bare=True)
def read() -> Response:
    """A case file, opened in the workbench or reported on; with mistakes, the form again with the text in it."""
    file = sent_file()
    try:
        found = file.read()
    except InputError as error:
        if not is_form():
            raise
        return make_response(start_page(file, error), error.http_status)
    mistakes = sorted((one for item in found for one in item.findings if one.severity == "error"), key=_line)
    if mistakes:
        if not is_form():
            raise RejectedCase(mistakes)
        return make_response(start_page(file, findings=tuple(mistakes)), RejectedCase.http_status)
    if request.form.get("do") == "open":
        return _opened(found)
    made = [_made(item) for item in found[:MOST_CASES]]
    if len(made) == 1 and file.is_graph:
        made = [_for_the_form(made[0])]
    return make_response(render_template("case-report.html", made=made, left=len(found) - len(made)))


def _line(finding: Finding) -> int:
    return (finding.place.line or 0) if finding.place else 0


def _opened(found: list[ReadCase]) -> Response:
    """The workbench with the case; where the file has several, the choice."""
    forms = [form_of_case(item.case, library().policy) for item in found[:MOST_CASES]]
    if len(forms) == 1:
        return work_page(forms[0], found[0].findings)
    return make_response(render_template("case-choose.html", forms=forms, left=len(found) - len(forms)))


# --- out --------------------------------------------------------------------------------------------------------------


@page(blueprint, "/case/report", methods=("GET", "POST"))
def report() -> Any:
    """The report on what the form holds, to read and to print."""
    if request.method == "GET":
        return to_start()
    form = sent_form()
    found = case_of(form)
    if found.findings:
        return work_page(form)
    made = _for_the_form(_made(found)._replace(form=form))
    return render_template("case-report.html", made=[made], left=0)


def _for_the_form(made: Made) -> Made:
    """The report with hints that speak of the form, which the page carries, and not of keys of a file."""
    return made._replace(report=made.report._replace(findings=to_fill_in(made.form, made.report.findings)))


def _made(read: ReadCase) -> Made:
    shelf = library()
    case = shelf.derivation.applied(read.case)
    findings = findings_on(read._replace(case=case))
    return Made(form_of_case(case, shelf.policy), report_of(assess_under(shelf.rules, case), shelf.policy, findings))


@page(blueprint, "/case/file", methods=("GET", "POST"))
def saved() -> Any:
    """What the form holds as a file to keep; without a case, the empty workbook."""
    if request.method == "GET":
        return _download(_workbook(Case(id=""), ask=tuple(library().policy.facts)), "case-form.xlsx", XLSX)
    form = sent_form()
    found = case_of(form)
    if found.findings:
        return work_page(form)
    wanted = request.values.get("format", "yaml")
    make, media = _WRITERS.get(wanted, _WRITERS["yaml"])
    ending = wanted if wanted in _WRITERS else "yaml"
    return _download(make(found.case), f"{found.case.id or 'case'}.{ending}", media)


def _download(content: bytes, name: str, media: str) -> Response:
    response = Response(content, content_type=media)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _workbook(case: Case, ask: tuple[str, ...] = ()) -> bytes:
    """The workbook with the facts that are still asked for below those that are known."""
    shelf = library()
    if not ask:
        waiting = next_questions(assess_under(shelf.rules, shelf.derivation.applied(case)), near=True)
        ask = tuple(question.fact for question in waiting)
    users = {fact: "、".join(clause.notation for clause in clauses) for fact, clauses in use_counts(shelf).items()}
    return case_workbook(case, shelf.vocabulary, language(), ask=ask, clauses=users)


_WRITERS: dict[str, tuple[Callable[[Case], bytes], str]] = {
    "yaml": (lambda case: case_yaml(case, library().vocabulary, language()).encode(), "application/yaml"),
    "xlsx": (_workbook, XLSX),
    "ttl": (lambda case: case_turtle([case]).encode(), "text/turtle; charset=utf-8"),
    "jsonld": (lambda case: case_jsonld(case).encode(), "application/ld+json"),
    "json": (lambda case: case_json(case, library().vocabulary, language()).encode(), "application/json"),
}
