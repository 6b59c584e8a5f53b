"""A run over many files: chunks → checked cases, in order, in this process or in several.

Chunks are worked on as wholes: a worker that dies takes nothing with it but the chunks it had, which another does again. What came before (repeated
ids, places) is known to this process alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from dandang.bulk import faults
from dandang.bulk.engine import BulkEngine
from dandang.bulk.pool import Pool
from dandang.bulk.records import VALIDATE, Checked, Chunk, Task
from dandang.bulk.repeats import Repeats
from dandang.bulk.streams import chunks
from dandang.bulk.whole import check_whole, is_whole
from dandang.bulk.work import Batch, check_chunk, moved, unpacked
from dandang.errors import UnreadableFile
from dandang.model import Finding, Place


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
        pool = Pool(self.engine, self.task, self.workers)
        try:
            yield from pool.run(stream)
        except BaseException:  # Ctrl-C, or nobody wants the rest
            pool.kill()
            raise
        finally:
            pool.close()
