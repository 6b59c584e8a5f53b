"""N-Quads and N-Triples → records, by blocks of lines.

A case is the lines about its IRI and the nodes `IRI#…`, one after another; in N-Quads also the lines of the same graph that follow and are not about another
case. A block whose lines
are as `cases.graph` writes them is read here, as a few pieces that were met before; any other block is parsed whole and checked as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

import pyoxigraph as ox

from dandang.bulk.draft import Assembler, Draft
from dandang.bulk.faults import detached, syntax_fault
from dandang.bulk.parts import Irregular
from dandang.bulk.records import Record, Records
from dandang.bulk.statements import MARKS, Statements
from dandang.cases import Derivation, ReadCase
from dandang.cases.graph import case_iri
from dandang.cases.rdf import cases_of
from dandang.cases.strays import strays
from dandang.model import Case, Place, Vocabulary
from dandang.namespaces import CASES, DD
from dandang.store import Index
from dandang.turtle_lines import Places
from dandang.validation.checking import term_value

#: The subject of a line, up to the part of it.
_SUBJECT = re.compile(rb"(<[^<>\"{}|^`\\\x00-\x20#]+)[#>]")
_CASE = b"<" + CASES.encode()
#: The end of a case is looked for so many bytes beyond the length of the one before, and no fewer than these.
_BEYOND = 1_000


class Lines:
    """Reads chunks of N-Quads, or of N-Triples."""

    def __init__(self, assembler: Assembler, derivation: Derivation, vocabulary: Vocabulary, *, quads: bool) -> None:
        self._vocabulary = vocabulary
        self._assembler = assembler
        self._derivation = derivation
        self._quads = quads
        self._statements = Statements(vocabulary.policy)

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
        block = data[start:end]
        try:
            identifier = _identifier(prefix)
            draft, lines = self._statements.read(block, graph, identifier)
        except (Irregular, UnicodeDecodeError):
            return None
        facts = self._assembler.facts(draft)
        if facts is None:
            return None
        spot = partial(_spot, block, place, prefix)
        read = partial(self._read, draft, place, spot)
        names = partial(_names_in, draft, prefix[1:])
        return Record(draft.id, place, facts, read, names=names, draft=draft, spot=spot), end, lines

    def _read(self, draft: Draft, place: Place, spot: Callable[[str], Place]) -> ReadCase:
        return ReadCase(draft.case(self._derivation, place, spot))

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


def _spot(block: bytes, place: Place, prefix: bytes, key: str) -> Place:
    """The first line about a node."""
    # The end of the subject is much rarer than the whole; it stands in links too.
    name, before = key.encode() + b"> <", -1
    while (before := block.find(name, before + 1)) >= 0:
        start = before - len(prefix)
        if block.startswith(prefix, start) and block[start - 1 : start] in (b"", b"\n"):
            return Place(place.file, (place.line or 1) + block.count(b"\n", 0, start), None, key)
    return place._replace(path=key)


def _identifier(prefix: bytes) -> bytes:
    """The id of a case by its IRI. Raises Irregular where it is none of ours."""
    identifier = prefix.removeprefix(_CASE)
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
        if own and not data.startswith(_CASE, end):
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


class Key(NamedTuple):
    """What tells to which case a line belongs: the IRI of its subject up to the part, and its graph. Nothing stands for a subject that may be a part of
    any case."""

    subject: bytes
    graph: bytes

    def goes_with(self, other: Key) -> bool:
        """Whether two lines that follow each other may be of one case."""
        if self.subject and other.subject:
            return self.subject == other.subject
        return self.graph == other.graph


def key_of(line: bytes, *, quads: bool) -> Key:
    """The key of a line of N-Quads, or of N-Triples."""
    graph = graph_of(line) if quads else b""
    subject = line.partition(b" ")[0].partition(b"#")[0].rstrip(b">")
    return Key(subject if subject.startswith(_CASE) or not (graph or line.startswith(b"_:")) else b"", graph)


def graph_of(line: bytes) -> bytes:
    """The graph of a line of N-Quads with the space before it; nothing where the line has none."""
    statement, _, _ = line.rpartition(b" ")
    term = statement[statement.rfind(b" ") :]
    # The last of three terms is no graph, and a literal does not begin like one.
    named = term.startswith((b" <", b" _:")) and not term.endswith(b'"')
    return term if named and statement.count(b" ", 0, -len(term)) > 1 else b""


def _names(nodes: Mapping[str, str], case: Case) -> dict[str, str]:
    """From the nodes of a case as `case_quads` names them to their names in the source, which are told by fact type and measure; "" is the cadre."""
    iri = case_iri(case)
    ours = {f"{iri}#fact-{number}": fact.type for number, fact in enumerate(case.facts, start=1)}
    ours |= {f"{iri}#sanction-{number}": sanction.measure for number, sanction in enumerate(case.sanctions, start=1)}
    return {name: nodes.get(key, name) for name, key in (ours | {f"{iri}#cadre": ""}).items()}


def _names_in(draft: Draft, iri: bytes, case: Case) -> dict[str, str]:
    return _names({key: iri.decode() + name for key, name in draft.nodes.items()}, case)


def _nodes(quads: Iterable[ox.Quad]) -> dict[str, str]:
    """The names of the nodes of a case in its graph."""
    found = {}
    for quad in quads:
        if quad.predicate.value in (DD + "factType", DD + "measure"):
            found[term_value(quad.object)] = term_value(quad.subject)
        elif quad.predicate.value == DD + "cadre":
            found[""] = term_value(quad.object)
    return found
