"""Metrics for Prometheus: counts and times, without personal data.

Two readings may show what one recording has changed, and no token is required. So no metric reveals the type
of an event, the rule of a refusal, or how long ago anything happened.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final

import prometheus_client
from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from ledger.ledger import Ledger
from ledger.store.pools import Pool
from projections.activity import RecordedCount
from projections.projector.generations import KNOWN_RANGE
from projections.projector.projector import Projector

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_ENTRIES: Final = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500)


class Requests:
    """The answers of one service; `ledger` is empty if no token chose one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "childledger_request_seconds",
            "Time to answer, by ledger, route and status",
            ["ledger", "method", "route", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )

    def answered(self, ledger: str, method: str, route: str, status: int, seconds: float) -> None:
        """Time an answer; `route` is its template, never its path."""
        self._requests.labels(ledger, method, route, str(status)).observe(seconds)


class Metrics:
    """The metrics of one container; `ledger` is added to the labels on output."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        histogram = partial(Histogram, registry=self.registry)
        gauge = partial(Gauge, registry=self.registry)
        self._appends = histogram("childledger_append_seconds", "Time to append a batch", buckets=_SECONDS)
        self._batches = histogram("childledger_batch_entries", "Entries of a batch", buckets=_ENTRIES)
        self._refusals = prometheus_client.Counter(
            "childledger_refusals", "Refusals, by strength of the rule", ["strength"], registry=self.registry
        )
        self._sign_ins = prometheus_client.Counter(
            "childledger_sign_ins",
            "Sign-ins by password, by how they ended",
            ["ended"],
            registry=self.registry,
        )
        self._position = gauge("childledger_position", "The last position of the ledger")
        self._lag = gauge("childledger_projection_lag_entries", "Entries that the read models are behind")
        self._waiting = gauge("childledger_append_queue", "Appends that wait for a batch")
        self._waiting_bytes = gauge("childledger_append_queue_bytes", "Bytes of the appends that wait")
        self._connections = gauge(
            "childledger_reading_connections", "Connections that read for requests", ["state"]
        )
        self._queued = gauge("childledger_reading_queue", "Requests that wait for a connection")
        self._built = gauge(
            "childledger_projection_built_ratio", "How much of this version's read models is built"
        )
        self._stopped = gauge(
            "childledger_projection_stopped", "Whether a read model cannot go on", ["model"]
        )
        self._recorded = gauge("childledger_entries_recorded", "Entries recorded, by origin", ["origin"])

    def appended(self, entries: int, seconds: float) -> None:
        """Count and time an appended batch."""
        self._batches.observe(entries)
        self._appends.observe(seconds)

    def refused(self, strength: str) -> None:
        """Count a refusal by the strength of its rule."""
        self._refusals.labels(strength).inc()

    def signed_in(self, ended: str) -> None:
        """Count a sign-in by password, which `entered`, was `refused`, or `put_off` to the end of a wait."""
        self._sign_ins.labels(ended).inc()

    def here(self, ledger: Ledger, readers: Pool) -> None:
        """Update the metrics of the queues in this process."""
        appends, size = ledger.waiting
        self._waiting.set(appends)
        self._waiting_bytes.set(size)
        use = readers.get_stats()
        idle = use.get("pool_available", 0)
        self._connections.labels("idle").set(idle)
        self._connections.labels("used").set(use.get("pool_size", 0) - idle)
        self._queued.set(use.get("requests_waiting", 0))

    def recorded(self, position: int, projector: Projector, recorded: Iterable[RecordedCount]) -> None:
        """Update the metrics from the database."""
        self._position.set(position)
        self._lag.set(max(0, position - projector.position))
        self._built.set(projector.progress)
        for model in (*projector.models, KNOWN_RANGE):
            self._stopped.labels(model).set(model in projector.stopped)
        by_origin: Counter[str] = Counter()
        for count in recorded:
            by_origin[count.origin] += count.entries
        for origin, entries in by_origin.items():
            self._recorded.labels(origin).set(entries)


class _Together(Collector):
    def __init__(self, registries: Mapping[str, CollectorRegistry]) -> None:
        self._registries = registries

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for ledger, registry in self._registries.items():
            for each in registry.collect():
                family = families.setdefault(each.name, Metric(each.name, each.documentation, each.type))
                family.samples += (
                    sample._replace(labels={"ledger": ledger, **sample.labels}) for sample in each.samples
                )
        yield from families.values()


def text(requests: Requests, tenants: Mapping[str, CollectorRegistry], up: Mapping[str, bool]) -> bytes:
    """Return the metrics of a service and of its tenants by ledger, in Prometheus' text format.

    `up` says which ledgers are available: of the others, the metrics are the last known, or none.
    """
    answering = Gauge("childledger_up", "Whether the ledger answers", ["ledger"], registry=None)
    for ledger, answers in up.items():
        answering.labels(ledger).set(answers)
    everything = CollectorRegistry()
    for each in (requests.registry, answering, _Together(tenants)):
        everything.register(each)
    return generate_latest(everything)
