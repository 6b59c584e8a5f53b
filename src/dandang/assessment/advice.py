"""What to find out next: the sets of facts that would change the verdict, the facts that no longer matter, the best question.

All of it is read off the explanation: nothing here evaluates a rule in another way.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from functools import partial
from typing import TypeAlias

from dandang.assessment.case import VERDICTS
from dandang.assessment.explain import clauses_in
from dandang.assessment.logic import Literals, fold, minimal, negates, ways
from dandang.model import Assessment, ClauseAnswer, Explanation, MissingSet, Question, Truth

_Sets: TypeAlias = Callable[[Explanation, Truth], tuple[Literals, ...]]
#: A set of more facts than this is of no use to a person. Sets up to this size are complete and exact.
MOST_FACTS = 6


def verdict_changes(
    answer: Assessment, *, most: int = MOST_FACTS, among: Container[str] | None = None
) -> tuple[tuple[str, tuple[MissingSet, ...]], ...]:
    """For each other verdict that unknown facts could bring about: the minimal sets that would, complete up to `most` facts; with
    `among`, the sets of these facts alone."""
    return tuple(_changes(answer, *_parts(answer.explanation), partial(_ways, most=most, among=among), most))


def irrelevant_facts(answer: Assessment) -> tuple[str, ...]:
    """The fact types that are asked for and unknown, and that can no longer change the verdict."""
    mattering = {leaf.about for node in _undecided(answer) for leaf in _open_leaves(node)}
    return tuple(sorted(_unknown(answer.explanation) - mattering))


def next_questions(answer: Assessment, *, near: bool = False) -> tuple[Question, ...]:
    """The facts worth asking for, best first: those whose answer settles most, in the clauses nearest to being settled.

    What a claimed exemption waits for comes before the rest. With `near` only those that a clause asks for whose setting is
    established, or that bear on the verdict by themselves.
    """
    undecided = _undecided(answer)
    clauses = [node for part in undecided for node in clauses_in(part) if _is_open(node)]
    if near:
        clauses = [node for node in clauses if node.state == "could_apply"]
    return tuple(_questions(clauses, undecided, answer.case.claims, near=near))


def open_questions(answer: Assessment) -> tuple[Question, ...]:
    """All that clauses in play wait for, in one order for everybody who is shown it: what bears on the verdict, best first, then what
    is left for the other parts of the explanation, so that what concerns the list of cadres alone comes last."""
    first = next_questions(answer, near=True)
    asked = {question.fact for question in first}
    further: dict[str, dict[str, None]] = {}
    for part in answer.explanation.premises:
        for node in clauses_in(part):
            for fact in _missing_facts(answer.answers[node.about]):
                if fact not in asked:
                    further.setdefault(fact, {})[node.about] = None
    return (*first, *(Question(fact, tuple(clauses)) for fact, clauses in further.items()))


def _missing_facts(answer: ClauseAnswer) -> Iterator[str]:
    """The fact types that a clause in play waits for; what it waits for of other clauses is told there."""
    if answer.state == "could_apply":
        yield from (literal[1:] for found in answer.missing for literal in found if literal[0] in "+-")


def settles(answer: Assessment, question: Question, value: bool) -> tuple[tuple[str, bool], ...]:
    """The clauses that an answer to one question alone would settle, each with whether it would then apply."""
    supposed = (
        (iri, _supposed(answer.answers[iri].explanation, question.fact, value))
        for iri in question.clauses
        if answer.answers[iri].explanation.value is None
    )
    return tuple((iri, applies) for iri, applies in supposed if applies is not None)


def _undecided(answer: Assessment) -> list[Explanation]:
    """The parts that can still change the verdict: exemption is moot where accountability is ruled out."""
    accountability, exemption = _parts(answer.explanation)
    return [node for node in (accountability, exemption) if node.value is None and accountability.value is not False]


def _parts(tree: Explanation) -> tuple[Explanation, Explanation]:
    parts = {part.about: part for part in tree.premises}
    return parts["accountability"], parts["exemption"]


def _is_open(node: Explanation) -> bool:
    return node.value is None and node.state != "not_in_force"


# --- what would change the verdict ------------------------------------------------------------------------------------


def _changes(
    answer: Assessment, accountability: Explanation, exemption: Explanation, sets_for: _Sets, most: int
) -> Iterator[tuple[str, tuple[MissingSet, ...]]]:
    """For each other verdict that facts still unknown could bring about: the minimal sets that would."""
    reached: dict[str, list[Literals]] = {}
    for first in _reachable(accountability):
        for second in _reachable(exemption):
            verdict = VERDICTS[first, second]
            if verdict != answer.verdict:
                both = _together(sets_for(accountability, first), sets_for(exemption, second), most)
                reached.setdefault(verdict, []).extend(both)
    for verdict, sets in reached.items():
        found = minimal(sets)
        if found:
            yield verdict, tuple(tuple(sorted(one)) for one in sorted(found, key=lambda one: (len(one), sorted(one))))


def _reachable(node: Explanation) -> tuple[Truth, ...]:
    return (node.value,) if node.value is not None else (True, False, None)


def _together(lefts: tuple[Literals, ...], rights: tuple[Literals, ...], most: int) -> list[Literals]:
    """The minimal sets that give both parts their values."""
    return [left | right for left in lefts for right in rights if len(left | right) <= most]


def _ways(node: Explanation, wanted: Truth, *, most: int, among: Container[str] | None) -> tuple[Literals, ...]:
    """The minimal sets that give a part its value; one that may stay as it is needs nothing."""
    if wanted is None or wanted is node.value:
        return (frozenset(),)
    return ways(node, wanted, most=most, among=among)


# --- what no longer matters -------------------------------------------------------------------------------------------


def _unknown(tree: Explanation) -> set[str]:
    """All fact types that the explanation asks for and the case leaves unknown."""
    return {node.about for node in tree.walk() if node.kind == "fact" and node.value is None}


def _open_leaves(node: Explanation) -> Iterator[Explanation]:
    if node.value is not None or node.state == "not_in_force":
        return
    if node.kind == "fact":
        yield node
    for premise in node.premises:
        yield from _open_leaves(premise)


def _own_leaves(node: Explanation) -> Iterator[Explanation]:
    """The open leaves outside any clause."""
    if node.kind == "fact" and node.value is None:
        yield node
    for premise in node.premises if node.kind != "clause" else ():
        yield from _own_leaves(premise)


# --- what to ask ------------------------------------------------------------------------------------------------------


def _questions(
    clauses: list[Explanation], undecided: list[Explanation], claims: Container[str], *, near: bool = False
) -> list[Question]:
    """The questions, ranked: a claimed clause comes first, one near to being settled counts more, an answer that settles it more again."""
    scores: dict[str, float] = {}
    clauses_of: dict[str, list[str]] = {}
    for clause in clauses:
        leaves = {leaf.about for leaf in _open_leaves(clause)}
        weight = (100 if clause.state == "could_apply" else 1) / len(leaves)
        for fact in leaves:
            settled = sum(_supposed(clause, fact, value) is not None for value in (True, False))
            scores[fact] = scores.get(fact, 0) + weight * (1 + settled)
            clauses_of.setdefault(fact, []).append(clause.about)
    for part in undecided:
        for leaf in _own_leaves(part) if near else _open_leaves(part):
            # A fact asked outside any clause (verification) bears on the verdict by itself.
            if leaf.about not in scores:
                scores[leaf.about] = 1.0
                clauses_of[leaf.about] = []
    claimed = {fact for fact in scores if any(clause in claims for clause in clauses_of[fact])}
    ranked = sorted(scores, key=lambda fact: (fact not in claimed, -scores[fact], fact))
    return [Question(fact, tuple(clauses_of[fact])) for fact in ranked]


def _supposed(node: Explanation, fact: str, value: bool) -> Truth:
    """The value a node would have if a fact were known."""
    if node.value is not None:
        return node.value
    if node.kind == "fact":
        return (value is node.required) if node.about == fact else None
    if node.operator is None:
        return None
    in_force = (premise for premise in node.premises if premise.state != "not_in_force")
    folded = fold(node.operator, (_supposed(premise, fact, value) for premise in in_force))
    return folded if folded is None else folded is not negates(node)
