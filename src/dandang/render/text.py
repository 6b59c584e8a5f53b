"""Assessments, clauses and findings as text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from dandang.messages import Text
from dandang.model import (
    Assessment,
    Clause,
    ClauseAnswer,
    ClauseCondition,
    Comparison,
    Condition,
    ConditionGroup,
    Document,
    Explanation,
    FactCondition,
    Finding,
    MissingSet,
    Policy,
    Question,
)
from dandang.namespaces import RDFS, SH, SKOS, shorten
from dandang.render.phrases import (
    DISCLAIMER,
    INFERENCE,
    LION,
    STATES,
    VERDICTS,
    clauses_of_part,
    divided_text,
    effect_text,
    literal_text,
    literals_text,
    question_text,
    residual,
    rests_on_inference,
    verdict_sentence,
)


class Properties(Protocol):
    """Where texts about a thing are looked up."""

    def langs(self, subject: str, predicate: str, /) -> Mapping[str, list[str]]:
        """Literals by language."""


_KINDS = (
    ("AccountabilityCircumstance", Text("问责情形", "Accountability circumstances")),
    ("SanctionTrack", Text("处理", "Sanction tracks")),
    ("ExemptionClause", Text("容错情形", "Exemption clauses")),
    ("relief", Text("从轻、减轻的情形", "Clauses for lighter or mitigated treatment")),
    ("Exclusion", Text("不予容错的情形", "Exclusions from tolerance")),
    ("ListExit", Text("“狮子型”干部退出", 'Exits from the "lion" list')),
)


def assessment_text(
    answer: Assessment, policy: Policy, lang: str, *, questions: Sequence[Question] = (), full: bool = False
) -> str:
    """The report of one case: verdict, what is missing, every clause, what to ask; with `full`, the whole explanation."""
    lines = [*_head(answer, policy, lang)]
    relief = clauses_of_part(answer, "relief")
    for kind, title in _KINDS:
        answers = [
            a for a in answer.answers.values() if kind == ("relief" if a.clause.iri in relief else a.clause.kind)
        ]
        if not answers:
            continue
        answers.sort(key=lambda found: (found.state not in ("applies", "could_apply"), _nearness(found)))
        lines += ["", title.in_(lang), *_clauses(answers, policy, lang)]
    lines += ["", *_lion(answer, policy, lang), *_advisories(answer, lang)]
    lines += _questions(questions, policy, lang)
    if full:
        lines += ["", Text("说明", "Explanation").in_(lang), *_tree(answer.explanation, policy, lang, 0)]
    return "\n".join([*lines, "", *_foot(answer, lang)])


def _head(answer: Assessment, policy: Policy, lang: str) -> Iterator[str]:
    yield f"{answer.case.id} {answer.case.title}".strip()
    yield f"{Text('结论', 'Verdict').in_(lang)}{_colon(lang)}{verdict_sentence(answer, policy).in_(lang)}"
    if rests_on_inference(answer):
        yield INFERENCE.in_(lang)
    if answer.readings["strict"] != answer.verdict:
        strict = VERDICTS[answer.readings["strict"]].in_(lang)
        yield Text(f"从严读法下结论不同：{strict}", f"Under the strict reading the verdict differs: {strict}").in_(lang)


def _nearness(answer: ClauseAnswer) -> tuple[str, int]:
    """Undecided and decided clauses that matter keep their rank; the rest stand in the order of the text."""
    clause = answer.clause
    return ("", 0) if answer.state in ("applies", "could_apply") else (clause.document, clause.ordinal)


def _clauses(answers: Iterable[ClauseAnswer], policy: Policy, lang: str) -> Iterator[str]:
    """A line each for what is decided or near; the rest gathered by state and ground."""
    gathered: dict[tuple[str, str], list[str]] = {}
    for answer in answers:
        detail = _detail(answer, policy, lang)
        if answer.state in ("applies", "could_apply"):
            effect = _lesser_effect(answer.clause, policy, lang)
            yield f"  {_mark(answer, lang)} {answer.clause.notation} {answer.clause.label.in_(lang)}{effect}{detail}"
        else:
            gathered.setdefault((_mark(answer, lang), detail), []).append(answer.clause.notation)
    for (mark, detail), notations in gathered.items():
        yield f"  {mark} {' '.join(notations)}{detail}"


def _lesser_effect(clause: Clause, policy: Policy, lang: str) -> str:
    """What an exemption clause permits, where that is less than exemption."""
    lesser = [
        effect.outcome for effect in policy.effects_of(clause) if effect.outcome.rsplit("/", 1)[-1] != "exemption"
    ]
    if clause.kind != "ExemptionClause" or not lesser:
        return ""
    said = effect_text(clause, policy)
    return Text(f"（{said.zh}）", f" ({said.en})").in_(lang)


def _mark(answer: ClauseAnswer, lang: str) -> str:
    word, sign = STATES[answer.state]
    return f"{sign} {word.in_(lang)}"


def _detail(answer: ClauseAnswer, policy: Policy, lang: str) -> str:
    said = ""
    if answer.state == "could_apply":
        missing = residual(answer.explanation, policy)
        said = Text(f"\n      还缺：{missing.zh}", f"\n      missing: {missing.en}").in_(lang)
    elif answer.state == "excluded":
        ground = literals_text(answer.excluded_by, policy)
        said = Text(f" — 因为：{ground.zh}", f" — because: {ground.en}").in_(lang)
    elif answer.state == "applies":
        ground = literals_text(answer.route, policy, joint=Text("\uff1b", "; "))
        said = Text(f"\n      依据：{ground.zh}", f"\n      by: {ground.en}").in_(lang)
    if answer.readings["strict"] != answer.state:
        strict = STATES[answer.readings["strict"]][0]
        why = divided_text(answer, policy)
        said += Text(f"\n      从严读法：{strict.zh}；{why.zh}", f"\n      strict reading: {strict.en}; {why.en}").in_(
            lang
        )
    return said


def _lion(answer: Assessment, policy: Policy, lang: str) -> Iterator[str]:
    lion = answer.lion
    by = " ".join(policy.clauses[iri].notation for iri in lion.by)
    yield (
        f"“狮子型”干部：{LION[lion.outcome].zh} {by}".rstrip()
        if lang == "zh"
        else f'"Lion" list: {LION[lion.outcome].en} {by}'.rstrip()
    )
    for clause, track, _ in lion.would_trigger:
        exit_, measure = policy.clauses[clause], policy.clauses[track]
        yield Text(
            f"  {measure.notation} {measure.label.zh} → {exit_.notation}（推断）",
            f"  {measure.notation} {measure.label.en} → {exit_.notation} (inference)",
        ).in_(lang)


def _advisories(answer: Assessment, lang: str) -> Iterator[str]:
    if answer.advisories:
        yield ""
        yield Text("请留意", "Please weigh").in_(lang)
    for note in answer.advisories:
        yield f"  · {note.text.in_(lang)}"


def _questions(questions: Sequence[Question], policy: Policy, lang: str) -> Iterator[str]:
    if questions:
        yield ""
        yield Text("接下来最值得查清", "Most worth finding out next").in_(lang)
    for question in questions[:3]:
        yield f"  · {question_text(question, policy).in_(lang)}"


def changes_text(changes: Iterable[tuple[str, Sequence[MissingSet]]], policy: Policy, lang: str, *, most: int) -> str:
    """What would change the verdict, by verdict, the smallest sets first."""
    lines = [
        Text(f"什么会改变结论（{most} 个事实以内）", f"What would change the verdict (up to {most} facts)").in_(lang)
    ]
    for verdict, sets in changes:
        lines.append(
            f"  {VERDICTS[verdict].in_(lang)}{_colon(lang)}{Text(f'{len(sets)} 种', f'{len(sets)} way(s)').in_(lang)}"
        )
        lines += [f"    · {literals_text(found, policy, joint=Text('；', '; ')).in_(lang)}" for found in sets[:5]]
    return "\n".join(lines)


def _foot(answer: Assessment, lang: str) -> Iterator[str]:
    receipt = answer.receipt
    on = receipt.on or Text("未说明", "not stated").in_(lang)
    yield Text(
        f"行为日期 {on} · 数据 {receipt.dataset[:12]} · dandang {receipt.software} · 生成于 {receipt.assessed}",
        f"conduct date {on} · data {receipt.dataset[:12]} · dandang {receipt.software} · made on {receipt.assessed}",
    ).in_(lang)
    yield DISCLAIMER.in_(lang)


# --- the explanation as a tree ----------------------------------------------------------------------------------------

_SIGNS = {True: "✓", False: "✗", None: "?"}
_PARTS = {
    "accountability": Text("问责", "Accountability"),
    "exemption": Text("容错", "Exemption"),
    "relief": Text("从轻、减轻", "Lighter or mitigated treatment"),
    "exclusions": Text("不予容错的情形", "Exclusions from tolerance"),
    "sanctions": Text("处理", "Sanctions"),
    "list-exit": Text("“狮子型”干部退出", 'Exit from the "lion" list'),
}
_OPERATORS = {"allOf": Text("同时满足", "all of"), "anyOf": Text("满足其一", "any of")}
_NONE_OF = Text("均不成立", "none of")


def _tree(node: Explanation, policy: Policy, lang: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if node.kind == "fact":
        yield f"{indent}{_SIGNS[node.value]} {_leaf(node, policy, lang)}"
        return
    if node.kind == "clause":
        clause = policy.clauses[node.about]
        word, sign = STATES[node.state or "open"]
        yield f"{indent}{sign} {clause.notation} {clause.label.in_(lang)}{_colon(lang)}{word.in_(lang)}"
        if clause.quote:
            yield f"{indent}  「{clause.quote.exact}」"
    elif node.kind == "part":
        yield f"{indent}{_PARTS[node.about].in_(lang)}"
    elif node.kind == "clauses":
        said = _OPERATORS["anyOf"] if node.required else _NONE_OF
        yield f"{indent}{_SIGNS[node.value]} {said.in_(lang)}{_colon(lang)}{policy.label(node.about).in_(lang)}"
    elif node.kind == "group" and node.operator:
        yield f"{indent}{_SIGNS[node.value]} {_OPERATORS[node.operator].in_(lang)}{_colon(lang)}"
    for premise in node.premises:
        yield from _tree(premise, policy, lang, depth + (node.kind != "case"))


def _leaf(node: Explanation, policy: Policy, lang: str) -> str:
    label = policy.label(node.about).in_(lang)
    need = "" if node.required else Text("（须为否）", " (must be no)").in_(lang)
    fact = node.fact
    if fact is None:
        return f"{label}{need}{_colon(lang)}{Text('未说明', 'not stated').in_(lang)}"
    value = Text("有争议", "contested") if fact.contested else _VALUES[fact.value]
    source = "、".join(part for part in (fact.evidence, fact.found_by, fact.found_on) if part)
    derived = ""
    if fact.derived_from:
        origin = policy.label(fact.derived_from)
        derived = Text(f"（由“{origin.zh}”得出）", f' (follows from "{origin.en}")').in_(lang)
    return f"{label}{need}{_colon(lang)}{value.in_(lang)}{derived}" + (f" [{source}]" if source else "")


_VALUES = {True: Text("是", "yes"), False: Text("否", "no"), None: Text("不明", "unknown")}


def _colon(lang: str) -> str:
    return "\uff1a" if lang == "zh" else ": "


# --- a clause, findings -----------------------------------------------------------------------------------------------


def clause_text(clause: Clause, policy: Policy, lang: str) -> str:
    """A clause whole: quote, translation, conditions, effects, relations."""
    document = policy.documents[clause.document]
    lines = [
        f"{clause.notation} {clause.label.in_(lang)}",
        f"{document.notation} 《{document.title}》" if document.title else document.notation,
    ]
    if clause.quote:
        place = Text(
            f"来源第 {clause.quote.start + 1}–{clause.quote.end} 字",
            f"source characters {clause.quote.start + 1}–{clause.quote.end}",
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
        yield from _condition(clause.condition, policy, lang, 1)
    shared = policy.lists.get(clause.clause_list)
    if shared and shared.condition:
        yield Text(f"  本类条款共同的前提({shared.label.zh})", f"  shared by its list ({shared.label.en})").in_(lang)
        yield from _condition(shared.condition, policy, lang, 2)
    for iri in shared.preconditions if shared else ():
        precondition = policy.clauses[iri]
        quote = precondition.quote.exact if precondition.quote else ""
        yield f"  {precondition.notation} {precondition.label.in_(lang)}  「{quote}」"
    for condition in policy.effective_conditions(clause):
        if isinstance(condition, ClauseCondition) and not condition.required:
            yield f"  {_NONE_OF.in_(lang)}{_colon(lang)}{policy.label(condition.clauses).in_(lang)}"


def _validity(clause: Clause, lang: str) -> Iterator[str]:
    """When a clause is in force, as far as the source says; an unknown limit is left open."""
    if clause.valid_from or clause.valid_until:
        unknown = Text("不明", "unknown").in_(lang)
        since, until = clause.valid_from or unknown, clause.valid_until or unknown
        yield Text(f"施行：{since} 至 {until}", f"In force: {since} to {until}").in_(lang)


def _condition(condition: Condition, policy: Policy, lang: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(condition, FactCondition):
        need = "" if condition.required else Text("（须为否）", " (must be no)").in_(lang)
        yield f"{indent}· {policy.label(condition.fact).in_(lang)}{need}"
    elif isinstance(condition, ClauseCondition):
        yield f"{indent}· {_OPERATORS['anyOf'].in_(lang)}{_colon(lang)}{policy.label(condition.clauses).in_(lang)}"
    else:
        doubt = ""
        if condition.strict:
            strict = _OPERATORS[condition.strict].in_(lang)
            doubt = Text(f"（文字未明；从严读法：{strict}）", f" (unclear in the text; strict reading: {strict})").in_(
                lang
            )
        elif condition.certainty.endswith("/underdetermined"):
            doubt = Text("（文字未明）", " (unclear in the text)").in_(lang)
        yield f"{indent}{_OPERATORS[condition.operator].in_(lang)}{doubt}"
        for member in condition.members:
            yield from _condition(member, policy, lang, depth + 1)


def _effects(clause: Clause, policy: Policy, lang: str) -> Iterator[str]:
    for effect in policy.effects_of(clause):
        measures = "、".join(policy.label(iri).in_(lang) for iri in effect.measures)
        more = Text("等", " and others").in_(lang) if effect.closed is False else ""
        modality = policy.label(effect.modality).in_(lang)
        yield f"{Text('后果', 'Effect').in_(lang)}{_colon(lang)}{modality} — {measures or effect.quote}{more}"


def _relations(clause: Clause, policy: Policy, lang: str) -> Iterator[str]:
    for mirror in policy.mirrors:
        if clause.iri in (mirror.circumstance, mirror.exemption):
            other = policy.clauses[mirror.exemption if clause.iri == mirror.circumstance else mirror.circumstance]
            certainty = policy.label(mirror.certainty).in_(lang)
            yield f"{Text('对应', 'Mirror').in_(lang)}{_colon(lang)}{other.notation} {other.label.in_(lang)}{Text(f'（{certainty}）', f' ({certainty})').in_(lang)}"
            yield f"  {mirror.distinction.in_(lang)}"
    for note in policy.notes:
        if any(about.split("#")[0] == clause.iri for about in note.about):
            yield f"{Text('解释', 'Note').in_(lang)}{_colon(lang)}{note.comment.in_(lang)}"


def findings_text(findings: Iterable[Finding], lang: str) -> str:
    """Findings, one after the other, with their severity as a word."""
    words = {"error": Text("错误", "error"), "warning": Text("注意", "warning"), "info": Text("提示", "info")}
    return "\n".join(f"{words[found.severity].in_(lang)} {found.render(lang)}" for found in findings)


# --- anything else ----------------------------------------------------------------------------------------------------


def thing_text(iri: str, policy: Policy, properties: Properties, lang: str) -> str:
    """A fact type, concept, term or relation in plain words."""
    if iri in policy.clauses:
        return clause_text(policy.clauses[iri], policy, lang)
    if iri in policy.documents:
        return document_text(policy.documents[iri], policy, lang)
    lines = [policy.label(iri).in_(lang)]
    for predicate in (SKOS + "definition", RDFS + "comment", SKOS + "example"):
        values = properties.langs(iri, predicate)
        lines += values.get(lang) or [f"{text}" for found in values.values() for text in found]
    if iri in policy.facts:
        lines += _fact_type(iri, policy, lang)
    return "\n".join([*lines, "", iri])


def condition_text(clause: Clause, condition: Condition, policy: Policy, lang: str) -> str:
    """A condition in plain words: where it stands, what it wants, what is unclear about it."""
    label = clause.label.in_(lang)
    lines = [
        Text(f"{clause.notation} {label}的一个条件", f"A condition of {clause.notation} {label}").in_(lang),
        *_condition(condition, policy, lang, 1),
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


def rule_text(iri: str, properties: Properties, lang: str) -> str:
    """The rule of a finding in plain words: what it wants and how to mend it."""
    found = [properties.langs(iri, name).get(lang, []) for name in (RDFS + "label", SH + "message", SH + "description")]
    # What a finding fills in is left open here.
    lines = [re.sub(r"\{[?$]\w+\}", "…", text) for texts in found for text in texts]
    return "\n".join([*lines, "", iri])


def document_text(document: Document, policy: Policy, lang: str) -> str:
    """A document with its lists and the clauses of each."""
    lines = [f"{document.notation} {document.label.in_(lang)}", f"《{document.title}》"]
    for shared in policy.lists.values():
        if shared.document == document.iri:
            lines += ["", shared.label.in_(lang)]
            lines += [f"  {clause.notation} {clause.label.in_(lang)}" for clause in policy.clauses_of(shared.iri)]
    return "\n".join([*lines, "", document.iri])


def _fact_type(iri: str, policy: Policy, lang: str) -> Iterator[str]:
    fact = policy.facts[iri]
    yield f"{Text('要问的', 'Question').in_(lang)}{_colon(lang)}{fact.question.in_(lang)}"
    if fact.determination:
        yield Text(
            "这要由有权的人判断并写明依据。", "Someone competent has to determine it, and say on what grounds."
        ).in_(lang)
    uses = [clause.notation for clause in policy.clauses.values() if iri in _facts_of(clause, policy)]
    yield f"{Text('用到它的条款', 'Clauses that ask for it').in_(lang)}{_colon(lang)}{' '.join(uses)}"
    for title, others in (
        (Text("与之相反", "Contrary"), fact.contraries),
        (Text("也就意味着", "Implies"), fact.implies),
        (Text("很可能也意味着（解释）", "Likely suggests (interpretation)"), fact.suggests),
    ):
        if others:
            yield f"{title.in_(lang)}{_colon(lang)}{'、'.join(policy.label(other).in_(lang) for other in others)}"


def _facts_of(clause: Clause, policy: Policy) -> set[str]:
    found: set[str] = set()
    waiting = list(policy.effective_conditions(clause))
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, FactCondition):
            found.add(condition.fact)
        elif not isinstance(condition, ClauseCondition):
            waiting.extend(condition.members)
    return found


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


def audit_text(quotes: int, exact: int, passages: int, same_text: bool | None, clean: bool) -> Text:
    """The closing line of an audit."""
    same = {
        True: Text("来源文本与建图时相同", "the source is the text the graph was made from"),
        False: Text("来源文本与建图时不同", "the source differs from the text the graph was made from"),
        None: Text("图谱没有记录来源文本的摘要", "the graph records no digest of the source"),
    }[same_text]
    whole = (
        Text("全部文字都有着落", "every word is accounted for")
        if clean
        else Text("有问题，见上", "see the findings above")
    )
    return Text(
        f"{exact}/{quotes} 条引文逐字相符，{passages} 段叙述性文字；{whole.zh}；{same.zh}",
        f"{exact}/{quotes} quotes exact, {passages} narrative passages; {whole.en}; {same.en}",
    )


def reasoning_text(
    consistent: bool, unsatisfiable: Iterable[str], inferred: Iterable[tuple[str, str]], reasoner: str
) -> Text:
    """What the reasoner found."""
    empty, pairs = list(unsatisfiable), list(inferred)
    lines = [
        Text(
            f"{reasoner}：本体{'一致' if consistent else '不一致'}",
            f"{reasoner}: the ontology is {'' if consistent else 'in'}consistent",
        ),
        Text(f"不可满足的类：{'、'.join(empty) or '无'}", f"unsatisfiable classes: {', '.join(empty) or 'none'}"),
        Text(f"推出的分类 {len(pairs)} 条", f"{len(pairs)} inferred classifications"),
        *(Text(f"  {shorten(sub)} ⊑ {shorten(sup)}", f"  {shorten(sub)} ⊑ {shorten(sup)}") for sub, sup in pairs),
    ]
    return Text("\n".join(line.zh for line in lines), "\n".join(line.en for line in lines))
