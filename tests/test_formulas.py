"""The condition trees as formulas, in one file that a lawyer can hold against the article.

`&` all, `|` any, `!` must be no, `?` the text leaves the connective open, `…` the list is open. Where the strict reading differs, both operators
stand: `|/&`. To see today's formulas: `python tests/test_formulas.py`.
"""

from __future__ import annotations

from pathlib import Path

from dandang.model import ClauseCondition, Condition, FactCondition, Policy
from dandang.policy import load_policy

EXPECTED = Path(__file__).parent / "expected" / "formulas.txt"
SIGNS = {"allOf": "&", "anyOf": "|"}


def formula(condition: Condition, policy: Policy, *, top: bool = True) -> str:
    if isinstance(condition, FactCondition):
        return ("" if condition.required else "!") + policy.label(condition.fact).zh
    if isinstance(condition, ClauseCondition):
        return f"<{policy.label(condition.clauses).zh}>"
    sign = SIGNS[condition.operator] + (f"/{SIGNS[condition.strict]}" if condition.strict else "")
    doubt = "?" if condition.certainty.endswith("/underdetermined") else ""
    inner = f" {sign}{doubt} ".join(formula(member, policy, top=False) for member in condition.members)
    more = " …" if condition.closed is False else ""
    return inner + more if top else f"({inner}{more})"


def marked(condition: Condition, policy: Policy) -> list[str]:
    """The conditions that place a case under the clause."""
    if condition.setting:
        return [formula(condition, policy)]
    return [found for member in getattr(condition, "members", ()) for found in marked(member, policy)]


def listing(policy: Policy) -> str:
    lines = []
    for clause in policy.clauses.values():
        if clause.condition:
            lines.append(f"{clause.notation:4}{formula(clause.condition, policy)}")
            lines += [f"      setting: {found}" for found in marked(clause.condition, policy)]
    for shared in policy.lists.values():
        if shared.condition:
            lines.append(f"{shared.iri.rsplit('/', 1)[-1]}  {formula(shared.condition, policy)}")
            lines += [f"      setting: {found}" for found in marked(shared.condition, policy)]
        for iri in shared.preconditions:
            lines.append(f"{shared.iri.rsplit('/', 1)[-1]}  requires {policy.clauses[iri].notation}")
    return "\n".join(lines) + "\n"


def test_formulas(policy: Policy) -> None:
    assert listing(policy) == EXPECTED.read_text(encoding="utf-8")


if __name__ == "__main__":
    print(listing(load_policy()), end="")
