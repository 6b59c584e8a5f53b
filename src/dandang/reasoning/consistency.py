"""Asks HermiT whether ontology and policy data are consistent, and what follows."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rdflib
from rdflib.namespace import OWL, RDF, RDFS

from dandang import resources
from dandang.reasoning.hermit import installed, run_hermit, world_of

_OWN_LANGUAGE = (str(OWL), str(RDF), str(RDFS))


@dataclass(frozen=True)
class ReasoningReport:
    """What HermiT found. `inferred` pairs a thing with a class or property above it that nothing states.

    An inconsistent graph entails everything, so that it has neither unsatisfiable classes nor inferences to report.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    inferred: tuple[tuple[str, str], ...]
    individuals: int
    reasoner: str
    seconds: float


def reason(*, classify_data: bool = True) -> ReasoningReport:
    """Reasons over the ontology and, unless told otherwise, the schemes and policies. Raises ReasonerUnavailable."""
    files = resources.ontology_files()
    if classify_data:
        files += resources.scheme_files() + resources.policy_files()
    return reason_over(graph_of(files))


def graph_of(files: Iterable[Path]) -> rdflib.Graph:
    """The Turtle files as one graph."""
    graph = rdflib.Graph()
    for file in files:
        graph.parse(file, format="turtle")
    return graph


def reason_over(graph: rdflib.Graph) -> ReasoningReport:
    """Reasons over a graph that holds the ontology and the data to be classified. Raises ReasonerUnavailable."""
    owlready2, java = installed()
    begin = time.perf_counter()
    world = world_of(owlready2, _stated(graph))
    consistent = run_hermit(owlready2, world, java)
    return ReasoningReport(
        consistent=consistent,
        unsatisfiable=_unsatisfiable(world) if consistent else (),
        inferred=_inferred(world) if consistent else (),
        individuals=len(_individuals(graph)),
        reasoner=f"HermiT (owlready2 {owlready2.VERSION})",
        seconds=time.perf_counter() - begin,
    )


def _stated(graph: rdflib.Graph) -> bytes:
    """The graph without its imports: all modules are here already; owlready2 would look for them on the web."""
    stated = rdflib.Graph()
    for triple in graph:
        if triple[1] != OWL.imports:
            stated.add(triple)
    return stated.serialize(format="nt", encoding="utf-8")


def _unsatisfiable(world: Any) -> tuple[str, ...]:
    return tuple(sorted({found.iri for found in world.inconsistent_classes()} - {str(OWL.Nothing)}))


def _inferred(world: Any) -> tuple[tuple[str, str], ...]:
    """What owlready2 wrote into its ontology of inferences, without what is true of everything."""
    triples = world.get_ontology("http://inferrences/").get_triples(None, None, None)
    named = ((world._unabbreviate(s), world._unabbreviate(o)) for s, _, o in triples)
    return tuple(sorted((sub, sup) for sub, sup in named if not sup.startswith(_OWN_LANGUAGE)))


def _individuals(graph: rdflib.Graph) -> set[rdflib.term.Node]:
    types = graph.subject_objects(RDF.type)
    return {thing for thing, kind in types if kind == OWL.NamedIndividual or not str(kind).startswith(_OWN_LANGUAGE)}
