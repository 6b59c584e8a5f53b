"""A document, fact type, concept, term or rule as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

from dandang.messages import Text
from dandang.model import (
    Clause,
    ClauseCondition,
    Document,
    FactCondition,
    Policy,
)
from dandang.namespaces import RDFS, SH, SKOS
from dandang.render.clause import clause_text
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


def rule_text(iri: str, properties: Properties, lang: str) -> str:
    """The rule of a finding in plain words: what it wants and how to mend it."""
    found = [properties.langs(iri, name).get(lang, []) for name in (RDFS + "label", SH + "message", SH + "description")]
    # What a finding fills in is left open here.
    lines = [re.sub(r"\{[?$]\w+\}", "…", text) for texts in found for text in texts]
    return "\n".join([*lines, "", iri])


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
