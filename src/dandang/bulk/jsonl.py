"""JSON Lines → records: one case to a line, with the keys of a case file.

A line written as programs write it is read here; anything unusual in it goes to the reader of case files, which tells what is wrong.
"""

from __future__ import annotations

import json
from typing import Any

from dandang.bulk.assembling import Assembler
from dandang.bulk.draft import Draft
from dandang.bulk.drafting import Drafter, Unusual
from dandang.bulk.ground import Key
from dandang.bulk.records import Record, Records
from dandang.cases import Derivation, ReadCase, read_cases
from dandang.errors import InputError
from dandang.model import Finding, Place, Policy


class JsonLines:
    """Reads chunks of JSON Lines."""

    def __init__(self, policy: Policy, drafter: Drafter, assembler: Assembler, derivation: Derivation) -> None:
        self._policy = policy
        self._assembler = assembler
        self._derivation = derivation
        self._drafter = drafter
        self._loads = json.JSONDecoder(object_pairs_hook=_without_repeats).decode

    def read(self, data: bytes, file: str, first_line: int) -> Records:
        """The records of whole lines; empty lines are passed over."""
        lines = data.removesuffix(b"\n").split(b"\n")
        for line, text in enumerate(lines, start=first_line):
            if text and not text.isspace():
                yield self._record(text, Place(file, line))
        return len(lines)

    def _record(self, text: bytes, place: Place) -> Record:
        try:
            if b"\\ud" in text:
                raise Unusual  # perhaps half a character
            raw = self._loads(text.decode())
            draft = self._drafter.draft(raw)
        except (ValueError, Unusual, RecursionError):
            return self._slowly(text, place)
        said = self._assembler.facts(draft)
        source = _Source(draft, place, self._derivation)
        return Record(draft.id, place, said, source.read, source=source)

    def _slowly(self, text: bytes, place: Place) -> Record:
        try:
            (read, *more) = read_cases(text, self._policy, name=place.file, syntax="json")
        except InputError as error:
            where = place._replace(column=error.place.column if error.place else None)
            return Record("", place, findings=(Finding(error.code, error.message, error.hint, where),))
        if more:
            raise AssertionError("a line of JSON holds one document")
        read = _on_line(read, place)
        return Record(read.case.id, place, read=lambda: read, findings=read.findings)


class _Source:
    """Where a case stands that is written as programs write it."""

    __slots__ = ("_derivation", "_draft", "_place", "node")

    def __init__(self, draft: Draft, place: Place, derivation: Derivation) -> None:
        self._draft = draft
        self._place = place
        self._derivation = derivation
        self.node = draft.node

    def read(self) -> ReadCase:
        return ReadCase(self._draft.case(self._derivation, self._place, lambda key: self._place._replace(path=key)))

    def spot(self, key: Key) -> Place | None:
        path = self._draft.key(key)
        return self._place._replace(path=path) if path else None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unusual
    return found


def _on_line(read: ReadCase, place: Place) -> ReadCase:
    """A case read from its line alone, at its place in the file."""

    def moved(old: Place | None) -> Place | None:
        return old._replace(file=place.file, line=place.line) if old else None

    case = read.case
    return ReadCase(
        case._replace(
            place=place,
            places={key: old._replace(line=place.line) for key, old in case.places.items()},
            facts=tuple(fact._replace(place=moved(fact.place)) for fact in case.facts),
            sanctions=tuple(item._replace(place=moved(item.place)) for item in case.sanctions),
        ),
        tuple(finding._replace(place=moved(finding.place)) for finding in read.findings),
    )
