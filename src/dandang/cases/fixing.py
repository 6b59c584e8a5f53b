"""Writes the safe corrections of findings into a file: each in its place, everything else as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import BytesIO
from typing import NamedTuple

from dandang.model import Finding

#: A byte order mark, which counts as no column.
_MARK = "\ufeff"


class Fix(NamedTuple):
    """A correction that was made, or one whose text was not found in its place."""

    finding: Finding
    made: bool


def fixed_file(content: bytes, name: str, findings: Iterable[Finding]) -> tuple[bytes, list[Fix]]:
    """The content of a case file with the corrections of its findings made. RDF and Parquet are left as they are."""
    from dandang.cases.files import is_workbook
    from dandang.cases.reading import syntax_of

    wanted = [finding for finding in findings if finding.fix]
    if not wanted:
        return content, []
    if is_workbook(content):
        return fixed_workbook(content, wanted)
    syntax = syntax_of(name)
    if syntax == "csv":
        from dandang.cases.delimited import csv_encoding, delimiter_of

        encoding = csv_encoding(content, name)
        text, fixes = fixed_text(content.decode(encoding), wanted, delimiter=delimiter_of(content.decode(encoding)))
        return text.encode(encoding), fixes
    if syntax not in ("", "yaml", "json", "jsonl"):
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
    """The workbook with the corrections made."""
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(content))
    fixes = []
    for finding in findings:
        sheet, mark, cell = (finding.place.cell if finding.place else "").rpartition("!")
        if not finding.fix or not mark:
            continue
        found = book[sheet][cell]
        made = isinstance(found.value, str) and finding.value in found.value
        if made:
            found.value = found.value.replace(finding.value, finding.fix)
        fixes.append(Fix(finding, made))
    out = BytesIO()
    book.save(out)
    return out.getvalue(), fixes
