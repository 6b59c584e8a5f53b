"""The queries behind the pages, and what they answer over the library.

A view that is made from an answer shows what its query gives, by construction. The graph never changes while the app runs, so each
query is run once.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from dandang import resources
from dandang.catalogue import without_header
from dandang.errors import ResourceMissing
from dandang.model import Table
from dandang.store import Store
from dandang.web.library import Library

#: What names the page in a page query; the files carry an example, so that each runs as it is.
_SLOT = re.compile(r"VALUES \?page \{ \S+ \}")


@cache
def page_query(name: str) -> str:
    """The text of a query of queries/pages, without its header."""
    path = resources.root() / "queries" / "pages" / f"{name}.rq"
    try:
        return without_header(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResourceMissing(f"缺少页面查询 {name}", f"the page query {name} is missing") from error


def query_of(iri: str, kind: str) -> str:
    """The query whose result is what the page of an IRI shows; `kind` names its file in queries/pages."""
    return _SLOT.sub(f"VALUES ?page {{ <{iri}> }}", page_query(kind))


@lru_cache(maxsize=64)
def answer(query: str, library: Library) -> Table:
    """What a query of ours gives over the whole library; never one that a stranger wrote."""
    return _store(library).select(query)


@lru_cache(maxsize=2)
def _store(library: Library) -> Store:
    return Store(library.quads())
