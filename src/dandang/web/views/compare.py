"""Two clauses side by side, and circumstances × exemptions: the same relations between facts, once for a pair and once for all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from dandang.messages import Text
from dandang.model import Clause, Mirror, Policy, Table, Term
from dandang.web.behind import answer, page_query
from dandang.web.library import Library

#: How facts of two clauses can be related: a sign and a word, and what a list of such pairs is called.
LINKS: dict[str, tuple[str, Text, Text]] = {
    "same": ("＝", Text("相同", "same"), Text("相同的事实", "The same facts")),
    "contrary": ("≠", Text("相反", "contrary"), Text("相反的事实", "Contrary facts")),
    "near": ("≈", Text("相近", "near"), Text("相近而不同的事实", "Near but different facts")),
}
_PAIR = "VALUES (?clause ?other) { (wh:A11 wh:E7) (wh:E7 wh:A11) }"


def compare_query(left: str, right: str) -> str:
    """The query whose rows are the facts of both clauses and how they are related."""
    pair = f"VALUES (?clause ?other) {{ (<{left}> <{right}>) (<{right}> <{left}>) }}"
    return page_query("compare").replace(_PAIR, pair)


class Cell(NamedTuple):
    """A circumstance and an exemption: the mirrors between them, and pairs of facts by how they are related."""

    circumstance: Clause
    exemption: Clause
    mirrors: tuple[Mirror, ...]
    links: dict[str, tuple[tuple[str, str], ...]]

    @property
    def empty(self) -> bool:
        """Whether nothing relates the two."""
        return not self.mirrors and not any(self.links.values())


class Row(NamedTuple):
    """A circumstance against every exemption."""

    circumstance: Clause
    cells: tuple[Cell, ...]


class Matrix(NamedTuple):
    """All circumstances, by the domain under which the text lists them, against all exemptions."""

    exemptions: tuple[Clause, ...]
    blocks: tuple[tuple[str, tuple[Row, ...]], ...]

    def cells(self) -> Iterator[Cell]:
        """All cells, row by row."""
        return (cell for _, rows in self.blocks for row in rows for cell in row.cells)


@lru_cache(maxsize=2)
def matrix(library: Library) -> Matrix:
    """The matrix, from the rows of its query."""
    policy = library.policy
    found: dict[tuple[str, str], list[tuple[Term | None, ...]]] = {}
    for row in answer(page_query("matrix"), library).rows:
        found.setdefault((_value(row[0]), _value(row[1])), []).append(row)
    mirrors = {mirror.iri: mirror for mirror in policy.mirrors}
    exemptions = tuple(clause for clause in policy.clauses.values() if clause.kind == "ExemptionClause")
    blocks: dict[str, list[Row]] = {}
    for clause in policy.clauses.values():
        if clause.kind == "AccountabilityCircumstance":
            cells = (_cell(clause, other, found.get((clause.iri, other.iri), []), mirrors) for other in exemptions)
            blocks.setdefault(clause.domain, []).append(Row(clause, tuple(cells)))
    return Matrix(exemptions, tuple((domain, tuple(rows)) for domain, rows in blocks.items()))


def _cell(
    circumstance: Clause, exemption: Clause, rows: list[tuple[Term | None, ...]], mirrors: dict[str, Mirror]
) -> Cell:
    between = tuple(mirrors[_value(row[6])] for row in rows if _value(row[2]) == "mirror")
    links = {link: tuple((_value(row[3]), _value(row[4])) for row in rows if _value(row[2]) == link) for link in LINKS}
    return Cell(circumstance, exemption, between, links)


def _value(term: Term | None) -> str:
    return term.value if term else ""


# --- the matrix as a table --------------------------------------------------------------------------------------------

COLUMNS: dict[str, Text] = {
    "circumstance": Text("问责情形", "Circumstance"),
    "circumstanceZh": Text("问责情形名称", "Circumstance (Chinese)"),
    "circumstanceEn": Text("问责情形名称（英文）", "Name of the circumstance"),
    "exemption": Text("容错条款", "Exemption"),
    "exemptionZh": Text("容错条款名称", "Exemption (Chinese)"),
    "exemptionEn": Text("容错条款名称（英文）", "Name of the exemption"),
    "mirrorZh": Text("对应关系（确定程度）", "Mirror (Chinese)"),
    "mirrorEn": Text("对应关系（英文）", "Mirror, how certain"),
    "distinctionZh": Text("区别所在", "What tells them apart (Chinese)"),
    "distinctionEn": Text("区别所在（英文）", "What tells them apart"),
}


def matrix_table(library: Library) -> tuple[Table, dict[str, Text]]:
    """One row for each circumstance and exemption that anything relates, and what the columns are called."""
    headings = dict(COLUMNS)
    for link, (_, _, title) in LINKS.items():
        headings |= {f"{link}Zh": title, f"{link}En": title}
    rows = tuple(_table_row(cell, library.policy) for cell in matrix(library).cells() if not cell.empty)
    return Table(tuple(headings), rows), headings


def _table_row(cell: Cell, policy: Policy) -> tuple[Term | None, ...]:
    texts: list[tuple[str, str]] = [
        (cell.circumstance.notation, ""),
        *_both(cell.circumstance.label),
        (cell.exemption.notation, ""),
        *_both(cell.exemption.label),
        *_both(_joined([policy.label(mirror.certainty) for mirror in cell.mirrors])),
        *_both(_joined([mirror.distinction for mirror in cell.mirrors])),
    ]
    for pairs in cell.links.values():
        texts += _both(_joined([pair_text(pair, policy) for pair in pairs]))
    return tuple(Term("literal", text, lang) if text else None for text, lang in texts)


def _both(text: Text) -> list[tuple[str, str]]:
    return [(text.zh, "zh"), (text.en, "en")]


def _joined(texts: list[Text]) -> Text:
    return Text("；".join(text.zh for text in texts), "; ".join(text.en for text in texts))


def pair_text(pair: tuple[str, str], policy: Policy) -> Text:
    """Two facts in a line; one that is the same once."""
    one, other = policy.label(pair[0]), policy.label(pair[1])
    if pair[0] == pair[1]:
        return one
    return Text(f"{one.zh}／{other.zh}", f"{one.en} / {other.en}")
