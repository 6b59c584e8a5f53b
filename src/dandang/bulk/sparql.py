"""A SPARQL constraint on the case that says everything: its solutions, each with the formula under which a case has it.

The part of SPARQL that the shapes are written in: basic graph patterns, property paths, groups, UNION, BIND, FILTER with comparisons, IF, IN, STR,
EXISTS and NOT EXISTS. Anything else raises NotCompilable, and the rule stays with an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from rdflib import Literal, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from dandang.bulk.formula import FALSE, TRUE, Formula, Less, NotCompilable, all_of, any_of, negated
from dandang.bulk.ground import Ground, Slot, Term

Binding: TypeAlias = dict[Variable, Term]
Solutions: TypeAlias = Iterator[tuple[Binding, Formula]]
_THIS = Variable("this")


def solutions(graph: Ground, select: str, prefixes: Mapping[str, str], focus: Node) -> list[tuple[Binding, Formula]]:
    """What a SELECT finds for a focus node. Equal rows of a DISTINCT are one; the others stay apart."""
    query = prepareQuery(select.replace("$", "?"), initNs=prefixes).algebra.p
    distinct = query.name == "Distinct"
    project = query.p if distinct else query
    if project.name != "Project":
        raise NotCompilable(f"a query with {project.name}")
    rows = [
        ({name: row[name] for name in project.PV if name in row}, formula)
        for row, formula in _Evaluation(graph).part(project.p, {_THIS: focus})
        if formula != FALSE
    ]
    if not distinct:
        return rows
    merged: dict[tuple[tuple[Variable, Term], ...], list[Formula]] = {}
    for row, formula in rows:
        merged.setdefault(tuple(row.items()), []).append(formula)
    return [(dict(row), any_of(formulas)) for row, formulas in merged.items()]


class _Evaluation:
    """Evaluates algebra over a ground graph; the formulas of EXISTS are remembered by what they depend on."""

    def __init__(self, graph: Ground) -> None:
        self.graph = graph
        self._known: dict[tuple[int, frozenset[tuple[Variable, Term]]], Formula] = {}
        self._reached: dict[tuple[int, Term | None, Term | None], tuple[Path, list[tuple[Term, Term, Formula]]]] = {}
        self._variables: dict[int, frozenset[Variable]] = {}
        self._paths = {
            SequencePath: self._sequence,
            AlternativePath: self._alternative,
            InvPath: self._inverse,
            MulPath: self._repeated,
        }

    def part(self, node: CompValue, row: Binding) -> Solutions:
        """The solutions of an algebra node that agree with a row."""
        method = getattr(self, "_" + node.name.lower(), None)
        if method is None:
            raise NotCompilable(f"SPARQL {node.name}")
        yield from method(node, row)

    # --- patterns ---

    def _bgp(self, node: CompValue, row: Binding) -> Solutions:
        yield from self._triples(list(node.triples), row)

    def _triples(self, triples: list[tuple[Any, Any, Any]], row: Binding) -> Solutions:
        if not triples:
            yield row, TRUE
            return
        chosen = min(triples, key=lambda triple: self._cost(triple, row))
        rest = [triple for triple in triples if triple is not chosen]
        for found, formula in self._triple(chosen, row):
            for further, more in self._triples(rest, found):
                yield further, all_of((formula, more))

    def _cost(self, triple: tuple[Any, Any, Any], row: Binding) -> int:
        """How many rows a pattern may make of one: paths after triples, except where both ends are known."""
        start, step, end = (row.get(term, term) for term in triple)
        ends = [None if isinstance(term, Variable) else term for term in (start, end)]
        if isinstance(step, Path):
            return (1, 3, 2_000)[ends.count(None)]
        return self.graph.count(ends[0], step, ends[1])

    def _triple(self, triple: tuple[Any, Any, Any], row: Binding) -> Solutions:
        subject, predicate, target = (row.get(term, term) for term in triple)
        if isinstance(predicate, Variable):
            raise NotCompilable("a variable as predicate")
        start, end = (None if isinstance(term, Variable) else term for term in (subject, target))
        for first, last, formula in self._links(start, predicate, end):
            found = _bound(_bound(row, subject, first), target, last)
            if found is not None:
                yield found, formula

    def _links(self, start: Term | None, step: Any, end: Term | None) -> Iterable[tuple[Term, Term, Formula]]:
        if not isinstance(step, Path):
            return self.graph.match(start, step, end)
        key = id(step), start, end
        if key not in self._reached:
            # The path is kept with its answer: a number is the path's own only while the path lives.
            self._reached[key] = step, list(self._paths[type(step)](step, start, end))
        return self._reached[key][1]

    def _sequence(self, path: Any, start: Term | None, end: Term | None) -> Iterator[tuple[Term, Term, Formula]]:
        if start is None and end is not None:
            first, last = path.args[:-1], path.args[-1]
            before = SequencePath(*first) if len(first) > 1 else first[0]
            for middle, target, formula in self._links(None, last, end):
                for source, _, more in self._links(None, before, middle):
                    yield source, target, all_of((formula, more))
            return
        first, rest = path.args[0], path.args[1:]
        following = SequencePath(*rest) if len(rest) > 1 else rest[0]
        for source, middle, formula in self._links(start, first, None):
            for _, target, more in self._links(middle, following, end):
                yield source, target, all_of((formula, more))

    def _alternative(self, path: Any, start: Term | None, end: Term | None) -> Iterator[tuple[Term, Term, Formula]]:
        for option in path.args:
            yield from self._links(start, option, end)

    def _inverse(self, path: Any, start: Term | None, end: Term | None) -> Iterator[tuple[Term, Term, Formula]]:
        for source, target, formula in self._links(end, path.arg, start):
            yield target, source, formula

    def _repeated(self, path: Any, start: Term | None, end: Term | None) -> Iterator[tuple[Term, Term, Formula]]:
        if start is None and end is not None:
            backwards = MulPath(InvPath(path.path) if isinstance(path.path, URIRef) else ~path.path, path.mod)
            yield from ((last, first, formula) for first, last, formula in self._repeated(backwards, end, None))
            return
        starts = (
            [start] if start is not None else list(dict.fromkeys(s for s, _, _ in self._links(None, path.path, None)))
        )
        for source in starts:
            reached: dict[Term, None] = {source: None} if path.zero else {}
            waiting = [source]
            while waiting and (path.more or waiting == [source]):
                for _, target, formula in self._links(waiting.pop(), path.path, None):
                    if formula != TRUE:
                        raise NotCompilable("a repeated path over what a case says")
                    if target not in reached:
                        reached[target] = None
                        waiting.append(target)
            yield from ((source, target, TRUE) for target in reached if end is None or target == end)

    def _join(self, node: CompValue, row: Binding) -> Solutions:
        """Groups keep engines from joining in a bad order; here the triples of all of them are joined last, in an order chosen for each row."""
        triples: list[tuple[Any, Any, Any]] = []
        groups: list[CompValue] = []
        for part in _joined(node):
            triples += part.triples if part.name == "BGP" else ()
            groups += (part,) if part.name != "BGP" else ()
        for found, formula in self._groups(groups, row):
            for both, more in self._triples(triples, found):
                yield both, all_of((formula, more))

    def _groups(self, groups: list[CompValue], row: Binding) -> Solutions:
        if not groups:
            yield row, TRUE
            return
        for found, formula in self.part(groups[0], row):
            for both, more in self._groups(groups[1:], found):
                yield both, all_of((formula, more))

    def _union(self, node: CompValue, row: Binding) -> Solutions:
        yield from self.part(node.p1, row)
        yield from self.part(node.p2, row)

    def _extend(self, node: CompValue, row: Binding) -> Solutions:
        for found, formula in self.part(node.p, row):
            yield {**found, node.var: self._term(node.expr, found)}, formula

    def _filter(self, node: CompValue, row: Binding) -> Solutions:
        for found, formula in self.part(node.p, row):
            kept = all_of((formula, self._condition(node.expr, found))) if formula != FALSE else FALSE
            if kept != FALSE:
                yield found, kept

    # --- expressions ---

    def _condition(self, node: Any, row: Binding) -> Formula:
        """The formula under which an expression is true."""
        name = getattr(node, "name", "")
        if name == "ConditionalAndExpression":
            return all_of(self._condition(part, row) for part in (node.expr, *node.other))
        if name == "ConditionalOrExpression":
            return any_of(self._condition(part, row) for part in (node.expr, *node.other))
        if name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            exists = self._exists(node.graph, row)
            return exists if name == "Builtin_EXISTS" else negated(exists)
        if name == "RelationalExpression":
            return self._relation(node, row)
        raise NotCompilable(f"SPARQL {name or type(node).__name__} as a condition")

    def _exists(self, pattern: CompValue, row: Binding) -> Formula:
        variables = self._variables.get(id(pattern))
        if variables is None:
            variables = self._variables[id(pattern)] = frozenset(_variables(pattern))
        visible = {name: term for name, term in row.items() if name in variables}
        key = id(pattern), frozenset(visible.items())
        if key not in self._known:
            self._known[key] = any_of(formula for _, formula in self.part(pattern, visible))
        return self._known[key]

    def _relation(self, node: CompValue, row: Binding) -> Formula:
        left = self._term(node.expr, row)
        if node.op == "IN":
            return any_of(_equal(left, self._term(option, row)) for option in node.other)
        right = self._term(node.other, row)
        if node.op in ("=", "!="):
            equal = _equal(left, right)
            return equal if node.op == "=" else negated(equal)
        if node.op in ("<", ">"):
            return _earlier(left, right) if node.op == "<" else _earlier(right, left)
        raise NotCompilable(f"SPARQL {node.op}")

    def _term(self, node: Any, row: Binding) -> Any:
        name = getattr(node, "name", "")
        if name == "Builtin_STR":
            return str(self._term(node.arg, row))
        if name == "Builtin_IF":
            choice = self._term(node.arg1, row)
            if not isinstance(choice, Literal):
                raise NotCompilable("IF on what is no literal")
            return self._term(node.arg2 if choice.toPython() else node.arg3, row)
        if isinstance(node, Variable):
            if node not in row:
                raise NotCompilable(f"?{node} without a value")
            return row[node]
        if isinstance(node, CompValue):
            raise NotCompilable(f"SPARQL {name}")
        return node


def _joined(node: CompValue) -> Iterator[CompValue]:
    """The parts of nested joins."""
    if node.name == "Join":
        yield from _joined(node.p1)
        yield from _joined(node.p2)
    else:
        yield node


def _bound(row: Binding | None, name: Any, term: Term) -> Binding | None:
    """The row with a variable bound; None where it is bound to something else."""
    if row is None or not isinstance(name, Variable):
        return row
    if name in row:
        return row if row[name] == term else None
    return {**row, name: term}


def _equal(left: Any, right: Any) -> Formula:
    if not isinstance(left, Slot) and not isinstance(right, Slot):
        return TRUE if left == right else FALSE
    if left == right:
        return TRUE
    return negated(any_of((_earlier(left, right), _earlier(right, left))))


def _earlier(left: Any, right: Any) -> Formula:
    """Whether one value is less than another: dates of a case by slot, everything else at once."""
    if isinstance(left, Slot) or isinstance(right, Slot):
        return FALSE if left == right else Less(date_of(left), date_of(right))
    return TRUE if left < right else FALSE


def date_of(term: Any) -> int | str:
    """A date as a formula compares it: the number of its slot, or the day."""
    if isinstance(term, Slot) and term.is_date:
        return term.number
    if isinstance(term, Slot) or not str(term)[:4].isdigit():
        raise NotCompilable("a comparison of what is no date")
    return str(term)


def _variables(node: Any) -> Iterator[Variable]:
    """All variables of a piece of algebra, those of nested EXISTS included."""
    if isinstance(node, Variable):
        yield node
    elif isinstance(node, CompValue):
        for key in node:
            if key != "_vars":
                yield from _variables(getattr(node, key))
    elif isinstance(node, list | tuple | set | frozenset):
        for part in node:
            yield from _variables(part)
