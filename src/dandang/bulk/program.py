"""The shapes as a program: what a regular case says, and the results that follow.

Every rule is worked out once on the case that says everything (`ground`), which gives all results a regular case can have, each with a formula. A case
is then a set of bits, and only the formulas that its bits can make true are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import NamedTuple, TypeGuard, cast

from dandang.bulk.compiling import compile_shapes
from dandang.bulk.formula import Test
from dandang.bulk.ground import TODAY, Alphabet, Key, Slot, Term, key_of
from dandang.cases.graph import case_iri
from dandang.messages import Text
from dandang.model import Case, Rule
from dandang.validation import CaseValidator
from dandang.validation.rules import PLACEHOLDER, Result

#: Rows that look at more bits than this meet the same ones too seldom.
_FEW = 64
#: A row that more bits than this can make true is looked at for each case: once, and not once for each of them.
_MANY = 100
#: So many combinations of bits are remembered, of all groups together: what a dump says again and again is met early.
_MOST_KNOWN = 20_000


class Facts(NamedTuple):
    """What a regular case says: its bits, each of them again as a number, and its dates by slot."""

    bits: int
    atoms: tuple[int, ...]
    dates: Mapping[int, str]


class Row(NamedTuple):
    """A result that a regular case can have, and when."""

    rule: Rule
    focus: Key
    path: str
    value: Term | Key | None
    component: str
    names: Mapping[str, Term]
    test: Test
    #: Whether its finding is the same for all cases but for where it stands: it tells no date.
    steady: bool


class Program:
    """The case shapes, compiled. Raises NotCompilable where a shape says what formulas cannot."""

    def __init__(self, validator: CaseValidator) -> None:
        self.policy = validator.policy
        made = compile_shapes(validator)
        self.alphabet = Alphabet(made.bits, made.slots)
        self.today = self.alphabet.date(TODAY).number
        always: list[tuple[Row, int | None]] = []
        self._rows: dict[int, list[tuple[Row, int | None]]] = {}
        for line, test in zip(made.lines, made.tests(), strict=True):
            rule = validator.engine.rules[line.shape]
            row = Row(rule, line.focus, line.path, line.value, line.component, line.names, test, line.steady)
            triggers = line.triggers
            if triggers is None or len(triggers) > _MANY:
                always.append((row, line.mask))
            else:
                for bit in triggers:
                    self._rows.setdefault(bit, []).append((row, line.mask))
        room = count(_MOST_KNOWN, -1)
        self._always = _Group(always, room)
        self._groups = {bit: _Group(rows, room) for bit, rows in self._rows.items()}

    def rows(self) -> Iterator[Row]:
        """All rows, each once."""
        triggered = (row for rows in self._rows.values() for row, _ in rows)
        yield from {id(row): row for row in (*self._always.few, *self._always.rest, *triggered)}.values()

    def hits(self, said: Facts) -> list[Row]:
        """The rows that hold for a case."""
        bits, dates, groups = said.bits, said.dates, self._groups
        found: list[Row] = []
        for group in (self._always, *[groups[atom] for atom in said.atoms if atom in groups]):
            if group.few:
                key = bits & group.mask
                known = group.known.get(key)
                found += group.learnt(key) if known is None else known
            if group.rest:
                found += [row for row in group.rest if row.test(bits, dates)]
        return found if len(found) < 2 else list({id(row): row for row in found}.values())


class _Group:
    """The rows that one bit can make true. `few`, which look at few bits and no date, are remembered by what they look at."""

    def __init__(self, rows: list[tuple[Row, int | None]], room: Iterator[int]) -> None:
        self._room = room
        few = [(row, mask) for row, mask in rows if mask is not None and mask.bit_count() <= _FEW]
        self.few = [row for row, _ in few]
        self.rest = [row for row, mask in rows if mask is None or mask.bit_count() > _FEW]
        self.mask = 0
        for _, mask in few:
            self.mask |= mask
        self.known: dict[int, list[Row]] = {}

    def learnt(self, key: int) -> list[Row]:
        """The few that hold for these bits, not met before."""
        found = [row for row in self.few if row.test(key, {})]
        if next(self._room) > 0:
            self.known[key] = found
        return found


def results(rows: list[Row], said: Facts, case: Case) -> Iterator[Result]:
    """The rows that hold for a case as results about the nodes of its graph."""
    nodes = _nodes(case)
    for row in rows:
        value = "" if row.value is None else _term(row.value, said, nodes)
        names = {name: _term(term, said, nodes) for name, term in row.names.items()}
        message = Text(_filled(row.rule.message.zh, names), _filled(row.rule.message.en, names))
        yield Result(row.rule, nodes[row.focus], row.path or row.rule.path, value, message, row.component)


def _filled(template: str, names: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: names.get(found[1], found[0]), template)


def is_key(value: Term | Key | None) -> TypeGuard[Key]:
    """Whether the value of a row is a node of the case."""
    return isinstance(value, tuple) and not isinstance(value, Slot)


def _nodes(case: Case) -> dict[Key, str]:
    """The nodes of a case graph by what they stand for."""
    iri = case_iri(case)
    found: dict[Key, str] = {("case",): iri, ("cadre",): f"{iri}#cadre"}
    found |= {("fact", fact.type): f"{iri}#fact-{number}" for number, fact in enumerate(case.facts, start=1)}
    found |= {
        ("sanction", item.measure): f"{iri}#sanction-{number}" for number, item in enumerate(case.sanctions, start=1)
    }
    return found


def _term(term: Term | Key, said: Facts, nodes: Mapping[Key, str]) -> str:
    if isinstance(term, Slot):
        return said.dates[term.number]
    if isinstance(term, tuple):
        return nodes[cast(Key, term)]
    return nodes.get(key_of(term)) or str(term)


# --- what a case says -------------------------------------------------------------------------------------------------


class Speller:
    """Cases, derived facts included, as what they say; a case that is not regular has none."""

    def __init__(self, program: Program, *, today: str) -> None:
        self._bits = program.alphabet.bits
        self._slots = program.alphabet.slots
        self._dates = {program.today: today}

    def facts(self, case: Case) -> Facts | None:
        """What the case says; None where it is not regular."""
        keys, dates = list(_keys(case)), dict(self._dates)
        for key, date in _dates(case):
            if key not in self._slots or key in keys:
                return None
            keys.append(key)
            dates[self._slots[key]] = date
        atoms = [self._bits.get(key, -1) for key in keys]
        if -1 in atoms or len(set(atoms)) < len(atoms):
            return None
        return Facts(sum(1 << atom for atom in atoms), tuple(atoms), dates)


def _keys(case: Case) -> Iterator[Key]:
    texts = {"identifier": case.id, "title": case.title, "post": case.cadre.post}
    yield from ((name,) for name, text in texts.items() if text)
    yield from ((name, iri) for name, iri in (("rank", case.cadre.rank), ("domain", case.domain)) if iri)
    if case.cadre.on_list is not None:
        yield ("onList",) if case.cadre.on_list else ("notOnList",)
    yield from (("claim", clause) for clause in case.claims)
    for fact in case.facts:
        value = "contested" if fact.contested else {True: "yes", False: "no", None: "unknown"}[fact.value]
        yield ("derived" if fact.derived_from else "fact"), fact.type, value
        yield from (
            (name, fact.type) for name, text in (("evidence", fact.evidence), ("foundBy", fact.found_by)) if text
        )
    for item in case.sanctions:
        yield "sanction", item.measure
        yield from ((name, item.measure) for name, text in (("decidedBy", item.by), ("ground", item.ground)) if text)


def _dates(case: Case) -> Iterator[tuple[Key, str]]:
    dates: list[tuple[Key, str]] = [(("on",), case.on), (("decided",), case.decided)]
    dates += [(("foundOn", fact.type), fact.found_on) for fact in case.facts]
    dates += [(("decidedOn", item.measure), item.on) for item in case.sanctions]
    return ((key, date) for key, date in dates if date)
