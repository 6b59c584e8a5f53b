"""Text, names and links in one language over one library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from dandang.messages import Text
from dandang.web import addresses
from dandang.web.language import label_in
from dandang.web.library import Library


class Words:
    """What templates write thousands of times on a page, bound to a language and a library. Names and links are kept: neither the graph
    nor the address of a thing changes."""

    def __init__(self, lang: str, shelf: Library) -> None:
        self._lang = lang
        self._shelf = shelf
        self._names: dict[str, str | Markup] = {}
        self._links: dict[str, str] = {}

    def t(self, zh: str, en: str) -> str:
        """Text of our own."""
        return zh if self._lang == "zh" else en

    def label(self, text: Text) -> str | Markup:
        """A text of the graph; where the language is missing, the other one, marked."""
        return label_in(text, self._lang)

    def name(self, iri: str) -> str | Markup:
        """The label of an IRI."""
        found = self._names.get(iri)
        if found is None:
            found = self._names[iri] = label_in(self._shelf.label(iri), self._lang)
        return found

    def link(self, iri: str) -> str:
        """The address of an IRI's page; the IRI itself where it is not ours."""
        found = self._links.get(iri)
        if found is None:
            path = self._shelf.addresses.path(iri)
            found = self._links[iri] = addresses.url(path, self._lang) if path else iri
        return found

    def url(self, path: str, **query: str) -> str:
        """The address of a page of ours."""
        return addresses.url(path, self._lang, query)

    def globals(self) -> Mapping[str, Any]:
        """What templates call these by, and the policy."""
        own = {"t": self.t, "label": self.label, "name": self.name, "link": self.link, "url": self.url}
        return {**own, "policy": self._shelf.policy}
