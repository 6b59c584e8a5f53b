"""The compiled three-level form has the value of the condition tree, for every clause, reading and case."""

from __future__ import annotations

import random

import pytest

from dandang.assessment.explain import explain_clause, setting_value, view_of
from dandang.assessment.logic import all_of, any_of
from dandang.catalogue import whole_store
from dandang.compiled import compiled_quads, routes
from dandang.model import READINGS, Case, Clause, ClauseCondition, Fact, Policy, Reading, Truth
from dandang.namespaces import DD, RDFS


def value_of(fact: Fact | None, required: bool) -> Truth:
    return None if fact is None or fact.value is None else fact.value is required


def compiled_value(policy: Policy, clause: Clause, case: Case, reading: Reading) -> Truth:
    facts = {fact.type: fact for fact in case.facts}
    return any_of(
        all_of(any_of(value_of(facts.get(a.fact), a.required) for a in r.alternatives) for r in route)
        for route in routes(policy, clause, reading)
    )


def compiled_setting(policy: Policy, clause: Clause, case: Case, reading: Reading) -> Truth:
    """The setting is established when some route has all its setting requirements."""
    facts = {fact.type: fact for fact in case.facts}
    return any_of(
        all_of(
            any_of(value_of(facts.get(a.fact), a.required) for a in requirement.alternatives)
            for requirement in route
            if requirement.setting
        )
        for route in routes(policy, clause, reading)
    )


def has_clause_condition(policy: Policy, clause: Clause) -> bool:
    conditions = list(policy.effective_conditions(clause))
    while conditions:
        condition = conditions.pop()
        if isinstance(condition, ClauseCondition):
            return True
        conditions += getattr(condition, "members", ())
    return False


@pytest.mark.parametrize("reading", READINGS)
def test_compiled_form_equals_the_tree(policy: Policy, reading: Reading) -> None:
    dice = random.Random(20180815)
    clauses = [c for c in policy.clauses.values() if c.condition and not has_clause_condition(policy, c)]
    types = sorted(policy.facts)
    for _ in range(150):
        known = dice.random()
        facts = tuple(Fact(iri, dice.random() < 0.5) for iri in types if dice.random() < known)
        case = Case("random", facts=facts)
        view = view_of(case, policy, reading)
        for clause in clauses:
            node = explain_clause(clause, view)
            assert compiled_value(policy, clause, case, reading) is node.value, clause.notation


def test_every_clause_with_conditions_has_a_route_in_each_reading(policy: Policy) -> None:
    for clause in policy.clauses.values():
        if clause.condition:
            for reading in READINGS:
                assert routes(policy, clause, reading), clause.notation


def test_compiled_triples_name_each_part_once(policy: Policy) -> None:
    quads = list(compiled_quads(policy))
    assert len(quads) == len(set(quads))


def test_setting_of_the_compiled_form_is_that_of_the_tree(policy: Policy) -> None:
    dice = random.Random(4)
    clauses = [
        c for c in policy.clauses.values() if c.kind in ("AccountabilityCircumstance", "ExemptionClause", "ListExit")
    ]
    for _ in range(60):
        facts = tuple(Fact(iri, dice.random() < 0.6) for iri in sorted(policy.facts) if dice.random() < 0.5)
        case = Case("random", facts=facts)
        for reading in READINGS:
            view = view_of(case, policy, reading)
            for clause in clauses:
                tree = setting_value(explain_clause(clause, view))
                assert (compiled_setting(policy, clause, case, reading) is True) == (tree is True), clause.notation


@pytest.mark.parametrize("general", ["Clause", "Condition"])
def test_a_thing_of_a_kind_is_said_to_be_of_the_general_kind_too(policy: Policy, general: str) -> None:
    """What the ontology makes a kind of clause or condition is found by asking for clauses or conditions."""
    store = whole_store(policy)
    below = store.select(f"SELECT ?thing {{ ?kind <{RDFS}subClassOf> <{DD}{general}> . ?thing a ?kind }}")
    asked = store.select(f"SELECT ?thing {{ ?thing a <{DD}{general}> }}")
    assert asked.rows and set(asked.rows) == set(below.rows)
