"""The columns of a sheet: their letters and their numbers, which count from 1."""

from __future__ import annotations

from functools import cache


@cache
def letters(column: int) -> str:
    """The letters of a column: A … Z, AA …"""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def column_number(name: str) -> int:
    """The number of a column by its letters."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def split_cell(name: str) -> tuple[int, int]:
    """The column and the row of a cell by its name, as C7."""
    row = name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return column_number(name.removesuffix(row)), int(row)
