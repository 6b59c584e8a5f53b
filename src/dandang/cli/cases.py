"""`assess`, `validate` and `template`: commands about cases. Each returns the exit status."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from dandang import __version__, resources
from dandang.cli.inputs import accepted_cases, date_option, named_clause, read_cases
from dandang.cli.output import print_findings, print_json, write_file
from dandang.errors import BadParameter, UnreadableFile
from dandang.messages import Text
from dandang.model import Assessment, Place, Policy
from dandang.namespaces import DD


def assess(options: Namespace) -> int:
    """`dandang assess FILES`."""
    from dandang import snapshot
    from dandang.assessment import assess as assess_case

    policy = snapshot.policy()
    cases = accepted_cases(options.files, policy)
    answers = [assess_case(case, policy, on=date_option(options.on)) for case in cases]
    if options.format == "text":
        print(("\n" + "─" * 60 + "\n").join(_assessed_text(answer, policy, options) for answer in answers))
    elif options.format in ("json", "jsonl"):
        print_json([_assessed_json(answer, policy, options) for answer in answers], options.format)
    else:
        from dandang.cases.graph import case_quads
        from dandang.render.rdf import assessments_rdf

        triples = (quad.triple for answer in answers for quad in case_quads(answer.case))
        print(assessments_rdf(answers, triples, options.format), end="")
    return 0


def _assessed_text(answer: Assessment, policy: Policy, options: Namespace) -> str:
    from dandang.assessment.advice import MOST_FACTS, next_questions, verdict_changes
    from dandang.render.report import assessment_text, changes_text

    text = assessment_text(answer, policy, options.lang, questions=next_questions(answer), full=options.full)
    if options.full:
        text += "\n\n" + changes_text(verdict_changes(answer), policy, options.lang, most=MOST_FACTS)
    return text


def _assessed_json(answer: Assessment, policy: Policy, options: Namespace) -> dict[str, Any]:
    from dandang.assessment.advice import irrelevant_facts, next_questions, verdict_changes
    from dandang.render.json import assessment_json, changes_json

    told = assessment_json(answer, policy, options.lang, questions=next_questions(answer)[:5])
    if options.full:
        told["changes"] = changes_json(verdict_changes(answer), policy, options.lang)
        told["irrelevant"] = list(irrelevant_facts(answer))
    return told


def validate(options: Namespace) -> int:
    """`dandang validate FILES`: exit 1 when anything is wrong, warnings and hints alone leave it 0."""
    if options.policy is not None:
        return _validate_policy(options)
    if not options.files:
        raise BadParameter(
            "没有写要检查的文件",
            "no file to check is named",
            hint=("例如 dandang validate 案件.yaml", "for example dandang validate case.yaml"),
        )
    from dandang.policy import load_quads, read_policy
    from dandang.render.findings import Report
    from dandang.validation import CaseValidator, case_rules

    quads = load_quads(resources.data_files())
    policy = read_policy(quads)
    read = read_cases(options.files, policy)
    findings = [finding for found in CaseValidator(policy, quads).check(read) for finding in found]
    report = Report(options.lang, case_rules(), policy, __version__)
    return print_findings(findings, lambda: Text(f"{len(read)} 件案件", f"{len(read)} case(s)"), report, options)


def _validate_policy(options: Namespace) -> int:
    """`dandang validate --policy [FOLDER]`: the shapes of policy data, and the quotes of sources that lie in the folder."""
    from hashlib import sha256
    from pathlib import Path

    from dandang.audit import audit as audit_text
    from dandang.cases.files import decode, read_bytes
    from dandang.policy import load_quads, read_policy
    from dandang.render.findings import Report
    from dandang.store import Index
    from dandang.turtle_lines import Places, located
    from dandang.validation import validate_policy
    from dandang.validation.rules import read_rules

    folder = Path(options.policy) if options.policy else None
    if folder and not folder.is_dir():
        raise UnreadableFile("没有这个文件夹", "there is no such folder", place=Place(options.policy))
    own = sorted(folder.rglob("*.ttl")) if folder else []
    # A folder may be loaded already, through DANDANG_DATA.
    files = list({path.resolve(): path for path in (*resources.data_files(), *own)}.values())
    quads = load_quads(files)
    places = Places({str(path): path.read_text(encoding="utf-8") for path in files})
    findings = located(validate_policy(quads), places)
    digests = {Index(quads).value(iri, DD + "sourceDigest"): iri for iri in Index(quads).of_type(DD + "Source")}
    for path in sorted(folder.glob("*.txt")) if folder else ():
        text = decode(read_bytes(str(path)), str(path))
        source = digests.get(sha256(text.encode()).hexdigest())
        if source:
            findings = [*findings, *located(audit_text(text, quads, name=str(path), source=source).findings, places)]
    rules = {rule.slug: rule for rule in read_rules(resources.shapes_file("policy")).values()}
    report = Report(options.lang, rules, read_policy(quads), __version__)
    checked = Text(f"{len(files)} 个数据文件", f"{len(files)} data file(s)")
    return print_findings(findings, lambda: checked, report, options)


def template(options: Namespace) -> int:
    """`dandang template [OUT] [--clause E4]`; never writes over a file."""
    import os

    from dandang import snapshot
    from dandang.render.template import case_template

    policy = snapshot.policy()
    text = case_template([named_clause(name, policy) for name in options.clause], policy, options.lang)
    if options.output == "-":
        sys.stdout.write(text)
    elif os.path.exists(options.output):
        hint = ("换一个文件名", "choose another name")
        raise UnreadableFile(
            "文件已经存在，没有改动它", "the file exists and was left as it is", hint=hint, place=Place(options.output)
        )
    else:
        write_file(options.output, text.encode())
    return 0
