"""Where a case stands while it is being told: the verdict in a sentence, the clauses in play, the readings where they differ."""

from __future__ import annotations

from typing import NamedTuple

from dandang.messages import Text
from dandang.model import Assessment, Policy
from dandang.render.phrases import LION, VERDICTS, cautions, verdict_sentence, weighed
from dandang.web.views.report import Division, Line, divisions, sections_of

#: The states of clauses that are in play, as they are listed.
_IN_PLAY = ("applies", "could_apply")


class Standing(NamedTuple):
    """All that the panel beside the questions shows."""

    sentence: Text
    cautions: tuple[Text, ...]
    strict: Text | None
    lines: tuple[Line, ...]
    excluded: tuple[Line, ...]
    ended: tuple[Line, ...]
    open: int
    divided: tuple[Division, ...]
    lion: Text | None
    advisories: tuple[Text, ...]


def standing_of(assessment: Assessment, policy: Policy) -> Standing:
    """The panel for an assessment."""
    every = [line for section in sections_of(assessment, policy) for line in section.lines]
    lines = [line for line in every if line.state != "open"]
    strict = assessment.readings["strict"]
    lion = assessment.lion.outcome
    return Standing(
        verdict_sentence(assessment, policy),
        cautions(assessment),
        VERDICTS[strict] if strict != assessment.verdict else None,
        tuple(line for line in lines if line.state in _IN_PLAY),
        tuple(line for line in lines if line.state == "excluded"),
        tuple(line for line in lines if line.state == "not_in_force"),
        len(every) - len(lines),
        tuple(divisions(every, policy)),
        LION[lion] if lion != "open" or assessment.case.cadre.on_list else None,
        weighed(assessment),
    )
