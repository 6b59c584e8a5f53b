"""A case file → cases, with every mistake found on the way.

YAML, JSON and workbooks are read key by key, Turtle and JSON-LD from their graph; all end in the same `Case`. Mistakes become findings with a place:
validation reports them beside those of the shapes, assessment refuses the case with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dandang.cases.derive import Derivation
from dandang.cases.fields import CaseReader
from dandang.cases.files import MAX_TABLE, decode, is_workbook, read_bytes
from dandang.cases.json_nodes import parse_json, parse_json_lines
from dandang.cases.nodes import Mapping_, Node, Sequence_, parse_yaml
from dandang.errors import MalformedFile, RejectedCase
from dandang.messages import Text
from dandang.model import Case, Finding, Place, Policy, Vocabulary

if TYPE_CHECKING:
    from dandang.cases.table import Locate, Row, TableRow

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


def read_stated(
    content: bytes, policy: Policy, *, name: str = "", syntax: str = "", vocabulary: Vocabulary | None = None
) -> list[ReadCase]:
    """The cases in the bytes of a file as they were stated, nothing derived. Many files: keep the policy's `Vocabulary`."""
    vocabulary = vocabulary or Vocabulary(policy)
    told = syntax_told(content, name, syntax)
    if told == "xlsx" or is_workbook(content):
        return _read_workbook(content, vocabulary, name)
    if told == "csv":
        return _read_csv(content, vocabulary, name)
    if told == "parquet":
        return _read_parquet(content, vocabulary, name)
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


def _nothing(name: str) -> MalformedFile:
    hint = ("至少要有 id 和 title", "a case has at least an id and a title")
    return MalformedFile("文件里没有案件", "there is no case in the file", hint=hint, place=Place(name))


def _cases_in(document: Node) -> Iterator[Node]:
    if isinstance(document, Sequence_):
        yield from document.items
    else:
        yield document


def _read(node: Node, policy: Policy, vocabulary: Vocabulary) -> ReadCase:
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
    """The cases of a workbook: many as the rows of a table, or one with its facts line by line."""
    from dandang.cases.sheet import parse_sheet
    from dandang.cases.workbook import Workbook

    policy = vocabulary.policy
    table = Workbook(content, name).table(vocabulary)
    if table is not None:
        return _some(
            (one.read() for one in read_table(table.rows, table.locate, policy, vocabulary, found=table.findings)), name
        )
    node, findings = parse_sheet(content, name, vocabulary)
    read = _read(node, policy, vocabulary)
    return [read._replace(findings=(*findings, *read.findings))]


def read_rows(name: str, policy: Policy, *, syntax: str = "") -> Iterator[Stated]:
    """The cases of a table of any size, row by row, as they were stated; `syntax` is that of the name, where nothing else is said. Raises UnreadableFile or MalformedFile when it comes to that."""
    content = read_bytes(name, most=MAX_TABLE)
    vocabulary = Vocabulary(policy)
    syntax = syntax or syntax_of(name)
    if syntax == "csv":
        from dandang.cases.delimited import CsvTable, csv_text

        table = CsvTable(csv_text(content, name), name)
        yield from read_table(table.rows(), table.locate, policy, vocabulary)
    elif syntax == "parquet":
        from dandang.cases.columnar import parquet_places, parquet_rows

        yield from read_table(parquet_rows(content, name), parquet_places(name), policy, vocabulary)
    else:
        from dandang.cases.workbook import Workbook

        sheet = Workbook(content, name, large=True).table(vocabulary)
        if sheet is None:
            for one in _read_workbook(content, vocabulary, name):
                yield Stated(None, one.findings, partial(_itself, one))
        else:
            yield from read_table(sheet.rows, sheet.locate, policy, vocabulary, found=sheet.findings)


def _read_csv(content: bytes, vocabulary: Vocabulary, name: str) -> list[ReadCase]:
    from dandang.cases.delimited import CsvTable, csv_text

    table = CsvTable(csv_text(content, name), name)
    return _some((one.read() for one in read_table(table.rows(), table.locate, vocabulary.policy, vocabulary)), name)


def _read_parquet(content: bytes, vocabulary: Vocabulary, name: str) -> list[ReadCase]:
    from dandang.cases.columnar import parquet_places, parquet_rows

    rows, places = parquet_rows(content, name), parquet_places(name)
    return _some((one.read() for one in read_table(rows, places, vocabulary.policy, vocabulary)), name)


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


def read_table(
    rows: Iterable[Row], locate: Locate, policy: Policy, vocabulary: Vocabulary, *, found: Iterable[Finding] = ()
) -> Iterator[Stated]:
    """The cases of a table, row by row. `found` and what is wrong with the headings goes with the first case. Raises MalformedFile."""
    from dandang.cases.table import table_rows

    def read(row: TableRow, before: tuple[Finding, ...]) -> ReadCase:
        case = _read(row.nodes(), policy, vocabulary)
        return case._replace(findings=(*before, *case.findings))

    waiting = list(found)
    for row, findings in table_rows(rows, vocabulary, locate):
        waiting += findings
        if row is not None:
            before, waiting = tuple(waiting), []
            yield Stated(row, before, partial(read, row, before))


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
