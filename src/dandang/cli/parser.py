"""The command line: what can be typed, in the user's language.

argparse, because the whole process may take no longer than a few imports, and every richer parser costs more than our answer.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadParameter(
            f"命令行有误：{message}",
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
            prog="dandang",
            description=self.say(
                "武汉“1+3”干部文件的政策知识图谱：查条款、问问题、看案件可能适用哪一条。",
                'A policy knowledge graph of Wuhan\'s "1+3" cadre documents.',
            ),
        )
        self.parser.add_argument("--version", action="version", version=f"dandang {__version__}")
        # Naming the program here spares argparse a look at the terminal, and the modules that takes.
        self._all = self.parser.add_subparsers(
            prog="dandang", metavar=self.say("命令", "COMMAND"), required=True, parser_class=_Parser
        )

    def say(self, zh: str, en: str) -> str:
        return Text(zh, en).in_(self.lang).replace("%", "%%")

    def add(self, name: str, zh: str, en: str, *, formats: Sequence[str] = ("text", "json")) -> argparse.ArgumentParser:
        added = self._all.add_parser(name, help=self.say(zh, en), description=self.say(zh, en))
        added.set_defaults(run=name, room=_ROOMS[name])
        added.add_argument(
            "--lang", choices=LANGUAGES, default=self.lang, help=self.say("输出语言", "language of the output")
        )
        if formats:
            added.add_argument("--format", choices=formats, default="text", help=self.say("输出格式", "output format"))
        return added
