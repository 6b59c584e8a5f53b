"""Where a validation result stands in a case file."""

from __future__ import annotations

from collections.abc import Iterator

from dandang.cases.cells import NEW_FACT, fact_key, sanction_key
from dandang.cases.graph import case_iri
from dandang.model import Case, DecidedSanction, Place
from dandang.namespaces import DCTERMS, DD, FACTS
from dandang.validation.rules import Result

#: Where the value of a property stands in a case file.
_KEYS = {
    DCTERMS + "identifier": "id",
    DCTERMS + "title": "title",
    DD + "conductDate": "on",
    DD + "decisionDate": "decided",
    DD + "cadre": "cadre",
    DD + "domain": "domain",
    DD + "hasFact": "facts",
    DD + "decidedSanction": "sanctions",
    DD + "claims": "claims",
}
_CADRE_KEYS = {DD + "rank": "cadre.rank", DD + "post": "cadre.post", DD + "onList": "cadre.lion"}
#: What goes with a fact or with a measure, by its property.
_FACT_PARTS = {DD + "evidence": "evidence", DD + "foundBy": "found_by", DD + "foundOn": "on"}
_SANCTION_PARTS = {DD + "decidedOn": "on", DD + "decidedBy": "by", DD + "ground": "ground"}


class Locator:
    """Finds the lines of a case file that results speak about, and in a table the cells, even where nothing is written yet."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.iri = case_iri(case)
        self._table = bool(case.place and case.place.cell)
        self._facts = {f"{self.iri}#fact-{number}": fact for number, fact in enumerate(case.facts, start=1)}
        self._sanctions = {f"{self.iri}#sanction-{n}": sanction for n, sanction in enumerate(case.sanctions, start=1)}

    def place(self, result: Result) -> Place | None:
        """The cell of what the result is about, in a table that has one; else the place of the fact or sanction concerned, of the key, of the case."""
        cell = next((self.case.places[key] for key in self._cell_keys(result) if key in self.case.places), None)
        return cell or self._line(result)

    def _cell_keys(self, result: Result) -> Iterator[str]:
        """What a cell for the result would be found by, best first."""
        about = result.rule.about
        for node in (result.value, result.focus):
            if node in self._facts:
                part = _FACT_PARTS.get(about or result.path)
                if part:
                    yield fact_key(self._facts[node].type, part)
            elif node in self._sanctions:
                part = _SANCTION_PARTS.get(about or result.path)
                if part:
                    yield sanction_key(self._number(self._sanctions[node]), part)
        yield from (fact_key(kind) for kind in (result.value, about))
        if about in _KEYS:
            yield _KEYS[about]

    def _number(self, sanction: DecidedSanction) -> int:
        """Which of the measures of a table stands in the cell of a sanction; 0 for none."""
        cell = sanction.place.cell if sanction.place else ""
        keys = (key for key in self.case.places if key.startswith("sanctions/"))
        return next((int(key.split("/")[1]) for key in keys if cell and self.case.places[key].cell == cell), 0)

    def _line(self, result: Result) -> Place | None:
        """The place of the fact or sanction concerned, else of the key, else of the case."""
        for node in (result.value, result.focus):
            if node in self._facts:
                return self._fact_place(self._facts[node].type)
            if node in self._sanctions:
                return self._sanctions[node].place or self._key("sanctions")
        if result.focus == f"{self.iri}#cadre":
            return self._key(_CADRE_KEYS.get(result.path, "cadre"))
        if self._table and any(iri.startswith(FACTS) for iri in (result.value, result.rule.about)):
            # A fact that has no cell: where a line for it may be added, or what says whose case it is, and not the cell of another fact.
            return self.case.places.get(NEW_FACT) or self.case.place
        return self._key(_KEYS.get(result.path, ""))

    def value(self, result: Result) -> str:
        """What the finding is about: a value as it is, a fact by its type, a sanction by its measure."""
        node = result.value or result.focus
        if node in self._facts:
            return self._facts[node].type
        if node in self._sanctions:
            return self._sanctions[node].measure
        return "" if node in (self.iri, f"{self.iri}#cadre") else node

    def compared(self, result: Result) -> str:
        """Both dates of a comparison that failed; empty for every other result."""
        is_comparison = result.component.endswith("LessThanOrEqualsConstraintComponent")
        return f"{self.case.on} > {self.case.decided}" if is_comparison and result.focus == self.iri else ""

    def _fact_place(self, kind: str) -> Place | None:
        """The line of a stated fact; of a derived one, the line of what it follows from."""
        fact = next((fact for fact in self.case.facts if fact.type == kind), None)
        if fact is None or fact.derived_from == kind:
            return self._key("facts")
        if fact.place or not fact.derived_from:
            return fact.place or self._key("facts")
        if any(other.type == fact.derived_from for other in self.case.facts):
            return self._fact_place(fact.derived_from)
        return self._key("domain" if fact.derived_from == self.case.domain else "facts")

    def _key(self, path: str) -> Place | None:
        """The place of a key, or where it would have to be added."""
        places = self.case.places
        # In a table the cell of another key would be the wrong one to mark.
        known = places.get(path) or (None if self._table else places.get(path.partition(".")[0]))
        base = known or self.case.place
        return base._replace(path=path) if base and path else base
