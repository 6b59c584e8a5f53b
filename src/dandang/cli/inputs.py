"""What a command is asked about: case files, names, dates, parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from dandang.errors import BadParameter, UnknownName
from dandang.model import Case, Clause, Condition, Policy

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


def read_cases(files: list[str], policy: Policy) -> list[ReadCase]:
    """Every case of the files with what is wrong in it."""
    from dandang.cases.reading import read_file, without_duplicates

    return without_duplicates([item for name in files for item in read_file(name, policy)])


def accepted_cases(files: list[str], policy: Policy) -> list[Case]:
    """The cases of files that have no error. Raises RejectedCase."""
    from dandang.cases.reading import accepted

    return accepted(read_cases(files, policy))


def assessor(policy: Policy) -> Callable[[Case], Iterable[Triple]]:
    """What makes the RDF of a case's assessment, for the questions that are about assessments."""

    def triples(case: Case) -> Iterable[Triple]:
        from dandang.assessment import assess as assess_case
        from dandang.render.rdf import assessment_triples

        return assessment_triples(assess_case(case, policy))

    return triples


def date_option(text: str) -> str:
    """The date of `--on`. Raises BadParameter."""
    from dandang.cases.fields import is_date

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
