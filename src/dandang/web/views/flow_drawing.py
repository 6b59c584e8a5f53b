"""The flow as a drawing: layers from above to below, as far down as the longest way to a thing, widths from the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dandang.model import Clause
from dandang.namespaces import SKOS
from dandang.web.language import TAGS
from dandang.web.library import Library
from dandang.web.views.drawing import Box, Words, drop, width_of, words
from dandang.web.views.flow import CUTTING, Flow, Step, flow, kind_of, node_of

#: The width of the page's column; a drawing that needs more scrolls.
WIDTH = 1050
_GAP, _LAYER, _PAD = 28, 58, 10
_CHIP = 46.0
_EM = 14.0
#: Lists of at most so many clauses name them, longer ones give their notations.
_NAMED = 3
_WIDE = 158.0


class Node(NamedTuple):
    """A thing with its box and, for a list, the boxes of its clauses."""

    iri: str
    kind: str
    box: Box
    chips: tuple[Box, ...] = ()


class Arrow(NamedTuple):
    """A step with its path; `label` is where its words stand, for the steps that cut in."""

    step: Step
    path: str
    label: tuple[float, float] | None = None


class Map(NamedTuple):
    """The whole drawing; the nodes from `apart` on take no part in the flow."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    apart: float


class _Size(NamedTuple):
    width: float
    height: float
    per_row: int


def drawn_map(library: Library, lang: str) -> Map:
    """The flow of a library drawn for a language."""
    found = flow(library)
    main, *others = found.parts(library)
    sizes = {iri: _size(iri, library, lang) for iri in found.nodes}
    layers = _layers(main, found, library)
    width = max(WIDTH, *(_needed([sizes[iri].width for iri in layer]) for layer in layers))
    placed: dict[str, Node] = {}
    top = 6.0
    for layer in layers:
        for iri, x in _across(layer, sizes, placed, found, library, width):
            placed[iri] = _node(iri, x, top, sizes[iri], library, lang)
        top += max(sizes[iri].height for iri in layer) + _LAYER
    for iri, x, y in _beside([iri for group in others for iri in group], sizes, width, top + 12):
        placed[iri] = _node(iri, x, y, sizes[iri], library, lang)
    height = max(node.box.bottom for node in placed.values()) + 8
    arrows = tuple(_arrow(step, placed, library) for step in found.steps)
    return Map(width, height, tuple(placed.values()), arrows, top if others else height)


def _needed(widths: list[float]) -> float:
    return sum(widths) + _GAP * (len(widths) - 1)


# --- sizes ------------------------------------------------------------------------------------------------------------


def _size(iri: str, library: Library, lang: str) -> _Size:
    label = library.label(iri).in_(lang)
    clauses = library.policy.clauses_of(iri) if iri in library.policy.lists else ()
    if not clauses:
        return _Size(min(230.0, width_of(label) * _EM + 2 * _PAD + 6), 30.0 if width_of(label) * _EM < 205 else 50.0, 0)
    heading = min(width_of(label) + 3, 30) * _EM + 2 * _PAD
    if len(clauses) <= _NAMED:
        lines = max(len(_chip_lines(clause, lang)) for clause in clauses)
        return _Size(max(len(clauses) * _WIDE + 2 * _PAD, heading), 52.0 + 20 * lines, len(clauses))
    rows = -(-len(clauses) // 9)
    per_row = -(-len(clauses) // rows)
    return _Size(max(per_row * _CHIP + 2 * _PAD, heading), 40.0 + rows * 34, per_row)


def _node(iri: str, x: float, y: float, size: _Size, library: Library, lang: str) -> Node:
    kind, label = kind_of(iri, library), library.label(iri)
    ems = (size.width - 2 * _PAD) / _EM
    if not size.per_row:
        return Node(iri, kind, Box(x, y, size.width, size.height, iri, words(label, lang, ems, most=2), kind))
    clauses = library.policy.clauses_of(iri)
    document = library.index.value(library.policy.lists[iri].document, SKOS + "notation")
    box = Box(x, y, size.width, size.height, iri, words(label, lang, ems, before=document), kind)
    named = len(clauses) <= _NAMED
    wide, tall = (_WIDE, size.height - 40.0) if named else (_CHIP, 34.0)
    chips = tuple(
        Box(
            x + _PAD + (number % size.per_row) * wide,
            y + 34 + (number // size.per_row) * tall,
            wide - 6,
            tall - 6,
            clause.iri,
            _chip_lines(clause, lang) if named else (Words(clause.notation, _whole(clause, lang), TAGS[lang]),),
            "clause",
        )
        for number, clause in enumerate(clauses)
    )
    return Node(iri, kind, box, chips)


def _chip_lines(clause: Clause, lang: str) -> tuple[Words, ...]:
    return words(clause.label, lang, (_WIDE - 24) / _EM, before=clause.notation, most=3)


def _whole(clause: Clause, lang: str) -> str:
    return f"{clause.notation} {clause.label.in_(lang)}"


# --- places -----------------------------------------------------------------------------------------------------------


def _layers(nodes: tuple[str, ...], found: Flow, library: Library) -> list[list[str]]:
    """The nodes by the longest way to them; one that nothing leads to stands just above what it leads to."""
    after: dict[str, set[str]] = {node: set() for node in nodes}
    for step in found.steps:
        source, target = node_of(step.source, library), node_of(step.target, library)
        if step.kind not in CUTTING and source in after and source != target:
            after[source].add(target)
    depth = _depths(after)
    for node in sorted(nodes, key=lambda node: -depth[node]):
        if after[node]:
            depth[node] = min(depth[target] for target in after[node]) - 1
    levels = sorted(set(depth.values()))
    return [[node for node in nodes if depth[node] == level] for level in levels]


def _depths(after: Mapping[str, set[str]]) -> dict[str, int]:
    """The length of the longest way to each node; a step that would close a circle is left out."""
    depth = dict.fromkeys(after, 0)
    for _ in after:
        changed = False
        for node, targets in after.items():
            for target in targets:
                if depth[target] <= depth[node] < len(after):
                    depth[target] = depth[node] + 1
                    changed = True
        if not changed:
            break
    return depth


def _across(
    layer: list[str],
    sizes: Mapping[str, _Size],
    placed: Mapping[str, Node],
    found: Flow,
    library: Library,
    width: float,
) -> list[tuple[str, float]]:
    """Where the nodes of a layer begin: under what leads to them, without overlaps, inside the drawing."""
    wished = {iri: _wish(iri, placed, found, library) for iri in layer}
    ordered = sorted(layer, key=lambda iri: (wished[iri] is None, wished[iri] or 0.0))
    places: list[tuple[str, float]] = []
    x = 0.0
    for iri in ordered:
        middle = wished[iri]
        start = x if middle is None else max(x, middle - sizes[iri].width / 2)
        places.append((iri, start))
        x = start + sizes[iri].width + _GAP
    limit = width
    for number in range(len(places) - 1, -1, -1):
        iri, start = places[number]
        places[number] = iri, max(0.0, min(start, limit - sizes[iri].width))
        limit = places[number][1] - _GAP
    return places


def _wish(iri: str, placed: Mapping[str, Node], found: Flow, library: Library) -> float | None:
    """The middle of all that leads to a node."""
    middles = []
    for step in found.steps:
        source = placed.get(node_of(step.source, library))
        if step.kind not in CUTTING and source and node_of(step.target, library) == iri:
            box = _end(step.source, source)
            middles.append(box.x + box.width / 2)
    return sum(middles) / len(middles) if middles else None


def _beside(
    nodes: list[str], sizes: Mapping[str, _Size], width: float, top: float
) -> Iterator[tuple[str, float, float]]:
    """Places in rows for what takes no part in the flow, the middles of a row level."""
    row: list[str] = []
    for iri in [*nodes, ""]:
        if row and (not iri or _needed([sizes[other].width for other in (*row, iri)]) > width):
            tall, x = max(sizes[other].height for other in row), 0.0
            for other in row:
                yield other, x, top + (tall - sizes[other].height) / 2
                x += sizes[other].width + _GAP
            row, top = [], top + tall + _GAP
        row.append(iri)


# --- arrows -----------------------------------------------------------------------------------------------------------


def _end(iri: str, node: Node) -> Box:
    """The box of a clause in its list, else that of the node."""
    return next((chip for chip in node.chips if chip.iri == iri), node.box)


def _arrow(step: Step, placed: Mapping[str, Node], library: Library) -> Arrow:
    source, target = placed[node_of(step.source, library)], placed[node_of(step.target, library)]
    one, other = _end(step.source, source), _end(step.target, target)
    if step.kind in CUTTING:
        return _cut(step, source.box, target.box)
    if target.box.y < source.box.bottom:
        start_x, end_x = sorted((source.box.right, target.box.x))
        return Arrow(step, f"M{start_x:.0f} {source.box.middle:.0f}L{end_x:.0f} {target.box.middle:.0f}")
    # Steps leave below the list and arrive above it, at the place of the clause.
    return Arrow(step, drop(one.x + one.width / 2, source.box.bottom, other.x + other.width / 2, target.box.y))


def _cut(step: Step, source: Box, target: Box) -> Arrow:
    """From the side of what cuts in to what it cuts into; its words stand where it leaves."""
    if source.y > target.bottom:
        x, y = source.x, source.middle
        to_x = min(max(target.x + target.width * 0.8, target.x), x - 40)
        path = f"M{x:.0f} {y:.0f}C{to_x:.0f} {y:.0f} {to_x:.0f} {y:.0f} {to_x:.0f} {target.bottom:.0f}"
        return Arrow(step, path, (x - 8, y - 8))
    start, end = (source.x, target.right) if source.x > target.x else (source.right, target.x)
    return Arrow(
        step, f"M{start:.0f} {source.middle:.0f}L{end:.0f} {target.middle:.0f}", ((start + end) / 2, source.middle - 8)
    )
