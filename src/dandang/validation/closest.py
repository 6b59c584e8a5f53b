"""Which alternatives of an `sh:or` or `sh:xone` were closest to being met, and what they lack.

The engines say only that none was met. An alternative that somebody can bring about has an `rdfs:comment` in the shapes graph, which says in both
languages what it wants; one that only sets cases apart (“not a date”) has none and is never proposed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

from dandang.messages import LANGUAGES, Text
from dandang.namespaces import RDFS, SH

if TYPE_CHECKING:
    from pyshacl import Validator

#: What one alternative lacks.
Lacks: TypeAlias = tuple[Text, ...]


class Alternatives:
    """The alternatives of the shapes of one validator. To be asked while the data of the result are in its graph."""

    def __init__(self, validator: Validator) -> None:
        self._validator = validator
        self._shapes: Any = validator.shacl_graph

    def closest(self, shape: Any, value: Any) -> tuple[Lacks, ...]:
        """What each alternative that lacks the fewest parts lacks, in the order of the shapes; nothing where there are no alternatives, or one is met."""
        ways = [lacks for arm in self._arms(shape) for lacks in self._ways(arm, value)]
        fewest = min(map(len, ways), default=0)
        return tuple(lacks for lacks in ways if len(lacks) == fewest) if fewest else ()

    def _ways(self, shape: Any, value: Any) -> Iterator[Lacks]:
        """What is lacking on each way to meet a shape; no way where nobody can bring it about."""
        if self._met(shape, value):
            yield ()
        elif text := self._text(shape):
            yield (text,)
        elif arms := self._arms(shape):
            for arm in arms:
                yield from self._ways(arm, value)
        elif parts := self._items(shape, "and"):
            for chosen in product(*(tuple(self._ways(part, value)) for part in parts)):
                yield tuple(text for lacks in chosen for text in lacks)

    def _met(self, shape: Any, value: Any) -> bool:
        known = self._shapes.lookup_shape_from_node(shape)
        met, _ = known.validate(self._validator.make_executor(), self._validator.target_graph, focus=value)
        return bool(met)

    def _arms(self, shape: Any) -> list[Any]:
        return [*self._items(shape, "or"), *self._items(shape, "xone")]

    def _items(self, shape: Any, name: str) -> list[Any]:
        from rdflib import URIRef

        graph = self._shapes.graph
        return [item for found in graph.objects(shape, URIRef(SH + name)) for item in graph.items(found)]

    def _text(self, shape: Any) -> Text | None:
        from rdflib import URIRef

        told = {text.language: str(text) for text in self._shapes.graph.objects(shape, URIRef(RDFS + "comment"))}
        return Text(*(told[lang] for lang in LANGUAGES)) if told else None


def with_closest(hint: Text | None, closest: tuple[Lacks, ...]) -> Text | None:
    """A hint with what the closest alternatives lack behind it."""
    if hint is None or not closest:
        return hint
    zh = "；或者".join("，并且".join(text.zh for text in lacks) for lacks in closest)
    en = "; or ".join(" and ".join(text.en for text in lacks) for lacks in closest)
    return Text(f"{hint.zh}。改动最少的做法：{zh}", f"{hint.en.rstrip('.')}. Closest to being met: {en}")
