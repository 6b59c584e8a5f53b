"""What a query may not ask: another server, an update, a graph that is not here.

The engine offers no parse tree, so the query is read as SPARQL's own tokens: after comments, strings and IRIs are told apart
from words, a word SERVICE is the keyword. The worker process could reach nothing anyhow; this says so in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dandang.errors import BadQuery

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n\r]*)
  | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
  | (?P<string>\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<name>[?$@]\w[\w-]*|_:[\w.-]+|[\w][\w.-]*?:(?:[\w.:%-]|\\.)*|(?<![\w]):(?:[\w.:%-]|\\.)+)
  | (?P<word>[A-Za-z]+)
  | (?P<other>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"}
_QUERIES = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


class Checked(NamedTuple):
    """A query that may run; `dataset` tells whether it names its graphs itself."""

    query: str
    dataset: bool


def checked(query: str) -> Checked:
    """The query, if it may run. Raises BadQuery."""
    if not query.strip():
        raise BadQuery("查询是空的", "the query is empty", hint=("请写一条 SPARQL 查询", "write a SPARQL query"))
    words = list(_words(query))
    form = next((word for word in words if word in _UPDATES | _QUERIES), "")
    if form in _UPDATES:
        raise BadQuery(
            f"这里只读，不接受更新（{form}）",
            f"this endpoint is read-only and takes no updates ({form})",
            hint=("可用 SELECT、ASK、CONSTRUCT、DESCRIBE", "SELECT, ASK, CONSTRUCT and DESCRIBE are open"),
        )
    if "SERVICE" in words:
        raise BadQuery(
            "不允许用 SERVICE 访问别的服务器",
            "SERVICE, which asks another server, is closed here",
            hint=("请去掉 SERVICE；本站数据都在同一个图里", "leave SERVICE out; all data of this site is in one graph"),
        )
    return Checked(query, "FROM" in words)


def foreign_graphs(query: str, known: frozenset[str]) -> list[str]:
    """The graphs named after FROM by an IRI in full that are not here. (A prefixed name that is not here finds nothing.)"""
    found, after = [], False
    for kind, text in _tokens(query):
        if kind == "iri" and after and text[1:-1] not in known:
            found.append(text[1:-1])
        if kind in ("comment", "other") and not text.strip():
            continue
        after = kind == "word" and (text.upper() == "FROM" or (after and text.upper() == "NAMED"))
    return found


def _words(query: str) -> Iterator[str]:
    return (text.upper() for kind, text in _tokens(query) if kind == "word")


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    plain = _ESCAPE.sub(_character, query)
    return ((match.lastgroup or "", match.group()) for match in _TOKEN.finditer(plain))


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    return chr(code) if code < 0x110000 else match.group()
