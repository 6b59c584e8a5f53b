"""Example queries of the SPARQL page: a few that show one way of asking each, and the competency questions by theme."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from dandang.catalogue import questions
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
        Text("容错情形及其原文", "The exemption clauses with their words"),
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
        Text("哪些容错情形与哪些问责情形相对应", "Which exemptions mirror which circumstances"),
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

#: What the first tag of a question says it is about.
TAGS = {
    "clause": Text("条款", "Clauses"),
    "accountability": Text("问责", "Accountability"),
    "exemption": Text("容错", "Exemption"),
    "sanction": Text("处理措施", "Sanctions"),
    "effect": Text("条款的效果", "Effects of clauses"),
    "lion list": Text("“狮子型”干部名单", "The lion list"),
    "duties": Text("职责", "Duties"),
    "facts": Text("事实", "Facts"),
    "relation": Text("条款之间的关系", "Relations between clauses"),
    "interpretation": Text("解释与疑义", "Interpretation and doubt"),
    "case": Text("示例案件", "Example cases"),
    "document": Text("文件", "Documents"),
    "quote": Text("引文", "Quotes"),
    "source": Text("来源", "The source"),
    "ontology": Text("本体与词表", "Ontology and vocabularies"),
}


@cache
def themes() -> tuple[Theme, ...]:
    """All examples: first those written for the page, then every question that the endpoint can answer."""
    asked = [question for question in questions() if asks_of_endpoint(question)]
    by_tag = (
        Theme(
            title,
            tuple(
                Example(question.id.removeprefix("cq-"), question.question, question.sparql)
                for question in asked
                if question.tags[0] == tag
            ),
        )
        for tag, title in TAGS.items()
    )
    return (Theme(Text("从这里开始", "Start here"), FIRST), *(theme for theme in by_tag if theme.examples))


@cache
def by_key() -> dict[str, Example]:
    """Every example by its key."""
    return {example.key: example for theme in themes() for example in theme.examples}


@cache
def by_query() -> dict[str, Example]:
    """Every example by its text."""
    return {example.query.strip(): example for example in by_key().values()}
