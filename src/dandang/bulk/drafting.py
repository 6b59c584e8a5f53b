"""A case in plain values, as programs write it → what it says. Anything unusual in it is for the reader of case files, which tells what is wrong."""

from __future__ import annotations

from typing import Any

from dandang.bulk.draft import Draft, DraftFact, DraftSanction, known_names
from dandang.cases.fields import CASE_KEYS, VALUES
from dandang.cases.tidying import is_date
from dandang.model import Policy
from dandang.vocabulary import Vocabulary

_CASE_KEYS = frozenset(CASE_KEYS)
_FACT_KEYS = frozenset({"value", "evidence", "found_by", "on"})
_CADRE_KEYS = frozenset({"rank", "post", "lion"})
_SANCTION_KEYS = frozenset({"measure", "on", "by", "ground"})


class Unusual(Exception):
    """The case is for the reader of case files."""


class Drafter:
    """Drafts cases in plain values, with the keys of a case file."""

    def __init__(self, policy: Policy) -> None:
        self._names = known_names(policy)
        self._vocabulary = Vocabulary(policy)
        self._concepts: dict[tuple[str, str], str] = {}
        self._claims = {n: clause.iri for clause in policy.clauses.values() for n in (clause.notation, clause.iri)}

    def draft(self, raw: Any) -> Draft:
        """The case as a draft. Raises Unusual."""
        if type(raw) is not dict or not raw.keys() <= _CASE_KEYS:
            raise Unusual
        get, draft = raw.get, Draft()
        draft.id, draft.title, draft.on, draft.decided = (
            _text(get("id")),
            _text(get("title")),
            _date(get("on")),
            _date(get("decided")),
        )
        _text(get("summary")), _text(get("note"))
        if not all(character.isalnum() or character in "._-" for character in draft.id):
            raise Unusual
        cadre = get("cadre")
        if cadre is not None:
            if type(cadre) is not dict or not cadre.keys() <= _CADRE_KEYS:
                raise Unusual
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
                raise Unusual
            draft.sanctions = [self._sanction(item, number) for number, item in enumerate(sanctions, start=1)]
        claims = get("claims")
        if claims is not None:
            draft.claims = [self._claims[item] for item in claims] if self._are_claims(claims) else _unusual()
        return draft

    def _facts(self, draft: Draft, facts: Any) -> None:
        if type(facts) is not dict:
            raise Unusual
        known: set[str] = set()
        for name, item in facts.items():
            meant = self._names.get(name)
            if meant is None or meant[0] in known:
                raise Unusual
            kind, positive = meant
            known.add(kind)
            evidence = found_by = found_on = ""
            if type(item) is dict:
                if not item.keys() <= _FACT_KEYS:
                    raise Unusual
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
            raise Unusual
        measure = self._concept("measure", item.get("measure")) or _unusual()
        return DraftSanction(measure, _date(item.get("on")), _text(item.get("by")), _text(item.get("ground")), key)

    def _are_claims(self, claims: Any) -> bool:
        return type(claims) is list and all(type(item) is str and item in self._claims for item in claims)

    def _concept(self, scheme: str, item: Any) -> str:
        if item is None or item == "":
            return ""
        if type(item) is not str:
            raise Unusual
        found = self._concepts.get((scheme, item))
        if found is None:
            found = self._vocabulary.concept(scheme, item)
            if found is None:
                raise Unusual
            self._concepts[scheme, item] = found
        return found


def _unusual() -> Any:
    raise Unusual


def _text(item: Any) -> str:
    """A text as the reader of case files has it: without spaces around it."""
    if item is None:
        return ""
    if type(item) is not str:
        raise Unusual
    return item.strip()


def _date(item: Any) -> str:
    text = _text(item)
    if text and not is_date(text):
        raise Unusual
    return text


def _value(item: Any) -> tuple[bool | None, bool]:
    if item is True or item is False:
        return item, False
    if item is None:
        return None, False
    found = VALUES.get(item.strip().lower()) if type(item) is str else None
    if found is None:
        raise Unusual
    return found


def _word(value: bool | None, contested: bool, positive: bool) -> str:
    if value is None:
        return "contested" if contested else "unknown"
    return "yes" if value is positive else "no"
