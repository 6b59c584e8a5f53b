"""Turtle and JSON-LD → cases."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyoxigraph as ox

from dandang import resources
from dandang.cases.fields import CaseReader
from dandang.cases.graph import UNNAMED
from dandang.cases.nodes import Scalar
from dandang.errors import MalformedFile
from dandang.messages import Text
from dandang.model import Cadre, Case, DecidedSanction, Fact, Finding, Place, Policy, Truth, Vocabulary
from dandang.namespaces import CASES, DCTERMS, DD, LION_LIST
from dandang.store import Index

CONTEXT_IRI = "https://w3id.org/dandang/case.context.jsonld"
_VALUES: dict[str, tuple[Truth, bool]] = {
    DD + "yes": (True, False),
    DD + "no": (False, False),
    DD + "unknown": (None, False),
    DD + "contested": (None, True),
}


def read_rdf(text: str, syntax: str, policy: Policy, name: str) -> Iterator[tuple[Case, list[Finding]]]:
    """The cases of a Turtle or JSON-LD text, each with its findings. Raises MalformedFile."""
    index = Index(_parse(text, syntax, name))
    for iri in index.of_type(DD + "Case"):
        reader = _Reader(index, policy, name)
        yield reader.case(iri), reader.findings


def _parse(text: str, syntax: str, name: str) -> list[ox.Quad]:
    if syntax == "jsonld":
        text = _with_own_context(text, name)
    rdf_format = ox.RdfFormat.JSON_LD if syntax == "jsonld" else ox.RdfFormat.TURTLE
    label = "JSON-LD" if syntax == "jsonld" else "Turtle"
    try:
        return list(ox.parse(text.encode(), rdf_format, base_iri=CASES))
    except (SyntaxError, ValueError) as error:
        line, column = getattr(error, "lineno", None), getattr(error, "offset", None)
        detail = getattr(error, "msg", str(error))
        place = Place(name, line, column)
        raise MalformedFile(f"{label} 语法错误：{detail}", f"{label} syntax error: {detail}", place=place) from error


def _with_own_context(text: str, name: str) -> str:
    """JSON-LD with the project's context put in place of its IRI; other remote contexts are never fetched."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(name, error.lineno, error.colno)
        raise MalformedFile(f"JSON 语法错误：{error.msg}", f"JSON syntax error: {error.msg}", place=place) from error
    for part in document if isinstance(document, list) else [document]:
        if isinstance(part, dict) and part.get("@context") == CONTEXT_IRI:
            context = (resources.root() / "ontology" / "case.context.jsonld").read_text(encoding="utf-8")
            part["@context"] = json.loads(context)["@context"]
    return json.dumps(document, ensure_ascii=False)


class _Reader:
    """Reads one case from the index; the checks of single values are those of case files."""

    def __init__(self, index: Index, policy: Policy, name: str) -> None:
        self.index = index
        self.policy = policy
        self.place = Place(name)
        self.fields = CaseReader(policy, Vocabulary(policy))
        self.findings = self.fields.findings

    def case(self, iri: str) -> Case:
        value = self.index.value
        named = iri.removeprefix(CASES)
        identifier = self.identifier(value(iri, DCTERMS + "identifier") or ("" if named == UNNAMED else named))
        self.fields.case_id = identifier
        return Case(
            id=identifier,
            title=value(iri, DCTERMS + "title"),
            on=self.date(value(iri, DD + "conductDate")),
            decided=self.date(value(iri, DD + "decisionDate")),
            cadre=self.cadre(value(iri, DD + "cadre")),
            domain=self.concept("domain", value(iri, DD + "domain")),
            summary=value(iri, DCTERMS + "description"),
            facts=self.facts(iri),
            sanctions=tuple(filter(None, map(self.sanction, self.index.values(iri, DD + "decidedSanction")))),
            claims=tuple(sorted(filter(None, map(self.claim, self.index.values(iri, DD + "claims"))))),
            place=self.place,
        )

    def cadre(self, iri: str) -> Cadre:
        on_list: Truth = None
        if LION_LIST in self.index.values(iri, DD + "onList"):
            on_list = True
        elif LION_LIST in self.index.values(iri, DD + "notOnList"):
            on_list = False
        return Cadre(
            self.concept("rank", self.index.value(iri, DD + "rank")), self.index.value(iri, DD + "post"), on_list
        )

    def facts(self, iri: str) -> tuple[Fact, ...]:
        found: dict[str, Fact] = {}
        stated = (
            node for node in self.index.values(iri, DD + "hasFact") if not self.index.value(node, DD + "derivedFrom")
        )
        for fact in filter(None, map(self.fact, stated)):
            earlier = found.setdefault(fact.type, fact)
            if earlier.value != fact.value:
                label = self.policy.facts[fact.type].label
                self.report(
                    "contradictory-facts",
                    fact.type,
                    Text(f"事实“{label.zh}”前后矛盾", f'the fact "{label.en}" contradicts itself'),
                )
        return tuple(found.values())

    def fact(self, node: str) -> Fact | None:
        value = self.index.value
        kind = value(node, DD + "factType")
        if kind not in self.policy.facts:
            self.report("unknown-fact", kind, Text(f"没有事实类型 <{kind}>", f"there is no fact type <{kind}>"))
            return None
        stated = value(node, DD + "value")
        if stated not in _VALUES:
            self.report(
                "bad-value", stated, Text(f"事实 <{kind}> 的值不可用", f"the value of fact <{kind}> cannot be used")
            )
        truth, contested = _VALUES.get(stated, (None, False))
        return Fact(
            kind,
            truth,
            contested,
            value(node, DD + "evidence"),
            value(node, DD + "foundBy"),
            self.date(value(node, DD + "foundOn")),
            place=self.place._replace(path=kind.rsplit("/", 1)[-1]),
        )

    def sanction(self, node: str) -> DecidedSanction | None:
        value = self.index.value
        measure = self.concept("measure", value(node, DD + "measure"))
        if not measure:
            if not value(node, DD + "measure"):
                self.report(
                    "unknown-measure",
                    node,
                    Text("处理没有写明措施（dd:measure）", "a sanction names no measure (dd:measure)"),
                )
            return None
        return DecidedSanction(
            measure,
            self.date(value(node, DD + "decidedOn")),
            value(node, DD + "decidedBy"),
            value(node, DD + "ground"),
            self.place,
        )

    # -- the checks of single values, those of case files --

    def identifier(self, text: str) -> str:
        return self.fields.identifier(Scalar(text, self.place._replace(path="id")), self.place)

    def date(self, text: str) -> str:
        return self.fields.date(Scalar(text, self.place))

    def concept(self, scheme: str, iri: str) -> str:
        return self.fields.concept(scheme, Scalar(iri, self.place))

    def claim(self, iri: str) -> str:
        if iri in self.policy.clauses:
            return iri
        self.report("unknown-clause", iri, Text(f"没有条款 <{iri}>", f"there is no clause <{iri}>"))
        return ""

    def report(self, rule: str, value: str, message: Text) -> None:
        self.fields.report(rule, self.place, value, message)
