"""Files → chunks of whole cases, in bounded memory. Everything that can go wrong with a stream becomes a finding, and what can be read is read.

`.gz` and `.zst` are unpacked on the way; `-` is standard input; an address with a scheme (`s3://…`, `https://…`) is opened by fsspec.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from itertools import chain
from typing import IO, Any, BinaryIO, cast

import pyoxigraph as ox
import zstandard

from dandang.bulk import faults
from dandang.bulk.nquads import graph_of
from dandang.bulk.records import Chunk
from dandang.cases.compressed import opened
from dandang.errors import ResourceMissing, UnreadableFile
from dandang.model import Finding, Place
from dandang.namespaces import RDF

SYNTAXES = {
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "nq": "nquads",
    "nquads": "nquads",
    "nt": "ntriples",
    "ttl": "turtle",
    "turtle": "turtle",
    "trig": "trig",
}
_PACKED = (".gz", ".zst")
#: Bytes of a chunk: enough that nothing is spent on the way, few enough to hold several.
CHUNK = 1 << 20
#: A line beyond this is no case; it is passed over without being held.
MOST_LINE = 8 << 20
#: A case beyond this is cut.
MOST_CASE = 32 << 20


def syntax_of(name: str) -> str:
    """The syntax of a file by its ending. Raises UnreadableFile for an unknown one."""
    parts = name.lower().split(".")
    if f".{parts[-1]}" in _PACKED:
        parts.pop()
    found = SYNTAXES.get(parts[-1]) if len(parts) > 1 else None
    if found is None:
        endings = ", ".join(f".{ending}" for ending in SYNTAXES)
        raise UnreadableFile(
            "看不出这是什么格式的批量数据",
            "the format of this bulk data cannot be told",
            hint=(
                f"文件名以 {endings} 结尾，后面可以再加 .gz 或者 .zst",
                f"let the name end in {endings}, with .gz or .zst behind it",
            ),
            place=Place(name),
        )
    return found


def chunks(name: str, *, syntax: str = "", size: int = CHUNK) -> Iterator[Chunk]:
    """The chunks of a file, each of about `size` bytes. Raises UnreadableFile where the file cannot be opened at all."""
    syntax = syntax or syntax_of(name)
    with _opened(name) as raw:
        source = _unpacked(raw, name, size)
        if syntax in ("turtle", "trig"):
            yield from _graph_chunks(source, name, syntax, size)
        else:
            yield from _Cutter(name, syntax, size).chunks(source)


def _opened(name: str) -> Any:
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    place = Place(name)
    if "://" in name:
        try:
            import fsspec
        except ImportError as error:
            hint = ("请安装 dandang[many]", "install dandang[many]")
            raise ResourceMissing(
                "读取网络地址需要 fsspec", "reading an address needs fsspec", hint=hint, place=place
            ) from error
        return fsspec.open(name, "rb")
    try:
        return open(name, "rb")
    except FileNotFoundError as error:
        hint = ("请检查文件名和所在文件夹", "check the name and the folder")
        raise UnreadableFile("没有这个文件", "there is no such file", hint=hint, place=place) from error
    except OSError as error:
        raise UnreadableFile(
            f"无法读取（{error.strerror}）", f"cannot be read ({error.strerror})", place=place
        ) from error


# --- bytes ------------------------------------------------------------------------------------------------------------


class _Broken(Exception):
    """The stream ends before its time; carries the finding, without a line."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding


def _unpacked(raw: BinaryIO, name: str, size: int) -> Iterator[bytes]:
    """The bytes of a file, unpacked. Raises _Broken where packed data is cut off or damaged."""
    if not name.lower().endswith(_PACKED):
        yield from iter(lambda: raw.read(size), b"")
        return
    try:
        yield from iter(partial(opened(raw, name).read, size), b"")
    except EOFError as error:
        raise _Broken(faults.cut_off(Place(name))) from error
    except (OSError, zlib.error, zstandard.ZstdError) as error:
        raise _Broken(faults.damaged(Place(name))) from error


class _Cutter:
    """Cuts a stream of lines between cases."""

    def __init__(self, name: str, syntax: str, size: int) -> None:
        self.name = name
        self.syntax = syntax
        self.size = size
        self._line = 1
        self._findings: list[Finding] = []

    def chunks(self, source: Iterable[bytes]) -> Iterator[Chunk]:
        """The chunks of a stream. Raises UnreadableFile where there is nothing in it."""
        waiting, skipping, empty = bytearray(), False, True
        broken: Finding | None = None
        stream = iter(source)
        while True:
            try:
                block = next(stream, b"")
            except _Broken as fault:
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
                cut = self._cut(waiting)
                if cut:
                    yield self._chunk(bytes(waiting[:cut]))
                    del waiting[:cut]
        if broken is not None:
            tail = waiting.rfind(b"\n") + 1
            self._findings.append(broken._replace(place=self._place(waiting, tail)))
            del waiting[tail:]
        elif waiting and not waiting.endswith(b"\n"):
            waiting += b"\n"
        if waiting or self._findings:
            yield self._chunk(bytes(waiting))
        if empty and broken is None:
            yield self._chunk(b"")._replace(findings=(faults.empty(Place(self.name)),))

    def _place(self, waiting: bytearray, position: int) -> Place:
        return Place(self.name, self._line + waiting.count(b"\n", 0, position))

    def _chunk(self, data: bytes) -> Chunk:
        found = Chunk(self.name, self.syntax, self._line, data, findings=tuple(self._findings))
        self._line += data.count(b"\n")
        self._findings = []
        return found

    def _cut(self, waiting: bytearray) -> int:
        """Where the last case of a buffer begins, which may go on behind it; 0 where there is but one."""
        end = waiting.rfind(b"\n") + 1
        if self.syntax == "jsonl":
            return end
        key = self._key(waiting, waiting.rfind(b"\n", 0, end - 1) + 1, end)
        start = end
        while start > 0:
            before = waiting.rfind(b"\n", 0, start - 1) + 1
            own = self._key(waiting, before, start)
            if own not in (key, b""):
                return start
            key = key or own
            start = before
        return end if len(waiting) > MOST_CASE else 0

    def _key(self, waiting: bytearray, start: int, end: int) -> bytes:
        """What the lines of a case have in common: the graph, else the subject without its part; nothing for a blank node."""
        line = bytes(waiting[start:end]).rstrip()
        graph = graph_of(line) if self.syntax == "nquads" else b""
        if graph:
            return graph
        return b"" if line.startswith(b"_:") else line.partition(b" ")[0].partition(b"#")[0].rstrip(b">")


# --- Turtle and TriG --------------------------------------------------------------------------------------------------


def _graph_chunks(source: Iterator[bytes], name: str, syntax: str, size: int) -> Iterator[Chunk]:
    """A Turtle or TriG file as chunks of N-Quads, parsed as it comes. Lines are not known: a finding names the node."""
    form = ox.RdfFormat.TURTLE if syntax == "turtle" else ox.RdfFormat.TRIG
    reader = _Reader(source)
    quads: list[ox.Quad] = []
    ends: Finding | None = None
    case, bytes_before = "", 0
    stream = iter(ox.parse(cast(IO[bytes], reader), form))
    while True:
        try:
            quad = next(stream, None)
        except (SyntaxError, ValueError) as error:
            ends = faults.syntax_end(error, Place(name, getattr(error, "lineno", None), getattr(error, "offset", None)))
            quad = None
        except _Broken as fault:
            ends, quad = fault.finding, None
        if quad is None:
            break
        own = quad.subject.value.partition("#")[0] if isinstance(quad.subject, ox.NamedNode) else case
        if own != case and reader.read_bytes - bytes_before >= size and quad.predicate.value == RDF + "type":
            yield _graph_chunk(quads, name)
            quads, bytes_before = [], reader.read_bytes
        case = own
        quads.append(quad)
    yield _graph_chunk(quads, name)._replace(findings=(ends,) if ends else ())


def _graph_chunk(quads: list[ox.Quad], name: str) -> Chunk:
    """Quads as N-Quads, the lines of a case together. Line 0: the lines are not those of the file."""
    cases: dict[str, list[ox.Quad]] = {}
    current = ""
    for quad in quads:
        graph = getattr(quad.graph_name, "value", "")
        if isinstance(quad.subject, ox.NamedNode):
            current = graph or quad.subject.value.partition("#")[0]
        cases.setdefault(current, []).append(quad)
    data = ox.serialize(chain.from_iterable(cases.values()), format=ox.RdfFormat.N_QUADS)
    return Chunk(name, "nquads", 0, data or b"")


class _Reader:
    """A stream of blocks as a file to read from."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes; none at the end."""
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._rest = block
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        self.read_bytes += len(found)
        return found
