"""Cases made by a program: the smallest that satisfy or violate a clause, and random ones.

A case made here never contradicts itself. Its facts are stated ones; `with_derived_facts` adds what follows from them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from typing import NamedTuple, TypeAlias

from dandang.compiled import Requirement, Route, routes
from dandang.model import (
    READINGS,
    Cadre,
    Case,
    Clause,
    ClauseCondition,
    Condition,
    DecidedSanction,
    Fact,
    FactType,
    Policy,
    Reading,
)
from dandang.namespaces import LION_LIST

#: A fact type and a value.
Literal: TypeAlias = tuple[str, bool]
Literals: TypeAlias = frozenset[Literal]


class Made(NamedTuple):
    """A case made for a clause: its facts, all of them needed, give the clause the value under the reading."""

    case: Case
    clause: Clause
    reading: Reading
    value: bool


# --- the smallest sets of facts ---------------------------------------------------------------------------------------


def satisfying(found: Iterable[Route]) -> tuple[Literals, ...]:
    """One alternative for each requirement of one route, in every way."""
    return _smallest(
        frozenset((leaf.fact, leaf.required) for leaf in choice)
        for route in found
        for choice in product(*(requirement.alternatives for requirement in route))
    )


def violating(found: Iterable[Route]) -> tuple[Literals, ...]:
    """All alternatives of one requirement false for each route, in every way."""
    return _smallest(frozenset().union(*map(_violation, choice)) for choice in product(*found))


def _violation(requirement: Requirement) -> Literals:
    return frozenset((leaf.fact, not leaf.required) for leaf in requirement.alternatives)


def _smallest(sets: Iterable[Literals]) -> tuple[Literals, ...]:
    """The sets that contain no other and no fact with two values; in a fixed order."""
    kept: list[Literals] = []
    for one in sorted(set(sets), key=lambda found: (len(found), sorted(found))):
        if len({fact for fact, _ in one}) == len(one) and not any(other <= one for other in kept):
            kept.append(one)
    return tuple(kept)


# --- cases for each clause --------------------------------------------------------------------------------------------


def clause_cases(policy: Policy) -> Iterator[Made]:
    """Every smallest satisfying and violating set of every clause in each reading, as a case."""
    for reading in READINGS:
        for clause in policy.clauses.values():
            for value in (True, False):
                for number, facts in enumerate(_sets(policy, clause, reading, value), start=1):
                    name = f"{clause.notation}-{reading}-{'met' if value else 'unmet'}-{number}"
                    yield Made(_case(name, facts), clause, reading, value)


def different(found: Iterable[Made]) -> tuple[Case, ...]:
    """The cases without those that say the same as an earlier one."""
    return tuple({frozenset((fact.type, fact.value) for fact in made.case.facts): made.case for made in found}.values())


def _case(name: str, facts: Iterable[Literal]) -> Case:
    return Case(name, facts=tuple(Fact(kind, value) for kind, value in sorted(facts)))


def _sets(policy: Policy, clause: Clause, reading: Reading, value: bool) -> tuple[Literals, ...]:
    """The smallest sets of a clause. Where any clause of a list must apply: with one set for each clause of that list."""
    if not policy.effective_conditions(clause):
        return ()
    make = satisfying if value else violating
    own = make(routes(policy, clause, reading))
    lists = [name for part in policy.effective_conditions(clause) for name in _lists_asked(part)]
    if not lists:
        return own
    members = [[make(routes(policy, member, reading)) for member in policy.clauses_of(name)] for name in lists]
    if value:
        firsts = [[sets[0] for sets in of_list] for of_list in members]
        return _consistent(policy, (one.union(*chosen) for one in own for chosen in product(*firsts)))
    return _consistent(policy, (*own, *(_together(policy, of_list) for of_list in members)))


def _lists_asked(condition: Condition) -> Iterator[str]:
    if isinstance(condition, ClauseCondition):
        yield condition.clauses
    for member in getattr(condition, "members", ()):
        yield from _lists_asked(member)


def _consistent(policy: Policy, sets: Iterable[Literals]) -> tuple[Literals, ...]:
    return tuple(one for one in _smallest(sets) if Known(policy).learn(one))


def _together(policy: Policy, choices: Iterable[Iterable[Literals]]) -> Literals:
    """One set of each, all true at once: the first that fit, and then without what is not needed."""
    known = Known(policy)
    wanted = [tuple(sets) for sets in choices]
    for sets in wanted:
        next(one for one in sets if known.learn(one))
    facts = set(known.stated)
    for fact in sorted(facts):
        if all(any(one <= facts - {fact} for one in sets) for sets in wanted):
            facts.remove(fact)
    return frozenset(facts)


# --- what is known without contradiction ------------------------------------------------------------------------------


class Known:
    """Facts with all that follows from them; refuses what contradicts them."""

    def __init__(self, policy: Policy) -> None:
        self._follows = _follows(tuple(policy.facts.values()))
        self._values: dict[str, bool] = {}
        self.stated: list[Literal] = []

    def knows(self, fact: str) -> bool:
        return fact in self._values

    def learn(self, facts: Iterable[Literal], *, stated: bool = True) -> bool:
        """Add the facts unless they contradict each other or what is known; whether they were added."""
        new = dict(self._values)
        waiting = list(facts)
        for fact, value in waiting:
            if new.setdefault(fact, value) is not value:
                return False
            waiting += self._follows.get((fact, value), ())
        self.stated += [fact for fact in facts if stated and fact not in self.stated]
        self._values = new
        return True


@cache
def _follows(facts: tuple[FactType, ...]) -> Mapping[Literal, tuple[Literal, ...]]:
    """What follows from a fact in one step."""
    found: dict[Literal, tuple[Literal, ...]] = {}

    def note(cause: Literal, effect: Literal) -> None:
        if effect not in found.get(cause, ()):
            found[cause] = (*found.get(cause, ()), effect)

    for fact in facts:
        for other in fact.contraries:
            note((fact.iri, True), (other, False))
            note((other, True), (fact.iri, False))
        for other in fact.implies:
            note((fact.iri, True), (other, True))
            note((other, False), (fact.iri, False))
    return found


# --- random cases -----------------------------------------------------------------------------------------------------


def random_cases(policy: Policy, number: int, *, seed: int) -> Iterator[Case]:
    """Cases by chance: facts of all types, few or many, mostly yes or mostly no; half of them built around a few clauses."""
    dice = random.Random(seed)
    make = _maker(policy, dice)
    for count in range(number):
        yield make(f"random-{seed}-{count}")


def _maker(policy: Policy, dice: random.Random) -> Callable[[str], Case]:
    types = sorted(policy.facts)
    sets = [made.case.facts for made in clause_cases(policy)]
    bases = sorted({basis for fact in policy.facts.values() for basis in fact.established_by} - {LION_LIST})
    measures = sorted(policy.measure_outcomes)

    def make(name: str) -> Case:
        known = Known(policy)
        frame = _frame(name, dice, bases, measures)
        known.learn(_established(policy, frame), stated=False)
        for facts in dice.sample(sets, dice.choice((0, 0, 0, 1, 2, 4))):
            known.learn([(fact.type, bool(fact.value)) for fact in facts])
        density, share = dice.random() ** 2, dice.random()
        for kind in dice.sample(types, len(types)):
            if dice.random() < density and not known.knows(kind):
                known.learn([(kind, dice.random() < share)])
        unsettled = [kind for kind in types if not known.knows(kind) and dice.random() < 0.02]
        settled = [Fact(kind, value) for kind, value in known.stated]
        unknown = [Fact(kind, None, contested=dice.random() < 0.5) for kind in unsettled]
        return frame._replace(facts=(*settled, *unknown))

    return make


def _frame(name: str, dice: random.Random, bases: list[str], measures: list[str]) -> Case:
    """A case without facts: sometimes with a date, a domain, a place on the list, decided sanctions."""
    return Case(
        name,
        on=dice.choice(("", "2018-09-01", "2017-03-02")),
        domain=dice.choice(("", "", *(basis for basis in bases if "/domain/" in basis))),
        cadre=Cadre(on_list=dice.choice((None, None, True, False))),
        sanctions=tuple(DecidedSanction(measure) for measure in dice.sample(measures, dice.choice((0, 0, 0, 1, 2)))),
    )


def _established(policy: Policy, case: Case) -> list[Literal]:
    stated = {case.domain, *(policy.measure_outcomes[sanction.measure] for sanction in case.sanctions)} - {""}
    found = [(fact.iri, True) for fact in policy.facts.values() if stated.intersection(fact.established_by)]
    if case.cadre.on_list is not None:
        found += [(fact.iri, case.cadre.on_list) for fact in policy.facts.values() if LION_LIST in fact.established_by]
    return found


# --- cases with defects -----------------------------------------------------------------------------------------------

_DAYS = ("", "2017-01-01", "2018-08-15", "2018-09-01", "2018-12-31", "2019-06-01", "2019-07-01", "2999-01-01")


def defective_cases(policy: Policy, number: int, *, seed: int, most_facts: int = 8) -> Iterator[Case]:
    """Cases that say what a case can say in any combination, contradictions included; only what is unknown to the policy is missing."""
    dice = random.Random(seed)
    sets = [made.case.facts for made in clause_cases(policy)]
    types, clauses = sorted(policy.facts), sorted(policy.clauses)
    exemptions = [iri for iri in clauses if policy.clauses[iri].kind == "ExemptionClause"]
    for count in range(number):
        stated = [fact for facts in dice.sample(sets, dice.choice((0, 1, 1, 2))) for fact in facts]
        stated += [Fact(kind, dice.random() < 0.7) for kind in dice.sample(types, dice.choice((0, 1, 3)))]
        facts = {fact.type: _spoilt(fact, dice) for fact in dice.sample(stated, min(len(stated), most_facts))}
        claims = dice.sample(exemptions, dice.choice((0, 0, 1, 2))) + dice.sample(clauses, dice.choice((0,) * 9 + (1,)))
        measures = dice.sample(policy.schemes["measure"], dice.choice((0, 0, 1, 2)))
        yield Case(
            f"defect-{seed}-{count}",
            dice.choice(("", "标题")),
            dice.choice(_DAYS),
            dice.choice(("", *_DAYS)),
            Cadre(
                dice.choice(("", *policy.schemes["rank"])), dice.choice(("", "局长")), dice.choice((None, True, False))
            ),
            dice.choice(("", *policy.schemes["domain"])),
            facts=tuple(facts.values()),
            sanctions=tuple(
                DecidedSanction(measure, dice.choice(_DAYS), dice.choice(("", "市委")), dice.choice(("", "理由")))
                for measure in measures
            ),
            claims=tuple(dict.fromkeys(claims)),
        )


def _spoilt(fact: Fact, dice: random.Random) -> Fact:
    fact = fact._replace(
        evidence=dice.choice(("", "纪要")), found_by=dice.choice(("", "调查组")), found_on=dice.choice(("", *_DAYS))
    )
    if dice.random() < 0.1:
        return fact._replace(value=None, contested=dice.random() < 0.5)
    return fact._replace(value=not fact.value) if dice.random() < 0.2 else fact
