"""Search over everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request
from markupsafe import Markup, escape

from dandang.search import KINDS
from dandang.web.addresses import url
from dandang.web.language import TAGS, language
from dandang.web.library import is_code
from dandang.web.routing import library, page
from dandang.web.views.search import FACETS, Piece, place_of, search_query, suggested
from dandang.web.views.search import search as find

blueprint = Blueprint("search", __name__)


@page(blueprint, "/search")
def search() -> str:
    """Hits for `q`, grouped; `kind`, `document` and `domain` narrow them."""
    shelf, lang = library(), language()
    wanted = request.args.get("q", "").strip()[:200]
    chosen = {facet: request.args.get(facet, "") for facet in FACETS}
    results = find(wanted, chosen, shelf, lang)
    return render_template(
        "search.html",
        wanted=wanted,
        chosen=chosen,
        facet_names=FACETS,
        results=results,
        kinds=KINDS,
        tags=TAGS,
        is_code=is_code,
        facet_url=_narrowing(wanted, chosen, lang),
        marked=_marked,
        place_of=lambda thing: url(place_of(thing, shelf), lang),
        query=search_query(wanted),
    )


@blueprint.get("/data/suggestions/<any(zh, en):lang>.json")
def suggestions() -> Response:
    """The best few hits for what has been typed so far, for the search box."""
    shelf, lang = library(), language()
    things = suggested(request.args.get("q", "")[:200], shelf)
    found = [
        {
            "notation": "" if is_code(thing.notation) else thing.notation,
            "label": thing.label.in_(lang),
            "lang": TAGS[lang if getattr(thing.label, lang) else ("en" if lang == "zh" else "zh")],
            "kind": KINDS[thing.kind].in_(lang),
            "url": url(place_of(thing, shelf), lang),
        }
        for thing in things
    ]
    return jsonify({"suggestions": found})


def _marked(pieces: tuple[Piece, ...]) -> Markup:
    """A text with what matched marked."""
    return Markup("".join(f"<mark>{escape(text)}</mark>" if marked else escape(text) for text, marked in pieces))


def _narrowing(wanted: str, chosen: Mapping[str, str], lang: str) -> Callable[[str, str], str]:
    """The address of the results with another value of a facet, or without one. What all values of a facet share is encoded once."""
    rest = {
        facet: {"q": wanted} | {other: value for other, value in chosen.items() if value and other != facet}
        for facet in chosen
    }
    bases = {facet: url("/search", lang, query) for facet, query in rest.items()}
    return lambda facet, value: f"{bases[facet]}&{urlencode({facet: value})}" if value else bases[facet]
