"""The values that a competency question is asked of: what a person writes → SPARQL terms, each written anew and never pasted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from dandang.errors import BadParameter
from dandang.messages import ALL_FACTS, Text
from dandang.model import Policy
from dandang.namespaces import CASES, DD, PREFIXES, XSD
from dandang.vocabulary import Vocabulary

#: One type of parameter each; `concept:SCHEME` stands for the concepts of a scheme.
TYPES = ("case", "clause", "document", "fact", "facts", "reading", "date", "string", "iri")
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]+')
_CASE_ID = re.compile(r"[\w.-]+")
_READINGS = {"recommended": "recommended", "推荐": "recommended", "推荐读法": "recommended"} | {
    "strict": "strict",
    "从严": "strict",
    "从严读法": "strict",
}


class Parameter(NamedTuple):
    """What a question can be asked of: a name, a type, a default as a person would write it, a label."""

    name: str
    type: str
    default: str
    label: Text


def terms_of(parameter: Parameter, value: str, policy: Policy) -> list[str]:
    """A value as SPARQL terms: one, or any number for a list. Raises BadParameter."""
    value = value.strip()
    kind, _, scheme = parameter.type.partition(":")
    if kind == "facts":
        # Not every engine takes an empty VALUES: the empty list is a fact type that no clause asks about.
        return [_node(iri) for iri in _facts(value, parameter, policy)] or [_node(PREFIXES["rdf"] + "nil")]
    if not value:
        raise _empty(parameter)
    if kind == "string":
        return [_string(value)]
    if kind == "date":
        return [f"{_string(_date(value, parameter))}^^<{XSD}date>"]
    if kind == "reading":
        return [_node(DD + _reading(value, parameter))]
    if kind == "concept":
        return [_node(_concept(scheme, value, parameter, policy))]
    makers: Mapping[str, Callable[[], str]] = {
        "case": lambda: case_iri_of(value, parameter),
        "clause": lambda: _clause(value, parameter, policy),
        "document": lambda: _document(value, parameter, policy),
        "fact": lambda: _fact(value, parameter, policy),
        "iri": lambda: _expanded(value, parameter),
    }
    return [_node(makers[kind]())]


def _node(iri: str) -> str:
    return f"<{iri}>"


def _string(value: str) -> str:
    """A string literal in which nothing but plain characters stands unescaped."""
    return '"' + "".join(c if c.isalnum() or c in " -_.:/" else f"\\U{ord(c):08X}" for c in value) + '"'


def _expanded(value: str, parameter: Parameter) -> str:
    """A full IRI from `<…>`, a full IRI or a prefixed name of the project's prefixes."""
    plain = value[1:-1] if value.startswith("<") and value.endswith(">") else value
    prefix, colon, rest = plain.partition(":")
    if colon and prefix in PREFIXES and not rest.startswith("//"):
        plain = PREFIXES[prefix] + rest
    if not _IRI.fullmatch(plain):
        raise _bad(parameter, value, Text("应是一个 IRI，如 fact:diligent", "expected an IRI, such as fact:diligent"))
    return plain


def case_iri_of(value: str, parameter: Parameter) -> str:
    """The IRI of a case, from its id or an IRI. Raises BadParameter."""
    if value.startswith((CASES, f"<{CASES}", "case:")):
        return _expanded(value, parameter)
    if not _CASE_ID.fullmatch(value):
        raise _bad(parameter, value, Text("应是案件编号，如 2018-017", "expected the id of a case, such as 2018-017"))
    return CASES + value


def _clause(value: str, parameter: Parameter, policy: Policy) -> str:
    found = policy.by_notation.get(value.upper())
    if found is not None:
        return found.iri
    if ":" in value and (iri := _expanded(value, parameter)) in policy.clauses:
        return iri
    hint = _did_you_mean(value, policy.by_notation) or Text(
        "请写条款编号，如 A11、E7", "write its notation, such as A11 or E7"
    )
    raise _bad(parameter, value, hint)


def _document(value: str, parameter: Parameter, policy: Policy) -> str:
    notations = {document.notation: iri for iri, document in policy.documents.items() if document.notation}
    if value.upper() in notations:
        return notations[value.upper()]
    if ":" in value and (iri := _expanded(value, parameter)) in policy.documents:
        return iri
    listed = sorted(notations)
    raise _bad(parameter, value, Text(f"可用：{'、'.join(listed)}", f"use one of: {', '.join(listed)}"))


def _concept(scheme: str, value: str, parameter: Parameter, policy: Policy) -> str:
    vocabulary = Vocabulary(policy)
    name = _expanded(value, parameter) if ":" in value else value
    found = vocabulary.concept(scheme, name)
    if found is None:
        labels = vocabulary.concept_labels(scheme)
        zh, en = _listed(labels)
        raise _bad(parameter, value, Text(f"可用：{zh}", f"use one of: {en}"))
    return found


def _reading(value: str, parameter: Parameter) -> str:
    found = _READINGS.get(value.lower().removeprefix("dd:"))
    if found is None:
        raise _bad(parameter, value, Text("可用：推荐、从严", "use recommended or strict"))
    return found


def _date(value: str, parameter: Parameter) -> str:
    from datetime import date

    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise _bad(parameter, value, Text("请写成 2018-09-01 的样子", "write it like 2018-09-01")) from error


def _facts(value: str, parameter: Parameter, policy: Policy) -> list[str]:
    """The fact types that a list names. Names are set apart by semicolons or line breaks, since they may hold commas."""
    vocabulary = Vocabulary(policy)
    names = [name.strip() for name in re.split(r"[;；\n]", value) if name.strip()]
    return list(dict.fromkeys(_fact(name, parameter, policy, vocabulary) for name in names))


def _fact(value: str, parameter: Parameter, policy: Policy, vocabulary: Vocabulary | None = None) -> str:
    vocabulary = vocabulary or Vocabulary(policy)
    found = vocabulary.fact(value)
    if not found and ":" in value:
        found = vocabulary.fact(_expanded(value, parameter))
    if len(found) == 1:
        iri, positive = next(iter(found))
        if positive:
            return iri
        label = policy.facts[iri].label
        hint = Text(
            f"“{value}”是否定说法：请写“{label.zh}”，不成立的事实另有参数或者另行说明",
            f'"{value}" names the negative: write "{label.en}", and say elsewhere that it does not hold',
        )
        raise _bad(parameter, value, hint)
    if found:
        labels = [policy.facts[iri].label for iri, _ in sorted(found)]
        zh, en = _listed(labels)
        raise _bad(parameter, value, Text(f"不止一个事实叫这个名字：{zh}", f"more than one fact has this name: {en}"))
    hint = _did_you_mean(value, vocabulary.fact_names()) or ALL_FACTS
    raise _bad(parameter, value, hint)


def _empty(parameter: Parameter) -> BadParameter:
    return BadParameter(
        f"参数 {parameter.name}（{parameter.label.zh}）没有填写",
        f"parameter {parameter.name} ({parameter.label.en}) is empty",
        hint=(f"请填写，例如：{parameter.default}", f"fill it in, for example: {parameter.default}"),
    )


def _listed(labels: Iterable[Text]) -> Text:
    """Labels to choose from; they may hold commas."""
    labels = list(labels)
    return Text("；".join(label.zh for label in labels), "; ".join(label.en for label in labels))


def _bad(parameter: Parameter, value: str, hint: Text) -> BadParameter:
    return BadParameter(
        f"参数 {parameter.name}（{parameter.label.zh}）的值“{value}”不可用",
        f'the value "{value}" of parameter {parameter.name} ({parameter.label.en}) cannot be used',
        hint=(hint.zh, hint.en),
    )


def _did_you_mean(value: str, known: Iterable[str]) -> Text | None:
    near = nearest(value, known)
    return Text(f"是不是：{'、'.join(near)}？", f"did you mean: {', '.join(near)}?") if near else None


def nearest(value: str, known: Iterable[str]) -> list[str]:
    """The names that a misspelt one may have meant, the likeliest first."""
    # Only an error needs it, and it takes longer to import than most questions to answer.
    from difflib import get_close_matches

    return get_close_matches(value, list(dict.fromkeys(known)), n=4, cutoff=0.45)
