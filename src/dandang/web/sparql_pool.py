"""The processes that run SPARQL of strangers: limits that hold, because a process can be killed.

A query begins in one of the quick places. When it has run for a moment it takes one of the few slow places, steps back
behind the quick ones and goes on there until its deadline; a fresh process takes its quick place. Where no slow place is
free it is halted until there is one, but not for long. So long queries keep each other waiting, never the short ones. A
query that is known to be long takes a slow place from the start.
"""

from __future__ import annotations

import atexit
import itertools
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dandang.errors import DandangError, EnvironmentError_
from dandang.web import sparql_errors as errors
from dandang.web.sparql_jobs import Answer, Ask, Change, Content, Dataset, Drop, Locate, Query, Read, Update, Write
from dandang.web.sparql_process import START_SECONDS, Alarms, Gone, Worker
from dandang.web.sparql_turns import Counts, Pieces, Stream, Turn

__all__ = ["Answer", "Change", "Dataset", "Drop", "Pool", "Query", "Read", "Stream", "Update", "Write"]

#: Seconds a query may keep a quick place.
QUICK_SECONDS = 0.2
#: Seconds a request waits for a place, and how many may wait for each kind; the next is refused at once.
WAIT_SECONDS = 2.0
WAITING = {"quick": 200, "slow": 8}
#: How many queries may be halted until there is a slow place; each holds the memory that it has taken.
HALTED = 4
#: So many queries are remembered to be long.
_REMEMBERED = 1000


class Pool:
    """`size` quick places and `slow` slow ones; `writable` lets jobs change the dataset, which `save` keeps first.

    With `union`, a query that names no graphs is asked of all of them.
    """

    def __init__(
        self,
        content: Callable[[], Content],
        *,
        seconds: float,
        size: int,
        slow: int = 4,
        writable: bool = False,
        union: bool = True,
        save: Callable[[Content], None] | None = None,
    ) -> None:
        self.seconds = seconds
        self.writable = writable
        self.union = union
        self._content = content
        #: Is told how each job ended (`done`, `late` or `refused`), and after how many seconds.
        self.observe: Callable[[str, float], None] = lambda _outcome, _seconds: None
        self._save = save
        self._size = size
        self._slow_places = slow
        self._alarms = Alarms()
        self._dataset: Dataset | None = None
        self._versions = itertools.count()
        self._first = threading.Lock()
        self._changing = threading.Lock()
        #: Everything below is read and written under this.
        self._state = threading.Condition()
        self._idle: list[Worker] = []
        self._workers: set[Worker] = set()
        #: Jobs that run in quick and in slow places, and workers that are being started for quick ones.
        self._quick = self._slow = self._starting = 0
        self._late = self._refused = self._started = 0
        self._waiting = {"quick": 0, "slow": 0}
        self._halted: deque[Turn] = deque()
        self._broken: Exception | None = None
        self._closings = 0
        self._long: OrderedDict[int, None] = OrderedDict()
        atexit.register(self.close)

    # --- what is asked ------------------------------------------------------------------------------------------------

    @property
    def dataset(self) -> Dataset:
        """The dataset as it is now, made when first needed."""
        with self._first:
            if self._dataset is None:
                self._dataset = Dataset(next(self._versions), *self._content())
            return self._dataset

    def run(self, job: Ask, *, seconds: float | None = None) -> Answer | None:
        """The answer to a query, or a graph: None where it is not there.

        Raises BadQuery, QueryTimeout, QueryTooLarge or Busy.
        """
        with self._turn(job, seconds) as turn:
            return _answer(turn, self._begin(turn, job._asdict()))

    def stream(self, job: Ask, *, seconds: float | None = None) -> Answer | Stream | None:
        """As `run`, but a large result comes in pieces. Whoever takes them closes them; the deadline holds to the last."""
        with self._turn(job, seconds) as turn:
            header = self._begin(turn, {**job._asdict(), "stream": True})
            if not header.get("more"):
                return _answer(turn, header)
            first = turn.worker.frame()
            self._slow_down(turn)
            with self._state:
                self._state.wait_for(lambda: not turn.halted)
            if turn.ended:
                raise Gone
            turn.lent = True
            return Stream(header["kind"], header["format"], Pieces(first, turn, self._release))

    def change(self, job: Change, *, seconds: float | None = None) -> bool | None:
        """Changes the dataset, whole or not at all: whether a graph is new, None where it is missing. Raises as `run`."""
        assert self.writable
        if not self._changing.acquire(timeout=WAIT_SECONDS):
            raise errors.busy()
        try:
            with self._turn(job, seconds) as turn:
                # What a change leaves behind in its worker is right only once it has been taken over.
                turn.worker.version = -1
                header = self._begin(turn, job._asdict())
                if header["status"] == "missing":
                    return None
                content = turn.worker.frame()
                self._alarms.clear(turn)
                turn.worker.version = self._taken_over(Content(content, tuple(sorted(header["graphs"]))))
                return bool(header.get("created"))
        finally:
            self._changing.release()

    def warm(self) -> None:
        """Starts the workers now rather than when they are needed."""
        self._fill()

    def counts(self) -> Counts:
        """How the pool is."""
        with self._state:
            idle, waiting = len(self._idle), sum(self._waiting.values()) + len(self._halted)
            return Counts(idle, self._quick, self._slow, waiting, self._late, self._refused, self._started)

    def close(self) -> None:
        """Stops all workers. The next job starts new ones."""
        with self._state:
            self._closings += 1
            stopped, self._workers = self._workers, set()
            self._idle.clear()
            self._starting = 0
        for worker in stopped:
            worker.stop()

    # --- one job ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _turn(self, job: Ask | Change, seconds: float | None) -> Iterator[Turn]:
        turn = self._take(job, seconds)
        usable = False
        try:
            yield turn
            usable = True
        except Gone:
            raise self._why(turn) from None
        except DandangError:
            usable = True
            raise
        finally:
            if not turn.lent:
                self._release(turn, usable=usable)

    def _begin(self, turn: Turn, job: dict[str, Any]) -> dict[str, Any]:
        """The header of the answer. Raises Gone, or what went wrong in the user's words."""
        header = turn.worker.begin(job)
        turn.worn = bool(header.get("worn"))
        if header["status"] != "ok":
            turn.worker.frame()
        if header["status"] == "syntax":
            raise self._unreadable(turn, job, header)
        if header["status"] == "failed":
            raise errors.failed(header["message"])
        if header["status"] == "too-large":
            raise errors.too_large()
        return header

    def _unreadable(self, turn: Turn, job: dict[str, Any], header: dict[str, Any]) -> DandangError:
        """What is wrong with a text, and where. The worker finds the place in SPARQL; its time goes on meanwhile."""
        if job["task"] == "write":
            return errors.unreadable_document(job["parts"][header["part"]][1], header)
        update = job["task"] == "update"
        text: str = job[job["task"]]
        place = Locate(text, errors.token_ends(text), job["base"], update)
        found = turn.worker.begin(place._asdict())
        turn.worker.frame()
        return errors.unreadable_query(text, found["token"], header["message"])

    def _why(self, turn: Turn) -> DandangError:
        """Why a worker ended before it answered: it was stopped, or it met its limit of memory."""
        if turn.ended == "late":
            return errors.late(turn.seconds)
        return errors.busy() if turn.ended == "refused" else errors.too_large()

    def _taken_over(self, content: Content) -> int:
        if self._save:
            self._save(content)
        with self._first:
            self._dataset = Dataset(next(self._versions), *content)
            return self._dataset.version

    # --- places -------------------------------------------------------------------------------------------------------

    def _take(self, job: Ask | Change, seconds: float | None) -> Turn:
        """A turn with a worker that has the dataset. Raises Busy or EnvironmentError_."""
        turn = Turn(hash(job), self.seconds if seconds is None else seconds)
        network = isinstance(job, Query) and job.network
        with self._state:
            if network or turn.key in self._long:
                self._wait_for_slow(turn)
        try:
            turn.worker = self._made(network=True) if network else self._ready(turn)
        except BaseException:
            with self._state:
                self._slow -= turn.slow
                self._state.notify_all()
            raise
        turn.begun = time.monotonic()
        if turn.slow:
            turn.worker.step_back()
            self._fill()
        if turn.slow or turn.seconds <= QUICK_SECONDS:
            self._alarms.set(turn, turn.seconds, lambda: self._end(turn))
        else:
            self._alarms.set(turn, QUICK_SECONDS, lambda: self._slow_down(turn))
        return turn

    def _wait_for_slow(self, turn: Turn) -> None:
        """Takes a slow place, under the lock. Raises Busy."""
        self._wait("slow", lambda: self._slow < self._slow_places, WAIT_SECONDS)
        turn.slow = True
        self._slow += 1

    def _found_long(self, turn: Turn) -> bool:
        """Whether a query that waits for a quick place has been found to be long meanwhile, as one like it ran."""
        return not turn.slow and turn.key in self._long

    def _wait(self, lane: str, ready: Callable[[], bool], seconds: float) -> None:
        """Waits under the lock until there is a place. Raises Busy, at once where too many wait already."""
        if ready():
            return
        self._waiting[lane] += 1
        try:
            if self._waiting[lane] > WAITING[lane] or not self._state.wait_for(ready, seconds):
                self._refused += 1
                raise errors.busy()
        finally:
            self._waiting[lane] -= 1

    def _slow_down(self, turn: Turn) -> None:
        """Moves a job that takes long, or whose result is large, to a slow place, or halts it until there is one."""
        with self._state:
            if turn.over or turn.slow or turn.halted:
                return
            if time.monotonic() - turn.begun >= QUICK_SECONDS:
                self._remember(turn.key)
            free = self._slow < self._slow_places
            if free:
                turn.slow = True
                self._slow += 1
                self._quick -= 1
            elif len(self._halted) < HALTED and turn.worker.halt():
                turn.halted = True
                self._halted.append(turn)
                self._quick -= 1
                # Under the lock, as whoever gives it a place sets the deadline in place of this.
                left = turn.begun + turn.seconds - time.monotonic()
                self._alarms.set(turn, min(WAIT_SECONDS, left), lambda: self._end(turn, "refused"))
            halted = turn.halted
        if free:
            self._go_on(turn)
        elif not halted:
            self._end(turn, "refused")
        self._fill()

    def _go_on(self, turn: Turn) -> None:
        """Lets a job run in its slow place until its deadline."""
        turn.worker.step_back()
        self._alarms.set(turn, turn.begun + turn.seconds - time.monotonic(), lambda: self._end(turn))

    def _next_halted(self) -> list[Turn]:
        """Gives the slow places that are free to those that are halted. Called under the lock."""
        found: list[Turn] = []
        while self._halted and self._slow < self._slow_places:
            turn = self._halted.popleft()
            turn.halted, turn.slow = False, True
            self._slow += 1
            found.append(turn)
        return found

    def _remember(self, key: int) -> None:
        self._long[key] = None
        self._long.move_to_end(key)
        self._state.notify_all()
        if len(self._long) > _REMEMBERED:
            self._long.popitem(last=False)

    def _end(self, turn: Turn, why: str = "late") -> None:
        """The deadline, or the end of the time to wait for a slow place."""
        with self._state:
            if turn.over or (why == "refused" and turn.slow):
                return
            turn.ended = why
            self._late += why == "late"
            self._refused += why == "refused"
        self._release(turn)

    def _release(self, turn: Turn, *, usable: bool = False) -> None:
        """Ends a turn, whoever comes first; its worker goes on to the next one only if it is as good as new."""
        with self._state:
            if turn.over:
                return
            turn.over = True
            kept = usable and not (turn.slow or turn.halted or turn.ended or turn.worn)
            if turn.slow:
                self._slow -= 1
                if not turn.ended and time.monotonic() - turn.begun < QUICK_SECONDS:
                    self._long.pop(turn.key, None)
            elif turn.halted:
                turn.halted = False
                self._halted.remove(turn)
            else:
                self._quick -= 1
            following = self._next_halted()
            if kept and turn.worker in self._workers:
                self._idle.append(turn.worker)
            self._state.notify_all()
        for other in following:
            self._go_on(other)
            other.worker.resume()
        self._alarms.clear(turn)
        self.observe(turn.ended or "done", time.monotonic() - turn.begun)
        if not kept:
            self._give_up(turn.worker)

    # --- workers ------------------------------------------------------------------------------------------------------

    def _ready(self, turn: Turn) -> Worker:
        """A worker that was idle, with the dataset, for a quick or a slow place. Raises Busy or EnvironmentError_."""
        while True:
            self._fill()
            with self._state:
                patience = WAIT_SECONDS if self._workers else START_SECONDS
                self._wait("quick", lambda: bool(self._idle or self._broken) or self._found_long(turn), patience)
                if self._found_long(turn):
                    self._wait_for_slow(turn)
                    continue
                if not self._idle:
                    broken, self._broken = self._broken, None
                    raise _not_started() from broken
                worker = self._idle.pop()
                self._quick += not turn.slow
            try:
                # It may have ended while nobody asked it anything: not the fault of whoever asks next.
                if worker.alive():
                    self._load(worker)
                    return worker
            except Gone:
                pass
            with self._state:
                self._quick -= not turn.slow
            self._give_up(worker)

    def _fill(self) -> None:
        """Sees to it that all quick places have a worker, or will have one soon."""
        with self._state:
            missing = self._size - self._quick - self._starting - len(self._idle)
            if missing <= 0:
                return
            self._starting += missing
            closings = self._closings
        threading.Thread(target=self._start, args=(missing, closings), daemon=True).start()

    def _start(self, number: int, closings: int) -> None:
        # One after the other: the first is ready sooner.
        for _ in range(number):
            worker, broken = None, None
            try:
                worker = self._made()
            except EnvironmentError_ as error:
                broken = error
            with self._state:
                current = closings == self._closings
                if current:
                    self._starting -= 1
                    self._broken = broken
                    self._idle += [worker] if worker else []
                    self._state.notify_all()
            if worker and not current:
                self._give_up(worker)

    def _made(self, *, network: bool = False) -> Worker:
        """A new worker with the dataset. Raises EnvironmentError_."""
        try:
            worker = Worker(network=network)
        except (Gone, OSError) as error:
            raise _not_started() from error
        with self._state:
            self._workers.add(worker)
            self._started += 1
        try:
            self._load(worker)
        except Gone as error:
            self._give_up(worker)
            raise _not_started() from error
        return worker

    def _load(self, worker: Worker) -> None:
        self._alarms.set(worker, START_SECONDS, worker.kill)
        try:
            worker.load(self.dataset)
        finally:
            self._alarms.clear(worker)

    def _give_up(self, worker: Worker) -> None:
        """Ends a worker, at once, and tidies up after it when there is time."""
        worker.kill()
        with self._state:
            self._workers.discard(worker)
        threading.Thread(target=self._replace, args=(worker,), daemon=True).start()

    def _replace(self, worker: Worker) -> None:
        self._fill()
        worker.stop()


def _answer(turn: Turn, header: dict[str, Any]) -> Answer | None:
    if header["status"] == "missing":
        return None
    return Answer(header["kind"], header["format"], turn.worker.frame())


def _not_started() -> EnvironmentError_:
    return EnvironmentError_("查询进程无法启动", "the query process does not start")
