"""Records → what was found: regular cases by the program, all others by an engine on their graph."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import NamedTuple

import pyoxigraph as ox

from dandang.assessment import assess as assess_case
from dandang.bulk.assembling import Assembler
from dandang.bulk.assessing import AssessmentProgram, Outcome, outcome_of
from dandang.bulk.drafting import Drafter
from dandang.bulk.irregular import GraphChecker
from dandang.bulk.jsonl import JsonLines
from dandang.bulk.nquads import Lines
from dandang.bulk.program import Program, Row, Speller, is_key, results
from dandang.bulk.records import VALIDATE, Checked, Record, Task
from dandang.cases import Derivation, case_quads
from dandang.cases.graph import case_iri
from dandang.cases.rdf import cases_of
from dandang.model import Finding, Place, Policy
from dandang.namespaces import DD
from dandang.validation import CaseValidator
from dandang.validation.checking import by_line, told_by_reading
from dandang.validation.places import Locator
from dandang.validation.rules import Result
from dandang.vocabulary import Vocabulary


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles: all that some cases make goes with them, and what stays is looked through again and again for nothing."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class _Waiting(NamedTuple):
    """A case for the engine: its graph, and where its parts stand in a case file."""

    record: Record
    quads: Sequence[ox.Quad]
    locator: Locator | None


class BulkEngine:
    """The case shapes for many cases, made ready once: compiling takes seconds, a case then microseconds."""

    def __init__(self, policy: Policy, quads: Iterable[ox.Quad], *, today: str | None = None) -> None:
        """`quads` is the policy data that `policy` was read from; `today` is the day of the check."""
        self.policy = policy
        self.today = today or date.today().isoformat()
        self.vocabulary = Vocabulary(policy)
        self.derivation = Derivation(policy)
        self.validator = CaseValidator(policy, quads)
        self.program = Program(self.validator)
        self.assembler = Assembler(self.program, self.derivation, today=self.today)
        self.drafter = Drafter(policy)
        self._speller = Speller(self.program, today=self.today)
        self._templates: dict[int, Finding] = {}
        self._readers: dict[str, JsonLines | Lines] = {}
        self._graphs = GraphChecker(self.validator, today=self.today)

    @cached_property
    def assessments(self) -> AssessmentProgram:
        """The condition trees, compiled: for those who ask for outcomes."""
        return AssessmentProgram(self.policy, self.program.alphabet)

    def itself(self) -> BulkEngine:
        """This engine: what a forked process starts with."""
        return self

    def again(self) -> BulkEngine:
        """The same engine, made anew from the data files: what any other process starts with."""
        return load_engine(today=self.today)

    def reader(self, syntax: str) -> JsonLines | Lines:
        """The reader of a syntax: `jsonl`, `nquads` or `ntriples`. It remembers what it has met, so there is one of each."""
        if syntax not in self._readers:
            self._readers[syntax] = (
                JsonLines(self.policy, self.drafter, self.assembler, self.derivation)
                if syntax == "jsonl"
                else Lines(self.assembler, self.derivation, self.vocabulary, quads=syntax == "nquads")
            )
        return self._readers[syntax]

    @_uncollected()
    def check(self, records: Iterable[Record], task: Task = VALIDATE) -> list[Checked]:
        """What is found about each record, in their order: its findings, its outcome, or both. A record is let go as soon as it is checked, but for those
        that an engine has to look at: these are checked together, so let there be no more than fit into memory."""
        found: list[Checked | _Waiting] = [self._asked(record, task) for record in records]
        waiting = [(number, item) for number, item in enumerate(found) if isinstance(item, _Waiting)]
        graphs = self._graphs.results([item.quads for _, item in waiting])
        for (number, item), own in zip(waiting, graphs, strict=True):
            checked = _checked(item.record, [self._placed(result, item) for result in own])
            found[number] = self._finished(item.record, checked, task)
        return [item for item in found if isinstance(item, Checked)]

    def _asked(self, record: Record, task: Task) -> Checked | _Waiting:
        found = self._one(record) if task.findings else Checked(record.id, record.place, record.findings)
        return found if isinstance(found, _Waiting) else self._finished(record, found, task)

    def _finished(self, record: Record, found: Checked, task: Task) -> Checked:
        if task.detail:
            found = self._detailed(record, found)
        return found._replace(outcome=self._outcome(record)) if task.outcomes else found

    def _outcome(self, record: Record) -> Outcome | None:
        """The outcome; none for a case that reading left mistakes in, as the assessment of a case file refuses it."""
        if any(finding.severity == "error" for finding in record.findings):
            return None
        if record.said is not None:
            return self.assessments.outcome(record.said)
        if record.read is not None:
            return outcome_of(assess_case(record.read().case, self.policy, today=self.today))
        return None

    def _detailed(self, record: Record, checked: Checked) -> Checked:
        """The same findings as pyshacl tells them."""
        if not any(finding.component for finding in checked.findings):
            return checked
        if record.read is None:
            item, names = _Waiting(record, self._with_derived(record), None), {}
        else:
            case = record.read().case
            item, names = (
                _Waiting(record, case_quads(case), Locator(case)),
                dict(record.names(case) if record.names else {}),
            )
        results = self.validator.engine.results(item.quads, today=self.today, closest=True, detail=True)
        return _checked(record, [_named(self._placed(result, item), names) for result in results])

    def _one(self, record: Record) -> Checked | _Waiting:
        if record.said is not None:
            return self._regular(record)
        if record.read is not None:
            read = record.read()
            said = self._speller.facts(read.case)
            if said is not None:
                return self._regular(record._replace(said=said))
            return _Waiting(record, case_quads(read.case), Locator(read.case))
        if record.quads:
            return _Waiting(record, self._with_derived(record), None)
        return Checked(record.id, record.place, record.findings)

    def _regular(self, record: Record) -> Checked:
        assert record.said is not None
        rows = self.program.hits(record.said)
        if not rows:
            return Checked(record.id, record.place, record.findings)
        quick = [self._quickly(row, record) for row in rows] if record.source else [None]
        if all(quick):
            return _checked(record, [finding for finding in quick if finding])
        assert record.read is not None
        case = record.read().case
        locator = Locator(case)
        names = record.names(case) if record.names else {}
        findings = [self.validator.finding(result, locator) for result in results(rows, record.said, case)]
        for row, finding in zip(rows, findings, strict=True):
            # What is said about a table has words of its own.
            if row.steady and not (finding.place and finding.place.cell):
                self._templates.setdefault(id(row), finding)
        return _checked(record, [_named(finding, names) for finding in findings])

    def _quickly(self, row: Row, record: Record) -> Finding | None:
        """The finding of a row, made from one that it gave before: only where it stands is new. None where that is not enough."""
        template, source = self._templates.get(id(row)), record.source
        if template is None or source is None:
            return None
        node, target, at = source.node(row.focus), template.object, record.place
        place: Place | None = Place(at.file, at.line, at.column, template.place.path if template.place else "")
        part = row.focus
        if is_key(row.value):
            target = source.node(row.value)
            part = row.value if len(row.value) > 1 else part
        if len(part) > 1:
            place = source.spot(part)
        if place is None or not node or (target == "" and template.object):
            return None
        told = template  # `_replace` would take three times as long
        return Finding(
            told.rule, told.message, told.hint, place, told.severity, record.id, told.value, told.cites,
            node, told.path, target, told.component, told.fix,
        )  # fmt: skip

    def _placed(self, result: Result, item: _Waiting) -> Finding:
        finding = self.validator.finding(result, item.locator)
        if item.locator:
            return finding
        record = item.record
        where = record.where(finding.focus, result.path) if record.where else record.place
        return finding._replace(focus=record.id, place=where)

    def _with_derived(self, record: Record) -> list[ox.Quad]:
        """The graph as it stands, and what follows from it that it does not say."""
        quads = list(record.quads)
        told = {
            quad.object.value
            for quad in quads
            if quad.predicate.value == DD + "factType" and hasattr(quad.object, "value")
        }
        for case, _ in cases_of(quads, self.vocabulary, record.place.file):
            facts = self.derivation.applied(case).facts
            derived = tuple(fact for fact in facts if fact.derived_from and fact.type not in told)
            iri = case_iri(case)
            for quad in case_quads(case._replace(facts=derived)):
                node = getattr(quad.subject, "value", "")
                if node.startswith(f"{iri}#fact-") or quad.predicate.value == DD + "hasFact":
                    quads.append(_renamed(quad, f"{iri}#fact-", f"{iri}#derived-"))
        return quads


def load_engine(*, today: str | None = None) -> BulkEngine:
    """The engine for the policy as shipped, with the documents of DANDANG_DATA."""
    from dandang import resources
    from dandang.policy import load_quads, read_policy

    quads = load_quads(resources.data_files())
    engine = BulkEngine(read_policy(quads), quads, today=today)
    # It stays as long as the process; the collector need not go through it again and again.
    gc.collect()
    gc.freeze()
    return engine


def _renamed(quad: ox.Quad, old: str, new: str) -> ox.Quad:
    """The quad with nodes of derived facts named apart from those that the graph has."""

    subject = (
        ox.NamedNode(quad.subject.value.replace(old, new)) if isinstance(quad.subject, ox.NamedNode) else quad.subject
    )
    target = ox.NamedNode(quad.object.value.replace(old, new)) if isinstance(quad.object, ox.NamedNode) else quad.object
    return ox.Quad(subject, quad.predicate, target, quad.graph_name)


def _named(finding: Finding, names: Mapping[str, str]) -> Finding:
    """The finding with the nodes by their names in the source."""
    node, target = names.get(finding.node, finding.node), names.get(finding.object, finding.object)
    return finding if (node, target) == (finding.node, finding.object) else finding._replace(node=node, object=target)


def _checked(record: Record, findings: Sequence[Finding]) -> Checked:
    """A record with its own findings and those of the shapes that reading has not told already."""
    if record.findings:
        findings = [*record.findings, *(one for one in findings if not told_by_reading(one, record.findings))]
    return Checked(record.id, record.place, tuple(sorted(findings, key=by_line) if len(findings) > 1 else findings))
