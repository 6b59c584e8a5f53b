"""How a failure flows through the documents: lists, facts and outcomes, and what leads from one to the next.

All of it is read from the rows of queries/pages/map.rq: a further document joins the flow by what its graph says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from dandang.messages import Text
from dandang.model import ConditionGroup, Term
from dandang.namespaces import DD, RDF
from dandang.web.behind import answer, page_query
from dandang.web.library import Library
from dandang.web.views.clause import lifting

#: What leads from one thing to the next, where the kind of step says it all.
KINDS: dict[str, Text] = {
    "and": Text("并且须有", "and also needs"),
    "condition": Text("成立后，才适用", "once it holds, opens"),
    "precondition": Text("全部满足，才适用", "all of them met, opens"),
    "outcome": Text("带来", "brings about"),
    "establishes": Text("可以使其成立", "can make hold"),
    "excludes": Text("使其不适用", "keeps from applying"),
}
#: The kinds that cut into the flow rather than carry it on.
CUTTING = ("lifts", "excludes")


class Step(NamedTuple):
    """One thing leading to the next; ends are clauses where the graph says so of a clause, `by` is what says it."""

    source: str
    kind: str
    target: str
    certainty: str = ""
    by: str = ""


class Flow(NamedTuple):
    """The nodes (lists, facts, outcomes, registers of cadres) in the order of the documents, and the steps between them."""

    nodes: tuple[str, ...]
    steps: tuple[Step, ...]

    def parts(self, library: Library) -> list[tuple[str, ...]]:
        """The nodes that hang together, the largest group first."""
        near: dict[str, set[str]] = {node: set() for node in self.nodes}
        for step in self.steps:
            one, other = node_of(step.source, library), node_of(step.target, library)
            near[one].add(other)
            near[other].add(one)
        found: list[tuple[str, ...]] = []
        left = list(self.nodes)
        while left:
            group, waiting = {left[0]}, [left[0]]
            while waiting:
                fresh = near[waiting.pop()] - group
                group |= fresh
                waiting += fresh
            found.append(tuple(node for node in self.nodes if node in group))
            left = [node for node in left if node not in group]
        return sorted(found, key=len, reverse=True)


def node_of(iri: str, library: Library) -> str:
    """The node that stands for a thing: the list of a clause, else itself."""
    clause = library.policy.clauses.get(iri)
    return clause.clause_list if clause else iri


@lru_cache(maxsize=2)
def flow(library: Library) -> Flow:
    """The flow through all documents of a library."""
    steps = tuple(_steps(library))
    named = [end for step in steps for end in (step.source, step.target)]
    nodes = dict.fromkeys((*library.policy.lists, *(node_of(end, library) for end in named)))
    return Flow(tuple(nodes), steps)


def _steps(library: Library) -> Iterator[Step]:
    rows = [tuple(map(_value, row)) for row in answer(page_query("map"), library).rows]
    gates: dict[str, list[tuple[int, str, str]]] = {}
    for source, kind, target, ordinal, certainty, _ in rows:
        if kind == "condition":
            gates.setdefault(target, []).append((int(ordinal or 0), source, certainty))
    for target, members in gates.items():
        yield from _gate(target, sorted(members), library)
    facts = {source for members in gates.values() for _, source, _ in members}
    for source, kind, target, _, certainty, by in rows:
        if kind == "establishes" and by in facts:
            yield Step(source, kind, by, certainty)
        elif kind != "condition":
            yield Step(source, kind, target, certainty, by)


def _gate(target: str, members: list[tuple[int, str, str]], library: Library) -> Iterator[Step]:
    """The members of a list's condition: one after the other where all are needed, in the order of the text; else side by side."""
    condition = library.policy.lists[target].condition
    if isinstance(condition, ConditionGroup) and condition.operator == "anyOf":
        yield from (Step(source, "condition", target, certainty) for _, source, certainty in members)
        return
    for (_, source, certainty), (_, following, _) in pairwise(members):
        yield Step(source, "and", following, certainty)
    yield Step(members[-1][1], "condition", target, members[-1][2])


def _value(term: Term | None) -> str:
    return term.value if term else ""


def kind_of(iri: str, library: Library) -> str:
    """What a node is: list, fact, register or outcome."""
    if iri in library.policy.lists:
        return "list"
    if iri in library.policy.facts:
        return "fact"
    return "register" if DD + "CadreList" in library.index.values(iri, RDF + "type") else "outcome"


# --- as text ----------------------------------------------------------------------------------------------------------


class Line(NamedTuple):
    """A line of the text: the step that leads here (none for what begins a flow), the clause or node, and what follows."""

    step: Step | None
    iri: str
    below: tuple[Line, ...]


def words_of(step: Step, library: Library) -> Text:
    """How a step leads on. What a list lifts is said in the words of its effects: one permits exemption, another lighter treatment."""
    if step.kind != "lifts":
        return KINDS[step.kind]
    policy = library.policy
    side = policy.clauses.get(step.source) or policy.lists[step.source]
    effects = [library.label(iri) for iri in dict.fromkeys(effect.iri for effect in lifting(side, policy))]
    zh, en = (dict.fromkeys(text.in_(lang) for text in effects) for lang in ("zh", "en"))
    return Text(
        f"适用时，{'、'.join(zh)}，所涉责任来自",
        f"where one applies, the cadre {', or '.join(en)}, for what follows from",
    )


def told(library: Library) -> tuple[Line, ...]:
    """The flow as a nested list: every step once, under what it starts from; the largest part first."""
    found = flow(library)
    reached = {node_of(step.target, library) for step in found.steps if step.kind not in CUTTING}
    left = list(found.steps)

    def follows(step: Step, iri: str) -> bool:
        # A clause is left by its own steps and by those of its list; a list by those of all its clauses.
        return step.source in (iri, node_of(iri, library)) or node_of(step.source, library) == iri

    def line(iri: str, step: Step | None) -> Line:
        steps = [following for following in left if follows(following, iri)]
        for following in steps:
            left.remove(following)
        return Line(step, iri, tuple(line(following.target, following) for following in steps))

    return tuple(line(iri, None) for part in found.parts(library) for iri in part if iri not in reached)
