"""Files that cannot be cut into chunks: tables, read row by row, and the formats for a few cases. Their cases as records for the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from dandang.bulk.draft import Draft
from dandang.bulk.drafting import Unusual
from dandang.bulk.engine import BulkEngine
from dandang.bulk.records import Checked, Record, Task
from dandang.cases import ReadCase
from dandang.cases.fields import CASE_KEYS
from dandang.cases.reading import Stated, read_rows, read_stated, syntax_of
from dandang.cases.table import TableRow
from dandang.errors import MalformedFile, UnreadableFile
from dandang.model import Finding, Place

TABLES = ("csv", "xlsx", "parquet")
_WHOLE = (*TABLES, "yaml", "json", "jsonld", "rdfxml")
#: Cases that are checked together.
_AT_ONCE = 500


def is_whole(name: str, syntax: str = "") -> bool:
    """Whether a file is read whole, by its syntax or the ending of its name."""
    return (syntax or syntax_of(name)) in _WHOLE


def check_whole(name: str, engine: BulkEngine, task: Task, *, syntax: str = "") -> Iterator[Checked]:
    """What is found in each case of the file; a file that cannot be used is one finding."""
    syntax = syntax or syntax_of(name)
    records = _rows(name, engine, syntax) if syntax in TABLES else _all(name, engine, syntax)
    try:
        while found := engine.check(islice(records, _AT_ONCE), task):
            yield from found
    except (UnreadableFile, MalformedFile) as error:
        place = error.place or Place(name)
        yield Checked("", place, (Finding(error.code, error.message, error.hint, place),))


def _rows(name: str, engine: BulkEngine, syntax: str) -> Iterator[Record]:
    for stated in read_rows(name, engine.policy, syntax=syntax):
        yield _plainly(stated, engine) or _record(stated.read(), name, engine)


def _plainly(stated: Stated, engine: BulkEngine) -> Record | None:
    """The record of a row in which nothing is unusual, without the places of its cells; None for any other."""
    if stated.row is None:
        return None
    try:
        draft = engine.drafter.draft(stated.row.plain())
    except Unusual:
        return None
    said = engine.assembler.facts(draft)
    if said is None:
        return None
    read = partial(_drafted, draft, stated.row, stated.findings, engine)
    return Record(draft.id, stated.row.place, said, read, findings=stated.findings)


def _drafted(draft: Draft, row: TableRow, findings: Sequence[Finding], engine: BulkEngine) -> ReadCase:
    """The case of such a row, with the places of its cells."""
    stated = row.stated()
    case = draft.case(engine.derivation, row.place, stated.get)
    keys = {key: place for key, place in stated.items() if key in CASE_KEYS}
    return ReadCase(case._replace(places=row.cells(keys)), tuple(findings))


def _all(name: str, engine: BulkEngine, syntax: str) -> Iterator[Record]:
    from dandang.cases import read_bytes

    for read in read_stated(read_bytes(name), engine.policy, name=name, syntax=syntax):
        yield _record(read, name, engine)


def _record(read: ReadCase, name: str, engine: BulkEngine) -> Record:
    place = read.case.place or Place(name)
    return Record(read.case.id, place, read=lambda: _derived(read, engine), findings=read.findings)


def _derived(read: ReadCase, engine: BulkEngine) -> ReadCase:
    return read._replace(case=engine.derivation.applied(read.case))
