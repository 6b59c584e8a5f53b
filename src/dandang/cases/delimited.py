"""CSV as offices have it: UTF-8 with or without a byte order mark, GB18030, UTF-16; commas, semicolons or tabs."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from io import StringIO

from dandang.cases.table_heading import Locate, Row
from dandang.errors import MalformedFile, UnreadableFile
from dandang.model import Place
from dandang.ooxml.columns import letters

#: A cell longer than this is no cell; the csv module's own bound is lower than a long summary.
_LONGEST_CELL = 1024 * 1024
_ENCODINGS = ("utf-8", "gb18030")


def csv_text(content: bytes, name: str) -> str:
    """The text of a CSV file, whichever of the encodings it has. Raises UnreadableFile with the line that is in none of them."""
    return content.decode(csv_encoding(content, name)).removeprefix("\ufeff")


def csv_encoding(content: bytes, name: str) -> str:
    """The encoding of a CSV file. Raises UnreadableFile."""
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else _ENCODINGS:
        try:
            content.decode(encoding)
        except UnicodeDecodeError as error:
            bad = error.start
        else:
            return encoding
    line = content.count(b"\n", 0, bad) + 1
    hint = ("整个文件用一种编码：UTF-8 或者 GB18030", "use one encoding for the whole file: UTF-8 or GB18030")
    raise UnreadableFile("文件混有不同的编码", "the file mixes encodings", hint=hint, place=Place(name, line))


class CsvTable:
    """The rows of a CSV text, with the line where each begins."""

    def __init__(self, text: str, name: str) -> None:
        self._name = name
        #: The rows from which on a row and its line are further apart, as a cell of the row before has several lines; and how far.
        self._from, self._apart = [0], [0]
        self._text = text

    def rows(self) -> Iterator[Row]:
        """The rows from 1. Raises MalformedFile where a quotation mark is not closed or a cell too long."""
        self._from, self._apart = [0], [0]
        return self._numbered(StringIO(self._text, newline=""))

    def _numbered(self, lines: Iterable[str]) -> Iterator[Row]:
        csv.field_size_limit(_LONGEST_CELL)
        reader = csv.reader(lines, delimiter=delimiter_of(self._text), strict=True)
        number = begin = 0
        try:
            for cells in reader:
                number += 1
                if begin + 1 - number != self._apart[-1]:
                    self._from.append(number)
                    self._apart.append(begin + 1 - number)
                begin = reader.line_num
                yield number, cells
        except csv.Error as error:
            raise MalformedFile(
                "CSV 语法错误：引号没有成对，或者一格太长",
                f"CSV syntax error: {error}",
                hint=("带引号的单元格，里面的引号写两个", "inside a quoted cell, write a quotation mark twice"),
                place=Place(self._name, begin + 1),
            ) from error

    @property
    def locate(self) -> Locate:
        """The place of a cell by line, column and the letters that a spreadsheet gives it."""

        def place(row: int, column: int, path: str) -> Place:
            line = row + self._apart[bisect_right(self._from, row) - 1]
            return Place(self._name, line, column + 1, path, f"{letters(column + 1)}{row}")

        return place


def delimiter_of(text: str) -> str:
    """The mark that the first line has most of, outside quotation marks."""
    first = "".join(text.split("\n", 1)[0].split('"')[::2])
    return max(",;\t", key=first.count)
