"""The shapes for policy data: the shipped data has no finding, and each mistake somebody could make in it is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pyoxigraph as ox
import pytest

from dandang import resources
from dandang.namespaces import ID, PREFIXES, SH
from dandang.policy import load_quads
from dandang.resources import data_files
from dandang.validation import SHAPES, validate_policy
from dandang.validation.engine import Engine

HEADER = f"@base <{ID}wuhan-2018/> .\n" + "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
HEADER += "@prefix cccev: <http://data.europa.eu/m8g/> .\n"


class Mistake(NamedTuple):
    """A change to the shipped data: "subject predicate" pairs whose triples go, Turtle that comes, and who is to blame."""

    rule: str
    focus: str
    drop: tuple[str, ...] = ()
    add: str = ""


#: At least one for each shape; `focus` is the node the finding must name.
MISTAKES = [
    Mistake("reference-resolves", "<T9>", add="<T3> dd:combinableWith <T9> ."),
    Mistake("reference-resolves", "fact:no-such", add="<P3#condition> dd:factType fact:no-such ."),
    Mistake("not-blank", "_:b", add="<M1> dd:condition _:b ."),
    Mistake("document-labels", "<D4>", add='<D4> rdfs:label "又一个名称"@zh .'),
    Mistake("document-labels", "<D4>", drop=("<D4> rdfs:label",)),
    Mistake("document-notation", "<D4>", drop=("<D4> skos:notation",)),
    Mistake("document-title", "<D4>", drop=("<D4> dcterms:title",)),
    Mistake("document-title", "<D4>", drop=("<D4> dd:translation",)),
    Mistake("document-standing", "<D4>", drop=("<D4> dd:standing",)),
    Mistake("document-standing", "<D4>", add="<D4> dd:standing rank:full-bureau ."),
    Mistake("document-subject", "<D4>", add="<D4> dd:subject rank:full-bureau ."),
    Mistake("document-quote", "<D4>", drop=("<D4> dd:quote",)),
    Mistake(
        "validity-dates",
        "<D4>",
        add='<D4> dd:validFrom "2019-01-01"^^xsd:date ; dd:validUntil "2018-01-01"^^xsd:date .',
    ),
    Mistake("validity-dates", "<D4>", add='<D4> dd:validFrom "2018"^^xsd:gYear .'),
    Mistake("validity-end", "<D4>", add='<D4> dd:validUntil "soon" .'),
    Mistake("list-document", "<D4#exemptions>", drop=("<D4#exemptions> eli:is_part_of",)),
    Mistake("list-labels", "<D4#exemptions>", drop=("<D4#exemptions> rdfs:label",)),
    Mistake("list-not-empty", "<D4#more>", add="<D4#more> a dd:ClauseList ."),
    Mistake("list-preconditions", "<D4#exemptions>", add="<D4#exemptions> dd:precondition <E1> ."),
    Mistake("list-closed-single", "<D4#exemptions>", add="<D4#exemptions> dd:closed false ."),
    Mistake("clause-notation", "<E4>", drop=("<E4> skos:notation",)),
    Mistake("clause-notation", "<E4>", drop=("<E4> skos:notation",), add='<E4> skos:notation "e-4" .'),
    Mistake("notation-unique", "<E4>", drop=("<E4> skos:notation",), add='<E4> skos:notation "E5" .'),
    Mistake("clause-ordinal", "<E4>", drop=("<E4> dd:ordinal",)),
    Mistake("clause-ordinal", "<E4>", drop=("<E4> dd:ordinal",), add="<E4> dd:ordinal 0 ."),
    Mistake("clause-ordinals-distinct", "<D4#exemptions>", drop=("<E4> dd:ordinal",), add="<E4> dd:ordinal 5 ."),
    Mistake("clause-list", "<E4>", drop=("<E4> dd:inList",)),
    Mistake("clause-document", "<E4>", drop=("<E4> eli:is_part_of",), add="<E4> eli:is_part_of <D3> ."),
    Mistake("clause-document", "<E4>", drop=("<E4> eli:is_part_of",)),
    Mistake("clause-labels", "<E4>", drop=("<E4> rdfs:label",), add='<E4> rdfs:label "只有中文"@zh .'),
    Mistake("clause-quote", "<E4>", add="<E4> dd:quote <E5#quote> ."),
    Mistake("clause-translation", "<E4>", drop=("<E4> dd:translation",)),
    Mistake("clause-standard-types", "<E4>", drop=("<E4> rdf:type",), add="<E4> a dd:ExemptionClause ."),
    Mistake("clause-condition", "<E4>", drop=("<E4> dd:condition",)),
    Mistake("clause-setting", "<E4>", drop=("<E4#context> dd:setting",)),
    Mistake("circumstance-domain", "<A4>", drop=("<A4> dd:domain",)),
    Mistake("circumstance-domain", "<A4>", drop=("<A4> dd:domain",), add="<A4> dd:domain rank:full-bureau ."),
    Mistake("circumstance-duty", "<A4>", drop=("<A4> dd:breaches",)),
    Mistake("duty-breached", "duty:new", add="duty:new a dd:Duty ."),
    Mistake("track-severity", "<T1>", add="<T1> dd:severity severity:grave ."),
    Mistake("track-combination", "<T1>", add="<T1> dd:combinableWith <A1> ."),
    Mistake("track-effect", "<T1>", drop=("<T1> dd:effect",)),
    Mistake("criterion-rank", "<F1>", add="<F1> dd:forRank severity:minor ."),
    Mistake("quote-source", "<E4#quote>", drop=("<E4#quote> oa:hasSource",)),
    Mistake(
        "quote-text", "<E4#quote>", drop=("<E4#quote> oa:hasSelector",), add="<E4#quote> oa:hasSelector <E4#position> ."
    ),
    Mistake(
        "quote-position", "<E4#quote>", drop=("<E4#quote> oa:hasSelector",), add="<E4#quote> oa:hasSelector <E4#text> ."
    ),
    Mistake("selector-exact", "<E4#text>", drop=("<E4#text> oa:exact",)),
    Mistake("selector-exact", "<E4#text>", drop=("<E4#text> oa:exact",), add='<E4#text> oa:exact "in English"@en .'),
    Mistake("selector-context", "<E4#text>", add='<E4#text> oa:prefix "一二三四五六七八九十一二三"@zh .'),
    Mistake("position-start", "<E4#position>", drop=("<E4#position> oa:start",)),
    Mistake("position-start", "<E4#position>", drop=("<E4#position> oa:start",), add="<E4#position> oa:start 99999 ."),
    Mistake("position-end", "<E4#position>", drop=("<E4#position> oa:end",), add='<E4#position> oa:end "3128" .'),
    Mistake("quote-length", "<E4#quote>", drop=("<E4#position> oa:end",), add="<E4#position> oa:end 3129 ."),
    Mistake("quote-used", "<E4#quote>", drop=("<E4> dd:quote",)),
    Mistake("condition-kind", "<E4#context>", add="<E4#context> a dd:FactCondition ."),
    Mistake("condition-kind", "<E4>", add="<E4#context> dd:member <E4> ."),
    Mistake("condition-attached", "<E4#context>", add="<E5#condition> dd:member <E4#context> ."),
    Mistake("condition-attached", "<E4#loose>", add="<E4#loose> a dd:FactCondition ."),
    Mistake("condition-acyclic", "<E4#context>", add="<E4#context> dd:member <E4#condition> ."),
    Mistake("group-operator", "<E4#context>", drop=("<E4#context> dd:operator",)),
    Mistake(
        "group-operator", "<E4#context>", drop=("<E4#context> dd:operator",), add="<E4#context> dd:operator dd:noneOf ."
    ),
    Mistake("group-strict-operator", "<E4#context>", add="<E4#context> dd:strictOperator dd:anyOf ."),
    Mistake(
        "group-members",
        "<P5#condition>",
        drop=("<P5#condition> dd:member",),
        add="<P5#condition> dd:member <P5#major-loss> .",
    ),
    Mistake("group-source", "<E4#context>", drop=("<E4#context> dd:operatorSource",)),
    Mistake("group-certainty", "<E4#context>", drop=("<E4#context> dd:certainty",)),
    Mistake("member-ordinal", "<E4#context>", drop=("<E4#context> dd:ordinal",)),
    Mistake(
        "member-ordinals-distinct",
        "<P5#condition>",
        drop=("<P5#major-loss> dd:ordinal",),
        add="<P5#major-loss> dd:ordinal 2 .",
    ),
    Mistake("member-role", "<E4#context>", drop=("<E4#context> dd:role",), add="<E4#context> dd:role severity:minor ."),
    Mistake("leaf-fact-type", "<P3#condition>", drop=("<P3#condition> dd:factType",)),
    Mistake(
        "leaf-fact-type",
        "<P3#condition>",
        drop=("<P3#condition> dd:factType",),
        add="<P3#condition> dd:factType <E4> .",
    ),
    Mistake(
        "leaf-required-value",
        "<P3#condition>",
        drop=("<P3#condition> dd:requiredValue",),
        add='<P3#condition> dd:requiredValue "yes" .',
    ),
    Mistake("leaf-phrase", "<P3#condition>", drop=("<P3#condition> dd:phrase",)),
    Mistake(
        "leaf-phrase-in-quote",
        "<P3#condition>",
        drop=("<P3#condition> dd:phrase",),
        add='<P3#condition> dd:phrase "勤勉 尽责"@zh .',
    ),
    Mistake(
        "clause-condition-list",
        "<D3#listed>",
        drop=("<D3#listed> dd:anyClauseOf",),
        add="<D3#listed> dd:anyClauseOf <A1> .",
    ),
    Mistake("fact-type-labels", "fact:diligent", drop=("fact:diligent skos:prefLabel",)),
    Mistake("fact-type-label-unique", "fact:decisive-decision", add='fact:diligent skos:prefLabel "果断决策"@zh .'),
    Mistake("fact-type-definition", "fact:diligent", drop=("fact:diligent skos:definition",)),
    Mistake("fact-type-question", "fact:diligent", drop=("fact:diligent dd:question",)),
    Mistake("fact-type-determination", "fact:diligent", drop=("fact:diligent dd:determination",)),
    Mistake("fact-type-scheme", "fact:diligent", drop=("fact:diligent skos:inScheme",)),
    Mistake("fact-type-relations", "fact:diligent", add="fact:diligent dd:implies <E4> ."),
    Mistake(
        "fact-type-contrary",
        "fact:diligent",
        add="fact:diligent dd:implies fact:major-loss ; dd:contraryTo fact:major-loss .",
    ),
    Mistake("fact-type-not-self-related", "fact:diligent", add="fact:diligent dd:contraryTo fact:diligent ."),
    Mistake("fact-type-established-by", "<E4>", add="fact:diligent dd:establishedBy <E4> ."),
    Mistake("fact-type-used", "fact:diligent", drop=("<P3#condition> dd:factType",)),
    Mistake("effect-modality", "<T1#effect>", drop=("<T1#effect> dd:modality",)),
    Mistake("effect-outcome", "<T1#effect>", drop=("<T1#effect> dd:outcomeKind",)),
    Mistake("effect-measures", "<T1#effect>", add="<T1#effect> dd:measure severity:minor ."),
    Mistake("effect-measure-kind", "<T1#effect>", add="<T1#effect> dd:measure measure:removal-from-post ."),
    Mistake("effect-quote", "<T1#effect>", drop=("<T1#effect> dd:quote",)),
    Mistake("measure-kind", "measure:admonition", drop=("measure:admonition dd:outcomeKind",)),
    Mistake("mirror-circumstance", "<relations/e1-a5>", add="<relations/e1-a5> dd:circumstance <A6> ."),
    Mistake(
        "mirror-exemption",
        "<relations/e1-a5>",
        drop=("<relations/e1-a5> dd:exemption",),
        add="<relations/e1-a5> dd:exemption <P1> .",
    ),
    Mistake("mirror-distinction", "<relations/e1-a5>", drop=("<relations/e1-a5> dd:distinction",)),
    Mistake(
        "defeat-sides",
        "<relations/exemption-defeats-accountability>",
        drop=("<relations/exemption-defeats-accountability> dd:basis",),
    ),
    Mistake(
        "defeat-kind",
        "<relations/exemption-defeats-accountability>",
        drop=("<relations/exemption-defeats-accountability> dd:defeatKind",),
    ),
    Mistake("procedure-steps", "<D4#procedure>", add="<D4#procedure> a dd:Procedure ."),
    Mistake("step-deadline", "<D4#step>", add="<D4#step> a dd:ProcedureStep ; dd:deadlineDays 0 ."),
    Mistake("tension-sides", "<relations/one-sided>", add="<relations/one-sided> a dd:Tension ; dd:between <P2> ."),
    Mistake("relation-certainty", "<relations/e1-a5>", drop=("<relations/e1-a5> dd:certainty",)),
    Mistake("relation-comment", "<P5#note>", drop=("<P5#note> rdfs:comment",)),
    Mistake("note-about", "<P5#note>", drop=("<P5#note> dd:about",)),
    Mistake("note-certainty-of-group", "<P5#note>", add="<P5#note> dd:about <L2#decline> ."),
    Mistake("note-alternatives-paired", "<P5#note>", add='<P5#note> dd:alternativeReading "又一种读法"@zh .'),
    Mistake("concept-labels", "rank:full-bureau", drop=("rank:full-bureau skos:prefLabel",)),
    Mistake("concept-definition", "rank:full-bureau", drop=("rank:full-bureau skos:definition",)),
    Mistake("concept-scheme", "rank:full-bureau", drop=("rank:full-bureau skos:inScheme",)),
    Mistake("scheme-complete", "rank:other", add="rank:other a skos:Concept ; skos:topConceptOf concept:rank ."),
]


def turtle(text: str) -> set[ox.Triple]:
    """The triples of a snippet."""
    return {quad.triple for quad in ox.parse((HEADER + text).encode(), ox.RdfFormat.TURTLE)}


@pytest.fixture(scope="module")
def quads() -> list[ox.Quad]:
    return load_quads(data_files())


@pytest.fixture(scope="module")
def engine(quads: list[ox.Quad]) -> Engine:
    return Engine(resources.shapes_file("policy"), quads)


@pytest.fixture
def change(engine: Engine) -> Iterator[object]:
    """Applies a mistake to the engine's data and takes it back afterwards."""
    done: list[tuple[set[ox.Triple], set[ox.Triple]]] = []

    def apply(mistake: Mistake) -> None:
        removed = {triple for pair in mistake.drop for triple in _about(engine, pair)}
        added = turtle(mistake.add) - (engine.fixed - removed)
        assert removed or added, "the mistake changes nothing"
        engine._remove(removed)
        engine._add(added)
        done.append((removed, added))

    yield apply
    for removed, added in done:
        engine._remove(added)
        engine._add(removed)


def _about(engine: Engine, pair: str) -> set[ox.Triple]:
    """The triples of a subject and predicate given as Turtle."""
    (pattern,) = turtle(f"{pair} 0 .")
    found = {t for t in engine.fixed if t.subject == pattern.subject and t.predicate == pattern.predicate}
    assert found, f"the shipped data has no {pair}"
    return found


def test_the_shipped_policy_data_has_no_finding(quads: list[ox.Quad]) -> None:
    findings = validate_policy(quads)
    assert not findings, "\n".join(finding.render("en") for finding in findings)


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{m.rule}-{number}" for number, m in enumerate(MISTAKES)])
def test_a_mistake_is_found(mistake: Mistake, engine: Engine, change: object) -> None:
    assert not engine.results(rules=[mistake.rule])
    change(mistake)  # type: ignore[operator]
    found = {result.focus for result in engine.results(rules=[mistake.rule])}
    if mistake.focus.startswith("_:"):
        assert found
    else:
        (node,) = turtle(f"{mistake.focus} a 0 .")
        assert node.subject.value in found


def test_every_policy_shape_has_a_mistake(engine: Engine) -> None:
    assert {rule.slug for rule in engine.rules.values()} == {mistake.rule for mistake in MISTAKES}


def test_a_finding_names_its_file_and_node(quads: list[ox.Quad]) -> None:
    broken = [
        q for q in quads if q.subject.value != f"{ID}wuhan-2018/E4" or q.predicate.value != PREFIXES["dd"] + "inList"
    ]
    (finding,) = validate_policy(broken, rules=["clause-list"])
    assert finding.place is not None
    assert (finding.place.file, finding.place.path) == ("D4.ttl", "wh:E4")
    assert finding.severity == "error"
    assert "inList" in finding.render("zh")


def test_rules_come_with_everything_a_reader_needs(engine: Engine) -> None:
    for iri, rule in engine.rules.items():
        assert iri.startswith(SHAPES)
        assert all(rule.message), iri
        assert rule.hint and all(rule.hint), iri
    assert {str(o) for o in engine.shapes.objects(None, _iri(SH + "severity"))} <= {SH + "Violation", SH + "Warning"}


def _iri(value: str) -> object:
    import rdflib

    return rdflib.URIRef(value)
