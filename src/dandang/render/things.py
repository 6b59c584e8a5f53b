"""A document, fact type, concept, term or rule as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Protocol

from dandang.messages import Text
from dandang.model import (
    Clause,
    ClauseCondition,
    Document,
    Example,
    FactCondition,
    Policy,
    Rule,
)
from dandang.namespaces import RDFS, SKOS
from dandang.render.clause import clause_text
from dandang.render.findings.report import SEVERITIES, Report
from dandang.render.wording import colon


class Properties(Protocol):
    """Where texts about a thing are looked up."""

    def langs(self, subject: str, predicate: str, /) -> Mapping[str, list[str]]:
        """Literals by language."""


def thing_text(iri: str, policy: Policy, properties: Properties, lang: str) -> str:
    """A fact type, concept, term or relation in plain words."""
    if iri in policy.clauses:
        return clause_text(policy.clauses[iri], policy, lang)
    if iri in policy.documents:
        return document_text(policy.documents[iri], policy, lang)
    lines = [policy.label(iri).in_(lang)]
    for predicate in (SKOS + "definition", RDFS + "comment", SKOS + "example"):
        values = properties.langs(iri, predicate)
        lines += values.get(lang) or [f"{text}" for found in values.values() for text in found]
    if iri in policy.facts:
        lines += _fact_type(iri, policy, lang)
    return "\n".join([*lines, "", iri])


_SYNTAXES = {"yaml": "YAML", "ttl": "Turtle", "csv": "CSV"}


def rule_text(iri: str, rule: Rule, example: Example, report: Report) -> str:
    """The rule of a finding in plain words: what it wants, how to mend it, how grave it is, the clauses it rests on, a bad and a good
    example."""
    lang, mark = report.lang, colon(report.lang)
    lines = [rule.label.in_(lang), "", opened(rule.message.in_(lang))]
    lines += [rule.hint.in_(lang)] if rule.hint else []
    lines.append(f"{report.say('级别', 'Severity')}{mark}{SEVERITIES[rule.severity][1].in_(lang)}")
    for name, quote in report.grounds(rule):
        lines.append(f"{report.say('依据', 'See')}{mark}{name}{f'「{quote}」' if quote else ''}")
    syntax = _SYNTAXES.get(example.syntax, "")
    written = report.say(f"（{syntax}）", f" ({syntax})") if syntax else ""
    for title, text in (
        (report.say("不符合的写法", "Bad example"), example.bad),
        (report.say("符合的写法", "Good example"), example.good),
    ):
        lines += ["", f"{title}{written}{mark.rstrip()}", "", indent(text.in_(lang).strip(), "    ")]
    return "\n".join([*lines, "", iri])


def opened(message: str) -> str:
    """The message of a rule with what a finding fills in left open."""
    return re.sub(r"\{[?$]\w+\}", "…", message)


def document_text(document: Document, policy: Policy, lang: str) -> str:
    """A document with its lists and the clauses of each."""
    lines = [f"{document.notation} {document.label.in_(lang)}", f"《{document.title}》"]
    for shared in policy.lists.values():
        if shared.document == document.iri:
            lines += ["", shared.label.in_(lang)]
            lines += [f"  {clause.notation} {clause.label.in_(lang)}" for clause in policy.clauses_of(shared.iri)]
    return "\n".join([*lines, "", document.iri])


def _fact_type(iri: str, policy: Policy, lang: str) -> Iterator[str]:
    fact = policy.facts[iri]
    yield f"{Text('要问的', 'Question').in_(lang)}{colon(lang)}{fact.question.in_(lang)}"
    if fact.determination:
        yield Text(
            "这要由有权的人判断并写明依据。", "Someone competent has to determine it, and say on what grounds."
        ).in_(lang)
    uses = [clause.notation for clause in policy.clauses.values() if iri in _facts_of(clause, policy)]
    yield f"{Text('用到它的条款', 'Clauses that ask for it').in_(lang)}{colon(lang)}{' '.join(uses)}"
    for title, others in (
        (Text("与之相反", "Contrary"), fact.contraries),
        (Text("也就意味着", "Implies"), fact.implies),
        (Text("很可能也意味着（解释）", "Likely suggests (interpretation)"), fact.suggests),
    ):
        if others:
            yield f"{title.in_(lang)}{colon(lang)}{'、'.join(policy.label(other).in_(lang) for other in others)}"


def _facts_of(clause: Clause, policy: Policy) -> set[str]:
    found: set[str] = set()
    waiting = list(policy.effective_conditions(clause))
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, FactCondition):
            found.add(condition.fact)
        elif not isinstance(condition, ClauseCondition):
            waiting.extend(condition.members)
    return found
