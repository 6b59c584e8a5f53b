"""One process that runs SPARQL, and the alarms that end it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dandang.namespaces import PREFIXES
from dandang.web.sparql_jobs import Dataset

_WORKER = Path(__file__).with_name("sparql_worker.py")
#: Starting a worker means loading the dataset once more; a machine under load may need a while.
START_SECONDS = 30.0
#: How much a long query steps back behind short ones, where the system has such a thing.
_NICE = 15


class Gone(Exception):
    """The worker ended before it answered."""


class Alarms:
    """Calls something at a time. One thread for all of them: to start one per query takes as long as the query."""

    def __init__(self) -> None:
        self._state = threading.Condition()
        self._set: dict[object, tuple[float, Callable[[], None]]] = {}
        self._next = math.inf
        self._thread: threading.Thread | None = None

    def set(self, key: object, seconds: float, action: Callable[[], None]) -> None:
        """Calls the action in so many seconds, in place of what was set for the key. The action must be quick."""
        at = time.monotonic() + seconds
        with self._state:
            self._set[key] = (at, action)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sparql-alarms", daemon=True)
                self._thread.start()
            elif at < self._next:
                self._state.notify()

    def clear(self, key: object) -> None:
        """Calls nothing for the key, unless that has begun."""
        with self._state:
            self._set.pop(key, None)

    def _run(self) -> None:
        while True:
            for action in self._due():
                action()

    def _due(self) -> list[Callable[[], None]]:
        with self._state:
            now = time.monotonic()
            due = [key for key, (at, _) in self._set.items() if at <= now]
            if due:
                return [self._set.pop(key)[1] for key in due]
            self._next = min((at for at, _ in self._set.values()), default=math.inf)
            # An hour, because some systems cannot wait for ever.
            self._state.wait(min(self._next - now, 3600.0))
            return []


class Worker:
    """One process with a dataset in memory. Whoever waits for it is freed by `kill`, and raises Gone."""

    def __init__(self, *, network: bool = False, express: bool = False) -> None:
        # -P keeps this folder's modules out of the worker's way, -s and no variables of Python's the user's.
        options = [*(["--network"] if network else []), *(["--express"] if express else [])]
        command = [sys.executable, "-P", "-s", "-E", str(_WORKER), *options]
        # What we are told in variables, such as a token, is nothing that strangers' queries should be near.
        own = {name: value for name, value in os.environ.items() if not name.startswith("DANDANG_")}
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=own,
            # A group of its own: Ctrl+C is for the server, and a halted process whose parent is gone is ended by the kernel.
            process_group=None if sys.platform == "win32" else 0,
        )
        self.pid = self._process.pid
        self.version = -1
        self._send(json.dumps(PREFIXES).encode())

    def load(self, dataset: Dataset) -> None:
        """Loads the dataset, unless the worker has it."""
        if self.version != dataset.version:
            self.begin({"task": "load", "graphs": dataset.graphs}, dataset.content)
            self.frame()
            self.version = dataset.version

    def begin(self, job: dict[str, Any], *frames: bytes) -> dict[str, Any]:
        """Hands in a job; the header of the answer. Its body, or its pieces, are the next frames."""
        self._send(json.dumps(job).encode(), *frames)
        header: dict[str, Any] = json.loads(self.frame())
        return header

    def frame(self) -> bytes:
        """The next frame."""
        (length,) = struct.unpack(">I", self._read(4))
        return self._read(length)

    def pipes(self) -> tuple[int, int]:
        """The ends of the pipes for writing to it and reading from it, which wait for nobody from now on."""
        assert self._process.stdin and self._process.stdout
        ends = self._process.stdin.fileno(), self._process.stdout.fileno()
        for end in ends:
            os.set_blocking(end, False)
        return ends

    def work(self) -> float:
        """How many seconds the process has worked; where the system does not tell, a clock that goes as if it always did."""
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                # The clock of another process, as clock_getcpuclockid makes it.
                return time.clock_gettime((~self.pid << 3) | 2)
        return time.monotonic()

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def step_back(self) -> None:
        """Lets other processes go first from now on."""
        if sys.platform != "win32":
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)

    def halt(self) -> bool:
        """Stops the process where it is until `resume`: whether the system has such a thing."""
        if sys.platform == "win32":
            return False
        self._process.send_signal(signal.SIGSTOP)
        return True

    def resume(self) -> None:
        """Lets the process go on."""
        if sys.platform != "win32":
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Ends the process, at once."""
        self._process.kill()

    def stop(self) -> None:
        """Ends the process and forgets it."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()

    def _send(self, *frames: bytes) -> None:
        assert self._process.stdin is not None
        try:
            for content in frames:
                self._process.stdin.write(struct.pack(">I", len(content)) + content)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:
            raise Gone from error

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        try:
            found = self._process.stdout.read(size)
        except ValueError as error:
            # Closed by another thread.
            raise Gone from error
        if len(found) < size:
            raise Gone
        return found
