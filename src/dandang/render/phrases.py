"""Words that every rendering shares: states, verdicts, and conditions said in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from dandang.messages import Text
from dandang.model import (
    Assessment,
    Clause,
    ClauseAnswer,
    Condition,
    ConditionGroup,
    Explanation,
    FactCondition,
    Operator,
    Policy,
    Question,
    State,
)

#: State → word and sign. The same five everywhere.
STATES: dict[State, tuple[Text, str]] = {
    "applies": (Text("适用", "applies"), "●"),
    "could_apply": (Text("可能适用", "could apply"), "◐"),
    "open": (Text("情境未说明", "open"), "○"),
    "excluded": (Text("排除", "excluded"), "✕"),
    "not_in_force": (Text("当时未施行", "not in force"), "–"),
}

VERDICTS: dict[str, Text] = {
    "not_established": Text("问责不成立", "not established"),
    "accountable": Text("应当问责", "accountable"),
    "accountable_unless_exempted": Text("应当问责，除非可以免责", "accountable unless exempted"),
    "may_be_exempted": Text("可以免责", "may be exempted"),
    "undetermined": Text("尚不能确定", "undetermined"),
}

LION: dict[str, Text] = {
    "exits": Text("将不再作为“狮子型”干部管理", "will no longer be managed as a “lion-type” cadre"),
    "stays": Text("没有退出“狮子型”干部管理的情形", "nothing leads off it"),
    "would_trigger": Text(
        "一旦给予下列处理，将退出“狮子型”干部管理", "the cadre would leave it if one of these were decided"
    ),
    "open": Text("是否退出“狮子型”干部管理，尚缺事实", "whether the cadre leaves it is open"),
    "not_listed": Text("不在“狮子型”干部之列，不涉及", "not on it, so not concerned"),
}

#: Between things of a list.
COMMA = Text("、", ", ")

DISCLAIMER = Text("本结果帮助理解条文，不是处理决定。", "Interpretation aid, not a decision.")
INFERENCE = Text(
    "容错条款与问责条款之间的关系，条文没有明说，是推断。",
    "That an exemption answers accountability is inferred; the text does not say it.",
)


def literal_text(literal: str, policy: Policy) -> Text:
    """A literal of a missing set in words: the fact, and `否`/`no` where it would have to be absent."""
    sign, iri = literal[0], literal[1:]
    if sign in "*~":
        label = policy.lists[iri].label if iri in policy.lists else policy.label(iri)
        return (
            Text(f"{label.zh}之一", f"one of: {label.en}")
            if sign == "*"
            else Text(f"{label.zh}均不成立", f"none of: {label.en}")
        )
    fact = policy.facts.get(iri)
    if sign == "+" or fact is None:
        return policy.label(iri)
    if fact.negated:
        return fact.negated
    return Text(f"{fact.label.zh}：否", f"{fact.label.en}: no")


def literals_text(literals: Iterable[str], policy: Policy, *, joint: Text = COMMA) -> Text:
    """Several literals in one phrase."""
    texts = [literal_text(literal, policy) for literal in literals]
    return Text(joint.zh.join(text.zh for text in texts), joint.en.join(text.en for text in texts))


def residual(node: Explanation, policy: Policy) -> Text:
    """What is still unknown of a node, as a sentence with `或`, `且` and `;`; empty where nothing is."""
    said, operator = _residual(node, policy)
    if operator == "anyOf":
        return Text(" 或 ".join(text.zh for text in said), " or ".join(text.en for text in said))
    return Text("\uff1b".join(text.zh for text in said), "; ".join(text.en for text in said))


_DUALS: dict[Operator, Operator] = {"allOf": "anyOf", "anyOf": "allOf"}


def _residual(node: Explanation, policy: Policy, *, wanted: bool = True) -> tuple[list[Text], Operator | None]:
    """What would give a node the wanted value, and the operator between its parts; groups left with one part dissolve."""
    if node.value is not None or node.state == "not_in_force":
        return [], None
    if node.operator is None:
        signs = ("*", "~") if node.kind == "clauses" else ("+", "-")
        return [literal_text(signs[wanted is not node.required] + node.about, policy)], None
    wanted = wanted is (node.required is not False)
    own = node.operator if wanted else _DUALS[node.operator]
    inner = [found for found in (_residual(premise, policy, wanted=wanted) for premise in node.premises) if found[0]]
    if len(inner) == 1:
        return inner[0]
    parts: list[Text] = []
    for texts, operator in inner:
        parts += texts if operator in (None, own) else [_joined(texts, operator)]
    return parts, own


def _joined(texts: list[Text], operator: Operator | None) -> Text:
    joint = Text(" 或 ", " or ") if operator == "anyOf" else Text(" 且 ", " and ")
    zh, en = joint.zh.join(text.zh for text in texts), joint.en.join(text.en for text in texts)
    return Text(f"\uff08{zh}\uff09", f"({en})")


def divided_text(answer: ClauseAnswer, policy: Policy) -> Text:
    """What divides the readings of a clause: the words of the text whose connective is open."""
    if not answer.divided_by:
        return Text("", "")
    found = [node for node in answer.explanation.walk() if node.about in answer.divided_by]
    phrases = [_phrases(node.condition) for node in found if isinstance(node.condition, ConditionGroup)]
    if not phrases:
        label = policy.label(answer.divided_by[0])
        return Text(f"取决于{label.zh}的读法", f"it depends on how {label.en} are read")
    words = "\u300d\u300c".join("\u2026".join(found) for found in phrases)
    return Text(
        f"分歧在「{words}」：文中没有写明是须同时具备，还是有其一即可",
        f"the readings divide at 「{words}」: the text leaves open whether all are needed or any one",
    )


def _phrases(condition: Condition) -> list[str]:
    if isinstance(condition, ConditionGroup):
        return [phrase for member in condition.members for phrase in _phrases(member)]
    return [condition.phrase] if isinstance(condition, FactCondition) else []


def rests_on_inference(answer: Assessment) -> bool:
    """Whether the verdict uses that exemption answers accountability, which the text does not say."""
    return answer.verdict in ("may_be_exempted", "accountable_unless_exempted")


def cautions(answer: Assessment) -> tuple[Text, ...]:
    """What is to be read together with the verdict: the conduct date leaves open whether the documents held on that day."""
    return tuple(note.text for note in answer.advisories if note.kind in _OF_THE_DATE)


def weighed(answer: Assessment) -> tuple[Text, ...]:
    """What else a reader should weigh."""
    return tuple(note.text for note in answer.advisories if note.kind not in _OF_THE_DATE)


_OF_THE_DATE = ("date-unknown", "date-in-future")


def verdict_sentence(answer: Assessment, policy: Policy) -> Text:
    """The verdict with the clauses it rests on."""
    by = {state: _notations(answer, state) for state in ("applies", "could_apply")}
    circumstances, exemptions = by["applies"]["A"], by["applies"]["E"]
    possible, decider = by["could_apply"]["E"], _decider(answer, policy)
    said = {
        "not_established": _not_established(answer),
        "accountable": Text(
            f"应当问责：{circumstances}成立并经查实，没有容错条款可以适用。",
            f"Accountable: {circumstances} established and verified; no exemption clause can apply.",
        ),
        "accountable_unless_exempted": Text(
            f"应当问责，除非可以免责：{circumstances}成立并经查实"
            + (f"\uff1b{possible}可能适用，尚缺事实。" if possible else "\uff1b容错情境尚未说明。"),
            f"Accountable unless exempted: {circumstances} established and verified; "
            + (
                f"{possible} could apply, facts are missing."
                if possible
                else "no setting of an exemption has been stated."
            ),
        ),
        "may_be_exempted": Text(
            f"可以免责：{circumstances}成立，但{exemptions}适用。“可以”不等于必须免除；{decider.zh}。",
            f"May be exempted: {circumstances} established, but {exemptions} applies. Permitted, not required; {decider.en}.",
        ),
        "undetermined": _undetermined(answer, circumstances, exemptions, possible),
    }
    found, relief = said[answer.verdict], _relief(answer, policy)
    return Text(found.zh + relief.zh, found.en + relief.en)


def _decider(answer: Assessment, policy: Policy) -> Text:
    """Who decides on exemption: a clause that applies names a procedure, or nothing is said."""
    applying = _notations(answer, "applies")["E"].split("、")
    clauses = (answer.clause for answer in answer.answers.values() if answer.clause.notation in applying)
    named = [clause.notation for clause in clauses if policy.lists[clause.clause_list].procedures]
    if not named:
        return Text("由谁决定，文中没有写明", "who decides the text does not say")
    return Text(f"由谁决定，见{'、'.join(named)}的程序", f"who decides, see the procedure of {', '.join(named)}")


def _not_established(answer: Assessment) -> Text:
    return Text(
        "问责不成立：所列情形均被排除，或经查不属实。",
        "Not established: every listed circumstance is excluded, or investigation did not verify it.",
    )


def _undetermined(answer: Assessment, circumstances: str, exemptions: str, possible: str) -> Text:
    zh, en = ["尚不能确定是否应当问责"], ["Whether there is accountability cannot be determined yet"]
    candidates = _notations(answer, "could_apply")["A"]
    if circumstances:
        zh.append(f"{circumstances}所列情形具备，但尚未说明是否经调查核实")
        en.append(f"{circumstances} is made out, but verification on investigation is not stated")
    elif candidates:
        zh.append(f"{candidates}可能适用，尚缺事实")
        en.append(f"{candidates} could apply, facts are missing")
    if exemptions:
        zh.append(f"如被问责，{exemptions}可以免除相关责任")
        en.append(f"if it came to accountability, {exemptions} would permit exemption")
    elif possible:
        zh.append(f"容错方面，{possible}可能适用")
        en.append(f"as to exemption, {possible} could apply")
    return Text("\uff1b".join(zh) + "。", "; ".join(en) + ".")


def _notations(answer: Assessment, state: State) -> dict[str, str]:
    """Notations in a state: circumstances under A, clauses that permit exemption under E."""
    kinds = {"A": "AccountabilityCircumstance", "E": "ExemptionClause"}
    found = [a.clause for a in answer.answers.values() if a.state == state]
    lesser = clauses_of_part(answer, "relief")
    return {
        key: "、".join(clause.notation for clause in found if clause.kind == kind and clause.iri not in lesser)
        for key, kind in kinds.items()
    }


def clauses_of_part(answer: Assessment, name: str) -> set[str]:
    """The clauses that stand in a part of the explanation, such as those that permit less than exemption in `relief`."""
    return {node.about for part in answer.explanation.premises if part.about == name for node in part.premises}


def effect_text(clause: Clause, policy: Policy) -> Text:
    """What a clause leads to, by kind of outcome."""
    found = [policy.label(effect.outcome) for effect in policy.effects_of(clause) if effect.outcome]
    return Text(COMMA.zh.join(text.zh for text in found), COMMA.en.join(text.en for text in found))


def _relief(answer: Assessment, policy: Policy) -> Text:
    """The clauses that apply and permit less than exemption; empty where there is none, or nothing to lighten."""
    lesser = clauses_of_part(answer, "relief")
    applying = [a.clause for a in answer.answers.values() if a.state == "applies" and a.clause.iri in lesser]
    if not applying or answer.verdict == "not_established":
        return Text("", "")
    said = [(clause.notation, effect_text(clause, policy)) for clause in applying]
    return Text(
        "\uff1b".join(f"{notation}适用，可以{effect.zh}" for notation, effect in said) + "。",
        " " + "; ".join(f"{notation} applies and permits {effect.en}" for notation, effect in said) + ".",
    )


def question_text(question: Question, policy: Policy) -> Text:
    """A question to ask, with the clauses that hang on it."""
    asked = policy.facts[question.fact].question
    needed = notation_ranges(policy.clauses[iri].notation for iri in question.clauses)
    by_zh, by_en = "、".join(needed), ", ".join(needed)
    return Text(f"{asked.zh}（{by_zh}）" if needed else asked.zh, f"{asked.en} ({by_en})" if needed else asked.en)


def notation_ranges(notations: Iterable[str]) -> list[str]:
    """Notations in short: E1, E2, E3, E5 → E1–E3, E5."""
    runs: list[list[tuple[str, int]]] = []
    for notation in notations:
        letters = notation.rstrip("0123456789")
        number = int(notation[len(letters) :] or 0)
        if runs and runs[-1][-1] == (letters, number - 1):
            runs[-1].append((letters, number))
        else:
            runs.append([(letters, number)])
    return [part for run in runs for part in _run(run)]


def _run(run: list[tuple[str, int]]) -> list[str]:
    names = [f"{letters}{number or ''}" for letters, number in run]
    return [f"{names[0]}–{names[-1]}"] if len(names) > 2 else names
