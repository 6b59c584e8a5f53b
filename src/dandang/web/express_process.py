"""The process that runs express queries: it is started and ended in the background, and not too often."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

from dandang.web.express import Express
from dandang.web.sparql_process import START_SECONDS, Gone, Worker

#: How long a process that ended is missed: longer each time, until one has lasted for as long as the longest of these.
PAUSE_SECONDS = (2.0, 60.0)


class Process(NamedTuple):
    """A worker with the data of an app: the ends of its pipes, and when it was ready."""

    worker: Worker
    express: Express
    jobs: int
    answers: int
    since: float


class Background:
    """Starts and ends processes in threads of their own, and not too often."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: Process | None = None
        self._ending: threading.Thread | None = None
        self._closed = self._starting = False
        self._not_before = 0.0
        self._pause = PAUSE_SECONDS[0] / 2

    @property
    def ready(self) -> bool:
        """Whether a process was started that has not been taken yet."""
        return self._made is not None

    def made(self) -> Process:
        """The process that is ready."""
        with self._lock:
            found, self._made = self._made, None
        assert found
        return found

    def start(self, express: Express) -> None:
        """Starts a process with the data of an app, unless one is being started, or was just now."""
        now = time.monotonic()
        if not self._starting and not self.ready and now >= self._not_before:
            self._starting, self._not_before = True, now + PAUSE_SECONDS[0]
            threading.Thread(target=self._start, args=(express,), daemon=True).start()

    def end(self, process: Process, *, pause: bool) -> None:
        """Ends a process. The sooner that was, the longer the pause until there is another one."""
        if pause:
            shortest, longest = PAUSE_SECONDS
            now = time.monotonic()
            self._pause = shortest if now - process.since >= longest else min(self._pause * 2, longest)
            self._not_before = now + self._pause
        process.worker.kill()
        self._ending = threading.Thread(target=process.worker.stop, daemon=True)
        self._ending.start()

    def close(self) -> None:
        """Ends what has been started, and starts no more."""
        with self._lock:
            self._closed = True
        if self.ready:
            self.made().worker.stop()
        if self._ending:
            self._ending.join()

    def _start(self, express: Express) -> None:
        made = None
        try:
            made = _started(express)
        except (Gone, OSError):
            # The ordinary way answers meanwhile, and says so if its processes do not start either.
            pass
        finally:
            if made is None:
                self._not_before = time.monotonic() + PAUSE_SECONDS[1]
            with self._lock:
                closed, self._starting = self._closed, False
                if not closed:
                    self._made = made
        if closed and made:
            made.worker.stop()


def _started(express: Express) -> Process:
    """A process with the data of an app. Raises Gone or OSError."""
    worker = Worker(express=True)
    alarm = threading.Timer(START_SECONDS, worker.kill)
    alarm.start()
    try:
        worker.load(express.pool.dataset)
        jobs, answers = worker.pipes()
        return Process(worker, express, jobs, answers, time.monotonic())
    except BaseException:
        worker.stop()
        raise
    finally:
        alarm.cancel()
