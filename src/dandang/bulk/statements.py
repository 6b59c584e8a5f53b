"""What the lines of a case say, as `cases.graph` writes them: whatever stands between two literals is looked at once and remembered.

Lines are given without the IRI of their case in front and the graph behind; a line about a part of the case begins with the name of the part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from dandang.bulk.draft import Draft, DraftFact, DraftSanction
from dandang.cases.tidying import is_date
from dandang.namespaces import DCTERMS, DD, LION_LIST, PROV, RDF, XSD

#: What a line says: the node and the role as one name ("#fact-1 value"), and the value, which is a Part for a line that leads to another node.
Statement: TypeAlias = tuple[str, str]
#: What a literal is to be; none where there is no literal.
Kind: TypeAlias = Literal["", "text", "date", "id"]

_IRI = rb"[^<>\"{}|^`\\\x00-\x20]+"
_START = rb"(#" + _IRI + rb")?> <(" + _IRI + rb")> "
#: A line that ends in an IRI; where that of the case stands, there is a zero byte.
_LINE = re.compile(_START + rb"(?:<(" + _IRI + rb")>|\x00(#" + _IRI + rb")>)")
#: A line up to the quotation mark of its literal, and what stands behind the other one.
_HEAD = re.compile(_START)
_LANG = re.compile(rb"@[A-Za-z]+(?:-[A-Za-z0-9]+)*")
_TAILS: dict[bytes, tuple[Kind, ...]] = {
    b"": ("", "text", "id"),
    f"^^<{XSD}string>".encode(): ("text", "id"),
    f"^^<{XSD}date>".encode(): ("date",),
}
#: No real dump has more kinds of these; a made-up one must not fill the memory.
_MOST_PIECES = 10_000
_MOST_LINES = 20_000
_MOST_DATES = 20_000
#: The value of what no rule reads, or is a matter of yes or no.
_THERE = "1"
_TEXTS = {
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


class _Piece(NamedTuple):
    """What stands between two literals: what the first may be, whole lines, and the beginning of the line of the second."""

    before: tuple[Kind, ...]
    said: dict[str, str]
    key: str
    kind: Kind


class Statements:
    """Reads the lines of one case after another."""

    def __init__(self) -> None:
        self._pieces: dict[bytes, _Piece] = {}
        self._lines: dict[bytes, Statement] = {}
        self._dates: dict[bytes, str] = {}

    def of(self, lines: Sequence[bytes], prefix: bytes, identifier: bytes) -> dict[str, str]:
        """What the lines say of the case with this id, `prefix` being its IRI but for the closing bracket. Raises Irregular, or UnicodeDecodeError, where
        they are not as `cases.graph` writes them."""
        parts = (b"\n" + b"\n".join(lines)).split(b'"')
        texts = b"".join(parts[1::2])
        if len(parts) % 2 == 0 or b"\\" in texts or b"\n" in texts or b"\r" in texts:
            raise Irregular
        texts.decode()
        pieces, said, count = self._pieces, {}, len(parts) // 2
        key, kind = "", ""
        for text, literal in zip(parts[::2], (b"", *parts[1::2]), strict=True):
            piece = pieces.get(text) or self._linked(text, prefix)
            before, own, next_key, next_kind = piece
            if kind not in before:
                raise Irregular
            if kind == "text":
                said[key] = _THERE
            elif kind == "date":
                said[key] = self._dates.get(literal) or self._date(literal)
            elif kind:
                said[key] = _THERE if literal == identifier else _irregular()
            said |= own
            count += len(own)
            key, kind = next_key, next_kind
        return said if not kind and len(said) == count else _irregular()

    def _date(self, literal: bytes) -> str:
        date = literal.decode()
        if not is_date(date):
            raise Irregular
        if len(self._dates) < _MOST_DATES:
            self._dates[literal] = date
        return date

    def _linked(self, text: bytes, prefix: bytes) -> _Piece:
        """A piece that was not met before, or has links, which are new each time until the IRI of the case is taken out."""
        bare = text.replace(prefix, b"\x00")
        return self._pieces.get(bare) or self._new(bare)

    def _new(self, text: bytes) -> _Piece:
        tail, *lines = text.split(b"\n")
        key, kind = _head(lines[-1]) if lines else ("", "")
        statements = [self._lines.get(line) or self._line(line) for line in (lines[:-1] if kind else lines)]
        before = _TAILS.get(tail) or (("text",) if _LANG.fullmatch(tail) else _irregular())
        piece = _Piece(before, dict(statements), key, kind)
        if len(piece.said) < len(statements):
            raise Irregular
        if len(self._pieces) < _MOST_PIECES:
            self._pieces[text] = piece
        return piece

    def _line(self, line: bytes) -> Statement:
        found = _LINE.fullmatch(line)
        if not found:
            raise Irregular
        node, predicate, iri, part = (group.decode() if group else "" for group in found.groups())
        role, value = _link(predicate, part) if part else _iri(predicate, iri)
        said = f"{node} {role}", value
        if len(self._lines) < _MOST_LINES:
            self._lines[line] = said
        return said


def _irregular() -> Any:
    raise Irregular


def _head(line: bytes) -> tuple[str, Kind]:
    """The node and the role of a line that a literal has to follow, and what it is to be; nothing of a line that is whole."""
    found = _HEAD.fullmatch(line)
    if not found:
        return "", ""
    node, predicate = (group.decode() if group else "" for group in found.groups())
    if predicate == DCTERMS + "identifier":
        return f"{node} id", "id"
    if predicate in _DATES:
        return f"{node} {_DATES[predicate]}", "date"
    return f"{node} {_TEXTS.get(predicate) or _irregular()}", "text"


def _link(predicate: str, part: str) -> tuple[str, str]:
    made = _PARTS.get(predicate) or _irregular()
    return f"part {part}", made(part)


def _iri(predicate: str, iri: str) -> tuple[str, str]:
    if predicate in _IRIS:
        return _IRIS[predicate], iri
    if predicate == DD + "value" and iri in _VALUES:
        return "value", _VALUES[iri]
    if predicate == RDF + "type" and iri in _KINDS:
        return _KINDS[iri], _THERE
    if predicate == DD + "claims":
        return f"part {iri}", Part(iri)
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
    """Something that a line of a case leads to, by its name: a clause that is claimed, or a node of which more is said."""

    __slots__ = ("_roles", "link", "name")
    roles: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name
        #: The node and the role of the line that leads here.
        self.link = f" part {name}"
        self._roles = tuple(f"{name} {role}" for role in self.roles)

    def add(self, draft: Draft, said: dict[str, str]) -> None:
        """Take what is said of this part out of `said`, into the draft."""
        draft.claims.append(self.name)


class _Cadre(Part):
    __slots__ = ()
    roles = ("Cadre", "Person", "rank", "post", "onList", "notOnList")

    def add(self, draft: Draft, said: dict[str, str]) -> None:
        take = said.pop
        kind, person, rank, post, on_list, off_list = self._roles
        take(kind), take(person, "")
        if "" in draft.nodes:
            raise Irregular
        draft.nodes[""] = self.name
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
        if fact.type in draft.nodes:
            raise Irregular
        draft.nodes[fact.type] = self.name
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
        if sanction.measure in draft.nodes:
            raise Irregular
        draft.nodes[sanction.measure] = self.name
        draft.sanctions.append(sanction)


_PARTS = {DD + "hasFact": _Fact, DD + "decidedSanction": _Sanction, DD + "cadre": _Cadre}
