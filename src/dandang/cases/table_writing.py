"""Writes cases as the table that `table` reads: CSV, and a workbook with lists to choose from and the questions as notes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any, NamedTuple

from dandang.cases.sheet import CASE_FIELDS, CASE_SHEET, FACT_COLUMNS, SANCTION_COLUMNS
from dandang.cases.sheet_writing import ANSWERS, Lists, put
from dandang.cases.table import EXAMPLE, SANCTION
from dandang.cases.table_heading import is_item
from dandang.cases.writing import concept_name, fact_name, stated, value_word
from dandang.messages import Text
from dandang.model import Case, Fact
from dandang.vocabulary import Vocabulary

_FACT_PARTS = {field.key: field.heading for field in FACT_COLUMNS if field.key in ("evidence", "found_by", "on")}
_SANCTION_PARTS = {field.key: field.heading for field in SANCTION_COLUMNS if field.key != "measure"}
#: Empty rows with their lists to choose from.
_SPARE = 200
_WIDTHS = {"title": 30, "summary": 40, "cadre.post": 24}


class _Column(NamedTuple):
    """A column to write: its heading, what it asks, and what may be chosen."""

    key: tuple[str, ...]
    heading: str
    note: str = ""
    choices: tuple[str, ...] = ()


def cases_csv(
    cases: Sequence[Case],
    vocabulary: Vocabulary,
    lang: str = "zh",
    *,
    ask: Iterable[str] = (),
    example: Case | None = None,
) -> str:
    """The cases as CSV, with a byte order mark, without which Excel and WPS garble Chinese. `ask` and `example` as for the workbook."""
    writer = _Writer(vocabulary, lang)
    shown = [*([example] if example else []), *cases]
    columns = writer.columns(shown, ask)
    out = StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(column.heading for column in columns)
    for case in shown:
        cells = writer.example(case) if case is example else writer.cells(case)
        table.writerow(cells.get(column.key, "") for column in columns)
    return "\ufeff" + out.getvalue()


def cases_workbook(
    cases: Sequence[Case],
    vocabulary: Vocabulary,
    lang: str = "zh",
    *,
    ask: Iterable[str] = (),
    example: Case | None = None,
) -> bytes:
    """The cases as a workbook with one table. `ask` are fact types to give a column though no case states them; `example` is written
    above the cases as a row that reading leaves out."""
    import xlsxwriter

    writer = _Writer(vocabulary, lang)
    shown = [*([example] if example else []), *cases]
    columns = writer.columns(shown, ask)
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    page = book.add_worksheet(CASE_SHEET.in_(lang))
    _head(book, page, columns)
    cell, grey = (
        book.add_format({"num_format": "@", "valign": "top"}),
        book.add_format({"num_format": "@", "font_color": "#767676"}),
    )
    for row, case in enumerate(shown, start=1):
        cells = writer.example(case) if case is example else writer.cells(case)
        for at, column in enumerate(columns):
            put(page, row, at, cells.get(column.key, ""), grey if case is example else cell)
    lists = Lists(book, lang)
    for at, column in enumerate(columns):
        if column.choices:
            rule = lists.rule(column.choices, error_type="warning")
            page.data_validation(1, at, len(shown) + _SPARE, at, rule)
    lists.write()
    book.close()
    return out.getvalue()


def _head(book: Any, page: Any, columns: Sequence[_Column]) -> None:
    """The headings, each with what it asks as a note."""
    look = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    for at, column in enumerate(columns):
        page.set_column(at, at, _WIDTHS.get(".".join(column.key), 14), text)
        page.write_string(0, at, column.heading, look)
        if column.note:
            page.write_comment(0, at, column.note, {"x_scale": 2, "y_scale": 1.2})
    page.freeze_panes(1, 2)


class _Writer:
    """What a table of cases says, in one language."""

    def __init__(self, vocabulary: Vocabulary, lang: str) -> None:
        self.vocabulary, self.lang = vocabulary, lang
        self.policy = vocabulary.policy

    def said(self, text: Text) -> str:
        return text.in_(self.lang)

    # -- columns --

    def columns(self, cases: Sequence[Case], ask: Iterable[str] = ()) -> list[_Column]:
        """The columns that these cases need: every item, every fact stated or asked for, every part that some case has."""
        used: dict[tuple[str, ...], None] = {}
        for case in cases:
            used.update(dict.fromkeys(self.cells(case)))
        facts = dict.fromkeys(iri for iri in (*ask, *(key[1] for key in used if key[0] == "fact")))
        columns = [self.case_column(field.key, field.heading, field.hint) for field in CASE_FIELDS]
        for iri in facts:
            columns.append(self.fact_column(iri))
            columns += [self.fact_part(iri, key) for key in _FACT_PARTS if ("fact", iri, key) in used]
        most = max([int(key[1]) for key in used if key[0] == "sanction"], default=1)
        for number in range(1, most + 1):
            columns.append(self.sanction_column(number))
            columns += [
                self.sanction_part(number, key) for key in _SANCTION_PARTS if ("sanction", str(number), key) in used
            ]
        return columns

    def case_column(self, key: str, heading: Text, hint: Text) -> _Column:
        scheme = {"cadre.rank": "rank", "domain": "domain"}.get(key, "")
        choices = (
            self.concepts(scheme) if scheme else self.answers(("yes", "no", "unknown")) if key == "cadre.lion" else ()
        )
        return _Column((key,), self.said(heading), self.said(hint), choices)

    def fact_column(self, iri: str) -> _Column:
        question = self.said(self.policy.facts[iri].question)
        return _Column(("fact", iri, "value"), self.fact(iri), question, self.answers(tuple(ANSWERS)))

    def fact_part(self, iri: str, key: str) -> _Column:
        return _Column(("fact", iri, key), self.part(self.fact(iri), _FACT_PARTS[key]))

    def sanction_column(self, number: int) -> _Column:
        return _Column(("sanction", str(number), "measure"), self.sanction(number), "", self.concepts("measure"))

    def sanction_part(self, number: int, key: str) -> _Column:
        return _Column(("sanction", str(number), key), self.part(self.sanction(number), _SANCTION_PARTS[key]))

    # -- cells --

    def cells(self, case: Case) -> dict[tuple[str, ...], str]:
        """What a case says, by the key of its column; nothing for what it does not state."""
        case = stated(case)
        cadre = case.cadre
        said: dict[tuple[str, ...], str] = {
            ("id",): case.id,
            ("title",): case.title,
            ("on",): case.on,
            ("decided",): case.decided,
            ("cadre.rank",): self.concept("rank", cadre.rank),
            ("cadre.post",): cadre.post,
            ("cadre.lion",): {True: self.answer("yes"), False: self.answer("no"), None: ""}[cadre.on_list],
            ("domain",): self.concept("domain", case.domain),
            ("summary",): case.summary,
            ("claims",): "、".join(self.policy.clauses[iri].notation for iri in case.claims),
            ("note",): case.note,
        }
        for fact in case.facts:
            said.update(self.fact_cells(fact))
        for number, sanction in enumerate(case.sanctions, start=1):
            parts = {
                "measure": self.concept("measure", sanction.measure),
                "on": sanction.on,
                "by": sanction.by,
                "ground": sanction.ground,
            }
            said.update({("sanction", str(number), key): text for key, text in parts.items()})
        return {key: text for key, text in said.items() if text}

    def example(self, case: Case) -> dict[tuple[str, ...], str]:
        """What a case says as a row that reading leaves out."""
        return {**self.cells(case), ("id",): self.said(EXAMPLE)}

    def fact_cells(self, fact: Fact) -> dict[tuple[str, ...], str]:
        parts = {
            "value": self.answer(value_word(fact)),
            "evidence": fact.evidence,
            "found_by": fact.found_by,
            "on": fact.found_on,
        }
        return {("fact", fact.type, key): text for key, text in parts.items()}

    # -- words --

    def part(self, whole: str, name: Text) -> str:
        return f"{whole}（{name.zh}）" if self.lang == "zh" else f"{whole} ({name.en})"

    def sanction(self, number: int) -> str:
        return f"{self.said(SANCTION)}{number}" if self.lang == "zh" else f"{self.said(SANCTION)} {number}"

    def fact(self, iri: str) -> str:
        """The heading of a fact; its code where the name is that of an item of the case."""
        name = fact_name(iri, self.vocabulary, self.lang)
        return iri.rsplit("/", 1)[-1] if is_item(name) else name

    def answer(self, word: str) -> str:
        return self.said(ANSWERS[word])

    def answers(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(map(self.answer, words))

    def concept(self, scheme: str, iri: str) -> str:
        return concept_name(scheme, iri, self.vocabulary, self.lang) if iri else ""

    def concepts(self, scheme: str) -> tuple[str, ...]:
        return tuple(self.concept(scheme, iri) for iri in self.policy.schemes.get(scheme, ()))
