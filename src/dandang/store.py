"""Turtle files → quads → a store that answers SPARQL.

Each file is its own named graph; queries see the union of all graphs as the default graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pyoxigraph as ox

from dandang.errors import BadQuery, MalformedFile, ResourceMissing, reason_of
from dandang.model import Place, Table, Term
from dandang.namespaces import ID, PREFIXES, RDF

GRAPHS = ID + "graphs/"
_TYPE = RDF + "type"
COMPILED_GRAPH = ox.NamedNode(GRAPHS + "compiled")


class Index:
    """Triples by subject and predicate, for reading objects out of a graph without a query each.

    Terms are plain strings: IRIs and lexical forms as they are; `lang` keeps languages apart.
    """

    def __init__(self, quads: Iterable[ox.Quad] = ()) -> None:
        self._objects: dict[str, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = {}
        self._types: dict[str, list[str]] = {}
        for quad in quads:
            source, predicate, target = quad.subject, quad.predicate.value, quad.object
            if isinstance(source, ox.Triple) or isinstance(target, ox.Triple):
                continue  # Nothing here speaks about statements.
            subject = source.value
            self._objects.setdefault(subject, {}).setdefault(predicate, []).append(target)
            if predicate == _TYPE:
                self._types.setdefault(target.value, []).append(subject)

    def of_type(self, iri: str) -> list[str]:
        """The subjects of a class, in file order."""
        return self._types.get(iri, [])

    def predicates(self, subject: str) -> list[str]:
        """The predicates of a subject, in file order."""
        return list(self._objects.get(subject, ()))

    def values(self, subject: str, predicate: str) -> list[str]:
        """All objects as strings, in file order."""
        return [term.value for term in self._objects.get(subject, {}).get(predicate, ())]

    def value(self, subject: str, predicate: str, default: str = "") -> str:
        """The first object as a string."""
        found = self._objects.get(subject, {}).get(predicate)
        return found[0].value if found else default

    def langs(self, subject: str, predicate: str) -> dict[str, list[str]]:
        """Literals by language ("" where none is given)."""
        found: dict[str, list[str]] = {}
        for term in self._objects.get(subject, {}).get(predicate, ()):
            found.setdefault(getattr(term, "language", None) or "", []).append(term.value)
        return found

    def subjects(self) -> Iterable[str]:
        """All subjects."""
        return self._objects.keys()


def read_turtle(path: Path) -> list[ox.Quad]:
    """The quads of a Turtle file, in its own named graph; raises MalformedFile with the line of a syntax error."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise ResourceMissing(
            f"无法读取数据文件（{reason.zh}）",
            f"cannot read the data file ({reason.en})",
            place=Place(str(path)),
        ) from error
    graph = ox.NamedNode(GRAPHS + path.stem)
    try:
        return [
            ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in ox.parse(content, ox.RdfFormat.TURTLE)
        ]
    except SyntaxError as error:
        raise MalformedFile(
            f"Turtle 语法错误：{error.msg}",
            f"Turtle syntax error: {error.msg}",
            place=Place(str(path), error.lineno, error.offset),
        ) from error


def dataset_digest(paths: Sequence[Path]) -> str:
    """SHA-256 over the names and bytes of the files: what a receipt names the dataset by."""
    digest = sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


class Store:
    """A read-only SPARQL store over quads in memory."""

    def __init__(self, quads: Iterable[ox.Quad] = ()) -> None:
        self.oxigraph = ox.Store()
        self.oxigraph.bulk_extend(quads)

    def extend(self, quads: Iterable[ox.Quad]) -> None:
        """Add quads."""
        self.oxigraph.extend(quads)

    def run(self, query: str, *, union: bool = True) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """A query's raw result. Prefixes of the project need no declaration. `union` off leaves the choice of graphs to the query's
        own FROM. Raises BadQuery on a syntax error."""
        try:
            return self.oxigraph.query(query, prefixes=PREFIXES, use_default_graph_as_union=union)
        except SyntaxError as error:
            raise BadQuery(
                f"SPARQL 语法错误：{error.msg}",
                f"SPARQL syntax error: {error.msg}",
                place=_place_in_query(error),
            ) from error

    def select(self, query: str, *, union: bool = True) -> Table:
        """A SELECT query's answer as a table; an ASK query's as one cell named `answer`; a graph as three columns."""
        result = self.run(query, union=union)
        if isinstance(result, ox.QueryBoolean):
            answer = Term("literal", str(bool(result)).lower(), datatype=PREFIXES["xsd"] + "boolean")
            return Table(("answer",), ((answer,),))
        if isinstance(result, ox.QueryTriples):
            rows = tuple(tuple(map(as_term, (t.subject, t.predicate, t.object))) for t in result)
            return Table(("subject", "predicate", "object"), rows)
        columns = tuple(variable.value for variable in result.variables)
        return Table(columns, tuple(tuple(as_term(row[name]) for name in columns) for row in result))


def _place_in_query(error: SyntaxError) -> Place:
    """Where a query breaks; the engine says it in its message only: `error at 1:16: …`."""
    words = (error.msg or "").replace(":", " ").split()
    numbers = [int(word) for word in words if word.isdigit()]
    return Place("SPARQL", numbers[0], numbers[1]) if len(numbers) > 1 and "at" in words else Place("SPARQL")


def as_term(term: object) -> Term | None:
    """An engine's term as a plain value; None stays None."""
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return Term("iri", term.value)
    if isinstance(term, ox.Literal):
        datatype = "" if term.language else term.datatype.value
        return Term("literal", term.value, term.language or "", datatype)
    if isinstance(term, ox.BlankNode):
        return Term("bnode", term.value)
    raise TypeError(f"not a term of a table: {term!r}")


def literal(value: str, *, lang: str | None = None, datatype: str | None = None) -> ox.Literal:
    """A literal with a language or a datatype."""
    return ox.Literal(value, language=lang, datatype=ox.NamedNode(datatype) if datatype else None)


def quads_of(
    subject: str,
    properties: Mapping[str, Iterable[ox.NamedNode | ox.Literal | str]],
    graph: ox.NamedNode,
) -> list[ox.Quad]:
    """Quads about one subject; a plain string as object is an IRI."""
    node = ox.NamedNode(subject)
    return [
        ox.Quad(node, ox.NamedNode(predicate), ox.NamedNode(value) if isinstance(value, str) else value, graph)
        for predicate, values in properties.items()
        for value in values
    ]


def describe_turtle(quads: Iterable[ox.Quad], iri: str) -> str:
    """All that is said of a thing and of its parts (IRIs that continue its own with #), as Turtle."""
    part = iri.split("#")[0] + "#"
    nodes = ((quad, quad.subject) for quad in quads)
    triples = [
        quad.triple
        for quad, node in nodes
        if isinstance(node, ox.NamedNode) and (node.value == iri or node.value.startswith(part))
    ]
    content = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    return content.decode() if content else ""
