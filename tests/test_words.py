"""The same word for the same thing: states and verdicts are called in reports what the graph calls them."""

from __future__ import annotations

import pytest

from dandang import resources
from dandang.assessment import assess
from dandang.cases import read_file
from dandang.messages import Text
from dandang.model import Policy
from dandang.namespaces import CONCEPTS, DD
from dandang.policy import load_quads
from dandang.render.phrases import STATES, VERDICTS, notation_ranges, verdict_sentence
from dandang.store import Index


def test_states(policy: Policy) -> None:
    index = Index(load_quads(resources.scheme_files()))
    assert set(policy.schemes["state"]) == {f"{CONCEPTS}state/{name.replace('_', '-')}" for name in STATES}
    for name, (word, sign) in STATES.items():
        iri = f"{CONCEPTS}state/{name.replace('_', '-')}"
        assert (policy.label(iri), index.value(iri, DD + "symbol")) == (word, sign)


def test_verdicts(policy: Policy) -> None:
    told = {iri.rsplit("/", 1)[-1].replace("-", "_"): policy.label(iri) for iri in policy.schemes["verdict"]}
    assert told == VERDICTS


def test_everything_has_a_label_in_both_languages(policy: Policy) -> None:
    missing = [iri for iri, label in policy.names.items() if not all(label)]
    assert missing == []
    for fact in policy.facts.values():
        assert all(fact.label) and all(fact.question) and all(fact.definition), fact.iri


@pytest.mark.parametrize(
    ("notations", "said"),
    [
        (["E1", "E2", "E3"], ["E1–E3"]),
        (["E1", "E2"], ["E1", "E2"]),
        (["A4", "E1", "E2", "E3", "E5"], ["A4", "E1–E3", "E5"]),
        ([], []),
    ],
)
def test_ranges(notations: list[str], said: list[str]) -> None:
    assert notation_ranges(notations) == said


def test_names_of_facts_are_not_shared_but_for_those_meant_to_be(policy: Policy) -> None:
    owners: dict[str, list[str]] = {}
    for fact in policy.facts.values():
        for name in {*fact.label, *fact.names, *(fact.negated or Text("", ""))}:
            owners.setdefault(name, []).append(fact.iri)
    shared = {name for name, iris in owners.items() if len(iris) > 1 and name}
    assert shared == {"造成恶劣影响", "政策优惠"}


def test_who_decides_on_exemption_is_said_only_where_the_text_says_it(policy: Policy) -> None:
    """The article names nobody; a further document may give its list a procedure."""
    case = read_file("data/cases/2018-015-promise-and-long-standing-problem.yaml", policy)[0].case
    said = verdict_sentence(assess(case, policy), policy)
    assert "由谁决定，文中没有写明" in said.zh and "who decides the text does not say" in said.en
    name = policy.by_notation["E6"].clause_list
    lists = {**policy.lists, name: policy.lists[name]._replace(procedures=(name + "-procedure",))}
    assert "见E6的程序" in verdict_sentence(assess(case, policy), policy._replace(lists=lists)).zh
