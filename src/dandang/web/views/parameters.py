"""The parameters of a question as fields of a form."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Literal, NamedTuple

from dandang.catalogue import Question
from dandang.messages import Text
from dandang.parameters import Parameter
from dandang.web.library import Library


class Option(NamedTuple):
    """A value with its label, and the heading that it stands under."""

    value: str
    text: str
    group: str = ""


class Field(NamedTuple):
    """A field: a choice among options, or text with suggestions."""

    name: str
    label: Text
    kind: Literal["choice", "text", "lines", "date"]
    value: str
    default: str
    options: tuple[Option, ...] = ()
    #: What is typed into it can be facts of somebody's case.
    states_facts: bool = False

    @property
    def groups(self) -> list[tuple[str, list[Option]]]:
        """The options under their headings, in their order."""
        return [(heading, list(options)) for heading, options in groupby(self.options, key=lambda option: option.group)]


def fields_of(question: Question, values: Mapping[str, str], library: Library, lang: str) -> tuple[Field, ...]:
    """The fields of a question, filled with the values given, else with the defaults."""
    return tuple(_field(found, values.get(found.name, found.default), library, lang) for found in question.parameters)


def _field(parameter: Parameter, value: str, library: Library, lang: str) -> Field:
    options = _options(parameter.type, library, lang)
    kind: Literal["choice", "text", "lines", "date"] = "choice" if options else "text"
    if parameter.type in ("fact", "facts"):
        kind = "lines" if parameter.type == "facts" else "text"
        options = tuple(Option(fact.label.in_(lang), "") for fact in library.policy.facts.values())
    elif parameter.type == "date":
        kind = "date"
    if kind == "choice":
        value = _known(value, options, parameter, library)
    states_facts = parameter.type in ("fact", "facts")
    return Field(parameter.name, parameter.label, kind, value, parameter.default, options, states_facts)


def _options(kind: str, library: Library, lang: str) -> tuple[Option, ...]:
    policy = library.policy
    if kind == "case":
        return tuple(Option(read.case.id, f"{read.case.id} {read.case.title}") for read in library.cases.values())
    if kind == "clause":
        return tuple(
            Option(c.notation, f"{c.notation} {c.label.in_(lang)}", policy.documents[c.document].label.in_(lang))
            for c in policy.clauses.values()
        )
    if kind == "document":
        numbered = (found for found in policy.documents.values() if found.notation)
        return tuple(Option(d.notation, f"{d.notation} {d.label.in_(lang)}") for d in numbered)
    if kind == "reading":
        return tuple(Option(key, text.in_(lang)) for key, text in _READINGS.items())
    if kind.startswith("concept:"):
        concepts = policy.schemes.get(kind.partition(":")[2], ())
        return tuple(Option(iri.rsplit("/", 1)[-1], policy.label(iri).in_(lang)) for iri in concepts)
    return ()


_READINGS = {"recommended": Text("推荐读法", "recommended reading"), "strict": Text("从严读法", "strict reading")}


def _known(value: str, options: tuple[Option, ...], parameter: Parameter, library: Library) -> str:
    """The option that a value names, so that a default in words is preselected."""
    keys = {option.value for option in options}
    if value in keys:
        return value
    for option in options:
        if value in (option.text, option.text.removeprefix(option.value).strip()):
            return option.value
    if parameter.type.startswith("concept:"):
        for iri in library.policy.schemes.get(parameter.type.partition(":")[2], ()):
            if value in library.policy.label(iri):
                return iri.rsplit("/", 1)[-1]
    return value
