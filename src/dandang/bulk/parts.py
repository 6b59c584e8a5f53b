"""What is said of the nodes of a case, in bits → the parts of the case.

Each statement that `cases.graph` can make has a bit: a field of bits for each node, and one for the lines that lead from the case to its nodes and to
clauses. What the bits of a field say together is worked out once for a node and remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
            kind = _KINDS.get(predicate)
            if kind is None or len(self._links) == _MOST_LINKS or (kind is _claim) != (target in self._clauses):
                raise Irregular
            start = 0 if kind is _claim else self._start(target)
            found = self._links[predicate, target] = Link(len(self._links), start, target, kind, {})
        return found

    def read(self, said: int, links: Sequence[Link], dates: Mapping[int, str]) -> tuple[list[Part], Facts]:
        """The parts of the case of all its statements, and what it says; `dates` has those that a statement tells, by the number of its bit. Raises Irregular
        where a statement is missing or left over, or the case is none that is regular."""
        mask, count = self._mask, len(links)
        parts: list[Part] = []
        told: list[Told] = []
        derived: list[Told] = []
        slots = self._assembler.today.copy()
        for link in (self._case, *links):
            field = said >> link.start & mask if link.start else 0
            part = link.known.get(field) or self._part(link, field)
            parts.append(part)
            own_count, own_told, is_derived, own_dates, _, _, _ = part
            count += own_count
            (derived if is_derived else told).append(own_told)
            for bit, slot in own_dates:
                slots[slot] = dates[bit]
        facts = self._assembler.said(told, slots, derived)
        if facts is None or count != said.bit_count():
            raise Irregular
        return parts, facts

    def _part(self, link: Link, field: int) -> Part:
        """What a field says that was not met before."""
        said = Field({self._terms[number]: link.start + number for number in _bits(field)})
        part = link.kind(link.target, said, self._assembler)
        said.end()
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
    """What a field says: how many statements, what that tells, whether it is a derived fact, its dates by bit and slot, which part it is, the name of its
    node, and how it comes into a draft."""

    statements: int
    told: Told
    derived: bool
    dates: tuple[tuple[int, int], ...]
    key: Key
    name: str
    add: Callable[[Draft, Mapping[int, str]], None]


#: Makes the part with a name of what its field says.
Kind: TypeAlias = Callable[[str, "Field", Assembler], Part]


class Link(NamedTuple):
    """A line that leads from the case to a part of it: the number of its bit, the bit with which the field of the part begins, and what was met there."""

    bit: int
    start: int
    target: str
    kind: Kind
    known: dict[int, Part]


class Field:
    """What a field says, by the numbers of the bits; what is asked for is taken out."""

    def __init__(self, terms: dict[Term, int]) -> None:
        self._rest = terms
        self.count = len(terms)

    def bit(self, predicate: str, value: str = "") -> int:
        """The bit of a statement; 0 where it is not made."""
        return self._rest.pop((predicate, value), 0)

    def text(self, predicate: str) -> str:
        """Stands for a text, if there is one."""
        return "1" if self.bit(predicate) else ""

    def value(self, predicate: str) -> str:
        """The value of a property, if it has one. Raises Irregular where it has more."""
        values = [value for other, value in self._rest if other == predicate]
        if len(values) > 1:
            raise Irregular
        for value in values:
            self.bit(predicate, value)
        return "".join(values)

    def needs(self, said: object) -> None:
        """Raises Irregular where something that a case cannot be without is not said."""
        if not said:
            raise Irregular

    def end(self) -> None:
        """Raises Irregular where something is left over."""
        self.needs(not self._rest)


def _case(name: str, said: Field, assembler: Assembler) -> Part:
    said.needs(said.bit(TYPE, DD + "Case") and said.bit(IDENTIFIER))
    said.text(DCTERMS + "description")
    title, domain = said.text(DCTERMS + "title"), said.value(DD + "domain")
    on, decided = said.bit(DD + "conductDate"), said.bit(DD + "decisionDate")
    told = assembler.case(True, title != "", on > 0, decided > 0, domain)

    def add(draft: Draft, dates: Mapping[int, str]) -> None:
        draft.title, draft.domain = title, domain
        draft.on, draft.decided = dates.get(on, ""), dates.get(decided, "")

    dates = _dates(assembler, (on, ("on",)), (decided, ("decided",)))
    return Part(said.count, told, False, dates, ("case",), name, add)


def _cadre(name: str, said: Field, assembler: Assembler) -> Part:
    said.needs(said.bit(TYPE, DD + "Cadre"))
    said.bit(TYPE, PROV + "Person")
    rank, post = said.value(DD + "rank"), said.text(DD + "post")
    on, off = said.bit(DD + "onList", LION_LIST), said.bit(DD + "notOnList", LION_LIST)
    said.needs(not (on and off))
    on_list: Truth = bool(on) if on or off else None

    def add(draft: Draft, dates: Mapping[int, str]) -> None:
        draft.rank, draft.post, draft.on_list = rank, post, on_list

    return Part(said.count, assembler.cadre(rank, post != "", on_list), False, (), ("cadre",), name, add)


def _fact(name: str, said: Field, assembler: Assembler) -> Part:
    said.needs(said.bit(TYPE, DD + "Fact"))
    kind, value = said.value(DD + "factType"), said.value(DD + "value").removeprefix(DD)
    said.needs(kind and value)
    fact = DraftFact(kind, value, said.text(DD + "evidence"), said.text(DD + "foundBy"), key=name)
    on, derived = said.bit(DD + "foundOn"), said.bit(_DERIVED_FROM)
    if derived:
        said.needs(value in VALUES[:2] and not (fact.evidence or fact.found_by or on))
        told = assembler.derived(kind, value)
    else:
        told = assembler.fact(kind, value, fact.evidence != "", fact.found_by != "", on > 0)

    def add(draft: Draft, dates: Mapping[int, str]) -> None:
        if not derived:
            draft.facts.append(fact._replace(found_on=dates.get(on, "")))

    return Part(said.count, told, derived > 0, _dates(assembler, (on, ("foundOn", kind))), ("fact", kind), name, add)


def _sanction(name: str, said: Field, assembler: Assembler) -> Part:
    said.needs(said.bit(TYPE, DD + "DecidedSanction"))
    measure, on = said.value(DD + "measure"), said.bit(DD + "decidedOn")
    said.needs(measure)
    by, ground = said.text(DD + "decidedBy"), said.text(DD + "ground")
    told = assembler.sanction(measure, on > 0, by != "", ground != "")

    def add(draft: Draft, dates: Mapping[int, str]) -> None:
        draft.sanctions.append(DraftSanction(measure, dates.get(on, ""), by, ground, name))

    dates = _dates(assembler, (on, ("decidedOn", measure)))
    return Part(said.count, told, False, dates, ("sanction", measure), name, add)


def _claim(clause: str, said: Field, assembler: Assembler) -> Part:
    def add(draft: Draft, dates: Mapping[int, str]) -> None:
        draft.claims.append(clause)

    return Part(said.count, assembler.claim(clause), False, (), ("claim", clause), "", add)


def _dates(assembler: Assembler, *stated: tuple[int, Key]) -> tuple[tuple[int, int], ...]:
    """The dates that are stated, by bit and slot."""
    return tuple((bit, assembler.slots[key]) for bit, key in stated if bit)


_KINDS: Mapping[str, Kind] = {
    DD + "cadre": _cadre,
    DD + "hasFact": _fact,
    DD + "decidedSanction": _sanction,
    CLAIMS: _claim,
}


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
