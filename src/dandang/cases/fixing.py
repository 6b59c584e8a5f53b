"""Writes the safe corrections of findings into a file: each in its place, everything else as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from dandang.model import Finding

_NAME = re.compile(r"([A-Z]+)([0-9]+)")
#: A byte order mark, which counts as no column.
_MARK = "\ufeff"


class Fix(NamedTuple):
    """A correction that was made, or one whose text was not found in its place."""

    finding: Finding
    made: bool


def fixed_file(content: bytes, name: str, findings: Iterable[Finding], *, syntax: str = "") -> tuple[bytes, list[Fix]]:
    """The content of a case file with the corrections of its findings made. RDF and Parquet are left as they are."""
    from dandang.cases.files import is_workbook
    from dandang.cases.reading import syntax_of
    from dandang.cases.sniffing import sniffed

    wanted = [finding for finding in findings if finding.fix]
    if not wanted:
        return content, []
    if is_workbook(content):
        return fixed_workbook(content, wanted)
    syntax = syntax or syntax_of(name) or sniffed(content)
    if syntax == "csv":
        from dandang.cases.delimited import csv_encoding, delimiter_of

        encoding = csv_encoding(content, name)
        text, fixes = fixed_text(content.decode(encoding), wanted, delimiter=delimiter_of(content.decode(encoding)))
        return text.encode(encoding), fixes
    if syntax not in ("yaml", "json", "jsonl"):
        return content, [Fix(finding, False) for finding in wanted]
    text, fixes = fixed_text(content.decode(), wanted)
    return text.encode(), fixes


def fixed_text(text: str, findings: Iterable[Finding], *, delimiter: str = "") -> tuple[str, list[Fix]]:
    """The text with the corrections made. `delimiter` is that of a table, whose places count cells and not characters."""
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    spans, fixes = set(), []
    for finding in findings:
        place = finding.place
        at = -1
        if place and place.line and place.line <= len(starts):
            begin, end = _span(text, starts[place.line - 1], (place.column or 1) - 1, delimiter)
            at = text.find(finding.value, begin, end)
        fixes.append(Fix(finding, at >= 0))
        if at >= 0:
            spans.add((at, at + len(finding.value), finding.fix))
    for begin, end, new in sorted(spans, reverse=True):
        text = text[:begin] + new + text[end:]
    return mark + text, fixes


def _span(text: str, line: int, column: int, delimiter: str) -> tuple[int, int]:
    """Where to look for a value: its cell, or the rest of its line."""
    if delimiter:
        return _cell(text, line, column, delimiter)
    end = text.find("\n", line)
    return line + column, end if end >= 0 else len(text)


def _cell(text: str, begin: int, index: int, delimiter: str) -> tuple[int, int]:
    """Where a cell of the row that begins there stands."""
    at, quoted = begin, False
    while at < len(text):
        sign = text[at]
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in (delimiter, "\n"):
            if index == 0 or sign == "\n":
                break
            index, begin = index - 1, at + 1
        at += 1
    return begin, at


def fixed_workbook(content: bytes, findings: Iterable[Finding]) -> tuple[bytes, list[Fix]]:
    """The workbook with the corrections made; nothing but the cells concerned is written anew."""
    from dandang.ooxml.package import Package, xml_text
    from dandang.ooxml.sheet import TextChange

    cells = _Cells(content)
    fixes = [Fix(finding, cells.correct(finding)) for finding in findings if finding.fix]
    package = Package(content)
    sheets = package.sheets()
    changes = {
        sheets[sheet]: TextChange({row: {at: xml_text(text) for at, text in own.items()} for row, own in rows.items()})
        for sheet, rows in cells.changed.items()
    }
    return package.saved(changes, {}), fixes


class _Cells:
    """The texts of a workbook's cells, and those that are changed: by sheet, row and column from 1."""

    def __init__(self, content: bytes) -> None:
        from dandang.cases.sheet import open_workbook

        self._book = open_workbook(content, "")
        self._sheets: dict[str, list[list[Any]]] = {}
        self.changed: dict[str, dict[int, dict[int, str]]] = {}

    def correct(self, finding: Finding) -> bool:
        """Put the correction of a finding in place of what is wrong; tells whether that stands there."""
        from dandang.cases.sheet import cell_text
        from dandang.ooxml.columns import column_number

        sheet, _, name = (finding.place.cell if finding.place else "").rpartition("!")
        found = _NAME.fullmatch(name)
        if not found or sheet not in self._book.sheet_names:
            return False
        row, column = int(found[2]), column_number(found[1])
        if sheet not in self._sheets:
            self._sheets[sheet] = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        rows = self._sheets[sheet]
        there = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None
        if isinstance(there, float | int):
            # A date that is stored as a bare number.
            there = cell_text(there)
        if not isinstance(there, str) or finding.value not in there:
            return False
        rows[row - 1][column - 1] = text = there.replace(finding.value, finding.fix)
        self.changed.setdefault(sheet, {}).setdefault(row, {})[column] = text
        return True
