"""What a file is when its name does not say: standard input, files without an ending."""

from __future__ import annotations

import json
import re

from dandang.cases.delimited import delimiter_of
from dandang.cases.table_heading import is_item

_JSON = re.compile(r"\{\s*[\"}]|\[\s*(\]|\"|\{\s*[\"}])")
_IRI = re.compile(r"<[^<>\s]*>\s")
_STATEMENT = re.compile(r"(<[^<>\s]*>|_:\S+)\s+<[^<>\s]*>\s.*\.\s*$")
_GRAPH = re.compile(r"^\s*(graph\s+)?(<[^<>\s]*>|[\w.-]*:[\w.-]*)?\s*\{", re.IGNORECASE | re.MULTILINE)


def sniffed(content: bytes) -> str:
    """The syntax of unpacked bytes that are no workbook, as `reading.FORMATS` calls it; YAML where nothing says otherwise."""
    if content.startswith(b"PAR1"):
        return "parquet"
    text = _decoded(content)
    return "csv" if _is_table_head(text) else _sniffed_text(text)


def _decoded(content: bytes) -> str:
    """The text as far as it can be made out: only tables may have another encoding than UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def _sniffed_text(text: str) -> str:
    start = text.lstrip()
    first, _, rest = start.partition("\n")
    if start.startswith(("{", "[")):
        return _sniffed_json(start, first, rest)
    if first.lower().startswith(("<?xml", "<rdf:rdf")):
        return "rdfxml"
    if _STATEMENT.match(first):
        return "nq"
    if _IRI.match(start) or first.lower().startswith(("@prefix", "@base", "prefix ", "base <")):
        return "trig" if _GRAPH.search(start) else "turtle"
    return "yaml"


def _sniffed_json(start: str, first: str, rest: str) -> str:
    if '"@context"' in start:
        return "jsonld"
    if rest.strip() and _is_json(first):
        return "jsonl"
    # What begins as JSON does is told as JSON what is wrong with it; braces also open a group of YAML.
    return "json" if _JSON.match(start) else "yaml"


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table_head(text: str) -> bool:
    cells = text.partition("\n")[0].split(delimiter_of(text))
    return sum(is_item(cell.strip(' "\r')) for cell in cells) > 1
