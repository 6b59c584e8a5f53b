"""The syntaxes of RDF → quads. JSON-LD uses the context that comes with the project; nothing is fetched."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import NamedTuple

import pyoxigraph as ox

from dandang import resources
from dandang.cases.json_nodes import json_fault
from dandang.cases.nodes import MAX_DEPTH, too_deep
from dandang.cases.rdf_words import problem
from dandang.errors import MalformedFile
from dandang.model import Place
from dandang.namespaces import CASES

CONTEXT_IRI = "https://w3id.org/dandang/case.context.jsonld"


class Syntax(NamedTuple):
    """A syntax of RDF; `located` where the text can be read a second time for lines."""

    name: str
    format: ox.RdfFormat
    located: bool = True


SYNTAXES = {
    "turtle": Syntax("Turtle", ox.RdfFormat.TURTLE),
    "trig": Syntax("TriG", ox.RdfFormat.TRIG),
    "nt": Syntax("N-Triples", ox.RdfFormat.N_TRIPLES),
    "nq": Syntax("N-Quads", ox.RdfFormat.N_QUADS),
    "jsonld": Syntax("JSON-LD", ox.RdfFormat.JSON_LD, located=False),
    "rdfxml": Syntax("RDF/XML", ox.RdfFormat.RDF_XML, located=False),
}
#: Deeper than cases are ever nested; the markup doubles the levels.
_MAX_XML_DEPTH = 2 * MAX_DEPTH


def parsed(text: str, syntax: str, name: str) -> list[ox.Quad]:
    """The quads of a text. Raises MalformedFile."""
    known = SYNTAXES[syntax]
    if syntax == "jsonld":
        text = _with_own_context(text, name)
    if syntax == "rdfxml":
        _refuse_endless_xml(text, name)
    base = None if syntax in ("nt", "nq") else CASES
    try:
        return list(ox.parse(text.encode(), known.format, base_iri=base))
    except (SyntaxError, ValueError) as error:
        said = problem(error)
        place = Place(name, getattr(error, "lineno", None), getattr(error, "offset", None))
        raise MalformedFile(
            f"{known.name} 语法错误：{said.zh}", f"{known.name} syntax error: {said.en}", place=place
        ) from error


def _refuse_endless_xml(text: str, name: str) -> None:
    """Raises MalformedFile for XML that a few lines of make endless work."""
    if "<!ENTITY" in text:
        # A few of them, each made of the one before, can stand for more text than there is memory.
        raise MalformedFile(
            "RDF/XML 里不接受实体声明", "RDF/XML with entity declarations is refused", place=Place(name)
        )
    from xml.parsers import expat

    parser, depth = expat.ParserCreate(), 0

    def begin(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _MAX_XML_DEPTH:
            # The parser of RDF takes time with the square of the depth.
            raise too_deep(Place(name, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1), _MAX_XML_DEPTH)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    with suppress(expat.ExpatError):  # the parser of RDF tells what is wrong
        parser.Parse(text, True)


def _with_own_context(text: str, name: str) -> str:
    """JSON-LD with the project's context put in place of its IRI; other remote contexts are never fetched."""
    try:
        document = json.loads(text)
        return json.dumps(_expanded(document), ensure_ascii=False)
    except json.JSONDecodeError as error:
        raise json_fault(error, name) from error
    except RecursionError as error:
        raise too_deep(Place(name)) from error


def _expanded(document: object) -> object:
    for part in document if isinstance(document, list) else [document]:
        if isinstance(part, dict) and part.get("@context") == CONTEXT_IRI:
            context = (resources.root() / "ontology" / "case.context.jsonld").read_text(encoding="utf-8")
            part["@context"] = json.loads(context)["@context"]
    return document
