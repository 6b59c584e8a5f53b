"""The command line: what can be typed, in the user's language.

argparse, because the whole process may take no longer than a few imports, and every richer parser costs more than our answer.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn

from dandang import __version__
from dandang.cli import language
from dandang.cli.options import COMMANDS
from dandang.errors import BadParameter
from dandang.messages import LANGUAGES, Text

#: The module of each command.
_ROOMS = {
    "assess": "assessing",
    "validate": "validating",
    "template": "templates",
    "completion": "completion",
    **dict.fromkeys(("ask", "query"), "questions"),
    **dict.fromkeys(("show", "explain", "compare"), "lookup"),
    "search": "searching",
    **dict.fromkeys(("audit", "reason"), "checks"),
    "serve": "serving",
}


#: What argparse says, and the same in Chinese.
_MISTAKES = tuple(
    (re.compile(pattern, re.DOTALL), zh)
    for pattern, zh in (
        (r"the following arguments are required: (.*)", "还缺：{0}"),
        (r"unrecognized arguments: (.*)", "不认识：{0}"),
        (r"ambiguous option: (\S+) could match (.*)", "{0} 可以是几个选项：{1}"),
        (r"argument (.*?): invalid choice: '?(.*?)'? \(choose from (.*)\)", "{0} 不能是“{1}”，可以是：{2}"),
        (r"argument (.*?): expected (?:at least )?one argument", "{0} 后面还要写一个值"),
        (r"argument (.*?): expected at most one argument", "{0} 后面最多写一个值"),
        (r"argument (.*?): invalid (?:int|float) value: '(.*)'", "{0} 后面要写数，“{1}”不是"),
        (r"argument (.*?): ignored explicit argument '(.*)'", "{0} 后面不写值，多了“{1}”"),
        (r"argument (.*?): (.*)", "{0}：{1}"),
    )
)


def _in_chinese(message: str) -> str:
    for pattern, zh in _MISTAKES:
        found = pattern.fullmatch(message)
        if found:
            return zh.format(*(group.strip("'").replace("', '", "、").replace(", ", "、") for group in found.groups()))
    return message


class _Parser(argparse.ArgumentParser):
    """argparse, which speaks English only, in the user's language."""

    def __init__(self, *, lang: str, **settings: Any) -> None:
        super().__init__(add_help=False, **settings)
        self._zh = lang == "zh"
        shown = Text("显示这份说明", "show this help").in_(lang)
        self.add_argument("-h", "--help", action="help", default=argparse.SUPPRESS, help=shown)
        if self._zh:
            self._positionals.title, self._optionals.title = "参数", "选项"

    def format_usage(self) -> str:
        return self._said(super().format_usage())

    def format_help(self) -> str:
        return self._said(super().format_help())

    def _said(self, text: str) -> str:
        return "用法：" + text.removeprefix("usage: ") if self._zh else text

    def error(self, message: str) -> NoReturn:
        raise BadParameter(
            f"命令行有误：{_in_chinese(message)}",
            f"the command line is not right: {message}",
            hint=(f"用法见 `{self.prog} --help`", f"see `{self.prog} --help`"),
        )


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command line; `run` names the function, `room` its module in dandang.cli. Raises BadParameter."""
    parser = build_parser(language(arguments))
    options = parser.parse_args(arguments)
    if options.run == "completion":
        options.parser = parser
    return options


def build_parser(lang: str) -> argparse.ArgumentParser:
    """The whole parser with help in a language."""
    commands = _Commands(lang)
    for add in COMMANDS:
        add(commands)
    return commands.parser


class _Commands:
    """The parser with its commands, in the making."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.parser = _Parser(
            lang=lang,
            prog="dandang",
            description=self.say(
                "武汉“1+3”干部文件的政策知识图谱：查条款、问问题、看案件可能适用哪一条。",
                'A policy knowledge graph of Wuhan\'s "1+3" cadre documents.',
            ),
        )
        self.parser.add_argument(
            "--version",
            action="version",
            version=f"dandang {__version__}",
            help=self.say("显示版本", "show the version"),
        )
        # Before the command it means the same as behind it, where `language` finds it too.
        self.parser.add_argument(
            "--lang", choices=LANGUAGES, default=lang, help=self.say("输出语言", "language of the output")
        )
        made: Any = partial(_Parser, lang=lang)
        # Naming the program here spares argparse a look at the terminal, and the modules that takes.
        self._all = self.parser.add_subparsers(
            prog="dandang", metavar=self.say("命令", "COMMAND"), required=True, parser_class=made
        )

    def say(self, zh: str, en: str) -> str:
        return Text(zh, en).in_(self.lang).replace("%", "%%")

    def add(self, name: str, zh: str, en: str, *, formats: Sequence[str] = ("text", "json")) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = self._all.add_parser(name, help=self.say(zh, en), description=self.say(zh, en))
        added.set_defaults(run=name, room=_ROOMS[name])
        added.add_argument(
            "--lang", choices=LANGUAGES, default=self.lang, help=self.say("输出语言", "language of the output")
        )
        if formats:
            added.add_argument("--format", choices=formats, default="text", help=self.say("输出格式", "output format"))
        return added
