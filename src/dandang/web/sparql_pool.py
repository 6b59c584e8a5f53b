"""The processes that run queries of strangers: a deadline that holds, because a process can be killed."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import re
import select
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

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


class Job(NamedTuple):
    """A query with the formats wanted, and the graphs it asks about (all of them where it names none)."""

    query: str
    results: str = "json"
    graph: str = "ttl"
    default_graph: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    union: bool = True


class _Gone(Exception):
    """The worker ended before it answered."""


class _Late(Exception):
    """The deadline passed."""


class _Worker:
    """One process with the dataset in memory."""

    def __init__(self, dataset: bytes) -> None:
        # -P keeps this folder's modules out of the worker's way, -s and no environment keep the user's.
        command = [sys.executable, "-P", "-s", str(_WORKER)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _START_SECONDS
        self._send(json.dumps(PREFIXES).encode())
        self._send(dataset)
        self._frame(deadline)

    def ask(self, job: Job, deadline: float) -> tuple[dict[str, Any], bytes]:
        """The header and the body of the answer. Raises _Late or _Gone, after which the worker is of no use."""
        self._send(json.dumps(job._asdict()).encode())
        header: dict[str, Any] = json.loads(self._frame(deadline))
        return header, self._frame(deadline)

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

    def _frame(self, deadline: float) -> bytes:
        (length,) = struct.unpack(">I", self._read(4, deadline))
        return self._read(length, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        assert self.process.stdout is not None
        channel = self.process.stdout.fileno()
        found = bytearray()
        while len(found) < size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([channel], [], [], left)[0]:
                raise _Late
            part = os.read(channel, min(size - len(found), 1 << 20))
            if not part:
                raise _Gone
            found += part
        return bytes(found)


class Pool:
    """A few workers, started when first needed and replaced when killed."""

    def __init__(self, quads: Callable[[], Iterable[ox.Quad]], *, seconds: float, size: int) -> None:
        self.seconds = seconds
        self._quads = quads
        self._dataset: bytes | None = None
        #: A place in the queue is the right to a worker; None is one that is yet to be started.
        self._places: queue.Queue[_Worker | None] = queue.Queue()
        self._workers: set[_Worker] = set()
        for _ in range(size):
            self._places.put(None)
        atexit.register(self.close)

    def run(self, job: Job) -> Answer:
        """The answer to a query. Raises BadQuery, QueryTimeout, QueryTooLarge or Busy."""
        try:
            worker = self._places.get(timeout=self.seconds)
        except queue.Empty:
            raise Busy("查询太多，请稍后再试", "too many queries at once; try again shortly") from None
        kept: _Worker | None = None
        try:
            worker = worker or self._started()
            header, body = worker.ask(job, time.monotonic() + self.seconds)
            kept = worker
        except _Late:
            raise _late(self.seconds) from None
        except _Gone:
            raise _too_large() from None
        finally:
            if worker is not None and kept is None:
                self._workers.discard(worker)
                worker.stop()
            self._places.put(kept)
        return _answer(header, body)

    def close(self) -> None:
        """Stops all workers."""
        while self._workers:
            self._workers.pop().stop()

    def _started(self) -> _Worker:
        if self._dataset is None:
            self._dataset = ox.serialize(self._quads(), format=ox.RdfFormat.N_QUADS) or b""
        try:
            worker = _Worker(self._dataset)
        except (_Gone, _Late, OSError) as error:
            raise EnvironmentError_("查询进程无法启动", "the query process does not start") from error
        self._workers.add(worker)
        return worker


def _answer(header: dict[str, Any], body: bytes) -> Answer:
    if header["status"] == "ok":
        return Answer(header["kind"], header["format"], body)
    if header["status"] == "too-large":
        raise _too_large()
    raise _unreadable(header["message"])


def _unreadable(message: str) -> BadQuery:
    """A syntax error: where it is first, what the parser had expected after it, and not all of that."""
    place, _, expected = message.partition(": ")
    spot = _SPOT.search(place)
    expected = expected or message
    expected = expected if len(expected) <= _LONGEST else expected[:_LONGEST] + " …"
    if spot is None:
        return BadQuery("查询读不懂", "the query cannot be read", hint=(expected, expected))
    line, column = int(spot[1]), int(spot[2])
    return BadQuery(
        f"查询在第 {line} 行第 {column} 列读不下去",
        f"the query cannot be read at line {line}, column {column}",
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
