"""A case file → cases, with every mistake found on the way.

YAML, JSON and workbooks are read key by key, Turtle and JSON-LD from their graph; all end in the same `Case`. Mistakes become findings with a place:
validation reports them beside those of the shapes, assessment refuses the case with all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from dandang.cases.derive import Derivation
from dandang.cases.fields import CaseReader
from dandang.cases.files import MAX_TABLE, decode, is_workbook, read_bytes, read_so_far
from dandang.cases.foreign import refuse_foreign
from dandang.cases.json_nodes import parse_json, parse_json_lines
from dandang.cases.nodes import Mapping_, Node, Scalar, Sequence_, parse_yaml
from dandang.errors import MalformedFile, NoCases, RejectedCase, UnreadableFile
from dandang.messages import Text
from dandang.model import Case, Finding, Place, Policy
from dandang.vocabulary import Vocabulary

if TYPE_CHECKING:
    from dandang.cases.table import TablePart, TableRow
    from dandang.cases.workbook import Table, Workbook

FORMATS = {
    "yaml": "yaml",
    "yml": "yaml",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "jsonld": "jsonld",
    "ttl": "turtle",
    "trig": "trig",
    "nt": "nt",
    "nq": "nq",
    "rdf": "rdfxml",
    "owl": "rdfxml",
    "xml": "rdfxml",
    "xlsx": "xlsx",
    "csv": "csv",
    "tsv": "csv",
    "parquet": "parquet",
}


#: A line of a case whose colon was typed with the Chinese keyboard.
_FULL_WIDTH = re.compile(r"([^\s：:]{1,40})：")
_READ_SO_FAR = Text("这一行以前的已经检查", "what stands before this line was checked")
RDF_SYNTAXES = ("turtle", "trig", "nt", "nq", "jsonld", "rdfxml")


class ReadCase(NamedTuple):
    """A case and what is wrong with the way it was written."""

    case: Case
    findings: tuple[Finding, ...] = ()


def read_file(name: str, policy: Policy, *, syntax: str = "") -> list[ReadCase]:
    """The cases of one file; `-` is standard input. Raises UnreadableFile or MalformedFile."""
    return read_cases(read_bytes(name), policy, name=name, syntax=syntax)


def read_cases(content: bytes, policy: Policy, *, name: str = "", syntax: str = "") -> list[ReadCase]:
    """The cases in the bytes of a file, with the facts that follow. The syntax is told by the name's ending, by the content where it says nothing."""
    read = read_stated(content, policy, name=name, syntax=syntax)
    derivation = Derivation(policy)
    return [item._replace(case=derivation.applied(item.case)) for item in read]


def read_partly(name: str, policy: Policy, *, syntax: str = "") -> tuple[list[ReadCase], tuple[Finding, ...]]:
    """The cases of one file, and what is wrong with the lines that hold none: in JSON Lines, N-Triples and N-Quads a bad line, or an end that is missing,
    does not take the others with it. Raises UnreadableFile or MalformedFile for any other file."""
    from dandang.cases.lines import SYNTAXES, sound_lines

    content, fault = read_so_far(name)
    told = syntax or syntax_of(name) or _sniffed(content)
    try:
        if fault:
            raise fault
        return read_cases(content, policy, name=name, syntax=syntax), ()
    except (UnreadableFile, MalformedFile):
        if told not in SYNTAXES or not content.strip():
            raise
    told_of_file = []
    if fault:
        # The last line was not unpacked to its end.
        content = content[: content.rfind(b"\n") + 1]
        so_far = Place(name, content.count(b"\n") + 1)
        told_of_file.append(Finding(fault.code, fault.message, fault.hint or _READ_SO_FAR, so_far))
    vocabulary = Vocabulary(policy)
    sound = sound_lines(
        content, name, told, lambda line: read_stated(line, policy, name=name, syntax="json", vocabulary=vocabulary)
    )
    read = read_cases(sound.content, policy, name=name, syntax=told) if sound.content.strip() else []
    return read, (*told_of_file, *sound.findings)


def read_stated(
    content: bytes, policy: Policy, *, name: str = "", syntax: str = "", vocabulary: Vocabulary | None = None
) -> list[ReadCase]:
    """The cases in the bytes of a file as they were stated, nothing derived. Many files: keep the policy's `Vocabulary`."""
    refuse_foreign(content, name)
    vocabulary = vocabulary or Vocabulary(policy)
    told = syntax_told(content, name, syntax)
    if told == "xlsx" or is_workbook(content):
        return _read_workbook(content, vocabulary, name)
    if told == "csv":
        return [one.read() for one in _csv_cases(content, vocabulary, name)]
    if told == "parquet":
        return [one.read() for one in _parquet_cases(content, vocabulary, name)]
    text = decode(content, name)
    if told in RDF_SYNTAXES:
        from dandang.cases.rdf import read_rdf

        read = read_rdf(text, told, vocabulary, name)
        found = [ReadCase(case, tuple(findings)) for case, findings in read]
    else:
        parse = {"json": parse_json, "jsonl": parse_json_lines}.get(told, parse_yaml)
        nodes = parse(text, name)
        found = [_read(node, policy, vocabulary) for document in nodes for node in _cases_in(document)]
    return _some(found, name)


def accepted(read: Iterable[ReadCase]) -> list[Case]:
    """The cases, if none has a mistake that makes an answer impossible; else raises RejectedCase with all mistakes."""
    found = list(read)
    errors = [finding for item in found for finding in item.findings if finding.severity == "error"]
    if errors:
        raise RejectedCase(errors)
    return [item.case for item in found]


def is_case_file(name: str) -> bool:
    """Whether the name of a file is that of a case file. `.xml` alone does not say so; hidden files are none."""
    own = _own_name(name)
    return (
        bool(syntax_of(own)) and not own.startswith(".") and not own.lower().endswith(".xml") and not is_lock_file(own)
    )


def is_lock_file(name: str) -> bool:
    """Whether a file is what Excel and WPS put beside an open workbook."""
    return _own_name(name).startswith("~$")


def _own_name(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def syntax_of(name: str) -> str:
    """The syntax that the ending of a name stands for; empty where it says nothing."""
    inner = name.lower().removesuffix(".gz").removesuffix(".zst")
    return FORMATS.get(inner.rsplit(".", 1)[-1], "") if "." in inner else ""


def syntax_told(content: bytes, name: str = "", syntax: str = "") -> str:
    """The syntax of a file: the one that is named, that of its ending, or what its content looks like."""
    return syntax or syntax_of(name) or _sniffed(content)


def _sniffed(content: bytes) -> str:
    # Seldom needed, and it loads what reads tables.
    from dandang.cases.sniffing import sniffed

    return sniffed(content)


def _nothing(name: str) -> NoCases:
    hint = ("至少要有 id 和 title", "a case has at least an id and a title")
    return NoCases("文件里没有案件", "there is no case in the file", hint=hint, place=Place(name))


def _cases_in(document: Node) -> Iterator[Node]:
    if isinstance(document, Sequence_):
        yield from document.items
    else:
        yield document


def _read(node: Node, policy: Policy, vocabulary: Vocabulary) -> ReadCase:
    if isinstance(node, Scalar) and (full_width := _FULL_WIDTH.match(node.text)):
        key = full_width[1]
        raise MalformedFile(
            f"“{key}”后面的冒号是全角的",
            f'the colon after "{key}" is a full-width one',
            hint=(
                f"各行都用半角冒号加一个空格，例如 {key}: …",
                f"in every line use a half-width colon and a space, as in {key}: …",
            ),
            place=node.place,
        )
    if not isinstance(node, Mapping_):
        hint = (
            "案件由“键：值”组成，例如 id: 2018-017",
            "a case is made of `key: value` lines, for example id: 2018-017",
        )
        raise MalformedFile("这里不是一件案件", "this is not a case", hint=hint, place=node.place)
    reader = CaseReader(policy, vocabulary)
    case = reader.case(node)
    return ReadCase(case, tuple(reader.findings))


def _read_workbook(content: bytes, vocabulary: Vocabulary, name: str) -> list[ReadCase]:
    """The cases of a workbook: many as the rows of tables, or one with its facts line by line."""
    from dandang.cases.workbook import Workbook

    book = Workbook(content, name)
    tables = book.tables(vocabulary)
    if tables:
        return [one.read() for one in _workbook_cases(tables, vocabulary, name)]
    return [_read_form(content, book, vocabulary, name)]


def _workbook_cases(tables: Iterable[Table], vocabulary: Vocabulary, name: str) -> Iterator[Stated]:
    from dandang.cases.table import table_parts

    parts = (
        table_parts(table.rows, vocabulary, table.locate, found=table.findings, broken=table.broken) for table in tables
    )
    return read_table(chain.from_iterable(parts), vocabulary, name)


def _read_form(content: bytes, book: Workbook, vocabulary: Vocabulary, name: str) -> ReadCase:
    """The case of a workbook for one case. Raises MalformedFile where it is none."""
    from dandang.cases.sheet import form_sheets, parse_sheet

    form = parse_sheet(content, name, vocabulary)
    if form is None:
        raise book.no_cases(vocabulary)
    read = _read(form.case, vocabulary.policy, vocabulary)
    case = read.case._replace(places={**form.cells, **read.case.places})
    told = (*book.left_out(form_sheets(), vocabulary), *book.computed(form_sheets()))
    return ReadCase(case, (*told, *form.findings, *read.findings))


def read_rows(name: str, policy: Policy, *, syntax: str = "") -> Iterator[Stated]:
    """The cases of a table of any size, row by row, as they were stated; `syntax` is that of the name, where nothing else is said. Raises UnreadableFile or MalformedFile when it comes to that."""
    content = read_bytes(name, most=MAX_TABLE)
    refuse_foreign(content, name)
    vocabulary = Vocabulary(policy)
    syntax = syntax or syntax_of(name)
    if syntax == "csv":
        yield from _csv_cases(content, vocabulary, name)
    elif syntax == "parquet":
        yield from _parquet_cases(content, vocabulary, name)
    else:
        from dandang.cases.workbook import Workbook

        book = Workbook(content, name, large=True)
        if tables := book.tables(vocabulary):
            yield from _workbook_cases(tables, vocabulary, name)
        else:
            one = _read_form(content, book, vocabulary, name)
            yield Stated(None, one.findings, partial(_itself, one))


def _csv_cases(content: bytes, vocabulary: Vocabulary, name: str) -> Iterator[Stated]:
    from dandang.cases.delimited import CsvTable, csv_text
    from dandang.cases.table import table_parts

    table = CsvTable(csv_text(content, name), name)
    return read_table(table_parts(table.rows(), vocabulary, table.locate, shifts=True), vocabulary, name)


def _parquet_cases(content: bytes, vocabulary: Vocabulary, name: str) -> Iterator[Stated]:
    from dandang.cases.columnar import parquet_places, parquet_rows
    from dandang.cases.table import table_parts

    return read_table(table_parts(parquet_rows(content, name), vocabulary, parquet_places(name)), vocabulary, name)


def _itself(read: ReadCase) -> ReadCase:
    return read


def _some(read: Iterable[ReadCase], name: str) -> list[ReadCase]:
    """The cases. Raises MalformedFile where there is none."""
    found = list(read)
    if not found:
        raise _nothing(name)
    return found


class Stated(NamedTuple):
    """A case of a table as it was stated: `read` reads it, with `findings`, which are those of the table. `row` is None for a form with one case."""

    row: TableRow | None
    findings: tuple[Finding, ...]
    read: Callable[[], ReadCase]


def read_table(parts: Iterable[TablePart], vocabulary: Vocabulary, name: str) -> Iterator[Stated]:
    """The cases of a table, or of several one behind the other, row by row. What is found between rows goes with the next case, at the end with the last.
    Raises MalformedFile, NoCases where there is none."""
    held: tuple[TableRow, list[Finding]] | None = None
    waiting: list[Finding] = []
    try:
        for row, findings in parts:
            waiting += findings
            if row is None:
                continue
            if held:
                yield _stated(*held, vocabulary)
            held, waiting = (row, waiting), []
    except MalformedFile:
        # What comes before the broken place is read.
        if held:
            yield _stated(*held, vocabulary)
        raise
    if held is None:
        raise _no_rows(waiting, name)
    yield _stated(held[0], held[1] + waiting, vocabulary)


def _stated(row: TableRow, before: list[Finding], vocabulary: Vocabulary) -> Stated:
    def read() -> ReadCase:
        found = _read(row.nodes(), vocabulary.policy, vocabulary)
        case = found.case._replace(places=row.cells(found.case.places))
        return ReadCase(case, (*before, *found.findings))

    return Stated(row, tuple(before), read)


def _no_rows(found: Iterable[Finding], name: str) -> NoCases:
    """The error for a table without a case, with what else was found in it."""
    told = list(found)
    example = next((finding.place for finding in told if finding.rule == "example-row"), None)
    hint = Text("列名下面每行写一件案件", "below the headings write a row for each case")
    if example:
        hint = Text(
            "示例行不算案件；请从示例行的下一行起，每行写一件案件",
            "the example row is no case: write a row for each case, beginning below it",
        )
    zh, en = zip(hint, *(finding.message for finding in told if finding.rule.endswith("-sheet")), strict=True)
    return NoCases(
        "表格里没有案件",
        "there is no case in the table",
        hint=("。".join(zh), ". ".join(en)),
        place=example or Place(name),
    )


def without_duplicates(found: list[ReadCase]) -> list[ReadCase]:
    """The same cases, of one file or several; a second one of the same id carries a finding."""
    first: dict[str, Place | None] = {}
    checked = []
    for item in found:
        identifier, place = item.case.id, item.case.places.get("id") or item.case.place
        if identifier in first:
            message = Text(
                f"案件编号“{identifier}”重复，前一件在 {first[identifier] or '同一文件'}",
                f'case id "{identifier}" is used twice; first at {first[identifier] or "the same file"}',
            )
            hint = Text("每件案件用自己的编号", "give each case an id of its own")
            finding = Finding("duplicate-id", message, hint, place, focus=identifier, value=identifier)
            item = item._replace(findings=(*item.findings, finding))
        elif identifier:
            first[identifier] = place
        checked.append(item)
    return checked
