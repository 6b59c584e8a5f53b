"""One case at a time by the compiled shapes: what a server does for each report."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from dandang.bulk.program import Program, Speller, results
from dandang.cases import ReadCase
from dandang.model import Finding, Policy
from dandang.validation import CaseValidator
from dandang.validation.checking import by_line, told_by_reading
from dandang.validation.places import Locator


class SingleChecker:
    """The case shapes worked out once: making it takes seconds, a case then a fraction of a millisecond. Threads may share it."""

    def __init__(self, policy: Policy, quads: Iterable[ox.Quad]) -> None:
        """`quads` is the policy data that `policy` was read from."""
        self._validator = CaseValidator(policy, quads)
        self._program = Program(self._validator)

    def check(self, read: ReadCase, *, today: str) -> list[Finding] | None:
        """The findings of `CaseValidator` on one case, derived facts included; None for a case that only an engine can check."""
        said = Speller(self._program, today=today).facts(read.case)
        if said is None:
            return None
        locator = Locator(read.case)
        hits = results(self._program.hits(said), said, read.case)
        found = (self._validator.finding(result, locator) for result in hits)
        kept = [finding for finding in found if not told_by_reading(finding, read.findings)]
        return sorted([*read.findings, *kept], key=by_line)
