"""Names as people write them, and what they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from dandang.messages import Text
from dandang.model import Policy


class Vocabulary:
    """Names that case files use, and what they stand for."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._facts: dict[str, set[tuple[str, bool]]] = {}
        self._concepts: dict[str, dict[str, str]] = {}
        for fact in policy.facts.values():
            for name in (fact.iri, fact.iri.rsplit("/", 1)[-1], *fact.label, *fact.names):
                self._facts.setdefault(fold_name(name), set()).add((fact.iri, True))
            for name in fact.negated or ():
                self._facts.setdefault(fold_name(name), set()).add((fact.iri, False))

    def fact(self, name: str) -> set[tuple[str, bool]]:
        """The fact types a name may stand for; False with those it names in the negative."""
        return self._facts.get(fold_name(name), set())

    def fact_names(self) -> Iterator[str]:
        """All names of fact types, as people write them."""
        for fact in self.policy.facts.values():
            yield from fact.label
            yield from fact.names

    def concept(self, scheme: str, name: str) -> str | None:
        """The concept of a scheme that a label, notation, slug or IRI names; of several, the first of the scheme."""
        if scheme not in self._concepts:
            self._concepts[scheme] = dict(reversed(list(self._named(scheme))))
        return self._concepts[scheme].get(fold_name(name))

    def _named(self, scheme: str) -> Iterator[tuple[str, str]]:
        for iri in self.policy.schemes.get(scheme, ()):
            own = (iri, iri.rsplit("/", 1)[-1], *self.policy.label(iri), *self.policy.synonyms.get(iri, ()))
            yield from ((fold_name(name), iri) for name in own)

    def concept_labels(self, scheme: str) -> tuple[Text, ...]:
        """The labels of a scheme's concepts."""
        return tuple(self.policy.label(iri) for iri in self.policy.schemes.get(scheme, ()))


_FOLD = str.maketrans("\uff0c\uff1a\uff1b\uff08\uff09\u201c\u201d\u300c\u300d\u2018\u2019", ",:;()" + '"' * 4 + "'" * 2)


def fold_name(name: str) -> str:
    """A name without the differences that people do not mean: quotes, full-width punctuation, case, spaces."""
    return " ".join(name.translate(_FOLD).lower().split())
