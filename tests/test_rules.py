"""The rules themselves: each has a minimal bad example that it finds and a good one that it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pyoxigraph as ox
import pytest

from dandang import resources
from dandang.cases import read_cases, without_duplicates
from dandang.cli import main
from dandang.errors import DandangError
from dandang.messages import LANGUAGES
from dandang.model import Finding, Policy
from dandang.namespaces import DD, ELI, RDF, SH, SKOS
from dandang.policy import load_quads
from dandang.render.findings.report import SEVERITIES, Report
from dandang.render.things import rule_text
from dandang.resources import data_files
from dandang.validation import CaseValidator
from dandang.validation.engine import Engine
from dandang.validation.examples import examples
from dandang.validation.rules import RULE_FILES, SHAPES, read_rules

TODAY = "2026-11-22"
RULES = {name: {rule.slug: rule for rule in read_rules(resources.shapes_file(name)).values()} for name in RULE_FILES}
EXAMPLES = {name: examples(name) for name in RULE_FILES}
OF_CASES = {slug: one for name in ("reading", "case") for slug, one in EXAMPLES[name].items() if one.syntax != "words"}
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
