"""The third way of answering: OWL class axioms made from the condition trees; HermiT finds what follows for cases.

Each fact type has two classes of cases, those that hold it and those that deny it; so has each group of conditions and each clause: the
cases in which it is true, and the cases in which it is false (the dual). A case is an individual. What is entailed of it neither way is
unknown: the world is open, and nothing is assumed of a fact that is not stated. The assessment is not used here, so that the
two can be compared.

Fact types as values of properties (`holds value F`) say the same, but every test of the reasoner then drags all cases along: thirty times slower.
Naming the groups keeps nested unions out of the axioms: the reasoner need not guess, and a thousand cases take a dozen seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from dandang.model import Case, Clause, ClauseCondition, Condition, FactCondition, Policy, Reading, Truth
from dandang.namespaces import LION_LIST, OWL, RDF, RDFS
from dandang.reasoning.hermit import installed, run_hermit, world_of

_OWN = "urn:dandang:"
_TYPE, _SUBCLASS, _EQUIVALENT = RDF + "type", RDFS + "subClassOf", OWL + "equivalentClass"
_Operator: TypeAlias = Literal["unionOf", "intersectionOf"]
Answers: TypeAlias = dict[tuple[str, str], Truth]


def classify(cases: Sequence[Case], policy: Policy, reading: Reading) -> Answers:
    """The value of every clause for every case, by case id and clause IRI, from one run of HermiT.

    True or False where it is entailed that the clause applies or is excluded. The ids of the cases must differ.
    Raises ReasonerUnavailable, and ValueError where facts contradict each other: validation refuses such a case.
    """
    names = {case.id: f"{_OWN}case:{number}" for number, case in enumerate(cases)}
    if len(names) < len(cases):
        raise ValueError("the ids of the cases must differ")
    axioms = _Axioms()
    _add_facts(axioms, policy)
    _add_clauses(axioms, _Trees(policy, reading))
    for case in cases:
        _add_case(axioms, names[case.id], case, policy)
    owlready2, java = installed()
    world = world_of(owlready2, axioms.ntriples())
    if not run_hermit(owlready2, world, java):
        raise ValueError("the facts of a case contradict each other")
    return _answers(names, policy, _entailed(world))


# --- the names of classes ---------------------------------------------------------------------------------------------


def _fact_class(fact: str, value: bool) -> str:
    return f"{_OWN}{'holds' if value else 'denies'}:{fact}"


def _value_class(part: str, value: bool) -> str:
    """The cases in which a clause or a group of conditions is true, or false."""
    return f"{_OWN}{'true' if value else 'false'}:{part}"


def _force_class(clause: Clause, value: bool) -> str:
    return f"{_OWN}{'in-force' if value else 'not-in-force'}:{clause.iri}"


def _basis_class(basis: str, value: bool) -> str:
    """The cases that state a domain, a list or the outcome of a decided sanction; or that rule a list out."""
    return f"{_OWN}{'states' if value else 'rules-out'}:{basis}"


# --- axioms -----------------------------------------------------------------------------------------------------------


class _Axioms:
    """Collects axioms as N-Triples. A description is the name of a class, or the blank node of a union or intersection."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._blank = 0
        self._defined: set[str] = set()

    def ntriples(self) -> bytes:
        return "".join(self._lines).encode()

    def add(self, subject: str, predicate: str, target: str) -> None:
        self._lines.append(f"{_term(subject)} <{predicate}> {_term(target)} .\n")

    def is_new(self, name: str) -> bool:
        """Whether a class is mentioned for the first time; if so, it is declared."""
        if name in self._defined:
            return False
        self._defined.add(name)
        self.add(name, _TYPE, OWL + "Class")
        return True

    def subclass(self, below: str, above: str) -> None:
        for name in (below, above):
            self.is_new(name)
        self.add(below, _SUBCLASS, above)

    def joined(self, operator: _Operator, parts: Sequence[str]) -> str:
        """The union or the intersection of classes; of none, nothing or everything."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return OWL + ("Nothing" if operator == "unionOf" else "Thing")
        node = self._node(OWL + "Class")
        self.add(node, OWL + operator, self._list(parts))
        return node

    def _list(self, parts: Sequence[str]) -> str:
        rest = RDF + "nil"
        for part in reversed(parts):
            node = self._node(RDF + "List")
            self.add(node, RDF + "first", part)
            self.add(node, RDF + "rest", rest)
            rest = node
        return rest

    def _node(self, kind: str) -> str:
        self._blank += 1
        node = f"_:b{self._blank}"
        self.add(node, _TYPE, kind)
        return node


def _term(name: str) -> str:
    return name if name.startswith("_:") else f"<{name}>"


# --- facts ------------------------------------------------------------------------------------------------------------


def _add_facts(axioms: _Axioms, policy: Policy) -> None:
    """No case both holds and denies a fact; and what follows from a fact by the relations that the graph declares."""
    for fact in policy.facts.values():
        holds, denies = _fact_class(fact.iri, True), _fact_class(fact.iri, False)
        axioms.is_new(holds)
        axioms.is_new(denies)
        axioms.add(holds, OWL + "disjointWith", denies)
        for contrary in fact.contraries:
            axioms.subclass(holds, _fact_class(contrary, False))
            axioms.subclass(_fact_class(contrary, True), denies)
        for implied in fact.implies:
            axioms.subclass(holds, _fact_class(implied, True))
            axioms.subclass(_fact_class(implied, False), denies)
        for basis in fact.established_by:
            axioms.subclass(_basis_class(basis, True), holds)
            axioms.subclass(_basis_class(basis, False), denies)


# --- clauses ----------------------------------------------------------------------------------------------------------


class _Trees(NamedTuple):
    """The condition trees of a policy under a reading."""

    policy: Policy
    reading: Reading


def _add_clauses(axioms: _Axioms, trees: _Trees) -> None:
    for clause in trees.policy.clauses.values():
        conditions = trees.policy.effective_conditions(clause)
        for value in (True, False):
            name = _value_class(clause.iri, value)
            axioms.is_new(name)
            if conditions:
                parts = [_description(axioms, part, trees, value) for part in conditions]
                axioms.add(name, _EQUIVALENT, axioms.joined("intersectionOf" if value else "unionOf", parts))


def _description(axioms: _Axioms, condition: Condition, trees: _Trees, value: bool) -> str:
    """The cases in which a condition has a value."""
    if isinstance(condition, FactCondition):
        return _fact_class(condition.fact, condition.required is value)
    name = _value_class(condition.iri, value)
    if axioms.is_new(name):
        if isinstance(condition, ClauseCondition):
            # A condition that no clause apply is false exactly when any does.
            operator, value = "anyOf", value is condition.required
            parts = [_member(axioms, clause, value) for clause in trees.policy.clauses_of(condition.clauses)]
        else:
            operator = condition.operator_in(trees.reading)
            parts = [_description(axioms, member, trees, value) for member in condition.members]
        # De Morgan: what makes an any-group false is what makes all of its members false.
        joined = axioms.joined("unionOf" if (operator == "anyOf") is value else "intersectionOf", parts)
        axioms.add(name, _EQUIVALENT, joined)
    return name


def _member(axioms: _Axioms, clause: Clause, value: bool) -> str:
    """The cases in which a clause of a list applies and is in force, or does not count for one of the two reasons."""
    name = _value_class(clause.iri, value)
    if not _dated(clause):
        return name
    return axioms.joined("intersectionOf" if value else "unionOf", [name, _force_class(clause, value)])


def _dated(clause: Clause) -> bool:
    return bool(clause.valid_from or clause.valid_until)


# --- cases ------------------------------------------------------------------------------------------------------------


def _add_case(axioms: _Axioms, name: str, case: Case, policy: Policy) -> None:
    axioms.add(name, _TYPE, OWL + "NamedIndividual")
    for kind in _classes(case, policy):
        axioms.is_new(kind)
        axioms.add(name, _TYPE, kind)


def _classes(case: Case, policy: Policy) -> Iterable[str]:
    """What a case itself states. A contested fact is neither held nor denied."""
    for fact in case.facts:
        if fact.value is not None and not fact.contested:
            yield _fact_class(fact.type, fact.value)
    outcomes = (policy.measure_outcomes.get(sanction.measure, "") for sanction in case.sanctions)
    for basis in filter(None, (case.domain, *outcomes)):
        yield _basis_class(basis, True)
    if case.cadre.on_list is not None:
        yield _basis_class(LION_LIST, case.cadre.on_list)
    for clause in filter(_dated, policy.clauses.values()):
        yield _force_class(clause, not _outside(case.on, clause))


def _outside(day: str, clause: Clause) -> bool:
    """Whether a day lies outside a clause's dates; an unknown day or limit excludes nothing."""
    return bool(day and (day < clause.valid_from or (clause.valid_until and day > clause.valid_until)))


# --- what follows -----------------------------------------------------------------------------------------------------


def _entailed(world: Any) -> Mapping[str, set[str]]:
    """The named classes above each individual and class, one step each: the reasoner reports only the nearest."""
    above: dict[str, set[str]] = {}
    for predicate in (_TYPE, _SUBCLASS, _EQUIVALENT):
        for subject, _, target in world.get_triples(None, world._abbreviate(predicate), None):
            # Blank nodes have negative numbers.
            if subject > 0 and target > 0:
                below, name = world._unabbreviate(subject), world._unabbreviate(target)
                above.setdefault(below, set()).add(name)
                if predicate == _EQUIVALENT:
                    above.setdefault(name, set()).add(below)
    return above


def _all_above(name: str, above: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = {OWL + "Thing", *above.get(name, ())}
    while waiting:
        found |= waiting
        waiting = {further for one in waiting for further in above.get(one, ())} - found
    return found


def _answers(names: Mapping[str, str], policy: Policy, above: Mapping[str, set[str]]) -> Answers:
    answers: Answers = {}
    for case, name in names.items():
        classes = _all_above(name, above)
        for clause in policy.clauses:
            applies, excluded = (_value_class(clause, value) in classes for value in (True, False))
            answers[case, clause] = True if applies else False if excluded else None
    return answers
