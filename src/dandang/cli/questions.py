"""`ask` and `query`. Each returns the exit status."""

from __future__ import annotations

from argparse import Namespace

from dandang.cli.inputs import accepted_cases, assessor, parameter_options
from dandang.cli.output import print_table
from dandang.errors import UnreadableFile
from dandang.model import Place


def ask(options: Namespace) -> int:
    """`dandang ask [QUESTION] [--case FILE] [--param NAME=VALUE]`."""
    from dandang import catalogue, snapshot

    if not options.question:
        for question in catalogue.questions():
            print(f"{question.id}  {question.question.in_(options.lang)}")
        return 0
    question = catalogue.find(options.question)
    policy = snapshot.policy()
    values = parameter_options(options.param)
    cases = accepted_cases([options.case], policy) if options.case else None
    if cases:
        values.setdefault("case", cases[0].id)
    store = catalogue.question_store(policy, question, cases=cases, assessments=assessor(policy))
    table = catalogue.ask(store, question, values, policy)
    if options.format in ("text", "xlsx"):
        from dandang.render.tables import localised

        table = localised(table, {column.name: column.label for column in question.columns}, options.lang)
    if options.format == "text":
        print(question.question.in_(options.lang))
    return print_table(table, options)


def _no_name(text: str) -> UnreadableFile:
    return UnreadableFile(
        "这里要的是文件名，给的是查询本身",
        "this takes the name of a file, and was given a query itself",
        hint=(
            "存成文件，或者用标准输入：echo '…' | dandang query",
            "save it in a file, or pipe it: echo '…' | dandang query",
        ),
        place=Place(text if len(text) <= 60 else f"{text[:59]}…"),
    )


def query(options: Namespace) -> int:
    """`dandang query [FILE]`."""
    from dandang import snapshot, sparql_guard
    from dandang.cases.files import read_bytes
    from dandang.catalogue import whole_store

    try:
        content = read_bytes(options.file)
    except UnreadableFile as error:
        if "{" in options.file:
            raise _no_name(options.file) from error
        raise
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            "查询文件不是 UTF-8 编码", "the query is not in UTF-8", place=Place(options.file)
        ) from error
    policy = snapshot.policy()
    cases = accepted_cases([options.case], policy) if options.case else None
    store = whole_store(policy, cases=cases)
    checked = sparql_guard.checked(text)
    return print_table(store.select(text, union=not checked.dataset), options)
