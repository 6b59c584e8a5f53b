"""Facts that follow from what a case states, by relations declared in the graph.

Four relations, no others: a fact type contrary to one that holds does not hold; a fact type implied by one that holds,
holds; a fact type established by the case's domain, by list membership or by a decided sanction's kind, holds. What
a relation merely suggests is never derived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dandang.model import Case, Fact, Policy
from dandang.namespaces import LION_LIST


def with_derived_facts(case: Case, policy: Policy) -> Case:
    """The case with its derived facts added. Many cases: keep a `Derivation`."""
    return Derivation(policy).applied(case)


class Derivation:
    """What follows from what under a policy, made ready once."""

    def __init__(self, policy: Policy) -> None:
        self.outcomes = policy.measure_outcomes
        #: From a fact type and its value to the fact types and values that follow in one step.
        self.steps: dict[tuple[str, bool], list[tuple[str, bool]]] = {}
        #: From a domain, list or kind of outcome to the fact types it establishes, each with its number in the order of the policy.
        self.established: dict[str, list[tuple[int, str]]] = {}
        for number, fact in enumerate(policy.facts.values()):
            for basis in fact.established_by:
                self.established.setdefault(basis, []).append((number, fact.iri))
        for fact in policy.facts.values():
            self._add((fact.iri, True), ((contrary, False) for contrary in fact.contraries))
        for fact in policy.facts.values():
            for contrary in fact.contraries:
                self._add((contrary, True), [(fact.iri, False)])
        for fact in policy.facts.values():
            self._add((fact.iri, True), ((implied, True) for implied in fact.implies))
            for implied in fact.implies:
                self._add((implied, False), [(fact.iri, False)])

    def _add(self, cause: tuple[str, bool], effects: Iterable[tuple[str, bool]]) -> None:
        for effect in effects:
            self.steps.setdefault(cause, []).append(effect)

    def linked(self) -> set[str]:
        """The fact types from which others follow, or which follow from something."""
        steps = (kind for cause, effects in self.steps.items() for kind, _ in (cause, *effects))
        return {*steps, *(kind for based in self.established.values() for _, kind in based)}

    def applied(self, case: Case) -> Case:
        """The case with its derived facts added. A stated value always stands; conflicts are for validation to report."""
        known = {fact.type: fact for fact in case.facts}
        waiting = [*self._established(case), *(step for fact in case.facts for step in self._consequences(fact))]
        while waiting:
            fact = waiting.pop(0)
            if fact.type in known and (known[fact.type].value is not None or known[fact.type].contested):
                continue
            known[fact.type] = fact
            waiting.extend(self._consequences(fact))
        return case._replace(facts=tuple(known.values()))

    def _consequences(self, fact: Fact) -> Iterator[Fact]:
        """What follows from one fact: contraries and implications, and implications backwards from a denial."""
        if fact.value is not None:
            for kind, value in self.steps.get((fact.type, fact.value), ()):
                yield Fact(kind, value, derived_from=fact.type)

    def _established(self, case: Case) -> Iterator[Fact]:
        """Fact types established by the case's domain, lists and decided sanctions; denied by a stated absence from a list."""
        return (
            Fact(kind, value, derived_from=basis)
            for kind, value, basis in self.bases(case.domain, case.cadre.on_list, [s.measure for s in case.sanctions])
        )

    def bases(self, domain: str, on_list: bool | None, measures: Iterable[str]) -> list[tuple[str, bool, str]]:
        """The fact types that a domain, membership of the list and decided measures establish or deny, each with its basis."""
        stated = {domain, *(self.outcomes.get(measure, "") for measure in measures)} - {"", LION_LIST}
        found = [(*fact, True, basis) for basis in stated for fact in self.established.get(basis, ())]
        if on_list is not None:
            found += [(*fact, on_list, LION_LIST) for fact in self.established.get(LION_LIST, ())]
        return [(kind, value, basis) for _, kind, value, basis in sorted(found)]
