"""Two hundred clients that mean no good, and one with a small query: `python benchmarks/soak.py [SECONDS]`.

Starts `dandang serve` and sends it bombs, endless results, and readers that take a byte a second. Meanwhile one client sends
small queries, each a new text so that no kept answer helps. Prints the times of the small ones, what became of the others, and
the memory of the server with its query processes before and after (Linux only).
"""

from __future__ import annotations

import itertools
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

CLIENTS = 200
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
BOMBS = (
    f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}",
    f"SELECT ?a ?d ?g {{ {PRODUCT} }} ORDER BY ?c ?f LIMIT 1",
    f"SELECT (GROUP_CONCAT(?c) AS ?x) {{ {PRODUCT} }}",
    f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {PRODUCT} }} GROUP BY ?a ?d ?g LIMIT 1",
    "SELECT (COUNT(*) AS ?n) { ?a (!<http://e/a>|^!<http://e/b>)* ?b . ?b (!<http://e/c>|^!<http://e/d>)* ?c }",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER REGEX(CONCAT(STR(?c), STR(?f)), '^(a+)+(.*)*(b|.)*c{50}$') }",
)
ENDLESS = f"SELECT * {{ {PRODUCT} }}"


class Crowd:
    """The clients, and what they met."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.over = threading.Event()
        self.met: Counter[str] = Counter()
        self.numbers = itertools.count()
        kinds = [self.bomb] * 8 + [self.endless, self.slow]
        self.threads = [threading.Thread(target=kinds[n % len(kinds)], daemon=True) for n in range(CLIENTS)]

    def bomb(self) -> None:
        """One bomb after another; told to wait, it waits."""
        while not self.over.is_set():
            number = next(self.numbers)
            status, wait = ask(self.port, BOMBS[number % len(BOMBS)])
            self.met[f"bomb {status}"] += 1
            self.over.wait(wait or 1.0)

    def endless(self) -> None:
        """Reads a result that never ends, as fast as it can."""
        while not self.over.is_set():
            status, wait = ask(self.port, ENDLESS, limit=200_000_000)
            self.met[f"endless {status}"] += 1
            self.over.wait(wait or 1.0)

    def slow(self) -> None:
        """Reads a byte a second."""
        while not self.over.is_set():
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                connection.sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                try:
                    while connection.recv(1) and not self.over.wait(1.0):
                        pass
                except OSError:
                    pass
            self.met["slow reader dropped"] += 1
            self.over.wait(1.0)


def ask(port: int, query: str, limit: int = 1_000_000) -> tuple[str, float]:
    """Status or what broke, and how long to wait before the next one."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept": "text/csv"})
        answer = connection.getresponse()
        while limit > 0 and (part := answer.read(65536)):
            limit -= len(part)
        wait = float(answer.headers.get("Retry-After", 0))
        return str(answer.status), wait
    except (OSError, HTTPException) as error:
        return type(error).__name__, 0.0
    finally:
        connection.close()


def memory(pid: int) -> tuple[float, int]:
    """Megabytes held by a process and its children, and how many children there are."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    others = {
        child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    }
    held = 0
    for number in {str(pid), *children, *others}:
        try:
            held += int(Path(f"/proc/{number}/statm").read_text().split()[1]) * 4096
        except OSError:
            continue
    return held / 1e6, len(others)


def small(port: int, seconds: float) -> tuple[list[float], Counter[str]]:
    """The milliseconds that small queries took, one after the other, and their statuses."""
    times, met = [], Counter[str]()
    ends = time.monotonic() + seconds
    for number in itertools.count():
        if time.monotonic() > ends:
            return sorted(times), met
        began = time.perf_counter()
        status, _ = ask(port, f"SELECT ?c {{ ?c a dd:ExemptionClause }} LIMIT 5 # {number}")
        times.append((time.perf_counter() - began) * 1000)
        met[status] += 1
        time.sleep(0.02)
    raise AssertionError


def told(name: str, times: list[float], met: Counter[str]) -> dict[str, object]:
    def at(share: float) -> float:
        return round(times[min(len(times) - 1, int(len(times) * share))], 1)

    result = {"small queries": name, "n": len(times), "p50 ms": at(0.5), "p99 ms": at(0.99), "max ms": at(1.0)}
    return {**result, "statuses": dict(met)}


def main(seconds: float) -> None:
    command = [sys.executable, "-m", "dandang", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        found = re.search(r":(\d+)/", server.stdout.readline())
        assert found
        port = int(found[1])
        print(json.dumps(told("alone", *small(port, 5.0))))
        before = memory(server.pid)
        crowd = Crowd(port)
        for thread in crowd.threads:
            thread.start()
        print(json.dumps(told(f"among {CLIENTS} clients", *small(port, seconds))))
        print(json.dumps({"MB during": round(memory(server.pid)[0])}))
        crowd.over.set()
        for thread in crowd.threads:
            thread.join(70)
        time.sleep(15)
        print(json.dumps({"others": dict(crowd.met.most_common())}))
        print(json.dumps(told("afterwards", *small(port, 5.0))))
        after = memory(server.pid)
        print(
            json.dumps({"MB before": round(before[0]), "MB after": round(after[0]), "processes": [before[1], after[1]]})
        )
        server.terminate()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
