"""`dandang search`: what the graph has that matches some words. Returns the exit status."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from dandang import resources
from dandang.cli.output import print_json
from dandang.messages import Text

if TYPE_CHECKING:
    from dandang.search import Found, Match, SearchIndex

#: Hits of a kind that are printed without --all.
MOST = 6


def search(options: Namespace) -> int:
    """`dandang search 处分`, `dandang search chufen`, `dandang search E7`."""
    from dandang.policy import load_quads, ontology_quads, read_policy
    from dandang.search import SearchIndex, things_in
    from dandang.store import Index

    quads = load_quads(resources.data_files())
    index = SearchIndex(things_in(read_policy(quads), Index([*quads, *ontology_quads()])))
    query = " ".join(options.words)
    found = index.search(query)
    if options.format == "json":
        print_json([_as_json(hit, index.matches(hit)) for hit in found], "json")
    elif found:
        print("\n\n".join(_groups(found, index, options.lang, None if options.all else MOST)))
    else:
        print(_nothing(query, index, options.lang))
    return 0


def _as_json(found: Found, matches: tuple[Match, ...]) -> dict[str, object]:
    thing = found.thing
    return {
        "iri": thing.iri,
        "kind": thing.kind,
        "notation": thing.notation,
        "label": thing.label._asdict(),
        "rank": found.rank,
        "matches": [{**match.field._asdict(), "marks": match.marks, "way": match.way._asdict()} for match in matches],
    }


def _groups(found: list[Found], index: SearchIndex, lang: str, most: int | None) -> list[str]:
    from dandang.search import KINDS

    groups = []
    for kind, name in KINDS.items():
        hits = [hit for hit in found if hit.thing.kind == kind]
        if hits:
            lines = [f"{name.in_(lang)} {len(hits)}", *(_line(hit, index.matches(hit)[0], lang) for hit in hits[:most])]
            if len(hits) > len(lines) - 1:
                lines.append(Text("  ……（--all 列出全部）", "  … (--all lists all)").in_(lang))
            groups.append("\n".join(lines))
    return groups


def _line(found: Found, match: Match, lang: str) -> str:
    thing = found.thing
    start, end = match.marks[0]
    name = f"{thing.notation} {thing.label.in_(lang)}".strip()
    return Text(
        f"  {name}〔{match.way.zh}：{match.field.text[start:end]}〕",
        f"  {name} [{match.way.en}: {match.field.text[start:end]}]",
    ).in_(lang)


def _nothing(query: str, index: SearchIndex, lang: str) -> str:
    near = list(dict.fromkeys(thing.label.in_(lang) for thing in index.nearest(query)))
    if not near:
        return Text(f"没有找到“{query}”。", f'Nothing found for "{query}".').in_(lang)
    return Text(
        f"没有找到“{query}”。相近的有：{'、'.join(near)}",
        f'Nothing found for "{query}". The nearest: {", ".join(near)}',
    ).in_(lang)
