"""The questions that still matter for a case, best first, each with the clauses that need it, their words, and what an answer would settle."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from dandang.assessment import open_questions, settles
from dandang.messages import Text
from dandang.model import Assessment, Clause, FactCondition, FactType, Policy, Question
from dandang.render.phrases import notation_ranges
from dandang.web.library import Library
from dandang.web.views.case_form import code_of
from dandang.web.views.tree import facts_in

#: Questions put at once: more of them nobody answers at a sitting, and the next ones depend on the answers.
AT_ONCE = 4


class Need(NamedTuple):
    """A clause that needs a fact: the words by which it asks, with those around them, and the clauses that it is a precondition of."""

    clause: Clause
    before: str
    phrase: str
    after: str
    of: str
    required: bool


class Consequence(NamedTuple):
    """What one answer would settle by itself: the clauses that would apply and those that would be excluded."""

    applies: str
    excluded: str


class Asked(NamedTuple):
    """A question with why it is put; `code` is what the form calls its fact."""

    fact: FactType
    code: str
    needs: tuple[Need, ...]
    gate: Text | None
    yes: Consequence
    no: Consequence


class Questions(NamedTuple):
    """The questions put now, and how many are left after them."""

    now: tuple[Asked, ...]
    later: int


def questions_of(assessment: Assessment, library: Library, known: Collection[str]) -> Questions:
    """The questions for a case; `known` are fact types that have been answered, if only with “unknown”."""
    waiting = [question for question in open_questions(assessment) if question.fact not in known]
    now = tuple(_asked(question, assessment, library) for question in waiting[:AT_ONCE])
    return Questions(now, max(0, len(waiting) - AT_ONCE))


def _asked(question: Question, assessment: Assessment, library: Library) -> Asked:
    policy = library.policy
    needs = tuple(_needs(question, library))
    gate = None if needs else _gate(question.fact, policy)
    return Asked(
        policy.facts[question.fact],
        code_of(question.fact),
        needs,
        gate,
        _consequence(settles(assessment, question, True), policy),
        _consequence(settles(assessment, question, False), policy),
    )


def _consequence(settled: Iterable[tuple[str, bool]], policy: Policy) -> Consequence:
    found = list(settled)
    return Consequence(
        _notations((iri for iri, applies in found if applies), policy),
        _notations((iri for iri, applies in found if not applies), policy),
    )


def _notations(clauses: Iterable[str], policy: Policy) -> str:
    found = sorted((policy.clauses[iri] for iri in clauses), key=lambda clause: (clause.document, clause.ordinal))
    return "、".join(notation_ranges(clause.notation for clause in found))


# --- why --------------------------------------------------------------------------------------------------------------


def _needs(question: Question, library: Library) -> Iterator[Need]:
    """The clauses whose own words ask for the fact; a shared precondition once, with the clauses that share it."""
    policy, leaves = library.policy, _leaves(library)
    shared: dict[str, list[str]] = {}
    for iri in question.clauses:
        clause = policy.clauses[iri]
        if leaf := leaves.get((iri, question.fact)):
            yield _need(clause, leaf, "")
            continue
        group = policy.lists.get(clause.clause_list)
        for precondition in group.preconditions if group else ():
            if (precondition, question.fact) in leaves:
                shared.setdefault(precondition, []).append(iri)
    for precondition, clauses in shared.items():
        leaf = leaves[precondition, question.fact]
        yield _need(policy.clauses[precondition], leaf, _notations(clauses, policy))


def _need(clause: Clause, leaf: FactCondition, of: str) -> Need:
    words = clause.quote.exact if clause.quote else ""
    before, phrase, after = words.partition(leaf.phrase) if leaf.phrase else (words, "", "")
    return Need(clause, before, phrase, after, of, leaf.required)


def _gate(fact: str, policy: Policy) -> Text | None:
    """The list whose shared condition asks for the fact, such as verification for all tracks."""
    lists = (
        group for group in policy.lists.values() if group.condition and _asks(fact, tuple(facts_in(group.condition)))
    )
    return next((group.label for group in lists), None)


def _asks(fact: str, leaves: tuple[FactCondition, ...]) -> bool:
    return any(leaf.fact == fact for leaf in leaves)


@lru_cache(maxsize=2)
def _leaves(library: Library) -> Mapping[tuple[str, str], FactCondition]:
    """(clause, fact type) → the first condition of the clause that asks for it."""
    found: dict[tuple[str, str], FactCondition] = {}
    for iri, clause in library.policy.clauses.items():
        for leaf in facts_in(clause.condition) if clause.condition else ():
            found.setdefault((iri, leaf.fact), leaf)
    return found
