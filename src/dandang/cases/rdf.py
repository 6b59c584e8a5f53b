"""RDF → cases. What a case cannot hold is told and never dropped: a second value, a property that a case does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from dandang.cases.fields import CaseReader, did_you_mean
from dandang.cases.graph import UNNAMED
from dandang.cases.nearest import nearest_names, suggested_names
from dandang.cases.nodes import Scalar
from dandang.cases.rdf_syntax import SYNTAXES, parsed
from dandang.cases.strays import bracketed, strays
from dandang.errors import MalformedFile
from dandang.messages import Text
from dandang.model import Cadre, Case, DecidedSanction, Fact, Finding, Place, Truth
from dandang.namespaces import CASES, DCTERMS, DD, LION_LIST, RDF, shorten
from dandang.store import Index
from dandang.turtle_lines import Places
from dandang.vocabulary import Vocabulary

_VALUES: dict[str, tuple[Truth, bool]] = {
    DD + "yes": (True, False),
    DD + "no": (False, False),
    DD + "unknown": (None, False),
    DD + "contested": (None, True),
}
#: The keys of a case file that properties stand for; True where there may be several values.
_CASE = {
    DCTERMS + "identifier": ("id", False),
    DCTERMS + "title": ("title", False),
    DCTERMS + "description": ("summary", False),
    DD + "conductDate": ("on", False),
    DD + "decisionDate": ("decided", False),
    DD + "domain": ("domain", False),
    DD + "cadre": ("cadre", False),
    DD + "hasFact": ("facts", True),
    DD + "decidedSanction": ("sanctions", True),
    DD + "claims": ("claims", True),
}
_CADRE = {
    DD + "rank": ("cadre.rank", False),
    DD + "post": ("cadre.post", False),
    DD + "onList": ("cadre.lion", False),
    DD + "notOnList": ("cadre.lion", False),
}
_FACT = {DD + name: (name, False) for name in ("factType", "value", "evidence", "foundBy", "foundOn")}
_SANCTION = {DD + name: (name, False) for name in ("measure", "decidedOn", "decidedBy", "ground")}
#: Rules of the shapes that say the same of a second value.
_SECOND = {"id": "id-single", "cadre": "cadre-one", "cadre.rank": "rank-single"}


def read_rdf(text: str, syntax: str, vocabulary: Vocabulary, name: str) -> Iterator[tuple[Case, list[Finding]]]:
    """The cases of an RDF text, each with its findings. Raises MalformedFile."""
    places = Places({name: text}) if SYNTAXES[syntax].located else Places({})
    index = Index(parsed(text, syntax, name))
    lost = list(strays(index, places, name))
    for case, findings in _cases_of(index, vocabulary, name, places):
        yield case, [*(finding._replace(focus=case.id) for finding in lost), *findings]
        lost = []
    if lost:
        # Nothing was a case: what was meant for one is told.
        raise MalformedFile(*lost[0].message, hint=lost[0].hint, place=lost[0].place)


def cases_of(
    quads: Iterable[ox.Quad], vocabulary: Vocabulary, name: str, places: Places | None = None
) -> Iterator[tuple[Case, list[Finding]]]:
    """The cases of a graph, each with its findings, placed where the places of the text are given."""
    yield from _cases_of(Index(quads), vocabulary, name, places or Places({}))


def _cases_of(index: Index, vocabulary: Vocabulary, name: str, places: Places) -> Iterator[tuple[Case, list[Finding]]]:
    for iri in index.of_type(DD + "Case"):
        reader = _Reader(index, vocabulary, name, places)
        yield reader.case(iri), reader.findings


class _Reader:
    """Reads one case from the index; the checks of single values are those of case files."""

    def __init__(self, index: Index, vocabulary: Vocabulary, name: str, places: Places) -> None:
        self.index = index
        self.policy = vocabulary.policy
        self.places = places
        self.place = Place(name)
        self.brackets: dict[str, str] = {}
        self.fields = CaseReader(vocabulary.policy, vocabulary)
        self.findings = self.fields.findings

    def case(self, iri: str) -> Case:
        value = self.index.value
        self.place = self.at(iri)
        self.brackets = bracketed(self.index, self.places, iri)
        named = iri.removeprefix(CASES)
        identifier = self.identifier(iri, value(iri, DCTERMS + "identifier") or ("" if named == UNNAMED else named))
        self.fields.case_id = identifier
        self.known(iri, _CASE)
        return Case(
            id=identifier,
            title=value(iri, DCTERMS + "title"),
            on=self.date(iri, DD + "conductDate", "on"),
            decided=self.date(iri, DD + "decisionDate", "decided"),
            cadre=self.cadre(value(iri, DD + "cadre")),
            domain=self.concept("domain", iri, DD + "domain", "domain"),
            summary=value(iri, DCTERMS + "description"),
            facts=self.facts(iri),
            sanctions=tuple(filter(None, map(self.sanction, self.index.values(iri, DD + "decidedSanction")))),
            claims=tuple(
                sorted(filter(None, (self.claim(iri, claim) for claim in self.index.values(iri, DD + "claims"))))
            ),
            place=self.place,
            places=self.keys(iri),
        )

    def cadre(self, iri: str) -> Cadre:
        if not iri:
            return Cadre()
        self.known(iri, _CADRE)
        on, off = (self.index.values(iri, DD + name) for name in ("onList", "notOnList"))
        for other in sorted({*on, *off} - {LION_LIST}):
            self.report(
                "list-known",
                self.at(iri, other, "cadre.lion"),
                other,
                Text(f"没有名单 <{other}>", f"there is no list <{other}>"),
                Text("“狮子型”干部名单写 wh:lion-list", 'the list of "lion-type" cadres is wh:lion-list'),
            )
        if LION_LIST in on and LION_LIST in off:
            self.report(
                "list-membership-consistent",
                self.at(iri, LION_LIST, "cadre.lion"),
                LION_LIST,
                Text("同一名单既写列入，又写未列入", "the cadre is said to be both on and not on the same list"),
                Text("只保留一项；不清楚的，两项都不写", "keep one of the two; where it is not known, write neither"),
            )
        on_list: Truth = True if LION_LIST in on else False if LION_LIST in off else None
        return Cadre(self.concept("rank", iri, DD + "rank", "cadre.rank"), self.index.value(iri, DD + "post"), on_list)

    def facts(self, iri: str) -> tuple[Fact, ...]:
        found: dict[str, Fact] = {}
        nodes = self.index.values(iri, DD + "hasFact")
        for node in (node for node in nodes if not self.index.value(node, DD + "derivedFrom")):
            fact = self.fact(iri, node)
            if fact is None:
                continue
            earlier = found.setdefault(fact.type, fact)
            if earlier.value != fact.value:
                label = self.policy.facts[fact.type].label
                self.report(
                    "contradictory-facts",
                    fact.place,
                    fact.type,
                    Text(f"事实“{label.zh}”前后矛盾", f'the fact "{label.en}" contradicts itself'),
                    Text(
                        "只保留一处；有争议时写 dd:contested", "keep one of them; write dd:contested if it is disputed"
                    ),
                )
        return tuple(found.values())

    def fact(self, iri: str, node: str) -> Fact | None:
        value = self.index.value
        kind = value(node, DD + "factType")
        place = self.at(node, kind, f"facts.{kind.rsplit('/', 1)[-1]}" if kind else "facts", within=iri)
        if not kind:
            self.fact_without_type(iri, node, place)
            return None
        if kind not in self.policy.facts:
            known = (known.rsplit("/", 1)[-1] for known in self.policy.facts)
            hint = did_you_mean(suggested_names(kind.rsplit("/", 1)[-1], known))
            self.report(
                "unknown-fact", place, kind, Text(f"没有事实类型 <{kind}>", f"there is no fact type <{kind}>"), hint
            )
            return None
        self.known(node, _FACT, path=place.path, within=iri)
        stated = value(node, DD + "value")
        if stated not in _VALUES:
            message = Text(f"事实 <{kind}> 的值不可用", f"the value of fact <{kind}> cannot be used")
            self.bad_value(iri, node, place, message)
        truth, contested = _VALUES.get(stated, (None, False))
        evidence, found_by = value(node, DD + "evidence"), value(node, DD + "foundBy")
        found_on = self.date(node, DD + "foundOn", f"{place.path}.on", within=iri)
        return Fact(kind, truth, contested, evidence, found_by, found_on, place=place)

    def fact_without_type(self, iri: str, node: str, place: Place) -> None:
        """What else is wrong with the fact is told with it: most often the property itself is misspelled."""
        self.known(node, _FACT, path=place.path, within=iri)
        stated = self.index.value(node, DD + "value")
        if stated and stated not in _VALUES:
            self.bad_value(iri, node, place, Text("事实的值不可用", "the value of a fact cannot be used"))
        message = Text("事实没有写是哪一种（dd:factType）", "a fact does not say of what type it is (dd:factType)")
        self.report("unknown-fact", place, "", message, Text("写 dd:factType fact:…", "write dd:factType fact:…"))

    def bad_value(self, iri: str, node: str, place: Place, message: Text) -> None:
        stated = self.index.value(node, DD + "value")
        hint = Text("请写 dd:yes、dd:no、dd:unknown 或 dd:contested", "write dd:yes, dd:no, dd:unknown or dd:contested")
        self.report("bad-value", self.at(node, stated, place.path, within=iri), stated, message, hint)

    def sanction(self, node: str) -> DecidedSanction | None:
        value = self.index.value
        self.known(node, _SANCTION, path="sanctions")
        measure = self.concept("measure", node, DD + "measure", "sanctions")
        if not measure:
            if not value(node, DD + "measure"):
                message = Text("处理没有写明措施（dd:measure）", "a sanction names no measure (dd:measure)")
                self.report("unknown-measure", self.at(node, path="sanctions"), "", message)
            return None
        decided_on = self.date(node, DD + "decidedOn", "sanctions")
        place = self.at(node, path="sanctions")
        return DecidedSanction(measure, decided_on, value(node, DD + "decidedBy"), value(node, DD + "ground"), place)

    def claim(self, iri: str, claim: str) -> str:
        if claim in self.policy.clauses:
            return claim
        place = self.at(iri, claim, "claims")
        self.report("unknown-clause", place, claim, Text(f"没有条款 <{claim}>", f"there is no clause <{claim}>"))
        return ""

    # -- nothing is dropped --

    def known(self, node: str, properties: Mapping[str, tuple[str, bool]], *, path: str = "", within: str = "") -> None:
        """Reports properties that the node cannot have, and second values of those that have one."""
        for predicate in self.index.predicates(node):
            values = self.index.values(node, predicate)
            if predicate == RDF + "type":
                continue
            if predicate not in properties:
                known = [shorten(iri) for iri in properties]
                close = nearest_names(shorten(predicate), known, most=2) or known
                self.report(
                    "unknown-key",
                    self.at(node, values[0], path, within=within),
                    predicate,
                    Text(f"这里没有属性 {shorten(predicate)}", f"there is no property {shorten(predicate)} here"),
                    Text(f"可用：{'、'.join(close)}", f"one can use: {', '.join(close)}"),
                )
                continue
            key, several = properties[predicate]
            if len(values) > 1 and not several:
                self.report(
                    _SECOND.get(key, "repeated-key"),
                    self.at(node, values[1], path or key, within=within),
                    values[1],
                    Text(f"{shorten(predicate)} 有不止一个值", f"{shorten(predicate)} has more than one value"),
                    Text("只保留一个", "keep one of them"),
                )

    # -- places --

    def at(self, node: str, value: str = "", path: str = "", *, within: str = "") -> Place:
        """The place of a value of a node; of a nameless node that stands in no brackets, that of the case it belongs to."""
        named = self.brackets.get(node, node)
        found = self.places.find(named, value) or self.places.find(f"_:{named}", value)
        found = found or (self.places.find(within) if within else None) or self.place
        return found._replace(path=path)

    def keys(self, iri: str) -> dict[str, Place]:
        """Where the values of the case and its cadre stand, by key."""
        cadre = self.index.value(iri, DD + "cadre")
        parts = ((iri, _CASE), (cadre, _CADRE))
        return {
            key: self.at(node, value, key)
            for node, properties in parts
            for predicate, (key, _) in properties.items()
            if (value := self.index.value(node, predicate))
        }

    # -- the checks of single values, those of case files --

    def identifier(self, iri: str, text: str) -> str:
        place = self.at(iri, text, "id")
        return self.fields.identifier(Scalar(text, place), place)

    def date(self, node: str, predicate: str, path: str, *, within: str = "") -> str:
        text = self.index.value(node, predicate)
        return self.fields.date(Scalar(text, self.at(node, text, path, within=within)))

    def concept(self, scheme: str, node: str, predicate: str, path: str) -> str:
        iri = self.index.value(node, predicate)
        return self.fields.concept(scheme, Scalar(iri, self.at(node, iri, path)))

    def report(self, rule: str, place: Place | None, value: str, message: Text, hint: Text | None = None) -> None:
        self.fields.report(rule, place, value, message, hint)
