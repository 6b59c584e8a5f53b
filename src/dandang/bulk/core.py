"""SHACL Core on the case that says everything: for each shape the results it could have, each with its formula.

One method for each constraint component that the shapes use; a shape with any other raises NotCompilable and stays with an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import rdflib
from rdflib import RDF, SH, XSD, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from dandang.bulk.formula import FALSE, TRUE, Formula, Less, NotCompilable, all_of, any_of, at_least, negated
from dandang.bulk.ground import Ground, Slot, Term
from dandang.bulk.sparql import Binding, date_of, solutions
from dandang.validation.engine import ANY_DAY


class Possible(NamedTuple):
    """A result that a regular case can have, and when it has it."""

    shape: str
    focus: Term
    path: str
    value: Term | None
    component: str
    formula: Formula
    row: Mapping[str, Term] = MappingProxyType({})


class ShapeCompiler:
    """Works out shapes on a ground graph."""

    def __init__(self, shapes: rdflib.Graph, graph: Ground, *, today: Slot) -> None:
        self.shapes = shapes
        self._about: dict[Node, dict[Node, list[Node]]] = {}
        for subject, predicate, target in shapes:
            self._about.setdefault(subject, {}).setdefault(predicate, []).append(target)
        self._lists: dict[Node, list[Node]] = {}
        self.graph = graph
        self._today = today.number
        self._conforming: dict[tuple[Node, Term], Formula] = {}
        self._components: dict[Node, Callable[[Node, Any, Term, Values], Iterator[tuple[Term | None, Formula]]]] = {
            SH.minCount: self._min_count,
            SH.maxCount: self._max_count,
            SH["class"]: self._class,
            SH.datatype: self._datatype,
            SH.pattern: self._pattern,
            SH.minInclusive: self._min_inclusive,
            SH.maxInclusive: self._max_inclusive,
            SH.minExclusive: self._min_exclusive,
            SH.maxExclusive: self._max_exclusive,
            SH.lessThan: self._less_than,
            SH.lessThanOrEquals: self._less_than_or_equals,
            SH.disjoint: self._disjoint,
            SH.hasValue: self._has_value,
            SH["in"]: self._in,
            SH.node: self._node,
            SH.property: self._node,
            SH["not"]: self._not,
            SH["or"]: self._or,
            SH["and"]: self._and,
            SH.qualifiedMinCount: self._qualified_least,
            SH.qualifiedMaxCount: self._qualified_most,
        }
        self._silent = {
            RDF.type, SH.path, SH.severity, SH.message, SH.description, SH.sparql, SH.targetClass, SH.targetSubjectsOf,
            SH.targetObjectsOf, SH.qualifiedValueShape, SH.name, SH.order, SH.group,
        }  # fmt: skip

    def possible(self, shape: URIRef) -> Iterator[Possible]:
        """All results that a rule can have."""
        path = self._path_name(shape)
        for focus, targeted in self._targets(shape).items():
            for value, component, formula in self._results(shape, focus):
                yield Possible(str(shape), focus, path, value, component, all_of((targeted, formula)))
            for constraint in self._objects(shape, SH.sparql):
                for row, formula in self._solutions(constraint, focus):
                    named = {str(name): term for name, term in row.items()}
                    # A SPARQL result without a value is about its focus node.
                    value = named.get("value", focus)
                    found = str(named.get("path", ""))
                    yield Possible(str(shape), focus, found, value, _SPARQL, all_of((targeted, formula)), named)

    def _targets(self, shape: Node) -> dict[Term, Formula]:
        found: dict[Term, list[Formula]] = {}
        for kind in self._objects(shape, SH.targetClass):
            for node, _, formula in self.graph.match(None, RDF.type, kind):
                found.setdefault(node, []).append(formula)
        for link in self._objects(shape, SH.targetSubjectsOf):
            for node, _, formula in self.graph.match(None, link, None):
                found.setdefault(node, []).append(formula)
        for link in self._objects(shape, SH.targetObjectsOf):
            for _, node, formula in self.graph.match(None, link, None):
                found.setdefault(node, []).append(formula)
        return {node: any_of(formulas) for node, formulas in found.items()}

    def _solutions(self, constraint: Node, focus: Term) -> list[tuple[Binding, Formula]]:
        if isinstance(focus, Slot):
            raise NotCompilable("SPARQL about a literal")
        return solutions(self.graph, str(self._value(constraint, SH.select)), self._prefixes, focus)

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        declared = self.shapes.objects(None, SH.declare)
        return {str(self._value(node, SH.prefix)): str(self._value(node, SH.namespace)) for node in declared}

    # --- shapes ---

    def _results(self, shape: Node, focus: Term) -> Iterator[tuple[Term | None, str, Formula]]:
        """(value, component, formula) of the results of a shape on a node."""
        path = self._value(shape, SH.path)
        values: Values = self._values(focus, path) if path is not None else {focus: TRUE}
        for predicate, argument in self._statements(shape):
            check = self._components.get(predicate)
            if check:
                for value, formula in check(shape, argument, focus, values):
                    yield value, _component(predicate), formula
            elif str(predicate).startswith(str(SH)) and predicate not in self._silent:
                raise NotCompilable(f"the constraint {predicate}")

    def conforms(self, shape: Node, focus: Term) -> Formula:
        """The formula under which a node conforms to a shape."""
        key = shape, focus
        if key not in self._conforming:
            self._conforming[key] = negated(any_of(formula for *_, formula in self._results(shape, focus)))
        return self._conforming[key]

    def _values(self, focus: Term, path: Node) -> Values:
        found: dict[Term, list[Formula]] = {}
        for node, formula in self._follow(focus, path):
            found.setdefault(node, []).append(formula)
        return {node: any_of(formulas) for node, formulas in found.items()}

    def _follow(self, focus: Term, path: Node) -> Iterator[tuple[Term, Formula]]:
        inverse = self._value(path, SH.inversePath)
        alternatives = self._value(path, SH.alternativePath)
        if isinstance(path, URIRef):
            yield from ((node, formula) for _, node, formula in self.graph.match(focus, path, None))
        elif inverse is not None:
            yield from ((node, formula) for node, _, formula in self.graph.match(None, inverse, focus))
        elif alternatives is not None:
            for option in self._list(alternatives):
                yield from self._follow(focus, option)
        elif self._value(path, RDF.first) is not None:
            yield from self._steps(focus, self._list(path))
        else:
            raise NotCompilable("a path that repeats")

    def _steps(self, focus: Term, steps: list[Node]) -> Iterator[tuple[Term, Formula]]:
        if not steps:
            yield focus, TRUE
            return
        for node, formula in self._follow(focus, steps[0]):
            for last, more in self._steps(node, steps[1:]):
                yield last, all_of((formula, more))

    def _list(self, head: Node) -> list[Node]:
        if head not in self._lists:
            self._lists[head] = list(Collection(self.shapes, head))
        return self._lists[head]

    def _objects(self, subject: Node, predicate: Node) -> list[Node]:
        return self._about.get(subject, {}).get(predicate, [])

    def _value(self, subject: Node, predicate: Node) -> Node | None:
        return next(iter(self._objects(subject, predicate)), None)

    def _statements(self, subject: Node) -> Iterator[tuple[Node, Any]]:
        return (
            (predicate, target) for predicate, targets in self._about.get(subject, {}).items() for target in targets
        )

    def _path_name(self, shape: Node) -> str:
        """The property that a path begins with, where it begins with one."""
        path = self._value(shape, SH.path)
        start = self._value(path, RDF.first) if path is not None else None
        first = start if start is not None else path
        return str(first) if isinstance(first, URIRef) else ""

    # --- components: each yields (value, formula) of its violations ---

    def _min_count(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        yield None, negated(at_least(int(argument), values.values()))

    def _max_count(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        yield None, at_least(int(argument) + 1, values.values())

    def _class(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        for node, there in values.items():
            member = any_of(formula for _, _, formula in self.graph.match(node, RDF.type, argument))
            yield node, all_of((there, negated(member)))

    def _datatype(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        """A regular case has dates where dates belong and plain text as its id; what language a text has, no one asks."""
        for node, there in values.items():
            if isinstance(node, Slot):
                known = argument == XSD.date if node.is_date else node.key == ("identifier",) and argument == XSD.string
                if not known and not (node.is_date and argument != XSD.date):
                    raise NotCompilable("the datatype of a text")
                good = known
            else:
                good = isinstance(node, Literal) and node.datatype == argument
            yield node, FALSE if good else there

    def _pattern(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        """Only an id has a pattern; a regular case has an id that fits it."""
        for node in values:
            if not (isinstance(node, Slot) and node.key == ("identifier",)):
                raise NotCompilable("a pattern on what is no id")
        yield from ()

    def _min_inclusive(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        return self._limits(values, lambda date: Less(date, self._day(argument)))

    def _max_inclusive(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        return self._limits(values, lambda date: Less(self._day(argument), date))

    def _min_exclusive(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        return self._limits(values, lambda date: negated(Less(self._day(argument), date)))

    def _max_exclusive(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        return self._limits(values, lambda date: negated(Less(date, self._day(argument))))

    def _day(self, limit: Any) -> int | str:
        """A limit: the day of the check, for which the shapes write a day that never comes, or a day of its own."""
        return self._today if str(limit) == ANY_DAY else str(limit)

    def _limits(self, values: Values, beyond: Callable[[int | str], Formula]) -> Results:
        for node, there in values.items():
            yield node, all_of((there, beyond(date_of(node))))

    def _less_than(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        return self._order(argument, focus, values, lambda one, other: negated(Less(one, other)))

    def _less_than_or_equals(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        return self._order(argument, focus, values, lambda one, other: Less(other, one))

    def _order(
        self, other: Node, focus: Term, values: Values, wrong: Callable[[int | str, int | str], Formula]
    ) -> Results:
        for node, there in values.items():
            for _, target, formula in self.graph.match(focus, other, None):
                yield node, all_of((there, formula, wrong(date_of(node), date_of(target))))

    def _disjoint(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        for node, there in values.items():
            also = any_of(formula for _, _, formula in self.graph.match(focus, argument, node))
            yield node, all_of((there, also))

    def _has_value(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        yield None, negated(values.get(argument, FALSE))

    def _in(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        allowed = set(self._list(argument))
        for node, there in values.items():
            if isinstance(node, Slot):
                raise NotCompilable("a list of values for a text")
            if node not in allowed:
                yield node, there

    def _node(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        for node, there in values.items():
            yield node, all_of((there, negated(self.conforms(argument, node))))

    def _not(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        for node, there in values.items():
            yield node, all_of((there, self.conforms(argument, node)))

    def _or(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        for node, there in values.items():
            fits = any_of(self.conforms(option, node) for option in self._list(argument))
            yield node, all_of((there, negated(fits)))

    def _and(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        for node, there in values.items():
            fits = all_of(self.conforms(part, node) for part in self._list(argument))
            yield node, all_of((there, negated(fits)))

    def _qualified_least(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        yield None, negated(at_least(int(argument), self._fitting(shape, values)))

    def _qualified_most(self, shape: Node, argument: Any, focus: Term, values: Values) -> Results:
        yield None, at_least(int(argument) + 1, self._fitting(shape, values))

    def _fitting(self, shape: Node, values: Values) -> list[Formula]:
        (wanted,) = self._objects(shape, SH.qualifiedValueShape)
        return [all_of((there, self.conforms(wanted, node))) for node, there in values.items()]


def _component(parameter: Node) -> str:
    """The constraint component that a parameter of a shape belongs to: sh:minCount to sh:MinCountConstraintComponent."""
    name = str(parameter).removeprefix(str(SH))
    return f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent"


_SPARQL = f"{SH}SPARQLConstraintComponent"
Values = dict[Term, Formula]
Results = Iterator[tuple[Term | None, Formula]]
