"""How a command answers: JSON, tables, findings, files."""

from __future__ import annotations

import errno
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from dandang.errors import BadParameter, UnreadableFile, reason_of
from dandang.messages import Text
from dandang.model import Finding, Place, Table

if TYPE_CHECKING:
    from dandang.render.findings import Report


def print_findings(
    findings: Iterable[Finding], checked: Callable[[], Text], report: Report, options: Namespace, sources: Iterable[str]
) -> int:
    """The findings as they come, in the format asked for, then what was checked; the exit status tells of an error among them. Raises BadParameter
    where the output would take the place of one of the sources.

    Ctrl-C ends the findings, not the document: what is written is whole, and says that it was cut short.
    """
    from dandang.cases.headings import in_a_table
    from dandang.render.findings import FORMATS

    spare_sources(sources, options.output)
    tally = Tally(map(in_a_table, findings))
    with tally.minding_interrupts():
        if options.format == "xlsx":
            _write_workbook(tally, report, options)
        else:
            with destination(options) as out:
                for piece in FORMATS[options.format](tally, report):
                    out.write(piece)
                if options.format == "text":
                    out.write(_validated(checked(), tally).in_(options.lang) + "\n")
    if tally.interrupted:
        print(INTERRUPTED.in_(options.lang), file=sys.stderr)
        return 2
    if tally.unread:
        return 2
    return 1 if tally.errors else 0


def _write_workbook(findings: Iterable[Finding], report: Report, options: Namespace) -> None:
    """The findings marked in a copy of the workbook that was checked; of other files, or several, as a list."""
    from dandang.render.findings.workbook import annotated_workbook, findings_workbook

    if not options.output:
        hint = ("加上 -o 文件名.xlsx", "add -o name.xlsx")
        raise BadParameter("XLSX 要写入文件", "XLSX goes to a file", hint=hint)
    one = len(options.files) == 1 and options.files[0].endswith(".xlsx")
    content = _markable(options.files[0]) if one else b""
    marked = annotated_workbook(content, findings, report) if content else findings_workbook(findings, report)
    write_file(options.output, marked)


def _markable(name: str) -> bytes:
    """The workbook of that name; empty where it is missing, damaged or none, which the findings tell."""
    from dandang.cases.files import MAX_TABLE, read_bytes
    from dandang.ooxml.package import is_whole

    try:
        content = read_bytes(name, most=MAX_TABLE)
    except UnreadableFile:
        return b""
    return content if is_whole(content) else b""


def spare_sources(files: Iterable[str], output: str) -> None:
    """Raises BadParameter where the output would take the place of a file that was checked."""
    import os

    if os.path.exists(output) and any(os.path.exists(name) and os.path.samefile(name, output) for name in files):
        hint = ("换一个文件名", "choose another name")
        raise BadParameter(
            "结果不能写在原文件上",
            "the result cannot take the place of the file that is checked",
            hint=hint,
            place=Place(output),
        )


INTERRUPTED = Text(
    "已中断：上面是中断前查到的，没有查完",
    "interrupted: the above is what was found so far, not everything was checked",
)


class Tally:
    """The findings with a count of them, and whether a file could not be read; Ctrl-C ends them between two, or while the next is waited for."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.errors = self.others = 0
        self.interrupted = self.unread = False
        self._findings = iter(findings)
        self._waiting = False

    def __iter__(self) -> Iterator[Finding]:
        while finding := self._next():
            self.unread |= finding.rule == UnreadableFile.code
            if finding.severity == "error":
                self.errors += 1
            else:
                self.others += 1
            yield finding

    def _next(self) -> Finding | None:
        if self.interrupted:
            return None
        try:
            self._waiting = True
            finding = next(self._findings, None)
            self._waiting = False
        except KeyboardInterrupt:
            self._waiting = False
            self.interrupted = True
            return None
        return finding

    @contextmanager
    def minding_interrupts(self) -> Iterator[None]:
        """Inside, Ctrl-C never falls into the writing of a finding, which would cut the document; a second one does."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, *_: object) -> None:
        if self._waiting or self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True


@contextmanager
def destination(options: Namespace) -> Iterator[TextIO]:
    """Where output goes: the file of `--output`, or the terminal. Raises UnreadableFile where the file cannot be written."""
    name = getattr(options, "output", "")
    if not name:
        yield sys.stdout
        return
    try:
        # The formats write their own line ends.
        file = open(name, "w", encoding="utf-8", newline="")  # noqa: SIM115 - closed below: what the body raises is no failure to write
    except OSError as error:
        raise unwritable(name, error) from error
    try:
        with file:
            yield file
    except OSError as error:
        if not is_full(error):
            raise
        raise unwritable(name, error) from error


def _validated(checked: Text, tally: Tally) -> Text:
    if not tally.errors and not tally.others:
        return Text(f"{checked.zh}，没有发现问题", f"{checked.en}, nothing found")
    return Text(
        f"{checked.zh}，{tally.errors} 处错误，{tally.others} 处提醒",
        f"{checked.en}, {tally.errors} error(s), {tally.others} other finding(s)",
    )


def print_json(items: list[dict[str, Any]], style: str) -> None:
    """Prints objects as one array, or with `jsonl` one a line."""
    import json

    if style == "jsonl":
        for item in items:
            print(json.dumps(item, ensure_ascii=False))
    else:
        print(json.dumps(items, ensure_ascii=False, indent=2))


def print_table(table: Table, options: Namespace) -> int:
    """Prints a table, or writes it to the file that `--output` names, in the format asked for."""
    from dandang.render import tables

    if options.format == "xlsx":
        if not options.output:
            hint = ("加上 -o 文件名.xlsx", "add -o name.xlsx")
            raise BadParameter("XLSX 要写入文件", "XLSX goes to a file", hint=hint)
        write_file(options.output, tables.table_xlsx(table))
        return 0
    text = "".join(_table_lines(table, options))
    if options.output:
        # A byte order mark lets Excel and WPS read the Chinese of a CSV file.
        mark = b"\xef\xbb\xbf" if options.format == "csv" else b""
        write_file(options.output, mark + text.encode())
    else:
        sys.stdout.write(text)
    return 0


def _table_lines(table: Table, options: Namespace) -> Iterator[str]:
    from dandang.render import tables

    if options.format == "csv":
        yield tables.table_csv(table)
    elif options.format == "json":
        yield tables.table_json(table) + "\n"
    else:
        yield tables.table_text(table, widest=10_000 if options.wide else 48) + "\n"
        yield Text(f"共 {len(table.rows)} 行\n", f"{len(table.rows)} row(s)\n").in_(options.lang)


def write_file(name: str, content: bytes) -> None:
    """Writes a file. Raises UnreadableFile with the reason."""
    try:
        with open(name, "wb") as file:
            file.write(content)
    except OSError as error:
        raise unwritable(name, error) from error


def unwritable(name: str, error: OSError) -> UnreadableFile:
    """The error for a file that cannot be written."""
    reason = reason_of(error)
    return UnreadableFile(f"无法写入（{reason.zh}）", f"cannot be written ({reason.en})", place=Place(name))


def is_full(error: OSError) -> bool:
    """Whether what was written could not be kept: no room left, or nobody there to take it."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
