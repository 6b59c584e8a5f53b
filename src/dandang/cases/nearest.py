"""What a name that is not known was probably meant to be, and never its contrary: whoever writes “无重大损失: 是” and follows the hint “重大损失” has recorded a major loss."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dandang.messages import Text
from dandang.vocabulary import Vocabulary, fold_name

#: A denial, but not where it is part of a word: 不良影响 is an impact, 不可预见 a word of its own.
_DENIAL = re.compile(
    r"(?:并|尚|从|均)?(?:没有|不存在|未曾|不曾|没|未(?!成年)|无(?![法故序证])|不(?![良当力足正法可稳利动仅])|非(?![法公常]))"
    r"|\b(?:no|not|non|without|never|lack of|absence of)\b[\s-]*",
    re.IGNORECASE,
)


def nearest_names(name: str, known: Iterable[str], *, most: int = 4) -> list[str]:
    """The names most like one that is not known: by shared characters, then by order."""
    from difflib import SequenceMatcher

    wanted = fold_name(name)
    ratios = ((SequenceMatcher(None, wanted, fold_name(other)).ratio(), other) for other in dict.fromkeys(known))
    scored = sorted(ratios, reverse=True)
    return [other for value, other in scored[:most] if value >= 0.45]


def suggested_names(name: str, known: Iterable[str]) -> list[Text]:
    """The names most like one that is not known, in each language; one that says the contrary says so."""
    denied, wanted = _without_denial(name)
    return [
        Text(other, other) if bool(_DENIAL.search(other)) == denied else _turned(other)
        for other in nearest_names(wanted, known)
    ]


def suggested_facts(name: str, vocabulary: Vocabulary) -> list[Text]:
    """The names of facts that a name which is not known may have been meant for; in place of one that says the contrary, its name in the negative."""
    denied, wanted = _without_denial(name)
    close = [wanted] if denied and vocabulary.fact(wanted) else nearest_names(wanted, vocabulary.fact_names())
    alike = (
        Text(other, other) if bool(_DENIAL.search(other)) == denied else _negated(other, vocabulary) for other in close
    )
    return list(dict.fromkeys(alike))


def _without_denial(name: str) -> tuple[bool, str]:
    """Whether a name denies something, and the name without the word that does."""
    found = _DENIAL.search(name)
    return bool(found), (name[: found.start()] + name[found.end() :]).strip() if found else name


def _negated(name: str, vocabulary: Vocabulary) -> Text:
    """The name in the negative as the policy has it; where it has none, the name with a word on that."""
    meant = vocabulary.fact(name)
    negated = vocabulary.policy.facts[next(iter(meant))[0]].negated if len(meant) == 1 else None
    return negated or _turned(name)


def _turned(name: str) -> Text:
    return Text(f"{name}（答案要反过来写）", f"{name} (with the answer turned round)")
