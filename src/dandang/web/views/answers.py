"""The answer to a question as a reader of one language sees it: names with links in the place of IRIs."""

from __future__ import annotations

from typing import NamedTuple

from dandang.catalogue import Question
from dandang.messages import Text
from dandang.model import Policy, Table, Term

_TRUTH = {"true": Text("是", "yes"), "false": Text("否", "no")}


class Cell(NamedTuple):
    """A text, its language where it is not the page's, and the IRI that it names."""

    text: str
    lang: str = ""
    iri: str = ""


class Answer(NamedTuple):
    """Headings and rows."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def answer_of(table: Table, question: Question, policy: Policy, lang: str) -> Answer:
    """The table without what only programs need: columns in the other language, IRIs and codes that stand beside a name."""
    own, other = ("Zh", "En") if lang == "zh" else ("En", "Zh")
    position = {name: number for number, name in enumerate(table.columns)}
    labels = {column.name: column.label for column in question.columns}
    shown = [name for name in table.columns if not _hidden(name, position, own, other)]
    rows = tuple(tuple(_cell(name, row, position, policy, own) for name in shown) for row in table.rows)
    return Answer(tuple(_heading(labels.get(name, Text(name, name)), lang) for name in shown), rows)


def _hidden(name: str, position: dict[str, int], own: str, other: str) -> bool:
    if name.endswith(other):
        return name[:-2] + own in position
    return name + own in position


def _heading(label: Text, lang: str) -> str:
    return label.in_(lang).removesuffix(" (Chinese)").removesuffix("（英文）")


def _cell(name: str, row: tuple[Term | None, ...], position: dict[str, int], policy: Policy, own: str) -> Cell:
    term = row[position[name]]
    if term is None:
        return Cell("")
    if term.kind == "iri":
        clause = policy.clauses.get(term.value)
        text = clause.notation if clause else policy.label(term.value).in_(own.lower())
        # The nodes of an assessment have no place of their own on the page of their case.
        return Cell(text, iri=term.value.partition("#assessment")[0])
    named = row[position[name[:-2]]] if name.endswith(own) and name[:-2] in position else None
    iri = named.value if named and named.kind == "iri" else ""
    if clause := policy.by_notation.get(term.value):
        iri = clause.iri
    if term.datatype.endswith("#boolean"):
        return Cell(_TRUTH[term.value].in_(own.lower()))
    return Cell(term.value, term.lang if term.lang != own.lower() else "", iri)
