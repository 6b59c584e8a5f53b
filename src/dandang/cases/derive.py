"""Facts that follow from what a case states, by relations declared in the graph.

Four relations, no others: a fact type contrary to one that holds does not hold; a fact type implied by one that holds,
holds; a fact type established by the case's domain, by list membership or by a decided sanction's kind, holds. What
a relation merely suggests is never derived.
"""

from __future__ import annotations

from collections.abc import Iterator

from dandang.model import Case, Fact, Policy
from dandang.namespaces import LION_LIST


def with_derived_facts(case: Case, policy: Policy) -> Case:
    """The case with its derived facts added. A stated value always stands; conflicts are for validation to report."""
    known = {fact.type: fact for fact in case.facts}
    waiting = [*_established(case, policy), *(step for fact in case.facts for step in _consequences(fact, policy))]
    while waiting:
        fact = waiting.pop(0)
        if fact.type in known and (known[fact.type].value is not None or known[fact.type].contested):
            continue
        known[fact.type] = fact
        waiting.extend(_consequences(fact, policy))
    return case._replace(facts=tuple(known.values()))


def _consequences(fact: Fact, policy: Policy) -> Iterator[Fact]:
    """What follows from one fact: contraries and implications, and implications backwards from a denial."""
    if fact.value is None or fact.type not in policy.facts:
        return
    own = policy.facts[fact.type]
    if fact.value:
        for contrary in own.contraries:
            yield Fact(contrary, False, derived_from=fact.type)
        for other in policy.facts.values():
            if fact.type in other.contraries:
                yield Fact(other.iri, False, derived_from=fact.type)
        for implied in own.implies:
            yield Fact(implied, True, derived_from=fact.type)
    else:
        for other in policy.facts.values():
            if fact.type in other.implies:
                yield Fact(other.iri, False, derived_from=fact.type)


def _established(case: Case, policy: Policy) -> Iterator[Fact]:
    """Fact types established by the case's domain, lists and decided sanctions; denied by a stated absence from a list."""
    stated = {case.domain} | {policy.measure_outcomes.get(sanction.measure, "") for sanction in case.sanctions}
    for fact in policy.facts.values():
        for basis in fact.established_by:
            if basis in stated:
                yield Fact(fact.iri, True, derived_from=basis)
            elif basis == LION_LIST and case.cadre.on_list is not None:
                yield Fact(fact.iri, case.cadre.on_list, derived_from=basis)
