"""Terms and graphs of pyoxigraph for rdflib, which pyshacl works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from dandang.namespaces import XSD

if TYPE_CHECKING:
    import rdflib


class Terms:
    """Terms of pyoxigraph as rdflib's and back, with lexical forms as they are: normalising would hide a mistake."""

    def __init__(self) -> None:
        from rdflib import BNode, URIRef
        from rdflib import Literal as RdfLiteral

        self._iri, self._blank, self._literal = URIRef, BNode, RdfLiteral

    def triple(self, quad: Any) -> tuple[Any, Any, Any]:
        """A quad's triple for rdflib."""
        return self.rdflib(quad.subject), self.rdflib(quad.predicate), self.rdflib(quad.object)

    def rdflib(self, term: Any) -> Any:
        """A term of pyoxigraph for rdflib."""
        if isinstance(term, ox.NamedNode):
            return self._iri(term.value)
        if isinstance(term, ox.BlankNode):
            return self._blank(term.value)
        if term.language:
            return self._literal(term.value, lang=term.language)
        datatype = None if term.datatype.value == XSD + "string" else self._iri(term.datatype.value)
        return self._literal(term.value, datatype=datatype, normalize=False)


def _node(term: Any) -> ox.NamedNode | ox.BlankNode:
    """A focus node of rdflib for pyoxigraph."""
    from rdflib import BNode

    return ox.BlankNode(str(term)) if isinstance(term, BNode) else ox.NamedNode(str(term))


def data_graph(terms: Terms, store: ox.Store) -> rdflib.Graph:
    """A graph for pyshacl whose SPARQL constraints are answered by a store that holds the same triples.

    rdflib parses the text of a constraint anew for every focus node and joins in the order of the text, which takes
    seconds for the nested conditions of a clause; the store takes milliseconds. Core constraints never ask the store.
    """
    import rdflib
    from rdflib.query import Result

    class StoreBackedGraph(rdflib.Graph):
        def query(self, query_object: Any, *arguments: Any, **options: Any) -> Result:
            # rdflib's signature: (query, processor, result, initNs, initBindings, …); pyshacl passes by position.
            bindings = options.get("initBindings") or (arguments[3] if len(arguments) > 3 else None)
            if not bindings:
                raise TypeError("a SHACL constraint is evaluated for a focus node")
            bound: dict[ox.Variable, Any] = {ox.Variable(name): _node(term) for name, term in bindings.items()}
            rows = store.query(str(query_object), substitutions=bound)
            if not isinstance(rows, ox.QuerySolutions):
                raise TypeError("a SHACL constraint is a SELECT query")
            names = [variable.value for variable in rows.variables]
            result = Result("SELECT")
            result.vars = [rdflib.Variable(name) for name in names]
            result.bindings = [
                {rdflib.Variable(name): terms.rdflib(row[name]) for name in names if row[name] is not None}
                for row in rows
            ]
            return result

    return StoreBackedGraph()
