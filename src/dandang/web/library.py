"""What the pages show, loaded once: the policy, the ontology, the example cases, and their triples by page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from dandang import resources
from dandang.assessment import Rules
from dandang.cases import Derivation, ReadCase, case_quads, read_file
from dandang.catalogue import questions
from dandang.compiled import derived_quads
from dandang.messages import Text
from dandang.model import Policy
from dandang.namespaces import CASES, DD, ID, OA, RDFS, SKOS
from dandang.policy import load_quads, ontology_quads, read_policy
from dandang.resources import data_files
from dandang.store import Index, dataset_digest
from dandang.validation.rules import rule_quads
from dandang.vocabulary import Vocabulary
from dandang.web.addresses import ONTOLOGY, Addresses
from dandang.web.sparql_examples import example_quads

#: The endings of files that answers are made of.
_SERVED = frozenset((".ttl", ".yaml", ".rq", ".html", ".css", ".js", ".svg", ".json", ".jsonld"))
_CODE = re.compile(r"[a-z_]+")


@dataclass(frozen=True, eq=False)
class Library:
    """Everything in memory and never changed; compared by identity, so that what is computed from it can be kept. `groups` holds the quads by the IRI of their page (no fragment)."""

    policy: Policy
    index: Index
    cases: Mapping[str, ReadCase]
    policy_quads: tuple[ox.Quad, ...]
    groups: Mapping[str, tuple[ox.Quad, ...]]
    addresses: Addresses

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The names that case files and forms may use."""
        return Vocabulary(self.policy)

    @cached_property
    def rules(self) -> Rules:
        """The policy made ready for assessing."""
        return Rules(self.policy)

    @cached_property
    def derivation(self) -> Derivation:
        """What follows from what in a case."""
        return Derivation(self.policy)

    def quads(self) -> Iterable[ox.Quad]:
        """All quads, page by page."""
        return (quad for group in self.groups.values() for quad in group)

    def texts(self, iri: str, predicate: str) -> Text:
        """The first value of a property in each language; empty where there is none."""
        values = self.index.langs(iri, predicate)
        return Text((values.get("zh") or [""])[0], (values.get("en") or [""])[0])

    def all_texts(self, iri: str, predicate: str) -> list[tuple[str, str]]:
        """Every value of a property as (language, text)."""
        return [(lang, text) for lang, values in self.index.langs(iri, predicate).items() for text in values]

    def quotes(self, iri: str, predicate: str = DD + "quote") -> tuple[tuple[str, str], ...]:
        """(quote, exact words) of everything quoted for an IRI."""
        return tuple(
            (quote, exact)
            for quote in self.index.values(iri, predicate)
            for selector in self.index.values(quote, OA + "hasSelector")
            if (exact := self.index.value(selector, OA + "exact"))
        )

    def notation(self, iri: str) -> str:
        """What people call a thing beside its label, such as E7 or C3; empty for none, and for a code."""
        found = self.index.value(iri, SKOS + "notation")
        return "" if is_code(found) else found

    def label(self, iri: str) -> Text:
        """The label of anything: a part of a page without one is named by its page and its fragment."""
        for predicate in (SKOS + "prefLabel", RDFS + "label"):
            if any(found := self.texts(iri, predicate)):
                return found
        if iri in self.policy.clauses or iri in self.policy.facts:
            return self.policy.label(iri)
        page, _, fragment = iri.partition("#")
        if fragment and page in self.groups:
            notation = self.index.value(page, SKOS + "notation")
            return Text(f"{notation} {fragment}".strip(), f"{notation} {fragment}".strip())
        tail = iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
        return Text(tail, tail)


def is_code(notation: str) -> bool:
    """Whether a notation is one that only programs use, such as `may_be_exempted`."""
    return bool(_CODE.fullmatch(notation))


def load_library(data: Path | None = None) -> Library:
    """The library of the shipped data and, with `data`, of the policy files in that folder."""
    files = [*data_files(), *(sorted(data.rglob("*.ttl")) if data else ())]
    quads = load_quads(files)
    policy = read_policy(quads, digest=dataset_digest(files))
    cases = _example_cases(policy)
    policy_quads = tuple(quads)
    quads += ontology_quads()
    quads += derived_quads(policy)
    quads += example_quads(questions())
    quads += rule_quads()
    for read in cases.values():
        quads += case_quads(read.case)
    groups = by_page(quads)
    index = Index(quads)
    return Library(policy, index, cases, policy_quads, groups, Addresses(groups, index))


def served_digest(data: str | None = None) -> str:
    """SHA-256 over every file that goes into an answer: the software, what it ships, and the folder of further policy files."""
    package = Path(__file__).resolve().parent.parent
    rooms = (
        *(resources.root() / name for name in ("ontology", "data", "queries", "web/templates", "web/static")),
        Path(data) if data else None,
    )
    found = {path for room in rooms if room for path in room.rglob("*") if path.suffix in _SERVED}
    return dataset_digest(sorted({*found, *package.rglob("*.py"), *data_files()}))


def _example_cases(policy: Policy) -> dict[str, ReadCase]:
    found = (read for path in resources.case_files() for read in read_file(str(path), policy))
    return {CASES + read.case.id: read for read in found}


def by_page(quads: Sequence[ox.Quad]) -> dict[str, tuple[ox.Quad, ...]]:
    """The quads by the IRI of their page."""
    found: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        # Nameless lists of classes, and what the ontology says of others' terms, go with the ontology's page.
        subject = subject_of(quad)
        ours = subject.startswith((ID, ONTOLOGY)) and isinstance(quad.subject, ox.NamedNode)
        found.setdefault(subject.partition("#")[0] if ours else ONTOLOGY, []).append(quad)
    return {iri: tuple(group) for iri, group in found.items()}


def subject_of(quad: ox.Quad) -> str:
    """The IRI of a quad's subject: nothing else stands there, since the data has no quoted triples."""
    return cast(ox.NamedNode, quad.subject).value
