"""`assess`. Returns the exit status."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import Any, NamedTuple

from dandang.cli.inputs import Readings, case_files, date_option, is_dump
from dandang.cli.output import print_json
from dandang.errors import BadParameter
from dandang.messages import Text
from dandang.model import Assessment, Case, Finding, Policy


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
    on = date_option(options.on)
    found = Readings(files, policy, options.syntax)
    sound, refused = _told_apart(found)
    answers = [assess_case(case, policy, on=on) for case in sound]
    if options.format in ("json", "jsonl"):
        items = [_assessed_json(answer, policy, options) for answer in answers]
        print_json([*items, *(_refused_json(one, options.lang) for one in refused)], options.format)
    elif answers:
        _print_assessed(answers, policy, options)
    return _tell_refused(refused, len(answers), options.lang)


def _print_assessed(answers: Sequence[Assessment], policy: Policy, options: Namespace) -> None:
    if options.format == "text":
        print(("\n" + "─" * 60 + "\n").join(_assessed_text(answer, policy, options) for answer in answers))
        return
    from dandang.cases.graph import case_quads
    from dandang.render.rdf import assessments_rdf

    triples = (quad.triple for answer in answers for quad in case_quads(answer.case))
    print(assessments_rdf(answers, triples, options.format), end="")


class _Refused(NamedTuple):
    """A case with mistakes that make an answer impossible, or a file that could not be `read`."""

    case: str
    findings: Sequence[Finding]
    read: bool = True


def _told_apart(found: Readings) -> tuple[list[Case], list[_Refused]]:
    """The cases that can be assessed, and what cannot."""
    from dandang.cases.reading import without_duplicates

    sound: list[Case] = []
    refused = [_Refused("", [finding], read=False) for finding in found.unusable]
    refused += [_Refused("", [finding]) for finding in found.bad_lines]
    for item in without_duplicates(found.read):
        errors = [finding for finding in item.findings if finding.severity == "error"]
        if errors:
            refused.append(_Refused(item.case.id, errors))
        else:
            sound.append(item.case)
    return sound, refused


def _tell_refused(refused: Sequence[_Refused], assessed: int, lang: str) -> int:
    """Tells on standard error what could not be assessed, and gives the exit status: 1 for cases with mistakes beside others, 2 where a file cannot be used or
    nothing could be assessed."""
    if not refused:
        return 0
    for one in refused:
        for finding in one.findings:
            print(finding.render(lang), file=sys.stderr)
    if not assessed:
        return 2
    count = len(refused)
    told = Text(
        f"看了 {assessed} 件；{count} 件有上面的问题，没有看",
        f"{assessed} assessed; {count} not, for what is told above",
    )
    print(told.in_(lang), file=sys.stderr)
    return 1 if all(one.read for one in refused) else 2


def _refused_json(one: _Refused, lang: str) -> dict[str, Any]:
    from dandang.render.findings import finding_json

    return {
        "case": one.case or None,
        "verdict": None,
        "refused": [finding_json(finding, lang) for finding in one.findings],
    }


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
