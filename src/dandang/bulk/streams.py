"""Files → chunks of whole cases, in bounded memory. Everything that can go wrong with a stream becomes a finding, and what can be read is read.

`.gz` and `.zst` are unpacked on the way; `-` is standard input; an address with a scheme (`s3://…`, `https://…`) is opened by fsspec.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import IO, BinaryIO, cast

import pyoxigraph as ox
import zstandard

from dandang.bulk import faults
from dandang.bulk.cutting import CHUNK, Broken, Cutter, PlainFile
from dandang.bulk.records import Chunk
from dandang.cases.compressed import first_bytes, is_packed, opened
from dandang.cases.files import not_utf8
from dandang.cases.sources import opened_source
from dandang.errors import UnreadableFile
from dandang.model import Finding, Place
from dandang.namespaces import RDF
from dandang.turtle_lines import SubjectLines

SYNTAXES = {
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "nq": "nquads",
    "nquads": "nquads",
    "nt": "ntriples",
    "ntriples": "ntriples",
    "ttl": "turtle",
    "turtle": "turtle",
    "trig": "trig",
}
_PACKED = (".gz", ".zst")


def syntax_of(name: str) -> str:
    """The syntax of a file by its ending. Raises UnreadableFile for an unknown one."""
    parts = name.lower().split(".")
    if f".{parts[-1]}" in _PACKED:
        parts.pop()
    found = SYNTAXES.get(parts[-1]) if len(parts) > 1 else None
    if found is None:
        endings = ", ".join(f".{ending}" for ending in SYNTAXES)
        if name == "-":
            hint = ("请写明格式，例如 --syntax jsonl", "say what it is, as in --syntax jsonl")
            raise UnreadableFile(
                "看不出标准输入是什么格式", "the format of standard input cannot be told", hint=hint, place=Place(name)
            )
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
    """The chunks of a file, each of about `size` bytes; those of a plain file on this machine only say where they are, see `loaded`. Raises UnreadableFile
    where the file cannot be opened at all."""
    syntax = SYNTAXES.get(syntax, syntax) or syntax_of(name)
    with opened_source(name) as raw:
        if first_bytes(raw).startswith((b"\xff\xfe", b"\xfe\xff")):
            raise not_utf8("UTF-16", Place(name))
        if syntax in ("turtle", "trig"):
            yield from _graph_chunks(_unpacked(raw, name, size), name, syntax, size)
        elif name != "-" and isinstance(raw, io.BufferedReader) and raw.seekable() and not _is_packed(name):
            yield from PlainFile(raw, Cutter(name, syntax, size)).chunks()
        else:
            yield from Cutter(name, syntax, size).chunks(_unpacked(raw, name, size))


def loaded(chunk: Chunk) -> Chunk:
    """The chunk with its data. Raises UnreadableFile where they are no longer there."""
    if chunk.start == chunk.end:
        return chunk
    with opened_source(chunk.file) as raw:
        raw.seek(chunk.start)
        data = raw.read(chunk.end - chunk.start)
    if len(data) < chunk.end - chunk.start:
        hint = ("请等文件写完以后再检查", "wait until the file is written, and check it then")
        raise UnreadableFile(
            "文件在检查过程中变短了", "the file grew shorter while it was checked", hint=hint, place=Place(chunk.file)
        )
    return chunk._replace(data=data, start=0, end=0)


def _is_packed(name: str) -> bool:
    return name.lower().endswith(_PACKED)


# --- bytes ------------------------------------------------------------------------------------------------------------


def _unpacked(raw: BinaryIO, name: str, size: int) -> Iterator[bytes]:
    """The bytes of a file, unpacked. Raises Broken where it cannot be read on, or packed data is cut off or damaged."""
    packed = _is_packed(name) or (name == "-" and is_packed(first_bytes(raw)))
    if not packed:
        try:
            # One look at a time: what came before a failure is not lost with it.
            yield from iter(partial(getattr(raw, "read1", raw.read), size), b"")
        except OSError as error:
            raise Broken(faults.lost(error, Place(name))) from error
        return
    try:
        yield from iter(partial(opened(raw, name).read, size), b"")
    except EOFError as error:
        raise Broken(faults.cut_off(Place(name))) from error
    except (OSError, zlib.error, zstandard.ZstdError) as error:
        raise Broken(faults.damaged(Place(name))) from error


# --- Turtle and TriG --------------------------------------------------------------------------------------------------


def _graph_chunks(source: Iterator[bytes], name: str, syntax: str, size: int) -> Iterator[Chunk]:
    """A Turtle or TriG file as chunks of N-Quads, parsed as it comes, with the lines of its subjects."""
    form = ox.RdfFormat.TURTLE if syntax == "turtle" else ox.RdfFormat.TRIG
    lines = SubjectLines()
    reader = _Reader(lines.watched(source))
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
        except Broken as fault:
            ends, quad = fault.finding, None
        if quad is None:
            break
        own = quad.subject.value.partition("#")[0] if isinstance(quad.subject, ox.NamedNode) else case
        if own != case and reader.read_bytes - bytes_before >= size and quad.predicate.value == RDF + "type":
            cases = _by_case(quads)
            # What a blank node says comes before the statement that leads to it: that of the next case is here already.
            quads, bytes_before = cases.pop("", []), reader.read_bytes
            yield _graph_chunk(cases, name, lines)
        case = own
        quads.append(quad)
    yield _graph_chunk(_by_case(quads), name, lines)._replace(findings=(ends,) if ends else ())


def _by_case(quads: Iterable[ox.Quad]) -> dict[str, list[ox.Quad]]:
    """Quads by the case that they belong to, those about blank nodes last; what nothing leads to stands under no name."""
    quads = list(quads)
    above = {quad.object: quad.subject for quad in quads if isinstance(quad.object, ox.BlankNode)}
    cases: dict[str, list[ox.Quad]] = {}
    for quad in sorted(quads, key=lambda quad: isinstance(quad.subject, ox.BlankNode)):
        graph = getattr(quad.graph_name, "value", "")
        cases.setdefault(graph or _owner(quad.subject, above), []).append(quad)
    return cases


def _owner(node: object, above: Mapping[ox.BlankNode, object]) -> str:
    """The IRI that a node is a part of: by its own, else by that of what leads to it."""
    seen = set()
    while isinstance(node, ox.BlankNode) and node not in seen:
        seen.add(node)
        node = above.get(node)
    return node.value.partition("#")[0] if isinstance(node, ox.NamedNode) else ""


def _graph_chunk(cases: Mapping[str, Sequence[ox.Quad]], name: str, lines: SubjectLines) -> Chunk:
    """Cases as N-Quads."""
    quads = list(chain.from_iterable(cases.values()))
    data = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    subjects = (quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))
    return Chunk(name, "nquads", data or b"", lines=lines.take(subjects))


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
