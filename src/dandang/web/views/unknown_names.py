"""The names in a query that the graph does not know: a misspelt term is no error in SPARQL, it only finds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

import pyoxigraph as ox

from dandang.namespaces import PREFIXES, XSD, shorten
from dandang.sparql_guard import Token, tokens
from dandang.web.library import Library

_DECLARED = re.compile(r"\bPREFIX\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE)
#: A name that is further from the one in the query than this is another name.
_CLOSE = 0.75


class UnknownName(NamedTuple):
    """A name as the query writes it, and the known name that comes nearest to it; empty where none is near."""

    name: str
    near: str


def unknown_names(query: str, library: Library) -> tuple[UnknownName, ...]:
    """The names of a query that stand nowhere in the graph, each once, in the order of the query."""
    known = _names(library)
    own = {**PREFIXES, **dict(_DECLARED.findall(query))}
    found = {token.text.rstrip("."): iri for token in tokens(query) if (iri := _iri(token, own)) and iri not in known}
    return tuple(UnknownName(text, _near(iri, known)) for text, iri in found.items())


def _iri(token: Token, prefixes: Mapping[str, str]) -> str:
    """The IRI that a prefixed name stands for; empty for other tokens, for a prefix alone and for datatypes."""
    prefix, colon, local = token.text.partition(":")
    if token.kind != "name" or not colon or not local or prefix not in prefixes or prefixes[prefix] == XSD:
        return ""
    return prefixes[prefix] + local.rstrip(".").replace("\\", "")


def _near(iri: str, known: Mapping[str, str]) -> str:
    base = max((base for base in PREFIXES.values() if iri.startswith(base)), key=len, default="")
    others = {other.removeprefix(base): name for other, name in known.items() if base and other.startswith(base)}
    near = get_close_matches(iri.removeprefix(base), others, n=1, cutoff=_CLOSE)
    return others[near[0]] if near else ""


@lru_cache(maxsize=2)
def _names(library: Library) -> Mapping[str, str]:
    """Every IRI of the graph, with its short name."""
    return {iri: shorten(iri) for iri in _iris(library)}


def _iris(library: Library) -> Iterator[str]:
    for quad in library.quads():
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, ox.NamedNode):
                yield term.value
