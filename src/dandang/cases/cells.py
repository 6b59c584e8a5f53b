"""Where in a table each part of a case is written, whether or not something stands there: a finding about what is missing points at the cell to fill in.

The keys are those of a case (`on`, `cadre.post`), and for what goes with a fact or a measure those that `fact_key` and `sanction_key` give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dandang.model import Place

#: Where each part stands: the column from 0, and the path in the case.
Spots = Mapping[str, tuple[int, str]]
#: Where a fact may be added that has no cell yet, in a form with a line for each.
NEW_FACT = "facts/new"


def fact_key(iri: str, part: str = "value") -> str:
    """The key of a fact's value, evidence, found_by or on."""
    return f"facts/{iri}/{part}"


def sanction_key(number: int, part: str = "measure") -> str:
    """The key of what is said of the measure of a number: measure, on, by or ground."""
    return f"sanctions/{number}/{part}"


class RowCells(Mapping[str, Place]):
    """The places of a row. They are made when asked for: of the dozens of cells of a row, findings are about a few."""

    def __init__(
        self, stated: Mapping[str, Place], spots: Spots, row: int, locate: Callable[[int, int, str], Place]
    ) -> None:
        """`stated` are the places of what the row does say, which come first."""
        self._stated, self._spots, self._row, self._locate = stated, spots, row, locate

    def __getitem__(self, key: str) -> Place:
        if key in self._stated:
            return self._stated[key]
        column, path = self._spots[key]
        return self._locate(self._row, column, path)

    def __contains__(self, key: object) -> bool:
        return key in self._stated or key in self._spots

    def __iter__(self) -> Iterator[str]:
        return iter({**self._stated, **self._spots})

    def __len__(self) -> int:
        return len({**self._stated, **self._spots})
