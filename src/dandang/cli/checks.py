"""`audit` and `reason`: checks of the graph itself. Each returns the exit status."""

from __future__ import annotations

from argparse import Namespace

from dandang import resources
from dandang.cli.output import print_json


def audit(options: Namespace) -> int:
    """`dandang audit SOURCE`."""
    from dandang.audit import audit as audit_text
    from dandang.policy import load_quads
    from dandang.render.checks import audit_text as render_audit
    from dandang.render.checks import findings_text
    from dandang.render.findings import finding_json

    quads = load_quads(resources.data_files())
    clean = True
    for name in options.files:
        found = audit_text(_source_text(name), quads, name=name)
        clean = clean and found.clean
        if options.format == "json":
            findings = [finding_json(finding, options.lang) for finding in found.findings]
            print_json([{**found._asdict(), "findings": findings}], "jsonl")
            continue
        if found.findings:
            print(findings_text(found.findings, options.lang))
        print(render_audit(found.quotes, found.exact, found.passages, found.same_text, found.clean).in_(options.lang))
    return 0 if clean else 1


def _source_text(name: str) -> str:
    from dandang.cases.files import decode, read_bytes

    # Positions count code points of the file as it is: no newline is translated.
    return decode(read_bytes(name), name)


def reason(options: Namespace) -> int:
    """`dandang reason`: exit 1 when the ontology is inconsistent or has an unsatisfiable class."""
    from dandang.reasoning import reason as run
    from dandang.render.checks import reasoning_text

    report = run()
    if options.format == "json":
        from dataclasses import asdict

        print_json([asdict(report)], "json")
    else:
        print(
            reasoning_text(report.consistent, report.unsatisfiable, report.inferred, report.reasoner).in_(options.lang)
        )
    return 0 if report.consistent and not report.unsatisfiable else 1
