"""What a worker does: one chunk after another."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from typing import NamedTuple

from dandang.bulk.assessing import Outcome
from dandang.bulk.engine import BulkEngine
from dandang.bulk.records import Checked, Chunk, Task
from dandang.bulk.streams import loaded
from dandang.model import Finding, Place
from dandang.namespaces import CASES


def check_chunk(engine: BulkEngine, chunk: Chunk, task: Task) -> list[Checked]:
    """What is found in a chunk. Raises UnreadableFile where its file has changed."""
    chunk = loaded(chunk)
    with _uncollected():
        records = engine.reader(chunk.syntax).records(chunk.data, chunk.file, chunk.first_line)
        found = engine.check(records, task)
    # Line 0 says that the lines of a chunk are not those of its file.
    return found if chunk.first_line else [_relined(item, chunk.lines or {}) for item in found]


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


class Batch(NamedTuple):
    """What was found in a chunk, as it goes from one process to another: for most cases that is an id and a line."""

    ids: list[str]
    lines: list[int | None]
    findings: dict[int, tuple[Finding, ...]]
    outcomes: list[Outcome | None]


def packed(found: Sequence[Checked], task: Task) -> Batch:
    """What was found, small."""
    return Batch(
        [item.id for item in found],
        [item.place.line for item in found],
        {number: item.findings for number, item in enumerate(found) if item.findings},
        [item.outcome for item in found] if task.outcomes else [],
    )


def unpacked(batch: Batch, file: str) -> Iterator[Checked]:
    """What was found in a chunk of a file, as it was before `packed`."""
    findings = batch.findings.get
    for number, (name, line, outcome) in enumerate(zip_longest(batch.ids, batch.lines, batch.outcomes)):
        yield Checked(name, Place(file, line), findings(number, ()), outcome)


def _relined(item: Checked, lines: Mapping[str, int]) -> Checked:
    """What was found, at the lines of the file: those of the value's node, else of the focus node, else of the case."""
    case = lines.get(CASES + item.id) or lines.get(item.id)

    def placed(finding: Finding) -> Finding:
        line = lines.get(finding.object) or lines.get(finding.node) or case
        return finding._replace(place=finding.place and finding.place._replace(line=line))

    return item._replace(place=item.place._replace(line=case), findings=tuple(map(placed, item.findings)))
