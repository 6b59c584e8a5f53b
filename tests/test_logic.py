"""Strong Kleene logic and the minimal sets, held to brute force on small trees."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from dandang.assessment.logic import all_of, any_of, fold, grounds, minimal, ways
from dandang.model import Explanation, Truth

TRUTHS: tuple[Truth, ...] = (True, False, None)


def test_conjunction_table() -> None:
    expected = {
        (True, True): True, (True, None): None, (True, False): False,
        (None, None): None, (None, False): False, (False, False): False,
    }  # fmt: skip
    for (left, right), value in expected.items():
        assert all_of([left, right]) is value
        assert all_of([right, left]) is value


def test_disjunction_is_the_dual_of_conjunction() -> None:
    negate = {True: False, False: True, None: None}
    for left, right in product(TRUTHS, repeat=2):
        assert any_of([left, right]) is negate[all_of([negate[left], negate[right]])]


def test_empty_groups() -> None:
    assert all_of([]) is True
    assert any_of([]) is False


def test_minimal_drops_supersets_and_contradictions() -> None:
    sets = [frozenset({"+a", "+b"}), frozenset({"+a"}), frozenset({"+c", "-c"})]
    assert minimal(sets) == (frozenset({"+a"}),)


NAMES = "abcd"


def leaf(name: str, required: bool, value: Truth) -> Explanation:
    return Explanation(name, "fact", None if value is None else value is required, required=required)


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> tuple[object, dict[str, Truth]]:
    """A tree shape over few facts, and values for the facts."""
    values = {name: draw(st.sampled_from(TRUTHS)) for name in NAMES}

    def shape(level: int) -> object:
        if level == 0 or draw(st.booleans()):
            return draw(st.sampled_from(NAMES)), draw(st.booleans())
        operator = draw(st.sampled_from(["allOf", "anyOf"]))
        return operator, [shape(level - 1) for _ in range(draw(st.integers(1, 3)))]

    return shape(depth), values


def build(shape: object, values: dict[str, Truth]) -> Explanation:
    head, rest = shape  # type: ignore[misc]
    if head in NAMES:
        return leaf(head, rest, values[head])
    premises = tuple(build(part, values) for part in rest)
    return Explanation("", "group", fold(head, (p.value for p in premises)), head, premises=premises)


def brute_force(shape: object, values: dict[str, Truth], wanted: bool) -> set[frozenset[str]]:
    """All minimal assignments to unknown facts that give the tree the wanted value, by trying every one."""
    unknown = [name for name, value in values.items() if value is None]
    found: list[frozenset[str]] = []
    for size in range(len(unknown) + 1):
        for names in combinations(unknown, size):
            for chosen in product((True, False), repeat=size):
                literals = frozenset(("+" if value else "-") + name for name, value in zip(names, chosen, strict=True))
                if any(other <= literals for other in found):
                    continue
                if build(shape, {**values, **dict(zip(names, chosen, strict=True))}).value is wanted:
                    found.append(literals)
    return set(found)


@settings(max_examples=400, deadline=None)
@given(trees(), st.booleans())
def test_ways_are_exactly_the_minimal_sets(tree: tuple[object, dict[str, Truth]], wanted: bool) -> None:
    shape, values = tree
    assert set(ways(build(shape, values), wanted)) == brute_force(shape, values, wanted)


@settings(max_examples=200, deadline=None)
@given(trees())
def test_grounds_force_the_value_and_need_all_their_facts(tree: tuple[object, dict[str, Truth]]) -> None:
    shape, values = tree
    node = build(shape, values)
    if node.value is None:
        return
    found = grounds(node, node.value)
    assert found
    for literals in found:
        alone: dict[str, Truth] = dict.fromkeys(NAMES)
        alone.update({literal[1:]: literal[0] == "+" for literal in literals})
        assert build(shape, alone).value is node.value
        for literal in literals:
            assert build(shape, {**alone, literal[1:]: None}).value is None


@settings(max_examples=200, deadline=None)
@given(trees(), st.sampled_from(NAMES), st.booleans())
def test_a_fact_never_takes_a_decided_value_back(tree: tuple[object, dict[str, Truth]], name: str, value: bool) -> None:
    shape, values = tree
    before = build(shape, values).value
    if before is not None and values[name] is None:
        assert build(shape, {**values, name: value}).value is before
