"""What a command is asked about: case files, names, dates, parameters."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from dandang.errors import BadParameter, MalformedFile, UnknownName, UnreadableFile
from dandang.messages import Text
from dandang.model import Case, Clause, Condition, Finding, Place, Policy, Rule

if TYPE_CHECKING:
    from pyoxigraph import Triple

    from dandang.cases.reading import ReadCase


def named_clause(name: str, policy: Policy) -> Clause:
    """A clause by notation or IRI. Raises UnknownName with what there is."""
    clause = policy.by_notation.get(name.upper()) or policy.clauses.get(name)
    if clause is None:
        known = "、".join(policy.by_notation)
        raise UnknownName(
            f"没有条款“{name}”", f'there is no clause "{name}"', hint=(f"有：{known}", f"there are: {known}")
        )
    return clause


def named_condition(name: str, policy: Policy) -> tuple[Clause, Condition] | None:
    """The condition that an IRI, or its end as in `E4#purpose`, names, with its clause."""
    for clause in policy.clauses.values():
        waiting = list(policy.effective_conditions(clause))
        while waiting:
            condition = waiting.pop()
            if "#" in name and condition.iri.endswith("/" + name.rpartition(":")[2].rpartition("/")[2]):
                return clause, condition
            waiting.extend(getattr(condition, "members", ()))
    return None


def case_files(names: Sequence[str]) -> list[str]:
    """The files that names stand for: a folder for the case files in it, a pattern for what fits. Raises BadParameter or UnreadableFile."""
    if not names:
        raise BadParameter(
            "没有写要检查的文件",
            "no file to check is named",
            hint=("例如 dandang validate 案件.yaml", "for example dandang validate case.yaml"),
        )
    return [file for name in names for file in _files_of(name)]


def _files_of(name: str) -> list[str]:
    import os

    from dandang.cases.sources import addresses, is_address

    if os.path.isdir(name):
        from dandang.cases.reading import is_case_file

        closed: list[OSError] = []
        found = sorted(
            os.path.join(folder, file) for folder, _, files in os.walk(name, onerror=closed.append) for file in files
        )
        # A folder that cannot be looked into stands for itself: reading it tells why.
        found = sorted([*filter(is_case_file, found), *(str(error.filename) for error in closed)])
        missing = ("文件夹里没有案件文件", "there is no case file in the folder")
    elif is_address(name) and any(mark in name for mark in "*?["):
        found, missing = addresses(name), ("没有符合的文件", "no file fits")
    elif any(mark in name for mark in "*?[") and not os.path.exists(name):
        from glob import glob

        from dandang.cases.reading import is_lock_file

        found = [file for file in sorted(glob(name, recursive=True)) if not is_lock_file(file)]
        missing = ("没有符合的文件", "no file fits")
    else:
        return [name]
    if not found:
        raise UnreadableFile(*missing, place=Place(name))
    return found


def is_dump(files: Sequence[str], options: Namespace) -> bool:
    """Whether files are for the bulk engine: workers were asked for, one is far away, too large to be read whole, or a stream of unknown length."""
    from dandang.cases.files import MAX_BYTES
    from dandang.cases.sources import is_address

    streamed = "-" in files and options.syntax in ("jsonl", "nq", "nt", "turtle", "trig")
    asked = options.workers > 0 or bool(options.scheduler)
    return asked or streamed or any(is_address(name) or file_size(name) > MAX_BYTES for name in files)


def file_size(name: str) -> int:
    """The size of a file in bytes; 0 where there is none to see."""
    import os

    try:
        return os.stat(name).st_size
    except OSError:
        return 0


def chosen_rules(select: Sequence[str], ignore: Sequence[str], rules: Mapping[str, Rule]) -> set[str]:
    """The rules to report, by slugs or patterns. Raises UnknownName for one that fits no rule."""
    from fnmatch import fnmatch

    def fitting(patterns: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for pattern in (part.strip() for text in patterns for part in text.split(",")):
            own = {slug for slug in rules if fnmatch(slug, pattern)}
            if not own:
                raise _no_rule(pattern, rules)
            found |= own
        return found

    return (fitting(select) if select else set(rules)) - fitting(ignore)


def _no_rule(name: str, rules: Mapping[str, Rule]) -> UnknownName:
    from dandang.cases.nearest import nearest_names

    close = nearest_names(name, rules)
    hint = (f"是不是：{'、'.join(close)}？", f"did you mean: {', '.join(close)}?")
    if not close:
        hint = (
            "规则的名称写在每条发现末尾的方括号里",
            "the name of a rule stands in brackets at the end of each finding",
        )
    return UnknownName(f"没有规则“{name}”", f'there is no rule "{name}"', hint=hint)


class Readings:
    """The cases of files; a file that cannot be used, or a line of one, is a finding, and the others are read all the same."""

    def __init__(self, files: Iterable[str], policy: Policy, syntax: str = "") -> None:
        from dandang.cases.reading import read_partly

        self.read: list[ReadCase] = []
        #: What is wrong with files, and with lines of them.
        self.unusable: list[Finding] = []
        self.bad_lines: list[Finding] = []
        for name in files:
            try:
                read, bad = read_partly(name, policy, syntax=syntax)
            except (UnreadableFile, MalformedFile) as error:
                place = error.place or Place(name)
                self.unusable.append(Finding(error.code, error.message, error.hint, place))
                continue
            self.read += read
            self.bad_lines += bad

    def told(self) -> Text:
        """How many cases there were."""
        return Text(f"{len(self.read)} 件案件", f"{len(self.read)} case(s)")


def read_cases(files: Sequence[str], policy: Policy, syntax: str = "") -> list[ReadCase]:
    """Every case of the files with what is wrong in it."""
    from dandang.cases.reading import read_file, without_duplicates

    return without_duplicates([item for name in case_files(files) for item in read_file(name, policy, syntax=syntax)])


def accepted_cases(files: Sequence[str], policy: Policy, syntax: str = "") -> list[Case]:
    """The cases of files that have no error. Raises RejectedCase."""
    from dandang.cases.reading import accepted

    return accepted(read_cases(files, policy, syntax))


def assessor(policy: Policy) -> Callable[[Case], Iterable[Triple]]:
    """What makes the RDF of a case's assessment, for the questions that are about assessments."""

    def triples(case: Case) -> Iterable[Triple]:
        from dandang.assessment import assess as assess_case
        from dandang.render.rdf import assessment_triples

        return assessment_triples(assess_case(case, policy))

    return triples


def date_option(text: str) -> str:
    """The date of `--on`. Raises BadParameter."""
    from dandang.cases.tidying import is_date

    if text and not is_date(text):
        hint = ("写成 2018-09-01 的样子", "write it like 2018-09-01")
        raise BadParameter(f"--on 的“{text}”不是日期", f'--on "{text}" is not a date', hint=hint)
    return text


def parameter_options(pairs: list[str]) -> dict[str, str]:
    """The values of `--param NAME=VALUE`. Raises BadParameter."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            hint = ("写成 --param 名称=值", "write --param NAME=VALUE")
            raise BadParameter(f"参数“{pair}”缺少等号", f'the parameter "{pair}" has no equals sign', hint=hint)
        found[name.strip()] = value.strip()
    return found


def named_thing(name: str, policy: Policy) -> str:
    """The IRI of anything that has a name."""
    from dandang.cases.nearest import nearest_names
    from dandang.namespaces import PREFIXES
    from dandang.vocabulary import Vocabulary

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
        # One who writes a notation means one.
        short = name.isascii() and any(sign.isdigit() for sign in name)
        labels = [text for label in policy.names.values() for text in label if text and not short]
        close = nearest_names(name, [*labels, *policy.by_notation, *documents])
        hint = (f"是不是：{'、'.join(close)}？", f"did you mean: {', '.join(close)}?") if close else None
        raise UnknownName(f"没有“{name}”", f'there is nothing named "{name}"', hint=hint)
    return found
