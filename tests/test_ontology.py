"""The ontology keeps the rules of ontology/STYLE.md, each rule has a check, and each check catches what breaks it."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

# pyshacl itself uses what rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pyshacl", "ignore::DeprecationWarning:rdflib")

ROOT = Path(__file__).resolve().parent.parent
ONTOLOGY = ROOT / "ontology"
DD = "https://w3id.org/dandang/ontology#"
STYLE = "https://w3id.org/dandang/ontology/shapes/style#"
MODULES = {path.stem: path for path in sorted(ONTOLOGY.glob("*.ttl"))}
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual)
LANGUAGE_OF_OWL = (str(OWL), str(RDF), str(RDFS), "http://www.w3.org/2001/XMLSchema#")
AXIOMS = (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.equivalentClass, OWL.equivalentProperty)
MATCHES = (SKOS.closeMatch, SKOS.relatedMatch, SKOS.exactMatch, SKOS.broadMatch, SKOS.narrowMatch)

Graphs = Mapping[str, Graph]


def parse(*texts: str) -> Graph:
    graph = Graph()
    for text in texts:
        graph.parse(data=text, format="turtle")
    return graph


@pytest.fixture(scope="module")
def modules() -> dict[str, Graph]:
    """The OWL modules by name."""
    return {name: Graph().parse(path, format="turtle") for name, path in MODULES.items()}


@pytest.fixture(scope="module")
def ontology(modules: Graphs) -> Graph:
    """All modules as one graph."""
    whole = Graph()
    for module in modules.values():
        whole += module
    return whole


@pytest.fixture(scope="module")
def data() -> Graph:
    """Schemes and policies as one graph."""
    whole = Graph()
    for path in sorted((ROOT / "data").rglob("*.ttl")):
        whole.parse(path, format="turtle")
    return whole


@pytest.fixture(scope="module")
def shapes() -> Graph:
    """The style shapes."""
    return Graph().parse(ONTOLOGY / "shapes" / "style.ttl", format="turtle")


# --- The checks, as functions of graphs, so that broken ones can be tried ------------------------------------------------


def broken_shapes(graph: Graph, shapes: Graph) -> dict[str, list[str]]:
    """The style shapes that a graph violates, each with the nodes that violate it."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
    found: dict[str, list[str]] = {}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        shape = owner(shapes, report.value(result, SH.sourceShape))
        found.setdefault(shape, []).append(str(report.value(result, SH.focusNode)))
    return found


def owner(shapes: Graph, shape: object) -> str:
    """The named shape that a shape belongs to."""
    while not isinstance(shape, URIRef):
        shape = next(shapes.subjects(SH.property, shape))
    return str(shape).removeprefix(STYLE)


def own_terms(graph: Graph) -> set[URIRef]:
    return {
        term
        for kind in KINDS
        for term in graph.subjects(RDF.type, kind)
        if isinstance(term, URIRef) and term.startswith(DD)
    }


def misplaced(modules: Graphs) -> list[str]:
    """Terms that stand in another module than the one they name."""
    found = []
    for name, graph in modules.items():
        home = next(graph.subjects(RDF.type, OWL.Ontology))
        found += [f"{name}: {term}" for term in own_terms(graph) if graph.value(term, RDFS.isDefinedBy) != home]
    return sorted(found)


def foreign_axioms(modules: Graphs) -> list[str]:
    """What relates our terms to others' outside the alignments. skos:Concept as a range is how concepts are said at all."""
    found = []
    for name, graph in modules.items():
        if name == "alignments":
            continue
        for predicate in (*AXIOMS, *MATCHES):
            for subject, value in graph.subject_objects(predicate):
                foreign = isinstance(value, URIRef) and not str(value).startswith((DD, *LANGUAGE_OF_OWL))
                if foreign and not (value == SKOS.Concept and predicate in (RDFS.range, RDFS.domain)):
                    found.append(f"{name}: {subject} {predicate} {value}")
    return sorted(found)


def shared_labels(ontology: Graph) -> list[str]:
    """Labels that two terms share in one language."""
    labels = Counter(label for term in own_terms(ontology) for label in ontology.objects(term, RDFS.label))
    return sorted(f"{label}@{label.language}" for label, count in labels.items() if count > 1)


def undeclared(ontology: Graph, data: Graph) -> list[str]:
    """Classes and properties in use that no module declares; kinds of property that the values contradict."""
    found = set()
    for graph in (ontology, data):
        for _, predicate, value in graph:
            if predicate == RDF.type:
                if not str(value).startswith(LANGUAGE_OF_OWL) and (value, RDF.type, OWL.Class) not in ontology:
                    found.add(f"class {value}")
            elif not str(predicate).startswith(LANGUAGE_OF_OWL):
                kinds = set(ontology.objects(predicate, RDF.type))
                literal = isinstance(value, Literal)
                fitting = {OWL.AnnotationProperty, OWL.DatatypeProperty if literal else OWL.ObjectProperty}
                if not kinds & fitting:
                    found.add(f"property {predicate} with {'literal' if literal else 'IRI'}")
    return sorted(found)


def names_in(text: str) -> set[str]:
    """The local names of our terms in Turtle, SPARQL, JSON-LD or Markdown."""
    return set(re.findall(r"\bdd:([A-Za-z]+)\b(?![-\w])", text))


def names_in_code(text: str) -> set[str]:
    """The local names of our terms in Python: dd:x in queries, and strings that a namespace can be put before."""
    return names_in(text) | set(re.findall(r'"([A-Za-z]+)"', text))


def names_by_file(folders: Iterable[Path], suffixes: tuple[str, ...]) -> dict[str, set[str]]:
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in suffixes:
                read = names_in_code if path.suffix == ".py" else names_in
                found[str(path.relative_to(ROOT))] = read(path.read_text(encoding="utf-8"))
    return found


def undefined(names: Mapping[str, set[str]], terms: set[URIRef]) -> list[str]:
    """Terms in use that no module defines, with the file that uses them."""
    defined = {term.removeprefix(DD) for term in terms}
    return sorted(f"{file}: dd:{name}" for file, used in names.items() for name in used - defined)


def unused(names: Mapping[str, set[str]], ontology: Graph) -> list[str]:
    """Terms that nothing uses; a class that only has subclasses or individuals of ours counts as used by them."""
    used = set().union(*names.values())
    parents = {
        parent
        for term in own_terms(ontology)
        for link in (RDFS.subClassOf, RDF.type)
        for parent in ontology.objects(term, link)
    }
    return sorted(
        f"dd:{term.removeprefix(DD)}"
        for term in own_terms(ontology)
        if term.removeprefix(DD) not in used and term not in parents
    )


# --- The ontology ----------------------------------------------------------------------------------------------------


def test_ontology_keeps_the_style(ontology: Graph, shapes: Graph) -> None:
    assert broken_shapes(ontology, shapes) == {}


def test_terms_stand_in_their_module(modules: Graphs) -> None:
    assert misplaced(modules) == []


def test_only_alignments_relate_to_others(modules: Graphs) -> None:
    assert foreign_axioms(modules) == []


def test_labels_are_unique(ontology: Graph) -> None:
    assert shared_labels(ontology) == []


def test_used_terms_are_defined(ontology: Graph) -> None:
    names = names_by_file([ROOT / "data", ROOT / "queries", ONTOLOGY], (".ttl", ".rq", ".jsonld", ".md"))
    assert undefined(names, own_terms(ontology)) == []


def test_terms_of_the_model_are_defined(ontology: Graph) -> None:
    names = {"docs/model.md": names_in((ROOT / "docs" / "model.md").read_text(encoding="utf-8"))}
    assert undefined(names, own_terms(ontology)) == []


def test_defined_terms_are_used(ontology: Graph) -> None:
    folders = [ROOT / "data", ROOT / "queries", ONTOLOGY / "shapes", ROOT / "src" / "dandang"]
    assert unused(names_by_file(folders, (".ttl", ".rq", ".py")), ontology) == []


def test_everything_is_declared(ontology: Graph, data: Graph) -> None:
    assert undeclared(ontology, data) == []


def test_clause_kinds_are_pairwise_disjoint(ontology: Graph) -> None:
    kinds = set(ontology.subjects(RDFS.subClassOf, URIRef(DD + "Clause")))
    lists = [set(Collection(ontology, members)) for members in ontology.objects(None, OWL.members)]
    assert len(kinds) == 8
    assert any(kinds <= members for members in lists)


# --- STYLE.md and its checks -----------------------------------------------------------------------------------------


def rules() -> dict[str, list[str]]:
    """The rules of STYLE.md with the checks they name."""
    text = (ONTOLOGY / "STYLE.md").read_text(encoding="utf-8")
    sections = re.split(r"^## (S\d+) .*$", text, flags=re.MULTILINE)[1:]
    pairs = zip(sections[::2], sections[1::2], strict=True)
    return {rule: re.findall(r"`([^`]+)`", body.rpartition("Check:")[2]) for rule, body in pairs}


def test_rules_are_numbered_without_gaps() -> None:
    assert list(rules()) == [f"S{number}" for number in range(1, len(rules()) + 1)]


def test_every_rule_names_an_existing_check(shapes: Graph) -> None:
    targeted = {
        owner(shapes, shape) for link in (SH.targetClass, SH.targetSubjectsOf) for shape in shapes.subjects(link)
    }
    problems = []
    for rule, checks in rules().items():
        problems += [] if checks else [f"{rule} names no check"]
        for check in checks:
            file, _, name = check.partition("::")
            if check.startswith("style:"):
                exists = check.removeprefix("style:") in targeted
            else:
                tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
                exists = any(isinstance(node, ast.FunctionDef) and node.name == name for node in tree.body)
            problems += [] if exists else [f"{rule} names {check}, which does not exist"]
    named = {check.removeprefix("style:") for checks in rules().values() for check in checks}
    problems += [f"style:{shape} belongs to no rule" for shape in sorted(targeted - named)]
    assert problems == []


# --- Each rule catches what breaks it --------------------------------------------------------------------------------

PREFIXES = """
@prefix dd: <https://w3id.org/dandang/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TERM = """
  rdfs:label "{zh}"@zh , "{en}"@en ;
  skos:definition "一个用来检查的术语。"@zh , "A term for checking, version 1.0 of it."@en ;
  skos:example "例如此处"@zh ; dcterms:source <https://example.org/spec> ;
  rdfs:isDefinedBy <https://w3id.org/dandang/ontology> .
"""
GOOD = (
    PREFIXES
    + """
<https://w3id.org/dandang/ontology> a owl:Ontology ; owl:versionInfo "0.1.0" ;
  owl:versionIRI <https://w3id.org/dandang/ontology/0.1.0> ; dcterms:license <https://example.org/licence> ;
  dcterms:title "本体"@zh , "Ontology"@en ; dcterms:description "说明。"@zh , "About it."@en .
eli:LegalResource a owl:Class .
dd:Thing a owl:Class ;"""
    + TERM.format(zh="事物", en="thing")
    + "dd:hasPart a owl:ObjectProperty ; rdfs:domain dd:Thing ; rdfs:range dd:Thing ;"
    + TERM.format(zh="含有部分", en="has part")
    + "dd:size a owl:DatatypeProperty ; rdfs:range xsd:integer ;"
    + TERM.format(zh="大小", en="size")
    + "dd:remark a owl:AnnotationProperty ; rdfs:range rdf:langString ;"
    + TERM.format(zh="附注", en="remark")
    + "dd:first a owl:NamedIndividual , dd:Thing ;"
    + TERM.format(zh="第一", en="first")
)

BREAKS_SHAPE = [
    ("ClassName", "dd:Thing a owl:Class", "dd:thing_class a owl:Class"),
    ("PropertyName", "dd:size a owl:DatatypeProperty", "dd:Size a owl:DatatypeProperty"),
    ("PropertyName", "dd:first a owl:NamedIndividual", "dd:First a owl:NamedIndividual"),
    ("Label", '"thing"@en', '"thing"@de'),
    ("Label", '"事物"@zh , "thing"@en', '"thing"@en'),
    ("Label", '"事物"@zh', '"事物"@zh , "物件"@zh'),
    ("Label", '"事物"@zh', '"thing"@zh'),
    ("Label", '"thing"@en', '"Thing"@en'),
    ("Definition", ' , "A term for checking, version 1.0 of it."@en', ""),
    ("Definition", "一个用来检查的术语。", "一个用来检查的术语"),
    ("Definition", "一个用来检查的术语。", "一个术语。用来检查。"),
    ("Definition", "1.0 of it.", "1.0 of it"),
    ("Definition", "A term for checking, version 1.0 of it.", "A term. It is for checking."),
    ("Definition", "A term for checking", "a term for checking"),
    ("Example", 'skos:example "例如此处"@zh ; ', ""),
    ("Example", '"例如此处"@zh', '"例如此处"'),
    ("Source", "dcterms:source <https://example.org/spec>", 'dcterms:source "spec"'),
    ("Source", "dcterms:source <https://example.org/spec> ;", ""),
    ("HomeModule", "rdfs:isDefinedBy <https://w3id.org/dandang/ontology>", "rdfs:isDefinedBy <https://example.org/>"),
    ("ModuleHeader", ' ; owl:versionInfo "0.1.0"', ""),
    ("ModuleHeader", '"0.1.0"', '"first"'),
    ("ModuleHeader", "; dcterms:license <https://example.org/licence>", ""),
    ("ModuleHeader", '"本体"@zh , ', ""),
    ("ModuleHeader", ' , "About it."@en', ""),
    ("OneKind", "dd:hasPart a owl:ObjectProperty", "dd:hasPart a owl:ObjectProperty , owl:NamedIndividual"),
    ("DataRange", "rdfs:range xsd:integer", "rdfs:range xsd:date"),
    ("DataRange", "rdfs:range xsd:integer ;", ""),
    ("TextRange", "rdfs:range rdf:langString", "rdfs:range xsd:string"),
    ("ObjectRange", "rdfs:range dd:Thing", "rdfs:range dd:Thing , eli:LegalResource"),
    ("ObjectRange", "rdfs:domain dd:Thing", "rdfs:domain dd:Thing , eli:LegalResource"),
    ("NoInverse", "rdfs:range dd:Thing", "rdfs:range dd:Thing ; owl:inverseOf dd:hasPart"),
    ("NoTransitivity", "a owl:ObjectProperty", "a owl:ObjectProperty , owl:TransitiveProperty"),
    (
        "NoRestriction",
        "dd:Thing a owl:Class",
        "dd:Thing rdfs:subClassOf [ a owl:Restriction ; owl:onProperty dd:size ; owl:cardinality 1 ] ; a owl:Class",
    ),
    ("OthersUntouched", "eli:LegalResource a owl:Class", 'eli:LegalResource a owl:Class ; rdfs:label "resource"@en'),
    ("OthersUntouched", "eli:LegalResource a owl:Class", "eli:LegalResource a owl:Class ; rdfs:subClassOf dd:Thing"),
]


def test_good_example_keeps_the_style(shapes: Graph) -> None:
    assert broken_shapes(parse(GOOD), shapes) == {}


@pytest.mark.parametrize(("shape", "old", "new"), BREAKS_SHAPE)
def test_shape_catches_what_breaks_it(shape: str, old: str, new: str, shapes: Graph) -> None:
    assert old in GOOD
    assert set(broken_shapes(parse(GOOD.replace(old, new, 1)), shapes)) == {shape}


def _module(body: str, name: str = "core") -> dict[str, Graph]:
    return {name: parse(GOOD, PREFIXES + body)}


BREAKS_TEST: list[tuple[str, Callable[[], list[str]], str]] = [
    (
        "test_terms_stand_in_their_module",
        lambda: misplaced({"case": parse(GOOD.replace("<https://w3id.org/dandang/ontology> a", "<https://x.org/> a"))}),
        "case: https://w3id.org/dandang/ontology#Thing",
    ),
    (
        "test_only_alignments_relate_to_others",
        lambda: foreign_axioms(_module("dd:Thing rdfs:subClassOf eli:LegalResource .")),
        "eli/ontology#LegalResource",
    ),
    (
        "test_only_alignments_relate_to_others",
        lambda: foreign_axioms(_module("dd:Thing skos:closeMatch eli:LegalResource .")),
        "eli/ontology#LegalResource",
    ),
    ("test_labels_are_unique", lambda: shared_labels(parse(GOOD.replace('"大小"', '"附注"'))), "附注@zh"),
    (
        "test_used_terms_are_defined",
        lambda: undefined({"data/x.ttl": names_in("<a> dd:sise 1 ; dd:size 2 .")}, own_terms(parse(GOOD))),
        "data/x.ttl: dd:sise",
    ),
    ("test_defined_terms_are_used", lambda: unused({"x.rq": {"size", "hasPart", "first"}}, parse(GOOD)), "dd:remark"),
    (
        "test_everything_is_declared",
        lambda: undeclared(parse(GOOD), parse(PREFIXES + "<x:a> a eli:LegalExpression .")),
        "class http://data.europa.eu/eli/ontology#LegalExpression",
    ),
    (
        "test_everything_is_declared",
        lambda: undeclared(parse(GOOD), parse(PREFIXES + "<x:a> eli:number 1 .")),
        "property http://data.europa.eu/eli/ontology#number with literal",
    ),
    (
        "test_everything_is_declared",
        lambda: undeclared(parse(GOOD), parse(PREFIXES + "<x:a> dd:hasPart 1 .")),
        "property https://w3id.org/dandang/ontology#hasPart with literal",
    ),
]


@pytest.mark.parametrize(("test", "findings", "expected"), BREAKS_TEST)
def test_check_catches_what_breaks_it(test: str, findings: Callable[[], list[str]], expected: str) -> None:
    assert any(expected in finding for finding in findings()), test


def test_every_rule_is_broken_somewhere() -> None:
    tried = {f"style:{shape}" for shape, _, _ in BREAKS_SHAPE} | {
        f"tests/test_ontology.py::{t}" for t, _, _ in BREAKS_TEST
    }
    # What makes ontology and data inconsistent is tried beside the reasoner.
    tried.add("tests/test_reasoning.py::test_ontology_and_data_are_consistent")
    assert sorted({check for checks in rules().values() for check in checks} - tried) == []


# --- The JSON-LD context of case files -------------------------------------------------------------------------------

CASE = {
    "id": "2018-017",
    "type": "Case",
    "identifier": "2018-017",
    "title": "老旧社区改造抢时机先行施工",
    "on": "2018-09-01",
    "decided": "2018-12-03",
    "domain": "全面建成小康社会",
    "summary": "先行施工。",
    "cadre": {
        "id": "2018-017#cadre",
        "type": "Cadre",
        "rank": "市管副局级",
        "post": "区城建局局长",
        "onList": "lion-list",
    },
    "facts": {
        "seize-the-moment": {
            "id": "2018-017#fact-1",
            "type": "Fact",
            "value": "yes",
            "evidence": "会议纪要12号",
            "found_by": "调查组",
            "on": "2018-09-10",
        },
        "major-loss": {"id": "2018-017#fact-2", "type": "Fact", "value": "否"},
    },
    "sanctions": [
        {
            "id": "2018-017#sanction-1",
            "type": "DecidedSanction",
            "measure": "诫勉",
            "on": "2018-12-03",
            "by": "市委组织部",
        }
    ],
    "claims": ["E4"],
}
CASE_TURTLE = """
@prefix dd: <https://w3id.org/dandang/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/dandang/id/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/dandang/id/cases/> .
<2018-017> a dd:Case ; dcterms:identifier "2018-017" ; dcterms:title "老旧社区改造抢时机先行施工"@zh ;
  dcterms:description "先行施工。"@zh ; dd:conductDate "2018-09-01"^^xsd:date ; dd:decisionDate "2018-12-03"^^xsd:date ;
  dd:domain <../concepts/domain/moderately-prosperous-society> ; dd:cadre <2018-017#cadre> ;
  dd:hasFact <2018-017#fact-1> , <2018-017#fact-2> ; dd:decidedSanction <2018-017#sanction-1> ; dd:claims <../wuhan-2018/E4> .
<2018-017#cadre> a dd:Cadre ; dd:rank <../concepts/rank/deputy-bureau> ; dd:post "区城建局局长"@zh ;
  dd:onList <../wuhan-2018/lion-list> .
<2018-017#fact-1> a dd:Fact ; dd:factType <../facts/seize-the-moment> ; dd:value dd:yes ; dd:evidence "会议纪要12号"@zh ;
  dd:foundBy "调查组"@zh ; dd:foundOn "2018-09-10"^^xsd:date .
<2018-017#fact-2> a dd:Fact ; dd:factType <../facts/major-loss> ; dd:value dd:no .
<2018-017#sanction-1> a dd:DecidedSanction ; dd:measure <../concepts/measure/admonition> ; dd:decidedBy "市委组织部"@zh ;
  dd:decidedOn "2018-12-03"^^xsd:date .
"""
CASES = "https://w3id.org/dandang/id/cases/"


@pytest.fixture(scope="module")
def context() -> dict[str, object]:
    loaded: dict[str, object] = json.loads((ONTOLOGY / "case.context.jsonld").read_text(encoding="utf-8"))["@context"]
    return loaded


def test_case_in_json_ld_is_the_case_graph(context: dict[str, object]) -> None:
    document = json.dumps({"@context": context, **CASE}, ensure_ascii=False)
    quads = ox.parse(document.encode(), ox.RdfFormat.JSON_LD, base_iri=CASES)
    lines = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    assert lines is not None
    expected = parse(CASE_TURTLE)
    assert isomorphic(Graph().parse(data=lines, format="nt"), expected)
    assert isomorphic(Graph().parse(data=document, format="json-ld", publicID=CASES), expected)


def test_chinese_labels_of_the_context_are_those_of_the_schemes(context: dict[str, object], data: Graph) -> None:
    scoped = {
        "domain": context["domain"],
        "rank": context["cadre"]["@context"]["rank"],
        "measure": context["sanctions"]["@context"]["measure"],
    }
    concepts = "https://w3id.org/dandang/id/concepts/"
    for scheme, term in scoped.items():
        labels = {
            str(label): f"concept:{str(concept).removeprefix(concepts)}"
            for concept in data.subjects(SKOS.inScheme, URIRef(concepts + scheme))
            for label in data.objects(concept, SKOS.prefLabel)
            if isinstance(label, Literal) and label.language == "zh"
        }
        stated = {key: value for key, value in term["@context"].items() if not key.startswith("@")}
        assert stated == labels
