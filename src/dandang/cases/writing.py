"""Cases → files that `reading` understands: YAML, JSON and JSON-LD here, Turtle in `graph`, a workbook in `sheet_writing`.

What is written is what was stated: facts that follow from others are derived again by whoever reads the file.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import yaml

from dandang import resources
from dandang.cases.graph import case_iri
from dandang.model import Case, DecidedSanction, Fact
from dandang.namespaces import CONCEPTS, DD, FACTS, ID, LION_LIST
from dandang.vocabulary import Vocabulary

_HOME = ID + "wuhan-2018/"


def stated(case: Case) -> Case:
    """The case without the facts that were derived."""
    return case._replace(facts=tuple(fact for fact in case.facts if not fact.derived_from))


def value_word(fact: Fact) -> str:
    """The value of a fact as case files write it."""
    if fact.contested:
        return "contested"
    return {True: "yes", False: "no", None: "unknown"}[fact.value]


def fact_name(iri: str, vocabulary: Vocabulary, lang: str) -> str:
    """What a case file calls a fact: its label where that names nothing else, else its code or its IRI."""
    names = (vocabulary.policy.label(iri).in_(lang), iri.rsplit("/", 1)[-1])
    return next((name for name in names if vocabulary.fact(name) == {(iri, True)}), iri)


def concept_name(scheme: str, iri: str, vocabulary: Vocabulary, lang: str) -> str:
    """What a case file calls a rank, domain or measure."""
    name = vocabulary.policy.label(iri).in_(lang)
    return name if vocabulary.concept(scheme, name) == iri else iri


def case_record(case: Case, vocabulary: Vocabulary, lang: str) -> dict[str, Any]:
    """The case by the keys of a case file (docs/case-file.md), values as text, without what is not stated."""
    cadre, policy = case.cadre, vocabulary.policy
    lion = {True: "yes", False: "no", None: ""}[cadre.on_list]
    rank = concept_name("rank", cadre.rank, vocabulary, lang) if cadre.rank else ""
    facts = {fact_name(fact.type, vocabulary, lang): _fact(fact) for fact in stated(case).facts}
    record = {
        "id": case.id,
        "title": case.title,
        "on": case.on,
        "decided": case.decided,
        "cadre": _kept({"rank": rank, "post": cadre.post, "lion": lion}),
        "domain": concept_name("domain", case.domain, vocabulary, lang) if case.domain else "",
        "summary": case.summary,
        "facts": facts,
        "sanctions": [_sanction(sanction, vocabulary, lang) for sanction in case.sanctions],
        "claims": [policy.clauses[iri].notation if iri in policy.clauses else iri for iri in case.claims],
        "note": case.note,
    }
    return {"id": case.id, **_kept(record)}


def _fact(fact: Fact) -> Any:
    """A value alone, or with its grounds."""
    grounds = _kept({"evidence": fact.evidence, "found_by": fact.found_by, "on": fact.found_on})
    return {"value": value_word(fact), **grounds} if grounds else value_word(fact)


def _sanction(sanction: DecidedSanction, vocabulary: Vocabulary, lang: str) -> Any:
    measure = concept_name("measure", sanction.measure, vocabulary, lang)
    details = _kept({"on": sanction.on, "by": sanction.by, "ground": sanction.ground})
    return {"measure": measure, **details} if details else measure


def _kept(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value}


# --- JSON and YAML ----------------------------------------------------------------------------------------------------


def case_json(case: Case, vocabulary: Vocabulary, lang: str = "zh") -> str:
    """The case as a JSON case file."""
    return json.dumps(case_record(case, vocabulary, lang), ensure_ascii=False, indent=2) + "\n"


def case_yaml(case: Case, vocabulary: Vocabulary, lang: str = "zh") -> str:
    """The case as a YAML case file."""
    record = case_record(case, vocabulary, lang)
    return yaml.dump(record, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=_NEVER)


class _Dumper(yaml.SafeDumper):
    """Writes truth values and dates bare, as people do."""


_NEVER = 1_000_000
#: Words that YAML 1.1 takes for truth values, the key `on` among them, and YAML 1.2 for text, as our reader does: bare for both.
#: Any other word needs no help, and would get a tag that no reader understands.
_BARE = frozenset(("yes", "no", "on"))


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if text in _BARE:
        return dumper.represent_scalar("tag:yaml.org,2002:bool", text)
    if _is_bare_date(text):
        return dumper.represent_scalar("tag:yaml.org,2002:timestamp", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


def _is_bare_date(text: str) -> bool:
    from dandang.cases.tidying import is_date

    return is_date(text)


_Dumper.add_representer(str, _represent)


# --- JSON-LD ----------------------------------------------------------------------------------------------------------


def case_jsonld(case: Case) -> str:
    """The case as JSON-LD with the keys of a case file, its context inside: it can be read without a network."""
    iri, cadre, case = case_iri(case), case.cadre, stated(case)
    on_list = {True: {"onList": _LION}, False: {"notOnList": _LION}, None: {}}[cadre.on_list]
    person = {"id": f"{iri}#cadre", "type": ["Cadre", "http://www.w3.org/ns/prov#Person"]}
    facts = {
        _short(fact.type, FACTS): {
            "id": f"{iri}#fact-{number}",
            "type": "Fact",
            "value": _short(DD + value_word(fact), DD),
            **_kept({"evidence": fact.evidence, "found_by": fact.found_by, "on": fact.found_on}),
        }
        for number, fact in enumerate(case.facts, start=1)
    }
    sanctions = [
        {
            "id": f"{iri}#sanction-{number}",
            "type": "DecidedSanction",
            "measure": _short(sanction.measure, CONCEPTS + "measure/"),
            **_kept({"on": sanction.on, "by": sanction.by, "ground": sanction.ground}),
        }
        for number, sanction in enumerate(case.sanctions, start=1)
    ]
    rank = _short(cadre.rank, CONCEPTS + "rank/")
    record = {
        "identifier": case.id,
        "title": case.title,
        "on": case.on,
        "decided": case.decided,
        "cadre": {**person, **_kept({"rank": rank, "post": cadre.post}), **on_list},
        "domain": _short(case.domain, CONCEPTS + "domain/"),
        "summary": case.summary,
        "facts": facts,
        "sanctions": sanctions,
        "claims": [_short(claim, _HOME) for claim in case.claims],
    }
    document = {"@context": _context(), "id": iri, "type": "Case", **_kept(record)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _short(iri: str, base: str) -> str:
    """An IRI by its last part, where the context gives it its base."""
    return iri.removeprefix(base)


_LION = _short(LION_LIST, _HOME)


@cache
def _context() -> Any:
    text = (resources.root() / "ontology" / "case.context.jsonld").read_text(encoding="utf-8")
    return json.loads(text)["@context"]
