"""What is connected with a thing, and how: the same rows for the drawing, its text and the JSON of the interactive graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from itertools import groupby
from typing import NamedTuple

from dandang.messages import Text
from dandang.model import Term
from dandang.namespaces import DD, ELI, RDF, SKOS
from dandang.web.addresses import url
from dandang.web.behind import answer, page_query
from dandang.web.library import Library
from dandang.web.views.tree import facts_in

#: More neighbours than this are counted and left out of the graph.
MOST = 60
#: The lines of the query that hold it to one page; the view reads all rows once and takes those of a page.
_SLOT = "VALUES ?page { wh:E7 }"
_OF_PAGE = (f"  {_SLOT}\n", "  FILTER(?from = ?page || ?to = ?page)\n")
#: What joins two things, said from the one that it starts from and from the one it leads to; in the order of showing.
RELATIONS: dict[str, tuple[Text, Text]] = {
    ELI + "is_part_of": (Text("属于", "Part of"), Text("包含", "Contains")),
    DD + "inList": (Text("所属清单", "In the list"), Text("清单条款", "Clauses of the list")),
    DD + "domain": (Text("所属领域", "Field"), Text("属于本领域", "In this field")),
    DD + "forRank": (Text("适用职级", "For rank"), Text("适用于本职级的标准", "Criteria for this rank")),
    DD + "severity": (Text("对应情节", "Severity"), Text("对应的问责方式", "Sanction tracks")),
    DD + "breaches": (Text("违反的职责", "Duties breached"), Text("违反它的情形", "Breached by")),
    DD + "Mirror": (
        Text("对应的问责情形", "Circumstances it answers"),
        Text("对应的容错条款", "Exemptions that answer it"),
    ),
    DD + "Defeat": (Text("可以阻却", "Can defeat"), Text("可以被阻却", "Can be defeated by")),
    DD + "precondition": (Text("前提", "Preconditions"), Text("作为前提用于", "Precondition of")),
    DD + "anyClauseOf": (Text("要求其中一条成立", "Needs a clause of"), Text("以本清单为条件", "Depends on it")),
    DD + "factType": (
        Text("要看的事实", "Facts it asks about"),
        Text("要看这一事实的条款", "Clauses that ask about it"),
    ),
    DD + "measure": (Text("处理方式", "Measures"), Text("用到它的条款", "Used by")),
    DD + "outcomeKind": (Text("后果种类", "Kind of outcome"), Text("带来这种后果", "Brought about by")),
    DD + "establishedBy": (Text("可由其确立", "Established by"), Text("可以确立", "Establishes")),
    DD + "combinableWith": (Text("可合并使用", "May be combined with"), Text("可合并使用", "May be combined with")),
    DD + "contraryTo": (Text("与之相反", "Contrary to"), Text("与之相反", "Contrary to")),
    DD + "implies": (Text("必然包含", "Implies"), Text("由其必然得出", "Implied by")),
    DD + "suggests": (Text("可能提示", "Suggests"), Text("可能由其提示", "Suggested by")),
    SKOS + "related": (Text("相近而不同", "Near but different"), Text("相近而不同", "Near but different")),
    SKOS + "broader": (Text("上位概念", "Broader"), Text("下位概念", "Narrower")),
    DD + "between": (Text("涉及", "Between"), Text("牵涉的张力", "Tensions")),
    DD + "claims": (Text("主张的条款", "Clauses claimed"), Text("主张它的示例案件", "Example cases that claim it")),
}
_ORDER = {relation: number for number, relation in enumerate(RELATIONS)}


class Edge(NamedTuple):
    """One connection; `by` is the thing that says so where it is a thing of its own, `required` false where a fact must not hold."""

    source: str
    relation: str
    target: str
    required: bool = True
    certainty: str = ""
    by: str = ""

    def other(self, iri: str) -> str:
        """The end that is not this one."""
        return self.target if iri == self.source else self.source


class Group(NamedTuple):
    """The connections of one kind and direction, and what they are called from the thing in the middle."""

    label: Text
    outgoing: bool
    edges: tuple[Edge, ...]


class Neighbourhood(NamedTuple):
    """A thing, its neighbours by kind of connection, and the connections among the neighbours."""

    iri: str
    groups: tuple[Group, ...]
    among: tuple[Edge, ...]
    omitted: int


def neighbourhood(iri: str, library: Library) -> Neighbourhood:
    """What is connected with a thing; the first MOST neighbours in the order of RELATIONS."""
    edges = _edges(library).get(iri, ())
    near = list(dict.fromkeys(edge.other(iri) for edge in edges))
    shown = set(near[:MOST])
    kept = [edge for edge in edges if edge.other(iri) in shown]
    among = dict.fromkeys(
        edge for other in near[:MOST] for edge in _edges(library).get(other, ()) if edge.other(other) in shown
    )
    return Neighbourhood(iri, tuple(_groups(iri, kept)), tuple(among), len(near) - len(shown))


def neighbourhood_query(iri: str) -> str:
    """The query whose rows are a thing's connections."""
    return page_query("neighbourhood").replace(_SLOT, f"VALUES ?page {{ <{iri}> }}")


def _groups(iri: str, edges: list[Edge]) -> Iterator[Group]:
    for (relation, outgoing), found in groupby(edges, key=lambda edge: (edge.relation, edge.source == iri)):
        yield Group(RELATIONS[relation][0 if outgoing else 1], outgoing, tuple(found))


@lru_cache(maxsize=2)
def _edges(library: Library) -> dict[str, tuple[Edge, ...]]:
    """The connections of each thing, in the order of showing; one that is said both ways counts once."""
    query = page_query("neighbourhood")
    for line in _OF_PAGE:
        query = query.replace(line, "")
    order = _order(library)
    found: dict[str, list[Edge]] = {}
    for edge in dict.fromkeys(map(_edge, answer(query, library).rows)):
        for end in dict.fromkeys((edge.source, edge.target)):
            found.setdefault(end, []).append(edge)
    return {iri: tuple(sorted(edges, key=partial(_place, iri=iri, order=order))) for iri, edges in found.items()}


def _edge(row: tuple[Term | None, ...]) -> Edge:
    source, relation, target, required, certainty, by = (term.value if term else "" for term in row)
    forth, back = RELATIONS[relation]
    if forth == back:
        # The same either way: said once, however often it stands in the graph.
        source, target = sorted((source, target))
    return Edge(source, relation, target, required != "false", certainty, by)


def _place(edge: Edge, *, iri: str, order: Mapping[tuple[str, str], int]) -> tuple[int, bool, int]:
    outgoing = edge.source == iri
    return (
        _ORDER[edge.relation],
        not outgoing,
        order.get((iri, edge.target) if outgoing else ("", edge.source), len(order)),
    )


def _order(library: Library) -> dict[tuple[str, str], int]:
    """(clause, thing) → where the thing comes in the clause, condition after condition and measure after measure; ("", clause) and
    (clause, clause) → where the clause comes in the policy."""
    clauses = library.policy.clauses
    found = {("", iri): number for number, iri in enumerate(clauses)}
    for iri, clause in clauses.items():
        facts = [leaf.fact for leaf in facts_in(clause.condition)] if clause.condition else []
        own = [*facts, *(measure for effect in clause.effects for measure in effect.measures), *clauses]
        for number, thing in enumerate(own):
            found.setdefault((iri, thing), number)
    return found


# --- the interactive graph --------------------------------------------------------------------------------------------


def elements(found: Neighbourhood, library: Library) -> dict[str, object]:
    """The neighbourhood as cytoscape reads it: nodes and edges with their names in both languages."""
    inner = [edge for group in found.groups for edge in group.edges]
    near = dict.fromkeys([found.iri, *(edge.other(found.iri) for edge in inner)])
    return {
        "thing": found.iri,
        "label": name_of(found.iri, library)._asdict(),
        "omitted": found.omitted,
        "query": neighbourhood_query(found.iri),
        "elements": {
            "nodes": [{"data": _node_data(iri, found.iri, library)} for iri in near],
            "edges": [
                {"data": _edge_data(number, edge, library)} for number, edge in enumerate([*inner, *found.among])
            ],
        },
    }


def kind_of(iri: str, library: Library) -> str:
    """The most telling class of a thing: the first of this project's where it has one."""
    types = library.index.values(iri, RDF + "type")
    return next((kind for kind in types if kind.startswith(DD)), types[0] if types else "")


def name_of(iri: str, library: Library) -> Text:
    """What a neighbour is called: an example case by its title."""
    case = library.cases.get(iri)
    return Text(case.case.title, "") if case else library.label(iri)


def _node_data(iri: str, centre: str, library: Library) -> dict[str, object]:
    path, kind = library.addresses.path(iri), kind_of(iri, library)
    page = path.partition("#")[0] if path else ""
    return {
        "id": iri,
        "notation": library.notation(iri),
        "label": name_of(iri, library)._asdict(),
        "kind": kind.rpartition("#")[2],
        "kindLabel": library.label(kind)._asdict(),
        "centre": iri == centre,
        "url": {lang: url(path, lang) if path else iri for lang in ("zh", "en")},
        "neighbourhood": data_address(page) if page and "#" not in iri else None,
    }


def _edge_data(number: int, edge: Edge, library: Library) -> dict[str, object]:
    path = library.addresses.path(edge.by) if edge.by else None
    return {
        "id": f"e{number}",
        "source": edge.source,
        "target": edge.target,
        "relation": edge.relation,
        "label": RELATIONS[edge.relation][0]._asdict(),
        "required": edge.required,
        "certainty": edge.certainty.rpartition("/")[2] or None,
        "certaintyLabel": library.label(edge.certainty)._asdict() if edge.certainty else None,
        "url": {lang: url(path, lang) for lang in ("zh", "en")} if path else None,
    }


def data_address(path: str) -> str:
    """The address of the JSON of a page's neighbourhood."""
    return f"/data/neighbourhood{path.rstrip('/')}.json"
