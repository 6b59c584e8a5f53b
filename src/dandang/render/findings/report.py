"""What every format of findings draws on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dandang.messages import Text
from dandang.model import Finding, Policy, Rule

SEVERITIES: Mapping[str, tuple[str, Text]] = {
    "error": ("✗", Text("错误", "error")),
    "warning": ("!", Text("注意", "warning")),
    "info": ("·", Text("提示", "info")),
}


class Report(NamedTuple):
    """The language, the rules that findings come from by their slug, the policy that they cite, and the software's version."""

    lang: str
    rules: Mapping[str, Rule]
    policy: Policy
    software: str

    def say(self, zh: str, en: str) -> str:
        """One of two texts, by the language of the report."""
        return zh if self.lang == "zh" else en

    def grounds(self, finding: Finding | Rule) -> list[tuple[str, str]]:
        """The clauses that a finding or a rule rests on: (name, quote); the quote is empty where the source has none."""
        found = []
        for iri in finding.cites:
            clause = self.policy.clauses.get(iri)
            label = self.policy.label(iri).in_(self.lang)
            name = f"{clause.notation} {label}" if clause else label
            found.append((name, clause.quote.exact if clause and clause.quote else ""))
        return found
