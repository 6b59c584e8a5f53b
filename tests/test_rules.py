"""The rules themselves: each has a minimal bad example that it finds and a good one that it does not."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

from dandang import resources
from dandang.cases import read_cases, without_duplicates
from dandang.cli import main
from dandang.cli import settings as settings_module
from dandang.cli.parser import build_parser
from dandang.errors import DandangError
from dandang.messages import LANGUAGES, Text
from dandang.model import Finding, Place, Policy
from dandang.namespaces import DD, ELI, RDF, SH, SKOS
from dandang.policy import load_quads
from dandang.render.findings import FORMATS, finding_json
from dandang.render.findings.report import SEVERITIES, Report
from dandang.render.things import rule_text
from dandang.resources import data_files
from dandang.validation import CaseValidator
from dandang.validation.engine import Engine
from dandang.validation.examples import examples
from dandang.validation.rules import RULE_FILES, SHAPES, read_rules
from dandang.vocabulary import Vocabulary
from test_round_trips import ENDINGS, WRITERS

TODAY = "2026-11-22"
RULES = {name: {rule.slug: rule for rule in read_rules(resources.shapes_file(name)).values()} for name in RULE_FILES}
EXAMPLES = {name: examples(name) for name in RULE_FILES}
OF_CASES = {slug: one for name in ("reading", "case") for slug, one in EXAMPLES[name].items() if one.syntax != "words"}
#: What a shape may ask for.
CONSTRAINTS = {
    "and",
    "class",
    "closed",
    "datatype",
    "disjoint",
    "equals",
    "hasValue",
    "in",
    "languageIn",
    "lessThan",
    "lessThanOrEquals",
    "maxCount",
    "maxInclusive",
    "maxLength",
    "minCount",
    "minInclusive",
    "minLength",
    "node",
    "nodeKind",
    "not",
    "or",
    "pattern",
    "property",
    "qualifiedValueShape",
    "sparql",
    "uniqueLang",
    "xone",
}
#: Other rules that the mistake of an example breaks of necessity.
ALSO = {
    "fact-value-known": {"some-fact-settled"},
    "light-measure-in-grave-case": {"sanction-track-excluded"},
    "lion-rank-known": {"rank-stated"},
    "severity-single": {"contrary-facts"},
}
#: What the rules about a thing ask of what it points at.
ASKED_OF_OTHERS = {RDF + "type", SKOS + "inScheme", ELI + "is_part_of", DD + "outcomeKind"}


@pytest.fixture(scope="module")
def quads() -> list[ox.Quad]:
    return load_quads(data_files())


@pytest.fixture(scope="module")
def validator(policy: Policy, quads: list[ox.Quad]) -> CaseValidator:
    return CaseValidator(policy, quads)


@pytest.fixture(scope="module")
def found(policy: Policy, validator: CaseValidator) -> Callable[[str, str], list[Finding]]:
    """The findings on the text of an example about a case: a graph as it stands, files as they are read."""

    def findings(text: str, syntax: str) -> list[Finding]:
        if syntax == "ttl":
            return validator.check_graph(ox.parse(text.encode(), ox.RdfFormat.TURTLE), today=TODAY)
        try:
            read = without_duplicates(read_cases(text.encode(), policy, name=f"案件.{syntax}"))
        except DandangError as error:
            return [Finding(error.code, error.message, error.hint, error.place)]
        return [finding for findings in validator.check(read, today=TODAY) for finding in findings]

    return findings


@pytest.mark.parametrize("name", RULE_FILES)
def test_every_rule_has_examples(name: str) -> None:
    assert list(EXAMPLES[name]) == list(RULES[name]), "in the order of the shapes"
    for slug, one in EXAMPLES[name].items():
        assert all((*one.bad, *one.good)) and one.bad != one.good, slug
        assert len(one.bad.zh.splitlines()) < 22, f"{slug}: not minimal"


@pytest.mark.parametrize("slug", OF_CASES)
def test_example_about_a_case(slug: str, found: Callable[[str, str], list[Finding]]) -> None:
    one = OF_CASES[slug]
    bad, good = ({finding.rule for finding in found(text.zh, one.syntax)} for text in (one.bad, one.good))
    assert slug in bad and slug not in good
    assert bad - good == {slug} | ALSO.get(slug, set()), "the two differ in nothing else"


@pytest.fixture(scope="module")
def whole(quads: list[ox.Quad]) -> Engine:
    return Engine(resources.shapes_file("policy"), quads)


@pytest.fixture(scope="module")
def alone() -> Engine:
    return Engine(resources.shapes_file("policy"), [])


@pytest.mark.parametrize("slug", EXAMPLES["policy"])
def test_example_about_policy_data(slug: str, whole: Engine, alone: Engine, quads: list[ox.Quad]) -> None:
    bad, good = (list(ox.parse(text.zh.encode(), ox.RdfFormat.TURTLE)) for text in EXAMPLES["policy"][slug][1:])
    assert whole.results(bad, rules=[slug])
    assert not whole.results(good, rules=[slug])
    near, wide = _context(bad, quads), _context([*bad, *good], quads)
    told = _rules(alone, [*bad, *near]) & _rules(alone, [*bad, *wide])
    assert told - _rules(alone, [*good, *wide]) == {slug} | ALSO.get(slug, set()), "the two differ in nothing else"


def _rules(engine: Engine, quads: list[ox.Quad]) -> set[str]:
    return {result.rule.slug for result in engine.results(quads)}


def _context(own: list[ox.Quad], quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """What rules ask of the things that a snippet points at, so that the rest of the data need not be checked again."""
    pointed = {quad.object for quad in own} - {quad.subject for quad in own}
    return [quad for quad in quads if quad.subject in pointed and quad.predicate.value in ASKED_OF_OTHERS]


# --- dandang explain --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", RULE_FILES)
def test_a_rule_is_told_whole(name: str, lang: str, policy: Policy) -> None:
    report = Report(lang, {}, policy, "")
    for slug, rule in RULES[name].items():
        one = EXAMPLES[name][slug]
        told = rule_text(SHAPES + slug, rule, one, report)
        assert rule.hint and rule.label.in_(lang) in told and rule.hint.in_(lang) in told
        assert SEVERITIES[rule.severity][1].in_(lang) in told
        assert SHAPES + slug in told and "{?" not in told
        for text in (one.bad, one.good):
            assert all(line in told for line in text.in_(lang).splitlines()), slug
        for iri in rule.cites:
            clause = policy.clauses.get(iri)
            assert (clause.quote.exact if clause and clause.quote else policy.label(iri).in_(lang)) in told


@pytest.mark.parametrize("name", ["bad-date", "claim-excluded", "clause-list", SHAPES + "bad-date"])
def test_explain(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", name, "--lang", "zh"]) == 0
    told = capsys.readouterr().out
    assert "不符合的写法" in told and "级别：错误" in told


# --- alternatives -----------------------------------------------------------------------------------------------------

CHOICES = {
    name: [
        quad.subject.value.removeprefix(SHAPES)
        for quad in ox.parse(resources.shapes_file(name).read_bytes(), ox.RdfFormat.TURTLE)
        if quad.predicate.value in (SH + "or", SH + "xone")
        and isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(SHAPES)
        and "#" not in quad.subject.value
    ]
    for name in ("case", "policy")
}


@pytest.mark.parametrize("slug", CHOICES["case"])
def test_the_closest_alternative_of_a_case_rule(slug: str, validator: CaseValidator, policy: Policy) -> None:
    one = OF_CASES[slug]
    (findings,) = validator.check(read_cases(one.bad.zh.encode(), policy, name="案件.yaml"), today=TODAY, closest=True)
    told = [finding.hint for finding in findings if finding.rule == slug]
    assert told and all(hint and "改动最少的做法：" in hint.zh and "Closest to being met: " in hint.en for hint in told)


@pytest.mark.parametrize("slug", CHOICES["policy"])
def test_the_closest_alternative_of_a_policy_rule(slug: str, whole: Engine) -> None:
    bad = ox.parse(EXAMPLES["policy"][slug].bad.zh.encode(), ox.RdfFormat.TURTLE)
    assert all(result.closest for result in whole.results(bad, rules=[slug], closest=True))


MINOR = "id: 甲-1\nfacts:\n  情节较轻: yes\n{}sanctions: [免职]\n"


@pytest.mark.parametrize(
    ("facts", "closest", "farther"),
    [
        (
            "",
            "措施改为组织处理以外的；或者情节不属较轻的，撤去“情节较轻”；或者确属情节较重的，写明“情节较重”",
            "群众反映强烈",
        ),
        ("  群众反映强烈: yes\n", "或者确已造成恶劣影响的，写明这项事实", "群众反映强烈"),
        ("  情节：造成恶劣影响: yes\n", "或者确有群众反映强烈的，写明这项事实", "造成恶劣影响"),
    ],
)
def test_what_is_met_already_brings_an_alternative_closer(
    facts: str, closest: str, farther: str, validator: CaseValidator, policy: Policy
) -> None:
    read = read_cases(MINOR.format(facts).encode(), policy, name="案件.yaml")
    (findings,) = validator.check(read, today=TODAY, closest=True)
    (hint,) = [finding.hint for finding in findings if finding.rule == "organisational-measure-in-minor-case"]
    assert hint and closest in hint.zh and farther not in hint.zh


# --- places -----------------------------------------------------------------------------------------------------------

#: What a place has in each format; path where the syntax has neither lines nor cells.
PLACES = {
    **dict.fromkeys(("yaml", "json", "turtle", "trig"), ("line", "column")),
    **dict.fromkeys(("csv", "xlsx"), ("cell",)),
    **dict.fromkeys(("nt", "nq", "jsonl"), ("line",)),
    **dict.fromkeys(("jsonld", "rdfxml", "parquet"), ("file", "path")),
}
#: The examples that are cases, and can therefore be written in any format.
CASES = [slug for slug, one in EXAMPLES["case"].items() if one.syntax == "yaml"]


def test_every_format_has_its_kind_of_place() -> None:
    assert set(PLACES) == set(WRITERS)


@pytest.mark.parametrize("style", WRITERS)
def test_every_finding_has_a_place(style: str, validator: CaseValidator, policy: Policy) -> None:
    bad = [read_cases(OF_CASES[slug].bad.zh.encode(), policy, name="案件.yaml")[0].case for slug in CASES]
    named = [case._replace(id=slug) for slug, case in zip(CASES, bad, strict=True) if slug != "id-stated"]
    content = WRITERS[style](named, Vocabulary(policy))
    read = read_cases(content, policy, name=f"案件.{ENDINGS[style]}")
    found = [finding for findings in validator.check(read, today=TODAY) for finding in findings]
    for slug in CASES:
        assert slug == "id-stated" or slug in {finding.rule for finding in found if finding.focus == slug}, slug
    for finding in found:
        assert finding.place, finding
        assert all(getattr(finding.place, part) for part in PLACES[style]), finding


@pytest.mark.parametrize("slug", [slug for slug in EXAMPLES["reading"] if slug in OF_CASES])
def test_what_reading_finds_has_a_place(slug: str, found: Callable[[str, str], list[Finding]]) -> None:
    one = OF_CASES[slug]
    for finding in found(one.bad.zh, one.syntax):
        assert finding.place and all(getattr(finding.place, part) for part in PLACES[one.syntax]), finding


def test_policy_findings_have_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, one in enumerate(EXAMPLES["policy"].values()):
        # Examples share their names; here none may mend another.
        text = re.sub(r"\b(X1|X2|D9|new|one|two)\b", rf"\g<1>{number:03}", one.bad.zh)
        (tmp_path / f"{number}.ttl").write_text(text, encoding="utf-8")
    assert main(["validate", "--policy", str(tmp_path), "--format", "jsonl"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert set(EXAMPLES["policy"]) == {finding["rule"] for finding in told}
    for finding in told:
        place = finding["place"]
        assert place["file"] and ":" in place["path"], "never only a blank node"
        assert place["line"] and place["column"], finding


# --- the documentation ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_documentation_is_whole(lang: str, policy: Policy) -> None:
    """docs/validation.md names every option, setting, format, key of the JSON and exit status, in both languages."""
    zh, en = (resources.root() / "docs" / "validation.md").read_text(encoding="utf-8").split("\n## English\n")
    code = set(re.findall(r"`([^`]+)`", zh if lang == "zh" else en))
    words = {word for part in code for word in re.split(r"[\s,，]", part)}
    commands = next(action for action in build_parser(lang)._actions if isinstance(action, argparse._SubParsersAction))
    options = {name for action in commands.choices["validate"]._actions for name in action.option_strings}
    assert options - {"-h", "--help"} <= words
    assert {*FORMATS, "xlsx", *settings_module._KEYS, "0", "1", "2"} <= words
    finding = Finding("bad-id", Text("", ""), place=Place())
    told = finding_json(finding, lang)
    assert {*told, *told["place"], "error", "warning", "info"} <= words


# --- the shapes files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["case", "policy", "assessment", "style"])
def test_no_shape_is_empty(name: str) -> None:
    """A shape without a constraint, or a rule without a target, raises nothing in any engine."""
    quads = list(ox.parse(resources.shapes_file(name).read_bytes(), ox.RdfFormat.TURTLE))
    told: dict[object, set[str]] = {}
    for quad in quads:
        told.setdefault(quad.subject, set()).add(quad.predicate.value.removeprefix(SH))
    shapes = {
        q.subject for q in quads if q.object in (ox.NamedNode(SH + "NodeShape"), ox.NamedNode(SH + "PropertyShape"))
    }
    assert shapes
    used = {quad.object for quad in quads}
    for shape in shapes:
        assert told[shape] & CONSTRAINTS, f"{shape} constrains nothing"
        assert shape in used or any(term.startswith("target") for term in told[shape]), f"{shape} has no target"


@pytest.mark.parametrize("name", ["reading", "case", "policy", "assessment", "style"])
def test_shapes_misspell_no_term(name: str) -> None:
    from rdflib.namespace import SH as SHACL

    triples = ox.parse(resources.shapes_file(name).read_bytes(), ox.RdfFormat.TURTLE)
    terms = {term.value for triple in triples for term in triple if isinstance(term, ox.NamedNode)}
    assert not [term for term in terms if term.startswith(SH) and term.removeprefix(SH) not in SHACL]


@pytest.mark.parametrize("syntax", ["yaml", "json", "jsonl", "ttl", "trig", "nt", "nq", "jsonld", "rdf", "csv"])
def test_a_file_without_a_case_is_told(syntax: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = {"json": "[]", "jsonld": "[]", "csv": "编号,标题\n", "rdf": f'<rdf:RDF xmlns:rdf="{RDF}"/>'}
    path = tmp_path / f"空.{syntax}"
    path.write_text(empty.get(syntax, "\n"), encoding="utf-8")
    assert main(["validate", str(path), "--format", "jsonl"]) == 2
    assert json.loads(capsys.readouterr().out)["rule"] in ("malformed-file", "unreadable-file", "no-cases")


def test_empty_policy_data_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--policy", str(tmp_path)]) == 2
    assert "没有政策数据" in capsys.readouterr().err
    (tmp_path / "空.ttl").write_text(
        "# 只有注释\n@prefix dd: <https://w3id.org/dandang/ontology#> .\n", encoding="utf-8"
    )
    assert main(["validate", "--policy", str(tmp_path), "--format", "jsonl"]) == 1
    (told,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (told["rule"], told["place"]["file"]) == ("no-policy-data", str(tmp_path / "空.ttl"))
