"""Procedures: who does what, in which order, within how many days."""

from __future__ import annotations

from typing import NamedTuple

from dandang.messages import Text
from dandang.namespaces import DD
from dandang.web.library import Library


class Step(NamedTuple):
    """One step; without an organ or with no days where the text states none."""

    iri: str
    label: Text
    organ: Text
    days: int | None
    words: tuple[tuple[str, str], ...]


class Procedure(NamedTuple):
    """The procedure of a list of clauses, with the words that state it as (quote, exact words)."""

    iri: str
    label: Text
    words: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]


def procedures_of(shared: str, library: Library) -> tuple[Procedure, ...]:
    """The procedures that a list of clauses names."""
    return tuple(_procedure(iri, library) for iri in library.index.values(shared, DD + "procedure"))


def _procedure(iri: str, library: Library) -> Procedure:
    steps = sorted(
        library.index.values(iri, DD + "step"), key=lambda step: int(library.index.value(step, DD + "ordinal", "0"))
    )
    return Procedure(iri, library.label(iri), library.quotes(iri), tuple(_step(step, library) for step in steps))


def _step(iri: str, library: Library) -> Step:
    days = library.index.value(iri, DD + "deadlineDays")
    return Step(
        iri,
        library.label(iri),
        library.texts(iri, DD + "organ"),
        int(days) if days else None,
        library.quotes(iri),
    )
