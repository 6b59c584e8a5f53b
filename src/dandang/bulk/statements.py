"""What the lines of a case say, as `cases.graph` writes them: whatever stands between two literals is looked at once and remembered.

For that the id of the case is taken out of its IRIs, and a graph that is not named after the case out of its lines: what is left is the same in thousands
of cases.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple, TypeAlias

from dandang.bulk.draft import Draft, DraftFact, DraftSanction
from dandang.cases.tidying import is_date
from dandang.namespaces import CASES, DCTERMS, DD, LION_LIST, PROV, RDF, XSD

#: What a line says: the node and the role as one name ("#fact-1 value"), and the value, which is a Part for a line that leads to another node.
Statement: TypeAlias = tuple[str, str]
#: What a literal is to be; none where there is no literal.
Kind: TypeAlias = Literal["", "text", "date", "id"]

#: Stands for the id of the case in its IRIs.
_ID = b"\x00"
#: Stands behind a line for its graph.
_GRAPH = b" \x01 ."
#: Bytes that no text has that is read here, because they stand for something.
MARKS = (b"\x00", b"\x01")
#: An id of so many characters stands nowhere else by chance.
_LONG = 8
_IRI = rb"[^<>\"{}|^`\\\x00-\x20]+"
_CASE = rb"<" + re.escape(CASES.encode() + _ID)
_START = _CASE + rb"(#" + _IRI + rb")?> <(" + _IRI + rb")> "
#: A line that ends in an IRI, or leads to a part of the case.
_LINE = re.compile(_START + rb"(?:<(" + _IRI + rb")>|" + _CASE + rb"(#" + _IRI + rb")>)")
#: A line up to the quotation mark of its literal.
_HEAD = re.compile(_START)
_LANG = re.compile(rb"@[A-Za-z]+(?:-[A-Za-z0-9]+)*")
_TAILS: dict[bytes, tuple[Kind, ...]] = {
    b"": ("", "text", "id"),
    f"^^<{XSD}string>".encode(): ("text", "id"),
    f"^^<{XSD}date>".encode(): ("date",),
}
#: No real dump has more kinds of these; a made-up one must not fill the memory.
_MOST_PIECES = 10_000
_MOST_GRAPHS = 10
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
    """What stands between two literals: what the first may be, what the whole lines say, and the beginning of the line of the second. Where that is a text,
    it says that it is there; the others have to be read. What it says of a fact is put together already, if that is its type and value."""

    before: tuple[Kind, ...]
    said: dict[str, str]
    facts: dict[str, DraftFact]
    parts: tuple[Part, ...]
    lines: int
    key: str
    kind: Kind


class Said(NamedTuple):
    """What the lines of a case say: a statement for each, but for those that are put together as facts by the name of their nodes; the parts that they
    lead to; how many lines they are."""

    statements: dict[str, str]
    facts: dict[str, DraftFact]
    parts: list[Part]
    lines: int


class Statements:
    """Reads the lines of one case after another."""

    def __init__(self) -> None:
        #: By the graph of their lines.
        self._pieces: dict[bytes, dict[bytes, _Piece]] = {}
        self._lines: dict[bytes, Statement] = {}
        self._dates: dict[bytes, str] = {}

    def of(self, block: bytes, graph: bytes, identifier: bytes) -> Said:
        """What the lines of a block say of the case with this id; `graph` is what stands behind each: a graph and the full stop. Raises Irregular, or
        UnicodeDecodeError, where they are not as `cases.graph` writes them."""
        own_graph = _without(identifier, graph)
        if own_graph == graph != b" .":
            block, own_graph = block.replace(graph + b"\n", _GRAPH + b"\n"), _GRAPH
        between = _without(identifier, block).split(b'"')
        between[0] = own_graph + b"\n" + between[0]
        literals = between[1::2]
        texts = b"".join(literals)
        if len(between) % 2 == 0 or b"\\" in texts or b"\n" in texts or b"\r" in texts or b"" in literals:
            raise Irregular
        texts.decode()
        known, key, kind, lines = self._known(own_graph), "", "", 0
        found, count = Said({}, {}, [], 0), 0
        said, facts, parts = found.statements, found.facts, found.parts
        for text, literal in zip(between[::2], (b"", *literals), strict=True):
            piece = known.get(text) or self._new(text, own_graph, known)
            before, own_said, own_facts, own_parts, own_lines, next_key, next_kind = piece
            if kind not in before:
                raise Irregular
            if kind == "date":
                said[key] = self._dates.get(literal) or self._date(literal)
                count += 1
            elif kind == "id":
                said[key] = _THERE if literal in (identifier, _ID) else _irregular()
                count += 1
            if own_said:
                said.update(own_said)
            if own_facts:
                facts.update(own_facts)
            parts += own_parts
            count += len(own_said) + len(own_facts)
            lines += own_lines
            key, kind = next_key, next_kind
        # What is said twice is there once.
        return found._replace(lines=lines) if not kind and len(said) + len(facts) == count else _irregular()

    def _known(self, graph: bytes) -> dict[bytes, _Piece]:
        """The pieces with this graph. Where every case names its own in another way, they are not kept."""
        found = self._pieces.get(graph)
        if found is None:
            found = {}
            if len(self._pieces) < _MOST_GRAPHS:
                self._pieces[graph] = found
        return found

    def _date(self, literal: bytes) -> str:
        date = literal.decode()
        if not is_date(date):
            raise Irregular
        if len(self._dates) < _MOST_DATES:
            self._dates[literal] = date
        return date

    def _new(self, text: bytes, graph: bytes, pieces: dict[bytes, _Piece]) -> _Piece:
        """A piece that was not met before."""
        tail, *lines = text.split(graph + b"\n")
        if not lines:
            raise Irregular
        head = lines.pop()
        key, kind = _head(head) if head else ("", "")
        said = [self._lines.get(line) or self._line(line) for line in lines]
        parts = tuple(value for _, value in said if isinstance(value, Part))
        if kind == "text":
            said.append((key, _THERE))
        before = _TAILS.get(tail) or (("text",) if _LANG.fullmatch(tail) else _irregular())
        facts, rest = _put_together(said)
        piece = _Piece(before, rest, facts, parts, len(lines) + bool(kind), key, kind)
        if len(pieces) < _MOST_PIECES:
            pieces[text] = piece
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


def _without(identifier: bytes, text: bytes) -> bytes:
    """A text with the id of the case taken out of its IRIs; if it comes back unchanged, it has none."""
    if len(identifier) >= _LONG:
        return text.replace(identifier, _ID)
    return text.replace(b"/%b>" % identifier, b"/%b>" % _ID).replace(b"/%b#" % identifier, b"/%b#" % _ID)


def _put_together(said: list[Statement]) -> tuple[dict[str, DraftFact], dict[str, str]]:
    """The facts whose type and value are among these statements, by the names of their nodes, and all other statements."""
    rest, facts = dict(said), {}
    if len(rest) < len(said):
        raise Irregular
    for node in [key.removesuffix(" type") for key in rest if key.endswith(" type")]:
        if f"{node} Fact" in rest and f"{node} value" in rest:
            del rest[f"{node} Fact"]
            kind, value = rest.pop(f"{node} type"), rest.pop(f"{node} value")
            facts[node] = DraftFact(kind, value, rest.pop(f"{node} evidence", ""), key=node)
    return facts, rest


def _irregular() -> Any:
    raise Irregular


def _head(line: bytes) -> tuple[str, Kind]:
    """The node and the role of a line that a literal has to follow, and what it is to be."""
    found = _HEAD.fullmatch(line)
    if not found:
        raise Irregular
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


def drafted(said: Said, identifier: str) -> Draft:
    """The case of all statements of a block. Takes them out of `said`; raises Irregular where one is missing or left over, KeyError where one is
    missing that a part cannot be without."""
    draft, take = Draft(), said.statements.pop
    take(" Case"), take(" id")
    draft.id, draft.title, draft.on = identifier, take(" title", ""), take(" on", "")
    draft.decided, draft.domain = take(" decided", ""), take(" domain", "")
    take(" summary", "")
    for part in said.parts:
        take(part.link)
        part.add(draft, said)
    if said.statements or said.facts or "" not in draft.nodes:
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

    def add(self, draft: Draft, said: Said) -> None:
        """Take what is said of this part out of it, into the draft."""
        draft.claims.append(self.name)


class _Cadre(Part):
    __slots__ = ()
    roles = ("Cadre", "Person", "rank", "post", "onList", "notOnList")

    def add(self, draft: Draft, said: Said) -> None:
        take = said.statements.pop
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

    def add(self, draft: Draft, said: Said) -> None:
        take = said.statements.pop
        kind, of, has, evidence, found_by, found_on, derived = self._roles
        fact = said.facts.pop(self.name, None)
        if fact is None:
            take(kind)
            fact = DraftFact(take(of), take(has), take(evidence, ""), key=self.name)
        by, on = take(found_by, ""), take(found_on, "")
        if by or on:
            fact = DraftFact(fact.type, fact.value, fact.evidence, by, on, self.name)
        if fact.type in draft.nodes:
            raise Irregular
        draft.nodes[fact.type] = self.name
        if not take(derived, ""):
            draft.facts.append(fact)
        elif fact.evidence or by or on:
            raise Irregular
        else:
            draft.derived.append((fact.type, fact.value))


class _Sanction(Part):
    __slots__ = ()
    roles = ("Sanction", "measure", "on", "by", "ground")

    def add(self, draft: Draft, said: Said) -> None:
        take = said.statements.pop
        kind, measure, on, by, ground = self._roles
        take(kind)
        sanction = DraftSanction(take(measure), take(on, ""), take(by, ""), take(ground, ""), self.name)
        if sanction.measure in draft.nodes:
            raise Irregular
        draft.nodes[sanction.measure] = self.name
        draft.sanctions.append(sanction)


_PARTS = {DD + "hasFact": _Fact, DD + "decidedSanction": _Sanction, DD + "cadre": _Cadre}
