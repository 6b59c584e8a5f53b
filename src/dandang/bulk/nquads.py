"""N-Quads and N-Triples → records, by lines.

A case is the lines about its IRI and the nodes `IRI#…`, one after another; in N-Quads also all lines of the same graph that follow. A block whose lines
are as `cases.graph` writes them is read here, with each kind of line looked at once and remembered; any other block is parsed whole and checked as it
stands.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial

import pyoxigraph as ox

from dandang.bulk.draft import Assembler, Draft
from dandang.bulk.faults import syntax_fault
from dandang.bulk.records import Record
from dandang.bulk.statements import Irregular, Statements, drafted
from dandang.cases import Derivation, ReadCase
from dandang.cases.graph import case_iri
from dandang.model import Case, Place
from dandang.namespaces import CASES

#: The subject of a line, up to the part of it.
_SUBJECT = re.compile(rb"(<[^<>\"{}|^`\\\x00-\x20#]+)[#>]")
_CASE = b"<" + CASES.encode()
#: So many lines ahead the end of a case is looked for, more or less what a case has.
_STRIDE = 32


class Lines:
    """Reads chunks of N-Quads, or of N-Triples."""

    def __init__(self, assembler: Assembler, derivation: Derivation, *, quads: bool) -> None:
        self._assembler = assembler
        self._derivation = derivation
        self._quads = quads
        self._statements = Statements()

    def records(self, data: bytes, file: str, first_line: int) -> Iterator[Record]:
        """The records of whole cases."""
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        # A zero byte stands for the IRI of the case in what follows; a file that has its own is read another way.
        plain, start = b"\x00" not in data, 0
        while start < len(lines):
            subject = _SUBJECT.match(lines[start])
            prefix = subject[1] if subject else b""
            suffix = (graph_of(lines[start]) if self._quads else b"") + b" ."
            end = _likely_end(lines, start + 1, prefix) if prefix else start + 1
            own = _stripped(lines[start:end], prefix, suffix) if prefix and plain else None
            if own is None and prefix:
                end = _block_end(lines, start + 1, prefix)
            further = _further(lines, end, suffix if self._quads else b" .") if prefix else end
            place = Place(file, first_line + start)
            record = self._regular(lines[start:end], own, prefix, place) if own and further == end else None
            if record:
                yield record
            elif prefix or any(line.strip() and not line.startswith(b"#") for line in lines[start:further]):
                yield self._whole(lines[start:further], prefix, place)
            start = further

    # --- a block as we write it ---

    def _regular(self, lines: list[bytes], own: list[bytes], prefix: bytes, place: Place) -> Record | None:
        """A case as `cases.graph` writes it; None for any other. `own` are the lines without what they have in common."""
        try:
            identifier = _identifier(prefix)
            draft = drafted(self._statements.of(own, prefix, identifier), identifier.decode())
        except (Irregular, KeyError, UnicodeDecodeError):
            return None
        facts = self._assembler.facts(draft)
        if facts is None:
            return None
        spot = partial(_spot, lines, place, prefix)
        read = partial(self._read, draft, place, spot)
        return Record(draft.id, place, facts, read, names=partial(_names, draft.nodes), draft=draft, spot=spot)

    def _read(self, draft: Draft, place: Place, spot: Callable[[str], Place]) -> ReadCase:
        return ReadCase(draft.case(self._derivation, place, spot))

    # --- any other block ---

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
        iri = prefix[1:].decode(errors="replace")
        where = partial(_place_of, lines, place)
        return Record(iri.removeprefix(CASES), place, quads=tuple(quads), findings=tuple(faults), where=where)


def _spot(lines: list[bytes], place: Place, prefix: bytes, key: str) -> Place:
    """The first line about a node."""
    subject = prefix + key.encode() + b"> "
    for number, line in enumerate(lines, start=place.line or 1):
        if line.startswith(subject):
            return Place(place.file, number, None, key)
    return place._replace(path=key)


def _identifier(prefix: bytes) -> bytes:
    """The id of a case by its IRI. Raises Irregular where it is none of ours."""
    identifier = prefix.removeprefix(_CASE)
    plain = identifier.replace(b".", b"a").replace(b"-", b"a").replace(b"_", b"a")
    if len(identifier) == len(prefix) or not plain.isalnum():
        raise Irregular
    return identifier


def _stripped(lines: list[bytes], prefix: bytes, suffix: bytes) -> list[bytes] | None:
    """Lines without what all of them have in front and behind; None where one has it not."""
    before, behind = len(prefix), -len(suffix)
    own = [line[before:behind] for line in lines]
    # Joined again, all at once, is much faster than asking each line how it begins and ends.
    between = suffix + b"\n" + prefix
    return own if prefix + between.join(own) + suffix == b"\n".join(lines) else None


def _likely_end(lines: list[bytes], end: int, prefix: bytes) -> int:
    """Where the lines about a subject and its parts end, if all up to there are about it: found without looking at each."""
    own = prefix + b"#", prefix + b">"
    low, high = end, end + _STRIDE
    while high < len(lines) and lines[high].startswith(own):
        low, high = high + 1, high + _STRIDE
    return bisect_left(lines, True, low, min(high, len(lines)), key=lambda line: not line.startswith(own))


def _block_end(lines: list[bytes], end: int, prefix: bytes) -> int:
    """Where the lines about a subject and its parts end."""
    own = prefix + b"#", prefix + b">"
    while end < len(lines) and lines[end].startswith(own):
        end += 1
    return end


def _further(lines: list[bytes], end: int, suffix: bytes) -> int:
    """Where the lines end that follow a block and belong to it, whatever empty lines are between: those of its graph; without graphs, those about
    blank nodes."""
    last = end
    while end < len(lines):
        line = lines[end]
        if line.endswith(suffix) if len(suffix) > 2 else line.startswith(b"_:"):
            last = end + 1
        elif line:
            break
        end += 1
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


def graph_of(line: bytes) -> bytes:
    """The graph of a line of N-Quads with the space before it; nothing where the line has none."""
    statement, _, _ = line.rpartition(b" ")
    term = statement[statement.rfind(b" ") :]
    # The last of three terms is no graph, and a literal does not begin like one.
    named = term.startswith((b" <", b" _:")) and not term.endswith(b'"')
    return term if named and statement.count(b" ", 0, -len(term)) > 1 else b""


def _names(nodes: dict[str, str], case: Case) -> dict[str, str]:
    """From the nodes of a case as `case_quads` names them to their names in the source."""
    iri = case_iri(case)
    ours = {f"#fact-{number}": fact.type for number, fact in enumerate(case.facts, start=1)}
    ours |= {f"#sanction-{number}": sanction.measure for number, sanction in enumerate(case.sanctions, start=1)}
    return {iri + name: iri + nodes.get(key, name) for name, key in (ours | {"#cadre": ""}).items()}
