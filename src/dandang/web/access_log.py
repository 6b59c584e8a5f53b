"""The access log: a line of JSON for each request, in which nothing tells who asked or what about.

No query string, no body, no address of the client, and instead of the path the template of its route.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import sys
from datetime import UTC, datetime
from typing import NamedTuple

log = logging.getLogger("dandang.access")
#: Off until it is asked for.
log.setLevel(logging.CRITICAL)


class Entry(NamedTuple):
    """One request: `ms` until the answer was handed over, `bytes` of its body."""

    id: str
    method: str
    route: str
    status: int
    ms: float
    bytes: int
    cache: str


def write(entry: Entry) -> None:
    """Writes a line, if the log is on."""
    if log.isEnabledFor(logging.INFO):
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        log.info(json.dumps({"time": moment, **entry._asdict()}))


def switch_on(target: str) -> None:
    """Sends the lines to a file, or with `-` to standard output. A file that was moved away is made anew."""
    if target == "-":
        handler: logging.Handler = logging.StreamHandler(sys.stdout)
    elif os.name == "nt":
        handler = logging.FileHandler(target, encoding="utf-8")
    else:
        handler = logging.handlers.WatchedFileHandler(target, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.handlers = [handler]
    log.propagate = False
    log.setLevel(logging.INFO)


def switch_off() -> None:
    """No line is written."""
    log.handlers, log.propagate = [], True
    log.setLevel(logging.CRITICAL)
