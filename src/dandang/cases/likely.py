"""What a heading that is not known was probably meant to be: offices call the same thing by many names, and misspell it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from dandang.cases.nearest import nearest_names, suggested_facts
from dandang.cases.sheet import CASE_FIELDS
from dandang.messages import Text
from dandang.vocabulary import Vocabulary, fold_name

#: What forms of offices call the items of a case. They are proposed and never read: “时间” may be the time of anything.
_ALSO_CALLED = {
    "id": ("案件编号", "案号", "序号", "case id", "case number", "case no.", "case no", "number", "no."),
    "title": (
        "案由",
        "案名",
        "案件名称",
        "案件标题",
        "名称",
        "事由",
        "case",
        "case name",
        "case title",
        "name",
        "subject",
    ),
    "on": (
        *("发生时间", "发生日期", "案发时间", "案发日期", "行为时间", "行为发生时间", "时间", "日期"),
        *("date", "date of conduct", "happened on", "date of the event"),
    ),
    "decided": ("处理时间", "结案日期", "结案时间", "date of decision", "decided", "closed on"),
    "cadre.rank": ("级别", "行政级别", "职务级别", "干部级别", "level", "grade"),
    "cadre.post": ("单位及职务", "单位职务", "现任职务", "时任职务", "岗位", "position", "job", "office"),
    "cadre.lion": ("狮子型干部", "“狮子型”干部", "是否狮子型干部", "lion", "lion list"),
    "domain": ("所属领域", "工作领域", "field", "field of work"),
    "summary": ("简要案情", "案情", "案情简介", "基本情况", "主要事实", "description", "facts of the case"),
    "claims": ("容错条款", "申请的容错条款", "适用条款", "claims", "claimed clauses"),
    "note": ("说明", "remark", "remarks", "comment"),
}
_KEYS = {fold_name(name): key for key, names in _ALSO_CALLED.items() for name in names}
_ITEMS = {field.key: field.heading for field in CASE_FIELDS}
#: A name as alike as this is taken for a slip of the pen.
_SLIP = 0.7


def meant_item(heading: str) -> str:
    """The key of the case that a heading is another word for; empty where it is none."""
    return _KEYS.get(fold_name(heading), "")


def likely_headings(heading: str, vocabulary: Vocabulary) -> list[Text]:
    """The headings that a heading may have been meant for, as they are to be written in each language; the likeliest first."""
    if key := meant_item(heading):
        return [_ITEMS[key]]
    items = nearest_names(heading, chain.from_iterable(_ITEMS.values()))
    return [*(Text(name, name) for name in items), *suggested_facts(heading, vocabulary)][:4]


def is_slip(heading: str, vocabulary: Vocabulary, there: Collection[str] = ()) -> bool:
    """Whether a heading is so like one that is known that it must have been meant for it; `there` are the keys and fact types that have a column of their own."""
    from difflib import SequenceMatcher

    wanted = fold_name(heading)
    items = (text for field in CASE_FIELDS if field.key not in there for text in field.heading)
    facts = (name for name in vocabulary.fact_names() if not any(iri in there for iri, _ in vocabulary.fact(name)))
    return any(SequenceMatcher(None, wanted, fold_name(name)).ratio() >= _SLIP for name in chain(items, facts))


def corrections(headings: Sequence[str], vocabulary: Vocabulary) -> list[tuple[str, Text]]:
    """Of a row that should name the columns and does not, each cell that is another word for an item of a case, or all but one, with that item."""
    found = []
    for heading in filter(None, map(str.strip, headings)):
        likely = likely_headings(heading, vocabulary) if meant_item(heading) or is_slip(heading, vocabulary) else []
        if likely and not vocabulary.fact(heading) and fold_name(heading) not in map(fold_name, likely[0]):
            found.append((heading, likely[0]))
    return found
