"""Every page shows the SPARQL behind it, and running it gives what the page shows.

A page about one thing has a query that constructs a graph: the page made again from nothing but that graph is the same page, letter by
letter. A page that lists things has a query that selects rows: what the rows name is what the page links, and their words are on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from flask import Flask

from dandang import resources
from dandang.namespaces import DD, RDFS, SKOS
from dandang.policy import read_policy
from dandang.store import Index, Store
from dandang.web import create_app
from dandang.web.library import Library, by_page
from dandang.web.views.lists import LISTS as LISTINGS
from dandang.web.views.lists import Listing
from test_web import HTML, ROUTES, Links

LANGUAGES = ("zh", "en")


def _columns(listing: Listing) -> Iterator[str]:
    yield from filter(None, dict.fromkeys([listing.subject, listing.group]))
    yield from (column.name for column in listing.columns if column.kind == "things" and column.name != listing.subject)


#: Lists → the columns that name what they list.
LISTS: dict[str, tuple[str, ...]] = {
    "/": ("document",),
    "/documents/": ("document", "list", "clause"),
    "/clauses/": ("document", "clause"),
    "/facts/": ("fact", "clause"),
    "/concepts/": ("scheme",),
    "/duties/": ("duty", "clause"),
    "/relations/": ("relation", "one", "other", "certainty"),
    "/ontology": ("term", "linked"),
    "/rules/": ("rule", "cited"),
    "/cases/": ("case",),
    **{f"/{name}/": tuple(_columns(listing)) for name, listing in LISTINGS.items()},
}
#: Pages without a query of the graph, by endpoint or by the room of it, and why.
WITHOUT = {
    "documents.other_framework": "no such set of documents here; the page of the home set is tested",
    "source.other_source": "no such set of documents here; the page of the home set is tested",
    "ontology.module": "sends on to the page of all terms",
    "workbench": "made from a case of one's own, which is in no graph",
    "questions": "a question is a query with its answer",
    "editor": "an editor for queries",
    "maps.choose": "a form that chooses two clauses",
    "licences": "about the software and its licences, not about the graph",
}


#: Rooms whose queries have tests of their own.
ELSEWHERE = {
    "maps": "test_maps.py: made from the rows of their queries",
    "search": "test_search.py: an index finds more than words as they are written",
}


class Site(NamedTuple):
    """The app with the graph it serves, in a store and in the order of its files."""

    app: Flask
    library: Library
    store: Store
    quads: dict[ox.Triple, tuple[int, ox.Quad]]

    def main(self, address: str, library: Library | None = None) -> str:
        """What a page shows, made anew, here or from another graph."""
        self.app.extensions["dandang"] = library or self.library
        self.app.extensions.pop("dandang-kept", None)
        try:
            answer = self.app.test_client().get(address, headers=HTML)
        finally:
            self.app.extensions["dandang"] = self.library
        assert answer.status_code == 200, address
        return answer.text.split('<main id="main"')[1].split("</main>")[0]

    def of(self, triples: Iterable[ox.Triple]) -> Library:
        """A library of a part of the graph, in the order of its files."""
        quads = tuple(
            quad for _, quad in sorted((self.quads[triple] for triple in triples), key=lambda found: found[0])
        )
        policy = read_policy(quads, digest=self.library.policy.digest)
        return replace(self.library, policy=policy, index=Index(quads), policy_quads=quads, groups=by_page(quads))


def made(data: str = "") -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANDANG_DATA", data)
        app = create_app({"QUERY_WORKERS": 1, "CACHE_BYTES": 0})
    app.extensions["dandang-pool"].close()
    library: Library = app.extensions["dandang"]
    quads = list(library.quads())
    yield Site(app, library, Store(quads), {quad.triple: (place, quad) for place, quad in enumerate(quads)})


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    yield from made()


@pytest.fixture(scope="module")
def fifth() -> Iterator[Site]:
    yield from made(str(Path(__file__).parent / "fifth"))


def queries(page: str) -> list[str]:
    """The queries that a page shows; each is what its link runs."""
    section = page.split('class="behind"')[1]
    shown = [unescape(found) for found in re.findall(r'<pre class="code"[^>]*><code>(.*?)</code>', section, re.S)]
    linked = [parse_qs(urlsplit(link).query)["query"][0] for link in Links(section).links if "/sparql?" in link]
    assert shown and shown == linked
    return shown


def content(page: str) -> str:
    """What a page shows of the graph by its own query: not the way to it, and not the drawing, whose query stands beside it."""
    page = re.sub(r'<nav class="(crumbs|kinds)".*?</nav>', "", page, flags=re.S)
    return re.sub(r'<section[^>]*><h2 id="near">.*?</section>', "", without_behind(page), flags=re.S)


def without_behind(page: str) -> str:
    return re.sub(r'<section class="behind".*?</section>', "", page, flags=re.S)


def things(site: Site, pattern: str) -> list[tuple[str, str]]:
    """(IRI, path) of the pages about one thing whose path fits."""
    found = [
        (iri, path) for iri, path in site.library.addresses.items() if path not in LISTS and re.match(pattern, path)
    ]
    return [(iri, path) for iri, path in found if not path.startswith(("/ontology", "/cases/", "/questions/"))]


ROOMS = ("clauses", "concepts", "documents", "duties", "facts", "framework", "relations", "rules", "source", "things")


# --- pages about one thing --------------------------------------------------------------------------------------------


def test_every_page_belongs_to_a_tested_room(site: Site) -> None:
    rooms = {path.split("/")[1] for iri, path in things(site, "")}
    assert rooms == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_page_is_made_from_the_result_of_its_query_alone(site: Site, room: str) -> None:
    found = things(site, f"/{room}(/|$)")
    assert found
    if room == "rules":
        # Most rules rest on no clause; their pages differ in words only.
        resting = [(iri, path) for iri, path in found if site.library.index.values(iri, RDFS + "seeAlso")]
        found = [*resting, *found[::9]]
    for _, path in found:
        same_from_its_query(site, path)


def test_so_are_the_pages_of_a_further_document(fifth: Site) -> None:
    found = things(fifth, ".*synthetic-2030")
    assert len(found) > 10
    for _, path in found:
        same_from_its_query(fifth, path)


def same_from_its_query(site: Site, path: str) -> None:
    shown = {lang: site.main(f"/{lang}{path}") for lang in LANGUAGES}
    triples = result(site, queries(shown["zh"])[0])
    part = site.of(triples)
    for lang, page in shown.items():
        assert content(site.main(f"/{lang}{path}", part)) == content(page), path
    over = beyond(site, triples, path, unescape("".join(map(without_behind, shown.values()))))
    assert not over, f"{path}: the query gives what the page does not show: {sorted(over)[:5]}"


def result(site: Site, query: str) -> set[ox.Triple]:
    found = site.store.run(query)
    assert isinstance(found, ox.QueryTriples)
    return set(found)


def beyond(site: Site, triples: set[ox.Triple], path: str, page: str) -> set[str]:
    """The things with a page of their own that a query gives a label of, although the page neither links nor names them."""
    linked = {unescape(link).partition("#")[0].split("/", 2)[-1] for link in Links(page).links if link.startswith("/")}
    labels = (RDFS + "label", SKOS + "prefLabel")
    named = {
        triple.subject.value
        for triple in triples
        if triple.predicate.value in labels and triple.object.value not in page
    }
    own = {iri: site.library.addresses.path(iri) for iri in named if "#" not in iri}
    return {iri for iri, other in own.items() if other and other != path and other.lstrip("/") not in linked}


def test_a_case_page_states_what_its_query_gives(site: Site) -> None:
    """The verdict is worked out, not looked up: the query gives the facts that it is worked out from."""
    for iri in site.library.cases:
        page = site.main(f"/zh{site.library.addresses.path(iri)}")
        triples = result(site, queries(page)[0])
        assert {quad.triple for quad in site.library.groups[iri]} <= triples
        given = {t.object.value for t in triples if t.predicate.value == DD + "factType"}
        stated = page.split('class="stated"')[1].split("</section>")[0]
        assert {
            site.library.addresses.iri(link.removeprefix("/zh")) for link in Links(stated).links if "/facts/" in link
        } == given


# --- lists ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(LISTS))
def test_a_list_shows_the_rows_of_its_query(site: Site, path: str) -> None:
    pages = {lang: site.main(f"/{lang}{path}") for lang in LANGUAGES}
    table = site.store.select(queries(pages["zh"])[0])
    assert table.rows
    for lang, page in pages.items():
        shown = unescape(without_behind(content(page)))
        listed = {
            term.value
            for name in LISTS[path]
            for row in table.rows
            if (term := row[table.columns.index(name)]) and term.kind == "iri"
        }
        assert listed == linked(site, shown, lang, listed), f"{lang}{path}"
    # A Chinese word within an English text stands in an element of its own.
    both = " ".join(unescape(re.sub(r"</?span[^>]*>", "", without_behind(page))) for page in pages.values())
    words = {term.value for row in table.rows for term in row if term and term.kind == "literal"}
    assert [text for text in sorted(words) if text not in both and text not in ("true", "false")] == []


def linked(site: Site, shown: str, lang: str, listed: set[str]) -> set[str]:
    """The things that a page links or has a place for, of the kinds that it lists."""
    page = Links(shown)
    iris = {site.library.addresses.path(iri): iri for iri in listed}
    found = {iri for iri in listed if not iri.startswith(("https://w3id.org/dandang/",)) and iri in page.links}
    found |= {iri for iri in listed if iri.startswith(DD) and iri.removeprefix(DD) in page.ids}
    kinds = {path.split("/")[1] for path in iris if path}
    for link in page.links:
        path = unescape(link).removeprefix(f"/{lang}")
        if link.startswith(f"/{lang}/") and path.split("/")[1] in kinds:
            if path in iris:
                found.add(iris[path])
            elif site.library.addresses.iri(path) and path.count("/") > 1 and not path.endswith("/"):
                found.add(path)
    return found


# --- nothing without --------------------------------------------------------------------------------------------------


def test_every_page_shows_its_query_or_has_a_reason(site: Site) -> None:
    """A new kind of page fails here until it has a query that is tested above, or a reason why there is none."""
    pages = {endpoint: address for endpoint, address in ROUTES.items() if address.startswith("/zh/")}
    assert set(WITHOUT) <= {*pages, *(endpoint.partition(".")[0] for endpoint in pages)}
    for endpoint, address in pages.items():
        if not {endpoint, endpoint.partition(".")[0]} & set(WITHOUT):
            path = address.removeprefix("/zh")
            assert queries(site.main(address)), endpoint
            known = path in LISTS or site.library.addresses.iri(path) is not None
            assert known or endpoint.partition(".")[0] in ELSEWHERE, endpoint


def test_every_page_query_runs_as_its_file_has_it(site: Site) -> None:
    folder = resources.root() / "queries" / "pages"
    for file in sorted(folder.glob("*.rq")):
        text = file.read_text(encoding="utf-8")
        assert text.startswith("#+ question.zh: ") and "\n#+ question.en: " in text, file.name
        ox.Store().query(text)  # plain SPARQL: every prefix is declared
        found = site.store.run(text)
        assert next(iter(found), None) is not None, file.name
