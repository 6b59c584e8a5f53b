"""What the lines of a case say, as `cases.graph` writes them: whatever stands between two literals is looked at once and remembered.

For that the id of the case is taken out of its IRIs, and a graph that is not named after the case out of its lines: what is left is the same in thousands
of cases.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dandang.bulk.assembling import Assembler
from dandang.bulk.parts import CLAIMS, DATES, IDENTIFIER, TEXTS, Fields, Irregular, Link, Part
from dandang.bulk.program import Facts
from dandang.cases.tidying import is_date
from dandang.model import Policy
from dandang.namespaces import CASES, XSD

#: What stands before a line, or a piece: no literal, or what its literal is.
_NONE, _TEXT, _DATE, _ID = 1, 2, 4, 8
#: Stands for the id of the case in its IRIs.
_OWN = b"\x00"
#: Stands behind a line for its graph.
_GRAPH = b" \x01 ."
#: Bytes that no text has that is read here, because they stand for something.
MARKS = (b"\x00", b"\x01")
#: An id of so many characters stands nowhere else by chance.
_LONG = 8
_IRI = rb"[^<>\"{}|^`\\\x00-\x20]+"
_CASE = rb"<" + re.escape(CASES.encode() + _OWN)
_START = _CASE + rb"(#" + _IRI + rb")?> <(" + _IRI + rb")> "
#: A line that ends in an IRI, or leads to a part of the case.
_LINE = re.compile(_START + rb"(?:<(" + _IRI + rb")>|" + _CASE + rb"(#" + _IRI + rb")>)")
#: A line up to the quotation mark of its literal.
_HEAD = re.compile(_START)
_LANG = re.compile(rb"@[A-Za-z]+(?:-[A-Za-z0-9]+)*")
_TAILS = {
    b"": _NONE | _TEXT | _ID,
    f"^^<{XSD}string>".encode(): _TEXT | _ID,
    f"^^<{XSD}date>".encode(): _DATE,
}
_LITERALS = {IDENTIFIER: _ID} | dict.fromkeys(DATES, _DATE) | dict.fromkeys(TEXTS, _TEXT)
#: A made-up dump must not fill the memory: so many bytes of pieces are kept in all, and so many of the others.
_MOST_BYTES = 24_000_000
_MOST_GRAPHS = 10
_MOST_LINES = 20_000


class _Piece(NamedTuple):
    """What stands between two literals: what the first may be, what the lines say, the last of which is that of the second literal, what that has to be, and
    the bit of its line."""

    before: int
    said: int
    links: tuple[Link, ...]
    lines: int
    kind: int
    bit: int


class Block(NamedTuple):
    """The parts of a case, what it says, its dates by slot, and how many lines it has."""

    parts: list[Part]
    said: Facts
    dates: dict[int, str]
    lines: int


class Statements:
    """Reads the lines of one case after another."""

    def __init__(self, policy: Policy, assembler: Assembler) -> None:
        self._fields = Fields(policy, assembler)
        #: By the graph of their lines.
        self._pieces: dict[bytes, dict[bytes, _Piece]] = {}
        self._room = _MOST_BYTES
        self._lines: dict[bytes, int | Link] = {}

    def read(self, block: bytes, graph: bytes, identifier: bytes) -> Block:
        """The case with this id of which the lines of a block are; `graph` is what stands behind each: a graph and the full stop. Raises
        Irregular, or UnicodeDecodeError, where they are not as `cases.graph` writes them."""
        own_graph, between, literals = _split(block, graph, identifier)
        known = self._known(own_graph)
        links: list[Link] = []
        dates: dict[int, str] = {}
        said = lines = 0
        kind, bit = _NONE, 0
        for text, literal in zip(between, (b"", *literals), strict=True):
            before, own_said, own_links, own_lines, next_kind, next_bit = known.get(text) or self._new(
                text, own_graph, known
            )
            if not kind & before:
                raise Irregular
            if kind == _DATE:
                dates[bit] = _date(literal)
            elif kind == _ID and literal not in (identifier, _OWN):
                raise Irregular
            said |= own_said
            lines += own_lines
            if own_links:
                links += own_links
            kind, bit = next_kind, next_bit
        # What is said twice has one bit.
        if kind != _NONE or said.bit_count() != lines:
            raise Irregular
        return Block(*self._fields.read(said, links, dates), lines)

    def _known(self, graph: bytes) -> dict[bytes, _Piece]:
        """The pieces with this graph. Where every case names its own in another way, they are not kept."""
        found = self._pieces.get(graph)
        if found is None:
            found = {}
            if len(self._pieces) < _MOST_GRAPHS:
                self._pieces[graph] = found
        return found

    def _new(self, text: bytes, graph: bytes, pieces: dict[bytes, _Piece]) -> _Piece:
        """A piece that was not met before."""
        tail, *lines = text.split(graph + b"\n")
        before = _TAILS.get(tail) or (_TEXT if _LANG.fullmatch(tail) else 0)
        if not lines or not before:
            raise Irregular
        kind, bit = self._head(lines.pop())
        told = [self._lines.get(line) or self._line(line) for line in lines]
        links = tuple(one for one in told if isinstance(one, Link))
        said = 1 << bit if kind != _NONE else 0
        for one in told:
            said |= 1 << (one.bit if isinstance(one, Link) else one)
        piece = _Piece(before, said, links, len(lines) + (kind != _NONE), kind, bit)
        if len(text) <= self._room:
            self._room -= len(text)
            pieces[text] = piece
        return piece

    def _line(self, line: bytes) -> int | Link:
        """A whole line: the bit of what it says, or what it leads to."""
        found = _LINE.fullmatch(line)
        if not found:
            raise Irregular
        node, predicate, iri, part = (group.decode() if group else "" for group in found.groups())
        if not part and predicate != CLAIMS:
            said: int | Link = self._fields.bit(node, predicate, iri)
        elif node:
            raise Irregular
        else:
            said = self._fields.link(predicate, part or iri)
        if len(self._lines) < _MOST_LINES:
            self._lines[line] = said
        return said

    def _head(self, line: bytes) -> tuple[int, int]:
        """What the literal has to be that follows a line, and the bit of the line."""
        if not line:
            return _NONE, 0
        found = _HEAD.fullmatch(line)
        if not found:
            raise Irregular
        node, predicate = (group.decode() if group else "" for group in found.groups())
        return _LITERALS.get(predicate, 0), self._fields.bit(node, predicate)


def _split(block: bytes, graph: bytes, identifier: bytes) -> tuple[bytes, list[bytes], list[bytes]]:
    """The graph, what stands between the literals, which begins with the graph of a line before, and the literals: without the id of the case, and a graph that is
    not named after it. Raises Irregular where a literal is empty or has an escape in it."""
    own_graph = _without(identifier, graph)
    if own_graph == graph != b" .":
        block, own_graph = block.replace(graph + b"\n", _GRAPH + b"\n"), _GRAPH
    parts = _without(identifier, block).split(b'"')
    parts[0] = own_graph + b"\n" + parts[0]
    literals = parts[1::2]
    texts = b"".join(literals)
    if len(parts) % 2 == 0 or b"\\" in texts or b"\n" in texts or b"\r" in texts or b"" in literals:
        raise Irregular
    texts.decode()
    return own_graph, parts[::2], literals


def _date(literal: bytes) -> str:
    date = literal.decode()
    if not is_date(date):
        raise Irregular
    return date


def _without(identifier: bytes, text: bytes) -> bytes:
    """A text with the id of the case taken out of its IRIs; if it comes back unchanged, it has none."""
    if len(identifier) >= _LONG:
        return text.replace(identifier, _OWN)
    return text.replace(b"/%b>" % identifier, b"/%b>" % _OWN).replace(b"/%b#" % identifier, b"/%b#" % _OWN)
