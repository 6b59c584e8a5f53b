"""One job of the query processes, and a result of one that is sent in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from dandang.web.sparql_process import Gone, Worker


class Counts(NamedTuple):
    """The pool at a moment, and what became of jobs since it began."""

    idle: int
    quick: int
    slow: int
    waiting: int
    late: int
    refused: int
    started: int


class Turn:
    """One job in a worker of its own. `ended` is why it was stopped, where it was."""

    worker: Worker

    def __init__(self, key: int, seconds: float) -> None:
        self.key = key
        self.seconds = seconds
        self.begun = 0.0
        self.slow = self.halted = self.lent = self.worn = self.over = False
        self.ended = ""


class Stream(NamedTuple):
    """A result that is sent while it is made, in pieces."""

    kind: str
    format: str
    pieces: Pieces


class Pieces:
    """The pieces of a result. Raises ConnectionAbortedError where the rest will never come, which ends the connection:
    whoever reads on the other side must not take what there is for the whole."""

    def __init__(self, first: bytes, turn: Turn, release: Callable[[Turn], None]) -> None:
        self._first = first
        self._turn = turn
        self._release = release

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._first:
            # Already here: an answer that has begun can only be cut, one that has not would still be an error of its own.
            first, self._first = self._first, b""
            return first
        if self._turn.over:
            raise ConnectionAbortedError("the result was cut at a limit")
        try:
            piece = self._turn.worker.frame()
        except Gone as error:
            self.close()
            raise ConnectionAbortedError("the result was cut at a limit") from error
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        """Gives the worker up, also in the middle."""
        self._release(self._turn)
