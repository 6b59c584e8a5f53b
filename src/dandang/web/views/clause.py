"""A clause page's values."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from dandang.messages import Text
from dandang.model import Clause, ClauseList, Document, Effect, Mirror, Note, Policy, Truth
from dandang.namespaces import DD, RDFS
from dandang.web.library import Library
from dandang.web.views.cite import Citation, citation
from dandang.web.views.procedure import Procedure, procedures_of
from dandang.web.views.tree import Node, conditions_in, facts_in, tree_of

KINDS: dict[str, Text] = {
    "AccountabilityCircumstance": Text("问责情形", "Accountability circumstance"),
    "SanctionTrack": Text("问责处理", "Sanction track"),
    "Exclusion": Text("不予容错的情形", "Exclusion from tolerance"),
    "ExemptionClause": Text("容错条款", "Exemption clause"),
    "Precondition": Text("容错前提", "Precondition of exemption"),
    "ListExit": Text("退出情形", "List exit"),
    "Criterion": Text("标准", "Criterion"),
    "IncentiveMeasure": Text("激励措施", "Incentive measure"),
}


class MirrorView(NamedTuple):
    """A mirror seen from one of its two clauses."""

    mirror: Mirror
    other: Clause


class Consequence(NamedTuple):
    """Another document's clause that asks for what this clause brings about, or the other way round."""

    other: Clause
    fact: str
    outcome: str
    brings: bool


class DefeatView(NamedTuple):
    """A declared relation of this clause's list to another: what lifts the consequences of what. `outcomes` are what the lifting
    side permits, so that lighter treatment is not called exemption."""

    iri: str
    other: ClauseList
    certainty: str
    comment: Text
    defeats: bool
    outcomes: tuple[str, ...]


class ExclusionView(NamedTuple):
    """A declared relation by which no clause of one list applies while any clause of another does, with those clauses."""

    iri: str
    other: ClauseList
    certainty: str
    comment: Text
    clauses: tuple[Clause, ...]


class TensionView(NamedTuple):
    """Two clauses that pull against each other."""

    iri: str
    others: tuple[str, ...]
    comment: Text


class PreconditionView(NamedTuple):
    """A precondition with its condition."""

    clause: Clause
    tree: Node | None


class ClauseView(NamedTuple):
    """All that a clause page shows."""

    clause: Clause
    kind: Text
    document: Document
    clauses: tuple[Clause, ...]
    previous: Clause | None
    following: Clause | None
    shared: ClauseList | None
    shared_tree: Node | None
    tree: Node | None
    preconditions: tuple[PreconditionView, ...]
    effects: tuple[Effect, ...]
    combinable: tuple[str, ...]
    usable_alone: Truth
    rank: str
    mirrors: tuple[MirrorView, ...]
    defeats: tuple[DefeatView, ...]
    excluded_by: tuple[ExclusionView, ...]
    excludes: tuple[ExclusionView, ...]
    procedures: tuple[Procedure, ...]
    tensions: tuple[TensionView, ...]
    notes: tuple[Note, ...]
    shared_notes: tuple[Note, ...]
    consequences: tuple[Consequence, ...]
    required_by: tuple[ClauseList, ...]
    citation: Citation | None


def clause_view(clause: Clause, library: Library) -> ClauseView:
    """The values of a clause's page."""
    policy = library.policy
    shared = policy.lists.get(clause.clause_list)
    siblings = tuple(found for found in policy.clauses.values() if found.document == clause.document)
    position = siblings.index(clause)
    alone = library.index.value(clause.iri, DD + "usableAlone")
    return ClauseView(
        clause=clause,
        kind=KINDS[clause.kind],
        document=policy.documents[clause.document],
        clauses=siblings,
        previous=siblings[position - 1] if position else None,
        following=siblings[position + 1] if position + 1 < len(siblings) else None,
        shared=shared,
        shared_tree=tree_of(shared.condition, policy) if shared and shared.condition else None,
        tree=tree_of(clause.condition, policy) if clause.condition else None,
        preconditions=_preconditions(shared, policy),
        effects=policy.effects_of(clause),
        combinable=clause.combinable_with,
        usable_alone={"true": True, "false": False}.get(alone),
        rank=library.index.value(clause.iri, DD + "forRank"),
        mirrors=_mirrors(clause, policy),
        defeats=tuple(_defeats(clause, policy)),
        excluded_by=tuple(_exclusions(clause, policy, defeated=True)),
        excludes=tuple(_exclusions(clause, policy, defeated=False)),
        procedures=procedures_of(clause.clause_list, library),
        tensions=tuple(_tensions(clause, library)),
        notes=_own_notes(clause, policy),
        shared_notes=_shared_notes(clause, policy),
        consequences=tuple(_consequences(clause, policy)),
        required_by=tuple(found for found in policy.lists.values() if clause.iri in found.preconditions),
        citation=citation(clause, library, date.today().isoformat()),
    )


def _preconditions(shared: ClauseList | None, policy: Policy) -> tuple[PreconditionView, ...]:
    clauses = (policy.clauses[iri] for iri in (shared.preconditions if shared else ()))
    return tuple(PreconditionView(c, tree_of(c.condition, policy) if c.condition else None) for c in clauses)


def _mirrors(clause: Clause, policy: Policy) -> tuple[MirrorView, ...]:
    found = []
    for mirror in policy.mirrors:
        if clause.iri in (mirror.circumstance, mirror.exemption):
            other = mirror.exemption if clause.iri == mirror.circumstance else mirror.circumstance
            found.append(MirrorView(mirror, policy.clauses[other]))
    # What the text itself brings close comes before what is only inferred.
    return tuple(sorted(found, key=lambda view: view.mirror.certainty.endswith("/inference")))


def _defeats(clause: Clause, policy: Policy) -> list[DefeatView]:
    found = []
    for defeat in policy.defeats:
        if not defeat.excludes and clause.clause_list in (defeat.defeater, defeat.defeated):
            defeats = clause.clause_list == defeat.defeater
            other = policy.lists[defeat.defeated if defeats else defeat.defeater]
            outcomes = dict.fromkeys(effect.outcome for effect in lifting(clause if defeats else other, policy))
            found.append(
                DefeatView(defeat.iri, other, defeat.certainty, defeat.comment, defeats, tuple(filter(None, outcomes)))
            )
    return found


def lifting(side: Clause | ClauseList, policy: Policy) -> list[Effect]:
    """The effects by which a clause, or a list with its clauses, lifts what follows from another list."""
    if isinstance(side, Clause):
        return list(policy.effects_of(side))
    return [*side.effects, *(effect for clause in policy.clauses_of(side.iri) for effect in clause.effects)]


def _exclusions(clause: Clause, policy: Policy, *, defeated: bool) -> list[ExclusionView]:
    """The lists whose clauses exclude this one, or those that this one excludes."""
    found = []
    for defeat in policy.defeats:
        own, other = (defeat.defeated, defeat.defeater) if defeated else (defeat.defeater, defeat.defeated)
        if defeat.excludes and own == clause.clause_list:
            clauses = policy.clauses_of(other)
            found.append(ExclusionView(defeat.iri, policy.lists[other], defeat.certainty, defeat.comment, clauses))
    return found


def _tensions(clause: Clause, library: Library) -> list[TensionView]:
    found = []
    for iri in library.index.of_type(DD + "Tension"):
        between = library.index.values(iri, DD + "between")
        if any(part.partition("#")[0] == clause.iri for part in between):
            others = tuple(part for part in between if part.partition("#")[0] != clause.iri)
            found.append(TensionView(iri, others, library.texts(iri, RDFS + "comment")))
    return found


def _own_notes(clause: Clause, policy: Policy) -> tuple[Note, ...]:
    """Notes about the clause or its parts that no line of the condition tree carries already."""
    shown = {node.iri for node in conditions_in(clause.condition)} if clause.condition else set()
    own = (note for note in policy.notes if any(part == clause.iri or _inside(part, clause) for part in note.about))
    return tuple(note for note in own if not shown.intersection(note.about))


def _shared_notes(clause: Clause, policy: Policy) -> tuple[Note, ...]:
    """Notes about the clause's list and the effects that the whole list shares."""
    about = {clause.clause_list, *(effect.iri for effect in policy.effects_of(clause))}
    own = set(_own_notes(clause, policy))
    return tuple(note for note in policy.notes if note not in own and about.intersection(note.about))


def _inside(part: str, clause: Clause) -> bool:
    return part.startswith(clause.iri + "#")


def _consequences(clause: Clause, policy: Policy) -> list[Consequence]:
    """Links between documents that do not name each other: the kind of outcome joins them."""
    found = [
        Consequence(other, fact, outcome, True)
        for outcome, fact in _facts_by_outcome(policy)
        if any(effect.outcome == outcome for effect in clause.effects)
        for other in policy.clauses.values()
        if other.iri != clause.iri and _asks_for(other, fact)
    ]
    found += [
        Consequence(other, fact, outcome, False)
        for outcome, fact in _facts_by_outcome(policy)
        if _asks_for(clause, fact)
        for other in policy.clauses.values()
        if other.iri != clause.iri and any(effect.outcome == outcome for effect in other.effects)
    ]
    return found


def _facts_by_outcome(policy: Policy) -> list[tuple[str, str]]:
    return [
        (basis, fact.iri) for fact in policy.facts.values() for basis in fact.established_by if "/outcome/" in basis
    ]


def _asks_for(clause: Clause, fact: str) -> bool:
    return clause.condition is not None and any(leaf.fact == fact for leaf in facts_in(clause.condition))
