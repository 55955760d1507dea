"""What is counted and timed, without a personal word: for Prometheus."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from projections.activity import Recorded
from projections.projector import Projector

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_ENTRIES: Final = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500)


class Requests:
    """The answers of one service; `ledger` is empty where no token let anybody in to one."""

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
        """Time an answer; `route` is its template, never the path that was asked for."""
        self._requests.labels(ledger, method, route, str(status)).observe(seconds)


class Metrics:
    """The measures of one house; `ledger` is added to the labels of each when they are told."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._appends = Histogram(
            "childledger_append_seconds", "Time to append a batch", buckets=_SECONDS, registry=self._registry
        )
        self._batches = Histogram(
            "childledger_batch_entries", "Entries of a batch", buckets=_ENTRIES, registry=self._registry
        )
        self._refusals = Counter(
            "childledger_refusals", "Refusals, by rule", ["rule"], registry=self._registry
        )
        self._position = Gauge(
            "childledger_position", "The last position of the ledger", registry=self._registry
        )
        self._lag = Gauge(
            "childledger_projection_lag_entries",
            "Entries that the read models are behind",
            registry=self._registry,
        )
        self._built = Gauge(
            "childledger_projection_built_ratio",
            "How much of this version's read models is built",
            registry=self._registry,
        )
        self._stopped = Gauge(
            "childledger_projection_stopped",
            "Whether a read model can not go on",
            ["model"],
            registry=self._registry,
        )

        self._recorded = Gauge(
            "childledger_entries_recorded",
            "Entries recorded, by type and origin",
            ["type", "origin"],
            registry=self._registry,
        )
        self._late = Gauge(
            "childledger_entries_days_late",
            "Days from what entries tell to the day they were recorded, all together",
            ["type", "origin"],
            registry=self._registry,
        )

    def appended(self, entries: int, seconds: float) -> None:
        """Count and time a batch that was appended."""
        self._batches.observe(entries)
        self._appends.observe(seconds)

    def refused(self, rule: str) -> None:
        """Count a refusal by a rule's id."""
        self._refusals.labels(rule).inc()

    def taken(
        self, *, position: int, projector: Projector, recorded: Iterable[Recorded]
    ) -> CollectorRegistry:
        """Return all measures as they are now."""
        self._position.set(position)
        self._lag.set(max(0, position - projector.position))
        self._built.set(projector.progress)
        for model in projector.models:
            self._stopped.labels(model).set(model in projector.stopped)
        for own in recorded:
            self._recorded.labels(own.type, own.origin).set(own.entries)
            self._late.labels(own.type, own.origin).set(own.days_late)
        return self._registry


class _Together(Collector):
    def __init__(self, registries: Mapping[str, CollectorRegistry]) -> None:
        self._registries = registries

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for ledger, registry in self._registries.items():
            for each in registry.collect():
                own = families.setdefault(each.name, Metric(each.name, each.documentation, each.type))
                own.samples += (
                    sample._replace(labels={"ledger": ledger, **sample.labels}) for sample in each.samples
                )
        yield from families.values()


def text(requests: Requests, houses: Mapping[str, CollectorRegistry], missing: Iterable[str] = ()) -> bytes:
    """Return the measures of a service and of its houses by ledger, in Prometheus' text form.

    `missing` are the ledgers that can not be asked now: of them it is said that they are not up.
    """
    up = Gauge("childledger_up", "Whether the ledger answers", ["ledger"], registry=None)
    for ledger in (*houses, *missing):
        up.labels(ledger).set(ledger in houses)
    everything = CollectorRegistry()
    for each in (requests.registry, up, _Together(houses)):
        everything.register(each)
    return generate_latest(everything)
