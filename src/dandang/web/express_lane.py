"""The queries that are under way in the express process, and the pipes to it, which the event loop of the listener looks after.

All of this happens in that one thread and waits for nothing. What is not answered soon goes the ordinary way: a request is
delayed here for a moment at most. The process is ended with the query that takes longer, as nothing else stops the engine, and a
new one is started in the background.
"""

from __future__ import annotations

import logging
import math
import os
import secrets
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from dandang.web.express import Express, Job
from dandang.web.express_process import Background, Process
from dandang.web.sparql_worker import NO_ANSWER, WORN_OUT, framed, unframed

log = logging.getLogger("dandang.serve")
#: Windows has no pipes that wait for nobody.
POSSIBLE = sys.platform != "win32"
#: After so many seconds of work a job is given up, and its process with it. On a machine under load that may take longer, but
#: not longer than the second number.
LATE_SECONDS, LATEST_SECONDS = 0.05, 0.25
#: When a job has taken so much work, or so long, no further one is taken in: it would wait behind it.
STUCK_SECONDS, LONG_SECONDS = 0.01, 0.05
_LOOK_SECONDS = 0.01
#: How many jobs, and bytes of theirs, may be under way: the pipe takes them all without waiting.
MOST = 16
ROOM = 32 * 1024
_PART = 256 * 1024


class Client(Protocol):
    """A connection with a request under way."""

    def answer(self, response: bytes) -> None:
        """Sends the response."""

    def pass_on(self) -> None:
        """Lets the ordinary way answer."""


class _Waiting(NamedTuple):
    job: Job
    client: Client
    size: int
    #: The time, and the work that the process had done, when it was taken in.
    since: float
    work: float


class Lane:
    """Jobs under way, in their order. `app` tells who reads and answers requests at the moment, if anybody."""

    #: What waitress asks of everything that it looks after.
    accepting = False

    def __init__(self, app: Callable[[], Express | None], looked_after: dict[int, Any]) -> None:
        self._app = app
        self._looked_after = looked_after
        self._background = Background()
        self._process: Process | None = None
        self._worn = False
        self._jobs: deque[_Waiting] = deque()
        self._bytes = 0
        #: How much the process had worked when it was last looked at.
        self._work = 0.0
        self._unsent: list[bytes] = []
        self._unread = b""

    # --- what the listener asks ---------------------------------------------------------------------------------------

    def take(self, whole: bytes, address: str, client: Client) -> bool:
        """Takes in a request: whether it did. The client is told what comes of it."""
        express = self._app()
        if express is None or not (process := self._open(express)):
            return False
        now = time.monotonic()
        if not self._jobs:
            self._work = process.worker.work()
        elif self._full(len(whole), now):
            return False
        job = express.read(whole, address)
        if job is None:
            return False
        frame = job.frame
        self._jobs.append(_Waiting(job, client, len(frame), now, self._work))
        self._bytes += len(frame)
        self._unsent.append(framed(frame))
        return True

    def patience(self) -> float:
        """In how many seconds `turn` is to be called at the latest."""
        if not self._jobs:
            return math.inf
        return max(_LOOK_SECONDS, self._jobs[0].since + LATE_SECONDS - time.monotonic())

    def turn(self) -> None:
        """Sends what was taken in, all at once, and ends what takes too long."""
        if self._unsent and not self._sent():
            self._end()
        if self._jobs and self._late():
            self._end()

    def close(self) -> None:
        """Ends the process, and lets the ordinary way answer what is under way."""
        self._end()
        self._background.close()

    # --- what waitress asks -------------------------------------------------------------------------------------------

    def readable(self) -> bool:
        """Whether there may be something to read: always."""
        return True

    def writable(self) -> bool:
        """Whether to be told that there is room in the pipe: there always is."""
        return False

    def handle_read_event(self) -> None:
        """Takes answers in."""
        if self._process is None:
            return
        try:
            part = os.read(self._process.answers, _PART)
        except BlockingIOError:
            return
        if not part:
            self._end()
            return
        self._work = self._process.worker.work()
        results, self._unread = unframed(self._unread + part)
        for result in results:
            self._answer(result)

    def handle_close(self) -> None:
        """The process has ended."""
        self._end()

    def handle_error(self) -> None:
        """A bug of ours: it is told, and the ordinary way answers what is under way."""
        log.exception("error %s", secrets.token_hex(4))
        self._end()

    # --- jobs and process ---------------------------------------------------------------------------------------------

    def _sent(self) -> bool:
        """Sends what was taken in: whether the process is there to take it."""
        assert self._process
        frames, self._unsent = b"".join(self._unsent), []
        try:
            return os.write(self._process.jobs, frames) == len(frames)
        except OSError:
            return False

    def _late(self) -> bool:
        """Whether the first job takes too long."""
        taken = time.monotonic() - self._jobs[0].since
        return taken > LATE_SECONDS and (taken > LATEST_SECONDS or self._worked() > LATE_SECONDS)

    def _full(self, size: int, now: float) -> bool:
        """Whether a further job would wait behind another, or would have to be waited for."""
        since = self._jobs[0].since
        stuck = now - since > LONG_SECONDS or (now - since > STUCK_SECONDS and self._worked() > STUCK_SECONDS)
        return stuck or len(self._jobs) >= MOST or self._bytes + size > ROOM

    def _worked(self) -> float:
        """How many seconds the process has worked since the first job was taken in."""
        assert self._process
        self._work = self._process.worker.work()
        return self._work - self._jobs[0].work

    def _answer(self, result: bytes) -> None:
        if result == WORN_OUT:
            self._worn = True
            return
        waiting = self._jobs[0]
        response = waiting.job.express.answered(waiting.job, result)
        self._jobs.popleft()
        self._bytes -= waiting.size
        if response is None:
            self._pass_on(waiting, fit=result != NO_ANSWER)
        else:
            waiting.client.answer(response)

    def _pass_on(self, waiting: _Waiting, *, fit: bool) -> None:
        waiting.job.express.passed_on(waiting.job, fit=fit)
        waiting.client.pass_on()

    def _open(self, express: Express) -> Process | None:
        """The process, if there is one with the data that are served now."""
        if self._process and self._process.express is express and not self._worn:
            return self._process
        if self._background.ready:
            if self._jobs:
                # They are answered by the process that has them, and with its data.
                return None
            self._change(self._background.made())
        if express.wanted and (self._worn or self._process is None or self._process.express is not express):
            self._background.start(express)
        return self._process if self._process and self._process.express is express else None

    def _change(self, process: Process) -> None:
        """Puts a process in the place of the one that there may be."""
        self._end(pause=False)
        self._process, self._worn = process, False
        self._looked_after[process.answers] = self

    def _end(self, *, pause: bool = True) -> None:
        """Ends the process, if there is one. A new one is started when it is next needed, after a pause."""
        process, self._process = self._process, None
        if process is None:
            return
        del self._looked_after[process.answers]
        self._background.end(process, pause=pause)
        process.express.process_ended()
        left, self._jobs, self._bytes = self._jobs, deque(), 0
        self._unsent, self._unread = [], b""
        for waiting in left:
            # Any of them may be what the process ended of.
            self._pass_on(waiting, fit=False)
