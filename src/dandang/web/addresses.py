"""The one place that knows which page an IRI has, and builds the links to it.

Every IRI without its fragment has one page; a fragment is an anchor on that page. Paths are the same in both languages
(`/zh/clauses/E7`, `/en/clauses/E7`); `/clauses/E7` negotiates, `/data/clauses/E7.ttl` is the RDF.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, urlencode

from dandang.namespaces import CONCEPTS, DD, ID, RDF, SKOS
from dandang.store import Index

#: The set of documents whose pages carry no prefix; those of any other set are `/clauses/<set>/…`.
HOME = "wuhan-2018"
ONTOLOGY = DD.removesuffix("#")
#: The schemes whose concepts have pages of their own elsewhere.
_INDEXES = {CONCEPTS + "fact-types": "/facts/", CONCEPTS + "duties": "/duties/"}
#: The rooms whose things have notations that are unique over all sets.
_NUMBERED = ("clauses", "documents")
_ROOMS = {
    "AccountabilityCircumstance": "clauses",
    "SanctionTrack": "clauses",
    "Exclusion": "clauses",
    "ExemptionClause": "clauses",
    "Precondition": "clauses",
    "ListExit": "clauses",
    "Criterion": "clauses",
    "IncentiveMeasure": "clauses",
    "PolicyDocument": "documents",
    "PolicyFramework": "framework",
    "Defeat": "relations",
    "Mirror": "relations",
    "Tension": "relations",
    "InterpretationNote": "relations",
    "Source": "source",
}


class Addresses:
    """IRI → path and back, for everything in the graph."""

    def __init__(self, pages: Iterable[str], index: Index) -> None:
        self._paths: dict[str, str] = {}
        self._iris: dict[str, str] = {}
        self._short: dict[str, str] = {}
        for iri in pages:
            path = _path(iri, index.values(iri, RDF + "type"))
            if path:
                self._paths[iri] = path
                self._iris[path] = iri
                room, notation = path.split("/")[1], index.value(iri, SKOS + "notation")
                if notation and room in _NUMBERED:
                    self._short.setdefault(f"/{room}/{notation}".lower(), path)

    def path(self, iri: str) -> str | None:
        """The path of an IRI's page with its anchor, without a language; None for IRIs that are not ours."""
        page, mark, fragment = iri.partition("#")
        path = self._paths.get(page)
        return path + mark + fragment if path else None

    def iri(self, path: str) -> str | None:
        """The IRI whose page a path is."""
        return self._iris.get(path)

    def full(self, path: str) -> str | None:
        """The path of the page that a notation alone means: `/clauses/X-E1`, whatever set the clause is of, and `/clauses/e7`.
        Notations are unique over all sets."""
        return self._short.get(path.lower())

    def items(self) -> Iterable[tuple[str, str]]:
        """(IRI, path) of every page."""
        return self._paths.items()


def _path(iri: str, types: list[str]) -> str | None:
    if iri == ONTOLOGY or iri.startswith(ONTOLOGY + "/"):
        return "/ontology" + iri.removeprefix(ONTOLOGY)
    if not iri.startswith(ID):
        return None
    if iri in _INDEXES:
        return _INDEXES[iri]
    local = iri.removeprefix(ID)
    if local.split("/")[0] in ("facts", "concepts", "duties", "cases", "questions"):
        return "/" + local
    if local.startswith("shapes/"):
        return "/rules/" + local.removeprefix("shapes/")
    rooms = [_ROOMS[kind.removeprefix(DD)] for kind in types if kind.removeprefix(DD) in _ROOMS]
    return _room_path(rooms[0] if rooms else "things", local)


def _room_path(room: str, local: str) -> str:
    """`wuhan-2018/E7` in the room of clauses → `/clauses/E7`; things that are one of a kind are their room."""
    place, _, name = local.partition("/")
    name = name.removeprefix(f"{room}/")
    parts = [room] if place == HOME else [room, place]
    if name != room:
        parts.append(name)
    return "/" + "/".join(parts)


def url(path: str, lang: str, query: Mapping[str, str] | None = None) -> str:
    """The address of a page in a language."""
    page, mark, fragment = path.partition("#")
    return f"/{lang}{encoded(page, query)}{mark}{quote(fragment) if mark else ''}"


def encoded(path: str, query: Mapping[str, str] | None = None) -> str:
    """A path with a query, percent-encoded."""
    return _quoted(path) + (f"?{urlencode(query)}" if query else "")


@lru_cache(maxsize=4096)
def _quoted(path: str) -> str:
    return quote(path, safe="/~@:!$&'()*+,;=")


def data_url(path: str, ending: str) -> str:
    """The address of the RDF of a page."""
    return encoded(f"/data{path.rstrip('/')}.{ending}")
