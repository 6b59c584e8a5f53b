"""Who asks, and how often one client may."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from threading import Lock
from typing import Any

#: Clients that are remembered: some 2 MB. Whoever has not asked for longest is forgotten first, and starts afresh.
MOST_CLIENTS = 10_000
#: How many seconds' worth of requests may come at once.
BURST = 4


class RateLimiter:
    """A bucket of tokens for each client: `rate` requests a second in the long run, `BURST` times as many at once."""

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._lock = Lock()
        #: Client → (tokens, when counted).
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, address: str) -> float:
        """Takes a token of the client: 0, or the seconds until there is one. This machine itself is never limited."""
        if not self.rate or (client := client_group(address)) is None:
            return 0.0
        now, most = self._clock(), self.rate * BURST
        with self._lock:
            tokens, then = self._buckets.pop(client, (most, now))
            tokens = min(most, tokens + (now - then) * self.rate)
            enough = tokens >= 1
            self._buckets[client] = (tokens - 1 if enough else tokens), now
            if len(self._buckets) > MOST_CLIENTS:
                self._buckets.popitem(last=False)
        return 0.0 if enough else (1 - tokens) / self.rate

    def give_back(self, address: str) -> None:
        """Puts back the token of a request that will take one once more."""
        if self.rate and (client := client_group(address)) is not None:
            with self._lock:
                tokens, then = self._buckets.get(client, (0.0, self._clock()))
                self._buckets[client] = tokens + 1, then


@lru_cache(maxsize=1024)
def client_group(address: str) -> str | None:
    """What counts as one client: an IPv4 address, or the /64 network that one IPv6 customer is given. None for this machine."""
    found = parsed(address)
    if found is None:
        return address
    if found.is_loopback:
        return None
    if isinstance(found, IPv6Address):
        return ":".join(found.exploded.split(":")[:4])
    return str(found)


def parsed(address: str) -> Any:
    """An IP address, IPv4 where it is written as IPv6; None where it is none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def is_local(environ: Mapping[str, Any]) -> bool:
    """Whether a request comes from this machine itself, and not from elsewhere through a proxy on it."""
    found = parsed(environ.get("REMOTE_ADDR", ""))
    forwarded = any(environ.get(name) for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "dandang.forwarded"))
    return found is not None and found.is_loopback and not forwarded


def behind_proxy(environ: dict[str, Any], trusted: Collection[str]) -> None:
    """Takes address, scheme and host of the client from what a trusted proxy says; nobody else is believed.

    The client is the last address of `X-Forwarded-For` that is no trusted proxy: what stands before it, anyone can write.
    """
    if not trusted or environ.get("REMOTE_ADDR", "") not in trusted:
        return
    # Without the header it is the proxy's own machine that asks, for `/metrics` say.
    environ["dandang.forwarded"] = "HTTP_X_FORWARDED_FOR" in environ
    chain = [part.strip() for part in environ.pop("HTTP_X_FORWARDED_FOR", "").split(",")]
    client = next((part for part in reversed(chain) if part and part not in trusted), None)
    if client and parsed(client) is not None:
        environ["REMOTE_ADDR"] = client
    if (scheme := environ.get("HTTP_X_FORWARDED_PROTO", "")) in ("http", "https"):
        environ["wsgi.url_scheme"] = scheme
    if host := environ.get("HTTP_X_FORWARDED_HOST", "").rpartition(",")[2].strip():
        environ["HTTP_HOST"] = host
