"""Hand-written cases for every clause: tests/cases/A11.yaml and the like, which a lawyer can read; tests/cases/README.md explains them.

Each test goes the whole way, from the text of a case file to the answer about the clause.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from dandang.assessment import assess
from dandang.cases import ReadCase, read_cases
from dandang.compiled import Requirement, Route, routes
from dandang.model import READINGS, Assessment, Clause, Fact, FactCondition, Policy, Reading, Truth
from dandang.policy import load_policy
from dandang.vocabulary import Vocabulary

FOLDER = Path(__file__).parent / "cases"
KINDS = ("AccountabilityCircumstance", "ExemptionClause", "ListExit", "SanctionTrack")
FILE_KEYS = {"clause", "document", "quote", "source", "reading", "base", "cadre", "sanctions", "tests"}
TEST_KEYS = {"name", "facts", "without", "one_of", "each", "is", "each_sanction", "each_domain", "domain", "cadre"}
TEST_KEYS |= {"sanctions", "expect"}
EXPECT_KEYS = {"state", "strict", "missing", "excluded_by", "also"}
#: Stands for the fact of an `each` or `one_of` test that is being tried.
THIS = "本项"
#: Stands for the first half of the gate of every sanction: that some listed circumstance applies.
ANY_CIRCUMSTANCE = "所列情形之一"

Literal = tuple[str, bool]


class LawTest(NamedTuple):
    """One test after expansion: a case, and what the clause's answer must be."""

    clause: str
    number: str
    name: str
    case: str
    expect: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.clause}-{self.number}"

    def __str__(self) -> str:
        return f"{self.clause} {self.number}：{self.name}"


# --- reading the files ------------------------------------------------------------------------------------------------


@cache
def loaded() -> tuple[Policy, Vocabulary]:
    """The policy, for expanding the files while tests are collected."""
    policy = load_policy()
    return policy, Vocabulary(policy)


@cache
def files() -> Mapping[str, dict[str, Any]]:
    """Every file by clause. All scalars are text, so that yes stays yes."""
    read = (
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) for path in sorted(FOLDER.glob("*.yaml"))
    )
    return {file["clause"]: file for file in read}


def meant(name: str) -> Literal:
    """The fact type that a name stands for, and whether the name says it or denies it."""
    if name == ANY_CIRCUMSTANCE:
        return name, True
    found = loaded()[1].fact(name)
    assert len(found) == 1, f"“{name}”不是一个明确的事实名"
    return next(iter(found))


def stated(*parts: Mapping[str, str]) -> dict[str, str]:
    """Facts of several parts under their names; a later statement about the same fact type replaces an earlier one."""
    by_type = {meant(name)[0]: (name, value) for part in parts for name, value in part.items()}
    return dict(by_type.values())


def expanded(file: Mapping[str, Any]) -> Iterator[LawTest]:
    """The tests of a file, each `one_of`, `each`, `each_sanction` and `each_domain` written out."""
    assert set(file) <= FILE_KEYS, f"{file['clause']}：不认识的键 {set(file) - FILE_KEYS}"
    for position, test in enumerate(file["tests"], start=1):
        assert set(test) <= TEST_KEYS, f"{file['clause']} {position}：不认识的键 {set(test) - TEST_KEYS}"
        varied = list(variants(test))
        for place, (this, change) in enumerate(varied, start=1):
            number = f"{position:02}.{place}" if len(varied) > 1 else f"{position:02}"
            name = f"{test['name']}（{this}）" if this else test["name"]
            case = case_text(file, test, change, f"{file['clause']}-{number}")
            expect = expectation(test["expect"], this)
            yield LawTest(file["clause"], number, name, case, expect)


def variants(test: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What an expanded test tries, and how its case differs."""
    if "one_of" in test:
        for this in test["one_of"]:
            yield this, {"facts": {name: "yes" if name == this else "no" for name in test["one_of"]}}
    elif "each" in test:
        for this in test["each"]:
            yield this, {"facts": {this: test["is"]}}
    elif "each_sanction" in test:
        for this in test["each_sanction"]:
            yield this, {"sanctions": [this]}
    elif "each_domain" in test:
        for this in test["each_domain"]:
            yield this, {"domain": this}
    else:
        yield "", {}


def case_text(file: Mapping[str, Any], test: Mapping[str, Any], change: Mapping[str, Any], identifier: str) -> str:
    """The case file of a test. It is written as JSON, a subset of the YAML that people write."""
    removed = {meant(name)[0] for name in test.get("without", ())}
    base = {name: value for name, value in file["base"].items() if meant(name)[0] not in removed}
    case = {"id": identifier, "facts": stated(base, test.get("facts", {}), change.get("facts", {}))}
    for key in ("cadre", "sanctions", "domain"):
        value = change.get(key, test.get(key, file.get(key)))
        if value:
            case[key] = value
    return json.dumps(case, ensure_ascii=False)


def expectation(expect: str | Mapping[str, Any], this: str) -> dict[str, Any]:
    """What is expected, with the placeholder filled in and facts as fact types."""
    given = {"state": expect} if isinstance(expect, str) else dict(expect)
    assert set(given) <= EXPECT_KEYS, f"expect：不认识的键 {set(given) - EXPECT_KEYS}"
    state = given["state"]
    assert ("excluded_by" in given) == (state == "excluded"), "excluded 须写 excluded_by，其他状态不写"
    assert ("missing" in given) == (state in ("could_apply", "open")), "could_apply 和 open 须写 missing，其他状态不写"
    return {
        "state": state,
        "strict": given.get("strict", state),
        "missing": [frozenset(literals(found, this)) for found in given.get("missing", ())],
        "excluded_by": frozenset(literals(given.get("excluded_by", {}), this)),
        "also": given.get("also", {}),
    }


def literals(facts: Any, this: str) -> Iterator[Literal]:
    """Facts of an expectation: names in a list, or names with yes or no."""
    if isinstance(facts, dict):
        for name, value in facts.items():
            assert value in ("yes", "no"), value
            fact, positive = meant(this if name == THIS else name)
            yield fact, positive is (value == "yes")
    else:
        for item in facts:
            yield from literals(item if isinstance(item, dict) else {item: "yes"}, this)


TESTS = [test for file in files().values() for test in expanded(file)]


# --- every test -------------------------------------------------------------------------------------------------------


@cache
def read() -> Mapping[str, ReadCase]:
    """Every test's case, read the way a case file is read; all in one file, because that is quicker."""
    content = "[" + ",".join(test.case for test in TESTS) + "]"
    return {found.case.id: found for found in read_cases(content.encode(), loaded()[0], name="tests.json")}


@cache
def answer(identifier: str) -> Assessment:
    """The assessment of a test's case, which must have been written without any mistake."""
    found = read()[identifier]
    assert not found.findings, [finding.render("zh") for finding in found.findings]
    return assess(found.case, loaded()[0], today="2026-01-01")


def told(literal: str) -> Literal:
    """A literal of an answer as a fact type and the value it has or needs."""
    return (ANY_CIRCUMSTANCE if literal[0] in "*~" else literal[1:]), literal[0] in "+*"


def in_words(found: frozenset[Literal] | list[frozenset[Literal]]) -> str:
    """Fact types as a failing test shows them."""
    if isinstance(found, list):
        return "；".join(sorted(map(in_words, found))) or "无"
    facts = loaded()[0].facts
    said = (f"{facts[iri].label.zh if iri in facts else iri}：{'是' if value else '否'}" for iri, value in found)
    return "、".join(sorted(said)) or "无"


@pytest.mark.parametrize("test", [pytest.param(test, id=f"{test.id}-{test.expect['state']}") for test in TESTS])
def test_clause(test: LawTest) -> None:
    clause = loaded()[0].by_notation[test.clause]
    found, expect = answer(test.id).answers, test.expect
    own = found[clause.iri]
    states = {answered.clause.notation: answered.state for answered in found.values()}
    assert own.state == expect["state"], str(test)
    assert own.readings["strict"] == expect["strict"], f"{test}（从严读法）"
    missing = [frozenset(map(told, literals)) for literals in own.missing]
    assert in_words(missing) == in_words(expect["missing"]), str(test)
    assert in_words(frozenset(map(told, own.excluded_by))) == in_words(expect["excluded_by"]), str(test)
    assert {notation: states[notation] for notation in expect["also"]} == expect["also"], str(test)


# --- every file -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", files())
def test_file_carries_the_clause_it_tests(notation: str) -> None:
    file, policy = files()[notation], loaded()[0]
    clause = policy.by_notation[notation]
    assert (FOLDER / f"{notation}.yaml").is_file()
    assert clause.quote and file["quote"] == clause.quote.exact
    assert (
        file["document"] == f"{policy.documents[clause.document].notation}《{policy.documents[clause.document].title}》"
    )
    assert "长江日报" in file["source"]
    names = [test["name"] for test in file["tests"]]
    assert len(names) == len(set(names)), "同一文件里有重名的测试"


# --- nothing is left out ----------------------------------------------------------------------------------------------


def holds(leaf: FactCondition, facts: Mapping[str, Fact]) -> Truth:
    """Whether an alternative is satisfied by the facts."""
    value = facts[leaf.fact].value if leaf.fact in facts else None
    return None if value is None else value is leaf.required


def value_of(requirement: Requirement, facts: Mapping[str, Fact]) -> Truth:
    """Whether a requirement is satisfied: by any of its alternatives."""
    values = [holds(leaf, facts) for leaf in requirement.alternatives]
    return True if True in values else None if None in values else False


def only(leaf: FactCondition, requirement: Requirement, facts: Mapping[str, Fact]) -> bool:
    """Whether an alternative alone satisfies its requirement; others may hold only as following from it."""
    others = (other for other in requirement.alternatives if other != leaf)
    return holds(leaf, facts) is True and all(
        holds(other, facts) is not True or facts[other.fact].derived_from == leaf.fact for other in others
    )


def lacking(clause: Clause, reading: Reading, route: Route) -> Iterator[str]:
    """What no test of a clause tries, of one route under one reading."""
    policy = loaded()[0]
    answers = [answer(test.id) for test in TESTS if test.clause == clause.notation]
    label = lambda leaf: f"{'' if leaf.required else '非'}{policy.facts[leaf.fact].label.zh}"  # noqa: E731
    seen = [({fact.type: fact for fact in found.case.facts}, found.answers[clause.iri]) for found in answers]
    applied = [
        facts
        for facts, own in seen
        if own.readings[reading] == "applies" and all(value_of(requirement, facts) for requirement in route)
    ]
    for requirement in route:
        names = "、".join(map(label, requirement.alternatives))
        for leaf in requirement.alternatives:
            if not any(only(leaf, requirement, facts) for facts in applied):
                yield f"{clause.notation}（{reading}）没有单凭“{label(leaf)}”成立的测试"
        if not any(value_of(requirement, facts) is False for facts, _ in seen):
            yield f"{clause.notation}（{reading}）没有否定“{names}”的测试"
        if not any(value_of(requirement, facts) is None and own.missing for facts, own in seen):
            yield f"{clause.notation}（{reading}）没有“{names}”不明的测试"


def test_every_clause_is_tested_in_every_way(policy: Policy) -> None:
    wanted = [clause for clause in policy.clauses.values() if clause.kind in KINDS]
    absent = [f"{clause.notation} 没有文件" for clause in wanted if clause.notation not in files()]
    for clause in wanted:
        if clause.notation not in files():
            continue
        states = {test.expect["state"] for test in TESTS if test.clause == clause.notation}
        absent += [
            f"{clause.notation} 没有 {state} 的测试"
            for state in ("applies", "could_apply", "open", "excluded")
            if state not in states
        ]
        for reading in READINGS:
            absent += [line for route in routes(policy, clause, reading) for line in lacking(clause, reading, route)]
    assert not absent, "\n".join(dict.fromkeys(absent))
