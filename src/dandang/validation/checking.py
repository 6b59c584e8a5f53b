"""What the shapes find in cases and in policy data, as findings with a place in the file, in both languages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from dandang import resources
from dandang.cases import ReadCase, case_quads
from dandang.cases.graph import case_iri
from dandang.cases.words import table_words
from dandang.compiled import compiled_quads
from dandang.messages import Text
from dandang.model import Finding, Place, Policy
from dandang.namespaces import CASES, DD, RDF, SKOS, shorten
from dandang.store import GRAPHS
from dandang.validation.closest import with_closest
from dandang.validation.engine import Engine
from dandang.validation.hints import own_hint
from dandang.validation.places import Locator
from dandang.validation.rules import RANKING, Result, our_iris, told

#: What the case shapes read of the policy graph; the rest would only make every check slower.
# fmt: off
_READ_BY_CASE_SHAPES = frozenset({RDF + "type", SKOS + "inScheme"} | {DD + name for name in (
    "alternative", "combinableWith", "compiledFrom", "condition", "contraryTo", "determination", "effect",
    "establishedBy", "factType", "forRank", "implies", "inList", "measure", "member", "outcomeKind",
    "precondition", "reading", "requiredValue", "requirement", "role", "route", "setting", "severity",
    "suggests",
)})


# fmt: on
_TYPES_READ = frozenset(
    DD + name
    for name in (
        "AccountabilityCircumstance",
        "CadreList",
        "Exclusion",
        "ExemptionClause",
        "FactType",
        "SanctionTrack",
    )
)


def validate_case(
    read: ReadCase, policy: Policy, quads: Iterable[ox.Quad], *, today: str | None = None
) -> list[Finding]:
    """All findings on one case: those of reading it and those of the shapes. Many cases: keep a `CaseValidator`."""
    return CaseValidator(policy, quads).check([read], today=today)[0]


def validate_policy(quads: Iterable[ox.Quad], *, rules: Collection[str] = ()) -> list[Finding]:
    """The findings on policy data (schemes and documents); only those of the named rules where any are named."""
    known = list(quads)
    engine = Engine(resources.shapes_file("policy"), known)
    files = {term_value(quad.subject): _file_of(quad) for quad in known}
    above = {quad.object.value: term_value(quad.subject) for quad in known if isinstance(quad.object, ox.BlankNode)}
    found = [
        _policy_finding(result, files, _named(result.focus, above))
        for result in engine.results(rules=rules, closest=True)
    ]
    return sorted(found, key=lambda finding: (str(finding.place), finding.rule, finding.value))


def without_data(paths: Iterable[Path]) -> Iterator[Finding]:
    """A finding for each file of policy data, all of them readable, that says nothing."""
    for path in paths:
        if next(ox.parse(path=str(path)), None) is None:
            yield Finding(
                "no-policy-data",
                Text("文件里没有政策数据", "there is no policy data in the file"),
                Text(
                    "请检查是否选错文件，或者存盘时丢了内容",
                    "check whether this is the right file, and whether it was saved whole",
                ),
                Place(str(path)),
            )


class CaseValidator:
    """The case shapes and what they read of a policy, made ready once; may be shared between threads."""

    def __init__(self, policy: Policy, quads: Iterable[ox.Quad]) -> None:
        """`quads` is the policy data that `policy` was read from."""
        self.policy = policy
        fixed = [quad for quad in (*quads, *_rules_read(policy)) if _is_read(quad)]
        self.engine = Engine(resources.shapes_file("case"), fixed)

    def check(
        self, read: Sequence[ReadCase], *, today: str | None = None, closest: bool = False, detail: bool = False
    ) -> list[list[Finding]]:
        """For each case all its findings, by line: those of reading it and those of the shapes, in one run.

        With `closest` the hint says, where a rule has alternatives, which were closest to being met and what they lack; with `detail` findings of the
        shapes have what pyshacl says of them.
        """
        day = today or date.today().isoformat()
        found: list[list[Finding]] = [list(item.findings) for item in read]
        for batch in _batches(read):
            places = {case_iri(read[index].case): index for index in batch}
            quads = [quad for index in batch for quad in case_quads(read[index].case)]
            for result in self.engine.results(quads, today=day, closest=closest, detail=detail):
                index = places[result.focus.partition("#")[0]]
                finding = self.finding(result, Locator(read[index].case))
                if not told_by_reading(finding, read[index].findings):
                    found[index].append(finding)
        return [sorted(findings, key=by_line) for findings in found]

    def check_graph(self, quads: Iterable[ox.Quad], *, today: str | None = None) -> list[Finding]:
        """The findings on a case graph as it stands, without the case file it came from."""
        results = self.engine.results(quads, today=today or date.today().isoformat())
        return sorted((self.finding(result, None) for result in results), key=by_line)

    def finding(self, result: Result, locator: Locator | None) -> Finding:
        """A result as a finding, placed where the case says so."""
        rule = result.rule
        value = locator.value(result) if locator else result.value
        place = locator.place(result) if locator else None
        shown = (locator.compared(result) if locator else "") or ("" if value.startswith(CASES) else value)
        message = told(rule, result.message, shown, self._name)
        cites = dict.fromkeys((*rule.cites, *(iri for iri in our_iris(result.message) if iri in self.policy.clauses)))
        table = bool(place and place.cell)
        hint = own_hint(result, self.policy) or (rule.table_hint if table and rule.table_hint else rule.hint)
        hint = with_closest(hint, result.closest)
        return Finding(
            rule.slug,
            message,
            table_words(hint) if table and hint else hint,
            place,
            rule.severity,
            locator.case.id if locator else result.focus,
            value,
            tuple(cites),
            node=result.focus,
            path=result.path,
            object=result.value,
            component=result.component,
            detail=result.detail,
        )

    def _name(self, iri: str, lang: str) -> str:
        """What a message calls something: a clause by notation and label, everything else by its label in quotation marks."""
        label = self.policy.label(iri).in_(lang)
        clause = self.policy.clauses.get(iri)
        if clause:
            return f"{clause.notation}（{label}）" if lang == "zh" else f"{clause.notation} ({label})"
        if lang == "zh":
            return "“" + label.replace("“", "‘").replace("”", "’") + "”"
        return '"' + label.replace('"', "'") + '"'


def told_by_reading(finding: Finding, told: Iterable[Finding]) -> bool:
    """Whether reading the file already rejected what stands there: it has said more exactly what is wrong."""
    path = finding.place.path if finding.place else ""
    return bool(path) and any(
        other.severity == "error" and other.place is not None and other.place.path == path for other in told
    )


def by_line(finding: Finding) -> tuple[int, int, str, str]:
    """The order of findings: by line, then severity, rule and value."""
    line = finding.place.line if finding.place and finding.place.line else 0
    return line, RANKING.index(finding.severity), finding.rule, finding.value


def _batches(read: Sequence[ReadCase]) -> Iterator[list[int]]:
    """Indexes of cases that can share a graph: two cases of the same id would run together in one."""
    waiting = list(range(len(read)))
    while waiting:
        batch: dict[str, int] = {}
        for index in waiting:
            batch.setdefault(case_iri(read[index].case), index)
        yield list(batch.values())
        waiting = [index for index in waiting if index not in batch.values()]


def _rules_read(policy: Policy) -> Iterator[ox.Quad]:
    """The compiled rules; those of the strict reading alone only for clauses that can be claimed."""
    for quad in compiled_quads(policy):
        clause, _, part = term_value(quad.subject).partition("#")
        strict = part.startswith("strict-") or "#strict-" in term_value(quad.object)
        if not strict or policy.clauses[clause].kind == "ExemptionClause":
            yield quad


def _is_read(quad: ox.Quad) -> bool:
    predicate = quad.predicate.value
    return predicate in _READ_BY_CASE_SHAPES and (predicate != RDF + "type" or term_value(quad.object) in _TYPES_READ)


def term_value(term: object) -> str:
    """An IRI or a lexical form; nothing for a quoted triple, which our data never has."""
    return str(getattr(term, "value", ""))


def _named(node: str, above: Mapping[str, str]) -> str:
    """The node; in place of one without a name, the nearest above it that has one: a name is what somebody can look for."""
    seen: set[str] = set()
    while node in above and node not in seen:
        seen.add(node)
        node = above[node]
    return node


def _policy_finding(result: Result, files: Mapping[str, str], focus: str) -> Finding:
    rule = result.rule
    value = "" if result.value == result.focus else result.value
    message = told(rule, result.message, value, lambda iri, _: shorten(iri))
    place = Place(files.get(focus, ""), path=shorten(focus))
    return Finding(
        rule.slug,
        message,
        with_closest(rule.hint, result.closest),
        place,
        rule.severity,
        focus,
        result.value,
        rule.cites,
        node=result.focus,
        path=result.path,
        object=result.value,
        component=result.component,
    )


def _file_of(quad: ox.Quad) -> str:
    """The data file a quad was read from, by the name of its graph."""
    graph = quad.graph_name
    return f"{graph.value.removeprefix(GRAPHS)}.ttl" if isinstance(graph, ox.NamedNode) else ""
