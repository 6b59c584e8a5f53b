"""What a query may not ask: another server, an update, a graph that is not here.

The engine offers no parse tree, so the query is read as SPARQL's own tokens: after comments, strings and IRIs are told apart
from words, a word SERVICE is the keyword. The worker process could reach nothing anyhow; this says so in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dandang.errors import BadQuery

_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n\r]*)
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
  | (?P<string>\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
  | (?P<name>[?$@]\w[\w-]*|_:[\w.-]+|[\w][\w.-]*?:(?:[\w.:%-]|\\.)*|(?<![\w]):(?:[\w.:%-]|\\.)+)
  | (?P<word>[A-Za-z]+)
  | (?P<other>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
#: Words between which an update names the graphs that its pattern is matched against.
_OWN_DATASET = {"USING", "WITH"}
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
    _refuse_others(words)
    return Checked(query, "FROM" in words)


def checked_update(update: str) -> str:
    """The update, if it may run. Raises BadQuery."""
    words = list(_words(update))
    if "LOAD" in words:
        raise BadQuery(
            "不允许用 LOAD 读取别处的文件",
            "LOAD, which reads a document from elsewhere, is closed here",
            hint=(
                "请用图存储协议上传：PUT /graphs?graph=…",
                "upload it with the graph store protocol: PUT /graphs?graph=…",
            ),
        )
    _refuse_others(words)
    return update


def with_dataset(update: str, using: Iterable[str], named: Iterable[str]) -> str:
    """The update, its patterns matched against the graphs that the protocol request names.

    The engine takes no dataset for an update, so the clauses USING and USING NAMED are written into every operation that
    has a pattern. Raises BadQuery where an operation has its own dataset: the protocol forbids to give both.
    """
    clauses = "".join([*(f"USING <{iri}> " for iri in using), *(f"USING NAMED <{iri}> " for iri in named)])
    if not clauses:
        return update
    tokens = list(_tokens(update))
    written: list[str] = []
    depth, before = 0, ""
    for place, (kind, text) in enumerate(tokens):
        word = text.upper() if kind == "word" and depth == 0 else ""
        if word in _OWN_DATASET:
            raise BadQuery(
                f"更新里有 {word}，请求又用参数指定了图",
                f"the update has {word}, and the request names graphs by parameter too",
                hint=("两者只能用其一", "use one or the other"),
            )
        if word == "WHERE":
            # DELETE WHERE is short for the same pattern twice, and only the long form takes a dataset.
            written.append(_group(tokens[place + 1 :]) + " " if before == "DELETE" else "")
            written.append(clauses)
        written.append(text)
        depth += {"{": 1, "}": -1}.get(text, 0)
        before = before if kind == "comment" or not text.strip() else word
    return "".join(written)


def _group(tokens: list[tuple[str, str]]) -> str:
    """The text of a group in braces; the tokens begin at or before its opening brace."""
    depth = 0
    for place, (_, text) in enumerate(tokens):
        depth += {"{": 1, "}": -1}.get(text, 0)
        if text == "}" and depth == 0:
            return "".join(text for _, text in tokens[: place + 1])
    return ""


def _refuse_others(words: list[str]) -> None:
    if "SERVICE" in words:
        raise BadQuery(
            "不允许用 SERVICE 访问别的服务器",
            "SERVICE, which asks another server, is closed here",
            hint=("请去掉 SERVICE；本站数据都在同一个图里", "leave SERVICE out; all data of this site is in one graph"),
        )


def foreign_graphs(query: str, known: frozenset[str]) -> list[str]:
    """The graphs named after FROM by an IRI in full that are not here. (A prefixed name that is not here finds nothing.)"""
    found, after = [], False
    for kind, text in _tokens(query):
        if kind == "iri" and after and (iri := _ESCAPE.sub(_character, text[1:-1])) not in known:
            found.append(iri)
        if kind in ("comment", "other") and not text.strip():
            continue
        after = kind == "word" and (text.upper() == "FROM" or (after and text.upper() == "NAMED"))
    return found


def _words(query: str) -> Iterator[str]:
    return (text.upper() for kind, text in _tokens(query) if kind == "word")


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    # As the engine reads it: \u escapes stand within IRIs and strings only, and never make a keyword or end a string.
    return ((match.lastgroup or "", match.group()) for match in _TOKEN.finditer(query))


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    return chr(code) if code < 0x110000 else match.group()
