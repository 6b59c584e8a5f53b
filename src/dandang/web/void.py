"""VoID: how many triples a dataset has, of which classes and properties, and what joins what.

The partitions nest: class → property → class or datatype of the values. That is what editors complete from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple, TypeAlias

import pyoxigraph as ox

from dandang.namespaces import RDF, VOID, XSD

#: VoID itself has no word for the datatypes of a property's values.
VOID_EXT = "http://ldf.fi/void-ext#"
_TYPE = ox.NamedNode(RDF + "type")

Node: TypeAlias = ox.NamedNode | ox.BlankNode


class _Counts(NamedTuple):
    """Numbers of triples by property and by what they join, and of things by class."""

    properties: Counter[ox.NamedNode]
    classes: Counter[ox.NamedNode]
    #: Class and property → triples; with the class or the datatype of the value beside them.
    used: Counter[tuple[ox.NamedNode, ox.NamedNode]]
    joined: dict[tuple[ox.NamedNode, ox.NamedNode], Counter[ox.NamedNode]]
    typed: dict[tuple[ox.NamedNode, ox.NamedNode], Counter[ox.NamedNode]]


def link(subject: Node, predicate: str, value: str | Node) -> ox.Triple:
    """A triple whose object is a node, or an IRI given as text."""
    return ox.Triple(subject, ox.NamedNode(predicate), ox.NamedNode(value) if isinstance(value, str) else value)


def number(subject: Node, name: str, value: int) -> ox.Triple:
    """A count, under a property of VoID."""
    return ox.Triple(subject, ox.NamedNode(VOID + name), ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer")))


def statistics(whole: Node, triples: Sequence[ox.Triple]) -> Iterator[ox.Triple]:
    """The counts and partitions of a dataset's triples. The same triples give the same description, whatever their order."""
    counts = _counted(triples)
    yield number(whole, "triples", len(triples))
    yield number(whole, "distinctSubjects", len({triple.subject for triple in triples}))
    yield number(whole, "distinctObjects", len({triple.object for triple in triples}))
    yield number(whole, "properties", len(counts.properties))
    yield number(whole, "classes", len(counts.classes))
    for space in sorted({_namespace(name.value) for name in (*counts.properties, *counts.classes)}):
        yield link(whole, VOID + "vocabulary", space)
    # Nodes by number and not by chance: two processes describe the same data in the same words.
    nodes = (ox.BlankNode(f"part{place}") for place in count())
    for name, triple_count in _ordered(counts.properties):
        node = next(nodes)
        yield from _part(whole, node, VOID + "propertyPartition", VOID + "property", name)
        yield number(node, "triples", triple_count)
    for kind, entities in _ordered(counts.classes):
        node = next(nodes)
        yield from _part(whole, node, VOID + "classPartition", VOID + "class", kind)
        yield number(node, "entities", entities)
        yield from _properties(node, kind, counts, nodes)


def _properties(whole: Node, kind: ox.NamedNode, counts: _Counts, nodes: Iterator[ox.BlankNode]) -> Iterator[ox.Triple]:
    """The properties of the things of a class, and what their values are."""
    used = Counter({name: amount for (owner, name), amount in counts.used.items() if owner == kind})
    for name, amount in _ordered(used):
        node = next(nodes)
        yield from _part(whole, node, VOID + "propertyPartition", VOID + "property", name)
        yield number(node, "triples", amount)
        for space, values in ((VOID + "class", counts.joined), (VOID_EXT + "datatype", counts.typed)):
            for value, times in _ordered(values.get((kind, name), Counter())):
                part = next(nodes)
                yield from _part(node, part, space + "Partition", space, value)
                yield number(part, "triples", times)


def _counted(triples: Sequence[ox.Triple]) -> _Counts:
    types: dict[object, list[ox.NamedNode]] = defaultdict(list)
    for triple in triples:
        if triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode):
            types[triple.subject].append(triple.object)
    counts = _Counts(Counter(), Counter(), Counter(), defaultdict(Counter), defaultdict(Counter))
    for kinds in types.values():
        counts.classes.update(kinds)
    for subject, name, value in triples:
        counts.properties[name] += 1
        for kind in types.get(subject, ()):
            counts.used[kind, name] += 1
            if isinstance(value, ox.Literal):
                counts.typed[kind, name][value.datatype] += 1
            else:
                counts.joined[kind, name].update(types.get(value, ()))
    return counts


def _part(whole: Node, node: Node, predicate: str, key: str, value: ox.NamedNode) -> tuple[ox.Triple, ox.Triple]:
    return link(whole, predicate, node), link(node, key, value)


def _ordered(counts: Counter[ox.NamedNode]) -> list[tuple[ox.NamedNode, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0].value))


def _namespace(iri: str) -> str:
    """The vocabulary that a term belongs to: its IRI as far as the name."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]
