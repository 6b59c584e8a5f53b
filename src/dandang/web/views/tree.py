"""Condition trees as nested lines that read as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from dandang.messages import Text
from dandang.model import ClauseCondition, Condition, ConditionGroup, FactCondition, Note, Policy

OPERATORS = {"allOf": Text("同时满足", "all of"), "anyOf": Text("满足其一", "any of")}


class Node(NamedTuple):
    """One line of a tree, with the lines below it. `negated` is what people call the contrary of its fact; `joins` says how a group
    joins the lines below it; `unclear` that the text leaves its reading open, not only that another one is recorded."""

    iri: str
    kind: Literal["fact", "group", "clauses"]
    label: Text
    about: str = ""
    role: str = ""
    phrase: str = ""
    question: Text | None = None
    required: bool = True
    determination: bool = False
    setting: bool = False
    negated: Text | None = None
    joins: Literal["all", "any", ""] = ""
    operator: Text | None = None
    strict: Text | None = None
    unclear: bool = False
    open_ended: bool = False
    certainty: str = ""
    source: str = ""
    notes: tuple[Note, ...] = ()
    members: tuple[Node, ...] = ()


def tree_of(condition: Condition, policy: Policy) -> Node:
    """The tree of a condition."""
    notes: dict[str, list[Note]] = {}
    for note in policy.notes:
        for about in note.about:
            notes.setdefault(about, []).append(note)
    return _node(condition, policy, notes)


def _node(condition: Condition, policy: Policy, notes: Mapping[str, list[Note]]) -> Node:
    own = tuple(notes.get(condition.iri, ()))
    if isinstance(condition, FactCondition):
        return _leaf(condition, policy, own)
    if isinstance(condition, ClauseCondition):
        return Node(
            condition.iri,
            "clauses",
            policy.label(condition.clauses),
            condition.clauses,
            condition.role,
            required=condition.required,
            setting=condition.setting,
            notes=own,
        )
    return _group(condition, policy, notes, own)


def _leaf(condition: FactCondition, policy: Policy, notes: tuple[Note, ...]) -> Node:
    fact = policy.facts.get(condition.fact)
    return Node(
        condition.iri,
        "fact",
        policy.label(condition.fact),
        condition.fact,
        condition.role,
        condition.phrase,
        fact.question if fact else None,
        condition.required,
        bool(fact and fact.determination),
        condition.setting,
        negated=fact.negated if fact else None,
        notes=notes,
        unclear=_left_open(notes),
    )


def _group(condition: ConditionGroup, policy: Policy, notes: Mapping[str, list[Note]], own: tuple[Note, ...]) -> Node:
    return Node(
        condition.iri,
        "group",
        OPERATORS[condition.operator],
        role=condition.role,
        setting=condition.setting,
        joins="all" if condition.operator == "allOf" else "any",
        operator=OPERATORS[condition.operator],
        strict=OPERATORS[condition.strict] if condition.strict else None,
        unclear=_left_open((condition, *own)) or condition.strict is not None,
        open_ended=condition.closed is False,
        certainty=condition.certainty,
        source=condition.source,
        notes=own,
        members=tuple(_node(member, policy, notes) for member in condition.members),
    )


def _left_open(said: Iterable[ConditionGroup | Note]) -> bool:
    return any(one.certainty.endswith("/underdetermined") for one in said)


def facts_in(condition: Condition) -> list[FactCondition]:
    """The leaves of a condition that ask for a fact."""
    if isinstance(condition, FactCondition):
        return [condition]
    if isinstance(condition, ConditionGroup):
        return [leaf for member in condition.members for leaf in facts_in(member)]
    return []


def conditions_in(condition: Condition) -> list[Condition]:
    """A condition and all below it."""
    below = condition.members if isinstance(condition, ConditionGroup) else ()
    return [condition, *(found for member in below for found in conditions_in(member))]
