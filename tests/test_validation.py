"""Case validation: every shape has a fixture that violates it and one that conforms, and findings stand at the right place."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from dandang import resources
from dandang.cases import ReadCase, case_quads, read_cases, read_file, without_duplicates
from dandang.errors import ResourceMissing
from dandang.model import Finding, Policy
from dandang.namespaces import DD, ID, SH
from dandang.policy import load_quads
from dandang.resources import data_files
from dandang.validation import SHAPES, CaseValidator, validate_case, validate_policy
from dandang.validation import engine as engines
from dandang.validation.engine import Engine

FIXTURES = Path(__file__).parent / "shapes"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((FIXTURES / "expected.yaml").read_text(encoding="utf-8"))
EXAMPLES: dict[str, list[str]] = yaml.safe_load((FIXTURES / "examples.yaml").read_text(encoding="utf-8"))
CONFORMING = sorted(FIXTURES.glob("conforming-*.yaml"))
TODAY = "2026-11-22"


@pytest.fixture(scope="module")
def quads() -> list[ox.Quad]:
    return load_quads(data_files())


@pytest.fixture(scope="module")
def validator(policy: Policy, quads: list[ox.Quad]) -> CaseValidator:
    return CaseValidator(policy, quads)


@pytest.fixture(scope="module")
def findings_of(validator: CaseValidator, policy: Policy) -> Callable[[str], list[Finding]]:
    """The findings on one fixture, a YAML case or a Turtle graph."""

    def findings(slug: str) -> list[Finding]:
        graph = FIXTURES / f"{slug}.ttl"
        if graph.exists():
            return validator.check_graph(ox.parse(graph.read_bytes(), ox.RdfFormat.TURTLE), today=TODAY)
        return validator.check(read_file(str(FIXTURES / f"{slug}.yaml"), policy), today=TODAY)[0]

    return findings


@pytest.fixture
def check(validator: CaseValidator, policy: Policy) -> Callable[[str], list[Finding]]:
    """The findings on a case given as YAML text."""
    return lambda text: validator.check(read_cases(text.encode(), policy, name="case.yaml"), today=TODAY)[0]


# --- each shape -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", EXPECTED)
def test_violating_fixture(slug: str, findings_of: Callable[[str], list[Finding]]) -> None:
    own = [finding for finding in findings_of(slug) if finding.rule == slug]
    at = [finding.place.line if finding.place else finding.focus.rsplit("/", 1)[-1] for finding in own]
    assert at == EXPECTED[slug]["at"]
    assert {finding.severity for finding in own} == {EXPECTED[slug]["severity"]}
    for finding in own:
        assert finding.hint and all(finding.hint)
        for text in finding.message:
            assert text and "{" not in text and "w3id.org" not in text


@pytest.mark.parametrize("path", CONFORMING, ids=lambda path: path.stem)
def test_conforming_fixture(path: Path, validator: CaseValidator, policy: Policy) -> None:
    (found,) = validator.check(read_file(str(path), policy), today=TODAY)
    assert not found, "\n".join(finding.render("en") for finding in found)


def test_every_shape_has_a_violating_fixture(validator: CaseValidator) -> None:
    assert {rule.slug for rule in validator.engine.rules.values()} == set(EXPECTED)
    files = {path.stem for path in FIXTURES.iterdir()} - {path.stem for path in CONFORMING} - {"expected", "examples"}
    assert files == set(EXPECTED)


def test_every_shape_meets_something_in_a_conforming_fixture(validator: CaseValidator, policy: Policy) -> None:
    """A conforming fixture says nothing about a shape whose targets it does not have."""
    import rdflib

    data = rdflib.Graph()
    for path in CONFORMING:
        for quad in case_quads(read_file(str(path), policy)[0].case):
            data.add(validator.engine._terms.triple(quad))
    shapes = validator.engine.shapes
    for iri in validator.engine.rules:
        assert list(_targets(shapes, rdflib.URIRef(iri), data)), iri


def _targets(shapes: Any, shape: Any, data: Any) -> list[Any]:
    from rdflib import RDF, URIRef

    found: list[Any] = []
    for kind in shapes.objects(shape, URIRef(SH + "targetClass")):
        found += data.subjects(RDF.type, kind)
    for link in shapes.objects(shape, URIRef(SH + "targetSubjectsOf")):
        found += data.subjects(link)
    for link in shapes.objects(shape, URIRef(SH + "targetObjectsOf")):
        found += data.objects(None, link)
    return found


@pytest.mark.parametrize("path", resources.case_files(), ids=lambda path: path.stem)
def test_example_case(path: Path, validator: CaseValidator, policy: Policy) -> None:
    (found,) = validator.check(read_file(str(path), policy), today=TODAY)
    # a determination without evidence is only a hint, and the examples are short on purpose
    told = [f for f in found if f.rule != "determination-supported"]
    assert [f"{f.place.line} {f.severity} {f.rule}" for f in told if f.place] == EXAMPLES[path.stem]


# --- the shapes files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["case", "policy"])
def test_shapes_use_terms_of_shacl_only(name: str) -> None:
    """A misspelt sh:minCountt raises nothing in any engine."""
    from rdflib.namespace import SH as SHACL

    used = {
        term.value
        for triple in ox.parse(resources.shapes_file(name).read_bytes(), ox.RdfFormat.TURTLE)
        for term in (triple.subject, triple.predicate, triple.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(SH)
    }
    assert "minCountt" not in SHACL
    assert not [term for term in sorted(used) if term.removeprefix(SH) not in SHACL]


@pytest.mark.parametrize("name", ["case", "policy"])
def test_shapes_use_terms_of_the_ontology_only(name: str) -> None:
    import re

    defined = {
        quad.subject.value
        for path in resources.ontology_files()
        for quad in ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
    }
    text = resources.shapes_file(name).read_text(encoding="utf-8")
    used = {DD + term for term in re.findall(r"(?<![\w.])dd:(\w+)", text)}
    assert used <= defined, sorted(used - defined)


def test_every_rule_has_a_label_message_and_hint_in_both_languages(validator: CaseValidator) -> None:
    for rule in validator.engine.rules.values():
        assert all(rule.message), rule.slug
        assert rule.hint and all(rule.hint), rule.slug


def test_cited_clauses_exist(validator: CaseValidator, policy: Policy) -> None:
    for rule in validator.engine.rules.values():
        for iri in rule.cites:
            assert iri in policy.clauses or iri in policy.lists, (rule.slug, iri)


def test_rules_of_clauses_cite_them(validator: CaseValidator) -> None:
    cites = {rule.slug: rule.cites for rule in validator.engine.rules.values()}
    assert f"{ID}wuhan-2018/T2" in cites["organisational-measure-in-minor-case"]
    assert f"{ID}wuhan-2018/D3#sanction-tracks" in cites["sanction-verified"]


def test_the_store_answers_as_rdflib_does(
    validator: CaseValidator, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPARQL constraints are answered by the store; pyshacl on rdflib alone is the reference."""
    import rdflib

    engine = validator.engine
    sparql = {rule.slug for iri, rule in engine.rules.items() if (rdflib.URIRef(iri), _sparql(), None) in engine.shapes}
    assert len(sparql) > 15
    monkeypatch.setattr(engines, "data_graph", lambda terms, store: rdflib.Graph())
    fixed = [ox.Quad(*triple) for triple in engine.fixed]
    reference = Engine(resources.shapes_file("case"), fixed)
    for slug in sorted(sparql & {path.stem for path in FIXTURES.glob("*.yaml")}):
        quads = case_quads(read_file(str(FIXTURES / f"{slug}.yaml"), policy)[0].case)
        expected = Counter((r.focus, r.value, r.message) for r in reference.results(quads, today=TODAY, rules=[slug]))
        assert (
            Counter((r.focus, r.value, r.message) for r in engine.results(quads, today=TODAY, rules=[slug])) == expected
        )
        assert expected


def _sparql() -> Any:
    import rdflib

    return rdflib.URIRef(SH + "sparql")


# --- findings ---------------------------------------------------------------------------------------------------------


def test_messages_name_things_in_the_language_of_the_reader(check: Callable[[str], list[Finding]]) -> None:
    found = check("id: x\ndomain: 全面深化改革\nfacts:\n  招商引资: yes\n  谋取私利: yes\nclaims: [E2]\n")
    (excluded,) = [finding for finding in found if finding.rule == "claim-excluded"]
    assert (
        excluded.message.zh == "主张适用的E2（招商引资、招才引智）已被排除：事实“谋取私利”不符合P4（未谋取私利）的要求"
    )
    assert "seeking private gain" in excluded.message.en and "P4" in excluded.message.en
    assert f"{ID}wuhan-2018/P4" in excluded.cites and f"{ID}wuhan-2018/E2" in excluded.cites


def test_dates_in_the_wrong_order_are_both_named(check: Callable[[str], list[Finding]]) -> None:
    found = check("{id: c-1, title: t, on: 2019-01-02, decided: 2018-01-01}")
    message = next(finding.message for finding in found if finding.rule == "decision-not-before-conduct")
    assert all("2019-01-02" in text and "2018-01-01" in text for text in message)


def test_a_finding_on_the_third_fact_points_at_its_line(check: Callable[[str], list[Finding]]) -> None:
    found = check(
        "id: x\non: 2018-09-01\nfacts:\n  招商引资: yes\n  引发矛盾: yes\n  勤勉尽责: {value: yes, on: 2018-08-01}\n"
    )
    (early,) = [finding for finding in found if finding.rule == "found-not-before-conduct"]
    assert early.place is not None
    assert (early.place.file, early.place.line, early.place.path) == ("case.yaml", 6, "facts.勤勉尽责")
    assert early.value == f"{ID}facts/diligent"
    assert early.focus == "x"


def test_a_derived_fact_points_at_what_it_follows_from(check: Callable[[str], list[Finding]]) -> None:
    found = check("id: x\nfacts:\n  处理突发应急事件: yes\n  不敢果断决策: yes\nclaims: [E7]\n")
    (excluded,) = [finding for finding in found if finding.rule == "claim-excluded"]
    assert "果断决策" in excluded.message.zh
    assert excluded.place is not None and excluded.place.line == 5


def test_what_reading_rejected_is_not_reported_again(check: Callable[[str], list[Finding]]) -> None:
    rules = [(finding.rule, finding.place.path) for finding in check("id: x\non: 2018-9-1\n") if finding.place]
    assert ("bad-date", "on") in rules
    assert not any(rule.startswith("conduct-date") for rule, _ in rules)


def test_findings_of_reading_come_first_hand(check: Callable[[str], list[Finding]]) -> None:
    found = check("id: x\ntitle: 示例\nfacts:\n  抢抓时机 : yes\n  不存在的事实: yes\n")
    assert "unknown-fact" in {finding.rule for finding in found}
    lines = [finding.place.line or 0 for finding in found if finding.place]
    assert lines == sorted(lines)


def test_many_cases_in_one_run_are_kept_apart(validator: CaseValidator, policy: Policy) -> None:
    paths = [*CONFORMING, FIXTURES / "contrary-facts.yaml", FIXTURES / "sanction-circumstance.yaml"]
    read = [case for path in paths for case in read_file(str(path), policy)]
    read[2] = read[2]._replace(case=read[2].case._replace(id="two"))
    together = validator.check(read, today=TODAY)
    assert together == [validator.check([item], today=TODAY)[0] for item in read]
    assert [len(found) == 0 for found in together] == [True, True, False, False]


def test_cases_of_the_same_id_do_not_run_together(validator: CaseValidator, policy: Policy) -> None:
    text = "id: x\nfacts:\n  果断决策: yes\n---\nid: x\nfacts:\n  不敢果断决策: yes\n"
    read = without_duplicates(read_cases(text.encode(), policy, name="two.yaml"))
    first, second = validator.check(read, today=TODAY)
    assert "contrary-facts" not in {finding.rule for finding in (*first, *second)}
    assert "duplicate-id" in {finding.rule for finding in second}


def test_the_day_of_the_check_is_today_unless_it_is_given(validator: CaseValidator, policy: Policy) -> None:
    read = read_cases(b"id: x\non: 2018-09-01\n", policy, name="x.yaml")
    rule = "conduct-date-not-in-future"
    assert rule in {finding.rule for finding in validator.check(read, today="2018-08-31")[0]}
    assert rule not in {finding.rule for finding in validator.check(read, today="2018-09-01")[0]}
    assert rule not in {finding.rule for finding in validator.check(read)[0]}


def test_a_check_leaves_nothing_behind(validator: CaseValidator, policy: Policy) -> None:
    read = read_file(str(FIXTURES / "sanctions-combinable.yaml"), policy)
    before = len(validator.engine._data), len(validator.engine._store)
    assert validator.check(read, today=TODAY) == validator.check(read, today=TODAY)
    assert (len(validator.engine._data), len(validator.engine._store)) == before


def test_rdflib_is_left_as_it_was(validator: CaseValidator, caplog: pytest.LogCaptureFixture) -> None:
    import rdflib

    graph = (FIXTURES / "conduct-date-valid.ttl").read_bytes()
    with caplog.at_level(logging.WARNING):
        assert validator.check_graph(ox.parse(graph, ox.RdfFormat.TURTLE))
    assert not caplog.records, "an ill-formed date is a finding, not a traceback in the log"
    assert rdflib.NORMALIZE_LITERALS is True
    assert not logging.getLogger("rdflib.term").filters


def test_one_case_needs_no_validator(policy: Policy, quads: list[ox.Quad]) -> None:
    (read,) = read_cases(b"title: x\n", policy, name="x.yaml")
    assert isinstance(read, ReadCase)
    found = validate_case(read, policy, quads, today=TODAY)
    assert {"id-stated", "facts-stated"} <= {finding.rule for finding in found}


def test_a_missing_shapes_file_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resources, "shapes_file", lambda name: tmp_path / f"{name}.ttl")
    with pytest.raises(ResourceMissing, match=r"policy\.ttl"):
        validate_policy([])


def test_rules_have_iris_of_their_own(validator: CaseValidator) -> None:
    assert all(iri == SHAPES + rule.slug for iri, rule in validator.engine.rules.items())
