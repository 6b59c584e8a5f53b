"""Findings as SARIF 2.1.0 (OASIS), which code hosts and editors show at their place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from dandang.model import Finding, Place, Rule
from dandang.namespaces import ID
from dandang.render.findings.plain import detail_json
from dandang.render.findings.report import Report

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def sarif(findings: Iterable[Finding], report: Report) -> Iterator[str]:
    """One run. What is the same for all findings comes first, so that they can follow one by one."""
    places = {slug: number for number, slug in enumerate(report.rules)}
    driver = {
        "name": "dandang",
        "version": report.software,
        "informationUri": "https://w3id.org/dandang/",
        "language": report.say("zh-CN", "en-US"),
        "rules": [_rule(rule, report) for rule in report.rules.values()],
    }
    yield f'{{"$schema":{_json(_SCHEMA)},"version":"2.1.0","runs":[{{"tool":{_json({"driver": driver})},'
    yield '"columnKind":"unicodeCodePoints","invocations":[{"executionSuccessful":true}],"results":['
    lead = "\n"
    for finding in findings:
        yield lead + _json(_result(finding, places, report))
        lead = ",\n"
    yield "\n]}]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _rule(rule: Rule, report: Report) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": rule.slug,
        "shortDescription": {"text": rule.label.in_(report.lang)},
        "helpUri": f"{ID}shapes/{rule.slug}",
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }
    if rule.hint and rule.hint.in_(report.lang):
        told["help"] = {"text": rule.hint.in_(report.lang)}
    return told


def _result(finding: Finding, places: dict[str, int], report: Report) -> dict[str, Any]:
    said = [finding.message.in_(report.lang), finding.hint.in_(report.lang) if finding.hint else ""]
    told: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": "\n".join(filter(None, said))},
        "locations": [_location(finding.place or Place())],
        "partialFingerprints": {"dandang/v1": _fingerprint(finding)},
        "properties": {
            "case": finding.focus,
            "value": finding.value,
            "clauses": list(finding.cites),
            **({"detail": detail_json(finding.detail)} if finding.detail else {}),
        },
    }
    if finding.rule in places:
        told["ruleIndex"] = places[finding.rule]
    return told


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    location: dict[str, Any] = {"physicalLocation": physical}
    if named := place.cell or place.path:
        location["logicalLocations"] = [{"fullyQualifiedName": named}]
    return location


def _uri(file: str) -> str:
    """A file name as a URI reference; a drive letter or a leading slash makes it absolute."""
    path = file.replace("\\", "/")
    if path.startswith("/"):
        return "file://" + quote(path)
    if path[1:2] == ":":
        return "file:///" + path[:2] + quote(path[2:])
    return quote(path) if path not in ("", "-") else "stdin"


def _fingerprint(finding: Finding) -> str:
    """The same for the same mistake though its line moves."""
    place = finding.place or Place()
    parts = (finding.rule, place.file, finding.focus, place.path, finding.value)
    return sha256("\0".join(parts).encode()).hexdigest()[:32]
