"""What to find out next: changes of the verdict, facts that no longer matter, questions."""

from __future__ import annotations

import random

import pytest

from dandang.assessment import assess, irrelevant_facts, next_questions, open_questions, verdict_changes
from dandang.assessment.advice import MOST_FACTS
from dandang.cases import accepted, read_cases, read_file
from dandang.model import Assessment, Case, Fact, Policy, Question
from test_assessment import random_case


def answer(text: str, policy: Policy) -> Assessment:
    return assess(accepted(read_cases(text.encode(), policy))[0], policy)


def with_facts(case: Case, literals: tuple[str, ...]) -> Case:
    new = {literal[1:]: Fact(literal[1:], literal[0] == "+") for literal in literals}
    return case._replace(facts=(*(fact for fact in case.facts if fact.type not in new), *new.values()))


@pytest.fixture(scope="module")
def found(policy: Policy) -> list[Assessment]:
    """Random cases, and some with a decided circumstance."""
    dice = random.Random(11)
    return [assess(random_case(policy, dice), policy) for _ in range(25)]


def test_each_change_brings_its_verdict_and_none_of_its_parts_does(policy: Policy, found: list[Assessment]) -> None:
    checked = 0
    for item in found:
        for verdict, sets in verdict_changes(item):
            for literals in sets[:4]:
                assert len(literals) <= MOST_FACTS
                assert assess(with_facts(item.case, literals), policy).verdict == verdict
                for left_out in range(len(literals)):
                    part = literals[:left_out] + literals[left_out + 1 :]
                    assert assess(with_facts(item.case, part), policy).verdict != verdict
                checked += 1
    assert checked > 20


def test_decided_verdicts_are_final(policy: Policy, found: list[Assessment]) -> None:
    for item in found:
        if item.verdict in ("accountable", "may_be_exempted", "not_established"):
            assert verdict_changes(item) == ()
            assert next_questions(item) == ()


def test_facts_said_not_to_matter_never_change_the_verdict(policy: Policy, found: list[Assessment]) -> None:
    dice = random.Random(12)
    for item in found:
        irrelevant = irrelevant_facts(item)
        for _ in range(4):
            literals = tuple(dice.choice("+-") + fact for fact in irrelevant if dice.random() < 0.6)
            assert assess(with_facts(item.case, literals), policy).verdict == item.verdict


def test_the_question_that_decides_comes_first(policy: Policy) -> None:
    text = "id: a\ndomain: 全面深化改革\nfacts: {自贸区建设: yes, 缺乏经验: yes, 探索性失误: yes, 勤勉尽责: yes, 谋取私利: no, 重大损失: no, 社会负面影响: no, 违反法律法规的禁止性规定: no}\n"
    first = next_questions(answer(text, policy))[0]
    assert first.fact.endswith("/decision-procedure-followed")
    assert "E1" in [policy.clauses[iri].notation for iri in first.clauses]


def test_one_missing_fact_one_change(policy: Policy) -> None:
    text = "id: a\ndomain: 全面依法治国\nfacts: {急难险重任务: yes, 临阵退缩: yes, 经调查核实: yes, 谋取私利: no, 勤勉尽责: no}\n"
    assert answer(text, policy).verdict == "accountable"
    changes = dict(verdict_changes(answer(text.replace("经调查核实: yes, ", ""), policy)))
    assert changes["accountable"] == (("+https://w3id.org/dandang/id/facts/verified-on-investigation",),)
    assert changes["not_established"] == (("-https://w3id.org/dandang/id/facts/verified-on-investigation",),)


def facts_of(questions: tuple[Question, ...]) -> list[str]:
    return [question.fact.rsplit("/", 1)[-1] for question in questions]


def test_what_concerns_the_list_alone_comes_after_what_bears_on_the_verdict(policy: Policy) -> None:
    case = read_file("data/cases/2018-017-old-community-renewal.yaml", policy)[0].case
    found = open_questions(assess(case, policy))
    assert facts_of(found)[:3] == ["decision-procedure-followed", "diligent", "verified-on-investigation"]
    assert facts_of(found)[:3] == facts_of(next_questions(assess(case, policy)))[:3]
    kinds = [{policy.clauses[iri].kind for iri in question.clauses} for question in found]
    assert kinds[3:] and all(kind == {"ListExit"} for kind in kinds[3:])
    assert len(set(facts_of(found))) == len(found)


def test_what_a_claimed_clause_waits_for_comes_first(policy: Policy) -> None:
    text = "id: a\ndomain: 全面深化改革\nfacts: {自贸区建设: yes, 缺乏经验: yes, 招商引资: yes}\nclaims: [%s]\n"
    (e1, e2) = (next_questions(answer(text % clause, policy), near=True) for clause in ("E1", "E2"))
    assert facts_of(e1) != facts_of(e2)
    for questions, clause in ((e1, "E1"), (e2, "E2")):
        waits = [policy.by_notation[clause].iri in question.clauses for question in questions]
        assert any(waits) and waits == sorted(waits, reverse=True)
