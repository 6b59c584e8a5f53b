"""A sheet as it streams by: cells get a colour or another text, and what refers to its notes is added; all else stays, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import IO

from dandang.ooxml.columns import column_number, letters

_CHUNK = 1 << 18
_NUMBER = re.compile(rb'\sr="(\d+)"')
_REFERENCE = re.compile(rb'\sr="([A-Z]+)\d+"')
_STYLE = re.compile(rb'\ss="(\d+)"')
_TYPE = re.compile(rb'\s(?:t|cm|vm)="[^"]*"')
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?>)")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_SELECTED = re.compile(rb'\stabSelected="[^"]*"')
#: What may stand behind the reference to notes, in the order of the schema (ECMA-376, part 1, 18.3.1.99).
_BEHIND = (
    "legacyDrawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
    "worksheet",
)

#: The colours of cells by row and column, both from 1.
Marks = Mapping[int, Mapping[int, str]]


class SheetChange:
    """Colours the cells of a sheet. `style` gives the number of a format with a colour; `notes` is the id of the relationship to the drawing of notes, if new."""

    def __init__(self, marks: Marks, style: Callable[[int, str], int], *, notes: str = "") -> None:
        self._marks = marks
        self._style = style
        self._notes = notes
        self._columns: list[tuple[int, int, int]] = []
        self._prefix = b""

    def __call__(self, stream: IO[bytes]) -> Iterator[bytes]:
        """The sheet in pieces, as it is to be."""
        head, rest = _until(stream, b"", re.compile(rb"<(?:\w+:)?sheetData\b[^>]*>"))
        yield self._head(head)
        if rest is None:
            return
        if head.endswith(b"/>"):
            data = b"".join(self._missing(sorted(self._marks)))
            yield data and data + b"</" + self._prefix + b"sheetData>"
        else:
            rest = yield from self._rows(stream, rest)
        yield self._tail(rest + stream.read())

    def _head(self, head: bytes) -> bytes:
        named = re.search(rb"<(\w+:)?worksheet", head)
        self._prefix = (named[1] or b"") if named else b""
        for column in _COLUMN.findall(head):
            values = [re.search(rb'\s%b="(\d+)"' % name, column) for name in (b"min", b"max", b"style")]
            if all(values):
                low, high, style = (int(value[1]) for value in values if value)
                self._columns.append((low, high, style))
        head = _SELECTED.sub(b"", head)
        return head[:-2] + b">" if head.endswith(b"/>") and self._marks else head

    def _tail(self, tail: bytes) -> bytes:
        if not self._notes:
            return tail
        office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        link = b'<%blegacyDrawing xmlns:d="%b" d:id="%b"/>' % (self._prefix, office, self._notes.encode())
        marks = (re.search(rb"</?(?:\w+:)?%b\b" % name.encode(), tail) for name in _BEHIND)
        at = min((mark.start() for mark in marks if mark), default=len(tail))
        return tail[:at] + link + tail[at:]

    def _rows(self, stream: IO[bytes], rest: bytes) -> Generator[bytes, None, bytes]:
        """The rows; returns what stands behind the last."""
        close, end = b"</" + self._prefix + b"row>", b"</" + self._prefix + b"sheetData>"
        waiting, last = sorted(self._marks), 0
        begin = b"<" + self._prefix + b"row"
        while True:
            done: list[bytes] = []
            at = 0
            while True:
                if rest.startswith(begin, at) and (stop := rest.find(b">", at)) >= 0:
                    stop += 1
                    if not rest.startswith(b"/", stop - 2):
                        stop = rest.find(close, stop) + len(close)
                        if stop < len(close):
                            break
                elif rest.startswith(end, at):
                    done += self._missing(waiting)
                    yield b"".join(done)
                    return rest[at:]
                elif rest[at : at + 1] in b" \r\n\t" and at < len(rest):
                    done.append(rest[at : at + 1])
                    at += 1
                    continue
                else:
                    break
                row = rest[at:stop]
                number = _NUMBER.search(row, 0, row.find(b">"))
                last = int(number[1]) if number else last + 1
                while waiting and waiting[0] < last:
                    done += self._missing([waiting.pop(0)])
                if waiting and waiting[0] == last:
                    row = self._row(row, waiting.pop(0))
                done.append(row)
                at = stop
            if done:
                yield b"".join(done)
            more = stream.read(_CHUNK)
            rest = rest[at:] + more
            if not more:
                return rest

    def _missing(self, numbers: list[int]) -> list[bytes]:
        return [
            b'<%brow r="%d">%b</%brow>'
            % (self._prefix, n, b"".join(self._new(n, c) for c in sorted(self._marks[n])), self._prefix)
            for n in numbers
        ]

    def _new(self, row: int, column: int) -> bytes:
        """A cell that the row has not: with the format of its column."""
        style = next((style for low, high, style in self._columns if low <= column <= high), 0)
        number = self._style(style, self._marks[row][column])
        return b'<%bc r="%b%d" s="%d"/>' % (self._prefix, letters(column).encode(), row, number)

    def _row(self, row: bytes, number: int) -> bytes:
        marks = dict(self._marks[number])
        if row.endswith(b"/>"):
            row = row[:-2] + b"></" + self._prefix + b"row>"
        for column in list(marks):
            if changed := self._quickly(row, number, column, marks[column]):
                row = changed
                del marks[column]
        return self._slowly(row, number, marks) if marks else row

    def _quickly(self, row: bytes, number: int, column: int, colour: str) -> bytes | None:
        """The row with a cell coloured that tells its own place; None where none does."""
        at = row.find(b' r="%b%d"' % (letters(column).encode(), number))
        tag = row.rfind(b"<", 0, at) if at > 0 else -1
        found = _CELL.match(row, tag) if tag >= 0 else None
        if not found:
            return None
        changed, end = self._changed(row, found, colour)
        return row[:tag] + changed + row[end:]

    def _slowly(self, row: bytes, number: int, marks: dict[int, str]) -> bytes:
        """The row with cells coloured that tell no place, and cells added."""
        done, at, column = [], row.find(b">") + 1, 0
        done.append(row[:at])
        for found in _CELL.finditer(row, at):
            told = _REFERENCE.search(found[1])
            column = column_number(told[1].decode()) if told else column + 1
            done.append(row[at : found.start()])
            done += [self._new(number, own) for own in sorted(marks) if own < column]
            marks = {own: colour for own, colour in marks.items() if own >= column}
            changed, at = found[0], found.end()
            if column in marks:
                changed, at = self._changed(row, found, marks.pop(column))
            done.append(changed)
        close = row.rfind(b"</")
        done.append(row[at:close])
        done += [self._new(number, own) for own in sorted(marks)]
        return b"".join([*done, row[close:]])

    def _changed(self, row: bytes, cell: re.Match[bytes], colour: str) -> tuple[bytes, int]:
        """What stands in place of a cell from its begin on, and where in the row that ends."""
        style = _STYLE.search(cell[1])
        number = self._style(int(style[1]) if style else 0, colour)
        name = cell[0][: cell.start(1) - cell.start()]
        return name + _STYLE.sub(b"", cell[1]).rstrip() + b' s="%d"' % number + cell[2], cell.end()


class TextChange(SheetChange):
    """Gives cells that there are another text, as XML; what they look like stays."""

    def __init__(self, texts: Marks) -> None:
        super().__init__(texts, lambda style, _: style)

    def _head(self, head: bytes) -> bytes:
        super()._head(head)
        return head

    def _changed(self, row: bytes, cell: re.Match[bytes], text: str) -> tuple[bytes, int]:
        close, end, p = b"</" + self._prefix + b"c>", cell.end(), self._prefix
        if cell[2] == b">":
            end = row.find(close, end) + len(close)
        name = cell[0][: cell.start(1) - cell.start()]
        told = b'<%bis><%bt xml:space="preserve">%b</%bt></%bis>' % (p, p, text.encode(), p, p)
        return name + _TYPE.sub(b"", cell[1]).rstrip() + b' t="inlineStr">' + told + close, end


def deselected(stream: IO[bytes]) -> Iterator[bytes]:
    """A sheet that is no longer the one shown: two that are would be edited together."""
    yield _SELECTED.sub(b"", stream.read(_CHUNK))
    yield from iter(lambda: stream.read(_CHUNK), b"")


def _until(stream: IO[bytes], begun: bytes, mark: re.Pattern[bytes]) -> tuple[bytes, bytes | None]:
    """What stands up to the end of a mark, and what was read behind it; None where the mark does not come."""
    while not (found := mark.search(begun)):
        more = stream.read(_CHUNK)
        if not more:
            return begun, None
        begun += more
    return begun[: found.end()], begun[found.end() :]
