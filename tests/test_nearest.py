"""What is proposed for names that are not known never says the contrary of what was written."""

from __future__ import annotations

import pytest

from dandang.cases import read_cases
from dandang.cases.nearest import suggested_facts, suggested_names
from dandang.model import Policy
from dandang.vocabulary import Vocabulary

TURNED = "（答案要反过来写）"


@pytest.mark.parametrize(
    ("written", "proposed"),
    [
        ("无重大损失", "未造成重大损失"),
        ("没有重大损失", "未造成重大损失"),
        ("没有造成重大损失", "未造成重大损失"),
        ("并未造成重大损失", "未造成重大损失"),
        ("非重大损失", "未造成重大损失"),
        ("不存在重大损失", "未造成重大损失"),
        ("不勤勉尽责", "未勤勉尽责"),
        ("未谋取私利益", "未谋取私利"),
        ("未经调查核实", "经调查核实" + TURNED),
        ("不临阵退缩", "临阵退缩" + TURNED),
        # A denial that the policy has is taken back by leaving it out, too.
        ("坚决", "不坚决" + TURNED),
        # Here the sign is part of a word and denies nothing.
        ("不可预见的因素", "不可预见因素"),
        ("无法正常履职", "无法正常履行工作职责"),
        ("不够坚决", "不坚决"),
        ("勤勉尽则", "勤勉尽责"),
    ],
)
def test_a_denial_is_proposed_as_a_denial(written: str, proposed: str, policy: Policy) -> None:
    assert suggested_facts(written, Vocabulary(policy))[0].zh == proposed


@pytest.mark.parametrize("written", ["no major losses", "not major loss", "without major loss", "non-major loss"])
def test_so_it_is_in_english(written: str, policy: Policy) -> None:
    assert suggested_facts(written, Vocabulary(policy))[0].en == "no major loss"


def test_a_fact_type_of_rdf(policy: Policy) -> None:
    known = (iri.rsplit("/", 1)[-1] for iri in policy.facts)
    assert suggested_names("no-major-loss", known)[0] == (
        "major-loss" + TURNED,
        "major-loss (with the answer turned round)",
    )


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.csv"])
def test_every_format_proposes_it(name: str, policy: Policy) -> None:
    content = {
        "a.yaml": "id: 甲\nfacts:\n  无重大损失: 是\n",
        "a.json": '{"id": "甲", "facts": {"无重大损失": "是"}}',
        "a.csv": "编号,标题,无重大损失\n甲,一,是\n",
    }[name]
    (read,) = read_cases(content.encode(), policy, name=name)
    (finding,) = read.findings
    assert (
        finding.hint
        and finding.hint.zh == "是不是：未造成重大损失？"
        and finding.hint.en == "did you mean: no major loss?"
    )
