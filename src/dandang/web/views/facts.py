"""Fact types: what each means, and which clauses ask for it with which value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from dandang.model import Clause, ClauseList, Condition, ConditionGroup, FactCondition, FactType, Policy
from dandang.namespaces import DD, SKOS
from dandang.vocabulary import fold_name
from dandang.web.library import Library
from dandang.web.views.resource import pointers
from dandang.web.views.tree import facts_in


class Use(NamedTuple):
    """A clause that asks for a fact, or a list each of whose clauses does, through the list's own condition."""

    asking: Clause | ClauseList
    required: bool
    role: str
    phrase: str
    condition: str


class FactView(NamedTuple):
    """All that the page of a fact type shows."""

    fact: FactType
    uses: tuple[Use, ...]
    shared: tuple[Use, ...]
    contrary: tuple[str, ...]
    near: tuple[str, ...]
    implies: tuple[str, ...]
    implied_by: tuple[str, ...]
    suggests: tuple[str, ...]
    suggested_by: tuple[str, ...]
    names: tuple[tuple[str, str], ...]


def fact_view(fact: FactType, library: Library) -> FactView:
    """The values of a fact type's page."""
    index, policy = library.index, library.policy

    def pointing(predicate: str) -> list[str]:
        return [
            other for _, other, by in pointers(library).get(fact.iri, ()) if by == predicate and other in policy.facts
        ]

    related = [*index.values(fact.iri, SKOS + "related"), *pointing(SKOS + "related")]
    return FactView(
        fact,
        tuple(uses_of(fact.iri, policy)),
        tuple(_uses(fact.iri, policy.lists.values())),
        _unique([*fact.contraries, *pointing(DD + "contraryTo")]),
        _unique(related),
        fact.implies,
        tuple(pointing(DD + "implies")),
        fact.suggests,
        tuple(pointing(DD + "suggests")),
        tuple(library.all_texts(fact.iri, SKOS + "altLabel")),
    )


def uses_of(fact: str, policy: Policy) -> Iterable[Use]:
    """The clauses whose own condition asks for a fact, in the order of the text."""
    return _uses(fact, policy.clauses.values())


def _uses(fact: str, asking: Iterable[Clause | ClauseList]) -> Iterator[Use]:
    for one in asking:
        for leaf, role in _leaves(one.condition, "") if one.condition else ():
            if leaf.fact == fact:
                yield Use(one, leaf.required, role, leaf.phrase, leaf.iri)


def _leaves(condition: Condition, role: str) -> Iterator[tuple[FactCondition, str]]:
    """The leaves of a condition, each with the role of its own or else of the nearest group above it."""
    role = condition.role or role
    if isinstance(condition, FactCondition):
        yield condition, role
    elif isinstance(condition, ConditionGroup):
        for member in condition.members:
            yield from _leaves(member, role)


@lru_cache(maxsize=2)
def use_counts(library: Library) -> dict[str, tuple[Clause, ...]]:
    """Fact type → the clauses that ask for it."""
    found: dict[str, dict[str, Clause]] = {}
    for clause in library.policy.clauses.values():
        for leaf in facts_in(clause.condition) if clause.condition else ():
            found.setdefault(leaf.fact, {})[clause.iri] = clause
    return {fact: tuple(clauses.values()) for fact, clauses in found.items()}


def matching(library: Library, wanted: str) -> list[FactType]:
    """The fact types that a piece of a name, question or definition fits; all of them for no wish."""
    words = fold_name(wanted).split()
    return [fact for fact, text in _haystacks(library) if all(word in text for word in words)]


@lru_cache(maxsize=2)
def _haystacks(library: Library) -> tuple[tuple[FactType, str], ...]:
    return tuple((fact, _haystack(fact)) for fact in library.policy.facts.values())


def _haystack(fact: FactType) -> str:
    parts = (*fact.label, *fact.names, *fact.question, *(fact.negated or ()), fact.iri.rsplit("/", 1)[-1])
    return fold_name(" ".join(parts))


def _unique(iris: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(iris))
