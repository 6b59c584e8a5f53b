"""Checks case files and policy data against the SHACL shapes. The only importer of pyshacl.

A case is checked as a graph beside the parts of the policy graph that the shapes read; what comes back are findings with
the place in the file, in both languages, and with the clauses they rest on. The engines are imported when first used.
"""

from __future__ import annotations

from dandang.validation.checking import CaseValidator, validate_case, validate_policy, without_data
from dandang.validation.rules import SHAPES, case_rules

__all__ = ["SHAPES", "CaseValidator", "case_rules", "validate_case", "validate_policy", "without_data"]
