"""Findings in the formats that people and programs read: each a function from findings to pieces of text.

The pieces come as the findings come, so that a million of them need no memory; whoever ends the findings early still gets a
whole document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from dandang.model import Finding
from dandang.render.findings.html import html
from dandang.render.findings.junit import junit
from dandang.render.findings.plain import csv_lines, finding_json, github, json_array, json_lines, text
from dandang.render.findings.report import Report
from dandang.render.findings.sarif import sarif
from dandang.render.findings.shacl import report_jsonld, report_turtle

#: What `--format` may say.
FORMATS: Mapping[str, Callable[[Iterable[Finding], Report], Iterator[str]]] = {
    "text": text,
    "json": json_array,
    "jsonl": json_lines,
    "csv": csv_lines,
    "html": html,
    "sarif": sarif,
    "junit": junit,
    "github": github,
    "turtle": report_turtle,
    "jsonld": report_jsonld,
}

__all__ = ["FORMATS", "Report", "finding_json"]
