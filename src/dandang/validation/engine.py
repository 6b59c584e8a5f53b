"""pyshacl over one shapes graph."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import pyoxigraph as ox

from dandang.errors import ResourceMissing
from dandang.messages import Text
from dandang.namespaces import ID, RDFS, SH

if TYPE_CHECKING:
    import rdflib
from dandang.validation.rules import Result, Rule, filled
from dandang.validation.terms import Terms, data_graph

SHAPES = ID + "shapes/"
#: What the shapes write where the day of the check belongs.
_ANY_DAY = "9999-12-31"


_SEVERITIES: Mapping[str, Literal["error", "warning", "info"]] = {
    SH + "Violation": "error",
    SH + "Warning": "warning",
    SH + "Info": "info",
}


class Engine:
    """pyshacl over one shapes graph, with a part of the data graph that stays from run to run."""

    def __init__(self, shapes: Path, fixed: Iterable[ox.Quad]) -> None:
        self._terms = Terms()
        self._shapes_path = shapes
        self._lock = Lock()
        self._fixed = {quad.triple for quad in fixed}
        self._store = ox.Store()
        self._data = data_graph(self._terms, self._store)
        self._add(self._fixed)

    def results(
        self, quads: Iterable[ox.Quad] = (), *, today: str | None = None, rules: Collection[str] = ()
    ) -> list[Result]:
        """Every result on the fixed part and these quads together."""
        added = {quad.triple for quad in quads} - self._fixed
        with self._lock:
            self._set_day(today or _ANY_DAY)
            self._validator.options["use_shapes"] = [SHAPES + rule for rule in rules] or None
            with _quiet():
                self._add(added)
                try:
                    _, report, _ = self._validator.run()
                finally:
                    self._remove(added)
        return list(self._read(report))

    def _add(self, triples: Collection[ox.Triple]) -> None:
        self._store.extend(ox.Quad(*triple) for triple in triples)
        for triple in triples:
            self._data.add(self._terms.triple(triple))

    def _remove(self, triples: Collection[ox.Triple]) -> None:
        for triple in triples:
            self._store.remove(ox.Quad(*triple))
            self._data.remove(self._terms.triple(triple))

    @cached_property
    def _shapes(self) -> rdflib.Graph:
        import rdflib

        graph = rdflib.Graph()
        try:
            content = self._shapes_path.read_bytes()
        except OSError as error:
            name = self._shapes_path.name
            raise ResourceMissing(f"找不到校验规则 {name}", f"the shapes file {name} cannot be read") from error
        for triple in ox.parse(content, ox.RdfFormat.TURTLE):
            graph.add(self._terms.triple(triple))
        return graph

    @cached_property
    def _validator(self) -> Any:
        from pyshacl import Validator
        from pyshacl.graph_abstraction import DataGraph

        # `inplace`: this graph is ours, and pyshacl must not copy it for every run.
        validator = Validator(
            DataGraph.from_rdflib_graph(self._data), shacl_graph=self._shapes, options={"inplace": True}
        )
        # Reading the property harvests all shapes; a run with chosen shapes first would know only those ever after.
        assert validator.shacl_graph.shapes
        return validator

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        """The rules by the IRI of their shape."""
        from rdflib import URIRef

        shapes = self._shapes
        return {
            str(shape): Rule(
                str(shape).removeprefix(SHAPES),
                _SEVERITIES[str(shapes.value(shape, URIRef(SH + "severity")))],
                _text(shapes, shape, SH + "message"),
                _text(shapes, shape, SH + "description"),
                tuple(sorted(str(clause) for clause in shapes.objects(shape, URIRef(RDFS + "seeAlso")))),
                _first_step(shapes, shapes.value(shape, URIRef(SH + "path"))),
            )
            for shape in shapes.subjects(URIRef(SH + "message"))
        }

    @cached_property
    def _day_limits(self) -> list[Any]:
        """The shapes that ask for a date no later than the day of the check."""
        from rdflib import URIRef

        limit = URIRef(SH + "maxInclusive")
        return [shape for shape, day in self._shapes.subject_objects(limit) if str(day) == _ANY_DAY]

    def _set_day(self, day: str) -> None:
        from rdflib import XSD, URIRef
        from rdflib import Literal as RdfLiteral

        for shape in self._day_limits:
            self._shapes.set((shape, URIRef(SH + "maxInclusive"), RdfLiteral(day, datatype=XSD.date)))

    def _read(self, report: rdflib.Graph) -> Iterator[Result]:
        from rdflib import URIRef

        def one(node: Any, name: str) -> str:
            return str(report.value(node, URIRef(SH + name)) or "")

        for node in report.objects(None, URIRef(SH + "result")):
            rule = self._rules[one(node, "sourceShape")]
            texts = [str(text) for text in report.objects(node, URIRef(SH + "resultMessage"))]
            message = Text(filled(rule.messages.zh, texts), filled(rule.messages.en, texts))
            path = report.value(node, URIRef(SH + "resultPath"))
            step = str(path) if isinstance(path, URIRef) else rule.path
            yield Result(rule, one(node, "focusNode"), step, one(node, "value"), message)


def _first_step(graph: rdflib.Graph, path: Any) -> str:
    """The property that a path begins with, where it begins with one."""
    from rdflib import RDF as RDF_TERMS
    from rdflib import URIRef

    start = graph.value(path, RDF_TERMS.first) if path is not None else None
    return str(start if start is not None else path) if isinstance(start or path, URIRef) else ""


def _text(graph: rdflib.Graph, subject: Any, predicate: str) -> Text:
    from rdflib import URIRef

    found = {str(getattr(text, "language", "")): str(text) for text in graph.objects(subject, URIRef(predicate))}
    return Text(found.get("zh", ""), found.get("en", ""))


@contextmanager
def _quiet() -> Iterator[None]:
    """rdflib logs a traceback for each ill-formed literal; the shapes report it as a finding."""
    log = logging.getLogger("rdflib.term")
    log.addFilter(_silence)
    try:
        yield
    finally:
        log.removeFilter(_silence)


def _silence(_: logging.LogRecord) -> bool:
    return False
