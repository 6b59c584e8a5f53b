"""The neighbourhood of a thing as a small drawing: what points at it on the left, what it points at on the right."""

from __future__ import annotations

from typing import NamedTuple

from dandang.web.library import Library
from dandang.web.views.drawing import Box, Words, curve, words
from dandang.web.views.neighbourhood import Edge, Group, Neighbourhood, data_address, kind_of, name_of, neighbourhood

#: Neighbours of one kind that are drawn; the text beside the drawing lists all.
MOST = 7
WIDTH = 740
_SIDE, _CENTRE, _ROW, _CAPTION, _GAP = 254, 156, 30, 22, 10
_EMS = 16.4


class Row(NamedTuple):
    """A neighbour as a line of the drawing."""

    box: Box
    edge: Edge


class Block(NamedTuple):
    """The neighbours of one kind under their caption, the rail beside them and the curve to the middle."""

    group: Group
    caption: tuple[float, float]
    rows: tuple[Row, ...]
    more: int
    rail: tuple[float, float, float]
    path: str


class Drawn(NamedTuple):
    """The drawing and what it is drawn from."""

    found: Neighbourhood
    address: str
    height: float
    centre: Box
    blocks: tuple[Block, ...]


def drawn(iri: str, library: Library, lang: str) -> Drawn | None:
    """The drawing of a thing's neighbourhood in a language; None where nothing is connected with it."""
    found = neighbourhood(iri, library)
    if not found.groups:
        return None
    sides = [[group for group in found.groups if group.outgoing is side] for side in (False, True)]
    tall = [sum(map(_height, side)) for side in sides]
    height = max(*tall, 90.0)
    lines = _named(iri, library, lang, 9.6, 4)
    size = 24.0 + 20 * len(lines)
    centre = Box((WIDTH - _CENTRE) / 2, (height - size) / 2, _CENTRE, size, iri, lines, _kind(iri, library))
    blocks: list[Block] = []
    for outgoing, (side, used) in enumerate(zip(sides, tall, strict=True)):
        top = (height - used) / 2
        for group in side:
            blocks.append(_block(group, top, bool(outgoing), centre, library, lang))
            top += _height(group)
    path = library.addresses.path(iri) or "/"
    return Drawn(found, data_address(path.partition("#")[0]), height, centre, tuple(blocks))


def _height(group: Group) -> float:
    shown = min(len(group.edges), MOST) + (len(group.edges) > MOST)
    return _CAPTION + shown * _ROW + _GAP


def _block(group: Group, top: float, outgoing: bool, centre: Box, library: Library, lang: str) -> Block:
    x = WIDTH - _SIDE if outgoing else 0.0
    first = top + _CAPTION
    rows = []
    for number, edge in enumerate(group.edges[:MOST]):
        other = edge.other(centre.iri)
        lines = _named(other, library, lang, _EMS, 1)
        box = Box(x + 8 * outgoing, first + number * _ROW, _SIDE - 8, _ROW - 5, other, lines, _kind(other, library))
        rows.append(Row(box, edge))
    more = len(group.edges) - len(rows)
    rail = x if outgoing else x + _SIDE
    bottom = first + (len(rows) + bool(more)) * _ROW - 5
    middle = (first + bottom) / 2
    start, end = (
        ((centre.right, centre.middle), (rail, middle)) if outgoing else ((rail, middle), (centre.x, centre.middle))
    )
    return Block(group, (x + 8 * outgoing, top + 15), tuple(rows), more, (rail, first, bottom), curve(*start, *end))


def _named(iri: str, library: Library, lang: str, ems: float, most: int) -> tuple[Words, ...]:
    notation = library.notation(iri)
    label = name_of(iri, library)
    return words(label, lang, ems, before="" if notation in label.in_(lang) else notation, most=most)


def _kind(iri: str, library: Library) -> str:
    return kind_of(iri, library).rpartition("#")[2]
