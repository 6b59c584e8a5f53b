"""To which case a line of N-Quads or N-Triples belongs, as far as that can be told without reading it."""

from __future__ import annotations

from typing import NamedTuple

from dandang.namespaces import CASES

#: How the subject of a line about a case begins.
CASE = b"<" + CASES.encode()


class LineKey(NamedTuple):
    """What tells to which case a line belongs: the IRI of its subject up to the part, and its graph. Nothing stands for a subject that may be a part of
    any case."""

    subject: bytes
    graph: bytes

    def goes_with(self, other: LineKey) -> bool:
        """Whether two lines that follow each other may be of one case."""
        if self.subject and other.subject:
            return self.subject == other.subject
        return self.graph == other.graph


def key_of(line: bytes, *, quads: bool) -> LineKey:
    """The key of a line of N-Quads, or of N-Triples."""
    graph = graph_of(line) if quads else b""
    subject = line.partition(b" ")[0].partition(b"#")[0].rstrip(b">")
    return LineKey(subject if subject.startswith(CASE) or not (graph or line.startswith(b"_:")) else b"", graph)


def graph_of(line: bytes) -> bytes:
    """The graph of a line of N-Quads with the space before it; nothing where the line has none."""
    statement, _, _ = line.rpartition(b" ")
    term = statement[statement.rfind(b" ") :]
    # The last of three terms is no graph, and a literal does not begin like one.
    named = term.startswith((b" <", b" _:")) and not term.endswith(b'"')
    return term if named and statement.count(b" ", 0, -len(term)) > 1 else b""
