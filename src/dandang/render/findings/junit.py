"""Findings as JUnit XML, as the schema of Jenkins has it: a suite for each case, a test for each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from dandang.model import Finding
from dandang.render.findings.report import Report


def junit(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """Errors are failures; warnings and notes are tests that pass and say something."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="dandang">\n'
    for (file, case), group in groupby(findings, key=_case):
        told = list(group)
        errors = sum(finding.severity == "error" for finding in told)
        name = _attribute(f"{file} {case}".strip() or "dandang")
        yield f'<testsuite name={name} tests="{len(told)}" failures="{errors}" errors="0" skipped="0">\n'
        yield from (_test(finding, report) for finding in told)
        yield "</testsuite>\n"
    yield "</testsuites>\n"


def _case(finding: Finding) -> tuple[str, str]:
    return finding.place.file if finding.place else "", finding.focus


def _test(finding: Finding, report: Report) -> str:
    where = _attribute(f"{finding.rule} {finding.place or ''}".strip())
    message = finding.message.in_(report.lang)
    details = _clean(escape(finding.render(report.lang)))
    if finding.severity == "error":
        body = f"<failure type={_attribute(finding.rule)} message={_attribute(message)}>{details}</failure>"
    else:
        body = f"<system-out>{details}</system-out>"
    return f"<testcase classname={_attribute(finding.focus or 'dandang')} name={where}>{body}</testcase>\n"


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """The text without the characters that XML 1.0 forbids."""
    return (
        "".join(character for character in text if character >= " " or character in "\t\n\r")
        .replace("\ufffe", "")
        .replace("\uffff", "")
    )
