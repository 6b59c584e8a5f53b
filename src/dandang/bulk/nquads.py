"""N-Quads and N-Triples → records, by lines.

A case is the lines about its IRI and the nodes `IRI#…`, one after another; in N-Quads also all lines of the same graph that follow. A block whose lines
are as `cases.graph` writes them is read here, with each kind of line looked at once and remembered; any other block is parsed whole and checked as it
stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import pyoxigraph as ox

from dandang.bulk.draft import Assembler, Draft, DraftFact, DraftSanction
from dandang.bulk.faults import syntax_fault
from dandang.bulk.records import Record
from dandang.cases import Derivation, ReadCase
from dandang.cases.graph import case_iri
from dandang.cases.tidying import is_date
from dandang.model import Case, Place
from dandang.namespaces import CASES, DCTERMS, DD, LION_LIST, PROV, RDF, XSD

#: The subject of a line, up to the part of it.
_SUBJECT = re.compile(rb"(<[^<>\"{}|^`\\\x00-\x20#]+)[#>]")
_IRI = rb"[^<>\"{}|^`\\\x00-\x20]*"
#: A line of a block without the IRI of the case before it and the graph behind it; where the IRI stands again, there is a zero byte.
_LINE = re.compile(
    rb"(#" + _IRI + rb")?> <(" + _IRI + rb")> "
    rb'(?:"([^"\\\r\n]*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^<(' + _IRI + rb")>)?"
    rb"|<(" + _IRI + rb")>|\x00(#" + _IRI + rb")>)"
)
#: A text as most are: without escapes, in some language or none.
_TEXT = re.compile(rb'"([^"\\\r\n]*)"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*)?')
#: More kinds of lines than this are kept by no real dump; a made-up one must not fill the memory.
_MOST_KINDS = 200_000
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
    DD + "value": "value",
    DD + "measure": "measure",
    DD + "derivedFrom": "derived",
}
_LINKS = {DD + "hasFact": "fact ", DD + "decidedSanction": "sanction ", DD + "cadre": "cadre "}
_KINDS = {
    DD + "Case": "Case",
    DD + "Cadre": "Cadre",
    DD + "Fact": "Fact",
    DD + "DecidedSanction": "Sanction",
    PROV + "Person": "Person",
}
_ROOT = frozenset({"kind Case", "id", "title", "summary", "on", "decided", "domain"})
_CADRE = frozenset({"kind Cadre", "kind Person", "rank", "post", "onList", "notOnList"})
_FACT = frozenset({"kind Fact", "type", "value", "evidence", "found_by", "on", "derived"})
_SANCTION = frozenset({"kind Sanction", "measure", "on", "by", "ground"})
_VALUES = {DD + value: value for value in ("yes", "no", "unknown", "contested")}


class _Irregular(Exception):
    """The block is not as `cases.graph` writes it."""


class Statement(NamedTuple):
    """What one line says: of which node, in which role, what."""

    node: str
    role: str
    value: str


class Lines:
    """Reads chunks of N-Quads, or of N-Triples."""

    def __init__(self, assembler: Assembler, derivation: Derivation, *, quads: bool) -> None:
        self._assembler = assembler
        self._derivation = derivation
        self._quads = quads
        self._known: dict[bytes, Statement] = {}
        self._heads: dict[bytes, tuple[str, str]] = {}

    def records(self, data: bytes, file: str, first_line: int) -> Iterator[Record]:
        """The records of whole cases."""
        lines = data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        # A zero byte stands for the IRI of the case in what follows; a file that has its own is read another way.
        plain, start = b"\x00" not in data, 0
        while start < len(lines):
            subject = _SUBJECT.match(lines[start])
            prefix = subject[1] if subject else b""
            suffix = (graph_of(lines[start]) if self._quads else b"") + b" ."
            end = _block_end(lines, start + 1, prefix) if prefix else start + 1
            further = _further(lines, end, suffix if self._quads else b" .") if prefix else end
            place = Place(file, first_line + start)
            if plain and prefix and further == end:
                yield self._block(lines[start:end], prefix, suffix, place)
            elif any(line.strip() and not line.startswith(b"#") for line in lines[start:further]):
                yield self._whole(lines[start:further], prefix, place)
            start = further

    # --- a block as we write it ---

    def _block(self, lines: list[bytes], prefix: bytes, suffix: bytes, place: Place) -> Record:
        try:
            return self._regular(lines, prefix, suffix, place)
        except (_Irregular, KeyError, UnicodeDecodeError):
            return self._whole(lines, prefix, place)

    def _regular(self, lines: list[bytes], prefix: bytes, suffix: bytes, place: Place) -> Record:
        known, before, behind = self._known, len(prefix), -len(suffix)
        nodes: dict[str, dict[str, str]] = {}
        for line in lines:
            if not line.endswith(suffix):
                raise _Irregular
            text = line[before:behind]
            node, role, value = known.get(text) or self._statement(text, prefix)
            about = nodes.get(node)
            if about is None:
                nodes[node] = {role: value}
            elif role in about:
                raise _Irregular
            else:
                about[role] = value
        given = {about["type"]: about["value"] for about in nodes.values() if "derived" in about}
        draft = _draft(nodes)
        said = self._assembler.facts(draft)
        if said is None or (given and not self._follow(given, draft)):
            raise _Irregular
        if prefix[1:].decode() != CASES + draft.id:
            raise _Irregular
        spot = partial(_spot, lines, place, prefix)
        read = partial(self._read, draft, place, spot)
        return Record(draft.id, place, said, read, names=partial(_names, draft.nodes), draft=draft, spot=spot)

    def _statement(self, text: bytes, prefix: bytes) -> Statement:
        """What a line says that was not met before. Texts are new each time, and links too until the IRI of the case is taken out."""
        quote = text.find(b'"')
        head = self._heads.get(text[:quote]) if quote > 0 else None
        literal = _TEXT.fullmatch(text, quote) if head else None
        if head and literal:
            return Statement(*head, literal[1].decode() or " ")
        if prefix in text:
            text = text.replace(prefix, b"\x00")
            if text in self._known:
                return self._known[text]
        return self._new(text)

    def _new(self, text: bytes) -> Statement:
        found = _LINE.fullmatch(text)
        if not found:
            raise _Irregular
        node, predicate, *terms = (part.decode() if part is not None else None for part in found.groups())
        said = Statement(node or "", *_role(predicate or "", *terms))
        if len(self._known) < _MOST_KINDS:
            if said.role not in _TEXT_ROLES:
                self._known[text] = said
            elif said.role != "id":
                self._heads[text[: text.find(b'"')]] = said.node, said.role
        return said

    def _follow(self, given: dict[str, str], draft: Draft) -> bool:
        """Whether the derived facts that the block has are those that follow; a block may leave them out."""
        case = draft.case(self._derivation, Place(), lambda key: None)
        return given == {fact.type: DD + ("yes" if fact.value else "no") for fact in case.facts if fact.derived_from}

    def _read(self, draft: Draft, place: Place, spot: Callable[[str], Place]) -> ReadCase:
        return ReadCase(draft.case(self._derivation, place, spot))

    # --- any other block ---

    def _whole(self, lines: list[bytes], prefix: bytes, place: Place) -> Record:
        quads: list[ox.Quad] = []
        faults = []
        form = ox.RdfFormat.N_QUADS if self._quads else ox.RdfFormat.N_TRIPLES
        try:
            quads = list(ox.parse(b"\n".join(lines) + b"\n", form))
        except (SyntaxError, ValueError):
            for number, text in enumerate(lines, start=place.line or 1):
                try:
                    quads += ox.parse(text, form)
                except (SyntaxError, ValueError) as error:
                    faults.append(syntax_fault(error, place._replace(line=number)))
        iri = prefix[1:].decode(errors="replace")
        where = partial(_place_of, lines, place)
        return Record(iri.removeprefix(CASES), place, quads=tuple(quads), findings=tuple(faults), where=where)


def _spot(lines: list[bytes], place: Place, prefix: bytes, key: str) -> Place:
    """The first line about a node."""
    subject = prefix + key.encode() + b"> "
    first = next((number for number, line in enumerate(lines) if line.startswith(subject)), 0)
    return place._replace(line=(place.line or 1) + first, path=key)


def _block_end(lines: list[bytes], end: int, prefix: bytes) -> int:
    """Where the lines about a subject and its parts end."""
    own = prefix + b"#", prefix + b">"
    while end < len(lines) and lines[end].startswith(own):
        end += 1
    return end


def _further(lines: list[bytes], end: int, suffix: bytes) -> int:
    """Where the lines end that follow a block and belong to it, whatever empty lines are between: those of its graph; without graphs, those about
    blank nodes."""
    last = end
    while end < len(lines):
        line = lines[end]
        if line.endswith(suffix) if len(suffix) > 2 else line.startswith(b"_:"):
            last = end + 1
        elif line:
            break
        end += 1
    return last


def _place_of(lines: list[bytes], place: Place, node: str, path: str) -> Place:
    """The line that says something of a node: of the property, else the first."""
    subject = f"<{node}> ".encode() if ":" in node else f"_:{node} ".encode()
    first = 0
    for number, text in enumerate(lines, start=place.line or 1):
        if text.startswith(subject):
            first = first or number
            if path and text.startswith(f"<{path}>".encode(), len(subject)):
                return place._replace(line=number)
    return place._replace(line=first or place.line)


def graph_of(line: bytes) -> bytes:
    """The graph of a line of N-Quads with the space before it; nothing where the line has none."""
    statement, _, _ = line.rpartition(b" ")
    term = statement[statement.rfind(b" ") :]
    # The last of three terms is no graph, and a literal does not begin like one.
    named = term.startswith((b" <", b" _:")) and not term.endswith(b'"')
    return term if named and statement.count(b" ", 0, -len(term)) > 1 else b""


def _names(nodes: dict[str, str], case: Case) -> dict[str, str]:
    """From the nodes of a case as `case_quads` names them to their names in the source."""
    iri = case_iri(case)
    ours = {f"#fact-{number}": fact.type for number, fact in enumerate(case.facts, start=1)}
    ours |= {f"#sanction-{number}": sanction.measure for number, sanction in enumerate(case.sanctions, start=1)}
    return {iri + name: iri + nodes.get(key, name) for name, key in (ours | {"#cadre": ""}).items()}


def _role(
    predicate: str, literal: str | None, lang: str | None, datatype: str | None, iri: str | None, link: str | None
) -> tuple[str, str]:
    if literal is not None:
        if predicate in _TEXTS:
            if predicate == DCTERMS + "identifier" and (lang or (datatype and datatype != XSD + "string")):
                raise _Irregular
            return _TEXTS[predicate], literal or " "
        if predicate in _DATES and datatype == XSD + "date" and is_date(literal):
            return _DATES[predicate], literal
    elif link is not None and predicate in _LINKS:
        return _LINKS[predicate] + link, ""
    elif iri is not None:
        if predicate in _IRIS:
            return _IRIS[predicate], iri
        if predicate == RDF + "type" and iri in _KINDS:
            return f"kind {_KINDS[iri]}", ""
        if predicate == DD + "claims":
            return f"claim {iri}", ""
        if predicate in (DD + "onList", DD + "notOnList") and iri == LION_LIST:
            return predicate.removeprefix(DD), ""
    raise _Irregular


_TEXT_ROLES = frozenset(_TEXTS.values())


def _draft(nodes: dict[str, dict[str, str]]) -> Draft:
    root = nodes.pop("", {})
    if "kind Case" not in root:
        raise _Irregular
    draft = Draft()
    draft.id, draft.title, draft.on = root.get("id", ""), root.get("title", ""), root.get("on", "")
    draft.decided, draft.domain = root.get("decided", ""), root.get("domain", "")
    if not draft.id.isascii() or not draft.id.replace(".", "a").replace("-", "a").replace("_", "a").isalnum():
        raise _Irregular
    linked = 0
    for role in root:
        if role in _ROOT:
            continue
        kind, _, target = role.partition(" ")
        if kind == "claim":
            draft.claims.append(target)
            continue
        linked += 1
        _PARTS[kind](draft, target, nodes[target])
    if linked != len(nodes) or ("cadre #cadre" not in root and not any(role.startswith("cadre ") for role in root)):
        raise _Irregular
    return draft


def _add_cadre(draft: Draft, node: str, about: dict[str, str]) -> None:
    if "kind Cadre" not in about or not about.keys() <= _CADRE or ("onList" in about and "notOnList" in about):
        raise _Irregular
    draft.nodes[""] = node
    draft.rank, draft.post = about.get("rank", ""), about.get("post", "")
    if "onList" in about or "notOnList" in about:
        draft.on_list = "onList" in about


def _add_fact(draft: Draft, node: str, about: dict[str, str]) -> None:
    if "kind Fact" not in about or not about.keys() <= _FACT:
        raise _Irregular
    value = _VALUES[about["value"]]
    draft.nodes[about["type"]] = node
    if "derived" in about:
        if len(about) > 4:
            raise _Irregular
        return
    get = about.get
    draft.facts.append(DraftFact(about["type"], value, get("evidence", ""), get("found_by", ""), get("on", ""), node))


def _add_sanction(draft: Draft, node: str, about: dict[str, str]) -> None:
    if "kind Sanction" not in about or not about.keys() <= _SANCTION:
        raise _Irregular
    get = about.get
    draft.nodes[about["measure"]] = node
    draft.sanctions.append(DraftSanction(about["measure"], get("on", ""), get("by", ""), get("ground", ""), node))


_PARTS = {"fact": _add_fact, "sanction": _add_sanction, "cadre": _add_cadre}
