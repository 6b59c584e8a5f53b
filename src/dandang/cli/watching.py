"""`validate --watch`: checks again whenever a file changes, until Ctrl-C."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable

from dandang.errors import DandangError
from dandang.messages import Text

_EVERY = 0.4


def watch(check: Callable[[], int], files: Callable[[], Iterable[str]], lang: str, *, every: float = _EVERY) -> int:
    """Runs `check` now and after every change of the files, or of which files there are. Returns the last status at Ctrl-C."""
    status = 0
    try:
        while True:
            before = _stamps(files)
            try:
                status = check()
            except DandangError as error:
                # A file that is being written may be anything for a moment.
                print(error.render(lang), file=sys.stderr)
                status = error.exit_status
            print(
                Text("等待文件改动，Ctrl+C 结束", "waiting for changes; Ctrl+C ends").in_(lang),
                file=sys.stderr,
                flush=True,
            )
            _settled(before, files, every)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return status


def _settled(before: frozenset[object], files: Callable[[], Iterable[str]], every: float) -> None:
    """Returns once the files differ from before and two looks agree: whoever writes has finished."""
    last = before
    while True:
        time.sleep(every)
        now = _stamps(files)
        if now == last and now != before:
            return
        last = now


def _stamps(files: Callable[[], Iterable[str]]) -> frozenset[object]:
    try:
        found = list(files())
    except DandangError:
        return frozenset()
    return frozenset(_stamp(name) for name in found)


def _stamp(name: str) -> tuple[str, int, int]:
    try:
        facts = os.stat(name)
    except OSError:
        return name, 0, 0
    return name, facts.st_mtime_ns, facts.st_size
