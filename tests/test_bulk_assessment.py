"""Assessment in bulk: the compiled conditions decide what the explaining engine decides, for every state, verdict and outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from dandang.assessment import assess
from dandang.bulk.assessing import AssessmentProgram, outcome_of
from dandang.bulk.engine import BulkEngine
from dandang.bulk.ground import Alphabet, ground
from dandang.bulk.program import Facts
from dandang.bulk.records import Task
from dandang.cases import with_derived_facts
from dandang.model import READINGS, Case, Policy
from generators import clause_cases, defective_cases, different, random_cases

TODAY = "2026-11-22"


class Spelling:
    """Cases as what they say, without the shapes, whose compilation takes its time."""

    def __init__(self, policy: Policy) -> None:
        self.alphabet = Alphabet()
        ground([], policy, self.alphabet)
        self.program = AssessmentProgram(policy, self.alphabet)

    def facts(self, case: Case) -> Facts:
        keys = [
            ("fact", fact.type, {True: "yes", False: "no"}[fact.value]) for fact in case.facts if fact.value is not None
        ]
        keys += [("notOnList",)] * (case.cadre.on_list is False)
        atoms = tuple(self.alphabet.bits[key] for key in keys)
        return Facts(sum(1 << atom for atom in atoms), atoms, {self.alphabet.slots["on",]: case.on} if case.on else {})


@pytest.fixture(scope="module")
def spelling(policy: Policy) -> Spelling:
    return Spelling(policy)


def agreed(spelling: Spelling, policy: Policy, cases: Iterable[Case]) -> Counter[str]:
    """Both engines over the cases; how often each state and verdict came out."""
    seen: Counter[str] = Counter()
    for case in cases:
        case = with_derived_facts(case, policy)
        expected = outcome_of(assess(case, policy, today=TODAY))
        assert spelling.program.outcome(spelling.facts(case)) == expected, case
        for reading in READINGS:
            seen.update({*expected.states[reading].values(), expected.readings[reading]})
        seen.update(
            {expected.lion, *({"divided"} if expected.states["strict"] != expected.states["recommended"] else ())}
        )
    return seen


WORDS = {"applies", "could_apply", "open", "excluded", "divided", "not_established", "accountable", "may_be_exempted"} | {
    "accountable_unless_exempted", "undetermined", "exits", "stays", "would_trigger", "not_listed",
}  # fmt: skip


def test_every_smallest_set_of_every_clause(spelling: Spelling, policy: Policy) -> None:
    cases = [*different(clause_cases(policy))]
    assert {"applies", "excluded", "could_apply", "open", "divided"} <= set(agreed(spelling, policy, cases[::3]))


def test_random_cases(spelling: Spelling, policy: Policy) -> None:
    cases = [*random_cases(policy, 60, seed=5), *defective_cases(policy, 60, seed=6)]
    assert len(WORDS & set(agreed(spelling, policy, cases))) > 8


@pytest.mark.slow
def test_many_random_cases(spelling: Spelling, policy: Policy) -> None:
    cases = [
        *different(clause_cases(policy)),
        *random_cases(policy, 3000, seed=7),
        *defective_cases(policy, 2000, seed=8),
    ]
    missing = WORDS - set(agreed(spelling, policy, cases))
    assert not missing


def test_an_exclusion_a_date_and_a_list_of_a_further_document(spelling: Spelling, policy: Policy) -> None:
    """Clauses with dates, and a list that excludes another, are compiled from the same trees."""
    clauses = {
        iri: clause._replace(valid_from="2018-09-01", valid_until="2019-01-01") if clause.kind in ("ExemptionClause", "ListExit") else clause
        for iri, clause in policy.clauses.items()
    }  # fmt: skip
    defeats = tuple(defeat._replace(excludes=True) for defeat in policy.defeats)
    for changed in (policy._replace(clauses=clauses), policy._replace(defeats=(*policy.defeats, *defeats))):
        own = Spelling(changed)
        cases = [
            case._replace(on=on)
            for on in ("", "2018-08-31", "2018-09-01", "2019-01-02")
            for case in [*random_cases(policy, 15, seed=9), *(made.case for made in list(clause_cases(policy))[:60:6])]
        ]
        seen = agreed(own, changed, cases)
        assert "excluded" in seen
    assert "not_in_force" in agreed(Spelling(policy._replace(clauses=clauses)), policy._replace(clauses=clauses), cases)


def test_a_turned_condition_shows(policy: Policy) -> None:
    """The comparison can fail: with one required value turned round, the engines part."""
    clause = policy.by_notation["E7"]
    assert clause.condition is not None
    turned = clause.condition._replace(operator="anyOf")  # type: ignore[call-arg]
    other = policy._replace(clauses={**policy.clauses, clause.iri: clause._replace(condition=turned)})
    with pytest.raises(AssertionError):
        agreed(
            Spelling(other), policy, different(made for made in clause_cases(policy) if made.clause.iri == clause.iri)
        )


def test_one_pass_gives_findings_and_outcome(bulk_engine: BulkEngine, policy: Policy) -> None:
    from test_bulk import json_lines, quads

    cases = [with_derived_facts(case, policy) for case in defective_cases(policy, 15, seed=10)]
    for syntax, data in (
        ("nquads", quads(cases)),
        ("jsonl", json_lines(list(defective_cases(policy, 15, seed=10)), policy)),
    ):
        records = list(bulk_engine.reader(syntax).read(data, "x", 1))
        both = bulk_engine.check(records, Task(outcomes=True))
        assert [item._replace(outcome=None) for item in both] == bulk_engine.check(records)
        assert [item.outcome for item in both] == [outcome_of(assess(case, policy, today=TODAY)) for case in cases]
        assert [item.outcome for item in bulk_engine.check(records, Task(findings=False, outcomes=True))] == [
            item.outcome for item in both
        ]
    twice = quads(cases[:1]) + quads(cases[:1]).replace(b'identifier> "', b'identifier> "x')
    (irregular,) = bulk_engine.check(bulk_engine.reader("nquads").read(twice, "x", 1), Task(outcomes=True))
    assert irregular.findings


def test_a_case_with_mistakes_is_not_assessed(bulk_engine: BulkEngine) -> None:
    line = '{"id": "x", "facts": {"不存在的事实": "yes"}}\n'.encode()
    (found,) = bulk_engine.check(bulk_engine.reader("jsonl").read(line, "x", 1), Task(outcomes=True))
    assert found.outcome is None
    assert "unknown-fact" in {finding.rule for finding in found.findings}
