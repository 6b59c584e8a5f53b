"""The app that is being served, and its change for another one while requests go on."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask

from dandang.errors import DandangError
from dandang.messages import Text
from dandang.web.answers import Environ
from dandang.web.app import create_app, query_pool
from dandang.web.delivery import Delivery, Start
from dandang.web.express import Express
from dandang.web.library import served_digest
from dandang.web.metrics import Metrics
from dandang.web.sparql_pool import Query
from dandang.web.warming import steps

log = logging.getLogger("dandang.serve")
#: How often `watch` looks at the files, in seconds; a change counts once two looks agree, when whoever writes has finished.
_LOOK_SECONDS = 1.0
#: An app that was replaced lives until its requests are done, but no longer than this.
_RETIREMENT_SECONDS = 120.0


#: Nobody is being answered when the last answer is so long ago, in seconds.
_IDLE_SECONDS = 1.0


class _Term:
    """An app and how many requests it is answering."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.delivery: Delivery = app.extensions["dandang-delivery"]
        self.express: Express | None = app.extensions["dandang-express"]
        self.requests = 0


class Serving:
    """WSGI that passes requests on to the app of the day. Counts go on when it is changed for another."""

    def __init__(self, config: Mapping[str, Any], *, lang: str = "zh") -> None:
        self._config = dict(config)
        self._lang = lang
        self._metrics = Metrics()
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._closed = threading.Event()
        # Taken before the files are read, so that no change to them is missed.
        self._loaded = self._digest()
        app = create_app(self._config, metrics=self._metrics)
        query_pool(app).warm()
        self._term = _Term(app)
        self._answered = time.monotonic()

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answers a request with the app that is in office when it comes."""
        with self._lock:
            term = self._term
            term.requests += 1
        try:
            parts = term.app(environ, start)
        except BaseException:
            self._done(term)
            raise
        if isinstance(parts, list):
            self._done(term)
            return parts
        return _Held(parts, lambda: self._done(term))

    def known(self, whole: bytes, address: str) -> bytes | None:
        """The response to a request that was answered before in the very same bytes."""
        return self._term.delivery.known(whole, address)

    def express(self) -> Express | None:
        """What answers small new queries of the data that are served now, if anything does."""
        return self._term.express

    def warm(self) -> None:
        """Makes ready in a thread of its own what the first visitors would wait for, whenever nobody has asked for anything for a while."""
        threading.Thread(target=self._warm, args=(self._term,), daemon=True, name="warm").start()

    def reload(self) -> None:
        """Loads the data once more in a thread of its own, which takes over when all is well; else the old data stay."""
        threading.Thread(target=self._reload, daemon=True).start()

    def watch(self) -> None:
        """Reloads whenever a file of the data has changed."""
        threading.Thread(target=self._watch, daemon=True).start()

    def close(self) -> None:
        """Stops the query processes."""
        self._closed.set()
        query_pool(self._term.app).close()

    def _reload(self) -> None:
        if query_pool(self._term.app).writable:
            log.warning("%s", _written().in_(self._lang))
            return
        with self._reloading:
            self._loaded = self._digest()
            try:
                app = create_app(self._config, metrics=self._metrics)
                # Once this is answered, the new query processes are ready to take over.
                query_pool(app).run(Query("ASK {}", "http://localhost/"))
            except DandangError as error:
                self._metrics.reloads["failed"] += 1
                log.error("%s\n%s", _kept().in_(self._lang), error.render(self._lang))
                return
            except Exception:
                # Our bug must not end the service that is running; it is told in full and counted.
                self._metrics.reloads["failed"] += 1
                log.exception("error %s: %s", secrets.token_hex(4), _kept().in_(self._lang))
                return
            with self._lock:
                old, self._term = self._term, _Term(app)
            self.warm()
            self._metrics.reloads["done"] += 1
            log.info("%s", Text("数据已重新载入", "the data were reloaded").in_(self._lang))
        self._retire(old)

    def _retire(self, term: _Term) -> None:
        until = time.monotonic() + _RETIREMENT_SECONDS
        while term.requests and time.monotonic() < until and not self._closed.wait(0.05):
            pass
        query_pool(term.app).close()

    def _done(self, term: _Term) -> None:
        with self._lock:
            term.requests -= 1
            self._answered = time.monotonic()

    def _warm(self, term: _Term) -> None:
        for step in steps(term.app):
            while term.requests or time.monotonic() - self._answered < _IDLE_SECONDS:
                if self._closed.wait(_IDLE_SECONDS / 4):
                    return
            if self._closed.is_set() or term is not self._term:
                return
            step()

    def _watch(self) -> None:
        before = self._loaded
        while not self._closed.wait(_LOOK_SECONDS):
            now = self._digest()
            if now == before != self._loaded:
                self._reload()
            before = now

    def _digest(self) -> str:
        return served_digest(self._config.get("DATA"))


def _kept() -> Text:
    return Text("新数据无法载入，继续使用原来的数据", "the new data cannot be loaded; the old stay in use")


def _written() -> Text:
    return Text(
        "可写入的库不重新载入，以免丢失修改", "a store that is written to is not reloaded, so that no change is lost"
    )


class _Held:
    """A body in parts, which tells when it is done with."""

    def __init__(self, parts: Iterable[bytes], done: Any) -> None:
        self._parts = parts
        self._rest = iter(parts)
        self._done = done

    def __iter__(self) -> _Held:
        return self

    def __next__(self) -> bytes:
        return next(self._rest)

    def close(self) -> None:
        try:
            if close := getattr(self._parts, "close", None):
                close()
        finally:
            self._done()
