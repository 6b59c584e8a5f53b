"""Formulas over what a case can say, and their way into code.

An atom is the number of a bit: the case says that thing or does not. A formula is `TRUE`, `FALSE`, an atom, a comparison of two dates, or built of
those with and, or, not. Compiled, it is one Python expression over `x`, the bits of a case, and `d`, its dates by slot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Atom:
    """The case says what the bit stands for."""

    bit: int


@dataclass(frozen=True, slots=True)
class Less:
    """One date is earlier than another. A date is the number of a slot, or a day as text."""

    earlier: int | str
    later: int | str


@dataclass(frozen=True, slots=True)
class And:
    """All of its parts."""

    parts: frozenset[Formula]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of its parts."""

    parts: frozenset[Formula]


@dataclass(frozen=True, slots=True)
class Not:
    """Not its part."""

    part: Formula


Formula: TypeAlias = Atom | Less | And | Or | Not
TRUE: Final = And(frozenset())
FALSE: Final = Or(frozenset())
#: What a compiled formula is called with: the bits of a case and its dates by slot.
Test: TypeAlias = Callable[[int, Mapping[int, str]], object]
#: More combinations than this would be a rule that counts what it should not.
_MOST_COMBINATIONS = 5_000


class NotCompilable(Exception):
    """A rule that has no formula: what it says has to be left to an engine."""


def all_of(parts: Iterable[Formula]) -> Formula:
    """The conjunction, simplified: what a stronger part says already is left out."""
    found: set[Formula] = set()
    for part in parts:
        if part == FALSE:
            return FALSE
        found.update(part.parts if isinstance(part, And) else (part,))
    if any(isinstance(part, Not) and part.part in found for part in found):
        return FALSE
    kept = {part for part in found if not (isinstance(part, Or) and not part.parts.isdisjoint(found))}
    return kept.pop() if len(kept) == 1 else And(frozenset(kept))


def any_of(parts: Iterable[Formula]) -> Formula:
    """The disjunction, simplified: what a weaker part says already is left out, and what several share is said once."""
    found: set[Formula] = set()
    for part in parts:
        if part == TRUE:
            return TRUE
        found.update(part.parts if isinstance(part, Or) else (part,))
    if any(isinstance(part, Not) and part.part in found for part in found):
        return TRUE
    kept = _factored(part for part in found if not (isinstance(part, And) and not part.parts.isdisjoint(found)))
    if len(kept) == 1:
        return kept.pop()
    conjunctions = [part.parts for part in kept if isinstance(part, And)]
    common = frozenset.intersection(*conjunctions) if 0 < len(kept) == len(conjunctions) else frozenset[Formula]()
    if common:
        return all_of([*common, any_of(all_of(parts - common) for parts in conjunctions)])
    return Or(frozenset(kept))


def _factored(parts: Iterable[Formula]) -> set[Formula]:
    """Conjunctions that differ in one atom only become one, with the atoms as a disjunction."""
    kept: set[Formula] = set()
    shared: dict[frozenset[Formula], list[Formula]] = {}
    atoms: list[Formula]
    for part in parts:
        atoms = [one for one in part.parts if isinstance(one, Atom)] if isinstance(part, And) else []
        if isinstance(part, And) and len(atoms) == 1:
            shared.setdefault(part.parts - set(atoms), []).append(atoms[0])
        else:
            kept.add(part)
    for rest, atoms in shared.items():
        kept.add(And(rest | {atoms[0] if len(atoms) == 1 else Or(frozenset(atoms))}))
    return kept


def negated(part: Formula) -> Formula:
    """The negation; double negations vanish."""
    if isinstance(part, Not):
        return part.part
    if isinstance(part, And | Or) and part.parts and all(isinstance(one, Not) for one in part.parts):
        return (any_of if isinstance(part, And) else all_of)(map(negated, part.parts))
    if part == TRUE:
        return FALSE
    return TRUE if part == FALSE else Not(part)


def at_least(number: int, parts: Iterable[Formula]) -> Formula:
    """At least so many of the parts."""
    if number <= 0:
        return TRUE
    some = [part for part in parts if part != FALSE]
    chosen = []
    for combination in combinations(some, number):
        chosen.append(all_of(combination))
        if len(chosen) > _MOST_COMBINATIONS:
            raise NotCompilable(f"counts {number} of {len(some)}")
    return any_of(chosen)


# --- into code --------------------------------------------------------------------------------------------------------


def compiled(formula: Formula) -> Test:
    """The formula as a function."""
    test: Test = eval(f"lambda x, d: {expression(formula)}", {})
    return test


def expression(formula: Formula) -> str:
    """The formula as a Python expression: bits are tested together, and before anything else."""
    if isinstance(formula, Atom):
        return f"x & {1 << formula.bit}"
    if isinstance(formula, Less):
        return f"{_date(formula.earlier)} < {_date(formula.later)}"
    if isinstance(formula, Not):
        return f"not ({expression(formula.part)})"
    if formula == TRUE:
        return "True"
    if formula == FALSE:
        return "False"
    return _joined(formula)


def _joined(formula: And | Or) -> str:
    mask = _mask(part.bit for part in formula.parts if isinstance(part, Atom))
    absent = _mask(part.part.bit for part in formula.parts if isinstance(part, Not) and isinstance(part.part, Atom))
    rest = [expression(part) for part in formula.parts if not _is_bit(part)]
    rest.sort(key=lambda text: ("d[" in text, len(text), text))
    if isinstance(formula, And):
        tests = [f"x & {mask} == {mask}"] * bool(mask) + [f"not x & {absent}"] * bool(absent)
        return " and ".join([*tests, *(f"({text})" for text in rest)])
    tests = [f"x & {mask}"] * bool(mask) + [f"x & {absent} != {absent}"] * bool(absent)
    return " or ".join([*tests, *(f"({text})" for text in rest)])


def _is_bit(part: Formula) -> bool:
    return isinstance(part, Atom) or (isinstance(part, Not) and isinstance(part.part, Atom))


def _mask(bits: Iterable[int]) -> int:
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask


def _date(date: int | str) -> str:
    return f"d[{date}]" if isinstance(date, int) else repr(date)


def bits_of(formula: Formula) -> frozenset[int]:
    """All bits that a formula looks at."""
    if isinstance(formula, Atom):
        return frozenset({formula.bit})
    if isinstance(formula, Not):
        return bits_of(formula.part)
    if isinstance(formula, Less):
        return frozenset()
    return frozenset(bit for part in formula.parts for bit in bits_of(part))


def mask_of(*formulas: Formula) -> int:
    """All bits that formulas look at, as one number."""
    return _mask(bit for formula in formulas for bit in bits_of(formula))


def has_dates(formula: Formula) -> bool:
    """Whether a formula compares dates."""
    if isinstance(formula, And | Or):
        return any(map(has_dates, formula.parts))
    return isinstance(formula, Less) or (isinstance(formula, Not) and has_dates(formula.part))


# --- what has to be so for a formula to hold --------------------------------------------------------------------------


def triggers(formula: Formula) -> frozenset[int] | None:
    """Bits of which at least one is set wherever the formula holds, as few as can be told; None where it can hold without any."""
    if isinstance(formula, Atom):
        return frozenset({formula.bit})
    if isinstance(formula, And):
        found = [bits for bits in map(triggers, formula.parts) if bits is not None]
        return min(found, key=lambda bits: (len(bits), -max(bits, default=0))) if found else None
    if isinstance(formula, Or):
        options = [triggers(part) for part in formula.parts]
        return None if None in options else frozenset(bit for bits in options if bits is not None for bit in bits)
    return None
