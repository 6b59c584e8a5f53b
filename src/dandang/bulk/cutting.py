"""Bytes → chunks of whole cases: where to cut a stream, or a file, of lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO

from dandang.bulk import faults
from dandang.bulk.line_keys import LineKey, key_of
from dandang.bulk.records import Chunk
from dandang.model import Finding, Place

#: Bytes of a chunk: enough that nothing is spent on the way, few enough to hold several.
CHUNK = 1 << 20
#: So much of the end of a chunk is looked at first for the border of two cases.
_LAST = 1 << 16
#: A line beyond this is no case; it is passed over without being held.
MOST_LINE = 8 << 20
#: A case beyond this is cut, and checked in pieces.
MOST_CASE = 4 << 20


class Broken(Exception):
    """The stream ends before its time; carries the finding, without a line."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding


class Cutter:
    """Cuts a stream of lines between cases."""

    def __init__(self, name: str, syntax: str, size: int) -> None:
        self.name = name
        self.syntax = syntax
        self.size = size
        self._findings: list[Finding] = []
        self._first = True
        #: What the lines of the case have in common that was cut last.
        self._overlong: LineKey | None = None

    def chunks(self, source: Iterable[bytes], *, begun: bool = False) -> Iterator[Chunk]:
        """The chunks of a stream, or of the rest of one; where there is nothing in it, a finding."""
        waiting, skipping, empty = bytearray(), False, not begun
        broken: Finding | None = None
        stream = iter(source)
        while True:
            try:
                block = next(stream, b"")
            except Broken as fault:
                block, broken = b"", fault.finding
            if not block:
                break
            empty = False
            if skipping:
                end = block.find(b"\n")
                if end < 0:
                    continue
                block, skipping = block[end:], False
            waiting += block
            tail = waiting.rfind(b"\n") + 1
            if len(waiting) - tail > MOST_LINE:
                self._findings.append(faults.line_too_long(self._place(waiting, tail), MOST_LINE))
                del waiting[tail:]
                skipping = True
            if len(waiting) >= self.size:
                cut = self.cut(waiting)
                if cut:
                    yield self.chunk(bytes(waiting[:cut]))
                    del waiting[:cut]
        if broken is not None:
            tail = waiting.rfind(b"\n") + 1
            self._findings.append(broken._replace(place=self._place(waiting, tail)))
            del waiting[tail:]
        elif waiting and not waiting.endswith(b"\n"):
            waiting += b"\n"
        if waiting or self._findings:
            yield self.chunk(bytes(waiting))
        if empty and broken is None:
            yield self.chunk()._replace(findings=(faults.empty(Place(self.name)),))

    def _place(self, waiting: bytes | bytearray, position: int) -> Place:
        return Place(self.name, 1 + waiting.count(b"\n", 0, position))

    def chunk(self, data: bytes = b"", start: int = 0, end: int = 0) -> Chunk:
        """The next chunk: its bytes, or where they are in the file."""
        found = Chunk(self.name, self.syntax, data, start, end, tuple(self._findings), self._first)
        self._findings, self._first = [], False
        return found

    def cut(self, waiting: bytes | bytearray) -> int:
        """Where the last case of a buffer begins, which may go on behind it; 0 where there is but one."""
        end = waiting.rfind(b"\n") + 1
        if self.syntax == "jsonl":
            return end
        key = self._key(waiting, waiting.rfind(b"\n", 0, end - 1) + 1, end)
        start = end
        while start > 0:
            before = waiting.rfind(b"\n", 0, start - 1) + 1
            own = self._key(waiting, before, start)
            if not own.goes_with(key):
                return start
            key = own if own.subject else key
            start = before
        if len(waiting) <= MOST_CASE:
            return 0
        if self._overlong is None or not key.goes_with(self._overlong):
            self._overlong = key
            self._findings.append(faults.case_too_long(self._place(waiting, 0), MOST_CASE))
        return end

    def _key(self, waiting: bytes | bytearray, start: int, end: int) -> LineKey:
        return key_of(bytes(waiting[start:end]).rstrip(), quads=self.syntax == "nquads")


class PlainFile:
    """A file that can be read at any place: cut into chunks that say where they are, from a look at their ends."""

    def __init__(self, raw: BinaryIO, cutter: Cutter) -> None:
        self._raw = raw
        self._cutter = cutter

    def chunks(self) -> Iterator[Chunk]:
        """The chunks of the file. What is not as it should be is left to the cutter of streams, from there to the end."""
        cutter, start = self._cutter, self._raw.tell()
        while end := self._end(start):
            yield cutter.chunk(start=start, end=end)
            start = end
        self._raw.seek(start)
        yield from cutter.chunks(iter(partial(self._raw.read, cutter.size), b""), begun=start > 0)

    def _end(self, start: int) -> int:
        """Where the chunk from here ends; 0 where it is the last one, or no ordinary one."""
        beyond = start + self._cutter.size
        for length in (_LAST, self._cutter.size):
            first = max(beyond - length, start)
            self._raw.seek(first)
            window = self._raw.read(beyond - first)
            if first + len(window) < beyond:
                return 0
            # A line that is seen in part looks like one of another case.
            whole = window.find(b"\n") + 1 if first > start else 0
            cut = self._cutter.cut(window[whole:])
            if cut:
                return first + whole + cut
        return 0
