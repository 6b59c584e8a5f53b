"""Checks case files and policy data against the SHACL shapes. The only importer of pyshacl.

A case is checked as a graph beside the parts of the policy graph that the shapes read; what comes back are findings with
the place in the file, in both languages, and with the clauses they rest on. The engines are imported when first used.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pyoxigraph as ox

from dandang import resources
from dandang.cases import ReadCase, case_quads
from dandang.cases.graph import case_iri
from dandang.compiled import compiled_quads
from dandang.errors import ResourceMissing
from dandang.messages import Text
from dandang.model import Case, Finding, Place, Policy
from dandang.namespaces import CASES, DCTERMS, DD, ID, RDF, RDFS, SH, SKOS, XSD, shorten
from dandang.store import GRAPHS

if TYPE_CHECKING:
    import rdflib

SHAPES = ID + "shapes/"
#: What the shapes write where the day of the check belongs.
_ANY_DAY = "9999-12-31"
_SEVERITIES: Mapping[str, Literal["error", "warning", "info"]] = {
    SH + "Violation": "error",
    SH + "Warning": "warning",
    SH + "Info": "info",
}
_RANKING = ("error", "warning", "info")
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
#: Where the value of a property stands in a case file.
_KEYS = {
    DCTERMS + "identifier": "id",
    DCTERMS + "title": "title",
    DD + "conductDate": "on",
    DD + "decisionDate": "decided",
    DD + "cadre": "cadre",
    DD + "domain": "domain",
    DD + "hasFact": "facts",
    DD + "decidedSanction": "sanctions",
    DD + "claims": "claims",
}
_CADRE_KEYS = {DD + "rank": "cadre.rank", DD + "post": "cadre.post", DD + "onList": "cadre.lion"}
#: An IRI of the project inside a message; a sentence's own punctuation is not part of it.
_OUR_IRI = re.compile(r"https://w3id\.org/dandang/[A-Za-z0-9/#_.\-]*[A-Za-z0-9]")
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


# --- what the rest of the program calls -------------------------------------------------------------------------------


def validate_case(
    read: ReadCase, policy: Policy, quads: Iterable[ox.Quad], *, today: str | None = None
) -> list[Finding]:
    """All findings on one case: those of reading it and those of the shapes. Many cases: keep a `CaseValidator`."""
    return CaseValidator(policy, quads).check([read], today=today)[0]


def validate_policy(quads: Iterable[ox.Quad], *, rules: Collection[str] = ()) -> list[Finding]:
    """The findings on policy data (schemes and documents); only those of the named rules where any are named."""
    known = list(quads)
    engine = _Engine(resources.shapes_file("policy"), known)
    files = {_value(quad.subject): _file_of(quad) for quad in known}
    found = [_policy_finding(result, files) for result in engine.results(rules=rules)]
    return sorted(found, key=lambda finding: (str(finding.place), finding.rule, finding.value))


class CaseValidator:
    """The case shapes and what they read of a policy, made ready once; may be shared between threads."""

    def __init__(self, policy: Policy, quads: Iterable[ox.Quad]) -> None:
        """`quads` is the policy data that `policy` was read from."""
        self.policy = policy
        fixed = [quad for quad in (*quads, *_rules_read(policy)) if _is_read(quad)]
        self._engine = _Engine(resources.shapes_file("case"), fixed)

    def check(self, read: Sequence[ReadCase], *, today: str | None = None) -> list[list[Finding]]:
        """For each case all its findings, by line: those of reading it and those of the shapes, in one run."""
        day = today or date.today().isoformat()
        found: list[list[Finding]] = [list(item.findings) for item in read]
        for batch in _batches(read):
            places = {case_iri(read[index].case): index for index in batch}
            quads = [quad for index in batch for quad in case_quads(read[index].case)]
            for result in self._engine.results(quads, today=day):
                index = places[result.focus.partition("#")[0]]
                finding = self._finding(result, _Locator(read[index].case))
                if not _told_by_reading(finding, read[index].findings):
                    found[index].append(finding)
        return [sorted(findings, key=_by_line) for findings in found]

    def check_graph(self, quads: Iterable[ox.Quad], *, today: str | None = None) -> list[Finding]:
        """The findings on a case graph as it stands, without the case file it came from."""
        results = self._engine.results(quads, today=today or date.today().isoformat())
        return sorted((self._finding(result, None) for result in results), key=_by_line)

    def _finding(self, result: _Result, locator: _Locator | None) -> Finding:
        rule = result.rule
        value = locator.value(result) if locator else result.value
        message = _told(rule, result.message, "" if value.startswith(CASES) else value, self._name)
        cites = dict.fromkeys((*rule.cites, *(iri for iri in _iris(result.message) if iri in self.policy.clauses)))
        return Finding(
            rule.slug,
            message,
            rule.hint,
            locator.place(result) if locator else None,
            rule.severity,
            locator.case.id if locator else result.focus,
            value,
            tuple(cites),
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


# --- where a finding stands -------------------------------------------------------------------------------------------


class _Locator:
    """Finds the lines of a case file that results speak about."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.iri = case_iri(case)
        self._facts = {f"{self.iri}#fact-{number}": fact for number, fact in enumerate(case.facts, start=1)}
        self._sanctions = {f"{self.iri}#sanction-{n}": sanction for n, sanction in enumerate(case.sanctions, start=1)}

    def place(self, result: _Result) -> Place | None:
        """The place of the fact or sanction concerned, else of the key, else of the case."""
        for node in (result.value, result.focus):
            if node in self._facts:
                return self._fact_place(self._facts[node].type)
            if node in self._sanctions:
                return self._sanctions[node].place or self._key("sanctions")
        if result.focus == f"{self.iri}#cadre":
            return self._key(_CADRE_KEYS.get(result.path, "cadre"))
        return self._key(_KEYS.get(result.path, ""))

    def value(self, result: _Result) -> str:
        """What the finding is about: a value as it is, a fact by its type, a sanction by its measure."""
        node = result.value or result.focus
        if node in self._facts:
            return self._facts[node].type
        if node in self._sanctions:
            return self._sanctions[node].measure
        return "" if node in (self.iri, f"{self.iri}#cadre") else node

    def _fact_place(self, kind: str) -> Place | None:
        """The line of a stated fact; of a derived one, the line of what it follows from."""
        fact = next((fact for fact in self.case.facts if fact.type == kind), None)
        if fact is None or fact.derived_from == kind:
            return self._key("facts")
        if fact.place or not fact.derived_from:
            return fact.place or self._key("facts")
        if any(other.type == fact.derived_from for other in self.case.facts):
            return self._fact_place(fact.derived_from)
        return self._key("domain" if fact.derived_from == self.case.domain else "facts")

    def _key(self, path: str) -> Place | None:
        """The place of a key, or where it would have to be added."""
        known = self.case.places.get(path) or self.case.places.get(path.partition(".")[0])
        base = known or self.case.place
        return base._replace(path=path) if base and path else base


def _told_by_reading(finding: Finding, told: Iterable[Finding]) -> bool:
    """Whether reading the file already rejected what stands there: it has said more exactly what is wrong."""
    path = finding.place.path if finding.place else ""
    return bool(path) and any(
        other.severity == "error" and other.place is not None and other.place.path == path for other in told
    )


def _by_line(finding: Finding) -> tuple[int, int, str, str]:
    line = finding.place.line if finding.place and finding.place.line else 0
    return line, _RANKING.index(finding.severity), finding.rule, finding.value


def _batches(read: Sequence[ReadCase]) -> Iterator[list[int]]:
    """Indexes of cases that can share a graph: two cases of the same id would run together in one."""
    waiting = list(range(len(read)))
    while waiting:
        batch: dict[str, int] = {}
        for index in waiting:
            batch.setdefault(case_iri(read[index].case), index)
        yield list(batch.values())
        waiting = [index for index in waiting if index not in batch.values()]


# --- what the shapes read ---------------------------------------------------------------------------------------------


def _rules_read(policy: Policy) -> Iterator[ox.Quad]:
    """The compiled rules; those of the strict reading alone only for clauses that can be claimed."""
    for quad in compiled_quads(policy):
        clause, _, part = _value(quad.subject).partition("#")
        strict = part.startswith("strict-") or "#strict-" in _value(quad.object)
        if not strict or policy.clauses[clause].kind == "ExemptionClause":
            yield quad


def _is_read(quad: ox.Quad) -> bool:
    predicate = quad.predicate.value
    return predicate in _READ_BY_CASE_SHAPES and (predicate != RDF + "type" or _value(quad.object) in _TYPES_READ)


def _value(term: object) -> str:
    """An IRI or a lexical form; nothing for a quoted triple, which our data never has."""
    return str(getattr(term, "value", ""))


def _policy_finding(result: _Result, files: Mapping[str, str]) -> Finding:
    rule = result.rule
    value = "" if result.value == result.focus else result.value
    message = _told(rule, result.message, value, lambda iri, _: shorten(iri))
    place = Place(files.get(result.focus, ""), path=shorten(result.focus))
    return Finding(rule.slug, message, rule.hint, place, rule.severity, result.focus, result.value, rule.cites)


def _file_of(quad: ox.Quad) -> str:
    """The data file a quad was read from, by the name of its graph."""
    graph = quad.graph_name
    return f"{graph.value.removeprefix(GRAPHS)}.ttl" if isinstance(graph, ox.NamedNode) else ""


# --- messages ---------------------------------------------------------------------------------------------------------


def _told(rule: _Rule, message: Text, value: str, name: Callable[[str, str], str]) -> Text:
    """A message with names in place of IRIs. Core constraints have no placeholders: their value goes behind the message."""
    zh, en = _named(message.zh, name, "zh"), _named(message.en, name, "en")
    if not value or _PLACEHOLDER.search(rule.messages.zh):
        return Text(zh, en)
    return Text(f"{zh}：{_named(value, name, 'zh')}", f"{en.rstrip('.')}: {_named(value, name, 'en')}")


def _named(text: str, name: Callable[[str, str], str], lang: str) -> str:
    return _OUR_IRI.sub(lambda found: name(found[0], lang), text)


def _iris(message: Text) -> list[str]:
    return _OUR_IRI.findall(message.en)


class _Rule(NamedTuple):
    """A shape as its file describes it; `messages` are templates."""

    slug: str
    severity: Literal["error", "warning", "info"]
    messages: Text
    hint: Text | None
    cites: tuple[str, ...]
    path: str


class _Result(NamedTuple):
    """One validation result, with IRIs still in its message."""

    rule: _Rule
    focus: str
    path: str
    value: str
    message: Text


def _filled(template: str, texts: Sequence[str]) -> str:
    """The reported text that came of a template.

    pyshacl fills the placeholders of SPARQL constraints and drops the language tag on the way, so the language is told
    by the template that fits.
    """
    if not _PLACEHOLDER.search(template):
        return template
    pattern = ".*".join(re.escape(part) for part in _PLACEHOLDER.split(template)[::2])
    return next((text for text in texts if re.fullmatch(pattern, text, re.DOTALL)), template)


# --- the engine -------------------------------------------------------------------------------------------------------


class _Engine:
    """pyshacl over one shapes graph, with a part of the data graph that stays from run to run."""

    def __init__(self, shapes: Path, fixed: Iterable[ox.Quad]) -> None:
        self._terms = _Terms()
        self._shapes_path = shapes
        self._lock = Lock()
        self._fixed = {quad.triple for quad in fixed}
        self._store = ox.Store()
        self._data = _data_graph(self._terms, self._store)
        self._add(self._fixed)

    def results(
        self, quads: Iterable[ox.Quad] = (), *, today: str | None = None, rules: Collection[str] = ()
    ) -> list[_Result]:
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
    def _rules(self) -> dict[str, _Rule]:
        """The rules by the IRI of their shape."""
        from rdflib import URIRef

        shapes = self._shapes
        return {
            str(shape): _Rule(
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

    def _read(self, report: rdflib.Graph) -> Iterator[_Result]:
        from rdflib import URIRef

        def one(node: Any, name: str) -> str:
            return str(report.value(node, URIRef(SH + name)) or "")

        for node in report.objects(None, URIRef(SH + "result")):
            rule = self._rules[one(node, "sourceShape")]
            texts = [str(text) for text in report.objects(node, URIRef(SH + "resultMessage"))]
            message = Text(_filled(rule.messages.zh, texts), _filled(rule.messages.en, texts))
            path = report.value(node, URIRef(SH + "resultPath"))
            step = str(path) if isinstance(path, URIRef) else rule.path
            yield _Result(rule, one(node, "focusNode"), step, one(node, "value"), message)


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


class _Terms:
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


def _data_graph(terms: _Terms, store: ox.Store) -> rdflib.Graph:
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
            bound: dict[ox.Variable, Any] = {
                ox.Variable(name): ox.NamedNode(str(term)) for name, term in bindings.items()
            }
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
