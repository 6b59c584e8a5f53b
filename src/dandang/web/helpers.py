"""What every template can use: text in two languages, links, and the words for states."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from flask import Flask, g, request
from markupsafe import Markup
from werkzeug.exceptions import SecurityError

from dandang import __version__, resources
from dandang.messages import Text
from dandang.namespaces import DD, OA, shorten
from dandang.render.phrases import DISCLAIMER, STATES, VERDICTS
from dandang.web import addresses
from dandang.web.behind import query_of
from dandang.web.language import TAGS, lang_of, language, other, path_language, sentence, tagged
from dandang.web.media import RDF_NAMES
from dandang.web.routing import library
from dandang.web.views.lists import LISTS


def install(app: Flask) -> None:
    """Gives the helpers to the templates. What does not depend on the request is global, so that a file of macros that uses nothing
    else is made once: `{% import "macros.html" as m %}`."""
    app.context_processor(_context)
    app.jinja_env.globals.update(_GLOBALS)
    app.jinja_env.filters.update(flat=flat, quoted=quoted, tagged=tagged, lang_of=lang_of)


def _context() -> dict[str, Any]:
    return {
        "lang": language(),
        "html_lang": TAGS[language()],
        "other_lang": TAGS[other()],
        "asked_version": asked_version(),
        "origin": _origin(),
    }


def anchor(iri: str) -> str:
    """The id on its page of a part of a page."""
    return iri.partition("#")[2]


def id_of(iri: str) -> Markup:
    """The id attribute of a part: on the page that is its own, and there at the first place that shows it."""
    page, _, fragment = iri.partition("#")
    if not fragment or page != _page():
        return Markup("")
    shown: set[str] = g.setdefault("shown_parts", set())
    if fragment in shown:
        return Markup("")
    shown.add(fragment)
    return Markup(' id="{}"').format(fragment)


def _page() -> str:
    """The IRI of the page being made; empty where it has none."""
    if "page_iri" not in g:
        g.page_iri = library().addresses.iri("/" + request.path.split("/", 2)[-1]) or ""
    found: str = g.page_iri
    return found


def quote_of(iri: str) -> str:
    """The IRI of the first quote of something."""
    return library().index.value(iri, DD + "quote")


def source_of(quote: str) -> str:
    """The IRI of the source of a quote."""
    return library().index.value(quote, OA + "hasSource")


def page_data(iri: str, ending: str) -> str:
    """The address of an IRI's RDF."""
    return addresses.data_url(library().addresses.path(iri) or "/", ending)


def versioned(iri: str) -> str:
    """The address of an IRI that says which version of the data was meant."""
    return f"{iri}?dataset={library().policy.digest[:12]}"


def asked_version() -> str:
    """The version of the data that the address names, where it is not the one that is shown."""
    asked = request.args.get("dataset", "")[:64].lower()
    return "" if library().policy.digest.startswith(asked) else asked


def data_query(iri: str) -> str:
    """The query whose result is an IRI's RDF."""
    return query_of(iri, "data")


def sparql_url(query: str) -> str:
    """The query page with a query in it."""
    return addresses.url("/sparql", language(), {"query": query})


def protocol_url(query: str, ending: str) -> str:
    """The result of a query as a file."""
    return addresses.encoded("/sparql", {"query": query, "format": ending})


def answer_url(name: str, ending: str, values: Mapping[str, str]) -> str:
    """The answer to a question as a file."""
    return addresses.encoded(f"/data/questions/{name}.{ending}", {**values, "lang": language()})


def other_url() -> str:
    """This page in the other language."""
    path = request.path.split("/", 2)[-1] if path_language() else ""
    return addresses.url(f"/{path}", other(), _query_of_page())


def _query_of_page() -> Mapping[str, str]:
    """What brings this page back: the parameters of its address, or those that its view names."""
    found: Mapping[str, str] = g.get("page_query") or (request.args.to_dict() if request.method == "GET" else {})
    return found


def _origin() -> str:
    """This site as the request calls it; empty where it may not be called so, as on the page that says just that."""
    try:
        return request.host_url.rstrip("/")
    except SecurityError:
        return ""


@cache
def static_digest(file: str) -> str:
    """What a static file is called by in addresses, so that browsers may keep it for ever."""
    path = resources.static_file(file)
    return sha256(path.read_bytes()).hexdigest()[:12] if path else ""


def static_url(file: str) -> str:
    """The address of a static file."""
    return f"/static/{file}?v={static_digest(file)}"


def built_url(file: str) -> str:
    """The address of a file of the built front end; empty where that was left out, and the page goes without it."""
    return static_url(f"built/{file}") if static_digest(f"built/{file}") else ""


def flat(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def quoted(text: str) -> Markup:
    """Words of the policy, as such."""
    return Markup('<q class="source" lang="zh-Hans">{}</q>').format(text)


_GLOBALS: dict[str, Any] = {
    "language": language,
    "sentence": sentence,
    "anchor": anchor,
    "id_of": id_of,
    "quote_of": quote_of,
    "source_of": source_of,
    "data_url": page_data,
    "data_query": data_query,
    "versioned": versioned,
    "sparql_url": sparql_url,
    "protocol_url": protocol_url,
    "answer_url": answer_url,
    "static": static_url,
    "built": built_url,
    "other_url": other_url,
    "shorten": shorten,
    "states": STATES,
    "verdicts": VERDICTS,
    "lists": LISTS,
    "open_list": Text("（“等”：列举未穷尽）", "(等: the list is left open)"),
    "disclaimer": DISCLAIMER,
    "rdf_names": RDF_NAMES,
    "version": __version__,
}
