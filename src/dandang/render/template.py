"""An empty case file, with the facts that chosen clauses ask for and their questions as comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dandang.messages import Text
from dandang.model import Clause, Condition, ConditionGroup, FactCondition, Policy
from dandang.namespaces import PREFIXES, shorten


def case_template(clauses: Iterable[Clause], policy: Policy, lang: str) -> str:
    """A YAML case file to fill in. All facts are unknown until somebody says otherwise."""
    head = Text(
        "# 值写 yes（是）、no（否）、unknown（不明）或 contested（有争议）；没有写的一律是不明\n",
        "# values: yes, no, unknown or contested; what is not stated is unknown\n",
    )
    lines = [head.in_(lang) + "id: 2018-001", "title: ", "on: ", "cadre: {rank: , post: , lion: unknown}"]
    lines += [f"domain:   # {' / '.join(policy.label(iri).in_(lang) for iri in policy.schemes['domain'])}", "summary: "]
    facts = list(_facts(clauses, policy, lang))
    lines += ["facts:", *facts] if facts else ["facts: {}"]
    return "\n".join([*lines, "sanctions: []", "claims: []", ""])


def _facts(clauses: Iterable[Clause], policy: Policy, lang: str) -> Iterator[str]:
    """A line for each fact type that the clauses ask for, once, in the order of the text."""
    seen: set[str] = set()
    for clause in clauses:
        fresh = [iri for iri in asked_facts(clause, policy) if iri not in seen]
        if fresh:
            yield f"  # {clause.notation} {clause.label.in_(lang)}"
        for iri in dict.fromkeys(fresh):
            fact = policy.facts[iri]
            yield f"  {_key(fact.label.in_(lang))}: unknown   # {fact.question.in_(lang)}"
        seen.update(fresh)


def case_template_turtle(clauses: Iterable[Clause], policy: Policy, lang: str) -> str:
    """A case graph in Turtle to fill in."""
    lines = [
        "@base <https://w3id.org/dandang/id/cases/> .",
        *(
            f"@prefix {name}: <{PREFIXES[name]}> ."
            for name in ("dd", "dcterms", "domain", "fact", "measure", "rank", "wh", "xsd")
        ),
        "",
        Text(
            "# 值写 dd:yes、dd:no、dd:unknown 或 dd:contested", "# values: dd:yes, dd:no, dd:unknown or dd:contested"
        ).in_(lang),
        "<2018-001> a dd:Case ;",
        '  dcterms:identifier "2018-001" ;',
        '  # dcterms:title ""@zh ; dd:conductDate "2018-09-01"^^xsd:date ;',
    ]
    seen: set[str] = set()
    for clause in clauses:
        fresh = [iri for iri in dict.fromkeys(asked_facts(clause, policy)) if iri not in seen]
        seen.update(fresh)
        lines += [f"  # {clause.notation} {clause.label.in_(lang)}"] if fresh else []
        lines += [
            f"  dd:hasFact [ a dd:Fact ; dd:factType <{iri}> ; dd:value dd:unknown ] ;  # {policy.facts[iri].question.in_(lang)}"
            for iri in fresh
        ]
    ranks = " ".join(shorten(iri) for iri in policy.schemes["rank"])
    lines += ["  dd:cadre <2018-001#cadre> .", "", f"<2018-001#cadre> a dd:Cadre .  # dd:rank: {ranks}", ""]
    return "\n".join(lines)


def asked_facts(clause: Clause, policy: Policy) -> list[str]:
    """The fact types that a clause asks for, in the order of its conditions."""
    return [iri for part in policy.effective_conditions(clause) for iri in _asked(part)]


def _asked(condition: Condition) -> Iterator[str]:
    if isinstance(condition, FactCondition):
        yield condition.fact
    elif isinstance(condition, ConditionGroup):
        for member in condition.members:
            yield from _asked(member)


def _key(name: str) -> str:
    """A name as a YAML key: in single quotes where a plain one would be read as something else."""
    return "'" + name.replace("'", "''") + "'" if any(sign in name for sign in ":#'\"{}[],&*?|") else name
