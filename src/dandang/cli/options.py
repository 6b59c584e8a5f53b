"""The options of each command, in the user's language."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Protocol

#: The keys of dandang.render.findings.FORMATS, which the parser does not load (a test holds the two together), and workbooks.
FINDINGS = ("text", "json", "jsonl", "csv", "html", "sarif", "junit", "github", "turtle", "jsonld", "xlsx")


#: The values of dandang.cases.reading.FORMATS, for the same reason.
SYNTAXES = ("yaml", "json", "jsonl", "jsonld", "turtle", "trig", "nt", "nq", "rdfxml", "xlsx", "csv", "parquet")


class Commands(Protocol):
    """The parser that commands are added to."""

    def add(self, name: str, zh: str, en: str, *, formats: Sequence[str] = ...) -> argparse.ArgumentParser:
        """A new command with its help, `--lang`, and `--format` where it has formats."""

    def say(self, zh: str, en: str) -> str:
        """One of two texts, by the user's language."""


def _files(commands: Commands) -> str:
    return commands.say(
        "案件文件、文件夹或者 *.xlsx 这样的样式；- 为标准输入",
        "case files, folders, or patterns such as *.xlsx; - is standard input",
    )


def _add_workers(command: argparse.ArgumentParser, commands: Commands) -> None:
    def workers(text: str) -> int:
        if not text.isdecimal() or int(text) < 1:
            raise argparse.ArgumentTypeError(
                commands.say(f"“{text}”不是 1 以上的整数", f'"{text}" is no whole number from 1')
            )
        return int(text)

    command.add_argument(
        "--syntax",
        choices=SYNTAXES,
        default="",
        metavar="SYNTAX",
        help=commands.say(
            f"文件名看不出格式时写明：{'、'.join(SYNTAXES)}",
            f"what the files are, where their names do not say: {', '.join(SYNTAXES)}",
        ),
    )
    command.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help=commands.say(
            "交给 Dask 集群处理，如 tcp://主机:8786；local 为在本机启动",
            "give the work to a Dask cluster, as in tcp://host:8786; local starts one here",
        ),
    )
    command.add_argument(
        "--workers",
        type=workers,
        default=0,
        metavar="N",
        help=commands.say("用 N 个进程处理大批案件", "work on many cases in N processes"),
    )


def _assess(commands: Commands) -> None:
    assess = commands.add(
        "assess",
        "看案件：哪些条款适用、可能适用、被排除，为什么，还缺什么",
        "assess cases: which clauses apply, could apply or are excluded, why, and what is missing",
        formats=("text", "json", "jsonl", "turtle", "jsonld"),
    )
    assess.add_argument("files", nargs="+", metavar="FILE", help=_files(commands))
    assess.add_argument(
        "--on",
        default="",
        metavar="DATE",
        help=commands.say(
            "按这一天的规定看（默认为案件的行为日期）", "take the rules of this date (default: the case's conduct date)"
        ),
    )
    _add_workers(assess, commands)
    assess.add_argument(
        "--full", action="store_true", help=commands.say("给出完整的说明", "give the whole explanation")
    )


def _validate(commands: Commands) -> None:
    validate = commands.add("validate", "检查案件文件", "check case files", formats=FINDINGS)
    validate.add_argument("files", nargs="*", metavar="FILE", help=_files(commands))
    validate.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="RULE",
        help=commands.say(
            "只报这些规则，可用 * ，可写多次", "report these rules only; * stands for any; may be repeated"
        ),
    )
    validate.add_argument(
        "--ignore",
        action="append",
        default=[],
        metavar="RULE",
        help=commands.say("不报这些规则", "leave these rules out"),
    )
    validate.add_argument(
        "--fix",
        action="store_true",
        help=commands.say(
            "改正全角数字、日期写法、多余空格等，先显示改动",
            "correct full-width digits, dates, stray spaces and the like; shows the changes",
        ),
    )
    _add_workers(validate, commands)
    validate.add_argument(
        "--outcomes",
        default="",
        metavar="FILE",
        help=commands.say(
            "同时看每件案件，结果写入这个文件，每行一件",
            "assess every case too, and write the answers to this file, a line each",
        ),
    )
    validate.add_argument(
        "--detail",
        action="store_true",
        help=commands.say(
            "有问题的案件再由 pyshacl 查一遍，附上它的说明，每件约 50 毫秒",
            "have pyshacl check each case with findings once more and add what it says, at about 50 ms a case",
        ),
    )
    validate.add_argument(
        "--watch",
        action="store_true",
        help=commands.say("文件一有改动就再查一遍", "check again whenever a file changes"),
    )
    validate.add_argument(
        "--write", action="store_true", help=commands.say("与 --fix 连用：写入文件", "with --fix: write the files")
    )
    validate.add_argument(
        "--output", "-o", default="", metavar="FILE", help=commands.say("写入文件", "write to a file")
    )
    validate.add_argument(
        "--policy",
        nargs="?",
        const="",
        metavar="FOLDER",
        help=commands.say(
            "检查政策数据，连同这个文件夹里的文件", "check the policy data, with the files of this folder"
        ),
    )


def _ask(commands: Commands) -> None:
    ask = commands.add(
        "ask",
        "提问；不写问题则列出全部",
        "ask a question; without one, list them",
        formats=("text", "json", "csv", "xlsx"),
    )
    ask.add_argument("question", nargs="?", help=commands.say("问题编号，如 cq-01", "the question, such as cq-01"))
    ask.add_argument(
        "--case", default="", metavar="FILE", help=commands.say("问这个案件文件", "ask about this case file")
    )
    ask.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=commands.say("问题的参数", "a parameter of the question"),
    )
    ask.add_argument("--output", "-o", default="", metavar="FILE", help=commands.say("写入文件", "write to a file"))
    ask.add_argument("--wide", action="store_true", help=commands.say("不截短单元格", "do not cut cells"))


def _query(commands: Commands) -> None:
    query = commands.add("query", "运行 SPARQL 查询", "run a SPARQL query", formats=("text", "json", "csv", "xlsx"))
    query.add_argument(
        "file",
        nargs="?",
        default="-",
        help=commands.say("查询文件；默认标准输入", "query file; default standard input"),
    )
    query.add_argument(
        "--case", default="", metavar="FILE", help=commands.say("连同这个案件文件", "with this case file in the graph")
    )
    query.add_argument("--output", "-o", default="", metavar="FILE", help=commands.say("写入文件", "write to a file"))
    query.add_argument("--wide", action="store_true", help=commands.say("不截短单元格", "do not cut cells"))


def _show(commands: Commands) -> None:
    show = commands.add(
        "show", "完整显示一条条款，如 E7", "show a clause whole, such as E7", formats=("text", "turtle")
    )
    show.add_argument("name", help=commands.say("条款、文件、事实或概念", "a clause, document, fact or concept"))


def _explain(commands: Commands) -> None:
    explain = commands.add(
        "explain",
        "用平常话说明一个词、事实、条件或规则",
        "explain a term, fact, condition or rule in plain words",
        formats=("text",),
    )
    explain.add_argument("name", help=commands.say("名称、编号或 IRI", "name, notation or IRI"))


def _search(commands: Commands) -> None:
    search = commands.add(
        "search",
        "搜索：汉字、拼音、拼音首字母、英文、编号",
        "search by words, pinyin, initials, English or notation",
    )
    search.add_argument(
        "words",
        nargs="+",
        help=commands.say("要找的词，如 处分、chufen、E7", "what to look for, such as 处分, chufen, E7"),
    )
    search.add_argument("--all", action="store_true", help=commands.say("列出全部", "list everything found"))


def _compare(commands: Commands) -> None:
    compare = commands.add(
        "compare",
        "把两条条款放在一起：相同的、相反的、相近的事实",
        "two clauses side by side: shared, contrary and near facts",
    )
    compare.add_argument("left", help=commands.say("条款，如 A11", "a clause, such as A11"))
    compare.add_argument("right", help=commands.say("条款，如 E7", "a clause, such as E7"))


def _audit(commands: Commands) -> None:
    audit = commands.add("audit", "用来源文本核对图谱中的引文", "check the graph's quotes against a source text")
    audit.add_argument("files", nargs="+", metavar="SOURCE", help=commands.say("来源文本", "source text"))


def _template(commands: Commands) -> None:
    template = commands.add("template", "写一个空白的案件文件", "write an empty case file", formats=())
    template.add_argument(
        "output",
        nargs="?",
        default="-",
        metavar="OUT",
        help=commands.say(
            "写入的文件，以 .xlsx、.csv、.yaml 或 .ttl 结尾；默认打印 YAML",
            "file to write, ending in .xlsx, .csv, .yaml or .ttl; YAML is printed by default",
        ),
    )
    template.add_argument(
        "--clause",
        action="append",
        default=[],
        metavar="E4",
        help=commands.say("列出这条条款要问的事实；可写多次", "list the facts this clause asks for; may be repeated"),
    )


def _completion(commands: Commands) -> None:
    completion = commands.add(
        "completion", "写出命令行补全脚本", "print a script for the shell's completion", formats=()
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish", "tcsh"))


def _reason(commands: Commands) -> None:
    commands.add("reason", "用 HermiT 检查本体是否一致", "check the ontology with HermiT")


def _serve(commands: Commands) -> None:
    serve = commands.add("serve", "在浏览器中查看", "open the explorer", formats=())
    serve.add_argument("--host", default="127.0.0.1", help=commands.say("默认 127.0.0.1", "default 127.0.0.1"))
    serve.add_argument("--port", type=int, default=8018, help=commands.say("默认 8018", "default 8018"))
    serve.add_argument("--open", action="store_true", help=commands.say("打开浏览器", "open a browser"))
    serve.add_argument(
        "--scratch",
        action="store_true",
        help=commands.say(
            "SPARQL 端点用空的可写内存库，仅限本机", "an empty, writable SPARQL store in memory, this machine only"
        ),
    )
    serve.add_argument(
        "--store",
        metavar="FILE",
        help=commands.say(
            "可写的库，一个 N-Quads 文件；没有这个文件就用随附的数据新建",
            "a store that may be written to, one N-Quads file; made of the shipped data where there is no such file",
        ),
    )
    serve.add_argument(
        "--update-token-file",
        metavar="FILE",
        help=commands.say(
            "修改 --store 时要给的令牌；也可用环境变量 DANDANG_UPDATE_TOKEN",
            "the token that changes of --store need; or the variable DANDANG_UPDATE_TOKEN",
        ),
    )
    serve.add_argument(
        "--allow-service",
        action="append",
        default=[],
        metavar="HOST",
        help=commands.say(
            "允许 SERVICE 访问的主机，如 query.wikidata.org 或 localhost:8890；可写多次",
            "a host that SERVICE may ask, such as query.wikidata.org or localhost:8890; may be repeated",
        ),
    )
    serve.add_argument(
        "--data",
        metavar="FOLDER",
        help=commands.say("连同这个文件夹里的政策文件", "with the policy files of this folder"),
    )
    serve.add_argument(
        "--watch",
        action="store_true",
        help=commands.say("数据文件改变后自动重新载入", "reload when a data file changes"),
    )
    serve.add_argument(
        "--rate",
        type=float,
        default=50.0,
        metavar="N",
        help=commands.say(
            "每个客户端每秒的请求数，0 为不限，默认 50；本机不受限",
            "requests a second for one client, 0 for no limit, default 50; this machine has none",
        ),
    )
    serve.add_argument(
        "--trust-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help=commands.say(
            "反向代理的 IP 地址，只信它写的 X-Forwarded-*；可写多次",
            "IP address of a reverse proxy whose X-Forwarded-* are believed; may be repeated",
        ),
    )
    serve.add_argument(
        "--metrics", action="store_true", help=commands.say("/metrics 对外公开", "open /metrics to everyone")
    )
    serve.add_argument(
        "--access-log",
        metavar="FILE",
        help=commands.say(
            "访问日志写入这个文件，- 为标准输出；不记是谁、问什么",
            "write an access log to this file, - for standard output; it tells neither who nor what about",
        ),
    )


#: What adds each command, in the order of `dandang --help`.
COMMANDS: tuple[Callable[[Commands], None], ...] = (
    _assess,
    _validate,
    _ask,
    _query,
    _show,
    _explain,
    _search,
    _compare,
    _audit,
    _template,
    _completion,
    _reason,
    _serve,
)
