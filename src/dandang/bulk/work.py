"""What a worker does: one chunk after another."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from dandang.bulk.engine import BulkEngine
from dandang.bulk.records import Checked, Chunk, Task
from dandang.model import Place


def check_chunk(engine: BulkEngine, chunk: Chunk, task: Task) -> list[Checked]:
    """What is found in a chunk."""
    with _uncollected():
        records = engine.reader(chunk.syntax).records(chunk.data, chunk.file, chunk.first_line)
        found = engine.check(records, task)
    # Line 0 says that the lines of a chunk are not those of its file.
    return found if chunk.first_line else [_without_line(item) for item in found]


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles: all that a chunk makes goes with it, and what stays is looked through again and again for nothing."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _without_line(item: Checked) -> Checked:
    def bare(place: Place | None) -> Place | None:
        return place._replace(line=None) if place else None

    findings = tuple(finding._replace(place=bare(finding.place)) for finding in item.findings)
    return item._replace(place=item.place._replace(line=None), findings=findings)
