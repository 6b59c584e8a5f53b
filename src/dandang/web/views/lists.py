"""Lists by what people look for: circumstances, exemptions, sanctions, criteria … each from the rows of its query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from dandang.messages import Text
from dandang.model import Term
from dandang.web.behind import answer, page_query
from dandang.web.library import Library


class Column(NamedTuple):
    """A column of a list: the variable of the query that names its things, or that holds its words."""

    name: str
    title: Text
    kind: Literal["things", "words", "text"] = "things"


class Listing(NamedTuple):
    """A kind of list: `subject` is the variable of which each value has one line; `group` of which each value has one table."""

    title: Text
    lead: Text
    columns: tuple[Column, ...]
    subject: str = "clause"
    group: str = "group"


class Thing(NamedTuple):
    """Something that a line names."""

    iri: str
    notation: str
    label: Text


class Line(NamedTuple):
    """One line: a cell for each column, things or words."""

    subject: Thing
    cells: tuple[tuple[Thing, ...] | Text, ...]


class Section(NamedTuple):
    """The lines under one heading; None where the list has none."""

    heading: Thing | None
    lines: tuple[Line, ...]


_CLAUSE = Column("clause", Text("条款", "Clause"))
_WORDS = Column("words", Text("原文", "Words of the text"), "words")
_FACTS = Column("fact", Text("要看的事实", "Facts it asks about"))

#: Address → list; its query is the file of the same name in queries/pages.
LISTS: Mapping[str, Listing] = {
    "domains": Listing(
        Text("领域", "Fields of work"),
        Text(
            "文件据以排列问责情形、界定容错范围的工作领域。",
            "The fields by which the documents arrange circumstances and bound tolerance.",
        ),
        (
            Column("domain", Text("领域", "Field")),
            Column("definition", Text("含义", "Meaning"), "text"),
            Column("clause", Text("问责情形", "Circumstances")),
            Column("duty", Text("职责", "Duties")),
        ),
        subject="domain",
        group="",
    ),
    "circumstances": Listing(
        Text("问责情形", "Accountability circumstances"),
        Text(
            "有其中一种情形并经调查核实的，按问责方式处理。",
            "Where one of them is found on investigation, a sanction track follows.",
        ),
        (
            _CLAUSE,
            _WORDS,
            Column("duty", Text("违反的职责", "Duties breached")),
            Column("mirror", Text("对应的容错条款", "Exemptions that answer it")),
        ),
    ),
    "exemptions": Listing(
        Text("容错条款", "Exemption clauses"),
        Text(
            "有其中一类情形且全部前提成立的，可以免除相关责任。",
            "Where one of them and all preconditions hold, the responsibility concerned may be exempted.",
        ),
        (
            _CLAUSE,
            _WORDS,
            Column("setting", Text("情境", "Setting")),
            Column("mirror", Text("对应的问责情形", "Circumstances it answers")),
        ),
    ),
    "preconditions": Listing(
        Text("容错前提", "Preconditions of exemption"),
        Text("每一容错条款都须同时满足。", "All of them must hold for every exemption."),
        (_CLAUSE, _WORDS, _FACTS),
    ),
    "sanctions": Listing(
        Text("问责方式", "Sanction tracks"),
        Text(
            "按情节分等；各等可用的方式，以及文字写明可以合并的。",
            "By severity, with the measures of each and what the text says may be combined.",
        ),
        (
            _CLAUSE,
            _WORDS,
            Column("severity", Text("情节", "Severity")),
            Column("measure", Text("方式", "Measures")),
            Column("outcome", Text("后果种类", "Kind of outcome")),
            Column("combined", Text("可合并使用", "May be combined with")),
        ),
    ),
    "criteria": Listing(
        Text("“狮子型”干部标准", "Criteria for “lion-type” cadres"),
        Text("标准对所有人适用；条件按职级分列。", "The standards hold for everyone; further conditions go by rank."),
        (_CLAUSE, _WORDS, _FACTS),
    ),
    "exits": Listing(
        Text("退出名单的情形", "Exits from the list"),
        Text(
            "有其中一种情形的，不再作为“狮子型”干部管理。",
            "In any of these situations a cadre is no longer managed as “lion-type”.",
        ),
        (_CLAUSE, _WORDS, _FACTS, Column("outcome", Text("可由此带来", "Can come of"))),
    ),
    "incentives": Listing(
        Text("激励措施", "Incentive measures"),
        Text("总的实施意见提出的措施。", "The measures that the general document proposes."),
        (_CLAUSE, _WORDS, Column("outcome", Text("后果种类", "Kind of outcome"))),
    ),
}


@lru_cache(maxsize=32)
def sections(name: str, library: Library) -> tuple[Section, ...]:
    """The sections of a list, in the order of its rows."""
    listing, table = LISTS[name], answer(page_query(name), library)
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        groups.setdefault(_value(row, listing.group), []).append(row)
    return tuple(
        Section(_thing(found[0], listing.group) if heading else None, tuple(_lines(listing, found)))
        for heading, found in groups.items()
    )


_Row = Mapping[str, Term | None]


def _lines(listing: Listing, rows: Iterable[_Row]) -> Iterable[Line]:
    subjects: dict[str, list[_Row]] = {}
    for row in rows:
        subjects.setdefault(_value(row, listing.subject), []).append(row)
    for found in subjects.values():
        yield Line(_thing(found[0], listing.subject), tuple(_cell(column, found) for column in listing.columns))


def _cell(column: Column, rows: list[_Row]) -> tuple[Thing, ...] | Text:
    if column.kind == "words":
        return Text(_value(rows[0], column.name), _value(rows[0], "translation"))
    if column.kind == "text":
        return _text(rows[0], column.name)
    return tuple(dict.fromkeys(_thing(row, column.name) for row in rows if _value(row, column.name)))


def _thing(row: _Row, name: str) -> Thing:
    return Thing(_value(row, name), _value(row, f"{name}Notation"), _text(row, name))


def _text(row: _Row, name: str) -> Text:
    return Text(_value(row, f"{name}Zh"), _value(row, f"{name}En"))


def _value(row: _Row, name: str) -> str:
    term = row.get(name)
    return term.value if term else ""
