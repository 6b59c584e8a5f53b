"""How a command answers: JSON, tables, findings, files."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from dandang.errors import BadParameter, UnreadableFile
from dandang.messages import Text
from dandang.model import Finding, Place, Table


def print_findings(findings: list[Finding], checked: Text, options: Namespace) -> int:
    """The findings and what was checked; the exit status tells whether there is an error among them."""
    from dandang.render.checks import findings_text

    errors = sum(finding.severity == "error" for finding in findings)
    if options.format == "json":
        print_json([finding_json(finding, options.lang) for finding in findings], "json")
    else:
        if findings:
            print(findings_text(findings, options.lang))
        print(_validated(checked, errors, len(findings) - errors).in_(options.lang))
    return 1 if errors else 0


def _validated(checked: Text, errors: int, others: int) -> Text:
    if not errors and not others:
        return Text(f"{checked.zh}，没有发现问题", f"{checked.en}, nothing found")
    return Text(
        f"{checked.zh}，{errors} 处错误，{others} 处提醒", f"{checked.en}, {errors} error(s), {others} other finding(s)"
    )


def finding_json(finding: Finding, lang: str) -> dict[str, Any]:
    """A finding as JSON."""
    place = finding.place or Place()
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message.in_(lang),
        "hint": finding.hint.in_(lang) if finding.hint else None,
        "place": {"file": place.file, "line": place.line, "column": place.column, "path": place.path},
        "focus": finding.focus,
        "value": finding.value,
        "cites": list(finding.cites),
    }


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
        raise UnreadableFile(
            f"无法写入({error.strerror})", f"cannot be written ({error.strerror})", place=Place(name)
        ) from error
