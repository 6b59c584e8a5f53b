"""dandang 担当: a policy knowledge graph of Wuhan's "1+3" cadre documents, with answers that cite their words.

    policy = load_policy()
    case = read_file("case.yaml", policy)[0].case
    answer = assess(case, policy)

    for checked in validate("cases.nq.gz", workers=2):
        print(checked.id, checked.findings)

The names below are loaded when first used: `import dandang` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from dandang.assessment import assess
    from dandang.bulk import assess_files, validate
    from dandang.cases import read_cases, read_file
    from dandang.policy import load_policy

__all__ = ["__version__", "assess", "assess_files", "load_policy", "read_cases", "read_file", "validate"]

_HOMES = {
    "assess": "dandang.assessment",
    "assess_files": "dandang.bulk",
    "load_policy": "dandang.policy",
    "read_cases": "dandang.cases",
    "read_file": "dandang.cases",
    "validate": "dandang.bulk",
}


def __getattr__(name: str) -> Any:
    """The public functions, imported from their modules on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dandang' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
