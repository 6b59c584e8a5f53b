"""The explanation as RDF: it has the right shape, says what the JSON says, and survives a change of format."""

from __future__ import annotations

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

from dandang import resources
from dandang.assessment import assess
from dandang.cases import accepted, case_quads, read_file
from dandang.model import Assessment, Policy
from dandang.namespaces import CONCEPTS, DD
from dandang.policy import load_quads
from dandang.render.rdf import assessment_triples, assessments_rdf

# pyshacl calls names of rdflib that rdflib is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def answers(policy: Policy) -> list[Assessment]:
    return [assess(accepted(read_file(str(path), policy))[0], policy) for path in resources.case_files()]


def whole(answer: Assessment, style: str) -> str:
    return assessments_rdf([answer], (quad.triple for quad in case_quads(answer.case)), style)


def check(data: str) -> tuple[bool, str]:
    policy = ox.serialize((quad.triple for quad in load_quads(resources.data_files())), format=ox.RdfFormat.N_TRIPLES)
    graph = rdflib.Graph().parse(data=(policy or b"").decode() + data, format="nt")
    shapes = rdflib.Graph().parse(resources.shapes_file("assessment"), format="turtle")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes)
    return conforms, text


def test_explanations_of_several_cases_have_the_right_shape(answers: list[Assessment]) -> None:
    conforms, text = check("".join(whole(answer, "nt") for answer in answers[1:30:7]))
    assert conforms, text


@pytest.mark.parametrize("removed", ["verdict", "datasetHash", "reading", "explanation", "assessedOn"])
def test_what_is_left_out_is_told(answers: list[Assessment], removed: str) -> None:
    lines = [line for line in whole(answers[1], "nt").splitlines(keepends=True) if f"<{DD}{removed}>" not in line]
    assert not check("".join(lines))[0]


def test_turtle_and_jsonld_say_the_same(answers: list[Assessment]) -> None:
    for answer in answers:
        graphs = []
        for style, rdf_format in (("turtle", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD)):
            quads = ox.parse(whole(answer, style).encode(), rdf_format)
            graphs.append({quad.triple for quad in quads})
        assert graphs[0] == graphs[1]


def test_the_graph_says_what_the_answer_says(answers: list[Assessment], policy: Policy) -> None:
    for answer in answers:
        store = ox.Store()
        store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in assessment_triples(answer))
        for reading in ("recommended", "strict"):
            rows = store.query(
                f"PREFIX dd: <{DD}> SELECT ?clause ?state WHERE "
                f"{{ ?a dd:reading dd:{reading} ; dd:explanation/dd:premise* ?node . ?node dd:explains ?clause ; dd:state ?state }}"
            )
            told = {row["clause"].value: row["state"].value for row in rows}  # type: ignore[union-attr]
            states = {iri: item.readings[reading] for iri, item in answer.answers.items()}  # type: ignore[index]
            assert told == {iri: f"{CONCEPTS}state/{state.replace('_', '-')}" for iri, state in states.items()}


def test_every_leaf_that_has_a_fact_names_it(answers: list[Assessment]) -> None:
    for answer in answers:
        stated = sum(node.fact is not None for node in answer.explanation.walk())
        triples = assessment_triples(answer)
        assert sum(t.predicate.value.endswith("#wasDerivedFrom") for t in triples) == stated
