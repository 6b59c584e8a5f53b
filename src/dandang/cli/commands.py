"""One function for each command; each returns the exit status."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dandang import resources
from dandang.errors import BadParameter, UnknownName, UnreadableFile
from dandang.messages import Text
from dandang.model import Assessment, Case, Clause, Condition, Finding, Place, Policy, Table
from dandang.namespaces import DD, ID, RDF

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from dandang.cases.reading import ReadCase


def assess(options: Namespace) -> int:
    """`dandang assess FILES`."""
    from dandang import snapshot
    from dandang.assessment import assess as assess_case

    policy = snapshot.policy()
    cases = _accepted(options.files, policy)
    answers = [assess_case(case, policy, on=_date(options.on)) for case in cases]
    if options.format == "text":
        print(("\n" + "─" * 60 + "\n").join(_assessed_text(answer, policy, options) for answer in answers))
    elif options.format in ("json", "jsonl"):
        _print_json([_assessed_json(answer, policy, options) for answer in answers], options.format)
    else:
        from dandang.cases.graph import case_quads
        from dandang.render.rdf import assessments_rdf

        triples = (quad.triple for answer in answers for quad in case_quads(answer.case))
        print(assessments_rdf(answers, triples, options.format), end="")
    return 0


def _assessed_text(answer: Assessment, policy: Policy, options: Namespace) -> str:
    from dandang.assessment.advice import MOST_FACTS, next_questions, verdict_changes
    from dandang.render.text import assessment_text, changes_text

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
    from dandang.validation import CaseValidator

    quads = load_quads(resources.data_files())
    policy = read_policy(quads)
    read = _read(options.files, policy)
    findings = [finding for found in CaseValidator(policy, quads).check(read) for finding in found]
    return _print_findings(findings, Text(f"{len(read)} 件案件", f"{len(read)} case(s)"), options)


def _print_findings(findings: list[Finding], checked: Text, options: Namespace) -> int:
    """The findings and what was checked; the exit status tells whether there is an error among them."""
    from dandang.render.text import findings_text

    errors = sum(finding.severity == "error" for finding in findings)
    if options.format == "json":
        _print_json([_finding_json(finding, options.lang) for finding in findings], "json")
    else:
        if findings:
            print(findings_text(findings, options.lang))
        print(_validated(checked, errors, len(findings) - errors).in_(options.lang))
    return 1 if errors else 0


def _validate_policy(options: Namespace) -> int:
    """`dandang validate --policy [FOLDER]`: the shapes of policy data, and the quotes of sources that lie in the folder."""
    from hashlib import sha256
    from pathlib import Path

    from dandang.audit import audit as audit_text
    from dandang.cases.files import decode, read_bytes
    from dandang.policy import load_quads
    from dandang.store import Index
    from dandang.turtle_lines import Places, located
    from dandang.validation import validate_policy

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
    return _print_findings(findings, Text(f"{len(files)} 个数据文件", f"{len(files)} data file(s)"), options)


def _validated(checked: Text, errors: int, others: int) -> Text:
    if not errors and not others:
        return Text(f"{checked.zh}，没有发现问题", f"{checked.en}, nothing found")
    return Text(
        f"{checked.zh}，{errors} 处错误，{others} 处提醒", f"{checked.en}, {errors} error(s), {others} other finding(s)"
    )


def _finding_json(finding: Finding, lang: str) -> dict[str, Any]:
    place = finding.place or Place()
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message.in_(lang),
        "hint": finding.hint.in_(lang) if finding.hint else None,
        "place": {"file": place.file, "line": place.line, "column": place.column, "path": place.path},
        "focus": finding.focus,
        "value": finding.value,
        "cites": list(finding.cites),
    }


def ask(options: Namespace) -> int:
    """`dandang ask [QUESTION] [--case FILE] [--param NAME=VALUE]`."""
    from dandang import catalogue, snapshot

    if not options.question:
        for question in catalogue.questions():
            print(f"{question.id}  {question.question.in_(options.lang)}")
        return 0
    question = catalogue.find(options.question)
    policy = snapshot.policy()
    values = _parameters(options.param)
    cases = _accepted([options.case], policy) if options.case else None
    if cases:
        values.setdefault("case", cases[0].id)
    store = catalogue.question_store(policy, question, cases=cases, assessments=_assessor(policy))
    table = catalogue.ask(store, question, values, policy)
    if options.format in ("text", "xlsx"):
        from dandang.render.tables import localised

        table = localised(table, {column.name: column.label for column in question.columns}, options.lang)
    if options.format == "text":
        print(question.question.in_(options.lang))
    return _print_table(table, options)


def query(options: Namespace) -> int:
    """`dandang query [FILE]`."""
    from dandang import snapshot, sparql_guard
    from dandang.cases.files import read_bytes
    from dandang.catalogue import whole_store

    content = read_bytes(options.file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "查询文件不是 UTF-8 编码", "the query is not in UTF-8", place=Place(options.file)
        ) from error
    policy = snapshot.policy()
    cases = _accepted([options.case], policy) if options.case else None
    store = whole_store(policy, cases=cases)
    checked = sparql_guard.checked(text)
    return _print_table(store.select(text, union=not checked.dataset), options)


def show(options: Namespace) -> int:
    """`dandang show ID`."""
    from dandang.policy import load_quads, read_policy

    quads = load_quads(resources.data_files())
    policy = read_policy(quads)
    clause = policy.by_notation.get(options.name.upper())
    if options.format == "turtle":
        from dandang.store import describe_turtle

        print(describe_turtle(quads, clause.iri if clause else _named(options.name, policy)), end="")
        return 0
    if clause is None:
        return explain(options)
    from dandang.render.text import clause_text

    print(clause_text(clause, policy, options.lang))
    return 0


def explain(options: Namespace) -> int:
    """`dandang explain ID`: a term, fact, concept, condition, or the rule of a finding."""
    from dandang.policy import load_quads, ontology_quads
    from dandang.policy import read_policy as read
    from dandang.render.text import condition_text, rule_text, thing_text
    from dandang.store import Index

    rules = Index(load_quads([resources.shapes_file("case"), resources.shapes_file("policy")]))
    rule = f"{ID}shapes/{options.name}"
    if rules.value(rule, RDF + "type"):
        print(rule_text(rule, rules, options.lang))
        return 0
    quads = [*load_quads(resources.data_files()), *ontology_quads()]
    policy = read(quads)
    condition = _condition(options.name, policy)
    if condition:
        print(condition_text(*condition, policy, options.lang))
        return 0
    print(thing_text(_named(options.name, policy), policy, Index(quads), options.lang))
    return 0


def compare(options: Namespace) -> int:
    """`dandang compare A11 E7`."""
    from dandang import snapshot
    from dandang.comparison import compare as compare_clauses

    policy = snapshot.policy()
    found = compare_clauses(_clause(options.left, policy), _clause(options.right, policy), policy)
    if options.format == "json":
        from dandang.render.json import comparison_json

        _print_json([comparison_json(found, policy, options.lang)], "jsonl")
    else:
        from dandang.render.text import comparison_text

        print(comparison_text(found, policy, options.lang))
    return 0


def _clause(name: str, policy: Policy) -> Clause:
    clause = policy.by_notation.get(name.upper()) or policy.clauses.get(name)
    if clause is None:
        known = "、".join(policy.by_notation)
        raise UnknownName(
            f"没有条款“{name}”", f'there is no clause "{name}"', hint=(f"有：{known}", f"there are: {known}")
        )
    return clause


def _condition(name: str, policy: Policy) -> tuple[Clause, Condition] | None:
    """The condition that an IRI, or its end as in `E4#purpose`, names, with its clause."""
    for clause in policy.clauses.values():
        waiting = list(policy.effective_conditions(clause))
        while waiting:
            condition = waiting.pop()
            if "#" in name and condition.iri.endswith("/" + name.rpartition(":")[2].rpartition("/")[2]):
                return clause, condition
            waiting.extend(getattr(condition, "members", ()))
    return None


def audit(options: Namespace) -> int:
    """`dandang audit SOURCE`."""
    from dandang.audit import audit as audit_text
    from dandang.policy import load_quads
    from dandang.render.text import audit_text as render_audit
    from dandang.render.text import findings_text

    quads = load_quads(resources.data_files())
    clean = True
    for name in options.files:
        found = audit_text(_source_text(name), quads, name=name)
        clean = clean and found.clean
        if options.format == "json":
            findings = [_finding_json(finding, options.lang) for finding in found.findings]
            _print_json([{**found._asdict(), "findings": findings}], "jsonl")
            continue
        if found.findings:
            print(findings_text(found.findings, options.lang))
        print(render_audit(found.quotes, found.exact, found.passages, found.same_text, found.clean).in_(options.lang))
    return 0 if clean else 1


def _source_text(name: str) -> str:
    from dandang.cases.files import decode, read_bytes

    # Positions count code points of the file as it is: no newline is translated.
    return decode(read_bytes(name), name)


def template(options: Namespace) -> int:
    """`dandang template [OUT] [--clause E4]`; never writes over a file."""
    import os

    from dandang import snapshot
    from dandang.render.template import case_template

    policy = snapshot.policy()
    text = case_template([_clause(name, policy) for name in options.clause], policy, options.lang)
    if options.output == "-":
        sys.stdout.write(text)
    elif os.path.exists(options.output):
        hint = ("换一个文件名", "choose another name")
        raise UnreadableFile(
            "文件已经存在，没有改动它", "the file exists and was left as it is", hint=hint, place=Place(options.output)
        )
    else:
        _write(options.output, text.encode())
    return 0


def reason(options: Namespace) -> int:
    """`dandang reason`: exit 1 when the ontology is inconsistent or has an unsatisfiable class."""
    from dandang.reasoning import reason as run
    from dandang.render.text import reasoning_text

    report = run()
    if options.format == "json":
        from dataclasses import asdict

        _print_json([asdict(report)], "json")
    else:
        print(
            reasoning_text(report.consistent, report.unsatisfiable, report.inferred, report.reasoner).in_(options.lang)
        )
    return 0 if report.consistent and not report.unsatisfiable else 1


def serve(options: Namespace) -> int:
    """`dandang serve`. The web framework is loaded by name: no other command pays for it."""
    import importlib

    web = importlib.import_module("dandang.web")
    web.serve(options.host, options.port, open_browser=options.open, lang=options.lang, scratch=options.scratch)
    return 0


# --- shared -----------------------------------------------------------------------------------------------------------


def _read(files: list[str], policy: Policy) -> list[ReadCase]:
    from dandang.cases.reading import read_file, without_duplicates

    return without_duplicates([item for name in files for item in read_file(name, policy)])


def _accepted(files: list[str], policy: Policy) -> list[Case]:
    from dandang.cases.reading import accepted

    return accepted(_read(files, policy))


def _assessor(policy: Policy) -> Callable[[Case], Iterable[Triple]]:
    """What makes the RDF of a case's assessment, for the questions that are about assessments."""

    def triples(case: Case) -> Iterable[Triple]:
        from dandang.assessment import assess as assess_case
        from dandang.render.rdf import assessment_triples

        return assessment_triples(assess_case(case, policy))

    return triples


def _date(text: str) -> str:
    from dandang.cases.fields import is_date

    if text and not is_date(text):
        hint = ("写成 2018-09-01 的样子", "write it like 2018-09-01")
        raise BadParameter(f"--on 的“{text}”不是日期", f'--on "{text}" is not a date', hint=hint)
    return text


def _parameters(pairs: list[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            hint = ("写成 --param 名称=值", "write --param NAME=VALUE")
            raise BadParameter(f"参数“{pair}”缺少等号", f'the parameter "{pair}" has no equals sign', hint=hint)
        found[name.strip()] = value.strip()
    return found


def _named(name: str, policy: Policy) -> str:
    """The IRI of anything that has a name."""
    from dandang.cases.fields import nearest_names
    from dandang.model import Vocabulary
    from dandang.namespaces import PREFIXES

    prefix, _, rest = name.partition(":")
    candidates = [name, PREFIXES.get(prefix, "\0") + rest]
    if name.upper() in policy.by_notation:
        return policy.by_notation[name.upper()].iri
    documents = {document.notation: document.iri for document in policy.documents.values()}
    candidates.append(documents.get(name.upper(), ""))
    facts = sorted(iri for iri, _ in Vocabulary(policy).fact(name))
    candidates += facts[:1] + [iri for iri, label in policy.names.items() if name in label]
    found = next((iri for iri in candidates if iri in policy.names or iri in policy.facts), None)
    if found is None:
        labels = [text for label in policy.names.values() for text in label if text] + list(policy.by_notation)
        close = nearest_names(name, labels)
        hint = (f"是不是：{'、'.join(close)}？", f"did you mean: {', '.join(close)}?") if close else None
        raise UnknownName(f"没有“{name}”", f'there is nothing named "{name}"', hint=hint)
    return found


def _print_json(items: list[dict[str, Any]], style: str) -> None:
    import json

    if style == "jsonl":
        for item in items:
            print(json.dumps(item, ensure_ascii=False))
    else:
        print(json.dumps(items, ensure_ascii=False, indent=2))


def _print_table(table: Table, options: Namespace) -> int:
    from dandang.render import tables

    if options.format == "xlsx":
        if not options.output:
            hint = ("加上 -o 文件名.xlsx", "add -o name.xlsx")
            raise BadParameter("XLSX 要写入文件", "XLSX goes to a file", hint=hint)
        _write(options.output, tables.table_xlsx(table))
        return 0
    text = "".join(_table_lines(table, options))
    if options.output:
        # A byte order mark lets Excel and WPS read the Chinese of a CSV file.
        mark = b"\xef\xbb\xbf" if options.format == "csv" else b""
        _write(options.output, mark + text.encode())
    else:
        sys.stdout.write(text)
    return 0


def _table_lines(table: Table, options: Namespace) -> Iterator[str]:
    from dandang.render import tables

    if options.format == "csv":
        yield tables.table_csv(table)
    elif options.format == "json":
        yield tables.table_json(table) + "\n"
    else:
        yield tables.table_text(table, widest=10_000 if options.wide else 48) + "\n"
        yield Text(f"共 {len(table.rows)} 行\n", f"{len(table.rows)} row(s)\n").in_(options.lang)


def _write(name: str, content: bytes) -> None:
    try:
        with open(name, "wb") as file:
            file.write(content)
    except OSError as error:
        raise UnreadableFile(
            f"无法写入({error.strerror})", f"cannot be written ({error.strerror})", place=Place(name)
        ) from error
