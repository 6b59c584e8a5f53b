"""JSON text → nodes that know where they stand. Duplicate keys stay visible."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator

from dandang.cases.nodes import MAX_DEPTH, Mapping_, Node, Scalar, Sequence_, too_deep
from dandang.errors import MalformedFile
from dandang.messages import Text
from dandang.model import Place

_SPACE = re.compile(r"[ \t\n\r]*")
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_LONE = re.compile("[\ud800-\udfff]")
#: What Python writes and reads, and nobody else.
_NOT_JSON = ("NaN", "Infinity", "-Infinity")
_NULL = ("不知道的值写 null，文字用双引号括起来", "write null for what is not known, and text in double quotes")
#: What the parser of the standard library says, for people who do not read English.
_PROBLEMS = {
    "Expecting value": "这里应是一个值，文字要用半角双引号括起来",
    "Expecting property name enclosed in double quotes": "键要用半角双引号括起来；最后一项后面不写逗号",
    "Illegal trailing comma before end of object": "最后一项后面不写逗号",
    "Illegal trailing comma before end of array": "最后一项后面不写逗号",
    "Expecting ':' delimiter": "键后缺少半角冒号",
    "Expecting ',' delimiter": "缺少半角逗号，或者括号、引号没有成对",
    "Unterminated string starting at": "从这里开始的文字没有写完，引号没有成对",
    "Invalid control character at": "文字里不能直接换行或者用制表符，请写成 \\n、\\t",
    "Invalid \\escape": "反斜杠后面的写法不对；要写反斜杠本身，请写两个",
    "Invalid \\uXXXX escape": "\\u 后面应是四位十六进制数",
    "Extra data": "案件写完以后还有多余的内容；几件案件请写成列表，或者每行一件存为 .jsonl",
}


_CUT = Text(
    "到这里就没有下文了，括号没有成对，内容可能没有存全",
    "the text ends here with brackets left open; the file may not be complete",
)


def parse_json(text: str, name: str) -> Iterator[Node]:
    """The one document of a JSON text. Raises MalformedFile at the place of a syntax error."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise json_fault(error, name) from error
    except RecursionError as error:
        raise too_deep(Place(name)) from error
    yield _Reader(text, name).document()


def parse_json_lines(text: str, name: str) -> Iterator[Node]:
    """The documents of a JSON Lines text, one a line. Raises MalformedFile at the place of a syntax error."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                json.loads(line)
            except json.JSONDecodeError as error:
                raise json_fault(error, name, line=number) from error
            except RecursionError as error:
                raise too_deep(Place(name, number)) from error
            yield _Reader(line, name, first_line=number).document()


def json_fault(error: json.JSONDecodeError, name: str, *, line: int = 0) -> MalformedFile:
    """A syntax error as ours; `line` where the text was a line of a file."""
    problem = Text(_PROBLEMS.get(error.msg.removesuffix(": "), error.msg), error.msg)
    if not error.doc[error.pos :].strip():
        problem = _CUT
    place = Place(name, line or error.lineno, error.colno)
    return MalformedFile(f"JSON 语法错误：{problem.zh}", f"JSON syntax error: {problem.en}", place=place)


class _Reader:
    """Walks a text that is known to be JSON: what the standard library reads, and where."""

    def __init__(self, text: str, name: str, *, first_line: int = 1) -> None:
        self._text = text
        self._name = name
        self._first_line = first_line
        self._decode = json.JSONDecoder().raw_decode
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def document(self) -> Node:
        """The one value of the text."""
        node, _ = self._node(self._skip(0), "", 0)
        return node

    def _node(self, at: int, path: str, depth: int) -> tuple[Node, int]:
        """The value that begins there, and where it ends."""
        place = self._place(at, path)
        if depth > MAX_DEPTH:
            raise too_deep(place)
        sign = self._text[at]
        if sign == "{":
            return self._mapping(at, path, depth)
        if sign == "[":
            return self._sequence(at, path, depth)
        if sign == '"':
            return self._string(at, path)
        word = _WORD.match(self._text, at)
        assert word
        if word[0] in _NOT_JSON:
            raise MalformedFile(
                f"JSON 语法错误：JSON 里没有 {word[0]}",
                f"JSON syntax error: JSON has no {word[0]}",
                hint=_NULL,
                place=place,
            )
        null = word[0] == "null"
        return Scalar("" if null else word[0], place, null), word.end()

    def _mapping(self, at: int, path: str, depth: int) -> tuple[Node, int]:
        place = self._place(at, path)
        pairs: list[tuple[Scalar, Node]] = []
        at = self._skip(at + 1)
        while self._text[at] != "}":
            key, at = self._string(at, path)
            below = f"{path}.{key.text}" if path else key.text
            value, at = self._node(self._skip(self._skip(at) + 1), below, depth + 1)
            pairs.append((key._replace(place=key.place._replace(path=below)), value))
            at = self._next(at)
        return Mapping_(tuple(pairs), place), at + 1

    def _sequence(self, at: int, path: str, depth: int) -> tuple[Node, int]:
        place = self._place(at, path)
        items: list[Node] = []
        at = self._skip(at + 1)
        while self._text[at] != "]":
            item, at = self._node(at, f"{path}[{len(items) + 1}]", depth + 1)
            items.append(item)
            at = self._next(at)
        return Sequence_(tuple(items), place), at + 1

    def _string(self, at: int, path: str) -> tuple[Scalar, int]:
        text, end = self._decode(self._text, at)
        place = self._place(at, path)
        if _LONE.search(text):
            raise MalformedFile(
                "JSON 里有半个字符：\\ud800–\\udfff 要成对写",
                "the JSON has half a character: \\ud800–\\udfff stand in pairs",
                place=place,
            )
        return Scalar(text.strip(), place, quoted=True), end

    def _next(self, at: int) -> int:
        """Where the next item begins, or the end of the list or group."""
        at = self._skip(at)
        return self._skip(at + 1) if self._text[at] == "," else at

    def _skip(self, at: int) -> int:
        space = _SPACE.match(self._text, at)
        assert space
        return space.end()

    def _place(self, at: int, path: str) -> Place:
        line = bisect_right(self._lines, at)
        return Place(self._name, self._first_line - 1 + line, at - self._lines[line - 1] + 1, path)
