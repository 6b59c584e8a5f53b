"""Case + policy → assessment: an explanation, and an outcome folded from it."""

from __future__ import annotations

from dandang.assessment.advice import irrelevant_facts, next_questions, open_questions, settles, verdict_changes
from dandang.assessment.case import assess, assess_under
from dandang.assessment.logic import all_of, any_of
from dandang.assessment.rules import Rules

__all__ = [
    "Rules",
    "all_of",
    "any_of",
    "assess",
    "assess_under",
    "irrelevant_facts",
    "next_questions",
    "open_questions",
    "settles",
    "verdict_changes",
]
