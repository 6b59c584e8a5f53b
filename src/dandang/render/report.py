"""An assessment as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dandang.messages import Text
from dandang.model import (
    Assessment,
    Clause,
    ClauseAnswer,
    Explanation,
    MissingSet,
    Policy,
    Question,
)
from dandang.render.phrases import (
    DISCLAIMER,
    INFERENCE,
    LION,
    STATES,
    VERDICTS,
    cautions,
    clauses_of_part,
    divided_text,
    effect_text,
    literals_text,
    question_text,
    residual,
    rests_on_inference,
    verdict_sentence,
    weighed,
)
from dandang.render.wording import NONE_OF, OPERATORS, colon

_KINDS = (
    ("AccountabilityCircumstance", Text("问责情形", "Accountability circumstances")),
    ("SanctionTrack", Text("处理", "Sanction tracks")),
    ("ExemptionClause", Text("容错条款", "Exemption clauses")),
    ("relief", Text("从轻、减轻的情形", "Clauses for lighter or mitigated treatment")),
    ("Exclusion", Text("不予容错的情形", "Exclusions from tolerance")),
    ("ListExit", Text("“狮子型”干部退出", "Exits from the “lion” list")),
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
    yield f"{Text('结论', 'Verdict').in_(lang)}{colon(lang)}{verdict_sentence(answer, policy).in_(lang)}"
    yield from (f"{Text('注意', 'Note').in_(lang)}{colon(lang)}{caution.in_(lang)}" for caution in cautions(answer))
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
        else f"“Lion” list: {LION[lion.outcome].en} {by}".rstrip()
    )
    for clause, track, _ in lion.would_trigger:
        exit_, measure = policy.clauses[clause], policy.clauses[track]
        yield Text(
            f"  {measure.notation} {measure.label.zh} → {exit_.notation}（推断）",
            f"  {measure.notation} {measure.label.en} → {exit_.notation} (inference)",
        ).in_(lang)


def _advisories(answer: Assessment, lang: str) -> Iterator[str]:
    found = weighed(answer)
    if found:
        yield ""
        yield Text("请留意", "Please note").in_(lang)
    for text in found:
        yield f"  · {text.in_(lang)}"


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
            f"  {VERDICTS[verdict].in_(lang)}{colon(lang)}{Text(f'{len(sets)} 种', f'{len(sets)} way(s)').in_(lang)}"
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


_SIGNS = {True: "✓", False: "✗", None: "?"}
_PARTS = {
    "accountability": Text("问责", "Accountability"),
    "exemption": Text("容错", "Exemption"),
    "relief": Text("从轻、减轻", "Lighter or mitigated treatment"),
    "exclusions": Text("不予容错的情形", "Exclusions from tolerance"),
    "sanctions": Text("处理", "Sanctions"),
    "list-exit": Text("“狮子型”干部退出", "Exit from the “lion” list"),
}


def _tree(node: Explanation, policy: Policy, lang: str, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if node.kind == "fact":
        yield f"{indent}{_SIGNS[node.value]} {_leaf(node, policy, lang)}"
        return
    if node.kind == "clause":
        clause = policy.clauses[node.about]
        word, sign = STATES[node.state or "open"]
        yield f"{indent}{sign} {clause.notation} {clause.label.in_(lang)}{colon(lang)}{word.in_(lang)}"
        if clause.quote:
            yield f"{indent}  「{clause.quote.exact}」"
    elif node.kind == "part":
        yield f"{indent}{_PARTS[node.about].in_(lang)}"
    elif node.kind == "clauses":
        said = OPERATORS["anyOf"] if node.required else NONE_OF
        yield f"{indent}{_SIGNS[node.value]} {said.in_(lang)}{colon(lang)}{policy.label(node.about).in_(lang)}"
    elif node.kind == "group" and node.operator:
        yield f"{indent}{_SIGNS[node.value]} {OPERATORS[node.operator].in_(lang)}{colon(lang)}"
    for premise in node.premises:
        yield from _tree(premise, policy, lang, depth + (node.kind != "case"))


def _leaf(node: Explanation, policy: Policy, lang: str) -> str:
    label = policy.label(node.about).in_(lang)
    need = "" if node.required else Text("（须为否）", " (must be no)").in_(lang)
    fact = node.fact
    if fact is None:
        return f"{label}{need}{colon(lang)}{Text('未说明', 'not stated').in_(lang)}"
    value = Text("有争议", "contested") if fact.contested else _VALUES[fact.value]
    source = "、".join(part for part in (fact.evidence, fact.found_by, fact.found_on) if part)
    derived = ""
    if fact.derived_from:
        origin = policy.label(fact.derived_from)
        derived = Text(f"（由“{origin.zh}”得出）", f' (follows from "{origin.en}")').in_(lang)
    return f"{label}{need}{colon(lang)}{value.in_(lang)}{derived}" + (f" [{source}]" if source else "")


_VALUES = {True: Text("是", "yes"), False: Text("否", "no"), None: Text("不明", "unknown")}
