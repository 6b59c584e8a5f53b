"""What a request says of a case: the workbench's form, a pasted or uploaded case file, or a bare body. Kept nowhere."""

from __future__ import annotations

from typing import NamedTuple

from flask import request

from dandang.cases import ReadCase, accepted, read_stated
from dandang.cases.files import is_workbook
from dandang.cases.foreign import foreign_kind
from dandang.cases.reading import RDF_SYNTAXES, syntax_told
from dandang.errors import DandangError, UnreadableFile
from dandang.web.problems import Unsupported
from dandang.web.routing import library
from dandang.web.views.case_form import CaseForm, form_of_case, form_of_values, read_form

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
#: Content type of a bare body → how it is read.
SYNTAXES = {
    "application/yaml": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
    "text/plain": "",
    "application/json": "json",
    "application/ld+json": "jsonld",
    "text/turtle": "turtle",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
#: What the field for the format may hold; empty lets the content tell.
CHOICES = {"": ("自动识别", "detect"), "yaml": ("YAML",) * 2, "json": ("JSON",) * 2, "jsonld": ("JSON-LD",) * 2}
CHOICES |= {"turtle": ("Turtle",) * 2, "csv": ("CSV",) * 2}


class ForeignOrigin(DandangError):
    """A form that another site sent in a reader's name."""

    code = "foreign-origin"
    http_status = 403


class File(NamedTuple):
    """A case file as it was sent."""

    content: bytes
    name: str = ""
    syntax: str = ""

    def read(self) -> list[ReadCase]:
        """Its cases as stated. Raises InputError."""
        if not (self.content.strip() or self.name) and is_form():
            raise UnreadableFile(
                "没有贴上案件，也没有选文件",
                "nothing was pasted, and no file was chosen",
                hint=("贴上案件的内容，或者选一个文件", "paste a case, or choose a file"),
            )
        words = library().vocabulary
        return read_stated(self.content, words.policy, name=self.name, syntax=self.syntax, vocabulary=words)

    @property
    def is_graph(self) -> bool:
        """Whether it is in a syntax of RDF, so that keys of YAML mean nothing to who wrote it."""
        return syntax_told(self.content, self.name, self.syntax) in RDF_SYNTAXES

    def text(self) -> str:
        """Its text, for the form to show again; nothing for a workbook or another file that is no text."""
        if is_workbook(self.content) or b"\0" in self.content or foreign_kind(self.content):
            return ""
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return self.content.decode(encoding)
            except UnicodeDecodeError:
                continue
        return self.content.decode("utf-8", "replace")


def refuse_foreign() -> None:
    """Raises ForeignOrigin where the browser says that another site sends the form.

    Nothing is stored and there is no session to misuse, but no other site should put words into a page of ours.
    """
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise ForeignOrigin(
            "这份表单来自别的网站，没有处理",
            "this form was sent by another site and was not looked at",
            hint=("请在本站的“核对案件”页面填写。", "Use the page “Check a case” of this site."),
        )


def is_form() -> bool:
    """Whether the body is a form of a page."""
    return request.mimetype in FORMS


def sent_file() -> File:
    """The case file of the request: uploaded, pasted, or the body itself. Raises Unsupported."""
    if is_form():
        syntax = request.form.get("syntax", "")
        syntax = syntax if syntax in CHOICES else ""
        file = request.files.get("file")
        if file and file.filename:
            return File(file.read(), file.filename, syntax)
        return File(request.form.get("case", "").encode(), "", syntax)
    if request.mimetype not in SYNTAXES:
        raise Unsupported(
            f"不支持 {request.mimetype or '未写明的内容类型'}",
            f"{request.mimetype or 'a body without a type'} is not understood",
            hint=(f"可用：{'、'.join(SYNTAXES)}", f"use one of {', '.join(SYNTAXES)}"),
        )
    return File(request.get_data(), "", SYNTAXES[request.mimetype])


def sent_form() -> CaseForm:
    """The form of the request; a case file as a bare body is as good. Raises InputError, Unsupported."""
    if is_form():
        return form_of_values(request.form)
    return form_of_case(accepted(sent_file().read())[0], library().policy)


def case_of(form: CaseForm) -> ReadCase:
    """The case that a form states, with its mistakes."""
    return read_form(form, library().vocabulary)
