"""Files that cannot be cut into chunks: tables, read row by row, and the formats for a few cases. Their cases as records for the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from dandang.bulk.engine import BulkEngine
from dandang.bulk.records import Checked, Record, Task
from dandang.cases import ReadCase
from dandang.cases.reading import read_rows, read_stated, syntax_of
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
    cases = _cases(name, engine, syntax)
    try:
        while records := [_record(read, name, engine) for read in islice(cases, _AT_ONCE)]:
            yield from engine.check(records, task)
    except (UnreadableFile, MalformedFile) as error:
        place = error.place or Place(name)
        yield Checked("", place, (Finding(error.code, error.message, error.hint, place),))


def _cases(name: str, engine: BulkEngine, syntax: str) -> Iterator[ReadCase]:
    if (syntax or syntax_of(name)) in TABLES:
        return read_rows(name, engine.policy, syntax=syntax)
    return _all(name, engine, syntax)


def _all(name: str, engine: BulkEngine, syntax: str) -> Iterator[ReadCase]:
    from dandang.cases import read_bytes

    # A generator, so that what is wrong with the file is raised where it is caught.
    found: Iterable[ReadCase] = read_stated(read_bytes(name), engine.policy, name=name, syntax=syntax)
    yield from found


def _record(read: ReadCase, name: str, engine: BulkEngine) -> Record:
    def derived() -> ReadCase:
        return read._replace(case=engine.derivation.applied(read.case))

    return Record(read.case.id, read.case.place or Place(name), read=derived, findings=read.findings)
