"""JSON Lines → records: one case to a line, with the keys of a case file.

A line written as programs write it is read here; anything unusual in it goes to the reader of case files, which tells what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from dandang.bulk.draft import Assembler, Draft, DraftFact, DraftSanction, known_names
from dandang.bulk.records import Record
from dandang.cases import Derivation, ReadCase, read_cases
from dandang.cases.fields import CASE_KEYS, VALUES
from dandang.cases.tidying import is_date
from dandang.errors import InputError
from dandang.model import Finding, Place, Policy, Vocabulary

_FACT_KEYS = frozenset({"value", "evidence", "found_by", "on"})
_CADRE_KEYS = frozenset({"rank", "post", "lion"})
_SANCTION_KEYS = frozenset({"measure", "on", "by", "ground"})


class _Unusual(Exception):
    """The line is for the reader of case files."""


class JsonLines:
    """Reads chunks of JSON Lines."""

    def __init__(self, policy: Policy, assembler: Assembler, derivation: Derivation) -> None:
        self._policy = policy
        self._assembler = assembler
        self._derivation = derivation
        self._names = known_names(policy)
        self._vocabulary = Vocabulary(policy)
        self._concepts: dict[tuple[str, str], str] = {}
        self._claims = {n: clause.iri for clause in policy.clauses.values() for n in (clause.notation, clause.iri)}
        self._loads = json.JSONDecoder(object_pairs_hook=_without_repeats).decode

    def records(self, data: bytes, file: str, first_line: int) -> Iterator[Record]:
        """The records of whole lines; empty lines are passed over."""
        for line, text in enumerate(data.split(b"\n"), start=first_line):
            if text and not text.isspace():
                yield self._record(text, Place(file, line))

    def _record(self, text: bytes, place: Place) -> Record:
        try:
            if b"\\ud" in text:
                raise _Unusual  # perhaps half a character
            raw = self._loads(text.decode())
            draft = self._draft(raw)
        except (ValueError, _Unusual, RecursionError):
            return self._slowly(text, place)
        said = self._assembler.facts(draft)
        spot = partial(_spot, place)
        return Record(draft.id, place, said, partial(self._read, draft, place, spot), draft=draft, spot=spot)

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

    def _read(self, draft: Draft, place: Place, spot: Callable[[str], Place]) -> ReadCase:
        return ReadCase(draft.case(self._derivation, place, spot))

    # --- one line ---

    def _draft(self, raw: Any) -> Draft:
        if type(raw) is not dict or not raw.keys() <= _CASE_KEYS:
            raise _Unusual
        get, draft = raw.get, Draft()
        draft.id, draft.title, draft.on, draft.decided = (
            _text(get("id")),
            _text(get("title")),
            _date(get("on")),
            _date(get("decided")),
        )
        _text(get("summary")), _text(get("note"))
        if not all(character.isalnum() or character in "._-" for character in draft.id):
            raise _Unusual
        cadre = get("cadre")
        if cadre is not None:
            if type(cadre) is not dict or not cadre.keys() <= _CADRE_KEYS:
                raise _Unusual
            draft.rank, draft.post = self._concept("rank", cadre.get("rank")), _text(cadre.get("post"))
            if "lion" in cadre:
                draft.on_list = _value(cadre["lion"])[0]
        draft.domain = self._concept("domain", get("domain"))
        facts = get("facts")
        if facts is not None:
            self._facts(draft, facts)
        sanctions = get("sanctions")
        if sanctions is not None:
            if type(sanctions) is not list:
                raise _Unusual
            draft.sanctions = [self._sanction(item, number) for number, item in enumerate(sanctions, start=1)]
        claims = get("claims")
        if claims is not None:
            draft.claims = [self._claims[item] for item in claims] if self._are_claims(claims) else _unusual()
        return draft

    def _facts(self, draft: Draft, facts: Any) -> None:
        if type(facts) is not dict:
            raise _Unusual
        known: set[str] = set()
        for name, item in facts.items():
            meant = self._names.get(name)
            if meant is None or meant[0] in known:
                raise _Unusual
            kind, positive = meant
            known.add(kind)
            evidence = found_by = found_on = ""
            if type(item) is dict:
                if not item.keys() <= _FACT_KEYS:
                    raise _Unusual
                evidence, found_by, found_on = (
                    _text(item.get("evidence")),
                    _text(item.get("found_by")),
                    _date(item.get("on")),
                )
                item = item.get("value")
            value, contested = _value(item)
            draft.facts.append(
                DraftFact(kind, _word(value, contested, positive), evidence, found_by, found_on, f"facts.{name}")
            )

    def _sanction(self, item: Any, number: int) -> DraftSanction:
        key = f"sanctions[{number}]"
        if type(item) is str:
            return DraftSanction(self._concept("measure", item) or _unusual(), key=key)
        if type(item) is not dict or not item.keys() <= _SANCTION_KEYS:
            raise _Unusual
        measure = self._concept("measure", item.get("measure")) or _unusual()
        return DraftSanction(measure, _date(item.get("on")), _text(item.get("by")), _text(item.get("ground")), key)

    def _are_claims(self, claims: Any) -> bool:
        return type(claims) is list and all(type(item) is str and item in self._claims for item in claims)

    def _concept(self, scheme: str, item: Any) -> str:
        if item is None or item == "":
            return ""
        if type(item) is not str:
            raise _Unusual
        found = self._concepts.get((scheme, item))
        if found is None:
            found = self._vocabulary.concept(scheme, item)
            if found is None:
                raise _Unusual
            self._concepts[scheme, item] = found
        return found


_CASE_KEYS = frozenset(CASE_KEYS)


def _spot(place: Place, key: str) -> Place:
    return place._replace(path=key)


def _unusual() -> Any:
    raise _Unusual


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Unusual
    return found


def _text(item: Any) -> str:
    """A text as the reader of case files has it: without spaces around it."""
    if item is None:
        return ""
    if type(item) is not str:
        raise _Unusual
    return item.strip()


def _date(item: Any) -> str:
    text = _text(item)
    if text and not is_date(text):
        raise _Unusual
    return text


def _value(item: Any) -> tuple[bool | None, bool]:
    if item is True or item is False:
        return item, False
    if item is None:
        return None, False
    found = VALUES.get(item.strip().lower()) if type(item) is str else None
    if found is None:
        raise _Unusual
    return found


def _word(value: bool | None, contested: bool, positive: bool) -> str:
    if value is None:
        return "contested" if contested else "unknown"
    return "yes" if value is positive else "no"


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
