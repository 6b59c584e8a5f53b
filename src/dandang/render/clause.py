"""A clause, a condition, and two clauses side by side, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dandang.messages import Text
from dandang.model import (
    Clause,
    ClauseCondition,
    Comparison,
    Condition,
    ConditionGroup,
    FactCondition,
    Policy,
)
from dandang.render.phrases import (
    literal_text,
)
from dandang.render.wording import NONE_OF, OPERATORS, colon


def clause_text(clause: Clause, policy: Policy, lang: str) -> str:
    """A clause whole: quote, translation, conditions, effects, relations."""
    document = policy.documents[clause.document]
    lines = [
        f"{clause.notation} {clause.label.in_(lang)}",
        f"{document.notation} 《{document.title}》" if document.title else document.notation,
    ]
    if clause.quote:
        place = Text(
            f"来源文本第 {clause.quote.start + 1}–{clause.quote.end} 字",
            f"text of the source, characters {clause.quote.start + 1}–{clause.quote.end}",
        )
        lines += ["", f"「{clause.quote.exact}」", f"  {place.in_(lang)}"]
    if lang == "en" or not clause.quote:
        lines += [f"  {clause.translation}", "  (translation by this project)"]
    lines += [
        "",
        *_conditions(clause, policy, lang),
        *_effects(clause, policy, lang),
        *_validity(clause, lang),
        *_relations(clause, policy, lang),
    ]
    return "\n".join([*lines, "", clause.iri])


def _conditions(clause: Clause, policy: Policy, lang: str) -> Iterator[str]:
    yield Text("条件", "Conditions").in_(lang)
    if clause.condition:
        yield from condition_lines(clause.condition, policy, lang, 1)
    shared = policy.lists.get(clause.clause_list)
    if shared and shared.condition:
        yield Text(f"  本类条款共同的前提（{shared.label.zh}）", f"  shared by its list ({shared.label.en})").in_(lang)
        yield from condition_lines(shared.condition, policy, lang, 2)
    for iri in shared.preconditions if shared else ():
        precondition = policy.clauses[iri]
        quote = precondition.quote.exact if precondition.quote else ""
        yield f"  {precondition.notation} {precondition.label.in_(lang)}  「{quote}」"
    for condition in policy.effective_conditions(clause):
        if isinstance(condition, ClauseCondition) and not condition.required:
            yield f"  {NONE_OF.in_(lang)}{colon(lang)}{policy.label(condition.clauses).in_(lang)}"


def _validity(clause: Clause, lang: str) -> Iterator[str]:
    """When a clause is in force, as far as the source says; an unknown limit is left open."""
    if clause.valid_from or clause.valid_until:
        unknown = Text("不明", "unknown").in_(lang)
        since, until = clause.valid_from or unknown, clause.valid_until or unknown
        yield Text(f"施行：{since} 至 {until}", f"In force: {since} to {until}").in_(lang)


def condition_lines(condition: Condition, policy: Policy, lang: str, depth: int) -> Iterator[str]:
    """A condition tree, a line for each condition, indented by depth."""
    indent = "  " * depth
    if isinstance(condition, FactCondition):
        need = "" if condition.required else Text("（须为否）", " (must be no)").in_(lang)
        yield f"{indent}· {policy.label(condition.fact).in_(lang)}{need}"
    elif isinstance(condition, ClauseCondition):
        yield f"{indent}· {OPERATORS['anyOf'].in_(lang)}{colon(lang)}{policy.label(condition.clauses).in_(lang)}"
    else:
        doubt = ""
        if condition.strict:
            strict = OPERATORS[condition.strict].in_(lang)
            doubt = Text(f"（文字未明；从严读法：{strict}）", f" (unclear in the text; strict reading: {strict})").in_(
                lang
            )
        elif condition.certainty.endswith("/underdetermined"):
            doubt = Text("（文字未明）", " (unclear in the text)").in_(lang)
        yield f"{indent}{OPERATORS[condition.operator].in_(lang)}{doubt}"
        for member in condition.members:
            yield from condition_lines(member, policy, lang, depth + 1)


def _effects(clause: Clause, policy: Policy, lang: str) -> Iterator[str]:
    for effect in policy.effects_of(clause):
        measures = "、".join(policy.label(iri).in_(lang) for iri in effect.measures)
        more = Text("等", " and others").in_(lang) if effect.closed is False else ""
        modality = policy.label(effect.modality).in_(lang)
        yield f"{Text('后果', 'Effect').in_(lang)}{colon(lang)}{modality} — {measures or effect.quote}{more}"


def _relations(clause: Clause, policy: Policy, lang: str) -> Iterator[str]:
    for mirror in policy.mirrors:
        if clause.iri in (mirror.circumstance, mirror.exemption):
            other = policy.clauses[mirror.exemption if clause.iri == mirror.circumstance else mirror.circumstance]
            certainty = policy.label(mirror.certainty).in_(lang)
            yield f"{Text('对应', 'Mirror').in_(lang)}{colon(lang)}{other.notation} {other.label.in_(lang)}{Text(f'（{certainty}）', f' ({certainty})').in_(lang)}"
            yield f"  {mirror.distinction.in_(lang)}"
    for note in policy.notes:
        if any(about.split("#")[0] == clause.iri for about in note.about):
            yield f"{Text('解释', 'Note').in_(lang)}{colon(lang)}{note.comment.in_(lang)}"


def condition_text(clause: Clause, condition: Condition, policy: Policy, lang: str) -> str:
    """A condition in plain words: where it stands, what it wants, what is unclear about it."""
    label = clause.label.in_(lang)
    lines = [
        Text(f"{clause.notation} {label}的一个条件", f"A condition of {clause.notation} {label}").in_(lang),
        *condition_lines(condition, policy, lang, 1),
    ]
    if isinstance(condition, FactCondition):
        lines.append(f"  {policy.facts[condition.fact].question.in_(lang)}")
        lines.append(f"  「{condition.phrase}」")
    if isinstance(condition, ConditionGroup):
        source, certainty = (policy.label(iri).in_(lang) for iri in (condition.source, condition.certainty))
        lines.append(Text(f"  这样读的根据：{source}；{certainty}", f"  read so from: {source}; {certainty}").in_(lang))
    for note in policy.notes:
        if condition.iri in note.about:
            lines.append(f"  {note.comment.in_(lang)}")
            lines += [Text(f"  另一种读法：{o.zh}", f"  another reading: {o.en}").in_(lang) for o in note.alternatives]
    return "\n".join([*lines, "", condition.iri])


def comparison_text(found: Comparison, policy: Policy, lang: str) -> str:
    """Two clauses side by side."""
    lines = []
    for clause in (found.left, found.right):
        lines += [f"{clause.notation} {clause.label.in_(lang)}", f"  「{clause.quote.exact if clause.quote else ''}」"]
    for title, pairs in (
        (Text("相同的事实", "Shared facts"), found.shared),
        (Text("相反的事实", "Contrary facts"), found.contrary),
        (Text("相近而不同的事实", "Near but different facts"), found.near),
    ):
        lines += _pairs(title, pairs, policy, lang)
    for clause, leaves in ((found.left, found.only_left), (found.right, found.only_right)):
        lines += ["", Text(f"只有 {clause.notation} 问到", f"Asked by {clause.notation} only").in_(lang)]
        lines += [f"  · {_required(leaf, policy, lang)}" for leaf in leaves]
    for mirror in found.mirrors:
        certainty = policy.label(mirror.certainty)
        lines += ["", Text(f"两条的对应（{certainty.zh}）", f"How they answer each other ({certainty.en})").in_(lang)]
        lines.append(f"  {mirror.distinction.in_(lang)}")
    return "\n".join(lines)


def _pairs(
    title: Text, pairs: Sequence[tuple[FactCondition, FactCondition]], policy: Policy, lang: str
) -> Iterator[str]:
    yield ""
    yield title.in_(lang) if pairs else Text(f"{title.zh}：无", f"{title.en}: none").in_(lang)
    for left, right in pairs:
        one, other = _required(left, policy, lang), _required(right, policy, lang)
        yield f"  · {one}" if one == other else f"  · {one} — {other}"


def _required(leaf: FactCondition, policy: Policy, lang: str) -> str:
    return literal_text(("+" if leaf.required else "-") + leaf.fact, policy).in_(lang)
