"""The assessment of a case: every clause explained, and the outcome folded from the explanation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from dandang import __version__
from dandang.assessment.explain import (
    View,
    clauses_in,
    explain_clause,
    explain_condition,
    reads_alike,
    settings,
    view_of,
)
from dandang.assessment.logic import Literals, all_of, any_of, grounds, ways
from dandang.assessment.rules import Rules
from dandang.messages import Text
from dandang.model import (
    Advisory,
    Assessment,
    Case,
    Clause,
    ClauseAnswer,
    ClauseCondition,
    Explanation,
    Fact,
    LionAnswer,
    MissingSet,
    Policy,
    Reading,
    Receipt,
    Truth,
)
from dandang.namespaces import CONCEPTS

#: How the two questions combine (strong Kleene): accountability first, then exemption.
VERDICTS: dict[tuple[Truth, Truth], str] = {
    (True, True): "may_be_exempted",
    (True, False): "accountable",
    (True, None): "accountable_unless_exempted",
    **{(None, exemption): "undetermined" for exemption in (True, False, None)},
    **{(False, exemption): "not_established" for exemption in (True, False, None)},
}
EXEMPTION = CONCEPTS + "outcome/exemption"
_ORDER = ("applies", "could_apply", "open", "excluded", "not_in_force")


def assess(case: Case, policy: Policy, *, on: str = "", today: str = "") -> Assessment:
    """The assessment of a case under the policy; `on` overrides the conduct date, `today` the date of the receipt. Many cases: keep the
    policy's `Rules`."""
    return assess_under(Rules(policy), case, on=on, today=today)


def assess_under(rules: Rules, case: Case, *, on: str = "", today: str = "") -> Assessment:
    """The assessment of a case under rules that are ready."""
    policy, case = rules.policy, case._replace(on=on or case.on)
    tree = explain_case(case, policy, "recommended", rules=rules)
    nodes, facts = _clause_nodes(tree), {fact.type: fact for fact in case.facts}
    alike = {iri: node for iri, node in nodes.items() if reads_alike(node)}
    strict = explain_case(case, policy, "strict", known=alike, rules=rules)
    strictly = _clause_nodes(strict)
    answers = {iri: _answer(policy.clauses[iri], node, strictly[iri], rules, facts) for iri, node in nodes.items()}
    accountability, exemption = outcome(tree)
    today = today or date.today().isoformat()
    return Assessment(
        case=case,
        verdict=VERDICTS[accountability, exemption],
        readings={"recommended": VERDICTS[accountability, exemption], "strict": VERDICTS[outcome(strict)]},
        accountability=accountability,
        exemption=exemption,
        answers=dict(sorted(answers.items(), key=lambda item: _rank(item[1]))),
        lion=_lion(case, rules, answers),
        explanation=tree,
        receipt=Receipt(policy.digest, __version__, case.on, today),
        advisories=tuple(_advisories(case, policy, today)),
    )


# --- the explanation --------------------------------------------------------------------------------------------------


def explain_case(
    case: Case,
    policy: Policy,
    reading: Reading,
    *,
    known: Mapping[str, Explanation] = MappingProxyType({}),
    rules: Rules | None = None,
) -> Explanation:
    """The whole explanation under one reading: accountability, exemption, sanction tracks, list exits. `known` are clauses whose
    explanation another reading has given already."""
    rules = rules or Rules(policy)
    view = view_of(case, policy, reading, rules=rules)
    nodes: dict[str, tuple[Explanation, ...]] = {}
    for kind in ("AccountabilityCircumstance", "Exclusion", "ExemptionClause", "SanctionTrack", "ListExit"):
        for name, clauses in rules.lists.get(kind, {}).items():
            nodes[name] = tuple(known.get(clause.iri) or explain_clause(clause, view) for clause in clauses)
        view = view._replace(clauses=nodes)
    parts = (
        _accountability(view),
        _part("exemption", "anyOf", tuple(_exemptions(policy, nodes))),
        _part("relief", None, tuple(_relief(policy, nodes))),
        _part("exclusions", None, _nodes_of(rules, nodes, "Exclusion")),
        _part("sanctions", None, _nodes_of(rules, nodes, "SanctionTrack")),
        _part("list-exit", "anyOf", _nodes_of(rules, nodes, "ListExit")),
    )
    # Relief and exclusions are parts only where a document brings them.
    kept = tuple(part for part in parts if part.premises or part.about in ("accountability", "exemption"))
    return Explanation(case.id, "case", premises=kept)


def outcome(tree: Explanation) -> tuple[Truth, Truth]:
    """Accountability and exemption, as the explanation tells them."""
    parts = {part.about: part.value for part in tree.premises}
    return parts["accountability"], parts["exemption"]


def _nodes_of(rules: Rules, nodes: Mapping[str, tuple[Explanation, ...]], kind: str) -> tuple[Explanation, ...]:
    return tuple(node for name in rules.lists.get(kind, ()) for node in nodes[name])


def _accountability(view: View) -> Explanation:
    """The gate of the sanction tracks, with the circumstances explained inside it."""
    tracks = view.rules.lists.get("SanctionTrack", {})
    lists = view.rules.policy.lists.items()
    gates = [shared.condition for iri, shared in lists if iri in tracks and shared.condition]
    premises = tuple(_with_clauses(explain_condition(gate, view), view) for gate in gates)
    return _part("accountability", "anyOf", premises)


def _with_clauses(node: Explanation, view: View) -> Explanation:
    """The node with every clause condition opened to the clauses it asks about."""
    if isinstance(node.condition, ClauseCondition):
        return node._replace(operator="anyOf", premises=view.clauses.get(node.about, ()))
    return node._replace(premises=tuple(_with_clauses(premise, view) for premise in node.premises))


def _exemptions(policy: Policy, nodes: Mapping[str, tuple[Explanation, ...]]) -> Iterator[Explanation]:
    """The clauses that permit exemption, of the lists that a declared relation lets defeat accountability."""
    return (node for node in _defeaters(policy, nodes) if exempts(policy.clauses[node.about], policy))


def _relief(policy: Policy, nodes: Mapping[str, tuple[Explanation, ...]]) -> Iterator[Explanation]:
    """The clauses of the same lists that permit less than exemption: lighter or mitigated treatment."""
    return (node for node in _defeaters(policy, nodes) if not exempts(policy.clauses[node.about], policy))


def _defeaters(policy: Policy, nodes: Mapping[str, tuple[Explanation, ...]]) -> Iterator[Explanation]:
    lists = dict.fromkeys(defeat.defeater for defeat in policy.defeats if not defeat.excludes)
    return (node for name in lists for node in nodes.get(name, ()))


def exempts(clause: Clause, policy: Policy) -> bool:
    """Whether what a clause permits is exemption."""
    return any(effect.outcome == EXEMPTION for effect in policy.effects_of(clause))


def _part(name: str, operator: str | None, premises: tuple[Explanation, ...]) -> Explanation:
    in_force = [node.value for node in premises if node.state != "not_in_force"]
    value = any_of(in_force) if operator == "anyOf" else None
    return Explanation(name, "part", value, "anyOf" if operator == "anyOf" else None, premises=premises)


def _clause_nodes(tree: Explanation) -> dict[str, Explanation]:
    """The clauses of all parts; what a clause's own conditions look at stands in a part of its own."""
    return {node.about: node for part in tree.premises for node in clauses_in(part)}


# --- one clause -------------------------------------------------------------------------------------------------------


def _answer(
    clause: Clause, node: Explanation, strict: Explanation, rules: Rules, facts: Mapping[str, Fact]
) -> ClauseAnswer:
    state = node.state or "open"
    missing: tuple[MissingSet, ...] = ()
    if state == "could_apply":
        missing = _sorted(ways(node, True), node, rules)
    elif state == "open":
        missing = _unset(clause, node, rules, facts)
    decided = _sorted(grounds(node, node.value), node, rules) if node.value is not None else ()
    decisive = tuple(dict.fromkeys(literal for found in decided for literal in found))
    return ClauseAnswer(
        clause,
        state,
        {"recommended": state, "strict": strict.state or "open"},
        node,
        route=decided[0] if node.value and decided else (),
        missing=missing,
        excluded_by=decisive if state == "excluded" else (),
        cites=rules.cites(clause),
        divided_by=_divided(node, strict) if strict.state != state else (),
    )


def _unset(clause: Clause, node: Explanation, rules: Rules, facts: Mapping[str, Fact]) -> tuple[MissingSet, ...]:
    """What would establish the setting of an open clause: found once for all cases that are silent on it."""
    silent = rules.is_silent_on_setting(clause, facts)
    found = rules.unset.get(clause.iri) if silent else None
    if found is None:
        found = _sorted(ways(_all(settings(node)), True), node, rules)
    if silent:
        rules.unset[clause.iri] = found
    return found


def _divided(node: Explanation, strict: Explanation) -> tuple[str, ...]:
    """The conditions whose value differs between the readings because the text leaves their operator open; where none does
    (a sanction track), the list of clauses that the difference comes from."""
    pairs = [
        (one, other) for one, other in zip(node.walk(), strict.walk(), strict=True) if one.value is not other.value
    ]
    groups = [one.about for one, other in pairs if one.operator != other.operator]
    return tuple(groups or [one.about for one, _ in pairs if one.kind == "clauses"])


def _all(nodes: list[Explanation]) -> Explanation:
    return Explanation("", "group", all_of(node.value for node in nodes), "allOf", premises=tuple(nodes))


def _sorted(sets: tuple[Literals, ...], node: Explanation, rules: Rules) -> tuple[MissingSet, ...]:
    """Smaller sets first; inside a set, and between sets of a size, the order of the text."""
    order = rules.order(node)

    def position(literal: str) -> int:
        return order.get(literal[1:], len(order))

    lists = [tuple(sorted(found, key=position)) for found in sets]
    return tuple(sorted(lists, key=lambda found: (len(found), [position(literal) for literal in found])))


def _rank(answer: ClauseAnswer) -> tuple[int, int, str, int]:
    """Settled first, then nearest to settled; then the order of the text."""
    nearest = min((len(found) for found in answer.missing), default=0)
    clause = answer.clause
    return _ORDER.index(answer.state), nearest, clause.document, clause.ordinal


# --- the "lion" list --------------------------------------------------------------------------------------------------


def _lion(case: Case, rules: Rules, answers: Mapping[str, ClauseAnswer]) -> LionAnswer:
    on_list = case.cadre.on_list
    exits = [
        answer for answer in answers.values() if answer.clause.kind == "ListExit" and answer.state != "not_in_force"
    ]
    applying = tuple(answer.clause.iri for answer in exits if answer.state == "applies")
    if on_list is False:
        return LionAnswer(False, "not_listed")
    if applying:
        return LionAnswer(on_list, "exits", applying)
    triggers = tuple(_would_trigger(case, rules, answers))
    if triggers:
        return LionAnswer(on_list, "would_trigger", would_trigger=triggers)
    if exits and all(answer.state == "excluded" for answer in exits):
        return LionAnswer(on_list, "stays")
    return LionAnswer(on_list, "open")


def _would_trigger(case: Case, rules: Rules, answers: Mapping[str, ClauseAnswer]) -> Iterator[tuple[str, str, str]]:
    """(exit, track, outcome kind): exits that a sanction still only possible would bring about, by a new look at each exit
    with that track's outcome supposed. An inference: the documents do not name each other."""
    for answer in answers.values():
        if answer.clause.kind != "SanctionTrack" or answer.state not in ("applies", "could_apply"):
            continue
        for effect in answer.clause.effects:
            facts = tuple(
                Fact(iri, True, derived_from=effect.outcome) for iri in rules.established.get(effect.outcome, ())
            )
            if not facts:
                continue
            supposed = case._replace(facts=tuple({f.type: f for f in (*case.facts, *facts)}.values()))
            view = view_of(supposed, rules.policy, "recommended", rules=rules)
            for clause in (clause for exits in rules.lists.get("ListExit", {}).values() for clause in exits):
                if explain_clause(clause, view).state == "applies":
                    yield clause.iri, answer.clause.iri, effect.outcome


# --- advisories -------------------------------------------------------------------------------------------------------


def _advisories(case: Case, policy: Policy, today: str) -> Iterator[Advisory]:
    """What a reader should weigh that no rule decides: facts that suggest others, contested facts, unknown dates."""
    yield from _dates(case, policy, today)
    values = {fact.type: fact for fact in case.facts}
    for fact in case.facts:
        own = policy.facts.get(fact.type)
        if own is None:
            continue
        for suggested in own.suggests if fact.value else ():
            target = policy.facts.get(suggested)
            if target and (suggested not in values or values[suggested].value is None):
                yield Advisory(
                    "suggests",
                    Text(
                        f"“{own.label.zh}”很可能也意味着“{target.label.zh}”；这是解释，不是条文，未据此推断。请查明后写入案件。",
                        f'"{own.label.en}" likely also means "{target.label.en}"; that is interpretation, not text, and was '
                        "not inferred. Establish it and state it in the case.",
                    ),
                    (fact.type, suggested),
                )
        if fact.contested:
            yield Advisory(
                "contested",
                Text(f"“{own.label.zh}”有争议，按不明处理。", f'"{own.label.en}" is contested and counts as unknown.'),
                (fact.type,),
            )


def _dates(case: Case, policy: Policy, today: str) -> Iterator[Advisory]:
    """What the conduct date leaves open of the verdict itself: conduct that is still to come; conduct before the day a document was
    reported, where the source does not say from when the document holds; and conduct of an unknown day, where a document says it."""
    if case.on > today:
        yield Advisory(
            "date-in-future",
            Text(
                f"行为日期（{case.on}）晚于今天（{today}），请核对；尚未发生的事，谈不上问责。",
                f"The conduct date ({case.on}) is later than today ({today}): check it. What has not happened yet, nobody answers for.",
            ),
        )
    dated = [d for d in policy.documents.values() if not case.on and (d.valid_from or d.valid_until)]
    if dated:
        zh = "、".join(f"{d.notation}（{d.valid_from or '不明'}至{d.valid_until or '不明'}）" for d in dated)
        en = ", ".join(f"{d.notation} ({d.valid_from or 'unknown'} to {d.valid_until or 'unknown'})" for d in dated)
        yield Advisory(
            "date-unknown",
            Text(
                f"行为日期未说明；{zh}只在所示期间施行，这里没有因此排除。请写明行为日期。",
                f"The conduct date is not stated. In force only between the dates shown: {en}; nothing was excluded for it. "
                "State the date.",
            ),
            tuple(document.iri for document in dated),
        )
    early = [
        d for d in policy.documents.values() if case.on and not d.valid_from and case.on < d.reported_on and d.notation
    ]
    if early:
        names, day = "、".join(document.notation for document in early), max(document.reported_on for document in early)
        yield Advisory(
            "date-unknown",
            Text(
                f"行为日期早于报道日期（{day}）；{names} 自何时施行，来源没有说明，这里没有据此排除。",
                f"The conduct is earlier than the report ({day}); from when {names} apply the source does not say, and nothing "
                "was excluded for it.",
            ),
            tuple(document.iri for document in early),
        )
