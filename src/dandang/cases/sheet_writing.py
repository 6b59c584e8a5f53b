"""Writes a case as the workbook that `sheet` reads: lists to choose from, text cells only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple

import xlsxwriter

from dandang.cases.sheet import (
    CASE_FIELDS,
    CASE_SHEET,
    CHOICES_SHEET,
    FACT_COLUMNS,
    FACT_SHEET,
    HEADINGS,
    NAMES_SHEET,
    SANCTION_COLUMNS,
    SANCTION_SHEET,
    Field,
)
from dandang.cases.writing import concept_name, fact_name, stated, value_word
from dandang.errors import BadParameter
from dandang.messages import Text
from dandang.model import Case, Fact
from dandang.ooxml.columns import letters
from dandang.vocabulary import Vocabulary

ANSWERS = {
    "yes": Text("是", "yes"),
    "no": Text("否", "no"),
    "unknown": Text("不明", "unknown"),
    "contested": Text("有争议", "contested"),
}
_WIDTHS = {"name": 30, "code": 26, "value": 10, "evidence": 36, "found_by": 18, "on": 13, "question": 48, "clauses": 16}
#: Empty lines below the last, with their lists to choose from.
_SPARE = 60
#: Characters in a cell, and in a rule with a list (Excel specifications and limits).
_MOST_IN_A_CELL, _MOST_IN_A_RULE = 32_767, 255


def case_workbook(
    case: Case,
    vocabulary: Vocabulary,
    lang: str = "zh",
    *,
    ask: Iterable[str] = (),
    clauses: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The workbook of a case. `ask` are fact types to put below the stated ones, without an answer; `clauses` says of a fact type which
    clauses need it."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    writer = _Writer(book, vocabulary, lang)
    case = stated(case)
    writer.case(case)
    writer.facts(case, ask, clauses)
    writer.sanctions(case)
    writer.names()
    writer.lists.write()
    book.close()
    return out.getvalue()


class _Look(NamedTuple):
    heading: Any
    cell: Any
    shown: Any


class _Writer:
    """One workbook in one language."""

    def __init__(self, book: Any, vocabulary: Vocabulary, lang: str) -> None:
        self.book, self.vocabulary, self.policy, self.lang = book, vocabulary, vocabulary.policy, lang
        self.lists = Lists(book, lang)
        top = {"valign": "top", "text_wrap": True, "num_format": "@"}
        self.look = _Look(
            book.add_format({"bold": True, "bottom": 1, "bg_color": "#E4EEF1"}),
            book.add_format({**top, "border": 4, "border_color": "#8B8679"}),
            book.add_format({**top, "font_color": "#56524A"}),
        )

    def said(self, text: Text) -> str:
        return text.in_(self.lang)

    def case(self, case: Case) -> None:
        """The first sheet: a line for each key."""
        page = self.sheet(CASE_SHEET, HEADINGS, (26, 60, 40))
        for row, field in enumerate(CASE_FIELDS, start=1):
            page.write_string(row, 0, self.said(field.heading), self.look.heading)
            put(page, row, 1, self.value(case, field.key), self.look.cell)
            page.write_string(row, 2, self.said(field.hint), self.look.shown)
            if choices := self.choices(field.key):
                page.data_validation(row, 1, row, 1, self.lists.rule(choices))

    def value(self, case: Case, key: str) -> str:
        cadre = case.cadre
        values = {
            "cadre.rank": self.concept("rank", cadre.rank),
            "cadre.post": cadre.post,
            "cadre.lion": {True: self.answer("yes"), False: self.answer("no"), None: ""}[cadre.on_list],
            "domain": self.concept("domain", case.domain),
            "claims": "、".join(self.policy.clauses[iri].notation for iri in case.claims),
        }
        return values[key] if key in values else str(getattr(case, key))

    def choices(self, key: str) -> list[str]:
        scheme = {"cadre.rank": "rank", "domain": "domain"}.get(key)
        if scheme:
            return self.concepts(scheme)
        return [self.answer(word) for word in ("yes", "no", "unknown")] if key == "cadre.lion" else []

    def facts(self, case: Case, ask: Iterable[str], clauses: Mapping[str, str]) -> None:
        """The second sheet: the stated facts, then those asked for, then empty lines."""
        headings = [field.heading for field in FACT_COLUMNS]
        page = self.sheet(FACT_SHEET, headings, [_WIDTHS[field.key] for field in FACT_COLUMNS])
        rows = {fact.type: self.fact(fact) for fact in case.facts}
        for iri in ask:
            rows.setdefault(iri, {})
        for row, (iri, cells) in enumerate(rows.items(), start=1):
            own = self.policy.facts.get(iri)
            told = {"name": self.fact_name(iri), "code": _code(iri), "question": self.said(own.question) if own else ""}
            self.line(page, row, FACT_COLUMNS, {**told, "clauses": clauses.get(iri, ""), **cells})
        for row in range(len(rows) + 1, len(rows) + 1 + _SPARE):
            self.line(page, row, FACT_COLUMNS, {})
        last = len(rows) + _SPARE
        answers = [self.answer(word) for word in ANSWERS]
        answer = _column(FACT_COLUMNS, "value")
        page.data_validation(1, answer, last, answer, self.lists.rule(answers))
        choose = {"validate": "list", "source": self.names_range(), "error_type": "warning"}
        page.data_validation(1, _column(FACT_COLUMNS, "name"), last, _column(FACT_COLUMNS, "name"), choose)
        page.autofilter(0, 0, last, len(FACT_COLUMNS) - 1)

    def fact(self, fact: Fact) -> dict[str, str]:
        return {
            "value": self.answer(value_word(fact)),
            "evidence": fact.evidence,
            "found_by": fact.found_by,
            "on": fact.found_on,
        }

    def names_range(self) -> str:
        """Where the last sheet has the names of all facts."""
        return f"='{self.said(NAMES_SHEET)}'!$A$2:$A${len(self.policy.facts) + 1}"

    def names(self) -> None:
        """The last sheet: all facts to choose from."""
        headings = [field.heading for field in FACT_COLUMNS if field.key in ("name", "code", "question")]
        page = self.sheet(NAMES_SHEET, headings, (30, 30, 60))
        for row, fact in enumerate(self.policy.facts.values(), start=1):
            page.write_string(row, 0, self.fact_name(fact.iri), self.look.shown)
            page.write_string(row, 1, _code(fact.iri), self.look.shown)
            page.write_string(row, 2, self.said(fact.question), self.look.shown)

    def sanctions(self, case: Case) -> None:
        """The third sheet: the decided measures."""
        headings = [field.heading for field in SANCTION_COLUMNS]
        page = self.sheet(SANCTION_SHEET, headings, (24, 14, 24, 48))
        for row, sanction in enumerate(case.sanctions, start=1):
            measure = self.concept("measure", sanction.measure)
            cells = {"measure": measure, "on": sanction.on, "by": sanction.by, "ground": sanction.ground}
            self.line(page, row, SANCTION_COLUMNS, cells)
        last = len(case.sanctions) + 12
        for row in range(len(case.sanctions) + 1, last + 1):
            self.line(page, row, SANCTION_COLUMNS, {})
        page.data_validation(1, 0, last, 0, self.lists.rule(self.concepts("measure")))

    # -- the parts of a sheet --

    def sheet(self, name: Text, headings: Sequence[Text], widths: Sequence[int]) -> Any:
        """A sheet with a frozen line of headings, landscape on A4."""
        page = self.book.add_worksheet(self.said(name))
        for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            page.set_column(column, column, width)
            page.write_string(0, column, self.said(heading), self.look.heading)
        page.freeze_panes(1, 0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        return page

    def line(self, page: Any, row: int, fields: Sequence[Field], cells: dict[str, str]) -> None:
        for column, field in enumerate(fields):
            shown = field.key in ("question", "clauses", "code")
            put(page, row, column, cells.get(field.key, ""), self.look.shown if shown else self.look.cell)

    # -- words --

    def answer(self, word: str) -> str:
        return self.said(ANSWERS[word])

    def fact_name(self, iri: str) -> str:
        return fact_name(iri, self.vocabulary, self.lang)

    def concept(self, scheme: str, iri: str) -> str:
        return concept_name(scheme, iri, self.vocabulary, self.lang) if iri else ""

    def concepts(self, scheme: str) -> list[str]:
        return [self.concept(scheme, iri) for iri in self.policy.schemes.get(scheme, ())]


def put(page: Any, row: int, column: int, text: str, look: Any) -> None:
    """Writes a cell. Raises BadParameter where no cell holds so much: the text would be lost without a word."""
    if len(text) > _MOST_IN_A_CELL:
        raise BadParameter(
            f"“{text[:12]}……”有 {len(text)} 字，工作簿的一格最多 {_MOST_IN_A_CELL} 字",
            f'"{text[:12]}…" has {len(text)} characters; a cell of a workbook holds {_MOST_IN_A_CELL} at most',
            hint=("请存为 YAML、JSON 或者 Turtle", "save it as YAML, JSON or Turtle"),
        )
    page.write_string(row, column, text, look)


def _code(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]


def _column(fields: Sequence[Field], key: str) -> int:
    return [field.key for field in fields].index(key)


class Lists:
    """The lists to choose from. In a cell's own rule commas part the choices, and there is room for 255 characters: whatever does not go in there stands on a hidden sheet."""

    def __init__(self, book: Any, lang: str) -> None:
        self._book, self._name = book, CHOICES_SHEET.in_(lang)
        self._columns: list[tuple[str, ...]] = []

    def rule(self, choices: Iterable[str], *, error_type: str = "stop") -> dict[str, Any]:
        """What lets a cell be chosen from these."""
        known = tuple(choices)
        source: list[str] | str = list(known)
        if any("," in choice for choice in known) or len(",".join(known)) > _MOST_IN_A_RULE:
            if known not in self._columns:
                self._columns.append(known)
            column = letters(self._columns.index(known) + 1)
            source = f"='{self._name}'!${column}$1:${column}${len(known)}"
        return {"validate": "list", "source": source, "error_type": error_type}

    def write(self) -> None:
        """Adds the hidden sheet, where one is needed."""
        if not self._columns:
            return
        page = self._book.add_worksheet(self._name)
        page.hide()
        for at, choices in enumerate(self._columns):
            for row, choice in enumerate(choices):
                page.write_string(row, at, choice)
