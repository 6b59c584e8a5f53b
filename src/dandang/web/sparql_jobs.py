"""What the query processes are asked for, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import pyoxigraph as ox


class Answer(NamedTuple):
    """A serialised result: kind is `solutions`, `boolean` or `graph`, format the ending of its format."""

    kind: str
    format: str
    body: bytes


class Query(NamedTuple):
    """A query with the formats wanted, and the graphs it asks about (all of them where it names none).

    `network` is for a query whose every SERVICE is on the list of hosts that may be asked.
    """

    query: str
    base: str
    results: str = "json"
    graph: str = "ttl"
    default_graph: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    union: bool = True
    network: bool = False
    task: str = "query"


class Update(NamedTuple):
    """An update."""

    update: str
    base: str
    task: str = "update"


class Read(NamedTuple):
    """A request for a whole graph; an empty name is the default graph, which with `union` is all of them together."""

    name: str
    format: str
    union: bool
    task: str = "read"


class Write(NamedTuple):
    """Documents for a graph as (ending, text), in place of what it has or beside it."""

    name: str
    parts: tuple[tuple[str, str], ...]
    base: str
    replace: bool
    task: str = "write"


class Drop(NamedTuple):
    """The removal of a graph."""

    name: str
    task: str = "drop"


class Locate(NamedTuple):
    """The search for the token, of those that end at `ends`, at which a text stops being SPARQL."""

    text: str
    ends: tuple[int, ...]
    base: str
    update: bool
    task: str = "locate"


Ask: TypeAlias = Query | Read
Change: TypeAlias = Update | Write | Drop


class Content(NamedTuple):
    """A dataset as N-Quads, with the names of its graphs: an empty one is in no quad."""

    quads: bytes = b""
    graphs: tuple[str, ...] = ()


def content_of(quads: Iterable[ox.Quad]) -> Content:
    """Quads as a dataset."""
    held = list(quads)
    names = {quad.graph_name.value for quad in held if isinstance(quad.graph_name, ox.NamedNode)}
    return Content(ox.serialize(held, format=ox.RdfFormat.N_QUADS) or b"", tuple(sorted(names)))


class Dataset(NamedTuple):
    """What the workers are asked about, as it is after so many changes."""

    version: int
    content: bytes
    graphs: tuple[str, ...]
