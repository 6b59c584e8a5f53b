"""The competency questions: one SPARQL file each, with a header that says what it asks, of what, and what comes back.

`queries/README.md` describes the header. A parameter stands in the query as `VALUES ?name { default }` on a line of its own; binding a
value rewrites that line and nothing else, with a typed term that is written anew and never pasted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from dandang import resources, snapshot
from dandang.errors import BadParameter, ResourceMissing, UnknownName, reason_of
from dandang.messages import Text
from dandang.model import Case, Place, Policy
from dandang.namespaces import CASES, DD, PREFIXES
from dandang.parameters import Parameter, case_iri_of, nearest, terms_of
from dandang.store import GRAPHS, Store

if TYPE_CHECKING:
    from dandang.model import Table

#: What a query can need beside the policy and its compiled rules.
NEEDS = ("ontology", "cases", "assessments")

_HEADER = re.compile(r"#\+ (?P<key>[a-z.]+): (?P<value>.+)")
_PARAMETER = re.compile(r"(?P<name>\w+) (?P<type>[\w:-]+) = ?(?P<default>.*)")
_FILE = re.compile(r"(?P<id>cq-(?P<number>\d+))-(?P<slug>[a-z0-9-]+)")


class Column(NamedTuple):
    """A column of the answer. Names that end in Zh and En hold the same thing in either language."""

    name: str
    label: Text


class Question(NamedTuple):
    """One question: `id` is cq-NN, `slug` the rest of the file's name, `text` the SPARQL with its header."""

    id: str
    slug: str
    question: Text
    tags: tuple[str, ...]
    needs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    note: Text
    text: str

    @property
    def name(self) -> str:
        """The whole name, as in the file and on the web."""
        return f"{self.id}-{self.slug}"

    @property
    def sparql(self) -> str:
        """The query without its header."""
        return without_header(self.text)


def without_header(text: str) -> str:
    """The SPARQL of a query file without the lines of its header."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("#+")).strip() + "\n"


# --- reading the files ------------------------------------------------------------------------------------------------


def questions() -> tuple[Question, ...]:
    """All questions, in the order of their numbers."""
    return tuple(_read(path) for path in resources.query_files("competency"))


def find(name: str) -> Question:
    """The question that `cq-07`, `7`, its slug or its whole name stands for. Raises UnknownName with the nearest."""
    wanted = name.strip().lower().removesuffix(".rq")
    files = {path.stem: path for path in resources.query_files("competency")}
    for stem, path in files.items():
        match = _FILE.fullmatch(stem)
        if match and wanted in (stem, match["id"], match["slug"], match["number"], str(int(match["number"]))):
            return _read(path)
    near = nearest(wanted, files)
    hint = (f"是不是：{'、'.join(near)}？", f"did you mean: {', '.join(near)}?") if near else None
    raise UnknownName(
        f"没有问题“{name}”",
        f'there is no question "{name}"',
        hint=hint or ("`dandang ask` 列出全部问题", "`dandang ask` lists them all"),
    )


def _read(path: Path) -> Question:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = reason_of(error)
        raise ResourceMissing(
            f"无法读取查询文件（{reason.zh}）", f"cannot read the query file ({reason.en})", place=Place(str(path))
        ) from error
    name = _FILE.fullmatch(path.stem)
    header: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("#+"):
            break
        field = _HEADER.fullmatch(line)
        if field is None:
            raise _broken(path, line)
        header.setdefault(field["key"], []).append(field["value"].strip())
    if name is None or not text.startswith("#+"):
        raise _broken(path, path.name)
    return Question(
        name["id"],
        name["slug"],
        _both(header, "question"),
        tuple(_listed(header, "tags")),
        tuple(_listed(header, "needs")),
        tuple(_parameter(path, value) for value in header.get("param", ())),
        tuple(Column(*_labelled(path, value)) for value in header.get("column", ())),
        _both(header, "note"),
        text,
    )


def _both(header: Mapping[str, list[str]], key: str) -> Text:
    return Text(" ".join(header.get(f"{key}.zh", ())), " ".join(header.get(f"{key}.en", ())))


def _listed(header: Mapping[str, list[str]], key: str) -> Iterable[str]:
    return (part.strip() for value in header.get(key, ()) for part in value.split(",") if part.strip())


def _parameter(path: Path, value: str) -> Parameter:
    definition, label = _labelled(path, value)
    match = _PARAMETER.fullmatch(definition)
    if match is None:
        raise _broken(path, value)
    return Parameter(match["name"], match["type"], match["default"].strip(), label)


def _labelled(path: Path, value: str) -> tuple[str, Text]:
    parts = [part.strip() for part in value.split("| ")]
    if len(parts) != 3:
        raise _broken(path, value)
    return parts[0], Text(parts[1], parts[2])


def _broken(path: Path, value: str) -> ResourceMissing:
    return ResourceMissing(
        f"查询文件的头部有误：{value}", f"the query file's header is broken: {value}", place=Place(str(path))
    )


# --- asking -----------------------------------------------------------------------------------------------------------


def ask(store: Store, question: Question, values: Mapping[str, str], policy: Policy) -> Table:
    """The answer to a question. Raises BadParameter, and UnknownName for a case that is not in the store."""
    text = bind(question, values, policy)
    for parameter in question.parameters:
        if parameter.type == "case":
            _require_case(store, case_iri_of(values.get(parameter.name, parameter.default), parameter))
    return store.select(text)


def bind(question: Question, values: Mapping[str, str], policy: Policy) -> str:
    """The query with values for its parameters; those not given keep their default. Raises BadParameter."""
    known = {parameter.name: parameter for parameter in question.parameters}
    text = question.text
    for name, value in values.items():
        if name not in known:
            raise _unknown_parameter(question, name)
        terms = " ".join(terms_of(known[name], value, policy))
        line = re.compile(rf"^([ \t]*)VALUES \?{re.escape(name)} \{{.*\}}[ \t]*$", re.MULTILINE)
        # A function, because a replacement string would read backslashes in the terms.
        text = line.sub(lambda found, line=f"VALUES ?{name} {{ {terms} }}": f"{found[1]}{line}", text)  # type: ignore[misc]
    return text


def _unknown_parameter(question: Question, name: str) -> BadParameter:
    names = [parameter.name for parameter in question.parameters]
    hint = (f"可用的参数：{'、'.join(names)}", f"it has: {', '.join(names)}") if names else None
    return BadParameter(
        f"问题 {question.id} 没有参数“{name}”",
        f'question {question.id} has no parameter "{name}"',
        hint=hint or ("这个问题没有参数", "this question takes no parameters"),
    )


def _require_case(store: Store, iri: str) -> None:
    of_type, kind = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(DD + "Case")
    found = {str(quad.subject)[1:-1] for quad in store.oxigraph.quads_for_pattern(None, of_type, kind, None)}
    if iri in found:
        return
    name = iri.removeprefix(CASES)
    known = sorted(case.removeprefix(CASES) for case in found)
    near = nearest(name, known) or known[:5]
    hint = (f"可用的案件：{'、'.join(near)}", f"there are: {', '.join(near)}") if near else None
    raise UnknownName(f"没有案件“{name}”", f'there is no case "{name}"', hint=hint)


# --- the store behind the questions -----------------------------------------------------------------------------------


def question_store(
    policy: Policy,
    question: Question,
    *,
    cases: Iterable[Case] | None = None,
    assessments: Callable[[Case], Iterable[ox.Triple]] | None = None,
) -> Store:
    """A store with what a question needs. `cases` stand in the place of the example cases: a case of one's own may have the
    id of an example. `assessments` makes the RDF of a case's assessment, which only higher layers can."""
    return _store(policy, question.needs, cases, assessments)


def whole_store(policy: Policy, *, cases: Iterable[Case] | None = None) -> Store:
    """A store with everything but assessments."""
    return _store(policy, ("ontology", "cases"), cases, None)


def _store(
    policy: Policy,
    needs: tuple[str, ...],
    cases: Iterable[Case] | None,
    assessments: Callable[[Case], Iterable[ox.Triple]] | None,
) -> Store:
    store = snapshot.store()
    if "ontology" in needs:
        from dandang.policy import ontology_quads

        store.extend(ontology_quads())
    if cases is None:
        cases = _examples(policy) if "cases" in needs or "assessments" in needs else ()
    if "assessments" in needs and assessments is None:
        raise TypeError("this question is about assessments: pass `assessments`")
    for case in cases:
        store.extend(_case_quads(case))
        if assessments is not None and "assessments" in needs:
            graph = ox.NamedNode(f"{GRAPHS}assessment/{case.id or 'unnamed'}")
            store.extend(ox.Quad(t.subject, t.predicate, t.object, graph) for t in assessments(case))
    return store


def _examples(policy: Policy) -> list[Case]:
    from dandang.cases import read_file

    return [read.case for path in resources.case_files() for read in read_file(str(path), policy)]


def _case_quads(case: Case) -> list[ox.Quad]:
    from dandang.cases import case_quads

    return case_quads(case)
