"""How names are spelt: every reading of every character, so that 重 is found by zhong and by chong."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Unit(NamedTuple):
    """One sign of a folded name that can be typed: its place, and its readings (a letter or digit is its own)."""

    place: int
    readings: tuple[str, ...]


class Spelt(NamedTuple):
    """A name as units, without the signs that are not spelt."""

    units: tuple[Unit, ...]

    def full(self, first: int, wanted: str) -> int:
        """How many units from `first` spell the wanted letters syllable by syllable, the last one perhaps begun only; 0 for none."""
        if not wanted:
            return 0
        return self._full(first, wanted, 0)

    def _full(self, place: int, wanted: str, used: int) -> int:
        if place >= len(self.units):
            return 0
        for reading in self.units[place].readings:
            if wanted == reading or (used and reading.startswith(wanted)):
                return used + 1
            if wanted.startswith(reading) and (found := self._full(place + 1, wanted[len(reading) :], used + 1)):
                return found
        return 0

    def initials(self, first: int, wanted: str) -> bool:
        """Whether the units from `first` begin with the wanted letters, one each."""
        units = self.units[first : first + len(wanted)]
        return len(units) == len(wanted) and all(
            any(reading[0] == letter for reading in unit.readings) for unit, letter in zip(units, wanted, strict=True)
        )


def spelt(folded: str) -> Spelt:
    """A folded name as it can be typed."""
    return Spelt(tuple(Unit(place, found) for place, sign in enumerate(folded) if (found := readings(sign))))


@cache
def readings(sign: str) -> tuple[str, ...]:
    """The readings of a sign without tones, ü as v and as u; none for punctuation and spaces."""
    if sign.isascii():
        return (sign,) if sign.isalnum() else ()
    # Loaded at the first search by letters.
    from pypinyin import Style, pinyin

    found = pinyin(sign, style=Style.NORMAL, heteronym=True, errors="ignore")
    plain = [reading.replace("ü", "v") for options in found for reading in options if reading.isalpha()]
    return tuple(dict.fromkeys([*plain, *(reading.replace("v", "u") for reading in plain)]))
