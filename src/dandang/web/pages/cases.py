"""The example cases with their assessment."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from flask import Blueprint, render_template

from dandang.assessment import assess_under
from dandang.model import Assessment, Finding
from dandang.web.library import Library
from dandang.web.pages.common import page_query, query_of, requested_iri
from dandang.web.routing import library, page
from dandang.web.validators import findings_on
from dandang.web.views.case_form import form_of_case
from dandang.web.views.report import report_of

blueprint = Blueprint("cases", __name__)


@page(blueprint, "/cases/", fixed=True)
def index() -> str:
    """All example cases with their verdicts."""
    shelf = library()
    cases = [(iri, read.case, _assessed(iri, shelf)) for iri, read in shelf.cases.items()]
    return render_template("cases.html", cases=cases, query=page_query("cases"))


@page(blueprint, "/cases/<identifier>", fixed=True)
def case(identifier: str) -> str:
    """One example case: what it states, and the report with the findings that a case of one's own would get."""
    iri, shelf = requested_iri(), library()
    report = report_of(
        _assessed(iri, shelf), shelf.policy, _findings(iri, shelf.policy.digest, date.today().isoformat())
    )
    form = form_of_case(shelf.cases[iri].case, shelf.policy)
    return render_template("case.html", iri=iri, report=report, form=form, query=query_of(iri, "case"))


def _assessed(iri: str, shelf: Library) -> Assessment:
    """The assessment of an example case: made once a day, since the graph never changes but the receipt is dated."""
    return _made(iri, shelf.policy.digest, date.today().isoformat())


@lru_cache(maxsize=256)
def _findings(iri: str, _dataset: str, today: str) -> tuple[Finding, ...]:
    return findings_on(library().cases[iri], today=today)


@lru_cache(maxsize=256)
def _made(iri: str, _dataset: str, today: str) -> Assessment:
    shelf = library()
    return assess_under(shelf.rules, shelf.cases[iri].case, today=today)
