"""The things dandang talks about, as plain values: policy, case, assessment, findings and tables.

IRIs are full strings. Truth is three-valued (strong Kleene): True, False, or None for unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from dandang.messages import Text

Truth: TypeAlias = bool | None
Operator: TypeAlias = Literal["allOf", "anyOf"]
Reading: TypeAlias = Literal["recommended", "strict"]
Severity: TypeAlias = Literal["error", "warning", "info"]
READINGS: tuple[Reading, ...] = ("recommended", "strict")
Named: TypeAlias = Mapping[str, Text]


class Place(NamedTuple):
    """Where something stands: a file, a line and column from 1, a path inside the document (`cadre.rank`), and in a workbook the cell
    (`事实!C7`)."""

    file: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""
    cell: str = ""

    def __str__(self) -> str:
        parts = (self.file, self.cell) if self.cell else (self.file, self.line, self.column)
        spot = ":".join(str(part) for part in parts if part not in (None, ""))
        return " ".join(part for part in (spot, self.path) if part)


class Rule(NamedTuple):
    """A rule that findings come from; in its `message` the placeholders stay open. `path` is the property it looks at first, `table_hint` the hint
    for one who fills in a table, where it is another, and `about` the fact type or the property that is to be stated, where its path does not tell."""

    slug: str
    label: Text
    message: Text
    hint: Text | None
    severity: Severity
    cites: tuple[str, ...] = ()
    path: str = ""
    table_hint: Text | None = None
    about: str = ""


class Example(NamedTuple):
    """A minimal pair for a rule: what breaks it and what keeps it, as the text of a file in a syntax (`yaml`, `ttl`, `csv`), or told in `words`."""

    syntax: str
    bad: Text
    good: Text


class Detail(NamedTuple):
    """What pyshacl says of a result: source shape and constraint component, focus node, path and value, its own message, and the results that led to it.
    What has no name, such as a part of a shape, is empty."""

    shape: str
    component: str
    node: str
    path: str
    value: str
    message: str
    details: tuple[Detail, ...] = ()


class Finding(NamedTuple):
    """One thing that is wrong or doubtful in a file: which rule, where, the value, how to mend it.

    `focus` is the id of the case. `fix` is what may safely be written in place of `value`. `node`, `path`, `object` and `component` are focus node, path, value and constraint
    component of the SHACL result; what was found while reading has none. `detail` is there only where it was asked for.
    """

    rule: str
    message: Text
    hint: Text | None = None
    place: Place | None = None
    severity: Severity = "error"
    focus: str = ""
    value: str = ""
    cites: tuple[str, ...] = ()
    node: str = ""
    path: str = ""
    object: str = ""
    component: str = ""
    fix: str = ""
    detail: Detail | None = None

    def render(self, lang: str) -> str:
        """One finding as lines of text."""
        head = f"{self._where(self.place, lang)}: " if self.place else ""
        tail = f"\n  {self.hint.in_(lang)}" if self.hint else ""
        return f"{head}{self.message.in_(lang)} [{self.rule}]{tail}"

    def _where(self, place: Place, lang: str) -> str:
        """The place, with the case where neither line nor cell tells which of a file it is."""
        if place.line or place.cell or not self.focus:
            return str(place)
        case = Text(f"案件“{self.focus}”", f'case "{self.focus}"').in_(lang)
        return " ".join(filter(None, (place.file, case, place.path)))


# --- the policy -------------------------------------------------------------------------------------------------------


class FactType(NamedTuple):
    """A kind of fact that clauses ask about."""

    iri: str
    label: Text
    question: Text
    definition: Text
    determination: bool = False
    negated: Text | None = None
    names: tuple[str, ...] = ()
    contraries: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    established_by: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


class Note(NamedTuple):
    """An interpretation note: what it is about, how certain, and the readings that were not taken."""

    iri: str
    about: tuple[str, ...]
    certainty: str
    comment: Text
    alternatives: tuple[Text, ...] = ()


class FactCondition(NamedTuple):
    """A leaf of a condition tree: a fact type and the value it must have."""

    iri: str
    fact: str
    required: bool
    ordinal: int = 0
    role: str = ""
    setting: bool = False
    phrase: str = ""


class ClauseCondition(NamedTuple):
    """A leaf that holds when any clause of a list applies; with `required` false, when none does."""

    iri: str
    clauses: str
    required: bool = True
    ordinal: int = 0
    role: str = ""
    setting: bool = False


class ConditionGroup(NamedTuple):
    """All or any of its members; `strict` is the operator of the strict reading where it differs."""

    iri: str
    operator: Operator
    members: tuple[Condition, ...]
    ordinal: int = 0
    role: str = ""
    setting: bool = False
    strict: Operator | None = None
    source: str = ""
    certainty: str = ""
    closed: Truth = None

    def operator_in(self, reading: Reading) -> Operator:
        """The operator under a reading."""
        return self.strict if reading == "strict" and self.strict else self.operator


Condition: TypeAlias = FactCondition | ClauseCondition | ConditionGroup


class Quote(NamedTuple):
    """The source's own words, with their place: code points from 0, end exclusive."""

    iri: str
    exact: str
    prefix: str = ""
    suffix: str = ""
    start: int = -1
    end: int = -1


class Effect(NamedTuple):
    """What follows when a clause applies."""

    iri: str
    modality: str
    outcome: str = ""
    measures: tuple[str, ...] = ()
    closed: Truth = None
    quote: str = ""


class Clause(NamedTuple):
    """One clause of a document."""

    iri: str
    notation: str
    kind: str
    label: Text
    document: str
    clause_list: str
    ordinal: int
    quote: Quote | None
    translation: str
    condition: Condition | None
    effects: tuple[Effect, ...] = ()
    domain: str = ""
    duties: tuple[str, ...] = ()
    severity: str = ""
    combinable_with: tuple[str, ...] = ()
    valid_from: str = ""
    valid_until: str = ""


class ClauseList(NamedTuple):
    """A list of clauses with the rules that all of them share."""

    iri: str
    label: Text
    document: str
    closed: Truth = None
    condition: Condition | None = None
    preconditions: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    procedures: tuple[str, ...] = ()


class Document(NamedTuple):
    """A policy document."""

    iri: str
    notation: str
    label: Text
    title: str
    subject: str = ""
    valid_from: str = ""
    valid_until: str = ""
    reported_on: str = ""


class Mirror(NamedTuple):
    """A circumstance and the exemption that answers it."""

    iri: str
    circumstance: str
    exemption: str
    certainty: str
    distinction: Text


class Defeat(NamedTuple):
    """One list of clauses cutting off another. `excludes`: no clause of the defeated list applies while one of the defeater's does;
    otherwise the defeated clauses stand, and what follows from them may be lifted."""

    iri: str
    defeater: str
    defeated: str
    certainty: str
    comment: Text
    excludes: bool = False


class Comparison(NamedTuple):
    """Two clauses side by side; pairs are (condition of the left, condition of the right)."""

    left: Clause
    right: Clause
    shared: tuple[tuple[FactCondition, FactCondition], ...]
    contrary: tuple[tuple[FactCondition, FactCondition], ...]
    near: tuple[tuple[FactCondition, FactCondition], ...]
    only_left: tuple[FactCondition, ...]
    only_right: tuple[FactCondition, ...]
    mirrors: tuple[Mirror, ...]


class Policy(NamedTuple):
    """The whole policy as read from the graph."""

    documents: Mapping[str, Document]
    lists: Mapping[str, ClauseList]
    clauses: Mapping[str, Clause]
    facts: Mapping[str, FactType]
    names: Named
    notes: tuple[Note, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    defeats: tuple[Defeat, ...] = ()
    measure_outcomes: Mapping[str, str] = MappingProxyType({})
    schemes: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    synonyms: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    by_notation: Mapping[str, Clause] = MappingProxyType({})
    digest: str = ""

    def clauses_of(self, clause_list: str) -> tuple[Clause, ...]:
        """The clauses of a list in the order of the text."""
        return tuple(clause for clause in self.clauses.values() if clause.clause_list == clause_list)

    def effective_conditions(self, clause: Clause) -> tuple[Condition, ...]:
        """All that must hold for a clause: its list's condition, its own, each precondition of its list, and that no
        clause applies that excludes its list."""
        shared = self.lists.get(clause.clause_list)
        if shared is None:
            return (clause.condition,) if clause.condition else ()
        preconditions = (self.clauses[iri].condition for iri in shared.preconditions)
        exclusions = (
            ClauseCondition(defeat.iri, defeat.defeater, required=False)
            for defeat in self.defeats
            if defeat.excludes and defeat.defeated == clause.clause_list
        )
        parts = (shared.condition, clause.condition, *preconditions, *exclusions)
        return tuple(part for part in parts if part is not None)

    def effects_of(self, clause: Clause) -> tuple[Effect, ...]:
        """A clause's own effects, else those of its list."""
        shared = self.lists.get(clause.clause_list)
        return clause.effects or (shared.effects if shared else ())

    def label(self, iri: str) -> Text:
        """The label of anything that has one; the IRI's last part where there is none."""
        if iri in self.facts:
            return self.facts[iri].label
        found = self.names.get(iri)
        tail = iri.rsplit("/", 1)[-1]
        return found if found else Text(tail, tail)


# --- a case -----------------------------------------------------------------------------------------------------------


class Fact(NamedTuple):
    """A fact of a case: a value with where it comes from. `contested` facts count as unknown."""

    type: str
    value: Truth
    contested: bool = False
    evidence: str = ""
    found_by: str = ""
    found_on: str = ""
    derived_from: str = ""
    place: Place | None = None


class Cadre(NamedTuple):
    """Whom the case concerns; `on_list` is membership of the "lion" list."""

    rank: str = ""
    post: str = ""
    on_list: Truth = None


class DecidedSanction(NamedTuple):
    """A measure that was decided."""

    measure: str
    on: str = ""
    by: str = ""
    ground: str = ""
    place: Place | None = None


class Case(NamedTuple):
    """A case as its file tells it; `facts` includes those that follow from others, `note` stays out of its graph."""

    id: str
    title: str = ""
    on: str = ""
    decided: str = ""
    cadre: Cadre = Cadre()
    domain: str = ""
    summary: str = ""
    facts: tuple[Fact, ...] = ()
    sanctions: tuple[DecidedSanction, ...] = ()
    claims: tuple[str, ...] = ()
    note: str = ""
    place: Place | None = None
    places: Mapping[str, Place] = MappingProxyType({})


# --- an assessment ----------------------------------------------------------------------------------------------------

State: TypeAlias = Literal["applies", "could_apply", "open", "excluded", "not_in_force"]


class Explanation(NamedTuple):
    """One node of the explanation: what it explains, its value, and the premises the value follows from."""

    about: str
    kind: Literal["case", "part", "clause", "group", "fact", "clauses"]
    value: Truth = None
    operator: Operator | None = None
    state: State | None = None
    premises: tuple[Explanation, ...] = ()
    fact: Fact | None = None
    required: bool | None = None
    condition: Condition | None = None
    label: Text | None = None

    def walk(self) -> Iterator[Explanation]:
        """This node and all below it, each before those below it."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.premises))


#: Literals that would together settle something: `+iri` a fact to be yes, `-iri` a fact to be no, `*iri` any clause of a list.
MissingSet: TypeAlias = tuple[str, ...]


class ClauseAnswer(NamedTuple):
    """Where a clause stands for a case; `divided_by` are the conditions that divide the two readings."""

    clause: Clause
    state: State
    readings: Mapping[Reading, State]
    explanation: Explanation
    route: tuple[str, ...] = ()
    missing: tuple[MissingSet, ...] = ()
    excluded_by: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    divided_by: tuple[str, ...] = ()


class LionAnswer(NamedTuple):
    """What the case means for the "lion" list."""

    on_list: Truth
    outcome: Literal["exits", "stays", "would_trigger", "open", "not_listed"]
    by: tuple[str, ...] = ()
    would_trigger: tuple[tuple[str, str, str], ...] = ()


class Advisory(NamedTuple):
    """Something to weigh that no rule decides."""

    kind: Literal["suggests", "contested", "date-unknown", "date-in-future"]
    text: Text
    about: tuple[str, ...] = ()


class Receipt(NamedTuple):
    """What an answer was computed from, so that it can be computed again."""

    dataset: str
    software: str
    on: str
    assessed: str
    reading: Reading = "recommended"


class Assessment(NamedTuple):
    """The answer for one case."""

    case: Case
    verdict: str
    readings: Mapping[Reading, str]
    accountability: Truth
    exemption: Truth
    answers: Mapping[str, ClauseAnswer]
    lion: LionAnswer
    explanation: Explanation
    receipt: Receipt
    advisories: tuple[Advisory, ...] = ()


class Question(NamedTuple):
    """A fact worth asking for, and the clauses that hang on it."""

    fact: str
    clauses: tuple[str, ...]


# --- tables -----------------------------------------------------------------------------------------------------------


class Term(NamedTuple):
    """An RDF term of a result: kind is `iri`, `literal` or `bnode`."""

    kind: Literal["iri", "literal", "bnode"]
    value: str
    lang: str = ""
    datatype: str = ""


class Table(NamedTuple):
    """A query result: columns in the order of the query, unbound cells None."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
