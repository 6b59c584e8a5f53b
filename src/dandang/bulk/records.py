"""What a source gives and what the engine makes of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import NamedTuple, Protocol, TypeAlias

import pyoxigraph as ox

from dandang.bulk.assessing import Outcome
from dandang.bulk.ground import Key
from dandang.bulk.program import Facts
from dandang.cases import ReadCase
from dandang.model import Case, Finding, Place


class Source(Protocol):
    """Where a regular case came from."""

    def node(self, key: Key) -> str:
        """The IRI of a node; nothing for one that the source does not have."""

    def spot(self, key: Key) -> Place | None:
        """Where a stated fact or a sanction stands; none for what is not stated."""


class Record(NamedTuple):
    """One case of a source.

    `said` is what a regular case says; without it the case is checked by an engine: as `quads` where the source has them, else as `read` gives it. `read`
    makes the whole case, which costs more than checking it, and is called for cases with findings only. `findings` are those of reading, and a
    record with neither `read` nor `quads` is nothing but them. `where` finds the place of a node and a property in the source of `quads`; `names` tells what
    the source calls the nodes of a case that `read` gives, where it has names for them. `source` tells of a regular case what most findings need.
    """

    id: str
    place: Place
    said: Facts | None = None
    read: Callable[[], ReadCase] | None = None
    quads: tuple[ox.Quad, ...] = ()
    findings: tuple[Finding, ...] = ()
    where: Callable[[str, str], Place] | None = None
    names: Callable[[Case], Mapping[str, str]] | None = None
    source: Source | None = None


#: Records one after another, and then the number of lines that they stand in.
Records: TypeAlias = Generator[Record, None, int]


class Counted:
    """Iterates over records; `lines` is there when all have been taken."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self.lines = 0

    def __iter__(self) -> Iterator[Record]:
        self.lines = yield from self._records


class Checked(NamedTuple):
    """What was found out about one case: where it stands, its findings, and the outcome of its assessment where one was asked for
    and reading left a case to assess.

    `id` is empty where a record was no case. Findings are those of `validation.CaseValidator`, with the place in the file.
    """

    id: str
    place: Place
    findings: tuple[Finding, ...] = ()
    outcome: Outcome | None = None


class Task(NamedTuple):
    """What is asked about each case; `detail` has each case with findings of the shapes checked once more by pyshacl, at 50 ms a case."""

    findings: bool = True
    outcomes: bool = False
    detail: bool = False


VALIDATE = Task()


class Chunk(NamedTuple):
    """A piece of a file that holds whole cases: `data`, or the bytes from `start` to `end` of the file. Lines count from 1 in each chunk, in its findings too:
    where it stands in its file is known once all before it are read. Where its lines are not those of the file, `lines` tells at which lines of the file its
    subjects stand."""

    file: str
    syntax: str
    data: bytes = b""
    start: int = 0
    end: int = 0
    findings: tuple[Finding, ...] = ()
    #: Whether its file begins with it.
    first: bool = True
    lines: Mapping[str, int] | None = None
