"""What went wrong with a query, an update or an uploaded document: where it is, and what to write instead."""

from __future__ import annotations

import difflib
import re
from typing import Any

from dandang.errors import BadQuery
from dandang.model import Place
from dandang.namespaces import PREFIXES
from dandang.sparql_guard import Token, tokens
from dandang.web.problems import Busy, QueryTimeout, QueryTooLarge
from dandang.web.sparql_worker import LARGEST, LONGEST, MEMORY, MIB, STORE

#: Vocabularies that queries often use without being part of this graph's own prefixes.
WELL_KNOWN = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "org": "http://www.w3.org/ns/org#",
    "schema": "http://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "wd": "http://www.wikidata.org/entity/",
    "wdt": "http://www.wikidata.org/prop/direct/",
}
_WORDS = """ADD ALL AS ASC ASK BASE BIND BY CLEAR CONSTRUCT COPY CREATE DATA DEFAULT DELETE DESC DESCRIBE DISTINCT DROP
EXISTS FILTER FROM GRAPH GROUP HAVING IN INSERT INTO LIMIT LOAD MINUS MOVE NAMED NOT OFFSET OPTIONAL ORDER PREFIX REDUCED
SELECT SEPARATOR SERVICE SILENT TO UNDEF UNION USING VALUES WHERE WITH ABS AVG BNODE BOUND CEIL COALESCE CONCAT CONTAINS COUNT
DATATYPE DAY FLOOR GROUP_CONCAT HOURS IF IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI LANG LANGMATCHES LCASE MAX MIN MINUTES
MONTH NOW RAND REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS STR STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLEN STRSTARTS
STRUUID SUBSTR SUM TIMEZONE TZ UCASE URI UUID YEAR"""
_KEYWORDS = _WORDS.split()
#: What the engine says about the meaning of a query rather than its form, in both languages.
_MEANINGS = {
    "The SELECT contains a variable that is unbound": (
        "SELECT 里有一个变量，查询中没有给它值，或它既不在 GROUP BY 里也不在汇总函数里",
        "SELECT has a variable that the pattern never binds, or that is neither in GROUP BY nor in an aggregate",
    ),
    "BIND is overriding an existing variable": (
        "BIND 的变量在前面已经有值",
        "the variable of BIND already has a value before it",
    ),
    "IRI parsing failed": ("IRI 写法不对", "the IRI is not well formed"),
}
_ONE = re.compile(r"[\w.]+|&&|\|\||\^\^|[!<>]=")
#: As much of a line as fits beside the place.
_BEFORE, _AFTER = 60, 40
_LONGEST_MESSAGE = 160
_PREFIX = re.compile(r"prefix (\S*?): ?has not been declared", re.IGNORECASE)


def token_ends(text: str) -> tuple[int, ...]:
    """Where each word of a text ends, and the end of the text."""
    return (*(token.start + len(token.text) for token in _visible(text)), len(text))


def unreadable_query(text: str, number: int, message: str) -> BadQuery:
    """A text that stops being SPARQL at a token, or at its end where the number is that after the last."""
    found = _visible(text)
    if undeclared := _undeclared(found[: number + 1]):
        return _at(text, undeclared.start, "前缀没有声明", "the prefix is not declared", _prefix_hint(undeclared.text))
    if quote := next((token for token in found[: number + 1] if token.text in ("'", '"')), None):
        return _at(text, quote.start, "这个引号没有配对", "this quote is never closed", None)
    if "IRI" in message and (iri := next((token for token in found[: number + 1] if _half_iri(text, token)), None)):
        return _at(text, iri.start, *_MEANINGS["IRI parsing failed"], None)
    meaning = next((pair for said, pair in _MEANINGS.items() if said in message), None)
    if number >= len(found):
        zh, en = meaning or ("写到这里还没有完", "something is missing here, at the end")
        return _at(text, len(text.rstrip()), zh, en, None if meaning else _open_hint(found))
    token = found[number]
    zh, en = meaning or (f"这里不该出现 {_short(token.text)}", f"{_short(token.text)} does not fit here")
    return _at(text, token.start, zh, en, None if meaning else _word_hint(token))


def unreadable_document(text: str, header: dict[str, Any]) -> BadQuery:
    """An uploaded document whose syntax is broken."""
    said = header["message"].partition(": ")[2] or header["message"]
    said = said if len(said) <= _LONGEST_MESSAGE else said[:_LONGEST_MESSAGE] + " …"
    hint = (f"解析器的说法：{said}", f"The parser says: {said}")
    if found := _PREFIX.search(said):
        hint = _prefix_hint(found[1] + ":", turtle=True)
    if not header.get("line"):
        return BadQuery("内容读不下去", "the content cannot be read", hint=hint)
    lines = text.split("\n")
    line, column = int(header["line"]), int(header["column"] or 1)
    start = sum(len(before) + 1 for before in lines[: line - 1]) + column - 1
    return _at(text, start, "内容读不下去", "the content cannot be read", hint)


def failed(message: str) -> BadQuery:
    """A request that was read and cannot be carried out."""
    said = message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + " …"
    return BadQuery("请求无法执行", "the request cannot be carried out", hint=(said, said))


def late(seconds: float) -> QueryTimeout:
    """A query that met its deadline."""
    return QueryTimeout(
        f"查询超过 {seconds:g} 秒，已停止",
        f"the query took longer than {seconds:g} s and was stopped",
        hint=("请缩小范围，例如写明类型或条款，或加 LIMIT", "narrow it down: name a type or a clause, or add LIMIT"),
    )


def busy() -> Busy:
    """A query for which there is no place."""
    return Busy("查询太多，请稍后再试", "too many queries at once; try again shortly")


def too_large() -> QueryTooLarge:
    """A query that met its limit of memory, or whose result is too large."""
    memory, whole, longest, store = (size // MIB for size in (MEMORY, LARGEST, LONGEST, STORE))
    return QueryTooLarge(
        "查询占用内存或结果过大，已停止",
        "the query needed too much memory or its result is too large; it was stopped",
        hint=(
            f"请加 LIMIT，或减少没有共同变量的模式。内存上限 {memory} MB；结果上限：分段发送 {longest} MB，"
            f"网页、表格文件和 HTTP/1.0 {whole} MB；可写的数据集 {store} MB",
            f"add LIMIT, or avoid patterns that share no variable. Limits: {memory} MB of memory; results of {longest} MB "
            f"when sent in pieces, {whole} MB for pages, spreadsheets and HTTP/1.0; a writable dataset of {store} MB",
        ),
    )


def _visible(text: str) -> list[Token]:
    """The tokens of a text, none of them cut in two: the guard has numbers and operators in single characters."""
    found: list[Token] = []
    for token in tokens(text):
        if token.kind == "comment" or token.text.isspace():
            continue
        last = found[-1] if found else None
        if last and last.start + len(last.text) == token.start and _ONE.fullmatch(last.text + token.text):
            found[-1] = Token(last.kind, last.text + token.text, last.start)
        else:
            found.append(token)
    return found


def _at(text: str, start: int, zh: str, en: str, hint: tuple[str, str] | None) -> BadQuery:
    """The error with its place, and the line with a caret under the place."""
    line = text.count("\n", 0, start) + 1
    begins = text.rfind("\n", 0, start) + 1
    column = start - begins + 1
    whole = text[begins:].split("\n", 1)[0].rstrip("\r")
    shown = max(0, column - 1 - _BEFORE)
    excerpt = whole[shown : column - 1 + _AFTER]
    # A caret stands under its place also where characters before it are two columns wide.
    blank = "".join(
        "\t" if sign == "\t" else "\u3000" if sign > "\u2e7f" else " " for sign in excerpt[: column - 1 - shown]
    )
    return BadQuery(
        f"第 {line} 行第 {column} 列：{zh}",
        f"line {line}, column {column}: {en}",
        hint=hint,
        place=Place("", line, column),
        excerpt=f"{excerpt}\n{blank}^",
    )


def _half_iri(text: str, token: Token) -> bool:
    """Whether a token is the beginning of an IRI that is none, and no sign for less."""
    return token.text == "<" and not text[token.start + 1 : token.start + 2].isspace()


def _undeclared(found: list[Token]) -> Token | None:
    """The first name, of those up to the place of the error, whose prefix nobody declared."""
    declared = set(PREFIXES)
    before = ""
    for token in found:
        if before == "<":
            # What should have been an IRI is no name.
            before = ""
            continue
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and ":" in token.text and not token.text.startswith(("_:", "?", "$", "@")):
            if before == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                return token
        elif before == "PREFIX" and token.text == ":":
            declared.add("")
        before = token.text.upper()
    return None


def _prefix_hint(name: str, *, turtle: bool = False) -> tuple[str, str]:
    prefix = name.partition(":")[0]
    known = {**WELL_KNOWN, **PREFIXES}

    def line(prefix: str, iri: str) -> str:
        return f"@prefix {prefix}: <{iri}> ." if turtle else f"PREFIX {prefix}: <{iri}>"

    if prefix in known:
        added = line(prefix, known[prefix])
        return f"请在开头加上：{added}", f"add at the beginning: {added}"
    if near := difflib.get_close_matches(prefix, known, n=1, cutoff=0.6):
        added = "" if near[0] in PREFIXES and not turtle else line(near[0], known[near[0]])
        zh = f"是不是 {near[0]}:" + (f"？请在开头加上：{added}" if added else f"（{known[near[0]]}）？")
        en = f"did you mean {near[0]}:" + (f"? Add at the beginning: {added}" if added else f" ({known[near[0]]})?")
        return zh, en
    example = line(prefix, "http://example.org/")
    return f"请在开头声明，例如：{example}", f"declare it at the beginning, for example: {example}"


def _word_hint(token: Token) -> tuple[str, str] | None:
    """The keyword that a word may have been meant to be."""
    word = token.text.upper()
    if token.kind != "word" or word in _KEYWORDS:
        return None
    near = difflib.get_close_matches(word, _KEYWORDS, n=1, cutoff=0.7)
    return (f"是不是 {near[0]}？", f"did you mean {near[0]}?") if near else None


def _open_hint(found: list[Token]) -> tuple[str, str] | None:
    """The bracket that is still open at the end."""
    pairs = {"{": "}", "(": ")", "[": "]"}
    open_: list[str] = []
    for token in found:
        if token.text in pairs:
            open_.append(token.text)
        elif token.text in pairs.values() and open_:
            open_.pop()
    if not open_:
        return None
    return f"{open_[-1]} 没有对应的 {pairs[open_[-1]]}", f"{open_[-1]} has no {pairs[open_[-1]]} yet"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
