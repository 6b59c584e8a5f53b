"""Search results: grouped by kind, narrowed by document, domain and kind, with what matched marked and why it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from unicodedata import normalize

import pyoxigraph as ox

from dandang.messages import Text
from dandang.namespaces import ID, SKOS
from dandang.search import KINDS, Found, Match, SearchIndex, Thing, simplified, things_in
from dandang.search.things import FIELDS
from dandang.web.behind import page_query
from dandang.web.library import Library, is_code

#: Hits of a group that are shown beside other groups, and alone.
FEW, MANY = 6, 200
#: The best ranks: by name and whole. A group with one of these comes before the others.
_WHOLE = 2
#: The word in the query file, which runs as it is.
_WORD = '"处分"'
#: Characters of a long text that are shown around what matched.
_AROUND = 40
#: What results can be narrowed by, in the order of showing.
FACETS: dict[str, Text] = {
    "kind": Text("类别", "Kind"),
    "document": Text("文件", "Document"),
    "domain": Text("领域", "Field"),
}


class Piece(NamedTuple):
    """A stretch of a text, matched or not."""

    text: str
    marked: bool


class Line(NamedTuple):
    """A text that matched, cut to what is around the match; `lang` is empty where it has none."""

    way: Text
    lang: str
    pieces: tuple[Piece, ...]


class Hit(NamedTuple):
    """Something found: its name, with what matched in it and why; where the name did not match, the best other texts.
    `name_lang` is the language of the name."""

    thing: Thing
    name: tuple[Piece, ...]
    name_lang: str
    notation: tuple[Piece, ...]
    way: Text | None
    lines: tuple[Line, ...]


class Group(NamedTuple):
    """The hits of one kind, best first."""

    kind: str
    name: Text
    hits: tuple[Hit, ...]
    total: int


class Choice(NamedTuple):
    """One value of a facet: what it is called, how many hits it leaves, whether it is chosen."""

    value: str
    iri: str
    hits: int
    chosen: bool


class Results(NamedTuple):
    """All that a page of results shows. `read_as` is the query in simplified characters where it was written otherwise."""

    total: int
    groups: tuple[Group, ...]
    facets: Mapping[str, tuple[Choice, ...]]
    nearest: tuple[Thing, ...]
    read_as: str


def search(query: str, chosen: Mapping[str, str], library: Library, lang: str) -> Results:
    """What a query finds, narrowed by the chosen values of FACETS."""
    index = index_of(library)
    found = index.search(query)
    wanted = {facet: value for facet, value in chosen.items() if value}
    left = [hit for hit in found if _fits(hit.thing, wanted)] if wanted else found
    facets = {facet: _choices(facet, found, wanted, library) for facet in FACETS}
    groups = _groups(left, MANY if "kind" in wanted else FEW, lang, index)
    plain = simplified(query)
    nearest = () if found else tuple(index.nearest(query))
    return Results(len(left), groups, facets, nearest, plain if plain != query else "")


def suggested(query: str, library: Library, most: int = 8) -> tuple[Thing, ...]:
    """The best few things for what has been typed so far."""
    return tuple(hit.thing for hit in index_of(library).search(query)[:most])


def place_of(thing: Thing, library: Library) -> str:
    """The path of a thing's page. Questions that the graph cannot answer have a page and no triples."""
    return library.addresses.path(thing.iri) or "/" + thing.iri.removeprefix(ID)


def search_query(query: str) -> str:
    """The SPARQL that finds the words as they are written: the line of the page query that has a word, once for each."""
    lines = []
    for line in page_query("search").splitlines():
        if _WORD in line:
            words = simplified(normalize("NFKC", query)).lower().split() or [""]
            lines += [
                line.replace("?text", f"?text{number}").replace(_WORD, str(ox.Literal(word)))
                for number, word in enumerate(words, start=1)
            ]
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=2)
def index_of(library: Library) -> SearchIndex:
    """The search index over a library, built at the first search."""
    return SearchIndex(things_in(library.policy, library.index))


#: The values that a thing has of each facet: kinds as they are, documents and domains as IRIs, whose last part stands in addresses.
_VALUES: dict[str, Callable[[Thing], tuple[str, ...]]] = {
    "kind": lambda thing: (thing.kind,),
    "document": lambda thing: thing.documents,
    "domain": lambda thing: thing.domains,
}


def _tail(iri: str) -> str:
    return iri.rsplit("/", 1)[-1]


def _fits(thing: Thing, wanted: Mapping[str, str]) -> bool:
    return all(value in map(_tail, _VALUES[facet](thing)) for facet, value in wanted.items())


def _choices(facet: str, found: list[Found], wanted: Mapping[str, str], library: Library) -> tuple[Choice, ...]:
    """The values of a facet among the hits that the other facets leave."""
    others = {key: value for key, value in wanted.items() if key != facet}
    things = [hit.thing for hit in found if not others or _fits(hit.thing, others)]
    counts = Counter(chain.from_iterable(map(_VALUES[facet], things)))
    if facet == "kind":
        ordered = [kind for kind in KINDS if kind in counts]
    else:
        ordered = sorted(counts, key=lambda iri: (library.index.value(iri, SKOS + "notation"), iri))
    return tuple(Choice(_tail(value), value, counts[value], wanted.get(facet) == _tail(value)) for value in ordered)


def _groups(found: list[Found], most: int, lang: str, index: SearchIndex) -> tuple[Group, ...]:
    by_kind: dict[str, list[Found]] = {}
    for hit in found:
        by_kind.setdefault(hit.thing.kind, []).append(hit)
    ordered = sorted(by_kind, key=lambda kind: (by_kind[kind][0].rank > _WHOLE, list(KINDS).index(kind)))
    return tuple(
        Group(
            kind,
            KINDS[kind],
            tuple(_hit(hit, index.matches(hit), lang) for hit in by_kind[kind][:most]),
            len(by_kind[kind]),
        )
        for kind in ordered
    )


def _hit(found: Found, matches: tuple[Match, ...], lang: str) -> Hit:
    thing = found.thing
    other = "en" if lang == "zh" else "zh"
    name_lang = lang if getattr(thing.label, lang) else other
    name = thing.label.in_(lang)
    own_key = "label" if name_lang == "zh" else "labelEn"
    in_name = next((match for match in matches if match.field.key == own_key), None)
    in_notation = next((match for match in matches if match.field.key in ("notation", "part")), None)
    best = in_notation or in_name
    # A code that only programs use is shown where it is what was looked for.
    notation = thing.notation if in_notation or not is_code(thing.notation) else ""
    if thing.kind == "parts" and not in_notation:
        notation = notation.partition("#")[0]
    # What can be read on a page in this language comes first.
    others = sorted(matches, key=lambda match: match.field.lang not in ("", lang))
    return Hit(
        thing,
        pieces(name, in_name.marks if in_name else ()),
        name_lang,
        pieces(notation, in_notation.marks if in_notation else ()),
        best.way if best else None,
        (_beginning(thing, lang) if thing.kind == "notes" else ()) if best else tuple(map(_line, others[:1])),
    )


def _beginning(thing: Thing, lang: str) -> tuple[Line, ...]:
    """How a note begins: a clause may have several, which are called the same."""
    said = [field for field in thing.fields if field.key == "comment"]
    chosen = sorted(said, key=lambda field: field.lang != lang)[:1]
    return tuple(_line(Match(field, ((0, 0),), FIELDS[field.key])) for field in chosen)


def _line(match: Match) -> Line:
    text = match.field.text
    start, end = _around(text, match.marks[0])
    inside = tuple(
        (max(one, start) - start, min(other, end) - start) for one, other in match.marks if one < end and other > start
    )
    dots = "……" if match.field.lang == "zh" else "…"
    cut = (
        [Piece(dots, False)] * bool(start)
        + list(pieces(text[start:end], inside))
        + [Piece(dots, False)] * (end < len(text))
    )
    return Line(match.way, match.field.lang, tuple(cut))


def _around(text: str, mark: tuple[int, int]) -> tuple[int, int]:
    """The stretch of a long text around a mark; words of letters are not cut."""
    start, end = mark[0] - _AROUND, mark[1] + 2 * _AROUND
    if len(text) <= 3 * _AROUND:
        return 0, len(text)
    start, end = max(0, start), min(len(text), end)
    while start and text[start - 1].isascii() and text[start - 1] != " ":
        start -= 1
    while end < len(text) and text[end].isascii() and text[end] != " ":
        end += 1
    return start, end


def pieces(text: str, marks: tuple[tuple[int, int], ...]) -> tuple[Piece, ...]:
    """A text as stretches; marks are in order and do not overlap."""
    found: list[Piece] = []
    last = 0
    for start, end in marks:
        found += [Piece(text[last:start], False), Piece(text[start:end], True)]
        last = end
    return tuple(piece for piece in (*found, Piece(text[last:], False)) if piece.text)
