"""The engine, the SPARQL questions and HermiT answer alike. docs/three-ways.md tells what each of them does."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest

from dandang.assessment.case import explain_case
from dandang.assessment.explain import explain_clause, view_of
from dandang.cases import case_quads, with_derived_facts
from dandang.catalogue import Question, bind, find
from dandang.compiled import compiled_quads
from dandang.messages import Text
from dandang.model import (
    READINGS,
    Case,
    Clause,
    ClauseCondition,
    Condition,
    ConditionGroup,
    Fact,
    FactCondition,
    FactType,
    Policy,
    Reading,
    State,
    Truth,
)
from dandang.policy import load_quads
from dandang.reasoning import classify
from dandang.resources import data_files
from dandang.store import Store
from generators import Made, clause_cases, different, random_cases

Key = tuple[str, str]
OPPOSITE = {"allOf": "anyOf", "anyOf": "allOf"}


@pytest.fixture(scope="module")
def made(policy: Policy) -> tuple[Made, ...]:
    """Every smallest satisfying and violating set of every clause."""
    return tuple(clause_cases(policy))


# --- the first way: the engine ----------------------------------------------------------------------------------------


def engine_values(cases: Iterable[Case], policy: Policy, reading: Reading) -> dict[Key, Truth]:
    """The value of each clause for each case."""
    found: dict[Key, Truth] = {}
    for case in cases:
        whole = with_derived_facts(case, policy)
        view = view_of(whole, policy, reading)
        # First each by itself, which is wrong for clauses that ask about others: the whole case overwrites those.
        found.update({(case.id, clause.iri): explain_clause(clause, view).value for clause in policy.clauses.values()})
        nodes = (node for node in explain_case(whole, policy, reading).walk() if node.kind == "clause")
        found.update({(case.id, node.about): node.value for node in nodes})
    return found


def engine_states(case: Case, policy: Policy, reading: Reading) -> dict[str, State | None]:
    tree = explain_case(with_derived_facts(case, policy), policy, reading)
    return {node.about: node.state for node in tree.walk() if node.kind == "clause"}


# --- the second way: the questions in SPARQL --------------------------------------------------------------------------

QUESTIONS = ("cq-01", "cq-06", "cq-07", "cq-08")
#: A store from which much was removed gets slow: a new one after so many cases.
BATCH = 20


class Sparql(NamedTuple):
    """The questions as they are shipped, and the graph they read: the policy with the compiled rules."""

    questions: tuple[Question, ...]
    quads: tuple[ox.Quad, ...]
    policy: Policy


@pytest.fixture(scope="module")
def sparql(policy: Policy) -> Sparql:
    quads = (*load_quads(data_files()), *compiled_quads(policy))
    return Sparql(tuple(find(name) for name in QUESTIONS), quads, policy)


def sparql_states(case: Case, reading: Reading, store: Store, sparql: Sparql) -> dict[str, str]:
    """What the questions answer with the case as the only one in the store."""
    quads = case_quads(with_derived_facts(case, sparql.policy))
    store.extend(quads)
    found: dict[str, str] = {}
    for question in sparql.questions:
        table = store.select(bind(question, {"case": case.id, "reading": reading}, sparql.policy))
        place, state = table.columns.index("clause"), table.columns.index("state")
        for row in table.rows:
            iri, code = row[place], row[state]
            assert iri is not None and code is not None and iri.value not in found
            found[iri.value] = code.value.replace("-", "_")
    for quad in quads:
        store.oxigraph.remove(quad)
    return found


def sparql_disagreements(
    cases: Iterable[Case], policy: Policy, reading: Reading, sparql: Sparql
) -> Iterator[tuple[str, str, object, object]]:
    for number, case in enumerate(cases):
        if number % BATCH == 0:
            store = Store(sparql.quads)
        engine, asked = engine_states(case, policy, reading), sparql_states(case, reading, store, sparql)
        for clause in engine.keys() | asked.keys():
            if engine.get(clause) != asked.get(clause):
                yield case.id, clause, engine.get(clause), asked.get(clause)


@pytest.mark.parametrize("reading", READINGS)
def test_engine_and_sparql_agree_on_some_cases(
    policy: Policy, made: tuple[Made, ...], sparql: Sparql, reading: Reading
) -> None:
    cases = [*different(made)[::25], *random_cases(policy, 25, seed=11)]
    assert list(sparql_disagreements(cases, policy, reading, sparql)) == []


@pytest.mark.slow
def test_engine_and_sparql_agree(policy: Policy, made: tuple[Made, ...], sparql: Sparql) -> None:
    smallest = different(made)
    cases = [*smallest, *random_cases(policy, 2000 - len(smallest), seed=12)]
    assert len({case.id for case in cases}) == 2000
    assert list(sparql_disagreements(cases, policy, "recommended", sparql)) == []
    assert list(sparql_disagreements(smallest, policy, "strict", sparql)) == []


def test_sparql_comparison_can_fail(policy: Policy, made: tuple[Made, ...], sparql: Sparql) -> None:
    changed = flipped(policy, policy.by_notation["E7"], first_group(policy.by_notation["E7"]))
    cases = [found.case for found in made if found.clause.notation == "E7" and not found.value]
    differing = list(sparql_disagreements(cases, changed, "recommended", sparql))
    assert {policy.clauses[clause].notation for _, clause, *_ in differing} == {"E7"}


# --- the third way: HermiT --------------------------------------------------------------------------------------------


def hermit_disagreements(
    cases: Sequence[Case], policy: Policy, reading: Reading, *, given: Policy | None = None
) -> list[tuple[str, str, Truth, Truth]]:
    """Where the engine and HermiT, given this or another policy, differ."""
    engine, hermit = engine_values(cases, policy, reading), classify(cases, given or policy, reading)
    assert engine.keys() == hermit.keys()
    return [(*key, engine[key], hermit[key]) for key in engine if engine[key] is not hermit[key]]


def test_engine_and_hermit_agree_on_some_cases(policy: Policy, made: tuple[Made, ...]) -> None:
    """HermiT is not told what follows from the facts: it finds that itself."""
    cases = [*different(made)[::20], *random_cases(policy, 30, seed=13)]
    assert hermit_disagreements(cases, policy, "recommended") == []


@pytest.mark.slow
@pytest.mark.parametrize("derived", [False, True], ids=["stated facts", "derived facts too"])
@pytest.mark.parametrize("reading", READINGS)
def test_engine_and_hermit_agree(policy: Policy, made: tuple[Made, ...], reading: Reading, derived: bool) -> None:
    cases = [*different(made), *random_cases(policy, 400, seed=14)]
    if derived:
        cases = [with_derived_facts(case, policy) for case in cases]
    assert hermit_disagreements(cases, policy, reading) == []


@pytest.mark.slow
def test_engine_and_hermit_agree_on_clauses_not_in_force(policy: Policy, made: tuple[Made, ...]) -> None:
    """A circumstance that was not in force does not open the gate of the sanctions."""
    dates = (("", ""), ("2018-08-15", ""), ("", "2017-12-31"), ("2019-01-01", ""))
    dated = {
        clause.iri: clause._replace(valid_from=dates[number % 4][0], valid_until=dates[number % 4][1])
        for number, clause in enumerate(policy.clauses.values())
    }
    changed = policy._replace(clauses=dated)
    sanctioned = different(found for found in made if found.clause.notation == "T2")
    cases = [*(case._replace(on="2018-09-01") for case in sanctioned), *random_cases(policy, 100, seed=15)]
    assert hermit_disagreements(cases, changed, "recommended") == []
    assert engine_values(cases, changed, "recommended") != engine_values(cases, policy, "recommended")


def test_hermit_comparison_can_fail(policy: Policy, made: tuple[Made, ...]) -> None:
    changed = flipped(policy, policy.by_notation["E7"], first_group(policy.by_notation["E7"]))
    cases = [found.case for found in made if found.clause.notation == "E7" and not found.value]
    differing = hermit_disagreements(cases, policy, "strict", given=changed)
    assert {policy.clauses[clause].notation for _, clause, *_ in differing} == {"E7"}


# --- HermiT by hand, on a policy of one clause ------------------------------------------------------------------------

NO_TEXT = Text("", "")


def tiny_policy() -> Policy:
    """One clause: brave, and either quick or not idle. Bravery is contrary to fear; a rescue implies being quick."""
    facts = [
        FactType("urn:brave", NO_TEXT, NO_TEXT, NO_TEXT, contraries=("urn:afraid",)),
        FactType("urn:afraid", NO_TEXT, NO_TEXT, NO_TEXT),
        FactType("urn:quick", NO_TEXT, NO_TEXT, NO_TEXT),
        FactType("urn:rescue", NO_TEXT, NO_TEXT, NO_TEXT, implies=("urn:quick",)),
        FactType("urn:idle", NO_TEXT, NO_TEXT, NO_TEXT),
    ]
    either = ConditionGroup(
        "urn:either", "anyOf", (FactCondition("urn:c1", "urn:quick", True), FactCondition("urn:c2", "urn:idle", False))
    )
    whole = ConditionGroup("urn:whole", "allOf", (FactCondition("urn:c3", "urn:brave", True), either))
    clause = Clause("urn:clause", "C", "ExemptionClause", NO_TEXT, "", "", 1, None, "", whole)
    return Policy({}, {}, {clause.iri: clause}, {fact.iri: fact for fact in facts}, {})


def case_of(name: str, facts: Mapping[str, Truth]) -> Case:
    return Case(name, facts=tuple(Fact(f"urn:{kind}", value, contested=value is None) for kind, value in facts.items()))


class Expected(NamedTuple):
    facts: Mapping[str, Truth]
    value: Truth


BY_HAND = {
    "nothing stated": Expected({}, None),
    "satisfied": Expected({"brave": True, "quick": True}, True),
    "satisfied by an absence": Expected({"brave": True, "idle": False}, True),
    "satisfied by what is implied": Expected({"brave": True, "rescue": True}, True),
    "one of two missing": Expected({"brave": True}, None),
    "violated by one of all": Expected({"brave": False}, False),
    "violated by the contrary": Expected({"afraid": True}, False),
    "not the contrary": Expected({"afraid": False, "quick": True}, None),
    "violated by all of any": Expected({"quick": False, "idle": True}, False),
    "one of any violated": Expected({"quick": False, "brave": True}, None),
    "contested": Expected({"brave": None, "quick": True}, None),
}


def test_hermit_by_hand() -> None:
    cases = [case_of(name, expected.facts) for name, expected in BY_HAND.items()]
    found = classify(cases, tiny_policy(), "recommended")
    assert found == {(name, "urn:clause"): expected.value for name, expected in BY_HAND.items()}
    assert found == engine_values(cases, tiny_policy(), "recommended")


def test_contested_fact_against_its_contrary() -> None:
    """Where the two part: the engine leaves a fact that is contested in the open, though its contrary is found; HermiT cannot."""
    case = case_of("both", {"brave": None, "afraid": True})
    assert engine_values([case], tiny_policy(), "recommended") == {("both", "urn:clause"): None}
    assert classify([case], tiny_policy(), "recommended") == {("both", "urn:clause"): False}


def test_contradictory_facts_are_refused() -> None:
    with pytest.raises(ValueError, match="contradict"):
        classify([case_of("both", {"brave": True, "afraid": True})], tiny_policy(), "recommended")


def test_ids_must_differ() -> None:
    with pytest.raises(ValueError, match="ids"):
        classify([Case("same"), Case("same")], tiny_policy(), "recommended")


def test_classification_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owlready2 = importlib.import_module("owlready2")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(owlready2, "JAVA_EXE", "as it was")
    known = len(owlready2.default_world.graph)
    classify([Case("a")], tiny_policy(), "recommended")
    assert owlready2.JAVA_EXE == "as it was"
    assert len(owlready2.default_world.graph) == known
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


# --- the generated cases tell one policy from another -----------------------------------------------------------------


def own_value(clause: Clause, policy: Policy, found: Made) -> Truth:
    """The value of a clause in a case made for it; only clauses that ask about others need the whole case."""
    if asks_about_clauses(policy, clause):
        return engine_values([found.case], policy, found.reading)[found.case.id, clause.iri]
    return explain_clause(policy.clauses[clause.iri], view_of(found.case, policy, found.reading)).value


def test_generated_cases_are_what_they_say(policy: Policy, made: tuple[Made, ...]) -> None:
    """Each set gives its clause the value; without any one of its facts it does not."""
    assert {found.clause.iri for found in made} == {
        c.iri for c in policy.clauses.values() if policy.effective_conditions(c)
    }
    for found in made:
        if asks_about_clauses(policy, found.clause):
            assert own_value(found.clause, policy, found) is found.value, found.case.id
            continue
        facts = found.case.facts
        less = (facts[:out] + facts[out + 1 :] for out in range(len(facts)))
        views = [view_of(found.case._replace(facts=some), policy, found.reading) for some in (facts, *less)]
        values = [explain_clause(found.clause, view).value for view in views]
        assert values == [found.value, *[None] * len(facts)], found.case.id


def test_random_cases_reach_every_state(policy: Policy) -> None:
    states = {
        (policy.clauses[clause].kind, state)
        for case in random_cases(policy, 300, seed=16)
        for clause, state in engine_states(case, policy, "recommended").items()
    }
    kinds = ("AccountabilityCircumstance", "ExemptionClause", "SanctionTrack", "ListExit")
    assert states == {(kind, state) for kind in kinds for state in ("applies", "could_apply", "open", "excluded")}


@pytest.mark.parametrize("reading", READINGS)
def test_a_flipped_operator_or_value_shows(policy: Policy, made: tuple[Made, ...], reading: Reading) -> None:
    """Every operator and every required value of every clause matters to a generated case of that clause."""
    unseen = []
    for clause in policy.clauses.values():
        own = [found for found in made if found.clause is clause and found.reading == reading]
        for part in parts(clause.condition):
            changed = flipped(policy, clause, part)
            before, after = ([own_value(clause, of, found) for found in own] for of in (policy, changed))
            if before == after:
                unseen.append(part.iri)
    assert unseen == []


def parts(condition: Condition | None) -> Iterator[ConditionGroup | FactCondition]:
    if isinstance(condition, ConditionGroup):
        yield condition
        for member in condition.members:
            yield from parts(member)
    elif isinstance(condition, FactCondition):
        yield condition


def first_group(clause: Clause) -> ConditionGroup:
    return next(part for part in parts(clause.condition) if isinstance(part, ConditionGroup))


def asks_about_clauses(policy: Policy, clause: Clause) -> bool:
    waiting = list(policy.effective_conditions(clause))
    for condition in waiting:
        waiting += getattr(condition, "members", ())
    return any(isinstance(condition, ClauseCondition) for condition in waiting)


def flipped(policy: Policy, clause: Clause, part: Condition) -> Policy:
    """The policy with one operator turned round, in both readings, or one required value."""
    changed = clause._replace(condition=_flipped(clause.condition, part.iri))
    clauses = {**policy.clauses, clause.iri: changed}
    return policy._replace(clauses=clauses, by_notation={**policy.by_notation, clause.notation: changed})


def _flipped(condition: Condition | None, iri: str) -> Condition | None:
    if isinstance(condition, FactCondition) and condition.iri == iri:
        return condition._replace(required=not condition.required)
    if not isinstance(condition, ConditionGroup):
        return condition
    if condition.iri == iri:
        strict = OPPOSITE[condition.strict] if condition.strict else None
        return condition._replace(operator=OPPOSITE[condition.operator], strict=strict)  # type: ignore[arg-type]
    members = tuple(_flipped(member, iri) for member in condition.members)
    return condition._replace(members=members)  # type: ignore[arg-type]
