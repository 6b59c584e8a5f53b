"""Strong Kleene logic, and the minimal sets of facts that would settle a condition.

An unknown leaf is written as a literal: `+iri` where the fact would have to hold, `-iri` where it would have to be absent, `*iri` where
some clause of a list would have to apply.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from dandang.model import Explanation, Operator, Truth

Literals: TypeAlias = frozenset[str]
#: No set is larger, no answer longer, than a person can use; the limit is far above what the policy needs.
MOST_SETS = 4096


def all_of(values: Iterable[Truth]) -> Truth:
    """Conjunction: false if any is false, else unknown if any is unknown, else true."""
    unknown = False
    for value in values:
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def any_of(values: Iterable[Truth]) -> Truth:
    """Disjunction: true if any is true, else unknown if any is unknown, else false."""
    unknown = False
    for value in values:
        if value is True:
            return True
        unknown = unknown or value is None
    return None if unknown else False


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
        if not any(other <= candidate for other in kept) and not _contradictory(candidate):
            kept.append(candidate)
    return tuple(kept)


def _contradictory(literals: Literals) -> bool:
    return any(literal[0] == "+" and "-" + literal[1:] in literals for literal in literals)


def ways(node: Explanation, wanted: bool, *, most: int = 0) -> tuple[Literals, ...]:
    """The minimal sets of unknown leaves that would give a node the wanted value; empty where nothing can.

    With `most`, only the sets of at most so many leaves: all of those, and exactly those.
    """
    if node.value is not None:
        return (frozenset(),) if node.value is wanted else ()
    if node.operator is None:
        return (frozenset({_literal(node, wanted)}),)
    wanted = wanted is not negates(node)
    parts = [ways(premise, wanted, most=most) for premise in node.premises if premise.state != "not_in_force"]
    if (node.operator == "allOf") is wanted:
        return _product(parts, most)
    return minimal(option for part in parts for option in part)


def _product(parts: list[tuple[Literals, ...]], most: int = 0) -> tuple[Literals, ...]:
    combined: tuple[Literals, ...] = (frozenset(),)
    for part in sorted(parts, key=len):
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
