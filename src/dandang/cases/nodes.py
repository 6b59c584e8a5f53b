"""YAML text → nodes that know where they stand. Duplicate keys stay visible. `json_nodes` makes the same of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import yaml

from dandang.errors import MalformedFile
from dandang.model import Place

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: Deep enough for any case file; deeper nesting is an attack or an accident.
MAX_DEPTH = 20
#: How many values all references (`*name`) of a file may stand for together.
_MOST_ALIASED = 50_000
#: What the parser says most often, for people who do not read English.
_PROBLEMS = {
    "mapping values are not allowed in this context": "这里不能再有“键：值”，或者上一行没有写完",
    "did not find expected node content": "这里缺少内容，括号没有成对",
    "did not find expected ',' or '}'": "缺少半角逗号或者右花括号",
    "did not find expected ',' or ']'": "缺少半角逗号或者右方括号",
    "did not find expected key": "这里应是一个键，请检查缩进",
    "could not find expected ':'": "键后缺少半角冒号",
    "found character that cannot start any token": "这里有不能用在开头的字符，例如制表符、@、`",
    "found unexpected end of stream": "文件在这里没有写完，引号没有成对",
    "found unexpected ':'": "冒号后面缺少空格",
    "found unknown escape character": "半角双引号里的反斜杠有特殊含义；要写反斜杠本身，请写两个，或者改用单引号",
    "did not find expected '-' indicator": "上面是列表，这里应以“- ”开头，请检查缩进",
    "did not find expected <document start>": "这里多了内容，例如多出的右括号",
    "did not find expected comment or line break": "| 和 > 后面要换行，文字写在下一行",
    "did not find expected alphabetic or numeric character": "& 和 * 有特殊含义，文字以它们开头时请加引号",
    "found incompatible YAML document": "开头的 %YAML 版本不对，请删去这一行",
    "found undefined alias": "星号有特殊含义，文字以星号开头时请加引号",
}


class Scalar(NamedTuple):
    """A word, number or date, as written; `quoted` tells "yes" from yes."""

    text: str
    place: Place
    null: bool = False
    quoted: bool = False


class Mapping_(NamedTuple):
    """Key–value pairs in file order."""

    pairs: tuple[tuple[Scalar, Node], ...]
    place: Place


class Sequence_(NamedTuple):
    """A list."""

    items: tuple[Node, ...]
    place: Place


Node: TypeAlias = Scalar | Mapping_ | Sequence_


def parse_yaml(text: str, name: str) -> Iterator[Node]:
    """The documents of a YAML text. Raises MalformedFile at the place of a syntax error."""
    try:
        _measure(text, name)
        for document in yaml.compose_all(text, Loader=_Loader):
            if document is not None:
                yield _node(document, name, "", 0)
    except yaml.MarkedYAMLError as error:
        raise _malformed(error, name) from error
    except yaml.YAMLError as error:
        hint = ("多半是从别处粘贴来的，请删去", "it was probably pasted in; delete it")
        raise MalformedFile(
            "这里有 YAML 不允许的看不见的字符",
            "there is an invisible character here that YAML does not allow",
            hint=hint,
            place=_unprintable(text, name),
        ) from error


def _measure(text: str, name: str) -> None:
    """Raises MalformedFile for what is nested too deeply, or grows too large by its aliases, before anything is made of it: the composer, written in C,
    overruns its stack on the one, and nobody has the time or the memory for the other."""
    spent = total = 0
    sizes: dict[str | None, int] = {}
    begun: list[tuple[str | None, int]] = []
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = begun.pop()
            sizes[anchor] = total - before
        elif isinstance(event, yaml.CollectionStartEvent):
            begun.append((event.anchor, total))
            if len(begun) > MAX_DEPTH + 1:
                raise too_deep(_at(event, name))
        elif isinstance(event, yaml.AliasEvent):
            size = sizes.get(event.anchor, 1)
            spent, total = spent + size, total + size
            if spent > _MOST_ALIASED:
                raise _too_much(_at(event, name))
        elif isinstance(event, yaml.ScalarEvent):
            total += 1


def _at(event: yaml.Event, name: str) -> Place:
    mark = event.start_mark
    return Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)


def _too_much(place: Place) -> MalformedFile:
    hint = ("把引用的内容直接写出来，或者拆成几个文件", "write out what is referred to, or split the file")
    return MalformedFile(
        "这里的引用（*）把前面的内容重复了太多次",
        "the references (*) repeat what stands before too many times",
        hint=hint,
        place=place,
    )


def _unprintable(text: str, name: str) -> Place:
    """Where the first character stands that YAML does not allow."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found is None:
        return Place(name)
    at = found.start()
    return Place(name, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _malformed(error: yaml.MarkedYAMLError, name: str) -> MalformedFile:
    mark = error.problem_mark or error.context_mark
    place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
    problem = error.problem or error.context or "?"
    hint = (
        "常见原因：键后用了全角的冒号、逗号，冒号后缺空格，缩进用了制表符，引号没有成对",
        "usual causes: full-width colons or commas, no space after a colon, tabs as indentation, an unclosed quote",
    )
    return MalformedFile(
        f"YAML 语法错误：{_PROBLEMS.get(problem, problem)}", f"YAML syntax error: {problem}", hint=hint, place=place
    )


def too_deep(place: Place, most: int = MAX_DEPTH) -> MalformedFile:
    """The error for what is nested deeper than any case."""
    return MalformedFile(
        f"嵌套超过 {most} 层",
        f"nested more than {most} levels deep",
        hint=("案件只有三四层；请检查括号和缩进", "a case has three or four: check brackets and indentation"),
        place=place,
    )


def _node(node: yaml.Node, name: str, path: str, depth: int) -> Node:
    place = Place(name, node.start_mark.line + 1, node.start_mark.column + 1, path)
    if depth > MAX_DEPTH:
        raise too_deep(place)
    if isinstance(node, yaml.ScalarNode):
        null = node.tag == "tag:yaml.org,2002:null" and node.style is None
        return Scalar("" if null else node.value.strip(), place, null, node.style is not None)
    if isinstance(node, yaml.SequenceNode):
        items = (_node(item, name, f"{path}[{number}]", depth + 1) for number, item in enumerate(node.value, start=1))
        return Sequence_(tuple(items), place)
    pairs = []
    for key, value in node.value:
        label = _node(key, name, path, depth + 1)
        if not isinstance(label, Scalar):
            raise MalformedFile("键必须是文字", "a key must be text", place=label.place)
        below = f"{path}.{label.text}" if path else label.text
        pairs.append((label._replace(place=label.place._replace(path=below)), _node(value, name, below, depth + 1)))
    return Mapping_(tuple(pairs), place)
