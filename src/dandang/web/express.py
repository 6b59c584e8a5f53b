"""New plain queries, answered from the event loop: no thread, no environ, no framework.

What a header means is learned from answers of the ordinary way to the very same header, down to the bytes of the response; a
request that nobody has yet asked in this way, and whatever is not a small plain query, goes the ordinary way. So does a query
whose answer was not a quick success: nothing here tells an error. `express_lane` has the process that runs the queries.
"""

from __future__ import annotations

import json
import re
import time
from binascii import a2b_qp
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from dandang.errors import BadQuery
from dandang.sparql_guard import checked
from dandang.web.answers import (
    WORTH_COMPRESSING,
    Answer,
    Environ,
    Headers,
    Ready,
    compressed,
    compressible,
    differs,
    etag,
    head_of,
    header,
    same_way,
    takes_gzip,
)
from dandang.web.cache import Cache
from dandang.web.delivery import WHOLE, Delivery
from dandang.web.direct import Direct, Way
from dandang.web.sparql_formats import FORMATS
from dandang.web.sparql_jobs import Query
from dandang.web.sparql_pool import Pool
from dandang.web.sparql_worker import KINDS

#: A GET with a query and nothing else, in characters that mean the same to everyone; what follows the address is the second group.
_PLAIN = re.compile(rb"GET /sparql\?query=([A-Za-z0-9%+*._~!$'(),;:@/?-]*)( HTTP/1\.1\r\n.*)", re.DOTALL)
#: Memory for the ways of asking that are known.
_MANNERS = 1024 * 1024
#: So many queries are remembered to be nothing for this lane.
_REMEMBERED = 1000


class _Head(NamedTuple):
    """An answer that was sent, as a form for others: its length and its validator are to be filled in."""

    status: str
    route: str
    headers: Headers
    #: Where they stand among the headers, and the head as bytes with a blank for each.
    length: int
    tag: int
    text: bytes

    @classmethod
    def of(cls, answer: Answer) -> _Head:
        """The form that an answer shows."""
        names = [name.lower() for name, _ in answer.headers]
        length, tag = names.index("content-length"), names.index("etag")
        blank = list(answer.headers)
        blank[length], blank[tag] = (blank[length][0], "\0"), (blank[tag][0], "\0")
        text = head_of(answer._replace(headers=tuple(blank))).replace(b"%", b"%%").replace(b"\0", b"%b")
        return cls(answer.status, answer.route, answer.headers, length, tag, text)

    def filled(self, body: bytes, tag: str) -> tuple[Answer, bytes]:
        """The answer with a body and a validator, and its head as bytes."""
        length, headers = str(len(body)), list(self.headers)
        headers[self.length], headers[self.tag] = (headers[self.length][0], length), (headers[self.tag][0], tag)
        # The length always stands before the validator, which is made of all else.
        return Answer(self.status, tuple(headers), body, self.route), self.text % (length.encode(), tag.encode())


class _Manner(NamedTuple):
    """What a header means, and how answers to it have been sent."""

    key: Hashable
    #: What a job has beside its text.
    job: bytes
    #: The content type for each letter with which an express worker names the kind of an answer.
    media: dict[bytes, str]
    gzip: bool
    #: By content type, and whether they are compressed.
    heads: dict[tuple[str, bool], _Head]


class Job(NamedTuple):
    """A query under way."""

    express: Express
    manner: _Manner
    query: bytes
    key: Hashable
    version: Hashable
    address: str
    began: float

    @property
    def frame(self) -> bytes:
        """What an express worker is told."""
        return self.manner.job + b"\n" + self.query


class Express:
    """Reads and answers plain requests to the SPARQL endpoint of an app whose store is not written to."""

    def __init__(self, delivery: Delivery, direct: Direct, pool: Pool) -> None:
        self.pool = pool
        self._delivery = delivery
        self._direct = direct
        self._manners: Cache[_Manner] = Cache(_MANNERS)
        self._unfit: OrderedDict[int, None] = OrderedDict()

    @property
    def wanted(self) -> bool:
        """Whether anybody has asked in a way that can be answered here."""
        return len(self._manners) > 0

    def learn(self, environ: Environ, key: Hashable, answer: Answer) -> None:
        """Notes how a plain request was answered."""
        found, way = _PLAIN.fullmatch(environ[WHOLE]), self._direct.way(environ)
        tagged = header(answer.headers, "etag") and header(answer.headers, "content-length")
        if not (found and way and tagged and answer.status.startswith("200")) or "HTTP_IF_NONE_MATCH" in environ:
            return
        manner = self._manners.get(found[2])
        if manner is None:
            manner = _Manner(
                key, _job(way, self.pool), _media(way), takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")), {}
            )
            self._manners.put(found[2], manner, len(found[2]) + len(manner.job))
        shown = header(answer.headers, "content-type"), bool(header(answer.headers, "content-encoding"))
        if shown not in manner.heads:
            manner.heads[shown] = _Head.of(answer)

    def read(self, whole: bytes, address: str) -> Job | None:
        """The query of a request, if it may run here."""
        found = _PLAIN.fullmatch(whole)
        manner = self._manners.get(found[2]) if found else None
        if found is None or manner is None:
            return None
        query = _unquoted(found[1])
        if not _fit(query) or self._known_unfit(query):
            return None
        version, key = self._delivery.version(), same_way(manner.key, "query=" + found[1].decode())
        if self._delivery.answers.get((version, key)) is not None or self._delivery.limiter.wait(address):
            return None
        return Job(self, manner, query, key, version, address, time.perf_counter())

    def answered(self, job: Job, result: bytes) -> bytes | None:
        """The response with the result of a job; None where the ordinary way is to answer."""
        manner, body = job.manner, result[1:]
        media = manner.media.get(result[:1], "")
        zipped = manner.gzip and len(body) >= WORTH_COMPRESSING and compressible(media)
        head = manner.heads.get((media, zipped))
        if head is None:
            return None
        answer, text = head.filled(compressed(body) if zipped else body, etag(job.version, job.key))
        if job.version == self._delivery.version():
            self._delivery.answers.put((job.version, job.key), answer, len(answer.body))
        self.pool.observe("done", time.perf_counter() - job.began)
        self._delivery.metrics.express["answered"] += 1
        ready = Ready(text, answer.body, "GET", answer.route, answer.status[:3], "miss")
        return self._delivery.sent(ready, job.began)

    def passed_on(self, job: Job, *, fit: bool) -> None:
        """Takes note that the ordinary way answers a job; where its query does not fit, from the start the next time."""
        self._delivery.metrics.express["passed_on"] += 1
        self._delivery.limiter.give_back(job.address)
        if not fit:
            self._unfit[hash(job.query)] = None
            if len(self._unfit) > _REMEMBERED:
                self._unfit.popitem(last=False)

    def _known_unfit(self, query: bytes) -> bool:
        number = hash(query)
        found = number in self._unfit
        if found:
            self._unfit.move_to_end(number)
        return found

    def process_ended(self) -> None:
        """Takes note that a process has ended."""
        self._delivery.metrics.express_ended += 1


def _unquoted(text: bytes) -> bytes:
    """The query in an address; where it is not well quoted, something that is no text.

    But for its sign this is quoted-printable, which is read ten times as fast as `urllib` reads the other; neither sign stands unquoted in `_PLAIN`
    but to quote.
    """
    found = a2b_qp(text.replace(b"+", b" ").replace(b"%", b"="))
    return found if len(found) == len(text) - 2 * text.count(b"%") else b"\xff"


def _fit(query: bytes) -> bool:
    """Whether a text is a query that asks the data here, all of them, and has the same answer each time."""
    try:
        text = query.decode()
        found = checked(text)
    except (UnicodeDecodeError, BadQuery):
        return False
    return not (found.dataset or found.network or "\ufffd" in text or differs(text))


def _job(way: Way, pool: Pool) -> bytes:
    job = Query("", way.base, way.results or "json", way.graph or "ttl", union=pool.union)._asdict()
    del job["query"]
    return json.dumps(job).encode()


def _media(way: Way) -> dict[bytes, str]:
    """The content types that a client accepts."""
    endings = {"solutions": way.results, "boolean": way.results, "graph": way.graph}
    return {KINDS[kind]: FORMATS[ending] for kind, ending in endings.items() if ending}
