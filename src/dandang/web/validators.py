"""The case validator of the running app, made when first needed: the SHACL engine takes a second to load."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from flask import current_app

from dandang.web.routing import library

if TYPE_CHECKING:
    from dandang.validation import CaseValidator

_LOCK = Lock()
_KEY = "dandang-validator"


def validator() -> CaseValidator:
    """The validator; threads share it."""
    with _LOCK:
        found: CaseValidator | None = current_app.extensions.get(_KEY)
        if found is None:
            from dandang.validation import CaseValidator

            shelf = library()
            found = current_app.extensions[_KEY] = CaseValidator(shelf.policy, shelf.policy_quads)
        return found
