"""What is said of the nodes of a case, in bits → the draft of the case.

Each statement that `cases.graph` can make has a bit: a field of bits for each node, and one for the lines that lead from the case to its nodes and to
clauses. What the bits of a field say together is worked out once for a node and remembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from dandang.bulk.draft import Draft, DraftFact, DraftSanction
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
_VALUES = ("yes", "no", "unknown", "contested")
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

    def __init__(self, policy: Policy) -> None:
        self._terms = list(_terms(policy))
        self._numbers = {term: number for number, term in enumerate(self._terms)}
        self._mask = (1 << len(self._terms)) - 1
        self._nodes = {name: number for number, name in enumerate(_OUR_NODES)}
        self._clauses = policy.clauses
        self._links: dict[Term, Link] = {}
        self._case = Link(0, self._start(""), "", _Case, {})
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
            if kind is None or len(self._links) == _MOST_LINKS or (kind is _Claim) != (target in self._clauses):
                raise Irregular
            start = 0 if kind is _Claim else self._start(target)
            found = self._links[predicate, target] = Link(len(self._links), start, target, kind, {})
        return found

    def draft(self, said: int, links: Sequence[Link], dates: Mapping[int, str], identifier: str) -> Draft:
        """The case of all its statements; `dates` has those that tell one, by the number of the bit. Raises Irregular where one is missing or left
        over."""
        draft, mask, count = Draft(), self._mask, len(links)
        draft.id = identifier
        for link in (self._case, *links):
            field = said >> link.start & mask if link.start else 0
            part = link.known.get(field) or self._part(link, field)
            count += part.count
            part.add(draft, dates)
        if count != said.bit_count() or "" not in draft.nodes:
            raise Irregular
        return draft

    def _part(self, link: Link, field: int) -> Part:
        """What a field says that was not met before."""
        numbers = enumerate(self._terms, link.start)
        told = Told({term: number for number, term in numbers if field >> number - link.start & 1})
        part = link.kind(link.target, told)
        told.end()
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


class Link(NamedTuple):
    """A line that leads from the case to a part of it: the number of its bit, the bit with which the field of the part begins, and what was met there."""

    bit: int
    start: int
    target: str
    kind: type[Part]
    known: dict[int, Part]


class Told:
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


class Part:
    """What a field says."""

    __slots__ = ("count",)

    def __init__(self, name: str, told: Told) -> None:
        self.count = told.count

    def add(self, draft: Draft, dates: Mapping[int, str]) -> None:
        """Put it into the draft. Raises Irregular where that says it already."""
        raise NotImplementedError


class _Case(Part):
    __slots__ = ("decided", "domain", "on", "title")

    def __init__(self, name: str, told: Told) -> None:
        super().__init__(name, told)
        told.needs(told.bit(TYPE, DD + "Case") and told.bit(IDENTIFIER))
        self.title, self.domain = told.text(DCTERMS + "title"), told.value(DD + "domain")
        self.on, self.decided = told.bit(DD + "conductDate"), told.bit(DD + "decisionDate")
        told.text(DCTERMS + "description")

    def add(self, draft: Draft, dates: Mapping[int, str]) -> None:
        draft.title, draft.domain = self.title, self.domain
        if self.on:
            draft.on = dates[self.on]
        if self.decided:
            draft.decided = dates[self.decided]


class _Claim(Part):
    __slots__ = ("clause",)

    def __init__(self, name: str, told: Told) -> None:
        super().__init__(name, told)
        self.clause = name

    def add(self, draft: Draft, dates: Mapping[int, str]) -> None:
        draft.claims.append(self.clause)


class _Cadre(Part):
    __slots__ = ("name", "on_list", "post", "rank")

    def __init__(self, name: str, told: Told) -> None:
        super().__init__(name, told)
        told.needs(told.bit(TYPE, DD + "Cadre"))
        told.bit(TYPE, PROV + "Person")
        self.name, self.rank, self.post = name, told.value(DD + "rank"), told.text(DD + "post")
        on, off = told.value(DD + "onList"), told.value(DD + "notOnList")
        told.needs(not (on and off))
        self.on_list: Truth = bool(on) if on or off else None

    def add(self, draft: Draft, dates: Mapping[int, str]) -> None:
        if "" in draft.nodes:
            raise Irregular
        draft.nodes[""] = self.name
        draft.rank, draft.post, draft.on_list = self.rank, self.post, self.on_list


class _Fact(Part):
    __slots__ = ("derived", "fact", "on")

    def __init__(self, name: str, told: Told) -> None:
        super().__init__(name, told)
        told.needs(told.bit(TYPE, DD + "Fact"))
        kind, value = told.value(DD + "factType"), told.value(DD + "value").removeprefix(DD)
        told.needs(kind and value)
        self.fact = DraftFact(kind, value, told.text(DD + "evidence"), told.text(DD + "foundBy"), key=name)
        self.on, self.derived = told.bit(DD + "foundOn"), told.bit(_DERIVED_FROM)
        told.needs(not (self.derived and (self.fact.evidence or self.fact.found_by or self.on)))

    def add(self, draft: Draft, dates: Mapping[int, str]) -> None:
        fact = self.fact
        if fact.type in draft.nodes:
            raise Irregular
        draft.nodes[fact.type] = fact.key
        if self.derived:
            draft.derived.append(fact[:2])
        else:
            draft.facts.append(fact._replace(found_on=dates[self.on]) if self.on else fact)


class _Sanction(Part):
    __slots__ = ("on", "sanction")

    def __init__(self, name: str, told: Told) -> None:
        super().__init__(name, told)
        told.needs(told.bit(TYPE, DD + "DecidedSanction"))
        measure, self.on = told.value(DD + "measure"), told.bit(DD + "decidedOn")
        told.needs(measure)
        by, ground = told.text(DD + "decidedBy"), told.text(DD + "ground")
        self.sanction = DraftSanction(measure, by=by, ground=ground, key=name)

    def add(self, draft: Draft, dates: Mapping[int, str]) -> None:
        sanction = self.sanction
        if sanction.measure in draft.nodes:
            raise Irregular
        draft.nodes[sanction.measure] = sanction.key
        draft.sanctions.append(sanction._replace(on=dates[self.on]) if self.on else sanction)


_KINDS: Mapping[str, type[Part]] = {
    DD + "cadre": _Cadre,
    DD + "hasFact": _Fact,
    DD + "decidedSanction": _Sanction,
    CLAIMS: _Claim,
}


def _terms(policy: Policy) -> Iterator[Term]:
    """What can be said of a node."""
    kinds = (*(DD + name for name in ("Case", "Cadre", "Fact", "DecidedSanction")), PROV + "Person")
    yield from ((TYPE, kind) for kind in kinds)
    yield from ((predicate, "") for predicate in (IDENTIFIER, *TEXTS, *DATES, _DERIVED_FROM))
    yield from ((DD + name, LION_LIST) for name in ("onList", "notOnList"))
    yield from ((DD + "value", DD + value) for value in _VALUES)
    yield from ((DD + name, concept) for name in ("domain", "rank", "measure") for concept in policy.schemes[name])
    yield from ((DD + "factType", fact) for fact in policy.facts)
