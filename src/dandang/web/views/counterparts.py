"""The clauses that answer those a case has come under: told of an exemption's setting, a clerk is shown the circumstances that the exemption is the
counterpart of, and the other way round. Nothing is concluded from a counterpart; it is only worth looking at while the verdict is open."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from dandang.model import Assessment, Clause, Mirror, Policy
from dandang.web.views.picks import Pick, pick_of, settings_of

#: Verdict → the kinds of clauses that could still change it.
_OPEN_TO = {
    "undetermined": ("AccountabilityCircumstance", "ExemptionClause"),
    "accountable_unless_exempted": ("ExemptionClause",),
}


class Answered(NamedTuple):
    """A clause of the case, and what tells its counterpart from it."""

    clause: Clause
    mirror: Mirror


class Counterpart(NamedTuple):
    """A clause whose setting the case does not state, the clauses that it answers, and the facts that would be its setting."""

    clause: Clause
    answered: tuple[Answered, ...]
    picks: tuple[Pick, ...]


def counterparts_of(assessment: Assessment, policy: Policy, known: Collection[str]) -> tuple[Counterpart, ...]:
    """The counterparts worth looking at, the surest first; `known` are fact types that have been answered, if only with “unknown”."""
    kinds = _OPEN_TO.get(assessment.verdict, ())
    found: dict[str, list[Answered]] = {}
    for told, other, mirror in _pairs(assessment, policy):
        if policy.clauses[other].kind in kinds:
            found.setdefault(other, []).append(Answered(policy.clauses[told], mirror))
    made = (
        Counterpart(policy.clauses[iri], tuple(answered), tuple(_picks(policy.clauses[iri], known, policy)))
        for iri, answered in found.items()
    )
    return tuple(sorted((one for one in made if one.picks), key=lambda one: _rank(one, policy)))


def _pairs(assessment: Assessment, policy: Policy) -> Iterator[tuple[str, str, Mirror]]:
    """A clause whose setting the case states, and its counterpart, whose setting it does not."""
    values = {fact.type: fact.value for fact in assessment.case.facts}
    for mirror in policy.mirrors:
        for told, other in ((mirror.exemption, mirror.circumstance), (mirror.circumstance, mirror.exemption)):
            answer = assessment.answers.get(other)
            if answer and answer.state == "open" and _is_told(policy.clauses[told], values):
                yield told, other, mirror


def _is_told(clause: Clause, values: Mapping[str, bool | None]) -> bool:
    return any(values.get(leaf.fact) is leaf.required for leaf, _ in settings_of(clause.condition))


def _picks(clause: Clause, known: Collection[str], policy: Policy) -> Iterator[Pick]:
    for leaf, _ in settings_of(clause.condition):
        if leaf.fact not in known:
            yield pick_of(("+" if leaf.required else "-") + leaf.fact, (clause,), policy)


def _rank(one: Counterpart, policy: Policy) -> tuple[int, str, int]:
    scale = policy.schemes.get("certainty", ())
    sure = min(
        scale.index(item.mirror.certainty) if item.mirror.certainty in scale else len(scale) for item in one.answered
    )
    return sure, one.clause.document, one.clause.ordinal
