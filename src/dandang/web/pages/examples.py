"""Example queries of the SPARQL page: each shows one way of asking."""

from __future__ import annotations

from typing import NamedTuple

from dandang.messages import Text


class Example(NamedTuple):
    """A query with what it asks."""

    title: Text
    query: str


EXAMPLES = (
    Example(
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
        Text("连接方式文字未写明、两种读法不同之处", "Where the two readings differ"),
        """SELECT ?group ?operator ?strict ?source WHERE {
  ?group a dd:ConditionGroup ; dd:operator ?operator ; dd:strictOperator ?strict ; dd:operatorSource ?source .
}
ORDER BY ?group
""",
    ),
    Example(
        Text("多个条款共用的事实", "Facts that several clauses ask for"),
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
        Text("条款 E7 的全部三元组（图）", "Everything about clause E7, as a graph"),
        "DESCRIBE wh:E7\n",
    ),
)
