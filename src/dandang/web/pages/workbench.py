"""`/case`: a case file in, a report out. The content is read, answered and forgotten: never in an address, a log or a file."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from dandang import resources
from dandang.assessment import assess
from dandang.cases import ReadCase, read_cases
from dandang.errors import InputError, RejectedCase
from dandang.model import Finding
from dandang.namespaces import CASES
from dandang.web.problems import Unsupported
from dandang.web.routing import library, page
from dandang.web.validators import validator
from dandang.web.views.report import Report, report_of

blueprint = Blueprint("workbench", __name__)

#: Content type of a bare body → how it is read.
_SYNTAXES = {
    "application/yaml": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
    "text/plain": "",
    "application/json": "json",
    "application/ld+json": "jsonld",
    "text/turtle": "turtle",
}
_CHOICES = ("", "yaml", "json", "jsonld", "turtle")
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
#: Reports are long; a file with more cases than this is for the command line.
MOST_CASES = 10


#: The example that the form offers to fill in.
EXAMPLE = "2018-029"


@page(blueprint, "/case")
def form() -> str:
    """The form; `example` fills in an example case, which is public."""
    content = _example(request.args.get("example", ""))
    return render_template("case-form.html", content=content, syntax="", error=None, example=EXAMPLE)


@page(blueprint, "/case", methods=("POST",))
def report() -> Response:
    """The report on what was sent, or the form again with what is wrong."""
    content, name, syntax = _sent()
    try:
        read = read_cases(content, library().policy, name=name, syntax=syntax)
    except InputError as error:
        if request.mimetype not in _FORMS:
            raise
        return _again(content, syntax, error)
    reports = [_report(item) for item in read[:MOST_CASES]]
    shown = render_template("case-report.html", reports=reports, left=len(read) - len(reports))
    answered = any(found for _, _, found in reports)
    response = make_response(shown, 200 if answered else RejectedCase.http_status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _example(identifier: str) -> str:
    """The text of an example case; empty for any other name."""
    if CASES + identifier not in library().cases:
        return ""
    files = (path for path in resources.case_files() if path.name.startswith(f"{identifier}-"))
    return next((path.read_text(encoding="utf-8") for path in files), "")


def _report(read: ReadCase) -> tuple[ReadCase, tuple[Finding, ...], Report | None]:
    """A case with its findings; a report too, unless a mistake makes an answer impossible."""
    policy = library().policy
    findings = tuple(validator().check([read])[0])
    if any(finding.severity == "error" for finding in read.findings):
        return read, findings, None
    return read, findings, report_of(assess(read.case, policy), policy, findings)


def _sent() -> tuple[bytes, str, str]:
    """The bytes, the file's name and the syntax of what was sent."""
    if request.mimetype in _FORMS:
        syntax = request.form.get("syntax", "")
        syntax = syntax if syntax in _CHOICES else ""
        file = request.files.get("file")
        if file and file.filename:
            return file.read(), file.filename, syntax
        return request.form.get("case", "").encode(), "", syntax
    if request.mimetype not in _SYNTAXES:
        raise Unsupported(
            f"不支持 {request.mimetype or '未写明的内容类型'}",
            f"{request.mimetype or 'a body without a type'} is not understood",
            hint=(f"可用：{'、'.join(_SYNTAXES)}", f"use one of {', '.join(_SYNTAXES)}"),
        )
    return request.get_data(), "", _SYNTAXES[request.mimetype]


def _again(content: bytes, syntax: str, error: InputError) -> Response:
    """The form with the error; the text stays, so that it can be mended."""
    text = content.decode("utf-8", "replace")
    filled = render_template("case-form.html", content=text, syntax=syntax, error=error, example=EXAMPLE)
    response = make_response(filled, error.http_status)
    response.headers["Cache-Control"] = "no-store"
    return response
