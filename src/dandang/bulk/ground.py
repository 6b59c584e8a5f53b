"""The case that says everything: each triple that a regular case can have, with the formula of its being there.

A *regular* case is one as `cases.graph` writes it: known fact types, measures, ranks, domains, lists and clauses only, every fact type once, every
measure once, dates that are dates. For such cases a shape can be worked out once, on this graph, for all of them. What a regular case says is a set of
atoms; `Alphabet` gives each its bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rdflib import RDF, URIRef
from rdflib.term import Node

from dandang.bulk.formula import TRUE, Atom, Formula, all_of
from dandang.model import Policy
from dandang.namespaces import DCTERMS, DD, LION_LIST

CASE = URIRef("case:")
CADRE = URIRef("case:#cadre")
VALUES = ("yes", "no", "unknown", "contested")
#: The slot of the day of the check.
TODAY = "today"
#: A thing a case can say: its kind, and which one.
Key = tuple[str, ...]


class Slot(NamedTuple):
    """A literal that each case fills itself: the date of a slot, or a text."""

    key: Key
    number: int = -1

    @property
    def is_date(self) -> bool:
        """Whether it holds a date."""
        return self.number >= 0


Term = Node | Slot


class Alphabet:
    """The atoms and the date slots of regular cases under one policy. Numbers are given in the order of asking."""

    def __init__(self, bits: Mapping[Key, int] | None = None, slots: Mapping[Key, int] | None = None) -> None:
        self.bits = dict(bits or {})
        self.slots = dict(slots or {})

    def atom(self, *key: str) -> Atom:
        """The atom of a key."""
        return Atom(self.bits.setdefault(key, len(self.bits)))

    def date(self, *key: str) -> Slot:
        """The date slot of a key."""
        return Slot(key, self.slots.setdefault(key, len(self.slots)))


class Ground:
    """Triples with the formula of their being there, found by any two of their terms."""

    def __init__(self, fixed: Iterable[tuple[Node, Node, Node]]) -> None:
        self._forward: dict[tuple[Node, Term], list[tuple[Term, Formula]]] = {}
        self._backward: dict[tuple[Node, Term], list[tuple[Term, Formula]]] = {}
        self._all: dict[Node, list[tuple[Term, Term, Formula]]] = {}
        self._exact: dict[tuple[Term, Node, Term], Formula] = {}
        for subject, predicate, target in fixed:
            self.add(subject, predicate, target, TRUE)

    def add(self, subject: Term, predicate: Node, target: Term, formula: Formula) -> None:
        """Add a triple."""
        self._forward.setdefault((predicate, subject), []).append((target, formula))
        self._backward.setdefault((predicate, target), []).append((subject, formula))
        self._all.setdefault(predicate, []).append((subject, target, formula))
        self._exact[subject, predicate, target] = formula

    def match(self, subject: Term | None, predicate: Node, target: Term | None) -> list[tuple[Term, Term, Formula]]:
        """The triples of a predicate; None stands for any term."""
        if subject is not None and target is not None:
            there = self._exact.get((subject, predicate, target))
            return [] if there is None else [(subject, target, there)]
        if subject is not None:
            return [(subject, node, formula) for node, formula in self._forward.get((predicate, subject), ())]
        if target is not None:
            return [(node, target, formula) for node, formula in self._backward.get((predicate, target), ())]
        return self._all.get(predicate, [])

    def count(self, subject: Term | None, predicate: Node, target: Term | None) -> int:
        """How many triples `match` finds, where that is known without looking; one where both ends are given."""
        if subject is not None and target is not None:
            return 1
        if subject is not None:
            return len(self._forward.get((predicate, subject), ()))
        return len(self._backward.get((predicate, target), ()) if target is not None else self._all.get(predicate, ()))


def fact_node(kind: str, value: str, *, derived: bool = False) -> URIRef:
    """The node of a fact of the case that says everything."""
    return URIRef(f"case:#{'derived' if derived else 'fact'}+{value}+{kind}")


def sanction_node(measure: str) -> URIRef:
    """The node of a decided sanction."""
    return URIRef(f"case:#sanction+{measure}")


def key_of(node: Term) -> Key:
    """What a node of the case stands for: `("fact", type)`, `("sanction", measure)`, `("cadre",)`, `("case",)`, or nothing."""
    if isinstance(node, Slot):
        return node.key
    kind, _, rest = str(node).removeprefix("case:").partition("+")
    if node in (CASE, CADRE):
        return ("case",) if node == CASE else ("cadre",)
    if kind in ("#fact", "#derived"):
        return ("fact", rest.partition("+")[2])
    return ("sanction", rest) if kind == "#sanction" else ()


def ground(fixed: Iterable[tuple[Node, Node, Node]], policy: Policy, alphabet: Alphabet) -> Ground:
    """The case that says everything, beside the policy triples that the shapes read."""
    graph = Ground(fixed)
    for subject, predicate, target, formula in _case(policy, alphabet):
        graph.add(subject, URIRef(predicate), target, formula)
    return graph


def _case(policy: Policy, alphabet: Alphabet) -> Iterator[tuple[Term, str, Term, Formula]]:
    atom, date = alphabet.atom, alphabet.date
    yield CASE, RDF.type, URIRef(DD + "Case"), TRUE
    yield CASE, DCTERMS + "identifier", Slot(("identifier",)), atom("identifier")
    yield CASE, DCTERMS + "title", Slot(("title",)), atom("title")
    yield CASE, DD + "conductDate", date("on"), atom("on")
    yield CASE, DD + "decisionDate", date("decided"), atom("decided")
    yield CASE, DD + "cadre", CADRE, TRUE
    yield CADRE, RDF.type, URIRef(DD + "Cadre"), TRUE
    yield CADRE, DD + "post", Slot(("post",)), atom("post")
    for rank in policy.schemes.get("rank", ()):
        yield CADRE, DD + "rank", URIRef(rank), atom("rank", rank)
    for name in ("onList", "notOnList"):
        yield CADRE, DD + name, URIRef(LION_LIST), atom(name)
    for domain in policy.schemes.get("domain", ()):
        yield CASE, DD + "domain", URIRef(domain), atom("domain", domain)
    for clause in policy.clauses:
        yield CASE, DD + "claims", URIRef(clause), atom("claim", clause)
    for measure in policy.schemes.get("measure", ()):
        yield from _sanction(measure, alphabet)
    for kind in policy.facts:
        yield from _facts(kind, alphabet)


def _facts(kind: str, alphabet: Alphabet) -> Iterator[tuple[Term, str, Term, Formula]]:
    for derived in (False, True):
        for value in VALUES[:2] if derived else VALUES:
            node = fact_node(kind, value, derived=derived)
            there = alphabet.atom("derived" if derived else "fact", kind, value)
            yield CASE, DD + "hasFact", node, there
            yield node, RDF.type, URIRef(DD + "Fact"), there
            yield node, DD + "factType", URIRef(kind), there
            yield node, DD + "value", URIRef(DD + value), there
            if derived:
                yield node, DD + "derivedFrom", Slot(("derivedFrom", kind)), there
                continue
            for name in ("evidence", "foundBy"):
                yield node, DD + name, Slot((name, kind)), all_of((there, alphabet.atom(name, kind)))
            found = alphabet.date("foundOn", kind)
            yield node, DD + "foundOn", found, all_of((there, alphabet.atom("foundOn", kind)))


def _sanction(measure: str, alphabet: Alphabet) -> Iterator[tuple[Term, str, Term, Formula]]:
    node, there = sanction_node(measure), alphabet.atom("sanction", measure)
    yield CASE, DD + "decidedSanction", node, there
    yield node, RDF.type, URIRef(DD + "DecidedSanction"), there
    yield node, DD + "measure", URIRef(measure), there
    yield (
        node,
        DD + "decidedOn",
        alphabet.date("decidedOn", measure),
        all_of((there, alphabet.atom("decidedOn", measure))),
    )
    for name in ("decidedBy", "ground"):
        yield node, DD + name, Slot((name, measure)), all_of((there, alphabet.atom(name, measure)))
