"""N-Quads and N-Triples → records, by blocks of lines.

A case is the lines about its IRI and the nodes `IRI#…`, one after another; in N-Quads also the lines of the same graph that follow and are not about another
case. A block whose lines
are as `cases.graph` writes them is read here, as a few pieces that were met before; any other block is parsed whole and checked as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial

import pyoxigraph as ox

from dandang.bulk.assembling import Assembler
from dandang.bulk.draft import Draft
from dandang.bulk.faults import detached, syntax_fault
from dandang.bulk.ground import Key
from dandang.bulk.line_keys import CASE, graph_of
from dandang.bulk.parts import Irregular
from dandang.bulk.records import Record, Records
from dandang.bulk.statements import MARKS, Block, Statements
from dandang.cases import Derivation, ReadCase
from dandang.cases.graph import case_iri
from dandang.cases.rdf import cases_of
from dandang.cases.strays import strays
from dandang.model import Case, Place
from dandang.namespaces import CASES, DD
from dandang.store import Index
from dandang.turtle_lines import Places
from dandang.validation.checking import term_value
from dandang.vocabulary import Vocabulary

#: The subject of a line, up to the part of it.
_SUBJECT = re.compile(rb"(<[^<>\"{}|^`\\\x00-\x20#]+)[#>]")
#: The end of a case is looked for so many bytes beyond the length of the one before, and no fewer than these.
_BEYOND = 1_000


class Lines:
    """Reads chunks of N-Quads, or of N-Triples."""

    def __init__(self, assembler: Assembler, derivation: Derivation, vocabulary: Vocabulary, *, quads: bool) -> None:
        self._vocabulary = vocabulary
        self._derivation = derivation
        self._quads = quads
        self._statements = Statements(vocabulary.policy, assembler)

    def read(self, data: bytes, file: str, first_line: int) -> Records:
        """The records of whole cases."""
        if not data.endswith(b"\n"):
            data += b"\n"
        plain = not any(mark in data for mark in MARKS)
        start, line, reach = 0, first_line, 0
        while start < len(data):
            place = Place(file, line)
            record, end, lines = (plain and self._regular(data, start, reach, place)) or self._other(data, start, place)
            if record:
                yield record
            start, line, reach = end, line + lines, end - start + _BEYOND
        return line - first_line

    # --- a block as we write it ---

    def _regular(self, data: bytes, start: int, reach: int, place: Place) -> tuple[Record, int, int] | None:
        """A case as `cases.graph` writes it, with its end and the number of its lines; None for any other."""
        subject = _SUBJECT.match(data, start)
        if not subject:
            return None
        prefix = subject[1]
        end = _likely_end(data, start, prefix, reach)
        graph = self._graph(data, start)
        if _further(data, end, graph) > end:
            return None
        lines = data[start:end]
        try:
            identifier = _identifier(prefix)
            block = self._statements.read(lines, graph, identifier)
        except (Irregular, UnicodeDecodeError):
            return None
        source = _Source(block, lines, place, prefix, self._derivation)
        return (
            Record(identifier.decode(), place, block.said, source.read, names=source.names, source=source),
            end,
            block.lines,
        )

    def _graph(self, data: bytes, start: int) -> bytes:
        """What stands behind a statement: its graph, if it has one, and the full stop."""
        return (graph_of(data[start : data.find(b"\n", start)]) if self._quads else b"") + b" ."

    # --- any other block ---

    def _other(self, data: bytes, start: int, place: Place) -> tuple[Record | None, int, int]:
        """A block as it stands, with its end and the number of its lines; none where nothing is said in it."""
        subject = _SUBJECT.match(data, start)
        prefix = subject[1] if subject else b""
        end = data.find(b"\n", start) + 1
        if subject:
            end = _whole_end(data, start, prefix, self._graph(data, start))
        elif data.startswith(b"_:", start):
            end = _further(data, end, b" .")
        lines = data[start : end - 1].split(b"\n")
        if not any(line.strip() and not line.startswith(b"#") for line in lines):
            return None, end, len(lines)
        return self._whole(lines, prefix, place), end, len(lines)

    def _whole(self, lines: list[bytes], prefix: bytes, place: Place) -> Record:
        quads: list[ox.Quad] = []
        faults = []
        form = ox.RdfFormat.N_QUADS if self._quads else ox.RdfFormat.N_TRIPLES
        try:
            quads = list(ox.parse(b"\n".join(lines) + b"\n", form))
        except (SyntaxError, ValueError):
            for number, text in enumerate(lines, start=place.line or 1):
                try:
                    quads += ox.parse(text, form)
                except (SyntaxError, ValueError) as error:
                    faults.append(syntax_fault(error, place._replace(line=number)))
        if not prefix and quads:
            return Record("", place, findings=(*faults, detached(place)))
        content = b"\n".join(lines).decode(errors="replace")
        places = Places({place.file: content}, lines_before=(place.line or 1) - 1)
        faults += strays(Index(quads), places, place.file)
        cases = list(cases_of(quads, self._vocabulary, place.file, places))
        if len(cases) == 1:
            ((case, findings),) = cases
            faults = [fault._replace(focus=case.id) for fault in faults]
            read = ReadCase(self._derivation.applied(case), (*faults, *findings))
            names = partial(_names, _nodes(quads))
            return Record(case.id, place, read=lambda: read, findings=read.findings, names=names)
        if not cases and quads:
            return Record("", place, findings=tuple(faults))
        iri = prefix[1:].decode(errors="replace")
        where = partial(_place_of, lines, place)
        return Record(iri.removeprefix(CASES), place, quads=tuple(quads), findings=tuple(faults), where=where)


class _Source:
    """Where a case as `cases.graph` writes it stands: its parts, and its lines."""

    __slots__ = ("_block", "_derivation", "_lines", "_place", "_prefix")

    def __init__(self, block: Block, lines: bytes, place: Place, prefix: bytes, derivation: Derivation) -> None:
        self._block = block
        self._lines = lines
        self._place = place
        self._prefix = prefix
        self._derivation = derivation

    def read(self) -> ReadCase:
        draft = Draft()
        draft.id = self._iri.removeprefix(CASES)
        for part in self._block.parts:
            part.add(draft, self._block.dates, part.name)
        return ReadCase(draft.case(self._derivation, self._place, self._spot))

    def names(self, case: Case) -> dict[str, str]:
        parts = [part for part in self._block.parts if part.name]
        return _names({part.key[1] if len(part.key) > 1 else "": self._iri + part.name for part in parts}, case)

    def node(self, key: Key) -> str:
        return next((self._iri + part.name for part in self._block.parts if part.key == key), "")

    def spot(self, key: Key) -> Place | None:
        stated = (part.name for part in self._block.parts if part.key == key and not part.derived)
        return next(map(self._spot, stated), None)

    @property
    def _iri(self) -> str:
        return self._prefix[1:].decode()

    def _spot(self, name: str) -> Place:
        """The first line about a node."""
        # The end of the subject is much rarer than the whole; it stands in links too.
        lines, prefix, place = self._lines, self._prefix, self._place
        end, before = name.encode() + b"> <", -1
        while (before := lines.find(end, before + 1)) >= 0:
            start = before - len(prefix)
            if lines.startswith(prefix, start) and lines[start - 1 : start] in (b"", b"\n"):
                return Place(place.file, (place.line or 1) + lines.count(b"\n", 0, start), None, name)
        return place._replace(path=name)


def _identifier(prefix: bytes) -> bytes:
    """The id of a case by its IRI. Raises Irregular where it is none of ours."""
    identifier = prefix.removeprefix(CASE)
    plain = identifier.replace(b".", b"a").replace(b"-", b"a").replace(b"_", b"a")
    if len(identifier) == len(prefix) or not plain.isalnum():
        raise Irregular
    return identifier


def _likely_end(data: bytes, start: int, prefix: bytes, reach: int) -> int:
    """Where the lines about a subject and its parts end, if all up to there are about it: found without looking at each, in steps of `reach`."""
    own, last, end = (prefix + b"#", prefix + b">"), -1, start
    while True:
        last = data.rfind(b"\n" + prefix, end, end + reach)
        if last >= 0 and not data.startswith(own, last + 1):
            return _block_end(data, start, prefix)  # another case, whose id begins like this one
        end = data.find(b"\n", last + 1 if last >= 0 else end) + 1
        if not data.startswith(own, end):
            return end


def _block_end(data: bytes, start: int, prefix: bytes) -> int:
    """Where the lines about a subject and its parts end."""
    own, end = (prefix + b"#", prefix + b">"), start
    while data.startswith(own, end):
        end = data.find(b"\n", end) + 1
    return end


def _whole_end(data: bytes, start: int, prefix: bytes, graph: bytes) -> int:
    """Where all ends that belongs to a case: after the lines that follow its own there may be more of its own."""
    end = start
    while (further := _further(data, _block_end(data, end, prefix), graph)) > end:
        end = further
    return end


def _further(data: bytes, end: int, graph: bytes) -> int:
    """Where the lines end that follow a block and belong to it, whatever empty lines are between: those of its graph that are not about a case; without
    graphs, those about blank nodes."""
    last = end
    while end < len(data):
        line_end = data.find(b"\n", end)
        own = data.endswith(graph, end, line_end) if len(graph) > 2 else data.startswith(b"_:", end)
        if own and not data.startswith(CASE, end):
            last = line_end + 1
        elif line_end > end:
            break
        end = line_end + 1
    return last


def _place_of(lines: list[bytes], place: Place, node: str, path: str) -> Place:
    """The line that says something of a node: of the property, else the first."""
    subject = f"<{node}> ".encode() if ":" in node else f"_:{node} ".encode()
    first = 0
    for number, text in enumerate(lines, start=place.line or 1):
        if text.startswith(subject):
            first = first or number
            if path and text.startswith(f"<{path}>".encode(), len(subject)):
                return place._replace(line=number)
    return place._replace(line=first or place.line)


def _names(nodes: Mapping[str, str], case: Case) -> dict[str, str]:
    """From the nodes of a case as `case_quads` names them to their names in the source, which are told by fact type and measure; "" is the cadre."""
    iri = case_iri(case)
    ours = {f"{iri}#fact-{number}": fact.type for number, fact in enumerate(case.facts, start=1)}
    ours |= {f"{iri}#sanction-{number}": sanction.measure for number, sanction in enumerate(case.sanctions, start=1)}
    return {name: nodes.get(key, name) for name, key in (ours | {f"{iri}#cadre": ""}).items()}


def _nodes(quads: Iterable[ox.Quad]) -> dict[str, str]:
    """The names of the nodes of a case in its graph."""
    found = {}
    for quad in quads:
        if quad.predicate.value in (DD + "factType", DD + "measure"):
            found[term_value(quad.object)] = term_value(quad.subject)
        elif quad.predicate.value == DD + "cadre":
            found[""] = term_value(quad.object)
    return found
