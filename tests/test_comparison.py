"""Two clauses side by side, checked by hand against the article."""

from __future__ import annotations

from dandang.comparison import compare
from dandang.model import Comparison, FactCondition, Policy


def names(pairs: tuple[tuple[FactCondition, FactCondition], ...], policy: Policy) -> list[tuple[str, str]]:
    return [(policy.label(one.fact).zh, policy.label(other.fact).zh) for one, other in pairs]


def compared(left: str, right: str, policy: Policy) -> Comparison:
    return compare(policy.by_notation[left], policy.by_notation[right], policy)


def test_the_closest_mirror(policy: Policy) -> None:
    found = compared("A11", "E7", policy)
    assert names(found.shared, policy) == [("维护社会稳定", "维护社会稳定")]
    assert names(found.contrary, policy) == [("不敢果断决策", "果断决策")]
    assert ("处理突发事件", "处理突发应急事件") in names(found.near, policy)
    assert "怕担责任" in [policy.label(leaf.fact).zh for leaf in found.only_left]
    assert "一定失误" in [policy.label(leaf.fact).zh for leaf in found.only_right]
    assert len(found.mirrors) == 1


def test_one_fact_with_opposite_values_is_contrary(policy: Policy) -> None:
    assert ("主动作为", "主动作为") in names(compared("A2", "E2", policy).contrary, policy)


def test_turning_round_turns_the_pairs_round(policy: Policy) -> None:
    one, other = compared("A11", "E7", policy), compared("E7", "A11", policy)
    assert [(right, left) for left, right in one.near] == sorted(
        other.near, key=lambda pair: one.near.index((pair[1], pair[0]))
    )
    assert one.only_left == other.only_right
