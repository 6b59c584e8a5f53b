"""The condition trees as a program: the state of every clause and the verdict of a case, in both readings, from what it says.

It decides what `assessment.assess` decides and explains nothing. A tree becomes two formulas, when it is true and when it is false; what is neither is
unknown (strong Kleene). Whether any clause of a list applies is a bit of its own, set when the clauses of that list have been looked at. A clause
list looks at few of the facts that there are, so the states of its clauses are remembered for each combination of them that was met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, get_args

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
#: In short, each state is its first letter.
_LETTERS: Mapping[State, str] = {state: state[0] for state in get_args(State)}
_STATES: Mapping[str, State] = {letter: state for state, letter in _LETTERS.items()}
#: More combinations than these are not kept, of one clause, and of a list or all: what a dump says again and again is met early.
_MOST_OF_CLAUSE = 500
_MOST_KNOWN = 2_000


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


class _ClauseProgram:
    """One clause under one reading."""

    def __init__(self, clause: Clause, true: Formula, false: Formula, placed: Formula) -> None:
        self.clause = clause
        self.formulas = true, false, placed
        self.mask = mask_of(true, false, placed)
        self._tests = compiled(true), compiled(false), compiled(placed)
        self._known: dict[int, State] = {}

    def state(self, bits: int) -> State:
        """The state for a case of these bits, while the clause is in force."""
        key = bits & self.mask
        found = self._known.get(key)
        if found is None:
            found = self._tested(key)
            if len(self._known) < _MOST_OF_CLAUSE:
                self._known[key] = found
        return found

    def _tested(self, bits: int) -> State:
        true, false, placed = self._tests
        if true(bits, {}):
            return "applies"
        if false(bits, {}):
            return "excluded"
        return "could_apply" if placed(bits, {}) else "open"


class _Both(NamedTuple):
    """A clause under both readings; one program where it does not matter how ambiguities are read."""

    strict: _ClauseProgram
    recommended: _ClauseProgram


class _ListProgram:
    """The clauses of one list, each under both readings, which for most is the same. What they look at is met again and again, and so remembered."""

    def __init__(self, programs: Sequence[_Both], marks: Sequence[Mapping[Truth, int]]) -> None:
        self._programs = programs
        self._mask = 0
        for program in programs:
            self._mask |= program.strict.mask | program.recommended.mask
        self._marks = marks
        self._clauses = [program.strict.clause for program in programs]
        self._dated = any(clause.valid_from or clause.valid_until for clause in self._clauses)
        self._everywhere = (True,) * len(programs)
        self._known: dict[tuple[int, tuple[bool, ...]], tuple[str, str, int]] = {}

    def look(self, bits: int, on: str) -> tuple[str, str, int]:
        """The states for a case of these bits, a letter for each clause, under the strict reading and under the recommended one; and the bits that tell
        whether any clause applies."""
        force = tuple(in_force(clause, on) for clause in self._clauses) if self._dated else self._everywhere
        key = bits & self._mask, force
        found = self._known.get(key)
        if found is None:
            found = self._looked(*key)
            if len(self._known) < _MOST_KNOWN:
                self._known[key] = found
        return found

    def _looked(self, bits: int, force: Sequence[bool]) -> tuple[str, str, int]:
        strict: list[State] = []
        recommended: list[State] = []
        for program, there in zip(self._programs, force, strict=True):
            state: State = program.strict.state(bits) if there else "not_in_force"
            strict.append(state)
            differs = there and program.recommended is not program.strict
            recommended.append(program.recommended.state(bits) if differs else state)
        mark = self._marks[0][_any(strict)] | self._marks[1][_any(recommended)]
        return _spelt(strict), _spelt(recommended), mark


def _any(states: Iterable[State]) -> Truth:
    """Whether any clause of these states applies."""
    return any_value(_VALUES.get(state) for state in states if state != "not_in_force")


def _spelt(states: Iterable[State]) -> str:
    return "".join([_LETTERS[state] for state in states])


def _both(strict: _ClauseProgram, recommended: _ClauseProgram) -> _Both:
    return _Both(strict, strict if strict.formulas == recommended.formulas else recommended)


class _LionTold(NamedTuple):
    """What the states of all clauses tell of the "lion" list: whether one of its exits applies, what would trigger one, and what holds otherwise."""

    exits: bool
    triggers: Sequence[Test]
    otherwise: str


class _Told(NamedTuple):
    """What the states of all clauses tell by themselves."""

    states: Mapping[str, State]
    exempt: Truth
    lion: _LionTold


class AssessmentProgram:
    """The clauses of a policy, compiled."""

    def __init__(self, policy: Policy, alphabet: Alphabet) -> None:
        self.policy = policy
        self._on = alphabet.slots["on",]
        self._strict, self._recommended = (_Reading(policy, alphabet, reading) for reading in ("strict", "recommended"))
        self._lists = [
            _ListProgram(
                list(map(_both, programs, self._recommended.lists[name])),
                (self._strict.marks(name), self._recommended.marks(name)),
            )
            for name, programs in self._strict.lists.items()
        ]
        self._known: dict[tuple[_Answer, _Answer], Outcome] = {}

    def outcome(self, said: Facts) -> Outcome:
        """The outcome of a regular case. Cases of which the same is true share one."""
        on = said.dates.get(self._on, "")
        bits, strict, recommended = said.bits, "", ""
        for program in self._lists:
            own_strict, own_recommended, mark = program.look(bits, on)
            strict += own_strict
            recommended += own_recommended
            bits |= mark
        key = self._strict.answer(bits, strict), self._recommended.answer(bits, recommended)
        found = self._known.get(key)
        if found is None:
            found = self._made(*key)
            if len(self._known) < _MOST_KNOWN:
                self._known[key] = found
        return found

    def _made(self, strict: _Answer, recommended: _Answer) -> Outcome:
        states = self._strict.told(strict.letters).states, self._recommended.told(recommended.letters).states
        return Outcome(
            {"strict": strict.verdict, "recommended": recommended.verdict},
            {"strict": states[0], "recommended": states[1]},
            recommended.lion,
        )


class _Answer(NamedTuple):
    """The states of all clauses, a letter for each, the verdict, and what it means for the list."""

    letters: str
    verdict: str
    lion: str


class _Reading:
    """All clauses under one reading."""

    def __init__(self, policy: Policy, alphabet: Alphabet, reading: Reading) -> None:
        self._policy = policy
        self._reading = reading
        self._alphabet = alphabet
        #: By list, in the order in which they are looked at.
        self.lists: dict[str, list[_ClauseProgram]] = {}
        for kind in _KINDS:
            found: dict[str, list[_ClauseProgram]] = {}
            for clause in policy.clauses.values():
                if clause.kind == kind:
                    found.setdefault(clause.clause_list, []).append(self._clause(clause))
            self.lists |= found
        self._clauses = [program.clause.iri for programs in self.lists.values() for program in programs]
        tracks = {clause.clause_list for clause in policy.clauses.values() if clause.kind == "SanctionTrack"}
        gates = [shared.condition for name, shared in policy.lists.items() if name in tracks and shared.condition]
        truths = [self._truth(gate) for gate in gates]
        self._accountable = compiled(any_of(true for true, _ in truths)), compiled(all_of(false for _, false in truths))
        defeaters = _defeating(policy)
        self._exempting = [clause.iri for clause in defeaters if exempts(clause, policy)]
        looked_at = {condition.clauses for condition in _asked(gates)}
        looked_at |= {clause.clause_list for clause in policy.clauses.values() if clause.kind in _ALWAYS_SHOWN}
        looked_at |= {clause.clause_list for clause in defeaters}
        self._hidden = {
            program.clause.iri for name, programs in self.lists.items() if name not in looked_at for program in programs
        }
        self._lion = _Lion(policy, alphabet, self)
        self._told: dict[str, _Told] = {}

    def answer(self, bits: int, letters: str) -> _Answer:
        """What is true of a case of these bits, the clauses of which are in these states."""
        told = self.told(letters)
        true, false = self._accountable
        accountable = True if true(bits, {}) else False if false(bits, {}) else None
        return _Answer(letters, VERDICTS[accountable, told.exempt], self._lion.outcome(bits, told.lion))

    def told(self, letters: str) -> _Told:
        """What the states tell by themselves."""
        found = self._told.get(letters)
        if found is None:
            states = {iri: _STATES[letter] for iri, letter in zip(self._clauses, letters, strict=True)}
            exempt = any_value(_VALUES.get(states[iri]) for iri in self._exempting if states[iri] != "not_in_force")
            shown = {iri: state for iri, state in states.items() if iri not in self._hidden}
            found = _Told(shown, exempt, self._lion.told(states))
            if len(self._told) < _MOST_KNOWN:
                self._told[letters] = found
        return found

    def marks(self, name: str) -> Mapping[Truth, int]:
        """The bits that tell whether any clause of a list applies."""
        true, false = (1 << self._alphabet.atom("any", name, self._reading, value).bit for value in ("true", "false"))
        return {True: true, False: false, None: 0}

    def _clause(self, clause: Clause) -> _ClauseProgram:
        conditions = self._policy.effective_conditions(clause)
        truths = [self._truth(condition) for condition in conditions]
        true = all_of(true for true, _ in truths) if truths else FALSE
        false = any_of(false for _, false in truths)
        marked = [self._truth(part)[0] for condition in conditions for part in _settings(condition)]
        placed = all_of(marked) if marked else FALSE
        return _ClauseProgram(clause, true, false, placed)

    def _truth(self, condition: Condition, supposed: frozenset[str] = frozenset()) -> tuple[Formula, Formula]:
        """When a condition is true, and when it is false; `supposed` facts are taken to hold."""
        if isinstance(condition, FactCondition):
            yes, no = self._fact(condition.fact) if condition.fact not in supposed else (TRUE, FALSE)
            return (yes, no) if condition.required else (no, yes)
        if isinstance(condition, ClauseCondition):
            # A list that is looked at later, or has no clause, has none that applies.
            known = condition.clauses in self.lists
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

    def told(self, states: Mapping[str, State]) -> _LionTold:
        """What the states of the clauses leave to be asked about the list."""
        exits = [states[iri] for iri in self._exits if states[iri] != "not_in_force"]
        triggers = [
            test
            for track, iri, test in self._triggers
            if states[track] in ("applies", "could_apply") and states[iri] != "not_in_force"
        ]
        stays = bool(exits) and all(state == "excluded" for state in exits)
        return _LionTold("applies" in exits, triggers, "stays" if stays else "open")

    def outcome(self, bits: int, told: _LionTold) -> str:
        """The outcome, in the words of the explaining engine."""
        if bits & self._off:
            return "not_listed"
        if told.exits:
            return "exits"
        return "would_trigger" if any(test(bits, {}) for test in told.triggers) else told.otherwise


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
