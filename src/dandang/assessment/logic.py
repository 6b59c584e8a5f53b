"""Strong Kleene logic, and the minimal sets of facts that would settle a condition.

An unknown leaf is written as a literal: `+iri` where the fact would have to hold, `-iri` where it would have to be absent, `*iri` where
some clause of a list would have to apply.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TypeAlias

from dandang.model import Explanation, Operator, Truth

Literals: TypeAlias = frozenset[str]
#: What is so already needs nothing.
_NOTHING: tuple[Literals, ...] = (frozenset(),)
#: No set is larger, no answer longer, than a person can use; the limit is far above what the policy needs.
MOST_SETS = 4096


def all_of(values: Iterable[Truth]) -> Truth:
    """Conjunction: false if any is false, else unknown if any is unknown, else true."""
    found = set(values)
    return False if False in found else None if None in found else True


def any_of(values: Iterable[Truth]) -> Truth:
    """Disjunction: true if any is true, else unknown if any is unknown, else false."""
    found = set(values)
    return True if True in found else None if None in found else False


def fold(operator: Operator, values: Iterable[Truth]) -> Truth:
    """The value of a group."""
    return all_of(values) if operator == "allOf" else any_of(values)


def negates(node: Explanation) -> bool:
    """Whether a node has the opposite of its premises' folded value: it holds when none of them does."""
    return node.operator is not None and node.required is False


def minimal(sets: Iterable[Literals]) -> tuple[Literals, ...]:
    """The sets that contain no other of them, and contradict themselves in no literal."""
    kept: list[Literals] = []
    for candidate in sorted(set(sets), key=len):
        if not any(map(candidate.issuperset, kept)) and not _contradictory(candidate):
            kept.append(candidate)
    return tuple(kept)


def _contradictory(literals: Literals) -> bool:
    return len(literals) > 1 and any("-" + one[1:] in literals for one in literals if one[0] == "+")


def ways(
    node: Explanation, wanted: bool, *, most: int = 0, among: Container[str] | None = None
) -> tuple[Literals, ...]:
    """The minimal sets of unknown leaves that would give a node the wanted value; empty where nothing can.

    With `most`, only the sets of at most so many leaves, with `among` only those of these leaves: all of those, and exactly those.
    """
    if node.value is not None:
        return _NOTHING if node.value is wanted else ()
    if node.operator is None:
        return (frozenset({_literal(node, wanted)}),) if among is None or node.about in among else ()
    wanted = wanted is not negates(node)
    premises = (premise for premise in node.premises if premise.state != "not_in_force")
    if (node.operator == "allOf") is not wanted:
        return minimal(option for premise in premises for option in ways(premise, wanted, most=most, among=among))
    parts = []
    for premise in premises:
        parts.append(ways(premise, wanted, most=most, among=among))
        if not parts[-1]:
            return ()
    return _product(parts, most)


def _product(parts: list[tuple[Literals, ...]], most: int = 0) -> tuple[Literals, ...]:
    combined = _NOTHING
    for part in sorted((part for part in parts if part != _NOTHING), key=len):
        joined = (one | other for one in combined for other in part)
        combined = minimal(found for found in joined if not most or len(found) <= most)
        if len(combined) > MOST_SETS:
            raise OverflowError("more minimal sets than any clause of a readable policy has")
    return combined


def _literal(node: Explanation, wanted: bool) -> str:
    if node.kind == "clauses":
        return ("*" if wanted is node.required else "~") + node.about
    return ("+" if wanted is node.required else "-") + node.about


def grounds(node: Explanation, value: bool) -> tuple[Literals, ...]:
    """The minimal sets of known leaves that force a node to its value; literals as in `ways`."""
    if node.value is not value:
        return ()
    if node.operator is None:
        return (frozenset({_literal(node, value)}),)
    value = value is not negates(node)
    parts = [grounds(premise, value) for premise in node.premises if premise.state != "not_in_force"]
    if (node.operator == "allOf") is value:
        return _product(parts)
    return minimal(option for part in parts for option in part)
