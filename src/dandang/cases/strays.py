"""What an RDF file says of things that belong to no case, and of classes that cases do not have: nothing else would ever read it."""

from __future__ import annotations

from collections.abc import Iterator

from dandang.cases.nearest import nearest_names
from dandang.messages import Text
from dandang.model import Finding, Place
from dandang.namespaces import DD, RDF, shorten
from dandang.store import Index
from dandang.turtle_lines import Places

#: The classes of a case file, and what leads from a case to them.
_CLASSES = {
    DD + "Case": "",
    DD + "Cadre": DD + "cadre",
    DD + "Fact": DD + "hasFact",
    DD + "DecidedSanction": DD + "decidedSanction",
}
_LINKS = tuple(filter(None, _CLASSES.values()))
#: What `dandang assess --format turtle` writes beside a case.
_FOREIGN_CLASSES = frozenset(DD + name for name in ("Assessment", "Explanation", "MissingSet", "CadreList"))


def strays(index: Index, places: Places, name: str) -> Iterator[Finding]:
    """A finding for each of them."""
    linked = {value for node in index.subjects() for link in _LINKS for value in index.values(node, link)}
    brackets = {
        key: named for case in index.of_type(DD + "Case") for key, named in bracketed(index, places, case).items()
    }
    for node in index.subjects():
        own = [kind for kind in index.values(node, RDF + "type") if kind.startswith(DD)]
        for kind in own:
            if kind not in _CLASSES and kind not in _FOREIGN_CLASSES:
                yield _unknown_class(kind, _place_of(places, brackets.get(node, node), kind, name))
        link = next((_CLASSES[kind] for kind in own if _CLASSES.get(kind)), "")
        if link and node not in linked:
            yield _unlinked(node, link, _place_of(places, brackets.get(node, node), "", name))


def bracketed(index: Index, places: Places, case: str) -> dict[str, str]:
    """What the places call the nameless nodes of a case: both know the values of a property in the order of the text."""
    found: dict[str, str] = {}
    for link in _LINKS:
        nodes, written = index.values(case, link), places.objects(case, link)
        if len(nodes) == len(written):
            found |= dict(zip(nodes, written, strict=True))
    return found


def _place_of(places: Places, node: str, value: str, name: str) -> Place:
    return places.find(node, value) or places.find(f"_:{node}", value) or Place(name)


def _unknown_class(kind: str, place: Place) -> Finding:
    known = [shorten(iri) for iri in _CLASSES]
    close = nearest_names(shorten(kind), known, most=1) or known
    return Finding(
        "unknown-key",
        Text(
            f"案件里没有类 {shorten(kind)}，写在它下面的可能没有读",
            f"cases have no class {shorten(kind)}; what is said of it may not have been read",
        ),
        Text(f"可用：{'、'.join(close)}", f"one can use: {', '.join(close)}"),
        place,
        value=kind,
    )


def _unlinked(node: str, link: str, place: Place) -> Finding:
    named = f" <{node}>" if ":" in node else ""
    return Finding(
        "unknown-key",
        Text(
            f"没有案件用 {shorten(link)} 指向这里{named}，所以没有读",
            f"no case points here{named} with {shorten(link)}, so that it was not read",
        ),
        Text(f"在案件里写 {shorten(link)}，或者删去", f"point to it from the case with {shorten(link)}, or remove it"),
        place,
        value=node,
    )
