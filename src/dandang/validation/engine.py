"""pyshacl over one shapes graph."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from dandang.errors import ResourceMissing
from dandang.messages import Text
from dandang.model import Detail, Rule
from dandang.namespaces import SH
from dandang.validation.closest import Alternatives
from dandang.validation.rules import SHAPES, Result, filled, read_rules
from dandang.validation.terms import Terms, data_graph

if TYPE_CHECKING:
    import rdflib

#: What the shapes write where the day of the check belongs.
ANY_DAY = "9999-12-31"
_CHOICES = {SH + "OrConstraintComponent", SH + "XoneConstraintComponent"}


class Engine:
    """pyshacl over one shapes graph, with a part of the data graph that stays from run to run."""

    def __init__(self, shapes: Path, fixed: Iterable[ox.Quad]) -> None:
        self._terms = Terms()
        self._shapes_path = shapes
        self._lock = Lock()
        self.fixed = {quad.triple for quad in fixed}
        self._store = ox.Store()
        self._data = data_graph(self._terms, self._store)
        self._add(self.fixed)

    def results(
        self,
        quads: Iterable[ox.Quad] = (),
        *,
        today: str | None = None,
        rules: Collection[str] = (),
        closest: bool = False,
        detail: bool = False,
    ) -> list[Result]:
        """Every result on the fixed part and these quads together; with `closest`, where a rule has alternatives, those closest to being met; with
        `detail` what pyshacl says of each."""
        added = {quad.triple for quad in quads} - self.fixed
        with self._lock:
            self._set_day(today or ANY_DAY)
            self._validator.options["use_shapes"] = [SHAPES + rule for rule in rules] or None
            with _quiet():
                self._add(added)
                try:
                    _, report, _ = self._validator.run()
                    return list(self._read(report, closest=closest, detail=detail))
                finally:
                    self._remove(added)

    def fixed_graph(self) -> Iterator[tuple[Any, Any, Any]]:
        """The fixed part as triples of rdflib."""
        return map(self._terms.triple, self.fixed)

    def _add(self, triples: Collection[ox.Triple]) -> None:
        self._store.extend(ox.Quad(*triple) for triple in triples)
        for triple in triples:
            self._data.add(self._terms.triple(triple))

    def _remove(self, triples: Collection[ox.Triple]) -> None:
        for triple in triples:
            self._store.remove(ox.Quad(*triple))
            self._data.remove(self._terms.triple(triple))

    @cached_property
    def shapes(self) -> rdflib.Graph:
        """The shapes graph."""
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
            DataGraph.from_rdflib_graph(self._data), shacl_graph=self.shapes, options={"inplace": True}
        )
        # Reading the property harvests all shapes; a run with chosen shapes first would know only those ever after.
        assert validator.shacl_graph.shapes
        return validator

    @cached_property
    def _alternatives(self) -> Alternatives:
        return Alternatives(self._validator)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules by the IRI of their shape."""
        return read_rules(self._shapes_path)

    @cached_property
    def _day_limits(self) -> list[Any]:
        """The shapes that ask for a date no later than the day of the check."""
        from rdflib import URIRef

        limit = URIRef(SH + "maxInclusive")
        return [shape for shape, day in self.shapes.subject_objects(limit) if str(day) == ANY_DAY]

    def _set_day(self, day: str) -> None:
        from rdflib import XSD, URIRef
        from rdflib import Literal as RdfLiteral

        for shape in self._day_limits:
            self.shapes.set((shape, URIRef(SH + "maxInclusive"), RdfLiteral(day, datatype=XSD.date)))

    def _read(self, report: rdflib.Graph, *, closest: bool, detail: bool) -> Iterator[Result]:
        from rdflib import URIRef

        def one(node: Any, name: str) -> str:
            return str(report.value(node, URIRef(SH + name)) or "")

        for node in report.objects(None, URIRef(SH + "result")):
            rule = self.rules[one(node, "sourceShape")]
            texts = [str(text) for text in report.objects(node, URIRef(SH + "resultMessage"))]
            message = Text(filled(rule.message.zh, texts), filled(rule.message.en, texts))
            path = report.value(node, URIRef(SH + "resultPath"))
            step = str(path) if isinstance(path, URIRef) else rule.path
            component = one(node, "sourceConstraintComponent")
            result = Result(rule, one(node, "focusNode"), step, one(node, "value"), message, component)
            if closest and component in _CHOICES:
                shape, value = (report.value(node, URIRef(SH + name)) for name in ("sourceShape", "value"))
                result = result._replace(closest=self._alternatives.closest(shape, value))
            yield result._replace(detail=_detail(report, node)) if detail else result


def _detail(report: rdflib.Graph, node: Any) -> Detail:
    """A result of a report with those that led to it."""
    from rdflib import BNode, URIRef

    def one(name: str) -> str:
        term = report.value(node, URIRef(SH + name))
        return "" if term is None or isinstance(term, BNode) else str(term)

    texts = sorted(str(text) for text in report.objects(node, URIRef(SH + "resultMessage")))
    return Detail(
        one("sourceShape"),
        one("sourceConstraintComponent"),
        one("focusNode"),
        one("resultPath"),
        one("value"),
        texts[0] if texts else "",
        tuple(sorted(_detail(report, other) for other in report.objects(node, URIRef(SH + "detail")))),
    )


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
