"""What may have happened, in plain words to pick from: the facts that place a case under a clause, then all others that clauses ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from dandang.messages import Text
from dandang.model import Clause, Condition, ConditionGroup, FactCondition, Policy
from dandang.namespaces import CONCEPTS
from dandang.render.phrases import literal_text
from dandang.vocabulary import fold_name
from dandang.web.library import Library
from dandang.web.views.case_form import code_of
from dandang.web.views.tree import facts_in

#: The clauses that an answer on a case is about, in the order in which a case is told.
KINDS = ("AccountabilityCircumstance", "ExemptionClause", "Exclusion", "ListExit", "SanctionTrack")
_CONTEXT = CONCEPTS + "role/context"
#: Who looks for a clause finds all of its facts; one that others ask for too must not stand under the name of another.
_SEVERAL = Text("几个条款都要看的", "Asked about by several clauses")


class Pick(NamedTuple):
    """One thing to pick: a fact with the value that the clauses want, and what it is found by."""

    value: str
    label: Text
    fact: str
    clauses: tuple[str, ...]
    haystack: str


class Group(NamedTuple):
    """Picks under one heading."""

    name: Text
    picks: tuple[Pick, ...]


class Section(NamedTuple):
    """Groups under one question."""

    name: Text
    groups: tuple[Group, ...]
    further: bool = False


@lru_cache(maxsize=2)
def sections(library: Library) -> tuple[Section, ...]:
    """Everything to pick from; each fact once, at the first clause that asks for it."""
    policy = library.policy
    marked = [(clause, leaf, role) for clause in _clauses(policy) for leaf, role in settings_of(clause.condition)]
    seen: set[str] = set()
    users = _users(policy)
    contexts = [(clause, leaf) for clause, leaf, role in marked if role == _CONTEXT]
    others = [(clause, leaf) for clause, leaf, role in marked if role != _CONTEXT]
    further = [(clause, leaf) for clause in _all_clauses(policy) for leaf in _facts(clause)]
    return (
        Section(
            Text("事情是在什么工作中、什么情况下发生的？", "In what work, in what situation did it happen?"),
            tuple(_groups(contexts, seen, users, policy)),
        ),
        Section(
            Text("反映出什么问题？", "What seems to have gone wrong?"), tuple(_groups(others, seen, users, policy))
        ),
        Section(
            Text("还知道别的什么？", "What else is known?"),
            tuple(_groups(further, seen, users, policy, mixed=_SEVERAL)),
            further=True,
        ),
    )


def found(library: Library, wanted: str) -> set[str]:
    """The facts whose name, question or clauses hold every word of a search; all for none."""
    words = fold_name(wanted).split()
    picks = (pick for section in sections(library) for group in section.groups for pick in group.picks)
    return {pick.fact for pick in picks if all(word in pick.haystack for word in words)}


def _clauses(policy: Policy) -> list[Clause]:
    return [clause for kind in KINDS for clause in policy.clauses.values() if clause.kind == kind]


def _all_clauses(policy: Policy) -> list[Clause]:
    """The clauses of an answer and the preconditions of their lists."""
    own = _clauses(policy)
    lists = dict.fromkeys(clause.clause_list for clause in own)
    preconditions = (iri for name in lists if name in policy.lists for iri in policy.lists[name].preconditions)
    return [*own, *(policy.clauses[iri] for iri in dict.fromkeys(preconditions))]


def _facts(clause: Clause) -> list[FactCondition]:
    return facts_in(clause.condition) if clause.condition else []


def _users(policy: Policy) -> Mapping[str, tuple[Clause, ...]]:
    """Fact type → the clauses that ask for it in their own condition."""
    users: dict[str, dict[str, Clause]] = {}
    for clause in _all_clauses(policy):
        for leaf in _facts(clause):
            users.setdefault(leaf.fact, {})[clause.iri] = clause
    return {fact: tuple(clauses.values()) for fact, clauses in users.items()}


def settings_of(condition: Condition | None, role: str = "") -> Iterator[tuple[FactCondition, str]]:
    """The facts under the conditions that are marked as setting, each with the nearest role."""
    if condition is None:
        return
    role = condition.role or role
    if condition.setting:
        yield from _leaves(condition, role)
    elif isinstance(condition, ConditionGroup):
        for member in condition.members:
            yield from settings_of(member, role)


def _leaves(condition: Condition, role: str) -> Iterator[tuple[FactCondition, str]]:
    role = condition.role or role
    if isinstance(condition, FactCondition):
        yield condition, role
    elif isinstance(condition, ConditionGroup):
        for member in condition.members:
            yield from _leaves(member, role)


def _groups(
    leaves: Iterable[tuple[Clause, FactCondition]],
    seen: set[str],
    users: Mapping[str, tuple[Clause, ...]],
    policy: Policy,
    *,
    mixed: Text | None = None,
) -> Iterator[Group]:
    """The facts not seen before, under the domain of their clause or else under the clause; with `mixed`, those of several headings under that."""
    by_group: dict[Text, list[Pick]] = {}
    for clause, leaf in leaves:
        literal = ("+" if leaf.required else "-") + leaf.fact
        if leaf.fact not in seen:
            seen.add(leaf.fact)
            names = {_heading(user, policy) for user in users[leaf.fact]}
            name = mixed if mixed and len(names) > 1 else _heading(clause, policy)
            by_group.setdefault(name, []).append(pick_of(literal, users[leaf.fact], policy))
    return (Group(name, tuple(picks)) for name, picks in by_group.items())


def _heading(clause: Clause, policy: Policy) -> Text:
    return policy.label(clause.domain) if clause.domain else clause.label


def pick_of(literal: str, clauses: tuple[Clause, ...], policy: Policy) -> Pick:
    fact = policy.facts[literal[1:]]
    words = (*fact.label, *fact.names, *fact.question, *(fact.negated or ()))
    told = (text for clause in clauses for text in (clause.notation, *clause.label))
    value = ("yes:" if literal[0] == "+" else "no:") + code_of(fact.iri)
    return Pick(
        value,
        literal_text(literal, policy),
        fact.iri,
        tuple(clause.iri for clause in clauses),
        fold_name(" ".join((*words, *told))),
    )
