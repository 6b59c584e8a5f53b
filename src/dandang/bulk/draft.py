"""A case on its way from a line of a dump to what it says: plain values, no term of RDF, and the full `Case` only where someone asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from dandang.bulk.ground import VALUES, Key
from dandang.bulk.program import Facts, Program
from dandang.cases import Derivation
from dandang.model import Cadre, Case, DecidedSanction, Fact, Place, Policy, Truth
from dandang.namespaces import CASES

#: The value of a fact in the graph, as a case has it: (value, contested).
MEANING: dict[str, tuple[Truth, bool]] = {
    "yes": (True, False),
    "no": (False, False),
    "unknown": (None, False),
    "contested": (None, True),
}
_WORDS = {True: "yes", False: "no"}


class DraftFact(NamedTuple):
    """A stated fact; `key` is where it stands: the name it has in the file, or its node."""

    type: str
    value: str
    evidence: str = ""
    found_by: str = ""
    found_on: str = ""
    key: str = ""


class DraftSanction(NamedTuple):
    """A decided measure."""

    measure: str
    on: str = ""
    by: str = ""
    ground: str = ""
    key: str = ""


class Draft:
    """A regular case without its derived facts. Texts that no rule reads may be any text that is not empty."""

    __slots__ = (
        "claims",
        "decided",
        "derived",
        "domain",
        "facts",
        "id",
        "nodes",
        "on",
        "on_list",
        "post",
        "rank",
        "sanctions",
        "title",
    )

    def __init__(self) -> None:
        self.id = self.title = self.on = self.decided = self.domain = self.rank = self.post = ""
        self.on_list: Truth = None
        self.facts: list[DraftFact] = []
        #: The derived facts that the source has, by type and value; it may leave them out, but all or none.
        self.derived: list[tuple[str, str]] = []
        self.sanctions: list[DraftSanction] = []
        self.claims: list[str] = []
        #: The names that the source gives the nodes of the cadre (""), of facts by type and of sanctions by measure, without the IRI of the case.
        self.nodes: dict[str, str] = {}

    def case(self, derivation: Derivation, place: Place, where: Callable[[str], Place | None]) -> Case:
        """The case with its derived facts; `where` finds the place of a key."""
        facts = [
            Fact(f.type, *MEANING[f.value], f.evidence, f.found_by, f.found_on, place=where(f.key)) for f in self.facts
        ]
        sanctions = [DecidedSanction(s.measure, s.on, s.by, s.ground, where(s.key)) for s in self.sanctions]
        return derivation.applied(
            Case(
                self.id,
                self.title,
                self.on,
                self.decided,
                Cadre(self.rank, self.post, self.on_list),
                self.domain,
                facts=tuple(facts),
                sanctions=tuple(sanctions),
                claims=tuple(self.claims),
                place=place,
            )
        )

    def node(self, key: Key) -> str:
        """The IRI of a node; nothing for a fact that is not stated."""
        iri = CASES + (self.id or "unnamed")
        if key == ("case",):
            return iri
        if key == ("cadre",):
            return iri + self.nodes.get("", "#cadre")
        if key[1] in self.nodes:
            return iri + self.nodes[key[1]]
        parts = self.facts if key[0] == "fact" else self.sanctions
        numbers = (number for number, part in enumerate(parts, start=1) if part[0] == key[1])
        return next((f"{iri}#{key[0]}-{number}" for number in numbers), "")

    def key(self, key: Key) -> str:
        """Where a stated fact or a sanction stands; nothing for what is not stated."""
        parts = self.facts if key[0] == "fact" else self.sanctions
        return next((part.key for part in parts if part[0] == key[1]), "")


class _NotRegular(Exception):
    """The draft says what no regular case does."""


class _FactBits(NamedTuple):
    """A fact of a type and a value: its bits and the date slot, whether anything else can follow for its type, and what follows from it."""

    stated: int
    settled: bool
    steps: Sequence[tuple[str, bool]]
    evidence: int
    found_by: int
    found_on: int
    slot: int


class Assembler:
    """Drafts as what they say: the same as `Speller` tells of the whole case, without making it."""

    def __init__(self, program: Program, derivation: Derivation, *, today: str) -> None:
        bits, slots, policy = program.alphabet.bits, program.alphabet.slots, program.policy
        self._dates = {program.today: today}
        self._derivation = derivation
        self._known_bases: dict[tuple[str, Truth, tuple[str, ...]], list[tuple[str, bool]]] = {}
        self._facts = {
            (kind, value): _FactBits(
                bits["fact", kind, value],
                value != "unknown",
                tuple(derivation.steps.get((kind, value == "yes"), ())) if value in _WORDS.values() else (),
                bits["evidence", kind],
                bits["foundBy", kind],
                bits["foundOn", kind],
                slots["foundOn", kind],
            )
            for kind in policy.facts
            for value in VALUES
        }
        self._derived = {
            (kind, value): bits["derived", kind, _WORDS[value]] for kind in policy.facts for value in _WORDS
        }
        self._claims = {clause: bits["claim", clause] for clause in policy.clauses}
        self._domains = {domain: bits["domain", domain] for domain in policy.schemes["domain"]}
        self._ranks = {rank: bits["rank", rank] for rank in policy.schemes["rank"]}
        self._measures = {
            measure: [bits[name, measure] for name in ("sanction", "decidedOn", "decidedBy", "ground")]
            for measure in policy.schemes["measure"]
        }
        self._decided_on = {measure: slots["decidedOn", measure] for measure in policy.schemes["measure"]}
        self._single = {
            name: bits[name,] for name in ("identifier", "title", "post", "on", "decided", "onList", "notOnList")
        }
        self._on, self._decided = slots["on",], slots["decided",]

    def facts(self, draft: Draft) -> Facts | None:
        """What a draft says; None where it is not regular: something in it is unknown or said twice, or other facts follow than it has as derived."""
        try:
            return self._said(draft)
        except (_NotRegular, KeyError):
            return None

    def _said(self, draft: Draft) -> Facts | None:
        single, atoms, dates = self._single, [], self._dates.copy()
        if draft.id:
            atoms.append(single["identifier"])
        if draft.title:
            atoms.append(single["title"])
        if draft.post:
            atoms.append(single["post"])
        if draft.on:
            atoms.append(single["on"])
            dates[self._on] = draft.on
        if draft.decided:
            atoms.append(single["decided"])
            dates[self._decided] = draft.decided
        if draft.domain:
            atoms.append(self._domains[draft.domain])
        if draft.rank:
            atoms.append(self._ranks[draft.rank])
        if draft.on_list is not None:
            atoms.append(single["onList" if draft.on_list else "notOnList"])
        for clause in draft.claims:
            atoms.append(self._claims[clause])
        for sanction in draft.sanctions:
            there, on, by, ground = self._measures[sanction.measure]
            atoms.append(there)
            if sanction.on:
                atoms.append(on)
                dates[self._decided_on[sanction.measure]] = sanction.on
            if sanction.by:
                atoms.append(by)
            if sanction.ground:
                atoms.append(ground)
        self._add_facts(draft, atoms, dates)
        bits = 0
        for atom in atoms:
            bits |= 1 << atom
        return Facts(bits, tuple(atoms), dates) if bits.bit_count() == len(atoms) else None

    def _bases(self, draft: Draft) -> list[tuple[str, bool]]:
        measures = tuple(sanction.measure for sanction in draft.sanctions)
        key = draft.domain, draft.on_list, measures
        found = self._known_bases.get(key)
        if found is None:
            found = [base[:2] for base in self._derivation.bases(*key)]
            self._known_bases[key] = found
        return found.copy()

    def _add_facts(self, draft: Draft, atoms: list[int], dates: dict[int, str]) -> None:
        steps = self._derivation.steps
        settled: set[str] = set()
        replaced: dict[str, str] = {}
        waiting = self._bases(draft)
        stated = [(fact, self._facts[fact.type, fact.value]) for fact in draft.facts]
        for fact, bits in stated:
            if bits.settled:
                settled.add(fact.type)
            waiting += bits.steps
        for kind, value in waiting:
            if kind not in settled:
                settled.add(kind)
                replaced[kind] = _WORDS[value]
                atoms.append(self._derived[kind, value])
                waiting += steps.get((kind, value), ())
        if draft.derived and dict(draft.derived) != replaced:
            raise _NotRegular
        for (kind, _, evidence, found_by, found_on, _), bits in stated:
            if kind in replaced:
                continue  # it was stated as unknown
            atoms.append(bits.stated)
            if evidence:
                atoms.append(bits.evidence)
            if found_by:
                atoms.append(bits.found_by)
            if found_on:
                atoms.append(bits.found_on)
                dates[bits.slot] = found_on


def known_names(policy: Policy) -> dict[str, tuple[str, bool] | None]:
    """Every name of a fact type with what it stands for; None for a name of several."""
    from dandang.model import Vocabulary

    vocabulary = Vocabulary(policy)
    names = {
        name for fact in policy.facts.values() for name in (fact.iri, *fact.label, *fact.names, *(fact.negated or ()))
    }
    found = {name: vocabulary.fact(name) for name in names}
    return {name: next(iter(meant)) if len(meant) == 1 else None for name, meant in found.items()}
