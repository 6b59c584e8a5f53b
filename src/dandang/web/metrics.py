"""What `/metrics` tells: numbers for operators, in which nothing that a user wrote is a label.

Counting is plain arithmetic, as it happens with every request; prometheus-client, which takes a tenth of a second to load, is
loaded when somebody looks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from prometheus_client.core import Metric

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))
#: Upper bounds in seconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Gauge(NamedTuple):
    """A number read when somebody looks; `counts` where it only ever grows."""

    name: str
    help: str
    value: float
    counts: bool = False


class _Histogram:
    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.total += seconds

    def cumulative(self) -> list[tuple[str, float]]:
        found, so_far = [], 0
        for bound, count in zip((*map(str, BUCKETS), "+Inf"), self.counts, strict=True):
            so_far += count
            found.append((bound, float(so_far)))
        return found


class Metrics:
    """Counts requests by method, route template, status and cache result, and the time that requests and queries took."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: dict[tuple[str, str, str], int] = {}
        self._cache: dict[str, int] = {}
        self._durations: dict[str, _Histogram] = {}
        self._queries: dict[str, _Histogram] = {}
        self.reloads = {"done": 0, "failed": 0}
        #: What became of queries in the express lane, and how often its process was ended.
        self.express = {"answered": 0, "passed_on": 0}
        self.express_ended = 0

    def request(self, method: str, route: str, status: str, cached: str, seconds: float) -> None:
        """One request was answered; `cached` is hit, unchanged, miss or none."""
        key = (method if method in METHODS else "other", route, status)
        with self._lock:
            self._requests[key] = self._requests.get(key, 0) + 1
            self._cache[cached] = self._cache.get(cached, 0) + 1
            (self._durations.get(route) or self._durations.setdefault(route, _Histogram())).add(seconds)

    def query(self, outcome: str, seconds: float) -> None:
        """A query ended: it was done, late or refused."""
        with self._lock:
            (self._queries.get(outcome) or self._queries.setdefault(outcome, _Histogram())).add(seconds)

    def exposed(self, gauges: Iterable[Gauge], info: dict[str, str]) -> tuple[bytes, str]:
        """The text and the content type of `/metrics`."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_LATEST

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collector(lambda: self._families(gauges, info)))
        return generate_latest(registry), CONTENT_TYPE_LATEST

    def _families(self, gauges: Iterable[Gauge], info: dict[str, str]) -> Iterator[Metric]:
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
            InfoMetricFamily,
        )

        with self._lock:
            requests = CounterMetricFamily(
                "dandang_requests", "Requests answered.", labels=["method", "route", "status"]
            )
            for labels, count in self._requests.items():
                requests.add_metric(labels, count)
            cache = CounterMetricFamily("dandang_cache", "Requests by what the cache did.", labels=["result"])
            for result, count in self._cache.items():
                cache.add_metric([result], count)
            reloads = CounterMetricFamily("dandang_reloads", "Reloads of the data.", labels=["result"])
            for result, count in self.reloads.items():
                reloads.add_metric([result], count)
            express = CounterMetricFamily("dandang_express", "Queries in the express lane.", labels=["result"])
            for result, count in self.express.items():
                express.add_metric([result], count)
            ended = CounterMetricFamily(
                "dandang_express_ended", "Processes of the express lane that have ended.", self.express_ended
            )
            times = HistogramMetricFamily("dandang_request_seconds", "Time to answer a request.", labels=["route"])
            for route, held in self._durations.items():
                times.add_metric([route], held.cumulative(), held.total)
            queries = HistogramMetricFamily("dandang_query_seconds", "Time of a SPARQL query.", labels=["result"])
            for outcome, held in self._queries.items():
                queries.add_metric([outcome], held.cumulative(), held.total)
        yield from (requests, cache, reloads, express, ended, times, queries)
        for gauge in gauges:
            family = CounterMetricFamily if gauge.counts else GaugeMetricFamily
            yield family(gauge.name, gauge.help, gauge.value)
        yield InfoMetricFamily("dandang_build", "Software and dataset.", info)


class _Collector:
    def __init__(self, collect: Callable[[], Iterator[Any]]) -> None:
        self.collect = collect
