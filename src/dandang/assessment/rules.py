"""A policy made ready for assessing cases: what does not depend on the case is found out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dandang.model import (
    Clause,
    ClauseCondition,
    Condition,
    ConditionGroup,
    Explanation,
    Fact,
    FactCondition,
    MissingSet,
    Policy,
    Reading,
)


class Rules:
    """The clauses of a policy by kind and list, their effective conditions, and how a condition stands while nothing is known of it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        #: Kind of clause → list → its clauses in the order of the text.
        self.lists: dict[str, dict[str, list[Clause]]] = {}
        for clause in policy.clauses.values():
            self.lists.setdefault(clause.kind, {}).setdefault(clause.clause_list, []).append(clause)
        #: The explanations of conditions that a case is silent on: the same for every such case.
        self.silent: dict[tuple[str, Reading], Explanation] = {}
        #: Kind of outcome → the fact types that a decided sanction of that kind establishes, among what else is declared so.
        self.established: dict[str, list[str]] = {}
        for fact in policy.facts.values():
            for basis in fact.established_by:
                self.established.setdefault(basis, []).append(fact.iri)
        #: What would establish the setting of a clause in a case that is silent on it.
        self.unset: dict[str, tuple[MissingSet, ...]] = {}
        self._settings: dict[str, tuple[Condition, ...]] = {}
        self._conditions: dict[str, tuple[Condition, ...]] = {}
        self._asked: dict[str, frozenset[str] | None] = {}
        self._cites: dict[str, tuple[str, ...]] = {}
        self._order: dict[str, Mapping[str, int]] = {}

    def conditions(self, clause: Clause) -> tuple[Condition, ...]:
        """The effective conditions of a clause."""
        found = self._conditions.get(clause.iri)
        if found is None:
            found = self._conditions[clause.iri] = self.policy.effective_conditions(clause)
        return found

    def cites(self, clause: Clause) -> tuple[str, ...]:
        """The quotes an answer about a clause rests on: the clause's own, and its list's preconditions'."""
        if clause.iri not in self._cites:
            shared = self.policy.lists.get(clause.clause_list)
            preconditions = (self.policy.clauses[iri] for iri in (shared.preconditions if shared else ()))
            self._cites[clause.iri] = tuple(found.quote.iri for found in (clause, *preconditions) if found.quote)
        return self._cites[clause.iri]

    def order(self, node: Explanation) -> Mapping[str, int]:
        """The places of what the explanation of a clause asks for, in the order of the text: no case changes them."""
        if node.about not in self._order:
            leaves = (leaf.about for leaf in node.walk() if not leaf.premises)
            self._order[node.about] = {about: number for number, about in enumerate(leaves)}
        return self._order[node.about]

    def is_silent_on_setting(self, clause: Clause, facts: Mapping[str, Fact]) -> bool:
        """Whether none of these facts has to do with the conditions that a clause's setting is part of."""
        if clause.iri not in self._settings:
            self._settings[clause.iri] = tuple(filter(_has_setting, self.conditions(clause)))
        return all(self.is_silent(condition, facts) for condition in self._settings[clause.iri])

    def is_silent(self, condition: Condition, facts: Mapping[str, Fact]) -> bool:
        """Whether a condition asks for nothing but facts, and for none of these."""
        if condition.iri not in self._asked:
            asked = list(_asked(condition))
            self._asked[condition.iri] = None if None in asked else frozenset(filter(None, asked))
        asked_for = self._asked[condition.iri]
        return asked_for is not None and asked_for.isdisjoint(facts)


def _has_setting(condition: Condition) -> bool:
    members = condition.members if isinstance(condition, ConditionGroup) else ()
    return condition.setting or any(map(_has_setting, members))


def _asked(condition: Condition) -> Iterator[str | None]:
    """The fact types that a condition asks for; None where it asks about clauses."""
    if isinstance(condition, FactCondition):
        yield condition.fact
    elif isinstance(condition, ClauseCondition):
        yield None
    else:
        for member in condition.members:
            yield from _asked(member)
