"""Text, names and links in one language over one library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from dandang.messages import Text
from dandang.model import State
from dandang.render.phrases import STATES
from dandang.web import addresses
from dandang.web.language import label_in
from dandang.web.library import Library


class Words:
    """What templates write thousands of times on a page, bound to a language and a library. Names and links are kept: neither the graph
    nor the address of a thing changes."""

    def __init__(self, lang: str, shelf: Library) -> None:
        self.lang = lang
        self._shelf = shelf
        self._names: dict[str, str | Markup] = {}
        self._links: dict[str, str] = {}
        self._states: dict[str, Markup] = {state: self._state(state) for state in STATES}

    def t(self, zh: str, en: str) -> str:
        """Text of our own."""
        return zh if self.lang == "zh" else en

    def label(self, text: Text) -> str | Markup:
        """A text of the graph; where the language is missing, the other one, marked."""
        return text.zh if self.lang == "zh" and text.zh else label_in(text, self.lang)

    def name(self, iri: str) -> str | Markup:
        """The label of an IRI."""
        found = self._names.get(iri)
        if found is None:
            found = self._names[iri] = label_in(self._shelf.label(iri), self.lang)
        return found

    def link(self, iri: str) -> str:
        """The address of an IRI's page; the IRI itself where it is not ours."""
        found = self._links.get(iri)
        if found is None:
            path = self._shelf.addresses.path(iri)
            found = self._links[iri] = addresses.url(path, self.lang) if path else iri
        return found

    def url(self, path: str, **query: str) -> str:
        """The address of a page of ours."""
        return addresses.url(path, self.lang, query)

    def colon(self) -> str:
        """Between a word and what it introduces."""
        return self.t("：", ": ")

    def stop(self) -> str:
        """At the end of a sentence."""
        return self.t("。", ".")

    def separator(self) -> str:
        """Between the parts of an enumeration."""
        return self.t("、", ", ")

    def state(self, state: str) -> Markup:
        """The sign and the word of a state."""
        return self._states[state]

    def _state(self, state: State) -> Markup:
        word, sign = STATES[state]
        shown = '<span class="state state-{}"><span aria-hidden="true">{}</span> {}</span>'
        return Markup(shown).format(state, sign, self.label(word))

    def settled(self) -> Mapping[str, Callable[..., str]]:
        """What gives the same for the same words: settled in a template wherever it is called with constants."""
        own = (self.t, self.url, self.colon, self.stop, self.separator, self.state)
        return {function.__name__: function for function in own}

    def globals(self) -> Mapping[str, Any]:
        """What templates call these by, and the policy."""
        own = {"label": self.label, "name": self.name, "link": self.link, "policy": self._shelf.policy}
        return {**self.settled(), **own}
