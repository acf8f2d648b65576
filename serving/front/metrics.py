"""What Prometheus is told: requests, times, answers from memory, the pool, the age of the data."""

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from serving.answering.snapshot import Snapshots
from serving.database import Database
from serving.front.audit import Asked, Audit

# From an answer out of memory to one that the statement timeout ends.
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Whoever invents methods and paths must not make the metrics grow.
OTHER = "other"
OF_THE_POOL = {
    "pool_size": "Connections to the database",
    "pool_available": "Connections that nobody uses",
    "requests_waiting": "Requests that wait for a connection",
}


class _Children(NamedTuple):
    requests: Counter
    seconds: Histogram


class Metrics:
    """The metrics of one API; each has a registry of its own."""

    def __init__(self, marts: Database, snapshots: Snapshots, audit: Audit) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._counter("requests", "Requests", ["method", "route", "status"])
        self._rows = self._counter("rows_sent", "Rows that left with answers")
        self._kept = self._counter("answers_from_memory", "Answers that were not made anew")
        self._seconds = Histogram(
            "dwellhouse_api_request_seconds", "Time from request to the end of its answer",
            ["route"], buckets=BUCKETS, registry=self._registry,
        )  # fmt: skip
        self._children = lru_cache(maxsize=1024)(self._find_children)
        for name, meaning in OF_THE_POOL.items():
            self._gauge(f"database_{name}", meaning, partial(_of_pool, marts, name))
        self._gauge("unrecorded_requests", "Requests to be written down", audit.waiting)
        self._gauge("data_version", "The version last answered from", lambda: _number(snapshots))
        self._gauge("data_clock_seconds", "Its data clock, in Unix time", lambda: _clock(snapshots))
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def observe(self, asked: Asked, route: str | None, *, is_kept: bool) -> None:
        """Count a request of a documented route, None for any other path."""
        method = asked.method if asked.method in METHODS else OTHER
        requests, seconds = self._children(method, route or OTHER, asked.status)
        requests.inc()
        seconds.observe(asked.seconds)
        if asked.rows_sent:
            self._rows.inc(asked.rows_sent)
        if is_kept:
            self._kept.inc()

    def exposed(self) -> bytes:
        """Give all of it in the text format of Prometheus."""
        return generate_latest(self._registry)

    def _find_children(self, method: str, route: str, status: int) -> _Children:
        return _Children(self._requests.labels(method, route, status), self._seconds.labels(route))

    def _counter(self, name: str, meaning: str, labels: Iterable[str] = ()) -> Counter:
        return Counter(f"dwellhouse_api_{name}", meaning, labels, registry=self._registry)

    def _gauge(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        gauge = Gauge(f"dwellhouse_api_{name}", meaning, registry=self._registry)
        gauge.set_function(value)


def _of_pool(database: Database, name: str) -> float:
    return database.load().get(name, 0)


def _number(snapshots: Snapshots) -> float:
    return snapshots.latest.version.number if snapshots.latest else 0


def _clock(snapshots: Snapshots) -> float:
    as_of = snapshots.latest.as_of if snapshots.latest else None
    return as_of.timestamp() if as_of else 0.0
