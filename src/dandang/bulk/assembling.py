"""What the parts of a case tell → what the case says: the same as `Speller` tells of the whole case, without making it.

The parts are the case itself, its cadre, its facts, sanctions and claims. What each tells does not depend on the others and is worked out once; what follows
from several is worked out once for all cases in which the same parts take part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from dandang.bulk.draft import MEANING, Draft
from dandang.bulk.ground import Key
from dandang.bulk.program import Facts, Program
from dandang.cases import Derivation
from dandang.model import Cadre, Case, DecidedSanction, Fact, Truth

#: What something may follow from: a domain, that the cadre is on the list or not, a measure, or a fact; each with its name and value, if it has them.
Basis: TypeAlias = tuple[str, str, str]

_WORDS = {True: "yes", False: "no"}
#: So many cases in which something else follows are remembered; a dump has some hundreds.
_MOST_FOLLOWING = 20_000


class Told(NamedTuple):
    """What a part of a case tells: its bits, each of them again as a number, which part it is, and what may follow from it."""

    bits: int
    atoms: tuple[int, ...]
    part: int
    basis: Basis | None = None


class Assembler:
    """Puts together what parts tell. `part` of what it gives for a fact has one bit, the same for each value."""

    def __init__(self, program: Program, derivation: Derivation, *, today: str) -> None:
        self.slots = program.alphabet.slots
        #: The dates of a case that tells none.
        self.today = {program.today: today}
        self._bits = program.alphabet.bits
        self._derivation = derivation
        self._linked = derivation.linked()
        self._found_on = {bit: self.slots[key] for key, bit in self._bits.items() if key[0] == "foundOn"}
        self._parts: dict[Key, int] = {}
        self._needed = self._part("case") | self._part("cadre")
        self._following: dict[tuple[Basis, ...], Told] = {}
        # What is not of the policy raises and is not kept, so that there are no more of these than there are terms.
        self.case, self.cadre, self.fact = cache(self._case), cache(self._cadre), cache(self._fact)
        self.derived, self.sanction, self.claim = cache(self._derived), cache(self._sanction), cache(self._claim)

    def _part(self, *key: str) -> int:
        return self._parts.setdefault(key, 1 << len(self._parts))

    def _told(self, part: int, basis: Basis | None, keys: Iterable[tuple[Key, object]]) -> Told:
        """What is told by the keys that there is something for. Raises KeyError where no regular case tells one of them."""
        atoms = tuple(self._bits[key] for key, there in keys if there)
        return Told(sum(1 << atom for atom in atoms), atoms, part, basis)

    def _case(self, identifier: bool, title: bool, on: bool, decided: bool, domain: str) -> Told:
        keys = [(("identifier",), identifier), (("title",), title), (("on",), on), (("decided",), decided)]
        basis = ("domain", domain, "") if domain in self._derivation.established else None
        return self._told(self._part("case"), basis, [*keys, (("domain", domain), domain)])

    def _cadre(self, rank: str, post: bool, on_list: Truth) -> Told:
        keys = [(("rank", rank), rank), (("post",), post), (("onList",), on_list), (("notOnList",), on_list is False)]
        return self._told(self._part("cadre"), None if on_list is None else ("list", "", _WORDS[on_list]), keys)

    def _fact(self, kind: str, value: str, evidence: bool, found_by: bool, found_on: bool) -> Told:
        parts = [(("evidence", kind), evidence), (("foundBy", kind), found_by), (("foundOn", kind), found_on)]
        basis = ("fact", kind, value) if kind in self._linked else None
        return self._told(self._part("fact", kind), basis, [(("fact", kind, value), True), *parts])

    def _derived(self, kind: str, value: str) -> Told:
        return self._told(self._part("fact", kind), None, [(("derived", kind, value), True)])

    def _sanction(self, measure: str, on: bool, by: bool, ground: bool) -> Told:
        parts = [(("decidedOn", measure), on), (("decidedBy", measure), by), (("ground", measure), ground)]
        keys = [(("sanction", measure), True), *parts]
        return self._told(self._part("sanction", measure), ("measure", measure, ""), keys)

    def _claim(self, clause: str) -> Told:
        return self._told(self._part("claim", clause), None, [(("claim", clause), True)])

    def said(self, told: Sequence[Told], dates: Mapping[int, str], derived: Sequence[Told] = ()) -> Facts | None:
        """What a case of these parts says; `derived` are the derived facts that its source has, which may leave them out, but all or none. None where it is
        not regular: a part is missing or there twice, or other facts follow."""
        bits = parts = 0
        atoms: list[int] = []
        bases: list[Basis] = []
        for own_bits, own_atoms, part, basis in told:
            bits |= own_bits
            atoms += own_atoms
            parts |= part
            if basis is not None:
                bases.append(basis)
        key = tuple(bases)
        following = self._following.get(key) or self._newly_following(key)
        if parts.bit_count() != len(told) or parts & self._needed != self._needed:
            return None
        if derived and not _same(derived, following, parts):
            return None
        if following.part & parts:
            return self._without(following.part, told, dates)
        return Facts(bits | following.bits, (*atoms, *following.atoms), dates)

    def _without(self, parts: int, told: Sequence[Told], dates: Mapping[int, str]) -> Facts | None:
        """What is said where some facts are known now that were stated as unknown: what is told of these is not."""
        gone = {self._found_on.get(atom) for one in told if one.part & parts for atom in one.atoms}
        kept = [one for one in told if not one.part & parts]
        return self.said(kept, {slot: date for slot, date in dates.items() if slot not in gone})

    def facts(self, draft: Draft) -> Facts | None:
        """What a draft says; None where it is not regular."""
        try:
            return self._of(draft)
        except KeyError:
            return None

    def _of(self, draft: Draft) -> Facts | None:
        slots, dates = self.slots, self.today.copy()
        if draft.on:
            dates[slots["on",]] = draft.on
        if draft.decided:
            dates[slots["decided",]] = draft.decided
        told = [
            self.case(draft.id != "", draft.title != "", draft.on != "", draft.decided != "", draft.domain),
            self.cadre(draft.rank, draft.post != "", draft.on_list),
        ]
        for kind, value, evidence, found_by, found_on, _ in draft.facts:
            told.append(self.fact(kind, value, evidence != "", found_by != "", found_on != ""))
            if found_on:
                dates[slots["foundOn", kind]] = found_on
        for measure, on, by, ground, _ in draft.sanctions:
            told.append(self.sanction(measure, on != "", by != "", ground != ""))
            if on:
                dates[slots["decidedOn", measure]] = on
        told += map(self.claim, draft.claims)
        return self.said(told, dates)

    def _newly_following(self, bases: tuple[Basis, ...]) -> Told:
        """The derived facts, as one; `part` has the bits of all."""
        told = [self.derived(kind, value) for kind, value in self._followed(bases)]
        together = Told(
            sum(one.bits for one in told),
            tuple(atom for one in told for atom in one.atoms),
            sum(one.part for one in told),
        )
        if len(self._following) < _MOST_FOLLOWING:
            self._following[bases] = together
        return together

    def _followed(self, bases: Iterable[Basis]) -> Iterator[tuple[str, str]]:
        """The fact types and values that follow: those of the smallest case that has these bases."""
        by_kind: dict[str, list[tuple[str, str]]] = {"domain": [], "list": [], "measure": [], "fact": []}
        for kind, name, value in bases:
            by_kind[kind].append((name, value))
        case = Case(
            "",
            cadre=Cadre(on_list=next((value == "yes" for _, value in by_kind["list"]), None)),
            domain="".join(name for name, _ in by_kind["domain"]),
            facts=tuple(Fact(name, *MEANING[value]) for name, value in by_kind["fact"]),
            sanctions=tuple(DecidedSanction(name) for name, _ in by_kind["measure"]),
        )
        for fact in self._derivation.applied(case).facts:
            if fact.derived_from and fact.value is not None:
                yield fact.type, _WORDS[fact.value]


def _same(derived: Sequence[Told], following: Told, stated: int) -> bool:
    """Whether a source has just the facts that follow, and none of them is stated too."""
    bits = 0
    for one in derived:
        bits |= one.bits
    return bits == following.bits and len(derived) == len(following.atoms) and not following.part & stated
