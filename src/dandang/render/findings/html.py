"""Findings as one HTML page that needs nothing else: to be sent round, or printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

from dandang.model import Finding, Place
from dandang.namespaces import ID
from dandang.render.findings.report import SEVERITIES, Report

_STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.7 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere }
li { margin: .8rem 0 } ol { padding-left: 1.5rem }
.place { margin: 0; font: .85em/1.7 ui-monospace, Consolas, monospace; opacity: .8 }
.error b { color: light-dark(#94312a, #f0958b) } .warning b { color: light-dark(#7d5300, #e3b75c) }
.hint, blockquote { margin: .2rem 0 0 } blockquote { padding-left: 1rem; border-left: 3px solid #8b8679 }
@media print { body { margin: 0; max-width: none } li { break-inside: avoid } }
"""


def html(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """A list for each file, and at the end how many there are."""
    title = report.say("案件检查结果", "Findings on case files")
    yield f'<!doctype html>\n<html lang="{report.say("zh-Hans", "en")}">\n<head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title><style>{_STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n"
    counts: Counter[str] = Counter()
    file: str | None = None
    for finding in findings:
        counts[finding.severity] += 1
        name = (finding.place or Place()).file
        if name != file:
            yield ("</ol>\n" if file is not None else "") + f"<h2>{escape(name)}</h2>\n<ol>\n"
            file = name
        yield _item(finding, report)
    yield "</ol>\n" if file is not None else ""
    yield f"<p>{_summary(counts, report)}</p>\n<footer><p>dandang {escape(report.software)}</p></footer>\n</body>\n</html>\n"


def _summary(counts: Counter[str], report: Report) -> str:
    if not counts:
        return report.say("没有发现问题。", "Nothing found.")
    words = (f"{word.in_(report.lang)} {counts[name]}" for name, (_, word) in SEVERITIES.items())
    return report.say("，", ", ").join(words) + report.say("。", ".")


def _item(finding: Finding, report: Report) -> str:
    sign, word = SEVERITIES[finding.severity]
    place = finding.place or Place()
    where = " ".join(filter(None, (str(place._replace(file="")).lstrip(":"), finding.focus)))
    lines = [
        f'<li class="{finding.severity}"><b>{sign} {word.in_(report.lang)}</b> {escape(finding.message.in_(report.lang))}'
    ]
    rule = f'<a href="{ID}shapes/{escape(finding.rule)}">{escape(finding.rule)}</a>'
    lines.append(f'<p class="place">{escape(where)} [{rule}]</p>')
    if finding.hint:
        lines.append(f'<p class="hint">{escape(finding.hint.in_(report.lang))}</p>')
    for name, quote in report.grounds(finding):
        said = f' <q lang="zh-Hans">{escape(quote)}</q>' if quote else ""
        lines.append(f"<blockquote>{escape(name)}{said}</blockquote>")
    return "".join(lines) + "</li>\n"
