"""The graphs that the questions are asked of: one per set of needs, made when first asked."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

import pyoxigraph as ox
from flask import current_app

from dandang.assessment import assess
from dandang.cases import case_quads
from dandang.catalogue import Question
from dandang.compiled import derived_quads
from dandang.policy import ontology_quads
from dandang.render.rdf import assessment_triples
from dandang.store import GRAPHS, Store
from dandang.web.library import Library

_LOCK = Lock()
_KEY = "dandang-stores"


def store_for(question: Question, library: Library) -> Store:
    """The store that has what a question needs, and the same as on the command line: nothing else."""
    needs = frozenset(question.needs)
    with _LOCK:
        stores: dict[frozenset[str], Store] = current_app.extensions.setdefault(_KEY, {})
        if needs not in stores:
            stores[needs] = Store(_quads(needs, library))
        return stores[needs]


def _quads(needs: frozenset[str], library: Library) -> Iterable[ox.Quad]:
    yield from library.policy_quads
    yield from derived_quads(library.policy)
    if "ontology" in needs:
        yield from ontology_quads()
    for read in library.cases.values() if needs & {"cases", "assessments"} else ():
        yield from case_quads(read.case)
        if "assessments" in needs:
            graph = ox.NamedNode(f"{GRAPHS}assessment/{read.case.id}")
            triples = assessment_triples(assess(read.case, library.policy))
            yield from (ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)
