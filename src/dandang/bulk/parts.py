"""What is said of the nodes of a case, in bits → the parts of the case.

Each statement that `cases.graph` can make has a bit: a field of bits for each node, and one for the lines that lead from the case to its nodes and to
clauses. What the bits of a field say together is worked out once for a node and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from dandang.bulk.assembling import Assembler, Told
from dandang.bulk.draft import Draft, DraftFact, DraftSanction
from dandang.bulk.ground import VALUES, Key
from dandang.bulk.program import Facts
from dandang.model import Policy, Truth
from dandang.namespaces import DCTERMS, DD, LION_LIST, PROV, RDF

#: A property, and the value if that is neither a literal nor a node of the case.
Term: TypeAlias = tuple[str, str]

TYPE = RDF + "type"
IDENTIFIER = DCTERMS + "identifier"
#: Of a text is told only that it is there.
TEXTS = (
    *(DCTERMS + name for name in ("title", "description")),
    *(DD + name for name in ("post", "evidence", "foundBy", "decidedBy", "ground")),
)
DATES = tuple(DD + name for name in ("conductDate", "decisionDate", "foundOn", "decidedOn"))
CLAIMS = DD + "claims"
#: No rule reads what a fact is derived from, only that it is.
_DERIVED_FROM = DD + "derivedFrom"
#: The names that `cases.graph` gives nodes; "" is the case. The rarer ones get higher bits.
_OUR_NODES = ("", "#cadre", "#sanction-1", "#sanction-2", *(f"#fact-{number}" for number in range(1, 41)))
#: A dump that has other names in each case must not fill the memory.
_MOST_NODES = 100
_MOST_LINKS = 600
_MOST_PARTS = 20_000


class Irregular(Exception):
    """The case is not as `cases.graph` writes it."""


class Fields:
    """Which bit stands for which statement, and what the bits of a case say."""

    def __init__(self, policy: Policy, assembler: Assembler) -> None:
        self._assembler = assembler
        self._terms = list(_terms(policy))
        self._numbers = {term: number for number, term in enumerate(self._terms)}
        self._mask = (1 << len(self._terms)) - 1
        self._nodes = {name: number for number, name in enumerate(_OUR_NODES)}
        self._clauses = policy.clauses
        self._links: dict[Term, Link] = {}
        self._case = Link(0, self._start(""), "", _case, {})
        self._met: dict[tuple[Kind, int], Part] = {}
        self._room = _MOST_PARTS

    def bit(self, node: str, predicate: str, value: str = "") -> int:
        """The number of the bit of a statement. Raises Irregular where `cases.graph` makes none like it."""
        number = self._numbers.get((predicate, "" if predicate == _DERIVED_FROM else value))
        if number is None:
            raise Irregular
        return self._start(node) + number

    def link(self, predicate: str, target: str) -> Link:
        """The line that leads from the case to a node of its own, or to a clause. Raises Irregular where `cases.graph` makes none like it."""
        found = self._links.get((predicate, target))
        if found is None:
            claim = predicate == CLAIMS and target in self._clauses
            kind = partial(_claim, target) if claim else _KINDS.get(predicate)
            if kind is None or len(self._links) == _MOST_LINKS or target.startswith("#") is claim:
                raise Irregular
            start = 0 if claim else self._start(target)
            found = self._links[predicate, target] = Link(len(self._links), start, target, kind, {})
        return found

    def read(
        self, said: int, links: Sequence[Link], dates: Mapping[int, str]
    ) -> tuple[list[Part], Facts, dict[int, str]]:
        """The parts of the case of all its statements, what it says, and its dates by slot; `dates` has them by the number of the bit of their statement.
        Raises Irregular where a statement is missing or left over, or the case is none that is regular."""
        mask, count = self._mask, len(links)
        parts: list[Part] = []
        told: list[Told] = []
        derived: list[Told] = []
        by_slot = self._assembler.today.copy()
        for link in (self._case, *links):
            field = said >> link.start & mask if link.start else 0
            part = link.known.get(field) or self._part(link, field)
            parts.append(part)
            own_count, own_told, is_derived, own_dates, _, _, _ = part
            count += own_count
            (derived if is_derived else told).append(own_told)
            for bit, slot in own_dates:
                by_slot[slot] = dates[bit]
        facts = self._assembler.said(told, by_slot, derived)
        if facts is None or count != said.bit_count():
            raise Irregular
        return parts, facts, by_slot

    def _part(self, link: Link, field: int) -> Part:
        """What a field says that was not met before, by the same field of another node if that was."""
        part = self._met.get((link.kind, field))
        if part is None:
            said = Field({self._terms[number]: number for number in _bits(field)})
            part = link.kind(said, self._assembler)
            said.needs(not said.rest)
            if len(self._met) < _MOST_PARTS:
                self._met[link.kind, field] = part
        dates = tuple((link.start + bit, slot) for bit, slot in part.dates)
        part = part._replace(dates=dates, name=link.target if link.start else "")
        if self._room:
            self._room -= 1
            link.known[field] = part
        return part

    def _start(self, node: str) -> int:
        """The bit with which the field of a node begins."""
        number = self._nodes.get(node)
        if number is None:
            if len(self._nodes) == _MOST_NODES:
                raise Irregular
            number = self._nodes[node] = len(self._nodes)
        return _MOST_LINKS + number * len(self._terms)


class Part(NamedTuple):
    """What a field says: how many statements, what that tells, whether it is a derived fact, the bit and the slot of each of its dates, which part it is, how
    it comes into a draft by its dates and its name, and that name: what the source calls its node."""

    statements: int
    told: Told
    derived: bool
    dates: tuple[tuple[int, int], ...]
    key: Key
    add: Callable[[Draft, Mapping[int, str], str], None]
    name: str = ""


#: Makes a part of what its field says.
Kind: TypeAlias = Callable[["Field", Assembler], Part]


class Link(NamedTuple):
    """A line that leads from the case to a part of it: the number of its bit, the bit with which the field of the part begins, and what was met there."""

    bit: int
    start: int
    target: str
    kind: Kind
    known: dict[int, Part]


class Field:
    """What a field says, by the numbers of the bits; what is asked for is taken out of the rest."""

    def __init__(self, terms: dict[Term, int]) -> None:
        self.rest = terms
        self.count = len(terms)

    def bit(self, predicate: str, value: str = "") -> int | None:
        """The bit of a statement; None where it is not made."""
        return self.rest.pop((predicate, value), None)

    def has(self, predicate: str, value: str = "") -> bool:
        """Whether a statement is made."""
        return self.bit(predicate, value) is not None

    def value(self, predicate: str) -> str:
        """The value of a property, if it has one. Raises Irregular where it has more."""
        values = [value for other, value in self.rest if other == predicate]
        self.needs(len(values) < 2)
        for value in values:
            self.bit(predicate, value)
        return "".join(values)

    def dates(self, assembler: Assembler, **properties: Key) -> tuple[tuple[int, int], ...]:
        """The dates that are stated, by bit and slot."""
        bits = {key: self.bit(DD + name) for name, key in properties.items()}
        return tuple((bit, assembler.slots[key]) for key, bit in bits.items() if bit is not None)

    def needs(self, said: object) -> None:
        """Raises Irregular where something that a case cannot be without is not said."""
        if not said:
            raise Irregular


#: Stands for a text, of which is told only that it is there.
_TEXT = {True: "1", False: ""}


def _case(said: Field, assembler: Assembler) -> Part:
    said.needs(said.has(TYPE, DD + "Case") and said.has(IDENTIFIER))
    said.has(DCTERMS + "description")
    title, domain = said.has(DCTERMS + "title"), said.value(DD + "domain")
    on, decided = assembler.slots["on",], assembler.slots["decided",]
    dates = said.dates(assembler, conductDate=("on",), decisionDate=("decided",))
    stated = [slot for _, slot in dates]

    def add(draft: Draft, dates: Mapping[int, str], name: str) -> None:
        draft.title, draft.domain = _TEXT[title], domain
        draft.on, draft.decided = dates.get(on, ""), dates.get(decided, "")

    told = assembler.case(True, title, on in stated, decided in stated, domain)
    return Part(said.count, told, False, dates, ("case",), add)


def _cadre(said: Field, assembler: Assembler) -> Part:
    said.needs(said.has(TYPE, DD + "Cadre"))
    said.has(TYPE, PROV + "Person")
    rank, post = said.value(DD + "rank"), said.has(DD + "post")
    on, off = said.has(DD + "onList", LION_LIST), said.has(DD + "notOnList", LION_LIST)
    said.needs(not (on and off))
    on_list: Truth = on if on or off else None

    def add(draft: Draft, dates: Mapping[int, str], name: str) -> None:
        draft.rank, draft.post, draft.on_list = rank, _TEXT[post], on_list

    return Part(said.count, assembler.cadre(rank, post, on_list), False, (), ("cadre",), add)


def _fact(said: Field, assembler: Assembler) -> Part:
    said.needs(said.has(TYPE, DD + "Fact"))
    kind, value = said.value(DD + "factType"), said.value(DD + "value").removeprefix(DD)
    said.needs(kind and value)
    evidence, found_by = said.has(DD + "evidence"), said.has(DD + "foundBy")
    dates = said.dates(assembler, foundOn=("foundOn", kind))
    slot = assembler.slots["foundOn", kind]
    if said.has(_DERIVED_FROM):
        said.needs(value in VALUES[:2] and not (evidence or found_by or dates))
        return Part(said.count, assembler.derived(kind, value), True, (), ("fact", kind), _nothing)

    def add(draft: Draft, dates: Mapping[int, str], name: str) -> None:
        draft.facts.append(DraftFact(kind, value, _TEXT[evidence], _TEXT[found_by], dates.get(slot, ""), name))

    told = assembler.fact(kind, value, evidence, found_by, bool(dates))
    return Part(said.count, told, False, dates, ("fact", kind), add)


def _sanction(said: Field, assembler: Assembler) -> Part:
    said.needs(said.has(TYPE, DD + "DecidedSanction"))
    measure = said.value(DD + "measure")
    said.needs(measure)
    by, ground = said.has(DD + "decidedBy"), said.has(DD + "ground")
    dates = said.dates(assembler, decidedOn=("decidedOn", measure))
    slot = assembler.slots["decidedOn", measure]

    def add(draft: Draft, dates: Mapping[int, str], name: str) -> None:
        draft.sanctions.append(DraftSanction(measure, dates.get(slot, ""), _TEXT[by], _TEXT[ground], name))

    told = assembler.sanction(measure, bool(dates), by, ground)
    return Part(said.count, told, False, dates, ("sanction", measure), add)


def _claim(clause: str, said: Field, assembler: Assembler) -> Part:
    def add(draft: Draft, dates: Mapping[int, str], name: str) -> None:
        draft.claims.append(clause)

    return Part(said.count, assembler.claim(clause), False, (), ("claim", clause), add)


def _nothing(draft: Draft, dates: Mapping[int, str], name: str) -> None:
    """A derived fact is none of a draft."""


_KINDS: Mapping[str, Kind] = {DD + "cadre": _cadre, DD + "hasFact": _fact, DD + "decidedSanction": _sanction}


def _bits(field: int) -> Iterator[int]:
    """The numbers of the bits of a field."""
    while field:
        lowest = field & -field
        yield lowest.bit_length() - 1
        field ^= lowest


def _terms(policy: Policy) -> Iterator[Term]:
    """What can be said of a node."""
    kinds = (*(DD + name for name in ("Case", "Cadre", "Fact", "DecidedSanction")), PROV + "Person")
    yield from ((TYPE, kind) for kind in kinds)
    yield from ((predicate, "") for predicate in (IDENTIFIER, *TEXTS, *DATES, _DERIVED_FROM))
    yield from ((DD + name, LION_LIST) for name in ("onList", "notOnList"))
    yield from ((DD + "value", DD + value) for value in VALUES)
    yield from ((DD + name, concept) for name in ("domain", "rank", "measure") for concept in policy.schemes[name])
    yield from ((DD + "factType", fact) for fact in policy.facts)
