"""Cases that are not regular, checked as graphs: by the engine `shacl` where it is installed, else by pyshacl.

The only importer of `shacl`. It is asked about SHACL Core only: of constraints in SPARQL it misses results (those whose filter has EXISTS with IN) and
leaves the placeholders of messages as they are. Those are pyshacl's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import pyoxigraph as ox
from rdflib import SH, Graph, URIRef

from dandang.validation import CaseValidator
from dandang.validation.engine import ANY_DAY
from dandang.validation.rules import Result

#: Cases in one run: the policy is read once for all of them.
_TOGETHER = 200


class GraphChecker:
    """The case shapes for graphs as they stand."""

    def __init__(self, validator: CaseValidator, *, today: str, fast: bool | None = None) -> None:
        """`fast` chooses the engine; None takes the fast one where it is installed."""
        self._validator = validator
        self._today = today
        self._fast = find_spec("shacl") is not None if fast is None else fast

    def results(self, graphs: Sequence[Sequence[ox.Quad]]) -> list[list[Result]]:
        """The results on each graph. No two graphs see each other."""
        engine = self._validator.engine
        if not self._fast:
            return [engine.results(quads, today=self._today) for quads in graphs]
        core = [found for group in _apart(graphs) for found in self._core(group)]
        queried = (engine.results(quads, today=self._today, rules=self._sparql) for quads in graphs)
        return [[*one, *other] for one, other in zip(core, queried, strict=True)]

    def _core(self, graphs: Sequence[Sequence[ox.Quad]]) -> list[list[Result]]:
        owners = {str(quad.subject): number for number, quads in enumerate(graphs) for quad in quads}
        text = ox.serialize((quad.triple for quads in graphs for quad in quads), format=ox.RdfFormat.N_TRIPLES)
        report = self._shapes.validate_text(self._fixed + (text or b"").decode(), format="ntriples")
        found: list[list[Result]] = [[] for _ in graphs]
        for result in report.results:
            if result.focus_node not in owners:
                continue  # about the policy, which has checks of its own
            rule = self._validator.engine.rules[_plain(result.root_shape)]
            path = result.path[1:-1] if (result.path or "").startswith("<") else rule.path
            value = "" if result.value is None else result.value_plain
            found[owners[result.focus_node]].append(
                Result(rule, _plain(result.focus_node), path, value, rule.message, result.component_iri)
            )
        return found

    @cached_property
    def _sparql(self) -> list[str]:
        """The rules that SHACL Core cannot say."""
        shapes = self._validator.engine.shapes
        return [
            rule.slug for iri, rule in self._validator.engine.rules.items() if (URIRef(iri), SH.sparql, None) in shapes
        ]

    @cached_property
    def _shapes(self) -> Any:
        import shacl

        core = Graph()
        for triple in self._validator.engine.shapes:
            if triple[1] != SH.sparql:
                core.add(triple)
        core_text = core.serialize(format="turtle").replace(ANY_DAY, self._today)
        return shacl.Shapes.from_turtle(core_text)

    @cached_property
    def _fixed(self) -> str:
        text = ox.serialize(self._validator.engine.fixed, format=ox.RdfFormat.N_TRIPLES)
        return (text or b"").decode()


def _apart(graphs: Sequence[Sequence[ox.Quad]]) -> Iterator[list[Sequence[ox.Quad]]]:
    """Graphs in groups, in their order, none of which has a subject twice."""
    group: list[Sequence[ox.Quad]] = []
    subjects: set[str] = set()
    for quads in graphs:
        own = {str(quad.subject) for quad in quads}
        if group and (len(group) >= _TOGETHER or not own.isdisjoint(subjects)):
            yield group
            group, subjects = [], set()
        group.append(quads)
        subjects |= own
    if group:
        yield group


def _plain(term: str) -> str:
    """An IRI or the label of a blank node, out of N-Triples."""
    return term[1:-1] if term.startswith("<") else term.removeprefix("_:")
