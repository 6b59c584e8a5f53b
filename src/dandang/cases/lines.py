"""Syntaxes that are read line by line: a bad line is told and left out, and the other lines are read all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dandang.cases.files import decode
from dandang.errors import InputError, MalformedFile
from dandang.messages import Text
from dandang.model import Finding, Place

#: The keys are those of `reading.FORMATS`.
SYNTAXES = ("jsonl", "nt", "nq")
_STATEMENT_LEFT = Text(
    "请改正或者删去这一行；本案件其余各行照常检查",
    "correct the line or remove it; the rest of the case was checked",
)


class Sound(NamedTuple):
    """The content without its bad lines, which leave empty ones behind so that lines keep their numbers, and what is wrong with them."""

    content: bytes
    findings: tuple[Finding, ...]


def sound_lines(content: bytes, name: str, syntax: str, read_line: Callable[[bytes], object]) -> Sound:
    """The lines that can be read. `read_line` reads one line of JSON and raises InputError where it cannot."""
    check = read_line if syntax == "jsonl" else _statement
    kept: list[bytes] = []
    findings: list[Finding] = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        try:
            if line.strip():
                check(line)
            kept.append(line)
        except InputError as error:
            kept.append(b"")
            place = Place(name, number, error.place.column if error.place else None)
            findings.append(Finding(error.code, error.message, error.hint, place))
    return Sound(b"\n".join(kept), tuple(_of_statements(findings) if syntax != "jsonl" else findings))


def _of_statements(findings: list[Finding]) -> list[Finding]:
    """A bad statement is a part of a case, where a bad line of JSON is a whole one."""
    return [
        finding._replace(rule="malformed-line", hint=_STATEMENT_LEFT) if finding.rule == MalformedFile.code else finding
        for finding in findings
    ]


def _statement(line: bytes) -> None:
    import pyoxigraph as ox

    try:
        list(ox.parse(decode(line, "").encode(), ox.RdfFormat.N_QUADS))
    except (SyntaxError, ValueError) as error:
        from dandang.cases.rdf_words import problem

        said = problem(error)
        place = Place(column=getattr(error, "offset", None))
        raise MalformedFile(
            f"这一行不合语法：{said.zh}", f"this line does not parse: {said.en}", place=place
        ) from error
