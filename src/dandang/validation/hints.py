"""Hints that name what is the claimed clause's own: the shapes know no clause, and an example of another clause misleads."""

from __future__ import annotations

from collections.abc import Iterator

from dandang.messages import Text
from dandang.model import Condition, FactCondition, Policy
from dandang.validation.rules import Result

_SETTING = "claim-setting-stated"


def own_hint(result: Result, policy: Policy) -> Text | None:
    """The hint for a result in place of its rule's, where it can say more; None elsewhere."""
    clause = policy.clauses.get(result.value)
    if result.rule.slug != _SETTING or clause is None or clause.condition is None:
        return None
    labels = [policy.label(iri) for iri in dict.fromkeys(_settings(clause.condition))]
    if not labels:
        return None
    zh = "、".join("“" + label.zh.replace("“", "‘").replace("”", "’") + "”" for label in labels)
    en = "; ".join(f'"{label.en}"' for label in labels)
    number = Text("中的一项", "one of ") if len(labels) > 1 else Text("", "")
    return Text(
        f"请写明{clause.notation}所述的情境，即事实{zh}{number.zh}；不属于这一情境的，撤去这项申请",
        f"State the situation of {clause.notation}: {number.en}{en}; if the case is not in it, withdraw the claim",
    )


def _settings(condition: Condition, inside: bool = False) -> Iterator[str]:
    """The fact types by which a case is in the situation that a condition names."""
    inside = inside or condition.setting
    if isinstance(condition, FactCondition):
        if inside and condition.required:
            yield condition.fact
    else:
        for member in getattr(condition, "members", ()):
            yield from _settings(member, inside)
