"""Time: when documents and clauses are in force, on which day a case is looked at, and that what is not known excludes nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pyoxigraph as ox
import pytest

from dandang.assessment import assess
from dandang.assessment.explain import explain_clause, explain_condition, in_force, view_of
from dandang.cases import accepted, read_cases
from dandang.cli import main
from dandang.messages import Text
from dandang.model import Advisory, Assessment, Defeat, Policy
from dandang.namespaces import CONCEPTS, DD
from dandang.policy import read_policy
from dandang.render.rdf import assessment_triples
from dandang.render.report import assessment_text

FIRST, LAST = "2019-03-01", "2021-02-28"
PREFIXES = """
@base <https://example.org/> .
@prefix dd: <https://w3id.org/dandang/ontology#> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
CIRCUMSTANCE = (
    "处理突发事件: yes, 怕担责任: yes, 不敢果断决策: yes, 处置失当: yes, 事态扩大: yes, 恶劣影响: yes, 经调查核实: yes"
)


def answer(policy: Policy, text: str, *, on: str = "") -> Assessment:
    return assess(accepted(read_cases(text.encode(), policy))[0], policy, on=on, today="2026-01-01")


def dated(policy: Policy, first: str, last: str, *notations: str) -> Policy:
    """The policy as if some clauses had dates."""
    changed = {
        clause.iri: clause._replace(valid_from=first, valid_until=last)
        for clause in policy.clauses.values()
        if clause.notation in notations
    }
    return policy._replace(clauses={**policy.clauses, **changed})


def state(found: Assessment, notation: str) -> str:
    return next(a.state for a in found.answers.values() if a.clause.notation == notation)


def dates(found: Assessment) -> list[Advisory]:
    return [note for note in found.advisories if note.kind == "date-unknown"]


# --- in force ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "on", "expected"),
    [
        (FIRST, LAST, "2019-02-28", False),
        (FIRST, LAST, "2019-03-01", True),
        (FIRST, LAST, "2021-02-28", True),
        (FIRST, LAST, "2021-03-01", False),
        (FIRST, "", "2099-01-01", True),
        (FIRST, "", "2019-02-28", False),
        ("", LAST, "1999-01-01", True),
        ("", LAST, "2021-03-01", False),
        ("", "", "1999-01-01", True),
        (FIRST, LAST, "", True),
    ],
)
def test_both_limits_are_in_force_and_what_is_unknown_excludes_nothing(
    policy: Policy, first: str, last: str, on: str, expected: bool
) -> None:
    clause = policy.by_notation["E7"]._replace(valid_from=first, valid_until=last)
    assert in_force(clause, on) is expected


def test_a_clause_has_its_own_dates_or_those_of_its_document() -> None:
    text = (
        PREFIXES
        + """
        <D> a dd:PolicyDocument ; skos:notation "D" ; dd:validFrom "2019-03-01"^^xsd:date ; dd:validUntil "2021-02-28"^^xsd:date .
        <C1> a dd:ExemptionClause ; skos:notation "C1" ; eli:is_part_of <D> .
        <C2> a dd:ExemptionClause ; skos:notation "C2" ; eli:is_part_of <D> ; dd:validFrom "2020-01-01"^^xsd:date .
        <C3> a dd:ExemptionClause ; skos:notation "C3" ; eli:is_part_of <D> ; dd:validUntil "2019-12-31"^^xsd:date .
        <N> a dd:PolicyDocument ; skos:notation "N" .
        <C4> a dd:ExemptionClause ; skos:notation "C4" ; eli:is_part_of <N> .
    """
    )
    found = read_policy([ox.Quad(*triple) for triple in ox.parse(text.encode(), ox.RdfFormat.TURTLE)])
    assert {c.notation: (c.valid_from, c.valid_until) for c in found.clauses.values()} == {
        "C1": ("2019-03-01", "2021-02-28"),
        "C2": ("2020-01-01", "2021-02-28"),
        "C3": ("2019-03-01", "2019-12-31"),
        "C4": ("", ""),
    }


def test_wuhans_documents_state_no_dates_and_none_are_made_up(policy: Policy) -> None:
    """The article says 近日 only: on no day is a clause out of force."""
    assert all(not (d.valid_from or d.valid_until) for d in policy.documents.values())
    assert all(not (c.valid_from or c.valid_until) for c in policy.clauses.values())
    for on in ("1990-01-01", "2018-08-15", "2090-01-01"):
        found = answer(policy, f"id: a\non: {on}\n")
        assert "not_in_force" not in {a.state for a in found.answers.values()}


# --- which day --------------------------------------------------------------------------------------------------------


def test_the_day_of_the_conduct_counts_and_not_that_of_the_decision(policy: Policy) -> None:
    later = dated(policy, FIRST, "", "E7")
    early = answer(later, "id: a\non: 2018-09-01\ndecided: 2019-06-01\nfacts: {果断决策: yes}\n")
    assert state(early, "E7") == "not_in_force"
    assert early.receipt.on == "2018-09-01"
    in_time = answer(later, "id: a\non: 2019-04-01\ndecided: 2021-06-01\nfacts: {果断决策: yes}\n")
    assert state(in_time, "E7") == "open"


def test_another_day_can_be_asked_for(policy: Policy) -> None:
    later = dated(policy, FIRST, LAST, "E7")
    text = "id: a\non: 2018-09-01\n"
    assert [state(answer(later, text, on=on), "E7") for on in ("", "2019-03-01", "2021-03-01")] == [
        "not_in_force",
        "open",
        "not_in_force",
    ]
    assert answer(later, text, on="2019-03-01").receipt.on == "2019-03-01"


def test_the_answer_on_a_day_does_not_depend_on_the_day_it_is_given(policy: Policy) -> None:
    case = accepted(read_cases(b"id: a\non: 2018-09-01\n", policy))[0]
    one, other = (assess(case, policy, today=today) for today in ("2018-09-02", "2031-01-01"))
    assert one.answers == other.answers and one.verdict == other.verdict
    assert (one.receipt.assessed, other.receipt.assessed) == ("2018-09-02", "2031-01-01")


@pytest.mark.parametrize("on", ["2018-02-30", "2018-13-01", "yesterday", "01/09/2018"])
def test_a_day_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path, on: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("id: a\n", encoding="utf-8")
    assert main(["assess", str(path), "--on", on]) == 2
    assert on in capsys.readouterr().err


# --- a clause that is not in force ------------------------------------------------------------------------------------


def test_a_circumstance_not_in_force_establishes_nothing(policy: Policy) -> None:
    text = f"id: a\non: 2018-09-01\nfacts: {{{CIRCUMSTANCE}}}\n"
    assert answer(policy, text).verdict == "accountable_unless_exempted"
    found = answer(dated(policy, FIRST, "", "A11"), text)
    assert (state(found, "A11"), found.verdict, found.accountability) == ("not_in_force", "undetermined", None)


def test_with_no_circumstance_in_force_there_is_no_accountability(policy: Policy) -> None:
    none = [clause.notation for clause in policy.clauses.values() if clause.kind == "AccountabilityCircumstance"]
    found = answer(dated(policy, FIRST, "", *none), f"id: a\non: 2018-09-01\nfacts: {{{CIRCUMSTANCE}}}\n")
    assert (found.verdict, state(found, "T1")) == ("not_established", "excluded")


def test_an_exemption_not_in_force_exempts_nobody(policy: Policy) -> None:
    met = "维护社会稳定: yes, 果断决策: yes, 及时处置: yes, 一定失误: yes, 事后积极主动消除影响: yes, 事后积极主动挽回损失: yes"
    met += ", 违反禁止性规定: no, 经过相应的决策程序: yes, 勤勉尽责: yes, 谋取私利: no, 重大损失: no, 社会负面影响: no"
    text = f"id: a\non: 2018-09-01\ndomain: 全面依法治国\nfacts: {{{met}}}\n"
    assert (state(answer(policy, text), "E7"), answer(policy, text).exemption) == ("applies", True)
    found = answer(dated(policy, FIRST, "", "E7"), text)
    assert (state(found, "E7"), found.exemption) == ("not_in_force", None)
    none = [f"E{number}" for number in range(1, 11)]
    assert answer(dated(policy, FIRST, "", *none), text).exemption is False


def test_an_exit_not_in_force_would_not_be_triggered(policy: Policy) -> None:
    text = f"id: a\non: 2018-09-01\ncadre: {{lion: yes}}\nfacts: {{{CIRCUMSTANCE}, 情节较重: yes, 违法违纪违规: yes}}\n"
    assert answer(policy, text).lion.outcome == "would_trigger"
    assert answer(dated(policy, FIRST, "", "L1"), text).lion.outcome == "open"


def test_it_is_shown_as_such(policy: Policy) -> None:
    """It has its node and its state; in RDF as well."""
    later = dated(policy, FIRST, "", "E7")
    found = answer(later, "id: a\non: 2018-09-01\n")
    iri = policy.by_notation["E7"].iri
    assert [node.state for node in found.explanation.walk() if node.about == iri] == ["not_in_force"]
    triples = {
        (t.predicate.value, t.object.value) for t in assessment_triples(found) if not isinstance(t.object, ox.BlankNode)
    }
    assert (DD + "state", CONCEPTS + "state/not-in-force") in triples


def test_it_is_shown_on_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a document that has dates: the synthetic one of tests/fifth/, in force from 2030-01-01 to 2034-12-31."""
    monkeypatch.setenv("DANDANG_DATA", str(Path(__file__).parent / "fifth"))
    monkeypatch.setenv("DANDANG_CACHE", "off")
    path = tmp_path / "a.yaml"
    path.write_text("id: a\non: 2032-01-01\n", encoding="utf-8")
    shown = {}
    for on in ("2029-12-31", "2030-01-01", "2034-12-31", "2035-01-01"):
        assert main(["assess", str(path), "--on", on, "--lang", "zh"]) == 0
        out = capsys.readouterr().out
        shown[on] = "当时未施行 X-N1 X-N2 X-N3" in out
        assert f"行为日期 {on}" in out
    assert shown == {"2029-12-31": True, "2030-01-01": False, "2034-12-31": False, "2035-01-01": True}
    assert main(["assess", str(path), "--format", "json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert told["clauses"]["X-N1"]["state"] == "open" and told["receipt"]["on"] == "2032-01-01"


# --- what is not known ------------------------------------------------------------------------------------------------


def test_conduct_before_the_report_is_pointed_out_and_excludes_nothing(policy: Policy) -> None:
    """From when D1–D4 hold the source does not say; it was reported on 2018-08-15."""
    day = date(2018, 8, 15)
    (note,) = dates(answer(policy, f"id: a\non: {day - timedelta(days=1)}\n"))
    assert set(note.about) == {d.iri for d in policy.documents.values() if d.notation}
    assert "2018-08-15" in note.text.zh and "D4" in note.text.zh and "D4" in note.text.en
    for later in (day, day + timedelta(days=1)):
        assert dates(answer(policy, f"id: a\non: {later}\n")) == []


def test_an_unknown_day_is_pointed_out_only_where_a_document_has_dates(policy: Policy) -> None:
    assert dates(answer(policy, "id: a\n")) == []
    document = policy.by_notation["E7"].document
    own = policy.documents[document]._replace(valid_from=FIRST)
    found = answer(policy._replace(documents={**policy.documents, document: own}), "id: a\n")
    (note,) = dates(found)
    assert note.about == (document,) and FIRST in note.text.zh
    assert "not_in_force" not in {a.state for a in found.answers.values()}


def test_what_excludes_must_be_in_force_to_exclude(policy: Policy) -> None:
    """Supposing that the list exits excluded D4's exemptions: out of force they do not."""
    exits, exemptions = policy.by_notation["L3"].clause_list, policy.by_notation["E7"].clause_list
    defeat = Defeat("https://example.org/defeat", exits, exemptions, "", Text("", ""), excludes=True)
    assert policy.defeats and not any(one.excludes for one in policy.defeats)
    excluding = policy._replace(defeats=(*policy.defeats, defeat))
    clause = policy.by_notation["E7"]
    (exclusion,) = [c for c in excluding.effective_conditions(clause) if c.iri == defeat.iri]
    case = accepted(
        read_cases(
            "id: a\non: 2018-09-01\ncadre: {lion: yes}\nfacts: {健康原因: yes, 无法正常履行工作职责: yes}\n".encode(),
            policy,
        )
    )[0]
    values = []
    for first in ("", FIRST):
        view = view_of(case, dated(excluding, first, "", "L1", "L2", "L3"), "recommended")
        nodes = tuple(explain_clause(one, view) for one in view.rules.policy.clauses_of(exits))
        values.append(explain_condition(exclusion, view._replace(clauses={exits: nodes})).value)
    assert values == [False, True]


@pytest.mark.parametrize(("on", "kind"), [("2010-01-01", "date-unknown"), ("2026-01-02", "date-in-future")])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_the_date_leaves_open_stands_below_the_verdict_and_nowhere_else(
    policy: Policy, on: str, kind: str, lang: str
) -> None:
    found = answer(policy, f"id: a\non: {on}\nfacts: {{{CIRCUMSTANCE}}}\n")
    (caution,) = (note.text.in_(lang) for note in found.advisories if note.kind == kind)
    lines = assessment_text(found, policy, lang).splitlines()
    assert caution in lines[2] and sum(caution in line for line in lines) == 1


def test_today_is_not_in_the_future(policy: Policy) -> None:
    found = answer(policy, "id: a\non: 2026-01-01\n")
    assert found.receipt.assessed == "2026-01-01" and "date-in-future" not in {note.kind for note in found.advisories}
