"""The shapes into code: every result that a regular case can have, with the test of its being so.

It takes seconds, so what it gives is kept in the user's cache under the hash of all that it comes from.
"""

from __future__ import annotations

import marshal
import os
import pickle
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import FunctionType
from typing import NamedTuple

import rdflib

from dandang import __version__, resources, snapshot
from dandang.bulk.core import Possible, ShapeCompiler
from dandang.bulk.formula import FALSE, Formula, Test, compiled, has_dates, mask_of, triggers
from dandang.bulk.ground import TODAY, Alphabet, Key, Slot, Term, ground, key_of
from dandang.validation import CaseValidator

#: The modules that what is kept depends on.
_MODULES = ("compiling", "core", "formula", "ground", "sparql")


class Line(NamedTuple):
    """A result that a regular case can have: of which shape, and where."""

    shape: str
    focus: Key
    path: str
    value: Term | Key | None
    component: str
    names: Mapping[str, Term]
    #: Whether its finding is the same for all cases but for where it stands: it tells no date.
    steady: bool
    #: Bits of which one is set wherever it holds; None where it can hold without any.
    triggers: frozenset[int] | None
    #: All bits that it looks at; None where it compares dates.
    mask: int | None


class Compiled(NamedTuple):
    """All lines, with the numbers of bits and dates and the code of their tests."""

    bits: dict[Key, int]
    slots: dict[Key, int]
    lines: list[Line]
    code: bytes

    def tests(self) -> list[Test]:
        """The test of each line."""
        return [FunctionType(code, {}) for code in marshal.loads(self.code)]


def compile_shapes(validator: CaseValidator) -> Compiled:
    """The case shapes, compiled, or as they were kept. Raises NotCompilable where a shape says what formulas cannot."""
    content = snapshot.kept(f"{_digest(validator)}.shapes", lambda: pickle.dumps(_compiled(validator), -1))
    found = pickle.loads(content)
    assert isinstance(found, Compiled)
    return found


def _digest(validator: CaseValidator) -> str:
    """The hash of all that compiling looks at: the shapes, the policy, and the code."""
    policy, here = validator.policy, Path(__file__).parent
    code = [os.stat(here / f"{name}.py") for name in _MODULES]
    said = (
        __version__,
        sys.version,
        rdflib.__version__,
        [(status.st_mtime_ns, status.st_size) for status in code],
        sorted(map(str, validator.engine.fixed)),
        {name: list(concepts) for name, concepts in policy.schemes.items()},
        list(policy.facts),
        list(policy.clauses),
    )
    return sha256(resources.shapes_file("case").read_bytes() + repr(said).encode()).hexdigest()[:32]


def _compiled(validator: CaseValidator) -> Compiled:
    alphabet = Alphabet()
    graph = ground(validator.engine.fixed_graph(), validator.policy, alphabet)
    compiler = ShapeCompiler(validator.engine.shapes, graph, today=alphabet.date(TODAY))
    found = [
        possible
        for shape in validator.engine.rules
        for possible in compiler.possible(rdflib.URIRef(shape))
        if possible.formula != FALSE
    ]
    codes = [compiled(possible.formula).__code__ for possible in found]
    return Compiled(alphabet.bits, alphabet.slots, [_line(possible) for possible in found], marshal.dumps(codes))


def _line(possible: Possible) -> Line:
    value, formula = possible.value, possible.formula
    return Line(
        possible.shape,
        key_of(possible.focus),
        possible.path,
        key_of(value) if value is not None and key_of(value) and not isinstance(value, Slot) else value,
        possible.component,
        {name: term for name, term in possible.row.items() if name not in ("this", "path")},
        not any(isinstance(term, Slot) for term in (value, *possible.row.values())),
        triggers(formula),
        _mask(formula),
    )


def _mask(formula: Formula) -> int | None:
    return None if has_dates(formula) else mask_of(formula)
