"""What several pages need: the thing an address stands for, and the query behind a page."""

from __future__ import annotations

from flask import abort, redirect, request

from dandang.web.addresses import url
from dandang.web.behind import page_query as page_query
from dandang.web.behind import query_of as query_of
from dandang.web.language import language
from dandang.web.problems import NoSuchPage
from dandang.web.routing import library


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
