"""Verdicts, chains and properties of the assessment of whole cases. Single clauses are tested in tests/cases/."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
import yaml

from dandang import resources
from dandang.assessment import assess
from dandang.assessment.case import VERDICTS, explain_case, outcome
from dandang.cases import accepted, read_cases, read_file
from dandang.cases.derive import with_derived_facts
from dandang.model import Assessment, Case, Fact, Policy

EXPECTED = Path(__file__).parent / "expected" / "example-cases.yaml"
TABLE = yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))


def answer(text: str, policy: Policy) -> Assessment:
    return assess(accepted(read_cases(text.encode(), policy))[0], policy, today="2026-01-01")


def states(found: Assessment, *, reading: str = "recommended") -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for item in sorted(found.answers.values(), key=lambda a: (a.clause.notation[0], a.clause.ordinal)):
        grouped.setdefault(item.readings[reading], []).append(item.clause.notation)  # type: ignore[index]
    return grouped


# --- the example cases, each read by hand -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", resources.case_files(), ids=lambda path: path.stem)
def test_example_case(policy: Policy, path: Path) -> None:
    case = accepted(read_file(str(path), policy))[0]
    found = assess(case, policy, today="2026-01-01")
    expected = TABLE[case.id]
    told = states(found)
    assert found.verdict == expected["verdict"]
    assert found.lion.outcome == expected.get("lion", "open")
    for state in ("applies", "could_apply", "excluded"):
        assert " ".join(told.get(state, [])) == expected.get(state, ""), state
    strict = {
        a.clause.notation: a.readings["strict"] for a in found.answers.values() if a.readings["strict"] != a.state
    }
    assert strict == expected.get("strict", {})


def test_every_example_case_is_in_the_table() -> None:
    ids = {yaml.safe_load(path.read_text(encoding="utf-8"))["id"] for path in resources.case_files()}
    assert set(TABLE) == ids
    assert len(ids) >= 16


# --- verdicts ---------------------------------------------------------------------------------------------------------


def test_every_combination_has_a_verdict() -> None:
    assert set(VERDICTS) == set(product((True, False, None), repeat=2))


CIRCUMSTANCE = "维护社会稳定: yes, 怕担责任: yes, 不敢果断决策: yes, 处置失当: yes, 事态扩大: yes, 恶劣影响: yes"
EXEMPTION = (
    "在推动“四个全面”等方面: yes, 深化“放管服”改革优化政务服务环境: yes, 提高效率: yes, 容缺受理: yes, "
    "事后积极催促行政相对人补齐手续: yes, 违反法律法规的禁止性规定: no, 经过相应的决策程序: yes, 勤勉尽责: yes, "
    "谋取私利: no, 重大损失: no, 社会负面影响: no"
)
CASES = {
    "nothing stated": ("", "undetermined"),
    "circumstance, not verified": (f"{CIRCUMSTANCE}, 经调查核实: no", "not_established"),
    "not verified, and an exemption applies": (f"{EXEMPTION}, 经调查核实: no", "not_established"),
    "not verified, and no exemption can apply": ("经调查核实: no, 谋取私利: yes", "not_established"),
    "an exemption applies, nothing about accountability": (EXEMPTION, "undetermined"),
    "circumstance, verification unknown": (CIRCUMSTANCE, "undetermined"),
    "circumstance verified, exemptions open": (f"{CIRCUMSTANCE}, 经调查核实: yes", "accountable_unless_exempted"),
    "circumstance verified, private gain": (f"{CIRCUMSTANCE}, 经调查核实: yes, 谋取私利: yes", "accountable"),
}


@pytest.mark.parametrize("name", CASES)
def test_verdict(policy: Policy, name: str) -> None:
    facts, verdict = CASES[name]
    assert answer(f"id: a\nfacts: {{{facts}}}\n", policy).verdict == verdict


def test_the_verdict_is_folded_from_the_explanation(policy: Policy) -> None:
    for path in resources.case_files():
        found = assess(accepted(read_file(str(path), policy))[0], policy)
        assert found.verdict == VERDICTS[outcome(found.explanation)]
        for node in found.explanation.walk():
            if node.kind == "clause":
                assert found.answers[node.about].explanation == node


# --- the "lion" list --------------------------------------------------------------------------------------------------

LION = "id: a\ncadre: {lion: yes}\nfacts: {违法违纪违规: yes}\n"


def test_a_decided_organisational_measure_leads_off_the_list(policy: Policy) -> None:
    found = answer(LION + "sanctions: [免职]\n", policy)
    assert (found.lion.outcome, [policy.clauses[i].notation for i in found.lion.by]) == ("exits", ["L1"])


def test_a_light_measure_does_not(policy: Policy) -> None:
    assert answer(LION + "sanctions: [诫勉]\n", policy).lion.outcome == "open"


def test_a_possible_sanction_would_trigger(policy: Policy) -> None:
    text = LION.replace("违法违纪违规: yes", f"违法违纪违规: yes, {CIRCUMSTANCE}, 经调查核实: yes, 情节较重: yes")
    found = answer(text, policy)
    assert found.lion.outcome == "would_trigger"
    assert ("L1", "T2") in {
        (policy.clauses[a].notation, policy.clauses[b].notation) for a, b, _ in found.lion.would_trigger
    }


def test_nothing_leads_off_a_list_one_is_not_on(policy: Policy) -> None:
    assert answer("id: a\ncadre: {lion: no}\nsanctions: [免职]\n", policy).lion.outcome == "not_listed"


# --- what is likely but not inferred ----------------------------------------------------------------------------------


def test_a_suggestion_is_shown_and_not_inferred(policy: Policy) -> None:
    found = answer("id: a\nfacts: {恶劣影响: yes}\n", policy)
    assert [note.kind for note in found.advisories] == ["suggests"]
    assert "P5" not in {a.clause.notation for a in found.answers.values() if a.state == "excluded"}


# --- properties over random cases -------------------------------------------------------------------------------------


def random_case(policy: Policy, dice: random.Random) -> Case:
    """Facts by chance, more or fewer."""
    known = dice.random()
    facts = tuple(Fact(iri, dice.random() < 0.7) for iri in sorted(policy.facts) if dice.random() < known)
    return Case("random", facts=facts)


def test_a_further_fact_never_takes_a_decided_clause_back(policy: Policy) -> None:
    dice = random.Random(1)
    for _ in range(40):
        case = random_case(policy, dice)
        before = assess(case, policy)
        known = {fact.type for fact in case.facts}
        further = [iri for iri in sorted(policy.facts) if iri not in known]
        if not further:
            continue
        after = assess(case._replace(facts=(*case.facts, Fact(dice.choice(further), dice.random() < 0.5))), policy)
        for iri, item in before.answers.items():
            if item.state in ("applies", "excluded"):
                assert after.answers[iri].state == item.state


def test_each_missing_set_settles_and_none_of_its_parts_does(policy: Policy) -> None:
    dice = random.Random(2)
    checked = 0
    for _ in range(25):
        case = random_case(policy, dice)
        for item in assess(case, policy).answers.values():
            if item.state != "could_apply" or any(literal[0] == "*" for found in item.missing for literal in found):
                continue
            for found in item.missing[:3]:
                supplied = tuple(Fact(literal[1:], literal[0] == "+") for literal in found)
                assert _state(case, supplied, item.clause.iri, policy) == "applies"
                for left_out in range(len(supplied)):
                    part = supplied[:left_out] + supplied[left_out + 1 :]
                    assert _state(case, part, item.clause.iri, policy) != "applies"
                checked += 1
    assert checked > 50


def _state(case: Case, facts: tuple[Fact, ...], clause: str, policy: Policy) -> str | None:
    others = tuple(fact for fact in case.facts if fact.type not in {new.type for new in facts})
    tree = explain_case(case._replace(facts=(*others, *facts)), policy, "recommended")
    return next(node.state for node in tree.walk() if node.kind == "clause" and node.about == clause)


def test_derived_facts_do_not_depend_on_the_order_of_facts(policy: Policy) -> None:
    dice = random.Random(3)
    for _ in range(20):
        case = random_case(policy, dice)
        shuffled = list(case.facts)
        dice.shuffle(shuffled)
        one = {f.type: f.value for f in with_derived_facts(case, policy).facts}
        other = {f.type: f.value for f in with_derived_facts(case._replace(facts=tuple(shuffled)), policy).facts}
        assert one == other
