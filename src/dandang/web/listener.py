"""waitress, with what a server on the internet needs beside it.

A request in the very bytes of one that was answered before is answered where it arrives, without a thread, and so is a small new
query (`express_lane`). Clients that send or read too slowly to be real are dropped. What is no proper HTTP is refused by the app,
in words. On the way out, requests under way are finished.
"""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from threading import Event
from typing import Any, TypeAlias

from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from dandang.errors import DandangError
from dandang.web import express_lane
from dandang.web.delivery import REFUSAL, WHOLE, App
from dandang.web.express import Express
from dandang.web.problems import BodyTooLarge, HeadersTooLarge, Malformed

#: Pages are quick; the threads are for queries, which wait for their worker process.
THREADS = 32
CONNECTIONS = 1000
LARGEST_HEADER = 32 * 1024
#: A request has to be here within so many seconds of its first byte, and an idle connection is closed after as many.
REQUEST_SECONDS = 30.0
#: A reader slower than this, in bytes a second, is dropped when it has been so for so many looks in a row.
SLOWEST_READER = 1024
_LOOKS = 3
_LOOK_SECONDS = 5
#: What an answer may have waiting for its reader; more holds up whoever makes it.
MOST_WAITING = 16 * 1024 * 1024
#: What may wait for all readers together. Beyond it only short answers are taken in; the connection of a longer one is cut.
ALL_WAITING = 256 * 1024 * 1024
_SHORT = 64 * 1024
#: A client that is refused while it still sends is heard to the end, so that it gets to read why; but no longer than so.
HEARD_SECONDS = 5.0
HEARD_BYTES = 64 * 1024 * 1024

Known: TypeAlias = Callable[[bytes, str], bytes | None]


class _Task(WSGITask):  # type: ignore[misc]
    """A request for the app, with its very bytes where they are all of it."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[WHOLE] = self.channel.whole
        return environ


class _RefusedTask(WSGITask):  # type: ignore[misc]
    """A request that could not be read: the app says why. How much of it was understood is not known."""

    def get_environment(self) -> dict[str, Any]:
        request = self.request
        for name, default in (
            ("path", "/"),
            ("query", ""),
            ("request_uri", "/"),
            ("command", "GET"),
            ("url_scheme", "http"),
        ):
            if not hasattr(request, name):
                setattr(request, name, default)
        for name in ("CONTENT_LENGTH", "CONTENT_TYPE", "EXPECT"):
            request.headers.pop(name, None)
        environ: dict[str, Any] = super().get_environment()
        environ["wsgi.input"] = BytesIO()
        environ[REFUSAL] = _refusal(request.error.code)
        self.channel.refused = True
        self.set_close_on_finish()
        return environ


def _error_task(channel: Any, request: Any) -> Any:
    """The app tells a client's mistake; where the app itself has failed, waitress says so."""
    return (_RefusedTask if request.error.code != 500 else ErrorTask)(channel, request)


def _refusal(status: int) -> DandangError:
    if status == 413:
        return BodyTooLarge("请求的内容太大", "the body of the request is too large")
    if status == 431:
        return HeadersTooLarge(
            f"请求头超过 {LARGEST_HEADER} 字节", f"the header of the request is larger than {LARGEST_HEADER} bytes"
        )
    return Malformed("这不是完整的 HTTP 请求", "this is no well-formed HTTP request")


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    task_class = _Task
    error_task_class = staticmethod(_error_task)
    #: The bytes of the request under way, where they came at once and nothing else came with them.
    whole = b""
    #: When the request that is being received began.
    began = 0.0
    sent = 0
    slow_looks = 0
    sent_at_look = 0
    close_when_flushed: bool
    #: Whether a request was refused before its end, and if its answer is sent, since when the rest of it is passed over.
    refused = False
    refused_at = 0.0
    passed_over = 0
    #: Whether the request is in the express lane. Meanwhile nothing more is read, so that answers keep their order.
    away = False

    def received(self, data: bytes) -> bool:
        """Takes in what the client sent."""
        idle = self.request is None and not (
            self.requests or self.total_outbufs_len or self.will_close or self.close_when_flushed
        )
        self.whole = data if idle and _whole(data) else b""
        if self.whole and (answer := self.server.known(data, self.addr[0])) is not None:
            self._send(answer)
            return True
        if self.whole and self.server.lane and self.server.lane.take(data, self.addr[0], self):
            self.away = True
            return True
        if self.request is None:
            self.began = time.time()
        return bool(super().received(data))

    def readable(self) -> bool:
        """Whether what the client sends is taken in."""
        return bool(self.refused_at) or (not self.away and bool(super().readable()))

    def handle_read(self) -> None:
        """Takes in what has come, or passes over it."""
        if not self.refused_at:
            super().handle_read()
            return
        try:
            self.passed_over += len(self.recv(self.adj.recv_bytes))
        except OSError:
            self.handle_close()
        if self.connected and self.passed_over > HEARD_BYTES:
            self.handle_close()

    def handle_write(self) -> None:
        """Sends what waits. A connection that ends with a refusal is not closed while the client still sends.

        Else the system would drop what the client has not read yet: the very words that say why.
        """
        if not (self.refused and self.close_when_flushed):
            super().handle_write()
            return
        self._flush_exception(self._flush_some)
        if self.connected and not self.total_outbufs_len:
            self.close_when_flushed, self.refused_at = False, time.time()
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)

    def answer(self, response: bytes) -> None:
        """Sends the answer of the express lane."""
        self.away = False
        if self.connected:
            self._send(response)

    def pass_on(self) -> None:
        """Has the app answer what the express lane did not."""
        self.away = False
        if self.connected:
            self.began = time.time()
            super().received(self.whole)

    def write_soon(self, data: bytes) -> int:
        """Takes in a part of an answer. Raises ClientDisconnected."""
        if len(data) > _SHORT and self.server.full():
            raise ClientDisconnected
        return int(super().write_soon(data))

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Sends what the system takes."""
        size: int = super().send(data, do_close)
        self.sent += size
        return size

    def _send(self, answer: bytes) -> None:
        if len(answer) > _SHORT and self.server.full():
            self.handle_close()
            return
        with self.outbuf_lock:
            if not self.total_outbufs_len:
                answer = self._left(answer)
            if answer:
                self.outbufs[-1].append(answer)
                self.current_outbuf_count += len(answer)
                self.total_outbufs_len += len(answer)

    def _left(self, answer: bytes) -> bytes:
        """What is left of an answer once the system has taken what it takes."""
        try:
            size = self.send(answer)
        except OSError:
            # As waitress does it: the connection is closed when it is looked at next.
            self.will_close = True
            return b""
        self.last_activity = time.time()
        return answer[size:] if self.connected else b""

    def too_slow(self, now: float) -> bool:
        """Whether the client holds the connection without using it."""
        if self.refused_at and now - self.refused_at > HEARD_SECONDS:
            return True
        if self.request is not None and not self.requests and now - self.began > REQUEST_SECONDS:
            return True
        slow = self.total_outbufs_len > 0 and self.sent - self.sent_at_look < SLOWEST_READER * _LOOK_SECONDS
        self.slow_looks, self.sent_at_look = (self.slow_looks + 1 if slow else 0), self.sent
        return self.slow_looks >= _LOOKS


def _whole(data: bytes) -> bool:
    """Whether this is a request from its first byte to its last: one head, and no body to follow it as far as can be seen."""
    return data.startswith((b"GET ", b"HEAD ")) and data.find(b"\r\n\r\n") == len(data) - 4


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """Serves an app on a socket until told to stop."""

    channel_class = _Channel

    def __init__(
        self,
        app: App,
        known: Known,
        listening: socket.socket,
        *,
        largest_body: int,
        express: Callable[[], Express | None] | None = None,
    ) -> None:
        self.known = known
        self.lane: express_lane.Lane | None = None
        self._stopping = Event()
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        adjustments = Adjustments(
            ident="dandang",
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=REQUEST_SECONDS,
            cleanup_interval=_LOOK_SECONDS,
            max_request_header_size=LARGEST_HEADER,
            max_request_body_size=largest_body,
            # What is sent may be about a person: it waits in memory, whatever its size, and never in a file.
            inbuf_overflow=largest_body + LARGEST_HEADER,
            outbuf_overflow=sys.maxsize,
            outbuf_high_watermark=MOST_WAITING,
            asyncore_use_poll=True,
            # Proxies are dealt with in one place, `dandang.web.limits`.
            clear_untrusted_proxy_headers=False,
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(THREADS)
        place = (listening.family, listening.type, listening.proto, listening.getsockname())
        super().__init__(
            app, {}, True, listening, dispatcher=dispatcher, adj=adjustments, sockinfo=place, bind_socket=False
        )
        if express and express_lane.POSSIBLE:
            self.lane = express_lane.Lane(express, self._map)

    def stop(self) -> None:
        """Lets `run` come to its end; may be called from a signal handler."""
        if not self._stopping.is_set():
            self._stopping.set()
            self.pull_trigger()

    def full(self) -> bool:
        """Whether as much waits for slow readers as there is room for."""
        waiting: int = sum(channel.total_outbufs_len for channel in list(self.active_channels.values()))
        return waiting > ALL_WAITING

    def run(self, grace: float = 20.0) -> None:
        """Serves until `stop`, then takes no more connections and gives requests under way so many seconds to finish."""
        while not self._stopping.is_set():
            self._turn()
        self.accepting = False
        self.asyncore.dispatcher.close(self)
        deadline = time.monotonic() + grace
        while self._busy() and time.monotonic() < deadline:
            self._turn(0.1)
        if self.lane:
            self.lane.close()
        self.task_dispatcher.shutdown(timeout=0.5)
        self.asyncore.close_all(self._map)

    def _turn(self, seconds: float = 1.0) -> None:
        if self.lane:
            seconds = min(seconds, self.lane.patience())
        self.asyncore.loop(timeout=seconds, map=self._map, use_poll=self.adj.asyncore_use_poll, count=1)
        if self.lane:
            self.lane.turn()

    def _busy(self) -> bool:
        """Whether a request is under way; connections without one are closed."""
        channels = list(self.active_channels.values())
        for channel in channels:
            if not (channel.requests or channel.total_outbufs_len or channel.away):
                channel.handle_close()
        return bool(self.active_channels)

    def maintenance(self, now: float) -> None:
        """Closes connections that are idle or too slow."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.too_slow(now):
                channel.handle_close()
