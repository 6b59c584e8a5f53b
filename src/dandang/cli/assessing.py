"""`assess`. Returns the exit status."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from dandang.cli.inputs import accepted_cases, case_files, date_option, is_dump
from dandang.cli.output import print_json
from dandang.errors import BadParameter
from dandang.model import Assessment, Policy


def assess(options: Namespace) -> int:
    """`dandang assess FILES`."""
    from dandang import snapshot
    from dandang.assessment import assess as assess_case

    files = case_files(options.files)
    if is_dump(files, options):
        if options.format != "jsonl":
            raise BadParameter(
                "大批案件的结果只有 JSON Lines 一种格式",
                "the answers for many cases come as JSON Lines only",
                hint=("加上 --format jsonl", "add --format jsonl"),
            )
        for name in ("on", "full"):
            if getattr(options, name):
                raise BadParameter(
                    f"大批案件不能用 --{name}",
                    f"--{name} cannot be used for many cases",
                    hint=("去掉这个选项，或者一次少看几件", "leave it out, or assess fewer cases at a time"),
                )
        from dandang.cli.dumps import assess_dump

        return assess_dump(files, options)
    policy = snapshot.policy()
    cases = accepted_cases(files, policy, options.syntax)
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
