"""Which cases have come before, in 16 bytes for each."""

from __future__ import annotations

from array import array

_ALL = (1 << 64) - 1


class Repeats:
    """A set of identifiers with the number that each came with first: an open hash table of 64-bit digests.

    The digests are those of `hash`, which no other process gives, so that nobody can choose identifiers that share one.
    Two different identifiers share a digest once in 10^19 pairs; for a hundred million cases the chance that any do is 3 in 10,000.
    """

    def __init__(self) -> None:
        self._size = 1 << 12
        self._keys = array("Q", bytes(8 * self._size))
        self._numbers = array("Q", bytes(8 * self._size))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def first(self, identifier: str, number: int) -> int | None:
        """The number that the identifier came with before; None where it is new, and now known."""
        digest = hash(identifier) & _ALL or 1
        keys, mask = self._keys, self._size - 1
        place = digest & mask
        while keys[place]:
            if keys[place] == digest:
                return self._numbers[place]
            place = (place + 1) & mask
        keys[place], self._numbers[place] = digest, number
        self._count += 1
        if 3 * self._count > 2 * self._size:
            self._grow()
        return None

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._size *= 2
        self._keys, self._numbers = array("Q", bytes(8 * self._size)), array("Q", bytes(8 * self._size))
        for digest, number in zip(keys, numbers, strict=True):
            if digest:
                place = digest & (self._size - 1)
                while self._keys[place]:
                    place = (place + 1) & (self._size - 1)
                self._keys[place], self._numbers[place] = digest, number
