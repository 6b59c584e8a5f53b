"""What one line of a case says, as `cases.graph` writes it: each kind of line is looked at once and remembered.

A line is given without the IRI of its case in front and the graph behind; where it is about a part of the case it begins with the name of the part.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from dandang.bulk.draft import Draft, DraftFact, DraftSanction
from dandang.cases.tidying import is_date
from dandang.namespaces import CASES, DCTERMS, DD, LION_LIST, PROV, RDF, XSD

#: What a line says: the node and the role as one name ("#fact-1 value"), and the value, which is a Part for a line that leads to another.
Statement: TypeAlias = tuple[str, str]

_IRI = rb"[^<>\"{}|^`\\\x00-\x20]+"
_LANG = rb"@[A-Za-z]+(?:-[A-Za-z0-9]+)*"
#: A line without what is the same in all lines of its case; where the IRI of the case stands again, there is a zero byte.
_LINE = re.compile(
    rb"(#" + _IRI + rb")?> <(" + _IRI + rb")> "
    rb'(?:"([^"\\\r\n]*)"(?:(' + _LANG + rb")|\^\^<(" + _IRI + rb")>)?"
    rb"|<(" + _IRI + rb")>|\x00(#" + _IRI + rb")>)"
)
_TAIL = re.compile(rb"(?:" + _LANG + rb")?")
#: More kinds of lines than this are kept by no real dump; a made-up one must not fill the memory.
_MOST_KINDS = 200_000
#: What a role has whose text no rule reads, or that is a matter of yes or no.
_THERE = "1"
_TEXTS = {
    DCTERMS + "identifier": "id",
    DCTERMS + "title": "title",
    DCTERMS + "description": "summary",
    DD + "post": "post",
    DD + "evidence": "evidence",
    DD + "foundBy": "found_by",
    DD + "decidedBy": "by",
    DD + "ground": "ground",
}
_DATES = {DD + "conductDate": "on", DD + "decisionDate": "decided", DD + "foundOn": "on", DD + "decidedOn": "on"}
_IRIS = {
    DD + "domain": "domain",
    DD + "rank": "rank",
    DD + "factType": "type",
    DD + "measure": "measure",
    DD + "derivedFrom": "derived",
}
_KINDS = {
    DD + "Case": "Case",
    DD + "Cadre": "Cadre",
    DD + "Fact": "Fact",
    DD + "DecidedSanction": "Sanction",
    PROV + "Person": "Person",
}
_VALUES = {DD + value: value for value in ("yes", "no", "unknown", "contested")}


class Irregular(Exception):
    """The block is not as `cases.graph` writes it."""


class Meanings(dict[bytes, Statement]):
    """From lines to what they say. A line that was not met before is looked at for the case that `of` named; raises Irregular where it is as
    `cases.graph` writes none."""

    def __init__(self) -> None:
        self._heads: dict[bytes, Statement] = {}
        self._tails = {b""}
        self._prefix = self._id = b""

    def of(self, prefix: bytes) -> None:
        """The lines that follow are those of the case whose IRI, but for the closing bracket, is `prefix`."""
        self._prefix, self._id = prefix, prefix.removeprefix(b"<" + CASES.encode())

    def __missing__(self, text: bytes) -> Statement:
        # Texts are new each time, and links too until the IRI of the case is taken out.
        parts = text.split(b'"')
        if len(parts) == 3:
            head, value, tail = parts
            said = self._heads.get(head)
            if said and tail in self._tails:
                return self._checked(said, value)
            return self._text(text, head, value, tail)
        bare = text.replace(self._prefix, b"\x00")
        return self.get(bare) or self._new(bare)

    def _text(self, text: bytes, head: bytes, value: bytes, tail: bytes) -> Statement:
        said = self._new(text)
        if said[1] == _THERE and _TAIL.fullmatch(tail):
            self._heads[head] = said
            self._tails.add(tail)
        return self._checked(said, value) if said[1] == _THERE else said

    def _checked(self, said: Statement, value: bytes) -> Statement:
        if b"\\" in value or b"\r" in value or (said[0] == " id" and value != self._id):
            raise Irregular
        value.decode()
        return said

    def _new(self, text: bytes) -> Statement:
        found = _LINE.fullmatch(text)
        if not found:
            raise Irregular
        node, predicate, *terms = (part.decode() if part is not None else "" for part in found.groups())
        role, value = _literal(predicate, *terms[:3]) if found[3] is not None else _link(predicate, *terms[3:])
        said = f"{node} {role}", value
        if value != _THERE or found[3] is None:
            self._keep(text, said)
        return said

    def _keep(self, text: bytes, said: Statement) -> None:
        if len(self) < _MOST_KINDS:
            self[text] = said


def _literal(predicate: str, text: str, lang: str, datatype: str) -> tuple[str, str]:
    if predicate in _DATES and datatype == XSD + "date" and is_date(text):
        return _DATES[predicate], text
    if predicate not in _TEXTS:
        raise Irregular
    if predicate == DCTERMS + "identifier" and (lang or datatype not in ("", XSD + "string")):
        raise Irregular
    return _TEXTS[predicate], _THERE


def _link(predicate: str, iri: str, part: str) -> tuple[str, str]:
    if part:
        made = _PARTS.get(predicate)
        if made is None:
            raise Irregular
        return f"part {part}", made(part)
    if predicate in _IRIS:
        return _IRIS[predicate], iri
    if predicate == DD + "value" and iri in _VALUES:
        return "value", _VALUES[iri]
    if predicate == RDF + "type" and iri in _KINDS:
        return _KINDS[iri], _THERE
    if predicate == DD + "claims":
        return f"part {iri}", _Claim(iri)
    if predicate in (DD + "onList", DD + "notOnList") and iri == LION_LIST:
        return predicate.removeprefix(DD), _THERE
    raise Irregular


# --- what the lines of a case say together ----------------------------------------------------------------------------


def drafted(said: dict[str, str], identifier: str) -> Draft:
    """The case of all statements of a block. Takes them out of `said`; raises Irregular where one is missing or left over, KeyError where one is
    missing that a part cannot be without."""
    draft, take = Draft(), said.pop
    parts = [value for value in said.values() if isinstance(value, Part)]
    take(" Case"), take(" id")
    draft.id, draft.title, draft.on = identifier, take(" title", ""), take(" on", "")
    draft.decided, draft.domain = take(" decided", ""), take(" domain", "")
    take(" summary", "")
    for part in parts:
        take(part.link)
        part.add(draft, said)
    if said or "" not in draft.nodes:
        raise Irregular
    return draft


class Part(str):
    """Something that a line of a case leads to, by its name."""

    __slots__ = ("_roles", "link", "name")
    roles: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name
        #: The node and the role of the line that leads here.
        self.link = f" part {name}"
        self._roles = tuple(f"{name} {role}" for role in self.roles)

    def add(self, draft: Draft, said: dict[str, str]) -> None:
        """Take what is said of this part out of `said`, into the draft."""
        raise NotImplementedError

    def _named(self, draft: Draft, key: str) -> None:
        if key in draft.nodes:
            raise Irregular
        draft.nodes[key] = self.name


class _Claim(Part):
    __slots__ = ()

    def add(self, draft: Draft, said: dict[str, str]) -> None:
        draft.claims.append(self.name)


class _Cadre(Part):
    __slots__ = ()
    roles = ("Cadre", "Person", "rank", "post", "onList", "notOnList")

    def add(self, draft: Draft, said: dict[str, str]) -> None:
        take = said.pop
        kind, person, rank, post, on_list, off_list = self._roles
        take(kind), take(person, "")
        self._named(draft, "")
        draft.rank, draft.post = take(rank, ""), take(post, "")
        on, off = take(on_list, ""), take(off_list, "")
        if on and off:
            raise Irregular
        if on or off:
            draft.on_list = bool(on)


class _Fact(Part):
    __slots__ = ()
    roles = ("Fact", "type", "value", "evidence", "found_by", "on", "derived")

    def add(self, draft: Draft, said: dict[str, str]) -> None:
        take = said.pop
        kind, of, has, evidence, found_by, found_on, derived = self._roles
        take(kind)
        fact = DraftFact(take(of), take(has), take(evidence, ""), take(found_by, ""), take(found_on, ""), self.name)
        self._named(draft, fact.type)
        if not take(derived, ""):
            draft.facts.append(fact)
        elif fact.evidence or fact.found_by or fact.found_on:
            raise Irregular
        else:
            draft.derived.append((fact.type, fact.value))


class _Sanction(Part):
    __slots__ = ()
    roles = ("Sanction", "measure", "on", "by", "ground")

    def add(self, draft: Draft, said: dict[str, str]) -> None:
        take = said.pop
        kind, measure, on, by, ground = self._roles
        take(kind)
        sanction = DraftSanction(take(measure), take(on, ""), take(by, ""), take(ground, ""), self.name)
        self._named(draft, sanction.measure)
        draft.sanctions.append(sanction)


_PARTS = {DD + "hasFact": _Fact, DD + "decidedSanction": _Sanction, DD + "cadre": _Cadre}
