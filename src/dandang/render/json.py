"""An assessment as the JSON of the contract (docs/case-file.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dandang.model import (
    Assessment,
    ClauseAnswer,
    Comparison,
    Explanation,
    FactCondition,
    MissingSet,
    Policy,
    Question,
)
from dandang.render.phrases import DISCLAIMER, INFERENCE, rests_on_inference, verdict_sentence


def assessment_json(
    answer: Assessment, policy: Policy, lang: str, *, questions: Sequence[Question] = ()
) -> dict[str, Any]:
    """One object per case; facts are `{"iri", "label", "value"}`, the value being the one that matters."""
    return {
        "case": answer.case.id,
        "title": answer.case.title,
        "verdict": answer.verdict,
        "sentence": verdict_sentence(answer, policy).in_(lang),
        "inference": INFERENCE.in_(lang) if rests_on_inference(answer) else None,
        "readings": dict(answer.readings),
        "clauses": {a.clause.notation: _clause(a, policy, lang) for a in answer.answers.values()},
        "sanctions": _sanctions(answer, policy, lang),
        "lion": _lion(answer, policy),
        "advisories": [
            {"kind": note.kind, "text": note.text.in_(lang), "about": list(note.about)} for note in answer.advisories
        ],
        "questions": [_question(question, policy, lang) for question in questions],
        "explanation": _explanation(answer.explanation, policy, lang),
        "receipt": {**answer.receipt._asdict(), "notice": DISCLAIMER.in_(lang)},
    }


def _question(question: Question, policy: Policy, lang: str) -> dict[str, Any]:
    return {
        "iri": question.fact,
        "label": policy.label(question.fact).in_(lang),
        "question": policy.facts[question.fact].question.in_(lang),
        "clauses": [policy.clauses[iri].notation for iri in question.clauses],
    }


def changes_json(changes: Iterable[tuple[str, Sequence[MissingSet]]], policy: Policy, lang: str) -> dict[str, Any]:
    """What would change the verdict: verdict → minimal sets."""
    return {verdict: [_facts(found, policy, lang) for found in sets] for verdict, sets in changes}


def _clause(answer: ClauseAnswer, policy: Policy, lang: str) -> dict[str, Any]:
    return {
        "iri": answer.clause.iri,
        "label": answer.clause.label.in_(lang),
        "state": answer.state,
        "route": _facts(answer.route, policy, lang) if answer.route else None,
        "missing": [_facts(found, policy, lang) for found in answer.missing],
        "excluded_by": _facts(answer.excluded_by, policy, lang),
        "readings": dict(answer.readings),
        "divided_by": list(answer.divided_by),
        "cites": list(answer.cites),
    }


def _facts(literals: MissingSet, policy: Policy, lang: str) -> list[dict[str, Any]]:
    return [_fact(literal, policy, lang) for literal in literals]


def _fact(literal: str, policy: Policy, lang: str) -> dict[str, Any]:
    iri = literal[1:]
    value = {"+": "yes", "-": "no", "*": "any", "~": "none"}[literal[0]]
    return {"iri": iri, "label": policy.label(iri).in_(lang), "value": value}


def _sanctions(answer: Assessment, policy: Policy, lang: str) -> dict[str, Any]:
    tracks = [a for a in answer.answers.values() if a.clause.kind == "SanctionTrack"]
    return {
        "tracks": {a.clause.notation: _track(a, policy, lang) for a in sorted(tracks, key=lambda a: a.clause.ordinal)},
        "decided": [
            {"iri": s.measure, "label": policy.label(s.measure).in_(lang), "on": s.on or None, "by": s.by or None}
            for s in answer.case.sanctions
        ],
    }


def _track(answer: ClauseAnswer, policy: Policy, lang: str) -> dict[str, Any]:
    effects = policy.effects_of(answer.clause)
    return {
        "state": answer.state,
        "modality": effects[0].modality.rsplit("/", 1)[-1] if effects else None,
        "measures": [
            {"iri": iri, "label": policy.label(iri).in_(lang)} for effect in effects for iri in effect.measures
        ],
        "closed": effects[0].closed if effects else None,
        "combinable_with": [policy.clauses[iri].notation for iri in answer.clause.combinable_with],
    }


def _lion(answer: Assessment, policy: Policy) -> dict[str, Any]:
    lion = answer.lion

    def notation(iri: str) -> str:
        return policy.clauses[iri].notation

    return {
        "on_list": lion.on_list,
        "outcome": lion.outcome,
        "by": [notation(iri) for iri in lion.by],
        "would_trigger": [
            {"clause": notation(clause), "by": notation(track), "through": kind, "certainty": "inference"}
            for clause, track, kind in lion.would_trigger
        ],
    }


_VALUE = {True: "true", False: "false", None: "unknown"}


def _explanation(node: Explanation, policy: Policy, lang: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "kind": node.kind,
        "about": node.about,
        "label": _label(node, policy, lang),
        "value": _VALUE[node.value],
    }
    if node.state:
        said["state"] = node.state
        said["quote"] = quote.iri if (quote := policy.clauses[node.about].quote) else None
    if node.operator:
        said["operator"] = node.operator
    if node.condition:
        said["condition"] = node.condition.iri
    if node.required is not None:
        said["required"] = "yes" if node.required else "no"
    if node.fact:
        said["fact"] = _stated(node, policy)
    if node.premises:
        said["premises"] = [_explanation(premise, policy, lang) for premise in node.premises]
    return said


def _stated(node: Explanation, policy: Policy) -> dict[str, Any]:
    fact = node.fact
    assert fact is not None
    value = "contested" if fact.contested else {True: "yes", False: "no", None: "unknown"}[fact.value]
    own = policy.facts.get(fact.type)
    details = {
        "value": value,
        "determination": own.determination if own else None,
        "evidence": fact.evidence,
        "found_by": fact.found_by,
        "on": fact.found_on,
        "derived_from": fact.derived_from,
    }
    return {key: value for key, value in details.items() if value not in ("", None)}


def _label(node: Explanation, policy: Policy, lang: str) -> str:
    if node.about in policy.clauses:
        return policy.clauses[node.about].label.in_(lang)
    if node.about in policy.facts or node.about in policy.names:
        return policy.label(node.about).in_(lang)
    return node.about.rsplit("#", 1)[-1]


def comparison_json(found: Comparison, policy: Policy, lang: str) -> dict[str, Any]:
    """Two clauses side by side; pairs are left and right."""

    def leaf(condition: FactCondition) -> dict[str, Any]:
        return _fact(("+" if condition.required else "-") + condition.fact, policy, lang)

    pairs = {"shared": found.shared, "contrary": found.contrary, "near": found.near}
    return {
        "left": found.left.notation,
        "right": found.right.notation,
        **{name: [[leaf(one), leaf(other)] for one, other in rows] for name, rows in pairs.items()},
        "only_left": [leaf(one) for one in found.only_left],
        "only_right": [leaf(one) for one in found.only_right],
        "distinction": [mirror.distinction.in_(lang) for mirror in found.mirrors],
    }
