"""Runs SPARQL of strangers in a process that can be killed. Imports nothing but pyoxigraph.

Started as a script. Frames on standard input and output: a 4-byte length, then the content. First come the prefixes, then
one job per frame, as JSON with its `task`; `load` is followed by a frame with the dataset. An answer is a JSON header and
a body: one frame, or, where the header says `more`, pieces of it and an empty frame. A process that ends before that empty
frame has not answered. After its start the process may open no further file or socket, so that nothing it is asked can
reach a network or a disk, whatever the engine would do; with `--network` it may, for queries that the guard let through.

The parent keeps the dataset: a job that changes it answers with the whole new dataset, and what a killed process had
begun never was.

With `--express` the jobs after the dataset are small queries, of which many may wait in the pipe: a frame has what a query
job has beside its text, as JSON, then a line feed and the text. An answer is a frame with a letter of KINDS and the body. A
frame with the letter of WORN_OUT answers nothing.
"""

from __future__ import annotations

import io
import json
import os
import re
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Any, BinaryIO, TypeAlias

import pyoxigraph as ox

MIB = 1024 * 1024
#: Memory for the dataset and one query.
MEMORY = 600 * MIB
#: A process that holds so much more than its dataset has done its service.
WORN = 32 * MIB
#: A result up to this size is complete before any of it is sent.
WHOLE = 4 * MIB
#: The largest result that is sent in pieces.
LONGEST = 1024 * MIB
#: The largest result that is wanted whole: for a page or a spreadsheet.
LARGEST = 32 * MIB
#: The largest dataset that may be written, as N-Quads.
STORE = 64 * MIB
PIECE = 256 * 1024
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
#: So many triples are looked at before they are written.
FEW = 1000
#: Formats whose serialiser takes no prefixes.
PLAIN = ("nt", "nq", "jsonld")
#: The largest answer of an express worker, how much it reads at a time, and after how many seconds it sends what it has.
SHORT = 64 * 1024
BATCH = 64 * 1024
HELD_SECONDS = 0.002
#: What an express worker says of an answer; whatever went wrong has the other letter and no body.
KINDS = {"solutions": b"s", "boolean": b"b", "graph": b"g"}
NO_ANSWER = b"-"
#: What it says once when it has done its service; it goes on until another one takes its place.
WORN_OUT = b"w"
#: How the engine names the place where it gave up.
SPOT = re.compile(r"^error at (\d+):(\d+)")
#: More than the longest keyword: what the engine tries at a place may fail that much further on.
BLANK = " " * 64

Job: TypeAlias = dict[str, Any]


class TooLarge(Exception):
    """The result is over the limit."""


class Answer(io.BytesIO):
    """A header, and a body that is kept until it is whole; one that is too long for that goes out in pieces or not at all."""

    def __init__(self, sink: BinaryIO, *, whole: int, longest: int) -> None:
        super().__init__()
        self.header: dict[str, Any] = {"status": "ok"}
        self.begun = False
        self._sink = sink
        self._whole = whole
        self._longest = longest
        self._length = 0
        self._held = bytearray()

    def write(self, part: Any) -> int:
        """Takes a part in. Raises TooLarge."""
        self._length += len(part)
        if self._length > self._longest:
            raise TooLarge
        self._held += part
        if len(self._held) > (PIECE if self.begun else self._whole):
            self._send()
        return len(part)

    def flush(self) -> None:
        """Nothing: pieces are sent when they are large enough."""

    def failed(self, **header: Any) -> None:
        """Puts an error in the place of what there is."""
        self.header, self._held = header, bytearray()

    def short(self) -> bytes:
        """All of an answer that has not begun, in the words of an express worker."""
        return KINDS.get(self.header.get("kind", ""), NO_ANSWER) + bytes(self._held)

    def end(self) -> None:
        """Sends what is left."""
        if not self.begun:
            # Header and body in one go: whoever waits is woken once.
            write_frame(self._sink, json.dumps(self.header).encode(), flush=False)
            write_frame(self._sink, self._held)
            return
        if self._held:
            self._send()
        write_frame(self._sink, b"")

    def _send(self) -> None:
        if not self.begun:
            self.begun = True
            write_frame(self._sink, json.dumps({**self.header, "more": True}).encode())
        write_frame(self._sink, self._held)
        self._held = bytearray()


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the stream."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    return stream.read(length)


def write_frame(stream: BinaryIO, content: bytes | bytearray, *, flush: bool = True) -> None:
    """Writes a frame, which is sent at once or with the next one."""
    stream.write(struct.pack(">I", len(content)))
    stream.write(content)
    if flush:
        stream.flush()


def answer(store: ox.Store, prefixes: dict[str, str], job: Job, out: Answer) -> None:
    """Carries out a job. An error takes the place of the answer, or ends the process where part of it is sent."""
    try:
        TASKS[job["task"]](store, prefixes, job, out)
    except SyntaxError as error:
        out.failed(status="syntax", message=error.msg, line=error.lineno, column=error.offset)
    except (TooLarge, ValueError, RuntimeError, OSError) as error:
        if out.begun:
            os._exit(1)
        large = isinstance(error, TooLarge)
        out.failed(status="too-large") if large else out.failed(status="failed", message=str(error))


def query(store: ox.Store, prefixes: dict[str, str], job: Job, out: Answer) -> None:
    """The serialised result of a query."""
    text = job["query"]
    result = store.query(text, base_iri=job["base"], prefixes=occurring(text, prefixes), **dataset(job))
    if isinstance(result, ox.QueryTriples):
        serialise(result, job["graph"], prefixes, out)
        return
    ending = job["results"]
    kind = "boolean" if isinstance(result, ox.QueryBoolean) else "solutions"
    out.header |= {"kind": kind, "format": ending}
    if kind == "boolean" and ending in ("csv", "tsv"):
        out.write(str(bool(result)).lower().encode())
    elif kind == "boolean":
        out.write(result.serialize(format=RESULTS[ending]))
    else:
        result.serialize(out, format=RESULTS[ending])


def occurring(text: str, prefixes: dict[str, str]) -> dict[str, str]:
    """The prefixes that a text may use. The engine reads each that it is given, which takes longer than a small query."""
    return {prefix: space for prefix, space in prefixes.items() if prefix + ":" in text}


def dataset(job: Job) -> dict[str, Any]:
    """The graphs a query is asked of: those the request names and no others, or what the query itself names, or all."""
    if job["default_graph"] or job["named_graphs"]:
        return {
            "default_graph": [ox.NamedNode(iri) for iri in job["default_graph"]],
            "named_graphs": [ox.NamedNode(iri) for iri in job["named_graphs"]],
        }
    return {"use_default_graph_as_union": job["union"]}


def update(store: ox.Store, prefixes: dict[str, str], job: Job, out: Answer) -> None:
    """Runs an update, all of it or nothing."""
    store.update(job["update"], base_iri=job["base"], prefixes=prefixes)
    changed(store, out)


def read(store: ox.Store, prefixes: dict[str, str], job: Job, out: Answer) -> None:
    """A graph; with `union`, the default graph is all graphs together."""
    if job["name"] and not store.contains_named_graph(ox.NamedNode(job["name"])):
        out.failed(status="missing")
        return
    graph = None if job["union"] and not job["name"] else named(job)
    # Several graphs may say the same, which one graph says once.
    triples = dict.fromkeys(quad.triple for quad in store.quads_for_pattern(None, None, None, graph))
    serialise(triples, job["format"], prefixes, out)


def write(store: ox.Store, prefixes: dict[str, str], job: Job, out: Answer) -> None:
    """Puts documents into a graph, in place of what it had or beside it. Nothing is changed where one cannot be read."""
    graph = named(job)
    triples = []
    for number, (ending, text) in enumerate(job["parts"]):
        try:
            triples += parsed(ending, text, job["base"])
        except SyntaxError as error:
            out.failed(status="syntax", message=error.msg, line=error.lineno, column=error.offset, part=number)
            return
    new = bool(job["name"]) and not store.contains_named_graph(graph)
    if job["replace"] and not new:
        store.clear_graph(graph)
    store.add_graph(graph)
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object, graph) for triple in triples)
    out.header["created"] = new
    changed(store, out)


def drop(store: ox.Store, prefixes: dict[str, str], job: Job, out: Answer) -> None:
    """Removes a graph; the default graph becomes empty."""
    graph = named(job)
    if job["name"] and not store.contains_named_graph(graph):
        out.failed(status="missing")
        return
    store.remove_graph(graph)
    changed(store, out)


def load(store: ox.Store, prefixes: dict[str, str], job: Job, out: Answer) -> None:
    """Takes the dataset that the parent keeps in place of its own."""
    store.clear()
    store.bulk_load(job["dataset"], format=ox.RdfFormat.N_QUADS)
    for name in job["graphs"]:
        store.add_graph(ox.NamedNode(name))


def locate(store: ox.Store, prefixes: dict[str, str], job: Job, out: Answer) -> None:
    """The number of the token at which a text stops being SPARQL; `ends` has where each token ends.

    The engine says how far it looked, which is not where it stumbled. But of a text that could still go on it reads all,
    and of one that could not it leaves the blanks behind it: the first token after which it does is the one.
    """
    run = ox.Store().update if job["update"] else ox.Store().query
    low, high = 0, len(job["ends"]) - 1
    while low < high:
        middle = (low + high) // 2
        text = job["text"][: job["ends"][middle]]
        low, high = (middle + 1, high) if could_go_on(run, text, job["base"], prefixes) else (low, middle)
    out.header["token"] = low


def could_go_on(run: Callable[..., Any], text: str, base: str, prefixes: dict[str, str]) -> bool:
    """Whether the text is the beginning of something the engine would read."""
    try:
        run(text + BLANK, base_iri=base, prefixes=prefixes)
    except SyntaxError as error:
        spot = SPOT.match(error.msg)
        lines = (text + BLANK).split("\n")
        return spot is not None and (int(spot[1]), int(spot[2])) > (len(lines), len(lines[-1]))
    except (ValueError, RuntimeError, OSError):
        return True
    return True


TASKS: dict[str, Callable[[ox.Store, dict[str, str], Job, Answer], None]] = {
    "query": query,
    "update": update,
    "read": read,
    "write": write,
    "drop": drop,
    "load": load,
    "locate": locate,
}


def named(job: Job) -> ox.NamedNode | ox.DefaultGraph:
    """The graph a job is about."""
    return ox.NamedNode(job["name"]) if job["name"] else ox.DefaultGraph()


def parsed(ending: str, text: str, base: str) -> list[ox.Triple]:
    """The triples of a document; its nameless nodes are its own."""
    quads = ox.parse(text, format=GRAPHS[ending], base_iri=base, without_named_graphs=True, rename_blank_nodes=True)
    return [quad.triple for quad in quads]


def serialise(triples: Iterable[ox.Triple], ending: str, prefixes: dict[str, str], out: Answer) -> None:
    """Triples in the format of an ending."""
    out.header |= {"kind": "graph", "format": ending}
    if ending in PLAIN:
        ox.serialize(triples, out, format=GRAPHS[ending])
        return
    rest = iter(triples)
    first = list(islice(rest, FEW))
    # Prefixes come first, when of a large graph nobody knows yet which of them it needs.
    needed = fitting(first, prefixes) if len(first) < FEW else prefixes
    ox.serialize(chain(first, rest), out, format=GRAPHS[ending], prefixes=needed)


def fitting(triples: Iterable[ox.Triple], prefixes: dict[str, str]) -> dict[str, str]:
    """The prefixes that stand for all of some term's IRI but its last part."""
    spaces = set()
    for triple in triples:
        for term in triple:
            name = term.datatype if isinstance(term, ox.Literal) and not term.language else term
            if isinstance(name, ox.NamedNode):
                iri = name.value
                spaces.add(iri[: max(iri.rfind("#"), iri.rfind("/")) + 1])
    return {prefix: space for prefix, space in prefixes.items() if space in spaces}


def changed(store: ox.Store, out: Answer) -> None:
    """The whole dataset after a change, with the names of its graphs: an empty one is in no quad."""
    out.header["graphs"] = [graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)]
    ox.serialize(store, out, format=ox.RdfFormat.N_QUADS)


def limits(job: Job) -> dict[str, int]:
    """How large the answer to a job may be, and from what size on it goes out in pieces."""
    if job["task"] in ("update", "write", "drop"):
        return {"whole": STORE, "longest": STORE}
    if job.get("stream"):
        return {"whole": WHOLE, "longest": LONGEST}
    return {"whole": LARGEST, "longest": LARGEST}


def express(store: ox.Store, prefixes: dict[str, str], memory: Memory) -> None:
    """Answers small queries until standard input ends. Those that come together are answered together."""
    jobs: dict[bytes, Job] = {}
    waiting, worn = b"", False
    while part := os.read(0, BATCH):
        frames, waiting = unframed(waiting + part)
        ready, sent = bytearray(), time.monotonic()
        for frame in frames:
            head, _, text = frame.partition(b"\n")
            out = Answer(sys.stdout.buffer, whole=SHORT, longest=SHORT)
            job = jobs.get(head) or jobs.setdefault(head, json.loads(head))
            answer(store, prefixes, {**job, "query": text.decode()}, out)
            ready += framed(out.short())
            if time.monotonic() - sent > HELD_SECONDS:
                write_all(ready)
                ready, sent = bytearray(), time.monotonic()
        if not worn and memory.worn():
            worn = True
            ready += framed(WORN_OUT)
        write_all(ready)


def framed(content: bytes) -> bytes:
    """A frame with some content."""
    return struct.pack(">I", len(content)) + content


def unframed(content: bytes) -> tuple[list[bytes], bytes]:
    """The contents of the frames that are whole, and the beginning of the next one."""
    found, start = [], 0
    while len(content) - start >= 4:
        end = start + 4 + struct.unpack_from(">I", content, start)[0]
        if end > len(content):
            break
        found.append(content[start + 4 : end])
        start = end
    return found, content[start:]


def write_all(content: bytearray) -> None:
    """Sends something on standard output, at once."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(1, rest) :]


def guard(parent: int) -> None:
    """Ends the process when its parent is gone; the engine lets other threads run meanwhile."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def close_doors(files: int) -> None:
    """Caps the memory and the files and sockets open at a time.

    Windows has no such limits, and macOS does not keep the one on memory: there the deadline and the size of a result hold.
    """
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Memory:
    """How much memory the process holds, where Linux tells; elsewhere always nothing."""

    def __init__(self) -> None:
        self._file = os.open("/proc/self/statm", os.O_RDONLY) if sys.platform == "linux" else None
        self._loaded = 0

    def now(self) -> int:
        """Bytes in use."""
        return int(os.pread(self._file, 99, 0).split()[1]) * os.sysconf("SC_PAGE_SIZE") if self._file else 0

    def loaded(self) -> None:
        """Takes what is in use as what the dataset needs."""
        self._loaded = self.now()

    def worn(self) -> bool:
        """Whether queries have left much behind."""
        return self.now() - self._loaded > WORN


def main() -> None:
    """Closes the doors, then answers until standard input ends."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    prefixes = json.loads(read_frame(source) or b"{}")
    store, memory = ox.Store(), Memory()
    threading.Thread(target=guard, args=(os.getppid(),), daemon=True).start()
    # The highest number a new file may have: those that are open are 0, 1, 2.
    close_doors(64 if "--network" in sys.argv else 3)
    while (frame := read_frame(source)) is not None:
        job = json.loads(frame)
        if job["task"] == "load":
            job["dataset"] = read_frame(source) or b""
        out = Answer(sink, **limits(job))
        answer(store, prefixes, job, out)
        if job["task"] == "load":
            del job["dataset"]
            memory.loaded()
        elif memory.worn():
            out.header["worn"] = True
        out.end()
        if "--express" in sys.argv:
            # The dataset is there.
            express(store, prefixes, memory)
            return


if __name__ == "__main__":
    main()
