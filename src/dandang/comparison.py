"""Two clauses side by side: the facts they share, those that exclude each other, near ones, and what each asks alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dandang.model import Clause, Comparison, Condition, ConditionGroup, FactCondition, Policy


class _Pair(NamedTuple):
    left: FactCondition
    right: FactCondition


def compare(left: Clause, right: Clause, policy: Policy) -> Comparison:
    """What two clauses' own conditions have in common and what tells them apart. Shared lists and preconditions are not compared."""
    one, other = _leaves(left), _leaves(right)
    shared = tuple(_Pair(one[fact], other[fact]) for fact in one if fact in other)
    contrary = tuple(_contrary(one, other, policy))
    near = tuple(pair for pair in _related(one, other, policy) if pair not in contrary)
    told = {leaf.iri for pair in (*shared, *contrary, *near) for leaf in pair}
    return Comparison(
        left,
        right,
        tuple(pair for pair in shared if pair.left.required is pair.right.required),
        (*contrary, *(pair for pair in shared if pair.left.required is not pair.right.required)),
        near,
        tuple(leaf for leaf in one.values() if leaf.iri not in told),
        tuple(leaf for leaf in other.values() if leaf.iri not in told),
        tuple(m for m in policy.mirrors if {m.circumstance, m.exemption} == {left.iri, right.iri}),
    )


def _leaves(clause: Clause) -> dict[str, FactCondition]:
    """The fact conditions of a clause by fact type, in the order of the text."""
    return {leaf.fact: leaf for leaf in _walk(clause.condition)} if clause.condition else {}


def _walk(condition: Condition) -> Iterator[FactCondition]:
    if isinstance(condition, FactCondition):
        yield condition
    elif isinstance(condition, ConditionGroup):
        for member in condition.members:
            yield from _walk(member)


def _contrary(one: dict[str, FactCondition], other: dict[str, FactCondition], policy: Policy) -> Iterator[_Pair]:
    for left in one.values():
        for right in other.values():
            facts = policy.facts[left.fact], policy.facts[right.fact]
            if (
                left.required
                and right.required
                and (right.fact in facts[0].contraries or left.fact in facts[1].contraries)
            ):
                yield _Pair(left, right)


def _related(one: dict[str, FactCondition], other: dict[str, FactCondition], policy: Policy) -> Iterator[_Pair]:
    for left in one.values():
        for right in other.values():
            if right.fact in policy.facts[left.fact].related or left.fact in policy.facts[right.fact].related:
                yield _Pair(left, right)
