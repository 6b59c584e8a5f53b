"""Condition trees → the three-level form that plain SPARQL can evaluate: routes (any) of requirements (all) of alternatives (any).

Nothing here decides anything: AND and OR distribute over each other in strong Kleene logic, so the compiled form has the
tree's value for every case, and tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, product
from typing import NamedTuple, TypeAlias

import pyoxigraph as ox

from dandang.model import (
    READINGS,
    Clause,
    ClauseCondition,
    Condition,
    ConditionGroup,
    FactCondition,
    Operator,
    Policy,
    Reading,
)
from dandang.namespaces import DD, RDF, XSD
from dandang.store import COMPILED_GRAPH, literal, quads_of


class Requirement(NamedTuple):
    """One thing that must hold, by any of its alternatives."""

    alternatives: tuple[FactCondition, ...]
    role: str
    setting: bool


Route: TypeAlias = tuple[Requirement, ...]


def routes(policy: Policy, clause: Clause, reading: Reading) -> tuple[Route, ...]:
    """The ways in which a clause can apply under a reading, without its clause conditions."""
    conditions = (_without_exclusions(part, policy, reading) for part in policy.effective_conditions(clause))
    parts = (_routes(part, reading, "", False) for part in conditions)
    return tuple(_joined(combination) for combination in product(*parts))


def _without_exclusions(condition: Condition, policy: Policy, reading: Reading) -> Condition:
    """A condition that no clause of a list apply, written out as what denies each of them; others as they are."""
    if not isinstance(condition, ClauseCondition) or condition.required:
        return condition
    denied = tuple(
        _denied(part, reading)
        for clause in policy.clauses_of(condition.clauses)
        for part in [ConditionGroup(condition.iri, "allOf", policy.effective_conditions(clause))]
    )
    return ConditionGroup(condition.iri, "allOf", denied)


def _denied(condition: Condition, reading: Reading) -> Condition:
    """The dual of a condition: true exactly when it is false."""
    if isinstance(condition, FactCondition):
        return condition._replace(required=not condition.required, setting=False)
    if isinstance(condition, ClauseCondition):
        return condition._replace(required=not condition.required)
    operator: Operator = "anyOf" if condition.operator_in(reading) == "allOf" else "allOf"
    members = tuple(_denied(member, reading) for member in condition.members)
    return condition._replace(operator=operator, strict=None, members=members, setting=False)


def _joined(parts: Iterable[Route]) -> Route:
    return tuple(requirement for part in parts for requirement in part)


def _routes(condition: Condition, reading: Reading, role: str, setting: bool) -> list[Route]:
    role = condition.role or role
    setting = condition.setting or setting
    if isinstance(condition, ClauseCondition):
        return [()]
    if isinstance(condition, FactCondition):
        return [(Requirement((condition,), role, setting),)]
    members = [_routes(member, reading, role, setting) for member in condition.members]
    if condition.operator_in(reading) == "allOf":
        return [_joined(combination) for combination in product(*members)]
    return _any(condition, members, role, setting)


def _any(group: ConditionGroup, members: list[list[Route]], role: str, setting: bool) -> list[Route]:
    """The routes of an any-group: members that are single requirements merge into one requirement."""
    single = [found[0][0] for found in members if len(found) == 1 and len(found[0]) == 1]
    shared = {requirement.role for requirement in single}
    role = shared.pop() if len(shared) == 1 else role
    merged = [(Requirement(tuple(a for r in single for a in r.alternatives), role, setting),)] if single else []
    rest = [route for found in members for route in found if not (len(found) == 1 and len(route) == 1)]
    return [*merged, *rest]


def compiled_quads(policy: Policy) -> Iterator[ox.Quad]:
    """The compiled form of every clause as triples."""
    for clause in policy.clauses.values():
        shared = policy.lists.get(clause.clause_list)
        for part in (shared.condition if shared else None, clause.condition):
            yield from _clause_conditions(clause, part)
        found = {reading: routes(policy, clause, reading) for reading in READINGS}
        if found["recommended"] == found["strict"]:
            yield from _routes_quads(clause, "route", READINGS, found["strict"])
        else:
            for reading in READINGS:
                yield from _routes_quads(clause, f"{reading}-route", (reading,), found[reading])


def derived_quads(policy: Policy) -> Iterator[ox.Quad]:
    """All that is published of a policy beside what its files say: the compiled form, and the general classes."""
    yield from compiled_quads(policy)
    yield from _superclass_quads(policy)


def _superclass_quads(policy: Policy) -> Iterator[ox.Quad]:
    """Every clause as a clause and every condition as a condition: the endpoint infers nothing, and people ask for these first."""
    for clause in policy.clauses.values():
        yield from quads_of(clause.iri, {RDF + "type": [DD + "Clause"]}, COMPILED_GRAPH)
    shared = (found.condition for found in policy.lists.values())
    own = (clause.condition for clause in policy.clauses.values())
    for condition in chain(shared, own):
        for iri in _within(condition):
            yield from quads_of(iri, {RDF + "type": [DD + "Condition"]}, COMPILED_GRAPH)


def _within(condition: Condition | None) -> Iterator[str]:
    """The IRIs of a condition and of all below it."""
    if condition is not None:
        yield condition.iri
    for member in condition.members if isinstance(condition, ConditionGroup) else ():
        yield from _within(member)


def _clause_conditions(clause: Clause, condition: Condition | None) -> Iterator[ox.Quad]:
    if isinstance(condition, ClauseCondition):
        yield from quads_of(clause.iri, {DD + "anyClauseOf": [condition.clauses]}, COMPILED_GRAPH)
    elif isinstance(condition, ConditionGroup):
        for member in condition.members:
            yield from _clause_conditions(clause, member)


def _routes_quads(clause: Clause, name: str, readings: Iterable[Reading], found: Iterable[Route]) -> Iterator[ox.Quad]:
    """The routes of a clause; where both readings have the same ones, they are written once."""
    for number, route in enumerate(found, start=1):
        iri = f"{clause.iri}#{name}-{number}"
        yield from quads_of(clause.iri, {DD + "route": [iri]}, COMPILED_GRAPH)
        yield from _node(iri, "Route", number, {DD + "reading": [DD + reading for reading in readings]})
        yield from _requirement_quads(iri, route)


def _requirement_quads(iri: str, route: Route) -> Iterator[ox.Quad]:
    for position, requirement in enumerate(route, start=1):
        part = f"{iri}-requirement-{position}"
        yield from quads_of(iri, {DD + "requirement": [part]}, COMPILED_GRAPH)
        yield from _node(part, "Requirement", position, _requirement_properties(requirement))
        for place, leaf in enumerate(requirement.alternatives, start=1):
            alternative = f"{part}-alternative-{place}"
            yield from quads_of(part, {DD + "alternative": [alternative]}, COMPILED_GRAPH)
            yield from _node(alternative, "Alternative", place, _leaf_properties(leaf))


def _node(
    iri: str, kind: str, ordinal: int, properties: dict[str, list[str | ox.Literal | ox.NamedNode]]
) -> list[ox.Quad]:
    own: dict[str, list[str | ox.Literal | ox.NamedNode]] = {
        RDF + "type": [DD + kind],
        DD + "ordinal": [literal(str(ordinal), datatype=XSD + "integer")],
    }
    return quads_of(iri, own | properties, COMPILED_GRAPH)


def _requirement_properties(requirement: Requirement) -> dict[str, list[str | ox.Literal | ox.NamedNode]]:
    properties: dict[str, list[str | ox.Literal | ox.NamedNode]] = {}
    if requirement.role:
        properties[DD + "role"] = [requirement.role]
    if requirement.setting:
        properties[DD + "setting"] = [literal("true", datatype=XSD + "boolean")]
    return properties


def _leaf_properties(leaf: FactCondition) -> dict[str, list[str | ox.Literal | ox.NamedNode]]:
    return {
        DD + "factType": [leaf.fact],
        DD + "requiredValue": [literal(str(leaf.required).lower(), datatype=XSD + "boolean")],
        DD + "compiledFrom": [leaf.iri],
    }
