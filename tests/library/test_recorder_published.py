"""The library's published test cases, unchanged, over ledgers of our own.

Only what they are set up with is here.
"""
# ruff: noqa: D101, D102 - what the classes and methods are for, the library's base classes say

import os
from collections.abc import Iterator
from unittest import TestCase
from unittest.mock import patch

import pytest
from eventsourcing.persistence import Tracking
from eventsourcing.tests import application, persistence, projection
from eventsourcing.utils import Environment, get_topic

from ledger.recorder import Factory
from ledger.recorder.recorders import (
    LedgerAggregateRecorder,
    LedgerApplicationRecorder,
    LedgerProcessRecorder,
    LedgerSnapshotRecorder,
)
from ledger.recorder.tracking import LedgerTrackingRecorder


class Recorders(TestCase):
    """A factory of recorders in an empty database."""

    @pytest.fixture(autouse=True)
    def _database(self, database_url: str) -> Iterator[None]:
        self.factory = Factory({"CHILDLEDGER_DATABASE_URL": database_url})
        yield
        self.factory.close()


class TestAggregateRecorder(Recorders, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> LedgerAggregateRecorder:
        recorder = self.factory.aggregate_recorder()
        assert isinstance(recorder, LedgerAggregateRecorder)
        return recorder


class TestSnapshotRecorder(Recorders, persistence.AggregateRecorderTestCase):
    def create_recorder(self) -> LedgerSnapshotRecorder:
        recorder = self.factory.aggregate_recorder("snapshots")
        assert isinstance(recorder, LedgerSnapshotRecorder)
        return recorder


class TestApplicationRecorder(Recorders, persistence.ApplicationRecorderTestCase[LedgerApplicationRecorder]):
    def create_recorder(self) -> LedgerApplicationRecorder:
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, LedgerApplicationRecorder)
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestApplicationRecorderFromZero(TestApplicationRecorder):
    INITIAL_VERSION = 0


class TestTrackingRecorder(Recorders, persistence.TrackingRecorderTestCase):
    def create_recorder(self) -> LedgerTrackingRecorder:
        return self.factory.tracking_recorder()


class TestProcessRecorder(Recorders, persistence.ProcessRecorderTestCase):
    def create_recorder(self) -> LedgerProcessRecorder:
        recorder = self.factory.process_recorder()
        assert isinstance(recorder, LedgerProcessRecorder)
        return recorder


class TestNonInterleaving(Recorders, persistence.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> LedgerApplicationRecorder:
        recorder = self.factory.application_recorder()
        assert isinstance(recorder, LedgerApplicationRecorder)
        return recorder


class ViewOfOurs(LedgerTrackingRecorder):
    """Another tracking recorder than the module's own."""


class TestFactory(persistence.InfrastructureFactoryTestCase[Factory]):
    @pytest.fixture(autouse=True)
    def _database(self, database_url: str) -> None:
        self.env = Environment(
            env={"PERSISTENCE_MODULE": "ledger.recorder", "CHILDLEDGER_DATABASE_URL": database_url}
        )

    def expected_factory_class(self) -> type[Factory]:
        return Factory

    def expected_aggregate_recorder_class(self) -> type[LedgerAggregateRecorder]:
        return LedgerAggregateRecorder

    def expected_application_recorder_class(self) -> type[LedgerApplicationRecorder]:
        return LedgerApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[LedgerTrackingRecorder]:
        return LedgerTrackingRecorder

    def tracking_recorder_subclass(self) -> type[LedgerTrackingRecorder]:
        return ViewOfOurs

    def expected_process_recorder_class(self) -> type[LedgerProcessRecorder]:
        return LedgerProcessRecorder


class Environ(TestCase):
    """An environment of the process in which an empty database is configured."""

    @pytest.fixture(autouse=True)
    def _database(self, database_url: str) -> Iterator[None]:
        ours = {"PERSISTENCE_MODULE": "ledger.recorder", "CHILDLEDGER_DATABASE_URL": database_url}
        with patch.dict(os.environ, ours):
            yield


class TestExampleApplication(Environ, application.ExampleApplicationTestCase):
    expected_factory_topic = get_topic(Factory)


@pytest.mark.filterwarnings("default")  # It looks for a warning by other means.
class TestApplication(Environ, application.ApplicationTestCase):
    pass


class EventCounters(LedgerTrackingRecorder, projection.EventCountersView):
    """The view of the library's own test projection, in a table of its own."""

    def __init__(self, *args: str, **kwargs: str) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # as its base takes them
        with self.transaction() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS counted (created boolean PRIMARY KEY, events integer)")
            cursor.execute("INSERT INTO counted VALUES (true, 0), (false, 0) ON CONFLICT DO NOTHING")

    def get_created_event_counter(self) -> int:
        return self._counted(created=True)

    def get_subsequent_event_counter(self) -> int:
        return self._counted(created=False)

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self._count(tracking, created=True)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self._count(tracking, created=False)

    def _count(self, tracking: Tracking, *, created: bool) -> None:
        with self.tracked(tracking) as cursor:
            cursor.execute("UPDATE counted SET events = events + 1 WHERE created = %s", [created])

    def _counted(self, *, created: bool) -> int:
        with self.transaction() as cursor:
            found = cursor.execute("SELECT events FROM counted WHERE created = %s", [created]).fetchall()
        return int(found[0][0])


class TestView(Environ, projection.EventCountersViewTestCase):
    def construct_event_counters_view(self) -> EventCounters:
        return Factory(dict(os.environ)).tracking_recorder(EventCounters)


class TestProjection(Environ, projection.AggregateEventCountersProjectionTestCase):
    view_class = EventCounters


class TestEventSourcedProjection(Environ, projection.EventSourcedProjectionTestCase):
    pass
