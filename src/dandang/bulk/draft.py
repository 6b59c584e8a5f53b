"""A case on its way from a line of a dump to what it says: plain values, no term of RDF, and the full `Case` only where someone asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dandang.bulk.ground import Key
from dandang.cases import Derivation
from dandang.model import Cadre, Case, DecidedSanction, Fact, Place, Policy, Truth
from dandang.namespaces import CASES
from dandang.vocabulary import Vocabulary

#: The value of a fact in the graph, as a case has it: (value, contested).
MEANING: dict[str, tuple[Truth, bool]] = {
    "yes": (True, False),
    "no": (False, False),
    "unknown": (None, False),
    "contested": (None, True),
}


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
        "domain",
        "facts",
        "id",
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
        self.sanctions: list[DraftSanction] = []
        self.claims: list[str] = []

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
            return f"{iri}#cadre"
        parts = self.facts if key[0] == "fact" else self.sanctions
        numbers = (number for number, part in enumerate(parts, start=1) if part[0] == key[1])
        return next((f"{iri}#{key[0]}-{number}" for number in numbers), "")

    def key(self, key: Key) -> str:
        """Where a stated fact or a sanction stands; nothing for what is not stated."""
        parts = self.facts if key[0] == "fact" else self.sanctions
        return next((part.key for part in parts if part[0] == key[1]), "")


def known_names(policy: Policy) -> dict[str, tuple[str, bool] | None]:
    """Every name of a fact type with what it stands for; None for a name of several."""
    vocabulary = Vocabulary(policy)
    names = {
        name for fact in policy.facts.values() for name in (fact.iri, *fact.label, *fact.names, *(fact.negated or ()))
    }
    found = {name: vocabulary.fact(name) for name in names}
    return {name: next(iter(meant)) if len(meant) == 1 else None for name, meant in found.items()}
