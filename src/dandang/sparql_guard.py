"""What a query may not ask: another server, an update, a graph that is not here.

The engine offers no parse tree, so the query is read as SPARQL's own tokens: after comments, strings and IRIs are told apart
from words, a word SERVICE is the keyword. The worker process could reach nothing anyhow; this says so in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
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
#: An address that no two programs read differently: no user, no escapes in the host.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>[1-9][0-9]{0,4}))?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
#: Words between which an update names the graphs that its pattern is matched against.
_OWN_DATASET = {"USING", "WITH"}
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"}
_QUERIES = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
#: A text without any of these, wherever they stand, need not be read token by token.
_NOTABLE = (*sorted(_UPDATES), "SERVICE", "FROM")


class Token(NamedTuple):
    """A token of SPARQL (kind is the name of its group in _TOKEN) and where it starts."""

    kind: str
    text: str
    start: int


class Checked(NamedTuple):
    """A query that may run: whether it names its graphs itself, and whether it asks other servers."""

    query: str
    dataset: bool
    network: bool = False


def checked(query: str, *, hosts: Collection[str] = ()) -> Checked:
    """The query, if it may run: SERVICE may ask the `hosts` (`example.org`, or with a port `example.org:8890`).

    Raises BadQuery.
    """
    if not query.strip():
        raise BadQuery("查询是空的", "the query is empty", hint=("请写一条 SPARQL 查询", "write a SPARQL query"))
    if not _notable(query):
        return Checked(query, dataset=False)
    words = list(_words(query))
    form = next((word for word in words if word in _UPDATES | _QUERIES), "")
    if form in _UPDATES:
        raise BadQuery(
            f"这里只读，不接受更新（{form}）",
            f"this endpoint is read-only and takes no updates ({form})",
            hint=("可用 SELECT、ASK、CONSTRUCT、DESCRIBE", "SELECT, ASK, CONSTRUCT and DESCRIBE are open"),
        )
    asked = _services(query, hosts)
    return Checked(query, "FROM" in words, bool(asked))


def _notable(query: str) -> bool:
    # Faster than an expression that looks for any of them at every place.
    text = query.upper()
    return any(word in text for word in _NOTABLE)


def checked_update(update: str) -> str:
    """The update, if it may run. Raises BadQuery."""
    if any(_keyword(token, "LOAD") for token in tokens(update)):
        raise BadQuery(
            "不允许用 LOAD 读取别处的文件",
            "LOAD, which reads a document from elsewhere, is closed here",
            hint=(
                "请用图存储协议上传：PUT /graphs?graph=…",
                "upload it with the graph store protocol: PUT /graphs?graph=…",
            ),
        )
    _services(update, ())
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


def _services(query: str, hosts: Collection[str]) -> list[str]:
    """The addresses that SERVICE asks. Raises BadQuery where one may not be asked."""
    if "SERVICE" not in query.upper():
        return []
    found = [token for token in tokens(query) if token.kind != "comment" and not token.text.isspace()]
    places = [place for place, token in enumerate(found) if _keyword(token, "SERVICE")]
    if places and not hosts:
        raise BadQuery(
            "不允许用 SERVICE 访问别的服务器",
            "SERVICE, which asks another server, is closed here",
            hint=(
                "请去掉 SERVICE；本站的数据都在本站，直接写图样就能查到",
                "leave SERVICE out; all data of this site is here, and a pattern alone finds it",
            ),
        )
    return [_service(found[place:], hosts) for place in places]


def _service(found: Sequence[Token], hosts: Collection[str]) -> str:
    """The address after the keyword that the tokens begin with."""
    after = [token for token in found[1:3] if token.text.upper() != "SILENT"]
    written = _unescaped(after[0].text[1:-1]) if after and after[0].kind == "iri" else ""
    address = _ADDRESS.fullmatch(written)
    if found[0].text.upper() != "SERVICE" or not address:
        raise BadQuery(
            "SERVICE 后面只能是写全的地址",
            "SERVICE takes an address written in full",
            hint=(
                "例如 SERVICE <https://example.org/sparql>；不接受变量、前缀和相对地址",
                "for example SERVICE <https://example.org/sparql>; no variable, prefix or relative address",
            ),
        )
    host, port = address["host"].lower(), address["port"]
    standard = "80" if address["scheme"].lower() == "http" else "443"
    names = {f"{host}:{port or standard}", *([host] if port in (None, standard) else [])}
    if names.isdisjoint(name.lower() for name in hosts):
        allowed = sorted(hosts)
        raise BadQuery(
            f"SERVICE 不能访问 {host}{f':{port}' if port else ''}",
            f"SERVICE may not ask {host}{f':{port}' if port else ''}",
            hint=(f"可以访问：{'、'.join(allowed)}", f"it may ask {', '.join(allowed)}"),
        )
    return written


def _keyword(token: Token, keyword: str) -> bool:
    """Whether the engine may read the keyword in a token: it lets a keyword touch what comes before and after it.

    A hyphen always belongs to the name it stands in (`fact:long-service-…`).
    """
    text = token.text.upper()
    if token.kind == "word":
        return keyword in text
    if token.kind != "name" or keyword not in text:
        return False
    prefix = "" if text[0] in "?$@" else text.partition(":")[0]
    return keyword in prefix or any(sign + keyword in text for sign in ".%\\")


def foreign_graphs(query: str, known: frozenset[str]) -> list[str]:
    """The graphs named after FROM by an IRI in full that are not here. (A prefixed name that is not here finds nothing.)"""
    found, after = [], False
    for kind, text in _tokens(query):
        if kind == "iri" and after and (iri := _unescaped(text[1:-1])) not in known:
            found.append(iri)
        if kind in ("comment", "other") and not text.strip():
            continue
        after = kind == "word" and (text.upper() == "FROM" or (after and text.upper() == "NAMED"))
    return found


def _words(query: str) -> Iterator[str]:
    return (text.upper() for kind, text in _tokens(query) if kind == "word")


def tokens(query: str) -> Iterator[Token]:
    """All tokens, with comments and blanks. What is no token of SPARQL comes as single characters."""
    # As the engine reads it: \u escapes stand within IRIs and strings only, and never make a keyword or end a string.
    return (Token(match.lastgroup or "", match.group(), match.start()) for match in _TOKEN.finditer(query))


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    return ((token.kind, token.text) for token in tokens(query))


def _unescaped(iri: str) -> str:
    return _ESCAPE.sub(_character, iri)


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    return chr(code) if code < 0x110000 else match.group()
