"""The processes that run SPARQL of strangers: a deadline that holds, because a process can be killed."""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import queue
import re
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pyoxigraph as ox

from dandang.errors import BadQuery, EnvironmentError_
from dandang.model import Place
from dandang.namespaces import PREFIXES
from dandang.web.problems import Busy, QueryTimeout, QueryTooLarge

_WORKER = Path(__file__).with_name("sparql_worker.py")
#: Starting a worker means loading the graph once more; a machine under load may need a while.
_START_SECONDS = 30.0
#: A parser lists all that it had expected; a person reads the beginning.
_LONGEST = 160
#: How the engine names the place of a syntax error.
_SPOT = re.compile(r"(\d+):(\d+)$")


class Answer(NamedTuple):
    """A serialised result: kind is `solutions`, `boolean` or `graph`, format the ending of its format."""

    kind: str
    format: str
    body: bytes


class Query(NamedTuple):
    """A query with the formats wanted, and the graphs it asks about (all of them where it names none)."""

    query: str
    base: str
    results: str = "json"
    graph: str = "ttl"
    default_graph: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    union: bool = True
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


Change: TypeAlias = Update | Write | Drop


class Dataset(NamedTuple):
    """What the workers are asked about, as it is after so many changes."""

    version: int
    content: bytes
    graphs: tuple[str, ...]


class _Gone(Exception):
    """The worker ended before it answered."""


class _Late(Exception):
    """The deadline passed."""


class _Watch:
    """Kills the processes whose time is up. One thread for all of them: to start one per query takes as long as the query."""

    def __init__(self) -> None:
        self._state = threading.Condition()
        self._deadlines: dict[subprocess.Popen[bytes], float] = {}
        self._next = math.inf
        self._thread: threading.Thread | None = None

    def begin(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        """From now on the process has so many seconds."""
        deadline = time.monotonic() + seconds
        with self._state:
            self._deadlines[process] = deadline
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            elif deadline < self._next:
                self._state.notify()

    def end(self, process: subprocess.Popen[bytes]) -> bool:
        """The process is done: whether it was in time. One that was is not killed any more."""
        with self._state:
            return self._deadlines.pop(process, None) is not None

    def _run(self) -> None:
        with self._state:
            while True:
                now = time.monotonic()
                for process in [process for process, deadline in self._deadlines.items() if deadline <= now]:
                    del self._deadlines[process]
                    process.kill()
                self._next = min(self._deadlines.values(), default=math.inf)
                # An hour, because some systems cannot wait for ever.
                self._state.wait(min(self._next - now, 3600.0))


class _Worker:
    """One process with a dataset in memory."""

    def __init__(self, watch: _Watch) -> None:
        # -P keeps this folder's modules out of the worker's way, -s and no environment keep the user's.
        command = [sys.executable, "-P", "-s", str(_WORKER)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.version = -1
        self._watch = watch
        self._send(json.dumps(PREFIXES).encode())

    def take(self, dataset: Dataset) -> None:
        """Loads the dataset, unless the worker has it."""
        if self.version != dataset.version:
            order = {"task": "load", "graphs": dataset.graphs}
            self.ask(json.dumps(order).encode(), dataset.content, seconds=_START_SECONDS)
            self.version = dataset.version

    def ask(self, *frames: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """The header and the body of the answer. Raises _Late or _Gone, after which the worker is of no use.

        The deadline kills the process, which ends a blocked write as well as a read, on every system.
        """
        self._watch.begin(self.process, seconds)
        try:
            for frame in frames:
                self._send(frame)
            header: dict[str, Any] = json.loads(self._frame())
            return header, self._frame()
        finally:
            if not self._watch.end(self.process):
                raise _Late

    def stop(self) -> None:
        """Kills the process."""
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        self.process.wait()

    def _send(self, content: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(struct.pack(">I", len(content)) + content)
            self.process.stdin.flush()
        except OSError as error:
            raise _Gone from error

    def _frame(self) -> bytes:
        (length,) = struct.unpack(">I", self._read(4))
        return self._read(length)

    def _read(self, size: int) -> bytes:
        assert self.process.stdout is not None
        found = self.process.stdout.read(size)
        if len(found) < size:
            raise _Gone
        return found


class Pool:
    """A few workers, started when first needed and replaced when killed; `writable` lets jobs change the dataset."""

    def __init__(
        self, quads: Callable[[], Iterable[ox.Quad]], *, seconds: float, size: int, writable: bool = False
    ) -> None:
        self.seconds = seconds
        self.writable = writable
        self._quads = quads
        self._watch = _Watch()
        self._dataset: Dataset | None = None
        self._first = threading.Lock()
        self._changing = threading.Lock()
        #: A place in the queue is the right to a worker; None is one that is yet to be started.
        self._places: queue.Queue[_Worker | None] = queue.Queue()
        self._workers: set[_Worker] = set()
        for _ in range(size):
            self._places.put(None)
        atexit.register(self.close)

    @property
    def dataset(self) -> Dataset:
        """The dataset as it is now, made when first needed."""
        with self._first:
            if self._dataset is None:
                quads = list(self._quads())
                names = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
                content = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
                self._dataset = Dataset(0, content, tuple(sorted(names)))
            return self._dataset

    def run(self, job: Query | Read) -> Answer | None:
        """The answer to a query, or a graph: None where it is not there.

        Raises BadQuery, QueryTimeout, QueryTooLarge or Busy.
        """
        header, body = self._asked(job)
        return None if header["status"] == "missing" else Answer(header["kind"], header["format"], body)

    def change(self, job: Change) -> bool | None:
        """Changes the dataset, whole or not at all: whether a graph is new, None where it is missing. Raises as `run`."""
        assert self.writable
        if not self._changing.acquire(timeout=self.seconds):
            raise _busy()
        try:
            header, body = self._asked(job)
            if header["status"] == "missing":
                return None
            with self._first:
                assert self._dataset is not None
                self._dataset = Dataset(self._dataset.version + 1, body, tuple(header["graphs"]))
            return bool(header.get("created"))
        finally:
            self._changing.release()

    def close(self) -> None:
        """Stops all workers."""
        while self._workers:
            self._workers.pop().stop()

    def _asked(self, job: Query | Read | Change) -> tuple[dict[str, Any], bytes]:
        dataset = self.dataset
        try:
            worker = self._places.get(timeout=self.seconds)
        except queue.Empty:
            raise _busy() from None
        kept: _Worker | None = None
        if worker is not None and worker.process.poll() is not None:
            # It ended while nobody asked it anything: not the fault of whoever asks next.
            self._discard(worker)
            worker = None
        try:
            worker = worker or self._started()
            worker.take(dataset)
            header, body = worker.ask(json.dumps(job._asdict()).encode(), seconds=self.seconds)
            if isinstance(job, Update | Write | Drop):
                # What a change left behind is right only once the change has been taken over.
                worker.version = dataset.version + 1 if header["status"] == "ok" else -1
            kept = worker
        except _Late:
            raise _late(self.seconds) from None
        except _Gone:
            raise _too_large() from None
        finally:
            if worker is not None and kept is None:
                self._discard(worker)
            self._places.put(kept)
        _refuse(header)
        return header, body

    def _discard(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        worker.stop()

    def _started(self) -> _Worker:
        try:
            worker = _Worker(self._watch)
            worker.take(self.dataset)
        except (_Gone, _Late, OSError) as error:
            raise EnvironmentError_("查询进程无法启动", "the query process does not start") from error
        self._workers.add(worker)
        return worker


def _refuse(header: dict[str, Any]) -> None:
    """Raises what the header says went wrong."""
    if header["status"] == "too-large":
        raise _too_large()
    if header["status"] in ("syntax", "failed"):
        raise _unreadable(header["message"], header.get("line"), header.get("column"))


def _busy() -> Busy:
    return Busy("查询太多，请稍后再试", "too many queries at once; try again shortly")


def _unreadable(message: str, line: int | None, column: int | None) -> BadQuery:
    """A syntax error: where it is first, what the parser had expected after it, and not all of that."""
    place, _, expected = message.partition(": ")
    if spot := _SPOT.search(place):
        line, column = int(spot[1]), int(spot[2])
    expected = expected or message
    expected = expected if len(expected) <= _LONGEST else expected[:_LONGEST] + " …"
    if line is None:
        return BadQuery("请求无法执行", "the request cannot be carried out", hint=(expected, expected))
    return BadQuery(
        f"第 {line} 行第 {column} 列读不下去",
        f"the text cannot be read at line {line}, column {column}",
        hint=(f"解析器的说法：{expected}", f"The parser says: {expected}"),
        place=Place("", line, column),
    )


def _late(seconds: float) -> QueryTimeout:
    return QueryTimeout(
        f"查询超过 {seconds:g} 秒，已停止",
        f"the query took longer than {seconds:g} s and was stopped",
        hint=("请缩小范围，例如写明类型或条款，或加 LIMIT", "narrow it down: name a type or a clause, or add LIMIT"),
    )


def _too_large() -> QueryTooLarge:
    return QueryTooLarge(
        "查询占用内存或结果过大，已停止",
        "the query needed too much memory or its result is too large; it was stopped",
        hint=("请加 LIMIT，或减少没有共同变量的模式", "add LIMIT, or avoid patterns that share no variable"),
    )
