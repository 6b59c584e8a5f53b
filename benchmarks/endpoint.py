"""Requests per second of `/sparql`, side by side in one run with oxigraph and rdflib-endpoint on the same data and queries.

`python benchmarks/endpoint.py` needs oxigraph and rdflib-endpoint (`pip install oxigraph rdflib-endpoint`). Every server has
one core, the load another, where the system lets them be assigned. The servers take turns, second by second, so that a slow moment
of the machine hits all of them; read the ratios, which are medians over the rounds. "cpu" is the processor time of a request in
microseconds, which noise disturbs less.

repeated: the same requests again and again, as a page or a dashboard sends them. new: no query is ever sent twice.
The promise: repeated at least 1.0 times as many as oxigraph, new at least 0.4 times, both at least 4 times as many as rdflib-endpoint.
"""

from __future__ import annotations

import argparse
import os
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

CLAUSE = "<https://w3id.org/dandang/id/wuhan-2018/E7>"
SKOS = "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
QUERIES = {
    "small SELECT": f"SELECT ?p ?o {{ {CLAUSE} ?p ?o }} LIMIT 5",
    "join of 50 rows": f"{SKOS} SELECT ?s ?l {{ ?s skos:inScheme ?x ; skos:prefLabel ?l }} LIMIT 50",
    "ASK": f"ASK {{ {CLAUSE} ?p ?o }}",
    "DESCRIBE": f"DESCRIBE {CLAUSE}",
}
ROWS, GRAPH = "application/sparql-results+json", "application/n-triples"
CONNECTIONS = 8
_RDFLIB = """
import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
graph = Dataset(default_union=True)
graph.parse(sys.argv[1], format="nquads")
uvicorn.run(SparqlEndpoint(graph=graph, path="/"), port=int(sys.argv[2]), log_level="error")
"""


class Server(NamedTuple):
    """A running endpoint."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    path: str


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def started(name: str, command: list[str], port: int, path: str) -> Server:
    """A server on a core of its own, once it answers."""
    pinned = ["taskset", "-c", "0", *command] if shutil.which("taskset") else command
    process = subprocess.Popen(pinned, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(name, process, port, path)
    for _ in range(600):
        try:
            if Load(server, QUERIES["ASK"], new=False).run(0.01)[0]:
                return server
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{name} does not start")


@contextmanager
def servers() -> Iterator[list[Server]]:
    """The three of them with the same data."""
    from dandang.web.library import load_library

    found: list[Server] = []
    with tempfile.TemporaryDirectory() as folder:
        data, store = Path(folder) / "data.nq", Path(folder) / "store"
        data.write_bytes(ox.serialize(load_library().quads(), format=ox.RdfFormat.N_QUADS) or b"")
        oxigraph = shutil.which("oxigraph") or sys.exit("oxigraph is missing: pip install oxigraph")
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        subprocess.run([oxigraph, "load", "--location", str(store), "--file", str(data)], **quiet)
        ports = [free_port() for _ in range(3)]
        serve = [oxigraph, "serve-read-only", "--location", str(store), "--union-default-graph"]
        try:
            own = [sys.executable, "-m", "dandang", "serve", "--port", str(ports[0])]
            found.append(started("dandang", own, ports[0], "/sparql"))
            found.append(started("oxigraph", [*serve, "--bind", f"127.0.0.1:{ports[1]}"], ports[1], "/query"))
            other = [sys.executable, "-c", _RDFLIB, str(data), str(ports[2])]
            found.append(started("rdflib-endpoint", other, ports[2], "/"))
            yield found
        finally:
            for server in found:
                server.process.terminate()
                server.process.wait()


class Load:
    """Connections that each send a request as soon as they have the answer to the last."""

    _numbers = count()

    def __init__(self, server: Server, query: str, *, new: bool) -> None:
        self._server = server
        self._query = query
        self._new = new
        self._accept = GRAPH if query.startswith("DESCRIBE") else ROWS
        self._same = self._made(query)

    def run(self, seconds: float) -> tuple[int, float]:
        """How many answers there were in how many seconds."""
        selector = selectors.DefaultSelector()
        connections = [
            socket.create_connection(("127.0.0.1", self._server.port), timeout=10) for _ in range(CONNECTIONS)
        ]
        for connection in connections:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, bytearray())
            connection.sendall(self._next())
        begun, answers = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            for key, _ in selector.select(1):
                connection, held = connections[connections.index(key.fileobj)], key.data  # type: ignore[arg-type]
                part = connection.recv(1 << 18)
                if not part:
                    raise OSError("the server closed the connection")
                held += part
                if whole(held):
                    answers += 1
                    held.clear()
                    connection.sendall(self._next())
        taken = time.perf_counter() - begun
        for connection in connections:
            connection.close()
        return answers, taken

    def _next(self) -> bytes:
        return self._made(f"{self._query} # {next(self._numbers)}") if self._new else self._same

    def _made(self, query: str) -> bytes:
        address = f"{self._server.path}?query={quote(query, safe='')}"
        return f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {self._accept}\r\n\r\n".encode()


def whole(held: bytearray) -> bool:
    """Whether an answer has come to its end; exits on an error."""
    end = held.find(b"\r\n\r\n")
    if end < 0:
        return False
    if not held.startswith(b"HTTP/1.1 200"):
        sys.exit(f"an error: {bytes(held[:2000]).decode(errors='replace')}")
    head = held[:end].lower()
    if b"transfer-encoding: chunked" in head:
        return held.endswith(b"0\r\n\r\n")
    place = head.find(b"content-length:")
    return len(held) >= end + 4 + int(head[place + 15 :].split(b"\r\n")[0])


def cpu_seconds(process: int) -> float:
    """Processor time of a process and its children; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(child) for child in children(process))


def children(process: int) -> list[int]:
    """The processes that a process has started and not yet ended."""
    found: list[int] = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += map(int, path.read_text().split())
        except OSError:
            # A thread that has ended in the meantime.
            continue
    return found


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    with servers() as found:
        print(f"{'':26}" + "".join(f"{server.name:>24}" for server in found) + f"{'to oxigraph':>13}{'to rdflib':>11}")
        for kind in ("repeated", "new"):
            for name, query in QUERIES.items():
                show(f"{name}, {kind}", measured(found, query, kind == "new", options.rounds, options.seconds), found)


def measured(
    found: list[Server], query: str, new: bool, rounds: int, seconds: float
) -> list[list[tuple[float, float]]]:
    """For each round, requests per second and microseconds of processor time of each server."""
    for server in found:
        Load(server, query, new=new).run(0.2)
    return [[turn(server, query, new, seconds) for server in found] for _ in range(rounds)]


def turn(server: Server, query: str, new: bool, seconds: float) -> tuple[float, float]:
    """Requests per second and microseconds of processor time a request."""
    before = cpu_seconds(server.process.pid)
    answers, taken = Load(server, query, new=new).run(seconds)
    return answers / taken, (cpu_seconds(server.process.pid) - before) / max(answers, 1) * 1e6


def show(name: str, rounds: list[list[tuple[float, float]]], found: list[Server]) -> None:
    """One line of the table."""
    cells = ""
    for number in range(len(found)):
        rate = statistics.median(turns[number][0] for turns in rounds)
        cells += f"{f'{rate:.0f}/s  cpu {statistics.median(turns[number][1] for turns in rounds):.0f}':>24}"
    ratios = [statistics.median(turns[0][0] / turns[other][0] for turns in rounds) for other in (1, 2)]
    print(f"{name:26}{cells}{ratios[0]:13.2f}{ratios[1]:11.1f}", flush=True)


if __name__ == "__main__":
    main()
