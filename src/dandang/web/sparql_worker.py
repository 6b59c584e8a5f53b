"""Runs SPARQL of strangers in a process that can be killed. Imports nothing but pyoxigraph.

Started as a script. Frames on standard input and output: a 4-byte length, then the content. First come the prefixes, then
one job per frame, as JSON with its `task`; `load` is followed by a frame with the dataset. Every answer is two frames: a
JSON header and a body. After its start the process may open no further file or socket, so that nothing it is asked can reach
a network or a disk, whatever the engine would do.

The parent keeps the dataset: a job that changes it answers with the whole new dataset, and what a killed process had
begun never was.
"""

from __future__ import annotations

import io
import json
import os
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, TypeAlias

import pyoxigraph as ox

#: Memory for the dataset and one query.
MEMORY = 1024 * 1024 * 1024
#: A result larger than this is not worth sending to a browser.
LARGEST = 32 * 1024 * 1024
RESULTS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPHS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
}
#: Formats whose serialiser takes no prefixes.
PLAIN = ("nt", "nq", "jsonld")

Job: TypeAlias = dict[str, Any]
Answered: TypeAlias = tuple[dict[str, Any], bytes]


class TooLarge(Exception):
    """The result is over the limit."""


class Bounded(io.BytesIO):
    """A buffer that refuses to grow beyond the limit."""

    def write(self, part: Any) -> int:
        """Takes a part in."""
        if self.tell() + len(part) > LARGEST:
            raise TooLarge
        return super().write(part)


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    return stream.read(length)


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Writes a frame."""
    stream.write(struct.pack(">I", len(content)) + content)
    stream.flush()


def answer(store: ox.Store, prefixes: dict[str, str], job: Job) -> Answered:
    """A header with what happened, and the body."""
    try:
        return TASKS[job["task"]](store, prefixes, job)
    except SyntaxError as error:
        return {"status": "syntax", "message": error.msg, "line": error.lineno, "column": error.offset}, b""
    except TooLarge:
        return {"status": "too-large"}, b""
    except (ValueError, RuntimeError, OSError) as error:
        return {"status": "failed", "message": str(error)}, b""


def query(store: ox.Store, prefixes: dict[str, str], job: Job) -> Answered:
    """The serialised result of a query."""
    result = store.query(job["query"], base_iri=job["base"], prefixes=prefixes, **dataset(job))
    if isinstance(result, ox.QueryTriples):
        ending = job["graph"]
        return {"status": "ok", "kind": "graph", "format": ending}, serialised(result, ending, prefixes)
    ending = job["results"]
    kind = "boolean" if isinstance(result, ox.QueryBoolean) else "solutions"
    header = {"status": "ok", "kind": kind, "format": ending}
    if kind == "boolean" and ending in ("csv", "tsv"):
        return header, str(bool(result)).lower().encode()
    out = Bounded()
    result.serialize(out, format=RESULTS[ending])
    return header, out.getvalue()


def dataset(job: Job) -> dict[str, Any]:
    """The graphs a query is asked of: those the request names and no others, or what the query itself names, or all."""
    if job["default_graph"] or job["named_graphs"]:
        return {
            "default_graph": [ox.NamedNode(iri) for iri in job["default_graph"]],
            "named_graphs": [ox.NamedNode(iri) for iri in job["named_graphs"]],
        }
    return {"use_default_graph_as_union": job["union"]}


def update(store: ox.Store, prefixes: dict[str, str], job: Job) -> Answered:
    """Runs an update, all of it or nothing."""
    store.update(job["update"], base_iri=job["base"], prefixes=prefixes)
    return changed(store)


def read(store: ox.Store, prefixes: dict[str, str], job: Job) -> Answered:
    """A graph; with `union`, the default graph is all graphs together."""
    if job["name"] and not store.contains_named_graph(ox.NamedNode(job["name"])):
        return {"status": "missing"}, b""
    graph = None if job["union"] and not job["name"] else named(job)
    # Several graphs may say the same, which one graph says once.
    triples = dict.fromkeys(quad.triple for quad in store.quads_for_pattern(None, None, None, graph))
    return {"status": "ok", "kind": "graph", "format": job["format"]}, serialised(triples, job["format"], prefixes)


def write(store: ox.Store, prefixes: dict[str, str], job: Job) -> Answered:
    """Puts documents into a graph, in place of what it had or beside it. Nothing is changed where one cannot be read."""
    graph = named(job)
    triples = [triple for part in job["parts"] for triple in parsed(part[0], part[1], job["base"])]
    new = bool(job["name"]) and not store.contains_named_graph(graph)
    if job["replace"] and not new:
        store.clear_graph(graph)
    store.add_graph(graph)
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
    return changed(store, created=new)


def drop(store: ox.Store, prefixes: dict[str, str], job: Job) -> Answered:
    """Removes a graph; the default graph becomes empty."""
    graph = named(job)
    if job["name"] and not store.contains_named_graph(graph):
        return {"status": "missing"}, b""
    store.remove_graph(graph)
    return changed(store)


def load(store: ox.Store, prefixes: dict[str, str], job: Job) -> Answered:
    """Takes the dataset that the parent keeps in place of its own."""
    store.clear()
    store.bulk_load(job["dataset"], format=ox.RdfFormat.N_QUADS)
    for name in job["graphs"]:
        store.add_graph(ox.NamedNode(name))
    return {"status": "ok"}, b""


TASKS: dict[str, Callable[[ox.Store, dict[str, str], Job], Answered]] = {
    "query": query,
    "update": update,
    "read": read,
    "write": write,
    "drop": drop,
    "load": load,
}


def named(job: Job) -> ox.NamedNode | ox.DefaultGraph:
    """The graph a job is about."""
    return ox.NamedNode(job["name"]) if job["name"] else ox.DefaultGraph()


def parsed(ending: str, text: str, base: str) -> list[ox.Triple]:
    """The triples of a document; its nameless nodes are its own."""
    quads = ox.parse(text, format=GRAPHS[ending], base_iri=base, without_named_graphs=True, rename_blank_nodes=True)
    return [quad.triple for quad in quads]


def serialised(triples: Iterable[ox.Triple], ending: str, prefixes: dict[str, str]) -> bytes:
    """Triples in the format of an ending."""
    out = Bounded()
    ox.serialize(triples, out, format=GRAPHS[ending], prefixes=None if ending in PLAIN else prefixes)
    return out.getvalue()


def changed(store: ox.Store, **told: Any) -> Answered:
    """The whole dataset after a change, with the names of its graphs: an empty one is in no quad."""
    out = Bounded()
    ox.serialize(store, out, format=ox.RdfFormat.N_QUADS)
    names = [graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]
    return {"status": "ok", "graphs": names, **told}, out.getvalue()


def guard(parent: int) -> None:
    """Ends the process when its parent is gone; the engine lets other threads run meanwhile."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def close_doors() -> None:
    """Caps the memory and forbids to open files. Windows has no such limits; the deadline and the size of a result hold."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Closes the doors, then answers until standard input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    prefixes = json.loads(read_frame(source) or b"{}")
    store = ox.Store()
    threading.Thread(target=guard, args=(os.getppid(),), daemon=True).start()
    close_doors()
    while (frame := read_frame(source)) is not None:
        job = json.loads(frame)
        if job["task"] == "load":
            job["dataset"] = read_frame(source) or b""
        header, body = answer(store, prefixes, job)
        write_frame(sink, json.dumps(header).encode())
        write_frame(sink, body)


if __name__ == "__main__":
    main()
