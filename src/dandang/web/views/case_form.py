"""The form of a case: what a browser sends ↔ `Case`.

The form is the case: every step of the workbench carries all of it in the body of the request, and nothing stays on the server. Values are checked by
the reader of case files, so that a form, a YAML file and a workbook are told the same about the same mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from dandang.cases.fields import CaseReader
from dandang.cases.nodes import Mapping_, Node, Scalar, Sequence_
from dandang.cases.reading import ReadCase
from dandang.cases.writing import stated, value_word
from dandang.messages import Text
from dandang.model import Case, DecidedSanction, Fact, Finding, Place, Policy, Severity
from dandang.namespaces import FACTS
from dandang.vocabulary import Vocabulary

#: The fields that hold one text, by their paths in a case file.
TEXTS = ("id", "title", "on", "decided", "cadre.rank", "cadre.post", "cadre.lion", "domain", "summary", "note")
#: What to do about a field of the form that is still empty.
FILL_IN = Text("可返回第2步，在“案件与干部”中填写", "To fill it in, go back to step 2, “The case and the cadre”")
#: What to do about other parts of the form, by the beginning of their paths; a hint for files would speak of keys that nobody sees here.
_IN_THE_FORM = {
    "fact.": Text("可返回第2步，核对这项事实和它的“依据”", "Go back to step 2 and look at this fact and its grounds"),
    "facts": Text("可返回第2步，回答有关的问题", "Go back to step 2 and answer the questions about it"),
    "sanction": Text("可返回第2步，在“已经决定的处理”中补充", "Go back to step 2, “Measures already decided”"),
    "claim": Text("可返回第2步，核对“主张适用的容错条款”", "Go back to step 2, “Exemption clauses claimed”"),
    "": FILL_IN,
}
#: A Chinese hint has Latin words only where it quotes what is written in a file.
_OF_A_FILE = re.compile(r"[a-z_]{2,}")
_GROUNDS = ("evidence", "found_by", "found_on")
_SANCTION = ("measure", "on", "by", "ground")
#: A form is typed by people; one beyond these numbers is not.
MOST_FACTS, MOST_SANCTIONS = 1000, 100
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class Values(Protocol):
    """Names and values in the order a browser sent them."""

    def get(self, name: str, default: str, /) -> str: ...
    def getlist(self, name: str, /) -> list[str]: ...
    def __iter__(self) -> Iterator[str]: ...


class FactEntry(NamedTuple):
    """A fact of the form: its code, and what was typed."""

    code: str
    value: str = ""
    evidence: str = ""
    found_by: str = ""
    found_on: str = ""

    @property
    def iri(self) -> str:
        return iri_of(self.code)


class CaseForm(NamedTuple):
    """What the form holds, as it was typed. `sanctions` are texts in the order measure, on, by, ground."""

    texts: Mapping[str, str]
    facts: tuple[FactEntry, ...] = ()
    sanctions: tuple[tuple[str, str, str, str], ...] = ()
    claims: tuple[str, ...] = ()

    def fields(self) -> Iterator[tuple[str, str]]:
        """Every name and value of the form, for a page that carries what it does not show."""
        yield from ((name, self.texts[name]) for name in TEXTS if self.texts.get(name))
        yield from fact_fields(self.facts)
        for number, sanction in enumerate(self.sanctions, start=1):
            yield from (
                (f"sanction.{number}.{key}", text) for key, text in zip(_SANCTION, sanction, strict=True) if text
            )
        yield from (("claim", claim) for claim in self.claims)

    def stated(self) -> dict[str, FactEntry]:
        """Code → fact, of the facts that say something."""
        return {entry.code: entry for entry in self.facts}


def to_fill_in(form: CaseForm, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings as the form's user reads them: named by what they are about and not by a path; a field that is still empty is no error,
    and is filled in on the page, not in a file."""
    return tuple(_to_fill_in(form, item) for item in findings)


def _to_fill_in(form: CaseForm, item: Finding) -> Finding:
    path = item.place.path or "" if item.place else ""
    if path in TEXTS and not form.texts.get(path):
        severity: Severity = "info" if item.severity == "error" else item.severity
        return item._replace(severity=severity, place=None, hint=FILL_IN)
    hint = item.hint
    if hint and _OF_A_FILE.search(hint.zh):
        hint = next(text for start, text in _IN_THE_FORM.items() if path.startswith(start))
    return item._replace(place=None, hint=hint)


def fact_fields(entries: Iterable[FactEntry]) -> Iterator[tuple[str, str]]:
    """Names and values of facts."""
    for entry in entries:
        yield f"fact.{entry.code}", entry.value
        for key, text in zip(_GROUNDS, entry[2:], strict=True):
            if text:
                yield f"{key}.{entry.code}", text


def code_of(iri: str) -> str:
    """What the form calls a fact type: the last part of its IRI, or all of it where it is not among the project's facts."""
    return iri.removeprefix(FACTS)


def iri_of(code: str) -> str:
    """The fact type that a code of the form stands for."""
    return code if ":" in code else FACTS + code


# --- what a browser sent ----------------------------------------------------------------------------------------------


def form_of_values(values: Values) -> CaseForm:
    """The form as it was sent, with what was picked added and what was dropped left out."""
    texts = {name: _clean(values.get(name, "")) for name in TEXTS}
    facts = {entry.code: entry for entry in _facts(values)}
    for picked in values.getlist("pick"):
        value, _, code = picked.partition(":")
        if value in ("yes", "no") and (code not in facts or not facts[code].value):
            facts[code] = (facts.get(code) or FactEntry(code))._replace(value=value)
    for code in values.getlist("drop"):
        facts.pop(code, None)
    claims = tuple(dict.fromkeys(_clean(claim) for claim in values.getlist("claim")))
    return CaseForm(texts, tuple(facts.values())[:MOST_FACTS], tuple(_sanctions(values)), claims)


def _facts(values: Values) -> Iterator[FactEntry]:
    """The facts that have a value or grounds; a question that was shown and left alone has neither."""
    codes = (code for name in values for kind, _, code in (name.partition("."),) if kind == "fact" or kind in _GROUNDS)
    for code in dict.fromkeys(filter(None, codes)):
        grounds = [_clean(values.get(f"{key}.{code}", "")) for key in _GROUNDS]
        value = values.get(f"fact.{code}", "")
        if value or any(grounds):
            yield FactEntry(code, value or "unknown", *grounds)


def _sanctions(values: Values) -> Iterator[tuple[str, str, str, str]]:
    numbers = {int(found[1]) for name in values if (found := re.fullmatch(r"sanction\.(\d{1,4})\.\w+", name))}
    for number in sorted(numbers)[:MOST_SANCTIONS]:
        measure, on, by, ground = (_clean(values.get(f"sanction.{number}.{key}", "")) for key in _SANCTION)
        if measure or on or by or ground:
            yield measure, on, by, ground


def _clean(text: str) -> str:
    """Text without line ends of other systems and characters that no file format can hold."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


# --- Case → form ------------------------------------------------------------------------------------------------------


def form_of_case(case: Case, policy: Policy) -> CaseForm:
    """The form filled in with a case."""
    cadre = case.cadre
    texts = {
        "id": case.id,
        "title": case.title,
        "on": case.on,
        "decided": case.decided,
        "cadre.rank": cadre.rank,
        "cadre.post": cadre.post,
        "cadre.lion": {True: "yes", False: "no", None: ""}[cadre.on_list],
        "domain": case.domain,
        "summary": case.summary,
        "note": case.note,
    }
    facts = tuple(_entry(fact) for fact in stated(case).facts)
    claims = tuple(policy.clauses[iri].notation for iri in case.claims)
    return CaseForm(texts, facts, tuple(_texts(sanction) for sanction in case.sanctions), claims)


def _entry(fact: Fact) -> FactEntry:
    return FactEntry(code_of(fact.type), value_word(fact), fact.evidence, fact.found_by, fact.found_on)


def _texts(sanction: DecidedSanction) -> tuple[str, str, str, str]:
    return sanction.measure, sanction.on, sanction.by, sanction.ground


# --- form → Case ------------------------------------------------------------------------------------------------------


def read_form(form: CaseForm, vocabulary: Vocabulary) -> ReadCase:
    """The case that a form states, with its mistakes; the path of a finding's place is the name of the field."""
    reader = CaseReader(vocabulary.policy, vocabulary)
    case = reader.case(_case_node(form))
    return ReadCase(case, tuple(reader.findings))


def _case_node(form: CaseForm) -> Mapping_:
    own = [_pair(name, name, text) for name, text in form.texts.items() if text and "." not in name]
    cadre = [_pair(name.removeprefix("cadre."), name, form.texts.get(name, "")) for name in TEXTS if "." in name]
    facts = tuple((_scalar(entry.iri, f"fact.{entry.code}"), _fact_node(entry)) for entry in form.facts)
    sanctions = tuple(_sanction_node(number, texts) for number, texts in enumerate(form.sanctions, start=1))
    claims = tuple(_scalar(claim, "claim") for claim in form.claims)
    groups: list[tuple[Scalar, Node]] = [
        (_scalar("cadre", "cadre"), Mapping_(tuple(cadre), Place())),
        (_scalar("facts", "facts"), Mapping_(facts, Place())),
        (_scalar("sanctions", "sanctions"), Sequence_(sanctions, Place())),
        (_scalar("claims", "claims"), Sequence_(claims, Place())),
    ]
    return Mapping_((*own, *groups), Place())


def _fact_node(entry: FactEntry) -> Node:
    fields = {"value": f"fact.{entry.code}", "evidence": "", "found_by": "", "on": f"found_on.{entry.code}"}
    texts = (entry.value, entry.evidence, entry.found_by, entry.found_on)
    pairs = (_pair(key, path, text) for (key, path), text in zip(fields.items(), texts, strict=True))
    return Mapping_(tuple(pairs), Place(path=f"fact.{entry.code}"))


def _sanction_node(number: int, texts: tuple[str, str, str, str]) -> Node:
    pairs = (_pair(key, f"sanction.{number}.{key}", text) for key, text in zip(_SANCTION, texts, strict=True))
    return Mapping_(tuple(pairs), Place(path=f"sanction.{number}.measure"))


def _pair(key: str, path: str, text: str) -> tuple[Scalar, Node]:
    return _scalar(key, path), _scalar(text, path)


def _scalar(text: str, path: str) -> Scalar:
    return Scalar(text, Place(path=path))
