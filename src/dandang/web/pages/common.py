"""What several pages need: the thing an address stands for, and the query behind a page."""

from __future__ import annotations

from functools import cache

from flask import abort, redirect, request

from dandang import resources
from dandang.errors import ResourceMissing
from dandang.web.addresses import url
from dandang.web.language import language
from dandang.web.problems import NoSuchPage
from dandang.web.routing import library

#: The line of a page query that names the page; the files carry an example, so that each runs as it is.
_SLOT = "VALUES ?page { wh:E7 }"


def requested_iri() -> str:
    """The IRI whose page is asked for; a notation alone is sent on to its page. Raises NoSuchPage."""
    path = "/" + request.path.split("/", 2)[-1]
    addresses = library().addresses
    found = addresses.iri(path)
    if found is None:
        if full := addresses.full(path):
            abort(redirect(url(full, language(), request.args.to_dict())))
        raise missing(path)
    return found


def missing(path: str) -> NoSuchPage:
    """The error for an address without a page."""
    return NoSuchPage(f"没有 {path} 这个页面", f"there is no page at {path}")


@cache
def page_query(name: str) -> str:
    """The text of a query of queries/pages, without its header."""
    path = resources.root() / "queries" / "pages" / f"{name}.rq"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ResourceMissing(f"缺少页面查询 {name}", f"the page query {name} is missing") from error
    return "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"


def query_of(iri: str) -> str:
    """The query whose result is the data of an IRI's page."""
    return page_query("page").replace(_SLOT, f"VALUES ?page {{ <{iri}> }}")
