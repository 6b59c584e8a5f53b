"""A rule as its shape describes it, and what a result of it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from dandang import resources
from dandang.errors import ResourceMissing
from dandang.messages import LANGUAGES, Text
from dandang.model import Detail, Rule, Severity
from dandang.namespaces import DCTERMS, ID, RDF, RDFS, SH, SKOS
from dandang.store import GRAPHS, Index

SHAPES = ID + "shapes/"
#: The files that the rules about cases come from: what reading finds, and what the shapes find.
CASE_RULES = ("reading", "case")
#: The files of all rules that a finding can come from, those about policy data too.
RULE_FILES = (*CASE_RULES, "policy")
SEVERITIES: Mapping[str, Severity] = {
    SH + "Violation": "error",
    SH + "Warning": "warning",
    SH + "Info": "info",
}
RANKING = ("error", "warning", "info")
#: An IRI of the project inside a message; a sentence's own punctuation is not part of it.
_OUR_IRI = re.compile(r"https://w3id\.org/dandang/[A-Za-z0-9/#_.\-]*[A-Za-z0-9]")
#: The properties of a rule that people read.
_PUBLISHED = frozenset(
    (
        RDF + "type",
        RDFS + "label",
        RDFS + "seeAlso",
        DCTERMS + "source",
        *(SH + name for name in ("message", "description", "severity")),
    )
)
PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


def told(rule: Rule, message: Text, value: str, name: Callable[[str, str], str]) -> Text:
    """A message with names in place of IRIs. Core constraints have no placeholders: their value goes behind the message."""
    zh, en = _named(message.zh, name, "zh"), _named(message.en, name, "en")
    if not value or PLACEHOLDER.search(rule.message.zh):
        return Text(zh, en)
    return Text(f"{zh}：{_named(value, name, 'zh')}", f"{en.rstrip('.')}: {_named(value, name, 'en')}")


def _named(text: str, name: Callable[[str, str], str], lang: str) -> str:
    return _OUR_IRI.sub(lambda found: name(found[0], lang), text)


def our_iris(message: Text) -> list[str]:
    """The IRIs of this project in a message."""
    return _OUR_IRI.findall(message.en)


def case_rules() -> dict[str, Rule]:
    """Every rule that a finding about a case can come from, by its slug."""
    files = (resources.shapes_file(name) for name in CASE_RULES)
    return {rule.slug: rule for file in files for rule in read_rules(file).values()}


def read_rules(shapes: Path) -> dict[str, Rule]:
    """The rules of a shapes file by the IRI of their shape. Raises ResourceMissing."""
    try:
        index = Index(ox.parse(shapes.read_bytes(), ox.RdfFormat.TURTLE))
    except OSError as error:
        raise ResourceMissing(
            f"找不到校验规则 {shapes.name}", f"the shapes file {shapes.name} cannot be read"
        ) from error
    return {iri: _rule(iri, index) for iri in index.subjects() if index.value(iri, SH + "message")}


def _rule(iri: str, index: Index) -> Rule:
    # A shape of nodes that have a property looks at that property.
    path = index.value(iri, SH + "path") or index.value(iri, SH + "targetSubjectsOf")
    # A path of several steps is told by its first; one that does not begin with a property has none.
    first = index.value(path, RDF + "first", path)
    return Rule(
        slug=iri.removeprefix(SHAPES),
        label=_text(index, iri, RDFS + "label"),
        message=_text(index, iri, SH + "message"),
        hint=_text(index, iri, SH + "description"),
        severity=SEVERITIES[index.value(iri, SH + "severity")],
        cites=tuple(sorted(index.values(iri, RDFS + "seeAlso"))),
        path=first if ":" in first else "",
        table_hint=_text(index, iri, SKOS + "scopeNote") if index.value(iri, SKOS + "scopeNote") else None,
        about=index.value(iri, DCTERMS + "subject"),
    )


def _text(index: Index, iri: str, predicate: str) -> Text:
    found = index.langs(iri, predicate)
    return Text(*(next(iter(found.get(lang, ())), "") for lang in LANGUAGES))


def rule_graph(name: str) -> ox.NamedNode:
    """The graph in which the rules of a shapes file are published."""
    return ox.NamedNode(f"{GRAPHS}rules-{name}")


def rule_quads() -> list[ox.Quad]:
    """What is published of the rules: what each wants, says and rests on, in a graph for each file. How the shapes say it stays in their files."""
    found = []
    for name in RULE_FILES:
        quads = list(ox.parse(resources.shapes_file(name).read_bytes(), ox.RdfFormat.TURTLE))
        rules = {quad.subject for quad in quads if quad.predicate.value == SH + "message"}
        for quad in quads:
            if (
                quad.subject in rules
                and quad.predicate.value in _PUBLISHED
                and not isinstance(quad.object, ox.BlankNode)
            ):
                found.append(ox.Quad(quad.subject, quad.predicate, quad.object, rule_graph(name)))
    return found


class Result(NamedTuple):
    """One validation result, with IRIs still in its message."""

    rule: Rule
    focus: str
    path: str
    value: str
    message: Text
    component: str
    #: What the closest alternatives lack, where that was asked for.
    closest: tuple[tuple[Text, ...], ...] = ()
    detail: Detail | None = None


def filled(template: str, texts: Sequence[str]) -> str:
    """The reported text that came of a template.

    pyshacl fills the placeholders of SPARQL constraints and drops the language tag on the way, so the language is told
    by the template that fits.
    """
    if not PLACEHOLDER.search(template):
        return template
    pattern = ".*".join(re.escape(part) for part in PLACEHOLDER.split(template)[::2])
    return next((text for text in texts if re.fullmatch(pattern, text, re.DOTALL)), template)
