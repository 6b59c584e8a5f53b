"""The checks of cases in the running app, made ready when first needed: the SHACL engine takes a second to load, the compiled shapes several."""

from __future__ import annotations

import logging
from datetime import date
from threading import Lock, Thread
from typing import TYPE_CHECKING

from flask import Flask, current_app

from dandang.cases import ReadCase
from dandang.model import Finding
from dandang.web.library import Library
from dandang.web.routing import library

if TYPE_CHECKING:
    from dandang.bulk.single import SingleChecker
    from dandang.validation import CaseValidator

log = logging.getLogger("dandang.web")

_LOCK = Lock()
_KEY, _COMPILED = "dandang-validator", "dandang-compiled-shapes"


def findings_on(read: ReadCase, *, today: str = "") -> tuple[Finding, ...]:
    """All findings on a case with its derived facts: by the compiled shapes once they are ready, until then by the engine."""
    day = today or date.today().isoformat()
    compiled = _compiled() if current_app.config["COMPILED_SHAPES"] else None
    found = compiled.check(read, today=day) if compiled else None
    return tuple(validator().check([read], today=day)[0] if found is None else found)


def validator() -> CaseValidator:
    """The validator; threads share it."""
    with _LOCK:
        found: CaseValidator | None = current_app.extensions.get(_KEY)
        if found is None:
            from dandang.validation import CaseValidator

            shelf = library()
            found = current_app.extensions[_KEY] = CaseValidator(shelf.policy, shelf.policy_quads)
        return found


def _compiled() -> SingleChecker | None:
    """The compiled shapes; the first to ask has them compiled in the background."""
    with _LOCK:
        if _COMPILED not in current_app.extensions:
            current_app.extensions[_COMPILED] = None
            app = current_app._get_current_object()  # type: ignore[attr-defined]
            Thread(target=_compile, args=(app, library()), daemon=True, name="compile-shapes").start()
        found: SingleChecker | None = current_app.extensions[_COMPILED]
        return found


def compile_shapes(app: Flask) -> None:
    """Compiles the shapes of an app here and now, unless they are being compiled already."""
    with _LOCK:
        if _COMPILED in app.extensions:
            return
        app.extensions[_COMPILED] = None
    _compile(app, app.extensions["dandang"])


def _compile(app: Flask, shelf: Library) -> None:
    from dandang.bulk.formula import NotCompilable
    from dandang.bulk.single import SingleChecker

    try:
        app.extensions[_COMPILED] = SingleChecker(shelf.policy, shelf.policy_quads)
    except NotCompilable as error:
        log.warning("the case shapes cannot be compiled, the engine checks reports: %s", error)
