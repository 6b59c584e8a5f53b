"""The condition trees as a program: the state of every clause and the verdict of a case, in both readings, from what it says.

It decides what `assessment.assess` decides and explains nothing. A tree becomes two formulas, when it is true and when it is false; what is neither is
unknown (strong Kleene). Whether any clause of a list applies is a bit of its own, set when the clauses of that list have been looked at. A clause
looks at few facts, so its state is remembered for each combination of them that was met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dandang.assessment.case import VERDICTS, exempts
from dandang.assessment.explain import in_force
from dandang.assessment.logic import any_of as any_value
from dandang.bulk.formula import FALSE, TRUE, Formula, Test, all_of, any_of, compiled, mask_of
from dandang.bulk.ground import Alphabet
from dandang.bulk.program import Facts
from dandang.model import (
    READINGS,
    Assessment,
    Clause,
    ClauseCondition,
    Condition,
    FactCondition,
    Policy,
    Reading,
    State,
    Truth,
)

#: The kinds of clauses that are assessed, in the order in which they may look at each other.
_KINDS = ("AccountabilityCircumstance", "Exclusion", "ExemptionClause", "SanctionTrack", "ListExit")
#: The kinds whose clauses are part of every answer; the others are where something asks about their list.
_ALWAYS_SHOWN = ("Exclusion", "SanctionTrack", "ListExit")
_VALUES: Mapping[State, Truth] = {"applies": True, "excluded": False}
#: More combinations of the facts of one clause than this are kept by no real dump.
_MOST_KNOWN = 50_000


class Outcome(NamedTuple):
    """The answer for one case: the verdict under both readings, the states of the clauses by IRI, and what it means for the "lion" list."""

    readings: Mapping[Reading, str]
    states: Mapping[Reading, Mapping[str, State]]
    lion: str

    @property
    def verdict(self) -> str:
        """The verdict under the recommended reading."""
        return self.readings["recommended"]


def outcome_of(answer: Assessment) -> Outcome:
    """The outcome that the explaining engine gives."""
    states = {reading: {iri: found.readings[reading] for iri, found in answer.answers.items()} for reading in READINGS}
    return Outcome(answer.readings, states, answer.lion.outcome)


class _Tests(NamedTuple):
    true: Test
    false: Test
    placed: Test

    def state(self, said: Facts) -> State:
        if self.true(said.bits, said.dates):
            return "applies"
        if self.false(said.bits, said.dates):
            return "excluded"
        return "could_apply" if self.placed(said.bits, said.dates) else "open"


class _ClauseProgram:
    """One clause under one reading."""

    def __init__(self, clause: Clause, tests: _Tests, mask: int) -> None:
        self.clause = clause
        self.dated = bool(clause.valid_from or clause.valid_until)
        self._tests = tests
        self._mask = mask
        self._known: dict[int, State] = {}

    def state(self, bits: int, on: str) -> State:
        """The state for a case of these bits."""
        if self.dated and not in_force(self.clause, on):
            return "not_in_force"
        key = bits & self._mask
        found = self._known.get(key)
        if found is None:
            found = self._tests.state(Facts(key, (), {}))
            if len(self._known) < _MOST_KNOWN:
                self._known[key] = found
        return found


class AssessmentProgram:
    """The clauses of a policy, compiled."""

    def __init__(self, policy: Policy, alphabet: Alphabet) -> None:
        self.policy = policy
        self._alphabet = alphabet
        self._on = alphabet.slots["on",]
        self._readings = {reading: _Reading(policy, alphabet, reading) for reading in READINGS}

    def outcome(self, said: Facts) -> Outcome:
        """The outcome of a regular case."""
        on = said.dates.get(self._on, "")
        answers = {reading: program.answer(said.bits, on) for reading, program in self._readings.items()}
        first = answers["recommended"]
        return Outcome(
            {reading: verdict for reading, (verdict, _, _) in answers.items()},
            {reading: states for reading, (_, states, _) in answers.items()},
            first[2],
        )


class _Reading:
    """All clauses under one reading."""

    def __init__(self, policy: Policy, alphabet: Alphabet, reading: Reading) -> None:
        self._policy = policy
        self._reading = reading
        self._alphabet = alphabet
        self._lists: dict[str, list[_ClauseProgram]] = {}
        for kind in _KINDS:
            found: dict[str, list[_ClauseProgram]] = {}
            for clause in policy.clauses.values():
                if clause.kind == kind:
                    program = self._clause(clause)
                    found.setdefault(clause.clause_list, []).append(program)
            self._lists |= found
        self._marks = {name: self._mark(name) for name in self._lists}
        tracks = {clause.clause_list for clause in policy.clauses.values() if clause.kind == "SanctionTrack"}
        gates = [shared.condition for name, shared in policy.lists.items() if name in tracks and shared.condition]
        truths = [self._truth(gate) for gate in gates]
        self._accountable = compiled(any_of(true for true, _ in truths)), compiled(all_of(false for _, false in truths))
        defeaters = _defeating(policy)
        self._exempting = [clause.iri for clause in defeaters if exempts(clause, policy)]
        looked_at = {condition.clauses for condition in _asked(gates)}
        looked_at |= {clause.clause_list for clause in policy.clauses.values() if clause.kind in _ALWAYS_SHOWN}
        looked_at |= {clause.clause_list for clause in defeaters}
        self._hidden = [
            program.clause.iri
            for name, programs in self._lists.items()
            if name not in looked_at
            for program in programs
        ]
        self._lion = _Lion(policy, alphabet, self)

    def answer(self, bits: int, on: str) -> tuple[str, dict[str, State], str]:
        """The verdict, the state of each clause, and the outcome for the list."""
        states: dict[str, State] = {}
        for name, programs in self._lists.items():
            values: list[Truth] = []
            for program in programs:
                state = program.state(bits, on)
                states[program.clause.iri] = state
                if state != "not_in_force":
                    values.append(_VALUES.get(state))
            value = any_value(values)
            if value is not None:
                bits |= self._marks[name][0 if value else 1]
        true, false = self._accountable
        accountable = True if true(bits, {}) else False if false(bits, {}) else None
        exempt = any_value(_VALUES.get(states[iri]) for iri in self._exempting if states[iri] != "not_in_force")
        for iri in self._hidden:
            del states[iri]
        return VERDICTS[accountable, exempt], states, self._lion.outcome(bits, states)

    def _mark(self, name: str) -> tuple[int, int]:
        true, false = (1 << self._alphabet.atom("any", name, self._reading, value).bit for value in ("true", "false"))
        return true, false

    def _clause(self, clause: Clause) -> _ClauseProgram:
        conditions = self._policy.effective_conditions(clause)
        truths = [self._truth(condition) for condition in conditions]
        true = all_of(true for true, _ in truths) if truths else FALSE
        false = any_of(false for _, false in truths)
        marked = [self._truth(part)[0] for condition in conditions for part in _settings(condition)]
        placed = all_of(marked) if marked else FALSE
        tests = _Tests(compiled(true), compiled(false), compiled(placed))
        return _ClauseProgram(clause, tests, mask_of(true, false, placed))

    def _truth(self, condition: Condition, supposed: frozenset[str] = frozenset()) -> tuple[Formula, Formula]:
        """When a condition is true, and when it is false; `supposed` facts are taken to hold."""
        if isinstance(condition, FactCondition):
            yes, no = self._fact(condition.fact) if condition.fact not in supposed else (TRUE, FALSE)
            return (yes, no) if condition.required else (no, yes)
        if isinstance(condition, ClauseCondition):
            # A list that is looked at later, or has no clause, has none that applies.
            known = condition.clauses in self._lists
            true, false = (
                self._alphabet.atom("any", condition.clauses, self._reading, value) if known else constant
                for value, constant in (("true", FALSE), ("false", TRUE))
            )
            return (true, false) if condition.required else (false, true)
        parts = [self._truth(member, supposed) for member in condition.members]
        trues, falses = [true for true, _ in parts], [false for _, false in parts]
        if condition.operator_in(self._reading) == "allOf":
            return all_of(trues), any_of(falses)
        return any_of(trues), all_of(falses)

    def _fact(self, kind: str) -> tuple[Formula, Formula]:
        yes, no = (
            any_of(self._alphabet.atom(how, kind, value) for how in ("fact", "derived")) for value in ("yes", "no")
        )
        return yes, no

    def supposing(self, clause: Clause, facts: frozenset[str]) -> Test:
        """When a clause is true if these facts held."""
        conditions = self._policy.effective_conditions(clause)
        return compiled(all_of(self._truth(part, facts)[0] for part in conditions) if conditions else FALSE)


class _Lion:
    """What a case means for the "lion" list."""

    def __init__(self, policy: Policy, alphabet: Alphabet, reading: _Reading) -> None:
        self._off = 1 << alphabet.bits["notOnList",]
        self._exits = [clause.iri for clause in policy.clauses.values() if clause.kind == "ListExit"]
        self._triggers: list[tuple[str, str, Test]] = []
        for track in policy.clauses.values():
            if track.kind != "SanctionTrack":
                continue
            for effect in track.effects:
                facts = frozenset(fact.iri for fact in policy.facts.values() if effect.outcome in fact.established_by)
                for iri in self._exits if facts else ():
                    self._triggers.append((track.iri, iri, reading.supposing(policy.clauses[iri], facts)))

    def outcome(self, bits: int, states: Mapping[str, State]) -> str:
        """The outcome, in the words of the explaining engine."""
        if bits & self._off:
            return "not_listed"
        exits = [states[iri] for iri in self._exits if states[iri] != "not_in_force"]
        if "applies" in exits:
            return "exits"
        if any(
            states[track] in ("applies", "could_apply") and states[iri] != "not_in_force" and test(bits, {})
            for track, iri, test in self._triggers
        ):
            return "would_trigger"
        return "stays" if exits and all(state == "excluded" for state in exits) else "open"


def _settings(condition: Condition) -> Iterator[Condition]:
    """The topmost conditions that are marked as setting."""
    if condition.setting:
        yield condition
    elif not isinstance(condition, FactCondition | ClauseCondition):
        for member in condition.members:
            yield from _settings(member)


def _asked(conditions: Iterable[Condition]) -> Iterator[ClauseCondition]:
    for condition in conditions:
        if isinstance(condition, ClauseCondition):
            yield condition
        yield from _asked(getattr(condition, "members", ()))


def _defeating(policy: Policy) -> list[Clause]:
    """The clauses of the lists that a declared relation lets defeat accountability."""
    lists = dict.fromkeys(defeat.defeater for defeat in policy.defeats if not defeat.excludes)
    return [clause for name in lists for clause in policy.clauses_of(name)]
