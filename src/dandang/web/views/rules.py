"""Rules: the list of them from the rows of its query, and one with its examples."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

from dandang.messages import Text
from dandang.model import Example
from dandang.namespaces import DCTERMS, RDFS, SH
from dandang.render.things import opened
from dandang.validation.examples import examples
from dandang.validation.rules import RULE_FILES, SEVERITIES, SHAPES, rule_graph
from dandang.web.behind import answer, page_query
from dandang.web.library import Library

#: What the rules of each file are about.
SETS: dict[str, Text] = {
    "reading": Text("案件文件怎样写", "How a case file is written"),
    "case": Text("案件说了什么", "What a case says"),
    "policy": Text("政策数据", "Policy data"),
}


class Line(NamedTuple):
    """A rule in the list, with what it rests on."""

    iri: str
    slug: str
    label: Text
    severity: str
    cites: tuple[str, ...]


class RuleView(NamedTuple):
    """A rule as its page shows it; `sources` are words about a source outside the clauses."""

    iri: str
    slug: str
    about: Text
    label: Text
    message: Text
    hint: Text
    severity: str
    cites: tuple[str, ...]
    sources: tuple[str, ...]
    example: Example


@lru_cache(maxsize=2)
def sections(library: Library) -> tuple[tuple[str, Text, tuple[Line, ...]], ...]:
    """The rules of each set: (name, title, rules)."""
    found: dict[str, dict[str, list[dict[str, str]]]] = {}
    table = answer(page_query("rules"), library)
    for row in table.rows:
        texts = {name: term.value if term else "" for name, term in zip(table.columns, row, strict=True)}
        found.setdefault(texts["set"], {}).setdefault(texts["rule"], []).append(texts)
    return tuple(
        (name, SETS[name], tuple(_line(iri, rows) for iri, rows in found[rule_graph(name).value].items()))
        for name in RULE_FILES
    )


def _line(iri: str, rows: list[dict[str, str]]) -> Line:
    first = rows[0]
    cites = tuple(dict.fromkeys(row["cited"] for row in rows if row["cited"]))
    label = Text(first["labelZh"], first["labelEn"])
    return Line(iri, iri.removeprefix(SHAPES), label, SEVERITIES[first["severity"]], cites)


def rule_view(iri: str, library: Library) -> RuleView:
    """What the page of a rule shows."""
    slug, index = iri.removeprefix(SHAPES), library.index
    name, example = _examples()[slug]
    message = library.texts(iri, SH + "message")
    return RuleView(
        iri,
        slug,
        SETS[name],
        library.texts(iri, RDFS + "label"),
        Text(opened(message.zh), opened(message.en)),
        library.texts(iri, SH + "description"),
        SEVERITIES[index.value(iri, SH + "severity")],
        tuple(sorted(index.values(iri, RDFS + "seeAlso"))),
        tuple(sorted(index.values(iri, DCTERMS + "source"))),
        example,
    )


@cache
def _examples() -> dict[str, tuple[str, Example]]:
    """Slug → the set of the rule and its example."""
    return {slug: (name, example) for name in RULE_FILES for slug, example in examples(name).items()}
