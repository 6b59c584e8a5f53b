"""What can be found, and by which of its texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dandang.catalogue import Question, questions
from dandang.messages import Text
from dandang.model import Clause, Condition, ConditionGroup, FactCondition, Policy
from dandang.namespaces import DCTERMS, DD, ID, OA, OWL, RDFS, SH, SKOS, shorten
from dandang.store import Index

#: The kinds of things, in the order in which they are shown.
KINDS: dict[str, Text] = {
    "documents": Text("文件与清单", "Documents and lists"),
    "clauses": Text("条款", "Clauses"),
    "facts": Text("事实", "Facts"),
    "duties": Text("职责", "Duties"),
    "concepts": Text("概念", "Concepts"),
    "relations": Text("条款之间的关系", "Relations between clauses"),
    "notes": Text("解释", "Notes"),
    "cases": Text("示例案件", "Example cases"),
    "questions": Text("问题", "Questions"),
    "rules": Text("校验规则", "Rules of the check"),
    "terms": Text("本体术语", "Terms of the ontology"),
    "parts": Text("条款的组成部分", "Parts of clauses"),
}
#: The texts of a thing, the most telling first; the words say why something was found.
FIELDS: dict[str, Text] = {
    "notation": Text("编号", "notation"),
    "label": Text("名称", "Chinese name"),
    "labelEn": Text("英文名称", "name"),
    "name": Text("别名", "other name"),
    "title": Text("全称", "full title"),
    "part": Text("标识", "identifier"),
    "identifier": Text("标识", "identifier"),
    "date": Text("日期", "date"),
    "quote": Text("原文", "words of the source"),
    "translation": Text("英译", "translation"),
    "question": Text("提问", "question"),
    "definition": Text("定义", "definition"),
    "comment": Text("说明", "explanation"),
}
_RULES = ID + "shapes/"
_RELATIONS = ("Mirror", "Defeat", "Tension")
_PARTS = ("FactCondition", "ConditionGroup", "ClauseCondition", "Effect")
_TERMS = ("Ontology", "Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual")
_ENDS = ("circumstance", "exemption", "defeater", "defeated", "between", "about")


class Field(NamedTuple):
    """One text of a thing: which one (a key of FIELDS), its language (empty where it has none), the text."""

    key: str
    lang: str
    text: str


class Thing(NamedTuple):
    """Something that can be found. `documents` and `domains` are where it matters, as IRIs."""

    iri: str
    kind: str
    notation: str
    label: Text
    fields: tuple[Field, ...]
    documents: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


def things_in(policy: Policy, index: Index) -> list[Thing]:
    """Everything in a policy and the graph it comes from, by kind."""
    reader = _Reader(policy, index)
    found = list(reader.all())
    return sorted(found, key=lambda thing: list(KINDS).index(thing.kind))


class _Reader:
    def __init__(self, policy: Policy, index: Index) -> None:
        self.policy = policy
        self.index = index
        #: Thing → the clauses it matters to.
        self.uses: dict[str, dict[str, Clause]] = {}
        for clause in policy.clauses.values():
            for iri in _used_by(clause, policy):
                self.uses.setdefault(iri, {})[clause.iri] = clause

    def all(self) -> Iterator[Thing]:
        policy, of_type = self.policy, self.index.of_type
        for kind in ("PolicyFramework", "PolicyDocument", "ClauseList", "Source"):
            yield from (self.thing(iri, "documents") for iri in of_type(DD + kind))
        yield from (self.thing(iri, "clauses") for iri in policy.clauses)
        yield from (self.thing(iri, "facts") for iri in policy.facts)
        for iri in dict.fromkeys(
            (*of_type(SKOS + "ConceptScheme"), *of_type(SKOS + "Concept"), *of_type(DD + "CadreList"))
        ):
            if iri.startswith(ID) and iri not in policy.facts:
                yield self.thing(iri, "duties" if iri in of_type(DD + "Duty") else "concepts")
        for kind in _RELATIONS:
            yield from (self.thing(iri, "relations") for iri in of_type(DD + kind))
        yield from (self.thing(iri, "notes") for iri in of_type(DD + "InterpretationNote"))
        yield from (self.case(iri) for iri in of_type(DD + "Case"))
        yield from (self.question(found) for found in questions())
        yield from (self.thing(iri, "rules") for iri in self.index.subjects() if iri.startswith(_RULES))
        yield from self.terms()
        yield from self.parts()

    def thing(self, iri: str, kind: str) -> Thing:
        """Anything with the usual properties."""
        notation, label = self.index.value(iri, SKOS + "notation"), self.label(iri)
        return Thing(iri, kind, notation, label, tuple(self.fields(iri, notation, label)), *self.where(iri))

    def label(self, iri: str) -> Text:
        for predicate in (SKOS + "prefLabel", RDFS + "label"):
            values = self.index.langs(iri, predicate)
            if values:
                return Text((values.get("zh") or [""])[0], (values.get("en") or [""])[0])
        abouts = self.index.values(iri, DD + "about") or [iri]
        name = "、".join(dict.fromkeys(about.rsplit("/", 1)[-1].partition("#")[0] for about in abouts))
        return Text(f"对{name}的解释", f"Note on {name.replace('、', ', ')}")

    def fields(self, iri: str, notation: str, label: Text) -> Iterator[Field]:
        if notation:
            yield Field("notation", "", notation)
        yield from _labels(label)
        for key, predicates in _TEXTS.items():
            for predicate in predicates:
                for lang, values in self.index.langs(iri, predicate).items():
                    yield from (Field(key, lang, value) for value in values)
        yield Field("identifier", "", iri.rsplit("/", 1)[-1])
        for quote in self.index.values(iri, DD + "quote"):
            for selector in self.index.values(quote, OA + "hasSelector"):
                yield from (Field("quote", "zh", words) for words in self.index.values(selector, OA + "exact"))

    def case(self, iri: str) -> Thing:
        """An example case, by its title, summary and date."""
        value = self.index.value
        identifier, title = value(iri, DCTERMS + "identifier"), Text(value(iri, DCTERMS + "title"), "")
        fields = [Field("notation", "", identifier), *_labels(title), *self.fields(iri, "", Text("", ""))]
        claims = [
            self.policy.clauses[claim]
            for claim in self.index.values(iri, DD + "claims")
            if claim in self.policy.clauses
        ]
        documents = dict.fromkeys(clause.document for clause in claims)
        return Thing(
            iri,
            "cases",
            identifier,
            title,
            tuple(fields),
            tuple(documents),
            tuple(self.index.values(iri, DD + "domain")),
        )

    def question(self, found: Question) -> Thing:
        """A competency question; what the graph says of it as an executable query counts too."""
        iri = f"{ID}questions/{found.name}"
        own = (Field("notation", "", found.id), *_labels(found.question))
        return Thing(iri, "questions", found.id, found.question, (*own, *self.fields(iri, "", Text("", ""))))

    def terms(self) -> Iterator[Thing]:
        """The modules of the ontology, its classes, properties and individuals."""
        for kind in _TERMS:
            for iri in self.index.of_type(OWL + kind):
                if iri.startswith(DD.removesuffix("#")) and any(label := self.label(iri)):
                    fields = (*self.fields(iri, "", label), Field("identifier", "", shorten(iri)))
                    own = Field("identifier", "", iri.removeprefix(DD))
                    yield Thing(iri, "terms", shorten(iri), label, (*fields, own))

    def parts(self) -> Iterator[Thing]:
        """Conditions and effects, by their identifier (A11#conduct) and what is said of them."""
        notations = {iri: document.notation for iri, document in self.policy.documents.items()}
        notations |= {iri: clause.notation for iri, clause in self.policy.clauses.items()}
        for kind in _PARTS:
            for iri in self.index.of_type(DD + kind):
                page, _, name = iri.partition("#")
                if name and page in notations:
                    notation = f"{notations[page]}#{name}"
                    said = (field for field in self.fields(iri, "", self.said(iri)) if field.key != "identifier")
                    fields = (Field("part", "", notation), *said)
                    yield Thing(iri, "parts", notation, self.part_label(iri, kind), fields, *self.where(page))

    def part_label(self, iri: str, kind: str) -> Text:
        """A part's label, else its words in the text, else what it is."""
        phrase = self.index.value(iri, DD + "phrase")
        return self.said(iri) if any(self.said(iri)) else Text(phrase, "") if phrase else self.label_of_kind(kind)

    def said(self, iri: str) -> Text:
        found = self.index.langs(iri, RDFS + "label")
        return Text((found.get("zh") or [""])[0], (found.get("en") or [""])[0])

    def label_of_kind(self, kind: str) -> Text:
        found = self.index.langs(DD + kind, RDFS + "label")
        return Text((found.get("zh") or [kind])[0], (found.get("en") or [kind])[0])

    def where(self, iri: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The documents and domains in which a thing matters."""
        clauses = dict(self.uses.get(iri, {}))
        for end in _ENDS:
            for target in self.index.values(iri, DD + end):
                page = target.partition("#")[0]
                if page in self.policy.clauses:
                    clauses[page] = self.policy.clauses[page]
        own = iri.partition("#")[0]
        documents = [own] if own in self.policy.documents else []
        found = [*documents, *(clause.document for clause in clauses.values())]
        return tuple(dict.fromkeys(found)), tuple(dict.fromkeys(c.domain for c in clauses.values() if c.domain))


_TEXTS: dict[str, tuple[str, ...]] = {
    "name": (SKOS + "altLabel", DD + "negatedLabel"),
    "title": (DCTERMS + "title",),
    "date": (DCTERMS + "issued", DD + "conductDate", DD + "validFrom", DD + "validUntil"),
    "translation": (DD + "translation",),
    "question": (DD + "question",),
    "definition": (SKOS + "definition",),
    "comment": (
        SH + "message",
        SH + "description",
        RDFS + "comment",
        DD + "distinction",
        DD + "alternativeReading",
        DCTERMS + "description",
    ),
}


def _labels(label: Text) -> Iterator[Field]:
    if label.zh:
        yield Field("label", "zh", label.zh)
    if label.en:
        yield Field("labelEn", "en", label.en)


def _used_by(clause: Clause, policy: Policy) -> Iterator[str]:
    yield from (clause.iri, clause.domain, clause.severity, clause.clause_list, *clause.duties)
    for condition in policy.effective_conditions(clause):
        yield from _facts_in(condition)
    for effect in policy.effects_of(clause):
        yield from (effect.outcome, effect.modality, *effect.measures)


def _facts_in(condition: Condition) -> Iterable[str]:
    if isinstance(condition, FactCondition):
        return [condition.fact]
    if isinstance(condition, ConditionGroup):
        return [fact for member in condition.members for fact in _facts_in(member)]
    return []
