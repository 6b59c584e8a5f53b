"""The graph → the policy: clauses with their condition trees, fact types, relations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pyoxigraph as ox

from dandang import resources
from dandang.errors import ResourceMissing
from dandang.messages import Text
from dandang.model import (
    Clause,
    ClauseCondition,
    ClauseList,
    Condition,
    ConditionGroup,
    Defeat,
    Document,
    Effect,
    FactCondition,
    FactType,
    Mirror,
    Note,
    Operator,
    Policy,
    Quote,
    Truth,
)
from dandang.namespaces import CONCEPTS, DCTERMS, DD, ELI, OA, RDFS, SKOS
from dandang.store import Index, dataset_digest, read_turtle

CLAUSE_KINDS = (
    "AccountabilityCircumstance",
    "SanctionTrack",
    "Exclusion",
    "ExemptionClause",
    "Precondition",
    "ListExit",
    "Criterion",
    "IncentiveMeasure",
)


def load_quads(paths: Iterable[Path]) -> list[ox.Quad]:
    """The quads of all files."""
    return [quad for path in paths for quad in read_turtle(path)]


def load_policy(paths: Sequence[Path] | None = None) -> Policy:
    """The policy as the data files tell it."""
    files = resources.data_files() if paths is None else list(paths)
    return read_policy(load_quads(files), digest=dataset_digest(files))


def read_policy(quads: Iterable[ox.Quad], *, digest: str = "") -> Policy:
    """The policy in a graph."""
    return _Reader(Index(quads)).policy(digest)


class _Reader:
    """Reads one index; each method makes one kind of thing."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def policy(self, digest: str) -> Policy:
        clauses = sorted(
            (self.clause(iri, kind) for kind in CLAUSE_KINDS for iri in self.index.of_type(DD + kind)),
            key=lambda clause: (clause.document, CLAUSE_KINDS.index(clause.kind), clause.ordinal, clause.notation),
        )
        of_type = self.index.of_type
        return Policy(
            documents={iri: self.document(iri) for iri in of_type(DD + "PolicyDocument")},
            lists={iri: self.clause_list(iri) for iri in of_type(DD + "ClauseList")},
            clauses={clause.iri: clause for clause in clauses},
            facts={iri: self.fact_type(iri) for iri in of_type(DD + "FactType")},
            names=self.names(),
            notes=tuple(self.note(iri) for iri in of_type(DD + "InterpretationNote")),
            mirrors=tuple(self.mirror(iri) for iri in of_type(DD + "Mirror")),
            defeats=tuple(self.defeat(iri) for iri in of_type(DD + "Defeat")),
            measure_outcomes=self.measure_outcomes(),
            schemes=self.schemes(),
            synonyms=self.synonyms(),
            by_notation={clause.notation: clause for clause in clauses},
            digest=digest,
        )

    def text(self, iri: str, predicate: str) -> Text:
        values = self.index.langs(iri, predicate)
        return Text((values.get("zh") or [""])[0], (values.get("en") or [""])[0])

    def texts(self, iri: str, predicate: str) -> tuple[Text, ...]:
        values = self.index.langs(iri, predicate)
        return tuple(Text(zh, en) for zh, en in zip(values.get("zh", []), values.get("en", []), strict=False))

    def truth(self, iri: str, predicate: str) -> Truth:
        return {"true": True, "1": True, "false": False, "0": False}.get(self.index.value(iri, predicate))

    def names(self) -> dict[str, Text]:
        found: dict[str, Text] = {}
        for iri in self.index.subjects():
            label = self.text(iri, RDFS + "label")
            if not any(label):
                label = self.text(iri, SKOS + "prefLabel")
            if any(label):
                found[iri] = label
        return found

    def document(self, iri: str) -> Document:
        value = self.index.value
        return Document(
            iri,
            value(iri, SKOS + "notation"),
            self.text(iri, RDFS + "label"),
            value(iri, DCTERMS + "title"),
            value(iri, DD + "subject"),
            value(iri, DD + "validFrom"),
            value(iri, DD + "validUntil"),
            value(value(value(iri, DD + "quote"), OA + "hasSource"), DCTERMS + "issued"),
        )

    def clause_list(self, iri: str) -> ClauseList:
        return ClauseList(
            iri,
            self.text(iri, RDFS + "label"),
            self.index.value(iri, ELI + "is_part_of"),
            self.truth(iri, DD + "closed"),
            self.condition_of(iri),
            tuple(sorted(self.index.values(iri, DD + "precondition"), key=self.ordinal)),
            self.effects(iri),
            tuple(self.index.values(iri, DD + "procedure")),
        )

    def clause(self, iri: str, kind: str) -> Clause:
        value, values = self.index.value, self.index.values
        return Clause(
            iri,
            value(iri, SKOS + "notation"),
            kind,
            self.text(iri, RDFS + "label"),
            value(iri, ELI + "is_part_of"),
            value(iri, DD + "inList"),
            self.ordinal(iri),
            self.quote(value(iri, DD + "quote")),
            value(iri, DD + "translation"),
            self.condition_of(iri),
            self.effects(iri),
            value(iri, DD + "domain"),
            tuple(values(iri, DD + "breaches")),
            value(iri, DD + "severity"),
            tuple(values(iri, DD + "combinableWith")),
            value(iri, DD + "validFrom") or value(value(iri, ELI + "is_part_of"), DD + "validFrom"),
            value(iri, DD + "validUntil") or value(value(iri, ELI + "is_part_of"), DD + "validUntil"),
        )

    def ordinal(self, iri: str) -> int:
        return int(self.index.value(iri, DD + "ordinal", "0"))

    def quote(self, iri: str) -> Quote | None:
        if not iri:
            return None
        value = self.index.value
        selectors = self.index.values(iri, OA + "hasSelector")
        text = next((s for s in selectors if value(s, OA + "exact")), "")
        position = next((s for s in selectors if value(s, OA + "end")), "")
        return Quote(
            iri,
            value(text, OA + "exact"),
            value(text, OA + "prefix"),
            value(text, OA + "suffix"),
            int(value(position, OA + "start", "-1")),
            int(value(position, OA + "end", "-1")),
        )

    def effects(self, iri: str) -> tuple[Effect, ...]:
        return tuple(self.effect(effect) for effect in self.index.values(iri, DD + "effect"))

    def effect(self, iri: str) -> Effect:
        quote = self.quote(self.index.value(iri, DD + "quote"))
        return Effect(
            iri,
            self.index.value(iri, DD + "modality"),
            self.index.value(iri, DD + "outcomeKind"),
            tuple(self.index.values(iri, DD + "measure")),
            self.truth(iri, DD + "closed"),
            quote.exact if quote else "",
        )

    def condition_of(self, iri: str) -> Condition | None:
        found = self.index.value(iri, DD + "condition")
        return self.condition(found, ()) if found else None

    def condition(self, iri: str, above: tuple[str, ...]) -> Condition:
        if iri in above:
            raise ResourceMissing(f"条件树成环：{iri}", f"the condition tree has a cycle: {iri}")
        value = self.index.value
        ordinal, role = self.ordinal(iri), value(iri, DD + "role")
        setting = self.truth(iri, DD + "setting") is True
        fact = value(iri, DD + "factType")
        if fact:
            required = self.truth(iri, DD + "requiredValue") is not False
            return FactCondition(iri, fact, required, ordinal, role, setting, value(iri, DD + "phrase"))
        clauses = value(iri, DD + "anyClauseOf")
        if clauses:
            return ClauseCondition(iri, clauses, ordinal=ordinal, role=role, setting=setting)
        members = (self.condition(member, (*above, iri)) for member in self.index.values(iri, DD + "member"))
        strict = value(iri, DD + "strictOperator")
        return ConditionGroup(
            iri,
            self.operator(iri, value(iri, DD + "operator")),
            tuple(sorted(members, key=lambda member: member.ordinal)),
            ordinal,
            role,
            setting,
            self.operator(iri, strict) if strict else None,
            value(iri, DD + "operatorSource"),
            value(iri, DD + "certainty"),
            self.truth(iri, DD + "closed"),
        )

    @staticmethod
    def operator(condition: str, iri: str) -> Operator:
        if iri == DD + "allOf":
            return "allOf"
        if iri == DD + "anyOf":
            return "anyOf"
        raise ResourceMissing(
            f"条件 {condition} 的运算符未知：{iri or '(缺)'}",
            f"condition {condition} has no known operator: {iri or '(none)'}",
        )

    def fact_type(self, iri: str) -> FactType:
        values = self.index.values
        negated = self.text(iri, DD + "negatedLabel")
        return FactType(
            iri,
            self.text(iri, SKOS + "prefLabel"),
            self.text(iri, DD + "question"),
            self.text(iri, SKOS + "definition"),
            self.truth(iri, DD + "determination") is True,
            negated if any(negated) else None,
            tuple(values(iri, SKOS + "altLabel")),
            tuple(values(iri, DD + "contraryTo")),
            tuple(values(iri, DD + "implies")),
            tuple(values(iri, DD + "suggests")),
            tuple(values(iri, DD + "establishedBy")),
            tuple(values(iri, SKOS + "related")),
        )

    def note(self, iri: str) -> Note:
        return Note(
            iri,
            tuple(self.index.values(iri, DD + "about")),
            self.index.value(iri, DD + "certainty"),
            self.text(iri, RDFS + "comment"),
            self.texts(iri, DD + "alternativeReading"),
        )

    def mirror(self, iri: str) -> Mirror:
        value = self.index.value
        return Mirror(
            iri,
            value(iri, DD + "circumstance"),
            value(iri, DD + "exemption"),
            value(iri, DD + "certainty"),
            self.text(iri, DD + "distinction"),
        )

    def defeat(self, iri: str) -> Defeat:
        value = self.index.value
        return Defeat(
            iri,
            value(iri, DD + "defeater"),
            value(iri, DD + "defeated"),
            value(iri, DD + "certainty"),
            self.text(iri, RDFS + "comment"),
            value(iri, DD + "defeatKind") == CONCEPTS + "defeat/excludes",
        )

    def measure_outcomes(self) -> dict[str, str]:
        scheme = CONCEPTS + "measure"
        return {
            iri: self.index.value(iri, DD + "outcomeKind")
            for iri in self.index.of_type(SKOS + "Concept")
            if self.index.value(iri, SKOS + "inScheme") == scheme
        }

    def schemes(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for iri in self.index.of_type(SKOS + "Concept"):
            for scheme in self.index.values(iri, SKOS + "inScheme"):
                found.setdefault(scheme.rsplit("/", 1)[-1], []).append(iri)
        return {name: tuple(concepts) for name, concepts in found.items()}

    def synonyms(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for iri in self.index.of_type(SKOS + "Concept"):
            values = self.index.values
            names = (*values(iri, SKOS + "prefLabel"), *values(iri, SKOS + "altLabel"), *values(iri, SKOS + "notation"))
            found[iri] = names
        return found


def ontology_quads() -> list[ox.Quad]:
    """The OWL modules as quads, for the store behind queries and pages."""
    return load_quads(resources.ontology_files())
