"""Condition trees + facts → explanation nodes. Each node's value is the fold of its premises' values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dandang.assessment.logic import all_of, any_of, fold
from dandang.assessment.rules import Rules
from dandang.model import (
    Case,
    Clause,
    ClauseCondition,
    Condition,
    ConditionGroup,
    Explanation,
    Fact,
    FactCondition,
    Policy,
    Reading,
    State,
    Truth,
)


class View(NamedTuple):
    """What conditions are looked at with: the facts, a reading, the clauses explained so far by list, and the effective conditions explained
    so far, which several clauses may share."""

    rules: Rules
    facts: Mapping[str, Fact]
    reading: Reading
    on: str
    clauses: Mapping[str, tuple[Explanation, ...]]
    explained: dict[tuple[str, Reading], Explanation]


def view_of(case: Case, policy: Policy, reading: Reading, *, rules: Rules | None = None) -> View:
    """The view of a case under a reading. Many cases: keep the policy's `Rules`."""
    return View(rules or Rules(policy), {fact.type: fact for fact in case.facts}, reading, case.on, {}, {})


def explain_condition(condition: Condition, view: View) -> Explanation:
    """The explanation of a condition."""
    if isinstance(condition, FactCondition):
        return _explain_fact(condition, view)
    if isinstance(condition, ClauseCondition):
        return _explain_clauses(condition, view)
    return _explain_group(condition, view)


def _explain_fact(condition: FactCondition, view: View) -> Explanation:
    fact = view.facts.get(condition.fact)
    known = fact.value if fact else None
    value = None if known is None else known is condition.required
    return Explanation(condition.fact, "fact", value, None, None, (), fact, condition.required, condition)


def _explain_clauses(condition: ClauseCondition, view: View) -> Explanation:
    """Whether any clause of the list applies, the clauses being explained at their own place; or that none does, with the clauses as
    premises: what keeps a clause from applying has to be seen at that clause."""
    clauses = view.clauses.get(condition.clauses, ())
    applies = any_of(node.value for node in clauses if node.state != "not_in_force")
    value = None if applies is None else applies is condition.required
    node = Explanation(condition.clauses, "clauses", value, required=condition.required, condition=condition)
    return node if condition.required else node._replace(operator="anyOf", premises=clauses)


def _explain_group(condition: ConditionGroup, view: View) -> Explanation:
    operator = condition.operator_in(view.reading)
    premises = tuple([explain_condition(member, view) for member in condition.members])
    value = fold(operator, [premise.value for premise in premises])
    return Explanation(condition.iri, "group", value, operator, None, premises, None, None, condition)


def reads_alike(node: Explanation) -> bool:
    """Whether a node is the same under every reading: nothing in it has an operator of its own in the strict one or looks at other clauses."""
    if node.kind == "fact":
        return True
    if node.kind == "clauses" or (isinstance(node.condition, ConditionGroup) and node.condition.strict):
        return False
    return all(map(reads_alike, node.premises))


def explain_clause(clause: Clause, view: View) -> Explanation:
    """The explanation of a clause: all of its effective conditions."""
    premises = tuple([_explain_part(part, view) for part in view.rules.conditions(clause)])
    value = all_of([premise.value for premise in premises]) if premises else None
    node = Explanation(clause.iri, "clause", value, "allOf", premises=premises)
    return node._replace(state=state_of(node, clause, view.on))


def _explain_part(part: Condition, view: View) -> Explanation:
    """The explanation of one effective condition: made once for the clauses that share it, and once for all cases that are silent on it."""
    key = part.iri, view.reading
    found = view.explained.get(key)
    if found is None:
        kept = view.rules.silent if view.rules.is_silent(part, view.facts) else view.explained
        found = view.explained[key] = kept.get(key) or explain_condition(part, view)
        kept[key] = found
    return found


def state_of(node: Explanation, clause: Clause, on: str) -> State:
    """The state of a clause: its value, and for an unknown one whether its setting is established."""
    if not in_force(clause, on):
        return "not_in_force"
    if node.value is True:
        return "applies"
    if node.value is False:
        return "excluded"
    return "could_apply" if setting_value(node) else "open"


def in_force(clause: Clause, on: str) -> bool:
    """Whether a clause is in force on a date, as far as known: an unknown limit excludes nothing."""
    if not on:
        return True
    return not (clause.valid_from and on < clause.valid_from) and not (clause.valid_until and on > clause.valid_until)


def clauses_in(node: Explanation) -> Iterator[Explanation]:
    """The clauses of a part; not those that a clause's own conditions look at."""
    if node.kind == "clause":
        yield node
        return
    for premise in node.premises:
        yield from clauses_in(premise)


def settings(node: Explanation) -> list[Explanation]:
    """The topmost nodes that are marked as setting; those of other clauses are not this clause's."""
    if node.condition is not None and node.condition.setting:
        return [node]
    found: list[Explanation] = []
    _collect_settings(node, found)
    return found


def _collect_settings(node: Explanation, found: list[Explanation]) -> None:
    """Adds the settings below a node."""
    for premise in node.premises if node.kind != "clauses" else ():
        if premise.condition is not None and premise.condition.setting:
            found.append(premise)
        elif premise.premises:
            _collect_settings(premise, found)


def setting_value(node: Explanation) -> Truth:
    """Whether the case is placed under the clause at all; unknown where the clause marks no setting."""
    marked = settings(node)
    return all_of(found.value for found in marked) if marked else None
