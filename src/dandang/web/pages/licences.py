"""The licences of what others wrote and the pages carry."""

from __future__ import annotations

import json
from typing import NamedTuple

from flask import Blueprint, render_template

from dandang import resources
from dandang.web.routing import page

blueprint = Blueprint("licences", __name__)


class Licence(NamedTuple):
    """A package of the built front end, with its SPDX expression and the words of its licence."""

    name: str
    version: str
    license: str
    text: str


@page(blueprint, "/licences", fixed=True)
def index() -> str:
    """Every package in the front end; none where it was left out."""
    path = resources.static_file("built/licences.json")
    found = json.loads(path.read_text(encoding="utf-8")) if path else []
    return render_template("licences.html", licences=[Licence(**package) for package in found])
