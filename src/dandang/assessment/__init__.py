"""Case + policy → assessment: an explanation, and an outcome folded from it."""

from __future__ import annotations

from dandang.assessment.advice import irrelevant_facts, next_questions, settles, verdict_changes
from dandang.assessment.case import assess
from dandang.assessment.logic import all_of, any_of

__all__ = ["all_of", "any_of", "assess", "irrelevant_facts", "next_questions", "settles", "verdict_changes"]
