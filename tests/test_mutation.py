"""Would the tests notice? Every operator, polarity, setting, precondition and relation of the policy, and every state rule of the engine,
is turned round one at a time; each mutant must fail a hand-written case. `python tests/test_mutation.py` prints the score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, NamedTuple

import pytest
import yaml

from dandang import resources
from dandang.assessment import assess, explain, logic
from dandang.assessment.case import VERDICTS
from dandang.cases import read_cases, read_file
from dandang.model import Condition, ConditionGroup, FactCondition, Policy, Truth
from dandang.policy import load_policy
from test_assessment import CASES, TABLE
from test_law import TESTS, LawTest, told

KINDS = ("AccountabilityCircumstance", "ExemptionClause", "ListExit", "SanctionTrack", "Precondition")


class Mutant(NamedTuple):
    """A changed policy, and the clauses whose cases can notice."""

    name: str
    policy: Policy
    clauses: tuple[str, ...]


# --- mutants of the policy --------------------------------------------------------------------------------------------


def changes(condition: Condition) -> Iterator[tuple[str, Condition]]:
    """Each condition that differs in one place."""
    if condition.setting:
        yield f"{condition.iri}: not a setting", condition._replace(setting=False)
    if isinstance(condition, FactCondition):
        yield f"{condition.iri}: {not condition.required} required", condition._replace(required=not condition.required)
        return
    if not isinstance(condition, ConditionGroup):
        return
    flipped = "anyOf" if condition.operator == "allOf" else "allOf"
    yield (
        f"{condition.iri}: {flipped}",
        condition._replace(operator=flipped, strict=condition.strict and condition.operator),
    )
    if condition.strict:
        yield f"{condition.iri}: no strict reading", condition._replace(strict=None)
    for number, member in enumerate(condition.members):
        for name, changed in changes(member):
            members = (*condition.members[:number], changed, *condition.members[number + 1 :])
            yield name, condition._replace(members=members)
        rest = (*condition.members[:number], *condition.members[number + 1 :])
        if rest:
            yield f"{member.iri}: left out", condition._replace(members=rest)


def policy_mutants(policy: Policy) -> Iterator[Mutant]:
    for clause in policy.clauses.values():
        if clause.kind in KINDS and clause.condition:
            noticing = (clause.notation,) if clause.kind != "Precondition" else notations(policy, "ExemptionClause")
            for name, condition in changes(clause.condition):
                clauses = {**policy.clauses, clause.iri: clause._replace(condition=condition)}
                yield Mutant(name, policy._replace(clauses=clauses), noticing)
    for iri, shared in policy.lists.items():
        noticing = tuple(clause.notation for clause in policy.clauses_of(iri) if clause.kind in KINDS)
        for name, condition in changes(shared.condition) if shared.condition else ():
            lists = {**policy.lists, iri: shared._replace(condition=condition)}
            yield Mutant(name, policy._replace(lists=lists), noticing)
        for precondition in shared.preconditions:
            rest = tuple(other for other in shared.preconditions if other != precondition)
            lists = {**policy.lists, iri: shared._replace(preconditions=rest)}
            yield Mutant(f"{iri} without {precondition}", policy._replace(lists=lists), noticing)
    yield from fact_mutants(policy)


def fact_mutants(policy: Policy) -> Iterator[Mutant]:
    """Relations between facts left out."""
    every = tuple(test.clause for test in TESTS)
    for iri, fact in policy.facts.items():
        for name in ("contraries", "implies", "established_by"):
            # Relations of the list criteria are not asked about by any clause that has states.
            if getattr(fact, name):
                facts = {**policy.facts, iri: fact._replace(**{name: ()})}
                yield Mutant(f"{iri}: no {name}", policy._replace(facts=facts), every)


def notations(policy: Policy, kind: str) -> tuple[str, ...]:
    return tuple(clause.notation for clause in policy.clauses.values() if clause.kind == kind)


# --- noticing ---------------------------------------------------------------------------------------------------------


def passes(test: LawTest, policy: Policy) -> bool:
    """Whether a hand-written case still gives what it must."""
    (read,) = read_cases(test.case.encode(), policy, name="case.json")
    found = assess(read.case, policy, today="2026-01-01").answers
    own = found[policy.by_notation[test.clause].iri]
    states = {answered.clause.notation: answered.state for answered in found.values()}
    return (
        (own.state, own.readings["strict"]) == (test.expect["state"], test.expect["strict"])
        and {frozenset(map(told, literals)) for literals in own.missing} == set(test.expect["missing"])
        and frozenset(map(told, own.excluded_by)) == test.expect["excluded_by"]
        and all(states.get(notation) == state for notation, state in test.expect["also"].items())
    )


def noticed(mutant: Mutant) -> bool:
    return any(not passes(test, mutant.policy) for test in TESTS if test.clause in mutant.clauses)


def survivors(policy: Policy) -> tuple[int, list[str]]:
    mutants = list(policy_mutants(policy))
    return len(mutants), [mutant.name for mutant in mutants if not noticed(mutant)]


@pytest.mark.slow
def test_every_change_of_the_policy_is_noticed(policy: Policy) -> None:
    count, alive = survivors(policy)
    assert count > 400
    assert not alive, f"{len(alive)} of {count}:\n" + "\n".join(alive)


# --- mutants of the engine --------------------------------------------------------------------------------------------


def verdicts_noticed(policy: Policy) -> bool:
    """Whether an example case or a verdict case now gives another verdict or lion outcome."""
    for path in resources.case_files():
        expected = TABLE[yaml.safe_load(path.read_text(encoding="utf-8"))["id"]]
        found = assess(read_file(str(path), policy)[0].case, policy)
        if (found.verdict, found.lion.outcome) != (expected["verdict"], expected.get("lion", "open")):
            return True
    for facts, verdict in CASES.values():
        (read,) = read_cases(f"id: a\nfacts: {{{facts}}}\n".encode(), policy)
        if assess(read.case, policy).verdict != verdict:
            return True
    return False


def any_noticed(policy: Policy) -> bool:
    return any(not passes(test, policy) for test in TESTS) or verdicts_noticed(policy)


def _swapped(one: str, other: str) -> Callable[..., str]:
    real, change = explain.state_of, {one: other, other: one}

    def state_of(*arguments: Any) -> str:
        state = real(*arguments)
        return change.get(state, state)

    return state_of


STATE_RULES: dict[str, tuple[str, object]] = {
    **{
        f"{one} for {other} and the other way round": ("state_of", _swapped(one, other))
        for one, other in combinations(("applies", "could_apply", "open", "excluded"), 2)
    },
    "any setting instead of all": (
        "setting_value",
        lambda node: logic.any_of(found.value for found in explain.settings(node)),
    ),
    "unknown counts as no": ("fold", lambda operator, values: logic.fold(operator, (v is True for v in values))),
    "unknown counts as yes": ("fold", lambda operator, values: logic.fold(operator, (v is not False for v in values))),
    "all for any": ("fold", lambda operator, values: logic.all_of(values)),
    "any for all": ("fold", lambda operator, values: logic.any_of(values)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STATE_RULES)
def test_every_state_rule_is_noticed(policy: Policy, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    attribute, changed = STATE_RULES[name]
    monkeypatch.setattr(explain, attribute, changed)
    assert any_noticed(policy), name


@pytest.mark.slow
@pytest.mark.parametrize("key", VERDICTS, ids=str)
def test_every_verdict_rule_is_noticed(
    policy: Policy, monkeypatch: pytest.MonkeyPatch, key: tuple[Truth, Truth]
) -> None:
    other = "accountable" if VERDICTS[key] != "accountable" else "undetermined"
    monkeypatch.setitem(VERDICTS, key, other)
    assert verdicts_noticed(policy)


if __name__ == "__main__":
    total, left = survivors(load_policy())
    print(f"{total - len(left)} of {total} changes of the policy noticed", *left, sep="\n")
