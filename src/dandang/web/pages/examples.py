"""Example queries of the SPARQL page: a few that show one way of asking each, and the competency questions by theme."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from dandang.catalogue import Question, questions
from dandang.messages import Text
from dandang.web.sparql_examples import asks_of_endpoint


class Example(NamedTuple):
    """A query with what it asks; `key` names it in an address."""

    key: str
    title: Text
    query: str


class Theme(NamedTuple):
    """Examples that belong together."""

    title: Text
    examples: tuple[Example, ...]


FIRST = (
    Example(
        "exemptions",
        Text("容错条款及其原文", "The exemption clauses with their words"),
        """SELECT ?clause ?notation ?label ?exact WHERE {
  ?clause a dd:ExemptionClause ; skos:notation ?notation ; dd:ordinal ?ordinal ; rdfs:label ?label ;
    dd:quote/oa:hasSelector/oa:exact ?exact .
  FILTER(LANG(?label) = "zh")
}
ORDER BY ?ordinal
""",
    ),
    Example(
        "mirrors",
        Text("哪些容错条款与哪些问责情形相对应", "Which exemptions mirror which circumstances"),
        """SELECT ?exemption ?circumstance ?certainty ?distinction WHERE {
  ?mirror a dd:Mirror ; dd:exemption ?exemption ; dd:circumstance ?circumstance ;
    dd:certainty ?certainty ; dd:distinction ?distinction .
  FILTER(LANG(?distinction) = "zh")
}
ORDER BY ?exemption ?circumstance
""",
    ),
    Example(
        "readings",
        Text("连接方式文字未写明、两种读法不同之处", "Where the two readings differ"),
        """SELECT ?group ?operator ?strict ?source WHERE {
  ?group a dd:ConditionGroup ; dd:operator ?operator ; dd:strictOperator ?strict ; dd:operatorSource ?source .
}
ORDER BY ?group
""",
    ),
    Example(
        "shared-facts",
        Text("多个条款共用的事实（带条形图）", "Facts that several clauses ask for (with a bar chart)"),
        """SELECT ?fact ?label (COUNT(DISTINCT ?clause) AS ?clauses) WHERE {
  ?clause dd:condition/dd:member* ?leaf .
  ?leaf dd:factType ?fact .
  ?fact skos:prefLabel ?label .
  FILTER(LANG(?label) = "zh")
}
GROUP BY ?fact ?label
HAVING(COUNT(DISTINCT ?clause) > 1)
ORDER BY DESC(?clauses) ?fact
""",
    ),
    Example(
        "describe",
        Text("条款 E7 的全部三元组（图）", "Everything about clause E7, as a graph"),
        "DESCRIBE wh:E7\n",
    ),
)

_ACCOUNTABILITY = Text("问责与职责", "Accountability and duties")
_SANCTIONS = Text("处理措施与后果", "Sanctions and effects")
_RELATIONS = Text("关系、解释与疑义", "Relations, interpretation and doubt")
_SOURCE = Text("引文与来源", "Quotes and the source")

#: What the first tag of a question says it is about, in the order of the page; several tags may share a theme.
TAGS = {
    "case": Text("示例案件", "Example cases"),
    "assessment": Text("案件的评估", "Assessments of cases"),
    "clause": Text("条款", "Clauses"),
    "facts": Text("事实", "Facts"),
    "accountability": _ACCOUNTABILITY,
    "duties": _ACCOUNTABILITY,
    "sanction": _SANCTIONS,
    "effect": _SANCTIONS,
    "exemption": Text("容错", "Exemption"),
    "lion list": Text("“狮子型”干部名单", "The lion list"),
    "relation": _RELATIONS,
    "interpretation": _RELATIONS,
    "document": Text("文件", "Documents"),
    "quote": _SOURCE,
    "source": _SOURCE,
    "ontology": Text("本体与词表", "Ontology and vocabularies"),
}


def by_theme(asked: Iterable[Question]) -> dict[Text, tuple[Question, ...]]:
    """Questions under their themes, in the order of `TAGS`; within a theme as they come."""
    found: dict[Text, list[Question]] = {title: [] for title in TAGS.values()}
    for question in asked:
        found[TAGS[question.tags[0]]].append(question)
    return {title: tuple(group) for title, group in found.items() if group}


@cache
def themes() -> tuple[Theme, ...]:
    """All examples: first those written for the page, then every question that the endpoint can answer."""
    asked = [question for question in questions() if asks_of_endpoint(question)]
    found = (
        Theme(title, tuple(Example(one.id.removeprefix("cq-"), one.question, one.sparql) for one in group))
        for title, group in by_theme(asked).items()
    )
    return (Theme(Text("从这里开始", "Start here"), FIRST), *found)


@cache
def by_key() -> dict[str, Example]:
    """Every example by its key."""
    return {example.key: example for theme in themes() for example in theme.examples}


@cache
def by_query() -> dict[str, Example]:
    """Every example by its text."""
    return {example.query.strip(): example for example in by_key().values()}
