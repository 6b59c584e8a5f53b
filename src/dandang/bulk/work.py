"""What a worker does: one chunk after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple, TypeAlias

from dandang.bulk import faults
from dandang.bulk.assessing import Outcome
from dandang.bulk.engine import BulkEngine
from dandang.bulk.records import Checked, Chunk, Counted, Task
from dandang.bulk.streams import loaded
from dandang.model import Finding, Place
from dandang.namespaces import CASES


class Found(NamedTuple):
    """What was found in a chunk, and the number of its lines; none where they are not those of its file."""

    items: list[Checked]
    lines: int


def check_chunk(engine: BulkEngine, chunk: Chunk, task: Task, *, first_line: int = 1) -> Found:
    """What is found in a chunk. Raises UnreadableFile where its file has changed."""
    chunk = loaded(chunk)
    records = Counted(engine.reader(chunk.syntax).read(chunk.data, chunk.file, first_line))
    items = engine.check(records, task)
    if chunk.lines is None:
        return Found(items, records.lines)
    subjects = [line.partition(b" ")[0].strip(b"<>").decode() for line in chunk.data.split(b"\n")]
    return Found([_relined(item, subjects, chunk.lines) for item in items], 0)


#: A finding as it goes from one process to another, with its place: named tuples take three times as long on their way.
_Flat: TypeAlias = tuple[Any, ...]


class Batch(NamedTuple):
    """What was found in a chunk, as it goes from one process to another: for most cases that is an id and a line."""

    ids: Sequence[str]
    lines: Sequence[int | None]
    findings: dict[int, list[_Flat]]
    outcomes: Sequence[Outcome | None]
    #: How many lines the chunk has.
    length: int


def packed(found: Found, task: Task) -> Batch:
    """What was found, small."""
    items = found.items
    return Batch(
        [item.id for item in items],
        [item.place.line for item in items],
        {number: list(map(_flat, item.findings)) for number, item in enumerate(items) if item.findings},
        [item.outcome for item in items] if task.outcomes else [],
        found.lines,
    )


def unpacked(batch: Batch, file: str, lines_before: int) -> Iterator[Checked]:
    """What was found in a chunk of a file, behind so many lines."""
    findings = batch.findings.get
    for number, (name, line, outcome) in enumerate(zip_longest(batch.ids, batch.lines, batch.outcomes)):
        own = tuple([_raised(flat, lines_before) for flat in findings(number, ())])
        yield Checked(name, Place(file, line and line + lines_before), own, outcome)


def given_up(chunk: Chunk) -> Batch:
    """What is said of a chunk whose worker dies whoever it is."""
    own = chunk.lines is None
    fault = faults.given_up(Place(chunk.file, 1 if own else None))
    return Batch([""], [1], {0: [_flat(fault)]}, [], loaded(chunk).data.count(b"\n") if own else 0)


def _flat(finding: Finding) -> _Flat:
    return (finding.place and tuple(finding.place), *finding[:3], *finding[4:])


def _raised(flat: _Flat, lines: int) -> Finding:
    """The finding so many lines further down."""
    place, rule, message, hint, *rest = flat
    if place is not None:
        file, line, *within = place
        place = Place(file, line and line + lines, *within)
    return Finding(rule, message, hint, place, *rest)


def moved(finding: Finding, lines: int) -> Finding:
    """A finding so many lines further down."""
    return _raised(_flat(finding), lines)


def _relined(item: Checked, subjects: Sequence[str], lines: Mapping[str, int]) -> Checked:
    """What was found, at the lines of the file: those of the value's node, else of the focus node, else of the subject of the line of the chunk where it was
    found, else of the case."""
    case = lines.get(CASES + item.id) or lines.get(item.id)

    def placed(finding: Finding) -> Finding:
        at = finding.place.line if finding.place else None
        subject = subjects[at - 1] if at else ""
        line = lines.get(finding.object) or lines.get(finding.node) or lines.get(subject) or case
        return finding._replace(place=finding.place and finding.place._replace(line=line, column=None))

    return item._replace(place=item.place._replace(line=case), findings=tuple(map(placed, item.findings)))
