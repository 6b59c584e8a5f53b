"""A fifth document is added by files only, and changes no answer but through the relations that it declares itself.

tests/fifth/ holds a synthetic document with what later documents of other cities bring: exclusions, graded effects, a disjunctive
precondition, a procedure, dates, relations to Wuhan's documents. docs/add-a-document.md walks through it.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterable
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
import pytest

from dandang import reasoning, resources
from dandang.assessment import assess
from dandang.assessment.case import VERDICTS, explain_case
from dandang.assessment.logic import any_of
from dandang.audit import audit
from dandang.cases import accepted, read_cases, read_file
from dandang.cases.derive import with_derived_facts
from dandang.cli import main
from dandang.compiled import routes
from dandang.errors import MalformedFile
from dandang.messages import Text
from dandang.model import (
    READINGS,
    Assessment,
    Case,
    Clause,
    ClauseAnswer,
    ClauseCondition,
    Fact,
    Finding,
    Place,
    Policy,
    Truth,
)
from dandang.namespaces import CONCEPTS, FACTS, ID, SKOS
from dandang.policy import load_quads, read_policy
from dandang.store import dataset_digest, read_turtle
from dandang.turtle_lines import Places, located, statements
from dandang.validation import validate_policy
from test_compiled import compiled_value

FIFTH = Path(__file__).parent / "fifth"
FILES = sorted(FIFTH.glob("*.ttl"))
SOURCE = FIFTH / "source.txt"
SYNTHETIC = ID + "synthetic-2030/"
EXCLUDES_D4 = SYNTHETIC + "relations/exclusions-over-d4"
LIFTS_D3 = SYNTHETIC + "relations/exemptions-over-accountability"
EXEMPTIONS = ID + "wuhan-2018/D4#exemptions"

SAFETY, FOOD = FACTS + "major-safety-accident", FACTS + "food-safety-accident"
DAMAGE, CONCEALED = FACTS + "ecological-damage", FACTS + "damage-concealed"
#: What rules the exclusions out, in every smallest way: the third needs both of its facts, so that either denied is enough.
NO_EXCLUSION = {
    frozenset({"-" + SAFETY, "-" + FOOD, "-" + DAMAGE}),
    frozenset({"-" + SAFETY, "-" + FOOD, "-" + CONCEALED}),
}


# --- the policy in four versions --------------------------------------------------------------------------------------


@cache
def shipped() -> tuple[ox.Quad, ...]:
    return tuple(load_quads(resources.data_files()))


@cache
def fifth() -> tuple[ox.Quad, ...]:
    return tuple(load_quads(FILES))


def without(*relations: str) -> Policy:
    """The policy with the fifth document, less some of its relations."""
    return read_policy([*shipped(), *(quad for quad in fifth() if getattr(quad.subject, "value", "") not in relations)])


@pytest.fixture(scope="module")
def old() -> Policy:
    """Wuhan's documents alone."""
    return read_policy(shipped())


@pytest.fixture(scope="module")
def unrelated() -> Policy:
    """The fifth document beside them, with neither of its defeats of Wuhan's lists."""
    return without(EXCLUDES_D4, LIFTS_D3)


@pytest.fixture(scope="module")
def excluding() -> Policy:
    """With the exclusion of D4's exemptions."""
    return without(LIFTS_D3)


@pytest.fixture(scope="module")
def lifting() -> Policy:
    """With its exemptions against accountability under D3."""
    return without(EXCLUDES_D4)


@pytest.fixture(scope="module")
def whole() -> Policy:
    """With everything that it declares."""
    return without()


# --- adding files only ------------------------------------------------------------------------------------------------


def test_the_shipped_files_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    before = resources.data_files()
    digest = dataset_digest(before)
    monkeypatch.setenv("DANDANG_DATA", str(FIFTH))
    with_fifth = resources.data_files()
    assert with_fifth == [*before, *FILES]
    read_policy(load_quads(with_fifth))
    assert dataset_digest(before) == digest
    assert dataset_digest(with_fifth) != digest


def test_it_says_nothing_about_what_is_there_but_one_addition() -> None:
    """A scheme lists the concepts that join it; everything else speaks of new things."""
    known = {quad.subject for quad in shipped()}
    about_known = {(quad.subject.value, quad.predicate.value) for quad in fifth() if quad.subject in known}  # type: ignore[union-attr]
    assert about_known == {(CONCEPTS + "outcome", SKOS + "hasTopConcept")}


def test_everything_that_was_there_reads_the_same(old: Policy, whole: Policy) -> None:
    for part in ("clauses", "lists", "documents", "facts", "names"):
        before, after = getattr(old, part), getattr(whole, part)
        assert {iri: after[iri] for iri in before} == dict(before), part
    for part in ("notes", "mirrors", "defeats"):
        assert set(getattr(old, part)) <= set(getattr(whole, part)), part
    assert set(old.by_notation.items()) <= set(whole.by_notation.items())


def test_its_own_things_are_marked_as_synthetic(old: Policy, whole: Policy) -> None:
    for iri in whole.clauses.keys() - old.clauses.keys():
        clause = whole.clauses[iri]
        assert iri.startswith(SYNTHETIC) and clause.notation.startswith("X-")
        assert "虚构" in clause.label.zh and "synthetic" in clause.label.en


# --- no old answer changes --------------------------------------------------------------------------------------------


def satisfied(policy: Policy, clause: Clause) -> tuple[Fact, ...]:
    """The facts of the first way in which a clause applies."""
    first = routes(policy, clause, "strict")[0]
    return tuple(Fact(leaf.fact, leaf.required) for leaf in (requirement.alternatives[0] for requirement in first))


@cache
def old_cases() -> tuple[Case, ...]:
    """The example cases, one that meets each exemption of D4, and 200 random ones; facts that Wuhan's documents ask for only."""
    policy = read_policy(shipped())
    cases = [accepted(read_file(str(path), policy))[0] for path in resources.case_files()]
    exemptions = policy.clauses_of(EXEMPTIONS)
    for on, clause in product(("", "2018-09-01", "2032-06-01"), exemptions):
        cases.append(Case(f"meets-{clause.notation}-{on}", on=on, facts=satisfied(policy, clause)))
    dice = random.Random(2030)
    types = sorted(policy.facts)
    for number in range(200):
        known = dice.random()
        facts = tuple(Fact(iri, dice.random() < 0.7) for iri in types if dice.random() < known)
        cases.append(Case(f"random-{number}", on=dice.choice(("", "2018-09-01", "2032-06-01")), facts=facts))
    return tuple(cases)


@cache
def old_answers() -> tuple[Assessment, ...]:
    policy = read_policy(shipped())
    return tuple(assess(case, policy, today="2026-01-01") for case in old_cases())


def pairs(policy: Policy, *further: Fact) -> Iterable[tuple[Assessment, Assessment]]:
    """Each old case's answer without and with the fifth document, the latter with further facts."""
    for case, before in zip(old_cases(), old_answers(), strict=True):
        yield before, assess(case._replace(facts=(*case.facts, *further)), policy, today="2026-01-01")


def told(answer: ClauseAnswer) -> tuple[Any, ...]:
    return answer.state, dict(answer.readings), answer.missing, answer.excluded_by, answer.divided_by


def in_force(case: Case) -> bool:
    """Whether the fifth document may be in force: not where the conduct is earlier."""
    return not case.on or case.on >= "2030-01-01"


def test_enough_of_the_old_cases_have_something_to_lose() -> None:
    states = [
        a.state for answer in old_answers() for a in answer.answers.values() if a.clause.kind == "ExemptionClause"
    ]
    assert len(old_cases()) >= 200 + 30 + 16
    for state in ("applies", "could_apply", "open", "excluded"):
        assert states.count(state) >= 30, state
    assert {"may_be_exempted", "accountable", "accountable_unless_exempted"} <= {a.verdict for a in old_answers()}


def test_without_a_relation_to_wuhan_nothing_changes_at_all(unrelated: Policy) -> None:
    for before, after in pairs(unrelated):
        assert {iri: told(after.answers[iri]) for iri in before.answers} == {
            i: told(a) for i, a in before.answers.items()
        }
        assert (after.verdict, after.readings, after.lion) == (before.verdict, before.readings, before.lion)
        assert [a.route for i, a in before.answers.items()] == [after.answers[i].route for i in before.answers]


def test_the_exclusion_of_d4_changes_its_exemptions_only(excluding: Policy) -> None:
    for before, after in pairs(excluding):
        for iri, answer in before.answers.items():
            if answer.clause.clause_list != EXEMPTIONS or not in_force(before.case):
                assert told(after.answers[iri]) == told(answer), (before.case.id, answer.clause.notation)


def test_exclusions_not_looked_into_are_what_an_exemption_lacks(excluding: Policy) -> None:
    """Unknown exclusions: what applied could apply, and what could apply lacks the exclusions besides, in every smallest way."""
    seen = set()
    for before, after in pairs(excluding):
        if not in_force(before.case):
            continue
        for clause in excluding.clauses_of(EXEMPTIONS):
            was, now = before.answers[clause.iri], after.answers[clause.iri]
            seen.add(was.state)
            if was.state in ("open", "excluded"):
                assert told(now)[:4] == told(was)[:4]
                continue
            lacked = {frozenset(found) for found in was.missing} if was.state == "could_apply" else {frozenset()}
            assert now.state == "could_apply"
            assert {frozenset(found) for found in now.missing} == {
                one | other for one in lacked for other in NO_EXCLUSION
            }
        assert after.verdict == {"may_be_exempted": "accountable_unless_exempted"}.get(before.verdict, before.verdict)
    assert seen == {"applies", "could_apply", "open", "excluded"}


@pytest.mark.parametrize("third", [DAMAGE, CONCEALED], ids=["no damage", "not concealed"])
def test_exclusions_ruled_out_leave_the_old_answer(excluding: Policy, third: str) -> None:
    for before, after in pairs(excluding, Fact(SAFETY, False), Fact(FOOD, False), Fact(third, False)):
        for iri, answer in before.answers.items():
            assert told(after.answers[iri]) == told(answer), (before.case.id, answer.clause.notation)
        assert (after.verdict, after.readings) == (before.verdict, before.readings)


def test_an_exclusion_that_applies_bars_every_exemption_of_d4(excluding: Policy) -> None:
    for before, after in pairs(excluding, Fact(DAMAGE, True), Fact(CONCEALED, True)):
        for clause in excluding.clauses_of(EXEMPTIONS):
            was, now = before.answers[clause.iri], after.answers[clause.iri]
            if not in_force(before.case):
                assert told(now) == told(was)
                continue
            assert now.state == "excluded"
            assert {"+" + DAMAGE, "+" + CONCEALED} <= set(now.excluded_by)
        if in_force(before.case):
            barred = {"may_be_exempted": "accountable", "accountable_unless_exempted": "accountable"}
            assert after.verdict == barred.get(before.verdict, before.verdict)


def test_its_exemptions_bear_on_the_verdict_only_by_the_relation_it_declares(lifting: Policy) -> None:
    values: dict[str, Truth] = {"applies": True, "excluded": False}
    own = [lifting.by_notation["X-E1"].iri, lifting.by_notation["X-E4"].iri]
    for before, after in pairs(lifting):
        assert {iri: told(after.answers[iri]) for iri in before.answers} == {
            i: told(a) for i, a in before.answers.items()
        }
        new = [values.get(a.state) for a in map(after.answers.__getitem__, own) if a.state != "not_in_force"]
        assert after.verdict == VERDICTS[before.accountability, any_of([before.exemption, *new])]
        if not in_force(before.case):
            assert after.verdict == before.verdict


# --- its own clauses --------------------------------------------------------------------------------------------------

ACCOUNTABLE = (
    "处理突发事件: yes, 怕担责任: yes, 不敢果断决策: yes, 处置失当: yes, 事态扩大: yes, 恶劣影响: yes, 经调查核实: yes"
)
COMMON = "某市干部: yes, 谋取私利: no, 重大损失: no, 重大安全责任事故: no, 食品安全事故: no, 造成生态环境损害: no"
LIGHTER = "处置措施有偏差: yes, 主动补救: yes, 经民主决策程序决定: yes"


def case_of(policy: Policy, *facts: str, on: str = "2032-03-01") -> Case:
    said = ", ".join(filter(None, facts))
    return accepted(read_cases(f"id: x\non: {on}\nfacts: {{{said}}}\n".encode(), policy))[0]


def answer(policy: Policy, *facts: str, on: str = "2032-03-01") -> Assessment:
    return assess(case_of(policy, *facts, on=on), policy, today="2026-01-01")


def clause_answer(found: Assessment, policy: Policy, notation: str) -> ClauseAnswer:
    return found.answers[policy.by_notation[notation].iri]


def part(found: Assessment, name: str) -> list[str]:
    return [node.about for one in found.explanation.premises if one.about == name for node in one.premises]


def test_graded_effects_are_relief_and_no_exemption(whole: Policy) -> None:
    found = answer(whole, ACCOUNTABLE, COMMON, LIGHTER, "勤勉尽责: no")
    assert clause_answer(found, whole, "X-E2").state == "applies"
    assert part(found, "relief") == [whole.by_notation[name].iri for name in ("X-E2", "X-E3")]
    assert whole.by_notation["X-E2"].iri not in part(found, "exemption")
    # X-E1 and X-E4 are still open; with their settings denied nothing is left that could exempt.
    found = answer(whole, ACCOUNTABLE, COMMON, LIGHTER, "勤勉尽责: no, 改革试点: no, 应用数字技术: no")
    assert (found.verdict, found.exemption) == ("accountable", False)


def test_graded_effects_are_told_as_what_they_are(
    whole: Policy, capsys: pytest.CaptureFixture[str], with_fifth: None, tmp_path: Path
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(
        f"id: x\non: 2032-03-01\nfacts: {{{ACCOUNTABLE}, {COMMON}, {LIGHTER}, 勤勉尽责: no, 改革试点: no, 应用数字技术: no}}\n"
    )
    assert main(["assess", str(path), "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert "没有容错条款可以适用。X-E2适用，可以从轻处理。" in said
    assert said.index("从轻、减轻的情形") < said.index("● 适用 X-E2") < said.index("不予容错的情形")
    assert main(["assess", str(path), "--lang", "en"]) == 0
    assert "X-E2 applies and permits lighter treatment." in capsys.readouterr().out


def test_its_exemption_exempts(whole: Policy) -> None:
    found = answer(
        whole, ACCOUNTABLE, COMMON, "改革试点: yes, 缺乏经验: yes, 改革试点出现失误: yes, 经民主决策程序决定: yes"
    )
    assert (found.verdict, clause_answer(found, whole, "X-E1").state) == ("may_be_exempted", "applies")


DEMOCRATIC, URGENT, REPORTED = "经民主决策程序决定", "情况紧急", "事后及时报告"
WAYS = {
    "democratic procedure": (f"{DEMOCRATIC}: yes", "applies", set()),
    "urgent and reported": (f"{URGENT}: yes, {REPORTED}: yes", "applies", set()),
    "both": (f"{DEMOCRATIC}: yes, {URGENT}: yes, {REPORTED}: yes", "applies", set()),
    "urgent, no democratic procedure": (f"{DEMOCRATIC}: no, {URGENT}: yes, {REPORTED}: yes", "applies", set()),
    "urgent, report unknown": (f"{URGENT}: yes", "could_apply", {(DEMOCRATIC,), (REPORTED,)}),
    "urgent, not reported": (f"{URGENT}: yes, {REPORTED}: no", "could_apply", {(DEMOCRATIC,)}),
    "no democratic procedure": (f"{DEMOCRATIC}: no", "could_apply", {(URGENT, REPORTED)}),
    "nothing said": ("", "could_apply", {(DEMOCRATIC,), (URGENT, REPORTED)}),
    "neither": (f"{DEMOCRATIC}: no, {URGENT}: no", "excluded", set()),
    "not reported, no procedure": (f"{DEMOCRATIC}: no, {REPORTED}: no", "excluded", set()),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_disjunctive_precondition_works_each_way(whole: Policy, name: str) -> None:
    facts, state, missing = WAYS[name]
    found = clause_answer(
        answer(whole, COMMON, "改革试点: yes, 缺乏经验: yes, 改革试点出现失误: yes", facts), whole, "X-E1"
    )
    said = {tuple(whole.label(literal[1:]).zh for literal in one) for one in found.missing}
    assert (found.state, said) == (state, missing)
    assert all(literal[0] == "+" for one in found.missing for literal in one)


@pytest.mark.parametrize(
    ("exclusion", "state", "by"),
    [
        ("重大安全责任事故: yes", "excluded", {"+" + SAFETY}),
        ("重大安全责任事故: no, 食品安全事故: yes", "excluded", {"+" + FOOD}),
        (
            f"{'重大安全责任事故: no, 食品安全事故: no'}, 造成生态环境损害: yes, 隐瞒不报: yes",
            "excluded",
            {"+" + DAMAGE, "+" + CONCEALED},
        ),
        ("重大安全责任事故: no, 食品安全事故: no, 造成生态环境损害: yes, 隐瞒不报: no", "applies", set()),
    ],
)
def test_its_exclusions_bar_its_own_exemptions(whole: Policy, exclusion: str, state: str, by: set[str]) -> None:
    met = "某市干部: yes, 谋取私利: no, 重大损失: no, 改革试点: yes, 缺乏经验: yes, 改革试点出现失误: yes, 经民主决策程序决定: yes"
    found = clause_answer(answer(whole, met, exclusion), whole, "X-E1")
    assert (found.state, set(found.excluded_by)) == (state, by)


def test_what_excludes_is_shown_where_it_excludes(whole: Policy) -> None:
    """The exemption's node holds the exclusion's, in its own state; RDF and text tell both."""
    found = answer(whole, "重大安全责任事故: yes, 改革试点: yes")
    (node,) = [
        premise for premise in clause_answer(found, whole, "X-E1").explanation.premises if premise.kind == "clauses"
    ]
    assert (node.value, node.required) == (False, False)
    assert [(whole.clauses[one.about].notation, one.state) for one in node.premises] == [
        ("X-N1", "applies"),
        ("X-N2", "open"),
        ("X-N3", "open"),
    ]


@pytest.mark.parametrize(
    ("on", "states"),
    [
        ("2029-12-31", {"X-E1": "not_in_force", "X-E4": "not_in_force", "X-N1": "not_in_force"}),
        ("2030-01-01", {"X-E1": "could_apply", "X-E4": "not_in_force", "X-N1": "open"}),
        ("2031-07-01", {"X-E1": "could_apply", "X-E4": "open", "X-N1": "open"}),
        ("2034-12-31", {"X-E1": "could_apply", "X-E4": "open", "X-N1": "open"}),
        ("2035-01-01", {"X-E1": "not_in_force", "X-E4": "not_in_force", "X-N1": "not_in_force"}),
    ],
)
def test_it_is_in_force_between_its_dates(whole: Policy, on: str, states: dict[str, str]) -> None:
    found = answer(whole, "改革试点: yes", on=on)
    assert {name: clause_answer(found, whole, name).state for name in states} == states


# --- the compiled form ------------------------------------------------------------------------------------------------


def has_gate(policy: Policy, clause: Clause) -> bool:
    """Whether a clause asks for any clause of a list, which the compiled form leaves to the list."""
    conditions = list(policy.effective_conditions(clause))
    while conditions:
        condition = conditions.pop()
        if isinstance(condition, ClauseCondition) and condition.required:
            return True
        conditions += getattr(condition, "members", ())
    return False


@pytest.mark.parametrize("reading", READINGS)
def test_the_compiled_form_equals_the_tree_exclusions_included(whole: Policy, reading: str) -> None:
    dice = random.Random(5)
    clauses = {c.iri: c for c in whole.clauses.values() if c.condition and not has_gate(whole, c)}
    types = sorted(whole.facts)
    for _ in range(80):
        known = dice.random()
        facts = tuple(Fact(iri, dice.random() < 0.5) for iri in types if dice.random() < known)
        case = Case("random", facts=facts)
        for node in explain_case(case, whole, reading).walk():  # type: ignore[arg-type]
            if node.kind == "clause" and node.about in clauses:
                clause = clauses[node.about]
                assert compiled_value(whole, clause, case, reading) is node.value, clause.notation  # type: ignore[arg-type]


def test_derived_facts_reach_its_clauses(whole: Policy) -> None:
    """`探索性失误` is near to, and not the same as, an error in a reform pilot: nothing follows from nearness."""
    case = with_derived_facts(Case("x", facts=(Fact(FACTS + "exploratory-error", True),)), whole)
    assert [fact.type for fact in case.facts] == [FACTS + "exploratory-error"]


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture
def with_fifth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANDANG_DATA", str(FIFTH))
    monkeypatch.setenv("DANDANG_CACHE", "off")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(arguments)
    return status, capsys.readouterr().out


def test_show(capsys: pytest.CaptureFixture[str], with_fifth: None) -> None:
    status, out = run(capsys, "show", "X-E1", "--lang", "zh")
    assert status == 0
    for said in (
        "「（一）在改革试点中因缺乏经验出现失误的，可以免除责任」",
        "X-P1",
        "均不成立：不予容错的三类情形",
        "施行：2030-01-01 至 2034-12-31",
    ):
        assert said in out
    assert "X-E2" in run(capsys, "show", "A11", "--lang", "zh")[1]
    assert "eli:implements wh:D4" in run(capsys, "show", SYNTHETIC + "X1", "--format", "turtle")[1]


def test_assess(capsys: pytest.CaptureFixture[str], with_fifth: None, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("id: x\non: 2029-06-01\nfacts: {改革试点: yes}\n", encoding="utf-8")
    (told_now,) = json.loads(run(capsys, "assess", str(path), "--format", "json")[1])
    (told_later,) = json.loads(run(capsys, "assess", str(path), "--on", "2032-01-01", "--format", "json")[1])
    assert told_now["clauses"]["X-E1"]["state"] == "not_in_force"
    assert told_later["clauses"]["X-E1"]["state"] == "could_apply"
    missing = [{(fact["iri"], fact["value"]) for fact in found} for found in told_later["clauses"]["X-E1"]["missing"]]
    assert missing and all((SAFETY, "no") in found for found in missing)
    for style, said in (("text", "X-E1"), ("turtle", "X-N3"), ("jsonld", "X-N3")):
        assert said in run(capsys, "assess", str(path), "--on", "2032-01-01", "--format", style)[1]


def test_audit(capsys: pytest.CaptureFixture[str], with_fifth: None) -> None:
    status, out = run(capsys, "audit", str(SOURCE), "--lang", "zh")
    assert (status, out.count("\n")) == (0, 1)
    assert "24/24 条引文逐字相符" in out and "来源文本与建图时相同" in out


def test_ask(capsys: pytest.CaptureFixture[str], with_fifth: None, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("id: x\non: 2032-06-01\nfacts: {改革试点: yes}\n", encoding="utf-8")
    assert "X-E1" in run(capsys, "ask", "cq-01", "--case", str(path))[1]
    assert "不予容错的三类情形" in run(capsys, "ask", "cq-32", "--lang", "zh")[1]
    assert "X-E4" in run(capsys, "ask", "cq-53", "--param", "day=2032-06-01")[1]


PROCEDURE = """
SELECT ?step ?organ ?days WHERE {
  ?clause skos:notation "X-E1" ; dd:inList/dd:procedure/dd:step ?iri .
  ?iri dd:ordinal ?ordinal ; rdfs:label ?step ; dd:organ ?organ .
  FILTER (LANG(?step) = "zh" && LANG(?organ) = "zh")
  OPTIONAL { ?iri dd:deadlineDays ?days }
} ORDER BY ?ordinal
"""


def test_a_query_shows_the_procedure(capsys: pytest.CaptureFixture[str], with_fifth: None, tmp_path: Path) -> None:
    path = tmp_path / "procedure.rq"
    path.write_text(PROCEDURE, encoding="utf-8")
    rows = run(capsys, "query", str(path), "--format", "csv")[1].lstrip("\ufeff").split()
    assert rows == [
        "step,organ,days",
        "申请,干部本人或者所在单位,",
        "调查核实,纪检监察机关,30",
        "提出意见,组织部门,15",
        "决定和反馈,党委,10",
    ]


# --- consistency ------------------------------------------------------------------------------------------------------


def test_the_questions_know_when_an_exclusion_is_in_force(
    capsys: pytest.CaptureFixture[str], with_fifth: None, tmp_path: Path, old: Policy
) -> None:
    """As in the engine's answer, conduct before the exclusion's first day is not excluded by it."""
    facts = ", ".join(f"{fact.type}: {'yes' if fact.value else 'no'}" for fact in satisfied(old, old.by_notation["E1"]))
    path = tmp_path / "x.yaml"
    path.write_text(f"id: x\non: 2018-09-01\nfacts: {{{facts}}}\n", encoding="utf-8")
    assert "\nE1,全面深化改革中的探索性失误,Exploratory errors in reform,●," in run(
        capsys, "ask", "cq-01", "--case", str(path), "--format", "csv"
    )[1].replace("\r", "")


@pytest.mark.slow
def test_the_ontology_stays_consistent_with_it(with_fifth: None) -> None:
    report = reasoning.reason()
    assert report.consistent
    assert report.unsatisfiable == report.inferred == ()


@pytest.mark.slow
def test_the_reasoner_classifies_its_clauses_as_the_engine_does(whole: Policy) -> None:
    cases = [
        case_of(whole, COMMON, "改革试点: yes, 缺乏经验: yes, 改革试点出现失误: yes, 经民主决策程序决定: yes")._replace(
            id="applies"
        ),
        case_of(whole, COMMON, "改革试点: yes")._replace(id="open"),
        case_of(whole, "重大安全责任事故: yes")._replace(id="excluded"),
        case_of(whole, "重大安全责任事故: yes", on="2029-01-01")._replace(id="early"),
        *(with_derived_facts(case, whole) for case in old_cases() if case.id.startswith("meets-")),
    ]
    found = reasoning.classify(cases, whole, "recommended")
    for case in cases:
        for node in explain_case(case, whole, "recommended").walk():
            if node.kind == "clause":
                assert found[case.id, node.about] is node.value, (case.id, whole.clauses[node.about].notation)


def test_the_shapes_find_nothing_in_it() -> None:
    assert [finding.render("en") for finding in validate_policy([*shipped(), *fifth()])] == []


def test_its_source_is_covered() -> None:
    assert audit(SOURCE.read_text(encoding="utf-8"), [*shipped(), *fifth()]).clean


# --- what a knowledge engineer gets wrong -----------------------------------------------------------------------------

DOCUMENT, RELATIONS, FACTS_FILE = "synthetic-2030.ttl", "synthetic-2030-relations.ttl", "synthetic-2030-facts.ttl"


class Mistake(NamedTuple):
    """One change to one file, the rule that tells it, words of the message, and what stands on the line that it names."""

    rule: str
    file: str
    before: str
    after: str
    line: str
    said: str


MISTAKES = {
    "missing quote": Mistake(
        "clause-quote", DOCUMENT, "  dd:quote       <X-E1#quote> ;\n", "", "<X-E1> a dd:ExemptionClause", "条款应有一段引文"
    ),
    "quote not found in its source": Mistake(
        "quote-not-found", DOCUMENT, "（二）处理突发事件时处置措施有偏差", "（二）处理突发事件时处置措施有误", "处置措施有误", "来源中没有这段文字"
    ),
    "fact type without question": Mistake(
        "fact-type-question",
        FACTS_FILE,
        '  dd:question     "是否发生了食品安全事故？"@zh ,\n                  "Has a food safety accident occurred?"@en ;\n',
        "",
        "fact:food-safety-accident a dd:FactType",
        "事实类型应有中文、英文提问各一",
    ),
    "unknown operator": Mistake(
        "group-operator", DOCUMENT, "dd:operator dd:anyOf ; dd:operatorSource opsource:word-or",
        "dd:operator dd:oneOf ; dd:operatorSource opsource:word-or", "dd:operator dd:oneOf", "dd:allOf 或者 dd:anyOf",
    ),
    "dangling reference": Mistake(
        "reference-resolves", DOCUMENT, "dd:factType fact:food-safety-accident", "dd:factType fact:food-safety-accidents",
        "fact:food-safety-accidents", "没有它的定义",
    ),
    "dangling reference to another document": Mistake(
        "reference-resolves", RELATIONS, r"dd:defeated   wh:D4\#exemptions", r"dd:defeated   wh:D5\#exemptions", "D5", "没有它的定义"
    ),
    "cycle": Mistake(
        "condition-acyclic", DOCUMENT, "dd:member <X-P1#urgent> , <X-P1#reported>", "dd:member <X-P1#urgent> , <X-P1#condition>",
        "dd:member <X-P1#urgent> , <X-P1#condition>", "回到自身",
    ),
    "phrase not in quote": Mistake(
        "leaf-phrase-in-quote", DOCUMENT, 'dd:phrase "主动补救"@zh', 'dd:phrase "积极补救"@zh', "积极补救", "不在id:synthetic-2030/X-E2的引文里"
    ),
    "missing translation": Mistake(
        "clause-translation",
        DOCUMENT,
        '  dd:translation "a food safety accident has occurred"@en ;\n',
        "",
        "<X-N2> a dd:Exclusion",
        "条款应有一段英文译文",
    ),
    "notation in use": Mistake(
        "notation-unique", DOCUMENT, 'skos:notation  "X-E1"', 'skos:notation  "E1"', "<X-E1> a dd:ExemptionClause", "编号与wh:E1重复"
    ),
    "defeat without kind": Mistake(
        "defeat-kind", RELATIONS, "  dd:defeatKind defeat:excludes ;\n", "", "<relations/exclusions-over-d4> a dd:Defeat", "解除后果或者排除适用"
    ),
}  # fmt: skip


def findings(mistake: Mistake, folder: Path) -> list[Finding]:
    """What is told of the fifth document with a mistake in it: the shapes' findings and those of the audit, placed in its files."""
    for path in FILES:
        shutil.copy(path, folder)
    broken = folder / mistake.file
    text = broken.read_text(encoding="utf-8")
    assert text.count(mistake.before) == 1
    broken.write_text(text.replace(mistake.before, mistake.after), encoding="utf-8")
    files = sorted(folder.glob("*.ttl"))
    quads = [*shipped(), *load_quads(files)]
    places = Places({path.name: path.read_text(encoding="utf-8") for path in [*resources.data_files(), *files]})
    audited = audit(SOURCE.read_text(encoding="utf-8"), quads, name=SOURCE.name).findings
    return located(
        [*validate_policy(quads, rules=[mistake.rule] if mistake.rule != "quote-not-found" else ()), *audited], places
    )


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told_with_file_and_line(name: str, tmp_path: Path) -> None:
    mistake = MISTAKES[name]
    found = [finding for finding in findings(mistake, tmp_path) if finding.rule == mistake.rule]
    lines = (tmp_path / mistake.file).read_text(encoding="utf-8").splitlines()
    places = [finding.place or Place() for finding in found]
    assert places and all(place.file and place.line for place in places)
    (told_there,) = [
        finding
        for finding, place in zip(found, places, strict=True)
        if place.file == mistake.file and mistake.line in lines[(place.line or 0) - 1]
    ]
    assert mistake.said in told_there.message.zh
    assert told_there.message.en.isascii() or "“" in told_there.message.en


def test_a_syntax_error_is_told_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / DOCUMENT
    text = (FIFTH / DOCUMENT).read_text(encoding="utf-8").replace('skos:notation  "X-N2" ;', 'skos:notation  "X-N2 ;')
    path.write_text(text, encoding="utf-8")
    line = next(number for number, said in enumerate(text.splitlines(), start=1) if '"X-N2 ;' in said)
    with pytest.raises(MalformedFile) as caught:
        read_turtle(path)
    assert caught.value.place and (caught.value.place.file, caught.value.place.line) == (str(path), line)


# --- lines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [*resources.data_files(), *resources.ontology_files(), resources.shapes_file("policy"), *FILES],
    ids=lambda path: path.name,
)
def test_the_lines_are_those_of_all_statements(path: Path) -> None:
    """Read by tokens, a file has the very triples that the parser finds in it."""
    text = path.read_text(encoding="utf-8")
    parsed = {
        (triple.subject.value, triple.predicate.value, triple.object.value)  # type: ignore[union-attr]
        for triple in ox.parse(text.encode(), ox.RdfFormat.TURTLE)
        if not isinstance(triple.subject, ox.BlankNode) and not isinstance(triple.object, ox.BlankNode)
    }
    assert {(one.subject, one.predicate, one.value) for one in statements(text)} == parsed
    lines = text.splitlines()
    for one in statements(text):
        assert lines[one.line - 1][one.column - 1 :].strip()


TURTLE = (
    '''@prefix x: <https://example.org/> .
BASE <https://example.org/y/>
PREFIX z: <https://example.org/z#>
# a comment with "quotes" and <brackets>
x:a a x:Thing ;
  x:says """two
lines"""@zh , 'it'''
    + "\\'"
    + """s' ;
  x:knows <b> , z:c\\#d , [ x:inner x:hidden ] ;
  x:counts 1.5 , true .
<b> x:day "2030-01-01"^^x:date ; x:list ( x:one x:two ) .
"""
)


def test_lines_of_every_form_of_turtle() -> None:
    found = [
        (one.subject.rsplit("/", 1)[-1], one.predicate.rsplit("/", 1)[-1], one.value, one.line)
        for one in statements(TURTLE)
    ]
    assert found == [
        ("a", "22-rdf-syntax-ns#type", "https://example.org/Thing", 5),
        ("a", "says", "two\nlines", 6),
        ("a", "says", "it's", 7),
        ("a", "knows", "https://example.org/y/b", 8),
        ("a", "knows", "https://example.org/z#c#d", 8),
        ("a", "counts", "1.5", 9),
        ("a", "counts", "true", 9),
        ("b", "day", "2030-01-01", 10),
    ]


def test_places_say_where_a_thing_is_and_where_it_is_pointed_at() -> None:
    places = Places({"a.ttl": TURTLE})
    assert str(places.find("https://example.org/a")) == "a.ttl:5:1"
    assert str(places.find("https://example.org/a", "true")) == "a.ttl:9:18"
    assert str(places.find("https://example.org/z#c#d")) == "a.ttl:8:17"
    assert places.find("https://example.org/nowhere") is None
    unplaced = Finding("some-rule", Text("没有", "none"), focus="https://example.org/nowhere")
    assert located([unplaced], places) == [unplaced]


# --- the page that walks this way ---------------------------------------------------------------------------------------

PAGES = {"en": "add-a-document.md", "zh": "add-a-document.zh.md"}


def blocks(root: Path, lang: str) -> list[tuple[str, str]]:
    """The code blocks of the page, each with its language."""
    text = (root / "docs" / PAGES[lang]).read_text(encoding="utf-8")
    return [
        (one.group(1), one.group(2)) for one in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    ]


def test_both_pages_have_the_same_code(root: Path) -> None:
    same = [[code for kind, code in blocks(root, lang) if kind != "console"] for lang in PAGES]
    assert same[0] == same[1] and len(same[0]) >= 10


@pytest.mark.parametrize("lang", PAGES)
def test_the_pages_turtle_is_that_of_the_document(root: Path, lang: str) -> None:
    files = [path.read_text(encoding="utf-8") for path in FILES]
    for kind, code in blocks(root, lang):
        if kind == "turtle":
            assert any(code in text for text in files), code
        elif kind == "sparql":
            assert code.strip() == PROCEDURE.strip()


@pytest.mark.parametrize("lang", PAGES)
def test_the_pages_commands_do_as_it_says(
    root: Path, lang: str, capsys: pytest.CaptureFixture[str], with_fifth: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANDANG_LANG", lang)
    monkeypatch.chdir(root)
    for kind, code in blocks(root, lang):
        if kind == "console":
            command, _, expected = code.partition("\n")
            assert run(capsys, *command.removeprefix("$ dandang ").split()) == (0, expected)
        elif kind == "sh":
            for line in code.splitlines():
                # HermiT takes seconds; a slow test runs it.
                if line.startswith("dandang ") and line != "dandang reason":
                    assert run(capsys, *line.split()[1:])[0] == 0, line
