"""Runs SPARQL queries of strangers in a process that can be killed. Imports nothing but pyoxigraph.

Started as a script. Frames on standard input and output: a 4-byte length, then JSON; a header that says `bytes` is followed by
a second frame. First comes the dataset as N-Quads, then one query per frame. After loading, the process may open no
further file or socket, so that no query can reach a network or a disk, whatever the engine would do.
"""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import sys
import threading
import time
from typing import Any, BinaryIO

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
}


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


def answer(store: ox.Store, prefixes: dict[str, str], job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """A header with what happened, and the serialised result."""
    default: list[Any] | None = [ox.NamedNode(iri) for iri in job["default_graph"]] or None
    named: list[Any] | None = [ox.NamedNode(iri) for iri in job["named_graphs"]] or None
    union = job["union"] and default is None and named is None
    try:
        result = store.query(
            job["query"],
            prefixes=prefixes,
            use_default_graph_as_union=union,
            default_graph=default,
            named_graphs=named,
        )
    except SyntaxError as error:
        return {"status": "syntax", "message": error.msg}, b""
    except ValueError as error:
        return {"status": "syntax", "message": str(error)}, b""
    out = Bounded()
    try:
        if isinstance(result, ox.QueryTriples):
            ending = job["graph"]
            known = None if ending in ("nt", "jsonld") else prefixes
            ox.serialize(result, out, format=GRAPHS[ending], prefixes=known)
            return {"status": "ok", "kind": "graph", "format": ending}, out.getvalue()
        ending = job["results"]
        kind = "boolean" if isinstance(result, ox.QueryBoolean) else "solutions"
        if kind == "boolean" and ending in ("csv", "tsv"):
            return {"status": "ok", "kind": kind, "format": ending}, str(bool(result)).lower().encode()
        result.serialize(out, format=RESULTS[ending])
        return {"status": "ok", "kind": kind, "format": ending}, out.getvalue()
    except TooLarge:
        return {"status": "too-large"}, b""
    except (ValueError, OSError) as error:
        return {"status": "failed", "message": str(error)}, b""


def guard(parent: int) -> None:
    """Ends the process when its parent is gone; the engine lets other threads run meanwhile."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main() -> None:
    """Loads the dataset, closes the doors, answers until standard input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    prefixes = json.loads(read_frame(source) or b"{}")
    store = ox.Store()
    store.bulk_load(read_frame(source) or b"", format=ox.RdfFormat.N_QUADS)
    threading.Thread(target=guard, args=(os.getppid(),), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    write_frame(sink, b'{"status": "ready"}')
    while (frame := read_frame(source)) is not None:
        header, body = answer(store, prefixes, json.loads(frame))
        write_frame(sink, json.dumps(header).encode())
        write_frame(sink, body)


if __name__ == "__main__":
    main()
