"""Worker processes, each with pipes of its own.

A process may be killed at any moment, also while it hands over what it found. What workers share, as the queue and the lock of `concurrent.futures`, is
then never given back, and everybody waits for ever. Here a worker that ends leaves the end of its own pipe, and another gets the chunks it had.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from threading import Thread

from dandang.bulk.engine import BulkEngine
from dandang.bulk.records import Chunk, Task
from dandang.bulk.work import Batch, check_chunk, given_up, packed

#: Chunks under way for each worker: one to work on, one to wait.
_AHEAD = 2
#: How often a chunk is tried whose worker died, before it is given up.
_TRIES = 3


@dataclass(eq=False)
class _Job:
    """A chunk, what was found in it once that is known, and how many workers died over it."""

    chunk: Chunk
    found: Batch | Exception | None = None
    deaths: int = 0


class Pool:
    """Worker processes for one task, started again when one dies."""

    def __init__(self, engine: BulkEngine, task: Task, workers: int) -> None:
        # Forked, a worker has the compiled shapes at once; elsewhere it compiles them for itself.
        self._forks = "fork" in multiprocessing.get_all_start_methods()
        self._make: Callable[[], BulkEngine] = engine.itself if self._forks else engine.again
        self._task = task
        self._workers = [self._new() for _ in range(workers)]

    def _new(self) -> _Worker:
        return _Worker(self._make, self._task, forks=self._forks)

    def run(self, stream: Iterable[Chunk]) -> Iterator[tuple[Chunk, Batch]]:
        """Each chunk with what was found, in order."""
        waiting: deque[_Job] = deque()
        for chunk in stream:
            waiting.append(_Job(chunk))
            self._give(waiting[-1])
            if len(waiting) > len(self._workers) * _AHEAD:
                yield self._first(waiting)
        while waiting:
            yield self._first(waiting)

    def _give(self, job: _Job) -> None:
        min(self._workers, key=lambda worker: len(worker.jobs)).give(job)

    def _first(self, waiting: deque[_Job]) -> tuple[Chunk, Batch]:
        job = waiting.popleft()
        while job.found is None:
            self._hear()
        if isinstance(job.found, Exception):
            raise job.found
        return job.chunk, job.found

    def _hear(self) -> None:
        """Takes what workers found, and starts one in the place of each that ended."""
        ready = wait([worker.answers for worker in self._workers])
        for worker in [worker for worker in self._workers if worker.answers in ready]:
            if not worker.hear():
                self._workers[self._workers.index(worker)] = self._new()
                self._again(worker.jobs)

    def _again(self, jobs: deque[_Job]) -> None:
        """What a dead worker had; it died over the first."""
        for number, job in enumerate(jobs):
            job.deaths += number == 0
            if job.deaths < _TRIES:
                self._give(job)
            else:
                job.found = given_up(job.chunk)

    def kill(self) -> None:
        """Ends the workers in the middle of their chunks, which may take long."""
        for worker in self._workers:
            worker.process.terminate()

    def close(self) -> None:
        """Ends the workers when they are through."""
        for worker in self._workers:
            worker.end()


class _Worker:
    """A process with what it was given and has not answered yet, in that order."""

    def __init__(self, make: Callable[[], BulkEngine], task: Task, *, forks: bool) -> None:
        context = multiprocessing.get_context("fork") if forks else multiprocessing.get_context("spawn")
        chunks, self._chunks = context.Pipe(duplex=False)
        self.answers, answers = context.Pipe(duplex=False)
        self.jobs: deque[_Job] = deque()
        self.process = context.Process(target=_serve, args=(make, task, chunks, answers), daemon=True)
        self.process.start()
        # The end of the pipe is seen once nobody else holds it open.
        chunks.close()
        answers.close()

    def give(self, job: _Job) -> None:
        self.jobs.append(job)
        with suppress(OSError):  # it has died, which is heard of
            self._chunks.send(job.chunk)

    def hear(self) -> bool:
        """Takes its next answer; false where it has ended, be it in the middle of one."""
        try:
            answer = self.answers.recv_bytes()
        except (EOFError, OSError):
            self.end()
            return False
        self.jobs.popleft().found = pickle.loads(answer)
        return True

    def end(self) -> None:
        with suppress(OSError):
            self._chunks.send(None)
        self.process.join()
        self._chunks.close()
        self.answers.close()


# --- in the worker ----------------------------------------------------------------------------------------------------


def _serve(make: Callable[[], BulkEngine], task: Task, inbox: Connection, outbox: Connection) -> None:
    # Ctrl-C is for the process that asks: it ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    engine = make()
    gc.freeze()
    # Both ways at any time: neither side ever waits for the other to read first.
    chunks: SimpleQueue[Chunk | None] = SimpleQueue()
    answers: SimpleQueue[bytes | None] = SimpleQueue()
    Thread(target=_receive, args=(inbox, chunks), daemon=True).start()
    sending = Thread(target=_send, args=(outbox, answers), daemon=True)
    sending.start()
    while chunk := chunks.get():
        answers.put(pickle.dumps(_found(engine, chunk, task), pickle.HIGHEST_PROTOCOL))
    answers.put(None)
    sending.join()


def _found(engine: BulkEngine, chunk: Chunk, task: Task) -> Batch | Exception:
    """What was found, or what went wrong, which is raised by the process that asks."""
    try:
        return packed(check_chunk(engine, chunk, task), task)
    except Exception as error:
        error.add_note(traceback.format_exc())
        return error


def _receive(inbox: Connection, chunks: SimpleQueue[Chunk | None]) -> None:
    with suppress(EOFError, OSError):
        while chunk := inbox.recv():
            chunks.put(chunk)
    chunks.put(None)


def _send(outbox: Connection, answers: SimpleQueue[bytes | None]) -> None:
    with suppress(OSError):  # nobody wants it any more
        while answer := answers.get():
            outbox.send_bytes(answer)


def _leave_with_parent() -> None:
    """However the process that asks ends: nobody waits for more of its work."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
