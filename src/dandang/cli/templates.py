"""`template`. Returns the exit status."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from dandang import resources
from dandang.cli.inputs import named_clause
from dandang.cli.output import write_file
from dandang.errors import BadParameter, UnreadableFile
from dandang.model import Case, Clause, Place, Policy
from dandang.vocabulary import Vocabulary


def template(options: Namespace) -> int:
    """`dandang template [OUT] [--clause E4]`: the ending of OUT tells the format; never writes over a file."""
    from dandang import snapshot

    policy = snapshot.policy()
    clauses = [named_clause(name, policy) for name in options.clause]
    ending = Path(options.output).suffix.lower().lstrip(".")
    if options.output == "-":
        sys.stdout.write(_content("yaml", clauses, policy, options.lang).decode())
        return 0
    if Path(options.output).exists():
        hint = ("换一个文件名", "choose another name")
        raise UnreadableFile(
            "文件已经存在，没有改动它", "the file exists and was left as it is", hint=hint, place=Place(options.output)
        )
    write_file(options.output, _content(ending or "yaml", clauses, policy, options.lang))
    return 0


def _content(ending: str, clauses: list[Clause], policy: Policy, lang: str) -> bytes:
    from dandang.render.template import asked_facts, case_template, case_template_turtle

    if ending in ("yaml", "yml"):
        return case_template(clauses, policy, lang).encode()
    if ending == "ttl":
        return case_template_turtle(clauses, policy, lang).encode()
    # What every exemption and every circumstance needs, where no clause is chosen.
    chosen = clauses or [policy.clauses[iri] for shared in policy.lists.values() for iri in shared.preconditions]
    asked = list(dict.fromkeys(iri for clause in chosen for iri in asked_facts(clause, policy)))
    if ending in ("csv", "xlsx"):
        from dandang.cases.table_writing import cases_csv, cases_workbook

        vocabulary, example = Vocabulary(policy), _example(policy)
        if ending == "csv":
            return cases_csv([], vocabulary, lang, ask=asked, example=example).encode()
        return cases_workbook([], vocabulary, lang, ask=asked, example=example)
    raise BadParameter(
        f"不能写 .{ending} 的空白表格",
        f"there is no empty form as .{ending}",
        hint=("可用 .xlsx、.csv、.yaml、.ttl", "use .xlsx, .csv, .yaml or .ttl"),
    )


def _example(policy: Policy) -> Case:
    """The shortest of the shipped examples that says what a measure was decided for."""
    from dandang.cases import read_file

    examples = [read.case for path in resources.case_files() for read in read_file(str(path), policy)]
    return min((case for case in examples if case.sanctions), key=lambda case: len(case.facts))
