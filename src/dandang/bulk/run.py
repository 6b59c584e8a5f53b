"""A run over many files: chunks → checked cases, in order, in this process or in several.

Chunks are worked on as wholes: a worker that dies takes nothing with it but the chunks it had, which another does again. What came before (repeated
ids, places) is known to this process alone.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import groupby
from threading import Thread

from dandang.bulk import faults
from dandang.bulk.engine import BulkEngine
from dandang.bulk.records import VALIDATE, Checked, Chunk, Task
from dandang.bulk.repeats import Repeats
from dandang.bulk.streams import chunks
from dandang.bulk.whole import check_whole, is_whole
from dandang.bulk.work import Batch, check_chunk, given_up, moved, packed, unpacked
from dandang.errors import UnreadableFile
from dandang.model import Finding, Place

#: Chunks under way for each worker: one to work on, one to wait.
_AHEAD = 2
#: How often a chunk is tried whose worker died, before it is given up.
_TRIES = 3


class Run:
    """Checks the cases of sources. Iterating gives every case once, in the order of the sources."""

    def __init__(
        self,
        sources: Sequence[str],
        engine: BulkEngine,
        *,
        task: Task = VALIDATE,
        workers: int = 1,
        syntax: str = "",
        scheduler: str = "",
    ) -> None:
        self.sources = sources
        self.engine = engine
        self.task = task
        self.workers = workers
        self.syntax = syntax
        self.scheduler = scheduler
        self.cases = self.bytes = 0
        self._repeats = Repeats()
        #: Where a case of each source is counted from, in a number that holds source and line.
        self._numbers = {name: number << 40 for number, name in reversed(list(enumerate(sources)))}

    def __iter__(self) -> Iterator[Checked]:
        try:
            for whole, group in groupby(self.sources, key=self._is_whole):
                names = list(group)
                yield from map(self._counted, self._whole(names) if whole else self._streamed(names))
        finally:
            self._repeats.close()

    def _is_whole(self, name: str) -> bool:
        return is_whole(name, self.syntax)

    def _whole(self, names: Iterable[str]) -> Iterator[Checked]:
        for name in names:
            yield from check_whole(name, self.engine, self.task, syntax=self.syntax)

    def _streamed(self, names: Sequence[str]) -> Iterator[Checked]:
        stream = (chunk for name in names for chunk in self._chunks(name))
        for chunk, lines_before, items in self._checked(stream):
            for finding in chunk.findings:
                finding = moved(finding, lines_before)
                yield Checked("", finding.place or Place(chunk.file), (finding,))
            yield from items
            self.bytes += len(chunk.data) or chunk.end - chunk.start

    def _chunks(self, name: str) -> Iterator[Chunk]:
        try:
            yield from chunks(name, syntax=self.syntax)
        except UnreadableFile as error:
            place = error.place or Place(name)
            yield Chunk(name, "jsonl", findings=(Finding(error.code, error.message, error.hint, place),))

    def _checked(self, stream: Iterable[Chunk]) -> Iterator[tuple[Chunk, int, Iterable[Checked]]]:
        """Each chunk with the number of lines before it, and what was found."""
        if not self.scheduler and self.workers <= 1:
            yield from self._alone(stream)
            return
        lines = 0
        for chunk, batch in self._elsewhere(stream):
            lines = 0 if chunk.first else lines
            yield chunk, lines, unpacked(batch, chunk.file, lines)
            lines += batch.length

    def _elsewhere(self, stream: Iterable[Chunk]) -> Iterator[tuple[Chunk, Batch]]:
        if self.scheduler:
            from dandang.bulk import many

            return many.run(stream, self.task, scheduler=self.scheduler, today=self.engine.today, workers=self.workers)
        return self._together(stream)

    def _counted(self, item: Checked) -> Checked:
        if not item.id:
            return item
        self.cases += 1
        number = self._numbers[item.place.file] | (item.place.line or 0)
        first = self._repeats.first(item.id, number)
        if first is None:
            return item
        earlier = Place(self.sources[first >> 40], first & ((1 << 40) - 1) or None)
        return item._replace(findings=(*item.findings, faults.repeated(item.id, item.place, earlier)))

    def _alone(self, stream: Iterable[Chunk]) -> Iterator[tuple[Chunk, int, Iterable[Checked]]]:
        lines = 0
        for chunk in stream:
            lines = 0 if chunk.first else lines
            found = check_chunk(self.engine, chunk, self.task, first_line=lines + 1)
            yield chunk, lines, found.items
            lines += found.lines

    def _together(self, stream: Iterable[Chunk]) -> Iterator[tuple[Chunk, Batch]]:
        pool = _Pool(self.engine, self.task, self.workers)
        try:
            yield from pool.run(stream)
        except BaseException:  # Ctrl-C, or nobody wants the rest
            pool.kill()
            raise
        finally:
            pool.close()


# --- several processes ------------------------------------------------------------------------------------------------

_engine: BulkEngine | None = None


def _start(make: Callable[[], BulkEngine]) -> None:
    global _engine
    # Ctrl-C is for the process that asks: it ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    _engine = make()
    gc.freeze()


def _leave_with_parent() -> None:
    """However the process that asks ends: nobody waits for more of its work."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(chunk: Chunk, task: Task) -> Batch:
    assert _engine is not None
    return packed(check_chunk(_engine, chunk, task), task)


class _Pool:
    """Worker processes that are started again when one dies."""

    def __init__(self, engine: BulkEngine, task: Task, workers: int) -> None:
        self._engine = engine
        self._task = task
        self._workers = workers
        self._executor = self._new()

    def _new(self) -> ProcessPoolExecutor:
        # Forked, a worker has the compiled shapes at once; elsewhere it compiles them for itself.
        forks = "fork" in multiprocessing.get_all_start_methods()
        make: Callable[[], BulkEngine] = self._engine.itself if forks else self._engine.again
        context = multiprocessing.get_context("fork" if forks else "spawn")
        return ProcessPoolExecutor(self._workers, context, initializer=_start, initargs=(make,))

    def run(self, stream: Iterable[Chunk]) -> Iterator[tuple[Chunk, Batch]]:
        """Each chunk with what was found, in order."""
        waiting: deque[tuple[Chunk, Future[Batch]]] = deque()
        for chunk in stream:
            waiting.append((chunk, self._submit(chunk)))
            if len(waiting) > self._workers * _AHEAD:
                yield self._first(waiting)
        while waiting:
            yield self._first(waiting)

    def _first(self, waiting: deque[tuple[Chunk, Future[Batch]]]) -> tuple[Chunk, Batch]:
        for _ in range(_TRIES):
            chunk, future = waiting[0]
            try:
                found = future.result()
            except BrokenProcessPool:
                self._again(waiting)
                continue
            waiting.popleft()
            return chunk, found
        chunk, _ = waiting.popleft()
        return chunk, given_up(chunk)

    def _submit(self, chunk: Chunk) -> Future[Batch]:
        try:
            return self._executor.submit(_work, chunk, self._task)
        except BrokenProcessPool:
            broken: Future[Batch] = Future()
            broken.set_exception(BrokenProcessPool())
            return broken

    def _again(self, waiting: deque[tuple[Chunk, Future[Batch]]]) -> None:
        """New workers, and every chunk that has no result yet once more."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._new()
        for number, (chunk, future) in enumerate(waiting):
            if not (future.done() and not future.cancelled() and future.exception() is None):
                waiting[number] = chunk, self._submit(chunk)

    def kill(self) -> None:
        """End the workers in the middle of their chunks, which may take long."""
        for worker in list(self._executor._processes.values()):  # public from Python 3.14 on
            worker.terminate()

    def close(self) -> None:
        """End the workers when they are through."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def cores() -> int:
    """How many workers this machine has room for."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
