"""Findings as lines: for a terminal, as JSON, as CSV, as annotations of a pull request."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from dandang.model import Detail, Finding, Place
from dandang.namespaces import shorten
from dandang.render.findings.report import SEVERITIES, Report


def text(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """A finding after the other, with the clause it rests on."""
    for finding in findings:
        _, word = SEVERITIES[finding.severity]
        yield f"{word.in_(report.lang)} {finding.render(report.lang)}\n"
        for name, quote in report.grounds(finding):
            said = f"「{quote}」" if quote else ""
            yield f"  {report.say('依据：', 'see: ')}{name}{said}\n"
        if finding.detail:
            yield f"  pyshacl: {finding.detail.shape} {shorten(finding.detail.component)}\n"
            yield from _details(finding.detail.details, "    ")


def _details(details: Iterable[Detail], margin: str) -> Iterator[str]:
    for detail in details:
        told = " ".join(filter(None, (shorten(detail.component), detail.message)))
        yield f"{margin}{told}\n"
        yield from _details(detail.details, margin + "  ")


def finding_json(finding: Finding, lang: str) -> dict[str, Any]:
    """A finding as a JSON object; docs/validation.md names the keys."""
    place = finding.place or Place()
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message.in_(lang),
        "hint": finding.hint.in_(lang) if finding.hint else None,
        "place": {
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "path": place.path,
            "cell": place.cell or None,
        },
        "focus": finding.focus,
        "node": finding.node or None,
        "path": finding.path or None,
        "value": finding.value,
        "cites": list(finding.cites),
        **({"detail": detail_json(finding.detail)} if finding.detail else {}),
    }


def detail_json(detail: Detail) -> dict[str, Any]:
    """What pyshacl says of a result, as a JSON object."""
    return {
        **{name: value or None for name, value in detail._asdict().items() if name != "details"},
        "details": [detail_json(other) for other in detail.details],
    }


def json_array(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """One array."""
    lead = "["
    for finding in findings:
        told = json.dumps(finding_json(finding, report.lang), ensure_ascii=False, indent=2)
        yield lead + "\n  " + told.replace("\n", "\n  ")
        lead = ","
    yield "[]\n" if lead == "[" else "\n]\n"


def json_lines(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """An object a line."""
    for finding in findings:
        yield json.dumps(finding_json(finding, report.lang), ensure_ascii=False) + "\n"


#: A spreadsheet takes a cell that begins so for a formula; a leading apostrophe keeps it a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """CSV by RFC 4180, with a byte order mark, without which Excel and WPS garble Chinese."""
    heads = (
        ("级别", "severity"),
        ("文件", "file"),
        ("行", "line"),
        ("列", "column"),
        ("单元格", "cell"),
        ("位置", "path"),
        ("案件", "case"),
        ("规则", "rule"),
        ("值", "value"),
        ("问题", "message"),
        ("怎样改", "hint"),
        ("依据", "clauses"),
    )
    yield "\ufeff" + _csv_row([report.say(*head) for head in heads])
    for finding in findings:
        place = finding.place or Place()
        yield _csv_row(
            [
                SEVERITIES[finding.severity][1].in_(report.lang),
                place.file,
                place.line or "",
                place.column or "",
                place.cell,
                place.path,
                finding.focus,
                finding.rule,
                finding.value,
                finding.message.in_(report.lang),
                finding.hint.in_(report.lang) if finding.hint else "",
                "\uff1b".join(name for name, _ in report.grounds(finding)),
            ]
        )


def _csv_row(cells: Iterable[str | int]) -> str:
    out = io.StringIO()
    safe = ("'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in cells)
    csv.writer(out, lineterminator="\r\n").writerow(safe)
    return out.getvalue()


_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def github(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """Workflow commands of GitHub Actions, which shows them at their line."""
    for finding in findings:
        place = finding.place or Place()
        where = {"file": place.file, "line": place.line, "col": place.column, "title": finding.rule}
        options = ",".join(f"{name}={_option(str(value))}" for name, value in where.items() if value)
        said = [finding.message.in_(report.lang), finding.hint.in_(report.lang) if finding.hint else ""]
        yield f"::{_COMMANDS[finding.severity]} {options}::{_data(chr(10).join(filter(None, said)))}\n"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _option(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
