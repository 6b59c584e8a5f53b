"""The report of a case: verdict, what decides it, what is missing, every clause in a line, the whole explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dandang.assessment import next_questions, open_questions, verdict_changes
from dandang.messages import Text
from dandang.model import Assessment, Case, ClauseAnswer, Explanation, Fact, FactType, Finding, Policy, Quote, State
from dandang.render.phrases import (
    LION,
    VERDICTS,
    cautions,
    clauses_of_part,
    divided_text,
    literals_text,
    residual,
    verdict_sentence,
    weighed,
)

SECTIONS = (
    ("AccountabilityCircumstance", Text("问责情形", "Accountability circumstances")),
    ("SanctionTrack", Text("处理", "Sanction tracks")),
    ("ExemptionClause", Text("容错条款", "Exemption clauses")),
    ("relief", Text("从轻、减轻的情形", "Clauses for lighter or mitigated treatment")),
    ("Exclusion", Text("不予容错的情形", "Exclusions from tolerance")),
    ("ListExit", Text("退出“狮子型”干部管理", "Exits from the “lion” list")),
)
PARTS = {
    "accountability": Text("问责：情形与查实", "Accountability: circumstance and verification"),
    "exemption": Text("容错：情形与前提", "Exemption: situation and preconditions"),
    "relief": Text("从轻、减轻：情形与前提", "Lighter or mitigated treatment: situation and preconditions"),
    "exclusions": Text("不予容错的情形", "Exclusions from tolerance"),
    "sanctions": Text("处理", "Sanction tracks"),
    "list-exit": Text("退出“狮子型”干部管理", "Exit from the “lion” list"),
}
#: What would change the verdict is told in sets of at most so many facts, so many for each verdict.
MOST_FACTS, MOST_WAYS = 3, 4
_AND = Text("，并且", " and ")
#: Facts asked for first: more than this many questions nobody answers at a sitting.
MOST_QUESTIONS = 12


class Line(NamedTuple):
    """A clause in one line: its state, and what the state rests on or waits for."""

    answer: ClauseAnswer
    state: State
    strict: State | None
    reason: Text


class Division(NamedTuple):
    """A clause on which the two readings differ, with the words that divide them."""

    line: Line
    words: Text


class Section(NamedTuple):
    """The clauses of one kind."""

    kind: str
    name: Text
    lines: tuple[Line, ...]

    @property
    def reached(self) -> bool:
        """Whether the case says something about the setting of one of them."""
        return any(line.state in ("applies", "could_apply", "excluded") for line in self.lines)


class Question(NamedTuple):
    """A fact that is missing, with the clauses that wait for it."""

    fact: FactType
    clauses: tuple[str, ...]


class Trace(NamedTuple):
    """A node of the explanation as a line with lines below it; a clause whose setting is not stated has none: all of it is unknown."""

    kind: str
    value: bool | None
    label: Text
    about: str
    state: State | None
    required: bool
    operator: str
    fact: Fact | None
    origin: Text | None
    quote: Quote | None
    below: tuple[Trace, ...]


class Change(NamedTuple):
    """Another verdict, and the smallest sets of facts that would bring it about."""

    verdict: Text
    ways: tuple[Text, ...]


class Report(NamedTuple):
    """All that a report shows."""

    case: Case
    assessment: Assessment
    findings: tuple[Finding, ...]
    sentence: Text
    cautions: tuple[Text, ...]
    strict: Text | None
    decisive: tuple[Line, ...]
    questions: tuple[Question, ...]
    more_questions: int
    reached: bool
    changes: tuple[Change, ...]
    divided: tuple[Division, ...]
    sections: tuple[Section, ...]
    lion: Text
    triggers: tuple[tuple[str, str], ...]
    weighed: tuple[Text, ...]
    traces: tuple[Trace, ...]


def report_of(assessment: Assessment, policy: Policy, findings: Iterable[Finding] = ()) -> Report:
    """The report of an assessment."""
    strict = assessment.readings["strict"]
    sections = sections_of(assessment, policy)
    questions = tuple(Question(policy.facts[one.fact], one.clauses) for one in open_questions(assessment))
    return Report(
        case=assessment.case,
        assessment=assessment,
        findings=tuple(findings),
        sentence=verdict_sentence(assessment, policy),
        cautions=cautions(assessment),
        strict=VERDICTS[strict] if strict != assessment.verdict else None,
        decisive=tuple(line for section in sections for line in section.lines if line.state == "applies"),
        questions=questions[:MOST_QUESTIONS],
        more_questions=max(0, len(questions) - MOST_QUESTIONS),
        reached=any(section.reached for section in sections),
        changes=tuple(_changes(assessment, policy)),
        divided=tuple(divisions((line for section in sections for line in section.lines), policy)),
        sections=sections,
        lion=LION[assessment.lion.outcome],
        triggers=tuple((track, exit_) for exit_, track, _ in assessment.lion.would_trigger),
        weighed=weighed(assessment),
        traces=tuple(_trace(part, policy) for part in assessment.explanation.premises),
    )


def sections_of(assessment: Assessment, policy: Policy) -> tuple[Section, ...]:
    """Every clause in a line, by kind, the settled ones first; the order in which clauses are told everywhere."""
    relief = clauses_of_part(assessment, "relief")
    by_section: dict[str, list[Line]] = {}
    for answer in assessment.answers.values():
        kind = "relief" if answer.clause.iri in relief else answer.clause.kind
        by_section.setdefault(kind, []).append(line_of(answer, policy))
    return tuple(Section(kind, name, tuple(sorted(by_section.get(kind, ()), key=_position))) for kind, name in SECTIONS)


def divisions(lines: Iterable[Line], policy: Policy) -> Iterator[Division]:
    """The clauses on which the readings differ."""
    return (Division(line, divided_text(line.answer, policy)) for line in lines if line.strict)


def _changes(assessment: Assessment, policy: Policy) -> Iterator[Change]:
    """What would change the verdict, by facts that clauses in play or the verdict itself wait for: of the rest nothing points to this case."""
    waited_for = {question.fact for question in next_questions(assessment, near=True)}
    for verdict, sets in verdict_changes(assessment, most=MOST_FACTS, among=waited_for):
        yield Change(VERDICTS[verdict], tuple(literals_text(one, policy, joint=_AND) for one in sets[:MOST_WAYS]))


def _position(line: Line) -> tuple[int, int, int]:
    """Settled clauses first, those that could apply by how little they lack, the rest in the order of the text."""
    lacking = min((len(found) for found in line.answer.missing), default=0) if line.state == "could_apply" else 0
    return _ORDER.index(line.state), lacking, line.answer.clause.ordinal


_ORDER = ("applies", "could_apply", "open", "excluded", "not_in_force")


def line_of(answer: ClauseAnswer, policy: Policy) -> Line:
    """A clause in one line."""
    strict = answer.readings["strict"]
    return Line(answer, answer.state, strict if strict != answer.state else None, _reason(answer, policy))


def _reason(answer: ClauseAnswer, policy: Policy) -> Text:
    if answer.state == "applies":
        said = literals_text(answer.route, policy)
        return Text(f"依据：{said.zh}", f"by: {said.en}")
    if answer.state == "excluded":
        said = literals_text(answer.excluded_by, policy)
        return Text(f"因为：{said.zh}", f"because: {said.en}")
    if answer.state == "could_apply":
        said = residual(answer.explanation, policy)
        return Text(f"还缺：{said.zh}", f"missing: {said.en}")
    return Text("", "")


def _trace(node: Explanation, policy: Policy) -> Trace:
    clause = policy.clauses.get(node.about) if node.kind == "clause" else None
    origin = policy.label(node.fact.derived_from) if node.fact and node.fact.derived_from else None
    return Trace(
        node.kind,
        node.value,
        _label(node, policy),
        node.about,
        node.state,
        node.required is not False,
        node.operator or "",
        node.fact,
        origin,
        clause.quote if clause else None,
        () if node.state == "open" else tuple(_trace(premise, policy) for premise in node.premises),
    )


def _label(node: Explanation, policy: Policy) -> Text:
    if node.kind == "part":
        return PARTS[node.about]
    if node.kind == "group":
        return Text("同时满足", "all of") if node.operator == "allOf" else Text("满足其一", "any of")
    fact = policy.facts.get(node.about)
    if node.required is False and fact and fact.negated:
        return fact.negated
    return policy.label(node.about)
